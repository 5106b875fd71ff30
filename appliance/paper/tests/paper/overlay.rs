//! Marks are laid in the size the decree gives them, where nothing stands, and never onto signed bytes.

use crate::{
    judges::{pdftotext, qpdf_is_content},
    look::{box_of, drawn, is_red},
    samples::{blank, block, document, fixture, key, signed},
};
use lopdf::{Document, Object, Stream, dictionary};
use paper::{
    Face, Place,
    overlay::{
        Circulation, CopyBlock, Mark, NumberAndDay, Overlay, OverlayError, Urgency, lay, numbered,
        signed_and_sealed_line,
    },
    place,
    typeset::Faces,
};

pub(crate) fn faces() -> Faces {
    let cut = |name: &str| {
        let path = format!("/usr/share/fonts/truetype/croscore/Tinos-{name}.ttf");
        let ttf = std::fs::read(path)
            .expect("Tinos is missing: run `cargo xtask setup`, or install fonts-croscore");
        Face::parse(ttf).unwrap()
    };
    let cuts = ["Regular", "Bold", "Italic"].map(cut);
    Faces::new(cuts.each_ref()).unwrap()
}

pub(crate) fn arrival() -> Mark {
    Mark::Arrival {
        unit: "Trường THCS Hoa Phượng".into(), number: "412".into(), day: "21/11/2026".into()
    }
}

fn copy() -> Mark {
    Mark::Copy(CopyBlock {
        form: "Sao y".into(),
        parent: Some("UBND XÃ BÌNH AN".into()),
        unit: "Trường THCS Hoa Phượng".into(),
        number: "03/SY-THCSHP".into(),
        place_and_day: "Bình An, ngày 05 tháng 01 năm 2027".into(),
        title: "KT. HIỆU TRƯỞNG\nPHÓ HIỆU TRƯỞNG".into(),
        name: "Lê Thị Bích Thủy".into(),
        recipients: vec!["- Tổ Toán - Tin;".into(), "- Lưu: VT.".into()],
    })
}

pub(crate) fn laid(pdf: &[u8], mark: Mark) -> (Vec<u8>, Place) {
    let place = mark.place(pdf, &faces()).unwrap();
    (lay(pdf, &[Overlay { mark, place }], &faces()).unwrap(), place)
}

#[test]
fn stamps_have_their_legal_size_on_every_kind_of_page() {
    let leaky = {
        let mut document = Document::load_mem(&blank("")).unwrap();
        let content = "q 0.2 0 0 0.2 5 5 cm q Q Q Q 3 0 0 3 0 0 cm q q";
        let stream = document.add_object(Object::Stream(Stream::new(dictionary! {}, content.into())));
        let page = document.page_iter().next().unwrap();
        document.get_dictionary_mut(page).unwrap().set("Contents", stream);
        let mut pdf = Vec::new();
        document.save_to(&mut pdf).unwrap();
        pdf
    };
    let table = [
        ("plain", blank("")),
        ("turned", blank("/Rotate 90")),
        ("turned over and cropped", blank("/Rotate 180/CropBox[5 5 195 295]")),
        ("an origin below zero", blank("/MediaBox[-300 -500 -100 -200]/Rotate 270")),
        ("leaky", leaky),
    ];
    for (what, pdf) in table {
        for (mark, width, height) in [
            (arrival(), 50.0, 35.0),
            (Mark::Urgency(Urgency::Urgent), 20.0, 8.0),
            (Mark::Urgency(Urgency::VeryUrgent), 40.0, 8.0),
            (Mark::Urgency(Urgency::Flash), 30.0, 8.0),
        ] {
            let place = Place { page: 1, left_mm: 8.0, top_mm: 12.0, width_mm: 0.0, height_mm: 0.0 };
            let pdf = lay(&pdf, &[Overlay { mark: mark.clone(), place }], &faces()).unwrap();
            qpdf_is_content(&pdf);
            let found = box_of(&drawn(&pdf, 1, 200), is_red).unwrap_or_else(|| panic!("{what}: no {mark:?}"));
            let lawful = [8.0, 12.0, 8.0 + width, 12.0 + height].map(|mm: f32| mm * 200.0 / 25.4);
            for (found, lawful) in found.into_iter().zip(lawful) {
                assert!((found - lawful).abs() <= 1.0, "{what}: {mark:?}: {found} px for {lawful}");
            }
        }
    }
}

