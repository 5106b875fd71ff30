//! What the machine failed at: English, for the log. A sentence for a person is made elsewhere.

use std::error::Error;
use std::io;

use wire::{ChainFault, Sha256};

/// The journal could not do what it was asked to.
///
/// After a fault of [`write`](crate::Journal::write) nothing was acknowledged. If it came from the commit itself
/// the entry may nevertheless be at rest, as after a power cut: who tries again looks first.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No space, or the quota is used up. Passes by itself once there is space again; no restart is needed.
    #[error("the disk is full ({doing}); free some space and try again")]
    DiskFull {
        /// What was going on.
        doing: &'static str,
    },
    /// A file could not be read or written: a dying disk, a pulled stick, missing rights.
    #[error("the disk failed ({doing}): {source}")]
    Disk {
        /// What was going on.
        doing: &'static str,
        /// The system's own words.
        source: io::Error,
    },
    /// The store under the journal failed. It is opened afresh at the next call.
    #[error("the journal file failed ({doing}): {source}")]
    Store {
        /// What was going on.
        doing: &'static str,
        /// The store's own words.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Bytes at rest are not those once written.
    #[error("damaged at rest: {0}; run `vanthu check`")]
    Damaged(String),
    /// An entry names a blob that is not at rest; blobs come before references.
    #[error("an entry names blob {0}, which is not at rest")]
    MissingBlob(Sha256),
    /// A number would leave a gap or be given twice.
    #[error("number {found} of {series}/{year} was taken where {expected} comes next")]
    NumberGap {
        /// The numbering series.
        series: String,
        /// Its year.
        year: i32,
        /// The number that comes next.
        expected: u64,
        /// The number that was taken.
        found: u64,
    },
    /// The entry would not fit into a batch for the hub, which would hold up every later one for ever.
    #[error("an entry of {bytes} bytes; at most {most} fit into a batch")]
    TooLarge {
        /// Bytes of the entry.
        bytes: usize,
        /// Most bytes of an entry.
        most: usize,
    },
    /// A fresh entry does not continue the chain: its body is not plain JSON text.
    #[error("a fresh entry would break the chain: {0}")]
    Chain(#[from] ChainFault),
    /// An entry's body is not what the projection can read: an entry of a newer program, or a mistake in it.
    #[error("an entry cannot be projected: {0}")]
    Projection(String),
    /// A mistake of the calling program, in the words of the contract it broke.
    #[error("the journal was misused: {0}")]
    Misuse(&'static str),
}

impl Fault {
    /// Whether waiting for space, and nothing else, cures it.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }

    /// A failure of the file system while `doing` something, with a full disk told apart.
    pub fn disk(doing: &'static str, source: io::Error) -> Self {
        if out_of_space(&source) { Self::DiskFull { doing } } else { Self::Disk { doing, source } }
    }

    pub(crate) fn store(doing: &'static str, error: redb::Error) -> Self {
        match error {
            redb::Error::Io(source) => Self::disk(doing, source),
            other => Self::Store { doing, source: Box::new(other) },
        }
    }
}

/// For code that writes through a [`BlobWriter`](crate::BlobWriter) and sees only [`io::Error`].
impl From<io::Error> for Fault {
    fn from(source: io::Error) -> Self {
        Self::disk("writing", source)
    }
}

pub(crate) fn out_of_space(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Says what was going on when a lower layer failed.
pub(crate) trait While<T> {
    fn while_(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T, E: Into<redb::Error>> While<T> for Result<T, E> {
    fn while_(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(|error| Fault::store(doing, error.into()))
    }
}
