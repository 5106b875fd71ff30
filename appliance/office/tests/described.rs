//! The paper is composed before there is a number: what the register says comes into it afterwards, once, and never into
//! bytes that somebody has signed or is signing.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

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
        dressed: vec![scans::Dressed { straighten_tenths: 0, clean_edges: true }],
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
            .machine(Command::Letters(letters::Command::Describe {
                letter: letter.id,
                from,
                paper,
                said,
                made: None,
            }))
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

/// The number comes onto the page of what was born digital when it is released, once, and before the file goes up.
#[test]
fn a_brought_file_of_an_outgoing_document_is_to_be_numbered_when_it_is_released() {
    let office = TestOffice::new();
    let waiting = || letters::to_describe(&office.desk.journal().read().unwrap()).unwrap();
    let paper = Some(office.upload(&office.clerk, b"%PDF blank"));
    let id = office.draft(&office.clerk, Draft { paper, ..outgoing("report") }).unwrap();
    assert!(office.letter(id).to_describe().is_none(), "a draft has no number");
    office.act(&office.clerk, id, Act::Release).unwrap();
    let released = office.letter(id);
    assert_eq!((waiting().len(), office.lines_above()[0].pdf), (1, None));
    let (from, paper, said) =
        (released.files[0].paper.name, office.paper(b"%PDF blank, numbered"), released.description());
    let numbered = letters::Command::Describe { letter: id, from, paper: paper.clone(), said, made: None };
    office.machine(Command::Letters(numbered)).unwrap();
    let now = office.letter(id);
    assert_eq!((now.files.len(), now.files[0].paper.name, now.version), (1, paper.name, released.version));
    assert!(now.files[0].was(&from) && waiting().is_empty());
    assert_eq!(office.lines_above()[0].pdf, Some(paper.name));
}

#[test]
fn words_that_are_read_after_filing_are_to_come_into_the_file_until_somebody_signs() {
    let office = TestOffice::new();
    let waiting = || letters::to_describe(&office.desk.journal().read().unwrap()).unwrap();
    let read = |scan: Uuid| {
        let pages: Vec<scans::ScanPage> = office.desk.journal().read().unwrap().all().unwrap();
        let page = pages.into_iter().find(|page| page.scan == scan).unwrap();
        let text = Some(office.paper(b"words").name);
        let reading = scans::Reading { turn: 0, text, confidence: 90, turned_by: None, failures: 0 };
        let read = scans::Command::Read { scan, page: page.page, capture: page.capture, reading };
        office.machine(Command::Scans(read)).unwrap();
    };
    let described = |id: Uuid, pdf: &[u8], made: Option<scans::Made>| {
        let letter = office.letter(id);
        let (from, paper, said) =
            (letter.files.last().unwrap().paper.name, office.paper(pdf), letter.description());
        let command = letters::Command::Describe { letter: id, from, paper, said, made };
        office.machine(Command::Letters(command)).unwrap();
    };
    let scan = composed(&office, b"%PDF early");
    let id = office.register(Register { paper: Some(scan), ..incoming("1/A") }).unwrap();
    described(id, b"%PDF early, described", None);
    assert!(waiting().is_empty());
    read(scan);
    assert_eq!(waiting().len(), 1);
    let before = office.letter(id).files[0].paper.name;
    described(id, b"%PDF described twice", None);
    assert_eq!(office.letter(id).files[0].paper.name, before, "nothing new to say, and no words");
    described(id, b"%PDF with words", Some(scans::Made::default()));
    assert!(waiting().is_empty() && office.letter(id).files[0].was(&before));

    let scan = composed(&office, b"%PDF sealed early");
    let id = office.register(Register { paper: Some(scan), ..incoming("2/A") }).unwrap();
    office.act(&office.clerk, id, seal(office.certificate())).unwrap();
    read(scan);
    assert!(waiting().is_empty(), "a signature is being made");
    let of = office.letter(id).files[0].paper.name;
    office.machine(Command::Seals(office.signed(id, None, of, b"%PDF sealed"))).unwrap();
    assert!(waiting().is_empty() && office.letter(id).to_describe().is_none());
}

#[test]
fn incoming_files_and_drafts_without_a_number_are_not_described_unasked() {
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
    let paper = office.paper(b"%PDF");
    let by_hand = Command::Letters(letters::Command::Describe { letter: id, from, paper, said, made: None });
    assert_eq!(refusal(office.ask(&office.clerk, by_hand)).code, "rights.missing");
}
