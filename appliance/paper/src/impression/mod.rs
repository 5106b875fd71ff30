//! Impressions: pictures of seals and signatures made from paper, and seals recognised on it.
//!
//! A clerk presses the seal on a white sheet, the head signs on another, both go through the scanner. [`cut`] finds the
//! one impression there is, takes the paper away - grain, dust, shade - and keeps the ink with its colour, soft at its
//! edges, measured in millimetres. The result is what [`crate::Picture::parse`] takes.
//!
//! [`seals`] looks for red seals on a page that was scanned: what bears one already never gets a second without somebody
//! deciding so. It would rather overlook a seal nobody can see than see one where a letterhead is red.
//!
//! ```no_run
//! # fn example(scan: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! use paper::impression::{ImpressionKind, cut};
//!
//! let seal = cut(scan, 300, ImpressionKind::Seal)?;
//! assert_eq!(seal.diameter_mm.map(f32::round), Some(36.0));
//! let picture = paper::Picture::parse(&seal.png)?;
//! # Ok(()) }
//! ```
//!
//! ```text
//! pixels  a scan and its ink      stains  what hangs together      circle  the edge of a seal
//! cut     ink without paper       seals   seals on pages
//! ```

mod circle;
#[path = "cut.rs"]
mod cutting;
mod pixels;
#[path = "seals.rs"]
mod seeing;
mod stains;

use cutting::Kind;
use image::{DynamicImage, ImageReader, Limits};
use pixels::Pixels;
use std::io::Cursor;

/// What was pressed or written on the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpressionKind {
    /// A round red seal.
    Seal,
    /// A signature in blue or black.
    Signature,
}

/// Ink without paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Impression {
    /// Transparent, in true size (`pHYs`).
    pub png: Vec<u8>,
    /// Across, with half a millimetre of nothing on both sides.
    pub width_mm: f32,
    /// Downwards, likewise.
    pub height_mm: f32,
    /// Of a seal: from outer edge to outer edge.
    pub diameter_mm: Option<f32>,
}

/// How large something on a scan is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Across.
    pub width_mm: f32,
    /// Downwards.
    pub height_mm: f32,
}

/// A red seal on a page, in millimetres from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SealSeen {
    /// To its left edge.
    pub left_mm: f32,
    /// To its upper edge.
    pub top_mm: f32,
    /// Its diameter, to a millimetre.
    pub diameter_mm: f32,
}

/// Why nothing was cut out of a scan.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum Refused {
    /// Not a picture that can be read, or one larger than a page.
    #[error("not a readable picture: {0}")]
    Unreadable(String),
    /// Black and white, or grey: the colour of ink is what is looked for.
    #[error("the scan has no colours")]
    Grey,
    /// Less than 200 dpi.
    #[error("{0} dpi are too coarse")]
    TooCoarse(u32),
    /// No ink of that kind.
    #[error("there is no impression")]
    Nothing,
    /// More than one.
    #[error("there are several impressions")]
    Several,
    /// It reaches over the edge of the scan.
    #[error("the impression is cut off at the edge")]
    CutOff,
    /// Too large or too small for what it should be.
    #[error("the impression is {} x {} mm large", .0.width_mm, .0.height_mm)]
    WrongSize(Spot),
    /// A seal that is no circle: pressed askew, smeared, or something else.
    #[error("the impression is not round")]
    NotRound,
}

const LEAST_DPI: u32 = 200;
/// A4 at 600 dpi.
const MOST_PIXELS: u64 = 36_000_000;

/// Cuts the impression out of a scan, JPEG or PNG in colour.
///
/// Fails where there is not exactly one, where it is cut off, and where the scan is too coarse to be measured.
pub fn cut(capture: &[u8], dpi: u32, kind: ImpressionKind) -> Result<Impression, Refused> {
    if dpi < LEAST_DPI {
        return Err(Refused::TooCoarse(dpi));
    }
    let scan = pixels(capture)?;
    let kind = match kind {
        ImpressionKind::Seal => Kind::Red,
        ImpressionKind::Signature => Kind::Pen,
    };
    let window = cutting::spot(&scan, dpi, kind)?;
    let cut = cutting::cut(&scan.cut(&window), dpi, kind)?;
    let mm = |px: f32| px * 25.4 / dpi as f32;
    Ok(Impression {
        png: png(&cut, dpi),
        width_mm: mm(cut.width as f32),
        height_mm: mm(cut.height as f32),
        diameter_mm: cut.diameter_px.map(mm),
    })
}

/// The red seals a page bears: JPEG or PNG at `dpi`. A page without colours bears none that could be told.
///
/// Fails where the picture cannot be read.
pub fn seals(page: &[u8], dpi: u32) -> Result<Vec<SealSeen>, Refused> {
    let page = match pixels(page) {
        Err(Refused::Grey) => return Ok(Vec::new()),
        page => page?,
    };
    let by = (dpi / seeing::OVERVIEW_DPI).max(1);
    let per_mm = dpi as f32 / by as f32 / 25.4;
    let seen = |circle: circle::Circle| SealSeen {
        left_mm: (circle.x - circle.radius) / per_mm,
        top_mm: (circle.y - circle.radius) / per_mm,
        diameter_mm: 2.0 * circle.radius / per_mm,
    };
    Ok(seeing::seals(&page.reduced(by as usize), per_mm).into_iter().map(seen).collect())
}

fn pixels(capture: &[u8]) -> Result<Pixels, Refused> {
    let unreadable = |what: String| Refused::Unreadable(what);
    let reader = ImageReader::new(Cursor::new(capture)).with_guessed_format();
    let mut reader = reader.map_err(|e| unreadable(e.to_string()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 4);
    reader.limits(limits);
    let picture = reader.decode().map_err(|e| unreadable(e.to_string()))?;
    if u64::from(picture.width()) * u64::from(picture.height()) > MOST_PIXELS {
        return Err(unreadable("larger than a page".into()));
    }
    if !picture.color().has_color() {
        return Err(Refused::Grey);
    }
    let rgb = match picture {
        DynamicImage::ImageRgb8(rgb) => rgb,
        other => other.into_rgb8(),
    };
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Ok(Pixels { width, height, rgb: rgb.into_raw().as_chunks::<3>().0.to_vec() })
}

fn png(cut: &cutting::Cut, dpi: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, cut.width as u32, cut.height as u32);
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(::png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: ::png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().expect("a cut has a size, and a Vec takes every byte");
    writer.write_image_data(cut.rgba.as_flattened()).expect("as many samples as the size says");
    drop(writer);
    bytes
}
