//! Black text: which pixels are ink, at full resolution.
//!
//! A pixel is ink where it is darker than halfway between the paper below it and the ink of its surroundings: there the
//! edge of a letter stands whatever the pressure of the toner, so strokes keep their weight.

use super::{cells::Kept, ground::Ground, overview::Overview};
use crate::{jbig2::Ink, raster::Raster};

/// Side of a region whose ink is judged by itself, in cells: about 11 mm.
const REGION_CELLS: usize = 32;
/// Darker than paper by this much: more than grain or what shines through.
const LEAST_DEPTH: usize = 40;
/// Of the pixels that deep, counted from the palest: the full ink of a stroke's middle.
const CORE_RANK: f64 = 0.85;
/// The ink that a mask is painted with, as a part of the core's depth: strokes have soft edges, and what a mask paints
/// has to weigh what they weigh.
const PAINTED: f64 = 0.86;
/// Pixels that a region needs before its ink is believed.
const ENOUGH: u32 = 60;

/// How dark ink is, region by region.
pub(super) struct Depths {
    width: usize,
    regions: Vec<u8>,
    /// Of the page.
    pub(super) page: u8,
}

impl Depths {
    /// `spared` are cells of colour: their ink is not text.
    pub(super) fn of(raster: &Raster, overview: &Overview, ground: &Ground, spared: &Kept) -> Depths {
        let width = overview.width.div_ceil(REGION_CELLS);
        let height = overview.height.div_ceil(REGION_CELLS);
        let mut counts = vec![[0_u32; 256]; width * height];
        let channels = usize::from(raster.channels);
        // Every second row says enough.
        for (y, row) in raster.rows().enumerate().step_by(2) {
            let cell_y = y / overview.cell_px;
            let regions = &mut counts[cell_y / REGION_CELLS * width..][..width];
            for (x, pixels) in row.chunks(overview.cell_px * channels).enumerate() {
                if spared.has(x, cell_y) {
                    continue;
                }
                let paper = ground.at_cell_nearest(x, cell_y)[0];
                let counts = &mut regions[x / REGION_CELLS];
                for pixel in pixels.iter().step_by(channels) {
                    counts[usize::from(paper.saturating_sub(*pixel))] += 1;
                }
            }
        }
        let mut page = [0; 256];
        for region in &counts {
            page.iter_mut().zip(region).for_each(|(sum, count)| *sum += count);
        }
        let page = depth(&page).unwrap_or(0);
        let regions = counts.iter().map(|region| depth(region).unwrap_or(page)).collect();
        Depths { width, regions, page }
    }

    /// Of the region a cell lies in.
    pub(super) fn at_cell(&self, x: usize, y: usize) -> u8 {
        self.regions[y / REGION_CELLS * self.width + x / REGION_CELLS]
    }
}

fn depth(counts: &[u32; 256]) -> Option<u8> {
    let deep = &counts[LEAST_DEPTH..];
    let all: u32 = deep.iter().sum();
    if all < ENOUGH {
        return None;
    }
    let rank = (f64::from(all) * CORE_RANK) as u32;
    let mut seen = 0;
    let core = deep.iter().position(|count| {
        seen += count;
        seen > rank
    })?;
    Some(((core + LEAST_DEPTH) as f64 * PAINTED) as u8)
}

/// Every pixel darker than halfway to the ink. Each is weighed with the four beside it, so that the grain of paper and
/// toner does not fray the edges of letters: a frayed edge costs twice as much as a smooth one and shows nothing more.
pub(super) fn mask(raster: &Raster, overview: &Overview, ground: &Ground, depths: &Depths) -> Ink {
    let mut ink = Ink::new(raster.width_px, raster.height_px);
    let width = raster.width_px as usize;
    let mut limits = vec![0_u16; width];
    let mut weighed = vec![0_u16; width];
    let light = |y: usize, into: &mut Vec<u8>| lightness(raster, y.min(raster.height_px as usize - 1), into);
    let [mut above, mut row, mut below] = [(); 3].map(|()| Vec::with_capacity(width));
    light(0, &mut row);
    light(1, &mut below);
    above.clone_from(&row);
    for y in 0..raster.height_px as usize {
        if y % overview.cell_px == 0 {
            let cell_y = y / overview.cell_px;
            for (x, limits) in limits.chunks_mut(overview.cell_px).enumerate() {
                let depth = depths.at_cell(x, cell_y).max(depths.page / 3 * 2);
                limits.fill(8 * u16::from(ground.at_cell_nearest(x, cell_y)[0].saturating_sub(depth / 2)));
            }
        }
        weigh(&above, &row, &below, &mut weighed);
        pack(ink.row_mut(y as u32), &weighed, &limits);
        std::mem::swap(&mut above, &mut row);
        std::mem::swap(&mut row, &mut below);
        light(y + 2, &mut below);
    }
    ink
}

fn lightness(raster: &Raster, y: usize, into: &mut Vec<u8>) {
    into.clear();
    let row = &raster.samples[y * raster.row_bytes()..][..raster.row_bytes()];
    if raster.channels == 1 {
        into.extend_from_slice(row);
    } else {
        into.extend(row.as_chunks::<3>().0.iter().map(|pixel| pixel[0]));
    }
}

/// Half itself, half the four beside it; in eighths.
fn weigh(above: &[u8], row: &[u8], below: &[u8], into: &mut [u16]) {
    let last = row.len() - 1;
    for (x, into) in into.iter_mut().enumerate() {
        let left = row[x.saturating_sub(1)];
        let right = row[(x + 1).min(last)];
        *into = 4 * u16::from(row[x])
            + u16::from(left)
            + u16::from(right)
            + u16::from(above[x])
            + u16::from(below[x]);
    }
}

fn pack(bytes: &mut [u8], weighed: &[u16], limits: &[u16]) {
    for ((byte, weighed), limits) in bytes.iter_mut().zip(weighed.chunks(8)).zip(limits.chunks(8)) {
        let bits =
            weighed.iter().zip(limits).fold(0, |bits, (pixel, limit)| bits << 1 | u8::from(pixel < limit));
        *byte = bits << (8 - weighed.len());
    }
}

/// What the mask is painted with: the middle of the pixels it covers, and a little to the dark side, because the edges of
/// strokes are among them.
pub(super) fn colour(raster: &Raster, mask: &Ink) -> [u8; 3] {
    const RANK: usize = 45;
    let channels = usize::from(raster.channels);
    let mut counts = [[0_usize; 256]; 3];
    for (row, ink) in raster.rows().zip(mask.rows()).step_by(2) {
        for (pixels, byte) in row.chunks(8 * channels).zip(ink).filter(|(_, byte)| **byte != 0) {
            let covered = pixels.chunks_exact(channels).enumerate().filter(|(x, _)| byte << x & 0x80 != 0);
            for (_, pixel) in covered {
                counts.iter_mut().zip(pixel).for_each(|(counts, sample)| counts[usize::from(*sample)] += 1);
            }
        }
    }
    let by_rank = |counts: &[usize; 256], rank: usize| {
        let wanted = counts.iter().sum::<usize>() * rank / 100;
        let mut seen = 0;
        let at = counts.iter().position(|count| {
            seen += count;
            seen > wanted
        });
        at.unwrap_or(128) as u8
    };
    [by_rank(&counts[0], RANK), by_rank(&counts[1], 50), by_rank(&counts[2], 50)]
}
