//! What tests of signing share: papers that are brought, keys that are added, requests that are seen to their end, and the
//! judges who look at what came of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::authority::{Authority, PIN};
use crate::school::{Answer, Person, School, fixture, id};

/// Adds a key file; `fields` beside it: `mine`, `other_unit`.
pub(crate) async fn add_key(person: &Person<'_>, file: &[u8], passphrase: &str, fields: &[&str]) -> Answer {
    let mut body =
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"key.p12\"\r\n\r\n".to_vec();
    body.extend(file);
    for (name, value) in fields.iter().map(|name| (*name, "1")).chain([("passphrase", passphrase)]) {
        body.extend(
            format!("\r\n--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}").bytes(),
        );
    }
    body.extend(b"\r\n--cut--\r\n");
    person.ask(Method::POST, "/api/certificates", "multipart/form-data; boundary=cut", body.into(), &[]).await
}

/// Keys of the head and of the unit, made by an authority and added by whom they belong to.
pub(crate) struct Keys {
    pub(crate) head: Value,
    pub(crate) unit: Value,
}

impl Keys {
    pub(crate) async fn of(school: &School, authority: &Authority) -> Self {
        let head = authority.person("head", "Trần Văn Bách");
        let head = add_key(&school.signed_in("head").await, &head, PIN, &["mine"]).await;
        let unit = add_key(&school.clerk().await, &authority.unit("unit"), PIN, &[]).await;
        Self { head: created(&head)["id"].clone(), unit: created(&unit)["id"].clone() }
    }
}

pub(crate) fn created(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

pub(crate) fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    answer.json()
}

pub(crate) async fn upload(person: &Person<'_>, file: impl Into<Body>) -> Answer {
    let name = [("x-file-name", "van-ban.pdf")];
    person.ask(Method::POST, "/api/uploads", "application/octet-stream", file.into(), &name).await
}

/// An outgoing document made of a file, released with its number.
pub(crate) async fn released(clerk: &Person<'_>, pdf: Vec<u8>) -> Value {
    let draft = drafted(clerk, pdf).await;
    done(&clerk.post(&at(&draft, "/release"), json!({"version": draft["version"]})).await)
}

/// The same without a number yet.
pub(crate) async fn drafted(clerk: &Person<'_>, pdf: Vec<u8>) -> Value {
    let brought = created(&upload(clerk, pdf).await);
    let form = json!({"book": "outgoing", "document_type": "decision", "subject": "Về việc thử ký số",
        "recipients": "Lưu: VT", "signatory": "Trần Văn Bách", "urgency": "normal", "copies": 1,
        "paper": brought["scan"]["id"]});
    created(&clerk.post("/api/letters", form).await)
}

/// An incoming document made of a file.
pub(crate) async fn registered(clerk: &Person<'_>, paper: &Value) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(147);
    let code = format!("{}/PGDĐT", NEXT.fetch_add(1, Ordering::Relaxed));
    let form = json!({
        "book": "incoming", "issuing_body": "Phòng Giáo dục Suối Nắng", "reference_code": code,
        "issue_date": "2026-11-20", "document_type": "official_letter", "subject": "Về việc kiểm tra thư viện", "paper": paper,
    });
    created(&clerk.post("/api/letters", form).await)
}

pub(crate) fn at(letter: &Value, rest: &str) -> String {
    format!("/api/letters/{}{rest}", id(&letter["id"]))
}

/// Asks for a signature or the seal on the document as it is now.
pub(crate) async fn ask(
    person: &Person<'_>,
    letter: &Value,
    verb: &str,
    certificate: &Value,
    more: Value,
) -> Answer {
    let now = person.get(&at(letter, "")).await.json();
    let mut body = json!({"version": now["version"], "certificate": certificate, "pin": PIN});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.post(&at(letter, &format!("/{verb}")), body).await
}

/// The document once nothing on it waits for a key at the box.
pub(crate) async fn settled(person: &Person<'_>, letter: &Value) -> Value {
    person
        .until(&at(letter, ""), |letter| {
            let waits = |state: &Value| *state == "requested";
            let people = letter["signatures"].as_array().unwrap();
            !waits(&letter["seal"]["state"]) && !people.iter().any(|found| waits(&found["state"]))
        })
        .await
}

/// Signed by its head.
pub(crate) async fn signed(head: &Person<'_>, letter: &Value, keys: &Keys) -> Value {
    done(&ask(head, letter, "sign", &keys.head, json!({})).await);
    let signed = settled(head, letter).await;
    assert_eq!(signed["signatures"][0]["state"], "signed", "{signed}");
    signed
}

