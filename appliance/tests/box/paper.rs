//! Files that are brought: kept byte for byte, made into a page, or refused in words.

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::school::{Answer, Person, School, fixture, id};

async fn upload(person: &Person<'_>, body: impl Into<Body>) -> Answer {
    upload_to(person, "/api/uploads", body).await
}

async fn upload_to(person: &Person<'_>, path: &str, body: impl Into<Body>) -> Answer {
    let name = [("x-file-name", "k%E1%BA%BF%20ho%E1%BA%A1ch.pdf")];
    person.ask(Method::POST, path, "application/octet-stream", body.into(), &name).await
}

fn brought(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

fn pages(scan: &Value) -> usize {
    scan["pages"].as_array().unwrap().len()
}

async fn compose(person: &Person<'_>, scan: &Value) -> Value {
    let composed = person.post(&format!("/api/scans/{}/compose", id(&scan["id"])), json!({})).await;
    assert_eq!(composed.status, StatusCode::OK, "{}", composed.json());
    composed.json()["paper"].clone()
}

fn blob(school: &School, name: &Value) -> Vec<u8> {
    school.desk.journal().blobs().read(&name.as_str().unwrap().parse().unwrap()).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_one_page_and_a_pdf_keeps_its_bytes() {
    let school = School::with_sheets(1).await;
    let teacher = school.signed_in("teacher").await;
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    let made = brought(&upload(&teacher, page.clone()).await);
    assert_eq!((made["scan"]["from"].as_str(), &made["paper"]), (Some("file"), &Value::Null), "{made}");
    assert_eq!(made["scan"]["device_label"], "kế hoạch.pdf");
    assert_eq!(pages(&made["scan"]), 1);
    assert!(blob(&school, &made["scan"]["pages"][0]["capture"]) == page, "a picture was recoded");

    let paper = compose(&teacher, &made["scan"]).await;
    let layered = brought(&upload(&teacher, blob(&school, &paper["name"])).await);
    assert_eq!(layered["paper"]["name"], paper["name"]);
    assert_eq!(pages(&layered["scan"]), 0, "a page in layers has no capture to be had");

    let pdf = composed_of(&["pages/p01.jpg"], 0);
    let again = brought(&upload(&teacher, pdf.clone()).await);
    assert_eq!(again["paper"]["pages"], json!(1));
    assert!(blob(&school, &again["paper"]["name"]) == pdf);
    assert_ne!(
        again["scan"]["id"], made["scan"]["id"],
        "the same bytes brought twice are two papers on the desk"
    );
    assert_eq!(pages(&again["scan"]), 1, "a PDF of scanned pages is taken apart");
    assert!(blob(&school, &again["scan"]["pages"][0]["capture"]) == page);

    let signed = brought(&upload(&teacher, signed(&pdf)).await);
    assert_eq!((signed["paper"]["signed"].as_bool(), pages(&signed["scan"])), (Some(true), 0), "{signed}");
    assert!(blob(&school, &signed["paper"]["name"]) == self::signed(&pdf));
}

/// A file that was taken apart stays the paper until somebody changes a page; then its pages are composed anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_copiers_pdf_is_the_paper_until_a_page_is_changed() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let pdf = composed_of(&["pages/p01.jpg", "pages/p02.jpg"], 90);
    let answer = brought(&upload(&clerk, pdf.clone()).await);
    let scan = &answer["scan"];
    let turns: Vec<_> = scan["pages"].as_array().unwrap().iter().map(|page| page["turn"].clone()).collect();
    assert_eq!(turns, [90, 90]);
    assert_eq!(compose(&clerk, scan).await["name"], answer["paper"]["name"]);
    assert!(blob(&school, &answer["paper"]["name"]) == pdf);

    // Behind pages that came before.
    let first = brought(&upload(&clerk, std::fs::read(fixture("pages/p03.jpg")).unwrap()).await);
    let behind = format!("/api/uploads?scan={}", id(&first["scan"]["id"]));
    let longer = brought(&upload_to(&clerk, &behind, pdf).await);
    let turns: Vec<_> =
        longer["scan"]["pages"].as_array().unwrap().iter().map(|page| page["turn"].clone()).collect();
    assert_eq!(turns, [0, 90, 90]);

    let second = &scan["pages"][1];
    let order =
        json!({"version": scan["version"], "pages": [{"page": second["page"], "turn": 90, "opens": false}]});
    let arranged = clerk.post(&format!("/api/scans/{}/arrange", id(&scan["id"])), order).await;
    assert_eq!(arranged.status, StatusCode::OK, "{}", arranged.json());
    let paper = compose(&clerk, scan).await;
    assert_eq!(paper["pages"], 1);
    assert_ne!(paper["name"], answer["paper"]["name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tiff_is_a_stack_and_further_pictures_are_laid_behind_it() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let answer = brought(&upload(&clerk, stack(3)).await);
    assert_eq!((pages(&answer["scan"]), &answer["paper"]), (3, &Value::Null));
    let behind = format!("/api/uploads?scan={}", id(&answer["scan"]["id"]));
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    let longer = brought(&upload_to(&clerk, &behind, page.clone()).await);
    assert_eq!((pages(&longer["scan"]), &longer["scan"]["id"]), (4, &answer["scan"]["id"]));
    assert_eq!(compose(&clerk, &longer["scan"]).await["pages"], 4);

    let drawn = drawn_pdf();
    upload_to(&clerk, &behind, drawn.clone()).await.refused(422, "upload.whole_pdf");
    let whole = brought(&upload(&clerk, drawn).await);
    let behind_whole = format!("/api/uploads?scan={}", id(&whole["scan"]["id"]));
    upload_to(&clerk, &behind_whole, page.clone()).await.refused(422, "scan.whole_pdf");
    let scanned = format!("/api/uploads?scan={}", id(&clerk.scan().await["id"]));
    upload_to(&clerk, &scanned, page.clone()).await.refused(422, "scan.not_brought");
    let teacher = school.signed_in("teacher").await;
    upload_to(&teacher, &behind, page.clone()).await.refused(404, "not_found");
    clerk.post(&format!("/api/scans/{}/discard", id(&answer["scan"]["id"])), json!({})).await;
    upload_to(&clerk, &behind, page).await.refused(409, "scan.off_desk");
}

/// Whatever the camera saw stays; what is shown can be made anew as often as one likes.
#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_is_straightened_and_its_original_stays() {
    let school = School::with_sheets(1).await;
    let teacher = school.signed_in("teacher").await;
    let photo = photograph();
    let answer = brought(&upload_to(&teacher, "/api/uploads?way=photo", photo.clone()).await);
    let (scan, page) = (&answer["scan"], &answer["scan"]["pages"][0]);
    assert_eq!((scan["from"].as_str(), page["photo"].as_bool()), (Some("photo"), Some(true)), "{scan}");
    let more = format!("/api/uploads?way=photo&scan={}", id(&scan["id"]));
    let scan = brought(&upload_to(&teacher, &more, photo.clone()).await)["scan"].clone();
    assert_eq!(pages(&scan), 2);

    let path = format!("/api/scans/{}/pages/{}", id(&scan["id"]), page["page"]);
    let original = teacher.get(&format!("{path}.jpg?original=1")).await;
    assert!(original.bytes == photo, "the photograph was changed");

    let straighten = format!("{path}/straighten");
    let corners = json!([[0.1, 0.1], [0.9, 0.12], [0.88, 0.9], [0.12, 0.88]]);
    let wish = json!({"version": scan["version"], "corners": corners});
    let flat = teacher.post(&straighten, wish.clone()).await;
    assert_eq!(flat.status, StatusCode::OK, "{}", flat.json());
    let (flat, before) = (flat.json(), page["capture"].clone());
    assert_ne!(flat["pages"][0]["capture"], before);
    assert_ne!(flat["pages"][0]["corners"], Value::Null);
    teacher.post(&straighten, wish).await.refused(409, "version.stale");
    let whole = json!({"version": flat["version"], "corners": null});
    let whole = teacher.post(&straighten, whole).await.json();
    assert_eq!(whole["pages"][0]["corners"], Value::Null);

    let version = &whole["version"];
    for corners in [
        json!([[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]]),
        json!([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]),
        json!([[-9.0, 0.0], [9.0, 0.0], [9.0, 9.0], [-9.0, 9.0]]),
    ] {
        let wish = json!({"version": version, "corners": corners});
        teacher.post(&straighten, wish).await.refused(422, "page.corners");
    }
    let clerk = school.clerk().await;
    let scanned = clerk.scan().await;
    let page = format!("/api/scans/{}/pages/1/straighten", id(&scanned["id"]));
    clerk
        .post(&page, json!({"version": scanned["version"], "corners": null}))
        .await
        .refused(422, "page.no_photo");
}

/// A head on a phone reads the pictures: they must be those of the document, not of the scan it replaced.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_pages_are_those_of_the_document_of_record() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let scan = clerk.scan().await;
    let composed = clerk.post(&format!("/api/scans/{}/compose", id(&scan["id"])), json!({})).await;
    assert_eq!(composed.status, StatusCode::OK, "{}", composed.json());
    let slip = json!({"book": "incoming", "issuing_body": "Phòng Nội vụ", "reference_code": "1/A",
        "issue_date": "2026-01-12", "document_type": "notice", "subject": "Thử", "paper": id(&scan["id"])});
    let letter = clerk.post("/api/letters", slip).await.json();
    let page = format!("/api/letters/{}/pages/1.jpg", id(&letter["id"]));
    assert_eq!(clerk.get(&page).await.status, StatusCode::OK);

    let whole = brought(&upload(&clerk, drawn_pdf()).await);
    let attach = json!({"version": letter["version"], "paper": whole["paper"]["id"]});
    let attached = clerk.post(&format!("/api/letters/{}/attach", id(&letter["id"])), attach).await;
    assert_eq!(attached.status, StatusCode::OK, "{}", attached.json());
    clerk.get(&page).await.refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_document_is_refused_in_words() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    upload(&clerk, "PK\u{3}\u{4} a zip").await.refused(422, "upload.not_pdf_or_image");
    upload(&clerk, "%PDF-1.7\nnothing more").await.refused(422, "upload.damaged");
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    upload(&clerk, page[..page.len() / 3].to_vec()).await.refused(422, "upload.damaged");
    let claims = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
                  2 0 obj<</Type/Pages/Kids[]/Count 40000>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n";
    upload(&clerk, pdf_with_table(claims)).await.refused(422, "upload.too_many_pages");
    let piece = Bytes::from(vec![0x20; 1 << 20]);
    let huge = futures_util::stream::iter(std::iter::repeat_n(Ok::<_, std::convert::Infallible>(piece), 65));
    upload(&clerk, Body::from_stream(huge)).await.refused(413, "upload.too_large");
    upload(&school.signed_in("it").await, "%PDF-1.7").await.refused(403, "rights.missing");
}

/// Pages that lie on their side, as copiers send them.
fn composed_of(files: &[&str], turn_degrees: u16) -> Vec<u8> {
    let captures = files.iter().map(|file| {
        let bytes = std::fs::read(fixture(file)).unwrap();
        Ok::<_, std::io::Error>(paper::CaptureRef::new(bytes, 300).turned(turn_degrees))
    });
    let created = chrono::DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00").unwrap();
    let (title, language) = ("Bản sao".to_owned(), "vi-VN".to_owned());
    let about = paper::About {
        title,
        subject: String::new(),
        author: String::new(),
        language,
        created,
        register: None,
    };
    let mut pdf = Vec::new();
    paper::compose(captures, &about, paper::Making::PLAIN, &mut pdf).unwrap();
    pdf
}

/// The same file with what a signature leaves in it.
pub(crate) fn signed(pdf: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pdf);
    let (_, last) = text.rsplit_once("startxref\n").unwrap();
    let before: usize = last.lines().next().unwrap().parse().unwrap();
    let (_, root) = text.rsplit_once("/Root ").unwrap();
    let root = root.split_once(" R").unwrap().0;
    let mut signed = pdf.to_vec();
    let object = signed.len();
    signed.extend(b"999 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>\nendobj\n");
    let table = signed.len();
    let end = format!(
        "xref\n999 1\n{object:010} 00000 n \ntrailer\n<</Size 1000/Root {root} R/Prev {before}>>\nstartxref\n{table}\n%%EOF\n"
    );
    signed.extend(end.bytes());
    signed
}

