//! Which cells of the page are neither paper nor black text: coloured ink, pencil, highlighter, photographs.
//!
//! ```text
//! coloured   further from the paper's colour than grain and lamps come
//! soft       no mask near, and yet lighter or darker than the paper: pencil, correction fluid, a grey picture
//! ```
//!
//! Both begin where it is sure and grow to what touches it. What shines through from the other side of thin paper is pale
//! and has no beginning; a single speck of dust is too small.

use super::{
    coverage::Coverage,
    ground::{BLOCK_CELLS, Ground},
    overview::Overview,
};

/// Further from the paper's colour than grain, JPEG and lamps come, and surely ink.
const COLOURED: [i32; 2] = [9, 18];
/// Darker or lighter than paper: at least, in steps of lightness and in multiples of the page's own grain.
const SOFT: [[f32; 2]; 2] = [[7.0, 4.0], [14.0, 7.0]];
/// Cells: less than 0.5 mm square is a speck.
const LEAST: usize = 4;

const NO: u8 = 0;
const PERHAPS: u8 = 1;
const SURE: u8 = 2;

/// Cells that a picture has to keep.
pub(super) struct Kept {
    width: usize,
    cells: Vec<bool>,
}

impl Kept {
    /// All cells of these blocks.
    pub(super) fn of_blocks(blocks: &[[usize; 2]], overview: &Overview) -> Kept {
        let mut cells = vec![false; overview.cells.len()];
        for [x, y] in blocks {
            for row in (y * BLOCK_CELLS..(y + 1) * BLOCK_CELLS).take_while(|row| *row < overview.height) {
                let columns = x * BLOCK_CELLS..((x + 1) * BLOCK_CELLS).min(overview.width);
                cells[row * overview.width..][columns].fill(true);
            }
        }
        Kept { width: overview.width, cells }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.cells.contains(&true)
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, usize)> {
        let set = self.cells.iter().enumerate().filter(|(_, kept)| **kept);
        set.map(|(at, _)| (at % self.width, at / self.width))
    }

    /// This cell or one that touches it.
    pub(super) fn is_near(&self, x: usize, y: usize) -> bool {
        let height = self.cells.len() / self.width;
        (y.saturating_sub(1)..(y + 2).min(height)).any(|row| {
            let cells = &self.cells[row * self.width..][..self.width];
            cells[x.saturating_sub(1)..(x + 2).min(self.width)].contains(&true)
        })
    }

    pub(super) fn has(&self, x: usize, y: usize) -> bool {
        self.cells[y * self.width + x]
    }

    pub(super) fn add(&mut self, other: &Kept) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(kept, other)| *kept |= other);
    }

    /// Of the page, how much, in hundredths.
    pub(super) fn share(&self) -> usize {
        self.cells.iter().filter(|kept| **kept).count() * 100 / self.cells.len()
    }
}

/// Cells with colour on them.
pub(super) fn coloured(overview: &Overview, ground: &Ground) -> Kept {
    let rated = overview.each(|x, y, cell| {
        let paper = ground.at_cell_nearest(x, y);
        let [cb, cr] = [1, 2].map(|channel| i32::from(cell[channel]) - i32::from(paper[channel]));
        let distance = cb * cb + cr * cr;
        let [least, sure] = COLOURED.map(|distance| distance * distance);
        if distance >= sure { SURE } else { u8::from(distance >= least) }
    });
    grown(&rated, overview.width)
}

/// Cells without text that are not paper either.
pub(super) fn soft(overview: &Overview, ground: &Ground, coverage: &Coverage) -> Kept {
    let grain = grain(overview, ground);
    let [least, sure] = SOFT.map(|[steps, grains]| steps.max(grains * grain) as i32);
    let rated = overview.each(|x, y, cell| {
        if coverage.is_near(x, y) {
            return NO;
        }
        let paper = ground.at_cell(x, y)[0];
        let distance = (i32::from(cell[0]) - i32::from(paper)).abs();
        if distance >= sure { SURE } else { u8::from(distance >= least) * PERHAPS }
    });
    grown(&rated, overview.width)
}

/// How far cells of bare paper stray from their ground, in steps of lightness.
pub(super) fn grain(overview: &Overview, ground: &Ground) -> f32 {
    let mut counts = [0_usize; 256];
    for (at, cell) in overview.cells.iter().enumerate() {
        let paper = ground.at_cell_nearest(at % overview.width, at / overview.width)[0];
        counts[usize::from(cell[0].abs_diff(paper))] += 1;
    }
    let half = overview.cells.len() / 2;
    let mut seen = 0;
    let middle = counts.iter().position(|count| {
        seen += count;
        seen > half
    });
    // The median of a normal spread is two thirds of its deviation.
    middle.unwrap_or(0) as f32 * 1.5
}

/// Grows from what is surely so to what touches it; islands of fewer cells than `least` are dropped.
fn grown(rated: &[u8], width: usize) -> Kept {
    let height = rated.len() / width;
    let mut kept = vec![false; rated.len()];
    let mut seen = vec![false; rated.len()];
    let mut island = Vec::new();
    for start in 0..rated.len() {
        if rated[start] != SURE || seen[start] {
            continue;
        }
        island.clear();
        island.push(start);
        seen[start] = true;
        let mut next = 0;
        while next < island.len() {
            let (x, y) = (island[next] % width, island[next] / width);
            next += 1;
            for row in y.saturating_sub(1)..(y + 2).min(height) {
                for column in x.saturating_sub(1)..(x + 2).min(width) {
                    let at = row * width + column;
                    if rated[at] != NO && !seen[at] {
                        seen[at] = true;
                        island.push(at);
                    }
                }
            }
        }
        if island.len() >= LEAST {
            island.iter().for_each(|at| kept[*at] = true);
        }
    }
    Kept { width, cells: kept }
}
