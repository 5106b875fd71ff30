//! Bytes that no scanner sends: an answer, never a panic, and no more memory than a picture needs.

use crate::draw::{Sheet, letter};
use proptest::prelude::*;
use sight::{Corners, Picture, SightError, see, sheet_in, straightened, thumbnail, upright};
use std::sync::LazyLock;

fn small() -> Sheet {
    Sheet::of(40.0, 40.0, 100).text(3.0, 20.0, 14.0, [30; 3], "Đã nhận").code(
        "VT1:S",
        [20.0, 22.0],
        12.0,
        5.0,
        [30; 3],
    )
}

fn coded(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(small().rgb).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn progressive() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
    encoder.set_progressive(true);
    let sheet = small();
    let (width, height) = (sheet.rgb.width() as u16, sheet.rgb.height() as u16);
    encoder.encode(sheet.rgb.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn cmyk() -> Vec<u8> {
    let sheet = small();
    let inks: Vec<u8> =
        sheet.rgb.pixels().flat_map(|p| [255 - p.0[0], 255 - p.0[1], 255 - p.0[2], 0]).collect();
    let mut bytes = Vec::new();
    let (width, height) = (sheet.rgb.width() as u16, sheet.rgb.height() as u16);
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&inks, width, height, jpeg_encoder::ColorType::Cmyk)
        .unwrap();
    bytes
}

fn png_of(colour: png::ColorType, depth: png::BitDepth, interlaced: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 64, 48);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let _ = interlaced;
    let row = (64 * colour.samples() * depth as usize).div_ceil(8);
    let data: Vec<u8> = (0..row * 48).map(|i| (i * 7 % 251) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&data).unwrap();
    bytes
}

/// All that is asked of a picture.
fn look(bytes: &[u8]) {
    if let Ok(picture) = Picture::read(bytes, 300) {
        let _ = see(&picture);
        let _ = sheet_in(&picture);
    }
    let _ = thumbnail(bytes);
    let _ = upright(bytes);
    let _ = straightened(bytes, &Corners([[0.1, 0.1], [0.9, 0.0], [0.9, 0.9], [0.0, 1.0]]));
}

#[test]
fn unusual_pictures_are_pictures() {
    use png::{BitDepth::*, ColorType::*};
    for (colour, depth) in [
        (Grayscale, One),
        (Grayscale, Four),
        (Grayscale, Sixteen),
        (GrayscaleAlpha, Eight),
        (Rgb, Sixteen),
        (Rgba, Sixteen),
    ] {
        let picture = Picture::read(&png_of(colour, depth, false), 150).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 48), "{colour:?} {depth:?}");
    }
    for bytes in [progressive(), cmyk(), coded(image::ImageFormat::Jpeg), coded(image::ImageFormat::Png)] {
        let picture = Picture::read(&bytes, 100).unwrap();
        assert_eq!(see(&picture).codes, ["VT1:S"]);
        look(&bytes);
    }
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    for bytes in [&b""[..], b"%PDF-1.7", b"GIF89a", b"\xFF\xD8", b"II*\0"] {
        assert_eq!(Picture::read(bytes, 300).unwrap_err(), SightError::NotAPicture);
    }
    let jpeg = letter(100, 1).jpeg(80);
    for cut in [4, 30, 300, jpeg.len() / 2, jpeg.len() - 3] {
        assert_eq!(Picture::read(&jpeg[..cut], 300).unwrap_err(), SightError::Damaged, "cut at {cut}");
    }
}

#[test]
fn absurd_sizes_are_refused_before_decoding() {
    let mut jpeg = small().jpeg(80);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Picture::read(&jpeg, 300).unwrap_err(), SightError::TooLarge);
    let mut png = coded(image::ImageFormat::Png);
    png[16..24].copy_from_slice(&[0x00, 0x01, 0, 0, 0x00, 0x01, 0, 0]);
    assert!(Picture::read(&png, 300).is_err());
}

#[test]
fn a_narrow_picture_is_looked_at_like_any_other() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 2), (31, 500)] {
        let rgb = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 31 + y * 17) as u8; 3]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        rgb.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        look(&bytes.into_inner());
    }
}

static GOOD: LazyLock<[Vec<u8>; 4]> =
    LazyLock::new(|| [small().jpeg(85), progressive(), coded(image::ImageFormat::Png), cmyk()]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mangled_bytes_never_panic(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = GOOD[which].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        look(&bytes);
    }

    #[test]
    fn mangled_headers_never_panic(
        which in 0_usize..4,
        changes in prop::collection::vec((0_usize..400, any::<u8>()), 1..8),
    ) {
        let mut bytes = GOOD[which].clone();
        for (at, value) in changes {
            let at = at.min(bytes.len() - 1);
            bytes[at] = value;
        }
        look(&bytes);
    }
}
