//! Every level of a signature is believed by every judge, whatever the key, the page and the number of signatures.

use crate::{
    judges::{judged_levels, pdfsig, qpdf, qpdf_is_content, run, text, workspace},
    pdf_a::is_pdf_a,
    pki::{KEYS, PKI},
    samples::{block, document, face, facts},
};
use lopdf::{Document, Object, Stream, dictionary};
use paper::{
    Look, Prepared, SignError,
    levels::{
        LevelError, ValidationData, add_validation_data, document_to_stamp, signature_to_stamp, signatures,
    },
};
use std::path::Path;
use token::Signer;

/// A signed file and the level it is said to have.
pub(crate) struct Rung {
    pub(crate) what: String,
    pub(crate) level: &'static str,
    pub(crate) signatures: usize,
    pub(crate) stamps: usize,
    pub(crate) pdf: Vec<u8>,
}

fn sign(pdf: &[u8], look: &Look, key: &str) -> Vec<u8> {
    let key = PKI.key(key);
    let mut facts = facts();
    facts.signed_at = chrono::Utc::now().into();
    let digested = Prepared::new(pdf, look, &face(), &facts).unwrap().digest();
    digested.sign_with(key.chain(), |message| key.sign(message)).unwrap().into_bytes()
}

fn stamp_signature(pdf: &[u8]) -> Vec<u8> {
    let unstamped = signature_to_stamp(pdf).unwrap();
    let token = PKI.token(unstamped.imprint());
    unstamped.stamp(&token).unwrap().into_bytes()
}

fn stamp_document(pdf: &[u8]) -> Vec<u8> {
    let unstamped = document_to_stamp(pdf).unwrap();
    let token = PKI.token(unstamped.imprint());
    unstamped.stamp(&token).unwrap().into_bytes()
}

fn keep(pdf: &[u8], data: &[ValidationData]) -> Vec<u8> {
    add_validation_data(pdf, data).unwrap().expect("something new").into_bytes()
}

/// One file at each of its levels: signed so many times, beginning with the given key, each signature stamped at once.
fn rungs_of(what: &str, pdf: &[u8], first_key: usize, times: usize, rungs: &mut Vec<Rung>) {
    let keys: Vec<&str> = (0..times).map(|n| KEYS[(first_key + n) % KEYS.len()]).collect();
    let mut signed = pdf.to_vec();
    let mut unstamped = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        let look = if n == 0 { block() } else { Look::None };
        unstamped = sign(&signed, &look, key);
        signed = stamp_signature(&unstamped);
    }
    let fields: Vec<String> = signatures(&signed).unwrap().into_iter().map(|found| found.field).collect();
    assert_eq!(fields.len(), times, "{what}");
    let data: Vec<ValidationData> =
        fields.iter().zip(&keys).map(|(field, key)| PKI.validation_data(field, key)).collect();
    let kept = keep(&signed, &data);
    let archived = stamp_document(&kept);
    let stamp = signatures(&archived).unwrap().pop().unwrap().field;
    let mut renewed = keep(
        &archived,
        &[ValidationData {
            field: Some(stamp),
            ocsps: vec![PKI.read("tsa.ocsp")],
            ..ValidationData::default()
        }],
    );
    renewed = stamp_document(&renewed);
    let steps =
        [("B", unstamped, 0), ("T", signed, 0), ("LT", kept, 0), ("LTA", archived, 1), ("LTA", renewed, 2)];
    for (level, made, stamps) in steps {
        let what = format!("{what}, {keys:?}, level {level} with {stamps} document time stamps");
        rungs.push(Rung { what, level, signatures: times, stamps, pdf: made });
    }
}

