//! `vanthu-hub check`: is everything at rest as it was promised?

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;
use wire::{Chain, Entry, Head, JournalId, RegisterLine};

use crate::Fault;
use crate::receive::line_of;
use crate::store::{LineFilter, Store};

const PAGE: u32 = 500;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Entries walked.
    pub entries: u64,
    /// Blobs read through.
    pub blobs: u64,
    /// Register lines compared.
    pub lines: u64,
    /// What is wrong, in English.
    pub faults: Vec<String>,
}

/// The last line of each document in each journal, with its entry.
type Replay = HashMap<(Uuid, Uuid, JournalId), (u64, RegisterLine)>;
/// What a journal last wrote of a document, and where.
type Wrote = (JournalId, u64, RegisterLine);
/// How far each journal is looked at: boxes may go on sending meanwhile.
type Heads = HashMap<(Uuid, JournalId), u64>;

pub(crate) async fn check(store: &Store) -> Result<Report, Fault> {
    let mut report = Report::default();
    let (mut replay, mut heads) = (Replay::new(), Heads::new());
    for (unit, journal, head) in store.journals().await? {
        walk(store, unit, journal, head, &mut replay, &mut report).await?;
        heads.insert((unit, journal), head.seq);
    }
    blobs(store, &mut report).await?;
    lines(store, replay, &heads, &mut report).await?;
    Ok(report)
}

async fn walk(
    store: &Store,
    unit: Uuid,
    journal: JournalId,
    head: Head,
    replay: &mut Replay,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut chain = Chain::from(journal, Head::EMPTY);
    while chain.head().seq < head.seq {
        let left = head.seq - chain.head().seq;
        let texts = store.entry_texts(unit, journal, chain.head().seq, left.min(u64::from(PAGE))).await?;
        if texts.is_empty() {
            break;
        }
        for text in texts {
            let step = serde_json::from_str::<Entry>(&text).map_err(|error| error.to_string());
            let step = step
                .and_then(|entry| chain.accept(&entry).map(|()| entry).map_err(|error| error.to_string()));
            let entry = match step {
                Ok(entry) => entry,
                Err(error) => {
                    report.faults.push(format!("unit {unit}, journal {journal}: {error}"));
                    return Ok(());
                }
            };
            report.entries += 1;
            if let Some(line) = line_of(&entry) {
                replay.insert((unit, line.document, journal), (entry.header().seq, line));
            }
        }
    }
    if chain.head() != head {
        let (found, said) = (chain.head().seq, head.seq);
        report
            .faults
            .push(format!("unit {unit}, journal {journal}: entries lead to {found}, the head says {said}"));
    }
    Ok(())
}

async fn blobs(store: &Store, report: &mut Report) -> Result<(), Fault> {
    for (unit, name) in store.whole_blobs().await? {
        report.blobs += 1;
        match store.on_folder(move |folder| folder.verify(unit, &name)).await? {
            Some(true) => {}
            Some(false) => {
                report.faults.push(format!("unit {unit}, blob {name}: its bytes are not the ones it names"))
            }
            None => report.faults.push(format!("unit {unit}, blob {name}: is not in the folder")),
        }
    }
    Ok(())
}

/// Each line must be the last one some journal of its unit wrote of the document, and none may be missing.
async fn lines(store: &Store, replay: Replay, heads: &Heads, report: &mut Report) -> Result<(), Fault> {
    let mut written: HashMap<(Uuid, Uuid), Vec<Wrote>> = HashMap::new();
    for ((unit, document, journal), (seq, line)) in replay {
        written.entry((unit, document)).or_default().push((journal, seq, line));
    }
    let mut filter = LineFilter { limit: PAGE, ..LineFilter::default() };
    loop {
        let rows = store.lines(&filter).await?;
        let Some(oldest) = rows.last() else { break };
        filter.before = Some(oldest.place);
        for row in rows {
            report.lines += 1;
            let known = written.remove(&(row.unit, row.line.document)).unwrap_or_default();
            let same = |(journal, seq, line): &Wrote| {
                (*journal, *seq) == (row.journal, row.seq) && *line == row.line
            };
            let came_since = row.seq > heads.get(&(row.unit, row.journal)).copied().unwrap_or(0);
            if !came_since && !known.iter().any(same) {
                let document = row.line.document;
                report.faults.push(format!(
                    "unit {}, document {document}: the line is not the last one written",
                    row.unit
                ));
            }
        }
    }
    for (unit, document) in written.into_keys() {
        report.faults.push(format!("unit {unit}, document {document}: its line is missing"));
    }
    Ok(())
}
