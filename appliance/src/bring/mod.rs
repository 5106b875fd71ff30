//! Paper that does not come from our scanner: files and photographs sent by a browser, what a copier puts into a shared
//! folder, what lies on a USB stick. It comes to the same desk as a scan and gets the same checks.
//!
//! ```text
//! browser   POST /api/uploads ----+
//! copier    DATA/inbox (2 s) -----+--> blob --> opened: what is it? --+--> pages: Bring, KeepPages, Compose
//! stick     POST /api/sticks/bring+            (one at a time)       +--> a PDF kept whole: Upload
//! ```
//!
//! A file is believed only after it was looked into. An image becomes a page, a photograph is straightened with its
//! original kept beside it, a TIFF becomes a stack, and a PDF that is nothing but scanned pages is taken apart, so that
//! its pages are judged, turned and parted like any other; the file itself stays the paper until somebody changes a
//! page. Any other PDF - a signed one before all - is kept byte for byte. A file of a word processor becomes a PDF first.

mod copied;
mod http;
pub(crate) mod inbox;
mod marks;
mod opened;
mod refused;
mod sticks;
mod straighten;
mod word;

use std::path::PathBuf;

use office::scans::{Command as Scans, Made, Paper, Placed, Scan, Way};
use office::{Actor, Command, Desk, Error};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;
use wire::Sha256;

pub(crate) use self::http::PATH;
use self::opened::{Content, Page, opened};
pub use self::word::Word;
use crate::{App, blocking};

/// Most bytes of a file; what the national interchange takes is far below.
const MOST_BYTES: u64 = 64 << 20;
/// Who the box is when it lays pages on the desk for whoever brought them.
const SCAN_DESK: Actor = Actor::Machine("bàn quét");

/// Where paper is looked for.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder copiers scan to.
    pub inbox: PathBuf,
    /// Below it each USB stick is a folder.
    pub sticks: PathBuf,
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    http::routes()
        .merge(straighten::routes())
        .merge(marks::routes())
        .merge(sticks::routes())
        .merge(inbox::routes())
}

/// A file at rest that somebody wants on the desk.
struct File {
    /// Its bytes.
    name: Sha256,
    /// Its name at its owner's.
    file_name: String,
    /// How it came.
    way: Way,
}

/// Lays a file on the desk and says as what.
async fn to_desk(app: &App, actor: Actor, file: File) -> Result<Uuid, Error> {
    let app = app.clone();
    whoever_leaves(async move {
        // Before the bench: LibreOffice takes its time, and others have pages to make.
        let file = word::as_pdf(&app, file).await?;
        let _room = app.bench.room().await;
        let way = file.way;
        let content = looked_into(&app, file.name, way).await?;
        let scan = begun(&app, actor.clone(), file, &content).await?;
        laid(&app, actor, (scan, way), content).await?;
        Ok(scan)
    })
    .await
}

/// Goes on as a task of the box when the browser that asked for it leaves: what came is on its way to the desk.
async fn whoever_leaves(
    work: impl Future<Output = Result<Uuid, Error>> + Send + 'static,
) -> Result<Uuid, Error> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(Error::Broken(format!("a file came to the desk: {error}"))))
}

/// Begins a job for it; its pages follow, with the bench held until the last: a stack must not fall apart at its marks
/// before all of it is there.
async fn begun(app: &App, actor: Actor, file: File, content: &Content) -> Result<Uuid, Error> {
    let File { file_name, way, .. } = file;
    let begin = match content {
        Content::Whole(paper) => Scans::Upload { file_name, paper: paper.clone(), way },
        Content::Pages { .. } => Scans::Bring { file_name, way },
    };
    let done = app.desk.execute(actor, Command::Scans(begin)).await?;
    done.id.ok_or_else(|| Error::Broken("a file came to the desk without an id".into()))
}

async fn looked_into(app: &App, name: Sha256, way: Way) -> Result<Content, Error> {
    let journal = app.desk.journal().clone();
    blocking(move || opened(&journal, name, way)).await?
}

