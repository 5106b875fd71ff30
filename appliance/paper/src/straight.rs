//! A page that lay crooked, made straight: turned about its middle, at its size, in its resolution.
//!
//! A turn is three shears - along the rows, along the columns, along the rows again (Paeth 1986) - and in a shear every
//! row, or column, is moved as a whole. So each of the three is a filter of six taps whose weights are the same for all
//! pixels of a row, which is what a processor does fastest, and no pixel is looked for twice. Letters keep their edges:
//! the filter is Keys' cubic of fourth order (IEEE ASSP-29, 1981), sharper than the usual bicubic and without sines, so
//! that the same capture gives the same bytes on every machine.
//!
//! ```text
//! let page = straightened(&raster, -7);   // turned 0.7 degrees to the left; as wide and as high as before
//! ```
//!
//! What was beyond the picture and comes in at the corners is filled with the tone of the paper near it. Black and white
//! is turned as grey and parted again at the middle ([`ink_straightened`]): its dots are no longer the scanner's, but
//! they are where the clerk wants them, and the capture keeps the scanner's.
//!
//! Rows stream: besides the page that goes in and the one that comes out a band is held as high as the page falls from
//! edge to edge.

mod edges;
#[cfg(test)]
mod tests;
mod tone;

use crate::{jbig2::Ink, raster::Raster};
pub(crate) use edges::edges_cleaned;
use tone::Tone;

/// Taps of the filter.
const TAPS: usize = 6;
/// Places between two pixels that are told apart.
const PHASES: i64 = 64;
/// Weights are counted in this many parts of one.
const ONE: i16 = 128;
/// Angles and places are counted in 2^-24.
const POINT: u32 = 24;
/// Ten degrees: what lies more crooked than that is laid anew.
const MOST_TENTHS: i16 = 100;

/// The page turned clockwise by tenths of a degree, at most ten degrees, about its middle.
pub(crate) fn straightened(raster: &Raster, tenths: i16) -> Raster {
    let channels = usize::from(raster.channels);
    let row = raster.width_px as usize * channels;
    let Some(turn) = Turning::of(raster.width_px, raster.height_px, channels, tenths) else {
        return raster.clone();
    };
    let mut samples = Vec::with_capacity(raster.samples.len());
    let source = |y: usize, into: &mut [u8]| into.copy_from_slice(&raster.samples[y * row..][..row]);
    turn.run(&Tone::of(raster), source, |_, done| samples.extend_from_slice(done));
    Raster { samples, ..*raster }
}

/// Black and white turned as [`straightened`] does: as grey, black again where it is darker than the middle.
pub(crate) fn ink_straightened(ink: &Ink, tenths: i16) -> Ink {
    let (width_px, height_px) = (ink.width_px(), ink.height_px());
    let Some(turn) = Turning::of(width_px, height_px, 1, tenths) else {
        return ink.clone();
    };
    let mut straight = Ink::new(width_px, height_px);
    let mut rows = ink.rows();
    let source = |_, grey: &mut [u8]| {
        let row = rows.next().unwrap_or_default();
        for (x, grey) in grey.iter_mut().enumerate() {
            *grey = if row[x / 8] & (0x80 >> (x % 8)) == 0 { u8::MAX } else { 0 };
        }
    };
    turn.run(&Tone::white(), source, |y, grey| {
        for (byte, pixels) in straight.row_mut(y as u32).iter_mut().zip(grey.chunks(8)) {
            *byte =
                pixels.iter().zip(0..).fold(0, |byte, (&grey, x)| byte | (u8::from(grey < 128) << (7 - x)));
        }
    });
    straight
}

/// A turn, ready to be made.
struct Turning {
    width: usize,
    height: usize,
    channels: usize,
    /// Tangent of half the angle: how far a row moves against the next.
    along: i64,
    /// Sine of the angle: how far a column moves against the next.
    down: i64,
    /// Pixels by which rows move at most.
    pad: usize,
    /// Pixels by which columns move at most.
    span: usize,
}

