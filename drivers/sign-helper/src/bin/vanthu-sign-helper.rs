//! The helper alone, for Windows, where the box's own program does not run: `vanthu-sign-helper [--pair]`. On Linux
//! `vanthu sign-helper` does the same.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sign_helper::SignHelper;

/// Cho trang của hộp văn thư mượn USB token cắm ở máy này để ký.
#[derive(Parser)]
#[command(name = "vanthu-sign-helper", version)]
struct Cli {
    #[command(subcommand)]
    inner: Option<Inner>,
    #[command(flatten)]
    helper: SignHelper,
}

#[derive(Subcommand)]
enum Inner {
    /// Nội bộ: tiến trình con giữ phần mềm của USB token.
    #[command(hide = true)]
    TokenWorker {
        #[arg(long, value_name = "PATH")]
        module: PathBuf,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Inner::TokenWorker { module }) = cli.inner {
        return sign_helper::token_worker(&module);
    }
    match cli.helper.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}\n({fault})", fault.sentence());
            ExitCode::from(3)
        }
    }
}
