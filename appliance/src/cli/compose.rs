//! `vanthu compose`: images to the document of record, by the same hands as the scan desk's.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use office::scans::SizeStep;
use office::scans::fit::{self, Next, Tried};
use office::{Clock, SystemClock};
use paper::{About, CaptureRef, ComposeError, Composed, Layers, Making, MaskCoding, PageText};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wire::Sha256;

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
    /// Cỡ lớn nhất của tệp, tính bằng MB (một triệu byte): thử lần lượt như thường, gọn, gọn nhất, lấy bước đầu tiên vừa.
    #[arg(long, value_name = "N", value_parser = megabytes, conflicts_with = "plain")]
    most_mb: Option<u64>,
    /// Giữ từng ảnh JPEG đúng từng byte, không tách chữ và nền.
    #[arg(long)]
    plain: bool,
    /// Nén chữ đen bằng CCITT nhóm 4 thay cho JBIG2, cho phần mềm đọc cũ; tệp lớn hơn một chút.
    #[arg(long)]
    ccitt: bool,
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
        // Beside, then renamed: a failure leaves no half document under the name that was asked for.
        let beside = self.output.with_extension("pdf.part");
        let made = self.fitted(&about, reader.as_ref(), &beside);
        if made.is_err() {
            let _ = fs::remove_file(&beside);
        }
        let (composed, tried) = made?;
        fs::rename(&beside, &self.output).map_err(|error| Failure::file(&self.output, &error))?;
        self.tell(&composed, &tried);
        Ok(())
    }

    /// Makes the steps until one fits; without a limit the first does.
    fn fitted(
        &self,
        about: &About,
        reader: Option<&Words>,
        beside: &Path,
    ) -> Result<(Composed, Vec<Tried>), Failure> {
        let most = self.most_mb.unwrap_or(u64::MAX);
        let mut tried = Vec::new();
        let mut last = None;
        loop {
            match (fit::next(&tried, most), last.take()) {
                (Next::Try(step), _) => {
                    let composed = self.written(about, reader, step, beside)?;
                    tried.push(Tried { step, bytes: composed.bytes });
                    if self.most_mb.is_some() && !self.json {
                        println!("{}: {}", step.name(), fit::size(composed.bytes));
                    }
                    last = Some(composed);
                }
                (Next::Take(_), Some(composed)) => return Ok((composed, tried)),
                (Next::Take(_) | Next::NoneFits(_), _) => return Err(self.none_fits(&tried, most)),
            }
        }
    }

    fn written(
        &self,
        about: &About,
        reader: Option<&Words>,
        step: SizeStep,
        beside: &Path,
    ) -> Result<Composed, Failure> {
        let pages = self.images.iter().map(|image| self.page(image, reader));
        let making = Making {
            layers: if self.plain { Layers::Plain } else { Layers::Apart },
            size: crate::compose::size(step),
            mask: if self.ccitt { MaskCoding::CcittG4 } else { MaskCoding::Jbig2 },
        };
        let file = File::create(beside).map_err(|error| Failure::file(beside, &error))?;
        let mut out = BufWriter::new(file);
        let composed = paper::compose(pages, about, making, &mut out)
            .and_then(|composed| out.flush().map(|()| composed).map_err(ComposeError::Write));
        composed.map_err(|error| not_composed(error, &self.output))
    }

    fn none_fits(&self, tried: &[Tried], most: u64) -> Failure {
        let smallest = tried.iter().map(|tried| tried.bytes).min().unwrap_or(u64::MAX);
        let refusal = fit::too_large(smallest, most);
        if !self.json {
            return Failure::no(refusal.code, refusal.detail);
        }
        let told = json!({"ok": false, "code": refusal.code, "detail": refusal.detail,
            "steps": steps(tried, most)});
        println!("{told}");
        eprintln!("{}", refusal.detail);
        Failure::Told
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

    fn tell(&self, composed: &Composed, tried: &[Tried]) {
        let Composed { pages, bytes, sha256, .. } = composed;
        let plain = crate::compose::plain(composed);
        if self.json {
            let steps = steps(tried, self.most_mb.unwrap_or(u64::MAX));
            let told = json!({"ok": true, "pages": pages, "bytes": bytes, "sha256": hex::encode(sha256),
                "steps": steps, "plain": plain});
            println!("{told}");
        } else {
            plain.iter().for_each(|plain| println!("{}", plain.sentence()));
            println!("Đã tạo {}: {pages} trang, {bytes} byte.", self.output.display());
        }
    }
}

/// The steps as a program reads them.
fn steps(tried: &[Tried], most: u64) -> Value {
    let step = |tried: &Tried| json!({"step": tried.step, "bytes": tried.bytes, "fits": tried.bytes <= most});
    tried.iter().map(step).collect()
}

/// `2`, `2.5` and `2,5`, in bytes.
fn megabytes(text: &str) -> Result<u64, String> {
    let wrong = || "cần một số MB từ 0,1 đến 1000".to_owned();
    let megabytes: f64 = text.replace(',', ".").parse().map_err(|_| wrong())?;
    if (0.1..=1000.0).contains(&megabytes) { Ok((megabytes * 1e6) as u64) } else { Err(wrong()) }
}

/// Reads pages one after another, as the box does when it is idle.
struct Words {
    reader: Reader,
    runtime: Runtime,
    /// By the page's bytes: a page is read once for all steps.
    known: RefCell<HashMap<Sha256, Option<PageText>>>,
}

impl Words {
    fn new() -> Result<Self, Failure> {
        let reader = Reader::new("tesseract");
        let runtime = crate::serve::runtime()?;
        if runtime.block_on(reader.is_ready()) {
            return Ok(Self { reader, runtime, known: RefCell::default() });
        }
        Err(Failure::no("compose.reader", Reader::brief(Some(&reader)).sentence))
    }

    /// The words of a page; a page that cannot be read goes into the document without.
    fn of(&self, image: &Path, capture: &[u8], dpi: u32) -> Option<PageText> {
        let name = Sha256::of(capture);
        let known = self.known.borrow().get(&name).cloned();
        known.unwrap_or_else(|| {
            let words = self.read(image, capture, dpi);
            self.known.borrow_mut().insert(name, words.clone());
            words
        })
    }

    fn read(&self, image: &Path, capture: &[u8], dpi: u32) -> Option<PageText> {
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
