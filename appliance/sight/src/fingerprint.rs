//! Knows a sheet again that came through the scanner twice, and tells it from the same form filled in differently.
//!
//! The print is the ink itself, weighed in cells of 2.5 mm after the page was set straight, with the ink's centre of
//! gravity as the origin: neither how the sheet lay nor how the JPEG was coded moves an ink's weight by much, and a
//! name written into a form moves it where the name stands. The tempting alternative, a hash of 64 bits as picture
//! collections use it, sees two filled-in forms as one.

use crate::{ink::Inks, paper::Paper};
use serde::{Deserialize, Serialize};

/// Wider than what is left of skew and shift, narrower than a short word.
const CELL_MM: f32 = 2.5;
/// Share of a cell that is black ink and gets the highest weight; bold text has about 0.35.
const FULL: f32 = 0.5;
const LEVELS: f32 = 35.0;
/// One letter a weight; the first is never written.
const WEIGHTS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// `a` to `z` stand for 1 to 26 empty cells.
const EMPTIES: u8 = b'a';
const MOST_EMPTIES: usize = 26;
/// Longest side of a sheet in cells; a text that claims more is not one of ours.
const MOST_CELLS: usize = 400;
/// The weight of the ink may differ by this much between two scans of a sheet.
const MOST_GAIN: f32 = 1.3;
/// A weight that is nothing beside text, where a share of it would be a share of noise.
const FAINT: f32 = 0.04;
/// Share of its ink that a cell may differ by. Between two scans of a sheet it stays under 0.18, another word in a form
/// makes it 0.5 and more.
const MOST_DIFFERENCE: f32 = 0.3;

/// What a sheet looks like, in a few hundred to a few thousand letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Whether this is the same sheet, scanned again: moved by some millimetres, turned by some degrees, coded
    /// otherwise. A blank sheet is never the same as another, nor is a print that cannot be read.
    ///
    /// A form with another word or date in it is another sheet. One letter or digit that is as wide and as dark as the
    /// one it stands for is not seen.
    pub fn same_sheet(&self, other: &Fingerprint) -> bool {
        match (Cells::read(&self.0), Cells::read(&other.0)) {
            (Some(one), Some(another)) => {
                one.difference(&another).is_some_and(|difference| difference < MOST_DIFFERENCE)
            }
            _ => false,
        }
    }

    pub(crate) fn of(paper: &Paper, inks: &Inks, skew_degrees: f32) -> Self {
        Self(Cells::weigh(paper, inks, skew_degrees).map(|cells| cells.text()).unwrap_or_default())
    }
}

/// Weights of ink, `left` and `top` cells from the centre of gravity.
struct Cells {
    left: i32,
    top: i32,
    columns: usize,
    weights: Vec<f32>,
}

impl Cells {
    fn weigh(paper: &Paper, inks: &Inks, skew_degrees: f32) -> Option<Self> {
        let drops = drops(paper, inks, skew_degrees);
        if drops.is_empty() || inks.is_empty() {
            return None;
        }
        let bound = |axis: usize| {
            let low = drops.iter().map(|d| d[axis]).fold(f32::MAX, f32::min).floor() as i32;
            let high = drops.iter().map(|d| d[axis]).fold(f32::MIN, f32::max).floor() as i32;
            (low, (high - low + 2) as usize)
        };
        let ((left, columns), (top, rows)) = (bound(0), bound(1));
        if columns.max(rows) > MOST_CELLS {
            return None;
        }
        let mut weights = vec![0.0; columns * rows];
        for [x, y, weight] in drops {
            let (u, v) = (x - left as f32, y - top as f32);
            let at = v as usize * columns + u as usize;
            let (u, v) = (u.fract(), v.fract());
            weights[at] += weight * (1.0 - u) * (1.0 - v);
            weights[at + 1] += weight * u * (1.0 - v);
            weights[at + columns] += weight * (1.0 - u) * v;
            weights[at + columns + 1] += weight * u * v;
        }
        Some(Self { left, top, columns, weights })
    }

