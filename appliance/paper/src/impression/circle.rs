//! The edge of a seal: a circle through the outermost ink.

use super::pixels::Map;

/// A circle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Circle {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
}

/// Rays from the middle.
const RAYS: usize = 240;
/// Of them the circle has to run through so many, or it is none.
const LEAST_SHARE: f32 = 0.6;

/// The circle through the outermost places where `cover` falls under a half; `around` says where about it is, `slack`
/// how far from a circle ink may lie and still be its edge.
pub(super) fn edge(cover: &Map, around: Circle, slack: f32) -> Option<Circle> {
    let points: Vec<(f32, f32)> = (0..RAYS).filter_map(|ray| outermost(cover, around, ray)).collect();
    let mut circle = around;
    let mut kept = points.clone();
    for width in [8.0 * slack, 3.0 * slack, slack] {
        let away = |&(x, y): &(f32, f32)| (x - circle.x).hypot(y - circle.y) - circle.radius;
        // The edge is where most of the outermost ink lies; blots and gaps are further out or in.
        let mut distances: Vec<f32> = kept.iter().map(away).collect();
        distances.sort_by(f32::total_cmp);
        let middle = distances.get(distances.len() / 2)?;
        kept = points.iter().copied().filter(|point| (away(point) - middle).abs() <= width).collect();
        circle = through(&kept)?;
    }
    (kept.len() as f32 >= LEAST_SHARE * RAYS as f32).then_some(circle)
}

fn outermost(cover: &Map, around: Circle, ray: usize) -> Option<(f32, f32)> {
    let (sine, cosine) = (ray as f32 / RAYS as f32 * std::f32::consts::TAU).sin_cos();
    let at = |radius: f32| cover.between(around.x + radius * cosine, around.y + radius * sine);
    let mut radius = around.radius * 1.15;
    let mut outside = at(radius);
    while radius > around.radius * 0.5 {
        let inside = at(radius - 0.5);
        if inside >= 0.5 && outside < 0.5 {
            let edge = radius - 0.5 * (0.5 - outside) / (inside - outside);
            return Some((around.x + edge * cosine, around.y + edge * sine));
        }
        outside = inside;
        radius -= 0.5;
    }
    None
}

/// The circle nearest to the points: x² + y² = 2ax + 2by + c is linear in a, b and c.
fn through(points: &[(f32, f32)]) -> Option<Circle> {
    let count = points.len() as f64;
    let mean =
        |of: fn(&(f32, f32)) -> f32| points.iter().map(|point| f64::from(of(point))).sum::<f64>() / count;
    let (x0, y0) = (mean(|point| point.0), mean(|point| point.1));
    let [mut xx, mut xy, mut yy, mut xz, mut yz, mut zz] = [0.0; 6];
    for &(x, y) in points {
        let (x, y) = (f64::from(x) - x0, f64::from(y) - y0);
        let z = x * x + y * y;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xz += x * z;
        yz += y * z;
        zz += z;
    }
    let determinant = 2.0 * (xx * yy - xy * xy);
    if points.len() < 3 || determinant.abs() < 1e-6 {
        return None;
    }
    let (a, b) = ((xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant);
    let radius = (a * a + b * b + zz / count).sqrt();
    Some(Circle { x: (a + x0) as f32, y: (b + y0) as f32, radius: radius as f32 })
}
