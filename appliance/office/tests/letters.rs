//! The way of documents through the office, on a real journal.

mod support;

use office::letters::form::{Amend, Draft, Register};
use office::letters::model::{Act, Part, State, Verb};
use office::letters::{self, rights};
use office::{Command, Role, scans, seals};
use support::{DAY_MS, MORNING, TestOffice, incoming, lead, outgoing, refusal, seal};
use uuid::Uuid;
use wire::{Book, Stamp};

#[test]
fn an_incoming_document_goes_from_the_clerk_to_the_head_to_the_teacher_and_is_done() {
    let office = TestOffice::new();
    let (clerk, head, teacher) = (office.clerk.clone(), office.head.clone(), office.teacher.clone());
    let id = office.register(incoming("147/PNV-VTLT")).unwrap();
    assert_eq!(office.letter(id).number, Some(1));
    office.act(&clerk, id, Act::Submit { to: None }).unwrap();
    office
        .act(&head, id, Act::Direct { words: "Cô Giảng thực hiện.".into(), people: Some(lead(&teacher)) })
        .unwrap();
    office.ask(&teacher, Command::Letters(letters::Command::Read { letter: id })).unwrap();
    office.act(&teacher, id, Act::Complete { report: "Đã làm xong.".into() }).unwrap();

    let letter = office.letter(id);
    assert_eq!(letter.state, State::Completed);
    assert_eq!(letter.assignments[0].role, Part::Lead);
    assert!(letter.assignments[0].read_at.is_some() && letter.assignments[0].done_at.is_some());
    let [line] = &office.lines_above()[..] else { panic!("one document, one line above") };
    assert_eq!((line.book, line.number, line.state.as_str()), (Book::Incoming, 1, "completed"));
    assert_eq!(line.recipients, "Phạm Thị Giảng");
}

