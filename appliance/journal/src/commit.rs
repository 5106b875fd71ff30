//! Writing: one transaction holds the entry, the rows it changes and the number it takes.

use redb::{ReadableTable, Table, TableDefinition, Value};
use wire::calls::BATCH_BYTES;
use wire::{Chain, Entry, Head, JournalId, Scope, Sha256, Stamp};

use crate::fault::{Fault, While};
use crate::rows::Rows;
use crate::store::{CURSORS, ENTRIES, META, NOTES, Writing};
use crate::{Blobs, Journal, Projection};

/// Most bytes of an entry: a batch for the hub that holds nothing else must have room for it.
pub const ENTRY_BYTES: usize = BATCH_BYTES - (1 << 10);

/// A write under way.
pub struct Txn<'t> {
    entries: Table<'t, u64, &'static str>,
    meta: Table<'t, &'static str, &'static str>,
    rows: Rows<'t>,
    blobs: &'t Blobs,
    projection: Projection,
    journal: JournalId,
    chain: Chain,
    /// Between the first and the last step of an append. Still set at the end, an append has failed half-way and
    /// nothing may be committed, whatever the caller made of its fault.
    halfway: bool,
}

impl Journal {
    /// Runs `work` in the one write transaction there is at a time, and brings what it appended to rest: when this
    /// returns `Ok`, a power cut no longer matters. On `Err` nothing has happened, numbers included.
    ///
    /// Blocks, on the writer before and on the disk; an async caller goes through `spawn_blocking`. `work` must not
    /// call `write`, `advance`, `remember` or `rebuild`, which would wait for it.
    ///
    /// # Errors
    /// What `work` says, or a [`Fault`] of the store.
    pub fn write<T, E: From<Fault>>(&self, work: impl FnOnce(&mut Txn<'_>) -> Result<T, E>) -> Result<T, E> {
        let writing = self.store().begin_write()?;
        let before = head_of(&writing)?;
        let (value, after) = {
            let mut txn = Txn::begin(self, &writing, before)?;
            let value = work(&mut txn)?;
            (value, txn.finish()?)
        };
        if after != before {
            writing.commit()?;
            self.nudge(after.seq);
        }
        Ok(value)
    }

    /// Up to which seq a follower has done its work; 0 for one never heard of.
    ///
    /// # Errors
    /// If the store fails.
    pub fn cursor(&self, name: &str) -> Result<u64, Fault> {
        let cursors = self.store().begin_read()?.open_table(CURSORS).while_("opening cursors")?;
        Ok(cursors.get(name).while_("reading a cursor")?.map_or(0, |seq| seq.value()))
    }

    /// A follower has done its work up to `seq`. Never moves backwards.
    ///
    /// # Errors
    /// If the store fails.
    pub fn advance(&self, name: &str, seq: u64) -> Result<(), Fault> {
        self.keep(CURSORS, name, seq, |kept, seq| kept < *seq)
    }

    /// A small text a follower once kept under that name.
    ///
    /// # Errors
    /// If the store fails.
    pub fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        let notes = self.store().begin_read()?.open_table(NOTES).while_("opening notes")?;
        Ok(notes.get(name).while_("reading a note")?.map(|text| text.value().to_owned()))
    }

    /// Keeps a small text of a follower: when the hub last answered, which version the index has. Not part of the
    /// journal, and gone after a restore.
    ///
    /// # Errors
    /// If the store fails.
    pub fn remember(&self, name: &str, text: &str) -> Result<(), Fault> {
        self.keep(NOTES, name, text, |kept, text| kept != *text)
    }

    /// Replaces a value where `better` says so; otherwise the disk is left alone.
    fn keep<'v, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, &'static str, V>,
        name: &str,
        value: V::SelfType<'v>,
        better: impl Fn(V::SelfType<'_>, &V::SelfType<'v>) -> bool,
    ) -> Result<(), Fault> {
        let writing = self.store().begin_write()?;
        let changed = {
            let mut kept = writing.transaction.open_table(table).while_("opening a follower's table")?;
            let worth = match kept.get(name).while_("reading what a follower kept")? {
                Some(old) => better(old.value(), &value),
                None => true,
            };
            if worth {
                kept.insert(name, value).while_("writing what a follower keeps")?;
            }
            worth
        };
        if changed { writing.commit() } else { Ok(()) }
    }
}

