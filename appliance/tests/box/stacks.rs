//! What becomes of a stack: both sides by hand, pages turned and shown upright, verdicts, and documents that land on
//! their register rows by themselves.

use std::path::Path;

use axum::http::{Method, StatusCode};
use image::{GrayImage, Luma, Rgb, RgbImage};
use qrcode::{EcLevel, QrCode, types::Color};
use serde_json::{Value, json};
use sight::mark::Mark;
use uuid::Uuid;

use crate::school::{Person, School, at_rest, id};

/// Pages of a virtual feeder, as SANE's `pnm` reads them.
fn sheets(folder: &Path, count: u32) -> Vec<String> {
    let sheet = |number: u32| {
        let page =
            RgbImage::from_fn(300, 400, |x, y| Rgb([if y / 20 == number && x > 30 { 30 } else { 250 }; 3]));
        let path = folder.join(format!("sheet-{number}.ppm"));
        // As its reader wants it: the encoder of `image` writes a newer header.
        let head = format!("P6\n{} {}\n255\n", page.width(), page.height());
        std::fs::write(&path, [head.as_bytes(), page.as_raw()].concat()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (1..=count).map(sheet).collect()
}

fn pages(scan: &Value) -> Vec<(u64, &str)> {
    let pages = scan["pages"].as_array().unwrap();
    pages.iter().map(|page| (page["page"].as_u64().unwrap(), page["side"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_by_hand_come_out_as_leaves_of_a_book() {
    let paper = tempfile::tempdir().unwrap();
    let school = School::with_backend("pnm", json!({"filename": sheets(paper.path(), 3)})).await;
    let clerk = school.clerk().await;
    let device = clerk.get("/api/scanners").await.json()["devices"][0]["id"].clone();
    let asked = json!({"device": device, "source": "feeder", "colour": "grey", "dpi": 75, "paper": "a5",
        "sheets_expected": 3, "both_sides_by_hand": true, "turn_backs": true});
    let begun = clerk.post("/api/scans", asked).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.json());
    let path = format!("/api/scans/{}", id(&begun.json()["id"]));
    let turning = clerk.until(&path, at_rest).await;
    assert_eq!(
        (turning["state"].as_str(), turning["note"]["code"].as_str()),
        (Some("turning"), Some("scan.turning")),
        "{turning}"
    );
    assert_eq!(clerk.post(&format!("{path}/continue"), json!({})).await.status, StatusCode::OK);
    let scan = clerk.until(&path, at_rest).await;
    assert_eq!(scan["state"], "done", "{scan}");
    let expected = [(1, "front"), (6, "back"), (2, "front"), (5, "back"), (3, "front"), (4, "back")];
    assert_eq!(pages(&scan), expected);
    assert_eq!(scan["pages"][1]["turn"], 180);
    assert_eq!((scan["counts"]["got"].as_u64(), scan["counts"]["tone"].as_str()), (Some(3), Some("calm")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_lay_on_its_side_is_upright_in_the_document_and_beside_it() {
    let school = School::with_sheets(2).await;
    let clerk = school.clerk().await;
    let scan = clerk.scan().await;
    let path = format!("/api/scans/{}", id(&scan["id"]));
    let lying = clerk.get(&format!("{path}/pages/1.jpg")).await.bytes;
    let scan = clerk
        .until(&path, |scan| scan["pages"].as_array().unwrap().iter().all(|page| !page["seen"].is_null()))
        .await;
    let turned = json!({"version": scan["version"], "pages": [{"page": 2}, {"page": 1, "turn": 90}]});
    let arranged = clerk.post(&format!("{path}/arrange"), turned).await;
    assert_eq!(arranged.status, StatusCode::OK, "{}", arranged.json());
    clerk.get(&format!("{path}/paper")).await.refused(404, "not_found");
    clerk.post(&format!("{path}/compose"), json!({})).await;
    let pdf = clerk.get(&format!("{path}/paper")).await;
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert!(clerk.get(&format!("{path}/pages/1.jpg")).await.bytes == lying, "on the desk as it lies");

    let letter = register(&clerk, "1/UBND", Some(id(&scan["id"]))).await;
    let upright = clerk.get(&format!("/api/letters/{letter}/pages/2.jpg")).await;
    assert_eq!(upright.headers["content-type"], "image/jpeg");
    assert!(upright.bytes != lying && upright.bytes.windows(4).any(|word| word == b"Exif"));
    let tag = upright.headers["etag"].to_str().unwrap().to_owned();
    let known = [("if-none-match", tag.as_str())];
    let page = format!("/api/letters/{letter}/pages/2.jpg");
    let again = clerk.ask(Method::GET, &page, "", axum::body::Body::empty(), &known).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    clerk.get(&format!("/api/letters/{letter}/pages/3.jpg")).await.refused(404, "not_found");
}

/// A document that came in, in the book before its paper is scanned.
async fn register(clerk: &Person<'_>, code: &str, paper: Option<Uuid>) -> Uuid {
    let slip = json!({"book": "incoming", "issuing_body": "Phòng Nội vụ", "reference_code": code,
        "issue_date": "2026-01-12", "document_type": "notice", "subject": format!("Thử {code}"), "paper": paper});
    let letter = clerk.post("/api/letters", slip).await;
    assert_eq!(letter.status, StatusCode::CREATED, "{}", letter.json());
    id(&letter.json()["id"])
}

/// A page with some lines of writing, `number` of them, and a mark in its upper corner.
fn marked(number: u32, mark: Option<Mark>) -> GrayImage {
    let mut page = GrayImage::from_fn(600, 840, |x, y| {
        let row = y / 36;
        let ink = row >= 8
            && row < 8 + number
            && y % 36 < 12
            && (60..540).contains(&x)
            && (x * 7 + row * 13) % 23 < 14;
        Luma([if ink { 30 } else { 250 }])
    });
    let Some(mark) = mark else { return page };
    let code = QrCode::with_error_correction_level(mark.text(), EcLevel::M).unwrap();
    let side = code.width() as u32;
    for (at, colour) in (0..).zip(code.to_colors()) {
        let (left, top) = (350 + at % side * 6, 40 + at / side * 6);
        if colour == Color::Dark {
            (0..36).for_each(|dot| page.put_pixel(left + dot % 6, top + dot / 6, Luma([20])));
        }
    }
    page
}

fn lay(school: &School, stack: &[GrayImage]) {
    let feeder = school.folder.path().join("feeder");
    std::fs::remove_dir_all(&feeder).unwrap();
    std::fs::create_dir_all(&feeder).unwrap();
    for (number, page) in (1..).zip(stack) {
        page.save(feeder.join(format!("sheet-{number:02}.png"))).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_with_marks_lands_on_its_register_rows_by_itself() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let (stamped, named) = (register(&clerk, "1/A", None).await, register(&clerk, "2/B", None).await);
    lay(
        &school,
        &[
            marked(3, None),
            marked(0, Some(Mark::Separator)),
            marked(5, Some(Mark::StampOf(stamped))),
            marked(7, None),
            marked(0, Some(Mark::SheetOf(named))),
            marked(9, None),
        ],
    );
    let scan = clerk.scan().await;
    assert_eq!((scan["state"].as_str(), scan["pages_total"].as_u64()), (Some("done"), Some(6)), "{scan}");

    let paper = |letter: Uuid| format!("/api/letters/{letter}");
    let filed = |letter: &Value| !letter["files"].as_array().unwrap().is_empty();
    let first = clerk.until(&paper(stamped), filed).await;
    let second = clerk.until(&paper(named), filed).await;
    assert_eq!(first["files"][0]["pages"], 2, "the stamped page is the document's own: {first}");
    assert_eq!(second["files"][0]["pages"], 1, "the sheet of a letter is not: {second}");

    let path = format!("/api/scans/{}", id(&scan["id"]));
    let kept = clerk.get(&path).await.json();
    assert_eq!((kept["state"].as_str(), kept["pages_total"].as_u64()), (Some("done"), Some(1)), "{kept}");
    let desk = clerk.get("/api/scans").await.json();
    assert_eq!(desk["items"].as_array().unwrap().len(), 1, "what found its row has left the desk: {desk}");

    // Once more with the same stack: the documents have their paper, so it stays for the clerk to look at.
    let again = clerk.scan().await;
    let noted = |desk: &Value| {
        let notes = desk["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|scan| scan["note"]["code"] == "mark.letter_has_paper");
        notes.count() == 2
    };
    let desk = clerk.until("/api/scans", noted).await;
    assert_eq!(desk["items"].as_array().unwrap().len(), 4, "{desk}");
    assert_eq!(clerk.get(&paper(stamped)).await.json()["files"].as_array().unwrap().len(), 1, "{again}");
}

/// What a copier makes of a stack: one PDF, a JPEG on each page.
fn copied(stack: &[GrayImage]) -> Vec<u8> {
    let captures = stack.iter().map(|page| {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92);
        page.write_with_encoder(encoder).unwrap();
        Ok::<_, std::io::Error>(paper::CaptureRef::new(bytes, 75))
    });
    let about = paper::About {
        title: "Scan_0001".into(),
        subject: String::new(),
        author: String::new(),
        language: "vi-VN".into(),
        created: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
        register: None,
    };
    let mut pdf = Vec::new();
    paper::compose(captures, &about, paper::Making::PLAIN, &mut pdf).unwrap();
    pdf
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copiers_stack_with_marks_lands_on_its_rows_too_and_tells_where_its_documents_are() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let stamped = register(&clerk, "3/C", None).await;
    let pdf = copied(&[marked(3, None), marked(5, Some(Mark::StampOf(stamped))), marked(7, None)]);
    let name = [("x-file-name", "chong.pdf")];
    let brought =
        clerk.ask(Method::POST, "/api/uploads", "application/octet-stream", pdf.into(), &name).await.json();
    let letter = clerk
        .until(&format!("/api/letters/{stamped}"), |letter| !letter["files"].as_array().unwrap().is_empty())
        .await;
    assert_eq!(letter["files"][0]["pages"], 2, "{letter}");

    let stack = clerk.get(&format!("/api/scans/{}", id(&brought["scan"]["id"]))).await.json();
    assert_eq!(
        (stack["pages_total"].as_u64(), stack["parts"].as_array().unwrap().len()),
        (Some(1), 1),
        "{stack}"
    );
    let part = &stack["parts"][0];
    assert_eq!((part["state"].as_str(), part["pages_total"].as_u64()), (Some("filed"), Some(2)), "{part}");
    assert_eq!(
        (id(&part["bound_to"]["letter"]), part["bound_to"]["number_text"].as_str()),
        (stamped, Some("1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_gets_its_verdict_while_the_paper_is_still_there() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    lay(&school, &[marked(9, None), marked(9, None), marked(0, None)]);
    let scan = clerk.scan().await;
    let path = format!("/api/scans/{}", id(&scan["id"]));
    let looked_at =
        |scan: &Value| scan["pages"].as_array().unwrap().iter().all(|page| !page["seen"].is_null());
    let scan = clerk.until(&path, looked_at).await;
    let flags = |place: usize| {
        let flags = scan["pages"][place]["seen"]["flags"].as_array().unwrap().iter();
        flags.map(|flag| flag["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(flags(1).contains(&"page.same_as_before".to_owned()), "{scan}");
    assert!(flags(2).contains(&"page.blank".to_owned()), "{scan}");
    assert_eq!(scan["pages_total"], 3, "flagged, never dropped");

    // A restart in between finds what was not looked at yet.
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    assert!(looked_at(&clerk.get(&path).await.json()));
}
