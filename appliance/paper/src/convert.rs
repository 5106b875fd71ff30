//! A picture that did not come from our scanner - a phone photo, a PNG from elsewhere - made into a capture.

use crate::{
    capture::{CaptureFault, CaptureRef, page_size},
    inspect::MOST_PIXELS,
    jpeg, png,
};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, metadata::Orientation};
use std::io::Cursor;

/// JPEG quality of a converted picture: no loss that an eye finds on paper.
const QUALITY: u8 = 92;
/// Under this a stated resolution is a screen's, not a scanner's.
const LEAST_DPI: u32 = 100;
const MOST_DPI: u32 = 2400;
/// The long side of A4 in hundredths of an inch.
const A4_LONG_HUNDREDTHS: u32 = 1169;

/// How a converted picture is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvertedFormat {
    /// 8-bit grey or colour.
    Jpeg,
    /// 1-bit grey.
    Png,
}

/// A picture that [`crate::compose()`] takes.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The bytes to store.
    pub bytes: Vec<u8>,
    /// How they are coded.
    pub format: ConvertedFormat,
    /// Width in pixels, upright.
    pub width_px: u32,
    /// Height in pixels, upright.
    pub height_px: u32,
    /// Stated by the picture, or such that its long side is that of A4.
    pub dpi: u32,
}

/// Makes a capture of a JPEG or PNG: upright, 8 bits, grey or RGB, no transparency. A picture that is all that already
/// keeps its bytes; anything else is decoded (at most [`MOST_PIXELS`]) and coded anew.
pub fn image_to_capture(bytes: &[u8]) -> Result<Converted, CaptureFault> {
    let (stated_dpi, (width, height)) = if jpeg::is_jpeg(bytes) {
        let facts = jpeg::read(bytes)?;
        (facts.dpi, (facts.width_px, facts.height_px))
    } else if png::is_png(bytes) {
        let facts = png::read(bytes)?;
        (facts.dpi, (facts.width_px, facts.height_px))
    } else {
        return Err(CaptureFault::NotAnImage);
    };
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(CaptureFault::Unsupported("more pixels than a page needs"));
    }
    let dpi = believable(stated_dpi, width, height);
    page_size(width, height, dpi)?;
    let (mut decoder, orientation) = decoder(bytes)?;
    if orientation == Orientation::NoTransforms
        && let Some(kept) = kept_as_it_is(bytes, dpi)
    {
        return Ok(kept);
    }
    decoder.set_limits(limits()).map_err(|_| CaptureFault::Unsupported("too large"))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| CaptureFault::Damaged("picture"))?;
    picture.apply_orientation(orientation);
    encode(picture, dpi)
}

fn decoder(bytes: &[u8]) -> Result<(impl ImageDecoder + '_, Orientation), CaptureFault> {
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| CaptureFault::NotAnImage)?;
    let mut decoder = reader.into_decoder().map_err(|_| CaptureFault::Damaged("picture"))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((decoder, orientation))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    // 8 bytes a pixel: 16-bit RGBA, the widest a PNG can be.
    limits.max_alloc = Some(MOST_PIXELS * 8);
    limits
}

pub(crate) fn believable(stated: Option<u32>, width: u32, height: u32) -> u32 {
    match stated {
        Some(dpi) if (LEAST_DPI..=MOST_DPI).contains(&dpi) => dpi,
        _ => match width.max(height).saturating_mul(100) / A4_LONG_HUNDREDTHS {
            // Not even a dot for each inch: no A4, and of a single dot no page at all.
            0 => LEAST_DPI,
            dpi => dpi.min(MOST_DPI),
        },
    }
}

fn kept_as_it_is(bytes: &[u8], dpi: u32) -> Option<Converted> {
    let capture = CaptureRef::new(bytes, dpi);
    let picture = capture.picture().ok()?;
    let format = if jpeg::is_jpeg(bytes) { ConvertedFormat::Jpeg } else { ConvertedFormat::Png };
    let (width_px, height_px) = (picture.width_px, picture.height_px);
    Some(Converted { bytes: bytes.to_vec(), format, width_px, height_px, dpi })
}

pub(crate) fn encode(picture: DynamicImage, dpi: u32) -> Result<Converted, CaptureFault> {
    let (width_px, height_px) = (picture.width(), picture.height());
    let side =
        |px: u32| u16::try_from(px).map_err(|_| CaptureFault::Unsupported("more than 65535 px a side"));
    let (width, height) = (side(width_px)?, side(height_px)?);
    let grey = !picture.color().has_color();
    let picture = on_white(picture);
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    let density = u16::try_from(dpi).unwrap_or(300);
    encoder.set_density(jpeg_encoder::PixelDensity::dpi(density));
    let coded = if grey {
        encoder.encode(picture.into_luma8().as_raw(), width, height, jpeg_encoder::ColorType::Luma)
    } else {
        encoder.encode(picture.into_rgb8().as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
    };
    coded.map_err(|_| CaptureFault::Unsupported("picture that JPEG cannot hold"))?;
    Ok(Converted { bytes, format: ConvertedFormat::Jpeg, width_px, height_px, dpi })
}

/// Paper is white: what is transparent shows it.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut flat = picture.into_rgba8();
    for pixel in flat.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        for sample in &mut pixel.0[..3] {
            *sample = ((u32::from(*sample) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
        pixel.0[3] = 255;
    }
    flat.into()
}
