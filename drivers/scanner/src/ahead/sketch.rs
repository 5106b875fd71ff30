//! The small picture of a page, made from a sketch that is drawn strip by strip while the page comes.
//!
//! ```text
//! strip (32 lines) -> shrunk: boxes of 4 x 4 pixels, say, each one pixel -> Sketch -> thumbnail, 320 pixels
//! ```
//!
//! A box's side is a power of two that divides a strip, so that strips need not know of each other. The sketch stays at
//! least as large as the thumbnail, which is scaled from it at the end; a page longer than anybody expected loses every
//! other row of its sketch, and again, so that it never grows beyond some megabytes.

use std::borrow::Cow;

use image::imageops;

use crate::capture::{self, STRIP_LINES, channels};
use crate::device::Colour;
use crate::error::ScanError;
use crate::page::{self, Outline};

const QUALITY: u8 = 80;
/// Long side of a thumbnail, pixels.
const SIDE: u32 = 320;
/// Rows of a sketch.
const MOST_ROWS: usize = 8 * SIDE as usize;

/// How far a page is shrunk: the side of a box, pixels.
pub(super) fn box_side(page: &Outline) -> usize {
    let long_side = page.width.max(page.height.unwrap_or(0));
    let boxes = (long_side / SIDE).max(1) as usize;
    (1 << boxes.ilog2()).min(STRIP_LINES)
}

/// One strip of the sketch: the mean of every box. Lines of bits become greys.
pub(super) fn shrunk(lines: &[u8], page: &Outline, side: usize) -> Vec<u8> {
    let width = page.width as usize;
    match page.colour {
        Colour::Colour => means::<3>(lines, width, side),
        Colour::Grey => means::<1>(lines, width, side),
        Colour::BlackWhite => means::<1>(&page::greys(lines, page.width), width, side),
    }
}

fn means<const CHANNELS: usize>(lines: &[u8], width: usize, side: usize) -> Vec<u8> {
    let mut means = Vec::with_capacity(lines.len() / (side * side) + width);
    let mut sums = vec![[0_u32; CHANNELS]; width.div_ceil(side)];
    for row in lines.chunks(side * width * CHANNELS) {
        sums.fill([0; CHANNELS]);
        for line in row.chunks_exact(width * CHANNELS) {
            for (pixels, sum) in line.as_chunks::<CHANNELS>().0.chunks(side).zip(&mut sums) {
                for pixel in pixels {
                    for (sum, sample) in sum.iter_mut().zip(pixel) {
                        *sum += u32::from(*sample);
                    }
                }
            }
        }
        let height = row.len() / (width * CHANNELS);
        for (at, sum) in sums.iter().enumerate() {
            let pixels = (height * side.min(width - at * side)) as u32;
            means.extend(sum.map(|sum| ((sum + pixels / 2) / pixels) as u8));
        }
    }
    means
}

/// The sketch of a page under way.
pub(super) struct Sketch {
    colour: Colour,
    /// Boxes of a row.
    width: u32,
    rows: Vec<u8>,
    /// Rows that came, and of how many one is kept.
    came: usize,
    one_of: usize,
}

impl Sketch {
    pub(super) fn new(page: &Outline, side: usize) -> Sketch {
        let colour = page.colour.max(Colour::Grey);
        Sketch { colour, width: page.width.div_ceil(side as u32), rows: Vec::new(), came: 0, one_of: 1 }
    }

    /// Takes the rows of the next strip.
    pub(super) fn take(&mut self, strip: &[u8]) {
        let stride = self.width as usize * channels(self.colour);
        for row in strip.chunks_exact(stride) {
            if self.came.is_multiple_of(self.one_of) {
                self.rows.extend_from_slice(row);
            }
            self.came += 1;
            if self.rows.len() > MOST_ROWS * stride {
                self.thin(stride);
            }
        }
    }

