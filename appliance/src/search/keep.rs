//! Keeping the index: following the journal, or making it anew from the rows, which are the journal's state.

use std::collections::BTreeSet;

use journal::{Fault, Journal, Page, Snapshot};
use office::kit::text::tidy;
use office::letters::{Event, Letter};
use office::scans::Scan;
use tantivy::TantivyError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::columns::columns;
use super::fields::Entry;
use super::index::{Batch, Reached, Shelf, is_disk_full};
use super::{Search, Stand};
use crate::reading::texts;

/// Entries read at once.
const ENTRIES: usize = 500;
const ENTRY_BYTES: usize = 1 << 20;
/// Letters read at once, while the index is made anew.
const ROWS: usize = 200;

/// Why the index could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The office's own store.
    #[error(transparent)]
    Store(#[from] Fault),
    /// The index.
    #[error(transparent)]
    Index(#[from] TantivyError),
}

impl Trouble {
    /// Whether the index may be at fault; a full disk and the office's own store say nothing against it.
    pub(crate) fn is_of_the_index(&self) -> bool {
        matches!(self, Self::Index(error) if !is_disk_full(error))
    }
}

impl Search {
    /// Brings the index to where the journal is. Blocks, for as long as it takes to read every letter if it has to be
    /// made; then it ends early when the box stops.
    ///
    /// # Errors
    /// If the store or the disk fails; what was there is as before.
    pub(crate) fn catch_up(&self, journal: &Journal, stop: &CancellationToken) -> Result<(), Trouble> {
        self.prove();
        let rows = journal.read()?;
        match self.standing_of(journal, &rows)? {
            Some(stand) => self.follow(&stand, journal, &rows),
            None => self.make(journal, &rows, stop),
        }
    }

    /// What the entries since then changed, in one commit; none where they changed nothing that is found.
    fn follow(&self, stand: &Stand, journal: &Journal, rows: &Snapshot) -> Result<(), Trouble> {
        let letters = changed(rows, stand.reached.head.seq)?;
        let reached = Reached { head: rows.head(), ..stand.reached };
        if !letters.is_empty() {
            let mut batch = stand.shelf.batch()?;
            for letter in &letters {
                if let Some(letter) = rows.get::<Letter>(&letter.to_string())? {
                    put(&mut batch, journal, rows, &letter)?;
                }
            }
            batch.close(reached)?;
        }
        self.moved(reached);
        Ok(())
    }

    /// One commit at the end: a box that is cut off meanwhile begins again.
    fn make(&self, journal: &Journal, rows: &Snapshot, stop: &CancellationToken) -> Result<(), Trouble> {
        self.set(None);
        let shelf = Shelf::anew(&self.0.folder)?;
        let mut batch = shelf.batch()?;
        let (mut after, mut letters_in) = (None, 0_usize);
        loop {
            let (letters, next) = rows.list::<Letter>(Page::of("book", b"", ROWS).after(after))?;
            for letter in &letters {
                put(&mut batch, journal, rows, letter)?;
            }
            letters_in += letters.len();
            if stop.is_cancelled() {
                return Ok(());
            }
            if next.is_none() {
                break;
            }
            after = next;
        }
        let reached = Reached { journal: journal.id(), head: rows.head() };
        batch.close(reached)?;
        tracing::info!(letters = letters_in, "the search index was made");
        self.set(Some(Stand { shelf, reached, is_proven: true }));
        Ok(())
    }
}

/// The letters of which something may be found otherwise than before.
fn changed(rows: &Snapshot, mut after: u64) -> Result<BTreeSet<Uuid>, Fault> {
    let (mut letters, mut scans) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let entries = rows.entries(after, ENTRIES, ENTRY_BYTES)?;
        let Some(last) = entries.last() else { break };
        after = last.header().seq;
        for body in entries.iter().filter_map(|entry| entry.body()) {
            match event(body) {
                Some(office::catalog::Event::Letters(event)) if is_told(&event) => {
                    letters.insert(event.letter());
                }
                Some(office::catalog::Event::Scans(event)) => {
                    scans.insert(event.scan());
                }
                _ => {}
            }
        }
    }
    for scan in scans {
        letters.extend(rows.get::<Scan>(&scan.to_string())?.and_then(|scan| scan.filed_in));
    }
    Ok(letters)
}

/// A body of a newer program is about nothing we could find.
fn event(body: &str) -> Option<office::catalog::Event> {
    let body = serde_json::from_str::<wire::Body<'_>>(body).ok()?;
    office::catalog::Event::parse(body.event.get()).ok()
}

/// Whether the event changes a column, whom it was routed to, or its pages.
fn is_told(event: &Event) -> bool {
    !matches!(
        event,
        Event::Read { .. }
            | Event::Directed { .. }
            | Event::Approved { .. }
            | Event::SealRequested { .. }
            | Event::Sealed { .. }
            | Event::SealFailed { .. }
            | Event::LineStated { .. }
    )
}

fn put(batch: &mut Batch<'_>, journal: &Journal, rows: &Snapshot, letter: &Letter) -> Result<(), Trouble> {
    let entry = Entry {
        letter: letter.id,
        begun: letter.begun,
        people: letter.people(),
        columns: columns(letter),
        pages: tidy(&texts::of_letter(journal, rows, letter.id)?),
    };
    Ok(batch.put(entry)?)
}
