//! The capture that is kept: a JPEG for grey and colour, a PNG for one bit, put together from strips of the page.
//!
//! JPEG at quality 92 without chroma subsampling keeps the thin blue of a signature and the red of a seal apart
//! from the black under them; everything later (`paper`) is made from these bytes.
//!
//! A strip is [`STRIP_LINES`] lines, the last perhaps fewer. Each is coded for itself, by whoever has time; what joins
//! them into one JPEG are restart markers (ITU-T T.81, B.2.1 and F.1.2.3), at which a decoder forgets what went before:
//!
//! ```text
//! SOI JFIF DQT SOF(height) DHT DRI(blocks of a strip) SOS | strip | RST0 | strip | RST1 | ... strip | EOI
//! ```
//!
//! The height stands in front and is put there last, so a page whose end nobody announced goes the same way.

use serde::{Deserialize, Serialize};

use crate::device::Colour;
use crate::error::ScanError;
use crate::page::{Outline, bit_stride};

const QUALITY: u8 = 92;
/// The largest side of a JPEG, pixels.
pub(crate) const MOST_SIDE: u32 = 65_535;
/// Lines of a strip: whole rows of JPEG's blocks, and at the largest width still no more blocks than a restart
/// interval can count.
pub(crate) const STRIP_LINES: usize = 32;
/// Side of a JPEG block, pixels.
const BLOCK: u32 = 8;

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

const SOF0: u8 = 0xc0;
const RST0: u8 = 0xd0;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DRI: u8 = 0xdd;

/// A JPEG growing strip by strip, in their order.
pub(crate) struct Jpeg {
    bytes: Vec<u8>,
    strips: usize,
    /// Where the height will stand.
    height_at: usize,
}

impl Jpeg {
    /// Everything that stands before the first strip.
    pub(crate) fn begin(page: &Outline, dpi: u32) -> Result<Jpeg, ScanError> {
        // One block is encoded for the sake of the tables, which are the same whatever the page.
        let block = vec![255; (BLOCK * BLOCK) as usize * channels(page.colour)];
        let mut bytes = encoded(&block, BLOCK, page.colour, Some(dpi))?;
        let (frame, scan) = landmarks(&bytes)?;
        let height_at = frame + 5;
        bytes[height_at + 2..height_at + 4].copy_from_slice(&low_16(page.width));
        let [high, low] = low_16(page.width.div_ceil(BLOCK) * (STRIP_LINES as u32 / BLOCK));
        let behind = scan.end;
        bytes.truncate(behind);
        bytes.splice(scan.start..scan.start, [0xff, DRI, 0, 4, high, low]);
        Ok(Jpeg { bytes, strips: 0, height_at })
    }

    /// Joins the next strip; tells how many bytes it is by now.
    pub(crate) fn join(&mut self, strip: &[u8]) -> usize {
        if self.strips > 0 {
            self.bytes.extend([0xff, RST0 + ((self.strips - 1) % 8) as u8]);
        }
        self.strips += 1;
        self.bytes.extend_from_slice(strip);
        self.bytes.len()
    }

    /// The whole file, now that the height is known.
    pub(crate) fn finish(mut self, height: u32) -> Vec<u8> {
        self.bytes[self.height_at..self.height_at + 2].copy_from_slice(&low_16(height));
        self.bytes.extend([0xff, EOI]);
        self.bytes
    }
}

/// The coded blocks of one strip of a grey or coloured page.
pub(crate) fn jpeg_strip(lines: &[u8], page: &Outline) -> Result<Vec<u8>, ScanError> {
    let mut bytes = encoded(lines, page.width, page.colour, None)?;
    let (_, scan) = landmarks(&bytes)?;
    bytes.truncate(bytes.len() - 2); // EOI
    bytes.drain(..scan.end);
    Ok(bytes)
}

/// A JPEG of whole lines, its quality that of captures.
fn encoded(lines: &[u8], width: u32, colour: Colour, dpi: Option<u32>) -> Result<Vec<u8>, ScanError> {
    let mut bytes = Vec::with_capacity(lines.len() / 8 + 1024);
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    if let Some(dpi) = dpi {
        encoder.set_density(jpeg_encoder::PixelDensity::dpi(dpi.min(MOST_SIDE) as u16));
    }
    encode(encoder, lines, width, colour)?;
    Ok(bytes)
}

/// Encodes whole lines of grey or colour.
pub(crate) fn encode(
    encoder: jpeg_encoder::Encoder<&mut Vec<u8>>,
    lines: &[u8],
    width: u32,
    colour: Colour,
) -> Result<(), ScanError> {
    let fault = |why: String| ScanError::Invalid(format!("JPEG: {why}"));
    let height = lines.len() / (width as usize * channels(colour)).max(1);
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(fault(format!("{width} x {height} pixels")));
    };
    let colour =
        if colour == Colour::Colour { jpeg_encoder::ColorType::Rgb } else { jpeg_encoder::ColorType::Luma };
    encoder.encode(lines, width, height, colour).map_err(|e| fault(e.to_string()))
}

/// Bytes of a pixel that is not a bit.
pub(crate) fn channels(colour: Colour) -> usize {
    if colour == Colour::Colour { 3 } else { 1 }
}

/// Where in an encoder's file the frame header begins, and where the scan header stands.
fn landmarks(bytes: &[u8]) -> Result<(usize, std::ops::Range<usize>), ScanError> {
    let mut at = 2;
    let mut frame = 0;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let behind = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        match marker {
            SOF0 => frame = at,
            SOS => return Ok((frame, at..behind)),
            _ => {}
        }
        at = behind;
    }
    Err(ScanError::Invalid("JPEG: an encoder that writes no scan".into()))
}

fn low_16(number: u32) -> [u8; 2] {
    let [_, _, high, low] = number.to_be_bytes();
    [high, low]
}

/// Lines of bits as PNG has them: white is 1, each line begins with its filter (none), and what lies behind the last
/// pixel does not differ from scan to scan.
pub(crate) fn png_lines(lines: &[u8], width: u32) -> Vec<u8> {
    let stride = bit_stride(width);
    let behind = if width.is_multiple_of(8) { 0 } else { 0xff_u8 >> (width % 8) };
    let mut white = Vec::with_capacity(lines.len() + lines.len() / stride);
    for line in lines.chunks_exact(stride) {
        white.push(0);
        white.extend(line.iter().map(|byte| !byte));
        if let Some(last) = white.last_mut() {
            *last |= behind;
        }
    }
    white
}

/// A PNG around the compressed lines of a page of bits.
pub(crate) fn png(zlib: &[u8], width: u32, height: u32, dpi: u32) -> Result<Vec<u8>, ScanError> {
    let fault = |e: png::EncodingError| ScanError::Invalid(format!("PNG: {e}"));
    let mut bytes = Vec::with_capacity(zlib.len() + 128);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_chunk(png::chunk::IDAT, zlib).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(bytes)
}
