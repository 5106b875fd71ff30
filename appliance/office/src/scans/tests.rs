//! Tables of the rules that need no store: which command passes in which state, and how a stack falls apart.

use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::events::Event;
use super::fit::{Made, may_fit};
use super::model::*;
use super::page::{MarkKind, MarkSeen, Reading, ScanPage, Seen};
use super::rules::{Given, decide};
use super::{Command, Keep};
use crate::clock::{ClockReading, Now, nth_id};
use crate::error::Error;
use crate::kit::PersonRef;
use crate::letters::Letter;
use crate::letters::model::{Facts, FileKind, LetterFile, Seal, State as LetterState};
use crate::letters::signers::SigningOrder;
use crate::rights::{Actor, Role, Viewer};

const ID: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const FRESH: Uuid = Uuid::from_u128(100);
const OWNER: Uuid = Uuid::from_u128(50);
const MACHINE: Actor = Actor::Machine("bàn quét");

pub(super) fn scan(id: Uuid, state: State, pages: u32) -> Scan {
    Scan {
        id,
        owner: PersonRef { id: OWNER, name: "Lê Thị Thư".into() },
        origin: Origin::Scanner(Settings { source: "feeder".into(), ..Settings::default() }),
        state,
        started_at: Stamp::from_unix_ms(0),
        order: (1..=pages).map(Placed::new).collect(),
        bin: vec![],
        backs: vec![],
        next_page: pages + 1,
        sheets: pages,
        run_from: 1,
        aim: None,
        by_hand_from: None,
        pass: Pass::Fronts,
        error: None,
        paper: None,
        words: Words::AsBrought,
        made: Made::default(),
        filed_in: None,
        bound_to: None,
        note: None,
        whole: true,
        was_parted: false,
        parted_from: None,
        merged_into: None,
        version: 7,
    }
}

fn person(role: Role, id: Uuid) -> Actor {
    let (username, name, session) = ("x".into(), "Ai Đó".into(), Sha256::ZERO);
    Actor::Person(Viewer { id, username, name, role, session })
}

fn now() -> Now {
    Now { clock: ClockReading::of(Stamp::from_unix_ms(0), None), id: FRESH }
}

fn ask(given: &Given, actor: &Actor, command: &Command) -> Result<Vec<Event>, &'static str> {
    decide(given, actor, command, &now()).map_err(|error| match error {
        Error::Refusal(refusal) => refusal.code,
        other => panic!("{other}"),
    })
}

fn keep() -> Keep {
    let (capture, thumbnail) = (Sha256::ZERO, Sha256::ZERO);
    Keep { capture, thumbnail, width_px: 1, height_px: 1, dpi: 300, side: None, photo: None }
}

fn compose(version: u64) -> Command {
    let (paper, made) = (paper(), Made::default());
    Command::Compose { scan: ID, version, paper, words: None, dressed: vec![], made }
}

fn judge(page: u32, capture: Sha256) -> Command {
    Command::Judge { scan: ID, page, capture, seen: Seen::default() }
}

fn read(page: u32, capture: Sha256) -> Command {
    let reading = Reading { turn: 0, text: None, confidence: 0, turned_by: None, failures: 0 };
    Command::Read { scan: ID, page, capture, reading }
}

fn paper() -> Paper {
    Paper { name: Sha256::ZERO, pages: 1, bytes: 9, signed: false }
}

/// In the order of the columns of the table.
const STATES: [State; 9] = [
    State::Queued,
    State::Scanning,
    State::Turning,
    State::Done,
    State::Failed,
    State::Cancelled,
    State::Filed,
    State::Discarded,
    State::Merged,
];

