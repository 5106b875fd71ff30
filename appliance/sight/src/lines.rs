//! How crooked the lines of text lie, by projection: seen along the lines, ink and gaps alternate most sharply.

use crate::ink::{Inks, Spot};

/// Beyond this nothing is measured.
const MOST_DEGREES: f32 = 15.0;
/// Points enough for a page; more cost time and change nothing.
const MOST_POINTS: usize = 12_000;
/// Fewer points than some words have say nothing.
const FEWEST_POINTS: usize = 150;
/// By how much the best angle must stand out from the usual one. Text stands out three times and more.
const CERTAIN: f32 = 1.35;
/// A letter covers 2 square millimetres and more.
const MOST_BEYOND_MM2: f32 = 3.0;
/// Fewer letters are a number, a stamp's date, a scribble.
const FEWEST_LETTERS: usize = 12;
/// Rules are looked at point by point so far apart: as many as the strokes of a line of text.
const RULE_STEP_MM: f32 = 1.6;
const COARSE_STEP: f32 = 0.5;
const FINE_STEP: f32 = 0.05;
const COARSE_BIN_MM: f32 = 0.9;
const FINE_BIN_MM: f32 = 0.3;

/// How the lines of a page lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lines {
    /// By how much they fall to the right, in degrees; 0 where there are none. A page that lies on its side is measured
    /// by its own lines.
    pub(crate) skew_degrees: f32,
    /// They run up or down: by how much this is more certain than that they run across.
    pub(crate) sideways: f32,
}

pub(crate) fn lines(inks: &Inks) -> Lines {
    let points = points(inks);
    if points.len() < FEWEST_POINTS {
        return Lines::default();
    }
    let turned: Vec<[f32; 2]> = points.iter().map(|&[x, y]| [-y, x]).collect();
    let (level, upright) = (Best::of(&points), Best::of(&turned));
    let sideways = upright.certainty / level.certainty.max(f32::EPSILON);
    let (best, points) = if sideways > 1.0 { (&upright, &turned) } else { (&level, &points) };
    if best.certainty < CERTAIN {
        return Lines { skew_degrees: 0.0, sideways };
    }
    let steps = (0.6 / FINE_STEP) as i32;
    let near = (-steps..=steps).map(|step| best.degrees + step as f32 * FINE_STEP);
    let scored = near.map(|degrees| (degrees, sharpness(points, degrees, FINE_BIN_MM)));
    let sharpest = scored.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(best.degrees, |(degrees, _)| degrees);
    Lines { skew_degrees: sharpest.clamp(-MOST_DEGREES, MOST_DEGREES), sideways }
}

/// Whether ink would lie beyond the page if it were turned back by so many degrees about its middle: more than a rule
/// that runs out of the page anyway.
pub(crate) fn overhangs(inks: &Inks, degrees: f32) -> bool {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let [middle, half_height] = inks.middle();
    let is_beyond = |x: f32, y: f32| {
        let (x, y) = (x - middle, y - half_height);
        (x * cos + y * sin).abs() > middle || (y * cos - x * sin).abs() > half_height
    };
    let beyond: u32 = inks
        .ink_runs(|_| true)
        .filter(|run| is_beyond(run.start as f32, run.y as f32) || is_beyond(run.end as f32, run.y as f32))
        .map(|run| {
            (run.start..run.end).filter(|&x| is_beyond(x as f32 + 0.5, run.y as f32 + 0.5)).count() as u32
        })
        .sum();
    beyond as f32 * inks.mm(1).powi(2) > MOST_BEYOND_MM2
}

/// The middles of all strokes of letters, and ruled lines point by point, in millimetres.
fn points(inks: &Inks) -> Vec<[f32; 2]> {
    let is_writing = |spot: &Spot| {
        let (width, height) = (inks.mm(spot.width()), inks.mm(spot.height()));
        (1.0..9.0).contains(&height) && width < 60.0
    };
    if inks.ink().filter(|spot| is_writing(spot)).count() < FEWEST_LETTERS {
        return Vec::new();
    }
    let mm = 25.4 / inks.dpi;
    let step = RULE_STEP_MM / mm;
    let mut points = Vec::new();
    for run in inks.ink_runs(|spot| is_writing(spot) || is_ruled(inks, spot)) {
        let length = (run.end - run.start) as f32;
        // A stroke is a point however thick; of a rule that lies level a single run may be all there is.
        let parts = (length / step).ceil();
        points.extend((0..parts as u32).map(|part| {
            let along = (part as f32 + 0.5) / parts;
            [(run.start as f32 + along * length) * mm, run.y as f32 * mm]
        }));
    }
    let every = points.len().div_ceil(MOST_POINTS).max(1);
    points.into_iter().step_by(every).collect()
}

/// A rule, a frame, a table: long, and nearly all of it paper. A photograph is filled, a seal is not long enough.
fn is_ruled(inks: &Inks, spot: &Spot) -> bool {
    let (width, height) = (inks.mm(spot.width()), inks.mm(spot.height()));
    let longest = width.max(height);
    let thick = spot.area as f32 * inks.mm(1).powi(2) / longest;
    (longest >= 60.0 && spot.fill() < 0.2) || (longest >= 15.0 && thick < 0.8)
}

struct Best {
    degrees: f32,
    certainty: f32,
}

impl Best {
    fn of(points: &[[f32; 2]]) -> Self {
        let steps = (MOST_DEGREES / COARSE_STEP) as i32;
        let scored: Vec<(f32, f32)> = (-steps..=steps)
            .map(|step| step as f32 * COARSE_STEP)
            .map(|degrees| (degrees, sharpness(points, degrees, COARSE_BIN_MM)))
            .collect();
        let (degrees, best) = scored.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0.0, 0.0));
        let mut all: Vec<f32> = scored.iter().map(|&(_, score)| score).collect();
        all.sort_by(f32::total_cmp);
        let usual = all[all.len() / 2].max(1.0);
        Self { degrees, certainty: best / usual }
    }
}

/// Sum of squares of how many points fall together when seen along lines that fall by `degrees`.
fn sharpness(points: &[[f32; 2]], degrees: f32, bin_mm: f32) -> f32 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let places: Vec<f32> = points.iter().map(|[x, y]| (y * cos - x * sin) / bin_mm).collect();
    let lowest = places.iter().copied().fold(f32::MAX, f32::min);
    let highest = places.iter().copied().fold(f32::MIN, f32::max);
    let mut bins = vec![0.0_f32; (highest - lowest) as usize + 2];
    for place in places {
        let at = place - lowest;
        let share = at.fract();
        bins[at as usize] += 1.0 - share;
        bins[at as usize + 1] += share;
    }
    bins.iter().map(|count| count * count).sum()
}