#[test]
fn the_arrival_stamp_finds_a_free_place_under_the_number() {
    for name in ["deputy", "letter", "p01", "p02", "p04"] {
        let pdf = fixture(&format!("blocks/{name}.pdf"));
        let (stamped, place) = laid(&pdf, arrival());
        let before = place::text(&pdf, 1).unwrap();
        let over = before.iter().find(|line| {
            let other = &line.place;
            other.left_mm < place.right_mm()
                // Behind its last letter a line goes on with the white the letter brings along.
                && other.right_mm() - 1.5 > place.left_mm
                && other.top_mm < place.bottom_mm()
                && other.bottom_mm() > place.top_mm
        });
        assert_eq!(over.map(|line| &line.text), None, "{name}: {place:?}");
        let rooms = place::blocks(&pdf).unwrap().into_iter().map(|block| block.room);
        let over = |room: &Place| {
            room.page == 1
                && room.top_mm < place.bottom_mm()
                && room.bottom_mm() > place.top_mm
                && room.left_mm < place.right_mm()
                && room.right_mm() > place.left_mm
        };
        assert_eq!(rooms.filter(over).count(), 0, "{name}: where a signature belongs");
        let said = pdftotext(&stamped, &["-layout"]);
        for part in ["ĐẾN", "412", "21/11/2026", "TRƯỜNG THCS HOA PHƯỢNG"] {
            assert!(said.contains(part), "{name}: {part} in {said}");
        }
    }
}

#[test]
fn a_scan_stays_pdf_a_and_gets_several_marks_at_once() {
    let scan = document();
    let marks = [
        arrival(),
        Mark::Urgency(Urgency::Flash),
        Mark::Circulation(Circulation::Internal),
        Mark::Edge("Số đến 412 ngày 21/11/2026 - Trường THCS Hoa Phượng".into()),
    ];
    let overlays = marks.map(|mark| Overlay { place: mark.place(&scan, &faces()).unwrap(), mark });
    let pdf = lay(&scan, &overlays, &faces()).unwrap();
    assert!(pdf.starts_with(&scan), "the file only grows");
    qpdf_is_content(&pdf);
    let document = Document::load_mem(&pdf).unwrap();
    document.objects.values().for_each(|object| crate::pdf_a::each_object(&document, object));
    let said = pdftotext(&pdf, &["-layout"]);
    for part in ["HỎA TỐC", "LƯU HÀNH NỘI BỘ", "Số đến 412"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn the_block_of_a_copy_stands_under_the_text_or_there_is_no_room() {
    let pdf = fixture("blocks/p03.pdf");
    let (copied, place) = laid(&pdf, copy());
    let last = place::text(&pdf, 1).unwrap().iter().map(|line| line.place.bottom_mm()).fold(0.0, f32::max);
    assert!(place.top_mm > last && place.bottom_mm() < 297.0 - 19.0, "{place:?} under {last}");
    let said = pdftotext(&copied, &["-layout"]);
    for part in ["SAO Y", "Số: 03/SY-THCSHP", "PHÓ HIỆU TRƯỞNG", "Lê Thị Bích Thủy", "- Lưu: VT."]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    let full = fixture("blocks/deputy.pdf");
    assert!(matches!(copy().place(&full, &faces()), Err(OverlayError::NoRoom { .. })));
}

#[test]
fn nothing_is_laid_over_signed_bytes() {
    let pdf = signed(&document(), &block(), &key("unit.p12"));
    let place = Place { page: 1, left_mm: 10.0, top_mm: 60.0, width_mm: 0.0, height_mm: 0.0 };
    let overlay = Overlay { mark: arrival(), place };
    assert!(matches!(lay(&pdf, &[overlay], &faces()), Err(OverlayError::Signed)));
    let paper = NumberAndDay { number: "12".into(), symbol: String::new(), day: day() };
    let twice = signed(&fixture("blocks/deputy.pdf"), &block(), &key("unit.p12"));
    assert!(matches!(signed_and_sealed_line(&twice, &paper, &faces()), Err(OverlayError::Signed)));
}

fn day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 9, 5).unwrap()
}

#[test]
fn a_unit_without_a_scanner_says_that_it_signed_and_sealed() {
    let paper = |number: &str| NumberAndDay { number: number.into(), symbol: String::new(), day: day() };
    let blank = fixture("blocks/blank.pdf");
    let filled = signed_and_sealed_line(&blank, &paper("19"), &faces()).unwrap();
    qpdf_is_content(&filled);
    let said = pdftotext(&filled, &["-layout"]);
    let plain: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["(đã ký và đóng dấu)", "Bản điện tử của văn bản giấy đã ký và đóng dấu", "Trịnh Quốc Bảo"]
    {
        assert!(plain.contains(part), "{part} in {said}");
    }
    let tight: String = said.split_whitespace().collect();
    assert!(tight.contains("Số:19/KH-THCSHP"), "{said}");
    assert!(tight.contains("ngày05tháng9năm2026"), "{said}");
    let block = place::find(&filled).unwrap().expect("still a block");
    let line =
        place::text(&filled, 1).unwrap().into_iter().find(|line| line.text.contains("(đã ký")).unwrap();
    assert!(line.place.top_mm > block.room.top_mm && line.place.bottom_mm() < block.room.bottom_mm());

    let own = box_of(&drawn(&filled, 1, 100), is_red).expect("what it says of itself");
    assert!(own[1] > 281.0 * 100.0 / 25.4, "under everything a signature or a seal writes: {own:?}");

    let ready = fixture("blocks/deputy.pdf");
    assert!(signed_and_sealed_line(&ready, &paper("12"), &faces()).is_ok());
    let other = signed_and_sealed_line(&ready, &paper("13"), &faces());
    assert!(matches!(other, Err(OverlayError::Contradiction(said)) if said == "12"));
    let none = signed_and_sealed_line(&fixture("blocks/none.pdf"), &paper("12"), &faces());
    assert!(matches!(none, Err(OverlayError::NoBlock)));
}

