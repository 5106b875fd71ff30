//! The smallest office that has everything the journal is for: rows with indexes, a gapless number, a scan as blob.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use wire::{Head, Header, Scope, Sha256, Stamp};

use super::disk::Disk;
use crate::{Entity, Fault, Journal, OpenError, Page, Projection, Rows};

pub(crate) const YEAR: i32 = 2026;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) scan: Sha256,
}

impl Entity for Letter {
    const KIND: &'static str = "letter";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("number", self.number.to_be_bytes().to_vec()), ("subject", self.subject.clone().into_bytes())]
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Event {
    Registered(Letter),
    Renamed { id: String, subject: String },
    Withdrawn { id: String },
}

#[derive(Serialize, Deserialize)]
struct Body {
    event: Event,
}

pub(crate) const OFFICE: Projection = Projection { version: 1, project };

fn project(rows: &mut Rows<'_>, _: &Header, body: &str) -> Result<(), Fault> {
    let body: Body = serde_json::from_str(body).map_err(|e| Fault::Projection(e.to_string()))?;
    match body.event {
        Event::Registered(letter) => {
            rows.take_number("in", YEAR, letter.number)?;
            rows.put(&letter)
        }
        Event::Renamed { id, subject } => {
            let letter: Letter =
                rows.get(&id)?.ok_or_else(|| Fault::Projection(format!("no letter {id}")))?;
            rows.put(&Letter { subject, ..letter })
        }
        Event::Withdrawn { id } => rows.remove::<Letter>(&id).map(|_| ()),
    }
}

pub(crate) fn noon() -> Stamp {
    Stamp::from_unix_ms(1_790_000_000_000)
}

/// The toy office's one service: its journal, on a disk of its own.
pub(crate) struct Office {
    pub(crate) journal: Journal,
    pub(crate) disk: Disk,
    folder: Arc<TempDir>,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self::on(Disk::new()).unwrap()
    }

    /// On a disk that is empty or holds a journal.
    pub(crate) fn on(disk: Disk) -> Result<Self, OpenError> {
        if disk.image().is_empty() {
            crate::open::found(disk.opener(), &OFFICE)?;
        }
        Self::in_folder(Arc::new(tempfile::tempdir().unwrap()), disk)
    }

    pub(crate) fn in_folder(folder: Arc<TempDir>, disk: Disk) -> Result<Self, OpenError> {
        let journal = Journal::over(folder.path(), OFFICE, disk.opener())?;
        Ok(Self { journal, disk, folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Switches off properly and on again.
    pub(crate) fn restart(self) -> Result<Self, OpenError> {
        let Self { journal, disk, folder } = self;
        drop(journal);
        Self::in_folder(folder, disk)
    }

    /// Changes the store behind the journal's back, while it is switched off.
    pub(crate) fn tamper(self, hand: impl FnOnce(&redb::WriteTransaction)) -> Self {
        let Self { journal, disk, folder } = self;
        drop(journal);
        let database = redb::Builder::new().create_with_backend(disk.clone()).unwrap();
        let transaction = database.begin_write().unwrap();
        hand(&transaction);
        transaction.commit().unwrap();
        drop(database);
        Self::in_folder(folder, disk).unwrap()
    }

    pub(crate) fn register(&self, id: &str, subject: &str) -> Result<Head, Fault> {
        register(&self.journal, id, subject)
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        let page = Page::of("number", b"", usize::MAX - 1);
        self.journal.read().unwrap().list(page).unwrap().0
    }

    pub(crate) fn check(&self) -> Vec<String> {
        self.journal.check().unwrap().faults
    }
}

/// Scan first, then entry, row and number.
pub(crate) fn register(journal: &Journal, id: &str, subject: &str) -> Result<Head, Fault> {
    let scan = journal.blobs().put(format!("scan of {id}").as_bytes())?;
    journal.write(|txn| {
        let number = txn.rows().last_number("in", YEAR)? + 1;
        let letter = Letter { id: id.into(), number, subject: subject.into(), scan };
        append(txn, Event::Registered(letter), vec![scan])
    })
}

pub(crate) fn rename(journal: &Journal, id: &str, subject: &str) -> Result<Head, Fault> {
    let event = Event::Renamed { id: id.into(), subject: subject.into() };
    journal.write(|txn| append(txn, event, vec![]))
}

pub(crate) fn withdraw(journal: &Journal, id: &str) -> Result<Head, Fault> {
    let event = Event::Withdrawn { id: id.into() };
    journal.write(|txn| append(txn, event, vec![]))
}

/// Registers with a number of one's own choosing.
pub(crate) fn register_as(journal: &Journal, id: &str, number: u64) -> Result<Head, Fault> {
    let scan = journal.blobs().put(b"scan")?;
    let letter = Letter { id: id.into(), number, subject: String::new(), scan };
    journal.write(|txn| append(txn, Event::Registered(letter), vec![scan]))
}

fn append(txn: &mut crate::Txn<'_>, event: Event, blobs: Vec<Sha256>) -> Result<Head, Fault> {
    let body = serde_json::to_string(&Body { event }).unwrap();
    txn.append(noon(), Scope::Above, body, blobs)
}
