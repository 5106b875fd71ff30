//! Opening a data folder: whose it is, what version it is, and whether its rows are the program's.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{DatabaseError, StorageError, TableError};
use tokio::sync::watch;
use uuid::Uuid;
use wire::JournalId;

use crate::blobs::sync_folder;
use crate::commit::sealed_head;
use crate::fault::{Fault, While};
use crate::rebuild::rebuild_in;
use crate::store::{CURSORS, ENTRIES, INDEXES, META, NOTES, NUMBERS, Opener, ROWS, Store};
use crate::{Blobs, Inner, Journal, Projection};

/// The layout of tables and folders this program knows.
const FORMAT: u32 = 1;

/// Why a data folder could not be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A newer program has written here; this one would not understand it.
    #[error(
        "the data is of format {found}, this program knows up to {known}: install the newer vanthu again"
    )]
    Newer {
        /// The data's format.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Another process holds the folder, as a rule the running service.
    #[error("another vanthu is using the data folder: stop it first (systemctl stop vanthu)")]
    InUse,
    /// There are blobs, but the journal that names them is gone.
    #[error("there are blobs but no journal in the data folder: restore journal.redb from a backup")]
    Missing,
    /// The journal file is not one, was cut short, or was changed by other hands.
    #[error("the journal file is damaged ({0}): keep a copy of it and restore the last backup")]
    Damaged(String),
    /// The disk is full, dying, mounted read-only, or the rights are wrong.
    #[error("the data folder cannot be used: {0}")]
    Disk(Fault),
    /// The rows are of another version and could not be made anew; the entries are untouched.
    #[error(
        "the rows could not be made anew from the entries: {0}; report this and go back to the last version"
    )]
    Rows(Fault),
}

impl OpenError {
    /// Whether waiting for space, and nothing else, cures it.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Disk(fault) | Self::Rows(fault) if fault.is_disk_full())
    }
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Damaged(what) => Self::Damaged(what),
            Fault::Store { source, .. } => Self::Damaged(source.to_string()),
            other => Self::Disk(other),
        }
    }
}

impl From<DatabaseError> for OpenError {
    fn from(error: DatabaseError) -> Self {
        use ErrorKind::{InvalidData, UnexpectedEof};
        match error {
            DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => Self::InUse,
            DatabaseError::Storage(StorageError::Io(e))
                if !matches!(e.kind(), InvalidData | UnexpectedEof) =>
            {
                Self::Disk(Fault::disk("opening the journal file", e))
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl Journal {
    /// Opens the journal of a data folder; begins a new one where there is none. After a power cut the file is
    /// verified first, and rows of another [`Projection::version`] are made anew, either of which takes time.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn open(folder: &Path, projection: Projection) -> Result<Self, OpenError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| Fault::disk("making the data folder", error))?;
        let file = folder.join("journal.redb");
        let is_there =
            || file.try_exists().map_err(|error| Fault::disk("looking for the journal file", error));
        if !is_there()? {
            let founded = found_in(folder, &file, &projection);
            // Another program may have been faster, and have emptied `tmp/` under our hands. Its journal is the journal.
            if !is_there()? {
                founded?;
            }
        }
        Self::over(folder, projection, opener(file))
    }

    /// The same over any bytes that hold a journal; tests need a disk that fails.
    pub(crate) fn over(folder: &Path, projection: Projection, opener: Opener) -> Result<Self, OpenError> {
        let store = Store::open(opener)?;
        let id = identity(&store)?;
        let blobs = Blobs::below(folder)?;
        blobs.empty_tmp()?;
        let reading = store.begin_read()?;
        let meta = reading.open_table(META).while_("opening meta")?;
        let rows_version = meta.get("rows_version").while_("reading meta")?.map(|it| it.value().to_owned());
        let (tip, _) = watch::channel(sealed_head(&meta)?.seq);
        if rows_version != Some(projection.version.to_string()) {
            tracing::info!(version = projection.version, "making the rows anew");
            renew_rows(&store, &projection).map_err(OpenError::Rows)?;
        }
        Ok(Self { inner: Arc::new(Inner { store, blobs, projection, id, tip }) })
    }
}

/// Never makes the file: called again after a failure, it must not put an empty one in the place of one that is gone.
fn opener(path: PathBuf) -> Opener {
    Box::new(move || {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        Ok(Box::new(FileBackend::new(file)?))
    })
}

/// Begins a journal aside and links it into its place when it is whole: a power cut while redb makes a file leaves
/// one that redb itself does not open again.
fn found_in(folder: &Path, file: &Path, projection: &Projection) -> Result<(), OpenError> {
    let blobs = Blobs::below(folder)?;
    if !blobs.names()?.is_empty() {
        return Err(OpenError::Missing);
    }
    let aside = blobs.tmp_path();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .map_err(|error| Fault::disk("making the journal file", error))?;
    found(opener(aside.clone()), projection)?;
    // Not a rename: the journal another program has begun meanwhile must not be replaced.
    fs::hard_link(&aside, file).map_err(|error| Fault::disk("putting the journal file in place", error))?;
    Ok(sync_folder(folder)?)
}

/// Makes an empty journal of an empty file.
pub(crate) fn found(opener: Opener, projection: &Projection) -> Result<(), OpenError> {
    let store = Store::open(opener)?;
    begin(&store, projection)?;
    Ok(store.close()?)
}

/// The journal's id, once the format is one we know.
fn identity(store: &Store) -> Result<JournalId, OpenError> {
    let reading = store.begin_read()?;
    let meta = match reading.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => {
            return Err(OpenError::Damaged("it holds no journal".into()));
        }
        Err(error) => return Err(Fault::store("opening meta", error.into()).into()),
    };
    let text = |name: &str| -> Result<String, OpenError> {
        let found = meta.get(name).while_("reading meta")?;
        found
            .map(|text| text.value().to_owned())
            .ok_or_else(|| OpenError::Damaged(format!("it does not say its {name}")))
    };
    let format = text("format")?;
    let found = format.parse().map_err(|_| OpenError::Damaged(format!("format {format:?}")))?;
    if found > FORMAT {
        return Err(OpenError::Newer { found, known: FORMAT });
    }
    let id = text("journal")?;
    let id = Uuid::parse_str(&id).map_err(|_| OpenError::Damaged(format!("journal id {id:?}")))?;
    Ok(JournalId(id))
}

/// A new journal with all its tables, in one transaction.
fn begin(store: &Store, projection: &Projection) -> Result<(), Fault> {
    // Random and not made of the time: a box without a clock battery begins all its lives in 1970.
    let id = JournalId(Uuid::new_v4());
    let writing = store.begin_write()?;
    {
        let transaction = &writing.transaction;
        let mut meta = transaction.open_table(META).while_("making meta")?;
        let facts = [
            ("format", FORMAT.to_string()),
            ("journal", id.to_string()),
            ("rows_version", projection.version.to_string()),
        ];
        for (name, value) in &facts {
            meta.insert(name, value.as_str()).while_("writing meta")?;
        }
        transaction.open_table(ENTRIES).while_("making tables")?;
        transaction.open_table(ROWS).while_("making tables")?;
        transaction.open_table(INDEXES).while_("making tables")?;
        transaction.open_table(NUMBERS).while_("making tables")?;
        transaction.open_table(CURSORS).while_("making tables")?;
        transaction.open_table(NOTES).while_("making tables")?;
    }
    writing.commit()
}

fn renew_rows(store: &Store, projection: &Projection) -> Result<(), Fault> {
    let writing = store.begin_write()?;
    rebuild_in(&writing.transaction, projection)?;
    writing.commit()
}