impl Turning {
    /// None where nothing is to be turned.
    fn of(width_px: u32, height_px: u32, channels: usize, tenths: i16) -> Option<Self> {
        let tenths = tenths.clamp(-MOST_TENTHS, MOST_TENTHS);
        if tenths == 0 || width_px == 0 || height_px == 0 {
            return None;
        }
        let angle = (f64::from(tenths) / 10.0).to_radians();
        let fixed = |value: f64| (value * f64::from(1 << POINT)).round() as i64;
        let (width, height) = (width_px as usize, height_px as usize);
        let reach = |share: f64, length: usize| (share.abs() * length as f64 / 2.0).ceil() as usize + TAPS;
        // Rows that columns bring in from above and below move as well.
        let beyond = height + 2 * reach(angle.sin(), 2 * width);
        let pad = reach((angle / 2.0).tan(), beyond);
        let span = reach(angle.sin(), width + 2 * pad);
        let (along, down) = (fixed((angle / 2.0).tan()), fixed(-angle.sin()));
        Some(Self { width, height, channels, along, down, pad, span })
    }

    /// Takes the rows in order and gives as many.
    fn run(&self, tone: &Tone, mut source: impl FnMut(usize, &mut [u8]), mut sink: impl FnMut(usize, &[u8])) {
        let weights = Weights::new();
        let columns = Columns::of(self, &weights);
        let wide = (self.width + 2 * self.pad) * self.channels;
        let span = self.span as i64;
        let mut band = Band::of(wide, 2 * self.span + TAPS);
        let mut lying = vec![0; (self.width + 4 * self.pad) * self.channels];
        let (mut sheared, mut done) = (vec![0; wide], vec![0; self.width * self.channels]);
        let mut next = -span;
        for y in 0..self.height {
            while next < y as i64 + span + TAPS as i64 {
                self.lay(tone, next, &mut source, &mut lying);
                self.shift_row(&weights, next, &lying, band.row_mut(next));
                next += 1;
            }
            columns.shear(y as i64, &band, &mut sheared);
            self.shift_row(&weights, y as i64, &sheared, &mut done);
            sink(y, &done);
        }
    }

    /// A row of the page with paper on either side, or one of the paper above and below it.
    fn lay(&self, tone: &Tone, y: i64, source: &mut impl FnMut(usize, &mut [u8]), into: &mut [u8]) {
        let beside = 2 * self.pad;
        if y < 0 || y >= self.height as i64 {
            return tone.lay(-(beside as i64), y, self.channels, into);
        }
        let (left, rest) = into.split_at_mut(beside * self.channels);
        let (page, right) = rest.split_at_mut(self.width * self.channels);
        tone.lay(-(beside as i64), y, self.channels, left);
        source(y as usize, page);
        tone.lay(self.width as i64, y, self.channels, right);
    }

    /// Moves a row to the left by as much as it lies under the middle; `from` is longer than `into` by [`Self::pad`] on
    /// either side.
    fn shift_row(&self, weights: &Weights, y: i64, from: &[u8], into: &mut [u8]) {
        let (pixels, phase) = parted(self.along * (2 * y + 1 - self.height as i64) / 2);
        let start = (self.pad as i64 + pixels - 2) as usize * self.channels;
        let taps: [&[u8]; TAPS] =
            std::array::from_fn(|tap| &from[start + tap * self.channels..][..into.len()]);
        weigh_evenly(into, taps, weights.0[phase]);
    }
}

/// Whole pixels and the place between two of them.
fn parted(at: i64) -> (i64, usize) {
    let phases = (at + (1 << (POINT - 7))) >> (POINT - 6);
    (phases.div_euclid(PHASES), phases.rem_euclid(PHASES) as usize)
}

/// The rows that columns are moved over, the last few.
struct Band {
    wide: usize,
    /// One less than the rows it has room for, a power of two.
    mask: usize,
    samples: Vec<u8>,
}

impl Band {
    fn of(wide: usize, rows: usize) -> Self {
        let rows = rows.next_power_of_two();
        Self { wide, mask: rows - 1, samples: vec![0; wide * rows] }
    }

    /// Where the row begins; rows above the page have numbers below zero.
    fn start(&self, y: i64) -> usize {
        (y.cast_unsigned() as usize & self.mask) * self.wide
    }

    fn row_mut(&mut self, y: i64) -> &mut [u8] {
        let start = self.start(y);
        &mut self.samples[start..][..self.wide]
    }

    fn stretch(&self, y: i64, from: usize, to: usize) -> &[u8] {
        &self.samples[self.start(y)..][from..to]
    }
}