/// Sealed by its clerk.
pub(crate) async fn sealed(clerk: &Person<'_>, letter: &Value, keys: &Keys) -> Value {
    done(&ask(clerk, letter, "seal", &keys.unit, json!({})).await);
    let sealed = settled(clerk, letter).await;
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");
    sealed
}

/// The document of record.
pub(crate) async fn paper(person: &Person<'_>, letter: &Value) -> Vec<u8> {
    let now = person.get(&at(letter, "")).await.json();
    person.get(&at(letter, &format!("/files/{}", now["files"][0]["name"].as_str().unwrap()))).await.bytes
}

/// A document born digital, with a signature block.
pub(crate) fn letter_pdf() -> Vec<u8> {
    std::fs::read(fixture("blocks/letter.pdf")).unwrap()
}

/// A page of these objects behind catalogue, page tree and page; `catalogue` and `trailer` say what is odd about it.
pub(crate) fn page_pdf(catalogue: &str, trailer: &str, more: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>".into(),
    ];
    objects.extend(more.iter().map(|object| (*object).to_owned()));
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let (begin, size) = (file.len(), objects.len() + 1);
    file.extend(
        format!(
            "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size {size}{trailer}>>\nstartxref\n{begin}\n%%EOF\n"
        )
        .bytes(),
    );
    file
}

/// A form that every program draws otherwise.
pub(crate) fn xfa_pdf() -> Vec<u8> {
    page_pdf("/AcroForm<</Fields[]/XFA 4 0 R>>", "", &["<</Length 0>>stream\n\nendstream"])
}

/// As Word writes it: a table of contents, and an object that only a second one knows.
pub(crate) fn hybrid_pdf() -> Vec<u8> {
    let hidden = "<</Type/ObjStm/N 1/First 4/Length 19>>stream\n9 0 <</Hidden true>>\nendstream";
    let second =
        "<</Type/XRef/Size 10/Root 1 0 R/W[1 4 2]/Index[9 1]/Length 7>>stream\n\x02\0\0\0\x04\0\0\nendstream";
    let text = String::from_utf8(page_pdf("", "/XRefStm 0000000000", &[hidden, second])).unwrap();
    let at = text.find("5 0 obj").unwrap();
    text.replace("/XRefStm 0000000000", &format!("/XRefStm {at:010}")).into_bytes()
}

/// A small page that is like no other.
pub(crate) fn small_pdf(number: usize) -> Vec<u8> {
    page_pdf(&format!("/Lang(vi-{number})"), "", &[])
}

/// The journal's entries of a kind, as text.
pub(crate) fn entries(school: &School, kind: &str) -> Vec<String> {
    let all = school.desk.journal().read().unwrap().entries(0, usize::MAX, usize::MAX).unwrap();
    let named = format!("\"kind\":\"{kind}\"");
    let bodies = all.iter().filter_map(|entry| entry.body()).filter(|body| body.contains(&named));
    bodies.map(str::to_owned).collect()
}

/// poppler finds so many signatures, and every one valid.
pub(crate) fn poppler_calls_valid(pdf: &[u8], signatures: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("judged.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdfsig").arg("-nocert").arg(&path).env("HOME", folder.path()).output();
    let output = output.expect("pdfsig is missing: run `cargo xtask setup`, or install poppler-utils");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.matches("Signature is Valid.").count(), signatures, "{said}");
}

/// pyHanko finds so many signatures at a level, every one good, with no line and this root alone.
pub(crate) fn pyhanko_calls_good(authority: &Authority, pdf: &[u8], level: &str, signatures: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("judged.pdf");
    std::fs::write(&path, pdf).unwrap();
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python())
        .arg(home.join("paper/tests/paper/judge_levels.py"))
        .args([&authority.path("root.pem"), Path::new(level), &path])
        .output()
        .expect("pyHanko is missing: run `cargo xtask setup`");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let verdict: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("pyHanko: {said}{}", String::from_utf8_lossy(&output.stderr)));
    let found = verdict["signatures"].as_array().unwrap();
    assert_eq!(found.len(), signatures, "{verdict}");
    assert!(found.iter().all(|one| one["good"] == true) && verdict["stamps_good"] == true, "{verdict}");
}

pub(crate) fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("VANTHU_PYHANKO").map_or_else(|| home.join("../target/judges/bin/python"), PathBuf::from)
}
