//! Dark strips along the borders - a scanner's lid, the wedge beside a sheet that lay askew, a copier's shadow - made
//! paper.
//!
//! What is taken for one is dark from the very edge on, grey, even along the edge, and ends in a straight line. Whatever
//! is not all that stays: a photograph printed to the edge is uneven, a coloured band is no lid, a frame or a table's
//! rule is too thin, text ends in no line, and a strip deeper than a lid shows is part of the page.

use super::tone::{self, Tone};
use crate::raster::Raster;

/// The longer side of A4, by which millimetres are told: a page's resolution does not matter here.
const LONG_SIDE_MM: f32 = 297.0;
const CELL_MM: f32 = 0.7;
/// Strips are looked for so deep.
const DEEPEST_MM: f32 = 42.0;
/// Deeper than this only a wedge is a strip: beside a sheet that lay askew.
const DEEPEST_BAND_MM: f32 = 15.0;
/// Thinner than this it may be a frame.
const THINNEST_MM: f32 = 1.4;
const SHORTEST_MM: f32 = 25.0;
/// A wedge falls by this much at least, and at most: 0.3 and 12 degrees.
const WEDGE: std::ops::RangeInclusive<f32> = 0.005..=0.21;
/// Darker than this share of the page's paper, in per cent.
const DARK: u32 = 62;
/// Paper darker than this is no paper: an inverted page, a photograph.
const DARKEST_PAGE: u8 = 110;
/// How far from grey a lid may be, both differences of colour together.
const MOST_COLOUR: u32 = 22;
/// By how much a lid differs from one cell to the next.
const MOST_UNEVEN: f32 = 8.0;
/// How far the inner border strays from a straight line, in the mean.
const MOST_CROOKED_MM: f32 = 0.8;
/// Letters that touch a strip are narrower than this.
const WINDOW_MM: f32 = 7.0;
/// A strip goes over into paper within this.
const FADE_MM: f32 = 3.0;

