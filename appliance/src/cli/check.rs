//! `vanthu check` and `vanthu rebuild`: is what is kept whole, and make the rows anew from it.

use clap::Args;
use serde_json::json;

use super::{Data, Failure, not_opened};

/// Faults printed in words; the rest is in `--json`.
const SHOWN_FAULTS: usize = 20;

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    data: Data,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let journal = journal::Journal::open(&self.data.data, office::Desk::projection())
            .map_err(|error| not_opened(&self.data.data, error))?;
        let report = journal
            .check()
            .map_err(|fault| Failure::fault("check", "Không kiểm tra được dữ liệu.", fault))?;
        let whole = report.is_sound();
        if self.json {
            let report = json!({"ok": whole, "entries": report.entries, "blobs": report.blobs, "faults": report.faults});
            println!("{report}");
        } else if whole {
            println!("Dữ liệu nguyên vẹn: {} lần ghi sổ, {} tệp.", report.entries, report.blobs);
        }
        if whole {
            return Ok(());
        }
        for fault in report.faults.iter().take(SHOWN_FAULTS) {
            eprintln!("- {fault}");
        }
        eprintln!(
            "Dữ liệu có {} chỗ sai. Đừng ghi thêm; hãy chép nguyên thư mục dữ liệu ra nơi khác rồi báo nơi hỗ trợ.",
            report.faults.len()
        );
        Err(Failure::Told)
    }
}

#[derive(Args)]
pub(super) struct Rebuild {
    #[command(flatten)]
    data: Data,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Rebuild {
    pub(super) fn run(self) -> Result<(), Failure> {
        let journal = journal::Journal::open(&self.data.data, office::Desk::projection())
            .map_err(|error| not_opened(&self.data.data, error))?;
        let told = |fault: journal::Fault| {
            Failure::fault("rebuild", "Không dựng lại được các dòng; dữ liệu trước đó vẫn nguyên.", fault)
        };
        journal.rebuild().map_err(told)?;
        let seq = journal.head().map_err(told)?.seq;
        if self.json {
            println!("{}", json!({"ok": true, "entries": seq}));
        } else {
            println!("Đã dựng lại các dòng từ {seq} lần ghi sổ.");
        }
        Ok(())
    }
}
