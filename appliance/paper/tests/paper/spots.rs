//! Where marks and seals are laid: in the boxes of the decree, on blank paper, in millimetres.

use crate::{
    look::{box_of, drawn, is_red, ring_png},
    overlay::{arrival, laid},
    samples::{LINES, composed, fixture, key, scan, signed},
};
use lopdf::{Document, Object, Stream, dictionary};
use paper::{
    Look, Picture, Place,
    overlay::{Circulation, Mark, Urgency},
    place,
};

/// A page by its name: one of the born-digital ones, a scan nobody has read, or one turned upright by its reader.
fn page(name: &str) -> Vec<u8> {
    match name {
        "scan" => composed(&[(scan(1), 300)]).0,
        "skewed scan" => composed(&[(scan(2), 300)]).0,
        "turned" => turned_upright(&fixture("blocks/p02.pdf")),
        born => fixture(&format!("blocks/{born}.pdf")),
    }
}

/// Pixels in a place on which something stands: what poppler draws of the page before anything is laid over it.
fn stands_there(pdf: &[u8], place: &Place) -> usize {
    let page = drawn(pdf, 1, 100);
    let px = |mm: f32| (mm * 100.0 / 25.4).max(0.0) as u32;
    let (left, top, width, height) =
        (px(place.left_mm), px(place.top_mm), px(place.width_mm), px(place.height_mm));
    let within = image::imageops::crop_imm(&page, left, top, width, height).to_image();
    within.pixels().filter(|pixel| pixel.0.iter().any(|value| *value < 130)).count()
}

#[test]
fn marks_stand_in_their_boxes_and_where_those_are_full_in_the_next_best_place() {
    let urgency = || Mark::Urgency(Urgency::VeryUrgent);
    let circulation = || Mark::Circulation(Circulation::ReturnAfterReading);
    // Page, mark, its left and upper edge in millimetres.
    let table = [
        // Box 10b: under number and subject, at the left.
        ("letter", urgency(), 30.0, 57.4),
        ("p01", urgency(), 28.5, 57.8),
        ("deputy", urgency(), 30.0, 45.5),
        ("minutes", urgency(), 30.0, 45.5),
        ("p02", urgency(), 30.0, 46.9),
        ("turned", urgency(), 30.0, 46.9),
        ("scan", urgency(), 30.0, 56.5),
        ("skewed scan", urgency(), 30.0, 47.5),
        // Text begins right under the number: the upper margin.
        ("collective", urgency(), 30.0, 5.0),
        ("annex", urgency(), 30.0, 5.0),
        ("landscape", urgency(), 30.0, 5.0),
        ("p03", urgency(), 30.0, 5.0),
        // Under the subject of an official letter, under the number of a decision.
        ("roomy-letter", arrival(), 46.2, 57.4),
        ("roomy-decision", arrival(), 46.2, 45.5),
        // Where there are no 35 mm: the first blank paper, mostly under the recipients.
        ("letter", arrival(), 48.0, 203.0),
        ("deputy", arrival(), 48.0, 191.0),
        ("collective", arrival(), 66.0, 122.0),
        ("landscape", arrival(), 9.0, 5.0),
        ("p01", arrival(), 58.5, 186.5),
        ("p02", arrival(), 30.0, 182.0),
        ("turned", arrival(), 30.0, 182.0),
        ("scan", arrival(), 57.0, 186.5),
        // Box 11.
        ("letter", circulation(), 122.0, 5.0),
        ("landscape", circulation(), 184.1, 5.0),
        ("turned", circulation(), 122.0, 5.0),
    ];
    for (name, mark, left, top) in table {
        let pdf = page(name);
        let (_, place) = laid(&pdf, mark.clone());
        let off = (place.left_mm - left).abs().max((place.top_mm - top).abs());
        assert!(off < 1.6, "{name}, {mark:?}: {place:?}");
        assert_eq!(stands_there(&pdf, &place), 0, "{name}, {mark:?}: over what stands there");
    }
    // With no blank paper for it anywhere it is pressed onto the corner, as by hand.
    let (_, place) = laid(&page("annex"), arrival());
    assert_eq!((place.left_mm, place.top_mm), (5.0, 5.0));
}

#[test]
fn a_seal_beside_its_text_covers_nothing_that_stands_on_the_page() {
    let seal = Picture::parse(&ring_png(36.0, 300)).unwrap();
    let table = [
        ("letter", Some((168.5, 225.5))),
        ("p01", Some((168.5, 210.5))),
        ("p02", Some((168.5, 182.0))),
        ("turned", Some((168.5, 182.0))),
        ("landscape", Some((135.5, 5.0))),
        ("scan", Some((168.5, 212.0))),
        ("skewed scan", Some((168.5, 180.5))),
        ("annex", None),
    ];
    for (name, expected) in table {
        let pdf = page(name);
        let found = place::seal_room(&pdf, seal.size_mm()).unwrap();
        let Some((left, top)) = expected else {
            assert_eq!(found, None, "{name}: no blank paper");
            continue;
        };
        let seal_place = found.unwrap_or_else(|| panic!("{name}: nowhere"));
        let off = (seal_place.left_mm - left).abs().max((seal_place.top_mm - top).abs());
        assert!(off < 1.6, "{name}: {seal_place:?}");
        let lines = LINES.map(String::from).to_vec();
        let look = Look::SealWithText { seal: seal.clone(), lines, seal_place };
        let sealed = signed(&pdf, &look, &key("unit.p12"));
        let sheet_mm = if name == "landscape" { 297.0 } else { 210.0 };
        // Three lines of ten points, as wide as they are.
        let corner =
            Place { page: 1, left_mm: sheet_mm - 55.0, top_mm: 5.0, width_mm: 45.0, height_mm: 13.5 };
        for place in [seal_place, corner] {
            assert_eq!(stands_there(&pdf, &place), 0, "{name}: over what stands in {place:?}");
        }
        let text = stands_there(&sealed, &corner);
        assert!(text > 300, "{name}: {text} pixels of text in the corner");
        if name.contains("scan") {
            continue;
        }
        let ring = box_of(&drawn(&sealed, 1, 200), is_red).unwrap();
        let lawful = [seal_place.left_mm, seal_place.top_mm, seal_place.right_mm(), seal_place.bottom_mm()];
        for (ring, lawful) in ring.into_iter().zip(lawful) {
            assert!((ring - lawful * 200.0 / 25.4).abs() <= 1.0, "{name}: {ring} px for {lawful} mm");
        }
    }
}

/// The page on a sheet that lies on its side and is turned upright by whoever shows it.
fn turned_upright(pdf: &[u8]) -> Vec<u8> {
    let mut document = Document::load_mem(pdf).unwrap();
    let page = document.page_iter().next().unwrap();
    let mut put = |content: &str| document.add_object(Stream::new(dictionary! {}, content.into()));
    let (before, after) = (put("q 0 1 -1 0 842 0 cm "), put(" Q"));
    let entries = document.get_dictionary_mut(page).unwrap();
    let within = match entries.get(b"Contents").unwrap() {
        Object::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    entries.set("Contents", [vec![before.into()], within, vec![after.into()]].concat());
    entries.set("MediaBox", vec![0.into(), 0.into(), 842.into(), 595.into()]);
    entries.remove(b"CropBox");
    entries.set("Rotate", 90);
    let mut turned = Vec::new();
    document.save_to(&mut turned).unwrap();
    turned
}
