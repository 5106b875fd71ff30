//! Files of copiers: a PDF of scanned pages is taken apart without loss, any other is left whole; a TIFF is a stack.

use crate::{
    judges::qpdf,
    samples::{composed, document, scan},
};
use image::{DynamicImage, GenericImageView, GrayImage, ImageFormat, Luma};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use paper::{CaptureFault, CaptureRef, ConvertedFormat, InspectError, Kind, Scanned, TiffPages, inspect};
use std::io::Cursor;
use tiff::encoder::{TiffEncoder, colortype};

/// Changes the one page of a composed document: the page, its picture, the file.
fn changed(change: impl FnOnce(&mut Document, ObjectId, ObjectId)) -> Vec<u8> {
    let mut document = Document::load_mem(&document()).unwrap();
    let page = document.page_iter().next().unwrap();
    let is_image = |object: &Object| object.as_stream().is_ok_and(|stream| stream.dict.has(b"Width"));
    let picture = *document.objects.iter().find(|(_, object)| is_image(object)).unwrap().0;
    change(&mut document, page, picture);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    pdf
}

fn drawn(operators: &str) -> Vec<u8> {
    changed(|document, page, _| {
        let content = Stream::new(Dictionary::new(), operators.as_bytes().to_vec());
        let content = document.add_object(content);
        let states = dictionary! { "Plain" => dictionary! { "ca" => 1, "BM" => "Normal" },
        "Veil" => dictionary! { "ca" => Object::Real(0.3) } };
        let page = document.get_dictionary_mut(page).unwrap();
        page.set("Contents", content);
        page.get_mut(b"Resources").unwrap().as_dict_mut().unwrap().set("ExtGState", states);
    })
}

fn with_page(key: &'static str, value: impl Into<Object>) -> Vec<u8> {
    changed(|document, page, _| document.get_dictionary_mut(page).unwrap().set(key, value))
}

fn with_picture(key: &'static str, value: impl Into<Object>) -> Vec<u8> {
    changed(|document, _, picture| {
        document.get_object_mut(picture).unwrap().as_stream_mut().unwrap().dict.set(key, value);
    })
}

#[test]
fn a_pdf_of_scanned_pages_gives_its_captures_back_byte_for_byte() {
    let whole = composed(&[(scan(1), 300), (scan(2), 300), (scan(3), 150)]).0;
    for pdf in [whole.clone(), qpdf(&whole, &["--object-streams=generate"]), qpdf(&whole, &["--linearize"])] {
        let scanned = Scanned::of(&pdf).expect("pages of one picture each");
        assert_eq!(scanned.pages(), 3);
        for (place, dpi) in [(0, 300), (1, 300), (2, 150)] {
            let (capture, turn) = scanned.page(place).unwrap();
            assert!(capture.bytes == scan(place as u32 + 1), "page {place} was recoded");
            assert_eq!((capture.dpi, turn, capture.format), (dpi, 0, ConvertedFormat::Jpeg));
        }
        assert!(scanned.page(3).is_err());
    }
}

#[test]
fn how_a_page_is_turned_is_told() {
    let base = "q 595.2 0 0 841.92 0 0 cm /Im Do Q";
    let turned = |matrix: &str, width: u32, height: u32, rotate: i64| {
        changed(|document, page, _| {
            let content = Stream::new(Dictionary::new(), format!("q {matrix} cm /Im Do Q").into_bytes());
            let content = document.add_object(content);
            let page = document.get_dictionary_mut(page).unwrap();
            page.set("Contents", content);
            page.set("Rotate", rotate);
            page.set("MediaBox", vec![0.into(), 0.into(), width.into(), height.into()]);
        })
    };
    let table = [
        ("595.2 0 0 841.92 0 0", 595, 842, 0, Some(0)),
        ("595.2 0 0 841.92 0 0", 595, 842, 90, Some(90)),
        ("595.2 0 0 841.92 0 0", 595, 842, -90, Some(270)),
        ("-595.2 0 0 -841.92 595.2 841.92", 595, 842, 0, Some(180)),
        ("0 -595.2 841.92 0 0 595.2", 842, 595, 0, Some(90)),
        ("0 595.2 -841.92 0 841.92 0", 842, 595, 0, Some(270)),
        ("0 595.2 -841.92 0 841.92 0", 842, 595, 90, Some(0)),
        ("-595.2 0 0 841.92 595.2 0", 595, 842, 0, None),
        ("595.2 0 0 841.92 0 0", 595, 842, 45, None),
        ("580 150 -150 820 0 0", 595, 842, 0, None),
    ];
    for (matrix, width, height, rotate, expected) in table {
        let scanned = Scanned::of(&turned(matrix, width, height, rotate));
        let turn = scanned.map(|scanned| scanned.page(0).unwrap().1);
        assert_eq!(turn, expected, "{matrix} rotated by {rotate}");
    }
    // The matrices that `compose` writes are read back.
    for degrees in [0, 90, 180, 270] {
        let mut pdf = Vec::new();
        let lying = CaptureRef::new(scan(1), 300).turned(degrees);
        let lying = std::iter::once(Ok::<_, std::io::Error>(lying));
        paper::compose(lying, &crate::samples::about(), paper::Making::PLAIN, &mut pdf).unwrap();
        assert_eq!(Scanned::of(&pdf).unwrap().page(0).unwrap().1, degrees);
    }
    assert!(Scanned::of(&drawn(base)).is_some());
}

