//! Captures become PDF/A-2b in true size, and nothing of what the scanner saw is lost.

use crate::{
    judges::{jbig2dec, pdfimages, pdfinfo, qpdf_is_content},
    samples::{about, bilevel_png, block, composed, key, scan, signed},
};
use lopdf::{Dictionary, Document, Object};
use paper::{CaptureFault, CaptureRef, ComposeError, compose};
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
        compose(std::iter::once(Ok::<_, io::Error>(capture)), &about(), paper::Making::PLAIN, &mut pdf)
            .unwrap();
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
    let outcome = compose(
        std::iter::once(Ok::<_, io::Error>(crooked)),
        &about(),
        paper::Making::PLAIN,
        &mut Vec::new(),
    );
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
        match compose(captures, &about(), paper::Making::PLAIN, &mut Vec::new()) {
            Err(ComposeError::Page { page: 2, fault }) if expected(&fault) => {}
            other => panic!("{what}: {other:?}"),
        }
    }
    let nothing = std::iter::empty::<Result<CaptureRef<'_>, io::Error>>();
    assert!(matches!(
        compose(nothing, &about(), paper::Making::PLAIN, &mut Vec::new()),
        Err(ComposeError::NoPages)
    ));
    let lost = [Err(io::Error::other("blob lost"))];
    let outcome = compose(lost.into_iter(), &about(), paper::Making::PLAIN, &mut Vec::new());
    assert!(matches!(outcome, Err(ComposeError::Capture { page: 1, .. })));
}

#[test]
fn the_file_is_built_as_pdf_a_2b_asks() {
    let (pdf, _) = composed(&[(scan(1), 300), (bilevel(), 200)]);
    is_pdf_a(&pdf);
    assert_eq!(pdf.windows(9).filter(|window| window == b"startxref").count(), 1);
    let document = Document::load_mem(&pdf).unwrap();
    let id = document.trailer.get(b"ID").unwrap().as_array().unwrap();
    assert_eq!(id[0], id[1]);
}

/// The structural clauses of ISO 19005-2 that can be seen without a validator.
pub(crate) fn is_pdf_a(pdf: &[u8]) {
    assert!(pdf.starts_with(b"%PDF-1.7\n%") && pdf[10..14].iter().all(|&byte| byte > 127), "6.1.2 header");
    assert!(pdf.ends_with(b"%%EOF\n"), "6.1.3 nothing after the end");
    let document = Document::load_mem(pdf).unwrap();
    assert!(document.trailer.has(b"ID") && !document.trailer.has(b"Encrypt"), "6.1.3 trailer");
    let catalog = document.catalog().unwrap();
    let metadata = catalog.get_deref(b"Metadata", &document).unwrap().as_stream().unwrap();
    assert!(!metadata.dict.has(b"Filter"));
    let packet = std::str::from_utf8(&metadata.content).unwrap();
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "&lt;bản 1 &amp; 2&gt;",
    ] {
        assert!(packet.contains(part), "6.6 {part} in {packet}");
    }
    let intents = catalog.get_deref(b"OutputIntents", &document).unwrap().as_array().unwrap();
    let intent = document.dereference(&intents[0]).unwrap().1.as_dict().unwrap();
    assert_eq!(intent.get(b"S").unwrap().as_name().unwrap(), b"GTS_PDFA1", "6.2.3 output intent");
    let profile = intent.get_deref(b"DestOutputProfile", &document).unwrap().as_stream().unwrap();
    assert_eq!(
        (&profile.content[36..40], &profile.content[16..20]),
        (b"acsp".as_slice(), b"RGB ".as_slice())
    );
    for object in document.objects.values() {
        each_object(&document, object);
    }
}

pub(crate) fn each_object(document: &Document, object: &Object) {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => {
            let filter = stream.dict.get(b"Filter").and_then(Object::as_name).ok();
            let allowed = [b"DCTDecode".as_slice(), b"JBIG2Decode", b"FlateDecode"];
            assert!(filter.is_none_or(|filter| allowed.contains(&filter)), "6.1.7.2 {filter:?}");
            assert!(filter.is_some() || !stream.dict.has(b"Filter"), "6.1.7.2 one filter, by name");
            &stream.dict
        }
        _ => return,
    };
    let named = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).unwrap_or_default().to_vec();
    for forbidden in [b"SMask".as_slice(), b"OPI", b"Alternates", b"TR", b"JS", b"AA", b"OpenAction", b"XFA"]
    {
        assert!(!dictionary.has(forbidden), "{}", String::from_utf8_lossy(forbidden));
    }
    assert!(!dictionary.has(b"Group"), "6.2.10 no transparency");
    match (named(b"Type").as_slice(), named(b"Subtype").as_slice()) {
        (b"Annot", _) => is_good_annotation(document, dictionary),
        (b"FontDescriptor", _) => assert!(dictionary.has(b"FontFile2"), "6.2.11.4 fonts are embedded"),
        (b"Font", b"Type0") => {
            assert!(dictionary.has(b"ToUnicode"));
            assert_eq!(named(b"Encoding"), b"Identity-H");
        }
        (b"Font", b"CIDFontType2") => assert_eq!(named(b"CIDToGIDMap"), b"Identity", "6.2.11.3.2"),
        _ => {}
    }
}

fn is_good_annotation(document: &Document, widget: &Dictionary) {
    let flags = widget.get(b"F").unwrap().as_i64().unwrap();
    assert_eq!(flags & 0b10_0110_0111, 4, "6.3.2 printed; not hidden, invisible, without view");
    let corners = widget.get(b"Rect").unwrap().as_array().unwrap();
    let seen = corners[0].as_float().unwrap() != corners[2].as_float().unwrap();
    if seen {
        let appearance = widget.get(b"AP").unwrap().as_dict().unwrap();
        assert_eq!(appearance.len(), 1, "6.3.3 only a normal appearance");
        appearance.get_deref(b"N", document).unwrap().as_stream().unwrap();
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().try_into().unwrap()
}
