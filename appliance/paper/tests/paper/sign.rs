//! A signature is valid in every reader, stays valid under a second one, and leaves the file PDF/A.

use crate::{
    judges::{Verdict, pdfinfo, pdfsig, pdftotext, pyhanko, qpdf, qpdf_is_content, render},
    pdf_a::is_pdf_a,
    samples::{LINES, blank, block, document, face, facts, key, prepared, signed},
};
use lopdf::{Document, Object, dictionary};
use paper::{Digested, FaceError, Look, Prepared, SignError};
use token::{Pkcs12, Signer};

fn good_and_whole(verdict: &Verdict) {
    assert!(verdict.good && verdict.whole, "{}", verdict.details);
}

#[test]
fn every_kind_of_key_makes_a_pades_signature_that_all_judges_call_valid() {
    for (file, digest) in [
        ("unit.p12", "sha256"),
        ("unit-legacy.p12", "sha256"),
        ("head-p256.p12", "sha256"),
        ("head-p384.p12", "sha384"),
    ] {
        let pdf = signed(&document(), &block(), &key(file));
        qpdf_is_content(&pdf);
        let said = pdfsig(&pdf);
        assert!(
            said.contains("Signature is Valid") && said.contains("Total document signed"),
            "{file}: {said}"
        );
        assert!(said.contains("ETSI.CAdES.detached"), "{file}: {said}");
        let verdicts = pyhanko(&pdf);
        assert_eq!(verdicts.len(), 1);
        good_and_whole(&verdicts[0]);
        for part in [
            digest,
            r#""attributes":["content_type","message_digest","signing_certificate_v2"]"#,
            "/ETSI.CAdES.detached",
        ] {
            assert!(verdicts[0].details.contains(part), "{file}: {part} in {}", verdicts[0].details);
        }
    }
}

#[test]
fn a_second_signature_leaves_the_first_valid_and_the_file_pdf_a() {
    let base = document();
    let first = signed(&base, &Look::None, &key("head-p256.p12"));
    let second = signed(&first, &block(), &key("unit.p12"));
    let third = signed(&second, &block(), &key("unit-legacy.p12"));
    assert!(first.starts_with(&base) && second.starts_with(&first) && third.starts_with(&second));
    for pdf in [&first, &second, &third] {
        qpdf_is_content(pdf);
        is_pdf_a(pdf);
    }
    let verdicts = pyhanko(&third);
    let fields: Vec<&str> = verdicts.iter().map(|verdict| verdict.field.as_str()).collect();
    assert_eq!(fields, ["Signature1", "Signature2", "Signature3"]);
    assert!(verdicts.iter().all(|verdict| verdict.good), "{verdicts:?}");
    good_and_whole(&verdicts[2]);
    let said = pdfsig(&third);
    assert_eq!(said.matches("Signature is Valid").count(), 3, "{said}");
    assert!(apart(&third), "the two visible blocks overlap");
}

/// The two visible widgets of page one do not cover each other, and stand side by side above the letterhead.
fn apart(pdf: &[u8]) -> bool {
    let document = Document::load_mem(pdf).unwrap();
    let page = document.page_iter().next().unwrap();
    let corners = |widget: &lopdf::Dictionary| {
        let rect = widget.get(b"Rect").unwrap().as_array().unwrap();
        [0, 1, 2, 3].map(|index: usize| rect[index].as_float().unwrap())
    };
    let mut seen: Vec<[f32; 4]> =
        document.get_page_annotations(page).unwrap().into_iter().map(corners).collect();
    seen.retain(|[left, _, right, _]| left != right);
    let [[first, ..], [_, bottom, second, _]] = seen[..] else { return false };
    second <= first && bottom > 841.92 - 57.0
}

