//! Several people under one paper: the secretary and the chair of a meeting, one after the other or side by side, each over
//! her own name; then the unit's seal. And the seal on a file whose signer nobody vouches for.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::authority::{Authority, PIN};
use crate::school::{Person, School, fixture};
use crate::signing::{
    Keys, add_key, ask, at, created, done, drafted, entries, letter_pdf, paper, poppler_calls_valid,
    pyhanko_calls_good, released, sealed, settled, signed,
};

/// Two blocks: the secretary's at the left, the chair's at the right.
fn minutes() -> Vec<u8> {
    std::fs::read(fixture("blocks/minutes.pdf")).unwrap()
}

/// A teacher's own key.
async fn key_of(teacher: &Person<'_>, authority: &Authority) -> Value {
    let file = authority.person("secretary", "Phạm Thu Cúc");
    created(&add_key(teacher, &file, PIN, &["mine"]).await)["id"].clone()
}

async fn name(
    clerk: &Person<'_>,
    letter: &Value,
    order: &str,
    people: &[(&School, &'static str, &str)],
) -> Value {
    let mut signers = Vec::new();
    for (school, username, title) in people {
        signers.push(json!({"person": school.viewer(username).await.id, "title": title}));
    }
    let now = clerk.get(&at(letter, "")).await.json();
    let form = json!({"version": now["version"], "signers": signers, "order": order});
    done(&clerk.post(&at(letter, "/name_signers"), form).await)
}

async fn proposed(person: &Person<'_>, letter: &Value) -> Value {
    done(&person.get(&at(letter, "/signing-proposal?hand=sign")).await)
}

async fn waits_for(person: &Person<'_>, letter: &Value) -> bool {
    let page = done(&person.get("/api/letters?waiting=true&state=released&book=outgoing").await);
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .any(|line| line["id"] == letter["id"] && line["awaits"] == "sign")
}

async fn signs(person: &Person<'_>, letter: &Value, key: &Value) -> Value {
    done(&ask(person, letter, "sign", key, json!({"look": {"kind": "corner"}})).await);
    settled(person, letter).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secretary_signs_before_the_chair_each_over_her_own_name_and_then_the_unit_seals() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head, teacher) =
        (school.clerk().await, school.signed_in("head").await, school.signed_in("teacher").await);
    let keys = Keys::of(&school, &authority).await;
    let hers = key_of(&teacher, &authority).await;
    let letter = released(&clerk, minutes()).await;
    assert_eq!(teacher.get(&at(&letter, "")).await.status, StatusCode::NOT_FOUND);
    let both = [(&school, "teacher", "Thư ký"), (&school, "head", "Chủ tọa")];
    let named = name(&clerk, &letter, "in_order", &both).await;
    assert_eq!(named["signers"][0]["state"], "due", "{named}");
    assert_eq!((waits_for(&teacher, &letter).await, waits_for(&head, &letter).await), (true, false));

    let (left, right) = (proposed(&teacher, &letter).await, proposed(&head, &letter).await);
    assert_eq!((&left["title"], &left["name"]), (&json!("THƯ KÝ"), &json!("Vũ Thị Hà")));
    assert_eq!((&right["title"], &right["name"]), (&json!("CHỦ TỌA"), &json!("Trịnh Quốc Bảo")));

    ask(&head, &letter, "sign", &keys.head, json!({})).await.refused(422, "sign.not_your_turn");
    ask(&clerk, &letter, "seal", &keys.unit, json!({})).await.refused(422, "seal.waits_for_signers");
    let once = signs(&teacher, &letter, &hers).await;
    assert_eq!(once["signers"][0]["state"], "signed", "{once}");
    assert_eq!((waits_for(&teacher, &letter).await, waits_for(&head, &letter).await), (false, true));
    ask(&clerk, &letter, "seal", &keys.unit, json!({})).await.refused(422, "seal.waits_for_signers");
    signs(&head, &letter, &keys.head).await;
    sealed(&clerk, &letter, &keys).await;
    let pdf = paper(&clerk, &letter).await;
    poppler_calls_valid(&pdf, 3);
    pyhanko_calls_good(&authority, &pdf, "B", 3);
    let [told] = &entries(&school, "letter.signers_named")[..] else { panic!("named once") };
    assert!(told.contains("Phạm Thu Cúc") && told.contains("in_order"), "{told}");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn side_by_side_two_people_lay_hands_on_one_stack_and_every_paper_gets_both() {
    const MANY: usize = 6;
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head, teacher) =
        (school.clerk().await, school.signed_in("head").await, school.signed_in("teacher").await);
    let keys = Keys::of(&school, &authority).await;
    let hers = key_of(&teacher, &authority).await;
    let mut letters = Vec::new();
    for _ in 0..MANY {
        let letter = released(&clerk, minutes()).await;
        let both = [(&school, "teacher", "Thư ký"), (&school, "head", "Chủ tọa")];
        name(&clerk, &letter, "side_by_side", &both).await;
        letters.push(letter);
    }
    let stack = async |person: &Person<'_>, key: &Value| -> Vec<Value> {
        let mut open: Vec<Value> = letters.iter().map(|letter| letter["id"].clone()).collect();
        let mut told = Vec::new();
        // Whoever is told to press again in a moment does so.
        while !open.is_empty() {
            let body = json!({"hand": "sign", "certificate": key, "pin": PIN, "letters": open});
            let lines = done(&person.post("/api/signing-batches", body).await);
            let again: Vec<Value> =
                lines.as_array().unwrap().iter().filter(|line| line["asked"] == false).cloned().collect();
            open = again.iter().map(|line| line["letter"].clone()).collect();
            told.extend(again);
            tokio::task::yield_now().await;
        }
        told
    };
    let (one, other) = tokio::join!(stack(&head, &keys.head), stack(&teacher, &hers));
    for line in one.iter().chain(&other) {
        assert!(["sign.waiting", "version.stale"].contains(&line["code"].as_str().unwrap()), "{line}");
        let sentence = line["sentence"].as_str().unwrap();
        assert!(sentence.contains("ãy "), "what to do next: {sentence}");
    }
    for letter in &letters {
        let both = clerk
            .until(&at(letter, ""), |letter| {
                letter["signers"].as_array().unwrap().iter().all(|signer| signer["state"] == "signed")
            })
            .await;
        assert_eq!(both["awaits"], "seal");
    }
    sealed(&clerk, &letters[0], &keys).await;
    let pdf = paper(&clerk, &letters[0]).await;
    poppler_calls_valid(&pdf, 3);
    pyhanko_calls_good(&authority, &pdf, "B", 3);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_order_and_by_authorisation_the_mark_stands_in_the_reason_and_in_the_block() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head, teacher) =
        (school.clerk().await, school.signed_in("head").await, school.signed_in("teacher").await);
    let hers = key_of(&teacher, &authority).await;
    let deputy = school.viewer("teacher").await.id;
    for (capacity, mark) in [("tl", "TL. "), ("tuq", "TUQ. ")] {
        let grant = json!({"to": deputy, "capacity": capacity, "title": "TỔ TRƯỞNG", "scope": "Giấy mời",
            "until_day": "2999-12-31"});
        let granted = created(&head.post("/api/delegations", grant).await);
        let letter = drafted(&clerk, letter_pdf()).await;
        let submit = json!({"version": letter["version"], "to": deputy});
        let letter = done(&clerk.post(&at(&letter, "/submit"), submit).await);
        let letter =
            done(&teacher.post(&at(&letter, "/approve"), json!({"version": letter["version"]})).await);
        let letter = done(&clerk.post(&at(&letter, "/release"), json!({"version": letter["version"]})).await);
        let more = json!({"delegation": granted["id"], "look": {"kind": "corner"}});
        done(&ask(&teacher, &letter, "sign", &hers, more).await);
        let signed = settled(&teacher, &letter).await;
        assert_eq!(signed["signatures"][0]["capacity"], capacity, "{signed}");
        let pdf = paper(&teacher, &letter).await;
        poppler_calls_valid(&pdf, 1);
        assert!(text_of(&pdf).contains(&format!("{mark}Phạm Thu Cúc")), "{}", text_of(&pdf));
        let reason = format!("{mark}Số {}", signed["reference_code"].as_str().unwrap());
        assert!(reasons(&pdf).contains(&reason), "{:?}", reasons(&pdf));
    }
    school.closed().await;
}

