//! Signatures are completed when a line exists: real servers for time stamps and revocation, which come and go.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use vanthu::Settings;
use wire::Stamp;

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
    trust_file(school, authority.read("root.pem")).await;
}

/// Roots or a revocation list, as brought by the one who looks after the box.
pub(crate) async fn trust_file(school: &School, file: Vec<u8>) {
    let it = school.signed_in("it").await;
    let answer = it.ask(Method::POST, "/api/trust", "application/octet-stream", file.into(), &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

/// The disk has lost what it was given.
pub(crate) fn spoil(school: &School, file: &Value) {
    let name = file.as_str().unwrap();
    let path = school.folder.path().join("data/blobs").join(&name[..2]).join(name);
    std::fs::write(path, "…").unwrap();
}

async fn wait_for(what: &str, mut fits: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !fits() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the journal says of how far a document came, first to last.
fn levels_of(school: &School, letter: &Value) -> Vec<String> {
    let reached = entries(school, "letter.level_reached").into_iter();
    let of_it = reached.filter(|entry| entry.contains(letter["id"].as_str().unwrap()));
    let level = |entry: String| {
        let body: Value = serde_json::from_str(&entry).unwrap();
        body["event"]["level"].as_str().unwrap().to_owned()
    };
    of_it.map(level).collect()
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

/// A clock that goes right and can be put forward.
struct Ahead(AtomicI64);

impl office::Clock for Ahead {
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(office::SystemClock.now().unix_ms() + self.0.load(Ordering::Relaxed))
    }
}

const DAY_MS: i64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_that_ends_in_a_month_is_set_once_and_renewed_by_one_that_lasts() {
    let clock = Arc::new(Ahead(AtomicI64::new(0)));
    let folder = TempDir::new().unwrap();
    let mut settings = Settings::new(folder.path().join("data"), Path::new(env!("CARGO_BIN_EXE_vanthu")));
    settings.via = scanner::Via::Folder(folder.path().join("feeder"));
    settings.clock = clock.clone();
    let (school, authority) = (School::founded(folder, settings).await, Authority::open());
    let keys = Keys::of(&school, &authority).await;
    let (month, years) = (authority.stamps_for("month", 30), authority.stamps_for("years", 3650));
    trust(&school, &authority).await;
    settled_on(&school, std::slice::from_ref(&month)).await;
    let archived = async |number: usize| {
        let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
        let letter = released(&clerk, small_pdf(number)).await;
        signed(&head, &letter, &keys).await;
        reaches(&head, &letter, "B-T").await;
        sealed(&clerk, &letter, &keys).await;
        reaches(&clerk, &letter, "B-LTA").await
    };
    let letter = archived(1).await;
    assert_eq!(authority.times_asked(&month), 3, "the head's, the seal's, and one over the document");
    // One file is worked on after the other: by now the first would have been stamped again.
    archived(2).await;
    settled_on(&school, std::slice::from_ref(&month)).await;
    archived(3).await;
    assert_eq!(authority.times_asked(&month), 9);
    assert_eq!(levels_of(&school, &letter), ["B-T", "B-T", "B-LT", "B-LTA"]);

    // Half of the month is over, and the server has no other certificate yet.
    clock.0.store(16 * DAY_MS, Ordering::Relaxed);
    settled_on(&school, std::slice::from_ref(&month)).await;
    wait_for("the renewal", || authority.times_asked(&month) == 10).await;
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let fourth = released(&clerk, small_pdf(4)).await;
    signed(&head, &fourth, &keys).await;
    reaches(&head, &fourth, "B-T").await;
    assert_eq!(
        authority.times_asked(&month),
        11,
        "what one stamp showed holds for all documents and for a day"
    );
    let waiting = clerk.get(&at(&letter, "")).await.json();
    let proof = (&waiting["files"][0]["name"], &waiting["files"][0]["proof"]["waits"]);
    assert_eq!(proof, (&letter["files"][0]["name"], &Value::Null), "nothing gained, nothing told: {waiting}");

    settled_on(&school, &[month.clone(), years.clone()]).await;
    let renewed =
        clerk.until(&at(&letter, ""), |now| now["files"][0]["name"] != letter["files"][0]["name"]).await;
    assert_eq!(renewed["files"][0]["proof"]["level"], "B-LTA", "{renewed}");
    wait_for("all three", || authority.times_asked(&years) == 3).await;
    assert_eq!(authority.times_asked(&month), 12);
    // pyHanko's judgement of archives wants the file itself to say that the last server's certificate was not revoked,
    // which only the next renewal can; a server that has stamped it before happens to be in it.
    pyhanko_calls_good(&authority, &paper(&clerk, &letter).await, "T", 2);
    assert_eq!(levels_of(&school, &letter), ["B-T", "B-T", "B-LT", "B-LTA", "B-LTA"]);
    drop((clerk, head));
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_nobody_trusts_is_paid_once_and_the_next_one_is_asked() {
    let (school, authority, stranger) = (School::with_sheets(1).await, Authority::open(), Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    settled_on(&school, &[stranger.stamps()]).await;
    let [letter, other] = [released(&clerk, small_pdf(1)).await, released(&clerk, small_pdf(2)).await];
    signed(&head, &letter, &keys).await;
    waits(&head, &letter, "level.untrusted").await;
    signed(&head, &other, &keys).await;
    waits(&head, &other, "level.untrusted").await;
    assert_eq!(stranger.times_asked(&stranger.stamps()), 1);

    settled_on(&school, &[stranger.stamps(), authority.stamps()]).await;
    reaches(&head, &letter, "B-T").await;
    sealed(&clerk, &letter, &keys).await;
    reaches(&clerk, &letter, "B-LTA").await;
    reaches(&head, &other, "B-T").await;
    assert_eq!(stranger.times_asked(&stranger.stamps()), 2, "once more, for the settings are others");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_go_on_holds_up_no_other_and_wastes_no_stamps() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    let mut letters = Vec::new();
    for number in 1..=3 {
        let letter = released(&clerk, small_pdf(number)).await;
        signed(&head, &letter, &keys).await;
        letters.push(waits(&head, &letter, "level.no_server").await);
    }
    spoil(&school, &letters[0]["files"][0]["name"]);
    settled_on(&school, &[authority.stamps()]).await;
    reaches(&head, &letters[2], "B-T").await;
    assert_eq!(authority.times_asked(&authority.stamps()), 2);

    // Nothing can be kept: what was stamped is lost.
    let fourth = released(&clerk, small_pdf(4)).await;
    settled_on(&school, &[]).await;
    signed(&head, &fourth, &keys).await;
    waits(&head, &fourth, "level.no_server").await;
    let (tmp, away) = (school.folder.path().join("data/tmp"), school.folder.path().join("data/tmp-away"));
    std::fs::rename(&tmp, &away).unwrap();
    settled_on(&school, &[authority.stamps()]).await;
    wait_for("the lost stamp", || authority.times_asked(&authority.stamps()) == 3).await;
    for _ in 0..5 {
        school.signed_in("teacher").await;
    }
    std::fs::rename(&away, &tmp).unwrap();
    let fifth = released(&clerk, small_pdf(5)).await;
    signed(&head, &fifth, &keys).await;
    reaches(&head, &fifth, "B-T").await;
    assert_eq!(authority.times_asked(&authority.stamps()), 4, "not again at every nudge");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_is_waited_for_but_not_by_a_box_that_stops() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    trust(&school, &authority).await;
    settled_on(&school, &[authority.slow_stamps()]).await;
    let letter = released(&clerk, small_pdf(1)).await;
    signed(&head, &letter, &keys).await;
    reaches(&head, &letter, "B-T").await;
    settled_on(&school, &[authority.no_stamps()]).await;
    let other = released(&clerk, small_pdf(2)).await;
    signed(&head, &other, &keys).await;
    wait_for("the question", || authority.times_asked(&authority.no_stamps()) == 1).await;
    drop((clerk, head));
    let folder = tokio::time::timeout(Duration::from_secs(30), school.closed()).await.expect("it waits on");
    let school = School::open(folder).await;
    assert!(!entries(&school, "letter.level_waits").iter().any(|entry| entry.contains("level.no_line")));
    school.closed().await;
}
