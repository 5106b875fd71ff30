//! Black text: which pixels are ink, at full resolution.
//!
//! A pixel is ink where it is darker than about halfway between the paper below it and the ink of its surroundings: there
//! the edge of a letter stands whatever the pressure of the toner, so strokes keep their weight.

use super::{cells::Kept, ground::Ground, overview::Overview, strokes};
use crate::{jbig2::Ink, raster::Raster};
use std::collections::HashSet;

/// Side of a region whose ink is judged by itself, in cells: about 11 mm.
const REGION_CELLS: usize = 32;
/// Darker than paper by this much: more than grain or what shines through.
const LEAST_DEPTH: usize = 40;
/// Of the pixels that deep, counted from the palest: the full ink of a stroke's middle.
const CORE_RANK: f64 = 0.85;
/// The ink that a mask is painted with, as a part of the core's depth: strokes have soft edges, and what a mask paints
/// has to weigh what they weigh.
const PAINTED: f64 = 0.86;
/// Where the edge of a letter is, in hundredths of the way from paper to ink. A little before the middle: marks over vowels
/// are small and never quite dark, and what reads Vietnamese reads them better a trace too heavy than a trace too fine.
const EDGE: u16 = 46;
/// Pixels that a region needs before its ink is believed.
const ENOUGH: u32 = 60;

/// How dark ink is, region by region.
pub(super) struct Depths {
    width: usize,
    regions: Vec<u8>,
    /// Of the page; 0 if there is none on it.
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

    /// How deep a pixel has to be to be ink, in the region a cell lies in.
    fn least_at_cell(&self, x: usize, y: usize) -> u8 {
        if self.page == 0 {
            // On the bare back of a letter, and in a cloudy sky, what is darker than the rest is grain.
            return u8::MAX;
        }
        let own = self.regions[y / REGION_CELLS * self.width + x / REGION_CELLS];
        if u16::from(own) * 8 < u16::from(self.page) * 5 {
            // Pencil, or print that is paler than the rest: what a mask would paint black.
            return self.page / 5 * 3;
        }
        (u16::from(own.max(self.page / 3 * 2)) * EDGE / 100) as u8
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

/// Every pixel darker than the edge of ink. Each is weighed with the four beside it, so that the grain of paper and
/// toner does not fray the edges of letters: a frayed edge costs twice as much as a smooth one and shows nothing more.
pub(super) fn mask(raster: &Raster, overview: &Overview, ground: &Ground, depths: &Depths) -> Ink {
    let mut ink = Ink::new(raster.width_px, raster.height_px);
    let width = raster.width_px as usize;
    let mut limits = vec![0_u16; width];
    let mut weighed = vec![0_u16; width];
    let light = |y: usize, into: &mut Vec<u8>| lightness(raster, y.min(raster.height_px as usize - 1), into);
    let [mut above, mut row, mut below] = [(); 3].map(|()| Vec::with_capacity(width));
    let mut hairlines =
        Hairlines { raster, reach: (overview.cell_px / 2).max(2), depth: depths.page, drawn: Vec::new() };
    light(0, &mut row);
    light(1, &mut below);
    above.clone_from(&row);
    for y in 0..raster.height_px as usize {
        if y % overview.cell_px == 0 {
            let cell_y = y / overview.cell_px;
            for (x, limits) in limits.chunks_mut(overview.cell_px).enumerate() {
                let paper = ground.at_cell_nearest(x, cell_y)[0];
                limits.fill(8 * u16::from(paper.saturating_sub(depths.least_at_cell(x, cell_y))));
            }
        }
        weigh(&above, &row, &below, &mut weighed);
        pack(ink.row_mut(y as u32), &weighed, &limits);
        hairlines.draw(ink.row_mut(y as u32), &row, y, &limits);
        std::mem::swap(&mut above, &mut row);
        std::mem::swap(&mut row, &mut below);
        light(y + 2, &mut below);
    }
    hairlines.drop_fragments(&mut ink, overview.cell_px);
    ink
}

/// Lines so fine that they never reach the full depth of ink: the rules of a table, the thin strokes of small type. They
/// are paler than half, but darker than what is on both their sides. A pencil's stroke is that in places too; so a line has
/// to be long, or to belong to ink.
struct Hairlines<'a> {
    raster: &'a Raster,
    /// Pixels to either side in which a line has come to its end.
    reach: usize,
    depth: u8,
    drawn: Vec<(u32, u32)>,
}

impl Hairlines<'_> {
    fn draw(&mut self, bytes: &mut [u8], row: &[u8], y: usize, limits: &[u16]) {
        // From the edge of ink down to a third of its depth, and a sixth to stand out by.
        let (paler, out) = (self.depth / 9, self.depth / 6);
        for (at, byte) in bytes.iter_mut().enumerate() {
            let pixels = &row[at * 8..(at * 8 + 8).min(row.len())];
            let limits = &limits[at * 8..at * 8 + pixels.len()];
            let is_dark = |(pixel, limit): (&u8, &u16)| u16::from(*pixel) < limit / 8 + u16::from(paler);
            if *byte == 0xFF || !pixels.iter().zip(limits).any(is_dark) {
                continue;
            }
            for (bit, pixel) in pixels.iter().zip(limits).enumerate().filter(|(_, pixel)| is_dark(*pixel)) {
                let x = at * 8 + bit;
                if *byte >> (7 - bit) & 1 == 0 && self.stands_out(x, y, pixel.0.saturating_add(out)) {
                    *byte |= 0x80 >> bit;
                    self.drawn.push((x as u32, y as u32));
                }
            }
        }
    }