/// Makes dark strips along the borders paper, and says whether there were any: a page without stays as it is to the last
/// sample.
pub(crate) fn edges_cleaned(raster: &mut Raster) -> bool {
    let long = raster.width_px.max(raster.height_px) as f32;
    let mm = long / LONG_SIDE_MM;
    if raster.width_px.min(raster.height_px) < 200 {
        return false;
    }
    let tone = Tone::of(raster);
    if tone.of_the_page()[0] < DARKEST_PAGE {
        return false;
    }
    let mut found = false;
    for side in [Side::Top, Side::Bottom, Side::Left, Side::Right] {
        let edge = Edge::of(raster, &tone, side, mm);
        for run in edge.runs() {
            if edge.is_strip(&run) {
                edge.clean(raster, &tone, &run);
                found = true;
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

impl Side {
    fn place(self, raster: &Raster, along: usize, deep: usize) -> (usize, usize) {
        let (width, height) = (raster.width_px as usize, raster.height_px as usize);
        match self {
            Side::Top => (along, deep),
            Side::Bottom => (along, height - 1 - deep),
            Side::Left => (deep, along),
            Side::Right => (width - 1 - deep, along),
        }
    }

    /// Pixels along the edge, and into the page to its middle.
    fn lengths(self, raster: &Raster) -> (usize, usize) {
        let (width, height) = (raster.width_px as usize, raster.height_px as usize);
        match self {
            Side::Top | Side::Bottom => (width, height / 2),
            Side::Left | Side::Right => (height, width / 2),
        }
    }
}

/// What lies along one edge, in cells.
struct Edge {
    side: Side,
    /// Pixels of a millimetre and of a cell.
    mm: f32,
    cell: usize,
    /// How many cells from the edge on are dark.
    depths: Vec<usize>,
    /// The same without what is narrower than the window.
    border: Vec<usize>,
    /// Lightness and colour of the outermost cells.
    outermost: Vec<(u8, u32)>,
}

/// Places along an edge that belong together.
type Run = std::ops::Range<usize>;

impl Edge {
    fn of(raster: &Raster, tone: &Tone, side: Side, mm: f32) -> Self {
        let cell = ((CELL_MM * mm).round() as usize).max(2);
        let (length, middle) = side.lengths(raster);
        let deepest = ((DEEPEST_MM * mm) as usize).min(middle) / cell;
        let dark = (u32::from(tone.of_the_page()[0]) * DARK / 100) as u8;
        let mut depths = Vec::with_capacity(length / cell);
        let mut outermost = Vec::with_capacity(length / cell);
        for along in 0..length / cell {
            let look = |deep: usize| mean(raster, side, along * cell, deep * cell, cell);
            outermost.push(look(0));
            depths.push((0..deepest).take_while(|&deep| look(deep).0 < dark).count());
        }
        around_the_corner(&mut depths, deepest);
        let window = (WINDOW_MM * mm) as usize / cell;
        let border = (0..depths.len()).map(|at| median(&depths, at, window)).collect();
        Self { side, mm, cell, depths, border, outermost }
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for at in (0..self.border.len()).filter(|&at| self.border[at] > 0) {
            match runs.last_mut() {
                Some(run) if run.end == at => run.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        runs
    }

    fn is_strip(&self, run: &Run) -> bool {
        let in_mm = |cells: f32| cells * self.cell as f32 / self.mm;
        let border = &self.border[run.clone()];
        let deepest = border.iter().copied().max().unwrap_or(0);
        if in_mm(border.len() as f32) < SHORTEST_MM || in_mm(deepest as f32) < THINNEST_MM {
            return false;
        }
        let (slope, astray) = line_through(border);
        let is_deep = in_mm(deepest as f32) > DEEPEST_BAND_MM;
        let lid = &self.outermost[run.clone()];
        let colour = lid.iter().map(|(_, colour)| colour).sum::<u32>() / lid.len() as u32;
        let steps: u32 = lid.windows(2).map(|pair| u32::from(pair[0].0.abs_diff(pair[1].0))).sum();
        let frayed = run.clone().filter(|&at| self.depths[at].abs_diff(self.border[at]) > 1).count();
        in_mm(astray) <= MOST_CROOKED_MM
            && (!is_deep || WEDGE.contains(&slope.abs()))
            && colour <= MOST_COLOUR
            && steps as f32 / lid.len() as f32 <= MOST_UNEVEN
            && frayed * 4 <= run.len()
    }

    fn clean(&self, raster: &mut Raster, tone: &Tone, run: &Run) {
        let channels = usize::from(raster.channels);
        let width = raster.width_px as usize;
        let (length, middle) = self.side.lengths(raster);
        let from = if run.start <= 2 { 0 } else { run.start * self.cell };
        let to = if run.end + 2 >= self.border.len() { length } else { run.end * self.cell };
        let fades: Vec<usize> = (from..to).map(|along| self.fade(raster, tone, along)).collect();
        let window = (WINDOW_MM * self.mm) as usize;
        for (at, along) in (from..to).enumerate() {
            // Where a letter touches the strip, its neighbours say where the strip ends.
            let fade =
                if at % self.cell == 0 || fades[at] > 0 { median_of_some(&fades, at, window) } else { 0 };
            let deep = (self.solid(along) + fade.min(fades[at]) + 3).min(middle);
            for deep in 0..deep {
                let (x, y) = self.side.place(raster, along, deep);
                let paper = tone.at(x as i64, y as i64);
                raster.samples[(y * width + x) * channels..][..channels].copy_from_slice(&paper[..channels]);
            }
        }
    }

    /// Pixels from the edge that are surely of the strip.
    fn solid(&self, along: usize) -> usize {
        let at = (along / self.cell).min(self.border.len() - 1);
        self.border[at].min(self.depths[at]) * self.cell
    }

    /// Pixels from there on in which it goes over into paper.
    fn fade(&self, raster: &Raster, tone: &Tone, along: usize) -> usize {
        let (_, middle) = self.side.lengths(raster);
        let from = self.solid(along);
        let most = ((FADE_MM * self.mm) as usize).min(middle.saturating_sub(from));
        (0..most)
            .find(|fade| {
                let (x, y) = self.side.place(raster, along, from + fade);
                let paper = u32::from(tone.at(x as i64, y as i64)[0]);
                u32::from(tone::pixel(raster, x, y)[0]) * 100 >= paper * 93
            })
            .unwrap_or(most)
    }
}

/// Lightness and distance from grey.
fn mean(raster: &Raster, side: Side, along: usize, deep: usize, cell: usize) -> (u8, u32) {
    let (mut light, mut colour, mut count) = (0, 0, 0);
    for along in (along..along + cell).step_by(2) {
        for deep in (deep..deep + cell).step_by(2) {
            let (x, y) = side.place(raster, along, deep);
            let [y, blue, red] = tone::pixel(raster, x, y);
            light += u32::from(y);
            colour += u32::from(blue.abs_diff(128)) + u32::from(red.abs_diff(128));
            count += 1;
        }
    }
    ((light / count) as u8, colour / count)
}

/// At the ends a strip of the next edge is seen lengthwise; there the nearest place that sees its own counts.
fn around_the_corner(depths: &mut [usize], deepest: usize) {
    let Some(first) = depths.iter().position(|&depth| depth < deepest) else { return };
    let last = depths.iter().rposition(|&depth| depth < deepest).unwrap_or(first);
    let (before, behind) = (depths[first], depths[last]);
    depths[..first].fill(before);
    depths[last + 1..].fill(behind);
}

fn median(values: &[usize], at: usize, window: usize) -> usize {
    let half = (window / 2).min(at).min(values.len() - 1 - at);
    let mut near = values[at - half..=at + half].to_vec();
    near.sort_unstable();
    near[near.len() / 2]
}

/// The same of every eighth value: enough of pixels.
fn median_of_some(values: &[usize], at: usize, window: usize) -> usize {
    let near = at.saturating_sub(window / 2)..(at + window / 2 + 1).min(values.len());
    let mut near: Vec<usize> = values[near].iter().step_by(8).copied().collect();
    near.sort_unstable();
    near[near.len() / 2]
}

/// How steeply the values rise, and how far they stray from the line through them in the mean.
fn line_through(values: &[usize]) -> (f32, f32) {
    let count = values.len() as f32;
    let places = || values.iter().enumerate().map(|(at, &value)| (at as f32, value as f32));
    let (x, y) = places().fold((0.0, 0.0), |(x, y), (at, value)| (x + at / count, y + value / count));
    let (top, bottom) =
        places().fold((0.0, 0.0), |(t, b), (at, v)| (t + (at - x) * (v - y), b + (at - x) * (at - x)));
    let slope = if bottom > 0.0 { top / bottom } else { 0.0 };
    let astray = places().map(|(at, value)| (value - y - slope * (at - x)).abs()).sum::<f32>() / count;
    (slope, astray)
}
