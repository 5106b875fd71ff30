//! The page from a distance: each cell the mean of about 0.34 mm square, fine enough to find a pen's stroke and coarse
//! enough that the grain of the paper and the coloured fringes of a scanner's lines are gone.

use crate::raster::Raster;

/// Cells to an inch, about.
const CELLS_PER_INCH: u32 = 75;
/// At 9600 dpi, finer than which nothing scans: what claims more has smaller cells, so that their pixels can be counted.
const MOST_CELL_PX: u32 = 128;

/// A grid over the page.
pub(super) struct Overview {
    /// Pixels to a side of a cell; those at the right and lower border may be cut.
    pub(super) cell_px: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Y, Cb, Cr.
    pub(super) cells: Vec<[u8; 3]>,
}

impl Overview {
    pub(super) fn of(raster: &Raster, dpi: u32) -> Overview {
        let cell_px = ((dpi + CELLS_PER_INCH / 2) / CELLS_PER_INCH).clamp(1, MOST_CELL_PX) as usize;
        let width = (raster.width_px as usize).div_ceil(cell_px);
        let height = (raster.height_px as usize).div_ceil(cell_px);
        let mut cells = Vec::with_capacity(width * height);
        let band = raster.row_bytes() * cell_px;
        let mut sums = vec![[0_u32; 3]; width];
        for rows in raster.samples.chunks(band.max(1)) {
            sums.fill([0; 3]);
            for row in rows.chunks_exact(raster.row_bytes()) {
                add(&mut sums, row, raster.channels, cell_px);
            }
            let high = rows.len() / raster.row_bytes();
            let wide = |x: usize| (raster.width_px as usize - x * cell_px).min(cell_px);
            cells.extend(sums.iter().enumerate().map(|(x, sum)| {
                let count = (wide(x) * high) as u32;
                sum.map(|sum| ((sum + count / 2) / count) as u8)
            }));
        }
        Overview { cell_px, width, height, cells }
    }
}

impl Overview {
    /// The greatest step of lightness from a cell to those two away.
    pub(super) fn edge(&self, x: usize, y: usize) -> u8 {
        let lightness =
            |x: usize, y: usize| self.cells[y.min(self.height - 1) * self.width + x.min(self.width - 1)][0];
        let here = lightness(x, y);
        let there = [
            lightness(x + 2, y),
            lightness(x.saturating_sub(2), y),
            lightness(x, y + 2),
            lightness(x, y.saturating_sub(2)),
        ];
        there.map(|there| there.abs_diff(here)).into_iter().max().unwrap_or(0)
    }

    /// Column, row and colour of each cell, row by row.
    pub(super) fn each<T>(&self, mut of: impl FnMut(usize, usize, [u8; 3]) -> T) -> Vec<T> {
        let cells = self.cells.iter().enumerate();
        cells.map(|(at, cell)| of(at % self.width, at / self.width, *cell)).collect()
    }
}

fn add(sums: &mut [[u32; 3]], row: &[u8], channels: u8, cell_px: usize) {
    if channels == 1 {
        for (sum, pixels) in sums.iter_mut().zip(row.chunks(cell_px)) {
            sum[0] += pixels.iter().copied().map(u32::from).sum::<u32>();
            sum[1] += 128 * pixels.len() as u32;
            sum[2] += 128 * pixels.len() as u32;
        }
        return;
    }
    for (sum, pixels) in sums.iter_mut().zip(row.chunks(cell_px * 3)) {
        for pixel in pixels.as_chunks::<3>().0 {
            sum[0] += u32::from(pixel[0]);
            sum[1] += u32::from(pixel[1]);
            sum[2] += u32::from(pixel[2]);
        }
    }
}
