//! Rows: how things stand now. Projected from entries in the same transaction (`put.rs`), read by everybody,
//! disposable.

use std::ops::Bound;

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, Table, WriteTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::Stamp;

use crate::commit::last_entry;
use crate::fault::{Fault, While};
use crate::keys;
use crate::store::{ENTRIES, INDEXES, NUMBERS, ROWS};

/// A kind of row.
///
/// [`Entity::indexes`] looks at nothing but the row: when the row changes, the index lines of the old one are
/// found by asking the old one. Whoever changes fields or indexes raises [`Projection::version`], and all rows
/// are made anew.
///
/// [`Projection::version`]: crate::Projection::version
pub trait Entity: Serialize + DeserializeOwned {
    /// The table, so to speak: `letter`, `account`.
    const KIND: &'static str;

    /// The row's own name within its kind; without NUL.
    fn id(&self) -> String;

    /// (index, key) of every line under which the row is to be found. Keys sort as bytes: numbers go in
    /// big-endian, and a text that another part follows ends in NUL.
    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)>;
}

/// Which part of an index [`Rows::list`] returns.
#[derive(Debug, Clone)]
pub struct Page<'p> {
    /// The index.
    pub index: &'p str,
    /// What the keys begin with; empty for all.
    pub prefix: &'p [u8],
    /// Where the page before ended, as [`Rows::list`] said it. Need not exist any more.
    pub after: Option<Vec<u8>>,
    /// Most rows.
    pub limit: usize,
    /// From the highest key down.
    pub backwards: bool,
}

impl<'p> Page<'p> {
    /// The first `limit` rows whose key begins with `prefix`.
    pub fn of(index: &'p str, prefix: &'p [u8], limit: usize) -> Self {
        Self { index, prefix, after: None, limit, backwards: false }
    }

    /// The same from the highest key down.
    pub fn backwards(self) -> Self {
        Self { backwards: true, ..self }
    }

    /// The same, beginning after the end of an earlier page.
    pub fn after(self, after: Option<Vec<u8>>) -> Self {
        Self { after, ..self }
    }
}

/// The rows, indexes and numbers of one moment. Everybody reads; only a [`Projection`](crate::Projection) gets
/// them in a form that can be written.
pub struct Rows<'t> {
    pub(crate) shelf: Shelf<'t>,
}

/// redb has two kinds of table, one per kind of transaction.
pub(crate) enum Shelf<'t> {
    Writing(Tables<'t>),
    Reading {
        rows: ReadOnlyTable<&'static [u8], &'static [u8]>,
        indexes: ReadOnlyTable<&'static [u8], ()>,
        numbers: ReadOnlyTable<(&'static str, i32), u64>,
        entries: ReadOnlyTable<u64, &'static str>,
    },
}

pub(crate) struct Tables<'t> {
    pub(crate) rows: Table<'t, &'static [u8], &'static [u8]>,
    pub(crate) indexes: Table<'t, &'static [u8], ()>,
    pub(crate) numbers: Table<'t, (&'static str, i32), u64>,
    /// Of the entry before the one being projected.
    pub(crate) last_time: Option<Stamp>,
}

impl Rows<'static> {
    pub(crate) fn reading(transaction: &ReadTransaction) -> Result<Self, Fault> {
        let shelf = Shelf::Reading {
            rows: transaction.open_table(ROWS).while_("opening rows")?,
            indexes: transaction.open_table(INDEXES).while_("opening indexes")?,
            numbers: transaction.open_table(NUMBERS).while_("opening numbers")?,
            entries: transaction.open_table(ENTRIES).while_("opening entries")?,
        };
        Ok(Self { shelf })
    }
}

impl<'t> Rows<'t> {
    pub(crate) fn writing(
        transaction: &'t WriteTransaction,
        last_time: Option<Stamp>,
    ) -> Result<Self, Fault> {
        let tables = Tables {
            rows: transaction.open_table(ROWS).while_("opening rows")?,
            indexes: transaction.open_table(INDEXES).while_("opening indexes")?,
            numbers: transaction.open_table(NUMBERS).while_("opening numbers")?,
            last_time,
        };
        Ok(Self { shelf: Shelf::Writing(tables) })
    }