    /// `left,top,columns:` and the cells; weights by their root, so that light ink keeps its differences.
    fn text(&self) -> String {
        let mut text = format!("{},{},{}:", self.left, self.top, self.columns);
        let mut empty = 0;
        for &weight in &self.weights {
            let level = ((weight / FULL).min(1.0).sqrt() * LEVELS).round() as u8;
            if level == 0 {
                empty += 1;
                continue;
            }
            push_empty(&mut text, &mut empty);
            text.push(char::from(WEIGHTS[usize::from(level)]));
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let (head, cells) = text.split_once(':')?;
        let mut numbers = head.split(',');
        let mut number = || numbers.next()?.parse::<i32>().ok();
        let (left, top) = (number()?, number()?);
        let columns = usize::try_from(number()?).ok().filter(|columns| (1..=MOST_CELLS).contains(columns))?;
        let reach = -(MOST_CELLS as i32)..=MOST_CELLS as i32;
        if !reach.contains(&left) || !reach.contains(&top) {
            return None;
        }
        let mut weights = Vec::new();
        for letter in cells.bytes() {
            match letter {
                b'a'..=b'z' => weights.resize(weights.len() + usize::from(letter - EMPTIES) + 1, 0.0),
                _ => {
                    let level = WEIGHTS.iter().position(|&known| known == letter)?;
                    weights.push((level as f32 / LEVELS).powi(2) * FULL);
                }
            }
            if weights.len() > MOST_CELLS * MOST_CELLS {
                return None;
            }
        }
        weights.resize(weights.len().next_multiple_of(columns), 0.0);
        Some(Self { left, top, columns, weights })
    }

    fn at(&self, x: i32, y: i32) -> f32 {
        let (x, y) = (x - self.left, y - self.top);
        if x < 0 || y < 0 || x as usize >= self.columns {
            return 0.0;
        }
        self.weights.get(y as usize * self.columns + x as usize).copied().unwrap_or(0.0)
    }

    fn between(&self, x: f32, y: f32) -> f32 {
        let (x0, y0) = (x.floor(), y.floor());
        let (u, v) = (x - x0, y - y0);
        let (x0, y0) = (x0 as i32, y0 as i32);
        let upper = self.at(x0, y0) * (1.0 - u) + self.at(x0 + 1, y0) * u;
        let lower = self.at(x0, y0 + 1) * (1.0 - u) + self.at(x0 + 1, y0 + 1) * u;
        upper * (1.0 - v) + lower * v
    }

    fn rows(&self) -> usize {
        self.weights.len() / self.columns
    }

    /// By how much the sheets differ where they differ most, once they lie on each other as well as they can. `None`
    /// where they have nothing in common to begin with.
    fn difference(&self, other: &Cells) -> Option<f32> {
        let (one, another): (f32, f32) = (self.weights.iter().sum(), other.weights.iter().sum());
        if one <= 0.0 || another <= 0.0 || !(1.0 / MOST_GAIN..MOST_GAIN).contains(&(one / another)) {
            return None;
        }
        Some(Laid { one: self, another: other, gain: one / another, window: self.window(other) }.difference())
    }

    /// Left, top, right and lower end of what holds both.
    fn window(&self, other: &Cells) -> [i32; 4] {
        let end = |cells: &Cells| (cells.left + cells.columns as i32, cells.top + cells.rows() as i32);
        let ((right, bottom), (also_right, also_bottom)) = (end(self), end(other));
        [
            self.left.min(other.left) - 1,
            self.top.min(other.top) - 1,
            right.max(also_right) + 1,
            bottom.max(also_bottom) + 1,
        ]
    }

    fn most_round(&self, x: i32, y: i32) -> f32 {
        let round = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        round.map(|(dx, dy)| self.at(x + dx, y + dy)).fold(0.0, f32::max)
    }
}

/// Two sheets with their centres of gravity on each other.
struct Laid<'a> {
    one: &'a Cells,
    another: &'a Cells,
    /// By how much the ink of the first is heavier.
    gain: f32,
    window: [i32; 4],
}

