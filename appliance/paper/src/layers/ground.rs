//! The paper under the ink: its tone and shade, at about 19 dpi.
//!
//! Where a cell is covered, its neighbours say what lies below: the brighter cells of a block of sixteen are paper, and
//! a block that is all ink is outvoted by those around it within 9 mm. Grain and what shines through from the other
//! side go with it; a slow shade, a stain, the yellow of old paper stay.

use super::{cells::Kept, overview::Overview};

/// Cells to a side of a block: one MCU of a JPEG of full resolution at 300 dpi.
pub(super) const BLOCK_CELLS: usize = 4;
/// Blocks to either side that have a say.
const REACH: usize = 6;
/// Of the lightness in reach, from the darkest: most of what lies between lines of text is paper.
const PAPER_RANK: f32 = 0.7;

/// What is shade and not ink.
#[derive(Clone, Copy)]
struct Limits {
    /// Of the cells of a block among each other.
    spread: u8,
    /// Of their mean from the paper around.
    lightness: u8,
    colour: u8,
}

const SHADE: Limits = Limits { spread: 9, lightness: 45, colour: 11 };
const BORDER_SHADE: Limits = Limits { spread: 40, lightness: 255, colour: 20 };
/// The width of the borders: 8 mm.
const BORDER_BLOCKS: usize = 6;

/// The paper's tone, block by block.
pub(super) struct Ground {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Y, Cb, Cr.
    pub(super) blocks: Vec<[u8; 3]>,
}

impl Ground {
    pub(super) fn of(overview: &Overview) -> Ground {
        let width = overview.width.div_ceil(BLOCK_CELLS);
        let height = overview.height.div_ceil(BLOCK_CELLS);
        let mut blocks = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                blocks.push(brightest(overview, x, y));
            }
        }
        let mut ground = Ground { width, height, blocks };
        ground.outvote();
        ground.smooth();
        ground.take_shade(overview);
        ground
    }

    /// At the middle of a cell, between the blocks around it.
    pub(super) fn at_cell(&self, x: usize, y: usize) -> [u8; 3] {
        let at = |cell: usize| (cell as f32 + 0.5) / BLOCK_CELLS as f32 - 0.5;
        self.between(at(x), at(y))
    }

    /// Lightness of most of the page.
    pub(super) fn middle(&self) -> u8 {
        self.lightness_at(50)
    }

    /// From its dark to its light parts, without the uttermost.
    pub(super) fn spread(&self) -> u8 {
        self.lightness_at(95) - self.lightness_at(5)
    }

    /// How far apart in colour its parts are, without the outer fifths: a letterhead, a photograph on half the page.
    pub(super) fn colours(&self) -> u8 {
        let spread = |channel: usize| self.at_rank(channel, 80) - self.at_rank(channel, 20);
        spread(1).max(spread(2))
    }

    fn lightness_at(&self, hundredths: usize) -> u8 {
        self.at_rank(0, hundredths)
    }

    fn at_rank(&self, channel: usize, hundredths: usize) -> u8 {
        let mut values: Vec<u8> = self.blocks.iter().map(|block| block[channel]).collect();
        let rank = (values.len() - 1) * hundredths / 100;
        *values.select_nth_unstable(rank).1
    }

    /// Under a photograph the paper is that of the page, not what the vote made of the picture.
    pub(super) fn forget_under(&mut self, photographs: &Kept) {
        let paper = [0, 1, 2].map(|channel| {
            let mut values: Vec<u8> = self.blocks.iter().map(|block| block[channel]).collect();
            let middle = values.len() / 2;
            *values.select_nth_unstable(middle).1
        });
        for (at, block) in self.blocks.iter_mut().enumerate() {
            if photographs.has_in_block([at % self.width, at / self.width]) {
                *block = paper;
            }
        }
    }

    /// Of the block a cell lies in.
    pub(super) fn at_cell_nearest(&self, x: usize, y: usize) -> [u8; 3] {
        self.blocks[y / BLOCK_CELLS * self.width + x / BLOCK_CELLS]
    }

    /// In units of blocks, the middle of the first being 0.
    pub(super) fn between(&self, x: f32, y: f32) -> [u8; 3] {
        let (left, right, x) = either_side(x, self.width);
        let (upper, lower, y) = either_side(y, self.height);
        let block = |x: usize, y: usize| self.blocks[y * self.width + x].map(f32::from);
        let mix = |a: [f32; 3], b: [f32; 3], part: f32| {
            [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part]
        };
        let above = mix(block(left, upper), block(right, upper), x);
        let below = mix(block(left, lower), block(right, lower), x);
        mix(above, below, y).map(|value| (value + 0.5) as u8)
    }

    /// Takes shade into the ground that the vote passed over: the shadow of a lid, a fold, a stain. It is what is even and
    /// not too far from the paper around; along the borders, where nobody writes, also what is neither. What lies
    /// between shades, under ink, is as they are.
    fn take_shade(&mut self, overview: &Overview) {
        let mut taken = vec![false; self.blocks.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                let near_border = x.min(y).min(self.width - 1 - x).min(self.height - 1 - y) < BORDER_BLOCKS;
                let paper = self.blocks[y * self.width + x];
                let limits = if near_border { BORDER_SHADE } else { SHADE };
                if let Some(shade) = shade(overview, [x, y], paper, limits) {
                    self.blocks[y * self.width + x] = shade;
                    taken[y * self.width + x] = true;
                }
            }
        }
        self.fill_between(&taken);
    }

    fn fill_between(&mut self, taken: &[bool]) {
        const NEAR: usize = 2;
        const ENOUGH: u32 = 4;
        let before = self.blocks.clone();
        for at in (0..taken.len()).filter(|at| !taken[*at]) {
            let (x, y) = (at % self.width, at / self.width);
            let (mut sum, mut count) = ([0_u32; 3], 0);
            for row in y.saturating_sub(NEAR)..(y + NEAR + 1).min(self.height) {
                for column in x.saturating_sub(NEAR)..(x + NEAR + 1).min(self.width) {
                    if taken[row * self.width + column] {
                        let block = before[row * self.width + column];
                        sum.iter_mut().zip(block).for_each(|(sum, sample)| *sum += u32::from(sample));
                        count += 1;
                    }
                }
            }
            if count >= ENOUGH {
                self.blocks[at] = sum.map(|sum| ((sum + count / 2) / count) as u8);
            }
        }
    }

    fn outvote(&mut self) {
        let (width, height) = (self.width, self.height);
        let mut row = Vec::with_capacity(width.max(height));
        for y in 0..height {
            row.clear();
            row.extend_from_slice(&self.blocks[y * width..][..width]);
            for x in 0..width {
                self.blocks[y * width + x] = ranked(&row, x);
            }
        }
        for x in 0..width {
            row.clear();
            row.extend((0..height).map(|y| self.blocks[y * width + x]));
            for y in 0..height {
                self.blocks[y * width + x] = ranked(&row, y);
            }
        }
    }

    /// Three by three.
    fn smooth(&mut self) {
        let (width, height) = (self.width, self.height);
        let before = self.blocks.clone();
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0_u32; 3];
                let mut count = 0;
                for row in y.saturating_sub(1)..(y + 2).min(height) {
                    for column in x.saturating_sub(1)..(x + 2).min(width) {
                        let block = before[row * width + column];
                        (0..3).for_each(|channel| sum[channel] += u32::from(block[channel]));
                        count += 1;
                    }
                }
                self.blocks[y * width + x] = sum.map(|sum| ((sum + count / 2) / count) as u8);
            }
        }
    }
}

