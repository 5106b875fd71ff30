//! Pages with more pixels than can be held: A3 at 1200 dpi has 278 million.
//!
//! Our scanner's captures are strips joined by restart markers (ITU-T T.81 §E.1.4), and what stands between two markers
//! can be decoded without what comes before. So a band of such strips is a JPEG of its own once it has the head of the
//! whole and its own height; it is taken apart like a page, and its layers go to their place on the page.
//!
//! ```text
//! SOI .. SOF(height) .. SOS  strip RST0 strip RST1 strip RST2 strip EOI
//! SOI .. SOF(band) ..   SOS  strip RST0 strip EOI      and so on
//! ```
//!
//! A JPEG from elsewhere has no such markers as a rule, and stays as it is.

use crate::{
    art::MOST_AT_ONCE,
    layers::{self, Layered},
    making::{SizeStep, WhyPlain},
    raster,
};

/// Takes a page apart band by band; every band has to prove whole.
///
/// Fails with the reason why the page has to stay as it is.
pub(crate) fn layered(jpeg: &[u8], dpi: u32, size: SizeStep) -> Result<Layered, WhyPlain> {
    let strips = Strips::of(jpeg).ok_or(WhyPlain::TooLarge)?;
    // A quarter at once: a band is held as pixels and again as its mask.
    let most_rows = MOST_AT_ONCE / 4 / u64::from(strips.width_px.max(1));
    let at_once = (most_rows / u64::from(strips.rows.max(1))) as usize;
    if at_once == 0 {
        return Err(WhyPlain::TooLarge);
    }
    let mut page = Layered::empty(strips.width_px, strips.height_px);
    let mut top_px = 0;
    for index in (0..strips.count()).step_by(at_once) {
        let band = strips.band(index, at_once);
        let raster = raster::decoded(&band).map_err(|_| WhyPlain::Undecodable)?;
        let height_px = raster.height_px;
        page.take(layers::layered(&raster, dpi, size)?, top_px);
        top_px += height_px;
    }
    if top_px != strips.height_px {
        return Err(WhyPlain::Undecodable);
    }
    Ok(page)
}

/// A JPEG whose rows can be decoded some at a time.
struct Strips<'a> {
    width_px: u32,
    height_px: u32,
    /// Rows of the page in a strip; the last may have fewer.
    rows: u32,
    /// From the start of the image to the coded samples, and where in it the height stands.
    head: &'a [u8],
    height_at: usize,
    coded: Vec<&'a [u8]>,
}

impl<'a> Strips<'a> {
    /// `None` where a strip is not so many whole rows, or the samples come in several scans.
    fn of(jpeg: &'a [u8]) -> Option<Strips<'a>> {
        let mut at = 2;
        let (mut frame, mut interval) = (None, 0_u32);
        loop {
            let [0xFF, marker, high, low] = *jpeg.get(at..at + 4)? else { return None };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let body = jpeg.get(at + 4..at + 2 + length)?;
            match marker {
                // Baseline; sizes and sampling.
                0xC0 => frame = Some((Frame::of(body)?, at + 5)),
                0xDD => interval = u32::from(u16::from_be_bytes([*body.first()?, *body.get(1)?])),
                0xDA => {
                    let (frame, height_at) = frame?;
                    let (rows, coded) = (frame.rows_of(interval)?, coded(jpeg.get(at + 2 + length..)?)?);
                    let head = &jpeg[..at + 2 + length];
                    let Frame { width_px, height_px, .. } = frame;
                    let all = height_px.div_ceil(rows) as usize == coded.len();
                    return all.then_some(Strips { width_px, height_px, rows, head, height_at, coded });
                }
                0xC1..=0xCF if marker != 0xC4 => return None,
                _ => {}
            }
            at += 2 + length;
        }
    }

    fn count(&self) -> usize {
        self.coded.len()
    }

    /// Some strips from one on as a JPEG of their own.
    fn band(&self, first: usize, most: usize) -> Vec<u8> {
        let strips = &self.coded[first..(first + most).min(self.coded.len())];
        let above = first as u32 * self.rows;
        let height = (strips.len() as u32 * self.rows).min(self.height_px - above) as u16;
        let mut jpeg = self.head.to_vec();
        jpeg[self.height_at..self.height_at + 2].copy_from_slice(&height.to_be_bytes());
        for (index, strip) in strips.iter().enumerate() {
            if index > 0 {
                jpeg.extend([0xFF, 0xD0 + ((index - 1) % 8) as u8]);
            }
            jpeg.extend_from_slice(strip);
        }
        jpeg.extend([0xFF, 0xD9]);
        jpeg
    }
}

#[derive(Clone, Copy)]
struct Frame {
    width_px: u32,
    height_px: u32,
    /// Of the smallest coded unit.
    unit_px: [u32; 2],
}

impl Frame {
    fn of(body: &[u8]) -> Option<Frame> {
        let &[8, h1, h0, w1, w0, count, ref components @ ..] = body else { return None };
        let factors = components.chunks_exact(3).take(usize::from(count)).map(|component| component[1]);
        let unit_px = match count {
            // Alone it is not interleaved, whatever its factors.
            1 => [8, 8],
            _ => factors.fold([8, 8], |[wide, high], factor| {
                [wide.max(u32::from(factor >> 4) * 8), high.max(u32::from(factor & 15) * 8)]
            }),
        };
        let [height_px, width_px] = [[h1, h0], [w1, w0]].map(|bytes| u32::from(u16::from_be_bytes(bytes)));
        (width_px > 0 && height_px > 0).then_some(Frame { width_px, height_px, unit_px })
    }

    fn rows_of(self, interval: u32) -> Option<u32> {
        let units = self.width_px.div_ceil(self.unit_px[0]);
        (interval > 0 && interval.is_multiple_of(units)).then(|| interval / units * self.unit_px[1])
    }
}

/// What stands between the restart markers, to the end of the image.
fn coded(mut samples: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strips = Vec::new();
    let mut at = 0;
    loop {
        at += samples.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *samples.get(at + 1)? {
            0 => at += 2,
            0xD0..=0xD7 => {
                strips.push(&samples[..at]);
                samples = &samples[at + 2..];
                at = 0;
            }
            0xD9 => {
                strips.push(&samples[..at]);
                return Some(strips);
            }
            _ => return None,
        }
    }
}
