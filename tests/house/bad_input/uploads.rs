//! Files that are brought - by a browser, a copier's folder, a stick: no documents, too large, or larger inside than
//! outside. None costs the box its memory, and none leads to a file that is not its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::support::{
    self, School, fixture, free_address, machine, refused, refused_raw, says_what_to_do, wait_for,
};

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

/// A TIFF of pages of this size that says where its samples are and has hardly any; with `circle` the last page leads
/// back to the first.
fn tiff(width: u32, height: u32, pages: u32, circle: bool) -> Vec<u8> {
    const ENTRIES: u32 = 9;
    const PAGE_BYTES: u32 = 2 + 12 * ENTRIES + 4;
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for page in 1..=pages {
        let bytes = width.wrapping_mul(height);
        let entries = [
            (256, width),
            (257, height),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, 8),
            (277, 1),
            (278, height),
            (279, bytes),
        ];
        file.extend((ENTRIES as u16).to_le_bytes());
        for (tag, value) in entries {
            file.extend((tag as u16).to_le_bytes());
            file.extend([4, 0, 1, 0, 0, 0]);
            file.extend(u32::to_le_bytes(value));
        }
        let next = match page == pages {
            false => 8 + page * PAGE_BYTES,
            true if circle => 8,
            true => 0,
        };
        file.extend(next.to_le_bytes());
    }
    file
}

/// So many pages, drawn by these operators, that all show the same JPEG.
fn scanned(content: &[u8], jpeg: &[u8], width: u32, height: u32, pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", page + 5)).collect();
    let picture = "/Subtype/Image/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode";
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 595 842]>>").into_bytes(),
        stream("/Filter/FlateDecode", &flate(content)),
        stream(&format!("{picture}/Width {width}/Height {height}"), jpeg),
    ];
    let page = b"<</Type/Page/Parent 2 0 R/Contents 3 0 R/Resources<</XObject<</Im 4 0 R>>>>>>";
    objects.extend((0..pages).map(|_| page.to_vec()));
    pdf(&objects)
}

const FILLS: &[u8] = b"q 595 0 0 842 0 0 cm /Im Do Q";

