//! What a box makes of a document's file: PDF of a file of Word, a copy with marks on it, the file that stands for a paper
//! signed and sealed. The file itself stays as it is.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use vanthu::{Settings, Word};
use wire::Stamp;

use crate::describe::described;
use crate::school::{Answer, Person, School, fixture, id, lay_sheets};
use crate::sealing::{PIN, add_key};

/// 22/11/2026, 08:00 in Vietnam: the fixtures bear the year.
const MORNING: i64 = 1_795_309_200_000;

struct Morning;

impl office::Clock for Morning {
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(MORNING)
    }
}

/// A box on that morning, with LibreOffice as `word` has it.
async fn school(word: impl FnOnce(&Path) -> Word) -> School {
    let folder = TempDir::new().unwrap();
    lay_sheets(&folder.path().join("feeder"), 1);
    let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
    settings.via = scanner::Via::Folder(folder.path().join("feeder"));
    settings.word = word(folder.path());
    settings.clock = Arc::new(Morning);
    School::founded(folder, settings).await
}

fn absent(_: &Path) -> Word {
    Word::new("no-such-soffice")
}

/// A program that stands in for LibreOffice, doing `what`.
fn stand_in(folder: &Path, what: &str) -> Word {
    let program = folder.join("soffice");
    std::fs::write(&program, format!("#!/bin/sh\n{what}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Word::new(program)
}

async fn upload(person: &Person<'_>, bytes: Vec<u8>, name: &str) -> Answer {
    let name = [("x-file-name", name)];
    person.ask(Method::POST, "/api/uploads", "application/octet-stream", bytes.into(), &name).await
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(fixture(path)).unwrap()
}

/// What poppler reads on the pages, with blanks as one.
pub(crate) fn words(pdf: &[u8]) -> String {
    poppler_reads(pdf, "-raw")
}

/// In the order of the file (`-raw`), or as they stand on the page (`-layout`).
pub(crate) fn poppler_reads(pdf: &[u8], order: &str) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").arg(order).arg(&path).arg("-").output();
    let output = output.expect("pdftotext is missing: run `cargo xtask setup`, or install poppler-utils");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An incoming document with this file.
async fn registered(clerk: &Person<'_>, scan: &Value, more: Value) -> Value {
    let mut form = json!({"book": "incoming", "issuing_body": "Phòng Văn hóa – Xã hội", "reference_code": "12/PVHXH",
        "issue_date": "2026-09-05", "document_type": "official_letter", "subject": "Về việc tập huấn", "paper": scan});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = clerk.post("/api/letters", form).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

/// A released document with this file, its path, and how it is now.
async fn released(school: &School, scan: &Value, document_type: &str) -> (String, Value) {
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let draft = json!({"book": "outgoing", "document_type": document_type, "subject": "Kiểm kê thư viện",
        "recipients": "Như trên", "paper": scan});
    let mut letter = clerk.post("/api/letters", draft).await.json();
    let path = format!("/api/letters/{}", id(&letter["id"]));
    for (person, verb) in [(&clerk, "submit"), (&head, "approve"), (&clerk, "release")] {
        let answer = person.post(&format!("{path}/{verb}"), json!({"version": letter["version"]})).await;
        assert_eq!(answer.status, StatusCode::OK, "{verb}: {}", answer.json());
        letter = answer.json();
    }
    (path, letter)
}

/// The sample seal key names another school than this one.
async fn unit_key(clerk: &Person<'_>) -> Value {
    let added = add_key(clerk, "pki/unit.p12", PIN).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json());
    added.json()["id"].clone()
}

async fn file(person: &Person<'_>, path: &str, file: &Value) -> Vec<u8> {
    person.get(&format!("{path}/files/{}", file["name"].as_str().unwrap())).await.bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_word_becomes_a_pdf_that_says_so_in_its_name() {
    let pdf = fixture("blocks/letter.pdf");
    let script = format!(
        "for last; do :; done\n\
         while [ \"$1\" != --outdir ]; do shift; done\n\
         case $last in */van-ban.docx) mkdir \"$2\"; cp '{}' \"$2/van-ban.pdf\";; esac\n\
         pwd > \"$(dirname \"$0\")/at\"",
        pdf.display()
    );
    let school = school(|folder| stand_in(folder, &script)).await;
    let clerk = school.clerk().await;
    let answer = upload(&clerk, bytes("word/ke-hoach.docx"), "k%E1%BA%BF%20ho%E1%BA%A1ch.docx").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let scan = answer.json()["scan"].clone();
    assert_eq!(scan["device_label"], "kế hoạch (chuyển từ Word).pdf", "{scan}");
    let letter = registered(&clerk, &scan["id"], json!({})).await;
    let path = format!("/api/letters/{}", id(&letter["id"]));
    assert_eq!(letter["files"][0]["title"], "kế hoạch (chuyển từ Word).pdf");
    assert!(file(&clerk, &path, &letter["files"][0]).await == std::fs::read(&pdf).unwrap());
    let at = std::fs::read_to_string(school.folder.path().join("at")).unwrap();
    assert!(!Path::new(at.trim()).exists(), "its folder goes when it is done");

    let inbox = school.folder.path().join("data/inbox");
    std::fs::write(inbox.join("biên bản.docx"), bytes("word/ke-hoach.docx")).unwrap();
    let scans = clerk.until("/api/scans", |list| !list["items"].as_array().unwrap().is_empty()).await;
    assert_eq!(scans["items"][0]["device_label"], "biên bản (chuyển từ Word).pdf", "{scans}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_word_that_becomes_no_pdf_is_a_sentence() {
    let hangs = "sleep 600 & echo $! > \"$(dirname \"$0\")/pid\"; wait";
    for (what, code) in [
        (hangs, "upload.word_slow"),
        ("kill -SEGV $$", "upload.word_failed"),
        ("exit 0", "upload.word_failed"),
        ("echo no document >&2; exit 1", "upload.word_failed"),
    ] {
        let patience = Duration::from_millis(if what == hangs { 500 } else { 30_000 });
        let school = school(|folder| stand_in(folder, what).with_patience(patience)).await;
        let clerk = school.clerk().await;
        upload(&clerk, bytes("word/ke-hoach.docx"), "a.docx").await.refused(422, code);
        assert!(clerk.get("/api/scans").await.json()["items"].as_array().unwrap().is_empty());
        if let Ok(pid) = std::fs::read_to_string(school.folder.path().join("pid")) {
            let state = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            let is_gone = || state().is_empty() || state().contains(") Z ");
            let deadline = std::time::Instant::now() + Duration::from_secs(20);
            while !is_gone() {
                assert!(std::time::Instant::now() < deadline, "what it started goes on: {}", state());
                std::thread::yield_now();
            }
        }
        school.closed().await;
    }
    let school = school(absent).await;
    let clerk = school.clerk().await;
    let refused = upload(&clerk, bytes("word/ke-hoach.docx"), "a.docx").await;
    refused.refused(422, "upload.word_missing");
    assert!(refused.json()["detail"].as_str().unwrap().contains("libreoffice-writer-nogui"));
    school.closed().await;
}

/// The whole way of a unit without a scanner, with the real program.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_written_in_word_goes_out_as_signed_and_sealed_on_paper() {
    if Command::new("soffice").arg("--version").output().is_err() {
        println!("skipped: LibreOffice (libreoffice-writer-nogui) is not installed");
        return;
    }
    let school = school(|_| Word::new("soffice")).await;
    let clerk = school.clerk().await;
    let answer = upload(&clerk, bytes("word/ke-hoach.docx"), "ke-hoach.docx").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let (path, letter) = released(&school, &answer.json()["scan"]["id"], "plan").await;
    let pdf = file(&clerk, &path, &letter["files"][0]).await;
    assert!(String::from_utf8_lossy(&pdf).contains("pdfaid:part"), "it is a PDF/A");
    assert!(words(&pdf).contains("Kiểm kê thư viện"), "{}", words(&pdf));
    let done = clerk.post(&format!("{path}/transcribe"), json!({"version": letter["version"]})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    let files = done.json()["files"].as_array().unwrap().clone();
    let made = words(&file(&clerk, &path, &files[0]).await);
    assert!(made.contains("(đã ký và đóng dấu)") && made.contains("22"), "{made}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_that_stands_for_a_paper_signed_and_sealed_is_made_once_and_may_be_sealed() {
    let school = school(absent).await;
    let clerk = school.clerk().await;
    let answer = upload(&clerk, bytes("drafts/word-spaces.pdf"), "quyet-dinh.pdf").await;
    let scan = answer.json()["scan"]["id"].clone();
    let (path, letter) = released(&school, &scan, "decision").await;
    described(&school, &letter).await;
    let letter = clerk.get(&path).await.json();
    let before = file(&clerk, &path, &letter["files"][0]).await;
    let may = |letter: &Value| letter["may"].as_array().unwrap().contains(&json!("transcribe"));
    assert!(may(&letter), "{letter}");
    let ask = |version: &Value| json!({"version": version});
    let transcribe = format!("{path}/transcribe");
    school
        .signed_in("head")
        .await
        .post(&transcribe, ask(&letter["version"]))
        .await
        .refused(403, "rights.missing");
    clerk.post(&transcribe, json!({"version": 99})).await.refused(409, "version.stale");
    let certificate = unit_key(&clerk).await;
    let seal = |letter: &Value| json!({"version": letter["version"], "certificate": certificate, "pin": PIN});
    clerk.post(&format!("{path}/seal"), seal(&letter)).await.refused(422, "seal.unsigned");

    let done = clerk.post(&transcribe, ask(&letter["version"])).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    let now = done.json();
    let files = now["files"].as_array().unwrap();
    assert_eq!((files.len(), may(&now)), (2, false), "{now}");
    let made = &files[0];
    assert_eq!((made["kind"].as_str(), made["signed"].as_bool()), (Some("transcript"), Some(false)));
    assert_eq!(made["title"], "Bản điện tử (đã ký và đóng dấu)");
    let step = now["way"].as_array().unwrap().last().unwrap().clone();
    assert!(step["what"].as_str().unwrap().contains("đã ký và đóng dấu"), "{step}");
    assert_eq!(step["who"], "Lê Thị Mai Hương");
    assert!(file(&clerk, &path, &files[1]).await == before, "the file it was made of stays");
    let pdf = file(&clerk, &path, made).await;
    let said = words(&pdf);
    for expected in ["(đã ký và đóng dấu)", "lưu tại văn thư", "Trần Văn Bách"] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    assert!(!said.contains("không có chữ ký số"), "what it says stays true under the unit's seal: {said}");
    if let Some(folder) = std::env::var_os("VANTHU_LOOK") {
        std::fs::write(Path::new(&folder).join("transcript.pdf"), &pdf).unwrap();
    }
    clerk.post(&transcribe, ask(&now["version"])).await.refused(422, "letter.state");

    let asked = clerk.post(&format!("{path}/seal"), seal(&now)).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.json());
    let sealed = clerk.until(&path, |letter| letter["seal"]["state"] != "requested").await;
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");
    let sealed = file(&clerk, &path, &sealed["files"][0]).await;
    assert!(sealed.starts_with(&pdf), "an update behind the transcript");
    if let Some(folder) = std::env::var_os("VANTHU_LOOK") {
        std::fs::write(Path::new(&folder).join("transcript-sealed.pdf"), &sealed).unwrap();
    }
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_the_register_or_has_no_place_for_it_is_told() {
    let school = school(absent).await;
    let clerk = school.clerk().await;
    for (name, code) in [("letter", "transcript.contradiction"), ("none", "transcript.no_block")] {
        let answer = upload(&clerk, bytes(&format!("blocks/{name}.pdf")), "a.pdf").await;
        let (path, letter) = released(&school, &answer.json()["scan"]["id"], "plan").await;
        let ask = json!({"version": letter["version"]});
        clerk.post(&format!("{path}/transcribe"), ask).await.refused(422, code);
        let hand = clerk.get(&format!("{path}/signing-proposal?hand=sign")).await.json();
        let said = hand["contradiction"].as_str();
        assert_eq!(said.is_some(), name == "letter", "whoever signs is told before she does: {hand}");
        assert_eq!(clerk.get(&path).await.json()["files"].as_array().unwrap().len(), 1);
    }
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_laid_over_a_copy_and_the_file_stays() {
    let school = school(absent).await;
    let clerk = school.clerk().await;
    let answer = upload(&clerk, bytes("blocks/collective.pdf"), "nghi-quyet.pdf").await;
    let letter = registered(&clerk, &answer.json()["scan"]["id"], json!({"urgency": "very_urgent"})).await;
    let path = format!("/api/letters/{}", id(&letter["id"]));
    let before = file(&clerk, &path, &letter["files"][0]).await;
    for (ask, expected) in [
        ("arrival", &["ĐẾN", "Số: 1", "22/11/2026", "HOA MAI"][..]),
        ("urgency", &["THƯỢNG KHẨN"]),
        ("return_after_reading", &["XEM XONG TRẢ LẠI"]),
        ("internal", &["LƯU HÀNH NỘI BỘ"]),
        (
            "certified_copy&number=03/SY-THCSHM",
            &["SAO Y", "Số: 03/SY-THCSHM", "ngày 22 tháng 11 năm 2026", "HIỆU TRƯỞNG", "Trần Văn Bách"],
        ),
        ("copy_of_certified_copy", &["SAO LỤC", "/SL-THCSHM"]),
        (
            "certified_extract&title=KT.%20HI%E1%BB%86U%20TR%C6%AF%E1%BB%9ENG&name=Mai%20Lan",
            &["TRÍCH SAO", "KT. HIỆU TRƯỞNG", "Mai Lan"],
        ),
        ("edge", &["In từ hệ thống của Trường THCS Hoa Mai ngày"]),
        ("edge&words=B%E1%BA%A3n%20cho%20l%E1%BB%9Bp%206A", &["Bản cho lớp 6A"]),
    ] {
        let answer = clerk.get(&format!("{path}/marked.pdf?mark={ask}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{ask}: {}", String::from_utf8_lossy(&answer.bytes));
        if let Some(folder) = std::env::var_os("VANTHU_LOOK") {
            let name = ask.split('&').next().unwrap();
            std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), &answer.bytes).unwrap();
        }
        let said = words(&answer.bytes);
        for expected in expected {
            assert!(said.contains(expected), "{expected} in {said}");
        }
        assert!(said.contains("Nơi nhận"), "under it the document itself");
    }
    let now = clerk.get(&path).await.json();
    assert_eq!(now["version"], letter["version"]);
    assert!(file(&clerk, &path, &now["files"][0]).await == before);
    clerk
        .get(&format!("{path}/marked.pdf?mark=certified_copy&name={}", "a".repeat(401)))
        .await
        .refused(422, "words.long");
    clerk
        .get(&format!("{path}/marked.pdf?mark=edge&words={}", "a".repeat(101)))
        .await
        .refused(422, "words.long");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_laid_over_a_signed_file_nor_where_the_register_says_nothing() {
    let school = school(absent).await;
    let clerk = school.clerk().await;
    let certificate = unit_key(&clerk).await;
    let scan = clerk.scan().await["id"].clone();
    clerk.post(&format!("/api/scans/{}/compose", id(&scan)), json!({})).await;
    let letter = registered(&clerk, &scan, json!({})).await;
    let path = format!("/api/letters/{}", id(&letter["id"]));
    clerk.get(&format!("{path}/marked.pdf?mark=urgency")).await.refused(422, "print.not_urgent");
    let seal = json!({"version": letter["version"], "certificate": certificate, "pin": PIN});
    clerk.post(&format!("{path}/seal"), seal).await;
    clerk.until(&path, |letter| letter["seal"]["state"] == "sealed").await;
    clerk.get(&format!("{path}/marked.pdf?mark=arrival")).await.refused(422, "print.signed");
    let bare = registered(&clerk, &Value::Null, json!({"reference_code": "13/PVHXH"})).await;
    let bare = format!("/api/letters/{}/marked.pdf?mark=arrival", id(&bare["id"]));
    clerk.get(&bare).await.refused(422, "print.no_file");
    school.closed().await;
}
