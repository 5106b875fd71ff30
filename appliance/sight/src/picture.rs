//! A capture, made small enough to look at.

use crate::decode::Source;
use image::{RgbImage, imageops};

/// More pixels than an A3 sheet at 600 dpi has; whatever says it has more is not decoded.
pub const MOST_PIXELS: u64 = 120_000_000;

/// The resolution that all looking happens at; finer pictures are reduced to it, coarser ones stay.
pub(crate) const WORK_DPI: f32 = 150.0;
/// Stated resolutions outside this are a screen's or a liar's.
const BELIEVABLE_DPI: std::ops::RangeInclusive<u32> = 50..=2400;
/// A3 at 150 dpi and a little: a photograph whose resolution means nothing is held to this.
const MOST_LOOKED_AT: f32 = 5_000_000.0;

/// Why bytes could not be looked at. For the log; the person hears it from whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SightError {
    /// Neither JPEG nor PNG by their first bytes.
    #[error("neither a JPEG nor a PNG")]
    NotAPicture,
    /// More than [`MOST_PIXELS`], or so coded that decoding it needs too much memory.
    #[error("more pixels than a page needs")]
    TooLarge,
    /// Cut short, or contradicts itself.
    #[error("the picture is damaged")]
    Damaged,
    /// A valid file of a kind that no scanner and no phone makes (lossless or arithmetic JPEG).
    #[error("a picture of a kind that is not read")]
    Unsupported,
    /// The corners do not enclose a sheet; see [`crate::Corners::is_usable`].
    #[error("the corners do not enclose a sheet")]
    BadCorners,
}

/// A picture reduced to about 150 dpi, upright, in colour: about 7 MB for A4.
#[derive(Clone, Debug)]
pub struct Picture {
    pub(crate) rgb: RgbImage,
    pub(crate) dpi: f32,
}

impl Picture {
    /// Decodes a JPEG or PNG (a capture of ours, or a phone's) and turns it as its EXIF orientation says. `dpi` is the
    /// resolution of the capture; for a photograph, where nobody knows it, any believable number will do.
    ///
    /// A JPEG is reduced while it is decoded, a PNG row by row, so the full picture never stands in memory.
    pub fn read(bytes: &[u8], dpi: u32) -> Result<Picture, SightError> {
        let source = Source::open(bytes)?;
        let dpi = if BELIEVABLE_DPI.contains(&dpi) { dpi as f32 } else { 2.0 * WORK_DPI };
        let (width, height) = (source.width as f32, source.height as f32);
        let scale = (WORK_DPI / dpi).min((MOST_LOOKED_AT / (width * height)).sqrt()).min(1.0);
        let side = |px: f32| ((px * scale).round() as u32).max(1);
        let (wanted_width, wanted_height) = (side(width), side(height));
        let mut rgb = source.decode(wanted_width.max(wanted_height))?;
        // The reduction of a decoder that rounds up is off by a pixel; that is not worth resampling.
        if rgb.width() > wanted_width + 2 {
            rgb = imageops::resize(&rgb, wanted_width, wanted_height, imageops::FilterType::Triangle);
        }
        let rgb = source.turned(rgb);
        Ok(Picture { rgb, dpi: dpi * scale })
    }

    /// Width of the reduced picture in pixels, upright.
    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    /// Height of the reduced picture in pixels, upright.
    pub fn height(&self) -> u32 {
        self.rgb.height()
    }
}
