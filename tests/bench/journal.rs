//! Commits a second, each at rest before the next: a clerk's command through the desk, and the journal alone.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use journal::{Journal, Projection};
use wire::Scope;

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::school::{School, now};

const ROUNDS: usize = 9;
const COMMITS: u32 = 40;
const PEER: &str = "append + fsync of the same bytes";

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let school = School::found(&folder.join("office"))?;
    school.register(0)?;
    let written = last_entries(school.desk.journal(), 2)?;

    let mut count = 0;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            each(|| {
                count += 1;
                school.register(count).map(drop)
            })
        },
        appended(&folder.join("office.log"), written.concat().len())?,
    )?;
    let office =
        Figure::new("register an incoming document", Unit::PerSecond("commits"), ours).beside(PEER, theirs);

    let body =
        serde_json::from_str::<wire::Entry>(&written[0])?.body().ok_or("an entry without a body")?.to_owned();
    let nothing = Projection { version: 1, project: |_, _, _| Ok(()) };
    let bare = Journal::open(&folder.join("bare"), nothing)?;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            each(|| {
                bare.write(|txn| txn.append(now(), Scope::Local, body.clone(), vec![]))?;
                Ok(())
            })
        },
        appended(&folder.join("bare.log"), written[0].len())?,
    )?;
    let alone = Figure::new(
        format!("the journal alone, {:.1} kB an entry", written[0].len() as f64 / 1e3),
        Unit::PerSecond("commits"),
        ours,
    )
    .beside(PEER, theirs);
    Ok(vec![office, alone])
}

/// The peer: what is written lies at the end of a file and is at rest.
fn appended(file: &Path, bytes: usize) -> Outcome<impl FnMut() -> Outcome<f64>> {
    let mut file = File::create(file)?;
    let bytes = vec![b'x'; bytes];
    Ok(move || {
        each(|| {
            file.write_all(&bytes)?;
            Ok(file.sync_all()?)
        })
    })
}

/// Seconds for one of [`COMMITS`].
fn each(mut work: impl FnMut() -> Outcome) -> Outcome<f64> {
    let began = Instant::now();
    for _ in 0..COMMITS {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(COMMITS))
}

fn last_entries(journal: &Journal, count: u64) -> Outcome<Vec<String>> {
    let rows = journal.read()?;
    let after = rows.head().seq.saturating_sub(count);
    let entries = rows.entries(after, usize::MAX, usize::MAX)?;
    entries.iter().map(|entry| Ok(serde_json::to_string(entry)?)).collect()
}