/// The mean of a block, if it is even and near enough to its paper.
fn shade(overview: &Overview, [x, y]: [usize; 2], paper: [u8; 3], limits: Limits) -> Option<[u8; 3]> {
    let columns = x * BLOCK_CELLS..((x + 1) * BLOCK_CELLS).min(overview.width);
    let rows = y * BLOCK_CELLS..((y + 1) * BLOCK_CELLS).min(overview.height);
    let mut sums = [0_u32; 3];
    let mut extremes = [[255_u8, 0]; 3];
    let count = (columns.len() * rows.len()) as u32;
    for row in rows {
        for cell in &overview.cells[row * overview.width..][columns.clone()] {
            for channel in 0..3 {
                sums[channel] += u32::from(cell[channel]);
                let [least, greatest] = extremes[channel];
                extremes[channel] = [least.min(cell[channel]), greatest.max(cell[channel])];
            }
        }
    }
    let mean = sums.map(|sum| ((sum + count / 2) / count) as u8);
    let is_even = extremes.iter().all(|[least, greatest]| greatest - least <= limits.spread);
    let is_near = mean[0].abs_diff(paper[0]) <= limits.lightness
        && (1..3).all(|channel| mean[channel].abs_diff(paper[channel]) <= limits.colour);
    (is_even && is_near).then_some(mean)
}

fn either_side(at: f32, length: usize) -> (usize, usize, f32) {
    let at = at.clamp(0.0, (length - 1) as f32);
    let before = at as usize;
    (before, (before + 1).min(length - 1), at - before as f32)
}

/// Mean of the second to fourth brightest cell of a block: paper, if any of it is.
fn brightest(overview: &Overview, x: usize, y: usize) -> [u8; 3] {
    let mut cells = [[0_u8; 3]; BLOCK_CELLS * BLOCK_CELLS];
    let mut count = 0;
    for row in (y * BLOCK_CELLS..(y + 1) * BLOCK_CELLS).take_while(|row| *row < overview.height) {
        for column in (x * BLOCK_CELLS..(x + 1) * BLOCK_CELLS).take_while(|column| *column < overview.width) {
            cells[count] = overview.cells[row * overview.width + column];
            count += 1;
        }
    }
    let cells = &mut cells[..count];
    cells.sort_unstable_by_key(|cell| std::cmp::Reverse(cell[0]));
    let paper = if count > 4 { &cells[1..4] } else { &cells[..1] };
    let mean = |channel: usize| {
        let sum: u32 = paper.iter().map(|cell| u32::from(cell[channel])).sum();
        ((sum + paper.len() as u32 / 2) / paper.len() as u32) as u8
    };
    [mean(0), mean(1), mean(2)]
}

/// Lightness by rank, colour by majority, of what is in reach.
fn ranked(line: &[[u8; 3]], at: usize) -> [u8; 3] {
    let near = &line[at.saturating_sub(REACH)..(at + REACH + 1).min(line.len())];
    let mut values = [0_u8; 2 * REACH + 1];
    let mut by_rank = |channel: usize, rank: f32| {
        let values = &mut values[..near.len()];
        values.iter_mut().zip(near).for_each(|(value, block)| *value = block[channel]);
        let rank = (rank * (near.len() - 1) as f32).round() as usize;
        *values.select_nth_unstable(rank).1
    };
    [by_rank(0, PAPER_RANK), by_rank(1, 0.5), by_rank(2, 0.5)]
}
