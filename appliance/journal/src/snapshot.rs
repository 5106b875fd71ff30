//! Reading: everything as it stood at one moment, whatever is written meanwhile.

use std::collections::HashSet;
use std::ops::Deref;

use redb::{ReadOnlyTable, ReadableTable};
use wire::{Entry, Head, Sha256};

use crate::Journal;
use crate::commit::{parse_entry, sealed_head};
use crate::fault::{Fault, While};
use crate::rows::Rows;
use crate::store::{ENTRIES, META};

/// A consistent view: rows, indexes and numbers (through [`Rows`]), entries and head. Costs little; hold it for
/// one answer, not for a minute, since pages written over meanwhile cannot be used again until it is dropped.
pub struct Snapshot {
    rows: Rows<'static>,
    entries: ReadOnlyTable<u64, &'static str>,
    head: Head,
}

impl Journal {
    /// How everything stands now. Never waits for a writer.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(&self) -> Result<Snapshot, Fault> {
        let transaction = self.store().begin_read()?;
        let entries = transaction.open_table(ENTRIES).while_("opening entries")?;
        let meta = transaction.open_table(META).while_("opening meta")?;
        Ok(Snapshot { rows: Rows::reading(&transaction)?, entries, head: sealed_head(&meta)? })
    }

    /// Where the chain stands now.
    ///
    /// # Errors
    /// If the store fails.
    pub fn head(&self) -> Result<Head, Fault> {
        let meta = self.store().begin_read()?.open_table(META).while_("opening meta")?;
        sealed_head(&meta)
    }
}

impl Deref for Snapshot {
    type Target = Rows<'static>;

    fn deref(&self) -> &Rows<'static> {
        &self.rows
    }
}

impl Snapshot {
    /// Where the chain stood.
    pub fn head(&self) -> Head {
        self.head
    }

    /// One entry.
    ///
    /// # Errors
    /// If the store fails or the entry is damaged.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>, Fault> {
        let text = self.entries.get(seq).while_("reading an entry")?;
        text.map(|text| parse_entry(seq, text.value())).transpose()
    }

    /// The entries after `after`, at most `most` of them and `most_bytes` bytes - but always one if there is one,
    /// however long, or who reads in pieces would never come past it.
    ///
    /// # Errors
    /// If the store fails or an entry is damaged.
    pub fn entries(&self, after: u64, most: usize, most_bytes: usize) -> Result<Vec<Entry>, Fault> {
        let mut found = Vec::new();
        let mut bytes = 0;
        for line in self.entries.range(after.saturating_add(1)..).while_("reading entries")? {
            let (seq, text) = line.while_("reading entries")?;
            bytes += text.value().len();
            if found.len() >= most || (bytes > most_bytes && !found.is_empty()) {
                break;
            }
            found.push(parse_entry(seq.value(), text.value())?);
        }
        Ok(found)
    }

    /// Every blob any entry names.
    ///
    /// # Errors
    /// If the store fails or an entry is damaged.
    pub fn named_blobs(&self) -> Result<HashSet<Sha256>, Fault> {
        let mut names = HashSet::new();
        for line in self.entries.iter().while_("reading entries")? {
            let (seq, text) = line.while_("reading entries")?;
            names.extend(parse_entry(seq.value(), text.value())?.header().blobs.iter().copied());
        }
        Ok(names)
    }

    pub(crate) fn entry_table(&self) -> &ReadOnlyTable<u64, &'static str> {
        &self.entries
    }
}
