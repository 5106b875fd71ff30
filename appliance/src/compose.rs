//! Pages to the document of record: the captures of a scan, or pictures that were brought, in the order and the way up
//! the clerk gave them, become a PDF/A that is at rest before the office hears of it. One at a time, one page in memory.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use office::scans::fit::{Plain, Tried, WhyPlain};
use office::scans::{self, Command as Scans, Made, Paper, Placed, Scan, ScanPage, SizeStep, Words};
use office::{Actor, Command, Error, Refusal};
use paper::{About, CaptureRef, ComposeError, Composed, Dress, Making, PageMade};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::reading::texts;
use crate::{App, blocking};

/// Papers of more pages are not made again unasked: a person who wants hers would wait for it.
pub(crate) const MOST_REMADE: u32 = 60;
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
/// as it is. What shall fit in so many MB is packed until it does, or as far as can be.
///
/// # Errors
/// `scan.no_pages`; `version.stale` if a page came or went meanwhile; a full disk.
pub(crate) async fn paper_of(app: &App, scan: Uuid) -> Result<Scan, Error> {
    let _room = app.bench.room().await;
    let laid = app.desk.read(move |rows| Laid::read(rows, scan)).await?;
    if laid.row.paper.is_some() && laid.row.words != Words::Since {
        return Ok(laid.row);
    }
    if laid.pages.is_empty() {
        return Err(Refusal::new(
            "scan.no_pages",
            422,
            "Lần quét này chưa có trang nào. Hãy đặt giấy vào máy quét rồi bấm Quét tiếp.",
        )
        .into());
    }
    let (paper, made) = laid.fitting(app).await?;
    laid.keep(app, &paper, &made).await?;
    Ok(Scan { paper: Some(paper), made, words: Words::In, ..laid.row })
}

/// The paper of a filed scan made again with the words of its pages, at rest; nothing as long as one of them is still to
/// be read.
///
/// # Errors
/// A full disk; a page that cannot be read.
pub(crate) async fn with_words(app: &App, scan: Uuid) -> Result<Option<(Paper, Made)>, Error> {
    let laid = app.desk.read(move |rows| Laid::read(rows, scan)).await?;
    if laid.pages.iter().any(|(placed, page)| page.is_to_be_read(placed.turn)) {
        return Ok(None);
    }
    let _room = app.bench.room().await;
    laid.fitting(app).await.map(Some)
}

/// A job and its pages as they stood when somebody looked: what a paper is made of.
pub(crate) struct Laid {
    pub(crate) row: Scan,
    pages: Arc<[(Placed, ScanPage)]>,
}

/// What came of a step.
pub(crate) struct Packed {
    pub(crate) tried: Tried,
    /// At rest, unless it was too large.
    pub(crate) paper: Option<Paper>,
    pub(crate) plain: Vec<Plain>,
}

impl Laid {
    /// # Errors
    /// 404; if the store fails.
    pub(crate) fn read(rows: &journal::Snapshot, scan: Uuid) -> Result<Self, Error> {
        let row = rows.get::<Scan>(&scan.to_string())?.ok_or_else(Refusal::not_found)?;
        // A file that was brought may have a thousand pages nobody asks for.
        let pages = if row.is_as_brought() { Vec::new() } else { scans::pages(rows, scan, &row.order)? };
        let pages = row.order.iter().copied().zip(pages).collect();
        Ok(Self { row, pages })
    }

    /// Its paper, packed until it fits in what it shall fit in, or as far as can be.
    async fn fitting(&self, app: &App) -> Result<(Paper, Made), Error> {
        // Words only make it larger: steps that were too large for the same pages are not tried again.
        let first = self.row.paper.as_ref().map_or(SizeStep::Usual, |_| self.row.made.step);
        let most_bytes = self.row.made.most_bytes;
        for step in SizeStep::ALL.into_iter().filter(|step| *step >= first) {
            let most = most_bytes.filter(|_| step != SizeStep::Tightest);
            if let Packed { paper: Some(paper), plain, .. } = self.packed(app, step, most).await? {
                return Ok((paper, Made { step, most_bytes, plain }));
            }
        }
        Err(Error::Broken("the last step has no bound".into()))
    }

    /// Makes its paper by a step; what is larger than `most` is not kept. Whoever asks holds the bench's room.
    ///
    /// # Errors
    /// A full disk; a page that cannot be read.
    pub(crate) async fn packed(&self, app: &App, step: SizeStep, most: Option<u64>) -> Result<Packed, Error> {
        let about = about(app, "Bản số hóa").await?;
        let (journal, pages) = (app.desk.journal().clone(), self.pages.clone());
        blocking(move || written(&journal, &pages, &about, step, most)).await?
    }

    /// Says of a paper that it is the job's, unless pages came or went meanwhile.
    ///
    /// # Errors
    /// `version.stale`; if the store fails.
    pub(crate) async fn keep(&self, app: &App, paper: &Paper, made: &Made) -> Result<(), Error> {
        let words = self.pages.iter().filter_map(|(placed, page)| page.words(placed.turn)).collect();
        let composed = Scans::Compose {
            scan: self.row.id,
            version: self.row.version,
            paper: paper.clone(),
            words: Some(words),
            dressed: self.pages.iter().map(|(placed, page)| page.dressed(placed)).collect(),
            made: made.clone(),
        };
        app.desk.execute(SCAN_DESK, Command::Scans(composed)).await?;
        Ok(())
    }
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

fn written(
    journal: &journal::Journal,
    pages: &[(Placed, ScanPage)],
    about: &About,
    step: SizeStep,
    most: Option<u64>,
) -> Result<Packed, Error> {
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
    let making = Making { size: size(step), ..Making::default() };
    let composed = paper::compose(captures, about, making, &mut blob).map_err(not_composed)?;
    let (tried, plain) = (Tried { step, bytes: composed.bytes }, plain(&composed));
    if most.is_some_and(|most| composed.bytes > most) {
        return Ok(Packed { tried, paper: None, plain });
    }
    let name = blob.finish()?;
    let paper = Paper { name, pages: composed.pages, bytes: composed.bytes, signed: false };
    Ok(Packed { tried, paper: Some(paper), plain })
}

/// The office's word for a step, as the paper's maker has it.
pub(crate) fn size(step: SizeStep) -> paper::SizeStep {
    match step {
        SizeStep::Usual => paper::SizeStep::Usual,
        SizeStep::Tight => paper::SizeStep::Tight,
        SizeStep::Tightest => paper::SizeStep::Tightest,
    }
}

/// The pages that stayed as they came although nobody asked for it.
pub(crate) fn plain(composed: &Composed) -> Vec<Plain> {
    let why = |made: &PageMade| match made {
        PageMade::Layered | PageMade::Bilevel | PageMade::Plain(paper::WhyPlain::Asked) => None,
        PageMade::Plain(paper::WhyPlain::Picture) => Some(WhyPlain::Picture),
        PageMade::Plain(paper::WhyPlain::LosesInk) => Some(WhyPlain::LosesInk),
        PageMade::Plain(paper::WhyPlain::NoGain) => Some(WhyPlain::NoGain),
        PageMade::Plain(paper::WhyPlain::TooLarge) => Some(WhyPlain::TooLarge),
        PageMade::Plain(paper::WhyPlain::Undecodable) => Some(WhyPlain::Undecodable),
    };
    Plain::of((1..).zip(&composed.made).filter_map(|(place, made)| Some((place, why(made)?))))
}

fn not_composed(error: ComposeError) -> Error {
    match error {
        ComposeError::Write(error) => Error::Fault(error.into()),
        other => Error::Broken(format!("composing: {other}")),
    }
}
