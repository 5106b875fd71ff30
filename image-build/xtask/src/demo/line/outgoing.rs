//! The outgoing way: draft, approval, number, the head's signature, the unit's seal.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{Line, SEAL_PIN, SIGN_PIN, known, scanning, wait_for};
use crate::demo::client::{Answer, Client, Trouble};
use crate::demo::facts::{demand, items, text};
use crate::run::read;

/// As printed on the sample page `p02`.
const SUBJECT: &str = "Về việc thành lập Tổ số hóa tài liệu lưu trữ";

/// The clerk scans the signed decision, drafts its line and lays it before the head.
pub(super) fn clerk_drafts(line: &mut Line) -> Answer<()> {
    let clerk = line.clerk()?;
    let book = clerk.get("/api/letters?book=outgoing&limit=100")?;
    let there = items(&book).iter().find(|letter| letter["subject"] == SUBJECT);
    let letter = match there {
        Some(letter) => letter.clone(),
        None => {
            let paper = scanning::scan(line)?;
            let paper = scanning::compose(line, &paper)?;
            let composed = scanning::composed(Some(&paper))?;
            line.outgoing_paper = Some(paper);
            clerk.post(
                "/api/letters",
                &json!({
                    "book": "outgoing",
                    "document_type": "decision",
                    "subject": SUBJECT,
                    "recipients": "Như Điều 5; Ủy ban nhân dân xã Bình An (để báo cáo); Lưu: VT",
                    "signatory": line.house.staff.head.name,
                    "urgency": "normal",
                    "copies": 3,
                    "paper": composed,
                }),
            )?
        }
    };
    let id = text(&letter, "/id")?.to_owned();
    line.outgoing = Some(id.clone());
    line.kept.note_letter(&letter)?;
    line.act(&clerk, &id, "submit", json!({}), &["submitted", "approved", "released"])
}

/// The head agrees.
pub(super) fn head_approves(line: &mut Line) -> Answer<()> {
    let letter = known(line.outgoing.as_ref(), "the outgoing document")?.to_owned();
    let head = line.head()?;
    line.act(&head, &letter, "approve", json!({"words": "Đồng ý."}), &["approved", "released"])
}

/// The clerk releases it; the issue number is given now and not before.
pub(super) fn clerk_releases(line: &mut Line) -> Answer<()> {
    let letter = known(line.outgoing.as_ref(), "the outgoing document")?.to_owned();
    let clerk = line.clerk()?;
    line.act(&clerk, &letter, "release", json!({}), &["released"])?;
    let released = clerk.get(&format!("/api/letters/{letter}"))?;
    demand(
        released["number"] == 1,
        format!("the first issue number of the year is not 1: {}", released["number"]),
    )
}

/// The head signs with her own key.
pub(super) fn head_signs(line: &mut Line) -> Answer<()> {
    let letter = known(line.outgoing.as_ref(), "the outgoing document")?.to_owned();
    let head = line.head()?;
    let asked = json!({"certificate": certificate(&head, "mine")?, "pin": SIGN_PIN});
    line.act(&head, &letter, "sign", asked, &["released"])?;
    let signed = wait_for("the head's signature", || {
        let now = head.get(&format!("/api/letters/{letter}"))?;
        match now.pointer("/signatures/0/state").and_then(Value::as_str) {
            Some("signed") => Ok(Some(now)),
            Some("failed") => {
                Err(Trouble::Wrong(format!("signing failed: {}", now["signatures"][0]["sentence"])))
            }
            _ => Ok(None),
        }
    })?;
    line.kept.note_letter(&signed)
}

/// The clerk unlocks the seal; the box signs; an independent judge looks at the result.
pub(super) fn clerk_seals(line: &mut Line) -> Answer<()> {
    let letter = known(line.outgoing.as_ref(), "the outgoing document")?.to_owned();
    let page = format!("/api/letters/{letter}");
    let clerk = line.clerk()?;
    let asked = json!({"certificate": certificate(&clerk, "unit")?, "pin": SEAL_PIN});
    line.act(&clerk, &letter, "seal", asked, &["released"])?;

    let sealed = wait_for("the document to be sealed", || {
        let now = clerk.get(&page)?;
        match text(&now, "/seal/state")? {
            "sealed" => Ok(Some(now)),
            "failed" => Err(Trouble::Wrong(format!("sealing failed: {}", now["seal"]["sentence"]))),
            _ => Ok(None),
        }
    })?;
    line.kept.note_letter(&sealed)?;
    let file =
        items(&sealed["files"]).iter().find(|file| file["kind"] == "sealed").cloned().unwrap_or_default();
    let pdf = clerk.bytes(&format!("{page}/files/{}", text(&file, "/name")?))?;
    let path = line.house.folder.join("sealed.pdf");
    fs::write(&path, pdf).map_err(|why| Trouble::Wrong(format!("{}: {why}", path.display())))?;
    let verdict = read(Command::new("pdfsig").arg("-nocert").arg(&path)).map_err(Trouble::Wrong)?;
    line.sealed_pdf = Some(path);
    let valid =
        verdict.matches("Signature is Valid.").count() == 2 && verdict.contains("Total document signed");
    demand(valid, format!("pdfsig does not find the head's signature and the unit's valid: {verdict}"))
}

/// The certificate of this person, or the unit's, that something can be signed with.
fn certificate(who: &Client, kind: &str) -> Answer<String> {
    let certificates = who.get("/api/certificates")?;
    let usable = |known: &&Value| known["usable"] == true && known[kind] == true;
    text(items(&certificates).iter().find(usable).unwrap_or(&Value::Null), "/id").map(str::to_owned)
}