/// The register's word on each draft, as poppler reads it.
#[test]
fn number_and_day_come_into_the_blanks_of_a_draft_in_the_type_of_their_lines() {
    let facts = NumberAndDay { number: "07".into(), symbol: String::new(), day: day() };
    let both = "Số:07/QĐ-THCSHM|ngày05tháng9năm2026";
    // Poppler reads what is written over dots behind them; that it stands between the words is seen below, when nothing
    // is found to write.
    let over = "07|05|9|26";
    for (name, expected) in [
        ("drafts/word-spaces", both),
        ("drafts/word-lines", over),
        ("drafts/word-two-lines", both),
        ("drafts/word-no-year", both),
        ("drafts/word-dots", over),
        ("drafts/web-dots", over),
        ("drafts/web-dated", both),
        ("drafts/web-no-number", "ngày05tháng9năm2026"),
        // A day in the text is not the document's.
        ("drafts/web-minutes", "Số:07/BB-THCSHM|Hômnay,ngàythángnăm2026"),
        ("blocks/blank", "Số:07/KH-THCSHP|ngày05tháng9năm2026"),
    ] {
        let draft = fixture(&format!("{name}.pdf"));
        let filled =
            numbered(&draft, &facts, &faces()).unwrap().unwrap_or_else(|| panic!("{name}: no blank"));
        assert!(filled.starts_with(&draft), "{name}: an update behind the draft");
        assert!(numbered(&draft, &facts, &faces()).unwrap().as_ref() == Some(&filled), "{name}: other bytes");
        if let Some(folder) = std::env::var_os("VANTHU_LOOK") {
            let name = name.replace('/', "-");
            drawn(&filled, 1, 200).save(std::path::Path::new(&folder).join(format!("{name}.png"))).unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &filled).unwrap();
        }
        qpdf_is_content(&filled);
        let said: String = pdftotext(&filled, &["-layout"])
            .chars()
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '…' | '_'))
            .collect();
        for part in expected.split('|') {
            assert!(said.contains(part), "{name}: {part} in {said}");
        }
        let again = numbered(&filled, &facts, &faces()).unwrap();
        assert!(again.is_none(), "{name}: written twice");
    }
}

#[test]
fn what_has_its_number_or_no_room_for_it_is_left_as_it_is() {
    let facts = |number: &str| NumberAndDay { number: number.into(), symbol: String::new(), day: day() };
    for name in ["blocks/deputy", "drafts/web-narrow", "blocks/none"] {
        let draft = fixture(&format!("{name}.pdf"));
        assert!(numbered(&draft, &facts("12"), &faces()).unwrap().is_none(), "{name}");
    }
    let other = numbered(&fixture("blocks/deputy.pdf"), &facts("13"), &faces());
    assert!(matches!(other, Err(OverlayError::Contradiction(said)) if said == "12"));
    let dated = numbered(
        &fixture("drafts/web-dated.pdf"),
        &NumberAndDay { day: day().succ_opt().unwrap(), ..facts("7") },
        &faces(),
    );
    assert!(matches!(dated, Err(OverlayError::Contradiction(said)) if said == "05"), "nor half of it");
    let of = |symbol: &str| {
        let facts = NumberAndDay { symbol: symbol.into(), ..facts("12") };
        numbered(&fixture("drafts/word-spaces.pdf"), &facts, &faces())
    };
    assert!(matches!(of("QĐ-THCSHP"), Err(OverlayError::Contradiction(said)) if said == "QĐ-THCSHM"));
    assert!(of("qđ-THCS-HM").unwrap().is_some(), "typed otherwise, it is the same symbol");
    let draft = signed(&fixture("drafts/word-spaces.pdf"), &block(), &key("unit.p12"));
    assert!(matches!(numbered(&draft, &facts("12"), &faces()), Err(OverlayError::Signed)));
    // A scan whose words somebody's program laid unseen over it.
    assert!(numbered(&document(), &facts("12"), &faces()).unwrap().is_none());
}
