//! Rectangles round what has to be kept in continuous tone.
//!
//! One rectangle round everything would hold mostly paper, one for each stroke would cost more in headers than in ink. So
//! the rectangle round everything is cut in two where that frees most paper, and its parts again, until a cut frees
//! less than a picture of its own costs.

use super::{cells::Kept, ground::BLOCK_CELLS, overview::Overview};

/// What a picture of its own costs before it shows anything, in blocks of bare paper.
const PICTURE_COSTS_BLOCKS: usize = 300;

/// A rectangle of blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Area {
    const NONE: Area = Area { left: usize::MAX, top: usize::MAX, right: 0, bottom: 0 };

    fn blocks(self) -> usize {
        self.right.saturating_sub(self.left) * self.bottom.saturating_sub(self.top)
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

/// The rectangles that hold all these cells and one more around them; none overlaps another.
pub(super) fn areas(kept: &Kept, overview: &Overview) -> Vec<Area> {
    let blocks = Blocks::of(kept, overview);
    let mut areas = Vec::new();
    blocks
        .cut(blocks.round(Area { left: 0, top: 0, right: blocks.width, bottom: blocks.height }), &mut areas);
    areas
}

struct Blocks {
    width: usize,
    height: usize,
    set: Vec<bool>,
}

impl Blocks {
    fn of(kept: &Kept, overview: &Overview) -> Blocks {
        let (width, height) = (overview.width.div_ceil(BLOCK_CELLS), overview.height.div_ceil(BLOCK_CELLS));
        let mut set = vec![false; width * height];
        for (x, y) in kept.cells() {
            for row in y.saturating_sub(1) / BLOCK_CELLS..=((y + 1) / BLOCK_CELLS).min(height - 1) {
                for column in x.saturating_sub(1) / BLOCK_CELLS..=((x + 1) / BLOCK_CELLS).min(width - 1) {
                    set[row * width + column] = true;
                }
            }
        }
        Blocks { width, height, set }
    }

    /// The smallest that holds all of an area.
    fn round(&self, area: Area) -> Area {
        self.columns(area).into_iter().fold(Area::NONE, Area::with)
    }

    fn cut(&self, area: Area, areas: &mut Vec<Area>) {
        if area.blocks() == 0 {
            return;
        }
        let freed = |parts: &[Area; 2]| area.blocks() - parts[0].blocks() - parts[1].blocks();
        let cuts = [self.best_of(&self.columns(area)), self.best_of(&self.rows(area))];
        let best = cuts.into_iter().flatten().max_by_key(freed);
        match best.filter(|parts| freed(parts) > PICTURE_COSTS_BLOCKS) {
            Some(parts) => parts.into_iter().for_each(|part| self.cut(part, areas)),
            None => areas.push(area),
        }
    }

    /// Where to part lines - columns or rows, each the smallest area that holds its own - so that least is left.
    fn best_of(&self, lines: &[Area]) -> Option<[Area; 2]> {
        let mut after = vec![Area::NONE; lines.len() + 1];
        for at in (0..lines.len()).rev() {
            after[at] = after[at + 1].with(lines[at]);
        }
        let mut before = Area::NONE;
        let parts = (1..lines.len()).map(|at| {
            before = before.with(lines[at - 1]);
            [before, after[at]]
        });
        parts.min_by_key(|parts| parts[0].blocks() + parts[1].blocks())
    }

    fn columns(&self, area: Area) -> Vec<Area> {
        let column = |x: usize| {
            let set = (area.top..area.bottom).filter(|y| self.set[y * self.width + x]);
            set.fold(Area::NONE, |line, y| line.with(Area { left: x, top: y, right: x + 1, bottom: y + 1 }))
        };
        (area.left..area.right).map(column).collect()
    }

    fn rows(&self, area: Area) -> Vec<Area> {
        let row = |y: usize| {
            let set = (area.left..area.right).filter(|x| self.set[y * self.width + x]);
            set.fold(Area::NONE, |line, x| line.with(Area { left: x, top: y, right: x + 1, bottom: y + 1 }))
        };
        (area.top..area.bottom).map(row).collect()
    }
}
