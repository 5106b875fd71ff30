//! The worker on its own, for the tests and benchmarks of this crate: `scan-worker [--folder DIR]`. On a box
//! the worker is `vanthu scan-worker`, which does the same.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use scanner::{Via, worker_main};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => worker_main(Via::Sane),
        (Some(flag), Some(folder)) if flag == "--folder" => worker_main(Via::Folder(folder.into())),
        _ => {
            eprintln!("usage: scan-worker [--folder DIR]");
            ExitCode::from(2)
        }
    }
}
