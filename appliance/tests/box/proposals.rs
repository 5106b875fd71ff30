//! What a page says is offered for the columns of the book, once it has been read, to whoever may see the page.

use std::os::unix::fs::PermissionsExt;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use vanthu::Settings;
use vanthu::reading::Reader;

use crate::school::{School, fixture, id, lay_sheets};

/// A box whose tesseract tells of every page what it told of p01, once the test lets it.
async fn school() -> School {
    let folder = TempDir::new().unwrap();
    lay_sheets(&folder.path().join("feeder"), 1);
    let (program, go) = (folder.path().join("tesseract"), folder.path().join("go"));
    let script = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = --list-langs ]; then echo vie; exit; fi\n\
         IFS= read -r kind\n\
         if [ \"$kind\" = P4 ]; then exit; fi\n\
         while ! [ -e '{}' ]; do sleep 0.05; done\n\
         cat '{}'\n",
        go.display(),
        fixture("pages/p01.tsv").display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
    settings.via = scanner::Via::Folder(folder.path().join("feeder"));
    settings.reader = Some(Reader::new(program));
    School::founded(folder, settings).await
}

fn said(proposals: &Value) -> Vec<(&str, &str)> {
    let items = proposals["items"].as_array().unwrap().iter();
    items.map(|item| (item["column"].as_str().unwrap(), item["value"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_read_says_what_the_columns_may_be() {
    let school = school().await;
    let clerk = school.clerk().await;
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    let answer = clerk.ask(Method::POST, "/api/uploads", "application/octet-stream", page.into(), &[]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let path = format!("/api/scans/{}", id(&answer.json()["scan"]["id"]));
    let ask = format!("{path}/proposals");
    let waiting = clerk.until(&ask, |proposals| proposals["reading"] == true).await;
    assert_eq!(waiting["items"], json!([]));

    std::fs::write(school.folder.path().join("go"), "").unwrap();
    let read = clerk.until(&ask, |proposals| proposals["reading"] == false).await;
    let expected = [
        ("issuing_body", "Phòng Nội vụ"),
        ("reference_code", "147/PNV-VTLT"),
        ("issue_date", "2024-03-12"),
        ("document_type", "official_letter"),
        ("subject", "Hướng dẫn số hóa hồ sơ, tài liệu lưu trữ cấp xã"),
    ];
    assert_eq!(said(&read), expected);
    assert_eq!(read["items"][4]["areas"].as_array().unwrap().len(), 2, "two lines of it");

    // What was read the other way up says nothing of the page as it lies now.
    std::fs::remove_file(school.folder.path().join("go")).unwrap();
    let version = clerk.get(&path).await.json()["version"].clone();
    let turned = json!({"version": version, "pages": [{"page": 1, "turn": 180, "opens": false}]});
    assert_eq!(clerk.post(&format!("{path}/arrange"), turned).await.status, StatusCode::OK);
    assert_eq!(clerk.get(&ask).await.json(), json!({"reading": true, "items": []}));
}
