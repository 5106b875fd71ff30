//! The paper under the ink: how bright it is, and what stands out from it.

use crate::Picture;

/// Side of a cell in which the paper's brightness is read off: wider than a stroke, smaller than a word.
const CELL_MM: f32 = 4.0;
/// Within this many cells the brightest counts as paper, so that a stamp or a bold heading does not pass for paper.
const REACH_CELLS: usize = 3;
/// Of the samples in a cell that many are darker than its paper; noise makes the very brightest untrue.
const PAPER_SHARE: f32 = 0.8;
/// Share of cells brighter than what is called the page's paper: a page may carry photographs, and lie on a black lid.
const BRIGHT_SHARE: f32 = 0.25;
/// Shadow in a fold or a book's spine does not go below this share of the page's paper; what does is ink or no paper.
const DEEPEST_SHADOW: f32 = 0.6;

/// How far each pixel stands out from the paper round it, and how bright that paper is.
pub(crate) struct Paper {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) dpi: f32,
    /// Paper minus pixel in the darkest of the three colours: red and blue ink are as dark in it as black is. 0 is paper.
    pub(crate) contrast: Vec<u8>,
    /// Brightness of the page's paper in its brightest colour, so that coloured paper counts as bright.
    pub(crate) brightness: u8,
    /// The same in the darkest colour.
    pub(crate) darkest_colour: u8,
}

impl Paper {
    pub(crate) fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.rgb.width() as usize, picture.rgb.height() as usize);
        let pixels = || picture.rgb.as_raw().chunks_exact(3);
        let mut contrast: Vec<u8> = pixels().map(|p| p[0].min(p[1]).min(p[2])).collect();
        let cell = ((CELL_MM * picture.dpi / 25.4) as usize).max(4);
        let mut level = Levels::of(&contrast, width, height, cell);
        let darkest_colour = level.of_the_page();
        level.spread(darkest_colour);
        level.subtract_from(&mut contrast, width);
        let brightest: Vec<u8> = pixels().map(|p| p[0].max(p[1]).max(p[2])).collect();
        let brightness = Levels::of(&brightest, width, height, cell).of_the_page();
        Self { width, height, dpi: picture.dpi, contrast, brightness, darkest_colour }
    }

    /// Millimetres in pixels.
    pub(crate) fn px(&self, mm: f32) -> f32 {
        mm * self.dpi / 25.4
    }

    /// Pixels in millimetres.
    pub(crate) fn mm(&self, px: f32) -> f32 {
        px * 25.4 / self.dpi
    }
}

/// The brightness of the paper in each cell.
struct Levels {
    cell: usize,
    columns: usize,
    rows: usize,
    level: Vec<u8>,
}

impl Levels {
    fn of(plane: &[u8], width: usize, height: usize, cell: usize) -> Self {
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let mut level = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let mut counts = [0_u32; 256];
                let across = column * cell..((column + 1) * cell).min(width);
                for y in row * cell..((row + 1) * cell).min(height) {
                    plane[y * width..][across.clone()].iter().for_each(|&v| counts[usize::from(v)] += 1);
                }
                level.push(below(&counts, PAPER_SHARE));
            }
        }
        Self { cell, columns, rows, level }
    }

    fn of_the_page(&self) -> u8 {
        let mut counts = [0_u32; 256];
        self.level.iter().for_each(|&level| counts[usize::from(level)] += 1);
        below(&counts, 1.0 - BRIGHT_SHARE)
    }

    /// The brightest level in reach stands for each cell, then neighbours are levelled out.
    fn spread(&mut self, page: u8) {
        let floor = (f32::from(page) * DEEPEST_SHADOW) as u8;
        let brightest = |line: &[u8]| line.iter().copied().max().unwrap_or(0).max(floor);
        let mean =
            |line: &[u8]| (line.iter().map(|&v| usize::from(v)).sum::<usize>() / line.len().max(1)) as u8;
        for pass in [&brightest as &dyn Fn(&[u8]) -> u8, &mean] {
            self.along_rows(pass);
            self.along_columns(pass);
        }
    }

    fn along_rows(&mut self, what: &dyn Fn(&[u8]) -> u8) {
        for row in self.level.chunks_mut(self.columns) {
            slide(row, what);
        }
    }

    fn along_columns(&mut self, what: &dyn Fn(&[u8]) -> u8) {
        for column in 0..self.columns {
            let mut line: Vec<u8> =
                (0..self.rows).map(|row| self.level[row * self.columns + column]).collect();
            slide(&mut line, what);
            for (row, value) in line.into_iter().enumerate() {
                self.level[row * self.columns + column] = value;
            }
        }
    }

    fn subtract_from(&self, plane: &mut [u8], width: usize) {
        for (y, line) in plane.chunks_mut(width).enumerate() {
            let levels = &self.level[(y / self.cell) * self.columns..][..self.columns];
            for (pixels, &level) in line.chunks_mut(self.cell).zip(levels) {
                pixels.iter_mut().for_each(|pixel| *pixel = level.saturating_sub(*pixel));
            }
        }
    }
}

/// Replaces each value by what is made of the values within reach.
fn slide(line: &mut [u8], what: &dyn Fn(&[u8]) -> u8) {
    let before = line.to_vec();
    for (at, value) in line.iter_mut().enumerate() {
        *value = what(&before[at.saturating_sub(REACH_CELLS)..(at + REACH_CELLS + 1).min(before.len())]);
    }
}

/// The value that `share` of the counted values lie below.
fn below(counts: &[u32; 256], share: f32) -> u8 {
    let wanted = counts.iter().sum::<u32>() as f32 * share;
    let mut seen = 0.0;
    for (value, &count) in counts.iter().enumerate() {
        seen += count as f32;
        if seen >= wanted && count > 0 {
            return value as u8;
        }
    }
    255
}
