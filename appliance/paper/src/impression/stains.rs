//! Stains: what belongs together on paper because no more than a gap lies between.

use super::pixels::{Map, Window};

/// Ink that hangs together.
#[derive(Clone, Debug)]
pub(super) struct Stain {
    pub(super) window: Window,
    /// Pixels of ink in it.
    pub(super) ink: usize,
}

/// The stains of a map where ink is at least `least`, parts up to `gap` pixels apart being one; the largest first.
pub(super) fn stains(map: &Map, least: f32, gap: usize) -> Vec<Stain> {
    let ink: Vec<bool> = map.values.iter().map(|&value| value >= least).collect();
    let wide = widened(&ink, map.width, map.height, gap.div_ceil(2));
    let mut seen = vec![false; wide.len()];
    let mut found = Vec::new();
    for start in 0..wide.len() {
        if wide[start] && !seen[start] {
            found.extend(stain(start, &ink, &wide, &mut seen, (map.width, map.height)));
        }
    }
    found.sort_by_key(|stain: &Stain| std::cmp::Reverse(stain.ink));
    found
}

fn stain(
    start: usize,
    ink: &[bool],
    wide: &[bool],
    seen: &mut [bool],
    (width, height): (usize, usize),
) -> Option<Stain> {
    let mut window = Window { left: width, top: height, right: 0, bottom: 0 };
    let mut count = 0;
    let mut open = vec![start];
    seen[start] = true;
    while let Some(at) = open.pop() {
        let (x, y) = (at % width, at / width);
        if ink[at] {
            count += 1;
            window.left = window.left.min(x);
            window.top = window.top.min(y);
            window.right = window.right.max(x + 1);
            window.bottom = window.bottom.max(y + 1);
        }
        let beside = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        for next in beside.into_iter().flatten() {
            if wide[next] && !seen[next] {
                seen[next] = true;
                open.push(next);
            }
        }
    }
    (count > 0).then_some(Stain { window, ink: count })
}

/// Every true pixel grown to a square, first along the rows, then along the columns.
fn widened(ink: &[bool], width: usize, height: usize, by: usize) -> Vec<bool> {
    let mut rows = vec![false; ink.len()];
    for y in 0..height {
        for x in (0..width).filter(|x| ink[y * width + x]) {
            rows[y * width + x.saturating_sub(by)..y * width + (x + by + 1).min(width)].fill(true);
        }
    }
    let mut wide = vec![false; ink.len()];
    for y in 0..height {
        for x in (0..width).filter(|x| rows[y * width + x]) {
            for row in y.saturating_sub(by)..(y + by + 1).min(height) {
                wide[row * width + x] = true;
            }
        }
    }
    wide
}
