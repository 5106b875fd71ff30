//! Where the sheet lies in a photograph.
//!
//! A sheet is brighter than what it lies on, or casts a shadow on it: along each of its four sides the picture gets
//! brighter inwards. Edges are gathered into lines that know which side is bright (a Hough transform with a sign), and
//! of all fours of lines that face each other the one is taken whose sides are covered by such edges best. A second
//! sheet behind has only parts of its sides, wood grain has no fours, a table printed on the page is smaller.

use crate::{Picture, warp::Warp};
use image::{RgbImage, imageops};
use serde::{Deserialize, Serialize};
use std::f32::consts::{PI, TAU};

/// The long side at which lines are sought: fine enough for a corner, too coarse for letters.
const SOUGHT_AT: u32 = 480;
/// Steps in brightness that count as an edge.
const LEAST_STEP: f32 = 9.0;
/// The best covered lines; of these all fours are looked at.
const MOST_LINES: usize = 26;
const DEGREES: usize = 360;
/// Share of each side, and of all four together, that must be edge.
const LEAST_COVERED: f32 = 0.5;
const LEAST_COVERED_IN_ALL: f32 = 0.68;
/// Share of the photograph that the sheet must fill.
const LEAST_AREA: f32 = 0.12;
/// Darker or more coloured than this is not paper.
const LEAST_BRIGHT: f32 = 70.0;
const LEAST_WHITE: f32 = 0.62;

/// The corners of a sheet - top left, top right, bottom right, bottom left - as shares of the width and height of the
/// upright photograph, so that they hold for it in every size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Corners(pub [[f32; 2]; 4]);

impl Corners {
    /// The whole photograph.
    pub fn whole() -> Corners {
        Corners([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    }

    /// Whether they enclose a sheet: convex, in this order, and not tiny (2 % of the photograph, no side under 5 %).
    /// Corners may lie a little outside, where the photograph has cut them off.
    pub fn is_usable(&self) -> bool {
        let points = self.0;
        let inside = |share: f32| (-0.25..=1.25).contains(&share);
        if !points.iter().flatten().all(|&share| share.is_finite() && inside(share)) {
            return false;
        }
        let side = |i: usize| (points[(i + 1) % 4][0] - points[i][0], points[(i + 1) % 4][1] - points[i][1]);
        let turns_right = (0..4).all(|i| {
            let ((ax, ay), (bx, by)) = (side(i), side((i + 1) % 4));
            ax * by - ay * bx > 0.002
        });
        let long_enough = (0..4).all(|i| side(i).0.hypot(side(i).1) > 0.05);
        turns_right && long_enough && area(&points) > 0.02
    }
}

fn area(p: &[[f32; 2]; 4]) -> f32 {
    (0..4).map(|i| p[i][0] * p[(i + 1) % 4][1] - p[(i + 1) % 4][0] * p[i][1]).sum::<f32>() / 2.0
}

/// Finds the sheet in a photograph; `None` where none is seen, so that nobody has to trust a guess.
pub fn sheet_in(photo: &Picture) -> Option<Corners> {
    let (width, height) = photo.rgb.dimensions();
    let scale = (SOUGHT_AT as f32 / width.max(height) as f32).min(1.0);
    let side = |px: u32| ((px as f32 * scale).round() as u32).max(1);
    if side(width).min(side(height)) < 32 {
        return None;
    }
    let small = imageops::thumbnail(&photo.rgb, side(width), side(height));
    let edges = Edges::of(&small);
    let lines = edges.lines();
    let found = edges.best_four(&lines)?;
    is_paper(&small, &found).then_some(())?;
    let fine = refined(&photo.rgb, found.map(|[x, y]| [x / scale, y / scale]), 4.0 / scale);
    let corners = Corners(fine.map(|[x, y]| [x / width as f32, y / height as f32]));
    corners.is_usable().then_some(corners)
}

/// A straight line: the points with `x cos + y sin = distance`; it gets brighter in the direction of the angle.
#[derive(Clone, Copy, Debug)]
struct Line {
    angle: f32,
    distance: f32,
}

impl Line {
    fn meets(&self, other: &Line) -> Option<[f32; 2]> {
        let ((s1, c1), (s2, c2)) = (self.angle.sin_cos(), other.angle.sin_cos());
        let determinant = c1 * s2 - s1 * c2;
        (determinant.abs() > 0.2).then(|| {
            let x = (self.distance * s2 - other.distance * s1) / determinant;
            let y = (other.distance * c1 - self.distance * c2) / determinant;
            [x, y]
        })
    }
}

/// How far one angle is from another, 0 to pi.
fn apart(a: f32, b: f32) -> f32 {
    let d = (a - b).rem_euclid(TAU);
    d.min(TAU - d)
}

/// The steepest change of brightness at each pixel, over the three colours.
struct Edges {
    width: usize,
    height: usize,
    step: Vec<[f32; 2]>,
}

impl Edges {
    fn of(small: &RgbImage) -> Self {
        let soft = imageops::blur(small, 1.2);
        let (width, height) = (soft.width() as usize, soft.height() as usize);
        let mut step = vec![[0.0_f32; 2]; width * height];
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = |dx: usize, dy: usize| soft.get_pixel((x + dx - 1) as u32, (y + dy - 1) as u32).0;
                let mut best = [0.0_f32; 2];
                for colour in 0..3 {
                    let v = |dx: usize, dy: usize| f32::from(at(dx, dy)[colour]);
                    let across =
                        (v(2, 0) + 2.0 * v(2, 1) + v(2, 2) - v(0, 0) - 2.0 * v(0, 1) - v(0, 2)) / 4.0;
                    let down = (v(0, 2) + 2.0 * v(1, 2) + v(2, 2) - v(0, 0) - 2.0 * v(1, 0) - v(2, 0)) / 4.0;
                    if across.hypot(down) > best[0].hypot(best[1]) {
                        best = [across, down];
                    }
                }
                step[y * width + x] = best;
            }
        }
        Self { width, height, step }
    }

