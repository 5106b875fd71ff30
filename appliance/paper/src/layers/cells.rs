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

/// Of the paper's colour, what may be left in black ink, in 256ths, where it has less light.
const LEFT_BY_BLACK: i32 = 50;
/// Paper as colourful as this hides what is opposite in colour: blue on yellow is nearly black.
const STRONG_PAPER: i32 = 20;
/// There, what has less light than this, in 256ths of its paper, is asked for its colour together with
const DEEP: i32 = 128;
/// the cells so near, on 2.4 mm of a stroke: so far grain averages out.
const STROKE_REACH: usize = 3;
/// Blacks differ by what paper and camera make of them, print on red by more than a blue pen on yellow is from black: from
/// a page's middle black to where only one in ten is further off is its measure. This many times as far is another colour;
const BEYOND_BLACK: i32 = 4;
/// but nearer to black than this nothing is, and further than that all is.
const COLOURED_STROKE: [i32; 2] = [6, 12];

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
    beyond(seen, paper, light_left(seen, paper).min(LEFT_BY_BLACK))
}

/// As `colour`, of something so large that grain and what is beside it average out: there black has as much colour left as
/// light, and what has less is ink of the opposite colour.
pub(super) fn opposite_colour(seen: [u8; 3], paper: [u8; 3]) -> [i32; 2] {
    beyond(seen, paper, light_left(seen, paper))
}

/// Of the paper's light, in 256ths.
fn light_left(seen: [u8; 3], paper: [u8; 3]) -> i32 {
    (256 * i32::from(seen[0]) / i32::from(paper[0]).max(1)).min(256)
}

/// The colour that is none of the paper's, of which `least` is left at least, in 256ths.
fn beyond(seen: [u8; 3], paper: [u8; 3], least: i32) -> [i32; 2] {
    let [seen_cb, seen_cr] = chroma(seen);
    let [cb, cr] = chroma(paper);
    let left = (256 * (seen_cb * cb + seen_cr * cr) / (cb * cb + cr * cr).max(1)).clamp(least, 256);
    [seen_cb - cb * left / 256, seen_cr - cr * left / 256]
}

fn chroma([_, cb, cr]: [u8; 3]) -> [i32; 2] {
    [cb, cr].map(|sample| i32::from(sample) - 128)
}

fn square([cb, cr]: [i32; 2]) -> i32 {
    cb * cb + cr * cr
}

/// Cells with colour on them.
pub(super) fn coloured(overview: &Overview, ground: &Ground) -> Kept {
    let [least, sure] = COLOURED.map(|distance| distance * distance);
    let rated = overview.each(|x, y, cell| {
        let distance = square(colour(cell, ground.at_cell_nearest(x, y)));
        if distance >= sure { SURE } else { u8::from(distance >= least) }
    });
    Kept { width: overview.width, cells: grown(&rated, overview.width, LEAST) }
}

/// Cells of strokes that the colour of their paper nearly hides: a blue pen's on yellow, a red one's on green.
pub(super) fn hidden(overview: &Overview, ground: &Ground, coloured: &Kept) -> Kept {
    let strokes = overview.each(|x, y, _| colour_of_stroke(overview, ground, [x, y]));
    let sure = coloured_stroke(&strokes);
    let least = COLOURED[0].min(sure);
    let rated = overview.each(|x, y, cell| {
        let paper = ground.at_cell_nearest(x, y);
        match strokes[y * overview.width + x] {
            _ if !is_strong(paper) => NO,
            Some(distance) if distance >= sure => SURE,
            _ => u8::from(square(opposite_colour(cell, paper)) >= least * least),
        }
    });
    let mut hidden = grown(&rated, overview.width, LEAST);
    hidden.iter_mut().zip(&coloured.cells).for_each(|(hidden, coloured)| *hidden &= !coloured);
    Kept { width: overview.width, cells: hidden }
}

/// From where on a stroke of this page is none of its blacks.
fn coloured_stroke(strokes: &[Option<i32>]) -> i32 {
    let [at_least, at_most] = COLOURED_STROKE;
    let mut distances: Vec<i32> = strokes.iter().copied().flatten().collect();
    distances.sort_unstable();
    let Some(last) = distances.len().checked_sub(1) else { return at_most };
    let [middle, most] = [50, 90].map(|hundredths| distances[last * hundredths / 100]);
    (middle + BEYOND_BLACK * (most - middle)).clamp(at_least, at_most)
}

fn is_strong(paper: [u8; 3]) -> bool {
    square(chroma(paper)) >= STRONG_PAPER * STRONG_PAPER
}

fn is_deep(cell: [u8; 3], paper: [u8; 3]) -> bool {
    light_left(cell, paper) < DEEP
}

/// On strong paper, how far the dark ink in and around a dark cell is from black.
fn colour_of_stroke(overview: &Overview, ground: &Ground, [x, y]: [usize; 2]) -> Option<i32> {
    let at = |x: usize, y: usize| (overview.cells[y * overview.width + x], ground.at_cell_nearest(x, y));
    let (cell, paper) = at(x, y);
    if !is_strong(paper) || !is_deep(cell, paper) {
        return None;
    }
    let (mut sums, mut count) = ([[0_i32; 3]; 2], 0);
    for row in y.saturating_sub(STROKE_REACH)..(y + STROKE_REACH + 1).min(overview.height) {
        for column in x.saturating_sub(STROKE_REACH)..(x + STROKE_REACH + 1).min(overview.width) {
            let (cell, paper) = at(column, row);
            if is_deep(cell, paper) {
                for (sums, samples) in sums.iter_mut().zip([cell, paper]) {
                    sums.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += i32::from(sample));
                }
                count += 1;
            }
        }
    }
    let [ink, paper] = sums.map(|sums| sums.map(|sum| (sum / count) as u8));
    Some(square(opposite_colour(ink, paper)).isqrt())
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
