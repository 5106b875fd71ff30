//! What must not be signed or sealed, each with its own sentence.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use office::Clock;
use office::letters::signing_view::failure;
use serde_json::json;
use tempfile::TempDir;
use vanthu::Settings;
use wire::Stamp;

use crate::authority::{Authority, PIN};
use crate::school::{School, fixture};
use crate::signing::{
    self, Keys, ask, at, created, done, hybrid_pdf, paper, poppler_calls_valid, pyhanko_calls_good, python,
    released, settled, signed, small_pdf, upload, xfa_pdf,
};

/// Certified by its author, who lets so much follow.
fn certified(authority: &Authority, permitted: &str) -> Vec<u8> {
    let [from, to] = ["plain.pdf", "certified.pdf"].map(|name| authority.path(name));
    std::fs::write(&from, small_pdf(7)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("paper/tests/paper/certify.py");
    let output = Command::new(python())
        .arg(script)
        .args([&from, &to, &authority.path("head.p12")])
        .args([PIN, permitted])
        .output()
        .expect("pyHanko is missing: run `cargo xtask setup`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(to).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_that_cannot_be_signed_fail_in_their_own_words_and_stay_as_they_are() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let closed = certified(&authority, "NO_CHANGES");
    let unseen = certified(&authority, "FILL_FORMS");
    let mut sentences = Vec::new();
    for (pdf, code) in [(xfa_pdf(), "seal.xfa"), (closed, "seal.locked"), (unseen, "seal.only_unseen")] {
        let letter = released(&clerk, pdf).await;
        let before = clerk.get(&at(&letter, "")).await.json()["files"].clone();
        done(&ask(&head, &letter, "sign", &keys.head, json!({})).await);
        let failed = settled(&head, &letter).await;
        let signature = &failed["signatures"][0];
        assert_eq!(
            (&signature["state"], &signature["sentence"]),
            (&json!("failed"), &json!(failure(code))),
            "{failed}"
        );
        assert_eq!((&failed["files"][0]["name"], &failed["number"]), (&before[0]["name"], &letter["number"]));
        sentences.push(failure(code));
        // It can be asked for again, and says the same again.
        done(&ask(&head, &letter, "sign", &keys.head, json!({})).await);
        assert_eq!(settled(&head, &letter).await["signatures"].as_array().unwrap().len(), 1);
    }
    sentences.dedup();
    assert_eq!(sentences.len(), 3);
    // As Word writes them: every program reads one document after the first signature.
    let letter = released(&clerk, hybrid_pdf()).await;
    signed(&head, &letter, &keys).await;
    let pdf = paper(&head, &letter).await;
    poppler_calls_valid(&pdf, 1);
    pyhanko_calls_good(&authority, &pdf, "B", 1);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_that_are_none_do_not_come_to_the_desk() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let folder = TempDir::new().unwrap();
    let [plain, locked] = ["plain.pdf", "locked.pdf"].map(|name| folder.path().join(name));
    std::fs::write(&plain, small_pdf(1)).unwrap();
    let status =
        Command::new("qpdf").args(["--encrypt", "mo", "khoa", "256", "--"]).args([&plain, &locked]).status();
    assert!(status.expect("qpdf is missing: run `cargo xtask setup`, or install qpdf").success());
    let encrypted = std::fs::read(locked).unwrap();
    for (file, status, code) in [
        (encrypted, 422, "upload.encrypted"),
        (b"khong phai van ban".to_vec(), 422, "upload.not_pdf_or_image"),
        (b"%PDF-1.7\nrac".to_vec(), 422, "upload.damaged"),
        (vec![0x25; (64 << 20) + 1], 413, "upload.too_large"),
    ] {
        upload(&clerk, file).await.refused(status, code);
    }
    school.closed().await;
}

/// A certificate as PEM out of a sample key file.
fn pem(file: &str, passphrase: &str) -> String {
    let output = Command::new("openssl")
        .args(["pkcs12", "-nokeys", "-clcerts", "-in"])
        .arg(fixture(file))
        .args(["-passin", &format!("pass:{passphrase}")])
        .output()
        .expect("openssl is missing: run `cargo xtask setup`");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_out_of_their_time_or_of_somebody_else_are_refused_before_a_pin_is_asked() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let letter = released(&clerk, small_pdf(1)).await;
    signed(&head, &letter, &keys).await;
    for (file, passphrase, code) in [
        ("pki/expired.p12", "het-han", "seal.expired"),
        ("pki/not-yet-valid.p12", "chua-den-han", "seal.not_yet_valid"),
    ] {
        let enlist = json!({"place": "elsewhere", "pem": pem(file, passphrase), "other_unit": true});
        let certificate = created(&clerk.post("/api/certificates/enlist", enlist).await);
        assert_eq!(certificate["usable"], false);
        ask(&clerk, &letter, "seal", &certificate["id"], json!({})).await.refused(422, code);
    }
    let stranger = authority.body("stranger", "Công ty Giả Định");
    signing::add_key(&clerk, &stranger, PIN, &[]).await.refused(422, "key.other_unit");
    let mine = json!({"place": "elsewhere", "pem": "không có gì", "mine": true});
    clerk.post("/api/certificates/enlist", mine).await.refused(422, "key.no_certificate");
    // The clerk's own certificate is not the unit's.
    let own = authority.person("clerk", "Lê Thị Mai Hương");
    let own = created(&signing::add_key(&clerk, &own, PIN, &["mine"]).await)["id"].clone();
    ask(&clerk, &letter, "seal", &own, json!({})).await.refused(422, "seal.not_the_units");
    let withdrawn =
        clerk.post(&format!("/api/certificates/{}/withdraw", keys.unit.as_str().unwrap()), json!({})).await;
    assert_eq!(withdrawn.status, axum::http::StatusCode::NO_CONTENT);
    ask(&clerk, &letter, "seal", &keys.unit, json!({})).await.refused(404, "not_found");
    assert_eq!(clerk.get(&at(&letter, "")).await.json()["seal"]["state"], "none");
    school.closed().await;
}

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_signed_by_a_clock_nobody_trusts() {
    let now = chrono::Utc::now().timestamp_millis();
    let clock = Arc::new(HandClock(AtomicI64::new(now + 60_000)));
    let folder = TempDir::new().unwrap();
    let mut settings = Settings::new(folder.path().join("data"), Path::new(env!("CARGO_BIN_EXE_vanthu")));
    settings.via = scanner::Via::Folder(folder.path().join("feeder"));
    settings.clock = clock.clone();
    let (school, authority) = (School::founded(folder, settings).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let [letter, other] = [released(&clerk, small_pdf(1)).await, released(&clerk, small_pdf(2)).await];
    signed(&head, &letter, &keys).await;
    // The battery is empty: an hour behind the book.
    clock.0.store(now - 3_600_000, Ordering::Relaxed);
    ask(&head, &other, "sign", &keys.head, json!({})).await.refused(422, "clock.behind");
    ask(&clerk, &letter, "seal", &keys.unit, json!({})).await.refused(422, "clock.behind");
    let batch = json!({"hand": "seal", "certificate": keys.unit, "pin": PIN, "letters": [letter["id"]]});
    clerk.post("/api/signing-batches", batch).await.refused(422, "clock.behind");
    assert_eq!(clerk.get(&at(&letter, "")).await.json()["seal"]["state"], "none");
    school.closed().await;
}
