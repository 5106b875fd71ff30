//! TIFF (rev. 6.0): what copiers, fax machines and old scanning programs put a stack of pages into.
//!
//! Text pages come as CCITT group 4 and become 1-bit PNG without loss; grey and coloured ones become JPEG.
//!
//! ```no_run
//! # fn example(tiff: &[u8]) -> Result<(), paper::CaptureFault> {
//! for page in paper::TiffPages::of(tiff)? {
//!     println!("{} px wide", page?.width_px);
//! }
//! # Ok(()) }
//! ```

use crate::{
    capture::CaptureFault,
    convert::{Converted, ConvertedFormat, believable, encode},
    inspect::{InspectError, MOST_PAGES, MOST_PIXELS},
};
use ::tiff::{
    ColorType, TiffError,
    decoder::{Decoder, DecodingResult, Limits},
    tags::Tag,
};
use image::{DynamicImage, GrayImage, ImageBuffer, RgbImage, RgbaImage, metadata::Orientation};
use std::io::Cursor;

/// In hundredths of an inch, as the format counts centimetres.
const HUNDREDTHS_PER_INCH: u64 = 254;
/// Faxes have lines twice as far apart as dots; beyond that a file is wrong about itself.
const MOST_STRETCH: f32 = 4.0;

/// Little-endian or big-endian.
pub(crate) fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// Counts the pages, none decoded, and refuses a picture larger than a page needs.
pub(crate) fn pages(bytes: &[u8]) -> Result<u32, InspectError> {
    let wrong = |error: TiffError| InspectError::Damaged(error.to_string());
    let mut decoder = decoder(bytes).map_err(wrong)?;
    let mut pages = 0;
    loop {
        let (width_px, height_px) = decoder.dimensions().map_err(wrong)?;
        if u64::from(width_px) * u64::from(height_px) > MOST_PIXELS {
            return Err(InspectError::TooManyPixels { width_px, height_px, most: MOST_PIXELS });
        }
        pages += 1;
        if pages > MOST_PAGES {
            return Err(InspectError::TooManyPages { claimed: pages, most: MOST_PAGES });
        }
        if !decoder.more_images() {
            return Ok(pages);
        }
        decoder.next_image().map_err(wrong)?;
    }
}

fn decoder(bytes: &[u8]) -> Result<Decoder<Cursor<&[u8]>>, TiffError> {
    let mut limits = Limits::default();
    // 3 bytes a pixel: what is deeper than 8 bits is refused sooner, at fewer pixels.
    let most = usize::try_from(MOST_PIXELS * 3).unwrap_or(usize::MAX);
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (most, most);
    Ok(Decoder::new(Cursor::new(bytes))?.with_limits(limits))
}

/// The pages of a TIFF as captures, one after another; one is held at a time.
pub struct TiffPages<'a> {
    decoder: Decoder<Cursor<&'a [u8]>>,
    begun: bool,
    ended: bool,
}

impl<'a> TiffPages<'a> {
    /// Begins to read.
    ///
    /// # Errors
    /// Where it is no TIFF or its first directory cannot be read.
    pub fn of(bytes: &'a [u8]) -> Result<Self, CaptureFault> {
        Ok(TiffPages { decoder: decoder(bytes).map_err(fault)?, begun: false, ended: false })
    }

    fn page(&mut self) -> Result<Converted, CaptureFault> {
        if self.begun {
            self.decoder.next_image().map_err(fault)?;
        }
        self.begun = true;
        let (width, height) = self.decoder.dimensions().map_err(fault)?;
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(CaptureFault::Unsupported("more pixels than a page needs"));
        }
        let kind = self.decoder.colortype().map_err(fault)?;
        let (across, along) = self.resolution();
        let orientation = self.decoder.find_tag_unsigned::<u8>(Tag::Orientation).map_err(fault)?;
        let orientation = orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
        let samples = self.decoder.read_image().map_err(fault)?;
        let mut picture = picture(kind, samples, width, height)?;
        if let (Some(across), Some(along)) = (across, along) {
            picture = squared(picture, across, along)?;
        }
        picture.apply_orientation(orientation);
        let stated = across.max(along);
        let dpi = believable(stated, picture.width(), picture.height());
        if kind == ColorType::Gray(1) { bilevel(&picture.into_luma8(), dpi) } else { encode(picture, dpi) }
    }

    /// Dots per inch across and along, where it says so.
    fn resolution(&mut self) -> (Option<u32>, Option<u32>) {
        let unit = self.decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten().unwrap_or(2);
        let mut dpi = |tag| {
            let (dots, of) = match self.decoder.get_tag(tag).ok()? {
                ::tiff::decoder::ifd::Value::Rational(dots, of) => (u64::from(dots), u64::from(of)),
                _ => return None,
            };
            let per_unit = match unit {
                2 => dots.checked_div(of)?,
                3 => (dots * HUNDREDTHS_PER_INCH).checked_div(of * 100)?,
                _ => return None,
            };
            u32::try_from(per_unit).ok().filter(|dpi| *dpi > 0)
        };
        (dpi(Tag::XResolution), dpi(Tag::YResolution))
    }
}

