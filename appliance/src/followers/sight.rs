//! Looks at every page that is at rest, while its sheet still lies beside the scanner; and when a stack that carries
//! marks has been looked through, lets it fall apart and lays each part on its register row.
//!
//! ```text
//! scan.page_kept -> look (its own thread, last in line for the processor) -> Judge
//! scan.finished, and every page judged -> FallApart -> compose -> attach to the document its mark names
//! ```
//!
//! An entry only says which job to attend to; what there is to do is asked of the rows. So it can be cut off anywhere
//! and nothing is done twice, and it needs no cursor on the disk, which would cost the scanner a write for every page:
//! at the start it attends to all that lies on the desk, then to what the journal says from there on. A page that
//! cannot be looked at gets an empty verdict: the clerk's own eyes are still there.

use std::collections::BTreeSet;

use office::letters::acts::Act;
use office::letters::{Command as Letters, Letter};
use office::scans::{self, Command as Scans, Event, MarkKind, MarkSeen, Placed, Scan, ScanPage, Seen, State};
use office::{Actor, Command, Error};
use sight::mark::Mark;
use sight::{Fingerprint, Picture};
use uuid::Uuid;

use super::{Nudges, scan_event};
use crate::{App, blocking, compose};

/// Who the box is when it looks at pages.
const SIGHT: Actor = Actor::Machine("bàn quét");
/// Entries read at once.
const ENTRIES: usize = 200;
const ENTRY_BYTES: usize = 1 << 20;
/// How much the looking stands back behind everything else: sheets, people, the store.
const NICE: i32 = 10;
/// How often a part is laid on its row when somebody else is just changing that row.
const ATTACH_TRIES: usize = 3;

/// Attends to jobs at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    let mut after = None;
    while nudges.next().await {
        let from = match after {
            Some(seq) => Ok(seq),
            None => begin(&app).await,
        };
        let done = match from {
            Ok(seq) => read_on(&app, seq).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(seq) => after = Some(seq),
            // A full disk, most likely: the timer tries again.
            Err(error) => tracing::error!(%error, "pages are not looked at for now"),
        }
    }
}

/// Attends to everything that lies on the desk; the place in the journal to go on from.
async fn begin(app: &App) -> Result<u64, Error> {
    let seq = *app.desk.journal().tip().borrow();
    let open: Vec<Scan> = app.desk.read(|rows| Ok(office::kit::all_under(rows, "open", b"")?)).await?;
    for scan in open {
        attend(app, scan.id).await?;
    }
    Ok(seq)
}

/// Attends to what the entries after `after` are about; the last of them.
async fn read_on(app: &App, mut after: u64) -> Result<u64, Error> {
    while !app.stop.is_cancelled() {
        let journal = app.desk.journal().clone();
        let entries = blocking(move || journal.read()?.entries(after, ENTRIES, ENTRY_BYTES)).await??;
        let Some(last) = entries.last() else { break };
        let seq = last.header().seq;
        let jobs: BTreeSet<Uuid> = entries
            .iter()
            .filter_map(|entry| scan_event(entry.body()?))
            .flat_map(|event| jobs(&event))
            .collect();
        for job in &jobs {
            attend(app, *job).await?;
        }
        after = seq;
    }
    Ok(after)
}

/// The jobs an entry may have made work for.
fn jobs(event: &Event) -> Vec<Uuid> {
    match event {
        Event::Filed { .. }
        | Event::Discarded { .. }
        | Event::PageRead { .. }
        | Event::PageNotRead { .. } => Vec::new(),
        Event::Parted { scan, parts, .. } => {
            std::iter::once(*scan).chain(parts.iter().map(|part| part.scan)).collect()
        }
        other => vec![other.scan()],
    }
}

