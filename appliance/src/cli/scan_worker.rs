//! `vanthu scan-worker`: the child that owns libsane. Started by [`crate::Box`] only; it speaks over its standard
//! input and output and ends when its parent is gone.

use std::path::PathBuf;
use std::process::ExitCode;

use scanner::Via;

#[derive(clap::Args)]
pub(super) struct ScanWorker {
    /// Thư mục ảnh thay cho máy quét.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl ScanWorker {
    pub(super) fn run(self) -> ExitCode {
        let via = self.folder.map_or(Via::Sane, Via::Folder);
        scanner::worker_main(via)
    }
}