impl Iterator for TiffPages<'_> {
    type Item = Result<Converted, CaptureFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.begun && !self.decoder.more_images() {
            return None;
        }
        let page = self.page();
        self.ended = page.is_err();
        Some(page)
    }
}

fn fault(error: TiffError) -> CaptureFault {
    match error {
        TiffError::UnsupportedError(_) | TiffError::LimitsExceeded => {
            CaptureFault::Unsupported("TIFF coding")
        }
        _ => CaptureFault::Damaged("TIFF"),
    }
}

fn picture(
    kind: ColorType,
    samples: DecodingResult,
    width: u32,
    height: u32,
) -> Result<DynamicImage, CaptureFault> {
    const SHORT: CaptureFault = CaptureFault::Damaged("TIFF samples");
    let picture = match (kind, samples) {
        (ColorType::Gray(1), DecodingResult::U8(bits)) => {
            GrayImage::from_vec(width, height, unpacked(&bits, width, height).ok_or(SHORT)?).map(Into::into)
        }
        (ColorType::Gray(8), DecodingResult::U8(grey)) => {
            GrayImage::from_vec(width, height, grey).map(Into::into)
        }
        (ColorType::Gray(16), DecodingResult::U16(grey)) => {
            ImageBuffer::from_vec(width, height, grey).map(DynamicImage::ImageLuma16)
        }
        (ColorType::RGB(8), DecodingResult::U8(rgb)) => {
            RgbImage::from_vec(width, height, rgb).map(Into::into)
        }
        (ColorType::RGBA(8), DecodingResult::U8(rgba)) => {
            RgbaImage::from_vec(width, height, rgba).map(Into::into)
        }
        (ColorType::YCbCr(8), DecodingResult::U8(mut samples)) => {
            samples.chunks_exact_mut(3).for_each(to_rgb);
            RgbImage::from_vec(width, height, samples).map(Into::into)
        }
        _ => return Err(CaptureFault::Unsupported("TIFF colours")),
    };
    picture.ok_or(SHORT)
}

/// One byte a pixel; each row begins with a new byte.
fn unpacked(bits: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let row_bytes = width.div_ceil(8);
    let rows = bits.get(..row_bytes.checked_mul(height)?)?.chunks_exact(row_bytes);
    let mut grey = Vec::with_capacity(width * height);
    for row in rows {
        grey.extend((0..width).map(|x| if row[x / 8] >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }));
    }
    Some(grey)
}

/// JFIF's conversion, in place.
fn to_rgb(pixel: &mut [u8]) {
    let [y, cb, cr] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
    for (sample, value) in pixel.iter_mut().zip(rgb) {
        *sample = value.round().clamp(0.0, 255.0) as u8;
    }
}

/// A fax has fewer lines than dots to the inch: each line is drawn again until the page has its true shape.
fn squared(picture: DynamicImage, across: u32, along: u32) -> Result<DynamicImage, CaptureFault> {
    let stretch = across as f32 / along as f32;
    if (0.98..1.02).contains(&stretch) {
        return Ok(picture);
    }
    if !(1.0 / MOST_STRETCH..=MOST_STRETCH).contains(&stretch) {
        return Err(CaptureFault::Damaged("TIFF resolution"));
    }
    let stretched = |px: u32, by: f32| ((px as f32 * by).round() as u32).max(1);
    let (width, height) = if stretch > 1.0 {
        (picture.width(), stretched(picture.height(), stretch))
    } else {
        (stretched(picture.width(), 1.0 / stretch), picture.height())
    };
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(CaptureFault::Unsupported("more pixels than a page needs"));
    }
    Ok(picture.resize_exact(width, height, image::imageops::FilterType::Nearest))
}

/// Black and white without loss.
fn bilevel(page: &GrayImage, dpi: u32) -> Result<Converted, CaptureFault> {
    const TROUBLE: CaptureFault = CaptureFault::Unsupported("picture that PNG cannot hold");
    let (width_px, height_px) = page.dimensions();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width_px, height_px);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let per_metre = u32::try_from((u64::from(dpi) * 10_000 + 127) / HUNDREDTHS_PER_INCH).unwrap_or(u32::MAX);
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    let mut writer = encoder.write_header().map_err(|_| TROUBLE)?;
    let rows = page.as_raw().chunks_exact(page.width().max(1) as usize);
    let packed: Vec<u8> = rows.flat_map(packed).collect();
    writer.write_image_data(&packed).map_err(|_| TROUBLE)?;
    writer.finish().map_err(|_| TROUBLE)?;
    Ok(Converted { bytes, format: ConvertedFormat::Png, width_px, height_px, dpi })
}

fn packed(row: &[u8]) -> impl Iterator<Item = u8> + '_ {
    row.chunks(8).map(|eight| {
        eight.iter().enumerate().fold(0, |byte, (at, grey)| byte | u8::from(*grey >= 128) << (7 - at))
    })
}
