//! Black-and-white pages are JBIG2 in the PDF, and two decoders that are not ours find every dot where it was.

use crate::{
    judges::{jbig2dec, pdfimages, pdfimages_decoded, qpdf_is_content, render},
    pdf_a::is_pdf_a,
    samples::{bilevel_png, block, composed, key, scan, signed},
};
use image::{GrayImage, Luma, imageops};
use lopdf::Document;
use paper::{CaptureFault, Kind, Scanned, inspect, upright};
use proptest::prelude::*;

/// At this resolution a single dot is as large as the smallest page of a PDF.
const ONE_DOT_IS_A_PAGE: u32 = 24;

const BLACK: Luma<u8> = Luma([0]);
const WHITE: Luma<u8> = Luma([255]);

fn ink(width: u32, height: u32, is_black: impl Fn(u32, u32) -> bool) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| if is_black(x, y) { BLACK } else { WHITE })
}

/// A sample page as a scanner in black-and-white mode gives it; the higher the threshold, the more grain of the paper
/// turns black.
fn text_page(number: u32, threshold: u8) -> GrayImage {
    let page = image::load_from_memory(&scan(number)).unwrap().into_luma8();
    ink(page.width(), page.height(), |x, y| page.get_pixel(x, y).0[0] < threshold)
}

