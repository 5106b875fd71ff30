//! `vanthu check`: is everything still as it was written?

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use redb::backends::InMemoryBackend;
use redb::{Builder, ReadableTable, Value};
use wire::{Chain, Entry, Head, JournalId, Sha256};

use crate::commit::parse_entry;
use crate::fault::{Fault, While};
use crate::rebuild::replay;
use crate::rows::{Rows, Shelf};
use crate::snapshot::Snapshot;
use crate::store::CACHE_BYTES;
use crate::{Blobs, Journal};

/// Most faults a report lists one by one; the rest are counted.
const LISTED: usize = 200;

/// What [`Journal::check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries read.
    pub entries: u64,
    /// Blobs compared with their names.
    pub blobs: u64,
    /// What is not as it was written, in English; empty if all is well.
    pub faults: Vec<String>,
    /// Faults beyond the first 200.
    pub more_faults: u64,
}

impl Report {
    /// Whether all is as it was written.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, text: String) {
        if self.faults.len() < LISTED { self.faults.push(text) } else { self.more_faults += 1 }
    }
}

impl Journal {
    /// Walks the chain, compares every blob an entry names with its name, and the rows, indexes and numbers with a
    /// replay in memory. Changes nothing; writing may go on meanwhile.
    ///
    /// # Errors
    /// If the store or the disk fails. What is damaged is no error but stands in the report.
    pub fn check(&self) -> Result<Report, Fault> {
        let snapshot = self.read()?;
        let mut report = Report::default();
        let named = walk_chain(self.id(), &snapshot, &mut report)?;
        if report.is_sound() {
            self.replay_and_compare(&snapshot, &mut report)?;
        } else {
            report.fault("rows were not compared: they are no better than their entries".into());
        }
        compare_blobs(self.blobs(), &named, &mut report)?;
        Ok(report)
    }

    fn replay_and_compare(&self, snapshot: &Snapshot, report: &mut Report) -> Result<(), Fault> {
        let memory = Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(InMemoryBackend::new())
            .while_("opening a store in memory")?;
        let transaction = memory.begin_write().while_("writing to memory")?;
        let mut replayed = Rows::writing(&transaction, None)?;
        match replay(snapshot.entry_table(), &mut replayed, &self.projection()) {
            Ok(()) => compare_rows(snapshot, &replayed, report),
            Err(fault) => {
                report.fault(format!("replay stopped: {fault}"));
                Ok(())
            }
        }
    }
}

/// Follows the chain and returns the blobs it names. After a fault it goes on from the entry as it is, so that one
/// changed byte is one fault and not one per later entry.
fn walk_chain(
    journal: JournalId,
    snapshot: &Snapshot,
    report: &mut Report,
) -> Result<HashSet<Sha256>, Fault> {
    let mut named = HashSet::new();
    let mut chain = Chain::from(journal, Head::EMPTY);
    for line in snapshot.entry_table().iter().while_("reading entries")? {
        let (seq, text) = line.while_("reading entries")?;
        report.entries += 1;
        let entry = match parse_entry(seq.value(), text.value()) {
            Ok(entry) => entry,
            Err(fault) => {
                report.fault(fault.to_string());
                continue;
            }
        };
        if !is_as_written(&entry, text.value()) || entry.header().seq != seq.value() {
            report.fault(format!("entry {}: its text is not as it was written", seq.value()));
        }
        if let Err(fault) = chain.accept(&entry) {
            report.fault(fault.to_string());
            chain = Chain::from(journal, entry.head());
        }
        named.extend(entry.header().blobs.iter().copied());
    }
    if chain.head() != snapshot.head() {
        report.fault("the last entry is not the one that was written last".into());
    }
    Ok(named)
}

/// Header and body are covered by hashes; this covers what stands around them.
fn is_as_written(entry: &Entry, text: &str) -> bool {
    serde_json::to_string(entry).is_ok_and(|again| again == text)
}

