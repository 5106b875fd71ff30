//! How much of each cell the mask covers.

use super::{ground::BLOCK_CELLS, overview::Overview};
use crate::jbig2::Ink;

/// Pixels of the mask in each cell.
pub(super) struct Coverage {
    width: usize,
    cells: Vec<u16>,
}

impl Coverage {
    pub(super) fn of(mask: &Ink, overview: &Overview) -> Coverage {
        let mut cells = vec![0_u16; overview.cells.len()];
        for (y, row) in mask.rows().enumerate() {
            let cells = &mut cells[y / overview.cell_px * overview.width..][..overview.width];
            for (at, byte) in row.iter().enumerate().filter(|(_, byte)| **byte != 0) {
                for bit in (0..8).filter(|bit| byte >> (7 - bit) & 1 == 1) {
                    cells[(at * 8 + bit) / overview.cell_px] += 1;
                }
            }
        }
        Coverage { width: overview.width, cells }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(|count| *count == 0)
    }

    /// Of the page, how much.
    pub(super) fn thousandths(&self, cell_px: usize) -> usize {
        let pixels: usize = self.cells.iter().map(|count| usize::from(*count)).sum();
        pixels * 1000 / (self.cells.len() * cell_px * cell_px)
    }

    /// Whether the mask has anything in a block.
    pub(super) fn is_in_block(&self, [x, y]: [usize; 2]) -> bool {
        let height = self.cells.len() / self.width;
        (y * BLOCK_CELLS..((y + 1) * BLOCK_CELLS).min(height)).any(|row| {
            let columns = x * BLOCK_CELLS..((x + 1) * BLOCK_CELLS).min(self.width);
            self.cells[row * self.width..][columns].iter().any(|count| *count > 0)
        })
    }

    /// In pixels.
    pub(super) fn at_cell(&self, x: usize, y: usize) -> u16 {
        self.cells[y * self.width + x]
    }

    /// Whether the mask has anything in this cell or one that touches it.
    pub(super) fn is_near(&self, x: usize, y: usize) -> bool {
        let height = self.cells.len() / self.width;
        (y.saturating_sub(1)..(y + 2).min(height)).any(|row| {
            let cells = &self.cells[row * self.width..][..self.width];
            cells[x.saturating_sub(1)..(x + 2).min(self.width)].iter().any(|count| *count > 0)
        })
    }
}