    /// When the last entry was written, by the box's clock; for a projection, the entry before. `None` in an
    /// empty journal.
    ///
    /// # Errors
    /// If the store fails or the last entry is damaged.
    pub fn last_time(&self) -> Result<Option<Stamp>, Fault> {
        match &self.shelf {
            Shelf::Writing(tables) => Ok(tables.last_time),
            Shelf::Reading { entries, .. } => Ok(last_entry(entries)?.map(|entry| entry.header().time)),
        }
    }

    /// The row of that name.
    ///
    /// # Errors
    /// If the store fails, or the row is of another shape than the program's.
    pub fn get<E: Entity>(&self, id: &str) -> Result<Option<E>, Fault> {
        let key = keys::row(E::KIND, id)?;
        self.row(&key)?.map(|text| parse(&key, &text)).transpose()
    }

    /// One page of an index, in its order, and where the next page begins if there is one.
    ///
    /// # Errors
    /// If the store fails, or an index line leads nowhere.
    pub fn list<E: Entity>(&self, page: Page<'_>) -> Result<(Vec<E>, Option<Vec<u8>>), Fault> {
        let base = keys::index(E::KIND, page.index)?;
        let (mut low, mut high) = keys::beginning_with([&base[..], page.prefix].concat());
        if let Some(after) = &page.after {
            let edge = Bound::Excluded([&base[..], after].concat());
            if page.backwards { high = lower(high, edge) } else { low = higher(low, edge) }
        }
        let mut lines = Vec::new();
        self.index_lines((low, high), page.backwards, |line| {
            lines.push(line[base.len()..].to_vec());
            Ok(lines.len() <= page.limit)
        })?;
        let more = lines.len() > page.limit;
        lines.truncate(page.limit);
        let rows = lines.iter().map(|line| self.behind(line)).collect::<Result<_, _>>()?;
        Ok((rows, lines.pop().filter(|_| more)))
    }

    /// The first row under exactly this key: for keys only one row has.
    ///
    /// # Errors
    /// If the store fails, or the index line leads nowhere.
    pub fn one<E: Entity>(&self, index: &str, key: &[u8]) -> Result<Option<E>, Fault> {
        let base = keys::index(E::KIND, index)?;
        let mut found = None;
        self.index_lines(keys::beginning_with([&base[..], key, b"\0"].concat()), false, |line| {
            let line = &line[base.len()..];
            if keys::split_line(line)?.0 == key {
                found = Some(line.to_vec());
            }
            Ok(found.is_none())
        })?;
        found.map(|line| self.behind(&line)).transpose()
    }

    /// How many rows have a key beginning with `prefix`. Walks the index, not the rows.
    ///
    /// # Errors
    /// If the store fails.
    pub fn count<E: Entity>(&self, index: &str, prefix: &[u8]) -> Result<u64, Fault> {
        let mut count = 0;
        let range = keys::beginning_with([&keys::index(E::KIND, index)?[..], prefix].concat());
        self.index_lines(range, false, |_| {
            count += 1;
            Ok(true)
        })?;
        Ok(count)
    }

    /// All rows of a kind, by id. For kinds that stay small.
    ///
    /// # Errors
    /// If the store fails, or a row is of another shape than the program's.
    pub fn all<E: Entity>(&self) -> Result<Vec<E>, Fault> {
        let (low, high) = keys::beginning_with(keys::kind(E::KIND)?);
        match &self.shelf {
            Shelf::Writing(tables) => all_in(&tables.rows, (low, high)),
            Shelf::Reading { rows, .. } => all_in(rows, (low, high)),
        }
    }