impl<'t> Txn<'t> {
    fn begin(journal: &'t Journal, writing: &'t Writing<'_>, head: Head) -> Result<Self, Fault> {
        let entries = writing.transaction.open_table(ENTRIES).while_("opening entries")?;
        let last = last_entry(&entries)?;
        if last.as_ref().map_or(0, |entry| entry.header().seq) != head.seq {
            return Err(Fault::Damaged("the last entry is not the one the head names".into()));
        }
        let last_time = last.map(|entry| entry.header().time);
        Ok(Self {
            entries,
            meta: writing.transaction.open_table(META).while_("opening meta")?,
            rows: Rows::writing(&writing.transaction, last_time)?,
            blobs: journal.blobs(),
            projection: journal.projection(),
            journal: journal.id(),
            chain: Chain::from(journal.id(), head),
            halfway: false,
        })
    }

    /// The rows as they stand at this point of the transaction.
    pub fn rows(&self) -> &Rows<'t> {
        &self.rows
    }

    /// Where the chain stands at this point of the transaction.
    pub fn head(&self) -> Head {
        self.chain.head()
    }

    /// Writes the next entry and projects it into the rows. `blobs` are those the body names, each at rest.
    ///
    /// # Errors
    /// If a blob is not at rest, the body is not JSON, the entry is larger than [`ENTRY_BYTES`], the projection
    /// refuses it, or the store fails. The transaction cannot be committed afterwards.
    pub fn append(
        &mut self,
        time: Stamp,
        scope: Scope,
        body: String,
        blobs: Vec<Sha256>,
    ) -> Result<Head, Fault> {
        self.halfway = true;
        if let Some(missing) = self.first_missing(&blobs)? {
            return Err(Fault::MissingBlob(missing));
        }
        let entry = Entry::write(self.journal, self.chain.head(), time, scope, body, blobs)
            .map_err(|error| Fault::Projection(format!("a body that is not JSON: {error}")))?;
        self.chain.accept(&entry)?;
        let text = serde_json::to_string(&entry)
            .map_err(|error| Fault::Projection(format!("an entry that cannot be written: {error}")))?;
        if text.len() > ENTRY_BYTES {
            return Err(Fault::TooLarge { bytes: text.len(), most: ENTRY_BYTES });
        }
        self.entries.insert(entry.header().seq, text.as_str()).while_("writing an entry")?;
        self.projection.apply(&mut self.rows, &entry)?;
        self.halfway = false;
        Ok(self.chain.head())
    }

    fn first_missing(&self, blobs: &[Sha256]) -> Result<Option<Sha256>, Fault> {
        for name in blobs {
            if !self.blobs.claim(name)? {
                return Ok(Some(*name));
            }
        }
        Ok(None)
    }

    /// Seals the head, unless an append failed and its fault was swallowed.
    fn finish(mut self) -> Result<Head, Fault> {
        if self.halfway {
            return Err(Fault::Misuse("an append failed and the transaction went on"));
        }
        let head = self.chain.head();
        let text = serde_json::to_string(&head)
            .map_err(|error| Fault::Projection(format!("a head that cannot be written: {error}")))?;
        self.meta.insert("head", text.as_str()).while_("writing the head")?;
        Ok(head)
    }
}

/// Where the chain stands. Kept apart from the entries, so that `check` notices when the last one was changed or
/// is gone: no later entry names its hash.
pub(crate) fn sealed_head(meta: &impl ReadableTable<&'static str, &'static str>) -> Result<Head, Fault> {
    match meta.get("head").while_("reading the head")? {
        Some(text) => serde_json::from_str(text.value())
            .map_err(|error| Fault::Damaged(format!("the head cannot be read: {error}"))),
        None => Ok(Head::EMPTY),
    }
}

fn head_of(writing: &Writing<'_>) -> Result<Head, Fault> {
    sealed_head(&writing.transaction.open_table(META).while_("opening meta")?)
}

/// The entry with the highest seq.
pub(crate) fn last_entry(entries: &impl ReadableTable<u64, &'static str>) -> Result<Option<Entry>, Fault> {
    let last = entries.last().while_("reading the last entry")?;
    last.map(|(seq, text)| parse_entry(seq.value(), text.value())).transpose()
}

/// An entry at rest.
pub(crate) fn parse_entry(seq: u64, text: &str) -> Result<Entry, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Damaged(format!("entry {seq} cannot be read: {error}")))
}