#[test]
fn an_outgoing_document_has_no_number_before_release_and_the_next_one_then() {
    let office = TestOffice::new();
    let thrown_away = office.draft(&office.teacher, outgoing("notice")).unwrap();
    let id = office.draft(&office.teacher, outgoing("decision")).unwrap();
    assert_eq!(office.letter(id).number, None);
    assert!(office.lines_above().is_empty(), "drafts stay in the school");
    office.act(&office.teacher, id, Act::Submit { to: None }).unwrap();
    assert_eq!(refusal(office.act(&office.clerk, id, Act::Release)).code, "letter.state");
    office.act(&office.head, id, Act::Return { reason: "Sửa lại nơi nhận.".into() }).unwrap();
    office.act(&office.teacher, id, Act::Submit { to: None }).unwrap();
    office.act(&office.head, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.teacher, thrown_away, Act::Void { reason: "Không cần nữa.".into() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    let letter = office.letter(id);
    assert_eq!((letter.number, letter.facts.reference_code.as_str()), (Some(1), "01/QĐ-THCSHP"));
    assert_eq!(office.lines_above().len(), 1, "a draft thrown away leaves no line and no gap");
}

#[test]
fn paper_signed_by_hand_is_released_from_its_scan_and_sealed() {
    let office = TestOffice::new();
    let paper = office.scanned(&office.clerk, b"%PDF signed by hand");
    let id = office.draft(&office.clerk, Draft { paper: Some(paper), ..outgoing("report") }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    let certificate = office.certificate();
    office.act(&office.clerk, id, seal(certificate)).unwrap();

    let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].lines, ["Sao y", "Trường THCS Hoa Phượng"]);
    let sealed = office.signed(id, None, waiting[0].pdf, b"%PDF sealed");
    office.machine(Command::Seals(sealed.clone())).unwrap();
    let before = office.desk.journal().head().unwrap();
    office.machine(Command::Seals(sealed)).unwrap();
    assert_eq!(office.desk.journal().head().unwrap(), before, "the follower may come twice");
    let letter = office.letter(id);
    assert!(letter.is_sealed());
    assert_eq!(office.lines_above()[0].pdf, letter.files.last().map(|file| file.paper.name));
    assert_eq!(refusal(office.act(&office.clerk, id, seal(certificate))).code, "letter.state");
}

#[test]
fn the_same_document_twice_is_a_warning_the_clerk_decides() {
    let office = TestOffice::new();
    office.register(incoming("147/PNV-VTLT")).unwrap();
    for spelling in ["147/PNV-VTLT", "0147 / pnv–vtlt"] {
        let warning = refusal(office.register(incoming(spelling)));
        assert_eq!((warning.code, warning.status), ("letter.duplicate", 409), "{spelling}");
        assert_eq!(warning.extra.unwrap()["existing"]["number_text"], "1");
    }
    let mut form = incoming("147/PNV-VTLT");
    form.issue_date = chrono::NaiveDate::from_ymd_opt(2025, 11, 12);
    office.register(form).expect("the same number of another year is another document");
    let mut form = incoming("147/PNV-VTLT");
    form.duplicate_confirmed = true;
    let id = office.register(form).unwrap();
    assert_eq!(office.letter(id).number, Some(3));
}

#[test]
fn a_request_repeated_over_a_broken_line_registers_once() {
    let office = TestOffice::new();
    let form = Register { id: Some(Uuid::now_v7()), ..incoming("5/A") };
    let first = office.register(form.clone()).unwrap();
    let again = office.register(form.clone()).unwrap();
    assert_eq!(first, again);
    let edited = Register { subject: "Trích yếu đã sửa".into(), ..form };
    let told = refusal(office.register(edited));
    assert_eq!(
        (told.code, told.extra.unwrap()["existing"]["number_text"].as_str()),
        ("letter.entered", Some("1"))
    );
    let next = office.register(incoming("6/A")).unwrap();
    assert_eq!(office.letter(next).number, Some(2));
}

#[test]
fn a_slip_is_mended_and_keeps_its_number_and_a_returned_draft_can_be_written_anew() {
    let office = TestOffice::new();
    let id = office.register(incoming("147/PNV-VTLT")).unwrap();
    let other = office.register(incoming("148/PNV-VTLT")).unwrap();
    let mended = |code: &str| {
        Act::Amend(Box::new(Amend::Incoming(Register {
            signatory: "Đặng Quỳnh Hoa".into(),
            ..incoming(code)
        })))
    };
    assert_eq!(refusal(office.act(&office.head, id, mended("149/PNV"))).code, "rights.missing");
    assert_eq!(refusal(office.act(&office.clerk, id, mended("148/PNV-VTLT"))).code, "letter.duplicate");
    office.act(&office.clerk, id, mended("147/PNV-VTLT")).expect("its own number is no duplicate");
    let letter = office.letter(id);
    assert_eq!((letter.number, letter.facts.signatory.as_str()), (Some(1), "Đặng Quỳnh Hoa"));
    assert_eq!(
        office.lines_above().iter().find(|line| line.document == id).unwrap().signatory,
        "Đặng Quỳnh Hoa"
    );
    assert_eq!(office.letter(other).number, Some(2));

    let draft = office.draft(&office.teacher, outgoing("decision")).unwrap();
    let anew =
        || Act::Amend(Box::new(Amend::Outgoing(Draft { field: "CM".into(), ..outgoing("official_letter") })));
    office.act(&office.teacher, draft, Act::Submit { to: None }).unwrap();
    assert_eq!(refusal(office.act(&office.clerk, draft, anew())).code, "letter.state");
    office.act(&office.head, draft, Act::Return { reason: "Viết công văn.".into() }).unwrap();
    office.act(&office.teacher, draft, anew()).unwrap();
    assert_eq!(office.letter(draft).facts.notation, "THCSHP-CM");
    assert_eq!(refusal(office.act(&office.teacher, draft, mended("1/A"))).code, "letter.other_book");
}

#[test]
fn numbers_begin_again_with_the_year_and_a_void_one_stays() {
    let office = TestOffice::new();
    let first = office.register(incoming("1/A")).unwrap();
    office.act(&office.clerk, first, Act::Void { reason: "Ghi nhầm.".into() }).unwrap();
    let second = office.register(incoming("2/A")).unwrap();
    assert_eq!(office.letter(second).number, Some(2));
    assert_eq!(office.lines_above().iter().find(|line| line.number == 1).unwrap().note, "Hủy: Ghi nhầm.");
    office.set_clock(MORNING + 41 * DAY_MS);
    let new_year = office.register(incoming("3/A")).unwrap();
    let letter = office.letter(new_year);
    assert_eq!((letter.year, letter.number), (2027, Some(1)));
}

#[test]
fn two_clerks_never_overwrite_each_other() {
    let office = TestOffice::new();
    let id = office.register(incoming("1/A")).unwrap();
    let version = office.letter(id).version;
    office.act(&office.clerk, id, Act::Submit { to: None }).unwrap();
    let command = letters::Command::Do { letter: id, version, act: Act::Void { reason: "Nhầm.".into() } };
    assert_eq!(refusal(office.ask(&office.clerk, Command::Letters(command))).code, "version.stale");
}

#[test]
fn no_number_and_no_seal_while_the_clock_is_not_to_be_believed() {
    let office = TestOffice::new();
    office.register(incoming("1/A")).unwrap();
    office.set_clock(0);
    assert_eq!(refusal(office.register(incoming("2/A"))).code, "clock.unset");
    office.set_clock(MORNING - DAY_MS);
    assert_eq!(refusal(office.register(incoming("2/A"))).code, "clock.behind");
    let right = Stamp::from_unix_ms(MORNING + DAY_MS);
    let confirm = Command::Upkeep(office::upkeep::Command::SetClock { right });
    assert_eq!(refusal(office.ask(&office.clerk, confirm.clone())).code, "rights.missing");
    office.ask(&office.head, confirm.clone()).unwrap();
    let id = office.register(incoming("2/A")).unwrap();
    assert_eq!(office.letter(id).entered_on, chrono::NaiveDate::from_ymd_opt(2026, 11, 22));
    assert_eq!(refusal(office.ask(&office.head, confirm)).code, "clock.trusted");
}

#[test]
fn what_is_written_badly_is_said_beside_its_column() {
    let office = TestOffice::new();
    let mut form = incoming("");
    form.issuing_body = "  ".into();
    form.document_type = "letter".into();
    form.issue_date = chrono::NaiveDate::from_ymd_opt(2026, 12, 1);
    form.subject = "x".repeat(501);
    let fields = refusal(office.register(form)).fields;
    let named: Vec<_> = fields.keys().copied().collect();
    assert_eq!(named, ["document_type", "issue_date", "issuing_body", "reference_code", "subject"]);
    let secret = Register { secrecy: "secret".into(), ..incoming("1/A") };
    assert_eq!(refusal(office.register(secret)).code, "letter.secret");
}

#[test]
fn a_scan_belongs_to_one_document_only() {
    let office = TestOffice::new();
    let paper = office.upload(&office.clerk, b"%PDF");
    let filed = Register { paper: Some(paper), ..incoming("1/A") };
    office.register(filed).unwrap();
    let again = Register { paper: Some(paper), ..incoming("2/A") };
    assert_eq!(refusal(office.register(again)).code, "paper.filed");
    let hers = office.upload(&office.teacher, b"%PDF hers");
    let taken = Draft { paper: Some(hers), ..outgoing("report") };
    assert_eq!(refusal(office.draft(&office.other_teacher, taken)).code, "paper.not_found");
    let start = scans::Command::Start { settings: scans::Settings::default(), queued: false, owner: None };
    let scan = office.ask(&office.clerk, Command::Scans(start)).unwrap().id.unwrap();
    let unfinished = Register { paper: Some(scan), ..incoming("3/A") };
    assert_eq!(refusal(office.register(unfinished)).code, "paper.not_composed");
}

/// What each person may do with a document in each state: the whole table, so that a change of rights shows here.
#[test]
fn rights_by_state() {
    use Verb::{
        AddAnnex, Amend, Approve, Assign, Attach, Complete, Direct, NameSigners, Release, Return, Submit,
        Void,
    };
    let office = TestOffice::new();
    let (clerk, head, teacher) = (&office.clerk, &office.head, &office.teacher);
    let none: &[Verb] = &[];
    let check = |id: Uuid, what: &str, expected: [&[Verb]; 5]| {
        let letter = office.letter(id);
        let people = [clerk, head, teacher, &office.other_teacher, &office.it];
        for (viewer, expected) in people.into_iter().zip(expected) {
            let may = if letter.readable_by(viewer) { rights::may(viewer, &letter, &[]) } else { vec![] };
            assert_eq!(may, expected, "{:?} on {what}", viewer.role);
        }
    };
    let paper = office.upload(clerk, b"%PDF in");
    let id = office.register(Register { paper: Some(paper), ..incoming("1/A") }).unwrap();
    check(id, "registered", [&[Submit, Assign, Attach, Amend, Void], &[Void], none, none, none]);
    office.act(clerk, id, Act::Submit { to: None }).unwrap();
    check(id, "submitted", [&[Attach, Amend, Void], &[Direct, Assign, Return, Void], none, none, none]);
    office.act(head, id, Act::Assign(lead(teacher))).unwrap();
    check(
        id,
        "assigned",
        [&[Assign, Attach, Amend, Void], &[Direct, Assign, Complete, Void], &[Complete], none, none],
    );
    office.act(teacher, id, Act::Complete { report: "Xong.".into() }).unwrap();
    check(id, "completed", [&[Attach, Amend], none, none, none, none]);

    let id = office.draft(teacher, outgoing("plan")).unwrap();
    let own: &[Verb] = &[Submit, Attach, AddAnnex, NameSigners, Amend, Void];
    check(id, "draft", [own, &[NameSigners, Void], own, none, none]);
    office.act(teacher, id, Act::Submit { to: None }).unwrap();
    let clerks: &[Verb] = &[Attach, AddAnnex, NameSigners, Void];
    check(id, "draft submitted", [clerks, &[Approve, Return, NameSigners, Void], none, none, none]);
    office.act(head, id, Act::Approve { words: "Đồng ý.".into() }).unwrap();
    let with_release: &[Verb] = &[Release, Attach, AddAnnex, NameSigners, Void];
    check(id, "approved", [with_release, &[NameSigners, Void], none, none, none]);
    office.act(clerk, id, Act::Release).unwrap();
    check(id, "released", [clerks, &[NameSigners, Void], none, none, none]);
    office.act(head, id, Act::Void { reason: "Ban hành nhầm.".into() }).unwrap();
    check(id, "void", [none, none, none, none, none]);
}

#[test]
fn nobody_but_the_clerk_numbers_and_nobody_learns_of_what_is_not_hers() {
    let office = TestOffice::new();
    for who in [&office.head, &office.teacher, &office.it] {
        let command = Command::Letters(letters::Command::Register(Box::new(incoming("1/A"))));
        assert_eq!(refusal(office.ask(who, command)).code, "rights.missing", "{:?}", who.role);
    }
    let id = office.register(incoming("1/A")).unwrap();
    for who in [&office.teacher, &office.it] {
        let read = Command::Letters(letters::Command::Read { letter: id });
        assert_eq!(refusal(office.ask(who, read)).status, 404, "{:?}", who.role);
        assert_eq!(refusal(office.act(who, id, Act::Submit { to: None })).status, 404);
    }
    assert_eq!(Role::ALL.len(), 4, "a new role needs its column in these tables");
}
