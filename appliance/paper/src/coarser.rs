//! A page that stays a picture - a photograph, a drawing, what would lose by being taken apart - packed harder, where
//! somebody asked for a smaller file.
//!
//! ```text
//! usual      the capture's own JPEG, byte for byte
//! tight      200 dpi, quality 70
//! tightest   200 dpi, quality 40, or as before where that would lose something
//! ```
//!
//! Fewer than 200 dots an inch would be no record (Decree 30/2020, appendix I), so a capture that has no more keeps them
//! all. What came out is decoded again and held against what went in: packing takes grain and nothing that is a stroke or a
//! colour, or the page stays byte for byte after all.

use crate::{
    making::SizeStep,
    raster::{self, Raster},
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The law's floor.
const LEAST_DPI: u32 = 200;
/// Pages are held against each other in squares of this many pixels: one millimetre.
const SQUARE: usize = 8;
/// How far lightness or colour of a square may move on the mean.
const MOST_SHIFT: i32 = 6;
/// From darkest to lightest in a square: more than this is a stroke, and half of it must be left.
const STROKE: u8 = 96;

/// A picture, packed.
pub(crate) struct Coarser {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) grey: bool,
    pub(crate) jpeg: Vec<u8>,
}

/// The picture packed as far as `size` asks; `None` where it stays as it is: nobody asked, it cannot be decoded, or it
/// would be no smaller or would lose something.
pub(crate) fn coarser(jpeg: &[u8], dpi: u32, size: SizeStep) -> Option<Coarser> {
    let qualities: &[u8] = match size {
        SizeStep::Usual => return None,
        SizeStep::Tight => &[70],
        SizeStep::Tightest => &[40, 70],
    };
    let page = raster::decoded(jpeg).ok()?;
    let page = if dpi > LEAST_DPI { shrunk(&page, dpi) } else { page };
    let whole = qualities.iter().find_map(|quality| {
        let packed = packed(&page, *quality).filter(|packed| packed.len() < jpeg.len())?;
        raster::decoded(&packed).is_ok_and(|again| is_kept(&page, &again)).then_some(packed)
    });
    let (width_px, height_px, grey) = (page.width_px, page.height_px, page.channels == 1);
    whole.map(|jpeg| Coarser { width_px, height_px, grey, jpeg })
}

/// Colour at the resolution of lightness: half of it saves a tenth and runs out over the borders of a seal.
fn packed(page: &Raster, quality: u8) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    let mut encoder = Encoder::new(&mut packed, quality);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(true);
    let side = |px: u32| u16::try_from(px).ok();
    let kind = if page.channels == 1 { ColorType::Luma } else { ColorType::Ycbcr };
    encoder.encode(&page.samples, side(page.width_px)?, side(page.height_px)?, kind).ok()?;
    Some(packed)
}

/// Whether every square has its tone, its colour and its strokes.
fn is_kept(page: &Raster, again: &Raster) -> bool {
    let alike = |page: &Raster| (page.width_px, page.height_px, page.channels);
    if alike(page) != alike(again) {
        return false;
    }
    let band = page.row_bytes() * SQUARE;
    page.samples.chunks(band).zip(again.samples.chunks(band)).all(|(page_rows, again_rows)| {
        let channels = usize::from(page.channels);
        (0..page.width_px as usize).step_by(SQUARE).all(|left| {
            let [before, after] = [page_rows, again_rows]
                .map(|rows| Square::of(rows, page.row_bytes(), left * channels, channels));
            before.is_kept_in(&after)
        })
    })
}

/// What is compared of a square.
#[derive(Default)]
struct Square {
    sums: [i32; 3],
    pixels: i32,
    spread: u8,
}

impl Square {
    fn of(rows: &[u8], row_bytes: usize, left: usize, channels: usize) -> Square {
        let mut square = Square::default();
        let (mut darkest, mut lightest) = (u8::MAX, 0);
        for row in rows.chunks_exact(row_bytes) {
            let row = &row[left..row.len().min(left + SQUARE * channels)];
            for pixel in row.chunks_exact(channels) {
                square.sums.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += i32::from(*sample));
                square.pixels += 1;
                (darkest, lightest) = (darkest.min(pixel[0]), lightest.max(pixel[0]));
            }
        }
        square.spread = lightest.saturating_sub(darkest);
        square
    }

    fn is_kept_in(&self, after: &Square) -> bool {
        let shift = |(before, after): (&i32, &i32)| (before - after).abs() / self.pixels.max(1);
        self.sums.iter().zip(&after.sums).map(shift).all(|shift| shift <= MOST_SHIFT)
            && (self.spread < STROKE || after.spread >= self.spread / 2)
    }
}