#[test]
fn what_is_more_than_scanned_pages_is_left_whole() {
    const PICTURE: &str = "q 595.2 0 0 841.92 0 0 cm /Im Do Q";
    let kept = [
        ("hidden words of OCR", drawn(&format!("{PICTURE} BT /F 12 Tf 3 Tr (chữ) Tj ET"))),
        ("a window as large as the page", drawn("q 0 0 596 842 re W n 595.2 0 0 841.92 0 0 cm /Im Do Q")),
        ("a plain state", drawn(&format!("/Plain gs {PICTURE}"))),
        ("a margin", drawn("q 565 0 0 799.2 15 21 cm /Im Do Q")),
    ];
    for (what, pdf) in kept {
        assert!(Scanned::of(&pdf).is_some(), "{what}");
    }
    let whole = [
        ("words", drawn(&format!("{PICTURE} BT /F 12 Tf 72 72 Td (duyệt) Tj ET"))),
        ("words after hidden ones", drawn(&format!("{PICTURE} q 3 Tr Q BT (duyệt) Tj ET"))),
        ("a line", drawn(&format!("{PICTURE} 0 0 m 100 100 l S"))),
        ("a white patch", drawn(&format!("{PICTURE} 1 g 100 100 200 20 re f"))),
        ("the picture twice", drawn(&format!("{PICTURE} q 50 0 0 50 0 0 cm /Im Do Q"))),
        ("a small picture", drawn("q 200 0 0 283 0 0 cm /Im Do Q")),
        ("a cropped picture", drawn("q 1190 0 0 1684 0 0 cm /Im Do Q")),
        ("a squeezed picture", drawn("q 595.2 0 0 790 0 25 cm /Im Do Q")),
        ("a window smaller than the page", drawn("q 0 0 300 842 re W n 595.2 0 0 841.92 0 0 cm /Im Do Q")),
        ("a veil", drawn(&format!("/Veil gs {PICTURE}"))),
        ("a state that is not there", drawn(&format!("/None gs {PICTURE}"))),
        ("an inline picture", drawn(&format!("{PICTURE} BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"))),
        ("nothing", drawn("")),
        ("a state never saved", drawn(&format!("Q {PICTURE}"))),
        ("no operators", drawn("((((")),
        ("a note", with_page("Annots", vec![dictionary! { "Subtype" => "Text" }.into()])),
        ("another unit", with_page("UserUnit", 2)),
        ("a crop", with_page("CropBox", vec![0.into(), 0.into(), 300.into(), 400.into()])),
        ("a soft mask", with_picture("SMask", (99, 0))),
        ("inverted", with_picture("Decode", vec![1.into(), 0.into()])),
        ("printers' colours", with_picture("ColorSpace", "DeviceCMYK")),
        ("a grey space for a coloured picture", with_picture("ColorSpace", "DeviceGray")),
        ("another size than it says", with_picture("Width", 10)),
        ("two filters", with_picture("Filter", vec!["FlateDecode".into(), "DCTDecode".into()])),
        (
            "attached files",
            changed(|document, _, _| {
                let names = dictionary! { "EmbeddedFiles" => dictionary! { "Names" => Vec::new() } };
                document.catalog_mut().unwrap().set("Names", names);
            }),
        ),
        (
            "a picture cut short",
            changed(|document, _, picture| {
                document.get_object_mut(picture).unwrap().as_stream_mut().unwrap().content.truncate(9000);
            }),
        ),
        (
            "a page listed many times",
            changed(|document, page, _| {
                let tree =
                    document.get_dictionary(page).unwrap().get(b"Parent").unwrap().as_reference().unwrap();
                let tree = document.get_dictionary_mut(tree).unwrap();
                tree.set("Kids", vec![Object::Reference(page); 200]);
                tree.set("Count", 200);
            }),
        ),
        ("no PDF", b"%PDF-1.7 nothing".to_vec()),
    ];
    for (what, pdf) in whole {
        assert!(Scanned::of(&pdf).is_none(), "{what} was taken apart");
    }
}

