//! Signing and sealing in the office: who may, in which order, in whose place, and what comes of it - on a real journal.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod support;

use chrono::NaiveDate;
use office::delegations::{self, model::Grant};
use office::letters::acts::AskSignature;
use office::letters::form::{Draft, Register};
use office::letters::model::{Act, Seal, Verb};
use office::letters::placement::Placement;
use office::letters::rights;
use office::letters::signing::{
    Capacity, Found, Level, Look, LookKind, Place, Prepared, SignatureState, Verdict,
};
use office::letters::view::LetterView;
use office::seals::{self, ImpressionKind, Report};
use office::{Command, Viewer};
use support::{DAY_MS, MORNING, TestOffice, incoming, outgoing, refusal, seal};
use uuid::Uuid;
use wire::{Sha256, Stamp};

/// A released document born digital.
fn released(office: &TestOffice) -> Uuid {
    let paper = office.upload(&office.clerk, b"%PDF born digital");
    let draft = Draft { paper: Some(paper), ..outgoing("report") };
    let id = office.draft(&office.clerk, draft).unwrap();
    office.act(&office.clerk, id, Act::Submit { to: None }).unwrap();
    office.act(&office.head, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    id
}

fn sign(certificate: Uuid) -> Act {
    Act::Sign(AskSignature { certificate, ..AskSignature::default() })
}

fn last(office: &TestOffice, id: Uuid) -> Sha256 {
    office.letter(id).files.last().unwrap().paper.name
}

/// The box signs what was asked for.
fn box_signs(office: &TestOffice, id: Uuid, bytes: &[u8]) {
    let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    let request = waiting.iter().find(|request| request.letter == id).expect("a request waits");
    office.machine(Command::Seals(office.signed(id, request.signature, request.pdf, bytes))).unwrap();
}

fn grant(office: &TestOffice, to: &Viewer, capacity: Capacity, until_day: Option<NaiveDate>) -> Uuid {
    let form = Grant {
        to: to.id,
        capacity,
        title: "PHÓ HIỆU TRƯỞNG".into(),
        from_day: None,
        until_day,
        scope: "Giấy mời họp".into(),
    };
    let command = Command::Delegations(delegations::Command::Grant(form));
    office.ask(&office.head, command).unwrap().id.unwrap()
}

#[test]
fn the_person_signs_and_then_the_unit_seals() {
    let office = TestOffice::new();
    let id = released(&office);
    let (unit, own) = (office.certificate(), office.certificate_of(&office.head, false));
    let refused = refusal(office.act(&office.clerk, id, seal(unit)));
    assert_eq!(refused.code, "seal.unsigned", "article 32: no seal on what nobody has signed");

    office.act(&office.head, id, sign(own)).unwrap();
    assert_eq!(refusal(office.act(&office.clerk, id, seal(unit))).code, "sign.waiting");
    box_signs(&office, id, b"%PDF signed");
    let letter = office.letter(id);
    assert!(letter.is_signed() && !letter.is_sealed());
    assert_eq!(letter.level(), Some(Level::B));
    assert_eq!(refusal(office.act(&office.head, id, sign(own))).code, "sign.twice");
    assert!(
        !rights::may(&office.clerk, &letter, &[]).contains(&Verb::Attach),
        "a signed document is not replaced"
    );

    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, id, b"%PDF sealed");
    let letter = office.letter(id);
    assert!(letter.is_sealed());
    assert_eq!(letter.files.len(), 3, "what was signed over stays");
    assert_eq!(office.lines_above()[0].pdf, Some(last(&office, id)));
}

/// What the page offers of keys, and what it says the seal waits for.
fn offered(office: &TestOffice, who: &Viewer, signs_for: bool, id: Uuid) -> (Vec<Verb>, String) {
    let letter = office.letter(id);
    let head = [office.head.id];
    let heads = if signs_for { &head[..] } else { &[] };
    let mut may = rights::may(who, &letter, heads);
    may.retain(|verb| matches!(verb, Verb::Sign | Verb::Seal));
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let page = serde_json::to_value(LetterView::of(&letter, who, today, 0, heads)).unwrap();
    (may, page["seal"]["sentence"].as_str().unwrap_or_default().into())
}

