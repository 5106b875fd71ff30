//! The bytes of version 1.

use wire::{Scope, Stamp};

use super::disk::Disk;
use super::toy::OFFICE;
use crate::store::{CURSORS, ENTRIES, INDEXES, META, NOTES, NUMBERS, ROWS};
use crate::{Journal, Page};

const ENTRIES_V1: &str = include_str!("golden/v1/entries.ndjson");
const JOURNAL_V1: &str = "5f0e7c1a-3c1d-4f0a-9f43-2f6f5a1c9b07";

/// A journal file as version 0.1 left it, with so many of the golden entries and no rows.
fn box_of_version_0_1(entries: usize) -> Disk {
    let disk = Disk::new();
    let database = redb::Builder::new().create_with_backend(disk.clone()).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert("format", "1").unwrap();
        meta.insert("journal", JOURNAL_V1).unwrap();
        meta.insert("rows_version", "0").unwrap();
        let mut table = transaction.open_table(ENTRIES).unwrap();
        for (text, seq) in ENTRIES_V1.lines().take(entries).zip(1..) {
            table.insert(seq, text).unwrap();
            let head = crate::commit::parse_entry(seq, text).unwrap().head();
            meta.insert("head", serde_json::to_string(&head).unwrap().as_str()).unwrap();
        }
        transaction.open_table(ROWS).unwrap();
        transaction.open_table(INDEXES).unwrap();
        transaction.open_table(NUMBERS).unwrap();
        transaction.open_table(CURSORS).unwrap();
        transaction.open_table(NOTES).unwrap();
    }
    transaction.commit().unwrap();
    disk
}

fn bodies() -> Vec<String> {
    let scan = wire::Sha256::of(b"scan of cv-1");
    vec![
        format!(
            r#"{{"event":{{"kind":"registered","id":"cv-1","number":1,"subject":"Về việc \"tuyển sinh\"","scan":"{scan}"}}}}"#
        ),
        r#"{"event":{"kind":"renamed","id":"cv-1","subject":"Về việc thi"}}"#.into(),
        r#"{ "event": {"kind":"withdrawn", "id":"cv-0"} }"#.into(),
    ]
}

/// Boxes in schools hold these bytes. If this fails, they can no longer prove their history or no longer start; the
/// file is never to be edited, and a new format gets a folder of its own beside `v1`.
#[test]
fn a_journal_of_version_1_opens_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    crate::Blobs::below(folder.path()).unwrap().put(b"scan of cv-1").unwrap();
    let journal = Journal::over(folder.path(), OFFICE, box_of_version_0_1(3).opener()).unwrap();
    assert_eq!(journal.id().to_string(), JOURNAL_V1);
    assert_eq!(journal.check().unwrap().faults, Vec::<String>::new());
    let letters = journal.read().unwrap().list::<super::toy::Letter>(Page::of("number", b"", 9)).unwrap().0;
    assert_eq!(letters[0].subject, "Về việc thi");
    assert_eq!(super::toy::register(&journal, "cv-2", "").unwrap().seq, 4);
}

#[test]
fn the_same_events_still_make_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::over(folder.path(), OFFICE, box_of_version_0_1(0).opener()).unwrap();
    let scan = journal.blobs().put(b"scan of cv-1").unwrap();
    for (body, seq) in bodies().into_iter().zip(0..) {
        let (scope, blobs) = if seq == 0 { (Scope::Above, vec![scan]) } else { (Scope::Local, vec![]) };
        let time = Stamp::from_unix_ms(1_790_000_000_000 + seq * 61_001);
        journal.write(|txn| txn.append(time, scope, body, blobs)).unwrap();
    }
    let entries = journal.read().unwrap().entries(0, 9, usize::MAX).unwrap();
    let written: String = entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect();
    assert_eq!(written, ENTRIES_V1);
}
