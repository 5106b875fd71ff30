//! The journal of a box: everything that happened in one records office, in order, for ever.
//!
//! # What it is for
//!
//! A records office lives on three promises: a number once given is given once, a line once written stays written,
//! and the paper a line names is there. This crate keeps them through power cuts and full disks, for whatever
//! office stands above it; it knows no letter, no clerk and no HTTP. It is the one place that knows redb.
//!
//! # One line, from the desk to the disk
//!
//! The clerk registers a letter that came in. Its PDF has been put first, and [`Blobs::put`] returned only when the
//! file and its folder were on the disk. Then, in [`Journal::write`]:
//!
//! ```text
//! begin      the one write transaction; redb has one writer at a time
//! decide     the office reads rows, says what happens: "registered as number 148 of 2026"
//! append     refuses if the PDF is not at rest
//!            entry 9021 = header {seq, time, scope, prev = hash of header 9020, hash of body, blobs} + body
//!            project: row letter/0192…, its index lines, number 148 of series "in" - which must follow 147
//! commit     two-phase, fsynced; only now is anything true
//! nudge      tip says 9021; followers wake and read after their own cursors
//! ```
//!
//! A power cut before the commit leaves nothing but a blob nobody names, and number 148 is still free. After it,
//! everything is there. There is no moment between.
//!
//! ```
//! use journal::{Entity, Fault, Journal, Page, Projection};
//! use serde::{Deserialize, Serialize};
//! use wire::{Scope, Stamp};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Letter {
//!     id: String,
//!     number: u64,
//!     pdf: wire::Sha256,
//! }
//!
//! impl Entity for Letter {
//!     const KIND: &'static str = "letter";
//!     fn id(&self) -> String {
//!         self.id.clone()
//!     }
//!     fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
//!         vec![("number", self.number.to_be_bytes().to_vec())]
//!     }
//! }
//!
//! // The whole office: an event is a letter as it was registered in 2026.
//! const OFFICE: Projection = Projection {
//!     version: 1,
//!     project: |rows, _header, body| {
//!         let body: wire::Body = serde_json::from_str(body).map_err(|e| Fault::Projection(e.to_string()))?;
//!         let letter: Letter =
//!             serde_json::from_str(body.event.get()).map_err(|e| Fault::Projection(e.to_string()))?;
//!         rows.take_number("in", 2026, letter.number)?;
//!         rows.put(&letter)
//!     },
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let journal = Journal::open(folder.path(), OFFICE)?;
//! let pdf = journal.blobs().put(b"%PDF-1.7 ...")?;
//! let head = journal.write(|txn| {
//!     let number = txn.rows().last_number("in", 2026)? + 1;
//!     let body = format!(r#"{{"event":{{"id":"cv-7","number":{number},"pdf":"{pdf}"}}}}"#);
//!     txn.append(Stamp::from_unix_ms(1_790_000_000_000), Scope::Above, body, vec![pdf])
//! })?;
//! assert_eq!(head.seq, 1);
//!
//! let now = journal.read()?;
//! let (letters, _) = now.list::<Letter>(Page::of("number", b"", 50).backwards())?;
//! assert_eq!(letters[0].number, 1);
//! assert!(journal.check()?.is_sound());
//! # Ok(())
//! # }
//! ```
//!
//! # What is on the disk
//!
//! ```text
//! journal.redb   entries   seq -> {"header":{…},"body":{…}}, the very bytes that were hashed
//!                rows      kind, id -> JSON            \
//!                indexes   kind, index, key, id         } made of the entries; `rebuild` makes them again
//!                numbers   series, year -> last given  /
//!                cursors, notes                         what followers keep
//!                meta      format, journal id, rows version, head
//! blobs/ab/ab12… captures, PDFs, attachments under their SHA-256
//! tmp/           blobs not finished yet
//! ```
//!
//! # Why so
//!
//! *No outbox, no job table.* What must be sent or searched is the journal after a cursor. A second list could
//! disagree with the first; a cursor cannot. [`Journal::tip`] carries no data and may be missed: a follower also
//! looks from time to time.
//!
//! *Entries are text and never written twice.* An auditor can read them without us, and a hash over bytes nobody
//! re-serialises cannot be changed by an upgrade. Rows are the opposite: disposable, so their shape may change with
//! every version ([`Projection::version`]).
//!
//! *The projection is a function pointer, not a trait object with state.* It sees rows, header and body and nothing
//! else, so a replay years later comes to the same rows; [`Journal::check`] tests just that.
//!
//! *Two-phase commit.* redb's one-phase commit relies on checksums to tell a torn commit from a whole one. That is
//! enough against accidents, but entries hold bytes strangers chose. And after an fsync that failed, Linux may show
//! us pages that never reached the disk; with two phases whatever state the header names has been through an fsync
//! of its own. One more fsync per registered letter costs nothing anybody notices. Recovery after a power cut walks
//! the whole file: under a second for twenty thousand letters, so redb's faster recovery, which writes more at every
//! commit, is not used.
//!
//! *The store opens itself again.* redb refuses all work after one failed read or write, since it no longer knows
//! what the disk holds. On a box the usual cause is a full disk, which passes. So the file under redb is watched,
//! and the next call after a failure closes and opens it, which makes redb verify it; see `store.rs`. A
//! [`Snapshot`] held across that moment fails from then on; who asks again gets a new one.
//!
//! *Blobs are files and not rows.* A scanned page is megabytes; in the store it would be copied at every compaction
//! and could not be streamed or sent by offset.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod backend;
mod blobs;
mod check;
mod commit;
mod fault;
mod keys;
mod open;
mod put;
mod rebuild;
mod rows;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::watch;
use wire::JournalId;

pub use blobs::{BlobWriter, Blobs, Swept};
pub use check::Report;
pub use commit::{ENTRY_BYTES, Txn};
pub use fault::Fault;
pub use open::OpenError;
pub use rebuild::Projection;
pub use rows::{Entity, Page, Rows};
pub use snapshot::Snapshot;

/// One box's journal, with its rows and blobs. Cheap to clone; all calls block on the disk.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    store: store::Store,
    blobs: Blobs,
    projection: Projection,
    id: JournalId,
    tip: watch::Sender<u64>,
}

impl Journal {
    /// Which journal this is. Stays the same until a backup is restored.
    pub fn id(&self) -> JournalId {
        self.inner.id
    }

    /// The latest seq, to wake on. A nudge and no more: it can be missed or come twice.
    pub fn tip(&self) -> watch::Receiver<u64> {
        self.inner.tip.subscribe()
    }

    /// The bytes entries name.
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    fn store(&self) -> &store::Store {
        &self.inner.store
    }

    fn projection(&self) -> Projection {
        self.inner.projection
    }

    fn nudge(&self, seq: u64) {
        // Two commits may nudge in the other order; the tip only rises.
        self.inner.tip.send_if_modified(|tip| seq > std::mem::replace(tip, seq.max(*tip)));
    }
}