#[test]
fn a_key_is_offered_when_its_turn_has_come_and_until_then_the_page_says_what_is_missing() {
    let office = TestOffice::new();
    let id = released(&office);
    let (unit, own) = (office.certificate(), office.certificate_of(&office.head, false));
    let is = |step: &str, clerk: &[Verb], head: &[Verb], deputy: &[Verb], says: &str| {
        for (who, signs_for, verbs) in
            [(&office.clerk, false, clerk), (&office.head, false, head), (&office.teacher, true, deputy)]
        {
            let (may, said) = offered(&office, who, signs_for, id);
            assert_eq!((&may[..], said.contains(says)), (verbs, true), "{step}, {}: {said}", who.name);
            assert_eq!(said.is_empty(), says.is_empty(), "{step}, {}: {said}", who.name);
        }
    };
    is("nobody has signed", &[], &[Verb::Sign], &[Verb::Sign], "Chờ Trần Văn Trưởng ký.");
    office.act(&office.head, id, sign(own)).unwrap();
    is("the head's key is awaited", &[], &[Verb::Sign], &[], "");
    box_signs(&office, id, b"%PDF signed");
    is("the head has signed", &[Verb::Seal], &[], &[Verb::Sign], "");
    office.act(&office.clerk, id, seal(unit)).unwrap();
    is("the seal is asked for", &[Verb::Seal], &[], &[], "Đang đóng dấu.");
    box_signs(&office, id, b"%PDF sealed");
    is("sealed", &[], &[], &[], "Đã đóng dấu");

    let scanned = office.scanned(&office.clerk, b"%PDF scanned");
    let draft = Draft { paper: Some(scanned), ..outgoing("report") };
    let id = office.draft(&office.clerk, draft).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    let (may, said) = offered(&office, &office.clerk, false, id);
    assert_eq!((&may[..], said.as_str()), (&[Verb::Seal][..], ""), "signed by hand on the paper");
    let came_in = office.upload(&office.clerk, b"%PDF from elsewhere");
    let id = office.register(Register { paper: Some(came_in), ..incoming("2/A") }).unwrap();
    assert_eq!(offered(&office, &office.clerk, false, id), (vec![], String::new()), "not ours to wait for");
}

#[test]
fn everybody_signs_with_her_own_certificate_and_the_seal_is_the_units() {
    let office = TestOffice::new();
    let id = released(&office);
    let (unit, head, clerk) = (
        office.certificate(),
        office.certificate_of(&office.head, false),
        office.certificate_of(&office.clerk, false),
    );
    assert_eq!(refusal(office.act(&office.head, id, sign(unit))).code, "sign.not_yours");
    assert_eq!(refusal(office.act(&office.head, id, sign(clerk))).code, "sign.not_yours");
    assert_eq!(
        refusal(office.act(&office.clerk, id, sign(clerk))).code,
        "rights.missing",
        "nobody asked her to sign"
    );
    assert_eq!(
        refusal(office.act(&office.head, id, seal(unit))).code,
        "rights.missing",
        "only the clerk seals"
    );
    office.act(&office.head, id, sign(head)).unwrap();
    box_signs(&office, id, b"%PDF signed");
    assert_eq!(refusal(office.act(&office.clerk, id, seal(clerk))).code, "seal.not_the_units");
}

