//! How bright the paper is round a place, read off a coarse grid, so that what is filled in cannot be told from it.

use crate::raster::Raster;

/// Cells along the longer side: 4 mm on A4, wider than a stroke and smaller than a word.
const CELLS: usize = 74;
/// Of a cell's samples so many in a hundred are darker than its paper - noise makes the very brightest untrue - and
/// half of them lie to either side of its colour.
const PAPER_SHARES: [usize; 3] = [80, 50, 50];
/// Share of cells brighter than what is called the page's paper: a page may carry photographs, and lie on a black lid.
const BRIGHT_SHARE: usize = 25;
/// Paper is looked for within this many cells.
const REACH: usize = 4;
/// What is darker than this share of the page's paper, in per cent, is a picture or a lid.
const DARKEST_PAPER: u32 = 72;
/// Each so many pixels one is looked at, either way.
const STEP: usize = 3;

const WHITE: [u8; 3] = [255, 128, 128];

/// The paper of a page, cell by cell.
pub(super) struct Tone {
    cell: usize,
    columns: usize,
    rows: usize,
    levels: Vec<[u8; 3]>,
    page: [u8; 3],
}

impl Tone {
    pub(super) fn of(raster: &Raster) -> Self {
        let (width, height) = (raster.width_px as usize, raster.height_px as usize);
        let cell = (width.max(height) / CELLS).max(8);
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let mut levels = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                levels.push(brightest(raster, column * cell, row * cell, cell));
            }
        }
        let page = usual(&levels);
        let mut tone = Self { cell, columns, rows, levels, page };
        tone.spread();
        tone
    }

    /// That of a page in black and white.
    pub(super) fn white() -> Self {
        Self { cell: 8, columns: 1, rows: 1, levels: vec![WHITE], page: WHITE }
    }

    /// The paper of the page as a whole.
    pub(super) fn of_the_page(&self) -> [u8; 3] {
        self.page
    }

    /// The paper at a pixel; beyond the page that of the nearest place on it.
    pub(super) fn at(&self, x: i64, y: i64) -> [u8; 3] {
        let (left, right, across) = between(x, self.cell, self.columns);
        let (top, bottom, down) = between(y, self.cell, self.rows);
        let level = |column: usize, row: usize| self.levels[row * self.columns + column];
        let corners = [level(left, top), level(right, top), level(left, bottom), level(right, bottom)];
        std::array::from_fn(|i| {
            let [a, b, c, d] = corners.map(|corner| u32::from(corner[i]));
            let (upper, lower) = (a * (256 - across) + b * across, c * (256 - across) + d * across);
            ((upper * (256 - down) + lower * down + (1 << 15)) >> 16) as u8
        })
    }

    /// Lays the paper over a stretch of a row of `channels`; too even for steps of a few pixels to show.
    pub(super) fn lay(&self, x: i64, y: i64, channels: usize, row: &mut [u8]) {
        const RUN: usize = 8;
        for (at, run) in row.chunks_mut(RUN * channels).enumerate() {
            let tone = self.at(x + (at * RUN) as i64, y);
            run.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(&tone[..channels]));
        }
    }

    /// A cell under ink or a picture takes the paper near it, or else that of the page; then neighbours are levelled out.
    fn spread(&mut self) {
        let page = self.page;
        let floor = u32::from(page[0]) * DARKEST_PAPER / 100;
        for pass in [
            &|near: &[[u8; 3]]| near.iter().copied().max_by_key(|level| level[0]).unwrap_or(page),
            &|near: &[[u8; 3]]| mean(near),
        ] as [&dyn Fn(&[[u8; 3]]) -> [u8; 3]; 2]
        {
            for row in self.levels.chunks_mut(self.columns) {
                slide(row, pass);
            }
            for column in 0..self.columns {
                let mut line: Vec<_> =
                    (0..self.rows).map(|row| self.levels[row * self.columns + column]).collect();
                slide(&mut line, pass);
                for (row, level) in line.into_iter().enumerate() {
                    self.levels[row * self.columns + column] = level;
                }
            }
            for level in self.levels.iter_mut().filter(|level| u32::from(level[0]) < floor) {
                *level = page;
            }
        }
    }
}

/// The pixel at a place, grey without colour.
pub(super) fn pixel(raster: &Raster, x: usize, y: usize) -> [u8; 3] {
    let channels = usize::from(raster.channels);
    let at = (y * raster.width_px as usize + x) * channels;
    match raster.samples[at..at + channels] {
        [light, blue, red] => [light, blue, red],
        [light, ..] => [light, 128, 128],
        [] => WHITE,
    }
}

fn brightest(raster: &Raster, left: usize, top: usize, cell: usize) -> [u8; 3] {
    let (right, bottom) =
        ((left + cell).min(raster.width_px as usize), (top + cell).min(raster.height_px as usize));
    let mut counts = [[0_u16; 256]; 3];
    let mut all = 0;
    for y in (top..bottom).step_by(STEP) {
        for x in (left..right).step_by(STEP) {
            for (counts, value) in counts.iter_mut().zip(pixel(raster, x, y)) {
                counts[usize::from(value)] += 1;
            }
            all += 1;
        }
    }
    std::array::from_fn(|i| {
        let mut seen = 0;
        let level = counts[i].iter().position(|&count| {
            seen += usize::from(count);
            seen * 100 >= all * PAPER_SHARES[i] && count > 0
        });
        level.map_or(WHITE[i], |level| level as u8)
    })
}

fn usual(levels: &[[u8; 3]]) -> [u8; 3] {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable_by_key(|level| std::cmp::Reverse(*level));
    sorted.get(sorted.len() * BRIGHT_SHARE / 100).copied().unwrap_or(WHITE)
}

fn mean(near: &[[u8; 3]]) -> [u8; 3] {
    let count = near.len().max(1) as u32;
    std::array::from_fn(|i| (near.iter().map(|level| u32::from(level[i])).sum::<u32>() / count) as u8)
}

/// Replaces each level by what is made of those within reach.
fn slide(line: &mut [[u8; 3]], what: &dyn Fn(&[[u8; 3]]) -> [u8; 3]) {
    let before = line.to_vec();
    for (at, level) in line.iter_mut().enumerate() {
        *level = what(&before[at.saturating_sub(REACH)..(at + REACH + 1).min(before.len())]);
    }
}

/// The cells whose middles a place lies between, and how far it is to the second, in 256ths.
fn between(at: i64, cell: usize, cells: usize) -> (usize, usize, u32) {
    let (cell, last) = (cell as i64, cells as i64 - 1);
    let from_middle = (at * 2 + 1 - cell).clamp(0, last * cell * 2);
    let first = from_middle / (cell * 2);
    let share = (from_middle - first * cell * 2) * 256 / (cell * 2);
    (first as usize, (first + 1).min(last) as usize, share as u32)
}
