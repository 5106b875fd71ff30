//! Has pages read that are at rest, one at a time for the whole box and none while somebody scans: what lies on the desk
//! first, the newest before all, then what was filed before anybody read it.
//!
//! ```text
//! scan.page_kept, turned, put back ... -> the job has pages to read -> Reader (a child) -> blob -> Read
//!                                              a scan begins: the child is killed, the page is read again after it
//! ```
//!
//! Nobody waits for it. A paper that is made takes the words there are. When all pages of a job on the desk have been
//! read and its paper was made before that, it is made again here, while the clerk fills in the register: whatever she
//! files then carries the words. What was filed before gets them from [`super::describe`], as long as nobody has signed it.
//! As with looking, an entry only says which job to attend to, and what there is to do is asked of the rows; so it can be
//! cut off anywhere. The end of a page that cannot be read is an entry too, or a page that kills
//! tesseract would be tried for ever.

use std::collections::BTreeSet;

use journal::{Page, Snapshot};
use office::scans::{Command as Scans, Event, Placed, Reading, Scan, ScanPage, State, Words};
use office::{Actor, Command, Error};
use uuid::Uuid;

use super::{Nudges, scan_event};
use crate::reading::{self, Reader, Standing, Unread};
use crate::{App, blocking, compose};

/// Who the box is when it reads.
const READER: Actor = Actor::Machine("đọc chữ");
/// Entries read at once.
const ENTRIES: usize = 200;
const ENTRY_BYTES: usize = 1 << 20;
/// Rows of unread pages read at once.
const STRIDE: usize = 500;

/// Reads whatever there is to read at every nudge.
pub(super) async fn follow(app: App) {
    let Some(reader) = app.reader.clone() else { return };
    let mut nudges = Nudges::of(&app);
    let mut work = Work::default();
    while nudges.next().await {
        if let Err(error) = attend(&app, &reader, &mut work).await {
            // A full disk, most likely: the timer tries again.
            tracing::error!(%error, "pages are not read for now");
        }
    }
}

