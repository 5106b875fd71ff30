//! redb itself: its tables, its two kinds of transaction, and its recovery after a failure.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageBackend, TableDefinition,
    WriteTransaction,
};

use crate::backend::Watched;
use crate::fault::{Fault, While};

/// seq -> the entry's JSON text, as written.
pub(crate) const ENTRIES: TableDefinition<'static, u64, &'static str> = TableDefinition::new("entries");
/// `kind \0 id` -> the row's JSON.
pub(crate) const ROWS: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("rows");
/// `kind \0 index \0 key \0 id`.
pub(crate) const INDEXES: TableDefinition<'static, &'static [u8], ()> = TableDefinition::new("indexes");
/// (series, year) -> the last number given.
pub(crate) const NUMBERS: TableDefinition<'static, (&'static str, i32), u64> =
    TableDefinition::new("numbers");
/// follower -> last seq it has dealt with.
pub(crate) const CURSORS: TableDefinition<'static, &'static str, u64> = TableDefinition::new("cursors");
/// Small texts followers keep.
pub(crate) const NOTES: TableDefinition<'static, &'static str, &'static str> = TableDefinition::new("notes");
/// `format`, `journal`, `rows_version`, `head`.
pub(crate) const META: TableDefinition<'static, &'static str, &'static str> = TableDefinition::new("meta");

/// redb's default cache of 1 GiB is more than a whole box has; the system's own file cache lies behind it.
pub(crate) const CACHE_BYTES: usize = 8 << 20;

/// Opens the bytes under the store; called again after a failure.
pub(crate) type Opener = Box<dyn Fn() -> Result<Box<dyn StorageBackend>, DatabaseError> + Send + Sync>;

/// One redb database, reopened when an I/O failure has made it useless.
pub(crate) struct Store {
    open: Opener,
    /// Held through every write transaction and every reopening, so that neither meets the other.
    writer: Mutex<()>,
    database: RwLock<Option<Database>>,
    trouble: Arc<AtomicBool>,
}

/// A write transaction and the right to be the only one.
pub(crate) struct Writing<'s> {
    pub(crate) transaction: WriteTransaction,
    store: &'s Store,
    _only: MutexGuard<'s, ()>,
}

impl Store {
    pub(crate) fn open(open: Opener) -> Result<Self, DatabaseError> {
        let trouble = Arc::new(AtomicBool::new(false));
        let database = open_database(&open, &trouble)?;
        // What went wrong while opening and did not hinder it is past.
        trouble.store(false, Ordering::Release);
        Ok(Self { open, writer: Mutex::new(()), database: RwLock::new(Some(database)), trouble })
    }

    /// Waits for the writer before. Must not be called by one who is writing: it would wait for itself.
    pub(crate) fn begin_write(&self) -> Result<Writing<'_>, Fault> {
        // Poisoned: a writer panicked. Its transaction went with it, so the next may begin.
        let only = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.mend(&only)?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let mut transaction =
            database.as_ref().ok_or_else(closed)?.begin_write().while_("beginning to write")?;
        transaction.set_two_phase_commit(true);
        Ok(Writing { transaction, store: self, _only: only })
    }

    pub(crate) fn begin_read(&self) -> Result<ReadTransaction, Fault> {
        if self.trouble.load(Ordering::Acquire) {
            // While somebody writes, the reopening is left to him; waiting here could be waiting for oneself.
            match self.writer.try_lock() {
                Ok(only) => self.mend(&only)?,
                Err(TryLockError::Poisoned(only)) => self.mend(&only.into_inner())?,
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.as_ref().ok_or_else(closed)?.begin_read().while_("beginning to read")
    }

    /// Closes the file and says whether that went well, as dropping cannot.
    pub(crate) fn close(self) -> Result<(), Fault> {
        let database = self.database.into_inner().unwrap_or_else(PoisonError::into_inner);
        database.map_or(Ok(()), Database::close).while_("closing the journal")
    }

    fn mend(&self, _only: &MutexGuard<'_, ()>) -> Result<(), Fault> {
        if !self.trouble.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        // Closed first: the file is locked for one handle. Snapshots still held fail from here on.
        *database = None;
        let fresh = open_database(&self.open, &self.trouble).while_("opening the journal again")?;
        *database = Some(fresh);
        self.trouble.store(false, Ordering::Release);
        Ok(())
    }
}

/// Between a failure and the next successful opening.
fn closed() -> Fault {
    Fault::Disk {
        doing: "using the journal",
        source: io::Error::other("closed after an earlier failure, and not to be opened again yet"),
    }
}

impl Writing<'_> {
    /// At rest when it returns.
    pub(crate) fn commit(self) -> Result<(), Fault> {
        let outcome = self.transaction.commit().while_("committing");
        if outcome.is_err() {
            self.store.trouble.store(true, Ordering::Release);
        }
        outcome
    }
}

fn open_database(open: &Opener, trouble: &Arc<AtomicBool>) -> Result<Database, DatabaseError> {
    let file = Watched::new(open()?, trouble.clone());
    Builder::new()
        .set_cache_size(CACHE_BYTES)
        .set_repair_callback(|session| {
            if session.progress() == 0.0 {
                tracing::info!("the journal was not closed properly: verifying it");
            }
        })
        .create_with_backend(file)
}
