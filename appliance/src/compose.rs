//! Pages to the document of record: the captures of a scan, or pictures that were brought, in the order and the way up
//! the clerk gave them, become a PDF/A that is at rest before the office hears of it. One at a time, one page in memory.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use office::scans::{self, Command as Scans, Paper, Placed, Scan, ScanPage, Words};
use office::{Actor, Command, Error, Refusal};
use paper::{About, CaptureRef, ComposeError, Dress};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::reading::texts;
use crate::{App, blocking};

/// Who the box is when it makes a PDF.
const SCAN_DESK: Actor = Actor::Machine("bàn quét");

/// Where PDFs are made and looked into: room for one at a time, so that memory is bounded by one document.
#[derive(Clone)]
pub struct Bench(Arc<Semaphore>);

impl Default for Bench {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Bench {
    /// Waits for the room.
    pub(crate) async fn room(&self) -> SemaphorePermit<'_> {
        self.0.acquire().await.expect("the semaphore is never closed")
    }
}

/// The paper of a scan, made now unless its pages have not changed since it was made and no words came that it lacks.
/// It takes the words that have been read and waits for none; a paper that was filed, and one that was brought, stays
/// as it is.
///
/// # Errors
/// `scan.no_pages`; `version.stale` if a page came or went meanwhile; a full disk.
pub(crate) async fn paper_of(app: &App, scan: Uuid) -> Result<Paper, Error> {
    let _room = app.bench.room().await;
    let (row, pages) = app.desk.read(move |rows| on_desk(rows, scan)).await?;
    if let Some(paper) = row.paper.filter(|_| row.words != Words::Since) {
        return Ok(paper);
    }
    if pages.is_empty() {
        return Err(Refusal::new(
            "scan.no_pages",
            422,
            "Lần quét này chưa có trang nào. Hãy đặt giấy vào máy quét rồi bấm Quét tiếp.",
        )
        .into());
    }
    let about = about(app, "Bản số hóa").await?;
    let journal = app.desk.journal().clone();
    let words = pages.iter().filter_map(|(placed, page)| page.words(placed.turn)).collect();
    let dressed = pages.iter().map(|(placed, page)| page.dressed(placed)).collect();
    let paper = blocking(move || written(&journal, &pages, &about)).await??;
    let composed =
        Scans::Compose { scan, version: row.version, paper: paper.clone(), words: Some(words), dressed };
    app.desk.execute(SCAN_DESK, Command::Scans(composed)).await?;
    Ok(paper)
}

/// The job and its pages as they stand, unless its paper is made already and lacks nothing.
fn on_desk(rows: &journal::Snapshot, scan: Uuid) -> Result<(Scan, Vec<(Placed, ScanPage)>), Error> {
    let row = rows.get::<Scan>(&scan.to_string())?.ok_or_else(Refusal::not_found)?;
    let pages = match row.paper {
        Some(_) if row.words != Words::Since => Vec::new(),
        _ => scans::pages(rows, scan, &row.order)?,
    };
    let placed = row.order.iter().copied().zip(pages).collect();
    Ok((row, placed))
}

/// What stands in the file about it.
///
/// # Errors
/// If the store fails.
pub(crate) async fn about(app: &App, title: &str) -> Result<About, Error> {
    let unit = unit_name(app).await?;
    Ok(stated(title, unit, app.desk.now().in_vietnam()))
}

/// What the unit is called; nothing before it was set up.
///
/// # Errors
/// If the store fails.
pub(crate) async fn unit_name(app: &App) -> Result<String, Error> {
    let unit = app.desk.read(|snapshot| Ok(office::units::rules::current(snapshot)?)).await?;
    Ok(unit.map(|unit| unit.facts.name).unwrap_or_default())
}

/// The same, without a box.
pub(crate) fn stated(title: &str, unit: String, created: DateTime<FixedOffset>) -> About {
    About {
        title: title.to_owned(),
        subject: String::new(),
        author: unit,
        language: "vi-VN".into(),
        created,
        register: None,
    }
}

fn written(journal: &journal::Journal, pages: &[(Placed, ScanPage)], about: &About) -> Result<Paper, Error> {
    let captures = pages.iter().map(|(placed, page)| {
        let bytes = journal.blobs().read(&page.capture)?.ok_or(journal::Fault::MissingBlob(page.capture))?;
        let words = page.words(placed.turn).map(|name| texts::words(journal, &name)).transpose()?.flatten();
        let text = words.map(Cow::Owned);
        let dressed = page.dressed(placed);
        let dress = Dress { straighten_tenths: dressed.straighten_tenths, clean_edges: dressed.clean_edges };
        Ok::<_, journal::Fault>(CaptureRef {
            dress,
            text,
            ..CaptureRef::new(bytes, page.dpi).turned(placed.turn)
        })
    });
    let mut blob = journal.blobs().writer()?;
    let composed =
        paper::compose(captures, about, paper::Making::default(), &mut blob).map_err(not_composed)?;
    let name = blob.finish()?;
    Ok(Paper { name, pages: composed.pages, bytes: composed.bytes, signed: false })
}

fn not_composed(error: ComposeError) -> Error {
    match error {
        ComposeError::Write(error) => Error::Fault(error.into()),
        other => Error::Broken(format!("composing: {other}")),
    }
}