/// `y` something happens, `-` nothing does, `n` refused. Columns: queued, scanning, turning · done, failed, cancelled ·
/// filed, discarded, merged.
#[test]
fn each_command_passes_in_the_states_it_is_for() {
    let (scan_id, version) = (ID, 7);
    let opened = |scan: &mut Scan| scan.order[1].opens = true;
    let clerk = person(Role::Clerk, OWNER);
    let table: Vec<(&str, &Actor, Command)> = vec![
        ("ynn nnn nnn", &MACHINE, Command::Begin { scan: ID }),
        ("nyn nnn nnn", &MACHINE, Command::KeepPage { scan: ID, page: keep() }),
        ("nyn nnn nnn", &MACHINE, Command::Finish { scan: ID }),
        ("yy- --- ---", &MACHINE, Command::Fail { scan: ID, code: "scan.jammed".into() }),
        ("yyy --- ---", &clerk, Command::Cancel { scan: ID }),
        ("nny yyy nnn", &clerk, Command::Continue { scan: ID, aim: None, queued: false }),
        ("nnn yyy nnn", &clerk, Command::Continue { scan: ID, aim: Some(Aim::After(2)), queued: true }),
        ("nny nyy nnn", &clerk, Command::Settle { scan: ID, version }),
        ("nnn yyy nnn", &clerk, Command::Arrange { scan: ID, version, pages: vec![Placed::new(2)] }),
        ("nnn yyy nnn", &clerk, Command::Split { scan: ID, version }),
        ("nnn yyy nnn", &clerk, Command::Merge { scan: ID, version, from: OTHER, from_version: 7 }),
        ("--- --- ---", &MACHINE, Command::FallApart { scan: ID }),
        // What is seen of a page is welcome at any time: the verdict comes late on a box that is at work.
        ("yyy yyy yyy", &MACHINE, judge(1, Sha256::ZERO)),
        ("--- --- ---", &MACHINE, judge(9, Sha256::ZERO)),
        ("--- --- ---", &MACHINE, judge(1, Sha256::of(b"the picture before"))),
        // A filed page is read for the search; one whose job nobody wants is not asked for, but may just have been read.
        ("yyy yyy yyy", &MACHINE, read(1, Sha256::ZERO)),
        ("--- --- ---", &MACHINE, read(9, Sha256::ZERO)),
        ("--- --- ---", &MACHINE, read(1, Sha256::of(b"the picture before"))),
        ("nnn yyy nnn", &MACHINE, compose(version)),
        ("nny yyy nnn", &clerk, Command::Discard { scan: scan_id }),
    ];
    for (expected, actor, command) in table {
        let expected: String = expected.split(' ').collect();
        let got: String = STATES
            .into_iter()
            .map(|state| {
                let mut given = Given { scan: Some(scan(ID, state, 2)), ..Given::default() };
                let by_hand = state == State::Turning;
                given.scan.iter_mut().for_each(opened);
                given.scan.iter_mut().for_each(|scan| scan.by_hand_from = by_hand.then_some(1));
                given.other = Some(scan(OTHER, State::Done, 1));
                given.pages = vec![page(1, "", false)];
                match ask(&given, actor, &command) {
                    Ok(events) if events.is_empty() => '-',
                    Ok(_) => 'y',
                    Err(_) => 'n',
                }
            })
            .collect();
        assert_eq!(got, expected, "{command:?}");
    }
}

#[test]
fn a_page_is_read_once_for_each_way_it_is_turned_and_thrice_where_it_cannot_be() {
    let words = Some(Sha256::ZERO);
    let reading =
        |turn, text, turned_by, failures| Some(Reading { turn, text, confidence: 90, turned_by, failures });
    // The turn it lies in, what is known: whether it is to be read, whether its words stand as it lies.
    for (turn, reading, unread, stands) in [
        (0, None, true, false),
        (0, reading(0, words, None, 0), false, true),
        (90, reading(0, words, None, 0), true, false),
        (0, reading(180, words, Some(180), 0), false, false),
        (180, reading(180, words, Some(180), 0), false, true),
        (90, reading(180, words, Some(180), 0), true, false),
        (270, reading(0, words, Some(90), 0), false, false),
        (0, reading(0, None, None, 1), true, false),
        (0, reading(0, None, None, 3), false, false),
        (180, reading(0, None, None, 3), true, false),
    ] {
        let page = ScanPage { reading, ..page(1, "", false) };
        assert_eq!(
            (page.is_to_be_read(turn), page.words(turn).is_some()),
            (unread, stands),
            "{turn} {page:?}"
        );
    }
}

