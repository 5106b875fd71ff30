//! How like the capture a page looks where there is ink: structural similarity (Wang and others, 2004; a Gaussian of
//! eleven pixels, sigma 1.5) of the luma at 150 dpi, over the ink of the capture and one pixel around it.
//!
//! Over the whole page every method is alike, because most of a page is paper.

use image::RgbImage;

/// What the pages are compared at.
pub(crate) const DPI: u32 = 150;
/// So much darker than the paper around it is ink.
const INK: f32 = 30.0;
/// A side of the blocks in which paper is looked for.
const BLOCK: usize = 16;

/// Grey samples of a picture.
pub(crate) struct Luma {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) samples: Vec<f32>,
}

impl Luma {
    pub(crate) fn of(picture: &RgbImage) -> Self {
        let luma = |pixel: &[u8]| {
            0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
        };
        let samples = picture.as_raw().chunks_exact(3).map(luma).collect();
        Self { width: picture.width() as usize, height: picture.height() as usize, samples }
    }

    /// The same page with fewer pixels, each the mean of the area it stands for.
    pub(crate) fn averaged(&self, width: usize, height: usize) -> Self {
        let rows = shares(self.height, height);
        let columns = shares(self.width, width);
        let mut samples = Vec::with_capacity(width * height);
        let mut line = vec![0.0; self.width];
        for row in &rows {
            line.fill(0.0);
            for (source, share) in row {
                let from = &self.samples[source * self.width..][..self.width];
                line.iter_mut().zip(from).for_each(|(sum, sample)| *sum += share * sample);
            }
            samples.extend(
                columns.iter().map(|column| column.iter().map(|(at, share)| line[*at] * share).sum::<f32>()),
            );
        }
        Self { width, height, samples }
    }
}

/// Of each of `fewer` pixels: which of `many` it covers, and how much of each, adding up to one.
fn shares(many: usize, fewer: usize) -> Vec<Vec<(usize, f32)>> {
    let step = many as f64 / fewer as f64;
    let of = |index: usize| {
        let (from, to) = (index as f64 * step, (index + 1) as f64 * step);
        let covered = from as usize..(to.ceil() as usize).min(many);
        let share = |at: usize| (to.min(at as f64 + 1.0) - from.max(at as f64)) / step;
        covered.map(|at| (at, share(at) as f32)).collect()
    };
    (0..fewer).map(of).collect()
}

/// Where the ink of a page is, and one pixel around it.
pub(crate) fn ink(page: &Luma) -> Vec<bool> {
    let dark = median(page.samples.iter().copied().step_by(97).collect(), 0.5) < 100.0;
    let paper = paper(page, if dark { 0.2 } else { 0.8 });
    let is_ink =
        |(sample, paper): (&f32, f32)| if dark { *sample > paper + INK } else { *sample < paper - INK };
    let ink: Vec<bool> = page.samples.iter().zip(paper).map(is_ink).collect();
    grown(&ink, page.width)
}

/// The paper around each pixel: of blocks the lighter part, without outliers, and smooth in between.
fn paper(page: &Luma, share: f32) -> impl Iterator<Item = f32> + use<> {
    let (across, down) = (page.width.div_ceil(BLOCK), page.height.div_ceil(BLOCK));
    let block = |x: usize, y: usize| {
        let rows = y * BLOCK..((y + 1) * BLOCK).min(page.height);
        let columns = x * BLOCK..((x + 1) * BLOCK).min(page.width);
        median(
            rows.flat_map(|row| page.samples[row * page.width..][columns.clone()].iter().copied()).collect(),
            share,
        )
    };
    let blocks: Vec<f32> = (0..down * across).map(|at| block(at % across, at / across)).collect();
    let near = |at: usize, of: usize| at.saturating_sub(2)..(at + 3).min(of);
    let calm = |x: usize, y: usize| {
        let around = near(y, down).flat_map(|row| near(x, across).map(move |column| row * across + column));
        median(around.map(|at| blocks[at]).collect(), 0.5)
    };
    let calm: Vec<f32> = (0..down * across).map(|at| calm(at % across, at / across)).collect();
    let width = page.width;
    (0..page.samples.len()).map(move |at| {
        let place = |pixel: usize, of: usize| {
            let place = ((pixel as f32 + 0.5) / BLOCK as f32 - 0.5).clamp(0.0, (of - 1) as f32);
            (place as usize, (place as usize + 1).min(of - 1), place.fract())
        };
        let ((left, right, x), (top, bottom, y)) = (place(at % width, across), place(at / width, down));
        let row = |row: usize| calm[row * across + left] * (1.0 - x) + calm[row * across + right] * x;
        row(top) * (1.0 - y) + row(bottom) * y
    })
}

fn grown(ink: &[bool], width: usize) -> Vec<bool> {
    let mut grown = vec![false; ink.len()];
    let height = ink.len() / width;
    for at in (0..ink.len()).filter(|at| ink[*at]) {
        let (x, y) = (at % width, at / width);
        for row in y.saturating_sub(1)..(y + 2).min(height) {
            grown[row * width + x.saturating_sub(1)..row * width + (x + 2).min(width)].fill(true);
        }
    }
    grown
}

/// The mean similarity of two pictures of one size where there is ink; `None` where there is none.
pub(crate) fn similarity(one: &Luma, other: &Luma, ink: &[bool]) -> Option<f64> {
    let (width, a, b) = (one.width, &one.samples, &other.samples);
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<f32>>();
    let (mean_a, mean_b) = (smooth(a.clone(), width), smooth(b.clone(), width));
    let (aa, bb) = (smooth(product(a, a), width), smooth(product(b, b), width));
    let ab = smooth(product(a, b), width);
    let (mut sum, mut count) = (0.0, 0_u32);
    for at in (0..a.len()).filter(|at| ink[*at]) {
        let (x, y) = (f64::from(mean_a[at]), f64::from(mean_b[at]));
        let (xx, yy) = (f64::from(aa[at]) - x * x, f64::from(bb[at]) - y * y);
        let xy = f64::from(ab[at]) - x * y;
        // (0.01 · 255)² and (0.03 · 255)², as the paper has them.
        let (c1, c2) = (6.5025, 58.5225);
        sum += (2.0 * x * y + c1) * (2.0 * xy + c2) / ((x * x + y * y + c1) * (xx + yy + c2));
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// Under a Gaussian of eleven pixels, the borders repeated.
fn smooth(samples: Vec<f32>, width: usize) -> Vec<f32> {
    let weights: [f64; 11] =
        std::array::from_fn(|at| (-((at as f64 - 5.0).powi(2)) / (2.0 * 1.5 * 1.5)).exp());
    let whole: f64 = weights.iter().sum();
    let height = samples.len() / width;
    let along = |samples: &[f32], at: usize, of: usize, step: usize, base: usize| {
        let sample = |tap: usize| f64::from(samples[base + (at + tap).saturating_sub(5).min(of - 1) * step]);
        (weights.iter().enumerate().map(|(tap, weight)| weight * sample(tap)).sum::<f64>() / whole) as f32
    };
    let across: Vec<f32> =
        (0..samples.len()).map(|at| along(&samples, at % width, width, 1, at / width * width)).collect();
    (0..samples.len()).map(|at| along(&across, at / width, height, width, at % width)).collect()
}

/// What `share` of the samples stay below.
pub(crate) fn median(mut samples: Vec<f32>, share: f32) -> f32 {
    let at = ((samples.len().saturating_sub(1)) as f32 * share) as usize;
    if samples.is_empty() {
        return 0.0;
    }
    *samples.select_nth_unstable_by(at, f32::total_cmp).1
}
