//! Pages are read behind everybody's back: their words come to the desk and into the paper, and a scan goes first.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use vanthu::Settings;
use vanthu::reading::Reader;

use crate::derived::words;
use crate::describe::described;
use crate::school::{Person, School, fixture, id, lay_sheets};
use crate::sealing::{PIN, add_key};
use crate::signing::{self, ask, done, paper, settled};

const DEADLINE: Duration = Duration::from_secs(60);

/// A tesseract that does `first` before it reads any page as "Kính gửi".
fn tesseract(folder: &Path, first: &str) -> Reader {
    let program = folder.join("tesseract");
    let head = "level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext";
    let script = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = --list-langs ]; then echo vie; exit; fi\n\
         IFS= read -r kind\n\
         if [ \"$kind\" = P4 ]; then exit; fi\n\
         {first}\n\
         printf '{head}\\n1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t500\\t700\\t-1\\t\\n'\n\
         printf '5\\t1\\t1\\t1\\t1\\t1\\t50\\t50\\t80\\t30\\t93\\tKính\\n5\\t1\\t1\\t1\\t1\\t2\\t140\\t50\\t80\\t30\\t91\\tgửi\\n'\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Reader::new(program)
}

async fn school(first: &str) -> School {
    let folder = TempDir::new().unwrap();
    lay_sheets(&folder.path().join("feeder"), 1);
    let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
    settings.via = scanner::Via::Folder(folder.path().join("feeder"));
    settings.reader =
        Some(tesseract(folder.path(), &first.replace("FOLDER", folder.path().to_str().unwrap())));
    School::founded(folder, settings).await
}

