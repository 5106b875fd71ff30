//! The paper is composed before there is a number: what the register says comes into it afterwards, once, and never into
//! bytes that somebody has signed or is signing.

mod support;

use office::letters::form::{Amend, Draft, Register};
use office::letters::model::Act;
use office::{Command, letters, scans};
use support::{TestOffice, incoming, outgoing, refusal, seal};
use uuid::Uuid;

/// A scanned page on the clerk's desk, and the PDF the box made of it.
fn composed(office: &TestOffice, pdf: &[u8]) -> Uuid {
    let bring = scans::Command::Bring { file_name: "trang.jpg".into(), way: scans::Way::File };
    let scan = office.ask(&office.clerk, Command::Scans(bring)).unwrap().id.unwrap();
    let capture = office.desk.journal().blobs().put(pdf).unwrap();
    let page = scans::Keep {
        capture,
        thumbnail: capture,
        width_px: 2480,
        height_px: 3508,
        dpi: 300,
        side: None,
        photo: None,
    };
    office.machine(Command::Scans(scans::Command::KeepPage { scan, page })).unwrap();
    office.machine(Command::Scans(scans::Command::Finish { scan })).unwrap();
    let row: scans::Scan = office.desk.journal().read().unwrap().get(&scan.to_string()).unwrap().unwrap();
    let compose = scans::Command::Compose {
        scan,
        version: row.version,
        paper: office.paper(pdf),
        words: Some(vec![]),
        dressed: vec![],
        made: scans::Made::default(),
    };
    office.machine(Command::Scans(compose)).unwrap();
    scan
}

#[test]
fn a_composed_paper_is_described_when_it_has_its_number_and_goes_up_once() {
    let office = TestOffice::new();
    let clerk = office.clerk.clone();
    let id =
        office.register(Register { paper: Some(composed(&office, b"%PDF one")), ..incoming("1/A") }).unwrap();
    let waiting = || letters::to_describe(&office.desk.journal().read().unwrap()).unwrap();
    let describe = |letter: &letters::Letter, from, paper| {
        let said = letter.description();
        office
            .machine(Command::Letters(letters::Command::Describe { letter: letter.id, from, paper, said }))
            .unwrap()
    };
    let letter = office.letter(id);
    assert_eq!(waiting().len(), 1);
    assert_eq!(office.lines_above()[0].pdf, None, "a file that is about to be another does not go up");
    let said = letter.description();
    assert_eq!(
        (
            said.number_symbol.as_str(),
            said.issuer.as_str(),
            said.document_type.as_str(),
            said.entered.as_str()
        ),
        ("1/A", "Phòng Nội vụ", "Công văn", "Số đến 1/2026, vào sổ ngày 21/11/2026")
    );

    let (from, described) = (letter.files[0].paper.name, office.paper(b"%PDF one, described"));
    describe(&letter, from, described.clone());
    let now = office.letter(id);
    assert_eq!(
        (now.files[0].paper.name, now.version),
        (described.name, letter.version),
        "no step for people"
    );
    assert!(now.files[0].was(&from));
    assert_eq!(office.lines_above()[0].pdf, Some(described.name));
    let before = office.desk.journal().head().unwrap();
    describe(&letter, from, office.paper(b"%PDF late"));
    assert_eq!(office.desk.journal().head().unwrap(), before, "the follower may come twice");
    assert!(waiting().is_empty());

    let mut form = incoming("2/B");
    form.note = "Bản chính".into();
    office.act(&clerk, id, Act::Amend(Box::new(Amend::Incoming(form)))).unwrap();
    assert_eq!(waiting().len(), 1, "another number");
    describe(&letter, described.name, office.paper(b"%PDF of the old words"));
    let amended = office.letter(id);
    assert_eq!(amended.files[0].paper.name, described.name, "words that no longer hold are not taken");
    assert_eq!(office.lines_above()[0].pdf, Some(described.name), "the line keeps the file it has");

    let certificate = office.certificate();
    office.act(&clerk, id, seal(certificate)).unwrap();
    assert!(waiting().is_empty(), "a signature is being made");
    describe(&amended, described.name, office.paper(b"%PDF under the pen"));
    assert_eq!(office.letter(id).files[0].paper.name, described.name);
    office.machine(Command::Seals(office.signed(id, None, described.name, b"%PDF sealed"))).unwrap();
    let sealed = office.letter(id).files[1].paper.clone();
    describe(&amended, sealed.name, office.paper(b"%PDF unsealed"));
    assert_eq!(office.letter(id).files[1].paper.name, sealed.name);
    assert!(waiting().is_empty());
}

#[test]
fn what_was_brought_and_drafts_without_a_number_are_not_described_unasked() {
    let office = TestOffice::new();
    let waiting = || letters::to_describe(&office.desk.journal().read().unwrap()).unwrap();
    let brought = office.upload(&office.clerk, b"%PDF from a word processor");
    let id = office.register(Register { paper: Some(brought), ..incoming("1/A") }).unwrap();
    assert!(waiting().is_empty() && office.letter(id).to_describe().is_none());
    assert_eq!(office.lines_above()[0].pdf, Some(office.letter(id).files[0].paper.name));

    let paper = Some(composed(&office, b"%PDF signed by hand"));
    let id = office.draft(&office.clerk, Draft { paper, ..outgoing("report") }).unwrap();
    assert!(
        waiting().is_empty() && office.letter(id).to_describe().is_some(),
        "whoever signs it asks for it"
    );
    office.act(&office.clerk, id, Act::Release).unwrap();
    assert_eq!(waiting()[0].description().number_symbol, "01/BC-THCSHP");
    assert_eq!(waiting()[0].description().entered, "");
    office.act(&office.clerk, id, Act::Void { reason: "Nhầm.".into() }).unwrap();
    assert!(waiting().is_empty());
    let said = office.letter(id).description();
    let from = office.letter(id).files[0].paper.name;
    let by_hand =
        Command::Letters(letters::Command::Describe { letter: id, from, paper: office.paper(b"%PDF"), said });
    assert_eq!(refusal(office.ask(&office.clerk, by_hand)).code, "rights.missing");
}
