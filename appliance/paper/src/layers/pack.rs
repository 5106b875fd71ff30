//! Continuous tone into JPEG, as little of it as ink needs.
//!
//! A camera's picture spends its bits on lightness and halves its colour. Ink on paper is the other way round: what makes
//! a seal a seal is its red, and what varies in its lightness is grain. So colour keeps the resolution of lightness here,
//! both are sampled at 200 dpi, and the steps of the quantiser are nearly the same for all frequencies: letters in a seal
//! are edges, and edges are high frequencies.
//!
//! How coarse the steps may be depends on how strong the ink is. A faint seal has little to lose, so it is packed finely;
//! that costs no more than a strong one packed coarsely.

use super::Picture;
use crate::making::SizeStep;
use image::{ImageBuffer, Rgb, imageops};
use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};

/// Step of the mean of a square: to the level, or paper in a picture would not look like the paper around it.
const MEAN: u32 = 8;
/// Of strong ink: step of the lowest frequency, and what each higher one adds, for lightness and for colour.
const STEPS: [[u32; 2]; 2] = [[64, 12], [36, 5]];
/// Ink that differs from its paper by this much is strong.
const STRONG: u32 = 110;

/// How pictures are packed at a step of size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing {
    /// Samples an inch; never more than the page has.
    pub(super) dpi: u32,
    /// Steps of the quantiser, in hundredths of the usual.
    pub(super) coarseness: u32,
}

impl Packing {
    pub(super) fn of(size: SizeStep) -> Packing {
        match size {
            SizeStep::Usual => Packing { dpi: 200, coarseness: 100 },
            SizeStep::Tight => Packing { dpi: 200, coarseness: 200 },
            SizeStep::Tightest => Packing { dpi: 150, coarseness: 300 },
        }
    }
}

/// Samples of ink and the paper around it: Y, Cb, Cr in rows.
pub(super) struct Samples {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dpi: u32,
    /// Of the page: its colours are all 128.
    pub(super) grey: bool,
    /// How far the ink stands from its paper.
    pub(super) strength: u8,
    pub(super) samples: Vec<u8>,
}

/// Ink, as a picture.
pub(super) fn ink(ink: Samples, packing: Packing) -> Picture {
    let Samples { width, height, dpi, grey, strength, samples } = ink;
    let (wide, high) = (scaled(width, dpi, packing.dpi), scaled(height, dpi, packing.dpi));
    let samples =
        if (wide, high) == (width, height) { samples } else { resampled(samples, width, height, wide, high) };
    let strength = u32::from(strength).clamp(STRONG / 4, STRONG);
    let table = |[lowest, slope]: [u32; 2]| {
        let share = packing.coarseness * strength / STRONG;
        steps(|frequency| match frequency {
            0 => MEAN,
            _ => (lowest + slope * frequency) * share / 100,
        })
    };
    jpeg(&samples, (wide, high), grey, |encoder| {
        encoder.set_quantization_tables(table(STEPS[0]), table(STEPS[1]));
    })
}

/// Paper: nothing in it is sharp, but its tone is seen, so the mean of each square is kept to the level.
pub(super) fn paper(blocks: &[[u8; 3]], width: usize, height: usize, grey: bool) -> Picture {
    let table = || steps(|frequency| MEAN + 2 * frequency);
    jpeg(blocks.as_flattened(), (width, height), grey, |encoder| {
        encoder.set_quantization_tables(table(), table())
    })
}

fn steps(of_frequency: impl Fn(u32) -> u32) -> QuantizationTableType {
    let mut steps = [0_u16; 64];
    for (at, step) in steps.iter_mut().enumerate() {
        *step = of_frequency((at / 8 + at % 8) as u32).clamp(4, 255) as u16;
    }
    QuantizationTableType::Custom(Box::new(steps))
}

fn scaled(px: usize, from_dpi: u32, to_dpi: u32) -> usize {
    if to_dpi >= from_dpi {
        return px;
    }
    (px * to_dpi as usize).div_ceil(from_dpi as usize).max(1)
}

fn resampled(samples: Vec<u8>, width: usize, height: usize, wide: usize, high: usize) -> Vec<u8> {
    // Not RGB in truth, but the filter asks nothing of the channels.
    match ImageBuffer::<Rgb<u8>, _>::from_raw(width as u32, height as u32, samples) {
        Some(picture) => {
            imageops::resize(&picture, wide as u32, high as u32, imageops::FilterType::CatmullRom).into_raw()
        }
        None => Vec::new(),
    }
}

fn jpeg(
    samples: &[u8],
    (width, height): (usize, usize),
    grey: bool,
    with: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Picture {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 100);
    with(&mut encoder);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(true);
    let side = |px: usize| u16::try_from(px).expect("pictures of a page are no larger than a JPEG may be");
    let (wide, high) = (side(width), side(height));
    let coded = if grey {
        let lightness: Vec<u8> = samples.iter().step_by(3).copied().collect();
        encoder.encode(&lightness, wide, high, ColorType::Luma)
    } else {
        encoder.encode(samples, wide, high, ColorType::Ycbcr)
    };
    coded.expect("a vector takes all bytes, and sides and samples agree");
    Picture { width_px: width as u32, height_px: height as u32, grey, jpeg }
}