#[test]
fn files_from_other_programs_are_signed_as_they_are_built() {
    let base = document();
    let table = [
        ("cross-reference stream", qpdf(&base, &["--object-streams=generate"])),
        ("linearized", qpdf(&base, &["--linearize"])),
        ("linearized with streams", qpdf(&base, &["--linearize", "--object-streams=generate"])),
        ("no end of line at the end", blank("")),
        ("annotations in an object of their own", with_form(true)),
        ("a form inside the catalogue", with_form(false)),
    ];
    for (what, pdf) in table {
        let once = signed(&pdf, &block(), &key("unit.p12"));
        let twice = signed(&once, &Look::None, &key("head-p256.p12"));
        assert!(twice.starts_with(&pdf), "{what}");
        qpdf_is_content(&twice);
        let verdicts = pyhanko(&twice);
        assert!(verdicts.len() == 2 && verdicts.iter().all(|verdict| verdict.good), "{what}: {verdicts:?}");
        good_and_whole(&verdicts[1]);
        let said = pdfsig(&twice);
        assert_eq!(said.matches("Signature is Valid").count(), 2, "{what}: {said}");
    }
}

/// A page with a note and a form with a text field, kept apart or together.
fn with_form(apart: bool) -> Vec<u8> {
    let mut document = Document::load_mem(&blank("")).unwrap();
    let page = document.page_iter().next().unwrap();
    let field = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal("Signature1"),
        "Rect" => vec![10.into(), 10.into(), 60.into(), 20.into()], "F" => 4, "P" => page,
    });
    let list = Object::Array(vec![field.into()]);
    let fields = if apart { document.add_object(list.clone()).into() } else { list.clone() };
    let annotations = if apart { document.add_object(list).into() } else { list };
    let form = dictionary! { "Fields" => fields };
    let form = if apart { document.add_object(form).into() } else { Object::Dictionary(form) };
    document.get_dictionary_mut(page).unwrap().set("Annots", annotations);
    document.catalog_mut().unwrap().set("AcroForm", form);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    pdf
}

#[test]
fn the_text_stands_upright_in_the_corner_the_reader_sees() {
    let crop = "/CropBox[20 30 180 280]";
    for entries in
        ["", crop, "/Rotate 90", "/Rotate 180", "/Rotate 270", "/Rotate -90/CropBox[20 30 180 280]"]
    {
        let pdf = signed(&blank(entries), &block(), &key("unit.p12"));
        let (width, height, samples) = render(&pdf);
        let ink = |x: std::ops::Range<usize>, y: std::ops::Range<usize>| {
            y.flat_map(|y| &samples[y * width..][x.clone()]).filter(|&&sample| sample < 128).count()
        };
        assert!(ink(width / 3..width, 0..90) > 100, "{entries}: no text in the corner");
        assert_eq!(ink(0..width, 90..height), 0, "{entries}: text elsewhere");
        let lines: Vec<bool> = (0..height).map(|y| ink(0..width, y..y + 1) > 0).collect();
        let bands = lines.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        assert!((3..=6).contains(&bands), "{entries}: {bands} lines of text, so it does not lie level");
    }
}

#[test]
fn the_text_can_be_read_back() {
    let said = pdftotext(&signed(&document(), &block(), &key("unit.p12")), &["-layout"]);
    for line in LINES {
        assert!(said.contains(line), "{line:?} in {said:?}");
    }
    let fonts = pdfinfo(&signed(&document(), &block(), &key("unit.p12")));
    assert!(fonts.contains("Form:            AcroForm"), "{fonts}");
}

#[test]
fn letters_typed_apart_and_long_names_are_written_too() {
    let long = "Trường trung học cơ sở và trung học phổ thông bán trú dân tộc nội trú Hoa Phượng Thượng";
    let look = Look::TextBlock { lines: vec!["Ba\u{309}n sô\u{301} ho\u{301}a".into(), long.into()] };
    let said = pdftotext(&signed(&document(), &look, &key("unit.p12")), &["-raw"]);
    assert!(said.contains("Bản số hóa"), "{said:?}");
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(long), "{said:?}");
    let strange = Look::TextBlock { lines: vec!["漢".into()] };
    assert!(matches!(prepared(&document(), &strange), Err(SignError::Face(FaceError::NoGlyph('漢')))));
}