/// Every file that the judges look at.
pub(crate) fn ladder() -> Vec<Rung> {
    let square = |entries: lopdf::Dictionary, content: &str| pages(1, &entries, content);
    let boxed = |corners: [i64; 4]| corners.map(Object::from).to_vec();
    let scan = document();
    let bases = [
        ("a scan", scan.clone()),
        ("turned by 90", square(dictionary! { "Rotate" => 90 }, "")),
        (
            "turned by 270 and cropped",
            square(dictionary! { "Rotate" => 270, "CropBox" => boxed([20, 30, 180, 280]) }, ""),
        ),
        ("negative origin", square(dictionary! { "MediaBox" => boxed([-300, -200, -100, 100]) }, "")),
        ("landscape", square(dictionary! { "MediaBox" => boxed([0, 0, 842, 595]) }, "")),
        ("leaky content", square(dictionary! {}, "q q 0.1 0 0 0.1 50 50 cm 1 0 0 rg")),
        ("cross-reference stream", qpdf(&scan, &["--object-streams=generate"])),
        ("linearized", qpdf(&scan, &["--linearize"])),
        ("hybrid", hybrid(&square(dictionary! {}, ""))),
        ("500 pages", pages(500, &dictionary! {}, "0 0 m 9 9 l S")),
        ("500 pages in streams", qpdf(&pages(500, &dictionary! {}, ""), &["--object-streams=generate"])),
    ];
    let mut rungs = Vec::new();
    for (n, (what, pdf)) in bases.iter().enumerate() {
        rungs_of(what, pdf, n, 1 + n % 5, &mut rungs);
    }
    rungs
}

/// A file of white pages of 200 x 300 points.
fn pages(count: usize, entries: &lopdf::Dictionary, content: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let tree = document.new_object_id();
    let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
    let mut kids = Vec::new();
    for _ in 0..count {
        let mut page = dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => dictionary! {},
            "MediaBox" => [0, 0, 200, 300].map(Object::from).to_vec(),
        };
        entries.iter().for_each(|(key, value)| page.set(key.clone(), value.clone()));
        kids.push(Object::Reference(document.add_object(page)));
    }
    let nodes = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count as i64 };
    document.objects.insert(tree, nodes.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    pdf
}

/// As Word ends its files: an object in an object stream that only readers of cross-reference streams find.
fn hybrid(pdf: &[u8]) -> Vec<u8> {
    let document = Document::load_mem(pdf).unwrap();
    let root = document.trailer.get(b"Root").unwrap().as_reference().unwrap();
    let (hidden, holder, size) = (document.max_id + 1, document.max_id + 2, document.max_id + 3);
    let mut out = pdf.to_vec();
    let holder_at = out.len();
    let content = format!("{hidden} 0 <</Hidden true>>");
    let first = content.find('<').unwrap();
    out.extend(format!("{holder} 0 obj\n<</Type/ObjStm/N 1/First {first}/Length {}>>stream\n{content}\nendstream\nendobj\n", content.len()).bytes());
    let stream_at = out.len();
    let mut entries = vec![2];
    entries.extend(holder.to_be_bytes());
    entries.extend([0, 0, 1]);
    entries.extend((holder_at as u32).to_be_bytes());
    entries.extend([0, 0]);
    out.extend(
        format!(
            "{size} 0 obj\n<</Type/XRef/Size {}/Root {} 0 R/W[1 4 2]/Index[{hidden} 2]/Length {}>>stream\n",
            size + 1,
            root.0,
            entries.len()
        )
        .bytes(),
    );
    out.extend(&entries);
    let table_at = out.len() + "\nendstream\nendobj\n".len();
    out.extend(format!("\nendstream\nendobj\nxref\n0 0\ntrailer\n<</Size {}/Root {} 0 R/Prev {}/XRefStm {stream_at}>>\nstartxref\n{table_at}\n%%EOF\n", size + 1, root.0, document.xref_start).bytes());
    out
}

#[test]
fn all_judges_believe_every_file_at_every_level() {
    let rungs = ladder();
    let verdicts = judged_levels(&PKI.path("root.pem"), &rungs);
    for (rung, verdict) in rungs.iter().zip(&verdicts) {
        let what = &rung.what;
        let said = verdict["signatures"].as_array().unwrap();
        assert_eq!(said.len(), rung.signatures, "{what}");
        for (n, signature) in said.iter().enumerate() {
            assert_eq!(signature["good"], true, "{what}: {}", signature["details"].as_str().unwrap());
            let is_last = n + 1 == said.len();
            assert_eq!(signature["stamped"], rung.level != "B" || !is_last, "{what}: {signature}");
            assert_eq!(signature["whole"], is_last && matches!(rung.level, "B" | "T"), "{what}: {signature}");
        }
        assert_eq!(verdict["stamps"], rung.stamps, "{what}");
        assert_eq!(verdict["stamps_good"], true, "{what}");

        qpdf_is_content(&rung.pdf);
        let said = pdfsig(&rung.pdf);
        // Poppler cannot check document time stamps.
        assert_eq!(said.matches("Signature is Valid").count(), rung.signatures, "{what}: {said}");
        openssl_believes(rung);
        we_believe(rung);
    }
}

