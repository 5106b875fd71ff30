//! A folder of images in place of a scanner, for those without libsane.
//!
//! ```text
//! folder/01-cong-van.jpg     the feeder: every image once, in the order of their names
//! folder/02-phu-luc.png      the glass: one image a scan, the next each time, and again from the first
//! folder/notes.txt           no image: not there
//! ```
//!
//! The images go the way of scanned pages: decoded, reduced to the colour asked for, encoded as captures. Their
//! own resolution is taken from the file where it says one; else it is the one asked for.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ahead::Ahead;
use crate::capture::Capture;
use crate::device::{Colour, Device, PaperSize, Request, Source};
use crate::error::ScanError;
use crate::page::Outline;
use crate::worker::{Desk, Driver};

const EXTENSIONS: [&str; 9] = ["jpg", "jpeg", "png", "tif", "tiff", "pnm", "ppm", "pgm", "pbm"];
const ID: &str = "folder";

/// The driver behind [`Via::Folder`](crate::Via::Folder).
pub(crate) struct Folder {
    path: PathBuf,
    next_on_glass: usize,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Folder {
        Folder { path, next_on_glass: 0 }
    }

    fn sheets(&self) -> Result<Vec<PathBuf>, ScanError> {
        let entries = fs::read_dir(&self.path).map_err(|e| {
            tracing::warn!(folder = %self.path.display(), fault = %e, "the folder of sheets cannot be read");
            ScanError::NoScanner
        })?;
        let is_image = |path: &PathBuf| {
            let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
            EXTENSIONS.contains(&extension.as_str())
        };
        let mut sheets: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_image).collect();
        sheets.sort();
        Ok(sheets)
    }
}

impl Driver for Folder {
    fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        self.sheets()?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Ok(vec![Device {
            id: ID.into(),
            address: self.path.to_string_lossy().into_owned(),
            vendor: String::new(),
            model: "folder of images".into(),
            label: format!("Thư mục ảnh {name}"),
            sources: vec![Source::Flatbed, Source::Feeder],
            resolutions_dpi: vec![200, 300],
            colours: vec![Colour::Colour, Colour::Grey, Colour::BlackWhite],
            papers: PaperSize::ALL.to_vec(),
            buttons: Vec::new(),
            senses_double_feed: false,
        }])
    }

    fn scan(&mut self, request: &Request, desk: &mut Desk) -> Result<u32, ScanError> {
        if request.device != ID {
            return Err(ScanError::ScannerGone);
        }
        let mut sheets = self.sheets()?;
        match request.source {
            Source::Feeder => {}
            Source::Flatbed if sheets.is_empty() => {}
            Source::Flatbed => {
                sheets = vec![sheets.swap_remove(self.next_on_glass % sheets.len())];
                self.next_on_glass += 1;
            }
            Source::FeederDuplex => return Err(ScanError::Unsupported("a folder has one side".into())),
        }
        if sheets.is_empty() {
            return Err(ScanError::FeederEmpty);
        }
        desk.warms_up(true); // decoding a large image says nothing for as long as a lamp on a small computer
        let mut pages = 0;
        for sheet in &sheets {
            if desk.cancelled() {
                return Err(ScanError::Cancelled);
            }
            desk.lines(pages + 1, 0, None)?;
            let capture = captured(sheet, request)?;
            pages += 1;
            desk.page(pages, capture)?;
        }
        Ok(pages)
    }
}

fn captured(sheet: &Path, request: &Request) -> Result<Capture, ScanError> {
    let name = || sheet.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::read(sheet).map_err(|e| ScanError::Io(format!("{}: {e}", name())))?;
    let image =
        image::load_from_memory(&bytes).map_err(|e| ScanError::Invalid(format!("{}: {e}", name())))?;
    let (width, height) = (image.width(), image.height());
    if width == 0 || height == 0 {
        return Err(ScanError::Invalid(format!("{}: an image without pixels", name())));
    }
    let dpi = resolution(&bytes).unwrap_or(request.dpi);
    drop(bytes);
    let (colour, samples) = if image.color().has_color() {
        (Colour::Colour, image.into_rgb8().into_raw())
    } else {
        (Colour::Grey, image.into_luma8().into_raw())
    };
    let outline = Outline { width, height: Some(height), colour };
    let mut ahead = Ahead::begin(outline, request.colour, dpi)?;
    samples.chunks_exact(outline.stride()).try_for_each(|line| ahead.line(line))?;
    ahead.finish()
}

/// The resolution a JPEG (JFIF density) or a PNG (`pHYs`) says it has, dots per inch, where it is a plausible
/// one: many programs write 1 or 72 without meaning it.
fn resolution(bytes: &[u8]) -> Option<u32> {
    let dpi = if bytes.starts_with(&[0xff, 0xd8, 0xff, 0xe0]) {
        let &[unit, high, low] = bytes.get(13..16)? else { return None };
        let density = f64::from(u16::from_be_bytes([high, low]));
        match unit {
            1 => density,
            2 => density * 2.54,
            _ => return None,
        }
    } else if bytes.starts_with(b"\x89PNG") {
        let head = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().ok()?;
        let dims = head.info().pixel_dims.filter(|dims| dims.unit == png::Unit::Meter)?;
        f64::from(dims.xppu) * 0.0254
    } else {
        return None;
    };
    let dpi = dpi.round() as u32;
    (100..=2400).contains(&dpi).then_some(dpi)
}
