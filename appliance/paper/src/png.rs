//! Reads the chunks of a PNG (ISO/IEC 15948) without decoding it, and the samples of a black-and-white one.

use crate::capture::CaptureFault;
use std::io::Cursor;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Of a black-and-white picture: A3 at 1200 dpi has 278 million, and takes 35 MB.
const MOST_BITS: usize = 512 << 20;

/// What the chunks of a PNG say.
#[derive(Debug)]
pub(crate) struct Png {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) bits: u8,
    pub(crate) colour_type: u8,
    pub(crate) interlaced: bool,
    pub(crate) transparent: bool,
    /// From `pHYs`, when it names metres and both directions agree.
    pub(crate) dpi: Option<u32>,
}

pub(crate) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(&SIGNATURE)
}

/// Reads the header; fails when the file is cut short before `IEND`.
pub(crate) fn read(bytes: &[u8]) -> Result<Png, CaptureFault> {
    let mut png: Option<Png> = None;
    for chunk in Chunks(bytes.get(SIGNATURE.len()..).unwrap_or_default()) {
        let (kind, data) = chunk?;
        match (kind, &mut png) {
            (b"IHDR", None) => png = Some(header(data)?),
            (b"pHYs", Some(png)) => png.dpi = physical_dpi(data),
            (b"tRNS", Some(png)) => png.transparent = true,
            (b"IEND", Some(_)) => return png.ok_or(CaptureFault::Damaged("PNG without a header")),
            (_, None) => return Err(CaptureFault::Damaged("PNG without a header")),
            _ => {}
        }
    }
    Err(CaptureFault::Damaged("PNG cut short"))
}

/// The samples of a picture of one bit a pixel, as they are packed in it: rows begin with a new byte, its highest bit
/// first.
pub(crate) fn bits(bytes: &[u8]) -> Result<Vec<u8>, CaptureFault> {
    let damaged = |_| CaptureFault::Damaged("PNG samples");
    let mut reader = ::png::Decoder::new(Cursor::new(bytes)).read_info().map_err(damaged)?;
    let length = reader.output_buffer_size().filter(|length| *length <= MOST_BITS / 8);
    let mut samples = vec![0; length.ok_or(CaptureFault::Unsupported("more pixels than a page needs"))?];
    reader.next_frame(&mut samples).map_err(damaged)?;
    Ok(samples)
}

struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<(&'a [u8; 4], &'a [u8]), CaptureFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let parts = self.0.split_first_chunk::<4>().and_then(|(length, rest)| {
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (kind, rest) = rest.split_first_chunk::<4>()?;
            let (data, rest) = rest.split_at_checked(length)?;
            Some((kind, data, rest.get(4..)?))
        });
        match parts {
            Some((kind, data, rest)) => {
                self.0 = rest;
                Some(Ok((kind, data)))
            }
            None => {
                self.0 = &[];
                Some(Err(CaptureFault::Damaged("PNG cut short")))
            }
        }
    }
}

fn header(data: &[u8]) -> Result<Png, CaptureFault> {
    let &[w3, w2, w1, w0, h3, h2, h1, h0, bits, colour_type, _, _, interlace] = data else {
        return Err(CaptureFault::Damaged("PNG header of the wrong length"));
    };
    let (width_px, height_px) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    if width_px == 0 || height_px == 0 {
        return Err(CaptureFault::Damaged("PNG without a size"));
    }
    let interlaced = interlace != 0;
    Ok(Png { width_px, height_px, bits, colour_type, interlaced, transparent: false, dpi: None })
}

fn physical_dpi(data: &[u8]) -> Option<u32> {
    let &[x3, x2, x1, x0, y3, y2, y1, y0, 1] = data else { return None };
    let (x, y) = (u32::from_be_bytes([x3, x2, x1, x0]), u32::from_be_bytes([y3, y2, y1, y0]));
    let dpi = (u64::from(x) * 254 + 5_000) / 10_000;
    (x == y && x > 0).then(|| u32::try_from(dpi).ok()).flatten()
}
