//! What a write refuses, and that a refused write leaves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wire::{Head, Scope, Sha256};

use super::toy::{Letter, Office, YEAR, noon, register_as, rename};
use crate::{ENTRY_BYTES, Fault, Journal, Snapshot};

fn withdrawn(id: &str) -> String {
    format!(r#"{{"event":{{"kind":"withdrawn","id":"{id}"}}}}"#)
}

/// Runs the append, asserts that it left nothing, and returns why it was refused.
fn refused(office: &Office, body: String, blobs: Vec<Sha256>) -> Fault {
    let before = office.journal.head().unwrap();
    let refused = office.journal.write(|txn| txn.append(noon(), Scope::Above, body, blobs)).unwrap_err();
    assert_eq!(office.journal.head().unwrap(), before);
    assert_eq!(office.check(), Vec::<String>::new());
    refused
}

#[test]
fn an_entry_is_refused_that_could_not_be_kept_or_sent() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let nowhere = Sha256::of(b"never put");
    let long = withdrawn(&"x".repeat(ENTRY_BYTES));

    assert!(
        matches!(refused(&office, withdrawn("a"), vec![nowhere]), Fault::MissingBlob(name) if name == nowhere)
    );
    assert!(matches!(refused(&office, long, vec![]), Fault::TooLarge { .. }));
    assert!(matches!(refused(&office, "{".into(), vec![]), Fault::Projection(_)));
    assert!(matches!(refused(&office, format!(" {}", withdrawn("a")), vec![]), Fault::Chain(_)));
    assert!(matches!(
        refused(&office, r#"{"event":{"kind":"unheard of"}}"#.into(), vec![]),
        Fault::Projection(_)
    ));
}

#[test]
fn the_longest_entry_fits_into_a_batch() {
    let office = Office::new();
    let head = office.journal.read().unwrap().head();
    let frame = withdrawn("").len() + 500;
    let body = withdrawn(&"x".repeat(ENTRY_BYTES - frame));
    office.journal.write(|txn| txn.append(noon(), Scope::Above, body, vec![])).unwrap();
    let entries = office.journal.read().unwrap().entries(head.seq, 500, usize::MAX).unwrap();
    let batch = wire::calls::Batch { journal: office.journal.id(), entries };
    assert!(serde_json::to_vec(&batch).unwrap().len() <= wire::calls::BATCH_BYTES);
}

#[test]
fn a_number_out_of_turn_is_refused_and_an_abandoned_one_comes_again() {
    let office = Office::new();
    for wrong in [0, 2] {
        let refused = register_as(&office.journal, "cv-1", wrong).unwrap_err();
        assert!(matches!(refused, Fault::NumberGap { expected: 1, .. }), "{refused}");
    }
    let abandoned: Result<(), Fault> = office.journal.write(|txn| {
        let number = txn.rows().last_number("in", YEAR)? + 1;
        let scan = Sha256::of(b"scan");
        let body = format!(
            r#"{{"event":{{"kind":"registered","id":"a","number":{number},"subject":"","scan":"{scan}"}}}}"#
        );
        txn.append(noon(), Scope::Above, body, vec![])?;
        assert_eq!(txn.rows().last_number("in", YEAR)?, 1, "taken within the transaction");
        Err(Fault::Misuse("the clerk thought again"))
    });
    abandoned.unwrap_err();
    register_as(&office.journal, "cv-1", 1).unwrap();
}

#[test]
fn a_failed_append_cannot_be_committed_even_if_its_fault_is_swallowed() {
    let office = Office::new();
    let outcome: Result<(), Fault> = office.journal.write(|txn| {
        let _ = txn.append(noon(), Scope::Above, withdrawn("a"), vec![Sha256::of(b"never put")]);
        Ok(())
    });
    assert!(matches!(outcome, Err(Fault::Misuse(_))));
    assert_eq!(office.journal.head().unwrap(), Head::EMPTY);
}

#[test]
fn a_panic_in_the_middle_of_a_write_leaves_nothing_and_the_next_write_works() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        office.journal.write(|txn| -> Result<(), Fault> {
            txn.append(noon(), Scope::Above, withdrawn("cv-1"), vec![])?;
            panic!("a mistake in a rule")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(office.letters().len(), 1);
    office.register("cv-2", "hai").unwrap();
    let office = office.restart().unwrap();
    assert_eq!(office.letters().len(), 2);
    assert_eq!(office.check(), Vec::<String>::new());
}

#[test]
fn several_entries_in_one_write_stand_or_fall_together() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let head = office.journal.write(|txn| {
        txn.append(noon(), Scope::Above, withdrawn("cv-1"), vec![])?;
        assert_eq!(txn.rows().get::<Letter>("cv-1")?, None, "the second sees what the first did");
        txn.append(noon(), Scope::Local, withdrawn("cv-0"), vec![])
    });
    assert_eq!(head.unwrap().seq, 3);
    let half: Result<Head, Fault> = office.journal.write(|txn| {
        txn.append(noon(), Scope::Above, withdrawn("cv-0"), vec![])?;
        txn.append(noon(), Scope::Above, "{".into(), vec![])
    });
    half.unwrap_err();
    assert_eq!(office.journal.head().unwrap().seq, 3);
}

#[test]
fn the_tip_is_nudged_by_commits_and_by_nothing_else() {
    let office = Office::new();
    let mut tip = office.journal.tip();
    tip.mark_unchanged();
    rename(&office.journal, "cv-1", "no such letter").unwrap_err();
    office.journal.write(|_| Ok::<_, Fault>(())).unwrap();
    office.journal.advance("search", 1).unwrap();
    assert!(!tip.has_changed().unwrap());
    office.register("cv-1", "một").unwrap();
    assert!(tip.has_changed().unwrap());
    assert_eq!(*tip.borrow_and_update(), 1);
}

#[test]
fn a_write_that_says_nothing_does_not_touch_the_disk() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    office.journal.advance("search", 1).unwrap();
    office.journal.remember("hub", "08:00").unwrap();
    let before = office.disk.image();
    office.journal.write(|txn| txn.rows().get::<Letter>("cv-1")).unwrap();
    office.journal.advance("search", 1).unwrap();
    office.journal.advance("search", 0).unwrap();
    office.journal.remember("hub", "08:00").unwrap();
    assert_eq!(office.disk.image(), before);
}

#[test]
fn cursors_only_rise_and_notes_are_replaced_and_both_stay() {
    let office = Office::new();
    assert_eq!((office.journal.cursor("link").unwrap(), office.journal.recall("hub").unwrap()), (0, None));
    office.journal.advance("link", 5).unwrap();
    office.journal.advance("link", 3).unwrap();
    office.journal.remember("hub", "08:00").unwrap();
    office.journal.remember("hub", "07:00").unwrap();
    let office = office.restart().unwrap();
    assert_eq!(office.journal.cursor("link").unwrap(), 5);
    assert_eq!(office.journal.recall("hub").unwrap().as_deref(), Some("07:00"));
}

#[test]
fn many_threads_write_one_chain() {
    let office = Office::new();
    std::thread::scope(|scope| {
        for clerk in 0..4 {
            let journal = office.journal.clone();
            scope.spawn(move || {
                for n in 0..10 {
                    super::toy::register(&journal, &format!("cv-{clerk}-{n}"), "x").unwrap();
                }
            });
        }
    });
    let numbers: Vec<u64> = office.letters().iter().map(|letter| letter.number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    assert_eq!(office.check(), Vec::<String>::new());
}

#[test]
fn handles_go_from_thread_to_thread() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<Journal>();
    is_send::<Snapshot>();
    is_send::<crate::BlobWriter>();
}
