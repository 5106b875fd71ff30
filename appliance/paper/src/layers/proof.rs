//! The proof: the layers are decoded as a viewer would, painted, and held against the capture.
//!
//! Compared is block by block, about 1.4 mm square: a letter, a stroke of a pen, a piece of a seal's rim each fill a good
//! part of one, while grain, and edges that fell on the other side of a pixel, are gone in its mean. That the mask
//! itself comes back dot for dot is proven where it is packed.

use super::{
    Layered, Tile,
    cells::{Kept, grown},
    coverage::Coverage,
    ground::{BLOCK_CELLS, Ground},
    overview::Overview,
    pack::Packing,
};
use crate::{
    making::WhyPlain,
    raster::{Raster, decoded_as_it_is, ycbcr},
};

/// How far the mean of a block may stray, in lightness and in colour.
type Limits = [i32; 2];
/// Where there is neither text nor a picture.
const ON_PAPER: Limits = [14, 12];
/// Ink is painted in one tone, and a heavy letter is darker than a fine one.
const IN_TEXT: Limits = [30, 12];
/// What is strong is packed coarsely, and more so where a document has to be small.
const IN_PICTURE: Limits = [28, 20];

/// Cells of the blocks in which ink or colour is not what it was.
///
/// Fails if a layer cannot be decoded.
pub(super) fn lost(
    layered: &Layered,
    overview: &Overview,
    ground: &Ground,
    coverage: &Coverage,
    kept: &Kept,
    packing: Packing,
) -> Result<Kept, WhyPlain> {
    let painted = painted(layered, overview, ground, coverage).ok_or(WhyPlain::LosesInk)?;
    let (width, height) = (ground.width, ground.height);
    let rated: Vec<u8> = (0..width * height)
        .map(|at| {
            let block = [at % width, at / width];
            let [was, is] = [&overview.cells, &painted].map(|cells| mean(cells, overview, block));
            let [y, cb, cr] = [0, 1, 2].map(|channel| is[channel] - was[channel]);
            let [lightness, colour] = match (coverage.is_in_block(block), kept.has_in_block(block)) {
                (true, _) => IN_TEXT,
                (false, true) => IN_PICTURE.map(|limit| limit * (100 + packing.coarseness as i32) / 200),
                (false, false) => ON_PAPER,
            };
            // In halves of what is allowed.
            (2 * y.abs() / lightness).max(2 * (cb * cb + cr * cr).isqrt() / colour).min(2) as u8
        })
        .collect();
    // With it goes what touches it and is on the way there: half a seal in a picture is a seal in two tones.
    Ok(Kept::of_blocks(&grown(&rated, width, 1), overview))
}

fn mean(cells: &[[u8; 3]], overview: &Overview, [x, y]: [usize; 2]) -> [i32; 3] {
    let columns = x * BLOCK_CELLS..((x + 1) * BLOCK_CELLS).min(overview.width);
    let rows = y * BLOCK_CELLS..((y + 1) * BLOCK_CELLS).min(overview.height);
    let count = (columns.len() * rows.len()) as i32;
    let mut sums = [0; 3];
    for row in rows {
        for cell in &cells[row * overview.width..][columns.clone()] {
            sums.iter_mut().zip(cell).for_each(|(sum, sample)| *sum += i32::from(*sample));
        }
    }
    sums.map(|sum| sum / count)
}

/// The layers from a distance.
fn painted(
    layered: &Layered,
    overview: &Overview,
    ground: &Ground,
    coverage: &Coverage,
) -> Option<Vec<[u8; 3]>> {
    let paper = match &layered.ground {
        Some(picture) => colours(decoded_as_it_is(&picture.jpeg).ok()?),
        None => vec![[255, 128, 128]; ground.blocks.len()],
    };
    let mut cells = overview.each(|x, y, _| paper[y / BLOCK_CELLS * ground.width + x / BLOCK_CELLS]);
    for tile in &layered.tiles {
        paint(&mut cells, overview, tile)?;
    }
    if let Some(stencil) = layered.stencils.first() {
        let colour = ycbcr(stencil.colour).map(u32::from);
        let whole = (overview.cell_px * overview.cell_px) as u32;
        for (at, cell) in cells.iter_mut().enumerate() {
            let covered = u32::from(coverage.at_cell(at % overview.width, at / overview.width)).min(whole);
            if covered > 0 {
                *cell = [0, 1, 2].map(|channel| {
                    ((u32::from(cell[channel]) * (whole - covered) + colour[channel] * covered) / whole) as u8
                });
            }
        }
    }
    Some(cells)
}

fn colours(raster: Raster) -> Vec<[u8; 3]> {
    if raster.channels == 1 {
        return raster.samples.into_iter().map(|lightness| [lightness, 128, 128]).collect();
    }
    raster.samples.as_chunks().0.to_vec()
}

fn paint(cells: &mut [[u8; 3]], overview: &Overview, tile: &Tile) -> Option<()> {
    let picture = decoded_as_it_is(&tile.picture.jpeg).ok()?;
    let (wide, high) = (picture.width_px as usize, picture.height_px as usize);
    let samples = colours(picture);
    let [left, top] = [tile.left_px, tile.top_px].map(|px| px as usize / overview.cell_px);
    let columns = (tile.width_px as usize).div_ceil(overview.cell_px);
    let rows = (tile.height_px as usize).div_ceil(overview.cell_px);
    // The samples that begin in a cell are its own; there is always one.
    let part = |cell: usize, cells: usize, samples: usize| {
        let from = cell * samples / cells;
        from..((cell + 1) * samples / cells).clamp(from + 1, samples.max(from + 1))
    };
    for row in 0..rows {
        for column in 0..columns {
            let (ys, xs) = (part(row, rows, high), part(column, columns, wide));
            let count = (ys.len() * xs.len()) as u32;
            let mut sums = [0_u32; 3];
            for y in ys {
                for sample in &samples[y * wide..][xs.clone()] {
                    sums.iter_mut().zip(sample).for_each(|(sum, sample)| *sum += u32::from(*sample));
                }
            }
            cells[(top + row) * overview.width + left + column] = sums.map(|sum| (sum / count) as u8);
        }
    }
    Some(())
}
