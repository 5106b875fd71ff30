//! Annexes in files of their own, and what the unit's signature says on copies: on a real journal.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod support;

use office::letters::annexes::AnnexSeal;
use office::letters::form::Draft;
use office::letters::model::{Act, Verb};
use office::letters::rights;
use office::letters::signing::{Level, Look, LookKind};
use office::seals::{self, Report, SigningRequest};
use office::{Command, Viewer};
use support::{MORNING, TestOffice, incoming, outgoing, refusal, seal};
use uuid::Uuid;
use wire::{Sha256, Stamp};

/// A released document on paper that was scanned, ready for its seal.
fn released(office: &TestOffice, document_type: &str) -> Uuid {
    let paper = office.scanned(&office.clerk, b"%PDF signed by hand");
    let id = office.draft(&office.clerk, Draft { paper: Some(paper), ..outgoing(document_type) }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    id
}

fn add(office: &TestOffice, who: &Viewer, title: &str, bytes: &[u8]) -> Act {
    Act::AddAnnex { paper: office.upload(who, bytes), title: title.into() }
}

fn waiting(office: &TestOffice) -> Option<SigningRequest> {
    seals::waiting(&office.desk.journal().read().unwrap()).unwrap().pop()
}

/// The box signs what waits: the document, or the annex whose turn it is.
fn box_signs(office: &TestOffice, bytes: &[u8]) -> Report {
    let request = waiting(office).expect("a request waits");
    let report = Report::Signed {
        letter: request.letter,
        signature: request.signature,
        annex: request.annex,
        certificate: request.certificate,
        of: request.pdf,
        paper: office::scans::Paper { signed: true, ..office.paper(bytes) },
        signed_at: Stamp::from_unix_ms(MORNING),
        digest: Sha256::of(bytes),
    };
    office.machine(Command::Seals(seals::Command::Report(report.clone()))).unwrap();
    report
}

fn fails(office: &TestOffice, code: &str) {
    let SigningRequest { letter, signature, annex, certificate, .. } = waiting(office).unwrap();
    let report = Report::Failed { letter, signature, annex, certificate, code: code.into() };
    office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
}

fn states(office: &TestOffice, id: Uuid) -> Vec<&'static str> {
    let annexes = office.letter(id).annexes;
    let word = |seal: &AnnexSeal| match seal {
        AnnexSeal::None => "none",
        AnnexSeal::Requested { .. } => "requested",
        AnnexSeal::Sealed { .. } => "sealed",
        AnnexSeal::Failed { .. } => "failed",
    };
    annexes.iter().map(|annex| word(&annex.seal)).collect()
}

#[test]
fn annexes_come_and_go_until_the_seal() {
    let office = TestOffice::new();
    let id = office.draft(&office.teacher, outgoing("report")).unwrap();
    let first = add(&office, &office.teacher, " Phụ lục I:  số liệu ", b"%PDF one");
    office.act(&office.teacher, id, first).unwrap();
    let second = add(&office, &office.clerk, "", b"%PDF two");
    office.act(&office.clerk, id, second.clone()).unwrap();
    assert_eq!(refusal(office.act(&office.clerk, id, second)).code, "paper.filed");
    let titles = |id| office.letter(id).annexes.into_iter().map(|annex| annex.file.title).collect::<Vec<_>>();
    assert_eq!(titles(id), ["Phụ lục I: số liệu", "ban-quet"]);
    assert!(office.letter(id).files.is_empty(), "an annex is not the document");

    let foreign = add(&office, &office.other_teacher, "", b"%PDF three");
    assert_eq!(refusal(office.act(&office.other_teacher, id, foreign)).status, 404);
    let unknown = Act::RemoveAnnex { annex: Uuid::nil() };
    assert_eq!(refusal(office.act(&office.clerk, id, unknown)).status, 404);
    let annex = office.letter(id).annexes[1].id;
    office.act(&office.teacher, id, Act::RemoveAnnex { annex }).unwrap();
    assert_eq!(titles(id).len(), 1);

    let came = office.register(incoming("147/PNV")).unwrap();
    let act = add(&office, &office.clerk, "", b"%PDF four");
    assert_eq!(
        refusal(office.act(&office.clerk, came, act)).code,
        "letter.state",
        "what came in has its own"
    );
}

