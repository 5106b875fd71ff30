//! `vanthu`: the box, its set-up and its tools. See [`vanthu::cli`].
#![forbid(unsafe_code)]

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Gives memory back when a password was checked or a page composed: the C library's allocator keeps such blocks for
/// every thread that ever asked for one, and a small box has none to spare.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// At once, and in small pages: left to itself the allocator waits for a busy moment that a box at rest does not have,
/// and asks for pages of 2 MB. Measured with 10,000 documents: half the memory.
const FRUGAL: [(&str, &str); 2] = [("MIMALLOC_PURGE_DELAY", "0"), ("MIMALLOC_ALLOW_THP", "0")];

fn main() -> ExitCode {
    begin_frugally();
    vanthu::cli::run()
}

/// The allocator reads its settings from the environment before `main`: where they are not there, the program sets them
/// and begins again as the same process. Where that is not possible it goes on as it is.
fn begin_frugally() {
    if FRUGAL.iter().all(|(name, _)| std::env::var_os(name).is_some()) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let _ = Command::new(program).args(std::env::args_os().skip(1)).envs(FRUGAL).exec();
    }
}
