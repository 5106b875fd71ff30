//! What comes in is checked without a line, and what was found stands beside it in words.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::school::{School, id};
use crate::signing::{
    Keys, at, created, done, letter_pdf, paper, registered, released, sealed, signed, small_pdf, upload,
};

/// What another school would send: signed by its head, sealed by its clerk.
async fn from_elsewhere(authority: &Authority) -> Vec<u8> {
    let school = School::with_sheets(1).await;
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, authority).await;
    let letter = released(&clerk, letter_pdf()).await;
    signed(&head, &letter, &keys).await;
    sealed(&clerk, &letter, &keys).await;
    let pdf = paper(&clerk, &letter).await;
    school.closed().await;
    pdf
}

async fn verdict_of(school: &School, pdf: Vec<u8>) -> (Value, Value) {
    let clerk = school.clerk().await;
    let brought = created(&upload(&clerk, pdf).await);
    let before = done(&clerk.get(&format!("/api/scans/{}/verdict", id(&brought["scan"]["id"]))).await);
    let letter = registered(&clerk, &brought["scan"]["id"]).await;
    let kept =
        clerk.until(&at(&letter, ""), |letter| letter["files"][0]["proof"]["verdict"].is_object()).await;
    let kept = kept["files"][0]["proof"].clone();
    for same in ["word", "sentence", "signatures"] {
        assert_eq!(kept["verdict"][same], before[same], "what was told before is what is kept: {same}");
    }
    (before, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_stands_beside_the_document_and_a_broken_signature_is_offered_for_return() {
    let authority = Authority::open();
    let pdf = from_elsewhere(&authority).await;
    let school = School::with_sheets(1).await;
    let it = school.signed_in("it").await;
    let (verdict, kept) = verdict_of(&school, pdf.clone()).await;
    assert_eq!((&verdict["word"], &kept["return_reason"]), (&json!("untrusted"), &Value::Null), "{verdict}");

    let root = authority.read("root.pem");
    let trusted = it.ask(Method::POST, "/api/trust", "application/octet-stream", root.into(), &[]).await;
    assert_eq!(trusted.status, StatusCode::NO_CONTENT);
    // The same bytes again are another paper on the desk; judged by whom the unit trusts now.
    let (verdict, _) = verdict_of(&school, pdf.clone()).await;
    assert_eq!(verdict["word"], "good", "{verdict}");
    let who: Vec<_> =
        verdict["signatures"].as_array().unwrap().iter().map(|one| (&one["signer"], &one["unit"])).collect();
    assert_eq!(
        who,
        [(&json!("Trần Văn Bách"), &json!(false)), (&json!("Trường THCS Hoa Mai"), &json!(true))],
        "{verdict}"
    );

    let mut altered = pdf;
    let at = altered.windows(9).position(|seen| seen == b"endstream").unwrap() - 20;
    altered[at] ^= 1;
    let (verdict, kept) = verdict_of(&school, altered).await;
    assert_eq!(verdict["word"], "altered", "{verdict}");
    let reason = kept["return_reason"].as_str().unwrap();
    assert!(reason.starts_with("Trả lại nơi gửi: "), "{reason}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_nobody_signed_says_nothing_on_its_page() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let brought = created(&upload(&clerk, small_pdf(1)).await);
    let verdict = done(&clerk.get(&format!("/api/scans/{}/verdict", id(&brought["scan"]["id"]))).await);
    assert_eq!(verdict["word"], "not_signed");
    let letter = registered(&clerk, &brought["scan"]["id"]).await;
    let quiet = clerk.get(&at(&letter, "")).await.json();
    assert_eq!(quiet["files"][0]["proof"], Value::Null, "{quiet}");
    school.closed().await;
}

/// A person's own signature on a file that is brought may be sealed; nothing else in it is a signature.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_its_signer_signed_elsewhere_is_sealed_once_it_was_checked() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let letter = released(&clerk, small_pdf(1)).await;
    signed(&head, &letter, &keys).await;
    let brought = released(&clerk, paper(&head, &letter).await).await;
    clerk.until(&at(&brought, ""), |letter| letter["files"][0]["proof"]["verdict"].is_object()).await;
    sealed(&clerk, &brought, &keys).await;
    crate::signing::poppler_calls_valid(&paper(&clerk, &brought).await, 2);
    school.closed().await;
}