/// What poppler reads on page one, with what stands in the appearances of signatures.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = std::process::Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// /Reason of each signature, as qpdf reads it.
fn reasons(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = std::process::Command::new("qpdf").args(["--json", "--json-key=qpdf"]).arg(&path).output();
    let told: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let objects = told["qpdf"][1].as_object().unwrap().values();
    let said = objects.filter_map(|object| object["value"]["/Reason"].as_str());
    said.map(|said| said.trim_start_matches("u:").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_signer_nobody_vouches_for_is_sealed_only_knowingly() {
    let (ours, theirs) = (Authority::open(), Authority::open());
    let elsewhere = School::with_sheets(1).await;
    let (clerk, head) = (elsewhere.clerk().await, elsewhere.signed_in("head").await);
    let keys = Keys::of(&elsewhere, &theirs).await;
    let letter = released(&clerk, letter_pdf()).await;
    signed(&head, &letter, &keys).await;
    let brought = paper(&clerk, &letter).await;
    elsewhere.closed().await;

    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let keys = Keys::of(&school, &ours).await;
    let letter = released(&clerk, brought.clone()).await;
    let checked = |letter: &Value| letter["files"][0]["proof"]["verdict"].is_object();
    let seen = clerk.until(&at(&letter, ""), checked).await;
    assert_eq!(seen["files"][0]["proof"]["verdict"]["word"], "untrusted");
    assert_eq!(seen["awaits"], "seal", "there is a signature; whose it is, the clerk has to say");
    let refused = ask(&clerk, &letter, "seal", &keys.unit, json!({})).await;
    refused.refused(422, "seal.untrusted_signer");
    let sentence = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(sentence.contains("Trần Văn Bách") && sentence.contains("nơi được tin"), "{sentence}");
    let body = json!({"hand": "seal", "certificate": keys.unit, "pin": PIN, "letters": [letter["id"]]});
    let lines = done(&clerk.post("/api/signing-batches", body).await);
    assert_eq!(lines[0]["code"], "seal.untrusted_signer", "nobody decides for a whole stack");

    let knowingly = json!({"look": {"kind": "corner", "untrusted_signer": true}});
    done(&ask(&clerk, &letter, "seal", &keys.unit, knowingly).await);
    let after = settled(&clerk, &letter).await;
    assert_eq!(after["seal"]["state"], "sealed", "{after}");
    let [asked] = &entries(&school, "letter.seal_requested")[..] else { panic!("asked once") };
    assert!(asked.contains("\"untrusted_signer\":true"), "the decision is recorded: {asked}");
    let way = after["way"].as_array().unwrap();
    assert!(
        way.iter().any(|step| step["words"].as_str().is_some_and(|words| words.contains("Trần Văn Bách"))),
        "and stands on its way: {way:?}"
    );

    let audit = school.signed_in("head").await.get("/api/audit").await;
    let audit = String::from_utf8(audit.bytes).unwrap();
    assert!(audit.contains("Đưa đóng dấu dù chữ ký trong tệp chưa được tin"), "{audit}");

    // Once the unit trusts who issued the certificate, there is nothing to decide.
    let root = theirs.read("root.pem");
    let it = school.signed_in("it").await;
    let trusted = it.ask(Method::POST, "/api/trust", "application/octet-stream", root.into(), &[]).await;
    assert_eq!(trusted.status, StatusCode::NO_CONTENT);
    let letter = released(&clerk, brought).await;
    clerk.until(&at(&letter, ""), checked).await;
    sealed(&clerk, &letter, &keys).await;
    school.closed().await;
}
