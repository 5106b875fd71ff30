//! The file that stands for a paper signed and sealed: who may make it, of what, and what may follow.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod support;

use office::letters::form::Draft;
use office::letters::model::{Act, FileKind, Verb};
use office::letters::signing::Awaits;
use office::letters::{rights, transcript};
use support::{TestOffice, outgoing, refusal, seal};
use uuid::Uuid;

fn drafted(office: &TestOffice, paper: Uuid) -> Uuid {
    office.draft(&office.clerk, Draft { paper: Some(paper), ..outgoing("report") }).unwrap()
}

fn released(office: &TestOffice, paper: Uuid) -> Uuid {
    let id = drafted(office, paper);
    office.act(&office.clerk, id, Act::Submit { to: None }).unwrap();
    office.act(&office.head, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    id
}

fn transcribe(office: &TestOffice, id: Uuid) -> Act {
    let from = office.letter(id).files.last().unwrap().paper.name;
    Act::Transcribe { from, paper: office.paper(b"%PDF (da ky va dong dau)") }
}

#[test]
fn the_clerk_makes_it_of_the_brought_file_and_the_seal_may_follow() {
    let office = TestOffice::new();
    let id = released(&office, office.upload(&office.clerk, b"%PDF out of Word"));
    let certificate = office.certificate();
    assert_eq!(refusal(office.act(&office.clerk, id, seal(certificate))).code, "seal.unsigned");
    assert_eq!(office.letter(id).awaits(), Some(Awaits::Sign));
    let before = office.letter(id);
    let refused = transcript::of(&office.head, &before, before.version).unwrap_err();
    assert_eq!(refused.code, "rights.missing", "only the clerk answers for what stands in for paper");
    assert_eq!(transcript::of(&office.clerk, &before, before.version + 1).unwrap_err().code, "version.stale");

    let act = transcribe(&office, id);
    office.act(&office.clerk, id, act.clone()).unwrap();
    let letter = office.letter(id);
    let kinds: Vec<FileKind> = letter.files.iter().map(|file| file.kind).collect();
    assert_eq!(kinds, [FileKind::Upload, FileKind::Transcript], "what it was made of stays");
    assert_eq!(letter.way.last().unwrap().who, office.clerk.name);
    assert_eq!(letter.awaits(), Some(Awaits::Seal), "article 32: a copy the unit made itself");
    assert_eq!(refusal(office.act(&office.clerk, id, act)).code, "letter.state", "once");
    assert_eq!(office.lines_above()[0].pdf, Some(letter.files[1].paper.name));
    office.act(&office.clerk, id, seal(certificate)).unwrap();
    assert!(!rights::may(&office.clerk, &office.letter(id), &[]).contains(&Verb::Transcribe));
}

#[test]
fn nothing_else_is_transcribed() {
    let office = TestOffice::new();
    let scanned = released(&office, office.scanned(&office.clerk, b"%PDF scanned"));
    let draft = drafted(&office, office.upload(&office.clerk, b"%PDF a draft"));
    for (id, what) in [(scanned, "a scan shows the paper itself"), (draft, "a draft has not left")] {
        let act = transcribe(&office, id);
        assert_eq!(refusal(office.act(&office.clerk, id, act)).code, "letter.state", "{what}");
    }
    let id = released(&office, office.upload(&office.clerk, b"%PDF first"));
    let act = transcribe(&office, id);
    let paper = office.upload(&office.clerk, b"%PDF second");
    office.act(&office.clerk, id, Act::Attach { paper }).unwrap();
    assert_eq!(
        refusal(office.act(&office.clerk, id, act)).code,
        "version.stale",
        "made of a file that is not the last"
    );
}