/// Brings a picture; the path of its job.
async fn brought(person: &Person<'_>) -> String {
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    let answer = person.ask(Method::POST, "/api/uploads", "application/octet-stream", page.into(), &[]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    format!("/api/scans/{}", id(&answer.json()["scan"]["id"]))
}

fn was_read(scan: &Value) -> bool {
    !scan["pages"][0]["read"].is_null()
}

#[tokio::test(flavor = "multi_thread")]
async fn words_come_into_the_paper_while_it_lies_on_the_desk() {
    // The first page waits until the test lets it go on.
    let school = school("while ! rmdir FOLDER/go 2>/dev/null; do sleep 0.05; done").await;
    let go = || std::fs::create_dir(school.folder.path().join("go")).unwrap();
    let clerk = school.clerk().await;
    let path = brought(&clerk).await;
    // A verdict that comes late has the paper made again, too: the page may lie crooked.
    clerk.until(&path, |scan| !scan["pages"][0]["seen"].is_null()).await;
    let before = clerk.post(&format!("{path}/compose"), json!({})).await.json()["paper"].clone();
    assert!(!was_read(&clerk.get(&path).await.json()), "nobody waited for it");
    go();
    let scan = clerk.until(&path, |scan| was_read(scan) && scan["paper"]["name"] != before["name"]).await;
    assert_eq!(scan["pages"][0]["read"], json!({"confidence": 92, "turn_by": null}));
    assert_eq!(scan["paper"]["pages"], 1, "made again by itself, with the words");
    let after = clerk.post(&format!("{path}/compose"), json!({})).await.json()["paper"].clone();
    assert_eq!(after["name"], scan["paper"]["name"], "and not a third time");

    let turned = json!({"version": scan["version"], "pages": [{"page": 1, "turn": 180, "opens": false}]});
    let turned = clerk.post(&format!("{path}/arrange"), turned).await.json();
    assert!(!was_read(&turned), "what was read upside down says nothing of it now: {turned}");
    go();
    clerk.until(&path, was_read).await;
    let home = school.signed_in("it").await.get("/api/home").await.json();
    assert_eq!(home["reader"]["state"], "ready", "{home}");
}

/// Filed at once, read afterwards: as long as nobody signs, its words come into the file all the same.
#[tokio::test(flavor = "multi_thread")]
async fn words_come_into_what_was_filed_before_it_was_read_but_never_under_a_seal() {
    let school = school("while [ ! -d FOLDER/go ]; do sleep 0.05; done").await;
    let clerk = school.clerk().await;
    let key = add_key(&clerk, "pki/unit.p12", PIN).await.json()["id"].clone();
    let mut filed = Vec::new();
    for _ in 0..2 {
        let path = brought(&clerk).await;
        clerk.until(&path, |scan| !scan["pages"][0]["seen"].is_null()).await;
        clerk.post(&format!("{path}/compose"), json!({})).await;
        let scan = clerk.get(&path).await.json();
        let letter = signing::registered(&clerk, &scan["id"]).await;
        described(&school, &letter).await;
        filed.push((path, letter));
    }
    let [(first, open), (second, closed)] = &filed[..] else { panic!("two") };
    let name = |letter: &Value| letter["files"][0]["name"].clone();
    let before = name(&clerk.get(&signing::at(open, "")).await.json());
    done(&ask(&clerk, closed, "seal", &key, json!({"pin": PIN})).await);
    let sealed = settled(&clerk, closed).await;
    let bytes = paper(&clerk, closed).await;
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");

    std::fs::create_dir(school.folder.path().join("go")).unwrap();
    clerk.until(second, was_read).await;
    clerk.until(first, was_read).await;
    let read = clerk.until(&signing::at(open, ""), |letter| name(letter) != before).await;
    let pdf = paper(&clerk, open).await;
    assert!(words(&pdf).contains("Kính gửi"), "{}", words(&pdf));
    assert!(String::from_utf8_lossy(&pdf).contains("Về việc kiểm tra thư viện"), "and the register's word");
    assert_eq!((&read["version"], &read["files"][0]["made"]["step"]), (&open["version"], &json!("usual")));
    let old = clerk.get(&signing::at(open, &format!("/files/{}", before.as_str().unwrap()))).await;
    assert_eq!(old.status, StatusCode::OK, "a page that was open before still shows its file");
    assert!(paper(&clerk, closed).await == bytes, "signed bytes were touched");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_scans_goes_before_the_reader() {
    // The first page takes for ever; a pipe tells how long the reader lives.
    let school =
        school("if mkdir FOLDER/first 2>/dev/null; then exec 7>FOLDER/alive; exec sleep 1000; fi").await;
    let pipe = school.folder.path().join("alive");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let clerk = school.clerk().await;
    let path = brought(&clerk).await;
    let opened = tokio::task::spawn_blocking(move || std::fs::File::open(pipe).unwrap());
    let mut alive = tokio::time::timeout(DEADLINE, opened).await.unwrap().unwrap();
    let scanned = clerk.scan().await;
    assert_eq!(scanned["state"], "done", "{scanned}");
    let ended = tokio::task::spawn_blocking(move || alive.read_to_end(&mut Vec::new()).unwrap());
    tokio::time::timeout(DEADLINE, ended).await.unwrap().unwrap();
    // Afterwards it is read all the same, and so is what was scanned.
    clerk.until(&path, was_read).await;
    clerk.until(&format!("/api/scans/{}", id(&scanned["id"])), was_read).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_kills_the_reader_is_tried_thrice_and_the_next_is_read() {
    // Three times it dies; were it asked a fourth time for the first page, the second would stay unread.
    let school =
        school("for n in 1 2 3; do if mkdir FOLDER/$n 2>/dev/null; then kill -SEGV $$; fi; done").await;
    let clerk = school.clerk().await;
    let path = brought(&clerk).await;
    let scan = clerk.until(&path, was_read).await;
    assert_eq!(scan["pages"][0]["read"], json!({"confidence": null, "turn_by": null}), "{scan}");
    let next = brought(&clerk).await;
    let scan = clerk.until(&next, was_read).await;
    assert_eq!(scan["pages"][0]["read"]["confidence"], 92, "{scan}");
    assert_eq!(
        clerk.get(&path).await.json()["pages"][0]["read"]["confidence"],
        Value::Null,
        "not a fourth time"
    );
    // Its words are kept over a restart, and the failures, too.
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    assert_eq!(clerk.get(&next).await.json()["pages"][0]["read"]["confidence"], 92);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_reader_all_else_works_and_it_is_told_where_to_get_one() {
    let folder = TempDir::new().unwrap();
    let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
    settings.reader = Some(Reader::new("no-such-tesseract"));
    let school = School::founded(folder, settings).await;
    let clerk = school.clerk().await;
    let path = brought(&clerk).await;
    let paper = clerk.post(&format!("{path}/compose"), json!({})).await;
    assert_eq!(paper.status, StatusCode::OK);
    let it = school.signed_in("it").await;
    let home = it.until("/api/home", |home| home["reader"]["state"] == "missing").await;
    assert!(home["reader"]["sentence"].as_str().unwrap().contains("tesseract-ocr-vie"), "{home}");
}
