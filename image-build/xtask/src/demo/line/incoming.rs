//! The incoming way: paper, register, head, teacher, done.

use serde_json::json;

use super::{Line, known, scanning};
use crate::demo::client::Answer;
use crate::demo::facts::{demand, items, text};

/// As printed on the sample page `p01`.
const REFERENCE_CODE: &str = "147/PNV-VTLT";

/// The clerk presses the one button.
pub(super) fn paper_is_scanned(line: &mut Line) -> Answer<()> {
    line.incoming_paper = Some(scanning::scan(line)?);
    Ok(())
}

/// Pages become PDF/A.
pub(super) fn pages_become_a_document(line: &mut Line) -> Answer<()> {
    let paper = line.incoming_paper.clone().unwrap_or_default();
    line.incoming_paper = Some(scanning::compose(line, &paper)?);
    Ok(())
}

/// The clerk enters it into the book; the arrival number is given.
pub(super) fn clerk_registers(line: &mut Line) -> Answer<()> {
    let clerk = line.clerk()?;
    let book = clerk.get("/api/letters?book=incoming&limit=100")?;
    let there = items(&book).iter().find(|letter| letter["reference_code"] == REFERENCE_CODE);
    let letter = match there {
        Some(letter) => letter.clone(),
        None => clerk.post(
            "/api/letters",
            &json!({
                "book": "incoming",
                "issuing_body": "Phòng Nội vụ huyện Thanh Hà Sơn",
                "reference_code": REFERENCE_CODE,
                "issue_date": "2024-03-12",
                "document_type": "official_letter",
                "subject": "V/v hướng dẫn số hóa hồ sơ, tài liệu lưu trữ cấp xã",
                "signatory": "Đặng Quỳnh Hương",
                "urgency": "normal",
                "secrecy": "none",
                "paper": scanning::composed(line.incoming_paper.as_ref())?,
            }),
        )?,
    };
    demand(
        letter["number"] == 1,
        format!("the first arrival number of the year is not 1: {}", letter["number"]),
    )?;
    line.incoming = Some(text(&letter, "/id")?.to_owned());
    line.kept.note_letter(&letter)
}

/// The clerk lays it before the head.
pub(super) fn clerk_submits(line: &mut Line) -> Answer<()> {
    let letter = known(line.incoming.as_ref(), "the incoming document")?.to_owned();
    let clerk = line.clerk()?;
    line.act(&clerk, &letter, "submit", json!({}), &["submitted", "assigned", "completed"])
}

/// The head reads it, writes her word and names who is to do it.
pub(super) fn head_directs(line: &mut Line) -> Answer<()> {
    let letter = known(line.incoming.as_ref(), "the incoming document")?.to_owned();
    let teacher = line.id_of(line.house.staff.teacher.username)?;
    let head = line.head()?;
    head.post(&format!("/api/letters/{letter}/read"), &json!({}))?;
    let word =
        json!({"words": "Giao cô Ngân chủ trì, báo cáo trước ngày 30.", "lead": teacher, "cooperating": []});
    line.act(&head, &letter, "direct", word, &["assigned", "completed"])
}

/// The teacher finds it, reads the paper and reports; a colleague to whom it was not given does not see it.
pub(super) fn teacher_completes(line: &mut Line) -> Answer<()> {
    let letter = known(line.incoming.as_ref(), "the incoming document")?.to_owned();
    let teacher = line.teacher()?;
    let page = format!("/api/letters/{letter}");
    let facts = teacher.get(&page)?;
    let pdf = teacher.bytes(&format!("{page}/files/{}", text(&facts, "/files/0/name")?))?;
    demand(pdf.starts_with(b"%PDF-"), "the document's file is no PDF")?;
    teacher.post(&format!("{page}/read"), &json!({}))?;
    let other = line.house.staff.other_teacher.clone();
    let colleague = line.session_of(&other)?;
    demand(colleague.get(&page).is_err(), "a teacher sees a document that was not routed to her")?;
    let report = json!({"report": "Đã lập danh mục hồ sơ cần số hóa và gửi văn thư."});
    line.act(&teacher, &letter, "complete", report, &["completed"])
}
