//! Paper from the copiers' folder and from USB sticks: taken once and whole, refused in words, never from elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use office::scans::{Command as Scans, Keep, Way};
use office::{Actor, Command};
use serde_json::{Value, json};

use crate::paper::stack;
use crate::school::{School, fixture, id};

fn inbox(school: &School) -> PathBuf {
    school.folder.path().join("data/inbox")
}

/// What was put away, whatever the day.
fn taken(school: &School) -> Vec<String> {
    let days = names(&inbox(school).join("da-nhan"));
    let mut taken: Vec<_> =
        days.iter().flat_map(|day| names(&inbox(school).join("da-nhan").join(day))).collect();
    taken.sort();
    taken
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn wait_for(what: &str, mut fits: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fits() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_copier_scans_to_the_folder_comes_to_the_desk() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let folder = inbox(&school);
    wait_for("the folder", || folder.is_dir()).await;
    let outside = school.folder.path().join("outside.jpg");
    fs::copy(fixture("pages/p01.jpg"), &outside).unwrap();
    symlink(&outside, folder.join("link.jpg")).unwrap();
    for name in ["Thumbs.db", ".hidden.pdf", "half.pdf.part", "~$thảo.docx"] {
        fs::copy(&outside, folder.join(name)).unwrap();
    }
    fs::write(folder.join("empty.pdf"), "").unwrap();
    fs::create_dir(folder.join("Phòng Giáo vụ")).unwrap();
    let not_ours = || {
        let ours = ["da-nhan", "khong-nhan", ".dang-nhan"];
        names(&folder).into_iter().filter(|name| !ours.contains(&name.as_str())).collect::<Vec<_>>()
    };
    let left = not_ours();

    fs::write(folder.join("công văn.tif"), stack(2)).unwrap();
    fs::write(folder.join("ghi chú.docx"), "PK\u{3}\u{4} no paper").unwrap();
    fs::write(folder.join("to.pdf"), vec![b' '; (64 << 20) + 1]).unwrap();
    let scans = clerk.until("/api/scans", |list| items(list).len() == 1).await;
    let scan = &items(&scans)[0];
    assert_eq!(
        (scan["from"].as_str(), scan["device_label"].as_str(), scan["owner"]["name"].as_str()),
        (Some("folder"), Some("công văn.tif"), Some("máy photo")),
        "{scan}"
    );
    let path = format!("/api/scans/{}", id(&scan["id"]));
    clerk.until(&path, |scan| scan["pages"].as_array().unwrap().len() == 2).await;

    let told = clerk.until("/api/inbox", |inbox| inbox["refused"].as_array().unwrap().len() == 2).await;
    for (name, word) in [("ghi chú.docx", "không phải PDF"), ("to.pdf", "64 MB")] {
        let refused = told["refused"].as_array().unwrap().iter().find(|file| file["name"] == name).unwrap();
        assert!(refused["sentence"].as_str().unwrap().contains(word), "{refused}");
        let why = fs::read_to_string(folder.join("khong-nhan").join(format!("{name}.ly-do.txt"))).unwrap();
        assert!(why.contains(word));
    }
    wait_for("the file to be put away", || taken(&school) == ["công văn.tif"]).await;
    assert_eq!(told["folder"], folder.display().to_string());
    assert!(told["waiting"].as_array().unwrap().is_empty(), "{told}");
    assert_eq!(not_ours(), left, "what is no document of a copier is left alone");
    assert!(names(&folder.join(".dang-nhan")).is_empty());

    // Another paper under the same name.
    fs::copy(&outside, folder.join("công văn.tif")).unwrap();
    clerk.until("/api/scans", |list| items(list).len() == 2).await;
    wait_for("both to be put away", || taken(&school) == ["công văn (2).tif", "công văn.tif"]).await;
    school.signed_in("teacher").await.get("/api/inbox").await.refused(403, "rights.missing");
    let deep = clerk.post(&format!("{path}/compose"), json!({})).await;
    assert_eq!(deep.json()["paper"]["pages"], 2);
}

/// A power cut between the journal and the folder: what was brought is not brought again, what was half brought is
/// completed, what was not brought comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_neither_loses_nor_doubles_a_file() {
    let school = School::with_sheets(1).await;
    let before = school.desk.journal().head().unwrap().seq;
    let under_way = |school: &School, seq: u64, name: &str, bytes: &[u8]| {
        let claimed = inbox(school).join(".dang-nhan").join(seq.to_string());
        fs::create_dir_all(&claimed).unwrap();
        fs::write(claimed.join(name), bytes).unwrap();
    };
    // Taken, its first page kept, and then the lamp went out.
    let blobs = school.desk.journal().blobs().clone();
    let page = blobs.put(&fs::read(fixture("pages/p01.jpg")).unwrap()).unwrap();
    let copier = || Actor::Machine("máy photo");
    let bring = Scans::Bring { file_name: "chồng.tif".into(), way: Way::Folder };
    let scan = school.desk.execute(copier(), Command::Scans(bring)).await.unwrap().id.unwrap();
    let page = Keep {
        capture: page,
        thumbnail: page,
        width_px: 2480,
        height_px: 3508,
        dpi: 300,
        side: None,
        photo: None,
    };
    school.desk.execute(copier(), Command::Scans(Scans::KeepPage { scan, page })).await.unwrap();
    under_way(&school, before, "chồng.tif", &stack(3));

    let school = school.restarted().await;
    wait_for("the stack to be put away", || taken(&school) == ["chồng.tif"]).await;
    let clerk = school.clerk().await;
    let list = clerk.get("/api/scans").await.json();
    assert_eq!(items(&list).len(), 1, "brought twice: {list}");
    let completed = clerk.get(&format!("/api/scans/{scan}")).await.json();
    assert_eq!(completed["pages"].as_array().unwrap().len(), 3);

    // All of it was brought, only the move was missing; and another was taken and not brought.
    under_way(&school, before, "chồng.tif", &stack(3));
    let now = school.desk.journal().head().unwrap().seq;
    under_way(&school, now, "mới.tif", &stack(1));
    drop(clerk);
    let school = school.restarted().await;
    wait_for("both to be put away", || taken(&school) == ["chồng (2).tif", "chồng.tif", "mới.tif"]).await;
    let list = school.clerk().await.get("/api/scans").await.json();
    assert_eq!(items(&list).len(), 2, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_stick_is_copied_and_nothing_else_can_be_reached() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    assert_eq!(clerk.get("/api/sticks").await.json()["items"], json!([]));
    let stick = school.folder.path().join("sticks/KINGSTON");
    fs::create_dir_all(stick.join("Công văn")).unwrap();
    fs::copy(fixture("pages/p01.jpg"), stick.join("Công văn/ảnh.jpg")).unwrap();
    fs::write(stick.join("hỏng.pdf"), "%PDF-1.7 nothing").unwrap();
    fs::write(stick.join("to.pdf"), vec![b' '; (64 << 20) + 1]).unwrap();
    fs::copy(fixture("pages/p01.jpg"), school.folder.path().join("sticks/secret.jpg")).unwrap();
    symlink(school.folder.path().join("sticks/secret.jpg"), stick.join("link.jpg")).unwrap();

    let list = clerk.get("/api/sticks").await.json();
    assert_eq!(items(&list).len(), 1);
    let shown = &items(&list)[0];
    assert_eq!((shown["id"].as_str(), shown["label"].as_str()), (Some("KINGSTON"), Some("KINGSTON")));
    let mut paths: Vec<_> = shown["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    paths.sort_by_key(|path| path.to_string());
    assert_eq!(paths, ["Công văn/ảnh.jpg", "hỏng.pdf", "to.pdf"]);

    let bring = async |stick: &str, path: &str| {
        clerk.post("/api/sticks/bring", json!({"stick": stick, "path": path})).await
    };
    let brought = bring("KINGSTON", "Công văn/ảnh.jpg").await;
    assert_eq!(brought.status, StatusCode::CREATED, "{}", brought.json());
    let scan = brought.json()["scan"].clone();
    assert_eq!((scan["from"].as_str(), scan["device_label"].as_str()), (Some("stick"), Some("ảnh.jpg")));
    assert_eq!(scan["pages"].as_array().unwrap().len(), 1);

    bring("KINGSTON", "hỏng.pdf").await.refused(422, "upload.damaged");
    bring("KINGSTON", "to.pdf").await.refused(413, "upload.too_large");
    for path in ["link.jpg", "../secret.jpg", "/etc/passwd", "Công văn", "", "không.pdf"] {
        bring("KINGSTON", path).await.refused(422, "stick.no_file");
    }
    for gone in ["..", "", ".", "SANDISK", "secret.jpg"] {
        bring(gone, "secret.jpg").await.refused(422, "stick.gone");
    }
    fs::remove_dir_all(&stick).unwrap();
    bring("KINGSTON", "Công văn/ảnh.jpg").await.refused(422, "stick.gone");
    let teacher = school.signed_in("teacher").await;
    teacher.get("/api/sticks").await.refused(403, "rights.missing");
    let asked = json!({"stick": "KINGSTON", "path": "hỏng.pdf"});
    teacher.post("/api/sticks/bring", asked).await.refused(403, "rights.missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_drawn_for_the_clerk() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let slip = json!({"book": "incoming", "issuing_body": "Phòng Nội vụ", "reference_code": "1/A",
        "issue_date": "2026-01-12", "document_type": "notice", "subject": "Thử"});
    let letter = clerk.post("/api/letters", slip).await.json();
    let letter = id(&letter["id"]);
    let mut drawn = Vec::new();
    for path in ["separator".to_owned(), format!("sheet/{letter}"), format!("stamp/{letter}")] {
        let path = format!("/api/marks/{path}.svg");
        let answer = clerk.get(&path).await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_bytes()),
            (StatusCode::OK, &b"image/svg+xml"[..])
        );
        assert!(answer.bytes.starts_with(b"<svg"));
        drawn.push(answer.bytes);
        school.signed_in("head").await.get(&path).await.refused(403, "rights.missing");
    }
    drawn.dedup();
    assert_eq!(drawn.len(), 3, "each mark says something else");
    for path in ["sheet/00000000-0000-0000-0000-000000000000.svg", "stamp/x.svg", "sheet/x"] {
        clerk.get(&format!("/api/marks/{path}")).await.refused(404, "not_found");
    }
}
