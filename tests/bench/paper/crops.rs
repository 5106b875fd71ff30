//! Every seal beside itself: capture, our page, JPEG 85. No number says whether a seal is still one; this is to be
//! looked at.

use std::path::{Path, PathBuf};

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::judged::Seal;
use crate::figures::Outcome;

/// Of one picture, in pixels: a seal comes out at about twice its size on a screen.
const WIDTH: u32 = 700;
const GAP: u32 = 12;
const ROWS: usize = 6;

/// Writes contact sheets of six seals each; gives back where they are and whose seals are on them, from above.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn sheets(seals: &[&Seal], folder: &Path, name: &str) -> Outcome<Vec<(PathBuf, Vec<String>)>> {
    let mut sheets = Vec::new();
    for (index, seals) in seals.chunks(ROWS).enumerate() {
        let path = folder.join(format!("seals-{name}-{}.png", index + 1));
        sheet(seals).save(&path)?;
        sheets.push((path, seals.iter().map(|seal| seal.page.clone()).collect()));
    }
    Ok(sheets)
}

fn sheet(seals: &[&Seal]) -> RgbImage {
    let row_height = |seal: &Seal| {
        let (width, height) = seal.pictures[0].dimensions();
        (height * WIDTH / width.max(1)).clamp(1, 2 * WIDTH)
    };
    let height: u32 = seals.iter().map(|seal| row_height(seal) + GAP).sum();
    let mut sheet = RgbImage::from_pixel(3 * (WIDTH + GAP), height.max(1), Rgb([255; 3]));
    let mut top = 0;
    for seal in seals {
        let height = row_height(seal);
        for (column, picture) in seal.pictures.iter().enumerate() {
            let shown = imageops::resize(picture, WIDTH, height, FilterType::CatmullRom);
            imageops::replace(&mut sheet, &shown, column as i64 * i64::from(WIDTH + GAP), top);
        }
        top += i64::from(height + GAP);
    }
    sheet
}
