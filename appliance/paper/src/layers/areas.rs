//! Rectangles round what has to be kept in continuous tone.
//!
//! One rectangle round everything would hold mostly paper, one for each stroke would cost more in headers than in ink. So
//! what is set is first gathered in squares of a few centimetres, and squares are joined, those that lie closest first,
//! until joining would take in more paper than a picture of its own costs.

use super::{cells::Kept, ground::BLOCK_CELLS, overview::Overview};

/// What a picture of its own costs before it shows anything, in blocks of bare paper.
const PICTURE_COSTS_BLOCKS: usize = 300;

/// Side of the squares things are gathered in: 22 mm.
const SQUARE_BLOCKS: usize = 16;

/// A rectangle of blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Area {
    fn blocks(self) -> usize {
        (self.right - self.left) * (self.bottom - self.top)
    }

    fn with(self, other: Area) -> Area {
        Area {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The rectangles that hold all these cells and one more around them.
pub(super) fn areas(kept: &Kept, overview: &Overview) -> Vec<Area> {
    let mut areas = squares(kept, overview);
    while let Some((one, other)) = closest(&areas) {
        areas[one] = areas[one].with(areas[other]);
        areas.swap_remove(other);
    }
    areas.sort_by_key(|area| (area.top, area.left));
    areas
}

/// What is set in each square, as tight as it lies.
fn squares(kept: &Kept, overview: &Overview) -> Vec<Area> {
    let blocks = |cells: usize| cells.div_ceil(BLOCK_CELLS);
    let (width, height) = (blocks(overview.width), blocks(overview.height));
    let across = width.div_ceil(SQUARE_BLOCKS);
    let mut squares = vec![None; across * height.div_ceil(SQUARE_BLOCKS)];
    for (x, y) in kept.cells() {
        let around = Area {
            left: x.saturating_sub(1) / BLOCK_CELLS,
            top: y.saturating_sub(1) / BLOCK_CELLS,
            right: ((x + 1) / BLOCK_CELLS + 1).min(width),
            bottom: ((y + 1) / BLOCK_CELLS + 1).min(height),
        };
        let square = &mut squares[y / BLOCK_CELLS / SQUARE_BLOCKS * across + x / BLOCK_CELLS / SQUARE_BLOCKS];
        *square = Some(square.map_or(around, |area: Area| area.with(around)));
    }
    squares.into_iter().flatten().collect()
}

/// The two that take in least paper when they are joined, if that is worth a picture.
fn closest(areas: &[Area]) -> Option<(usize, usize)> {
    let mut best = None;
    for (one, area) in areas.iter().enumerate() {
        for (other, with) in areas.iter().enumerate().skip(one + 1) {
            let (joined, apart) = (area.with(*with).blocks(), area.blocks() + with.blocks());
            let limit =
                best.map_or(apart + PICTURE_COSTS_BLOCKS, |(taken_in, ..): (usize, _, _)| apart + taken_in);
            // What overlaps takes in less than nothing; counted as nothing, it comes first all the same.
            if joined < limit {
                best = Some((joined.saturating_sub(apart), one, other));
            }
        }
    }
    best.map(|(_, one, other)| (one, other))
}