#[test]
fn the_same_key_signs_the_document_and_then_each_annex_as_text() {
    let office = TestOffice::new();
    let (id, unit) = (released(&office, "report"), office.certificate());
    for (title, bytes) in [("Phụ lục I", b"%PDF one"), ("Phụ lục II", b"%PDF two")] {
        let act = add(&office, &office.clerk, title, bytes);
        office.act(&office.clerk, id, act).unwrap();
    }
    let brought = office.letter(id).annexes[0].file.paper.name;
    office.act(&office.clerk, id, seal(unit)).unwrap();
    assert_eq!(states(&office, id), ["requested"; 2]);
    assert!(!rights::may(&office.clerk, &office.letter(id), &[]).contains(&Verb::AddAnnex));

    assert_eq!(waiting(&office).unwrap().annex, None, "the document comes first");
    box_signs(&office, b"%PDF sealed");
    let request = waiting(&office).unwrap();
    assert_eq!((request.annex, request.certificate), (Some(office.letter(id).annexes[0].id), unit));
    let code = office.letter(id).facts.reference_code;
    assert_eq!(request.lines, [code, "Trường THCS Hoa Phượng".into()]);
    assert_eq!((request.look, request.image.is_none()), (Look::default(), true), "text and nothing else");
    let said_twice = box_signs(&office, b"%PDF one, signed");
    office.machine(Command::Seals(seals::Command::Report(said_twice))).unwrap();
    assert_eq!(states(&office, id), ["sealed", "requested"]);
    box_signs(&office, b"%PDF two, signed");
    assert_eq!(states(&office, id), ["sealed"; 2]);
    assert!(waiting(&office).is_none());

    let letter = office.letter(id);
    assert!(letter.annexes[0].file.was(&brought), "a page opened before still finds it");
    let line = office.lines_above().pop().unwrap();
    let names: Vec<_> = letter.annexes.iter().map(|annex| annex.file.paper.name).collect();
    assert_eq!(line.annexes.iter().map(|annex| annex.pdf).collect::<Vec<_>>(), names);
    let late = add(&office, &office.clerk, "", b"%PDF late");
    let refused = refusal(office.act(&office.clerk, id, late));
    assert_eq!(refused.code, "letter.state");
    assert!(refused.detail.contains("chưa đóng dấu"), "{}", refused.detail);
    assert_eq!(
        refusal(office.act(&office.clerk, id, seal(unit))).code,
        "letter.state",
        "nothing is left to seal"
    );
}

#[test]
fn an_annex_that_failed_is_asked_for_again_by_itself() {
    let office = TestOffice::new();
    let (id, unit) = (released(&office, "report"), office.certificate());
    for bytes in [b"%PDF one", b"%PDF two"] {
        let act = add(&office, &office.clerk, "", bytes);
        office.act(&office.clerk, id, act).unwrap();
    }
    office.act(&office.clerk, id, seal(unit)).unwrap();
    fails(&office, "seal.damaged");
    assert_eq!(states(&office, id), ["none"; 2], "without the document's seal nothing waits");
    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, b"%PDF sealed");
    fails(&office, "seal.encrypted");
    box_signs(&office, b"%PDF two, signed");
    assert_eq!(states(&office, id), ["failed", "sealed"]);

    let before = office.letter(id);
    assert!(before.is_sealed() && before.lacks_annex_seal());
    assert!(rights::may(&office.clerk, &before, &[]).contains(&Verb::Seal));
    office.act(&office.clerk, id, seal(unit)).unwrap();
    assert_eq!(states(&office, id), ["requested", "sealed"], "what is signed stays");
    office.act(&office.clerk, id, Act::Unsign).unwrap();
    assert_eq!(states(&office, id), ["none", "sealed"]);
    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, b"%PDF one, signed");
    let stays = Act::RemoveAnnex { annex: before.annexes[1].id };
    assert_eq!(refusal(office.act(&office.clerk, id, stays)).code, "letter.state", "somebody relies on it");
    let after = office.letter(id);
    assert_eq!((after.files, after.seal), (before.files, before.seal), "the document was not touched");
    assert!(!office.letter(id).lacks_annex_seal());
}

#[test]
fn what_can_never_be_signed_is_taken_away() {
    let office = TestOffice::new();
    let (id, unit) = (released(&office, "report"), office.certificate());
    let act = add(&office, &office.clerk, "", b"%PDF one");
    office.act(&office.clerk, id, act).unwrap();
    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, b"%PDF sealed");
    fails(&office, "seal.xfa");
    let annex = office.letter(id).annexes[0].id;
    office.act(&office.clerk, id, Act::RemoveAnnex { annex }).unwrap();
    let letter = office.letter(id);
    assert!(letter.annexes.is_empty() && !letter.lacks_annex_seal() && letter.waits_for().is_empty());
    assert_eq!(refusal(office.act(&office.clerk, id, seal(unit))).code, "letter.state");
}