/// Half the dots black, by no rule: the hardest page there is.
pub(crate) fn noise_png() -> Vec<u8> {
    bilevel_png(&ink(1201, 701, |x, y| {
        (u64::from(x * 7919 + y) ^ u64::from(y * 104_729)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63 == 1
    }))
}

fn every_dot_is_kept(pages: &[GrayImage], dpi: u32) {
    let captures: Vec<_> = pages.iter().map(|page| (bilevel_png(page), dpi)).collect();
    let (pdf, composed) = composed(&captures);
    assert_eq!(composed.pages as usize, pages.len());
    let (streams, pictures) = (pdfimages(&pdf), pdfimages_decoded(&pdf));
    assert_eq!((streams.len(), pictures.len()), (pages.len(), pages.len()));
    for ((page, stream), picture) in pages.iter().zip(streams).zip(pictures) {
        let size = page.dimensions();
        assert!(jbig2dec(&stream) == *page, "jbig2dec sees another page of {size:?}");
        assert!(picture == *page, "poppler sees another page of {size:?}");
    }
}

/// Dots of any density, rows that come again, and so all white and all black as well.
fn any_page() -> impl Strategy<Value = GrayImage> {
    let size = (1_u32..200, 1_u32..40);
    (size, 0_u16..=256, 1_u32..5, any::<[u64; 2]>()).prop_map(|((width, height), density, again, seed)| {
        let mut state = u128::from(seed[0]) << 64 | u128::from(seed[1]) | 1;
        let mut dot = || {
            state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645);
            u16::from((state >> 120) as u8) < density
        };
        let dots: Vec<bool> = (0..width * height).map(|_| dot()).collect();
        ink(width, height, |x, y| dots[((y / again) * width + x) as usize])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_dot_is_lost_whatever_the_page(pages in prop::collection::vec(any_page(), 1..8)) {
        every_dot_is_kept(&pages, ONE_DOT_IS_A_PAGE);
    }
}

#[test]
fn no_dot_is_lost_at_the_edges() {
    let mut pages = Vec::new();
    for (width, height) in [(1, 1), (1, 40), (7, 3), (8, 3), (9, 3), (16, 1), (17, 5), (4799, 2)] {
        pages.push(ink(width, height, |_, _| false));
        pages.push(ink(width, height, |_, _| true));
        pages.push(ink(width, height, |x, y| (x + y) % 2 == 0));
        pages.push(ink(width, height, |x, _| x == 0));
        pages.push(ink(width, height, |x, _| x + 1 == width));
        pages.push(ink(width, height, |x, y| x + 1 == width && y + 1 == height));
    }
    every_dot_is_kept(&pages, ONE_DOT_IS_A_PAGE);
}

#[test]
fn no_dot_is_lost_of_a_page_of_text() {
    let mut pages: Vec<_> = (1..=3).map(|number| text_page(number, 150)).collect();
    pages.push(text_page(1, 245));
    let (width, height) = pages[0].dimensions();
    pages.extend([ink(width, height, |_, _| false), ink(width, height, |_, _| true)]);
    let mut inverted = pages[0].clone();
    imageops::invert(&mut inverted);
    pages.push(inverted);
    every_dot_is_kept(&pages, 300);
}

#[test]
fn a_black_and_white_page_is_smaller_than_its_capture() {
    let captures = [(bilevel_png(&text_page(1, 150)), 300)];
    let pdf = composed(&captures).0;
    assert!(pdf.len() * 2 < captures[0].0.len(), "{} of {}", pdf.len(), captures[0].0.len());
    assert!(pdf == composed(&captures).0, "the same page gave other bytes");
}

#[test]
fn a_file_of_such_pages_is_whole_can_be_sealed_and_is_seen_black_on_white() {
    let page = ink(400, 600, |x, y| x < 200 && y < 300);
    let pdf = composed(&[(bilevel_png(&page), 72)]).0;
    qpdf_is_content(&pdf);
    is_pdf_a(&pdf);
    let (width, _, samples) = render(&pdf);
    let seen = [(100, 150), (300, 150), (100, 450), (300, 450)].map(|(x, y)| samples[y * width + x]);
    assert_eq!(seen, [0, 255, 255, 255]);
    assert_eq!(inspect(&pdf).unwrap().kind, Kind::Pdf { pages: 1, signed: false });
    assert!(Scanned::of(&pdf).is_none(), "only a JPEG can be taken out as it is");
    let sealed = signed(&pdf, &block(), &key("unit.p12"));
    assert_eq!(inspect(&sealed).unwrap().kind, Kind::Pdf { pages: 1, signed: true });
    qpdf_is_content(&sealed);
}

/// JBIG2 inside a PDF has neither a file header nor an end (ISO 32000-1 §7.4.7).
#[test]
fn the_picture_is_two_segments_and_nothing_around_them() {
    let pdf = composed(&[(bilevel_png(&ink(30, 20, |x, y| x * y % 7 == 0)), 72)]).0;
    let document = Document::load_mem(&pdf).unwrap();
    let mut streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    let picture = streams.find(|stream| stream.dict.has(b"Width")).unwrap();
    assert_eq!(picture.dict.get(b"Filter").unwrap().as_name().unwrap(), b"JBIG2Decode");
    assert_eq!(picture.dict.get(b"ColorSpace").unwrap().as_name().unwrap(), b"DeviceGray");
    assert_eq!(picture.dict.get(b"BitsPerComponent").unwrap().as_i64().unwrap(), 1);
    assert!(!picture.dict.has(b"DecodeParms") && !picture.dict.has(b"Decode"));
    let (mut rest, mut kinds) = (picture.content.as_slice(), Vec::new());
    while let [_, _, _, _, kind, 0, 1, a, b, c, d, data @ ..] = rest {
        kinds.push(*kind);
        rest = &data[u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
    }
    assert_eq!((kinds, rest.len()), (vec![48, 39], 0));
}

/// The turn is put into the page's matrix, or for a browser into the capture: the dots stay.
#[test]
fn a_turned_page_keeps_its_dots() {
    let page = ink(37, 21, |x, y| x < 5 || y * 3 == x);
    for degrees in [0, 90, 180, 270] {
        let turned =
            image::load_from_memory(&upright(bilevel_png(&page), degrees).unwrap()).unwrap().into_luma8();
        let expected = match degrees {
            90 => imageops::rotate90(&page),
            180 => imageops::rotate180(&page),
            270 => imageops::rotate270(&page),
            _ => page.clone(),
        };
        assert!(turned == expected, "{degrees}");
    }
}

#[test]
fn a_picture_that_promises_more_than_a_page_is_refused_before_it_takes_memory() {
    let mut png = bilevel_png(&ink(8, 8, |_, _| false));
    png[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let page = paper::CaptureRef::new(png, 300);
    let outcome = paper::compose(
        std::iter::once(Ok::<_, std::io::Error>(page)),
        &crate::samples::about(),
        paper::Making::PLAIN,
        &mut Vec::new(),
    );
    let refused = CaptureFault::Unsupported("more pixels than a page needs");
    assert!(
        matches!(&outcome, Err(paper::ComposeError::Page { fault, .. }) if *fault == refused),
        "{outcome:?}"
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}