/// What the box would say if the file came back to it.
fn we_believe(rung: &Rung) {
    let root = std::fs::read(PKI.path("root.pem")).unwrap();
    let (trust, _) = pki::Trust::read([("root.pem".to_owned(), root)]);
    let report = verify::verify(&rung.pdf, &trust, chrono::Utc::now().timestamp_millis());
    let what = &rung.what;
    assert!(report.is_good(), "{what}: {} {:?}", report.why, report.signatures);
    let mut signatures = report.signatures.iter().filter(|found| found.kind == verify::Kind::Signature);
    let last = signatures.next_back().unwrap();
    let level = serde_json::to_value(last.level).unwrap();
    assert_eq!(level, format!("B-{}", rung.level), "{what}: {}", last.why);
}

/// openssl knows nothing of PDF: it is given the CMS out of the hole and the bytes around it.
fn openssl_believes(rung: &Rung) {
    let own = tempfile::tempdir().unwrap();
    let [cms, covered, root, inter] =
        [own.path().join("cms.der"), own.path().join("covered"), PKI.path("root.pem"), PKI.path("inter.pem")];
    for found in signatures(&rung.pdf).unwrap() {
        std::fs::write(&cms, found.cms()).unwrap();
        std::fs::write(
            &covered,
            [&rung.pdf[..found.hole.start], &rung.pdf[found.hole.end..found.end]].concat(),
        )
        .unwrap();
        let [cms, covered, root, inter] = [&cms, &covered, &root, &inter].map(|path| path.to_str().unwrap());
        if found.is_time_stamp() {
            PKI.openssl(&[
                "ts",
                "-verify",
                "-in",
                cms,
                "-token_in",
                "-data",
                covered,
                "-CAfile",
                root,
                "-untrusted",
                inter,
            ]);
        } else {
            let asked = ["cms", "-verify", "-inform", "DER", "-in", cms, "-content", covered, "-binary"];
            PKI.openssl(&[&asked[..], &["-CAfile", root, "-purpose", "any", "-out", "/dev/null"]].concat());
        }
    }
}

#[test]
fn an_archived_file_is_still_pdf_a_and_only_ever_grew() {
    let base = document();
    let signed = sign(&base, &block(), "rsa2048");
    let stamped = stamp_signature(&signed);
    let kept = keep(&stamped, &[PKI.validation_data("Signature1", "rsa2048")]);
    let archived = stamp_document(&kept);
    assert!(signed.starts_with(&base) && kept.starts_with(&stamped) && archived.starts_with(&kept));
    assert_eq!(stamped.len(), signed.len());
    let hole = signatures(&signed).unwrap().remove(0).hole;
    assert_eq!(stamped[..hole.start], signed[..hole.start]);
    assert_eq!(stamped[hole.end..], signed[hole.end..]);
    [signed, stamped, kept, archived].iter().for_each(|pdf| is_pdf_a(pdf));
}

#[test]
fn signatures_that_were_not_stamped_in_time_are_proved_by_the_stamp_over_all() {
    let once = sign(&document(), &block(), "p256");
    let twice = sign(&once, &Look::None, "rsa3072");
    let data = [PKI.validation_data("Signature1", "p256"), PKI.validation_data("Signature2", "rsa3072")];
    let archived = stamp_document(&keep(&stamp_document(&twice), &data));
    // pyHanko calls a signature archived only if it has a stamp of its own; the standard takes the one over all for it.
    let rung = Rung { what: "stamped late".into(), level: "LT", signatures: 2, stamps: 2, pdf: archived };
    let verdict = &judged_levels(&PKI.path("root.pem"), std::slice::from_ref(&rung))[0];
    for signature in verdict["signatures"].as_array().unwrap() {
        assert_eq!(signature["good"], true, "{}", signature["details"].as_str().unwrap());
    }
    assert_eq!([&verdict["stamps"], &verdict["stamps_good"]], [&serde_json::json!(2), &true.into()]);
    openssl_believes(&rung);
}