#[test]
fn a_signing_request_can_wait_and_be_answered_from_elsewhere() {
    let key = key("head-p256.p12");
    let base = document();
    let stored = prepared(&base, &block()).unwrap().to_bytes();
    assert!(stored.len() < 40_000, "{} bytes are kept beside the file", stored.len());
    let later = Digested::from_bytes(&stored, &base).unwrap();
    assert_eq!(later.digest(), prepared(&base, &block()).unwrap().digest());
    let answer = key.sign(&later.signed_attributes(key.chain()).unwrap()).unwrap();
    let pdf = later.seal(key.chain(), &answer).unwrap().into_bytes();
    good_and_whole(&pyhanko(&pdf)[0]);

    for spoilt in [0, 9, 40, 50, 5000, stored.len() - 3] {
        let mut bytes = stored.clone();
        bytes[spoilt] ^= 1;
        assert!(matches!(Digested::from_bytes(&bytes, &base), Err(SignError::NotStored(_))), "byte {spoilt}");
    }
    assert!(matches!(Digested::from_bytes(&stored[..20], &base), Err(SignError::NotStored(_))));
    let mut other = base.clone();
    other[5000] ^= 1;
    for other in [&other, &base[..base.len() - 1]] {
        assert!(matches!(Digested::from_bytes(&stored, other), Err(SignError::NotStored(_))));
    }
}

#[test]
fn a_wrong_answer_never_becomes_a_signature() {
    let (unit, head) = (key("unit.p12"), key("head-p256.p12"));
    let base = document();
    let digested = || prepared(&base, &block()).unwrap();
    let by_other_key = digested().sign_with(unit.chain(), |message| head.sign(message));
    assert!(matches!(by_other_key, Err(SignError::WrongSignature)));
    let over_other_bytes = digested().sign_with(unit.chain(), |_| unit.sign(b"something else"));
    assert!(matches!(over_other_bytes, Err(SignError::WrongSignature)));
    let refused = digested().sign_with(unit.chain(), |_| Err::<Vec<u8>, _>("the token was pulled out"));
    assert!(matches!(refused, Err(SignError::Key(_))));
    let nobody = digested().sign_with(&[], |message| unit.sign(message));
    assert!(matches!(nobody, Err(SignError::Certificate(_))));
    let padded: Vec<Vec<u8>> = unit.chain().to_vec();
    let spoilt = [padded[0][..padded[0].len() - 1].to_vec()];
    assert!(matches!(
        digested().sign_with(&spoilt, |message| unit.sign(message)),
        Err(SignError::Certificate(_))
    ));
}

#[test]
fn files_that_must_not_be_signed_are_refused() {
    let base = document();
    let certified = {
        let mut document = Document::load_mem(&signed(&base, &Look::None, &key("unit.p12"))).unwrap();
        let signature =
            document.objects.iter().find(|(_, o)| o.as_dict().is_ok_and(|d| d.has(b"ByteRange"))).unwrap().0;
        let permissions = dictionary! { "DocMDP" => *signature };
        document.catalog_mut().unwrap().set("Perms", permissions);
        let mut pdf = Vec::new();
        document.save_to(&mut pdf).unwrap();
        pdf
    };
    let locked = |user: &str| qpdf(&base, &["--encrypt", user, "owner", "256", "--"]);
    let shifted = [b"junk\n", base.as_slice()].concat();
    let broken_xref = {
        let at = base.windows(10).rposition(|window| window == b"startxref\n").unwrap() + 10;
        [&base[..at], b"7\n%%EOF\n"].concat()
    };
    type Row = (&'static str, Vec<u8>, fn(&SignError) -> bool);
    let table: [Row; 7] = [
        ("certified", certified, |e| matches!(e, SignError::Certified)),
        ("encrypted", locked("mat"), |e| matches!(e, SignError::Encrypted)),
        ("encrypted with an empty password", locked(""), |e| matches!(e, SignError::Encrypted)),
        ("not a PDF", b"xin chao".to_vec(), |e| matches!(e, SignError::Damaged(_))),
        ("cut short", base[..base.len() / 2].to_vec(), |e| matches!(e, SignError::Damaged(_))),
        ("junk before", shifted, |e| matches!(e, SignError::Damaged(_))),
        ("cross-references elsewhere", broken_xref, |e| matches!(e, SignError::Damaged(_))),
    ];
    for (what, pdf, expected) in table {
        let error = Prepared::new(&pdf, &Look::None, &face(), &facts()).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let key: Pkcs12 = key("unit.p12");
    let mut pdf = signed(&document(), &block(), &key);
    let at = pdf.len() / 2;
    pdf[at] ^= 1;
    assert!(!pyhanko(&pdf)[0].good);
    assert!(!pdfsig(&pdf).contains("Signature is Valid"));
}
