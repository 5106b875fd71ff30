//! A rectangle of the page in continuous tone: ink as it is, paper as the ground has it, black text taken out.

use super::{
    Page, Tile,
    areas::Area,
    cells::Kept,
    ground::BLOCK_CELLS,
    overview::Overview,
    pack::{self, Packing, Samples},
};
use crate::{jbig2::Ink, raster::Raster};

/// The part of a page in an area: ink as it is, paper as the ground has it, black text filled with what is around it.
pub(super) fn tile(page: &Page<'_>, kept: &Kept, area: Area, packing: Packing) -> Tile {
    let Page { raster, overview, ground, mask, dpi, .. } = page;
    let cell_px = overview.cell_px;
    let block_px = cell_px * BLOCK_CELLS;
    let [left, top] = [area.left * block_px, area.top * block_px];
    let width = (area.right * block_px).min(raster.width_px as usize) - left;
    let height = (area.bottom * block_px).min(raster.height_px as usize) - top;
    let channels = usize::from(raster.channels);
    let masked = masked(mask, left, top, width, height);
    let under = Under::of(raster, overview, &masked, [left, top, width, height]);
    let mut samples = Vec::with_capacity(width * height * 3);
    let mut strengths = [0_u32; 256];
    let mut cells = Vec::with_capacity(width.div_ceil(cell_px));
    for y in 0..height {
        let row = &raster.samples[(top + y) * raster.row_bytes() + left * channels..][..width * channels];
        if y % cell_px == 0 {
            let (first, cell_y) = (left / cell_px, (top + y) / cell_px);
            cells.clear();
            cells.extend(
                (first..first + width.div_ceil(cell_px))
                    .map(|x| (ground.at_cell_nearest(x, cell_y), kept.is_near(x, cell_y))),
            );
        }
        for (x, pixel) in row.chunks_exact(channels).enumerate() {
            let (paper, is_kept) = cells[x / cell_px];
            if !is_kept {
                samples.extend(paper);
                continue;
            }
            let pixel = match masked[y * width + x] {
                true => under.at(x / cell_px, y / cell_px).unwrap_or(paper),
                false => colours(pixel),
            };
            strengths[difference(pixel, paper) as usize] += 1;
            samples.extend(shrunk(pixel, paper));
        }
    }
    let strength = strongest(&strengths);
    let samples = Samples { width, height, dpi: *dpi, grey: channels == 1, strength, samples };
    let [left_px, top_px, width_px, height_px] = [left, top, width, height].map(|px| px as u32);
    Tile { left_px, top_px, width_px, height_px, picture: pack::ink(samples, packing) }
}

fn colours(pixel: &[u8]) -> [u8; 3] {
    if let [y, cb, cr] = *pixel { [y, cb, cr] } else { [pixel[0], 128, 128] }
}

/// What black text lies on: the mean of what is free in a cell and around it.
struct Under {
    width: usize,
    height: usize,
    cells: Vec<([u32; 3], u32)>,
}

impl Under {
    fn of(
        raster: &Raster,
        overview: &Overview,
        masked: &[bool],
        [left, top, width, height]: [usize; 4],
    ) -> Under {
        let cell_px = overview.cell_px;
        let mut under =
            Under { width: width.div_ceil(cell_px), height: height.div_ceil(cell_px), cells: Vec::new() };
        under.cells.resize(under.width * under.height, ([0; 3], 0));
        let channels = usize::from(raster.channels);
        for y in 0..height {
            let row = &raster.samples[(top + y) * raster.row_bytes() + left * channels..][..width * channels];
            let cells = &mut under.cells[y / cell_px * under.width..];
            for (x, pixel) in row.chunks_exact(channels).enumerate().filter(|(x, _)| !masked[y * width + x]) {
                let (sums, count) = &mut cells[x / cell_px];
                sums.iter_mut().zip(colours(pixel)).for_each(|(sum, sample)| *sum += u32::from(sample));
                *count += 1;
            }
        }
        under
    }

    fn at(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        let mut sums = [0; 3];
        let mut count = 0;
        for row in y.saturating_sub(1)..(y + 2).min(self.height) {
            for column in x.saturating_sub(1)..(x + 2).min(self.width) {
                let (cell, pixels) = &self.cells[row * self.width + column];
                sums.iter_mut().zip(cell).for_each(|(sum, cell)| *sum += cell);
                count += pixels;
            }
        }
        (count > 0).then(|| sums.map(|sum| (sum / count) as u8))
    }
}

/// Grain is paper; the more something differs, the more of it is kept.
fn shrunk(pixel: [u8; 3], paper: [u8; 3]) -> [u8; 3] {
    let part = (difference(pixel, paper) - 6).clamp(0, 12);
    [0, 1, 2].map(|channel| {
        let [pixel, paper] = [pixel, paper].map(|sample| i32::from(sample[channel]));
        (paper + (pixel - paper) * part / 12) as u8
    })
}

/// How far a pixel is from its paper; a step of colour is seen like two of lightness.
fn difference(pixel: [u8; 3], paper: [u8; 3]) -> i32 {
    let [y, cb, cr] = [0, 1, 2].map(|channel| (i32::from(pixel[channel]) - i32::from(paper[channel])).abs());
    y.max(2 * cb).max(2 * cr).min(255)
}

/// The middle of what differs at all: specks of dark in a faint seal do not make it a strong one.
fn strongest(counts: &[u32; 256]) -> u8 {
    const DIFFERS: usize = 16;
    let half = counts[DIFFERS..].iter().sum::<u32>() / 2;
    let mut seen = 0;
    let middle = counts[DIFFERS..].iter().position(|count| {
        seen += count;
        seen > half
    });
    middle.map_or(0, |at| (at + DIFFERS) as u8)
}

fn masked(mask: &Ink, left: usize, top: usize, width: usize, height: usize) -> Vec<bool> {
    let mut masked = vec![false; width * height];
    for (y, row) in mask.rows().enumerate().skip(top).take(height) {
        for x in 0..width {
            let at = left + x;
            masked[(y - top) * width + x] = row[at / 8] >> (7 - at % 8) & 1 == 1;
        }
    }
    masked
}