/// Does for a job whatever there is to do: pages nobody has looked at, then its marks, then its row.
async fn attend(app: &App, scan: Uuid) -> Result<(), Error> {
    let mut tried = BTreeSet::new();
    while !app.stop.is_cancelled() {
        let (next, before) = app.desk.read(move |rows| Ok((next_page(rows, scan, &tried)?, tried))).await?;
        tried = before;
        let Some((page, before)) = next else { break };
        tried.insert(page.page);
        let (number, capture) = (page.page, page.capture);
        let judge = Scans::Judge { scan, page: number, capture, seen: judged(app, page, before).await? };
        match app.desk.execute(SIGHT, Command::Scans(judge)).await {
            // Somebody took the page away meanwhile.
            Ok(_) | Err(Error::Refusal(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    let Some(row) = row(app, scan).await?.filter(|row| row.state == State::Done) else { return Ok(()) };
    if !app.stop.is_cancelled() && !row.was_parted && has_marks(app, &row).await? {
        // What comes of it is an entry, and attended to in its turn.
        return quietly(app.desk.execute(SIGHT, Command::Scans(Scans::FallApart { scan })).await.map(drop));
    }
    match row.bound_to {
        Some(letter) if !app.stop.is_cancelled() => quietly(lay(app, scan, letter).await),
        _ => Ok(()),
    }
}

/// The first page nobody has looked at, and the one it may be a second time: the last before it of the same side.
fn next_page(
    rows: &journal::Snapshot,
    scan: Uuid,
    tried: &BTreeSet<u32>,
) -> Result<Option<(ScanPage, Option<ScanPage>)>, Error> {
    let Some(row) = rows.get::<Scan>(&scan.to_string())?.filter(Scan::is_open) else { return Ok(None) };
    for (place, placed) in row.order.iter().enumerate() {
        if tried.contains(&placed.page) {
            continue;
        }
        let Some(page) = page(rows, scan, placed)?.filter(|page| page.seen.is_none()) else { continue };
        let side = row.side(placed.page);
        let same_side = |before: &&Placed| row.side(before.page) == side;
        let before = match row.order[..place].iter().rev().find(same_side) {
            Some(before) => self::page(rows, scan, before)?,
            None => None,
        };
        return Ok(Some((page, before)));
    }
    Ok(None)
}

fn page(rows: &journal::Snapshot, scan: Uuid, placed: &Placed) -> Result<Option<ScanPage>, Error> {
    Ok(rows.get(&ScanPage::key(scan, placed.page))?)
}

async fn row(app: &App, scan: Uuid) -> Result<Option<Scan>, Error> {
    app.desk.read(move |rows| Ok(rows.get::<Scan>(&scan.to_string())?)).await
}

async fn has_marks(app: &App, row: &Scan) -> Result<bool, Error> {
    let (scan, order) = (row.id, row.order.clone());
    let pages = app.desk.read(move |rows| Ok(scans::pages(rows, scan, &order)?)).await?;
    Ok(pages.iter().any(|page| page.seen.as_ref().is_some_and(|seen| seen.mark.is_some())))
}

/// Looks at one page, on a thread of its own that stands back behind all others and may die of it.
async fn judged(app: &App, page: ScanPage, before: Option<ScanPage>) -> Result<Seen, Error> {
    let (scan, number, name) = (page.scan, page.page, page.capture);
    let journal = app.desk.journal().clone();
    let bytes = blocking(move || journal.blobs().read(&name)).await??;
    let Some(bytes) = bytes else {
        tracing::error!(%scan, number, %name, "the capture of a page is not there");
        return Ok(Seen::default());
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let look = move || {
        // Not every system allows it, and it is only a courtesy.
        let _ = rustix::process::nice(NICE);
        let _ = tell.send(Picture::read(&bytes, page.dpi).map(|picture| sight::see(&picture)));
    };
    std::thread::Builder::new().name("sight".into()).spawn(look).map_err(crate::disk)?;
    Ok(match told.await {
        Ok(Ok(seen)) => verdict(seen, before),
        Ok(Err(error)) => {
            tracing::warn!(%scan, number, %error, "a page cannot be looked at");
            Seen::default()
        }
        Err(_) => {
            tracing::error!(%scan, number, "looking at a page died of it");
            Seen::default()
        }
    })
}

/// In the words of the office.
fn verdict(seen: sight::Seen, before: Option<ScanPage>) -> Seen {
    let mut flags: Vec<String> = seen.flags.iter().filter_map(word).collect();
    let same = |before: ScanPage| before.seen.and_then(|seen| fingerprint(&seen.print));
    if before.and_then(same).is_some_and(|before| before.same_sheet(&seen.print)) {
        flags.push("same_as_before".into());
    }
    let mark = seen.codes.iter().find_map(|text| Mark::read(text)).map(|mark| match mark {
        Mark::Separator => MarkSeen { kind: MarkKind::Separator, letter: None },
        Mark::SheetOf(letter) => MarkSeen { kind: MarkKind::Sheet, letter: Some(letter) },
        Mark::StampOf(letter) => MarkSeen { kind: MarkKind::Stamp, letter: Some(letter) },
    });
    let print = word(&seen.print).unwrap_or_default();
    let (overhangs, turn) = (seen.overhangs, seen.turn_degrees);
    Seen { flags, skew_degrees: seen.skew_degrees, overhangs, turn, print, mark }
}

fn word(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

fn fingerprint(text: &str) -> Option<Fingerprint> {
    serde_json::from_value(text.into()).ok()
}

/// Makes the PDF of a part and lays it on the row its mark names.
async fn lay(app: &App, scan: Uuid, letter: Uuid) -> Result<(), Error> {
    compose::paper_of(app, scan).await?;
    for _ in 0..ATTACH_TRIES {
        let row = app.desk.read(move |rows| Ok(rows.get::<Letter>(&letter.to_string())?)).await?;
        let Some(version) = row.map(|row| row.version) else { return Ok(()) };
        let attach = Letters::Do { letter, version, act: Act::Attach { paper: scan } };
        match app.desk.execute(SIGHT, Command::Letters(attach)).await {
            Err(Error::Refusal(refusal)) if refusal.code == "version.stale" => {}
            other => return other.map(drop),
        }
    }
    Ok(())
}

/// What the office refuses lies on the desk as before, for the clerk to do by hand.
fn quietly(done: Result<(), Error>) -> Result<(), Error> {
    match done {
        Err(Error::Refusal(refusal)) => {
            tracing::info!(code = refusal.code, "a marked stack is left to the clerk");
            Ok(())
        }
        other => other,
    }
}
