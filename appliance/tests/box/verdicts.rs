//! What comes in is checked without a line, and what was found stands beside it in words.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::elsewhere::{bytes, prepared};
use crate::levels::{spoil, trust_file};
use crate::school::{School, id};
use crate::signing::{
    Keys, at, created, done, entries, letter_pdf, paper, registered, released, sealed, signed, small_pdf,
    upload,
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
    trust_file(&school, authority.read("root.pem")).await;
    let is_good = |letter: &Value| letter["files"][0]["proof"]["verdict"]["word"] == "good";
    clerk.until(&at(&brought, ""), is_good).await;
    sealed(&clerk, &brought, &keys).await;
    crate::signing::poppler_calls_valid(&paper(&clerk, &brought).await, 2);
    school.closed().await;
}

/// What the journal says was found in a document, first to last.
fn words_of(school: &School, letter: &Value) -> Vec<String> {
    let verified = entries(school, "letter.verified").into_iter();
    let of_it = verified.filter(|entry| entry.contains(letter["id"].as_str().unwrap()));
    let word = |entry: String| {
        let body: Value = serde_json::from_str(&entry).unwrap();
        body["event"]["verdict"]["word"].as_str().unwrap().to_owned()
    };
    of_it.map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_was_open_is_looked_at_again_when_another_is_trusted() {
    let authority = Authority::open();
    let pdf = from_elsewhere(&authority).await;
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let brought = created(&upload(&clerk, pdf.clone()).await);
    let letter = registered(&clerk, &brought["scan"]["id"]).await;
    let says = async |word: &str| {
        clerk.until(&at(&letter, ""), |letter| letter["files"][0]["proof"]["verdict"]["word"] == word).await
    };
    says("untrusted").await;
    trust_file(&school, authority.read("root.pem")).await;
    let good = says("good").await;
    let signer = &good["files"][0]["proof"]["verdict"]["signatures"][0];
    assert!(signer["sentence"].as_str().unwrap().contains("Chưa biết"), "{signer}");
    authority.revoke("head");
    trust_file(&school, authority.list("root")).await;
    trust_file(&school, authority.list("inter")).await;
    says("revoked").await;
    assert_eq!(words_of(&school, &letter), ["untrusted", "good", "revoked"], "what was said before stays");

    // What is settled is not looked at again, by whatever list and after whatever night.
    drop(clerk);
    let school = school.restarted().await;
    trust_file(&school, authority.list("root")).await;
    trust_file(&school, authority.list("inter")).await;
    verdict_of(&school, pdf).await;
    assert_eq!(words_of(&school, &letter).len(), 3);
    let trusted = done(&school.signed_in("it").await.get("/api/trust").await);
    let of_sort = |sort: &str| trusted.as_array().unwrap().iter().filter(|one| one["sort"] == sort).count();
    assert_eq!((of_sort("root"), of_sort("crl")), (1, 2), "one list of each issuer: {trusted}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_issued_a_certificate_that_came_alone_can_be_told() {
    let authority = Authority::open();
    let school = School::with_sheets(1).await;
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    authority.person("head", "Trần Văn Bách");
    let alone = String::from_utf8(authority.read("head.pem")).unwrap();
    let enlist = json!({"place": "elsewhere", "pem": alone, "mine": true});
    let key = created(&head.post("/api/certificates/enlist", enlist).await)["id"].clone();
    let letter = released(&clerk, letter_pdf()).await;
    let out = prepared(&head, &letter, &key).await;
    let signature = STANDARD.encode(authority.sign("head", &bytes(&out["attributes"])));
    let answer = json!({"prepared": out["prepared"], "signature": signature});
    done(&head.post(&at(&letter, "/signing-answer"), answer).await);
    let pdf = paper(&clerk, &letter).await;

    trust_file(&school, authority.read("root.pem")).await;
    assert_eq!(verdict_of(&school, pdf.clone()).await.0["word"], "untrusted");
    trust_file(&school, authority.read("inter.pem")).await;
    let brought = created(&upload(&clerk, pdf).await);
    let verdict = done(&clerk.get(&format!("/api/scans/{}/verdict", id(&brought["scan"]["id"]))).await);
    assert_eq!(verdict["word"], "good", "{verdict}");
    let trusted = done(&head.get("/api/trust").await);
    assert!(trusted.as_array().unwrap().iter().any(|one| one["sort"] == "intermediate"), "{trusted}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_age_of_what_is_known_of_revocation_is_told() {
    let authority = Authority::open();
    let pdf = from_elsewhere(&authority).await;
    let school = School::with_sheets(1).await;
    for file in [authority.read("root.pem"), authority.list("root"), authority.list("inter")] {
        trust_file(&school, file).await;
    }
    let day = chrono::Utc::now().with_timezone(&chrono::FixedOffset::east_opt(7 * 3600).unwrap());
    let (verdict, _) = verdict_of(&school, pdf).await;
    assert_eq!(verdict["word"], "good", "{verdict}");
    for signature in verdict["signatures"].as_array().unwrap() {
        let sentence = signature["sentence"].as_str().unwrap();
        assert!(sentence.contains("Chưa bị thu hồi, tính đến "), "{sentence}");
        assert!(sentence.contains(&day.format("/%Y").to_string()), "{sentence}");
    }
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_the_disk_has_lost_holds_up_no_other() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let [lost, other] =
        [created(&upload(&clerk, small_pdf(1)).await), created(&upload(&clerk, small_pdf(2)).await)];
    spoil(&school, &lost["paper"]["name"]);
    let lost = registered(&clerk, &lost["scan"]["id"]).await;
    let other = registered(&clerk, &other["scan"]["id"]).await;
    let checked = |letter: &Value| {
        let verified = entries(&school, "letter.verified");
        verified.iter().any(|entry| entry.contains(letter["id"].as_str().unwrap()))
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !checked(&other) {
        assert!(std::time::Instant::now() < deadline, "the other file was never looked at");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!checked(&lost), "our disk's fault is not told as the sender's");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_file_on_a_stick_gets_its_verdict() {
    let authority = Authority::open();
    let pdf = from_elsewhere(&authority).await;
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    trust_file(&school, authority.read("root.pem")).await;
    let stick = school.folder.path().join("sticks/KINGSTON");
    std::fs::create_dir_all(&stick).unwrap();
    std::fs::write(stick.join("cong-van.pdf"), pdf).unwrap();
    let asked = json!({"stick": "KINGSTON", "path": "cong-van.pdf"});
    let brought = created(&clerk.post("/api/sticks/bring", asked).await);
    let before = done(&clerk.get(&format!("/api/scans/{}/verdict", id(&brought["scan"]["id"]))).await);
    assert_eq!(before["word"], "good", "{before}");
    let letter = registered(&clerk, &brought["scan"]["id"]).await;
    let kept =
        clerk.until(&at(&letter, ""), |letter| letter["files"][0]["proof"]["verdict"].is_object()).await;
    assert_eq!(kept["files"][0]["proof"]["verdict"]["signatures"], before["signatures"]);
    assert_eq!(before["signatures"].as_array().unwrap().len(), 2);
    school.closed().await;
}
