//! Signature blocks are found in documents as office programs and readers of scans leave them.

use crate::{
    judges::qpdf,
    samples::{about, blank, document, fixture, scan},
};
use lopdf::{Document, Object, Stream, dictionary};
use paper::{
    CaptureRef, Making, PageText, Place, TextLine, TextWord, compose,
    place::{self, Found, How, PlaceError},
};

fn found(pdf: &[u8]) -> Option<Found> {
    place::find(pdf).unwrap()
}

fn block(name: &str) -> Vec<u8> {
    fixture(&format!("blocks/{name}.pdf"))
}

#[test]
fn title_and_name_are_found_where_the_signature_belongs() {
    let table = [
        ("deputy", 1, "KT. HIỆU TRƯỞNG\nPHÓ HIỆU TRƯỞNG", "Lê Thị Bích Thủy"),
        ("collective", 1, "TM. HỘI ĐỒNG TRƯỜNG\nCHỦ TỊCH", "ThS. Hồ Văn Ý"),
        ("blank", 1, "HIỆU TRƯỞNG", "Trịnh Quốc Bảo"),
        ("letter", 1, "HIỆU TRƯỞNG", "Trịnh Quốc Bảo"),
        ("minutes", 1, "CHỦ TỌA", "Trịnh Quốc Bảo"),
        ("annex", 2, "HIỆU TRƯỞNG", "Trịnh Quốc Bảo"),
        ("unnamed", 1, "Q. HIỆU TRƯỞNG", ""),
        ("landscape", 1, "TUQ. CHỦ TỊCH\nTRƯỞNG PHÒNG", "Phan Khắc Duy"),
        ("p01", 1, "TRƯỞNG PHÒNG", "Đặng Quỳnh Hương"),
        ("p03", 1, "CHỦ TỊCH", "Nghiêm Xuân Trường"),
        ("p04", 1, "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "Phan Khắc Duy"),
        ("p06", 1, "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "Nghiêm Xuân Trường"),
    ];
    for (name, page, title, signer) in table {
        let found = found(&block(name)).unwrap_or_else(|| panic!("{name}: nothing found"));
        assert_eq!((found.title.as_str(), found.name.as_str()), (title, signer), "{name}");
        assert_eq!((found.room.page, found.how), (page, How::Text), "{name}");
        assert!((10.0..45.0).contains(&found.room.height_mm), "{name}: {:?}", found.room);
    }
    for name in ["none", "p02"] {
        assert_eq!(found(&block(name)), None, "{name}");
    }
}

#[test]
fn every_signer_beside_and_in_annexes_is_found_after_the_main_one() {
    let names = |name: &str| -> Vec<String> {
        place::blocks(&block(name)).unwrap().into_iter().map(|found| found.name).collect()
    };
    assert_eq!(names("minutes"), ["Trịnh Quốc Bảo", "Vũ Thị Hà"]);
    assert_eq!(names("annex"), ["Trịnh Quốc Bảo", "Vũ Thị Hà", "Đỗ Minh Khuê"]);
}

#[test]
fn however_the_file_is_packed_and_turned_the_place_is_the_same() {
    let straight = found(&block("deputy")).unwrap();
    let near = |a: &Place, b: &Place| {
        let sides = |place: &Place| [place.left_mm, place.top_mm, place.right_mm(), place.bottom_mm()];
        sides(a).into_iter().zip(sides(b)).all(|(a, b)| (a - b).abs() < 0.6)
    };
    let packed = [
        ("streams", qpdf(&block("deputy"), &["--object-streams=generate"])),
        ("linear", qpdf(&block("deputy"), &["--linearize"])),
        ("unpacked", qpdf(&block("deputy"), &["--qdf", "--object-streams=disable"])),
        ("as a form over an empty page", as_a_form(&block("deputy"))),
    ];
    for (what, pdf) in packed {
        let found = found(&pdf).unwrap_or_else(|| panic!("{what}: nothing found"));
        assert!(near(&found.room, &straight.room) && found.name == straight.name, "{what}: {found:?}");
    }
}

/// The page as a form that another page scales down and turns up again.
fn as_a_form(pdf: &[u8]) -> Vec<u8> {
    let mut document = Document::load_mem(pdf).unwrap();
    let page = document.page_iter().next().unwrap();
    let content = document.get_page_content(page);
    let resources = document.get_dictionary(page).unwrap().get(b"Resources").unwrap().clone();
    let form = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "Resources" => resources, "Matrix" => reals([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]),
        "BBox" => reals([0.0, 0.0, 600.0, 850.0]),
    };
    let form = document.add_object(Object::Stream(Stream::new(form, content)));
    let over = document
        .add_object(Object::Stream(Stream::new(dictionary! {}, b"q 0.5 0 0 0.5 0 0 cm /F Do Q".to_vec())));
    let entries = document.get_dictionary_mut(page).unwrap();
    entries.set("Contents", over);
    entries.set("Resources", dictionary! { "XObject" => dictionary! { "F" => form } });
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn reals<const N: usize>(numbers: [f32; N]) -> Vec<Object> {
    numbers.map(Object::Real).to_vec()
}

#[test]
fn seal_and_signature_share_a_third_and_stand_in_the_middle() {
    let found = found(&block("p01")).unwrap();
    let places = found.places((42.0, 14.0), (36.0, 36.0));
    let (signature, seal) = (&places.signature, &places.seal);
    assert_eq!((seal.width_mm, seal.height_mm), (36.0, 36.0), "a seal has its true size");
    let shared = seal.right_mm() - signature.left_mm;
    assert!((shared - signature.width_mm / 3.0).abs() < 0.01, "{places:?}");
    let middle = (seal.left_mm + signature.right_mm()) / 2.0;
    let title = found.room.left_mm + found.room.width_mm / 2.0;
    assert!((middle - title).abs() < 0.01, "{places:?}");
    assert!(signature.top_mm >= found.room.top_mm && signature.bottom_mm() <= found.room.bottom_mm());
    // Too large for the room: smaller, but the seal is not.
    let large = found.places((90.0, 60.0), (36.0, 36.0));
    assert!(large.signature.width_mm <= 45.0 && large.signature.height_mm <= found.room.height_mm + 0.01);
    assert_eq!(large.seal.width_mm, 36.0);
}

/// What tesseract told of a page, as the box keeps it.
fn reading(number: u32) -> PageText {
    let table = String::from_utf8(fixture(&format!("pages/p{number:02}.tsv"))).unwrap();
    let mut page = PageText { width_px: 2480, height_px: 3508, lines: Vec::new() };
    let mut line = Vec::new();
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [level, _, block, paragraph, number, _, left, top, width, height, _, text] = cells[..] else {
            continue;
        };
        if level != "5" {
            continue;
        }
        let here = [block, paragraph, number].map(String::from);
        if line != here {
            line = here.to_vec();
            page.lines.push(TextLine::default());
        }
        let [left, top, width, height] = [left, top, width, height].map(|px| px.parse::<u32>().unwrap());
        let (right, bottom) = (left + width, top + height);
        let word = TextWord { text: text.into(), left, top, right, bottom, confidence: 90 };
        page.lines.last_mut().unwrap().words.push(word);
    }
    page
}

#[test]
fn a_scan_that_was_read_has_its_block_too() {
    // Names as the reader read them under a seal, or lost them.
    let table = [
        (1, "TRƯỞNG PHÒNG", "Dạng Quỳnh Hương"),
        (4, "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "Phan Khắc Duy"),
        (3, "CHỦ TỊCH", "Nghiêm Xuân Trường"),
    ];
    for (number, title, name) in table {
        let text = reading(number);
        let scan = scan(number);
        let mut capture = CaptureRef::new(&scan, 300);
        capture.text = Some(std::borrow::Cow::Borrowed(&text));
        let mut pdf = Vec::new();
        let captures = [Ok::<_, std::io::Error>(capture)];
        compose(captures.into_iter(), &about(), Making::PLAIN, &mut pdf).unwrap();
        let found = found(&pdf).unwrap_or_else(|| panic!("p{number}: {:#?}", place::text(&pdf, 1)));
        assert_eq!((found.title.as_str(), found.how), (title, How::Reading), "p{number}");
        assert!(found.name.is_empty() || found.name == name, "p{number}: {}", found.name);
    }
}

#[test]
fn files_that_are_none_are_refused_and_pages_that_are_not_there() {
    assert_eq!(place::find(b"xin chao"), Err(PlaceError::Unreadable));
    assert_eq!(place::text(&blank(""), 2), Err(PlaceError::NoPage(2)));
    assert_eq!(place::picture(&blank(""), 1, 20_000), Err(PlaceError::WrongSize(20_000)));
    assert_eq!(found(&blank("")), None);
    let locked = qpdf(&document(), &["--encrypt", "mat", "owner", "256", "--"]);
    assert_eq!(place::find(&locked), Err(PlaceError::Unreadable));
    // Cut short anywhere, a file is refused or read, and nothing worse.
    let whole = block("p03");
    for end in (0..whole.len()).step_by(701) {
        let _ = place::find(&whole[..end]);
        let _ = place::picture(&whole[..end], 1, 30);
    }
}

#[test]
fn a_page_is_drawn_as_poppler_draws_it() {
    for name in ["deputy", "p04"] {
        let pdf = block(name);
        let ours = place::picture(&pdf, 1, 96).unwrap();
        let ours = image::RgbImage::from_raw(ours.width_px, ours.height_px, ours.rgb).unwrap();
        // Letters may lie half a pixel apart; ink of a word may not.
        let small = |page: &image::RgbImage| {
            image::imageops::resize(page, 99, 140, image::imageops::FilterType::Triangle).into_raw()
        };
        let (ours, theirs) = (small(&ours), small(&crate::look::drawn(&pdf, 1, 96)));
        let apart: f64 = ours.iter().zip(&theirs).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let mean = apart / ours.len() as f64;
        assert!(mean < 2.5, "{name}: {mean} levels apart");
    }
}