    /// The last number given in a series and year; 0 before the first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn last_number(&self, series: &str, year: i32) -> Result<u64, Fault> {
        let found = match &self.shelf {
            Shelf::Writing(tables) => tables.numbers.get((series, year)).while_("reading a number")?,
            Shelf::Reading { numbers, .. } => numbers.get((series, year)).while_("reading a number")?,
        };
        Ok(found.map_or(0, |last| last.value()))
    }

    pub(crate) fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let found = match &self.shelf {
            Shelf::Writing(tables) => tables.rows.get(key).while_("reading a row")?,
            Shelf::Reading { rows, .. } => rows.get(key).while_("reading a row")?,
        };
        Ok(found.map(|text| text.value().to_vec()))
    }

    /// The row an index line leads to.
    fn behind<E: Entity>(&self, line: &[u8]) -> Result<E, Fault> {
        let id = keys::split_line(line)?.1;
        self.get(id)?
            .ok_or_else(|| Fault::Damaged(format!("an index leads to {}/{id}, which is not there", E::KIND)))
    }

    fn index_lines(
        &self,
        range: Range,
        backwards: bool,
        visit: impl FnMut(&[u8]) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        match &self.shelf {
            Shelf::Writing(tables) => visit_keys(&tables.indexes, range, backwards, visit),
            Shelf::Reading { indexes, .. } => visit_keys(indexes, range, backwards, visit),
        }
    }
}

type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

pub(crate) fn parse<E: Entity>(key: &[u8], text: &[u8]) -> Result<E, Fault> {
    serde_json::from_slice(text).map_err(|error| {
        let name = String::from_utf8_lossy(key).replace('\0', "/");
        Fault::Damaged(format!("row {name} cannot be read ({error}); `vanthu rebuild` makes it anew"))
    })
}

fn all_in<E: Entity>(
    rows: &impl ReadableTable<&'static [u8], &'static [u8]>,
    (low, high): Range,
) -> Result<Vec<E>, Fault> {
    let found = rows.range::<&[u8]>(borrowed(&low, &high)).while_("reading rows")?;
    found
        .map(|row| {
            let (key, text) = row.while_("reading rows")?;
            parse(key.value(), text.value())
        })
        .collect()
}

/// Shows each key of the range to `visit` until it says `false`.
fn visit_keys(
    indexes: &impl ReadableTable<&'static [u8], ()>,
    (low, high): Range,
    backwards: bool,
    mut visit: impl FnMut(&[u8]) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    if is_empty(&low, &high) {
        return Ok(());
    }
    let mut lines = indexes.range::<&[u8]>(borrowed(&low, &high)).while_("reading an index")?;
    while let Some(line) = if backwards { lines.next_back() } else { lines.next() } {
        if !visit(line.while_("reading an index")?.0.value())? {
            break;
        }
    }
    Ok(())
}

fn borrowed<'b>(low: &'b Bound<Vec<u8>>, high: &'b Bound<Vec<u8>>) -> (Bound<&'b [u8]>, Bound<&'b [u8]>) {
    (low.as_ref().map(Vec::as_slice), high.as_ref().map(Vec::as_slice))
}

/// Of two lower ends the narrower one. `after` comes from outside and may lie anywhere.
fn higher(low: Bound<Vec<u8>>, edge: Bound<Vec<u8>>) -> Bound<Vec<u8>> {
    if end(&edge) >= end(&low) { edge } else { low }
}

/// Of two upper ends the narrower one.
fn lower(high: Bound<Vec<u8>>, edge: Bound<Vec<u8>>) -> Bound<Vec<u8>> {
    if matches!(high, Bound::Unbounded) || end(&edge) <= end(&high) { edge } else { high }
}

fn is_empty(low: &Bound<Vec<u8>>, high: &Bound<Vec<u8>>) -> bool {
    !matches!(high, Bound::Unbounded) && end(low) >= end(high)
}

fn end(bound: &Bound<Vec<u8>>) -> &[u8] {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => key,
        Bound::Unbounded => &[],
    }
}
