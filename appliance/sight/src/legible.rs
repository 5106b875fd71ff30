//! A capture as somebody can read it: grey, upright, no finer than print needs.

use crate::decode::Source;
use crate::picture::SightError;
use image::{DynamicImage, GrayImage, imageops};

/// Finer than this print does not get clearer, only larger.
const MOST_DPI: u32 = 300;

/// A page made ready for a reader: PGM, about 9 MB for A4.
pub struct Legible {
    /// Width of the capture after it was turned, in pixels; the picture may be smaller.
    pub width_px: u32,
    /// Its height.
    pub height_px: u32,
    /// Resolution of the picture, at most 300 dpi.
    pub dpi: u32,
    /// The picture, as a binary PGM.
    pub pgm: Vec<u8>,
}

impl Legible {
    /// Decodes a JPEG or PNG of `dpi` and turns it clockwise by `turn_degrees`, a multiple of 90. What the picture itself
    /// says of its orientation does not count: a document is made without it, too.
    ///
    /// A fine JPEG is reduced while it is decoded and a PNG row by row; the most that stands in memory is the page in
    /// colour at 300 dpi, or a finer one that no whole factor brings there.
    ///
    /// # Errors
    /// If it is no picture, damaged, or larger than [`crate::MOST_PIXELS`].
    pub fn read(bytes: &[u8], dpi: u32, turn_degrees: u16) -> Result<Self, SightError> {
        let source = Source::open(bytes)?;
        let (width, height) = (source.width, source.height);
        let smaller =
            |px: u32| (u64::from(px) * u64::from(MOST_DPI) / u64::from(dpi.max(MOST_DPI))).max(1) as u32;
        let (wanted_width, wanted_height) = (smaller(width), smaller(height));
        let mut grey: GrayImage =
            DynamicImage::from(source.decode(wanted_width.max(wanted_height))?).into_luma8();
        // The reduction of a decoder that rounds up is off by a pixel; that is not worth resampling.
        if grey.width() > wanted_width + 2 {
            grey = imageops::resize(&grey, wanted_width, wanted_height, imageops::FilterType::Triangle);
        }
        let grey = match turn_degrees {
            90 => imageops::rotate90(&grey),
            180 => imageops::rotate180(&grey),
            270 => imageops::rotate270(&grey),
            _ => grey,
        };
        let (width_px, height_px) = if turn_degrees % 180 == 90 { (height, width) } else { (width, height) };
        let mut pgm = format!("P5\n{} {}\n255\n", grey.width(), grey.height()).into_bytes();
        pgm.extend_from_slice(grey.as_raw());
        Ok(Self { width_px, height_px, dpi: dpi.clamp(70, MOST_DPI), pgm })
    }
}