/// A browser would turn such a page, a reader of PDF does not.
#[test]
fn an_orientation_inside_a_page_is_taken_away_and_its_samples_stay() {
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let page = scan(1);
    let told = [&page[..2], exif, &page[2..]].concat();
    let pdf = composed(&[(told, 300)]).0;
    let (capture, turn) = Scanned::of(&pdf).unwrap().page(0).unwrap();
    assert!(capture.bytes == page && turn == 0);
}

/// A page of three bars, each darker than the one before.
fn bars() -> GrayImage {
    GrayImage::from_fn(90, 120, |x, _| Luma([[240, 140, 20][x as usize / 30]]))
}

fn stack() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    encoder.write_image::<colortype::Gray8>(90, 120, &bars()).unwrap();
    let colour = DynamicImage::from(bars()).into_rgb8();
    encoder.write_image::<colortype::RGB8>(90, 120, &colour).unwrap();
    encoder.write_image::<colortype::Gray16>(90, 120, &vec![u16::MAX; 90 * 120]).unwrap();
    file.into_inner()
}

#[test]
fn a_tiff_is_a_stack_of_pages() {
    let file = stack();
    assert_eq!(inspect(&file).unwrap().kind, Kind::Tiff { pages: 3 });
    let pages: Vec<_> = TiffPages::of(&file).unwrap().map(Result::unwrap).collect();
    assert_eq!(pages.len(), 3);
    for page in &pages {
        let shown = image::load_from_memory_with_format(&page.bytes, ImageFormat::Jpeg).unwrap();
        assert_eq!((page.width_px, page.height_px), shown.dimensions());
    }
    let shown = image::load_from_memory(&pages[1].bytes).unwrap();
    let at = |x| i32::from(shown.get_pixel(x, 60).0[0]);
    assert!((at(15) - 240).abs() < 8 && (at(45) - 140).abs() < 8 && (at(75) - 20).abs() < 8);
    composed(&pages.into_iter().map(|page| (page.bytes, page.dpi)).collect::<Vec<_>>());
}

/// Group 4, white first, half as many lines as dots: as a fax machine sends it.
#[test]
fn a_fax_gets_its_true_shape_and_loses_no_dot() {
    let fax = include_bytes!("fax.tif");
    let page = TiffPages::of(fax).unwrap().next().unwrap().unwrap();
    assert_eq!((page.width_px, page.height_px, page.dpi), (100, 120, 200));
    assert_eq!(page.format, ConvertedFormat::Png);
    let shown = image::load_from_memory(&page.bytes).unwrap().into_luma8();
    let ink = |x: u32, y: u32| shown.get_pixel(x, y).0[0] == 0;
    assert!(ink(15, 50) && ink(49, 59) && !ink(50, 50) && !ink(15, 60) && ink(2, 30) && !ink(0, 0));
    composed(&[(page.bytes, page.dpi)]);
}

#[test]
fn a_tiff_that_lies_or_cannot_be_read_is_refused() {
    let good = stack();
    assert!(matches!(inspect(&good[..good.len() / 2]), Err(InspectError::Damaged(_))));
    assert!(matches!(inspect(b"II*\0"), Err(InspectError::Damaged(_))));
    let cut = |file: &[u8]| TiffPages::of(file).map(|pages| pages.filter(Result::is_err).count());
    let fax = include_bytes!("fax.tif");
    // The directory of this file stands behind its samples; broken samples are a page that cannot be read.
    let mut broken = fax.to_vec();
    broken[8..24].fill(0xFF);
    assert!(cut(&broken).is_ok_and(|errors| errors <= 1));
    let mut promising = good.clone();
    let width = 90_u16.to_le_bytes();
    let at: Vec<_> =
        promising.windows(2).enumerate().filter(|(_, two)| *two == width).map(|(at, _)| at).collect();
    for at in at {
        promising[at..at + 2].copy_from_slice(&[0xFF, 0xFF]);
    }
    assert!(inspect(&promising).is_err() || cut(&promising).is_ok_and(|errors| errors == 1));
    let mut circle = good;
    let first = u32::from_le_bytes([circle[4], circle[5], circle[6], circle[7]]) as usize;
    let entries = usize::from(u16::from_le_bytes([circle[first], circle[first + 1]]));
    let next = first + 2 + entries * 12;
    let back = (first as u32).to_le_bytes();
    circle[next..next + 4].copy_from_slice(&back);
    assert!(matches!(inspect(&circle), Err(InspectError::Damaged(_) | InspectError::TooManyPages { .. })));
    assert!(matches!(TiffPages::of(b"xin chao"), Err(CaptureFault::Damaged(_))));
}
