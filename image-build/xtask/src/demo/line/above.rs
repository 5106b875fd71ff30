//! The last stretch: the office above has the lines and the very bytes.

use std::fs;

use serde_json::{Value, json};

use super::{Line, known, wait_for};
use crate::demo::client::{Answer, Client, Trouble};
use crate::demo::facts::{demand, items, number, text};
use crate::demo::staff::SCHOOL;

/// What the office above tells its schools in this house.
const NOTICE: &str = "Lịch tập huấn công tác văn thư";

/// The clerk presses "gửi ngay" and sees that everything has been received.
pub(super) fn everything_is_acknowledged(line: &mut Line) -> Answer<()> {
    let clerk = line.clerk()?;
    clerk.post("/api/link/send-now", &json!({}))?;
    wait_for("the office above to acknowledge everything", || {
        let link = clerk.get("/api/link")?;
        let waiting = number(&link, "/waiting_entries")? + number(&link, "/waiting_blobs")?;
        if link["state"] == "refused" {
            return Err(Trouble::Wrong(format!("the hub refuses: {}", link["sentence"])));
        }
        Ok((waiting == 0 && !link["acknowledged_at"].is_null()).then_some(()))
    })
}

/// The office above opens its page: both register lines, and the sealed PDF byte for byte.
pub(super) fn office_above_has_it(line: &mut Line) -> Answer<()> {
    let operator =
        Client::sign_in(line.house.hub.base(), &json!({"password": line.house.operator_password}))?;
    let lines = operator.get("/api/lines?limit=100")?;
    let find = |document: &str| items(&lines).iter().find(|line| line["document"] == document).cloned();
    let mut blobs = 0;
    for id in [&line.incoming, &line.outgoing] {
        let id = known(id.as_ref(), "the document")?;
        let Some(there) = find(id) else {
            return Err(Trouble::Wrong(format!("the hub does not list document {id}: {lines}")));
        };
        demand(there["number"] == 1, format!("the hub has another number: {there}"))?;
        let pdf = operator.bytes(&format!("/api/blobs/{}", text(&there, "/pdf")?))?;
        demand(pdf.starts_with(b"%PDF-"), "the hub's copy is no PDF")?;
        blobs += 1;
        if Some(id) == line.outgoing.as_deref() {
            let ours = line.sealed_pdf.as_ref().and_then(|path| fs::read(path).ok());
            demand(
                ours.as_ref() == Some(&pdf),
                "the hub's copy of the sealed PDF has other bytes than the box's",
            )?;
        }
    }
    let fleet = operator.get("/api/fleet")?;
    let school = items(&fleet).iter().find(|unit| unit["name"] == SCHOOL).unwrap_or(&Value::Null).clone();
    line.held_above = json!({"entries": number(&school, "/head_seq")?, "blobs": blobs});
    Ok(())
}

/// What comes down: the receipt of each document, and a notice.
pub(super) fn word_comes_back(line: &mut Line) -> Answer<()> {
    let clerk = line.clerk()?;
    let notice_is_there = || -> Answer<bool> {
        let details = clerk.get("/api/link/details")?;
        Ok(items(&details["notices"]).iter().any(|notice| notice["title"] == NOTICE))
    };
    if !notice_is_there()? {
        let notice = json!({"unit": null, "title": NOTICE, "text": "Thứ Ba, 8 giờ, tại hội trường Ủy ban nhân dân xã."});
        operator(line)?.post("/api/notices", &notice)?;
    }
    wait_for("the notice of the office above", || Ok(notice_is_there()?.then_some(())))?;
    for id in [&line.incoming, &line.outgoing] {
        let page = format!("/api/letters/{}", known(id.as_ref(), "the document")?);
        wait_for("the receipt of the office above", || {
            Ok((clerk.get(&page)?["above"]["state"] == "received").then_some(()))
        })?;
    }
    Ok(())
}

fn operator(line: &Line) -> Answer<Client> {
    Client::sign_in(line.house.hub.base(), &json!({"password": line.house.operator_password}))
}