fn compare_blobs(blobs: &Blobs, named: &HashSet<Sha256>, report: &mut Report) -> Result<(), Fault> {
    for name in named {
        report.blobs += 1;
        match blobs.is_whole(name) {
            Ok(Some(true)) => {}
            Ok(Some(false)) => report.fault(format!("blob {name} holds other bytes than were put")),
            Ok(None) => report.fault(format!("blob {name} is missing")),
            // A bad sector under one blob must not keep the others from being looked at.
            Err(fault) => report.fault(format!("blob {name} cannot be read: {fault}")),
        }
    }
    Ok(())
}

fn compare_rows(live: &Rows<'_>, replayed: &Rows<'_>, report: &mut Report) -> Result<(), Fault> {
    let ([rows, indexes], numbers) = (lines(live)?, number_lines(live)?);
    let ([replayed_rows, replayed_indexes], replayed_numbers) = (lines(replayed)?, number_lines(replayed)?);
    compare("row", rows, replayed_rows, report)?;
    compare("index line", indexes, replayed_indexes, report)?;
    compare("number", numbers, replayed_numbers, report)
}

/// Key and value of one line of a table.
type Line = (Vec<u8>, Vec<u8>);
type Lines<'r> = Box<dyn Iterator<Item = Result<Line, Fault>> + 'r>;

/// The lines of rows and of indexes, in order.
fn lines<'r>(rows: &'r Rows<'_>) -> Result<[Lines<'r>; 2], Fault> {
    match &rows.shelf {
        Shelf::Writing(tables) => Ok([lines_in(&tables.rows)?, lines_in(&tables.indexes)?]),
        Shelf::Reading { rows, indexes, .. } => Ok([lines_in(rows)?, lines_in(indexes)?]),
    }
}

fn lines_in<'r, V: Value + 'static>(
    table: &'r impl ReadableTable<&'static [u8], V>,
) -> Result<Lines<'r>, Fault> {
    let lines = table.iter().while_("reading a table")?;
    Ok(Box::new(lines.map(|line| {
        let (key, value) = line.while_("reading a table")?;
        Ok((key.value().to_vec(), V::as_bytes(&value.value()).as_ref().to_vec()))
    })))
}

/// There are few numbers; as text their order is that of the other lines.
fn number_lines(rows: &Rows<'_>) -> Result<Lines<'static>, Fault> {
    let lines = match &rows.shelf {
        Shelf::Writing(tables) => numbers_in(&tables.numbers)?,
        Shelf::Reading { numbers, .. } => numbers_in(numbers)?,
    };
    Ok(Box::new(lines.into_iter().map(Ok)))
}

fn numbers_in(
    numbers: &impl ReadableTable<(&'static str, i32), u64>,
) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Fault> {
    let numbers = numbers.iter().while_("reading numbers")?;
    numbers
        .map(|line| {
            let (key, last) = line.while_("reading numbers")?;
            let (series, year) = key.value();
            Ok((format!("{series}\0{year}").into_bytes(), last.value().to_string().into_bytes()))
        })
        .collect()
}

/// Walks two sorted lists side by side.
fn compare(
    what: &str,
    mut live: Lines<'_>,
    mut replayed: Lines<'_>,
    report: &mut Report,
) -> Result<(), Fault> {
    let (mut left, mut right) = (live.next().transpose()?, replayed.next().transpose()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((here, _)), Some((there, _))) => here.cmp(there),
        };
        match (order, &left, &right) {
            (Ordering::Less, Some((key, _)), _) => {
                report.fault(format!("{what} {} stands in no entry", readable(key)));
            }
            (Ordering::Greater, _, Some((key, _))) => {
                report.fault(format!("{what} {} is missing", readable(key)));
            }
            (_, Some((key, here)), Some((_, there))) if here != there => {
                report.fault(format!("{what} {} is not what its entries make of it", readable(key)));
            }
            _ => {}
        }
        if order != Ordering::Greater {
            left = live.next().transpose()?;
        }
        if order != Ordering::Less {
            right = replayed.next().transpose()?;
        }
    }
}

fn readable(key: &[u8]) -> String {
    String::from_utf8_lossy(key).replace('\0', "/")
}
