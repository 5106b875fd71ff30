//! Finding documents: by number and symbol as on the paper, by the words of their columns, by what stands on their pages.
//!
//! ```text
//! journal ─→ followers/search ─→ columns, page texts ─→ DATA/search/v1 (an index, disposable)
//! question ─→ wanted ─→ fields (five ranks) ─→ letters ─→ read again from the rows, for this person ─→ excerpts
//! ```
//!
//! `quyet dinh 147` finds "Quyết định số 0147/QĐ-…"; with the marks typed, documents that have them come first.
//!
//! The index only proposes. What a person may know is decided by the row, now: the index stands some seconds behind the
//! journal, and a document somebody was taken off must not be found for that long. It says no number of hits either.
//!
//! Whatever is wrong with the index - removed, cut, garbage, another version's - costs a rebuild and nothing else; until
//! then answers say that they are not complete.

mod columns;
mod excerpt;
mod fields;
pub(crate) mod http;
mod index;
mod keep;
mod wanted;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use journal::{Fault, Journal, Snapshot};
use office::letters::Letter;
use office::letters::view::LetterLine;
use office::{Error, Role, Viewer};
use tokio::sync::Notify;
use wire::Head;

use excerpt::excerpts;
use index::{Reached, Shelf, Standing};
pub(crate) use keep::Trouble;
use wanted::Wanted;

/// Documents asked of the index at once.
const AT_ONCE: usize = 50;

/// The search of a box.
#[derive(Clone)]
pub struct Search(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    stand: Mutex<Option<Stand>>,
    doubted: Notify,
}

/// The index as it stands.
#[derive(Clone)]
struct Stand {
    shelf: Shelf,
    /// As far as it goes; entries after the last commit that changed nothing in it count.
    reached: Reached,
    /// Whether every byte was read since the box started, or written by it.
    is_proven: bool,
}

/// What was found.
struct Found {
    hits: Vec<http::Hit>,
    next: Option<Standing>,
    /// False while the index is being made.
    is_complete: bool,
}

impl Search {
    /// The search of the box in `data`, with the index that is there, if it is any good.
    pub(crate) fn open(data: &Path) -> Self {
        let folder = index::folder(data);
        // Damaged bytes may make the library give up rather than say so.
        let opened = catch_unwind(AssertUnwindSafe(|| Shelf::open(&folder)));
        let stand = match opened {
            Ok(Ok((shelf, reached))) => Some(Stand { shelf, reached, is_proven: false }),
            Ok(Err(error)) => {
                tracing::info!(%error, "the search index will be made");
                None
            }
            Err(_) => None,
        };
        Self(Arc::new(Inner { folder, stand: Mutex::new(stand), doubted: Notify::new() }))
    }

    fn stand(&self) -> Option<Stand> {
        self.0.stand.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, stand: Option<Stand>) {
        *self.0.stand.lock().unwrap_or_else(PoisonError::into_inner) = stand;
    }

    /// Resolves when a question met something that cannot be.
    pub(crate) async fn doubted(&self) {
        self.0.doubted.notified().await;
    }

    /// The index is not to be trusted: it is made anew at once.
    pub(crate) fn doubt(&self) {
        self.forget();
        self.0.doubted.notify_one();
    }

    /// The index is not to be trusted: it is made anew when there is something to do next.
    pub(crate) fn forget(&self) {
        self.set(None);
    }

    /// Reads the whole index once after each start, so that damage does not wait for the question that meets it.
    fn prove(&self) {
        let Some(stand) = self.stand().filter(|stand| !stand.is_proven) else { return };
        match catch_unwind(AssertUnwindSafe(|| stand.shelf.prove())) {
            Ok(Ok(())) => self.set(Some(Stand { is_proven: true, ..stand })),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the search index is damaged");
                self.set(None);
            }
            Err(_) => self.set(None),
        }
    }

    /// The entries up to there are in the index, unless somebody came to doubt it meanwhile.
    fn moved(&self, reached: Reached) {
        if let Some(stand) = self.0.stand.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            stand.reached = reached;
        }
    }

    /// The index, if it is one of this journal; else it has to be made.
    fn standing_of(&self, journal: &Journal, rows: &Snapshot) -> Result<Option<Stand>, Fault> {
        let Some(stand) = self.stand() else { return Ok(None) };
        let head = stand.reached.head;
        let is_ours = stand.reached.journal == journal.id()
            && (head == Head::EMPTY || rows.entry(head.seq)?.is_some_and(|entry| entry.head() == head));
        Ok(is_ours.then_some(stand))
    }

    /// What this person finds. Blocks.
    ///
    /// # Errors
    /// If the store fails; damage of the index is none.
    fn find(
        &self,
        journal: &Journal,
        viewer: &Viewer,
        wanted: &Wanted,
        (mut after, limit): (Option<Standing>, usize),
        today: NaiveDate,
    ) -> Result<Found, Error> {
        let mut found = Found { hits: Vec::new(), next: None, is_complete: true };
        let Some(stand) = self.stand() else { return Ok(Found { is_complete: false, ..found }) };
        let person = (viewer.role == Role::Teacher).then_some(viewer.id);
        let rows = journal.read()?;
        let mut last = None;
        loop {
            let hits =
                match catch_unwind(AssertUnwindSafe(|| stand.shelf.find(wanted, person, after, AT_ONCE))) {
                    Ok(Ok(hits)) => hits,
                    damaged => {
                        let error = damaged.ok().and_then(Result::err).map(|error| error.to_string());
                        tracing::warn!(error, "the search index is damaged");
                        self.doubt();
                        return Ok(Found { hits: Vec::new(), next: None, is_complete: false });
                    }
                };
            let is_end = hits.len() < AT_ONCE;
            for hit in hits {
                after = Some(hit.standing);
                let letter = rows.get::<Letter>(&hit.letter.to_string())?;
                let Some(letter) = letter.filter(|letter| letter.readable_by(viewer)) else { continue };
                if found.hits.len() == limit {
                    found.next = last;
                    return Ok(found);
                }
                last = after;
                let matched =
                    excerpts(wanted, hit.standing.has_marks(), &columns::columns(&letter), &hit.pages);
                found.hits.push(http::Hit { letter: LetterLine::of(&letter, viewer, today), matched });
            }
            if is_end {
                return Ok(found);
            }
        }
    }
}