#[test]
fn what_the_store_has_is_not_written_again() {
    let signed = stamp_signature(&sign(&document(), &Look::None, "p384"));
    let data = PKI.validation_data("Signature1", "p384");
    let half = ValidationData { crls: Vec::new(), ..data.clone() };
    let kept = keep(&signed, &[half]);
    assert!(add_validation_data(&kept, &[ValidationData { field: None, ..data.clone() }]).unwrap().is_some());
    let whole = keep(&kept, std::slice::from_ref(&data));
    assert!(whole.len() - kept.len() < 2 * data.crls.iter().map(Vec::len).sum::<usize>() + 2000);
    assert!(add_validation_data(&whole, std::slice::from_ref(&data)).unwrap().is_none());
    let store = Document::load_mem(&whole).unwrap();
    let dss = store.catalog().unwrap().get(b"DSS").unwrap().as_reference().unwrap();
    let count = |key: &[u8]| store.get_dictionary(dss).unwrap().get(key).unwrap().as_array().unwrap().len();
    assert_eq!([count(b"Certs"), count(b"CRLs"), count(b"OCSPs")], [5, 2, 1]);
}

#[test]
fn what_cannot_be_lifted_says_why() {
    let unsigned = document();
    let signed = sign(&unsigned, &Look::None, "p256");
    let stamped = stamp_signature(&signed);
    let archived = stamp_document(&stamped);
    assert!(matches!(signature_to_stamp(&unsigned), Err(LevelError::NotSigned)));
    assert!(matches!(signature_to_stamp(&stamped), Err(LevelError::Stamped)));
    assert!(matches!(signature_to_stamp(&archived), Err(LevelError::Covered)));
    assert!(matches!(signature_to_stamp(b"%PDF-"), Err(LevelError::File(SignError::Damaged(_)))));
    let ask = || signature_to_stamp(&signed).unwrap();
    let other = PKI.token([7; 32]);
    assert!(matches!(ask().stamp(&other), Err(LevelError::OtherImprint)));
    assert!(matches!(ask().stamp(b"no token"), Err(LevelError::NotToken(_))));
    let own_cms = signatures(&signed).unwrap().remove(0);
    assert!(matches!(ask().stamp(own_cms.cms()), Err(LevelError::NotToken(_))));
    let nobody = ValidationData { field: Some("Signature9".into()), ..ValidationData::default() };
    assert!(matches!(add_validation_data(&signed, &[nobody]), Err(LevelError::NoSuchSignature(_))));
    let junk = ValidationData { crls: vec![b"-----BEGIN".to_vec()], ..ValidationData::default() };
    assert!(matches!(add_validation_data(&signed, &[junk]), Err(LevelError::NotDer(_))));
}

