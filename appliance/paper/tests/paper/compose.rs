//! Captures become PDF/A-2b in true size, and nothing of what the scanner saw is lost.

use crate::{
    judges::{jbig2dec, pdfimages, pdfimages_decoded, pdfinfo, qpdf_is_content},
    pdf_a::is_pdf_a,
    samples::{about, bilevel_png, block, composed, key, scan, signed},
};
use lopdf::{Dictionary, Document, Object};
use paper::{CaptureFault, CaptureRef, ComposeError, Making, MaskCoding, RegisterFacts, compose};
use std::io;

fn bilevel() -> Vec<u8> {
    bilevel_png(&image::GrayImage::from_fn(1656, 2339, |x, y| {
        image::Luma([if (x / 40 + y / 40) % 2 == 0 { 0 } else { 255 }])
    }))
}

#[test]
fn a_scan_becomes_a_page_of_true_size_with_its_own_bytes() {
    let captures = [(scan(1), 300), (bilevel(), 200), (scan(2), 300)];
    let (pdf, composed) = composed(&captures);
    assert_eq!((composed.pages, composed.bytes), (3, pdf.len() as u64));
    assert_eq!(composed.sha256, sha256(&pdf));
    qpdf_is_content(&pdf);
    let said = pdfinfo(&pdf);
    for line in ["Pages:           3", "Page size:       595.2 x 841.92 pts (A4)", "PDF version:     1.7"] {
        assert!(said.contains(line), "{line:?} in {said}");
    }
    assert!(said.contains("Title:           Kế hoạch năm học 2026–2027 <bản 1 & 2>"), "{said}");
    let pictures = pdfimages(&pdf);
    assert!(pictures[0] == captures[0].0 && pictures[2] == captures[2].0, "a JPEG was recoded");
    let kept = image::load_from_memory(&captures[1].0).unwrap().into_luma8();
    assert!(jbig2dec(&pictures[1]) == kept, "black and white changed");
}

/// Turned by the matrix and the page's sides, never by /Rotate: a seal placed on the page stays where it is seen.
#[test]
fn a_page_that_lay_on_its_side_stands_upright_with_its_own_bytes() {
    let lying = scan(1);
    for (turn_degrees, size) in
        [(0, "595.2 x 841.92"), (90, "841.92 x 595.2"), (180, "595.2 x 841.92"), (270, "841.92 x 595.2")]
    {
        let capture = CaptureRef::new(&lying, 300).turned(turn_degrees);
        let mut pdf = Vec::new();
        compose(std::iter::once(Ok::<_, io::Error>(capture)), &about(), Making::PLAIN, &mut pdf).unwrap();
        qpdf_is_content(&pdf);
        is_pdf_a(&pdf);
        assert!(pdfinfo(&pdf).contains(size), "{turn_degrees}: {}", pdfinfo(&pdf));
        assert!(pdfimages(&pdf)[0] == lying, "a JPEG was recoded");
        assert!(!pdf.windows(7).any(|word| word == b"/Rotate"));
        if turn_degrees % 180 == 90 {
            signed_upright(&pdf);
        }
    }
    let crooked = CaptureRef::new(&lying, 300).turned(7);
    let outcome =
        compose(std::iter::once(Ok::<_, io::Error>(crooked)), &about(), Making::PLAIN, &mut Vec::new());
    assert!(matches!(outcome, Err(ComposeError::Page { page: 1, .. })));
}

/// The text block stands at the upper right of the page as it is seen.
fn signed_upright(pdf: &[u8]) {
    let sealed = signed(pdf, &block(), &key("unit.p12"));
    let document = Document::load_mem(&sealed).unwrap();
    let is_widget = |dict: &&Dictionary| {
        dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Widget")
    };
    let mut dictionaries = document.objects.values().filter_map(|object| object.as_dict().ok());
    let rect = dictionaries.find(is_widget).unwrap().get(b"Rect").unwrap().as_array().unwrap();
    let side = |index: usize| rect[index].as_float().unwrap();
    assert!(
        side(0) > 841.92 / 2.0 && side(2) <= 841.92 && side(1) > 595.2 / 2.0 && side(3) <= 595.2,
        "{rect:?}"
    );
}

#[test]
fn the_same_captures_give_the_same_bytes() {
    let captures = [(scan(3), 300)];
    assert!(composed(&captures).0 == composed(&captures).0);
    assert!(composed(&captures).0 != composed(&[(scan(3), 200)]).0);
}

