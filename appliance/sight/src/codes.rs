//! QR codes on a page.
//!
//! At 150 dpi a module of a 14 mm code is 2.5 to 3.3 pixels, and a page may carry a halftone photograph with ten
//! thousand things that look like the corner of a code on one line. So corners are sought by us, in two crossing
//! directions, the best few dozen are kept, and only three that stand as the corners of a square are read - from the
//! grey picture, which still knows what a threshold forgets. The arithmetic of the code (masks, Reed-Solomon) is
//! `rqrr`'s.

use crate::{Picture, paper::Paper, warp::Warp};
use rqrr::{Grid, SimpleGrid};

/// A module counts as dark below this share of the paper's brightness.
const DARK_SHARE: f32 = 0.58;
/// More corners than ten codes have; the clearest are kept.
const MOST_CORNERS: usize = 48;
/// Triples that stand like a square and are tried; each costs some microseconds.
const MOST_TRIED: usize = 120;
const MOST_CODES: usize = 16;
/// Version 1 has 21 modules; beyond version 10 a code has more than any mark on paper needs.
const SIDES: [usize; 10] = [21, 25, 29, 33, 37, 41, 45, 49, 53, 57];

/// The texts of all codes, from top to bottom.
pub(crate) fn read(picture: &Picture, paper: &Paper) -> Vec<String> {
    let mut found: Vec<(f32, String)> = Vec::new();
    // In the brightest colour red and blue ink vanish, so a black code under a stamp stands free; in the darkest one
    // coloured codes show.
    let brightest = Plane::new(picture, |p| p[0].max(p[1]).max(p[2]), paper.brightness);
    let darkest = Plane::new(picture, |p| p[0].min(p[1]).min(p[2]), paper.darkest_colour);
    for plane in [brightest, darkest] {
        for (top, text) in plane.codes() {
            let again = |(y, known): &(f32, String)| *known == text && (y - top).abs() < paper.px(8.0);
            if !found.iter().any(again) {
                found.push((top, text));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, text)| text).collect()
}

struct Plane {
    grey: Vec<u8>,
    width: usize,
    height: usize,
    /// Below this a pixel is dark.
    limit: u8,
}

/// The corner pattern of a code: a dark square in a light ring in a dark ring.
#[derive(Clone, Copy, Debug)]
struct Corner {
    x: f32,
    y: f32,
    /// Pixels of a module as measured across, which is longer than its side where the code is turned.
    module: f32,
    hits: u32,
}

#[derive(Clone, Copy)]
enum Way {
    Across,
    Down,
}

/// Three corners as a code has them.
#[derive(Clone, Copy)]
struct Square {
    /// Upper left, upper right, lower left.
    corners: [usize; 3],
    misfit: f32,
}

impl Plane {
    fn new(picture: &Picture, grey: impl Fn(&[u8]) -> u8, paper: u8) -> Self {
        let grey = picture.rgb.as_raw().chunks_exact(3).map(grey).collect();
        let (width, height) = (picture.rgb.width() as usize, picture.rgb.height() as usize);
        Self { grey, width, height, limit: (f32::from(paper) * DARK_SHARE) as u8 }
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.grey[y * self.width + x] < self.limit
    }

    fn codes(&self) -> Vec<(f32, String)> {
        let corners = self.corners();
        let mut used = vec![false; corners.len()];
        let mut found = Vec::new();
        for square in squares(&corners).into_iter().take(MOST_TRIED) {
            if square.corners.iter().any(|&at| used[at]) || found.len() == MOST_CODES {
                continue;
            }
            let three = square.corners.map(|at| corners[at]);
            if let Some(text) = self.read(three) {
                square.corners.iter().for_each(|&at| used[at] = true);
                found.push((three[0].y.min(three[1].y).min(three[2].y), text));
            }
        }
        found
    }

    fn corners(&self) -> Vec<Corner> {
        let mut found: Vec<Corner> = Vec::new();
        let mut ends: Vec<usize> = Vec::new();
        for y in 0..self.height {
            self.changes(y, &mut ends);
            // Ends are where light turns dark, then dark light, and so on.
            for five in ends.windows(6).step_by(2) {
                let lengths: [usize; 5] = std::array::from_fn(|i| five[i + 1] - five[i]);
                let Some(_) = module(lengths) else { continue };
                let x = (five[2] + five[3]) / 2;
                if let Some(corner) = self.crossed(x, y) {
                    note(&mut found, corner);
                }
            }
        }
        found.retain(|corner| corner.hits >= 2);
        found.sort_by_key(|corner| std::cmp::Reverse(corner.hits));
        found.truncate(MOST_CORNERS);
        found
    }

    /// Where row `y` changes between light and dark, beginning with a change to dark.
    fn changes(&self, y: usize, ends: &mut Vec<usize>) {
        ends.clear();
        let mut dark = false;
        for (x, &grey) in self.grey[y * self.width..][..self.width].iter().enumerate() {
            if (grey < self.limit) != dark {
                dark = !dark;
                ends.push(x);
            }
        }
    }

    /// Measures a suspected corner down, and across again through the middle found.
    fn crossed(&self, x: usize, y: usize) -> Option<Corner> {
        let (middle_y, down) = self.measured(x, y, Way::Down)?;
        let (middle_x, across) = self.measured(x, middle_y as usize, Way::Across)?;
        let alike = (0.6..1.67).contains(&(down / across));
        alike.then_some(Corner { x: middle_x, y: middle_y, module: (down + across) / 2.0, hits: 1 })
    }

    /// The middle of the pattern along one direction through a dark pixel, and the pixels of a module.
    fn measured(&self, x: usize, y: usize, way: Way) -> Option<(f32, f32)> {
        if !self.is_dark(x, y) {
            return None;
        }
        let (mut before, mut after) = ([0_usize; 3], [0_usize; 3]);
        let (start, most) = match way {
            Way::Across => (x, self.width),
            Way::Down => (y, self.height),
        };
        let dark_at = |at: usize| match way {
            Way::Across => self.is_dark(at, y),
            Way::Down => self.is_dark(x, at),
        };
        let mut at = start;
        for (part, length) in before.iter_mut().enumerate() {
            while at > 0 && dark_at(at - 1) == (part % 2 == 0) && *length < 200 {
                at -= 1;
                *length += 1;
            }
        }
        let mut at = start + 1;
        for (part, length) in after.iter_mut().enumerate() {
            while at < most && dark_at(at) == (part % 2 == 0) && *length < 200 {
                at += 1;
                *length += 1;
            }
        }
        let lengths = [before[2], before[1], before[0] + 1 + after[0], after[1], after[2]];
        let module = module(lengths)?;
        let middle = |parts: usize| {
            let low = start as f32 - before[..parts].iter().sum::<usize>() as f32;
            let high = start as f32 + 1.0 + after[..parts].iter().sum::<usize>() as f32;
            (low + high) / 2.0
        };
        // The outermost ends are where neighbours may touch; the three inner ones agree on the middle.
        Some(((middle(1) + middle(2)) / 2.0, module))
    }

    fn read(&self, three: [Corner; 3]) -> Option<String> {
        let [one, right, below] = three.map(|corner| [f64::from(corner.x), f64::from(corner.y)]);
        let far = [right[0] + below[0] - one[0], right[1] + below[1] - one[1]];
        let (dark, light) = self.extremes(&three);
        if light < dark + 25.0 {
            return None;
        }
        let limit = (dark + light) / 2.0;
        for side in likely_sides(&three) {
            let module = (right[0] - one[0]).hypot(right[1] - one[1]) / (side - 7) as f64;
            if !self.keeps_time([one, right, below], side, limit) {
                continue;
            }
            // A flat page needs no other place for the fourth corner; a photograph does.
            for shift in SHIFTS {
                let fourth = [far[0] + shift[0] * module, far[1] + shift[1] * module];
                let Some(warp) = Warp::unit_square_to([one, right, fourth, below]) else { continue };
                let place = |module: usize| (module as f64 + 0.5 - 3.5) / (side - 7) as f64;
                let grid = SimpleGrid::from_func(side, |column, row| {
                    self.sample(warp.map([place(column), place(row)]), module * 0.2) < limit
                });
                if let Ok((_, text)) = Grid::new(grid).decode() {
                    return Some(text);
                }
            }
        }
        None
    }

    /// Between its corners a code counts dark, light, dark along row and column 6; nothing else on paper does.
    fn keeps_time(&self, [one, right, below]: [[f64; 2]; 3], side: usize, limit: f32) -> bool {
        let span = (side - 7) as f64;
        let at = |along: f64, across: f64, to: [f64; 2], other: [f64; 2]| {
            let along = (along + 0.5 - 3.5) / span;
            let across = (across + 0.5 - 3.5) / span;
            std::array::from_fn(|i| one[i] + (to[i] - one[i]) * along + (other[i] - one[i]) * across)
        };
        let right_ones = (8..side - 8).flat_map(|module| {
            let place = module as f64;
            let two = [at(place, 6.0, right, below), at(place, 6.0, below, right)];
            two.map(|place| (self.sample(place, 0.0) < limit) == (module % 2 == 0))
        });
        let right_ones = right_ones.filter(|is_right| *is_right).count();
        right_ones * 5 >= 2 * (side - 16) * 4
    }

    /// How dark the dark of the corners is, and how light the light ring in them.
    fn extremes(&self, corners: &[Corner; 3]) -> (f32, f32) {
        let mut dark = 0.0;
        let mut light = 0.0;
        for corner in corners {
            let at = |modules: f32| {
                let reach = f64::from(modules * corner.module);
                let (x, y) = (f64::from(corner.x), f64::from(corner.y));
                [[x + reach, y], [x - reach, y], [x, y + reach], [x, y - reach]].map(|p| self.sample(p, 0.0))
            };
            dark += at(0.8).iter().sum::<f32>() / 12.0;
            light += at(2.0).iter().sum::<f32>() / 12.0;
        }
        (dark, light)
    }

    /// Mean of five places round a point, between pixels.
    fn sample(&self, [x, y]: [f64; 2], reach: f64) -> f32 {
        let around = [[0.0, 0.0], [reach, reach], [-reach, reach], [reach, -reach], [-reach, -reach]];
        around.iter().map(|[dx, dy]| self.between(x + dx - 0.5, y + dy - 0.5)).sum::<f32>() / 5.0
    }

    fn between(&self, x: f64, y: f64) -> f32 {
        let x = x.clamp(0.0, self.width as f64 - 1.001);
        let y = y.clamp(0.0, self.height as f64 - 1.001);
        let (u, v) = (x.fract() as f32, y.fract() as f32);
        let at = y as usize * self.width + x as usize;
        let grey = |at: usize| f32::from(self.grey.get(at).copied().unwrap_or(255));
        let upper = grey(at) * (1.0 - u) + grey(at + 1) * u;
        let lower = grey(at + self.width) * (1.0 - u) + grey(at + self.width + 1) * u;
        upper * (1.0 - v) + lower * v
    }
}

/// Where the fourth corner may be, in modules from where a flat page has it; the flat page first.
const SHIFTS: [[f64; 2]; 13] = [
    [0.0, 0.0],
    [0.7, 0.7],
    [-0.7, -0.7],
    [0.7, -0.7],
    [-0.7, 0.7],
    [1.0, 0.0],
    [-1.0, 0.0],
    [0.0, 1.0],
    [0.0, -1.0],
    [1.6, 1.6],
    [-1.6, -1.6],
    [1.6, -1.6],
    [-1.6, 1.6],
];

/// The module of a pattern dark 1, light 1, dark 3, light 1, dark 1; `None` if it is none.
fn module(lengths: [usize; 5]) -> Option<f32> {
    let total: usize = lengths.iter().sum();
    let module = total as f32 / 7.0;
    // A threshold moves each end by up to half a pixel, which is much for a module of two.
    let single = (module * 0.5).min(module - 1.1)..=(module * 1.55).max(module + 1.1);
    let triple = module * 2.2..=module * 3.9;
    let fits = module >= 1.6
        && [0, 1, 3, 4].iter().all(|&part| single.contains(&(lengths[part] as f32)))
        && triple.contains(&(lengths[2] as f32))
        && lengths.iter().all(|&length| length > 0);
    fits.then_some(module)
}

fn note(found: &mut Vec<Corner>, corner: Corner) {
    let near = |known: &&mut Corner| {
        (known.x - corner.x).abs() < known.module * 1.5 && (known.y - corner.y).abs() < known.module * 1.5
    };
    // Rows come from top to bottom, so a corner seen before is among the latest.
    match found.iter_mut().rev().take(256).find(near) {
        Some(known) => {
            let weight = 1.0 / (known.hits + 1) as f32;
            known.x += (corner.x - known.x) * weight;
            known.y += (corner.y - known.y) * weight;
            known.module += (corner.module - known.module) * weight;
            known.hits += 1;
        }
        None => found.push(corner),
    }
}

/// Threes that stand as the corners of a square, best first.
fn squares(corners: &[Corner]) -> Vec<Square> {
    let mut squares = Vec::new();
    for at in 0..corners.len() {
        for second in 0..corners.len() {
            for third in second + 1..corners.len() {
                if at != second
                    && at != third
                    && let Some(square) = square(corners, at, second, third)
                {
                    squares.push(square);
                }
            }
        }
    }
    squares.sort_by(|a, b| a.misfit.total_cmp(&b.misfit));
    squares
}

fn square(corners: &[Corner], at: usize, second: usize, third: usize) -> Option<Square> {
    let (a, b, c) = (corners[at], corners[second], corners[third]);
    let size = |p: f32, q: f32| (p / q).ln().abs();
    let sizes = size(a.module, b.module).max(size(a.module, c.module));
    let (to_b, to_c) = ((b.x - a.x, b.y - a.y), (c.x - a.x, c.y - a.y));
    let (long_b, long_c) = (to_b.0.hypot(to_b.1), to_c.0.hypot(to_c.1));
    let module = (a.module + b.module + c.module) / 3.0;
    if sizes > 0.4 || long_b < 8.0 * module || long_b > 60.0 * module {
        return None;
    }
    let cosine = ((to_b.0 * to_c.0 + to_b.1 * to_c.1) / (long_b * long_c)).abs();
    let sides = size(long_b, long_c);
    if cosine > 0.2 || sides > 0.22 {
        return None;
    }
    let clockwise = to_b.0 * to_c.1 - to_b.1 * to_c.0 > 0.0;
    let corners = if clockwise { [at, second, third] } else { [at, third, second] };
    Some(Square { corners, misfit: cosine + sides + 0.5 * sizes })
}

/// How many modules the code may have, the likeliest first.
fn likely_sides([one, right, below]: &[Corner; 3]) -> Vec<usize> {
    let span = |a: &Corner, b: &Corner| (a.x - b.x).hypot(a.y - b.y);
    let across = span(one, right);
    // Measured along rows and columns, a turned module looks longer by the cosine of the turn.
    let cosine = ((right.x - one.x).abs().max((right.y - one.y).abs()) / across).clamp(0.7, 1.0);
    let module = (one.module + right.module + below.module) / 3.0 * cosine;
    let measured = (across + span(one, below)) / 2.0 / module + 7.0;
    let mut sides: Vec<usize> =
        SIDES.into_iter().filter(|&side| (side as f32 - measured).abs() < 6.5).collect();
    sides.sort_by(|a, b| (*a as f32 - measured).abs().total_cmp(&(*b as f32 - measured).abs()));
    sides
}
