//! Photographs and drawings on a page, told by what layers make of them.
//!
//! In a photograph the ground follows the sky and the mask takes the shadows for text, and the proof finds both out. Where
//! that happens over an area larger than any letter, the rectangle it stands in is one picture: no mask, and no paper to
//! take grain from.

use super::{cells::Kept, ground::BLOCK_CELLS, overview::Overview};

/// Blocks in which something was lost: with fewer, on 14 x 14 mm, it is not a photograph.
const LEAST_LOST: usize = 100;
/// Of its rectangle, in hundredths, a photograph fills so much.
const LEAST_FILLED: usize = 30;
/// Blocks between parts of one photograph.
const GAP: usize = 2;

/// Every cell of the photographs on a page; `lost` is what the first proof found, `kept` what is in pictures already.
pub(super) fn photographs(lost: &Kept, kept: &Kept, overview: &Overview) -> Kept {
    let (width, height) = (overview.width.div_ceil(BLOCK_CELLS), overview.height.div_ceil(BLOCK_CELLS));
    let blocks: Vec<[usize; 2]> = (0..width * height).map(|at| [at % width, at / width]).collect();
    let is_lost: Vec<bool> = blocks.iter().map(|block| lost.has_in_block(*block)).collect();
    let is_set: Vec<bool> =
        blocks.iter().zip(&is_lost).map(|(block, lost)| *lost || kept.has_in_block(*block)).collect();
    let mut photographs = vec![false; blocks.len()];
    let mut seen = vec![false; blocks.len()];
    for start in (0..blocks.len()).filter(|at| is_lost[*at]) {
        let part = part(start, &is_set, &mut seen, width);
        let lost = part.iter().filter(|at| is_lost[**at]).count();
        let [columns, rows] = [|at: usize, width: usize| at % width, |at, width| at / width].map(|of| {
            let places = part.iter().map(|at| of(*at, width));
            places.clone().min().unwrap_or(0)..places.max().unwrap_or(0) + 1
        });
        if lost >= LEAST_LOST && part.len() * 100 >= columns.len() * rows.len() * LEAST_FILLED {
            rows.for_each(|row| photographs[row * width..][columns.clone()].fill(true));
        }
    }
    Kept::of_blocks(&photographs, overview)
}

/// What hangs together with a block, over small gaps.
fn part(start: usize, set: &[bool], seen: &mut [bool], width: usize) -> Vec<usize> {
    let height = set.len() / width;
    let mut part = Vec::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        part.push(at);
        let (x, y) = (at % width, at / width);
        for row in y.saturating_sub(GAP)..(y + GAP + 1).min(height) {
            let columns = x.saturating_sub(GAP)..(x + GAP + 1).min(width);
            open.extend(columns.map(|column| row * width + column).filter(|at| set[*at] && !seen[*at]));
        }
    }
    part
}