    fn thin(&mut self, stride: usize) {
        let kept = (self.rows.len() / stride).div_ceil(2);
        for row in 1..kept {
            self.rows.copy_within(2 * row * stride..(2 * row + 1) * stride, row * stride);
        }
        self.rows.truncate(kept * stride);
        self.one_of *= 2;
    }

    /// The small picture of the page, whose true size is given.
    pub(super) fn thumbnail(self, width: u32, height: u32) -> Result<Vec<u8>, ScanError> {
        let scale = (f64::from(SIDE) / f64::from(width.max(height))).min(1.0);
        let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        let (width, height) = (side(width), side(height));
        let rows = (self.rows.len() / (self.width as usize * channels(self.colour)).max(1)) as u32;
        let samples: Cow<'_, [u8]> = if (self.width, rows) == (width, height) {
            Cow::Borrowed(&self.rows)
        } else if self.colour == Colour::Colour {
            scaled::<image::Rgb<u8>>(&self, rows, width, height)?.into()
        } else {
            scaled::<image::Luma<u8>>(&self, rows, width, height)?.into()
        };
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
        capture::encode(encoder, &samples, width, self.colour)?;
        Ok(bytes)
    }
}

fn scaled<P: image::Pixel<Subpixel = u8> + 'static>(
    sketch: &Sketch,
    rows: u32,
    width: u32,
    height: u32,
) -> Result<Vec<u8>, ScanError> {
    image::ImageBuffer::<P, &[u8]>::from_raw(sketch.width, rows, &sketch.rows)
        .map(|sketch| imageops::thumbnail(&sketch, width, height).into_raw())
        .ok_or_else(|| ScanError::Invalid("a page whose sketch is not whole".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_means_also_where_they_are_cut() {
        let page = Outline { width: 3, height: None, colour: Colour::Grey };
        let lines = [10, 20, 7, 30, 40, 9, 1, 3, 200];
        assert_eq!(shrunk(&lines, &page, 2), [25, 8, 2, 200]);
        assert_eq!(shrunk(&lines, &page, 1), lines);
        let coloured = Outline { width: 2, colour: Colour::Colour, ..page };
        assert_eq!(shrunk(&[0, 10, 20, 100, 110, 120], &coloured, 2), [50, 60, 70]);
        let bits = Outline { width: 2, colour: Colour::BlackWhite, ..page };
        assert_eq!(shrunk(&[0b1000_0000], &bits, 2), [128]);
    }

    #[test]
    fn a_sketch_is_at_least_as_large_as_the_thumbnail_and_no_page_makes_it_huge() {
        for (width, height) in
            [(2480, 3508), (3508, 2480), (100, 150), (641, 641), (65_535, 10), (10, 65_535)]
        {
            let page = Outline { width, height: Some(height), colour: Colour::Grey };
            let side = box_side(&page) as u32;
            assert!(side == 1 || width.max(height) / side >= SIDE, "{width} x {height}");
            let mut sketch = Sketch::new(&page, side as usize);
            sketch.take(&vec![128; width.div_ceil(side) as usize * height.div_ceil(side) as usize]);
            assert!(sketch.rows.len() <= MOST_ROWS * sketch.width as usize);
            let small = image::load_from_memory(&sketch.thumbnail(width, height).unwrap()).unwrap();
            assert_eq!(small.width().max(small.height()), SIDE.min(width.max(height)), "{width} x {height}");
        }
    }

    #[test]
    fn rows_that_are_left_out_leave_the_picture_where_it_was() {
        let page = Outline { width: 4, height: None, colour: Colour::Grey };
        let mut sketch = Sketch::new(&page, 1);
        for y in 0..60_000_u32 {
            sketch.take(&[(y / 300) as u8; 4]);
        }
        assert!(sketch.rows.len() <= MOST_ROWS * 4);
        let kept = sketch.rows.len() / 4;
        for at in [0, kept / 3, kept - 1] {
            assert_eq!(usize::from(sketch.rows[4 * at]), at * sketch.one_of / 300);
        }
    }
}
