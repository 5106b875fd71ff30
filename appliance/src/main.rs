//! `vanthu`: the box, its set-up and its tools. See [`vanthu::cli`].
#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Gives memory back when a password was checked or a page composed: the C library's allocator keeps such blocks for
/// every thread that ever asked for one, and a small box has none to spare.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vanthu::cli::run()
}
