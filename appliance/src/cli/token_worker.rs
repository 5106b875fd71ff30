//! `vanthu token-worker`: the child that owns the module of a USB token. Started by [`token::Tokens`] only; it speaks
//! over its standard input and output and ends when its parent is gone.

use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(super) struct TokenWorker {
    /// Thư viện PKCS#11.
    #[arg(long, value_name = "PATH")]
    module: PathBuf,
}

impl TokenWorker {
    pub(super) fn run(self) -> ExitCode {
        token::worker_main(&self.module)
    }
}