#[test]
fn the_proof_of_an_annex_grows_by_itself() {
    let office = TestOffice::new();
    let (id, unit) = (released(&office, "report"), office.certificate());
    let act = add(&office, &office.clerk, "", b"%PDF one");
    office.act(&office.clerk, id, act).unwrap();
    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, b"%PDF sealed");
    let incomplete = |target| {
        let rows = office.desk.journal().read().unwrap();
        let open = seals::incomplete(&rows, target, Stamp::from_unix_ms(MORNING)).unwrap();
        open.into_iter().map(|one| one.of).collect::<Vec<_>>()
    };
    assert_eq!(
        incomplete(Level::Lta),
        [Sha256::of(b"%PDF sealed")],
        "an annex that waits is signed as it stands"
    );
    box_signs(&office, b"%PDF one, signed");
    assert_eq!(incomplete(Level::Lta).len(), 2);
    for (of, grown) in
        [(&b"%PDF one, signed"[..], &b"%PDF one, stamped"[..]), (b"%PDF sealed", b"%PDF stamped")]
    {
        let paper = office::scans::Paper { signed: true, ..office.paper(grown) };
        let (of, level) = (Sha256::of(of), Level::T);
        let report = Report::Level { letter: id, of, paper, level, renew_at: None };
        office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
    }
    let letter = office.letter(id);
    assert_eq!(letter.annexes[0].file.paper.name, Sha256::of(b"%PDF one, stamped"));
    assert_eq!(letter.files.last().unwrap().paper.name, Sha256::of(b"%PDF stamped"));
    assert_eq!((incomplete(Level::T), incomplete(Level::Lt).len()), (vec![], 2));
}

#[test]
fn the_signature_on_a_copy_says_which_form_of_copy_it_is() {
    let office = TestOffice::new();
    for (document_type, expected) in [
        ("report", "Sao y"),
        ("certified_copy", "Sao y số 01/SY-THCSHP"),
        ("copy_of_copy", "Sao lục số 01/SL-THCSHP"),
        ("extract", "Trích sao số 01/TrS-THCSHP"),
    ] {
        let office = TestOffice::new();
        let letter = office.letter(released(&office, document_type));
        assert_eq!(letter.block_lines("Trường")[0], expected, "scanned, going out: {document_type}");
    }
    for (document_type, expected) in [
        ("report", "01/BC-THCSHP"),
        ("certified_copy", "Sao y số 02/SY-THCSHP"),
        ("extract", "Trích sao số 03/TrS-THCSHP"),
    ] {
        let paper = Some(office.upload(&office.clerk, document_type.as_bytes()));
        let id = office.draft(&office.clerk, Draft { paper, ..outgoing(document_type) }).unwrap();
        office.act(&office.clerk, id, Act::Release).unwrap();
        assert_eq!(office.letter(id).block_lines("Trường")[0], expected, "born digital: {document_type}");
    }
    for (number, document_type, scanned, expected) in [
        ("1/A", "official_letter", true, "Sao y"),
        ("2/A", "official_letter", false, "Sao y"),
        ("3/A", "certified_copy", true, "Sao lục"),
        ("4/A", "certified_copy", false, "Sao lục"),
        ("5/A", "copy_of_copy", false, "Sao lục"),
        ("6/A", "extract", false, "Sao y"),
    ] {
        let bytes = number.as_bytes();
        let paper =
            if scanned { office.scanned(&office.clerk, bytes) } else { office.upload(&office.clerk, bytes) };
        let form = office::letters::form::Register {
            document_type: document_type.into(),
            paper: Some(paper),
            ..incoming(number)
        };
        let letter = office.letter(office.register(form).unwrap());
        assert_eq!(letter.block_lines("Trường"), [expected, "Trường"], "came in: {document_type}");
        assert!(letter.is_sealed_as_copy());
    }
}

#[test]
fn over_the_pages_of_another_unit_no_seal_is_laid() {
    let office = TestOffice::new();
    let unit = office.certificate();
    let paper = Some(office.scanned(&office.clerk, b"%PDF theirs"));
    let id = office.register(office::letters::form::Register { paper, ..incoming("9/PNV") }).unwrap();
    for kind in [LookKind::Picture, LookKind::Hidden] {
        let act = Act::Seal { certificate: unit, look: Look { kind, ..Look::default() }, shows_seal: false };
        assert_eq!(refusal(office.act(&office.clerk, id, act)).code, "seal.copy_look", "{kind:?}");
    }
    office.act(&office.clerk, id, seal(unit)).unwrap();
    assert_eq!(waiting(&office).unwrap().lines[0], "Sao y");
}
