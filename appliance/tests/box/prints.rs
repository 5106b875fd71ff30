//! Papers to print: the books, the slip, stamps and separators say what stands in the rows, to whoever may read them.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use sight::mark::Mark;

use crate::school::{Answer, Person, School};

/// What poppler reads in a PDF, with blanks as one.
fn words(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, &answer.bytes).unwrap();
    let output = std::process::Command::new("pdftotext").arg("-raw").arg(&path).arg("-").output();
    let output = output.expect("pdftotext is missing: run `cargo xtask setup`, or install poppler-utils");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The mark the box sees on the first page, scanned at the least resolution the law allows.
fn read_at_200_dpi(answer: &Answer) -> Option<Mark> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, &answer.bytes).unwrap();
    let picture = folder.path().join("page");
    let drawn = std::process::Command::new("pdftoppm")
        .args(["-r", "200", "-jpeg", "-l", "1", "-singlefile"])
        .args([&path, &picture])
        .status();
    assert!(drawn.expect("pdftoppm is missing: run `cargo xtask setup`, or install poppler-utils").success());
    let bytes = std::fs::read(picture.with_extension("jpg")).unwrap();
    let seen = sight::see(&sight::Picture::read(&bytes, 200).unwrap());
    seen.codes.iter().find_map(|text| Mark::read(text))
}

async fn registered(clerk: &Person<'_>, code: &str, subject: &str) -> Value {
    let form = json!({"book": "incoming", "issuing_body": "Phòng Văn hóa – Xã hội", "reference_code": code,
        "issue_date": "2026-01-05", "document_type": "official_letter", "subject": subject, "copies": 1});
    let answer = clerk.post("/api/letters", form).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_is_printed_as_it_stands_with_void_numbers_and_their_reasons() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    registered(&clerk, "12/PVHXH", "Về việc tập huấn").await;
    let void = registered(&clerk, "13/PVHXH", "Gửi nhầm nơi nhận").await;
    let path = format!("/api/letters/{}/void", void["id"].as_str().unwrap());
    let voided =
        clerk.post(&path, json!({"version": void["version"], "reason": "Văn bản của trường khác"})).await;
    assert_eq!(voided.status, StatusCode::OK, "{}", voided.json());

    let book = clerk.get("/api/books/incoming/register.pdf").await;
    let disposition = book.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.starts_with("inline; filename*=UTF-8''S%E1%BB%95%20"), "{disposition}");
    let said = words(&book);
    for expected in [
        "TRƯỜNG THCS HOA MAI",
        "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN",
        "Từ số 1 đến số 2",
        "12/PVHXH 05/01/2026 Công văn: Về việc tập huấn",
        "Hủy: Văn bản của trường khác",
        "Cộng: 2 văn bản, từ số 1 đến số 2.",
        "Trang 1/1",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }

    let before = words(&clerk.get("/api/books/incoming/register.pdf?from=2020-01-01&to=2020-12-31").await);
    assert!(before.contains("Từ ngày 01/01/2020 đến ngày 31/12/2020"), "{before}");
    assert!(before.contains("Không có văn bản nào trong thời gian này.") && !before.contains("12/PVHXH"));
    let drafts = words(&clerk.get("/api/books/outgoing/register.pdf").await);
    assert!(drafts.contains("SỔ ĐĂNG KÝ VĂN BẢN ĐI"));
    clerk
        .get("/api/books/incoming/register.pdf?from=2026-02-01&to=2026-01-01")
        .await
        .refused(422, "print.days");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_cannot_be_printed_is_told_with_its_line() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    registered(&clerk, "12/PVHXH", "Về việc tập huấn").await;
    registered(&clerk, "13/PVHXH", "Chúc mừng năm mới \u{1F389}").await;
    let refused = clerk.get("/api/books/incoming/register.pdf").await;
    refused.refused(422, "print.no_letter");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("“\u{1F389}” ở dòng số 2"), "{detail}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slip_says_what_was_said_and_leaves_room_for_the_rest() {
    let school = School::with_sheets(1).await;
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let letter = registered(&clerk, "12/PVHXH", "Về việc tập huấn").await;
    let path = |rest: &str| format!("/api/letters/{}/{rest}", letter["id"].as_str().unwrap());
    let fresh = words(&clerk.get(&path("slip.pdf")).await);
    assert!(
        fresh.contains("Công văn số 12/PVHXH ngày 05 tháng 01 năm 2026 của Phòng Văn hóa – Xã hội"),
        "{fresh}"
    );
    assert!(fresh.contains("- Ý kiến: - Giao đơn vị, cá nhân chủ trì:"), "{fresh}");

    let submitted = clerk.post(&path("submit"), json!({"version": letter["version"]})).await.json();
    let teacher = school.viewer("teacher").await;
    let asked = json!({"version": submitted["version"], "words": "Cô Cúc đi dự, về báo cáo.", "lead": teacher.id, "due_date": "2026-12-01"});
    let directed = head.post(&path("direct"), asked).await;
    assert_eq!(directed.status, StatusCode::OK, "{}", directed.json());
    let said = words(&school.signed_in("teacher").await.get(&path("slip.pdf")).await);
    for expected in [
        "Ý kiến: Cô Cúc đi dự, về báo cáo. (Trần Văn Bách,",
        "Giao đơn vị, cá nhân chủ trì: Phạm Thu Cúc",
        "3. Ý kiến đề xuất của người giải quyết",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stamps_and_separators_are_printed_for_documents_that_have_a_number() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let letters = [registered(&clerk, "12/X", "Một").await, registered(&clerk, "13/X", "Hai").await];
    let [one, two] = letters.each_ref().map(|letter| letter["id"].as_str().unwrap());
    let said =
        words(&clerk.get(&format!("/api/marks/stamps.pdf?letters={one},{two}&labels=70x37&first=3")).await);
    assert_eq!((said.matches("ĐẾN").count(), said.contains("Số: 2")), (2, true), "{said}");
    let said = words(&clerk.get(&format!("/api/marks/separators.pdf?letter={two}&sheets=2")).await);
    assert_eq!(said.matches("Văn bản đến số 2").count(), 2, "{said}");
    for (path, expected) in [
        (format!("/api/marks/stamps.pdf?letters={two}"), Mark::StampOf(two.parse().unwrap())),
        (format!("/api/marks/separators.pdf?letter={two}"), Mark::SheetOf(two.parse().unwrap())),
        ("/api/marks/separators.pdf".into(), Mark::Separator),
    ] {
        assert_eq!(read_at_200_dpi(&clerk.get(&path).await), Some(expected), "{path}");
    }
    clerk.get("/api/marks/stamps.pdf").await.refused(422, "print.how_many");
    clerk.get("/api/marks/separators.pdf?sheets=0").await.refused(422, "print.how_many");
    let draft = json!({"book": "outgoing", "document_type": "official_letter", "subject": "Dự thảo", "recipients": "Sở"});
    let draft = clerk.post("/api/letters", draft).await.json();
    let path = format!("/api/marks/stamps.pdf?letters={}", draft["id"].as_str().unwrap());
    clerk.get(&path).await.refused(422, "print.no_stamp");
    let path = format!("/api/letters/{}/slip.pdf", draft["id"].as_str().unwrap());
    clerk.get(&path).await.refused(422, "print.no_slip");
    school.closed().await;
}