/// How columns move: the same in every row.
struct Columns {
    /// Where a stretch of samples begins that moves by the same whole pixels, and by how many.
    stretches: Vec<(usize, i64)>,
    /// For each tap the weight of each sample.
    weights: [Vec<i16>; TAPS],
}

impl Columns {
    fn of(turning: &Turning, weights: &Weights) -> Self {
        let wide = turning.width + 2 * turning.pad;
        let mut stretches: Vec<(usize, i64)> = Vec::new();
        let mut each: [Vec<i16>; TAPS] = Default::default();
        for x in 0..wide {
            let (pixels, phase) = parted(turning.down * (2 * x as i64 + 1 - wide as i64) / 2);
            if stretches.last().is_none_or(|(_, last)| *last != pixels) {
                stretches.push((x * turning.channels, pixels));
            }
            for (each, weight) in each.iter_mut().zip(weights.0[phase]) {
                each.extend(std::iter::repeat_n(weight, turning.channels));
            }
        }
        Self { stretches, weights: each }
    }

    fn shear(&self, y: i64, band: &Band, into: &mut [u8]) {
        let ends = self.stretches.iter().skip(1).map(|(start, _)| *start).chain([into.len()]);
        for (&(start, pixels), end) in self.stretches.iter().zip(ends) {
            let taps = std::array::from_fn(|tap| band.stretch(y + pixels - 2 + tap as i64, start, end));
            let weights = std::array::from_fn(|tap| &self.weights[tap][start..end]);
            weigh(&mut into[start..end], taps, weights);
        }
    }
}

/// For each place between two pixels what the three before and the three behind it weigh; together [`ONE`].
struct Weights([[i16; TAPS]; PHASES as usize]);

impl Weights {
    fn new() -> Self {
        Self(std::array::from_fn(|phase| {
            let place = phase as f32 / PHASES as f32;
            let mut taps: [i16; TAPS] =
                std::array::from_fn(|tap| (keys(tap as f32 - 2.0 - place) * f32::from(ONE)).round() as i16);
            // Even paper stays even.
            let nearest = if place < 0.5 { 2 } else { 3 };
            taps[nearest] += ONE - taps.iter().sum::<i16>();
            taps
        }))
    }
}

/// Keys' cubic convolution of fourth order.
fn keys(x: f32) -> f32 {
    let x = x.abs();
    if x < 1.0 {
        (4.0 / 3.0 * x - 7.0 / 3.0) * x * x + 1.0
    } else if x < 2.0 {
        ((-7.0 / 12.0 * x + 3.0) * x - 59.0 / 12.0) * x + 2.5
    } else if x < 3.0 {
        ((1.0 / 12.0 * x - 2.0 / 3.0) * x + 7.0 / 4.0) * x - 1.5
    } else {
        0.0
    }
}

/// Sixteen bits hold every sum: samples are counted from the middle grey, and weights without their signs make 1.4.
#[inline]
fn weighed(samples: [u8; TAPS], weights: [i16; TAPS]) -> u8 {
    let mut sum = ONE / 2;
    for (sample, weight) in samples.into_iter().zip(weights) {
        sum = sum.wrapping_add((i16::from(sample) - 128).wrapping_mul(weight));
    }
    ((sum >> 7) + 128).clamp(0, 255) as u8
}

fn weigh_evenly(into: &mut [u8], taps: [&[u8]; TAPS], weights: [i16; TAPS]) {
    let [a, b, c, d, e, f] = taps.map(|tap| &tap[..into.len()]);
    for (i, out) in into.iter_mut().enumerate() {
        *out = weighed([a[i], b[i], c[i], d[i], e[i], f[i]], weights);
    }
}

fn weigh(into: &mut [u8], taps: [&[u8]; TAPS], weights: [&[i16]; TAPS]) {
    let [a, b, c, d, e, f] = taps.map(|tap| &tap[..into.len()]);
    let [p, q, r, s, t, u] = weights.map(|weight| &weight[..into.len()]);
    for (i, out) in into.iter_mut().enumerate() {
        *out = weighed([a[i], b[i], c[i], d[i], e[i], f[i]], [p[i], q[i], r[i], s[i], t[i], u[i]]);
    }
}