/// The same JPEG with another size in its frame header.
fn claiming(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let at = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    let mut claiming = jpeg.to_vec();
    claiming[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    claiming[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    claiming
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
        ("a TIFF's first bytes", b"II*\0", 422, "upload.damaged"),
        ("a TIFF without its samples", &tiff(2_000, 3_000, 1, false), 422, "upload.damaged"),
        ("a TIFF of four thousand million pixels", &tiff(65_535, 65_535, 1, false), 413, "upload.too_large"),
        ("a TIFF of nine thousand pages", &tiff(8, 8, 9_000, false), 422, "upload.too_many_pages"),
        ("a TIFF that runs in a circle", &tiff(8, 8, 3, true), 422, "upload.damaged"),
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

/// Each may be taken whole or apart; none may cost what it claims, and the office works meanwhile.
#[test]
fn a_pdf_that_is_larger_inside_is_kept_whole_and_costs_little() {
    let school = School::open("large-inside", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    let taken = |file: &[u8]| -> Value {
        let answer = upload(&school, &cookie, file);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(&body[body.find('{').unwrap()..=body.rfind('}').unwrap()]).unwrap()
    };
    let pages = |answer: &Value| answer["scan"]["pages"].as_array().unwrap().len();
    let good = taken(&scanned(FILLS, &page, 2480, 3508, 2));
    assert_eq!(pages(&good), 2, "{good}");

    let mut hidden = b" ".repeat(1 << 30);
    hidden.extend(FILLS);
    let huge = claiming(&page, u16::MAX, u16::MAX);
    for (what, file) in [
        ("a gigabyte of blanks before the picture", scanned(&hidden, &page, 2480, 3508, 1)),
        ("a million saved states", scanned(&b"q ".repeat(1 << 20), &page, 2480, 3508, 1)),
        ("a JPEG of four thousand million pixels", scanned(FILLS, &huge, 65_535, 65_535, 1)),
        ("a JPEG that is none", scanned(FILLS, b"\xFF\xD8\xFF\xD9", 2480, 3508, 1)),
        (
            "operators that never end",
            scanned(&[b"[".repeat(1 << 20), b"<<".repeat(1 << 20)].concat(), &page, 2480, 3508, 1),
        ),
        ("more pages than the desk takes apart", scanned(FILLS, &page, 2480, 3508, 1_001)),
    ] {
        let answer = taken(&file);
        assert_eq!((pages(&answer), answer["paper"].is_object()), (0, true), "{what}: {answer}");
    }
    let many = taken(&scanned(FILLS, &page, 2480, 3508, 300));
    assert_eq!(pages(&many), 300);
    let memory = most_memory(&school);
    assert!(memory < MOST_MEMORY, "the box held {} MB", memory >> 20);
    school.goes_on();
    school.closes_sound();
}

/// Anybody on the school's network may write to the copiers' folder.
#[test]
fn a_copiers_folder_full_of_traps_is_told_file_by_file() {
    let school = School::open("inbox", &[]);
    let clerk = school.clerk();
    let inbox = school.folder.join("data/inbox");
    wait_for("the folder", || inbox.is_dir().then_some(()));
    let long = format!("{}.pdf", "đ".repeat(125));
    let files = [
        ("trống.docx", b"PK\x03\x04".to_vec()),
        (long.as_str(), b"<html>".to_vec()),
        ("dòng\nmới.pdf", b"no PDF".to_vec()),
        ("\u{202e}fdp.exe", b"MZ".to_vec()),
        ("khai.tif", tiff(65_535, 65_535, 1, false)),
        ("dài.tif", tiff(8, 8, 9_000, false)),
        ("to.pdf", vec![b' '; (64 << 20) + 1]),
    ];
    for (name, bytes) in &files {
        fs::write(inbox.join(name), bytes).unwrap();
    }
    symlink("/etc/passwd", inbox.join("passwd.pdf")).unwrap();
    symlink(school.folder.join("data"), inbox.join("data")).unwrap();
    // Somebody waits at the other end of this one, for ever.
    let pipe = std::process::Command::new("mkfifo").arg(inbox.join("ống.pdf")).status().unwrap();
    assert!(pipe.success());
    let told = wait_for("every file to be told", || {
        let told = clerk.get("/api/inbox").unwrap();
        (told["refused"].as_array().unwrap().len() == files.len()).then_some(told)
    });
    for file in told["refused"].as_array().unwrap() {
        says_what_to_do(file["sentence"].as_str().unwrap());
    }
    let good = inbox.join("tốt.jpg");
    fs::copy(fixture("pages/p01.jpg"), &good).unwrap();
    wait_for("the good one to come", || (!good.exists()).then_some(()));
    let scans = wait_for("the good one on the desk", || {
        let scans = clerk.get("/api/scans").unwrap();
        (scans["items"].as_array().unwrap().len() == 1).then_some(scans)
    });
    assert_eq!(scans["items"][0]["device_label"], "tốt.jpg", "{scans}");
    for left in ["passwd.pdf", "data", "ống.pdf"] {
        assert!(fs::symlink_metadata(inbox.join(left)).is_ok(), "{left} was taken");
    }
    let memory = most_memory(&school);
    assert!(memory < MOST_MEMORY, "the box held {} MB", memory >> 20);
    school.goes_on();
    school.closes_sound();
}

/// A stick is whatever a stranger made of it.
#[test]
fn a_stick_leads_nowhere_but_to_its_own_files() {
    let mut school = School::closed("stick", &[]);
    let sticks = school.folder.join("sticks");
    let stick = sticks.join("sdb1");
    let deep = stick.join("d/".repeat(200));
    fs::create_dir_all(&deep).unwrap();
    let page = fixture("pages/p01.jpg");
    fs::copy(&page, deep.join("deep.jpg")).unwrap();
    fs::copy(&page, stick.join("dòng\nmới\u{202e}.jpg")).unwrap();
    fs::write(stick.join("bom.tif"), tiff(65_535, 65_535, 1, false)).unwrap();
    fs::write(stick.join("zip.pdf"), b"PK\x03\x04").unwrap();
    symlink("/etc/passwd", stick.join("passwd.pdf")).unwrap();
    symlink("/", stick.join("root")).unwrap();
    symlink(&stick, stick.join("circle")).unwrap();
    symlink("/etc", sticks.join("etc")).unwrap();
    let variables: &[(&str, &str)] = &[];
    let data = school.folder.join("data");
    school.machine = machine(&school.folder, &data, free_address(), variables)
        .with_arguments(&["--sticks", &sticks.display().to_string()]);
    school.machine.start().unwrap();
    let clerk = school.clerk();
    let list = clerk.get("/api/sticks").unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let files = list["items"][0]["files"].as_array().unwrap();
    assert_eq!(files.len(), 3, "{list}");
    let bring =
        |stick: &str, path: &str| clerk.post("/api/sticks/bring", &json!({"stick": stick, "path": path}));
    for path in [
        "passwd.pdf",
        "root/etc/passwd",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "circle/zip.pdf",
        "d/../zip.pdf",
        "zip.pdf\0.jpg",
        "",
        "d",
    ] {
        refused(bring("sdb1", path), 422, "stick.no_file");
    }
    for other in ["etc", "..", "../sticks/sdb1", "/", "", "sdb1/d", "."] {
        refused(bring(other, "passwd"), 422, "stick.gone");
    }
    refused(bring("sdb1", "bom.tif"), 413, "upload.too_large");
    refused(bring("sdb1", "zip.pdf"), 422, "upload.not_pdf_or_image");
    let odd = files.iter().find(|file| file["bytes"].as_u64() > Some(10_000)).unwrap();
    let brought = bring("sdb1", odd["path"].as_str().unwrap()).unwrap();
    let label = brought["scan"]["device_label"].as_str().unwrap();
    assert!(label.chars().all(|c| !c.is_control()), "{label:?}");
    school.goes_on();
    school.closes_sound();
}

fn most_memory(school: &School) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", school.machine.process().unwrap())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
