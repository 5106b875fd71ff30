//! How far colours are from the capture's: the median distance in CIELAB (CIE76) of the pixels that are coloured there,
//! seal and signature above all, at the capture's own resolution; and where the seals are.

use image::RgbImage;

use super::likeness::median;

/// So far from the paper's own colour is coloured.
const COLOURED: f32 = 16.0;
/// Fewer coloured pixels than this in ten thousand are noise.
const FEWEST: usize = 2;
/// A seal or stamp, with what is written over it, in millimetres.
const SEAL_MM: std::ops::RangeInclusive<f32> = 12.0..=110.0;
const SEAL_SHARE_MM2: f32 = 120.0;

/// A part of a page: left, top, right, bottom in pixels.
pub(crate) type Area = (u32, u32, u32, u32);

/// sRGB to CIELAB under D65.
struct Lab {
    linear: [f32; 256],
}

impl Lab {
    fn new() -> Self {
        let linear = |sample: usize| {
            let share = sample as f32 / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        Self { linear: std::array::from_fn(linear) }
    }

    fn of(&self, pixel: &[u8]) -> [f32; 3] {
        let [r, g, b] = [0, 1, 2].map(|channel| self.linear[usize::from(pixel[channel])]);
        let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
        let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
        let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
        let [x, y, z] = [x, y, z].map(|v| if v > 0.008_856 { v.cbrt() } else { 7.787 * v + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
}

/// The coloured pixels of a capture.
pub(crate) struct Coloured {
    lab: Lab,
    /// Where, and what colour.
    pixels: Vec<(usize, [f32; 3])>,
    /// Where it is red, faintly too.
    red: Vec<bool>,
    width: usize,
}

impl Coloured {
    pub(crate) fn of(capture: &RgbImage) -> Self {
        let lab = Lab::new();
        let raw = capture.as_raw();
        let width = capture.width() as usize;
        let sampled: Vec<[f32; 3]> = raw.chunks_exact(3).step_by(53).map(|pixel| lab.of(pixel)).collect();
        let [a, b] = [1, 2].map(|part| median(sampled.iter().map(|lab| lab[part]).collect(), 0.5));
        let (mut strong, mut red) = (Vec::with_capacity(raw.len() / 3), Vec::with_capacity(raw.len() / 3));
        for pixel in raw.chunks_exact(3) {
            let [_, pixel_a, pixel_b] = lab.of(pixel);
            let (along_a, along_b) = (pixel_a - a, pixel_b - b);
            let chroma = along_a.hypot(along_b);
            strong.push(chroma > COLOURED);
            red.push(chroma > 9.0 && along_a > 7.0 && along_b > -0.8 * along_a);
        }
        let pixels = crowded(&strong, width).map(|at| (at, lab.of(&raw[at * 3..at * 3 + 3]))).collect();
        Self { lab, pixels, red, width }
    }

    /// The median distance of another picture of the same page; `None` where the capture has no colour to speak of.
    pub(crate) fn distance(&self, other: &RgbImage) -> Option<f64> {
        if self.pixels.len() * 10_000 < self.red.len() * FEWEST {
            return None;
        }
        let far = |(at, [l, a, b]): &(usize, [f32; 3])| {
            let [other_l, other_a, other_b] = self.lab.of(&other.as_raw()[at * 3..at * 3 + 3]);
            ((l - other_l).powi(2) + (a - other_a).powi(2) + (b - other_b).powi(2)).sqrt()
        };
        Some(f64::from(median(self.pixels.iter().map(far).collect(), 0.5)))
    }

    /// Where red things as large as a seal are, with a little around them.
    pub(crate) fn seals(&self, dpi: u32) -> Vec<Area> {
        let cell = (dpi as usize / 50).max(1);
        let (across, down) = (self.width / cell, self.red.len() / self.width / cell);
        let is_red = |x: usize, y: usize| {
            let rows = y * cell..(y + 1) * cell;
            let reds = rows.flat_map(|row| &self.red[row * self.width + x * cell..][..cell]);
            reds.filter(|red| **red).count() * 10 > cell * cell
        };
        let cells: Vec<bool> = (0..across * down).map(|at| is_red(at % across, at / across)).collect();
        let millimetres = 25.4 * cell as f32 / dpi as f32;
        let around = 2;
        let seals = clumps(&cells, across).into_iter().filter(|clump| {
            let sides = [clump.right - clump.left, clump.bottom - clump.top];
            sides.iter().all(|side| SEAL_MM.contains(&(*side as f32 * millimetres)))
                && clump.cells as f32 * millimetres * millimetres > SEAL_SHARE_MM2
        });
        let pixel = |at: usize, of: usize| u32::try_from((at * cell).min(of)).unwrap_or(u32::MAX);
        let height = self.red.len() / self.width;
        seals
            .map(|clump| {
                (
                    pixel(clump.left.saturating_sub(around), self.width),
                    pixel(clump.top.saturating_sub(around), height),
                    pixel(clump.right + around, self.width),
                    pixel(clump.bottom + around, height),
                )
            })
            .collect()
    }
}

/// Those whose neighbours are for the greater part alike: no single specks.
fn crowded(flags: &[bool], width: usize) -> impl Iterator<Item = usize> + '_ {
    let height = flags.len() / width;
    (0..flags.len()).filter(move |at| {
        let (x, y) = (at % width, at / width);
        flags[*at]
            && (1..width - 1).contains(&x)
            && (1..height - 1).contains(&y)
            && (y - 1..y + 2)
                .map(|row| flags[row * width + x - 1..row * width + x + 2].iter().filter(|on| **on).count())
                .sum::<usize>()
                >= 5
    })
}

struct Clump {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    cells: usize,
}

/// What hangs together, gaps of up to three cells to a side bridged.
fn clumps(cells: &[bool], across: usize) -> Vec<Clump> {
    const REACH: usize = 4;
    let down = cells.len() / across;
    let mut seen = vec![false; cells.len()];
    let mut clumps = Vec::new();
    for start in 0..cells.len() {
        if !cells[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let (x, y) = (start % across, start / across);
        let mut clump = Clump { left: x, top: y, right: x + 1, bottom: y + 1, cells: 0 };
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let (x, y) = (at % across, at / across);
            clump.left = clump.left.min(x);
            clump.top = clump.top.min(y);
            clump.right = clump.right.max(x + 1);
            clump.bottom = clump.bottom.max(y + 1);
            clump.cells += 1;
            for row in y.saturating_sub(REACH)..(y + REACH + 1).min(down) {
                for next in row * across + x.saturating_sub(REACH)..row * across + (x + REACH + 1).min(across)
                {
                    if cells[next] && !seen[next] {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        clumps.push(clump);
    }
    clumps
}
