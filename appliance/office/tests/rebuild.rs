//! Whatever people ask in whatever order: rows made again from the journal are the rows there were, numbers have no gap,
//! and a restart changes nothing.

mod support;

use std::sync::Arc;

use office::letters::form::Amend;
use office::letters::model::{Act, People};
use office::letters::signers::{Naming, SigningOrder};
use office::{Clock, Command, Desk, letters};
use proptest::prelude::*;
use support::{DAY_MS, MORNING, TestOffice, incoming, outgoing};

#[derive(Debug, Clone)]
enum Wish {
    Register { code: u8, again: bool },
    Draft,
    Act { letter: usize, who: usize, what: u8 },
    Read { letter: usize, who: usize },
    Upload,
    Tomorrow,
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        3 => (0..20u8, any::<bool>()).prop_map(|(code, again)| Wish::Register { code, again }),
        2 => Just(Wish::Draft),
        8 => (0..12usize, 0..5usize, 0..12u8).prop_map(|(letter, who, what)| Wish::Act { letter, who, what }),
        1 => (0..12usize, 0..5usize).prop_map(|(letter, who)| Wish::Read { letter, who }),
        1 => Just(Wish::Upload),
        1 => Just(Wish::Tomorrow),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_disposable(wishes in proptest::collection::vec(wish(), 1..60)) {
        let office = TestOffice::new();
        let certificate = office.certificate();
        let people = [&office.clerk, &office.head, &office.teacher, &office.other_teacher, &office.it];
        let (mut known, mut papers, mut day) = (Vec::new(), Vec::new(), 0);
        for wish in &wishes {
            match wish {
                Wish::Register { code, again } => {
                    let mut form = incoming(&format!("{code}/UBND"));
                    form.duplicate_confirmed = *again;
                    form.paper = papers.pop();
                    known.extend(office.register(form).ok());
                }
                Wish::Draft => known.extend(office.draft(people[known.len() % 5], outgoing("report")).ok()),
                Wish::Act { letter, who, what } => {
                    let Some(id) = known.get(*letter) else { continue };
                    let (words, lead) = ("Đã xem.".to_owned(), people[usize::from(*what) % 5].id);
                    let people_named = People { lead, cooperating: vec![office.teacher.id], due_date: None };
                    let act = match what {
                        0 => Act::Submit { to: None },
                        1 => Act::Direct { words, people: Some(people_named) },
                        2 => Act::Assign(people_named),
                        3 => Act::Complete { report: words },
                        4 => Act::Approve { words },
                        5 => Act::Return { reason: words },
                        6 => Act::Release,
                        7 => Act::Void { reason: words },
                        9 => Act::Amend(Box::new(Amend::Incoming(incoming(&format!("{letter}/UBND"))))),
                        10 => {
                            let namings = vec![Naming { person: lead, title: words }];
                            Act::NameSigners { signers: namings, order: SigningOrder::default() }
                        }
                        8 => Act::Attach { paper: papers.pop().unwrap_or_default() },
                        _ => support::seal(certificate),
                    };
                    // Most of these are refused; a refusal must leave no trace.
                    let before = office.desk.journal().head().unwrap();
                    if office.act(people[*who], *id, act).is_err() {
                        prop_assert_eq!(office.desk.journal().head().unwrap(), before);
                    }
                }
                Wish::Read { letter, who } => {
                    let Some(id) = known.get(*letter) else { continue };
                    let _ = office.ask(people[*who], Command::Letters(letters::Command::Read { letter: *id }));
                }
                Wish::Upload => papers.push(office.upload(&office.clerk, format!("%PDF {}", papers.len()).as_bytes())),
                Wish::Tomorrow => {
                    day += 1;
                    office.set_clock(MORNING + day * DAY_MS);
                }
            }
        }
        let report = office.desk.journal().check().unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.faults);
        let mut numbers: Vec<_> = office.lines_above().into_iter().map(|line| (line.book, line.year, line.number)).collect();
        numbers.sort_unstable();
        for pair in numbers.windows(2) {
            let same_book = pair[0].0 == pair[1].0 && pair[0].1 == pair[1].1;
            prop_assert_eq!(pair[1].2, if same_book { pair[0].2 + 1 } else { 1 });
        }

        let head = office.desk.journal().head().unwrap();
        let TestOffice { desk, folder, clock, .. } = office;
        drop(desk);
        let clock: Arc<dyn Clock> = clock;
        let reopened = Desk::open(folder.path(), clock).unwrap();
        prop_assert_eq!(reopened.journal().head().unwrap(), head);
        prop_assert!(reopened.journal().check().unwrap().is_sound());
    }
}
