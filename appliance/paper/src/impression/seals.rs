//! Red seals on a page: circles of red ink with more inside than paper, and paper around them.
//!
//! Every edge of red points at the middle of the circle it could belong to (Hough); where many agree, the ring is walked
//! once around. A seal is believed when most of the ring is redder than what is outside it, and its inside neither empty,
//! as a circle drawn by hand is, nor full, as a mark or a picture is.

use super::{
    circle::Circle,
    pixels::{Map, Pixels, redness},
};

/// Pages are looked at in about this resolution.
pub(super) const OVERVIEW_DPI: u32 = 75;
/// Of seals of units.
const LEAST_MM: f32 = 24.0;
const MOST_MM: f32 = 46.0;
/// A slope of redness that can be the edge of ink; paper and cameras have less.
const LEAST_SLOPE: f32 = 2.5;
const MOST_SLOPE: f32 = 25.0;
/// Middles that are looked at.
const MOST_MIDDLES: usize = 12;
/// Directions in which a ring is looked at.
const RAYS: usize = 96;
/// Redder than outside by so much, on so many of them.
const LEAST_RED: f32 = 7.0;
const LEAST_RING: f32 = 0.6;
/// How much of its inside is ink.
const INSIDE: std::ops::RangeInclusive<f32> = 0.10..=0.70;

/// The seals of a page at [`OVERVIEW_DPI`]; `per_mm` pixels to a millimetre.
pub(super) fn seals(page: &Pixels, per_mm: f32) -> Vec<Circle> {
    let paper = page.paper();
    let red = smoothed(&page.map(|pixel| redness(pixel, paper).min(120.0)));
    let mut votes = votes(&red, per_mm);
    let mut found: Vec<Circle> = Vec::new();
    for _ in 0..MOST_MIDDLES {
        let Some((x, y)) = most(&votes) else { break };
        forget(&mut votes, (x, y), (3.0 * per_mm) as usize);
        let Some(circle) = ring(&red, (x as f32, y as f32), per_mm) else { continue };
        let apart = |other: &Circle| {
            (other.x - circle.x).hypot(other.y - circle.y) > 0.8 * other.radius.max(circle.radius)
        };
        if has_inside(&red, &circle, per_mm) && found.iter().all(apart) {
            found.push(circle);
        }
    }
    found
}

/// The mean of nine, against the grain.
fn smoothed(map: &Map) -> Map {
    let (width, height) = (map.width, map.height);
    let mut values = vec![0.0; map.values.len()];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let rows =
                [y - 1, y, y + 1].map(|row| map.values[row * width + x - 1..][..3].iter().sum::<f32>());
            values[y * width + x] = rows.iter().sum::<f32>() / 9.0;
        }
    }
    Map { width, height, values }
}

fn votes(red: &Map, per_mm: f32) -> Map {
    let (width, height) = (red.width, red.height);
    let mut values = vec![0.0; red.values.len()];
    let radii = (LEAST_MM / 2.0 * per_mm) as i32..=(MOST_MM / 2.0 * per_mm) as i32;
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let across = red.at(x + 1, y) - red.at(x - 1, y);
            let down = red.at(x, y + 1) - red.at(x, y - 1);
            let slope = across.hypot(down);
            if slope < LEAST_SLOPE {
                continue;
            }
            // A strong seal must not outvote a faint one.
            let weight = slope.min(MOST_SLOPE).sqrt();
            for radius in radii.clone() {
                // From the outer edge the ink rises towards the middle.
                let at = |along: f32| (along / slope * radius as f32).round() as i64;
                let (column, row) = (x as i64 + at(across), y as i64 + at(down));
                if (0..width as i64).contains(&column) && (0..height as i64).contains(&row) {
                    values[row as usize * width + column as usize] += weight;
                }
            }
        }
    }
    smoothed(&Map { width, height, values })
}

fn most(votes: &Map) -> Option<(usize, usize)> {
    let (at, value) = votes.values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    (*value > 0.0).then_some((at % votes.width, at / votes.width))
}

