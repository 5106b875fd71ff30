//! Files that are brought: no documents, too large, or larger inside than outside. None costs the box its memory.

use std::fs;
use std::io::Write;

use serde_json::Value;

use super::support::{self, School, fixture, refused_raw, wait_for};

/// The most memory the box may ever have held, in bytes: a page of 50 million pixels and room to spare.
const MOST_MEMORY: u64 = 700 << 20;

fn upload(school: &School, cookie: &str, file: &[u8]) -> String {
    school.raw(&support::upload(cookie, file.len(), file))
}

/// A PDF of these objects, numbered from 1, the first its catalogue.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (number, object) in (1..).zip(objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let begin = file.len();
    let size = objects.len() + 1;
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size {size}>>\nstartxref\n{begin}\n%%EOF\n"
    );
    file.extend(end.bytes());
    file
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("<<{dictionary}/Length {}>>stream\n", bytes.len()).as_bytes(), bytes, b"\nendstream"].concat()
}

/// A thousand million zeros, twice deflated: a few kilobytes that unpack to a gigabyte.
fn bomb() -> Vec<u8> {
    flate(&flate(&vec![0; 1 << 30]))
}

fn flate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A PNG that claims a size and holds next to nothing.
fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        [&(data.len() as u32).to_be_bytes()[..], kind, data, &sum.sum().to_be_bytes()].concat()
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = [&size[..], &[8, 2, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        chunk(b"IDAT", &flate(&[0; 64])),
        chunk(b"IEND", b""),
    ]
    .concat()
}

#[test]
fn what_is_no_document_is_refused_in_words_and_costs_little() {
    let school = School::open("uploads", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    let catalogue = b"<</Type/Catalog/Pages 2 0 R>>".to_vec();
    let claims = pdf(&[catalogue.clone(), b"<</Type/Pages/Kids[]/Count 40000>>".to_vec()]);
    let circle = pdf(&[catalogue.clone(), b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>".to_vec()]);
    let mut leaves = b"<</Type/Pages/Count 1/Kids[".to_vec();
    leaves.extend(b"3 0 R ".repeat(40_000));
    leaves.extend(b"]>>");
    let hidden = pdf(&[catalogue.clone(), leaves, b"<</Type/Page/Parent 2 0 R>>".to_vec()]);
    let negative = pdf(&[catalogue.clone(), b"<</Type/Pages/Kids[]/Count -7>>".to_vec()]);
    let packed = pdf(&[
        catalogue.clone(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R>>".to_vec(),
        stream("/Type/ObjStm/N 1/First 5/Filter[/FlateDecode/FlateDecode]", &bomb()),
    ]);
    let nested = pdf(&[catalogue.clone(), [b"[".repeat(2 << 20), b"]".repeat(2 << 20)].concat()]);
    let encrypted_word = pdf(&[b"<</Type/Catalog/Pages 9 0 R>>".to_vec()]);
    let mut taken = Vec::new();
    for (what, file, status, code) in [
        ("nothing", &b""[..], 422, "upload.not_pdf_or_image"),
        ("a zip", b"PK\x03\x04 not a document", 422, "upload.not_pdf_or_image"),
        ("a page of the web", b"<html><script>alert(1)</script>", 422, "upload.not_pdf_or_image"),
        ("a GIF", b"GIF89a\x01\x00\x01\x00", 422, "upload.not_pdf_or_image"),
        ("a PDF cut off", b"%PDF-1.7\n1 0 obj<<", 422, "upload.damaged"),
        ("a JPEG cut off", &page[..page.len() / 2], 422, "upload.damaged"),
        ("a JPEG's first bytes", &page[..4], 422, "upload.damaged"),
        ("a claim of forty thousand pages", &claims, 422, "upload.too_many_pages"),
        ("forty thousand pages behind a claim of one", &hidden, 422, "upload.too_many_pages"),
        ("pages in a circle", &circle, 422, "upload.too_many_pages"),
        ("fewer than no pages", &negative, 422, "upload.damaged"),
        ("pages that are not there", &encrypted_word, 422, "upload.damaged"),
        ("arrays two million deep", &nested, 422, "upload.damaged"),
        ("a PNG of four thousand million pixels", &png(65_535, 65_535), 413, "upload.too_large"),
        ("a PNG of no pixels", &png(0, 0), 422, "upload.damaged"),
        ("a PNG of half its pixels", &png(2_000, 3_000), 422, "upload.damaged"),
    ] {
        let answer = upload(&school, &cookie, file);
        let said = std::panic::catch_unwind(|| refused_raw(&answer, status, code));
        if said.is_err() {
            taken.push(format!("{what}: {}", answer.lines().last().unwrap_or_default()));
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    // May be taken or refused, but not unpacked.
    let answer = upload(&school, &cookie, &packed);
    assert!(answer.starts_with("HTTP/1.1 422") || answer.starts_with("HTTP/1.1 201"), "{answer}");
    let huge = vec![b' '; (64 << 20) + 1];
    refused_raw(&upload(&school, &cookie, &huge), 413, "upload.too_large");
    refused_raw(&upload(&school, "", &page), 401, "session.none");
    let memory = most_memory(&school);
    assert!(memory < MOST_MEMORY, "the box held {} MB", memory >> 20);

    let answer = upload(&school, &cookie, &page);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let scans = school.clerk().get("/api/scans").unwrap();
    let there = scans["items"].as_array().unwrap();
    assert_eq!(
        there.len(),
        1 + usize::from(upload(&school, &cookie, &packed).starts_with("HTTP/1.1 201")),
        "{scans}"
    );
    let label = there[0]["device_label"].as_str().unwrap();
    assert!(label.chars().all(|c| !c.is_control()), "{label:?}");
    school.goes_on();
    school.closes_sound();
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let mut school = School::open("broken-upload", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    for _ in 0..3 {
        let mut stream = school.connect();
        stream.write_all(&support::upload(&cookie, page.len(), &page[..page.len() / 2])).unwrap();
        drop(stream);
    }
    let tmp = school.folder.join("data/tmp");
    let left = || fs::read_dir(&tmp).unwrap().count();
    wait_for("the halves to be thrown away", || (left() == 0).then_some(()));
    let scans: Value = school.clerk().get("/api/scans").unwrap();
    assert_eq!(scans["items"].as_array().unwrap().len(), 0, "{scans}");
    school.machine.stop().unwrap();
    school.machine.start().unwrap();
    school.goes_on();
    school.closes_sound();
}

fn most_memory(school: &School) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", school.machine.process().unwrap())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
