//! Rows made anew from entries.

use redb::{ReadableTable, WriteTransaction};
use wire::{Entry, Header};

use crate::Journal;
use crate::commit::parse_entry;
use crate::fault::{Fault, While};
use crate::rows::Rows;
use crate::store::{ENTRIES, INDEXES, META, NUMBERS, ROWS};

/// How the office makes rows of entries. Looks at nothing but rows, header and body: it is run again years later.
#[derive(Debug, Clone, Copy)]
pub struct Projection {
    /// Raised with every change of a row's shape, its indexes or of `project`; rows of another version are made
    /// anew when the journal is opened.
    pub version: u32,
    /// Changes the rows as the entry's body (its JSON text) says. A fault stops the write that appended it, and a
    /// replay that comes to it.
    pub project: fn(&mut Rows<'_>, &Header, &str) -> Result<(), Fault>,
}

impl Projection {
    pub(crate) fn apply(&self, rows: &mut Rows<'_>, entry: &Entry) -> Result<(), Fault> {
        let header = entry.header();
        let body = entry.body().ok_or_else(|| Fault::Damaged(format!("entry {} has no body", header.seq)))?;
        (self.project)(rows, header, body)?;
        rows.tables()?.last_time = Some(header.time);
        Ok(())
    }
}

impl Journal {
    /// Throws rows, indexes and numbers away and makes them anew from the entries, in one transaction: readers see
    /// the old ones until it is done, and a power cut leaves the old ones.
    ///
    /// # Errors
    /// If the store fails, an entry is damaged, or the projection refuses one.
    pub fn rebuild(&self) -> Result<(), Fault> {
        let writing = self.store().begin_write()?;
        rebuild_in(&writing.transaction, &self.projection())?;
        writing.commit()
    }
}

pub(crate) fn rebuild_in(transaction: &WriteTransaction, projection: &Projection) -> Result<(), Fault> {
    transaction.delete_table(ROWS).while_("dropping rows")?;
    transaction.delete_table(INDEXES).while_("dropping indexes")?;
    transaction.delete_table(NUMBERS).while_("dropping numbers")?;
    let entries = transaction.open_table(ENTRIES).while_("opening entries")?;
    replay(&entries, &mut Rows::writing(transaction, None)?, projection)?;
    let mut meta = transaction.open_table(META).while_("opening meta")?;
    meta.insert("rows_version", projection.version.to_string().as_str()).while_("writing meta")?;
    Ok(())
}

/// Projects all entries in order.
pub(crate) fn replay(
    entries: &impl ReadableTable<u64, &'static str>,
    rows: &mut Rows<'_>,
    projection: &Projection,
) -> Result<(), Fault> {
    for line in entries.iter().while_("reading entries")? {
        let (seq, text) = line.while_("reading entries")?;
        projection.apply(rows, &parse_entry(seq.value(), text.value())?)?;
    }
    Ok(())
}
