//! Whatever an office does in whatever order: rows equal a replay, numbers have no gap, blobs are there.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::toy::{Letter, Office, YEAR, register, register_as, rename, withdraw};
use crate::{Fault, Page};

#[derive(Debug, Clone)]
enum Command {
    Register(u8, String),
    Rename(u8, String),
    Withdraw(u8),
    /// A number out of turn; must be refused whole.
    RegisterAs(u8, u64),
    /// Somebody's rule says no after the entry was appended.
    Abandon(u8),
    Restart,
    Rebuild,
}

fn command() -> impl Strategy<Value = Command> {
    let subject = "[a-cđ]{0,3}";
    prop_oneof![
        6 => (0..12_u8, subject).prop_map(|(id, subject)| Command::Register(id, subject)),
        4 => (0..12_u8, subject).prop_map(|(id, subject)| Command::Rename(id, subject)),
        3 => (0..12_u8).prop_map(Command::Withdraw),
        2 => (0..12_u8, 0..9_u64).prop_map(|(id, number)| Command::RegisterAs(id, number)),
        2 => (0..12_u8).prop_map(Command::Abandon),
        1 => Just(Command::Restart),
        1 => Just(Command::Rebuild),
    ]
}

/// The office as a child would build it.
#[derive(Default)]
struct Model {
    letters: BTreeMap<String, (u64, String)>,
    last_number: u64,
    entries: u64,
}

fn obey(office: Office, model: &mut Model, command: Command) -> Office {
    let journal = &office.journal;
    let id = |id: u8| format!("cv-{id}");
    match command {
        Command::Register(n, subject) => {
            register(journal, &id(n), &subject).unwrap();
            model.last_number += 1;
            model.letters.insert(id(n), (model.last_number, subject));
            model.entries += 1;
        }
        Command::Rename(n, subject) => match model.letters.get_mut(&id(n)) {
            Some(letter) => {
                rename(journal, &id(n), &subject).unwrap();
                letter.1 = subject;
                model.entries += 1;
            }
            None => {
                let refused = rename(journal, &id(n), &subject).unwrap_err();
                assert!(matches!(refused, Fault::Projection(_)), "{refused}");
            }
        },
        Command::Withdraw(n) => {
            withdraw(journal, &id(n)).unwrap();
            model.letters.remove(&id(n));
            model.entries += 1;
        }
        Command::RegisterAs(n, number) => match register_as(journal, &id(n), number) {
            Ok(_) => {
                assert_eq!(number, model.last_number + 1);
                model.last_number = number;
                model.letters.insert(id(n), (number, String::new()));
                model.entries += 1;
            }
            Err(refused) => assert!(matches!(refused, Fault::NumberGap { .. }), "{refused}"),
        },
        Command::Abandon(n) => {
            let journal = office.journal.clone();
            let abandoned: Result<(), Fault> = journal.write(|txn| {
                let body = format!(r#"{{"event":{{"kind":"withdrawn","id":"{}"}}}}"#, id(n));
                txn.append(super::toy::noon(), wire::Scope::Local, body, vec![])?;
                Err(Fault::Misuse("on second thoughts"))
            });
            abandoned.unwrap_err();
        }
        Command::Restart => return office.restart().unwrap(),
        Command::Rebuild => journal.rebuild().unwrap(),
    }
    office
}

/// Every page of an index, forwards or backwards, two rows at a time.
fn in_pages(office: &Office, index: &str, backwards: bool) -> Vec<Letter> {
    let snapshot = office.journal.read().unwrap();
    let (mut letters, mut after) = (Vec::new(), None);
    loop {
        let page = Page { backwards, ..Page::of(index, b"", 2).after(after) };
        let (some, next) = snapshot.list::<Letter>(page).unwrap();
        letters.extend(some);
        match next {
            Some(next) => after = Some(next),
            None => return letters,
        }
    }
}

fn assert_is(office: &Office, model: &Model) {
    let mut expected: Vec<_> =
        model.letters.iter().map(|(id, (number, subject))| (*number, id.clone(), subject.clone())).collect();
    expected.sort();
    let seen = |letters: Vec<Letter>| -> Vec<_> {
        letters.into_iter().map(|letter| (letter.number, letter.id, letter.subject)).collect()
    };
    assert_eq!(seen(in_pages(office, "number", false)), expected);
    expected.reverse();
    assert_eq!(seen(in_pages(office, "number", true)), expected);
    expected.sort_by(|a, b| (&a.2, &a.1).cmp(&(&b.2, &b.1)));
    assert_eq!(seen(in_pages(office, "subject", false)), expected);

    let snapshot = office.journal.read().unwrap();
    assert_eq!(snapshot.head().seq, model.entries);
    assert_eq!(snapshot.last_number("in", YEAR).unwrap(), model.last_number);
    assert_eq!(snapshot.count::<Letter>("number", b"").unwrap(), model.letters.len() as u64);
    assert_eq!(snapshot.all::<Letter>().unwrap().len(), model.letters.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_what_the_entries_say(commands in proptest::collection::vec(command(), 0..40)) {
        let mut model = Model::default();
        let mut office = Office::new();
        for command in commands {
            office = obey(office, &mut model, command);
        }
        assert_is(&office, &model);
        assert_eq!(office.check(), Vec::<String>::new());
        office.journal.rebuild().unwrap();
        assert_is(&office, &model);
    }
}
