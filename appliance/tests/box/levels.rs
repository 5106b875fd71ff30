//! Signatures are completed when a line exists: real servers for time stamps and revocation, which come and go.

use serde_json::{Value, json};

use crate::authority::Authority;
use crate::school::{Person, School};
use crate::signing::{
    Keys, at, done, entries, letter_pdf, paper, poppler_calls_valid, pyhanko_calls_good, released, sealed,
    signed, small_pdf,
};

/// Where time stamps come from, as the one who looks after the box writes it down - or only presses "save" once more.
async fn settled_on(school: &School, urls: &[String]) {
    let it = school.signed_in("it").await;
    let mut settings = it.get("/api/signing-settings").await.json();
    settings["time_stamp_urls"] = json!(urls);
    done(&it.post("/api/signing-settings", settings).await);
}

async fn trust(school: &School, authority: &Authority) {
    let it = school.signed_in("it").await;
    let root = authority.read("root.pem");
    let kind = "application/octet-stream";
    let answer = it.ask(axum::http::Method::POST, "/api/trust", kind, root.into(), &[]).await;
    assert_eq!(answer.status, axum::http::StatusCode::NO_CONTENT);
}

/// The document once its last file has got so far.
async fn reaches(person: &Person<'_>, letter: &Value, level: &str) -> Value {
    person.until(&at(letter, ""), |letter| letter["files"][0]["proof"]["level"] == level).await
}

/// The document once it waits for this.
async fn waits(person: &Person<'_>, letter: &Value, code: &str) -> Value {
    let waiting = person.until(&at(letter, ""), |letter| letter["files"][0]["proof"]["waits"] == code).await;
    let sentence = waiting["files"][0]["proof"]["sentence"].as_str().unwrap();
    assert!(sentence.ends_with('.') && sentence.len() > 30, "{sentence}");
    waiting
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_document_reaches_the_level_of_archives_and_pyhanko_agrees() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    settled_on(&school, &["http://127.0.0.1:9/nobody".into(), authority.stamps()]).await;
    trust(&school, &authority).await;
    let letter = released(&clerk, letter_pdf()).await;
    signed(&head, &letter, &keys).await;
    let stamped = reaches(&head, &letter, "B-T").await;
    assert_eq!(stamped["files"][0]["kind"], "signed");
    let pdf = paper(&head, &letter).await;
    pyhanko_calls_good(&authority, &pdf, "T", 1);

    sealed(&clerk, &letter, &keys).await;
    let archived = reaches(&clerk, &letter, "B-LTA").await;
    assert_eq!((&archived["seal"]["state"], &archived["number"]), (&json!("sealed"), &letter["number"]));
    let pdf = paper(&clerk, &letter).await;
    pyhanko_calls_good(&authority, &pdf, "LTA", 2);
    poppler_calls_valid(&pdf, 2);
    let reached = entries(&school, "letter.level_reached");
    let levels: Vec<&str> = ["B-T", "B-LTA", "B-LT"]
        .into_iter()
        .filter(|level| reached.iter().any(|entry| entry.contains(&format!("\"{level}\""))))
        .collect();
    assert_eq!((reached.len(), levels.len()), (4, 3), "the head's B-T, then the seal's three: {reached:?}");

    let list = done(&clerk.get("/api/signings").await);
    assert_eq!(
        (&list["items"][0]["level"], &list["items"][0]["waits"]),
        (&json!("B-LTA"), &Value::Null),
        "{list}"
    );
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_line_it_is_told_once_and_goes_on_when_the_line_is_back() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    let letter = released(&clerk, small_pdf(1)).await;
    signed(&head, &letter, &keys).await;
    waits(&head, &letter, "level.no_server").await;
    authority.unplug();
    settled_on(&school, &[authority.stamps()]).await;
    waits(&head, &letter, "level.no_line").await;
    sealed(&clerk, &letter, &keys).await;
    waits(&clerk, &letter, "level.no_line").await;
    // The same again is no news.
    settled_on(&school, &[authority.stamps()]).await;
    let other = released(&clerk, small_pdf(2)).await;
    signed(&head, &other, &keys).await;
    waits(&head, &other, "level.no_line").await;
    let told = |id: &Value| {
        let all = entries(&school, "letter.level_waits");
        all.iter().filter(|entry| entry.contains(id.as_str().unwrap()) && entry.contains("no_line")).count()
    };
    assert_eq!((told(&letter["id"]), told(&other["id"])), (2, 1), "once for each file");

    authority.plug_in();
    authority.is_ill(true);
    settled_on(&school, &[authority.stamps()]).await;
    waits(&clerk, &letter, "level.no_answer").await;
    authority.is_ill(false);
    drop((clerk, head));
    // Nobody presses anything: the box is switched on in the morning.
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    reaches(&clerk, &letter, "B-LTA").await;
    // pyHanko's judgement of archives wants a stamp in each signature; the head's was covered by the seal before there was a
    // line, and has the one over the document (EN 319 142-1, table 1).
    pyhanko_calls_good(&authority, &paper(&clerk, &letter).await, "LT", 2);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_nobody_trusts_is_not_believed_until_its_root_is_brought() {
    let (school, authority, stranger) = (School::with_sheets(1).await, Authority::open(), Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    settled_on(&school, &[stranger.stamps()]).await;
    let letter = released(&clerk, small_pdf(1)).await;
    let signed = signed(&head, &letter, &keys).await;
    let waiting = waits(&head, &letter, "level.untrusted").await;
    assert_eq!(waiting["files"][0]["name"], signed["files"][0]["name"], "what does not hold is thrown away");
    trust(&school, &stranger).await;
    reaches(&head, &letter, "B-T").await;
    sealed(&clerk, &letter, &keys).await;
    reaches(&clerk, &letter, "B-LTA").await;
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_taken_back_before_the_stamp_is_told() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    let letter = released(&clerk, small_pdf(1)).await;
    signed(&head, &letter, &keys).await;
    sealed(&clerk, &letter, &keys).await;
    waits(&clerk, &letter, "level.no_server").await;
    authority.revoke("unit");
    settled_on(&school, &[authority.stamps()]).await;
    let waiting = waits(&clerk, &letter, "level.revoked").await;
    assert_eq!(waiting["files"][0]["proof"]["level"], "B-T", "{waiting}");
    assert_eq!(waiting["seal"]["state"], "sealed", "the document stays what it is");
    school.closed().await;
}
