//! From paper to document: shared by the incoming and the outgoing way.

use serde_json::{Value, json};

use super::{Line, Paper, known, wait_for};
use crate::demo::client::{Answer, Client, Trouble};
use crate::demo::facts::{demand, items, number, text};

/// Scans what lies in the scanner, or adopts a scan that was under way when the plug was pulled.
pub(super) fn scan(line: &mut Line) -> Answer<Paper> {
    let clerk = line.clerk()?;
    let open = clerk.get("/api/scans")?;
    // A document already made of its pages would be adopted by composing again, which changes nothing.
    let adopted = items(&open).iter().find(|scan| scan["state"] != "filed" && scan["state"] != "discarded");
    let scan = match adopted {
        Some(scan) => text(scan, "/id")?.to_owned(),
        None => begin(&clerk)?,
    };
    let done = finish(&clerk, &scan)?;
    let pages = items(&done["pages"]);
    demand(!pages.is_empty(), format!("the scan brought no page: {done}"))?;
    for page in pages {
        let thumbnail =
            clerk.bytes(&format!("/api/scans/{scan}/pages/{}.jpg?size=small", number(page, "/page")?))?;
        demand(thumbnail.starts_with(&[0xff, 0xd8]), "a page's thumbnail is no JPEG")?;
    }
    line.kept.note_scan(&done)?;
    Ok(Paper { scan, composed: None })
}

fn begin(clerk: &Client) -> Answer<String> {
    let scanners = wait_for("a scanner to be ready", || {
        let scanners = clerk.get("/api/scanners")?;
        Ok((scanners["state"] == "ready").then_some(scanners))
    })?;
    let device = items(&scanners["devices"]).first().cloned().unwrap_or_default();
    // From the glass, so that each document gets the sheet whose words it is registered with.
    let offered = items(&device["sources"]);
    let source = offered.iter().find(|source| *source == "flatbed").or(offered.first());
    let dpi = best_resolution(&device);
    let asked = json!({
        "device": text(&device, "/id")?, "source": source, "colour": "colour", "dpi": dpi, "paper": "a4",
    });
    let scan = clerk.post("/api/scans", &asked)?;
    text(&scan, "/id").map(str::to_owned)
}

/// 300 dpi where the device offers it; at least the 200 the decree asks for.
fn best_resolution(device: &Value) -> u64 {
    let offered = items(&device["resolutions_dpi"]).iter().filter_map(Value::as_u64);
    offered.filter(|dpi| (200..=300).contains(dpi)).max().unwrap_or(300)
}

fn finish(clerk: &Client, scan: &str) -> Answer<Value> {
    let mut fed_again = false;
    wait_for("the scan to end", || {
        let now = clerk.get(&format!("/api/scans/{scan}"))?;
        match text(&now, "/state")? {
            "done" => Ok(Some(now)),
            // The plug was pulled while the sheet ran through: it is laid in once more.
            "failed" | "cancelled" if !fed_again => {
                fed_again = true;
                clerk.post(&format!("/api/scans/{scan}/continue"), &json!({"version": now["version"]}))?;
                Ok(None)
            }
            "failed" | "cancelled" => Err(Trouble::Wrong(format!("the scan failed: {}", now["error"]))),
            _ => Ok(None),
        }
    })
}

/// Makes the document of record of a scan's pages; again gives the same.
pub(super) fn compose(line: &mut Line, paper: &Paper) -> Answer<Paper> {
    let clerk = line.clerk()?;
    let made = clerk.post(&format!("/api/scans/{}/compose", paper.scan), &json!({}))?;
    demand(number(&made, "/paper/pages")? > 0, "the composed document has no page")?;
    let composed = text(&made, "/paper/id")?.to_owned();
    Ok(Paper { composed: Some(composed), ..paper.clone() })
}

/// The document a paper was made into.
pub(super) fn composed(paper: Option<&Paper>) -> Answer<String> {
    let composed = paper.and_then(|paper| paper.composed.as_ref());
    known(composed, "the paper").map(str::to_owned)
}
