//! Pixels: what a capture becomes when it is looked into.
//!
//! Colour stays as JPEG keeps it - lightness and two differences of colour (ITU-T T.871) - because every question asked
//! here is one of lightness or of colour, never of red, and because it goes back into JPEG.

use std::hash::{DefaultHasher, Hash, Hasher};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// What a decoder may take before it is needed: 64 bits, and as many again.
const READ_AHEAD: [u8; 16] = [0; 16];
const END: [u8; 2] = [0xFF, 0xD9];
/// What may follow the last scan of a picture that comes in several: nothing but zeros, or - a zero after 0xFF means that
/// it is no marker - nothing but ones.
const BEHIND: [[u8; 2]; 2] = [[0x00, 0x00], [0xFF, 0x00]];

/// A page's samples, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    /// 1 is lightness alone; 3 is Y, Cb, Cr of each pixel, 128 being no colour.
    pub(crate) channels: u8,
    /// `width_px * height_px * channels` of them.
    pub(crate) samples: Vec<u8>,
}

impl Raster {
    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.width_px as usize * usize::from(self.channels)
    }

    /// Rows from the top.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
        self.samples.chunks_exact(self.row_bytes().max(1))
    }
}

/// Why there are no pixels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// The pixels of a capture's JPEG.
///
/// Fails where the coding is broken in the middle, or cut short and closed again. How large it is has to be checked before.
pub(crate) fn decoded(jpeg: &[u8]) -> Result<Raster, Undecodable> {
    let coded = jpeg.strip_suffix(&END);
    match (coded, is_progressive(jpeg)) {
        (None, _) => decoded_as_it_is(jpeg),
        (Some(coded), false) => decoded_as_it_is(&[coded, &READ_AHEAD].concat()),
        (Some(coded), true) => {
            // What is missing in the last scan would be made of what stands behind it.
            let followed_by = |bits: [u8; 2]| decoded_as_it_is(&[coded, &bits.repeat(512), &END].concat());
            let raster = followed_by(BEHIND[0])?;
            let seen = hash(&raster);
            drop(raster);
            let raster = followed_by(BEHIND[1])?;
            if hash(&raster) == seen { Ok(raster) } else { Err(Undecodable) }
        }
    }
}

fn hash(raster: &Raster) -> u64 {
    let mut hasher = DefaultHasher::new();
    raster.samples.hash(&mut hasher);
    hasher.finish()
}

/// The pixels of a JPEG that was coded here.
pub(crate) fn decoded_as_it_is(jpeg: &[u8]) -> Result<Raster, Undecodable> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options(ColorSpace::YCbCr));
    decoder.decode_headers().map_err(|_| Undecodable)?;
    let coded_as = decoder.input_colorspace().ok_or(Undecodable)?;
    if coded_as != ColorSpace::YCbCr {
        decoder.set_options(options(coded_as));
    }
    let samples = decoder.decode().map_err(|_| Undecodable)?;
    let (width, height) = decoder.dimensions().ok_or(Undecodable)?;
    let channels = match coded_as {
        ColorSpace::Luma => 1,
        ColorSpace::YCbCr | ColorSpace::RGB => 3,
        _ => return Err(Undecodable),
    };
    if samples.len() != width * height * usize::from(channels) {
        return Err(Undecodable);
    }
    let side = |px: usize| u32::try_from(px).map_err(|_| Undecodable);
    let mut raster = Raster { width_px: side(width)?, height_px: side(height)?, channels, samples };
    if coded_as == ColorSpace::RGB {
        raster.samples.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = ycbcr(*pixel));
    }
    Ok(raster)
}

/// Whether the rows of a picture come one scan over another, each finer than the one before.
///
/// The decoder makes up what is missing before the end of the image, but not what is missing before the end of the bytes.
/// So it gets other pictures without the one; and what it reads ahead is there.
fn is_progressive(jpeg: &[u8]) -> bool {
    let (baseline, progressive, scan) = ([0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xDA]);
    let mut markers = jpeg.windows(2).take_while(|bytes| *bytes != scan);
    markers.find(|bytes| *bytes == baseline || *bytes == progressive) != Some(&baseline)
}

fn options(space: ColorSpace) -> DecoderOptions {
    DecoderOptions::new_fast()
        .jpeg_set_out_colorspace(space)
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
}

/// ITU-T T.871 §7.
pub(crate) fn ycbcr([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = [f32::from(red), f32::from(green), f32::from(blue)];
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    [
        byte(0.299 * r + 0.587 * g + 0.114 * b),
        byte(-0.168_736 * r - 0.331_264 * g + 0.5 * b + 128.0),
        byte(0.5 * r - 0.418_688 * g - 0.081_312 * b + 128.0),
    ]
}

/// The way back.
pub(crate) fn rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let [y, cb, cr] = [f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0];
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    [byte(y + 1.402 * cr), byte(y - 0.344_136 * cb - 0.714_136 * cr), byte(y + 1.772 * cb)]
}
