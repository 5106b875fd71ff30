//! From a key file to a sealed document, and everything that can be wrong on the way.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use office::letters::Command as Letters;
use office::letters::model::Act;
use office::{Actor, Command};
use serde_json::{Value, json};

use crate::school::{Answer, Person, School, fixture, id};

pub(crate) const PIN: &str = "mật khẩu đơn vị";

pub(crate) async fn add_key(person: &Person<'_>, file: &str, passphrase: &str) -> Answer {
    let mut body =
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"key.p12\"\r\n\r\n".to_vec();
    body.extend(std::fs::read(fixture(file)).unwrap());
    body.extend(b"\r\n--cut\r\nContent-Disposition: form-data; name=\"passphrase\"\r\n\r\n");
    body.extend(passphrase.as_bytes());
    body.extend(b"\r\n--cut--\r\n");
    let kind = "multipart/form-data; boundary=cut";
    person.ask(Method::POST, "/api/certificates", kind, Body::from(body), &[]).await
}

/// An incoming document with a scanned paper.
async fn registered(clerk: &Person<'_>) -> Value {
    let scan = clerk.scan().await;
    let scan = scan["id"].as_str().unwrap();
    clerk.post(&format!("/api/scans/{scan}/compose"), json!({})).await;
    let form = json!({
        "book": "incoming", "issuing_body": "Phòng Giáo dục Suối Nắng", "reference_code": "147/PGDĐT",
        "issue_date": "2026-11-20", "document_type": "official_letter", "subject": "Về việc kiểm tra thư viện", "paper": scan,
    });
    let answer = clerk.post("/api/letters", form).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_with_the_key_the_clerk_unlocked() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let certificate = add_key(&clerk, "pki/unit.p12", PIN).await;
    assert_eq!(certificate.status, StatusCode::CREATED, "{}", certificate.json());
    let letter = registered(&clerk).await;
    let path = format!("/api/letters/{}", letter["id"].as_str().unwrap());
    let ask = |pin: &str| json!({"version": letter["version"], "certificate": certificate.json()["id"], "pin": pin});
    clerk.post(&format!("{path}/seal"), ask("sai rồi")).await.refused(422, "seal.wrong_pin");
    assert_eq!(clerk.get(&path).await.json()["seal"]["state"], "none", "a wrong PIN leaves no trace");

    let asked = clerk.post(&format!("{path}/seal"), ask(PIN)).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.json());
    let sealed = clerk.until(&path, |letter| letter["seal"]["state"] != "requested").await;
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");
    let file = sealed["files"].as_array().unwrap().iter().find(|file| file["signed"] == true).unwrap();
    let pdf = clerk.get(&format!("{path}/files/{}", file["name"].as_str().unwrap())).await;
    let text = String::from_utf8_lossy(&pdf.bytes);
    assert!(text.starts_with("%PDF-") && text.contains("/ETSI.CAdES.detached"));
    assert_eq!(clerk.get(&format!("{path}/pages/1.jpg")).await.headers["content-type"], "image/jpeg");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_cut_by_a_power_failure_asks_for_the_pin_again() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let certificate = add_key(&clerk, "pki/unit.p12", PIN).await.json()["id"].clone();
    let letter = registered(&clerk).await;
    // Asked for behind the route's back: as if the box had died before it came to the work.
    let act = Act::Seal { certificate: id(&certificate) };
    let ask = Letters::Do { letter: id(&letter["id"]), version: letter["version"].as_u64().unwrap(), act };
    school.desk.execute(Actor::Person(school.viewer("clerk").await), Command::Letters(ask)).await.unwrap();
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    let path = format!("/api/letters/{}", letter["id"].as_str().unwrap());
    let waiting = clerk.get(&path).await.json();
    assert_eq!(waiting["seal"]["state"], "requested");
    assert!(waiting["seal"]["sentence"].as_str().unwrap().contains("gõ lại mã PIN"), "{}", waiting["seal"]);

    let again = json!({"version": waiting["version"], "certificate": certificate, "pin": PIN});
    let asked = clerk.post(&format!("{path}/seal"), again).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.json());
    let sealed = clerk.until(&path, |letter| letter["seal"]["state"] != "requested").await;
    assert_eq!(sealed["seal"]["state"], "sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_cannot_seal_is_refused_in_words() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    for (file, passphrase, code) in [
        ("pki/unit.p12", "sai", "key.wrong_passphrase"),
        ("pki/expired.p12", "het-han", "key.expired"),
        ("pki/not-yet-valid.p12", "chua-den-han", "key.not_yet_valid"),
        ("pki/short-rsa1024.p12", "khoa-ngan", "key.too_short"),
        ("pki/certificate-only.p12", "khong-khoa", "key.no_key"),
        ("pages/p01.txt", "", "key.not_a_key_file"),
    ] {
        add_key(&clerk, file, passphrase).await.refused(422, code);
    }
    add_key(&school.signed_in("head").await, "pki/unit.p12", PIN).await.refused(403, "rights.missing");
}
