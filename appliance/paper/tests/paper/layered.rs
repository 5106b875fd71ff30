//! Pages of paper taken apart, as readers that are not ours see them: all three the same, and as the capture was.

use crate::judges::{jbig2dec, painted, pdfimages, pdfimages_decoded, pdfinfo, qpdf_is_content};
use crate::samples::{about, scan};
use image::RgbImage;
use paper::{CaptureRef, Composed, Making, MaskCoding, PageMade, compose};

const DPI: u32 = 300;
/// Colours are held against each other in squares of this many pixels: a third of a letter.
const SQUARE: u32 = 8;

fn apart(pages: &[Vec<u8>], turn_degrees: u16, making: Making) -> (Vec<u8>, Composed) {
    let captures = pages
        .iter()
        .map(|bytes| Ok::<_, std::io::Error>(CaptureRef::new(bytes.as_slice(), DPI).turned(turn_degrees)));
    let mut pdf = Vec::new();
    let composed = compose(captures, &about(), making, &mut pdf).unwrap();
    (pdf, composed)
}

/// The mean colours of a page's squares.
fn squares(page: &RgbImage) -> Vec<[f32; 3]> {
    let (across, down) = (page.width() / SQUARE, page.height() / SQUARE);
    let mut sums = vec![[0.0; 3]; (across * down) as usize];
    for (x, y, pixel) in page.enumerate_pixels() {
        let (x, y) = (x / SQUARE, y / SQUARE);
        if x < across && y < down {
            let sum = &mut sums[(y * across + x) as usize];
            for (sum, sample) in sum.iter_mut().zip(pixel.0) {
                *sum += f32::from(sample) / (SQUARE * SQUARE) as f32;
            }
        }
    }
    sums
}

/// How far the colours of two pages are from each other: on the mean, and all but one in a thousand squares at most.
fn difference(one: &RgbImage, other: &RgbImage) -> (f32, f32) {
    assert_eq!(one.dimensions(), other.dimensions());
    let far = |(a, b): ([f32; 3], [f32; 3])| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let mut far: Vec<f32> = squares(one).into_iter().zip(squares(other)).map(far).collect();
    far.sort_by(f32::total_cmp);
    (far.iter().sum::<f32>() / far.len() as f32, far[far.len() * 999 / 1000])
}

#[test]
fn three_readers_paint_a_letter_with_a_seal_alike_and_like_its_capture() {
    let capture = scan(1);
    let seen = image::load_from_memory(&capture).unwrap().into_rgb8();
    for (turn_degrees, mask) in [(0, MaskCoding::Jbig2), (180, MaskCoding::CcittG4)] {
        let making = Making { mask, ..Making::default() };
        let (pdf, composed) = apart(std::slice::from_ref(&capture), turn_degrees, making);
        assert_eq!(composed.made, [PageMade::Layered]);
        assert!(pdf.len() < capture.len() / 10, "{} of {}", pdf.len(), capture.len());
        qpdf_is_content(&pdf);
        let lies = if turn_degrees == 180 { image::imageops::rotate180(&seen) } else { seen.clone() };
        let readers = painted(&pdf, DPI);
        for (name, reader) in ["poppler", "MuPDF", "Ghostscript"].iter().zip(&readers) {
            let (mean, most) = difference(reader, &lies);
            assert!(mean < 3.0 && most < 40.0, "{name}, {mask:?}: {mean} and {most} from the capture");
            let (mean, most) = difference(reader, &readers[0]);
            assert!(mean < 1.0 && most < 12.0, "{name}, {mask:?}: {mean} and {most} from poppler");
        }
    }
}

#[test]
fn every_sample_page_is_taken_apart_and_stays_true_to_scale() {
    let pages: Vec<Vec<u8>> = (1..=4).map(scan).collect();
    let (pdf, composed) = apart(&pages, 0, Making::default());
    assert_eq!(composed.made, [PageMade::Layered; 4]);
    qpdf_is_content(&pdf);
    assert!(pdfinfo(&pdf).contains("595.2 x 841.92 pts (A4)"), "{}", pdfinfo(&pdf));
    let (again, _) = apart(&pages, 0, Making::default());
    assert!(pdf == again, "the same pages gave other bytes");
}

#[test]
fn the_black_of_a_page_is_the_same_for_two_decoders() {
    let (pdf, _) = apart(&[scan(3)], 0, Making::default());
    let stored = pdfimages(&pdf);
    let decoded = pdfimages_decoded(&pdf);
    let is_text = |picture: &image::GrayImage| picture.dimensions() == (2480, 3508);
    let of_poppler = decoded.iter().find(|picture| is_text(picture)).expect("a mask of the whole page");
    // A JPEG begins with its marker, a JBIG2 page with the number of its first segment.
    let stream = stored.iter().find(|bytes| bytes.starts_with(&[0, 0, 0])).expect("a JBIG2 stream");
    let other = jbig2dec(stream);
    // A stencil has no colours: poppler shows what is painted as white or as black, by its version.
    let differing =
        of_poppler.as_raw().iter().zip(other.as_raw()).filter(|(one, other)| one != other).count();
    assert!(differing == 0 || differing == of_poppler.as_raw().len(), "{differing} dots differ");
}