#[test]
fn a_deputy_signs_in_the_heads_place_while_the_delegation_holds() {
    let office = TestOffice::new();
    let deputy = office.teacher.clone();
    let own = office.certificate_of(&deputy, false);
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let delegation = grant(&office, &deputy, Capacity::Kt, Some(day));
    let paper = office.upload(&deputy, b"%PDF by the deputy");
    let id = office.draft(&deputy, Draft { paper: Some(paper), ..outgoing("report") }).unwrap();
    office.act(&deputy, id, Act::Submit { to: Some(deputy.id) }).unwrap();
    office.act(&deputy, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();

    let ask =
        |delegation| Act::Sign(AskSignature { certificate: own, delegation, ..AskSignature::default() });
    assert_eq!(refusal(office.act(&deputy, id, ask(None))).code, "sign.no_delegation");
    office.set_clock(MORNING + DAY_MS);
    assert_eq!(
        refusal(office.act(&deputy, id, ask(Some(delegation)))).code,
        "rights.missing",
        "its last day is over"
    );
    let next = grant(&office, &deputy, Capacity::Kt, None);
    office.act(&deputy, id, ask(Some(next))).unwrap();
    let signature = office.letter(id).signatures[0].clone();
    assert_eq!((signature.capacity, signature.delegation), (Capacity::Kt, Some(next)));
    let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    assert_eq!(waiting[0].reason, "KT. Số 01/BC-THCSHP");
    box_signs(&office, id, b"%PDF signed by the deputy");

    office.ask(&office.head, Command::Delegations(delegations::Command::End { delegation: next })).unwrap();
    assert!(office.letter(id).is_signed(), "what was signed while it held stays signed");
}

#[test]
fn a_delegation_says_who_in_which_capacity_and_an_authorisation_for_how_long_and_what() {
    let office = TestOffice::new();
    let day = NaiveDate::from_ymd_opt(2026, 12, 31);
    let form = |capacity, until_day, scope: &str, title: &str, to: &Viewer| Grant {
        to: to.id,
        capacity,
        title: title.into(),
        from_day: None,
        until_day,
        scope: scope.into(),
    };
    let (teacher, head) = (office.teacher.clone(), office.head.clone());
    let table = [
        (form(Capacity::Kt, None, "", "PHÓ HIỆU TRƯỞNG", &teacher), None),
        (form(Capacity::Tuq, day, "Giấy mời", "TỔ TRƯỞNG", &teacher), None),
        (form(Capacity::Tuq, None, "Giấy mời", "TỔ TRƯỞNG", &teacher), Some("until_day")),
        (form(Capacity::Tuq, day, "", "TỔ TRƯỞNG", &teacher), Some("scope")),
        (
            form(Capacity::Kt, NaiveDate::from_ymd_opt(2026, 1, 1), "", "PHÓ HIỆU TRƯỞNG", &teacher),
            Some("until_day"),
        ),
        (form(Capacity::Kt, None, "", " ", &teacher), Some("title")),
        (form(Capacity::Own, None, "", "PHÓ HIỆU TRƯỞNG", &teacher), Some("capacity")),
        (form(Capacity::Kt, None, "", "HIỆU TRƯỞNG", &head), Some("to")),
    ];
    for (grant, wrong) in table {
        let said = format!("{grant:?}");
        let answer = office.ask(&head, Command::Delegations(delegations::Command::Grant(grant)));
        match wrong {
            None => assert!(answer.is_ok(), "{said}"),
            Some(field) => assert!(refusal(answer).fields.contains_key(field), "{said}"),
        }
    }
    let by_clerk = form(Capacity::Kt, None, "", "PHÓ HIỆU TRƯỞNG", &teacher);
    let answer = office.ask(&office.clerk, Command::Delegations(delegations::Command::Grant(by_clerk)));
    assert_eq!(refusal(answer).code, "rights.missing");
}

#[test]
fn what_waits_for_a_key_can_be_asked_again_and_taken_back() {
    let office = TestOffice::new();
    let id = released(&office);
    let own = office.certificate_of(&office.head, false);
    office.act(&office.head, id, sign(own)).unwrap();
    let first = office.letter(id).signatures[0].id;
    office.act(&office.head, id, sign(own)).unwrap();
    let letter = office.letter(id);
    assert_eq!(letter.signatures.len(), 1);
    assert_eq!(letter.signatures[0].id, first, "pressed twice, or after a restart, it is the same request");

    let late = office.signed(id, Some(first), last(&office, id), b"%PDF late");
    let other = office.certificate_of(&office.head, false);
    office.act(&office.head, id, sign(other)).unwrap();
    assert_ne!(office.letter(id).signatures[0].id, first, "with another certificate it is another request");
    office.machine(Command::Seals(late)).unwrap();
    assert!(!office.letter(id).is_signed(), "the answer to a request that no longer stands signs nothing");
    assert_eq!(office.entries("letter.signature_unused"), 1, "but the use of the key is told");

    office.act(&office.head, id, Act::Unsign).unwrap();
    assert!(office.letter(id).signatures.is_empty());
    assert_eq!(refusal(office.act(&office.clerk, id, Act::Unsign)).code, "letter.state");
}

#[test]
fn who_waits_for_a_key_has_seen_the_file_that_is_signed_and_a_void_document_waits_for_nothing() {
    let office = TestOffice::new();
    let id = released(&office);
    let (unit, own) = (office.certificate(), office.certificate_of(&office.head, false));
    let other = office.upload(&office.clerk, b"%PDF another");
    let waiting = || seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    let seen = |request: &seals::SigningRequest| {
        seals::stands(&office.desk.journal().read().unwrap(), request).unwrap()
    };

    office.act(&office.head, id, sign(own)).unwrap();
    let refused = refusal(office.act(&office.clerk, id, Act::Attach { paper: other }));
    assert!(refused.detail.contains("Thôi chờ ký"), "{}", refused.detail);
    let [request] = &waiting()[..] else { panic!("one request") };
    assert!(seen(request));
    office.act(&office.head, id, Act::Unsign).unwrap();
    assert!(!seen(request), "called off, it is not carried out from an older look");
    office.act(&office.clerk, id, Act::Attach { paper: other }).unwrap();

    office.act(&office.head, id, sign(own)).unwrap();
    box_signs(&office, id, b"%PDF signed");
    office.act(&office.clerk, id, seal(unit)).unwrap();
    let [request] = &waiting()[..] else { panic!("one request") };
    let late = office.signed(id, None, request.pdf, b"%PDF sealed");
    office.act(&office.head, id, Act::Void { reason: "Ban hành nhầm".into() }).unwrap();
    assert!(waiting().is_empty() && !seen(request));
    office.machine(Command::Seals(late)).unwrap();
    assert!(!office.letter(id).is_sealed(), "a void document is not sealed");
    assert_eq!(office.entries("letter.signature_unused"), 1);
}

#[test]
fn a_key_that_is_elsewhere_gets_a_digest_and_its_answer_is_the_signature() {
    let office = TestOffice::new();
    let id = released(&office);
    let own = office.certificate_of(&office.head, false);
    office.act(&office.head, id, sign(own)).unwrap();
    let (signature, of) = (office.letter(id).signatures[0].id, last(&office, id));
    let prepared = office.paper(b"prepared").name;
    let digest = Sha256::of(b"digest");
    let (signed_at, certificate) = (Stamp::from_unix_ms(MORNING - DAY_MS), own);
    let signature = Some(signature);
    let report =
        Report::Prepared { letter: id, signature, annex: None, certificate, of, prepared, signed_at, digest };
    for _ in 0..2 {
        office.machine(Command::Seals(seals::Command::Report(report.clone()))).unwrap();
    }
    let state = office.letter(id).signatures[0].state.clone();
    let waits = Prepared { file: prepared, signed_at };
    assert_eq!(
        state,
        SignatureState::Requested { prepared: Some(waits) },
        "with the time that is in the file"
    );
    box_signs(&office, id, b"%PDF signed");
    assert!(office.letter(id).is_signed());
}

#[test]
fn a_scan_that_shows_a_seal_gets_no_second_image_unless_somebody_says_so() {
    let office = TestOffice::new();
    let paper = office.scanned(&office.clerk, b"%PDF scanned");
    let id = office.register(Register { paper: Some(paper), ..incoming("1/A") }).unwrap();
    let unit = office.certificate();
    let image = office.paper(b"png").name;
    let keep =
        seals::Command::KeepImpression { kind: ImpressionKind::Seal, image, width_mm: 36.0, height_mm: 36.0 };
    let impression = office.ask(&office.clerk, Command::Seals(keep)).unwrap().id;
    let look = Look { kind: LookKind::CornerSeal, impression, ..Look::default() };
    let ask = |look: Look, shows_seal| Act::Seal { certificate: unit, look, shows_seal };
    let missing = Look { impression: None, ..look.clone() };
    assert_eq!(refusal(office.act(&office.clerk, id, ask(missing, false))).code, "sign.no_image");
    let nowhere = Look { kind: LookKind::Picture, ..look.clone() };
    let over_others = refusal(office.act(&office.clerk, id, ask(nowhere.clone(), false)));
    assert_eq!(over_others.code, "seal.copy_look", "what came in is another unit's");
    let ours = office.scanned(&office.clerk, b"%PDF ours");
    let draft = Draft { paper: Some(ours), ..outgoing("report") };
    let own = office.draft(&office.clerk, draft).unwrap();
    office.act(&office.clerk, own, Act::Release).unwrap();
    assert_eq!(refusal(office.act(&office.clerk, own, ask(nowhere, false))).code, "sign.no_place");
    assert_eq!(refusal(office.act(&office.clerk, id, ask(look.clone(), true))).code, "seal.second");
    office.act(&office.clerk, id, ask(Look { second_seal: true, ..look }, true)).unwrap();
    let Seal::Requested { look, .. } = office.letter(id).seal else { panic!("asked for") };
    assert!(look.second_seal, "the decision is on record");
}

#[test]
fn a_file_that_came_signed_is_sealed_once_its_signature_was_found_whole() {
    let office = TestOffice::new();
    let unit = office.certificate();
    let verdict = |word: &str, unit: bool| Verdict {
        word: word.into(),
        sentence: "…".into(),
        checked_at: Stamp::from_unix_ms(MORNING),
        signatures: vec![Found {
            word: word.into(),
            sentence: String::new(),
            signer: "Trần Văn Hiệu".into(),
            organisation: String::new(),
            unit,
            kind: "signature".into(),
            level: "B-B".into(),
            at: None,
            stamped: false,
        }],
    };
    let table = [
        (verdict("good", false), None),
        (verdict("changed_after_signing_allowed", false), None),
        (verdict("untrusted", false), Some("seal.untrusted_signer")),
        (verdict("expired", false), Some("seal.untrusted_signer")),
        (verdict("good", true), Some("seal.unsigned")),
        (verdict("untrusted", true), Some("seal.unsigned")),
        (verdict("altered", false), Some("seal.unsigned")),
        (verdict("changed_after_signing_forbidden", false), Some("seal.unsigned")),
        (verdict("revoked", false), Some("seal.unsigned")),
    ];
    for (found, wrong) in table {
        let id = released(&office);
        assert!(office.letter(id).unchecked().next().is_some());
        let of = last(&office, id);
        let report = Report::Verified { letter: id, of, verdict: found.clone(), open_by: None };
        office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
        assert!(office.letter(id).unchecked().next().is_none());
        let answer = office.act(&office.clerk, id, seal(unit));
        match wrong {
            None => assert!(answer.is_ok(), "{found:?}"),
            Some(code) => assert_eq!(refusal(answer).code, code, "{found:?}"),
        }
        // Anybody can make herself a certificate; that this one is the signer's, the clerk says and answers for.
        let look = Look { untrusted_signer: true, ..Look::default() };
        let knowingly = Act::Seal { certificate: unit, look, shows_seal: false };
        match wrong {
            None => {}
            Some("seal.untrusted_signer") => {
                assert!(
                    rights::may(&office.clerk, &office.letter(id), &[]).contains(&Verb::Seal),
                    "{found:?}"
                );
                office.act(&office.clerk, id, knowingly).unwrap();
                let letter = office.letter(id);
                let words = letter.way.last().unwrap().words.clone().unwrap();
                assert!(words.starts_with("Chữ ký số của Trần Văn Hiệu"), "on its way: {words}");
                let Seal::Requested { look, .. } = &letter.seal else { panic!("asked for") };
                assert!(look.untrusted_signer, "and in the journal");
            }
            Some(code) => {
                assert_eq!(refusal(office.act(&office.clerk, id, knowingly)).code, code, "{found:?}")
            }
        }
    }
}

#[test]
fn one_trusted_signer_is_enough_and_whose_is_not_is_named() {
    let office = TestOffice::new();
    let unit = office.certificate();
    let found = |signer: &str, word: &str| Found {
        word: word.into(),
        sentence: String::new(),
        signer: signer.into(),
        organisation: String::new(),
        unit: false,
        kind: "signature".into(),
        level: "B-B".into(),
        at: None,
        stamped: false,
    };
    let sealed = |signatures: Vec<Found>| {
        let id = released(&office);
        let verdict = Verdict {
            word: "untrusted".into(),
            sentence: String::new(),
            checked_at: Stamp::from_unix_ms(MORNING),
            signatures,
        };
        let report = Report::Verified { letter: id, of: last(&office, id), verdict, open_by: None };
        office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
        office.act(&office.clerk, id, seal(unit))
    };
    assert!(sealed(vec![found("Võ Tự Lập", "untrusted"), found("Trần Văn Hiệu", "good")]).is_ok());
    let refused = refusal(sealed(vec![found("Võ Tự Lập", "untrusted")]));
    assert!(refused.detail.contains("Võ Tự Lập") && refused.fields.contains_key("untrusted_signer"));
    assert!(refused.detail.contains("danh sách nơi được tin"), "{}", refused.detail);
    let expired = refusal(sealed(vec![found("Trần Văn Hiệu", "expired")]));
    assert!(expired.detail.contains("đã hết hạn"), "{}", expired.detail);
}

#[test]
fn a_level_reached_takes_the_files_place_and_its_line_goes_up_again() {
    let office = TestOffice::new();
    let id = released(&office);
    let own = office.certificate_of(&office.head, false);
    office.act(&office.head, id, sign(own)).unwrap();
    box_signs(&office, id, b"%PDF signed");
    let of = last(&office, id);
    let waits = |code: &str| {
        let report = Report::Waits { letter: id, of, code: code.into() };
        office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
    };
    waits("level.no_line");
    let before = office.desk.journal().head().unwrap();
    waits("level.no_line");
    assert_eq!(office.desk.journal().head().unwrap(), before, "told once, however often it is tried");

    let grown = office.paper(b"%PDF signed, stamped").name;
    let paper = office::scans::Paper { name: grown, pages: 1, bytes: 20, signed: true };
    let report = Report::Level { letter: id, of, paper, level: Level::Lta, renew_at: None };
    for _ in 0..2 {
        office.machine(Command::Seals(seals::Command::Report(report.clone()))).unwrap();
    }
    let letter = office.letter(id);
    assert_eq!((letter.files.len(), last(&office, id)), (2, grown), "the same document, grown");
    let proof = letter.last_proof().unwrap();
    assert_eq!((proof.level, proof.waits.is_none()), (Some(Level::Lta), true));
    assert_eq!(office.lines_above()[0].pdf, Some(grown));
}

#[test]
fn a_certificate_of_another_unit_is_added_only_knowingly() {
    let office = TestOffice::new();
    let facts = |organisation: &str, serial: &str| seals::CertificateFacts {
        subject: organisation.into(),
        organisation: organisation.into(),
        issuer: "CA thử nghiệm".into(),
        serial: serial.into(),
        not_before: Stamp::from_unix_ms(0),
        not_after: Stamp::from_unix_ms(MORNING + DAY_MS),
    };
    let add = |organisation: &str, serial: &str, other_unit| {
        let file = office.paper(serial.as_bytes()).name;
        let facts = facts(organisation, serial);
        let key = seals::Key::File { file };
        Command::Seals(seals::Command::AddCertificate { key, chain: None, facts, unit: true, other_unit })
    };
    for (name, serial) in [("TRƯỜNG THCS HOA PHƯỢNG", "1"), ("Trường THCS Hoa Phượng, xã Bình An", "2")]
    {
        assert!(office.ask(&office.clerk, add(name, serial, false)).is_ok(), "{name}");
    }
    let other = add("Trường THCS Bằng Lăng", "3", false);
    assert_eq!(refusal(office.ask(&office.clerk, other)).code, "key.other_unit");
    let other = add("Trường THCS Bằng Lăng", "3", true);
    assert!(office.ask(&office.clerk, other.clone()).is_ok());
    assert_eq!(refusal(office.ask(&office.clerk, other)).code, "key.known");
    assert_eq!(
        refusal(office.ask(&office.head, add("X", "4", true))).code,
        "rights.missing",
        "the clerk keeps it"
    );
}

#[test]
fn every_use_of_a_key_stands_in_the_journal_with_its_digest() {
    let office = TestOffice::new();
    let id = released(&office);
    let own = office.certificate_of(&office.head, false);
    office.act(&office.head, id, sign(own)).unwrap();
    box_signs(&office, id, b"%PDF signed");
    let rows = office.desk.journal().read().unwrap();
    let told = rows.entries(0, usize::MAX, usize::MAX).unwrap();
    let digest = Sha256::of(b"%PDF signed").to_string();
    let used = told.iter().filter_map(|entry| entry.body()).filter(|body| body.contains(&digest));
    assert!(used.into_iter().any(|body| body.contains("letter.signed")));
}

#[test]
fn where_an_image_was_put_is_remembered_for_the_next_document_of_the_type() {
    let office = TestOffice::new();
    let own = office.certificate_of(&office.head, false);
    let image = office.paper(b"png").name;
    let keep = seals::Command::KeepImpression {
        kind: ImpressionKind::Signature,
        image,
        width_mm: 45.0,
        height_mm: 18.0,
    };
    let impression = office.ask(&office.head, Command::Seals(keep)).unwrap().id;
    let place = |top_mm| Place { page: 1, left_mm: 120.0, top_mm, width_mm: 45.0, height_mm: 18.0 };
    let look = Look {
        kind: LookKind::Picture,
        impression,
        place: Some(place(180.0)),
        found: Some(place(190.0)),
        ..Look::default()
    };
    let id = released(&office);
    let ask = AskSignature { certificate: own, look, ..AskSignature::default() };
    office.act(&office.head, id, Act::Sign(ask)).unwrap();
    let rows = office.desk.journal().read().unwrap();
    let remembered = |kind: &str, signer| rows.get::<Placement>(&Placement::name(kind, signer)).unwrap();
    let known = remembered("report", Some(office.head.id)).expect("remembered");
    assert_eq!(known.applied(Some(place(100.0))), Some(place(90.0)));
    assert!(remembered("report", None).is_none(), "the seal's place is another");
    assert!(remembered("decision", Some(office.head.id)).is_none(), "another type has its own");
}

#[test]
fn a_verdict_is_told_again_only_where_it_is_another() {
    let office = TestOffice::new();
    let id = released(&office);
    let of = last(&office, id);
    let verdict = |word: &str, hour: i64| Verdict {
        word: word.into(),
        sentence: "…".into(),
        checked_at: Stamp::from_unix_ms(MORNING + hour * 3_600_000),
        signatures: vec![],
    };
    let [list, newer] = [Sha256::of(b"list"), Sha256::of(b"newer")];
    let table = [
        (verdict("untrusted", 0), Some(list), 1, Some(list)),
        // Another list finds the same: nothing is written.
        (verdict("untrusted", 1), Some(newer), 0, Some(list)),
        (verdict("good", 2), Some(newer), 1, Some(newer)),
        (verdict("revoked", 3), None, 1, None),
    ];
    for (verdict, open_by, entries, open) in table {
        let before = office.desk.journal().head().unwrap().seq;
        let report = Report::Verified { letter: id, of, verdict: verdict.clone(), open_by };
        office.machine(Command::Seals(seals::Command::Report(report))).unwrap();
        assert_eq!(office.desk.journal().head().unwrap().seq - before, entries, "{verdict:?}");
        let letter = office.letter(id);
        assert_eq!(letter.open_verdicts().next(), open.map(|list| (of, list)), "{verdict:?}");
    }
}
