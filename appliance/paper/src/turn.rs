//! Pages that lay on their side or upside down: turned by quarters, the samples never touched.
//!
//! A document says it with the matrix its picture is drawn by, and a page whose sides are swapped - not with `/Rotate`,
//! which turns the coordinates of seals and stamps as well, so that they would stand where nobody sees them. A browser
//! is told by an EXIF orientation (CIPA DC-008 §4.6.5) put before the picture's own markers.

use crate::{capture::CaptureFault, jpeg, png};
use std::io::Cursor;

/// Quarters of a turn, clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    Right,
    Over,
    Left,
}

impl Turn {
    pub(crate) fn of(degrees: u16) -> Result<Turn, CaptureFault> {
        match degrees {
            0 => Ok(Turn::None),
            90 => Ok(Turn::Right),
            180 => Ok(Turn::Over),
            270 => Ok(Turn::Left),
            _ => Err(CaptureFault::Unsupported("a turn that is not 0, 90, 180 or 270 degrees")),
        }
    }

    /// Width and height of the page that a picture of these stands on upright.
    pub(crate) fn page(self, width_pt: f32, height_pt: f32) -> (f32, f32) {
        match self {
            Turn::None | Turn::Over => (width_pt, height_pt),
            Turn::Right | Turn::Left => (height_pt, width_pt),
        }
    }

    /// Puts the unit square of a picture (ISO 32000-1 §8.9.5.1) onto the whole page.
    pub(crate) fn matrix(self, page_width_pt: f32, page_height_pt: f32) -> [f32; 6] {
        let (w, h) = (page_width_pt, page_height_pt);
        match self {
            Turn::None => [w, 0.0, 0.0, h, 0.0, 0.0],
            Turn::Right => [0.0, -h, w, 0.0, 0.0, h],
            Turn::Over => [-w, 0.0, 0.0, -h, w, h],
            Turn::Left => [0.0, h, -w, 0.0, w, 0.0],
        }
    }

    /// EXIF's number for "shown so, it stands upright".
    fn orientation(self) -> u8 {
        match self {
            Turn::None => 1,
            Turn::Right => 6,
            Turn::Over => 3,
            Turn::Left => 8,
        }
    }
}

/// A capture as a browser shows it upright: a JPEG keeps every sample and gets a word in front; a PNG, whose EXIF not
/// every browser heeds, is drawn anew.
///
/// Fails for a turn that is not 0, 90, 180 or 270 degrees, and for what is neither JPEG nor PNG.
pub fn upright(bytes: Vec<u8>, turn_degrees: u16) -> Result<Vec<u8>, CaptureFault> {
    let turn = Turn::of(turn_degrees)?;
    match turn {
        Turn::None => Ok(bytes),
        _ if jpeg::is_jpeg(&bytes) => Ok(with_orientation(&bytes, turn.orientation())),
        _ if png::is_png(&bytes) => drawn_anew(&bytes, turn),
        _ => Err(CaptureFault::NotAnImage),
    }
}

/// Behind the start of the image: where two say something, readers heed the first.
fn with_orientation(bytes: &[u8], orientation: u8) -> Vec<u8> {
    const ORIENTATION: u8 = 0x12;
    const SHORT: u8 = 3;
    #[rustfmt::skip]
    let exif = [
        0xFF, 0xE1, 0, 34, b'E', b'x', b'i', b'f', 0, 0,
        // Big-endian TIFF; the first directory follows at once and has one entry.
        b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1,
        0x01, ORIENTATION, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0,
        0, 0, 0, 0,
    ];
    let (start, rest) = bytes.split_at(bytes.len().min(2));
    [start, &exif, rest].concat()
}

fn drawn_anew(bytes: &[u8], turn: Turn) -> Result<Vec<u8>, CaptureFault> {
    let picture = image::load_from_memory_with_format(bytes, image::ImageFormat::Png)
        .map_err(|_| CaptureFault::Damaged("PNG samples"))?;
    let turned = match turn {
        Turn::None => picture,
        Turn::Right => picture.rotate90(),
        Turn::Over => picture.rotate180(),
        Turn::Left => picture.rotate270(),
    };
    let mut drawn = Cursor::new(Vec::new());
    turned
        .write_to(&mut drawn, image::ImageFormat::Png)
        .map_err(|_| CaptureFault::Unsupported("picture that PNG cannot hold"))?;
    Ok(drawn.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Luma};

    /// Where each corner of a picture comes to lie: top left, top right, bottom right, bottom left of the page.
    #[test]
    fn the_corners_go_round_clockwise() {
        let corners = [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)];
        let on_page = |w: f32, h: f32| [(0.0, h), (w, h), (w, 0.0), (0.0, 0.0)];
        for (degrees, quarters) in [(0, 0), (90, 1), (180, 2), (270, 3)] {
            let turn = Turn::of(degrees).unwrap();
            let (w, h) = turn.page(20.0, 30.0);
            assert_eq!(w < h, quarters % 2 == 0);
            let [a, b, c, d, e, f] = turn.matrix(w, h);
            for (corner, (x, y)) in corners.into_iter().enumerate() {
                let at = (a * x + c * y + e, b * x + d * y + f);
                assert_eq!(at, on_page(w, h)[(corner + quarters) % 4], "corner {corner} at {degrees}");
            }
        }
        assert!(Turn::of(45).is_err() && Turn::of(360).is_err());
    }

    #[test]
    fn a_browser_is_told_in_the_picture_how_it_stands_upright() {
        let page =
            DynamicImage::from(GrayImage::from_fn(24, 16, |x, _| Luma([if x < 12 { 0 } else { 255 }])));
        for format in [image::ImageFormat::Jpeg, image::ImageFormat::Png] {
            let mut bytes = Cursor::new(Vec::new());
            page.write_to(&mut bytes, format).unwrap();
            let bytes = bytes.into_inner();
            assert_eq!(upright(bytes.clone(), 0).unwrap(), bytes);
            for degrees in [90, 180, 270] {
                let shown = shown(&upright(bytes.clone(), degrees).unwrap());
                let dark = |x, y| shown.get_pixel(x, y).0[0] < 128;
                let (w, h) = (shown.width() - 1, shown.height() - 1);
                let expected = match degrees {
                    90 => dark(w / 2, 0) && !dark(w / 2, h),
                    180 => dark(w, h / 2) && !dark(0, h / 2),
                    _ => dark(w / 2, h) && !dark(w / 2, 0),
                };
                assert!(expected, "{format:?} {degrees}");
                assert_eq!(w < h, degrees != 180);
            }
        }
        assert_eq!(upright(b"%PDF".to_vec(), 90), Err(CaptureFault::NotAnImage));
    }

    /// As a browser does it.
    fn shown(bytes: &[u8]) -> GrayImage {
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
        let mut decoder = reader.into_decoder().unwrap();
        let orientation = decoder.orientation().unwrap();
        let mut picture = DynamicImage::from_decoder(decoder).unwrap();
        picture.apply_orientation(orientation);
        picture.into_luma8()
    }
}