    /// The lines that most edges lie on.
    fn lines(&self) -> Vec<Line> {
        let reach = (self.width as f32).hypot(self.height as f32) as usize + 2;
        let mut votes = vec![0.0_f32; DEGREES * 2 * reach];
        for y in 1..self.height - 1 {
            for x in 1..self.width - 1 {
                let [across, down] = self.step[y * self.width + x];
                let strength = across.hypot(down);
                if strength < LEAST_STEP || !self.is_crest(x, y) {
                    continue;
                }
                let degree = down.atan2(across).to_degrees().round() as i32;
                for degree in degree - 4..=degree + 4 {
                    let degree = degree.rem_euclid(DEGREES as i32) as usize;
                    let (sin, cos) = (degree as f32).to_radians().sin_cos();
                    let distance = x as f32 * cos + y as f32 * sin + reach as f32;
                    // A strong edge is worth more than a weak one, but not much: shadows are weak edges.
                    votes[degree * 2 * reach + distance as usize] += strength.min(40.0).sqrt();
                }
            }
        }
        self.peaks(votes, reach)
    }

    fn is_crest(&self, x: usize, y: usize) -> bool {
        let [across, down] = self.step[y * self.width + x];
        let strength = |x: usize, y: usize| {
            let [a, d] = self.step[y * self.width + x];
            a.hypot(d)
        };
        let here = strength(x, y);
        if across.abs() > down.abs() {
            here >= strength(x - 1, y) && here >= strength(x + 1, y)
        } else {
            here >= strength(x, y - 1) && here >= strength(x, y + 1)
        }
    }