#[test]
fn who_may_ask_what() {
    let stranger = Uuid::from_u128(51);
    let settings = || Settings { source: "feeder".into(), ..Settings::default() };
    let start = |owner| Command::Start { settings: settings(), queued: false, owner };
    let bring = || Command::Bring { file_name: "a.jpg".into(), way: Way::Photo };
    let arrange = || Command::Arrange { scan: ID, version: 7, pages: vec![] };
    // Clerk, head, teacher whose it is, teacher whose it is not, IT, the box.
    let table = [
        ("ynnnny", start(None)),
        ("yyyyny", bring()),
        ("y?yxny", arrange()),
        ("ynnnnn", Command::Continue { scan: ID, aim: None, queued: false }),
        ("y?yxnn", Command::Discard { scan: ID }),
        ("nnnnny", compose(7)),
        ("nnnnny", judge(1, Sha256::ZERO)),
        ("nnnnny", read(1, Sha256::ZERO)),
    ];
    let askers = [
        person(Role::Clerk, stranger),
        person(Role::Head, stranger),
        person(Role::Teacher, OWNER),
        person(Role::Teacher, stranger),
        person(Role::It, stranger),
        MACHINE,
    ];
    for (expected, command) in table {
        let given = Given { scan: Some(scan(ID, State::Done, 2)), ..Given::default() };
        for (actor, expected) in askers.iter().zip(expected.chars()) {
            let got = match ask(&given, actor, &command) {
                Ok(_) => 'y',
                // The head is not the owner: as far as she knows it is not there.
                Err("not_found") => 'x',
                Err("rights.missing") => 'n',
                Err(code) => panic!("{code}: {command:?}"),
            };
            assert_eq!(got, if expected == '?' { 'x' } else { expected }, "{actor:?} {command:?}");
        }
    }
    let teacher = PersonRef { id: stranger, name: "Phạm Thị Giảng".into() };
    for (actor, owner, expected) in [
        (MACHINE, Some(teacher.clone()), stranger),
        (MACHINE, None, Uuid::nil()),
        (person(Role::Clerk, OWNER), Some(teacher), OWNER),
    ] {
        let events = ask(&Given::default(), &actor, &start(owner)).unwrap();
        let [Event::Started { owner, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(owner.id, expected);
    }
}

#[test]
fn a_paper_is_made_to_fit_while_it_lies_on_the_desk_and_never_after_a_signature() {
    let most = Some(2_000_000);
    let sealed = || {
        let seal = Seal::Sealed { certificate: OTHER, at: Stamp::from_unix_ms(0) };
        Some(Letter { seal, ..letter('L', LetterState::Registered, true) })
    };
    let filed = || Some(letter('L', LetterState::Registered, true));
    let has = |signed, words| {
        let paper = Some(Paper { signed, ..paper() });
        Scan { paper, words, ..scan(ID, State::Done, 2) }
    };
    let table = [
        (scan(ID, State::Done, 2), None, most, Ok(())),
        (scan(ID, State::Failed, 2), None, most, Ok(())),
        (has(false, Words::In), None, most, Ok(())),
        (has(false, Words::Since), None, None, Ok(())),
        (scan(ID, State::Done, 0), None, most, Err("scan.no_pages")),
        (scan(ID, State::Scanning, 2), None, most, Err("scan.at_work")),
        (has(false, Words::AsBrought), None, most, Err("fit.as_brought")),
        (has(true, Words::AsBrought), None, most, Err("paper.signed")),
        (scan(ID, State::Filed, 2), filed(), most, Err("paper.filed")),
        (scan(ID, State::Filed, 2), sealed(), most, Err("paper.signed")),
        (scan(ID, State::Filed, 2), sealed(), None, Err("paper.signed")),
        (scan(ID, State::Done, 2), None, Some(99_999), Err("fit.size")),
        (scan(ID, State::Done, 2), None, Some(1_000_000_001), Err("fit.size")),
    ];
    for (scan, letter, most, expected) in table {
        let got = may_fit(&scan, letter.as_ref(), most).map_err(|refusal| refusal.code);
        assert_eq!(got, expected, "{:?} {:?}", scan.state, scan.paper);
    }
}

#[test]
fn who_saw_another_version_changes_nothing() {
    let (given, version) = (
        Given {
            scan: Some(scan(ID, State::Done, 2)),
            other: Some(scan(OTHER, State::Done, 2)),
            ..Given::default()
        },
        6,
    );
    let clerk = person(Role::Clerk, OWNER);
    for (actor, command) in [
        (&clerk, Command::Arrange { scan: ID, version, pages: vec![] }),
        (&clerk, Command::Split { scan: ID, version }),
        (&clerk, Command::Settle { scan: ID, version }),
        (&clerk, Command::Merge { scan: ID, version, from: OTHER, from_version: 7 }),
        (&clerk, Command::Merge { scan: ID, version: 7, from: OTHER, from_version: 6 }),
        (&MACHINE, compose(version)),
    ] {
        assert_eq!(ask(&given, actor, &command), Err("version.stale"), "{command:?}");
    }
}

#[test]
fn an_order_names_each_page_of_the_job_once() {
    let mut there = scan(ID, State::Done, 3);
    there.bin.push(there.order.remove(1));
    let given = Given { scan: Some(there), ..Given::default() };
    let turned = |page, turn| Placed { turn, ..Placed::new(page) };
    for (pages, expected) in [
        (vec![turned(3, 0), turned(1, 90)], Ok(())),
        (vec![turned(2, 270)], Ok(())),
        (vec![], Ok(())),
        (vec![turned(1, 0), turned(1, 0)], Err("scan.no_such_page")),
        (vec![turned(4, 0)], Err("scan.no_such_page")),
        (vec![turned(1, 45)], Err("scan.turn")),
    ] {
        let command = Command::Arrange { scan: ID, version: 7, pages: pages.clone() };
        let got = ask(&given, &person(Role::Clerk, OWNER), &command).map(|_| ());
        assert_eq!(got, expected, "{pages:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_beside_its_field() {
    let settings = |source: &str, by_hand, sheets| Settings {
        source: source.into(),
        both_sides_by_hand: by_hand,
        sheets_expected: sheets,
        ..Settings::default()
    };
    for (settings, fits) in [
        (settings("feeder", true, Some(1)), true),
        (settings("feeder", false, Some(1_000)), true),
        (settings("flatbed", false, None), true),
        (settings("flatbed", true, None), false),
        (settings("feeder_duplex", true, None), false),
        (settings("feeder", false, Some(0)), false),
        (settings("feeder", false, Some(1_001)), false),
    ] {
        let start = Command::Start { settings: settings.clone(), queued: false, owner: None };
        let got = ask(&Given::default(), &person(Role::Clerk, OWNER), &start);
        assert_eq!(got.is_ok(), fits, "{settings:?}");
    }
}

/// One page of the story: nothing, a mark, or a blank side.
fn page(page: u32, word: &str, duplex: bool) -> ScanPage {
    let kind = match word.chars().next() {
        Some('S') => Some(MarkKind::Separator),
        Some('L' | 'M' | 'N') => Some(MarkKind::Sheet),
        Some('l' | 'm') => Some(MarkKind::Stamp),
        _ => None,
    };
    let letter = match word.to_ascii_uppercase().as_str() {
        "L" => Some(letter_id('L')),
        "M" => Some(letter_id('M')),
        "N" => Some(letter_id('N')),
        _ => None,
    };
    let flags = if word == "b" { vec!["blank".into()] } else { vec![] };
    ScanPage {
        scan: ID,
        page,
        capture: Sha256::ZERO,
        thumbnail: Sha256::ZERO,
        width_px: 1,
        height_px: 1,
        dpi: 300,
        kept_at: Stamp::from_unix_ms(0),
        side: if duplex && page.is_multiple_of(2) { Side::Back } else { Side::Front },
        seen: (word != "?").then(|| Seen {
            flags,
            mark: kind.map(|kind| MarkSeen { kind, letter }),
            ..Seen::default()
        }),
        photo: None,
        reading: None,
    }
}

fn letter_id(name: char) -> Uuid {
    Uuid::from_u128(u128::from(u32::from(name)))
}

fn letter(name: char, state: LetterState, has_paper: bool) -> Letter {
    let file = LetterFile {
        paper: paper(),
        title: "x".into(),
        kind: FileKind::Upload,
        scan: None,
        made: None,
        said: None,
        from: None,
        lacks_words: false,
    };
    Letter {
        id: letter_id(name),
        version: 1,
        book: wire::Book::Incoming,
        year: 2026,
        number: Some(1),
        entered_on: None,
        facts: Facts::default(),
        state,
        drafter: PersonRef { id: OWNER, name: "Lê Thị Thư".into() },
        submitted_to: None,
        assignments: vec![],
        readers: vec![],
        signers: vec![],
        signing_order: SigningOrder::default(),
        files: if has_paper { vec![file] } else { vec![] },
        annexes: vec![],
        signatures: vec![],
        seal: Seal::None,
        proofs: vec![],
        way: vec![],
        line_entry: None,
        received_above_at: None,
        begun: 1,
    }
}

/// How the stack of these pages falls apart: `1 2 | 4→L`, and what goes to the bin.
fn fallen(words: &str, duplex: bool) -> Option<String> {
    let pages: Vec<ScanPage> =
        (1..).zip(words.split(' ')).map(|(number, word)| page(number, word, duplex)).collect();
    let mut there = scan(ID, State::Done, u32::try_from(pages.len()).unwrap());
    there.order[0].opens = true;
    // L waits for its paper, M has it; N is in no book.
    let letters =
        vec![letter('L', LetterState::Registered, false), letter('M', LetterState::Registered, true)];
    let given = Given { scan: Some(there), pages, letters, ..Given::default() };
    let events = ask(&given, &MACHINE, &Command::FallApart { scan: ID }).unwrap();
    let [Event::Parted { parts, kept, bin, bound_to, note, .. }] = &events[..] else { return None };
    assert!((0..).zip(parts).all(|(n, part)| part.scan == nth_id(FRESH, n)));
    let told = |pages: &[Placed], bound_to: Option<Uuid>, note: Option<&str>| {
        assert!(pages.iter().all(|placed| !placed.opens));
        let pages: Vec<_> = pages.iter().map(|placed| placed.page.to_string()).collect();
        let bound = if bound_to == Some(letter_id('L')) { "→L" } else { "" };
        let note = note.map(|note| note.replace("mark.letter_", "!")).unwrap_or_default();
        format!("{}{bound}{note}", pages.join(" "))
    };
    let first = told(kept, *bound_to, note.as_deref());
    let others = parts.iter().map(|part| told(&part.pages, part.bound_to, part.note.as_deref()));
    let documents: Vec<_> = [first].into_iter().chain(others).collect();
    Some(format!("{} / {bin:?}", documents.join(" | ")))
}

#[test]
fn a_stack_falls_apart_at_its_marks() {
    for (words, expected) in [
        ("x x S x x", "1 2 | 4 5 / [3]"),
        ("x S x S x", "1 | 3 | 5 / [2, 4]"),
        ("x S S x", "1 | 4 / [2, 3]"),
        ("S x x", "2 3 / [1]"),
        ("x S", "1 / [2]"),
        ("S", " / [1]"),
        ("x L x x S x", "1 | 3 4→L | 6 / [2, 5]"),
        ("L x x", "2 3→L / [1]"),
        ("l x x", "1 2 3→L / []"),
        ("x l x", "1 | 2 3→L / []"),
        ("l l x", "1 2 3→L / []"),
        ("L l x", "2 3→L / [1]"),
        ("l x l", "1 2 3→L / []"),
        ("l S l", "1→L | 3!has_paper / [2]"),
        ("x m x", "1 | 2 3!has_paper / []"),
        ("N x", "2!unknown / [1]"),
        ("x b S b x", "1 2 | 4 5 / [3]"),
    ] {
        assert_eq!(fallen(words, false).as_deref(), Some(expected), "{words}");
    }
}

#[test]
fn the_blank_other_side_of_a_sheet_of_ours_goes_with_it() {
    for (words, expected) in [
        ("x x S b x b", "1 2 | 5 6 / [3, 4]"),
        ("x x b S x x", "1 2 | 5 6 / [3, 4]"),
        ("x x S x x x", "1 2 | 4 5 6 / [3]"),
        ("l b x b", "1 2 3 4→L / []"),
        ("x b L b x x", "1 2 | 5 6→L / [3, 4]"),
        ("x b S S x x", "1 2 | 5 6 / [3, 4]"),
    ] {
        assert_eq!(fallen(words, true).as_deref(), Some(expected), "{words}");
    }
}

#[test]
fn a_stack_stays_whole_until_all_was_seen_and_where_there_is_no_mark() {
    for words in ["x x x", "x S ?", "? S x", "b b"] {
        assert_eq!(fallen(words, false), None, "{words}");
    }
    let mut again = scan(ID, State::Done, 2);
    again.was_parted = true;
    let mut coming = scan(ID, State::Done, 2);
    (coming.origin, coming.whole) = (Origin::Upload { file_name: "a.pdf".into(), way: Way::Folder }, false);
    for there in [again, coming] {
        let pages = vec![page(1, "x", false), page(2, "S", false)];
        let given = Given { scan: Some(there), pages, ..Given::default() };
        assert_eq!(ask(&given, &MACHINE, &Command::FallApart { scan: ID }), Ok(vec![]));
    }
}

#[test]
fn a_void_document_gets_no_paper() {
    let pages = vec![page(1, "l", false)];
    let letters = vec![letter('L', LetterState::Void, false)];
    let given = Given { scan: Some(scan(ID, State::Done, 1)), pages, letters, ..Given::default() };
    let events = ask(&given, &MACHINE, &Command::FallApart { scan: ID }).unwrap();
    assert!(matches!(&events[..], [Event::Parted { bound_to: None, note: Some(_), .. }]), "{events:?}");
}
