//! A file of ours gets what the register says, as if it had been known from the start; any other stays as it is.

use crate::{
    judges::{pdfinfo, qpdf_is_content},
    pdf_a::is_pdf_a,
    samples::{about, block, document, key, scan, signed},
};
use paper::{
    About, CaptureRef, Look, Making, PageText, RegisterFacts, TextLine, TextWord, compose, describe,
};
use std::io::{self, Cursor};

fn registered() -> About {
    let register = RegisterFacts {
        number_symbol: "125/QĐ-THCSHP".into(),
        issued_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 21),
        issuer: "Ủy ban nhân dân xã Hoa Phượng".into(),
        kind: "Quyết định".into(),
    };
    let title = "Về việc <kiểm tra> thư viện & <xmp:CreateDate>1999</xmp:CreateDate>".into();
    About { title, subject: "Số đến 12 năm 2026".into(), register: Some(register), ..about() }
}

/// Two pages, one with words: fonts, masks and pictures come before what is said.
fn made(about: &About) -> Vec<u8> {
    let word =
        TextWord { text: "Điều".into(), left: 300, top: 300, right: 420, bottom: 360, confidence: 90 };
    let line = TextLine { words: vec![word], opens_paragraph: true };
    let text = PageText { width_px: 2480, height_px: 3508, lines: vec![line] };
    let pages = [Some(text), None].map(|text| {
        let text = text.map(std::borrow::Cow::Owned);
        Ok::<_, io::Error>(CaptureRef { text, ..CaptureRef::new(scan(1), 300) })
    });
    let mut pdf = Vec::new();
    compose(pages.into_iter(), about, Making::default(), &mut pdf).unwrap();
    pdf
}

fn described(pdf: &[u8], about: &About) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let bytes = describe(&mut Cursor::new(pdf), about, &mut out).unwrap();
    assert_eq!(bytes.unwrap_or_default(), out.len() as u64);
    bytes.map(|_| out)
}

#[test]
fn a_file_described_anew_is_the_file_composed_with_these_words() {
    let (before, registered) = (made(&about()), registered());
    let later = chrono::DateTime::parse_from_rfc3339("2027-01-02T08:00:00+07:00").unwrap();
    let after = described(&before, &About { created: later, ..registered.clone() }).unwrap();
    assert!(after == made(&registered), "not as composed");
    is_pdf_a(&after);
    qpdf_is_content(&after);
    let said = pdfinfo(&after);
    for line in [
        "Keywords:        125/QĐ-THCSHP; 21/11/2026; Quyết định",
        "Author:          Ủy ban nhân dân xã Hoa Phượng",
        "Subject:         Số đến 12 năm 2026",
    ] {
        assert!(said.contains(line), "{line:?} in {said}");
    }
    assert!(described(&after, &registered).unwrap() == after, "the same words gave other bytes");
    assert!(described(&after, &about()).unwrap() == before, "the way back");
}

#[test]
fn what_is_signed_changed_or_not_ours_is_left_as_it_is() {
    let ours = document();
    assert!(described(&ours, &registered()).is_some());
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = ours.clone();
        changed.splice(at..at + bytes.len(), bytes.iter().copied());
        changed
    };
    let table = ours.windows(5).rposition(|window| window == b"xref\n").unwrap();
    let longer = |more: &[u8]| [&ours[..], more].concat();
    for (what, pdf) in [
        ("signed", signed(&ours, &Look::None, &key("unit.p12"))),
        ("signed with a look", signed(&ours, &block(), &key("unit.p12"))),
        ("a byte of a page is another", changed(ours.len() / 2, b"?")),
        ("an offset is another", changed(table - 1, b"?")),
        ("something stands behind", longer(b"\n")),
        ("cut short", ours[..ours.len() - 1].to_vec()),
        ("drawn elsewhere", crate::samples::blank("")),
        ("a table at no place", b"%PDF-1.7\nstartxref\n18446744073709551615\n%%EOF\n".to_vec()),
        ("a table at the end", b"%PDF-1.7\nstartxref\n29\n%%EOF\n".to_vec()),
        ("no PDF", b"PK".to_vec()),
        ("nothing", Vec::new()),
    ] {
        assert!(described(&pdf, &registered()).is_none(), "{what}");
    }
}
