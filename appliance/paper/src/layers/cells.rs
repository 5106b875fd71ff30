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

/// Of the paper's colour, what is left in the middle of black ink, in 256ths.
const LEFT_BY_BLACK: i32 = 50;
/// Between cells 0.7 mm apart: a pencil's stroke has edges, what shines through from the other side has none.
const EDGE: u8 = 18;

const NO: u8 = 0;
const PERHAPS: u8 = 1;
const SURE: u8 = 2;

/// Cells that a picture has to keep.
pub(super) struct Kept {
    width: usize,
    cells: Vec<bool>,
}

impl Kept {
    /// All cells of the blocks that are set.
    pub(super) fn of_blocks(blocks: &[bool], overview: &Overview) -> Kept {
        let width = overview.width.div_ceil(BLOCK_CELLS);
        let cells = overview.each(|x, y, _| blocks[y / BLOCK_CELLS * width + x / BLOCK_CELLS]);
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

    /// Fills holes: what most of its neighbours keep is part of the same picture.
    pub(super) fn fill(&mut self) {
        const MOST: usize = 5;
        let height = self.cells.len() / self.width;
        let before = self.cells.clone();
        for at in (0..before.len()).filter(|at| !before[*at]) {
            let (x, y) = (at % self.width, at / self.width);
            let rows = y.saturating_sub(1)..(y + 2).min(height);
            let columns = x.saturating_sub(1)..(x + 2).min(self.width);
            let beside = rows.flat_map(|row| &before[row * self.width..][columns.clone()]);
            self.cells[at] = beside.filter(|kept| **kept).count() >= MOST;
        }
    }

    /// Whether any cell of a block is kept.
    pub(super) fn has_in_block(&self, [x, y]: [usize; 2]) -> bool {
        let height = self.cells.len() / self.width;
        (y * BLOCK_CELLS..((y + 1) * BLOCK_CELLS).min(height)).any(|row| {
            let columns = x * BLOCK_CELLS..((x + 1) * BLOCK_CELLS).min(self.width);
            self.cells[row * self.width..][columns].contains(&true)
        })
    }

    pub(super) fn add(&mut self, other: &Kept) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(kept, other)| *kept |= other);
    }

    /// Of the page, how much, in hundredths.
    pub(super) fn share(&self) -> usize {
        self.cells.iter().filter(|kept| **kept).count() * 100 / self.cells.len()
    }
}

/// The colour of something on paper, beyond what is the paper's own. Black ink takes of that as much as of its light, and,
/// where a camera or a copier keeps colour coarsely, from what is beside it as well.
pub(super) fn colour(seen: [u8; 3], paper: [u8; 3]) -> [i32; 2] {
    let [seen_cb, seen_cr] = [1, 2].map(|channel| i32::from(seen[channel]) - 128);
    let [cb, cr] = [1, 2].map(|channel| i32::from(paper[channel]) - 128);
    // How much of the paper's colour is left, in 256ths.
    let left = (256 * (seen_cb * cb + seen_cr * cr) / (cb * cb + cr * cr).max(1)).clamp(LEFT_BY_BLACK, 256);
    [seen_cb - cb * left / 256, seen_cr - cr * left / 256]
}

/// Cells with colour on them.
pub(super) fn coloured(overview: &Overview, ground: &Ground) -> Kept {
    let rated = overview.each(|x, y, cell| {
        let [cb, cr] = colour(cell, ground.at_cell_nearest(x, y));
        let distance = cb * cb + cr * cr;
        let [least, sure] = COLOURED.map(|distance| distance * distance);
        if distance >= sure { SURE } else { u8::from(distance >= least) }
    });
    Kept { width: overview.width, cells: grown(&rated, overview.width, LEAST) }
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
        match distance {
            _ if distance < least => NO,
            _ if distance >= sure && overview.edge(x, y) >= EDGE => SURE,
            _ => PERHAPS,
        }
    });
    Kept { width: overview.width, cells: grown(&rated, overview.width, LEAST) }
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
pub(super) fn grown(rated: &[u8], width: usize, least: usize) -> Vec<bool> {
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
        if island.len() >= least {
            island.iter().for_each(|at| kept[*at] = true);
        }
    }
    kept
}
