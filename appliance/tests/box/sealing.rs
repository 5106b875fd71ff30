//! The person signs, then the unit's seal: keys that are at the box, one document at a time, and everything that can be
//! wrong on the way.

use axum::http::StatusCode;
use office::letters::Command as Letters;
use office::letters::model::Act;
use office::letters::signing::Look;
use office::{Actor, Command};
use serde_json::{Value, json};

use crate::authority::{Authority, PIN as OURS};
use crate::school::{Answer, Person, School, fixture, id};
use crate::signing::{
    self, Keys, ask, at, done, letter_pdf, paper, poppler_calls_valid, pyhanko_calls_good, released, sealed,
    settled, signed,
};

/// Opens the sample seal key.
pub(crate) const PIN: &str = "mật khẩu đơn vị";

/// The sample seal key names another school than this one, and here that is right so.
pub(crate) async fn add_key(person: &Person<'_>, file: &str, passphrase: &str) -> Answer {
    signing::add_key(person, &std::fs::read(fixture(file)).unwrap(), passphrase, &["other_unit"]).await
}

/// An incoming document with a scanned paper.
async fn registered(clerk: &Person<'_>) -> Value {
    let scan = clerk.scan().await;
    clerk.post(&format!("/api/scans/{}/compose", id(&scan["id"])), json!({})).await;
    signing::registered(clerk, &scan["id"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_signs_and_the_clerk_seals_and_others_call_both_valid() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let letter = released(&clerk, letter_pdf()).await;
    let unsealed = ask(&clerk, &letter, "seal", &keys.unit, json!({})).await;
    unsealed.refused(422, "seal.unsigned");

    let signed = signed(&head, &letter, &keys).await;
    assert_eq!(signed["files"][0]["kind"], "signed", "{signed}");
    assert!(!signed["may"].as_array().unwrap().contains(&json!("sign")), "nobody is offered to sign twice");
    poppler_calls_valid(&paper(&head, &letter).await, 1);
    ask(&head, &letter, "sign", &keys.head, json!({})).await.refused(422, "sign.twice");

    let sealed = sealed(&clerk, &letter, &keys).await;
    assert_eq!(sealed["number"], letter["number"]);
    let pdf = paper(&clerk, &letter).await;
    poppler_calls_valid(&pdf, 2);
    pyhanko_calls_good(&authority, &pdf, "B", 2);
    let names: Vec<_> = sealed["files"].as_array().unwrap().iter().map(|file| file["kind"].clone()).collect();
    assert_eq!(names, ["sealed", "signed", "upload"]);
    for (kind, certificate) in [("letter.signature_requested", &keys.head), ("letter.sealed", &keys.unit)] {
        let [entry] = &signing::entries(&school, kind)[..] else { panic!("one {kind}") };
        assert!(entry.contains(certificate.as_str().unwrap()), "the audit names the certificate: {entry}");
    }
    for kind in ["letter.signed", "letter.sealed"] {
        assert!(signing::entries(&school, kind)[0].contains("\"digest\":"), "and what was signed");
    }
    let audit = head.get("/api/audit").await.json()["items"].as_array().unwrap().clone();
    for (kind, who, certificate) in
        [("letter.signed", "Ký số", &keys.head), ("letter.sealed", "Đóng dấu", &keys.unit)]
    {
        let entry = signing::entries(&school, kind).remove(0);
        let digest = entry.split("\"digest\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let line = audit.iter().find(|line| line["sentence"].as_str().unwrap().contains(&digest));
        let line = line.unwrap_or_else(|| panic!("{kind} is told with its digest: {audit:?}"));
        let certificates = clerk.get("/api/certificates").await.json();
        let known =
            certificates.as_array().unwrap().iter().find(|known| known["id"] == *certificate).unwrap();
        let sentence = line["sentence"].as_str().unwrap();
        assert!(sentence.starts_with(who), "{sentence}");
        for part in ["subject", "serial"] {
            assert!(sentence.contains(known[part].as_str().unwrap()), "{part}: {sentence}");
        }
        assert!(!line["who"].as_str().unwrap().is_empty());
    }
    ask(&clerk, &letter, "seal", &keys.unit, json!({})).await.refused(422, "letter.state");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_leaves_no_trace_and_a_key_left_open_serves_its_holder_only() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let [first, second] =
        [released(&clerk, signing::small_pdf(1)).await, released(&clerk, signing::small_pdf(2)).await];
    for pin in ["", "sai rồi"] {
        let wrong = ask(&head, &first, "sign", &keys.head, json!({"pin": pin})).await;
        wrong.refused(422, "seal.wrong_pin");
    }
    let untouched = head.get(&at(&first, "")).await.json();
    assert_eq!((&untouched["version"], &untouched["signatures"]), (&first["version"], &json!([])));
    assert_eq!(
        signing::entries(&school, "letter.signature_requested"),
        [""; 0],
        "a wrong PIN leaves no trace"
    );

    done(&ask(&head, &first, "sign", &keys.head, json!({"keep_open": true})).await);
    done(&ask(&head, &second, "sign", &keys.head, json!({"pin": ""})).await);
    for letter in [&first, &second] {
        assert_eq!(settled(&head, letter).await["signatures"][0]["state"], "signed");
    }
    // Neither another person's key nor the unit's is tried with anybody's PIN.
    for (who, certificate) in [(&clerk, &keys.head), (&head, &keys.unit)] {
        ask(who, &first, "sign", certificate, json!({})).await.refused(404, "not_found");
    }
    ask(&clerk, &first, "seal", &keys.unit, json!({"pin": ""})).await.refused(422, "seal.wrong_pin");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_given_the_right_signs_in_the_heads_place_for_as_long_as_it_holds() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head, teacher) =
        (school.clerk().await, school.signed_in("head").await, school.signed_in("teacher").await);
    let key = authority.person("deputy", "Phạm Thu Cúc");
    let key = signing::add_key(&teacher, &key, OURS, &["mine"]).await.json()["id"].clone();
    let deputy = school.viewer("teacher").await.id;
    let grant = json!({"to": deputy, "capacity": "kt", "title": "PHÓ HIỆU TRƯỞNG"});
    let granted = signing::created(&head.post("/api/delegations", grant).await);
    assert_eq!((&granted["mark"], &granted["holds"]), (&json!("KT."), &json!(true)));
    // She sees what was laid before her.
    let submitted = drafted_for(&clerk, deputy).await;
    let submitted =
        done(&teacher.post(&at(&submitted, "/approve"), json!({"version": submitted["version"]})).await);
    let submitted =
        done(&clerk.post(&at(&submitted, "/release"), json!({"version": submitted["version"]})).await);
    let by = json!({"delegation": granted["id"]});
    ask(&teacher, &submitted, "sign", &key, json!({})).await.refused(422, "sign.no_delegation");
    done(&ask(&teacher, &submitted, "sign", &key, by.clone()).await);
    let signed = settled(&teacher, &submitted).await;
    assert_eq!(
        (&signed["signatures"][0]["state"], &signed["signatures"][0]["capacity"]),
        (&json!("signed"), &json!("kt"))
    );
    let pdf = paper(&teacher, &submitted).await;
    assert!(String::from_utf8_lossy(&pdf).contains("/Reason"), "the capacity stands in the signature");

    let end = head.post(&format!("/api/delegations/{}/end", id(&granted["id"])), json!({})).await;
    assert_eq!(end.status, StatusCode::NO_CONTENT);
    let refused = ask(&teacher, &submitted, "sign", &key, by).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.json());
    school.closed().await;
}

async fn drafted_for(clerk: &Person<'_>, deputy: uuid::Uuid) -> Value {
    let draft = signing::drafted(clerk, letter_pdf()).await;
    done(&clerk.post(&at(&draft, "/submit"), json!({"version": draft["version"], "to": deputy})).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_paper_is_sealed_with_the_key_the_clerk_unlocked() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let certificate = signing::created(&add_key(&clerk, "pki/unit.p12", PIN).await)["id"].clone();
    let letter = registered(&clerk).await;
    let path = at(&letter, "");
    let unlocked = |pin: &str| json!({"pin": pin});
    ask(&clerk, &letter, "seal", &certificate, unlocked("sai rồi")).await.refused(422, "seal.wrong_pin");
    assert_eq!(clerk.get(&path).await.json()["seal"]["state"], "none", "a wrong PIN leaves no trace");

    done(&ask(&clerk, &letter, "seal", &certificate, unlocked(PIN)).await);
    let sealed = settled(&clerk, &letter).await;
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");
    let file = sealed["files"].as_array().unwrap().iter().find(|file| file["signed"] == true).unwrap();
    let pdf = clerk.get(&format!("{path}/files/{}", file["name"].as_str().unwrap())).await;
    let text = String::from_utf8_lossy(&pdf.bytes);
    assert!(text.starts_with("%PDF-") && text.contains("/ETSI.CAdES.detached"));
    assert_eq!(clerk.get(&format!("{path}/pages/1.jpg")).await.headers["content-type"], "image/jpeg");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_cut_by_a_power_failure_asks_for_the_pin_again() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let certificate = add_key(&clerk, "pki/unit.p12", PIN).await.json()["id"].clone();
    let letter = registered(&clerk).await;
    // Asked for behind the route's back: as if the box had died before it came to the work.
    let act = Act::Seal { certificate: id(&certificate), look: Look::default(), shows_seal: false };
    let version = letter["version"].as_u64().unwrap();
    let asked = Letters::Do { letter: id(&letter["id"]), version, act };
    school.desk.execute(Actor::Person(school.viewer("clerk").await), Command::Letters(asked)).await.unwrap();
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    let waiting = clerk.get(&at(&letter, "")).await.json();
    assert_eq!(waiting["seal"]["state"], "requested");
    assert!(waiting["seal"]["sentence"].as_str().unwrap().contains("gõ lại mã PIN"), "{}", waiting["seal"]);
    done(&ask(&clerk, &letter, "seal", &certificate, json!({"pin": PIN})).await);
    assert_eq!(settled(&clerk, &letter).await["seal"]["state"], "sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_at_a_pin_has_to_wait_and_a_key_left_open_ends_with_its_session() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let [first, second] =
        [released(&clerk, signing::small_pdf(1)).await, released(&clerk, signing::small_pdf(2)).await];

    done(&ask(&head, &first, "sign", &keys.head, json!({"keep_open": true})).await);
    assert_eq!(settled(&head, &first).await["signatures"][0]["state"], "signed");
    let elsewhere = school.signed_in("head").await;
    let there = ask(&elsewhere, &second, "sign", &keys.head, json!({"pin": ""})).await;
    there.refused(422, "seal.wrong_pin");
    assert_eq!(head.post("/api/sessions/end", json!({})).await.status, StatusCode::NO_CONTENT);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !school.keys().left_open().is_empty() {
        assert!(std::time::Instant::now() < deadline, "she has gone home, and her key lies open");
        tokio::task::yield_now().await;
    }

    for left in ["Còn 3 lần", "Còn 2 lần", "Còn 1 lần", "tạm đóng 5 phút"] {
        let wrong = ask(&elsewhere, &second, "sign", &keys.head, json!({"pin": "đoán mò"})).await;
        wrong.refused(422, "seal.wrong_pin");
        assert!(wrong.json()["detail"].as_str().unwrap().contains(left), "{}", wrong.json());
    }
    ask(&elsewhere, &second, "sign", &keys.head, json!({})).await.refused(422, "seal.pin_wait");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_key_can_be_called_off_by_who_asked() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    authority.person("head", "Trần Văn Bách");
    let elsewhere = json!({"place": "elsewhere", "pem": authority.chain("head"), "mine": true});
    let key = signing::created(&head.post("/api/certificates/enlist", elsewhere).await)["id"].clone();
    let letter = released(&clerk, signing::small_pdf(1)).await;
    done(&ask(&head, &letter, "sign", &key, json!({})).await);
    let waiting = settled(&head, &letter).await;
    assert_eq!(waiting["signatures"][0]["state"], "prepared", "{waiting}");
    let off = head.post(&at(&letter, "/unsign"), json!({"version": waiting["version"]})).await;
    assert_eq!(done(&off)["signatures"], json!([]));
    head.get(&at(&letter, "/signing-digest")).await.refused(404, "not_found");
    done(&ask(&head, &letter, "sign", &key, json!({})).await);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_cannot_seal_is_refused_in_words() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    for (file, passphrase, code) in [
        ("pki/unit.p12", "sai", "key.wrong_passphrase"),
        ("pki/expired.p12", "het-han", "key.expired"),
        ("pki/not-yet-valid.p12", "chua-den-han", "key.not_yet_valid"),
        ("pki/short-rsa1024.p12", "khoa-ngan", "key.too_short"),
        ("pki/certificate-only.p12", "khong-khoa", "key.no_key"),
        ("pages/p01.txt", "", "key.not_a_key_file"),
    ] {
        add_key(&clerk, file, passphrase).await.refused(422, code);
    }
    let unit = std::fs::read(fixture("pki/unit.p12")).unwrap();
    signing::add_key(&clerk, &unit, PIN, &[]).await.refused(422, "key.other_unit");
    add_key(&school.signed_in("head").await, "pki/unit.p12", PIN).await.refused(403, "rights.missing");
}