fn forget(votes: &mut Map, (x, y): (usize, usize), reach: usize) {
    for row in y.saturating_sub(reach)..(y + reach + 1).min(votes.height) {
        let (from, to) = (x.saturating_sub(reach), (x + reach + 1).min(votes.width));
        votes.values[row * votes.width + from..row * votes.width + to].fill(0.0);
    }
}

/// The best ring around a middle that is about right: looked for in large steps, then in small ones.
fn ring(red: &Map, (x, y): (f32, f32), per_mm: f32) -> Option<Circle> {
    let (least, most) = (LEAST_MM / 2.0 * per_mm, MOST_MM / 2.0 * per_mm);
    let middle = Circle { x, y, radius: (least + most) / 2.0 };
    let rough =
        Steps { reach: 1.6 * per_mm, step: 2.0, radii: (most - least) / 2.0, radius: 1.0, rays: RAYS / 2 };
    let (share, circle) = rough.best(red, middle, per_mm);
    if share < LEAST_RING - 0.15 {
        return None;
    }
    let fine = Steps { reach: 1.5, step: 0.5, radii: 1.5, radius: 0.5, rays: RAYS };
    let (share, circle) = fine.best(red, circle, per_mm);
    (share >= LEAST_RING && (least..=most).contains(&circle.radius)).then_some(circle)
}

/// Circles that are tried: middles and radii so far around, in such steps, in pixels.
struct Steps {
    reach: f32,
    step: f32,
    radii: f32,
    radius: f32,
    rays: usize,
}

impl Steps {
    fn best(&self, red: &Map, middle: Circle, per_mm: f32) -> (f32, Circle) {
        let count = |reach: f32, step: f32| (reach / step).round() as i32;
        let (across, deep) = (count(self.reach, self.step), count(self.radii, self.radius));
        let mut best = (0.0, middle);
        for (dx, dy) in (-across..=across).flat_map(|dx| (-across..=across).map(move |dy| (dx, dy))) {
            for dr in -deep..=deep {
                let circle = Circle {
                    x: middle.x + dx as f32 * self.step,
                    y: middle.y + dy as f32 * self.step,
                    radius: middle.radius + dr as f32 * self.radius,
                };
                let share = ringed(red, &circle, per_mm, self.rays);
                if share > best.0 {
                    best = (share, circle);
                }
            }
        }
        best
    }
}

/// On what share of the directions there is ink on the ring and paper right outside it.
fn ringed(red: &Map, circle: &Circle, per_mm: f32, rays: usize) -> f32 {
    let has_edge = |ray: &usize| {
        let (sine, cosine) = (*ray as f32 / rays as f32 * std::f32::consts::TAU).sin_cos();
        let at = |radius: f32| red.between(circle.x + radius * cosine, circle.y + radius * sine);
        let on = at(circle.radius).max(at(circle.radius - 0.7));
        let outside = at(circle.radius + 0.9 * per_mm).max(at(circle.radius + 1.8 * per_mm));
        on - outside > LEAST_RED.max(0.4 * on)
    };
    (0..rays).filter(has_edge).count() as f32 / rays as f32
}

/// A star and letters, neither nothing nor everything.
fn has_inside(red: &Map, circle: &Circle, per_mm: f32) -> bool {
    let mut on_ring: Vec<f32> = (0..RAYS)
        .map(|ray| {
            let (sine, cosine) = (ray as f32 / RAYS as f32 * std::f32::consts::TAU).sin_cos();
            red.between(circle.x + circle.radius * cosine, circle.y + circle.radius * sine)
        })
        .collect();
    on_ring.sort_by(f32::total_cmp);
    let ink = (0.45 * on_ring[RAYS / 2]).max(LEAST_RED * 0.6);
    let (mut inside, mut inked) = (0, 0);
    let reach = circle.radius - 1.8 * per_mm;
    let rows = (circle.y - reach).max(0.0) as usize..((circle.y + reach) as usize).min(red.height);
    for y in rows {
        for x in (circle.x - reach).max(0.0) as usize..((circle.x + reach) as usize).min(red.width) {
            if (x as f32 - circle.x).hypot(y as f32 - circle.y) <= reach {
                inside += 1;
                inked += usize::from(red.at(x, y) > ink);
            }
        }
    }
    INSIDE.contains(&(inked as f32 / inside.max(1) as f32))
}
