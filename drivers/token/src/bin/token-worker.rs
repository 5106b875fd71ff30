//! The worker on its own, for the tests of this crate: `token-worker --module PATH`. On a box the worker is
//! `vanthu token-worker`, which does the same.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(flag), Some(module)) if flag == "--module" => token::worker_main(module.as_ref()),
        _ => {
            eprintln!("usage: token-worker --module PATH");
            ExitCode::from(2)
        }
    }
}
