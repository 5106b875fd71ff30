//! What a reader is given.

use image::{GrayImage, ImageFormat, Luma};
use sight::{Legible, SightError};
use std::io::Cursor;

/// Darker towards the lower right, so that it is seen how it lies.
fn shaded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let dark = |x: u32, y: u32| (x * 100 / width + y * 100 / height) as u8;
    let page = GrayImage::from_fn(width, height, |x, y| Luma([250 - dark(x, y)]));
    let mut bytes = Cursor::new(Vec::new());
    page.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn a_page_is_upright_and_at_most_300_dpi() {
    // Size and dpi of the capture, its turn; size and dpi of the picture, and which corner is darkest.
    let table = [
        ((600, 800, 300, 0), (600, 800, 300), "lower right"),
        ((600, 800, 150, 90), (800, 600, 150), "lower left"),
        ((600, 800, 300, 180), (600, 800, 300), "upper left"),
        ((600, 800, 300, 270), (800, 600, 300), "upper right"),
        ((600, 800, 600, 0), (300, 400, 300), "lower right"),
        ((600, 800, 400, 90), (600, 450, 300), "lower left"),
        ((600, 800, 1200, 0), (150, 200, 300), "lower right"),
        ((600, 800, 0, 0), (600, 800, 70), "lower right"),
    ];
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        for ((width, height, dpi, turn), picture, darkest) in table {
            let page = Legible::read(&shaded(width, height, format), dpi, turn).unwrap();
            let upright = if turn % 180 == 0 { (width, height) } else { (height, width) };
            assert_eq!((page.width_px, page.height_px), upright, "places are those of the capture");
            let read = image::load_from_memory_with_format(&page.pgm, ImageFormat::Pnm).unwrap().into_luma8();
            let (w, h) = read.dimensions();
            assert_eq!((w, h, page.dpi), picture, "{dpi} dpi, {turn} degrees");
            let corners = [
                ("upper left", (0, 0)),
                ("upper right", (w - 1, 0)),
                ("lower left", (0, h - 1)),
                ("lower right", (w - 1, h - 1)),
            ];
            let found = corners.into_iter().min_by_key(|(_, (x, y))| read.get_pixel(*x, *y)[0]).unwrap();
            assert_eq!(found.0, darkest, "{dpi} dpi, {turn} degrees");
        }
    }
}

#[test]
fn what_is_no_picture_or_a_bomb_is_not_decoded() {
    let whole = shaded(600, 800, ImageFormat::Jpeg);
    assert_eq!(Legible::read(b"%PDF-1.7", 300, 0).err(), Some(SightError::NotAPicture));
    assert_eq!(Legible::read(&whole[..40], 300, 0).err(), Some(SightError::Damaged));
    assert_eq!(Legible::read(&[], 300, 0).err(), Some(SightError::NotAPicture));
    let mut bomb = shaded(8, 8, ImageFormat::Png);
    // The sizes stand at 16 and 20 of a PNG; its checksum is wrong then, which may be found first.
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert!(Legible::read(&bomb, 300, 0).is_err());
}