/// At [`LEAST_DPI`], or a little more: each sample is the mean of what it covers.
fn shrunk(page: &Raster, dpi: u32) -> Raster {
    let side = |px: u32| (u64::from(px) * u64::from(LEAST_DPI)).div_ceil(u64::from(dpi)).max(1) as u32;
    let (width_px, height_px, channels) = (side(page.width_px), side(page.height_px), page.channels);
    let across = shares(page.width_px, width_px);
    let down = shares(page.height_px, height_px);
    let whole = u64::from(page.width_px) * u64::from(page.height_px);
    let mut samples = Vec::with_capacity(width_px as usize * height_px as usize * usize::from(channels));
    let mut narrow = vec![0_u32; width_px as usize * usize::from(channels)];
    let mut sums = vec![0_u64; narrow.len()];
    for (first, weights) in &down {
        sums.fill(0);
        for (row, weight) in page.rows().skip(*first).zip(weights) {
            narrowed(row, &across, usize::from(channels), &mut narrow);
            let weight = u64::from(*weight);
            sums.iter_mut().zip(&narrow).for_each(|(sum, sample)| *sum += u64::from(*sample) * weight);
        }
        samples.extend(sums.iter().map(|sum| ((sum + whole / 2) / whole) as u8));
    }
    Raster { width_px, height_px, channels, samples }
}

/// A row, each sample by what it covers; not divided yet.
fn narrowed(row: &[u8], across: &[(usize, Vec<u32>)], channels: usize, into: &mut [u32]) {
    for ((first, weights), into) in across.iter().zip(into.chunks_exact_mut(channels)) {
        into.fill(0);
        for (pixel, weight) in row[first * channels..].chunks_exact(channels).zip(weights) {
            into.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += u32::from(*sample) * weight);
        }
    }
}

/// For each of `to` samples the first of `from` it covers, and how much of it and of those after it. All of a sample
/// come to `from`.
fn shares(from: u32, to: u32) -> Vec<(usize, Vec<u32>)> {
    let (from, to) = (u64::from(from), u64::from(to));
    let share = |at: u64| {
        let (begin, end) = (at * from, (at + 1) * from);
        let first = begin / to;
        let covered = |sample: u64| end.min((sample + 1) * to) - begin.max(sample * to);
        let weights = (first..end.div_ceil(to)).map(|sample| covered(sample) as u32);
        (first as usize, weights.collect())
    };
    (0..to).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_mean_of_what_it_covers() {
        assert_eq!(shares(3, 2), [(0, vec![2, 1]), (1, vec![1, 2])]);
        assert_eq!(shares(6, 2), [(0, vec![2, 2, 2]), (3, vec![2, 2, 2])]);
        let row = Raster { width_px: 3, height_px: 3, channels: 1, samples: [90, 30, 60].repeat(3) };
        let small = shrunk(&row, 300);
        assert_eq!((small.width_px, small.height_px), (2, 2));
        assert_eq!(small.samples, [70, 50, 70, 50]);
    }

    #[test]
    fn a_stroke_or_a_colour_that_went_is_found() {
        let page = |of: fn(usize) -> [u8; 3]| Raster {
            width_px: 20,
            height_px: 20,
            channels: 3,
            samples: (0..400).flat_map(of).collect(),
        };
        let paper: fn(usize) -> [u8; 3] = |_| [230, 128, 128];
        let stroke: fn(usize) -> [u8; 3] = |at| if at == 399 { [20, 128, 128] } else { [230, 128, 128] };
        let pale: fn(usize) -> [u8; 3] = |at| if at == 399 { [140, 128, 128] } else { [230, 128, 128] };
        let stamp: fn(usize) -> [u8; 3] = |at| if at % 20 < 8 { [230, 128, 150] } else { [230, 128, 128] };
        let grain: fn(usize) -> [u8; 3] = |at| [if at % 2 == 0 { 235 } else { 225 }, 128, 128];
        for (what, before, after, kept) in [
            ("the same", stroke, stroke, true),
            ("grain", grain, paper, true),
            ("a stroke is gone", stroke, paper, false),
            ("a stroke is pale", stroke, pale, false),
            ("a colour is gone", stamp, paper, false),
            ("a colour has come", paper, stamp, false),
        ] {
            assert_eq!(is_kept(&page(before), &page(after)), kept, "{what}");
        }
    }
}
