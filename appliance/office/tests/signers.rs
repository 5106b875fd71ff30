//! Several people under one document: who is named signs, in order or side by side, and then the unit seals - on a real
//! journal.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod support;

use chrono::NaiveDate;
use office::delegations::{self, model::Grant};
use office::letters::acts::AskSignature;
use office::letters::form::Draft;
use office::letters::list;
use office::letters::model::{Act, Verb};
use office::letters::signers::{Naming, SigningOrder};
use office::letters::signing::{Awaits, Capacity};
use office::letters::{rights, view::LetterView};
use office::{Command, Error, Refusal, Role, Viewer, accounts, seals};
use support::{TestOffice, incoming, outgoing, refusal, seal};
use uuid::Uuid;

/// A released document born digital; the head is its signatory.
fn released(office: &TestOffice) -> Uuid {
    let paper = office.upload(&office.clerk, b"%PDF born digital");
    let draft = Draft { paper: Some(paper), ..outgoing("minutes") };
    let id = office.draft(&office.clerk, draft).unwrap();
    office.act(&office.clerk, id, Act::Submit { to: None }).unwrap();
    office.act(&office.head, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    id
}

fn named(order: SigningOrder, people: &[(&Viewer, &str)]) -> Act {
    let naming = |(person, title): &(&Viewer, &str)| Naming { person: person.id, title: (*title).into() };
    Act::NameSigners { signers: people.iter().map(naming).collect(), order }
}

fn sign(certificate: Uuid) -> Act {
    Act::Sign(AskSignature { certificate, ..AskSignature::default() })
}

fn sign_for(certificate: Uuid, delegation: Uuid) -> Act {
    Act::Sign(AskSignature { certificate, delegation: Some(delegation), ..AskSignature::default() })
}

/// The box signs what was asked for.
fn box_signs(office: &TestOffice, id: Uuid, bytes: &[u8]) {
    let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    let request = waiting.iter().find(|request| request.letter == id).expect("a request waits");
    office.machine(Command::Seals(office.signed(id, request.signature, request.pdf, bytes))).unwrap();
}

fn grant(office: &TestOffice, to: &Viewer, capacity: Capacity) -> Uuid {
    let form = Grant {
        to: to.id,
        capacity,
        title: "PHÓ HIỆU TRƯỞNG".into(),
        from_day: None,
        until_day: NaiveDate::from_ymd_opt(2026, 12, 31),
        scope: "Biên bản, kế hoạch".into(),
    };
    office.ask(&office.head, Command::Delegations(delegations::Command::Grant(form))).unwrap().id.unwrap()
}

/// The numbers of what waits for this person.
fn waits_for(office: &TestOffice, who: &Viewer) -> Vec<Uuid> {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let rows = office.desk.journal().read().unwrap();
    list::waiting(&rows, who, today).unwrap().iter().map(|letter| letter.id).collect()
}

fn offered(office: &TestOffice, who: &Viewer, id: Uuid, verb: Verb) -> bool {
    rights::may(who, &office.letter(id), &[]).contains(&verb)
}

fn page(office: &TestOffice, who: &Viewer, id: Uuid) -> serde_json::Value {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    serde_json::to_value(LetterView::of(&office.letter(id), who, today, 0, &[])).unwrap()
}

fn states(page: &serde_json::Value) -> Vec<&str> {
    page["signers"].as_array().unwrap().iter().map(|signer| signer["state"].as_str().unwrap()).collect()
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    let Refusal { code, detail, .. } = refusal(answer);
    assert!(detail.contains("ãy "), "{code} says what to do next: {detail}");
    code.into()
}

#[test]
fn the_secretary_signs_before_the_chair_and_the_seal_waits_for_both() {
    let office = TestOffice::new();
    let id = released(&office);
    let (secretary, chair) = (office.teacher.clone(), office.head.clone());
    let (hers, his, unit) = (
        office.certificate_of(&secretary, false),
        office.certificate_of(&chair, false),
        office.certificate(),
    );
    assert!(!office.letter(id).readable_by(&secretary), "nobody has shown it to her");
    let both = named(SigningOrder::InOrder, &[(&secretary, " Thư  ký"), (&chair, "Chủ tọa")]);
    office.act(&office.clerk, id, both).unwrap();
    let letter = office.letter(id);
    assert_eq!(letter.signers[0].title, "Thư ký");
    assert!(letter.readable_by(&secretary), "who signs reads what she signs");
    assert_eq!(
        (waits_for(&office, &secretary), waits_for(&office, &chair)),
        (vec![id], vec![]),
        "one after the other"
    );
    assert!(offered(&office, &secretary, id, Verb::Sign) && !offered(&office, &chair, id, Verb::Sign));
    assert!(!offered(&office, &office.clerk, id, Verb::Seal));
    assert_eq!(states(&page(&office, &chair, id)), ["due", "waits"]);

    let early = refusal(office.act(&chair, id, sign(his)));
    assert_eq!(early.code, "sign.not_your_turn");
    assert!(early.detail.contains("đang chờ Phạm Thị Giảng ký trước"), "{}", early.detail);
    let unsealed = refusal(office.act(&office.clerk, id, seal(unit)));
    assert_eq!(unsealed.code, "seal.waits_for_signers");
    assert!(unsealed.detail.contains("Phạm Thị Giảng và Trần Văn Trưởng"), "{}", unsealed.detail);
    assert_eq!(page(&office, &office.clerk, id)["seal"]["sentence"], unsealed.detail);

    office.act(&secretary, id, sign(hers)).unwrap();
    let signature = office.letter(id).signatures[0].clone();
    assert_eq!((signature.capacity, signature.delegation), (Capacity::Own, None), "in her own right");
    box_signs(&office, id, b"%PDF signed once");
    assert_eq!(office.letter(id).awaits(), Some(Awaits::Sign));
    let missing = refusal(office.act(&office.clerk, id, seal(unit)));
    assert!(missing.detail.starts_with("Chờ Trần Văn Trưởng ký số."), "{}", missing.detail);
    assert_eq!((waits_for(&office, &secretary), waits_for(&office, &chair)), (vec![], vec![id]));
    assert_eq!(code(office.act(&secretary, id, sign(hers))), "sign.twice");

    office.act(&chair, id, sign(his)).unwrap();
    box_signs(&office, id, b"%PDF signed twice");
    assert_eq!(office.letter(id).awaits(), Some(Awaits::Seal));
    let told = page(&office, &office.clerk, id);
    assert_eq!(
        (states(&told), &told["seal"]["sentence"]),
        (vec!["signed", "signed"], &serde_json::Value::Null)
    );
    office.act(&office.clerk, id, seal(unit)).unwrap();
    box_signs(&office, id, b"%PDF sealed");
    assert!(office.letter(id).is_sealed());
    assert!(!offered(&office, &office.clerk, id, Verb::NameSigners), "what is sealed is signed");
}

#[test]
fn side_by_side_whoever_comes_first_signs_and_the_next_presses_again() {
    let office = TestOffice::new();
    let id = released(&office);
    let (union, head) = (office.other_teacher.clone(), office.head.clone());
    let (hers, his) = (office.certificate_of(&union, false), office.certificate_of(&head, false));
    let both = named(SigningOrder::SideBySide, &[(&head, "HIỆU TRƯỞNG"), (&union, "CHỦ TỊCH CÔNG ĐOÀN")]);
    office.act(&office.clerk, id, both).unwrap();
    assert_eq!((waits_for(&office, &union), waits_for(&office, &head)), (vec![id], vec![id]));

    let tm = AskSignature { certificate: hers, capacity: Capacity::Tm, ..AskSignature::default() };
    office.act(&union, id, Act::Sign(tm)).unwrap();
    assert!(offered(&office, &head, id, Verb::Sign), "what he has typed stays on his screen");
    let meanwhile = refusal(office.act(&head, id, sign(his)));
    assert_eq!((meanwhile.code, meanwhile.status), ("sign.waiting", 409));
    assert!(
        meanwhile.detail.starts_with("Võ Văn Dạy đang ký")
            && meanwhile.detail.contains("bấm lại sau giây lát"),
        "{}",
        meanwhile.detail
    );
    box_signs(&office, id, b"%PDF signed by the union");
    let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
    assert!(waiting.is_empty());
    office.act(&head, id, sign(his)).unwrap();
    box_signs(&office, id, b"%PDF signed by both");
    assert_eq!(office.letter(id).awaits(), Some(Awaits::Seal));
}

#[test]
fn only_who_is_named_signs_and_for_a_named_head_whoever_holds_her_delegation() {
    let office = TestOffice::new();
    let (head, deputy, union) = (office.head.clone(), office.teacher.clone(), office.other_teacher.clone());
    let [his, hers, theirs] = [&head, &deputy, &union].map(|who| office.certificate_of(who, false));
    let kt = grant(&office, &deputy, Capacity::Kt);

    let without_head = released(&office);
    office.act(&office.clerk, without_head, named(SigningOrder::InOrder, &[(&union, "")])).unwrap();
    let not_he = refusal(office.act(&head, without_head, sign(his)));
    assert_eq!(not_he.code, "sign.not_named");
    assert!(not_he.detail.contains("Võ Văn Dạy"), "{}", not_he.detail);
    assert!(!offered(&office, &head, without_head, Verb::Sign) && waits_for(&office, &head).is_empty());
    assert!(!office.letter(without_head).readable_by(&deputy));

    let id = released(&office);
    let all = [(&union, ""), (&head, ""), (&deputy, "")];
    office.act(&office.clerk, id, named(SigningOrder::SideBySide, &all)).unwrap();
    office.act(&deputy, id, sign_for(hers, kt)).unwrap();
    let signature = office.letter(id).signatures[0].clone();
    assert_eq!(
        (signature.capacity, signature.stands_for()),
        (Capacity::Own, deputy.id),
        "two names on a paper are two people"
    );
    office.act(&deputy, id, Act::Unsign).unwrap();

    office.act(&office.clerk, id, named(SigningOrder::InOrder, &[(&head, ""), (&union, "")])).unwrap();
    assert!(office.letter(id).waits_for_signature_of(&deputy, &[head.id]));
    assert!(!office.letter(id).waits_for_signature_of(&deputy, &[union.id]), "not hers to give");
    assert_eq!(code(office.act(&union, id, sign(theirs))), "sign.not_your_turn");
    // She reads what was laid before her.
    office.act(&office.clerk, id, named(SigningOrder::InOrder, &[(&head, ""), (&union, "")])).unwrap();
    let laid = laid_before(&office, &deputy);
    office.act(&office.clerk, laid, named(SigningOrder::InOrder, &[(&head, ""), (&union, "")])).unwrap();
    office.act(&deputy, laid, sign_for(hers, kt)).unwrap();
    let signature = office.letter(laid).signatures[0].clone();
    assert_eq!((signature.capacity, signature.in_place_of), (Capacity::Kt, Some(head.id)));
    box_signs(&office, laid, b"%PDF signed for the head");
    assert_eq!(states(&page(&office, &office.clerk, laid)), ["signed", "due"], "it counts as the head's");
    let said = page(&office, &office.clerk, laid)["signers"][0]["sentence"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Phạm Thị Giảng KT. đã ký số lúc"), "{said}");
    assert_eq!(code(office.act(&head, laid, sign(his))), "sign.not_named", "his place is filled");
    office.act(&union, laid, sign(theirs)).unwrap();
}

/// Approved by whoever signs in the head's place, and released.
fn laid_before(office: &TestOffice, deputy: &Viewer) -> Uuid {
    let paper = office.upload(&office.clerk, b"%PDF laid before her");
    let draft = Draft { paper: Some(paper), ..outgoing("plan") };
    let id = office.draft(&office.clerk, draft).unwrap();
    office.act(&office.clerk, id, Act::Submit { to: Some(deputy.id) }).unwrap();
    office.act(deputy, id, Act::Approve { words: String::new() }).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    id
}

#[test]
fn nobody_signs_in_her_own_place() {
    let office = TestOffice::new();
    let (head, union) = (office.head.clone(), office.teacher.clone());
    let own = [(&head, office.certificate_of(&head, false)), (&union, office.certificate_of(&union, false))];
    let table = [
        (Capacity::Own, None),
        (Capacity::Tm, None),
        (Capacity::Q, None),
        (Capacity::Kt, Some("sign.capacity")),
        (Capacity::Tl, Some("sign.capacity")),
        (Capacity::Tuq, Some("sign.capacity")),
    ];
    for with_names in [false, true] {
        for (who, certificate) in &own[..if with_names { 2 } else { 1 }] {
            for (capacity, wrong) in table {
                let id = released(&office);
                if with_names {
                    let both = [(&head, ""), (&union, "")];
                    office.act(&office.clerk, id, named(SigningOrder::SideBySide, &both)).unwrap();
                }
                let ask = AskSignature { certificate: *certificate, capacity, ..AskSignature::default() };
                let answer = office.act(who, id, Act::Sign(ask));
                match wrong {
                    None => assert!(answer.is_ok(), "{} {capacity:?}: {answer:?}", who.name),
                    Some(wrong) => assert_eq!(code(answer), wrong, "{} {capacity:?}", who.name),
                }
            }
        }
    }
    // By order and by authorisation, the mark stands in the reason of the signature.
    for (capacity, mark) in [(Capacity::Tl, "TL. Số "), (Capacity::Tuq, "TUQ. Số ")] {
        let delegation = grant(&office, &union, capacity);
        let id = laid_before(&office, &union);
        office.act(&union, id, sign_for(own[1].1, delegation)).unwrap();
        let waiting = seals::waiting(&office.desk.journal().read().unwrap()).unwrap();
        let request = waiting.iter().find(|request| request.letter == id).unwrap();
        assert!(request.reason.starts_with(mark), "{}", request.reason);
        assert_eq!(office.letter(id).signatures[0].in_place_of, Some(head.id));
    }
}

#[test]
fn who_names_whom_and_when() {
    let office = TestOffice::new();
    let (head, secretary) = (office.head.clone(), office.teacher.clone());
    let both = || named(SigningOrder::InOrder, &[(&secretary, ""), (&head, "")]);
    let draft = office.draft(&secretary, outgoing("minutes")).unwrap();
    office.act(&secretary, draft, both()).unwrap();
    assert_eq!(states(&page(&office, &secretary, draft)), ["waits", "waits"], "signed after release");
    office.act(&secretary, draft, Act::Submit { to: None }).unwrap();
    assert_eq!(code(office.act(&secretary, draft, both())), "rights.missing", "no longer her draft");
    office.act(&head, draft, both()).unwrap();

    let came_in = office.register(incoming("7/A")).unwrap();
    assert_eq!(code(office.act(&office.clerk, came_in, both())), "letter.state");
    let void = released(&office);
    office.act(&office.clerk, void, Act::Void { reason: "Nhầm".into() }).unwrap();
    assert_eq!(code(office.act(&office.clerk, void, both())), "letter.state");

    let id = released(&office);
    let own = office.certificate_of(&head, false);
    office.act(&head, id, sign(own)).unwrap();
    assert_eq!(code(office.act(&office.clerk, id, both())), "letter.state", "a key is awaited");
    box_signs(&office, id, b"%PDF signed");
    let without = named(SigningOrder::InOrder, &[(&secretary, "")]);
    assert_eq!(code(office.act(&office.clerk, id, without)), "signers.has_signed");
    office.act(&office.clerk, id, both()).unwrap();
    assert_eq!(states(&page(&office, &office.clerk, id)), ["due", "signed"], "what is signed stays signed");

    let table: [(Vec<(&Viewer, &str)>, &str); 2] =
        [(vec![(&office.it, "")], "signers.no_person"), (vec![(&secretary, LONG)], "signers.title")];
    for (people, wrong) in table {
        let id = released(&office);
        assert_eq!(code(office.act(&office.clerk, id, named(SigningOrder::InOrder, &people))), wrong);
    }
    let twice = released(&office);
    office.act(&office.clerk, twice, named(SigningOrder::InOrder, &[(&head, ""), (&head, "")])).unwrap();
    assert_eq!(office.letter(twice).signers.len(), 1);
    office.act(&office.clerk, twice, named(SigningOrder::InOrder, &[])).unwrap();
    assert_eq!(waits_for(&office, &head).last(), Some(&twice), "nobody named is the head again");
}

const LONG: &str = "Người được giao ghi biên bản của cuộc họp hội đồng sư phạm nhà trường lần thứ hai trong học kỳ một năm học này";

#[test]
fn somebody_who_left_is_told_of_and_another_is_named() {
    let office = TestOffice::new();
    let id = released(&office);
    let (head, secretary) = (office.head.clone(), office.teacher.clone());
    let (his, unit) = (office.certificate_of(&head, false), office.certificate());
    let both = named(SigningOrder::InOrder, &[(&secretary, "Thư ký"), (&head, "Chủ tọa")]);
    office.act(&office.clerk, id, both).unwrap();
    let account: accounts::Account =
        office.desk.journal().read().unwrap().get(&secretary.id.to_string()).unwrap().unwrap();
    let leave = accounts::Command::Close { account: account.id, version: account.version };
    office.ask(&office.it, Command::Accounts(leave)).unwrap();
    for answer in [office.act(&head, id, sign(his)), office.act(&office.clerk, id, seal(unit))] {
        let refused = refusal(answer);
        assert!(
            refused.detail.contains("Phạm Thị Giảng chưa ký và không còn tài khoản"),
            "{}: {}",
            refused.code,
            refused.detail
        );
    }
    let anew = named(SigningOrder::InOrder, &[(&office.other_teacher, "Thư ký"), (&head, "Chủ tọa")]);
    office.act(&office.clerk, id, anew).unwrap();
    assert_eq!(office.letter(id).due()[0].person.id, office.other_teacher.id);
    assert!(!office.letter(id).readable_by(&secretary));
}

#[test]
fn paper_that_was_signed_by_hand_waits_for_no_key() {
    let office = TestOffice::new();
    let scanned = office.scanned(&office.clerk, b"%PDF scanned");
    let draft = Draft { paper: Some(scanned), ..outgoing("minutes") };
    let id = office.draft(&office.clerk, draft).unwrap();
    let both = named(SigningOrder::InOrder, &[(&office.teacher, ""), (&office.head, "")]);
    office.act(&office.clerk, id, both).unwrap();
    office.act(&office.clerk, id, Act::Release).unwrap();
    assert_eq!(office.letter(id).awaits(), Some(Awaits::Seal));
    assert_eq!(states(&page(&office, &office.clerk, id)), ["on_paper", "on_paper"]);
    assert!(waits_for(&office, &office.teacher).is_empty());
    office.act(&office.clerk, id, seal(office.certificate())).unwrap();
}

#[test]
fn the_clerk_who_takes_the_minutes_finds_them_among_what_she_signs() {
    let office = TestOffice::new();
    let id = released(&office);
    let clerk = office.clerk.clone();
    assert_eq!(clerk.role, Role::Clerk);
    let both = named(SigningOrder::InOrder, &[(&clerk, "Thư ký"), (&office.head, "Chủ tọa")]);
    office.act(&clerk, id, both).unwrap();
    assert_eq!(waits_for(&office, &clerk), [id], "once, though it waits for her twice");
    assert_eq!(page(&office, &clerk, id)["my_signature"], true);
    assert_eq!(page(&office, &office.head, id)["my_signature"], false);
    office.act(&clerk, id, sign(office.certificate_of(&clerk, false))).unwrap();
}
