//! `vanthu compose`: images to the document of record, by the same hands as the scan desk's.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use office::{Clock, SystemClock};
use paper::{CaptureRef, ComposeError, Composed};
use serde_json::json;

use super::Failure;

#[derive(Args)]
pub(super) struct Compose {
    /// Độ phân giải của ảnh, điểm trên inch; không ghi thì lấy theo chính tệp ảnh.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(50..=1200))]
    dpi: Option<u32>,
    /// Tên văn bản ghi trong tệp.
    #[arg(long, value_name = "TEXT", default_value = "Bản số hóa")]
    title: String,
    /// Ảnh JPEG hoặc PNG, theo thứ tự trang.
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// Tệp PDF tạo ra.
    #[arg(short, long, value_name = "OUT.pdf")]
    output: PathBuf,
    /// Trả lời bằng một giá trị JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Compose {
    pub(super) fn run(self) -> Result<(), Failure> {
        let about = crate::compose::stated(&self.title, String::new(), SystemClock.now().in_vietnam());
        let pages = self.images.iter().map(|image| self.page(image));
        // Beside, then renamed: a failure leaves no half document under the name that was asked for.
        let beside = self.output.with_extension("pdf.part");
        let file = File::create(&beside).map_err(|error| Failure::file(&beside, &error))?;
        let mut out = BufWriter::new(file);
        let composed = paper::compose(pages, &about, paper::Making::default(), &mut out)
            .and_then(|composed| out.flush().map(|()| composed).map_err(ComposeError::Write));
        let composed = composed.map_err(|error| {
            let _ = fs::remove_file(&beside);
            not_composed(error, &self.output)
        })?;
        fs::rename(&beside, &self.output).map_err(|error| Failure::file(&self.output, &error))?;
        self.tell(&composed);
        Ok(())
    }

    /// A scanner's JPEG or 1-bit PNG goes in as it is; any other picture becomes a capture first.
    fn page(&self, image: &Path) -> Result<CaptureRef<'static>, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", image.display());
        let bytes = fs::read(image).map_err(|error| wrong(&error))?;
        let capture = paper::image_to_capture(&bytes).map_err(|error| wrong(&error))?;
        let dpi = self.dpi.unwrap_or(capture.dpi);
        Ok(CaptureRef::new(capture.bytes, dpi))
    }

    fn tell(&self, composed: &Composed) {
        let Composed { pages, bytes, sha256 } = composed;
        if self.json {
            let told = json!({"ok": true, "pages": pages, "bytes": bytes, "sha256": hex::encode(sha256)});
            println!("{told}");
        } else {
            println!("Đã tạo {}: {pages} trang, {bytes} byte.", self.output.display());
        }
    }
}

fn not_composed(error: ComposeError, output: &Path) -> Failure {
    match error {
        ComposeError::Write(error) => Failure::file(output, &error),
        other => Failure::no(
            "compose.image",
            format!("Không ghép được: {other}. Hãy kiểm tra tệp ảnh của trang đó."),
        ),
    }
}