/// A page that somebody's word processor drew.
pub(crate) fn drawn_pdf() -> String {
    pdf_with_table(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[<</Type/Page/MediaBox[0 0 595 842]/Resources<<>>>>]/Count 1>>endobj\n\
         trailer<</Root 1 0 R/Size 3>>\n",
    )
}

pub(crate) fn stack(sheets: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut file).unwrap();
    for sheet in 1..=sheets {
        let page = image::GrayImage::from_fn(300, 420, |x, y| {
            let ink = y / 20 == sheet && x > 30 && x < 270;
            image::Luma([if ink { 30 } else { 250 }])
        });
        encoder.write_image::<tiff::encoder::colortype::Gray8>(300, 420, &page).unwrap();
    }
    file.into_inner()
}

/// A sheet on a dark table, a little askew.
fn photograph() -> Vec<u8> {
    let photo = image::RgbImage::from_fn(900, 1200, |x, y| {
        let (across, along) =
            (x as f32 / 900.0 + y as f32 / 24_000.0, y as f32 / 1200.0 + x as f32 / 30_000.0);
        let on_sheet = (0.15..0.87).contains(&across) && (0.12..0.9).contains(&along);
        let ink = (0.25..0.75).contains(&across) && (0.2..0.8).contains(&along) && (y / 12) % 4 == 0;
        image::Rgb(match (on_sheet, ink) {
            (false, _) => [58, 44, 36],
            (true, false) => [246, 244, 240],
            (true, true) => [40, 40, 48],
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Adds the cross-reference table that fits.
fn pdf_with_table(objects: &str) -> String {
    let (body, trailer) = objects.split_at(objects.find("trailer").unwrap());
    let at = |name: &str| body.find(name).unwrap();
    let (first, second) = (at("1 0 obj"), at("2 0 obj"));
    format!(
        "{body}xref\n0 3\n0000000000 65535 f \n{first:010} 00000 n \n{second:010} 00000 n \n{trailer}startxref\n{}\n%%EOF\n",
        body.len()
    )
}
