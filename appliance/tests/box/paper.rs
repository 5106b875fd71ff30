//! Files that are brought: kept byte for byte, made into a page, or refused in words.

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::school::{Answer, Person, School, fixture, id};

async fn upload(person: &Person<'_>, body: impl Into<Body>) -> Answer {
    let name = [("x-file-name", "k%E1%BA%BF%20ho%E1%BA%A1ch.pdf")];
    person.ask(Method::POST, "/api/uploads", "application/octet-stream", body.into(), &name).await
}

fn paper(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()["paper"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_one_page_and_a_pdf_keeps_its_bytes() {
    let school = School::with_sheets(1).await;
    let teacher = school.signed_in("teacher").await;
    let made = paper(&upload(&teacher, std::fs::read(fixture("pages/p01.jpg")).unwrap()).await);
    assert_eq!((made["pages"].as_u64(), made["signed"].as_bool()), (Some(1), Some(false)));

    let name = made["name"].as_str().unwrap().parse().unwrap();
    let pdf = school.desk.journal().blobs().read(&name).unwrap().unwrap();
    let brought = paper(&upload(&teacher, pdf).await);
    assert_eq!((brought["name"].clone(), brought["pages"].as_u64()), (made["name"].clone(), Some(1)));
    assert_ne!(brought["id"], made["id"], "the same bytes brought twice are two papers on the desk");
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

    let brought = paper(&upload(&clerk, std::fs::read(fixture("pages/p02.jpg")).unwrap()).await);
    let attach = json!({"version": letter["version"], "paper": brought["id"]});
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