    /// Takes back what is neither part of a stroke of full ink nor longer than 3 mm.
    fn drop_fragments(&self, mask: &mut Ink, cell_px: usize) {
        const LONG_CELLS: usize = 9;
        let drawn: HashSet<(u32, u32)> = self.drawn.iter().copied().collect();
        strokes::each(mask, &self.drawn, |mask, stroke| {
            let side = |of: fn(&(u32, u32)) -> u32| {
                let (least, most) =
                    stroke.iter().map(of).fold((u32::MAX, 0), |(a, b), at| (a.min(at), b.max(at)));
                (most - least) as usize
            };
            let is_long = side(|at| at.0).max(side(|at| at.1)) >= LONG_CELLS * cell_px;
            let fine = stroke.iter().filter(|at| drawn.contains(at));
            if !is_long && fine.clone().count() * 3 > stroke.len() * 2 {
                fine.for_each(|&(x, y)| strokes::clear(mask, x, y));
            }
        });
    }

    /// Whether what lies on both sides, across or along, is lighter than this.
    fn stands_out(&self, x: usize, y: usize, than: u8) -> bool {
        let (width, height) = (self.raster.width_px as usize, self.raster.height_px as usize);
        let channels = usize::from(self.raster.channels);
        let at = |x: usize, y: usize| self.raster.samples[(y * width + x) * channels] > than;
        let (left, above) = (x.wrapping_sub(self.reach), y.wrapping_sub(self.reach));
        let (right, below) = (x + self.reach, y + self.reach);
        left < width && right < width && at(left, y) && at(right, y)
            || above < height && below < height && at(x, above) && at(x, below)
    }
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

/// What the mask is painted with: nearly the full ink of the page, in the colour it has where it is darkest.
pub(super) fn colour(raster: &Raster, mask: &Ink, ground: &Ground, depths: &Depths) -> [u8; 3] {
    // Of the depth a mask weighs right with; a little more, because an eye takes grey text for faint.
    const DARKER: u32 = 106;
    let lightness = u32::from(ground.middle()).saturating_sub(u32::from(depths.page) * DARKER / 100) as u8;
    if raster.channels == 1 {
        return [lightness, 128, 128];
    }
    let mut counts = [[0_usize; 256]; 2];
    for (row, ink) in raster.rows().zip(mask.rows()).step_by(4) {
        for (pixels, byte) in row.chunks(8 * 3).zip(ink).filter(|(_, byte)| **byte != 0) {
            let pixels = pixels.as_chunks::<3>().0.iter().enumerate();
            for (_, pixel) in pixels.filter(|(x, pixel)| byte << x & 0x80 != 0 && pixel[0] <= lightness) {
                counts
                    .iter_mut()
                    .zip(&pixel[1..])
                    .for_each(|(counts, sample)| counts[usize::from(*sample)] += 1);
            }
        }
    }
    let [cb, cr] = counts.map(|counts| {
        let half = counts.iter().sum::<usize>() / 2;
        let mut seen = 0;
        let at = counts.iter().position(|count| {
            seen += count;
            seen > half
        });
        at.unwrap_or(128) as u8
    });
    [lightness, cb, cr]
}
