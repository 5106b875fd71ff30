//! `vanthu compose`: images to the document of record, by the same hands as the scan desk's.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use office::{Clock, SystemClock};
use paper::{CaptureRef, ComposeError, Composed, PageText};
use serde_json::json;
use tokio::runtime::Runtime;

use super::Failure;
use crate::reading::Reader;

#[derive(Args)]
pub(super) struct Compose {
    /// Độ phân giải của ảnh, điểm trên inch; không ghi thì lấy theo chính tệp ảnh.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(50..=1200))]
    dpi: Option<u32>,
    /// Tên văn bản ghi trong tệp.
    #[arg(long, value_name = "TEXT", default_value = "Bản số hóa")]
    title: String,
    /// Đọc chữ trên từng trang rồi ghi kèm để tìm và sao chép được; cần gói tesseract-ocr và tesseract-ocr-vie.
    #[arg(long)]
    text: bool,
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
        let reader = self.text.then(Words::new).transpose()?;
        let pages = self.images.iter().map(|image| self.page(image, reader.as_ref()));
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
    fn page(&self, image: &Path, reader: Option<&Words>) -> Result<CaptureRef<'static>, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", image.display());
        let bytes = fs::read(image).map_err(|error| wrong(&error))?;
        let capture = paper::image_to_capture(&bytes).map_err(|error| wrong(&error))?;
        let dpi = self.dpi.unwrap_or(capture.dpi);
        let text = reader.and_then(|reader| reader.of(image, &capture.bytes, dpi)).map(Cow::Owned);
        Ok(CaptureRef { text, ..CaptureRef::new(capture.bytes, dpi) })
    }

    fn tell(&self, composed: &Composed) {
        let Composed { pages, bytes, sha256, .. } = composed;
        if self.json {
            let told = json!({"ok": true, "pages": pages, "bytes": bytes, "sha256": hex::encode(sha256)});
            println!("{told}");
        } else {
            println!("Đã tạo {}: {pages} trang, {bytes} byte.", self.output.display());
        }
    }
}

/// Reads pages one after another, as the box does when it is idle.
struct Words {
    reader: Reader,
    runtime: Runtime,
}

impl Words {
    fn new() -> Result<Self, Failure> {
        let reader = Reader::new("tesseract");
        let runtime = crate::serve::runtime()?;
        if runtime.block_on(reader.is_ready()) {
            return Ok(Self { reader, runtime });
        }
        Err(Failure::no("compose.reader", Reader::brief(Some(&reader)).sentence))
    }

    /// The words of a page; a page that cannot be read goes into the document without.
    fn of(&self, image: &Path, capture: &[u8], dpi: u32) -> Option<PageText> {
        match self.runtime.block_on(self.reader.words(capture.to_vec(), dpi, 0)) {
            Ok(words) if words.turn == 0 => Some(words.page),
            Ok(_) => {
                eprintln!("{}: trang nằm ngược hoặc nằm ngang, chữ không ghi kèm được.", image.display());
                None
            }
            Err(why) => {
                eprintln!("{}: không đọc được chữ, trang vẫn được ghép ({why}).", image.display());
                None
            }
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
