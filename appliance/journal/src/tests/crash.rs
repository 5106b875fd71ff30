//! The power goes at every fsync of a working day. In the manner of redb's own crash test, but one layer up: what is
//! asked is not whether the store opens but whether the office kept its promises.

use std::collections::HashSet;
use std::sync::Arc;

use tempfile::TempDir;

use super::disk::{Cut, Disk, Progress};
use super::toy::{Office, YEAR, register, rename, withdraw};
use crate::{Blobs, Journal};

/// What a clerk does on a short day.
fn day(journal: &Journal, mut done: impl FnMut(&Journal)) {
    for n in 1..=4 {
        register(journal, &format!("cv-{n}"), "Công văn về việc tuyển sinh").unwrap();
        done(journal);
    }
    rename(journal, "cv-2", "Công văn về việc thi").unwrap();
    done(journal);
    withdraw(journal, "cv-1").unwrap();
    done(journal);
    // Long enough to make the file grow.
    register(journal, "cv-5", &"dài ".repeat(40_000)).unwrap();
    done(journal);
    journal.advance("link", 7).unwrap();
    register(journal, "cv-6", "Quyết định").unwrap();
    done(journal);
    journal.rebuild().unwrap();
    register(journal, "cv-7", "Thông báo").unwrap();
    done(journal);
}

fn record_day() -> (Vec<Cut>, Vec<wire::Head>) {
    let office = Office::new();
    office.disk.record();
    let mut heads = vec![wire::Head::EMPTY];
    // The scan of a letter is put before its entry; a cut during the entry's commit finds both at rest.
    let scans_after = |acknowledged: u64| match acknowledged {
        0..4 => acknowledged as usize + 1,
        4..6 => 4,
        6 => 5,
        7 => 6,
        _ => 7,
    };
    let disk = office.disk.clone();
    disk.has_come_to(Progress { acknowledged: 0, blobs: 1 });
    day(&office.journal, |journal| {
        let head = journal.head().unwrap();
        heads.push(head);
        disk.has_come_to(Progress { acknowledged: head.seq, blobs: scans_after(head.seq) });
    });
    // Switching off is a good moment for a power cut as well.
    drop(office);
    (disk.cuts(), heads)
}

/// The blobs that were at rest when the power went.
fn blobs_at(progress: Progress) -> Arc<TempDir> {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let blobs = Blobs::below(folder.path()).unwrap();
    for n in 1..=progress.blobs {
        blobs.put(format!("scan of cv-{n}").as_bytes()).unwrap();
    }
    folder
}

/// The box after the power came back, on the disk as the cut left it.
fn after_power_cut(image: Vec<u8>, cut: &Cut, blobs: &Arc<TempDir>) -> Office {
    let disk = Disk::holding(image);
    disk.record();
    Office::in_folder(blobs.clone(), disk).unwrap_or_else(|error| panic!("{:?}: {error}", cut.progress))
}

fn assert_promises_kept(office: &Office, heads: &[wire::Head], progress: Progress) {
    let head = office.journal.head().unwrap();
    let acknowledged = progress.acknowledged;
    assert!(head.seq >= acknowledged, "entry {acknowledged} was acknowledged, {} are there", head.seq);
    assert!(head.seq <= acknowledged + 1, "entries appeared that nobody wrote");
    assert_eq!(head, heads[head.seq as usize], "another history");
    assert_eq!(office.check(), Vec::<String>::new(), "after {acknowledged}");

    let next = register(&office.journal, "cv-99", "the morning after").unwrap();
    assert_eq!(next.seq, head.seq + 1);
    let numbers: Vec<u64> = office.letters().iter().map(|letter| letter.number).collect();
    assert_eq!(numbers.len(), numbers.iter().collect::<HashSet<_>>().len(), "a number twice: {numbers:?}");
    assert_eq!(office.journal.read().unwrap().last_number("in", YEAR).unwrap(), numbers[numbers.len() - 1]);
}

#[test]
fn what_was_acknowledged_survives_a_power_cut_at_every_fsync() {
    let (cuts, heads) = record_day();
    assert!(cuts.len() > 20, "the day asked for {} fsyncs", cuts.len());
    let mut acknowledged_at_cuts = HashSet::new();
    for (number, cut) in cuts.iter().enumerate() {
        acknowledged_at_cuts.insert(cut.progress.acknowledged);
        let blobs = blobs_at(cut.progress);
        for image in cut.images(number as u64 + 1) {
            assert_promises_kept(&after_power_cut(image, cut, &blobs), &heads, cut.progress);
        }
    }
    assert_eq!(acknowledged_at_cuts.len(), heads.len(), "every line was once the last before a cut");
}

#[test]
fn a_second_power_cut_during_recovery_loses_nothing_either() {
    let (cuts, heads) = record_day();
    for (number, cut) in cuts.iter().enumerate().step_by(5) {
        let blobs = blobs_at(cut.progress);
        for image in cut.images(number as u64 + 77) {
            let recovering = after_power_cut(image, cut, &blobs);
            for second in recovering.disk.cuts() {
                for image in second.images(number as u64 + 777) {
                    assert_promises_kept(&after_power_cut(image, cut, &blobs), &heads, cut.progress);
                }
            }
        }
    }
}