/// Lays the pages of a file on the desk that are not there yet: a power cut may have come in between.
async fn laid(app: &App, actor: Actor, (scan, way): (Uuid, Way), content: Content) -> Result<(), Error> {
    let Content::Pages { pages, file } = content else { return Ok(()) };
    let there = row(&app.desk, scan).await?.map_or(0, |scan| scan.next_page.saturating_sub(1));
    keep(app, scan, pages.iter().skip(there as usize)).await?;
    upright(app, actor, scan, 1, &pages).await?;
    if let Some(file) = file {
        composed(app, scan, file, &pages).await?;
    }
    // A single picture may be the first of several: a stamp on it must not file it before the others came.
    let is_stack = pages.len() > 1 || way == Way::Folder;
    if is_stack { whole(app, scan).await } else { Ok(()) }
}

/// All of a stack is there: from now on it may fall apart at its marks.
async fn whole(app: &App, scan: Uuid) -> Result<(), Error> {
    match app.desk.execute(SCAN_DESK, Command::Scans(Scans::Finish { scan })).await {
        // Somebody was quicker and filed it.
        Err(Error::Refusal(refusal)) => {
            tracing::info!(code = refusal.code, "a stack that came is off the desk")
        }
        done => drop(done?),
    }
    Ok(())
}

/// All of them or none: half a file on the desk would be taken for all of it, and merged or filed so.
async fn keep(app: &App, scan: Uuid, pages: impl Iterator<Item = &Page>) -> Result<(), Error> {
    let pages = pages.map(|page| page.keep.clone()).collect();
    app.desk.execute(SCAN_DESK, Command::Scans(Scans::KeepPages { scan, pages })).await?;
    Ok(())
}

/// Turns pages upright that lie on their side in the file, for whoever brought them. `first` is the id of the first.
async fn upright(app: &App, actor: Actor, scan: Uuid, first: u32, pages: &[Page]) -> Result<(), Error> {
    let Some(row) = row(&app.desk, scan).await? else { return Ok(()) };
    let turn = |placed: &Placed| {
        let place = placed.page.checked_sub(first).map(|place| place as usize);
        place.and_then(|place| pages.get(place)).map_or(placed.turn, |page| page.turn_degrees)
    };
    let turned: Vec<Placed> =
        row.order.iter().map(|placed| Placed { turn: turn(placed), ..*placed }).collect();
    if turned == row.order {
        return Ok(());
    }
    let arrange = Scans::Arrange { scan, version: row.version, pages: turned };
    match app.desk.execute(actor, Command::Scans(arrange)).await {
        // The pages are there and can be turned by hand.
        Err(Error::Refusal(refusal)) => tracing::info!(code = refusal.code, "pages were not turned upright"),
        done => drop(done?),
    }
    Ok(())
}

/// The file itself is the paper, as long as its pages are those of the file.
async fn composed(app: &App, scan: Uuid, file: Paper, pages: &[Page]) -> Result<(), Error> {
    let Some(row) = row(&app.desk, scan).await?.filter(|row| untouched(row, pages)) else { return Ok(()) };
    if row.paper.is_some() {
        return Ok(());
    }
    let compose = Scans::Compose {
        scan,
        version: row.version,
        paper: file,
        words: None,
        dressed: vec![],
        made: Made::default(),
    };
    app.desk.execute(SCAN_DESK, Command::Scans(compose)).await?;
    Ok(())
}

/// Whether the pages lie as they came: nobody moved, turned, parted or took off one.
fn untouched(row: &Scan, pages: &[Page]) -> bool {
    let as_came = |(placed, page): (&Placed, &Page)| placed.turn == 0 || placed.turn == page.turn_degrees;
    row.bin.is_empty()
        && row.order.iter().map(|placed| placed.page).eq((1..).take(pages.len()))
        && row.order.iter().zip(pages).all(as_came)
}

async fn row(desk: &Desk, scan: Uuid) -> Result<Option<Scan>, Error> {
    desk.read(move |rows| Ok(rows.get::<Scan>(&scan.to_string())?)).await
}
