//! From pixels to the capture that is kept: a JPEG for grey and colour, a PNG for one bit, and a small
//! picture of it for the scan desk.
//!
//! JPEG at quality 92 without chroma subsampling keeps the thin blue of a signature and the red of a seal apart
//! from the black under them; everything later (`paper`) is made from these bytes.

use image::buffer::ConvertBuffer;
use image::imageops;
use serde::{Deserialize, Serialize};

use crate::error::ScanError;
use crate::page::{Page, Pixels, bit_stride};

const QUALITY: u8 = 92;
const THUMBNAIL_QUALITY: u8 = 80;
/// Long side of a thumbnail, pixels.
const THUMBNAIL_SIDE: u32 = 320;
/// The largest side of a JPEG, pixels.
pub(crate) const MOST_SIDE: u32 = 65_535;

/// A scanned page as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The encoded page.
    pub bytes: Vec<u8>,
    /// What `bytes` are.
    pub format: CaptureFormat,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Resolution it was scanned with; also stands in `bytes`.
    pub dpi: u32,
    /// A JPEG of the same page, long side at most 320 pixels.
    pub thumbnail: Vec<u8>,
}

/// How a capture is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureFormat {
    /// Baseline JPEG, grey or YCbCr 4:4:4.
    Jpeg,
    /// PNG of one bit a pixel, 0 is black.
    Png,
}

/// Encodes a page, unless that has been done already: `ahead` are then the bytes. Takes the page apart on the
/// way, so that there is never a second one in memory.
pub(crate) fn encode(page: Page, dpi: u32, ahead: Option<Vec<u8>>) -> Result<Capture, ScanError> {
    if page.width > MOST_SIDE || page.height > MOST_SIDE {
        return Err(ScanError::Invalid(format!("a page of {} x {} pixels", page.width, page.height)));
    }
    let (bytes, format) = match (&page.pixels, ahead) {
        (Pixels::Bits(bits), _) => (png(bits, page.width, page.height, dpi)?, CaptureFormat::Png),
        (_, Some(jpeg)) => (jpeg, CaptureFormat::Jpeg),
        (Pixels::Grey(samples) | Pixels::Rgb(samples), None) => {
            let mut bytes = Vec::with_capacity(samples.len() / 8);
            jpeg(page_encoder(&mut bytes, dpi), samples, &page)?;
            (bytes, CaptureFormat::Jpeg)
        }
    };
    let (width_px, height_px) = (page.width, page.height);
    let thumbnail = thumbnail(page)?;
    Ok(Capture { bytes, format, width_px, height_px, dpi, thumbnail })
}

/// The encoder of captures, everything set but the page.
pub(crate) fn page_encoder(bytes: &mut Vec<u8>, dpi: u32) -> jpeg_encoder::Encoder<&mut Vec<u8>> {
    let mut encoder = jpeg_encoder::Encoder::new(bytes, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.set_density(jpeg_encoder::PixelDensity::dpi(dpi.min(65_535) as u16));
    encoder
}

fn jpeg(encoder: jpeg_encoder::Encoder<&mut Vec<u8>>, samples: &[u8], page: &Page) -> Result<(), ScanError> {
    let colour = match page.pixels {
        Pixels::Rgb(_) => jpeg_encoder::ColorType::Rgb,
        _ => jpeg_encoder::ColorType::Luma,
    };
    let (width, height) = (page.width as u16, page.height as u16); // checked against MOST_SIDE
    encoder.encode(samples, width, height, colour).map_err(|e| ScanError::Invalid(format!("JPEG: {e}")))
}

fn png(bits: &[u8], width: u32, height: u32, dpi: u32) -> Result<Vec<u8>, ScanError> {
    let fault = |e: png::EncodingError| ScanError::Invalid(format!("PNG: {e}"));
    let mut bytes = Vec::with_capacity(bits.len() / 8);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    // PNG has white as 1, and what lies behind the last pixel of a line shall not differ from scan to scan.
    let mut white: Vec<u8> = bits.iter().map(|byte| !byte).collect();
    if !width.is_multiple_of(8) {
        let behind = 0xff_u8 >> (width % 8);
        white.chunks_exact_mut(bit_stride(width)).for_each(|line| line[bit_stride(width) - 1] |= behind);
    }
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_image_data(&white).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(bytes)
}

fn thumbnail(page: Page) -> Result<Vec<u8>, ScanError> {
    let whole = "a page holds width times height samples";
    let (width, height) = (page.width, page.height);
    let scale = (f64::from(THUMBNAIL_SIDE) / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    let small: image::RgbImage = match page.pixels {
        Pixels::Rgb(rgb) => {
            let page = image::RgbImage::from_raw(width, height, rgb).expect(whole);
            imageops::thumbnail(&page, side(width), side(height))
        }
        _ => {
            let Pixels::Grey(grey) = page.into_grey().pixels else {
                unreachable!("into_grey gives a grey page")
            };
            let page = image::GrayImage::from_raw(width, height, grey).expect(whole);
            imageops::thumbnail(&page, side(width), side(height)).convert()
        }
    };
    let small = Page { width: small.width(), height: small.height(), pixels: Pixels::Rgb(small.into_raw()) };
    let Pixels::Rgb(samples) = &small.pixels else { unreachable!("made two lines above") };
    let mut bytes = Vec::new();
    jpeg(jpeg_encoder::Encoder::new(&mut bytes, THUMBNAIL_QUALITY), samples, &small)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_from_the_png_with_black_as_nought_and_their_resolution() {
        let page = Page { width: 10, height: 2, pixels: Pixels::Bits(vec![0b1000_0001, 0x40, 0, 0xff]) };
        let capture = encode(page, 300, None).unwrap();
        assert_eq!((capture.format, capture.width_px, capture.height_px), (CaptureFormat::Png, 10, 2));
        let mut reader = png::Decoder::new(std::io::Cursor::new(&capture.bytes)).read_info().unwrap();
        assert_eq!(reader.info().pixel_dims.unwrap().xppu, 11_811);
        let mut raw = vec![0; 4];
        reader.next_frame(&mut raw).unwrap();
        assert_eq!(raw, [0b0111_1110, 0b1011_1111, 0xff, 0b0011_1111]);
    }

    #[test]
    fn colour_is_a_baseline_jpeg_without_subsampling_and_the_thumbnail_is_small() {
        let page = Page { width: 900, height: 1200, pixels: Pixels::Rgb(vec![200; 900 * 1200 * 3]) };
        let capture = encode(page, 300, None).unwrap();
        let sof = capture.bytes.windows(2).position(|two| two == [0xff, 0xc0]).expect("a baseline frame");
        assert_eq!(capture.bytes[sof + 11], 0x11, "luma sampled 1x1");
        let density = capture.bytes.windows(5).position(|jfif| jfif == b"JFIF\0").unwrap() + 7;
        assert_eq!(capture.bytes[density..density + 5], [1, 1, 44, 1, 44], "300 dots per inch");
        let small = image::load_from_memory(&capture.thumbnail).unwrap();
        assert_eq!((small.width(), small.height()), (240, 320));
    }
}