impl Laid<'_> {
    /// Moves and turns one sheet until it fits the other as well as it can, then says by how much it still does not:
    /// the ink that a cell differs by as a share of the ink round about. Where there is much ink, what is left of skew
    /// moves much of it.
    fn difference(&self) -> f32 {
        let mut best = ([0.0; 3], f32::MAX);
        // Half a cell and half a degree, then ever finer round the best.
        let mut step = [0.5, 0.5, 0.5_f32.to_radians()];
        for _ in 0..3 {
            let centre = best.0;
            for at in 0..27 {
                let way: [f32; 3] = [at % 3, at / 3 % 3, at / 9].map(|w| w as f32 - 1.0);
                let laid: [f32; 3] = std::array::from_fn(|i| centre[i] + way[i] * step[i]);
                let apart = self.cells().map(|cell| self.apart(cell, laid).powi(2)).sum();
                if apart < best.1 {
                    best = (laid, apart);
                }
            }
            step = step.map(|step| step / 2.0);
        }
        let shares = self.cells().map(|(x, y)| {
            let most = self.one.most_round(x, y).max(self.gain * self.another.most_round(x, y));
            self.apart((x, y), best.0).abs() / (most + FAINT)
        });
        second(shares.collect())
    }

    fn cells(&self) -> impl Iterator<Item = (i32, i32)> + use<> {
        let [left, top, right, bottom] = self.window;
        (top..bottom).flat_map(move |y| (left..right).map(move |x| (x, y)))
    }

    fn apart(&self, (x, y): (i32, i32), [dx, dy, turn]: [f32; 3]) -> f32 {
        let (fx, fy) = (x as f32, y as f32);
        self.one.at(x, y) - self.gain * self.another.between(fx + dx - turn * fy, fy + dy + turn * fx)
    }
}

/// The second largest: one cell alone may be a speck of dust.
fn second(mut differences: Vec<f32>) -> f32 {
    differences.sort_unstable_by(|a, b| b.total_cmp(a));
    differences.get(1).copied().unwrap_or(0.0)
}

fn push_empty(text: &mut String, empty: &mut usize) {
    while *empty > 0 {
        let some = (*empty).min(MOST_EMPTIES);
        text.push(char::from(EMPTIES + (some - 1) as u8));
        *empty -= some;
    }
}

/// Pixels of ink as x, y in cells from the centre of gravity, the page set straight, and their weight in cells.
fn drops(paper: &Paper, inks: &Inks, skew_degrees: f32) -> Vec<[f32; 3]> {
    let cell = paper.px(CELL_MM);
    let black = f32::from(paper.darkest_colour).max(1.0) * cell * cell;
    let (sin, cos) = skew_degrees.to_radians().sin_cos();
    let mut drops = Vec::new();
    let mut centre = [0.0_f64; 3];
    for run in inks.lasting_runs() {
        let line = &paper.contrast[run.y as usize * paper.width..][..paper.width];
        for x in run.start..run.end {
            let weight = f32::from(line[x as usize]) / black;
            let (fx, fy) = (x as f32 / cell, run.y as f32 / cell);
            let (fx, fy) = (fx * cos + fy * sin, fy * cos - fx * sin);
            for (sum, part) in centre.iter_mut().zip([fx * weight, fy * weight, weight]) {
                *sum += f64::from(part);
            }
            drops.push([fx, fy, weight]);
        }
    }
    let (cx, cy) = ((centre[0] / centre[2]) as f32, (centre[1] / centre[2]) as f32);
    drops.iter_mut().for_each(|drop| *drop = [drop[0] - cx, drop[1] - cy, drop[2]]);
    drops
}
