//! Pixels of a mask that hang together.

use crate::jbig2::Ink;

/// Looks at each stroke that one of these pixels belongs to, once; a stroke's pixels come in no order.
pub(super) fn each(mask: &mut Ink, spots: &[(u32, u32)], mut look: impl FnMut(&mut Ink, &[(u32, u32)])) {
    let (width, height) = (mask.width_px(), mask.height_px());
    let bytes = mask.row_bytes();
    let mut seen = vec![0_u8; bytes * height as usize];
    let mut stroke = Vec::new();
    for &(x, y) in spots {
        stroke.clear();
        take(&mut seen, bytes, x, y, &mut stroke);
        let mut next = 0;
        while next < stroke.len() {
            let (x, y) = stroke[next];
            next += 1;
            for row in y.saturating_sub(1)..(y + 2).min(height) {
                for column in x.saturating_sub(1)..(x + 2).min(width) {
                    if mask.row_mut(row)[column as usize / 8] >> (7 - column % 8) & 1 == 1 {
                        take(&mut seen, bytes, column, row, &mut stroke);
                    }
                }
            }
        }
        if !stroke.is_empty() {
            look(mask, &stroke);
        }
    }
}

/// Whether the mask has a pixel.
pub(super) fn has(mask: &Ink, x: u32, y: u32) -> bool {
    mask.rows().nth(y as usize).is_some_and(|row| row[x as usize / 8] >> (7 - x % 8) & 1 == 1)
}

/// Takes a pixel out of the mask.
pub(super) fn clear(mask: &mut Ink, x: u32, y: u32) {
    mask.row_mut(y)[x as usize / 8] &= !(0x80 >> (x % 8));
}

fn take(seen: &mut [u8], bytes: usize, x: u32, y: u32, stroke: &mut Vec<(u32, u32)>) {
    let byte = &mut seen[y as usize * bytes + x as usize / 8];
    let bit = 0x80 >> (x % 8);
    if *byte & bit == 0 {
        *byte |= bit;
        stroke.push((x, y));
    }
}