#[test]
fn what_cannot_be_archived_is_refused_with_its_reason() {
    let deep = {
        let mut png = io::Cursor::new(Vec::new());
        image::DynamicImage::new_luma16(20, 20).write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    };
    let cmyk = {
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
        encoder.encode(&[0; 64 * 64 * 4], 64, 64, jpeg_encoder::ColorType::Cmyk).unwrap();
        jpeg
    };
    type Row = (&'static str, Vec<u8>, u32, fn(&CaptureFault) -> bool);
    let table: [Row; 7] = [
        ("CMYK", cmyk, 72, |f| *f == CaptureFault::Cmyk),
        ("16 bit", deep, 72, |f| *f == CaptureFault::Depth(16)),
        ("text", b"not a picture".to_vec(), 300, |f| *f == CaptureFault::NotAnImage),
        ("empty", Vec::new(), 300, |f| *f == CaptureFault::NotAnImage),
        ("cut JPEG", scan(1)[..100_000].to_vec(), 300, |f| matches!(f, CaptureFault::Damaged(_))),
        ("cut PNG", bilevel()[..bilevel().len() / 2].to_vec(), 300, |f| {
            matches!(f, CaptureFault::Damaged(_))
        }),
        ("no resolution", scan(1), 0, |f| matches!(f, CaptureFault::Size { .. })),
    ];
    for (what, bytes, dpi, expected) in table {
        let captures = [(scan(1), 300), (bytes, dpi)];
        let captures = captures.iter().map(|(bytes, dpi)| Ok::<_, io::Error>(CaptureRef::new(bytes, *dpi)));
        match compose(captures, &about(), Making::PLAIN, &mut Vec::new()) {
            Err(ComposeError::Page { page: 2, fault }) if expected(&fault) => {}
            other => panic!("{what}: {other:?}"),
        }
    }
    let nothing = std::iter::empty::<Result<CaptureRef<'_>, io::Error>>();
    assert!(matches!(compose(nothing, &about(), Making::PLAIN, &mut Vec::new()), Err(ComposeError::NoPages)));
    let lost = [Err(io::Error::other("blob lost"))];
    let outcome = compose(lost.into_iter(), &about(), Making::PLAIN, &mut Vec::new());
    assert!(matches!(outcome, Err(ComposeError::Capture { page: 1, .. })));
}

#[test]
fn the_file_is_built_as_pdf_a_2b_asks() {
    let (pdf, _) = composed(&[(scan(1), 300), (bilevel(), 200)]);
    is_pdf_a(&pdf);
    is_pdf_a(&signed(&pdf, &block(), &key("unit.p12")));
    let twice = signed(&signed(&pdf, &paper::Look::None, &key("unit.p12")), &block(), &key("head-p256.p12"));
    is_pdf_a(&twice);
    assert_eq!(pdf.windows(9).filter(|window| window == b"startxref").count(), 1);
    let document = Document::load_mem(&pdf).unwrap();
    let id = document.trailer.get(b"ID").unwrap().as_array().unwrap();
    assert_eq!(id[0], id[1]);
}

/// Who reads the file elsewhere finds what the register says of it, in fields that every viewer shows.
#[test]
fn a_registered_document_says_what_it_is() {
    let register = RegisterFacts {
        number_symbol: "125/QĐ-THCSHP".into(),
        issued_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 21),
        issuer: "Ủy ban nhân dân xã Hoa Phượng".into(),
        kind: "Quyết định".into(),
    };
    let stated = |register| {
        let title = "Trích yếu \u{1}có dấu <lạ>".into();
        let about = paper::About { title, register: Some(register), ..about() };
        let mut pdf = Vec::new();
        let page = std::iter::once(Ok::<_, io::Error>(CaptureRef::new(scan(1), 300)));
        compose(page, &about, Making::PLAIN, &mut pdf).unwrap();
        is_pdf_a(&pdf);
        pdfinfo(&pdf)
    };
    let said = stated(register.clone());
    for line in [
        "Title:           Trích yếu  có dấu <lạ>",
        "Subject:         Về việc triển khai nhiệm vụ",
        "Author:          Ủy ban nhân dân xã Hoa Phượng",
        "Keywords:        125/QĐ-THCSHP; 21/11/2026; Quyết định",
    ] {
        assert!(said.contains(line), "{line:?} in {said}");
    }
    let nothing = RegisterFacts {
        number_symbol: String::new(),
        issued_on: None,
        issuer: String::new(),
        kind: String::new(),
    };
    let said = stated(nothing);
    assert!(
        said.contains(&format!("Author:          {}", crate::samples::UNIT)) && !said.contains("Keywords"),
        "{said}"
    );
}

/// For readers that know nothing newer: the dots are the same, and poppler finds every one.
#[test]
fn black_and_white_goes_as_group_4_where_that_is_asked_for() {
    let page = bilevel();
    let making = Making { mask: MaskCoding::CcittG4, ..Making::PLAIN };
    let mut pdf = Vec::new();
    let captures = [page.clone(), crate::bilevel::noise_png()];
    let captures = captures.iter().map(|page| Ok::<_, io::Error>(CaptureRef::new(page, 200)));
    compose(captures, &about(), making, &mut pdf).unwrap();
    is_pdf_a(&pdf);
    qpdf_is_content(&pdf);
    assert!(
        pdf.windows(14).any(|window| window == b"CCITTFaxDecode")
            && !pdf.windows(5).any(|window| window == b"JBIG2")
    );
    let seen = pdfimages_decoded(&pdf);
    for (page, seen) in [page, crate::bilevel::noise_png()].iter().zip(seen) {
        assert!(image::load_from_memory(page).unwrap().into_luma8() == seen, "a dot changed");
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().try_into().unwrap()
}
