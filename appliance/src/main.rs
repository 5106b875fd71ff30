//! `vanthu`: the box, its set-up and its tools. See [`vanthu::cli`].
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    vanthu::cli::run()
}
