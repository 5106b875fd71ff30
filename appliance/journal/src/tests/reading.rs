//! Lists, pages and snapshots.

use super::toy::{Letter, Office, rename};
use crate::{Fault, Page};

fn office(subjects: &[&str]) -> Office {
    let office = Office::new();
    for (subject, n) in subjects.iter().zip(1..) {
        office.register(&format!("cv-{n}"), subject).unwrap();
    }
    office
}

fn numbers(letters: &[Letter]) -> Vec<u64> {
    letters.iter().map(|letter| letter.number).collect()
}

#[test]
fn a_page_ends_where_the_next_begins() {
    let office = office(&["a"; 5]);
    let snapshot = office.journal.read().unwrap();
    for (limit, pages) in [(1, 5), (2, 3), (4, 2), (5, 1), (6, 1)] {
        let (mut seen, mut after, mut count) = (Vec::new(), None, 0);
        loop {
            let (some, next) = snapshot.list::<Letter>(Page::of("number", b"", limit).after(after)).unwrap();
            seen.extend(numbers(&some));
            count += 1;
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen, count), (vec![1, 2, 3, 4, 5], pages), "limit {limit}");
    }
}

#[test]
fn any_bytes_may_come_as_the_end_of_an_earlier_page() {
    let office = office(&["ba", "bb", "bc"]);
    let snapshot = office.journal.read().unwrap();
    for (after, forwards, backwards) in [
        (&b""[..], vec![1, 2, 3], vec![]),
        (b"a", vec![1, 2, 3], vec![]),
        (b"b", vec![1, 2, 3], vec![]),
        (b"bb", vec![2, 3], vec![1]),
        (b"bb\0cv-2", vec![3], vec![1]),
        (b"bb\0cv-2\0", vec![3], vec![2, 1]),
        (b"c", vec![], vec![3, 2, 1]),
        (b"\xff\xff\xff", vec![], vec![3, 2, 1]),
    ] {
        let page = |after: &[u8]| Page::of("subject", b"b", 9).after(Some(after.to_vec()));
        let there = snapshot.list::<Letter>(page(after)).unwrap().0;
        let back = snapshot.list::<Letter>(page(after).backwards()).unwrap().0;
        assert_eq!((numbers(&there), numbers(&back)), (forwards, backwards), "after {after:?}");
    }
}

#[test]
fn a_prefix_selects_and_an_exact_key_finds_one() {
    let office = office(&["an", "anh", "an\0h", "b"]);
    let snapshot = office.journal.read().unwrap();
    let (an, _) = snapshot.list::<Letter>(Page::of("subject", b"an", 9)).unwrap();
    assert_eq!(numbers(&an), [1, 3, 2]);
    assert_eq!(snapshot.count::<Letter>("subject", b"an").unwrap(), 3);
    for (key, number) in [(&b"an"[..], Some(1)), (b"anh", Some(2)), (b"an\0h", Some(3)), (b"a", None)] {
        let found = snapshot.one::<Letter>("subject", key).unwrap().map(|letter| letter.number);
        assert_eq!(found, number, "{key:?}");
    }
    assert_eq!(snapshot.list::<Letter>(Page::of("no such index", b"", 9)).unwrap().0, []);
}

#[test]
fn a_changed_row_leaves_its_old_place_in_the_index() {
    let office = office(&["a", "b"]);
    rename(&office.journal, "cv-1", "z").unwrap();
    let snapshot = office.journal.read().unwrap();
    assert_eq!(snapshot.one::<Letter>("subject", b"a").unwrap(), None);
    assert_eq!(numbers(&snapshot.list::<Letter>(Page::of("subject", b"", 9)).unwrap().0), [2, 1]);
}

#[test]
fn a_snapshot_stands_still() {
    let office = office(&["a"]);
    let before = office.journal.read().unwrap();
    office.register("cv-2", "b").unwrap();
    rename(&office.journal, "cv-1", "c").unwrap();
    office.journal.rebuild().unwrap();
    assert_eq!((before.head().seq, before.all::<Letter>().unwrap().len()), (1, 1));
    assert_eq!(before.get::<Letter>("cv-1").unwrap().unwrap().subject, "a");
    assert_eq!(before.entries(0, 9, usize::MAX).unwrap().len(), 1);
    assert_eq!(before.last_time().unwrap(), Some(super::toy::noon()));
}

#[test]
fn a_snapshot_can_be_taken_within_a_write() {
    let office = office(&["a"]);
    let before = office.journal.read().unwrap().head();
    let mut within = None;
    office
        .journal
        .write(|_| {
            within = Some(office.journal.read()?.head());
            Ok::<_, Fault>(())
        })
        .unwrap();
    assert_eq!(within, Some(before));
}

#[test]
fn entries_come_in_pieces_and_none_is_too_long_to_come() {
    let office = office(&["a", "b", &"long ".repeat(1000), "c"]);
    let snapshot = office.journal.read().unwrap();
    let seqs = |after, most, most_bytes| -> Vec<u64> {
        let entries = snapshot.entries(after, most, most_bytes).unwrap();
        entries.iter().map(|entry| entry.header().seq).collect()
    };
    assert_eq!(seqs(0, 10, usize::MAX), [1, 2, 3, 4]);
    assert_eq!(seqs(0, 2, usize::MAX), [1, 2]);
    assert_eq!(seqs(0, 10, 2000), [1, 2], "the long one does not fit any more");
    assert_eq!(seqs(2, 10, 2000), [3], "but comes alone");
    assert_eq!(seqs(0, 10, 0), [1]);
    assert_eq!(seqs(4, 10, usize::MAX), Vec::<u64>::new());
    assert_eq!(seqs(u64::MAX, 10, usize::MAX), Vec::<u64>::new());
    assert_eq!(snapshot.entry(2).unwrap().unwrap().header().seq, 2);
    assert!(snapshot.entry(5).unwrap().is_none());
}
