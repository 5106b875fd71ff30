//! `vanthu check` finds what other hands, or bad memory, have changed.

use redb::{ReadableTable, WriteTransaction};

use super::disk::Disk;
use super::toy::{Office, YEAR};
use crate::OpenError;
use crate::store::{ENTRIES, INDEXES, NUMBERS, ROWS};

fn office_of_three() -> Office {
    let office = Office::new();
    for n in 1..=3 {
        office.register(&format!("cv-{n}"), "Về việc tuyển sinh").unwrap();
    }
    assert_eq!(office.check(), Vec::<String>::new());
    office
}

/// Asserts that the report names the thing.
fn assert_finds(office: &Office, name: &str) {
    let faults = office.check();
    assert!(faults.iter().any(|fault| fault.contains(name)), "looked for {name:?} in {faults:#?}");
}

fn entry_text(transaction: &WriteTransaction, seq: u64) -> String {
    transaction.open_table(ENTRIES).unwrap().get(seq).unwrap().unwrap().value().to_owned()
}

#[test]
fn one_changed_byte_of_an_entry_is_found_wherever_it_stands() {
    let office = office_of_three();
    let image = office.disk.image();
    let mut length = 0;
    // The last entry is the hard one: no other names its hash.
    for seq in [2, 3] {
        for at in (0..).step_by(3) {
            let disk = Disk::holding(image.clone());
            let other = Office::on(disk).unwrap().tamper(|transaction| {
                let mut text = entry_text(transaction, seq).into_bytes();
                length = text.len();
                if at < length {
                    // Stays text: bits above the seventh would only be found sooner.
                    text[at] = if text[at] < 0x80 { text[at] ^ 1 } else { b'x' };
                    let text = String::from_utf8_lossy(&text).into_owned();
                    transaction.open_table(ENTRIES).unwrap().insert(seq, text.as_str()).unwrap();
                }
            });
            if at >= length {
                break;
            }
            let faults = other.check();
            assert!(
                faults.iter().any(|fault| !fault.starts_with("blob ")),
                "byte {at} of entry {seq}: {faults:?}"
            );
        }
    }
    assert!(length > 300);
}

#[test]
fn a_bit_flipped_in_the_file_is_found() {
    let office = office_of_three();
    let disk = office.disk.clone();
    let running = disk.image();
    drop(office);
    let flipped = |mut image: Vec<u8>| {
        let text = br#""id":"cv-2","number""#;
        let places: Vec<usize> =
            (0..image.len() - text.len()).filter(|&at| image[at..].starts_with(text)).collect();
        assert!(!places.is_empty());
        for at in places {
            image[at + 9] ^= 1;
        }
        Office::on(Disk::holding(image))
    };
    // Switched off properly, the file is believed until somebody checks it ...
    assert_finds(&flipped(disk.image()).unwrap(), "the body of entry 2");
    // ... after a power cut it is verified at once.
    let refused = flipped(running).err().unwrap();
    assert!(matches!(refused, OpenError::Damaged(_)), "{refused}");
}

#[test]
fn a_dropped_a_repeated_and_a_missing_entry_are_found() {
    let without_last = office_of_three().tamper(|transaction| {
        transaction.open_table(ENTRIES).unwrap().remove(3).unwrap();
    });
    assert_finds(&without_last, "the last entry");
    without_last.register("cv-9", "").unwrap_err();

    let without_middle = office_of_three().tamper(|transaction| {
        transaction.open_table(ENTRIES).unwrap().remove(2).unwrap();
    });
    assert_finds(&without_middle, "entry 3 where 2 was expected");

    let repeated = office_of_three().tamper(|transaction| {
        let first = entry_text(transaction, 1);
        transaction.open_table(ENTRIES).unwrap().insert(2, first.as_str()).unwrap();
    });
    assert_finds(&repeated, "entry 1 where 2 was expected");
}

#[test]
fn changed_rows_indexes_and_numbers_are_found_and_rebuilt() {
    let changed = office_of_three().tamper(|transaction| {
        let mut rows = transaction.open_table(ROWS).unwrap();
        let row = rows.get(&b"letter\0cv-2"[..]).unwrap().unwrap().value().to_vec();
        let row = String::from_utf8(row).unwrap().replace("tuyển", "thải");
        rows.insert(&b"letter\0cv-2"[..], row.as_bytes()).unwrap();
        rows.remove(&b"letter\0cv-3"[..]).unwrap();
        rows.insert(&b"letter\0cv-0"[..], row.as_bytes()).unwrap();
        transaction.open_table(INDEXES).unwrap().insert(&b"letter\0subject\0x\0cv-1"[..], ()).unwrap();
        transaction.open_table(NUMBERS).unwrap().insert(("in", YEAR), 7).unwrap();
    });
    assert_finds(&changed, "row letter/cv-2 is not what its entries make of it");
    assert_finds(&changed, "row letter/cv-3 is missing");
    assert_finds(&changed, "row letter/cv-0 stands in no entry");
    assert_finds(&changed, "index line letter/subject/x/cv-1 stands in no entry");
    assert_finds(&changed, "number in/2026");

    changed.journal.rebuild().unwrap();
    assert_eq!(changed.check(), Vec::<String>::new());
}

#[test]
fn changed_and_missing_blobs_are_found() {
    let office = office_of_three();
    let scans: Vec<_> = office.letters().iter().map(|letter| letter.scan).collect();
    let file = |scan: wire::Sha256| {
        office.folder().join("blobs").join(&scan.to_string()[..2]).join(scan.to_string())
    };
    let mut bytes = std::fs::read(file(scans[0])).unwrap();
    bytes[5] ^= 1;
    std::fs::write(file(scans[0]), &bytes).unwrap();
    std::fs::remove_file(file(scans[1])).unwrap();

    assert_finds(&office, &format!("blob {} holds other bytes", scans[0]));
    assert_finds(&office, &format!("blob {} is missing", scans[1]));
    assert!(office.journal.blobs().read(&scans[0]).is_err(), "changed bytes are not handed out");
    let report = office.journal.check().unwrap();
    assert_eq!((report.entries, report.blobs, report.faults.len()), (3, 3, 2));
}