    fn peaks(&self, mut votes: Vec<f32>, reach: usize) -> Vec<Line> {
        let least = 0.12 * self.width.min(self.height) as f32 * LEAST_STEP.sqrt();
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let best = votes.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let Some((at, _)) = best.filter(|(_, most)| **most >= least) else { break };
            let (degree, distance) = ((at / (2 * reach)) as i32, (at % (2 * reach)) as i32);
            lines.push(Line {
                angle: (degree as f32).to_radians(),
                distance: distance as f32 + 0.5 - reach as f32,
            });
            for near in degree - 7..=degree + 7 {
                let row = near.rem_euclid(DEGREES as i32) as usize * 2 * reach;
                for beside in (distance - 7).max(0)..(distance + 8).min(2 * reach as i32) {
                    votes[row + beside as usize] = 0.0;
                }
            }
        }
        lines
    }

    fn best_four(&self, lines: &[Line]) -> Option<[[f32; 2]; 4]> {
        let facing: Vec<(Line, Line)> =
            pairs(lines).filter(|(a, b)| apart(a.angle, b.angle + PI) < 40_f32.to_radians()).collect();
        let mut best = (0.0, None);
        for (at, &(left, right)) in facing.iter().enumerate() {
            for &(top, bottom) in &facing[at + 1..] {
                let turn = apart(left.angle, top.angle);
                if (turn - PI / 2.0).abs() > 45_f32.to_radians() {
                    continue;
                }
                let Some((corners, sides)) = enclosed([left, top, right, bottom]) else { continue };
                let share = area(&corners) / (self.width * self.height) as f32;
                if share < LEAST_AREA || share.powf(0.4) <= best.0 || !self.is_in_view(&corners) {
                    continue;
                }
                let score = self.covered(&corners, &sides).powi(4) * share.powf(0.4);
                if score > best.0 {
                    best = (score, Some(corners));
                }
            }
        }
        best.1
    }

    fn is_in_view(&self, corners: &[[f32; 2]; 4]) -> bool {
        let (width, height) = (self.width as f32, self.height as f32);
        corners.iter().all(|[x, y]| {
            (-0.06 * width..1.06 * width).contains(x) && (-0.06 * height..1.06 * height).contains(y)
        })
    }

    /// Share of the four sides that is edge, bright inside; 0 where one side lacks too much.
    fn covered(&self, corners: &[[f32; 2]; 4], sides: &[Line; 4]) -> f32 {
        let mut all = 0.0;
        for (i, side) in sides.iter().enumerate() {
            let (from, to) = (corners[i], corners[(i + 1) % 4]);
            let (mut seen, mut covered) = (0, 0);
            for part in 1..48 {
                let t = part as f32 / 48.0;
                let point = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
                if let Some(is_edge) = self.is_edge(point, side.angle) {
                    seen += 1;
                    covered += usize::from(is_edge);
                }
            }
            let share = covered as f32 / seen.max(24) as f32;
            if share < LEAST_COVERED {
                return 0.0;
            }
            all += share / 4.0;
        }
        if all < LEAST_COVERED_IN_ALL { 0.0 } else { all }
    }

    /// Whether there is an edge within two pixels that gets brighter in the direction of `angle`; `None` outside.
    fn is_edge(&self, [x, y]: [f32; 2], angle: f32) -> Option<bool> {
        let (sin, cos) = angle.sin_cos();
        let inside = |x: f32, y: f32| {
            x >= 1.0 && y >= 1.0 && x < self.width as f32 - 1.0 && y < self.height as f32 - 1.0
        };
        if !inside(x, y) {
            return None;
        }
        Some((-2..=2).any(|off| {
            let (x, y) = (x + off as f32 * cos, y + off as f32 * sin);
            inside(x, y) && {
                let [across, down] = self.step[y as usize * self.width + x as usize];
                let along = across * cos + down * sin;
                along >= 0.8 * LEAST_STEP && along >= 0.85 * across.hypot(down)
            }
        }))
    }
}

fn pairs(lines: &[Line]) -> impl Iterator<Item = (Line, Line)> {
    lines.iter().enumerate().flat_map(|(at, &a)| lines[at + 1..].iter().map(move |&b| (a, b)))
}

/// The corners that four lines enclose, from the upper left, and the line of each side in the order top, right, bottom,
/// left. `None` unless each line's bright side is the inside.
fn enclosed([a, b, c, d]: [Line; 4]) -> Option<([[f32; 2]; 4], [Line; 4])> {
    let corners = [a.meets(&b)?, b.meets(&c)?, c.meets(&d)?, d.meets(&a)?];
    let sides = [b, c, d, a];
    let middle = [0, 1].map(|i| corners.iter().map(|corner| corner[i]).sum::<f32>() / 4.0);
    let bright_inside = sides.iter().all(|line| {
        let (sin, cos) = line.angle.sin_cos();
        middle[0] * cos + middle[1] * sin > line.distance
    });
    if !bright_inside {
        return None;
    }
    let (corners, sides) = if area(&corners) > 0.0 {
        (corners, sides)
    } else {
        let [p, q, r, s] = corners;
        ([p, s, r, q], [a, d, c, b])
    };
    let first = (0..4).min_by(|&i, &j| {
        let from_upper_left = |k: usize| corners[k][0] + corners[k][1];
        from_upper_left(i).total_cmp(&from_upper_left(j))
    })?;
    Some((std::array::from_fn(|i| corners[(i + first) % 4]), std::array::from_fn(|i| sides[(i + first) % 4])))
}