/// Reads page after page, until none is left or the reader is out of order.
async fn attend(app: &App, reader: &Reader, work: &mut Work) -> Result<(), Error> {
    while !app.stop.is_cancelled() {
        work.hear(app).await?;
        let (next, through) = work.next(app).await?;
        for job in through {
            remade(app, job).await?;
        }
        let Some(next) = next else { return Ok(()) };
        if !reader.is_ready().await {
            return Ok(());
        }
        tokio::select! {
            () = app.scans.still() => {}
            () = app.stop.cancelled() => return Ok(()),
        }
        let read = tokio::select! {
            read = read(app, reader, &next) => read?,
            () = app.scans.moving() => continue,
            () = app.stop.cancelled() => return Ok(()),
        };
        let Some(reading) = read else { return Ok(()) };
        let Next { page: ScanPage { scan, page, capture, .. }, .. } = next;
        let done = Command::Scans(Scans::Read { scan, page, capture, reading });
        match app.desk.execute(READER, done).await {
            // Somebody took the page away meanwhile.
            Ok(_) | Err(Error::Refusal(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// Makes the paper of a job again that has been read through, if it was made before that and is still on the desk.
async fn remade(app: &App, job: Uuid) -> Result<(), Error> {
    let row = app.desk.read(move |rows| Ok(rows.get::<Scan>(&job.to_string())?)).await?;
    let lacks_words = |row: &Scan| row.is_open() && row.words == Words::Since && row.paper.is_some();
    if !row.is_some_and(|row| lacks_words(&row) && row.order.len() <= compose::MOST_REMADE as usize) {
        return Ok(());
    }
    match compose::paper_of(app, job).await {
        // Somebody changed or filed it meanwhile.
        Ok(_) | Err(Error::Refusal(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// A page to be read, and how it lies.
struct Next {
    page: ScanPage,
    turn: u16,
}

/// What came of a page, at rest; nothing where the reader itself is out of order.
async fn read(app: &App, reader: &Reader, next: &Next) -> Result<Option<Reading>, Error> {
    let Next { page: ScanPage { scan, page, capture, dpi, .. }, turn } = next;
    let (capture, turn) = (*capture, *turn);
    let not_read = Reading { turn, text: None, confidence: 0, turned_by: None, failures: 0 };
    let journal = app.desk.journal().clone();
    let bytes = blocking(move || journal.blobs().read(&capture)).await??;
    let Some(bytes) = bytes else {
        tracing::error!(%scan, page, name = %capture, "the capture of a page is not there");
        return Ok(Some(not_read));
    };
    match reader.words(bytes, *dpi, turn).await {
        Ok(reading::Words { page, confidence, turn, turned_by }) => {
            let journal = app.desk.journal().clone();
            let put = move || -> Result<_, Error> {
                let json = serde_json::to_vec(&page)
                    .map_err(|error| Error::Broken(format!("the words of a page: {error}")))?;
                Ok(journal.blobs().put(&json)?)
            };
            let text = Some(blocking(put).await??);
            Ok(Some(Reading { turn, text, confidence, turned_by, failures: 0 }))
        }
        // Is it the page, or would it read no other either?
        Err(Unread::Page(why)) if reader.look().await == Standing::Ready => {
            tracing::warn!(%scan, page, why, "a page cannot be read");
            Ok(Some(not_read))
        }
        Err(why) => {
            tracing::warn!(%scan, page, %why, "a page is read later");
            reader.look().await;
            Ok(None)
        }
    }
}

/// The jobs that may have pages to read.
#[derive(Default)]
struct Work {
    /// The last entry heard; nothing before the start.
    heard: Option<u64>,
    jobs: BTreeSet<Uuid>,
}

impl Work {
    /// Takes up what entries say that came since; at the start, all that was never read.
    async fn hear(&mut self, app: &App) -> Result<(), Error> {
        let mut after = match self.heard {
            Some(seq) => seq,
            None => {
                let seq = *app.desk.journal().tip().borrow();
                self.jobs = app.desk.read(unread).await?;
                self.heard = Some(seq);
                seq
            }
        };
        loop {
            let journal = app.desk.journal().clone();
            let entries = blocking(move || journal.read()?.entries(after, ENTRIES, ENTRY_BYTES)).await??;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.header().seq;
            let events = entries.iter().filter_map(|entry| scan_event(entry.body()?));
            self.jobs.extend(events.flat_map(|event| jobs(&event)));
            self.heard = Some(after);
        }
    }

    /// The page to be read first, and the jobs that have none; these are forgotten.
    async fn next(&mut self, app: &App) -> Result<(Option<Next>, Vec<Uuid>), Error> {
        let jobs = self.jobs.clone();
        let (next, read) = app.desk.read(move |rows| choose(rows, &jobs)).await?;
        for job in &read {
            self.jobs.remove(job);
        }
        Ok((next, read))
    }
}

/// The jobs with a page nobody has read yet, and those on the desk: a page of theirs may have been turned since.
fn unread(rows: &Snapshot) -> Result<BTreeSet<Uuid>, Error> {
    let mut jobs = BTreeSet::new();
    let mut after = None;
    loop {
        let (pages, next) = rows.list::<ScanPage>(Page::of("unread", b"", STRIDE).after(after))?;
        jobs.extend(pages.iter().map(|page| page.scan));
        after = next;
        if after.is_none() {
            break;
        }
    }
    let open: Vec<Scan> = office::kit::all_under(rows, "open", b"")?;
    jobs.extend(open.iter().map(|scan| scan.id));
    Ok(jobs)
}

/// The jobs an entry may have made work for.
fn jobs(event: &Event) -> Vec<Uuid> {
    match event {
        Event::Filed { .. } | Event::Discarded { .. } => Vec::new(),
        Event::Parted { scan, parts, .. } => {
            std::iter::once(*scan).chain(parts.iter().map(|part| part.scan)).collect()
        }
        other => vec![other.scan()],
    }
}

/// Of the newest job on the desk the first page nobody tried; else of the newest that was filed; else one that could not
/// be read before. And the jobs with nothing to read.
fn choose(rows: &Snapshot, jobs: &BTreeSet<Uuid>) -> Result<(Option<Next>, Vec<Uuid>), Error> {
    let (mut filed, mut again, mut done) = (None, None, Vec::new());
    // Names of jobs begin with the time.
    for job in jobs.iter().rev() {
        let Some(scan) = rows.get::<Scan>(&job.to_string())?.filter(is_wanted) else {
            done.push(*job);
            continue;
        };
        let (fresh, tried) = unread_of(rows, &scan)?;
        match (fresh, tried) {
            (Some(next), _) if scan.is_open() => return Ok((Some(next), done)),
            (Some(next), _) => drop(filed.get_or_insert(next)),
            (None, Some(next)) => drop(again.get_or_insert(next)),
            (None, None) => done.push(*job),
        }
    }
    Ok((filed.or(again), done))
}

fn is_wanted(scan: &Scan) -> bool {
    !matches!(scan.state, State::Discarded | State::Merged)
}

/// The first page of a job that nobody tried to read as it lies, and the first that somebody tried.
fn unread_of(rows: &Snapshot, scan: &Scan) -> Result<(Option<Next>, Option<Next>), Error> {
    let mut tried = None;
    for Placed { page, turn, .. } in scan.order.iter().copied() {
        let Some(page) = rows.get::<ScanPage>(&ScanPage::key(scan.id, page))? else { continue };
        if !page.is_to_be_read(turn) {
            continue;
        }
        let again =
            page.reading.as_ref().is_some_and(|reading| reading.text.is_none() && reading.turn == turn);
        let next = Next { page, turn };
        if !again {
            return Ok((Some(next), tried));
        }
        tried.get_or_insert(next);
    }
    Ok((None, tried))
}