#[test]
fn a_cms_made_elsewhere_is_taken_in_after_it_was_checked() {
    let base = document();
    let digested = || {
        let mut facts = facts();
        facts.signed_at = chrono::Utc::now().into();
        let stored = Prepared::new(&base, &block(), &face(), &facts).unwrap().digest().to_bytes();
        (stored, base.clone())
    };
    let (stored, pdf) = digested();
    let waiting = || paper::Digested::from_bytes(&stored, &pdf).unwrap();
    // What the other program is given: the bytes that are signed. They are found in a file with an empty signature.
    let covered = {
        let key = PKI.key("p256");
        let filled = waiting().sign_with(key.chain(), |message| key.sign(message)).unwrap().into_bytes();
        let found = signatures(&filled).unwrap().remove(0);
        [&filled[..found.hole.start], &filled[found.hole.end..]].concat()
    };
    let made = |key: &str, content: &[u8], more: &[&str]| {
        let own = tempfile::tempdir().unwrap();
        let [content_at, cms_at] = ["content", "cms.der"].map(|name| own.path().join(name));
        std::fs::write(&content_at, content).unwrap();
        let (signer, private) = (format!("{key}.pem"), format!("{key}.key"));
        let asked = [
            "cms",
            "-sign",
            "-binary",
            "-in",
            content_at.to_str().unwrap(),
            "-signer",
            &signer,
            "-inkey",
            &private,
        ];
        let told = ["-certfile", "inter.pem", "-outform", "DER", "-out", cms_at.to_str().unwrap()];
        PKI.openssl(&[&asked[..], more, &told[..]].concat());
        std::fs::read(cms_at).unwrap()
    };
    for (key, more) in [
        ("rsa2048", vec!["-cades", "-md", "sha256"]),
        ("rsa4096", vec!["-cades", "-md", "sha512"]),
        ("p384", vec!["-cades", "-md", "sha384"]),
    ] {
        let signed = waiting().import_cms(&made(key, &covered, &more)).unwrap().into_bytes();
        let pdf = stamp_signature(&signed);
        let rung = Rung { what: key.into(), level: "T", signatures: 1, stamps: 0, pdf };
        let verdict = &judged_levels(&PKI.path("root.pem"), std::slice::from_ref(&rung))[0];
        assert_eq!(verdict["signatures"][0]["good"], true, "{key}: {verdict}");
        assert_eq!(verdict["signatures"][0]["whole"], true, "{key}: {verdict}");
        assert!(pdfsig(&rung.pdf).contains("Signature is Valid"), "{key}");
        openssl_believes(&rung);
    }
    let good = made("rsa2048", &covered, &["-cades", "-md", "sha256"]);
    let mut spoilt = good.clone();
    *spoilt.last_mut().unwrap() ^= 1;
    type Row = (&'static str, Vec<u8>, fn(&SignError) -> bool);
    let table: [Row; 8] = [
        ("a signer only some readers find", made("rsa2048", &covered, &["-cades", "-keyid"]), |e| {
            matches!(e, SignError::NotCms(_))
        }),
        ("another document", made("rsa2048", b"khac", &["-cades", "-md", "sha256"]), |e| {
            matches!(e, SignError::OtherDocument)
        }),
        ("no certificate named", made("rsa2048", &covered, &["-md", "sha256"]), |e| {
            matches!(e, SignError::NoSigningCertificate)
        }),
        ("a spoilt signature", spoilt, |e| matches!(e, SignError::WrongSignature)),
        ("SHA-1", made("rsa2048", &covered, &["-md", "sha1"]), |e| matches!(e, SignError::NotCms(_))),
        ("the content in it", made("rsa2048", &covered, &["-cades", "-nodetach"]), |e| {
            matches!(e, SignError::NotCms(_))
        }),
        ("no certificates in it", made("rsa2048", &covered, &["-cades", "-nocerts"]), |e| {
            matches!(e, SignError::NotCms(_))
        }),
        ("something else", b"xin chao".to_vec(), |e| matches!(e, SignError::NotCms(_))),
    ];
    for (what, cms, expected) in table {
        let error = waiting().import_cms(&cms).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
    }
}

/// pyHanko certifies a file with what it permits afterwards.
fn certified(pdf: &[u8], permission: &str) -> Vec<u8> {
    let own = tempfile::tempdir().unwrap();
    let [input, output] = ["in.pdf", "out.pdf"].map(|name| own.path().join(name));
    std::fs::write(&input, pdf).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paper/certify.py");
    let python = workspace().join("target/judges/bin/python");
    let key = PKI.path("rsa2048.p12");
    let [script, input, out, key] = [&script, &input, &output, &key].map(|path| path.to_str().unwrap());
    let made = run(
        python.to_str().unwrap(),
        &[script, input, out, key, "ma-pin", permission],
        "run `cargo xtask setup`",
    );
    assert!(made.status.success(), "{}", text(&made));
    std::fs::read(output).unwrap()
}

#[test]
fn a_certified_file_takes_what_its_author_permits() {
    let base = document();
    let closed = certified(&base, "NO_CHANGES");
    let error = Prepared::new(&closed, &Look::None, &face(), &facts()).unwrap_err();
    assert!(matches!(error, SignError::Certified), "{error:?}");
    // Time stamps and validation data are permitted whatever the author says (ISO 32000-2 §12.8.2.2.2).
    let archived = stamp_document(&keep(&closed, &[PKI.validation_data("TacGia", "rsa2048")]));
    let mut rungs = vec![Rung { what: "closed".into(), level: "T", signatures: 1, stamps: 1, pdf: archived }];
    for permission in ["FILL_FORMS", "ANNOTATE"] {
        let open = certified(&base, permission);
        let error = Prepared::new(&open, &block(), &face(), &facts()).unwrap_err();
        assert!(matches!(error, SignError::OnlyUnseen), "{error:?}");
        let pdf = sign(&open, &Look::None, "p256");
        rungs.push(Rung { what: permission.into(), level: "B", signatures: 2, stamps: 0, pdf });
    }
    for (rung, verdict) in rungs.iter().zip(judged_levels(&PKI.path("root.pem"), &rungs)) {
        for signature in verdict["signatures"].as_array().unwrap() {
            assert_eq!(signature["good"], true, "{}: {}", rung.what, signature["details"].as_str().unwrap());
        }
        openssl_believes(rung);
    }
}

#[test]
fn files_that_are_two_documents_or_none_are_not_signed() {
    let with_form = |form: lopdf::Dictionary| {
        let mut document = Document::load_mem(&pages(1, &dictionary! {}, "")).unwrap();
        document.catalog_mut().unwrap().set("AcroForm", form);
        let mut pdf = Vec::new();
        document.save_to(&mut pdf).unwrap();
        pdf
    };
    let xfa = with_form(
        dictionary! { "Fields" => Vec::<Object>::new(), "XFA" => Object::string_literal("<xdp/>") },
    );
    let signed_hybrid = hybrid(&sign(&pages(1, &dictionary! {}, ""), &Look::None, "p256"));
    // Nothing of it is touched, so it takes no memory.
    let huge = vec![0; (2 << 30) + 1];
    type Row = (&'static str, Vec<u8>, fn(&SignError) -> bool);
    let table: [Row; 3] = [
        ("XFA", xfa, |e| matches!(e, SignError::Xfa)),
        ("signed and hybrid", signed_hybrid, |e| matches!(e, SignError::Hybrid)),
        ("2 GB", huge, |e| matches!(e, SignError::Huge { .. })),
    ];
    for (what, pdf, expected) in table {
        let error = Prepared::new(&pdf, &Look::None, &face(), &facts()).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[test]
fn no_spoilt_file_makes_it_stumble() {
    let signed = sign(&hybrid(&pages(2, &dictionary! { "Rotate" => 90 }, "q")), &Look::None, "p256");
    let [token, cms] = [PKI.token([7; 32]), signatures(&signed).unwrap().remove(0).cms().to_vec()];
    let streams = qpdf(&pages(3, &dictionary! {}, ""), &["--object-streams=generate"]);
    let data = [PKI.validation_data("Signature1", "p256")];
    let (face, facts) = (face(), facts());
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config::with_cases(300));
    let places =
        proptest::collection::vec((proptest::prelude::any::<u32>(), proptest::prelude::any::<u8>()), 1..8);
    runner
        .run(&places, |places| {
            for whole in [&signed, &streams] {
                let mut pdf = whole.clone();
                for (place, byte) in &places {
                    // Half of them where the cross-references are, and digits more often than not.
                    let place = *place as usize % pdf.len();
                    let place =
                        if byte % 2 == 0 { place } else { pdf.len() - 1 - place % 1500.min(pdf.len()) };
                    pdf[place] = if byte % 3 == 0 { *byte } else { b'0' + byte % 10 };
                }
                let waiting = Prepared::new(&pdf, &Look::None, &face, &facts).map(Prepared::digest);
                let _ = waiting.map(|waiting| waiting.import_cms(&cms).is_ok());
                let _ = signature_to_stamp(&pdf).map(|unstamped| unstamped.stamp(&token).is_ok());
                let _ = document_to_stamp(&pdf).map(|unstamped| unstamped.imprint());
                let _ = add_validation_data(&pdf, &data);
            }
            Ok(())
        })
        .unwrap();
    let mut spoilt = token;
    for at in 0..spoilt.len() {
        spoilt[at] ^= 0x41;
        let _ = signature_to_stamp(&signed).map(|unstamped| unstamped.stamp(&spoilt).is_ok());
        spoilt[at] ^= 0x41;
    }
}