/// Whether what is enclosed is mostly bright and without much colour.
fn is_paper(small: &RgbImage, corners: &[[f32; 2]; 4]) -> bool {
    let Some(warp) = Warp::unit_square_to(corners.map(|corner| corner.map(f64::from))) else { return false };
    let mut bright = Vec::new();
    let mut white = Vec::new();
    for v in 1..20 {
        for u in 1..20 {
            let [x, y] = warp.map([f64::from(u) / 20.0, f64::from(v) / 20.0]);
            if let Some(pixel) = small.get_pixel_checked(x as u32, y as u32) {
                let [least, most] =
                    [pixel.0.iter().min(), pixel.0.iter().max()].map(|v| f32::from(*v.unwrap_or(&0)));
                bright.push(most);
                white.push(least / most.max(1.0));
            }
        }
    }
    let median = |values: &mut Vec<f32>| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    median(&mut bright) >= LEAST_BRIGHT && median(&mut white) >= LEAST_WHITE
}

/// Sets each side anew by where the full picture steps up most sharply within `reach` pixels of it.
fn refined(photo: &RgbImage, corners: [[f32; 2]; 4], reach: f32) -> [[f32; 2]; 4] {
    let sides: Vec<Option<Line>> =
        (0..4).map(|i| refined_side(photo, corners[i], corners[(i + 1) % 4], reach)).collect();
    std::array::from_fn(|i| {
        let met = match (sides[(i + 3) % 4], sides[i]) {
            (Some(before), Some(after)) => before.meets(&after),
            _ => None,
        };
        // A side that went astray would take its corners with it.
        met.filter(|[x, y]| (x - corners[i][0]).hypot(y - corners[i][1]) < 3.0 * reach).unwrap_or(corners[i])
    })
}

fn refined_side(photo: &RgbImage, from: [f32; 2], to: [f32; 2], reach: f32) -> Option<Line> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    // Corners run clockwise, so the inside lies to the right of the way along a side.
    let inward = [-dy / length, dx / length];
    let grey = |x: f32, y: f32| {
        let inside = x >= 0.0 && y >= 0.0 && x < photo.width() as f32 && y < photo.height() as f32;
        inside.then(|| photo.get_pixel(x as u32, y as u32).0.map(f32::from))
    };
    let mut found = Vec::new();
    for part in 3..77 {
        let t = part as f32 / 80.0;
        let (x, y) = (from[0] + dx * t, from[1] + dy * t);
        let mut best = (LEAST_STEP, None);
        let steps = reach.ceil() as i32 * 2;
        for step in -steps..=steps {
            let off = step as f32 / 2.0;
            let at = |off: f32| grey(x + inward[0] * off, y + inward[1] * off);
            let (Some(out_far), Some(out), Some(inner), Some(in_far)) =
                (at(off - 2.5), at(off - 1.0), at(off + 1.0), at(off + 2.5))
            else {
                continue;
            };
            let rise =
                (0..3).map(|c| inner[c] + in_far[c] - out[c] - out_far[c]).fold(f32::MIN, f32::max) / 2.0;
            if rise > best.0 {
                best = (rise, Some([x + inward[0] * off, y + inward[1] * off]));
            }
        }
        found.extend(best.1);
    }
    fitted(found, inward)
}

/// The line through most of the points; those that lie far off are left out, twice.
fn fitted(mut points: Vec<[f32; 2]>, inward: [f32; 2]) -> Option<Line> {
    for last in [false, false, true] {
        if points.len() < 20 {
            return None;
        }
        let count = points.len() as f32;
        let [mx, my] = [0, 1].map(|i| points.iter().map(|p| p[i]).sum::<f32>() / count);
        let moment =
            |f: &dyn Fn(f32, f32) -> f32| points.iter().map(|p| f(p[0] - mx, p[1] - my)).sum::<f32>();
        let (xx, xy, yy) = (moment(&|x, _| x * x), moment(&|x, y| x * y), moment(&|_, y| y * y));
        let along = 0.5 * (2.0 * xy).atan2(xx - yy);
        let mut angle = along + PI / 2.0;
        if angle.cos() * inward[0] + angle.sin() * inward[1] < 0.0 {
            angle += PI;
        }
        let (sin, cos) = angle.sin_cos();
        let distance = mx * cos + my * sin;
        if last {
            return Some(Line { angle, distance });
        }
        let off = |p: &[f32; 2]| (p[0] * cos + p[1] * sin - distance).abs();
        let usual = points.iter().map(off).sum::<f32>() / count;
        points.retain(|p| off(p) <= 1.2 * usual.max(0.7));
    }
    None
}
