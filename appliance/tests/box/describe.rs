//! What the register says comes into the files of documents: by itself, and before a seal at the latest.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::derived::{poppler_reads, words};
use crate::school::{Person, School, UNIT, fixture, id};
use crate::sealing::{PIN, add_key};
use crate::signing::{self, Keys, poppler_calls_valid};

fn contains(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

async fn filed(clerk: &Person<'_>, reference_code: &str) -> Value {
    let scan = clerk.scan().await;
    let scan = scan["id"].as_str().unwrap();
    clerk.post(&format!("/api/scans/{scan}/compose"), json!({})).await;
    let slip = json!({
        "book": "incoming", "issuing_body": "Phòng Giáo dục Suối Nắng", "reference_code": reference_code,
        "issue_date": "2026-01-12", "document_type": "official_letter", "subject": "Về việc kiểm tra thư viện", "paper": scan,
    });
    let answer = clerk.post("/api/letters", slip).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

/// The last file, as the office above and every reader gets it.
async fn file(clerk: &Person<'_>, letter: &Value) -> Vec<u8> {
    let path = format!("/api/letters/{}", id(&letter["id"]));
    let name = clerk.get(&path).await.json()["files"][0]["name"].as_str().unwrap().to_owned();
    clerk.get(&format!("{path}/files/{name}")).await.bytes
}

/// Until the follower has been there.
pub(crate) async fn described(school: &School, letter: &Value) {
    let letter = id(&letter["id"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let mut tip = school.desk.journal().tip();
        tip.borrow_and_update();
        let row: office::letters::Letter =
            school.desk.journal().read().unwrap().get(&letter.to_string()).unwrap().unwrap();
        if row.to_describe().is_none() {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "not described");
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), tip.changed()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filed_scan_says_what_the_register_says_and_again_when_that_is_mended() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let letter = filed(&clerk, "147/PGDĐT").await;
    let before = letter["files"][0]["name"].as_str().unwrap().to_owned();
    assert_eq!(letter["files"][0]["made"]["step"], "usual", "{letter}");
    described(&school, &letter).await;
    let pdf = file(&clerk, &letter).await;
    for words in [
        "<dc:identifier>147/PGDĐT</dc:identifier>",
        "Về việc kiểm tra thư viện",
        "Phòng Giáo dục Suối Nắng",
        "Công văn",
        "2026-01-12",
        "Số đến 1/",
        UNIT,
    ] {
        assert!(contains(&pdf, words), "{words}");
    }
    assert_eq!(
        pdf.windows(9).filter(|window| window == b"startxref").count(),
        1,
        "written anew, not appended"
    );
    let path = format!("/api/letters/{}", id(&letter["id"]));
    let now = clerk.get(&path).await.json();
    assert_eq!(now["version"], letter["version"], "what somebody is looking at stays current");
    assert_eq!(now["files"][0]["bytes"], pdf.len());
    let old = clerk.get(&format!("{path}/files/{before}")).await;
    assert_eq!(old.status, StatusCode::OK, "a page that was open before still shows its file");

    let mended = json!({"version": now["version"], "book": "incoming", "issuing_body": "Phòng Giáo dục Suối Nắng",
        "reference_code": "148/PGDĐT", "issue_date": "2026-01-12", "document_type": "official_letter",
        "subject": "Về việc kiểm tra thư viện"});
    let mended = clerk.post(&format!("{path}/amend"), mended).await;
    assert_eq!(mended.status, StatusCode::OK, "{}", mended.json());
    described(&school, &letter).await;
    let pdf = file(&clerk, &letter).await;
    assert!(contains(&pdf, "148/PGDĐT") && !contains(&pdf, "147/PGDĐT"));
    school.closed().await;
}

/// Sealed in the same breath as it was filed: the words are under the seal, because the seal asks for them first.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_has_been_described_and_is_never_touched_again() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let certificate = add_key(&clerk, "pki/unit.p12", PIN).await.json()["id"].clone();
    let letter = filed(&clerk, "149/PGDĐT").await;
    let path = format!("/api/letters/{}", id(&letter["id"]));
    let ask = json!({"version": letter["version"], "certificate": certificate, "pin": PIN});
    let asked = clerk.post(&format!("{path}/seal"), ask).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.json());
    let sealed = clerk.until(&path, |letter| letter["seal"]["state"] == "sealed").await;
    let pdf = file(&clerk, &letter).await;
    assert!(contains(&pdf, "ETSI.CAdES.detached") && contains(&pdf, "149/PGDĐT"));

    let mended = json!({"version": sealed["version"], "book": "incoming", "issuing_body": "Phòng Giáo dục Suối Nắng",
        "reference_code": "150/PGDĐT", "issue_date": "2026-01-12", "document_type": "official_letter",
        "subject": "Về việc kiểm tra thư viện"});
    let mended = clerk.post(&format!("{path}/amend"), mended).await;
    assert_eq!(mended.status, StatusCode::OK, "{}", mended.json());
    // Another document's turn comes after this one's would have.
    let other = filed(&clerk, "151/PGDĐT").await;
    described(&school, &other).await;
    assert!(file(&clerk, &letter).await == pdf, "signed bytes were touched");
    school.closed().await;
}

/// `Số:01/QĐ-THCSHM` and the day of release, as the page bears them; without blanks between.
fn number_and_day(letter: &Value) -> [String; 2] {
    let day: chrono::NaiveDate = letter["issue_date"].as_str().unwrap().parse().unwrap();
    let month = if chrono::Datelike::month(&day) < 3 { day.format("%m") } else { day.format("%-m") };
    let code = letter["number_text"].as_str().unwrap();
    [format!("Số:{code}"), format!("ngày{}tháng{month}năm{}", day.format("%d"), day.format("%Y"))]
}

fn bears(pdf: &[u8], letter: &Value) -> bool {
    let said: String = poppler_reads(pdf, "-layout").split_whitespace().collect();
    number_and_day(letter).iter().all(|part| said.contains(part))
}

/// A document born digital: released it is numbered and dated, then signed, then sealed.
#[tokio::test(flavor = "multi_thread")]
async fn number_and_day_come_onto_a_brought_draft_when_it_is_released_and_never_under_a_signature() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let draft = std::fs::read(fixture("drafts/word-no-year.pdf")).unwrap();
    let letter = signing::released(&clerk, draft.clone()).await;
    described(&school, &letter).await;
    let now = clerk.get(&signing::at(&letter, "")).await.json();
    assert_eq!(now["version"], letter["version"], "what somebody is looking at stays current");
    let numbered = file(&clerk, &letter).await;
    assert!(numbered.starts_with(&draft) && bears(&numbered, &now), "{}", words(&numbered));
    signing::signed(&head, &letter, &keys).await;
    signing::sealed(&clerk, &letter, &keys).await;
    let sealed = file(&clerk, &letter).await;
    assert!(sealed.starts_with(&numbered), "the signature stands on what was numbered");
    poppler_calls_valid(&sealed, 2);

    // Signed as soon as it was released: whoever asks for the signature sees to it first.
    let at_once = signing::released(&clerk, draft).await;
    let at_once = signing::signed(&head, &at_once, &keys).await;
    let pdf = file(&clerk, &at_once).await;
    assert!(bears(&pdf, &at_once), "{}", words(&pdf));
    poppler_calls_valid(&pdf, 1);

    // Brought with a signature: nobody's to change. Another document's turn comes after its own would have.
    let elsewhere = crate::paper::signed(&std::fs::read(fixture("drafts/word-spaces.pdf")).unwrap());
    let letter = signing::released(&clerk, elsewhere.clone()).await;
    let other = signing::released(&clerk, std::fs::read(fixture("drafts/web-dots.pdf")).unwrap()).await;
    described(&school, &other).await;
    assert!(file(&clerk, &letter).await == elsewhere, "signed bytes were touched");
    school.closed().await;
}
