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
use paper::{About, CaptureFault, CaptureRef, ComposeError, Composed, Layers, Making, MaskCoding, PageText};
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
        composed.map_err(|error| self.not_composed(error))
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
    fn page(&self, image: &Path, reader: Option<&Words>) -> Result<CaptureRef<'static>, NoPage> {
        let bytes = fs::read(image).map_err(NoPage::Unread)?;
        let capture = paper::image_to_capture(&bytes).map_err(NoPage::Unfit)?;
        let dpi = self.dpi.unwrap_or(capture.dpi);
        let text = reader.and_then(|reader| reader.of(image, &capture.bytes, dpi)).map(Cow::Owned);
        Ok(CaptureRef { text, ..CaptureRef::new(capture.bytes, dpi) })
    }

    fn not_composed(&self, error: ComposeError) -> Failure {
        let cause = error.to_string();
        let image = |page: u32| self.images[page as usize - 1].display().to_string();
        match error {
            ComposeError::Write(error) => Failure::file(&self.output, &error),
            ComposeError::Page { page, fault } => unfit(&image(page), &fault, cause),
            ComposeError::Capture { page, cause: why } => match why.downcast_ref::<NoPage>() {
                Some(NoPage::Unfit(fault)) => unfit(&image(page), fault, cause),
                _ => Failure::no_by(
                    "compose.image_unread",
                    format!(
                        "Không đọc được tệp ảnh {}. Hãy kiểm tra đường dẫn và quyền đọc rồi chạy lại.",
                        image(page)
                    ),
                    cause,
                ),
            },
            ComposeError::NoPages => Failure::no_by(
                "compose.image",
                "Chưa có ảnh nào. Hãy ghi tên các tệp ảnh, theo thứ tự trang.",
                cause,
            ),
        }
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

/// Why an image is no page.
#[derive(Debug, thiserror::Error)]
enum NoPage {
    #[error("{0}")]
    Unread(std::io::Error),
    #[error("{0}")]
    Unfit(CaptureFault),
}

/// An image that cannot stand in a document of record, and what to do about it.
fn unfit(image: &str, fault: &CaptureFault, cause: String) -> Failure {
    let (code, why, what_to_do) = match fault {
        CaptureFault::NotAnImage => (
            "compose.not_an_image",
            "không phải ảnh JPEG hoặc PNG".to_owned(),
            "Hãy chọn đúng tệp ảnh, hoặc lưu lại thành JPEG",
        ),
        CaptureFault::Damaged(_) => (
            "compose.damaged",
            "hỏng hoặc chưa chép hết".to_owned(),
            "Hãy chép lại tệp, hoặc quét lại trang đó",
        ),
        CaptureFault::Cmyk => (
            "compose.cmyk",
            "dùng màu in (CMYK), không lưu trữ được".to_owned(),
            "Hãy lưu lại thành JPEG màu RGB",
        ),
        CaptureFault::Depth(bits) => (
            "compose.depth",
            format!("có {bits} bit một mẫu màu, không lưu trữ được"),
            "Hãy lưu lại ở 8 bit, hoặc quét lại",
        ),
        CaptureFault::Unsupported(_) => (
            "compose.unsupported",
            "quá lớn, hoặc nén theo kiểu chưa đọc được".to_owned(),
            "Hãy lưu lại thành JPEG thường, hoặc quét lại ở 300 dpi",
        ),
        CaptureFault::Size { width_px, height_px, dpi } => (
            "compose.size",
            format!("có {width_px} × {height_px} điểm ở {dpi} dpi, không thành một trang giấy"),
            "Hãy ghi đúng độ phân giải bằng --dpi, hoặc quét lại",
        ),
    };
    Failure::no_by(code, format!("Ảnh {image} {why}. {what_to_do} rồi chạy lại."), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a person reads is hers; what the machine found stands beside it.
    #[test]
    fn every_image_that_is_no_page_is_refused_in_words_with_a_next_step() {
        for fault in [
            CaptureFault::NotAnImage,
            CaptureFault::Damaged("cut short"),
            CaptureFault::Cmyk,
            CaptureFault::Depth(16),
            CaptureFault::Unsupported("JPEG coding"),
            CaptureFault::Size { width_px: 4, height_px: 4, dpi: 1200 },
        ] {
            let english = fault.to_string();
            let Failure::No { code, sentence, cause } = unfit("a.jpg", &fault, english.clone()) else {
                panic!("{english} is no fault of the machine")
            };
            assert!(code.starts_with("compose.") && cause == english, "{code}: {cause}");
            assert!(sentence.starts_with("Ảnh a.jpg ") && sentence.contains(". Hãy "), "{sentence}");
            assert!(!sentence.contains(&english), "{sentence}");
        }
    }
}
