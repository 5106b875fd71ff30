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
const COARSE_STEP: f32 = 0.5;
const FINE_STEP: f32 = 0.05;
const COARSE_BIN_MM: f32 = 0.9;
const FINE_BIN_MM: f32 = 0.3;

/// By how much the lines fall to the right, in degrees; 0 where there are none. A page that lies on its side is
/// measured by its own lines.
pub(crate) fn skew_degrees(inks: &Inks) -> f32 {
    let points = points(inks);
    if points.len() < FEWEST_POINTS {
        return 0.0;
    }
    let sideways: Vec<[f32; 2]> = points.iter().map(|&[x, y]| [-y, x]).collect();
    let (level, upright) = (Best::of(&points), Best::of(&sideways));
    let (best, points) =
        if upright.certainty > level.certainty { (upright, &sideways) } else { (level, &points) };
    if best.certainty < CERTAIN {
        return 0.0;
    }
    let steps = (0.6 / FINE_STEP) as i32;
    let near = (-steps..=steps).map(|step| best.degrees + step as f32 * FINE_STEP);
    let scored = near.map(|degrees| (degrees, sharpness(points, degrees, FINE_BIN_MM)));
    let sharpest = scored.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(best.degrees, |(degrees, _)| degrees);
    sharpest.clamp(-MOST_DEGREES, MOST_DEGREES)
}

/// The lower ends of letters and the middles of ruled lines, in millimetres.
fn points(inks: &Inks) -> Vec<[f32; 2]> {
    let is_writing = |spot: &Spot| {
        let (width, height) = (inks.mm(spot.width()), inks.mm(spot.height()));
        (1.0..9.0).contains(&height) && width < 60.0
    };
    let chosen: Vec<&Spot> = inks.ink().filter(|spot| is_writing(spot)).collect();
    if chosen.len() < 12 {
        return Vec::new();
    }
    let runs: Vec<_> = inks.ink_runs(is_writing).collect();
    let every = runs.len().div_ceil(MOST_POINTS).max(1);
    let mm = 25.4 / inks.dpi;
    runs.iter()
        .step_by(every)
        .map(|run| [(run.start + run.end) as f32 * 0.5 * mm, run.y as f32 * mm])
        .collect()
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
