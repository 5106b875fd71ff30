//! The command line: what IT people, scripts and tests rely on.
//!
//! Exit codes: 0 done, 1 the answer is no, 2 used wrongly, 3 a fault. What a person reads on a terminal is a
//! Vietnamese sentence; with `--json` standard output carries one JSON value and nothing else.

mod check;
mod compose;
mod init;
mod page_worker;
mod scan_worker;
mod sign;
mod sign_helper;
mod token_worker;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;

/// Văn phòng số của nhà trường trên một chiếc hộp nhỏ.
#[derive(Parser)]
#[command(name = "vanthu", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Chạy hộp: trang web, máy quét, đường lên cấp trên.
    Serve(crate::serve::Serve),
    /// Thiết lập lần đầu không cần trang web.
    Init(init::Init),
    /// Ghép ảnh thành văn bản PDF/A.
    Compose(compose::Compose),
    /// Ký số một tệp PDF bằng tệp khóa PKCS#12.
    Sign(sign::Sign),
    /// Kiểm tra chữ ký số của một tệp PDF, không cần mạng.
    Verify(verify::Verify),
    /// Kiểm tra chuỗi sổ, tệp và các dòng hiện tại.
    Check(check::Check),
    /// Dựng lại các dòng hiện tại từ sổ.
    Rebuild(check::Rebuild),
    /// Cho trang của hộp mượn USB token cắm ở máy này để ký; chạy trên máy của văn thư.
    SignHelper(sign_helper::SignHelper),
    /// Nội bộ: tiến trình con giữ máy quét.
    #[command(hide = true)]
    ScanWorker(scan_worker::ScanWorker),
    /// Nội bộ: tiến trình con đọc và vẽ trang của tệp từ nơi khác.
    #[command(hide = true)]
    PageWorker(page_worker::PageWorker),
    /// Nội bộ: tiến trình con giữ phần mềm của USB token.
    #[command(hide = true)]
    TokenWorker(token_worker::TokenWorker),
}

/// Why a command did not do what was asked.
pub(crate) enum Failure {
    /// 1: the answer is no; a person can do something about it.
    No {
        /// Stable name.
        code: String,
        /// Vietnamese.
        sentence: String,
        /// English, for whoever is called to help; empty where the sentence says it all.
        cause: String,
    },
    /// 1: the answer is no and has already been told in full.
    Told,
    /// 3: the machine failed.
    Fault {
        /// Stable name.
        code: &'static str,
        /// Vietnamese.
        sentence: String,
        /// English, for the log.
        cause: String,
    },
}

impl Failure {
    pub(crate) fn no(code: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::No { code: code.into(), sentence: sentence.into(), cause: String::new() }
    }

    /// A no whose cause is worth knowing to whoever is called to help.
    pub(crate) fn no_by(code: &'static str, sentence: impl Into<String>, cause: impl ToString) -> Self {
        Self::No { code: code.into(), sentence: sentence.into(), cause: cause.to_string() }
    }

    pub(crate) fn fault(code: &'static str, sentence: impl Into<String>, cause: impl ToString) -> Self {
        Self::Fault { code, sentence: sentence.into(), cause: cause.to_string() }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::fault(
            "file",
            format!(
                "Không đọc hoặc ghi được tệp {}. Hãy kiểm tra đường dẫn, quyền và chỗ trống.",
                path.display()
            ),
            error,
        )
    }
}

/// The data directory, as every command on it takes it.
#[derive(clap::Args)]
pub(crate) struct Data {
    /// Thư mục dữ liệu của hộp.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // Clap ends the process with 2 when the command line is wrong.
    let cli = Cli::parse();
    let (json, done) = match cli.command {
        Command::Serve(serve) => (false, crate::serve::run(serve)),
        Command::Init(init) => (init.json, init.run()),
        Command::Compose(compose) => (compose.json, compose.run()),
        Command::Sign(sign) => (sign.json, sign.run()),
        Command::Verify(verify) => (verify.json, verify.run()),
        Command::Check(check) => (check.json, check.run()),
        Command::Rebuild(rebuild) => (rebuild.json, rebuild.run()),
        Command::SignHelper(helper) => (false, helper.run()),
        Command::ScanWorker(worker) => return worker.run(),
        Command::PageWorker(worker) => return worker.run(),
        Command::TokenWorker(worker) => return worker.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => told(&failure, json),
    }
}

/// Says what went wrong and gives the exit code.
fn told(failure: &Failure, as_json: bool) -> ExitCode {
    let (code, sentence, cause, exit) = match failure {
        Failure::Told => return ExitCode::from(1),
        Failure::No { code, sentence, cause } => (code.as_str(), sentence, cause, 1),
        Failure::Fault { code, sentence, cause } => {
            tracing::error!(code, cause, "failed");
            (*code, sentence, cause, 3)
        }
    };
    eprintln!("{sentence}");
    if !cause.is_empty() {
        eprintln!("({cause})");
    }
    if as_json {
        println!("{}", json!({"ok": false, "code": code, "detail": sentence}));
    }
    ExitCode::from(exit)
}

/// Why a data directory does not open, in words, for every command that opens one.
pub(crate) fn not_opened(data: &std::path::Path, error: crate::OpenError) -> Failure {
    use crate::OpenError;
    let data = data.display();
    match error {
        OpenError::InUse => Failure::fault(
            "data.in_use",
            format!(
                "Thư mục dữ liệu {data} đang được một tiến trình vanthu khác dùng. Hãy dừng tiến trình đó \
                 (systemctl stop vanthu) rồi chạy lại; đừng chép đè hay xóa tệp nào."
            ),
            "the data directory is in use",
        ),
        OpenError::Newer { found, .. } => Failure::fault(
            "data.newer",
            format!(
                "Thư mục dữ liệu {data} do phiên bản vanthu mới hơn ghi (định dạng {found}). Hãy cài phiên bản mới \
                 đó rồi chạy lại; dữ liệu chưa bị thay đổi gì."
            ),
            format!("data format {found} is newer than this program"),
        ),
        other => Failure::fault(
            "data.not_opened",
            format!(
                "Không mở được thư mục dữ liệu {data}. Hãy kiểm tra quyền ghi, chỗ trống trên đĩa rồi chạy lại; \
                 nếu vẫn không được, chép nguyên thư mục ra nơi khác và báo cho nơi hỗ trợ."
            ),
            other,
        ),
    }
}

/// What the office refused or failed at.
pub(crate) fn refused(error: office::Error) -> Failure {
    match error {
        office::Error::Refusal(refusal) => Failure::no(refusal.code, refusal.detail),
        other => {
            Failure::fault("fault", "Hộp gặp lỗi bên trong, việc này chưa được ghi. Hãy thử lại.", other)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    /// Clap builds a command when it is asked for: one that is put together wrongly would show only then.
    #[test]
    fn every_command_is_put_together_rightly() {
        Cli::command().debug_assert();
    }
}
