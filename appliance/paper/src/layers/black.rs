//! Among coloured ink: what of it is black text all the same.
//!
//! A seal lies over the signer's name, a signature over both. Where ink of two colours crosses it is dark and nearly
//! grey, and a mask would make black specks of it; so here a pixel is text only if it is darker than any pen, has next
//! to no colour for its depth, and belongs to a stroke larger than a crossing. What is not text stays in the picture of
//! the coloured ink, where nothing is lost by doubt.

use super::{
    cells::{Kept, colour, opposite_colour},
    ground::Ground,
    ink::Depths,
    overview::Overview,
    strokes,
};
use crate::{jbig2::Ink, raster::Raster};

/// Colour in hundredths of the depth: red ink has about 45, a blue pen 35, the crossing of both 6 to 17, black text under
/// a seal 1 to 5. So much a pixel may have,
const GREY_PIXEL: i32 = 12;
/// and so much a whole stroke.
const GREY_STROKE: i32 = 6;
/// The edge of a stroke is a mixture of it and of what is beside it, and half black, half red has 18.
const GREY_EDGE: i32 = 20;
/// Smaller than this, in hundredths of a square millimetre, it is a crossing.
const LEAST_STROKE: usize = 70;

/// Takes everything out of the mask, where there is colour, that is not surely text; where colour is `hidden`, everything.
pub(super) fn only_black(
    mask: &mut Ink,
    raster: &Raster,
    overview: &Overview,
    ground: &Ground,
    depths: &Depths,
    [coloured, hidden]: [&Kept; 2],
) {
    if raster.channels == 1 {
        return;
    }
    let width = raster.width_px as usize;
    let (mut spots, mut taken) = (Vec::new(), Vec::new());
    for cell_y in 0..overview.height {
        for cell_x in 0..overview.width {
            if !coloured.is_near(cell_x, cell_y) {
                continue;
            }
            let paper = ground.at_cell(cell_x, cell_y);
            let is_hidden = hidden.is_near(cell_x, cell_y);
            let deep = i32::from(depths.page) * 3 / 4;
            for y in
                cell_y * overview.cell_px..((cell_y + 1) * overview.cell_px).min(raster.height_px as usize)
            {
                let row = mask.row_mut(y as u32);
                for x in cell_x * overview.cell_px..((cell_x + 1) * overview.cell_px).min(width) {
                    if row[x / 8] >> (7 - x % 8) & 1 == 0 {
                        continue;
                    }
                    let at = (y * width + x) * 3;
                    let is_black =
                        !is_hidden && is_black(&raster.samples[at..at + 3], paper, deep, GREY_PIXEL);
                    if is_black || is_hidden {
                        // What hangs on to a stroke of hidden colour is asked as well.
                        spots.push((x as u32, y as u32));
                    }
                    if !is_black {
                        row[x / 8] &= !(0x80 >> (x % 8));
                        taken.push((x as u32, y as u32));
                    }
                }
            }
        }
    }
    let least = LEAST_STROKE * overview.cell_px * overview.cell_px / 16;
    strokes::each(mask, &spots, |mask, stroke| {
        if stroke.len() < least || !is_grey(stroke, raster, ground, overview) {
            stroke.iter().for_each(|&(x, y)| strokes::clear(mask, x, y));
        }
    });
    give_edges_back(mask, &taken, raster, overview, ground);
}

/// What is left of a letter is finer by a pixel all round than the same letter beside the seal: its edge is paler than a
/// pen's middle.
fn give_edges_back(
    mask: &mut Ink,
    taken: &[(u32, u32)],
    raster: &Raster,
    overview: &Overview,
    ground: &Ground,
) {
    let edges: Vec<_> = taken
        .iter()
        .filter(|&&(x, y)| {
            let beside = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
            let at = (y as usize * raster.width_px as usize + x as usize) * 3;
            let paper = ground.at_cell_nearest(x as usize / overview.cell_px, y as usize / overview.cell_px);
            beside.into_iter().any(|(x, y)| x < raster.width_px && strokes::has(mask, x, y))
                && is_black(&raster.samples[at..at + 3], paper, 0, GREY_EDGE)
        })
        .collect();
    edges.into_iter().for_each(|&(x, y)| mask.row_mut(y)[x as usize / 8] |= 0x80 >> (x % 8));
}

fn is_black(pixel: &[u8], paper: [u8; 3], deep: i32, grey: i32) -> bool {
    let depth = i32::from(paper[0]) - i32::from(pixel[0]);
    let [cb, cr] = colour([pixel[0], pixel[1], pixel[2]], paper);
    depth >= deep && (cb * cb + cr * cr) * 10_000 < depth * depth * grey * grey
}

/// In the mean of its pixels: a fringe of colour on one side is made good by the other.
fn is_grey(stroke: &[(u32, u32)], raster: &Raster, ground: &Ground, overview: &Overview) -> bool {
    let mut sums = [[0_u64; 3]; 2];
    for &(x, y) in stroke {
        let at = (y as usize * raster.width_px as usize + x as usize) * 3;
        let paper = ground.at_cell_nearest(x as usize / overview.cell_px, y as usize / overview.cell_px);
        let pixel = [raster.samples[at], raster.samples[at + 1], raster.samples[at + 2]];
        for (sums, samples) in sums.iter_mut().zip([pixel, paper]) {
            sums.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += u64::from(sample));
        }
    }
    let count = stroke.len() as u64;
    let [ink, paper] = sums.map(|sums| sums.map(|sum| ((sum + count / 2) / count) as u8));
    let depth = i32::from(paper[0]) - i32::from(ink[0]);
    let [cb, cr] = opposite_colour(ink, paper);
    (cb * cb + cr * cr) * 10_000 < depth * depth * GREY_STROKE * GREY_STROKE
}
