//! The index on the disk: opened, searched, written to. All of it can be made anew, so nothing here is mended.
//!
//! Each commit carries how far into the journal it goes; the two cannot come apart.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::{OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{
    DocId, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Score, SegmentReader, TantivyError,
};
use uuid::Uuid;
use wire::{Head, JournalId};

use super::fields::{BEGUN, Entry, Fields};
use super::wanted::Wanted;

/// The folder's name tells the fields and the spelling of words: a program that would write others takes another.
const FOLDER: &str = "v1";
/// Memory for documents on their way into the index; the least tantivy takes.
const HEAP_BYTES: usize = 15_000_000;

/// Up to where in which journal an index goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    pub(super) journal: JournalId,
    pub(super) head: Head,
}

/// Where something found stands among all that is found: its rank, then the newest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Standing {
    rank: u8,
    begun: u64,
}

impl Standing {
    /// Whether it was found with the marks that were typed.
    pub(super) fn has_marks(self) -> bool {
        matches!(self.rank, 3 | 4)
    }

    /// As `next` carries it.
    pub(super) fn key(self) -> Vec<u8> {
        let mut key = vec![self.rank];
        key.extend_from_slice(&self.begun.to_be_bytes());
        key
    }

    /// As `after` brings it; none if it is none of ours.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let (rank, begun) = key.split_first()?;
        Some(Self { rank: *rank, begun: u64::from_be_bytes(begun.try_into().ok()?) })
    }
}

/// Something found.
pub(super) struct Hit {
    pub(super) standing: Standing,
    pub(super) letter: Uuid,
    /// The text of its pages.
    pub(super) pages: String,
}

/// An open index. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shelf {
    index: Index,
    reader: IndexReader,
    fields: Fields,
}

impl Shelf {
    /// Opens what is there; in ms, whatever its size.
    ///
    /// # Errors
    /// If there is none, or it is damaged where opening looks.
    pub(super) fn open(search: &Path) -> Result<(Self, Reached), TantivyError> {
        let folder = search.join(FOLDER);
        if !folder.join("meta.json").exists() {
            return Err(TantivyError::SystemError("there is no index yet".into()));
        }
        let fields = Fields::new();
        let index = Index::open(MmapDirectory::open(folder)?)?;
        if index.schema() != fields.schema {
            return Err(TantivyError::SchemaError("the index has other fields".into()));
        }
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let reached = serde_json::from_str(&payload)
            .map_err(|_| TantivyError::SystemError("the index does not say how far it goes".into()))?;
        Ok((Self::of(index, fields)?, reached))
    }

    /// A new one in the place of whatever is there, of every version.
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) fn anew(search: &Path) -> Result<Self, TantivyError> {
        discard(search)?;
        let folder = search.join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        let fields = Fields::new();
        let directory = MmapDirectory::open(folder)?;
        let index = Index::create(directory, fields.schema.clone(), IndexSettings::default())?;
        Self::of(index, fields)
    }

    fn of(index: Index, fields: Fields) -> Result<Self, TantivyError> {
        // Whoever writes also says when to look again: no thread has to watch the folder.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields })
    }

    /// Reads every byte of it.
    ///
    /// # Errors
    /// If the disk fails, or bytes are not what was written.
    pub(super) fn prove(&self) -> Result<(), TantivyError> {
        let damaged = self.index.validate_checksum()?;
        if damaged.is_empty() {
            return Ok(());
        }
        Err(TantivyError::SystemError(format!("damaged files: {damaged:?}")))
    }

    /// Opens it for writing, until the batch is closed: between two batches there is no thread and no heap of it.
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) fn batch(&self) -> Result<Batch<'_>, TantivyError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(HEAP_BYTES)
            .build();
        Ok(Batch { shelf: self, writer: self.index.writer_with_options(options)? })
    }

    /// The best `most` after `after`; with `person`, among what was routed to her.
    ///
    /// # Errors
    /// If the index is damaged.
    pub(super) fn find(
        &self,
        wanted: &Wanted,
        person: Option<Uuid>,
        after: Option<Standing>,
        most: usize,
    ) -> Result<Vec<Hit>, TantivyError> {
        let order = move |segment: &SegmentReader| {
            let begun = segment.fast_fields().u64(BEGUN).ok();
            move |document: DocId, rank: Score| {
                let begun = begun.as_ref().and_then(|column| column.first(document)).unwrap_or_default();
                let standing = Standing { rank: rank as u8, begun };
                // What was shown already goes to the end, and is left out there.
                if after.is_some_and(|after| standing >= after) { Standing::default() } else { standing }
            }
        };
        let searcher = self.reader.searcher();
        let best = TopDocs::with_limit(most).tweak_score(order);
        let found = searcher.search(&self.fields.query(wanted, person), &best)?;
        let mut hits = Vec::new();
        for (standing, address) in found {
            if standing.rank == 0 {
                break;
            }
            let (letter, pages) = self.fields.read(&searcher.doc(address)?);
            let missing = || TantivyError::SystemError("a document of the index is nobody's".into());
            hits.push(Hit { standing, letter: letter.ok_or_else(missing)?, pages });
        }
        Ok(hits)
    }
}

/// Documents on their way into the index.
pub(super) struct Batch<'s> {
    shelf: &'s Shelf,
    writer: IndexWriter,
}

impl Batch<'_> {
    /// Lays a document in, in the place of what was there of it.
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) fn put(&mut self, entry: Entry) -> Result<(), TantivyError> {
        self.writer.delete_term(self.shelf.fields.key(entry.letter));
        self.writer.add_document(self.shelf.fields.document(entry))?;
        Ok(())
    }

    /// Brings it to rest together with how far it goes, and lets readers see it.
    ///
    /// # Errors
    /// If the disk fails; then the index is as before.
    pub(super) fn close(mut self, reached: Reached) -> Result<(), TantivyError> {
        let payload =
            serde_json::to_string(&reached).map_err(|error| TantivyError::SystemError(error.to_string()))?;
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.shelf.reader.reload()?;
        self.writer.wait_merging_threads()?;
        self.shelf.reader.reload()
    }
}

/// Removes every index, of this version and of others.
fn discard(search: &Path) -> std::io::Result<()> {
    let gone = if search.is_dir() { std::fs::remove_dir_all(search) } else { std::fs::remove_file(search) };
    match gone {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether there is only no room: what is there is still good.
pub(super) fn is_disk_full(error: &TantivyError) -> bool {
    let full =
        |error: &std::io::Error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    match error {
        TantivyError::IoError(error)
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. })
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: error, .. }) => {
            full(error)
        }
        _ => false,
    }
}

/// Where the index of the box in `data` is.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("search")
}
