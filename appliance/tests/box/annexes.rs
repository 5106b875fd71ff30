//! Annexes in files of their own: sealed with the document by one key, judged by others, each by itself.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use office::letters::Command as Letters;
use office::letters::model::Act;
use office::letters::signing::Look;
use office::{Actor, Command};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::elsewhere::cms;
use crate::school::{Person, School, UNIT, id};
use crate::signing::{
    self, Keys, ask, at, created, done, drafted, letter_pdf, paper, poppler_calls_valid, pyhanko_calls_good,
    signed, small_pdf, upload, xfa_pdf,
};

/// An outgoing document with annexes, released with its number.
async fn with_annexes(clerk: &Person<'_>, pdf: Vec<u8>, annexes: Vec<(&str, Vec<u8>)>) -> Value {
    let mut letter = drafted(clerk, pdf).await;
    for (title, pdf) in annexes {
        letter = added(clerk, &letter, title, pdf).await;
    }
    done(&clerk.post(&at(&letter, "/release"), json!({"version": letter["version"]})).await)
}

async fn added(person: &Person<'_>, letter: &Value, title: &str, pdf: Vec<u8>) -> Value {
    let brought = created(&upload(person, pdf).await);
    let form = json!({"version": letter["version"], "paper": brought["scan"]["id"], "title": title});
    done(&person.post(&at(letter, "/annexes"), form).await)
}

fn states(letter: &Value) -> Vec<&str> {
    letter["annexes"].as_array().unwrap().iter().map(|annex| annex["state"].as_str().unwrap()).collect()
}

/// The document once the box has nothing left to do on it.
async fn settled(person: &Person<'_>, letter: &Value) -> Value {
    person
        .until(&at(letter, ""), |letter| {
            // While the document waits for a key elsewhere, its annexes wait for that.
            letter["seal"]["state"] == "prepared"
                || (letter["seal"]["state"] != "requested" && !states(letter).contains(&"requested"))
        })
        .await
}

async fn annex(person: &Person<'_>, letter: &Value, nth: usize) -> Vec<u8> {
    let name = letter["annexes"][nth]["name"].as_str().unwrap();
    let answer = person.get(&at(letter, &format!("/files/{name}"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.bytes
}

/// Words on page one with where they stand: left, top, right, bottom in points, and the page's width and height.
fn words(pdf: &[u8]) -> (Vec<(String, [f32; 4])>, [f32; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.pdf");
    std::fs::write(&path, pdf).unwrap();
    let said =
        std::process::Command::new("pdftotext").args(["-bbox", "-l", "1"]).arg(&path).arg("-").output();
    let said = String::from_utf8(said.expect("pdftotext: install poppler-utils").stdout).unwrap();
    let number = |line: &str, name: &str| -> f32 {
        let value = line.split_once(&format!("{name}=\"")).unwrap().1;
        value.split_once('"').unwrap().0.parse().unwrap()
    };
    let page = said.lines().find(|line| line.contains("<page ")).unwrap();
    let words = said.lines().filter(|line| line.contains("<word ")).map(|line| {
        let word = line.split_once('>').unwrap().1.split_once('<').unwrap().0;
        (word.to_owned(), ["xMin", "yMin", "xMax", "yMax"].map(|name| number(line, name)))
    });
    (words.collect(), ["width", "height"].map(|name| number(page, name)))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_seals_the_document_and_signs_its_annexes_as_text() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let two = vec![("Phụ lục I", small_pdf(1)), ("Phụ lục II", small_pdf(2))];
    let letter = with_annexes(&clerk, letter_pdf(), two).await;
    signed(&head, &letter, &keys).await;
    done(&ask(&clerk, &letter, "seal", &keys.unit, json!({})).await);
    let sealed = settled(&clerk, &letter).await;
    assert_eq!(
        (&sealed["seal"]["state"], states(&sealed)),
        (&json!("sealed"), vec!["sealed"; 2]),
        "{sealed}"
    );

    poppler_calls_valid(&paper(&clerk, &letter).await, 2);
    let number = sealed["reference_code"].as_str().unwrap();
    for nth in 0..2 {
        let pdf = annex(&clerk, &sealed, nth).await;
        poppler_calls_valid(&pdf, 1);
        pyhanko_calls_good(&authority, &pdf, "B", 1);
        let (words, [width, height]) = words(&pdf);
        assert!(words.iter().any(|(word, _)| word == number), "{words:?}");
        assert!(words.iter().any(|(word, _)| *word == UNIT.split(' ').next_back().unwrap()), "{words:?}");
        for (word, [left, top, right, bottom]) in &words {
            assert!(*left > width / 2.0 && *right <= width, "upper right: {word} at {left}");
            assert!(*top >= 0.0 && *bottom < height / 6.0, "upper right: {word} at {top}");
        }
        let said = String::from_utf8_lossy(&pdf);
        assert!(!said.contains("/Image"), "text and nothing else");
    }

    let late = created(&upload(&clerk, small_pdf(3)).await);
    let form = json!({"version": sealed["version"], "paper": late["scan"]["id"]});
    clerk.post(&at(&letter, "/annexes"), form).await.refused(422, "letter.state");
    assert_eq!(signing::entries(&school, "letter.annex_sealed").len(), 2, "each use of the key is told");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annex_that_cannot_be_signed_says_so_and_holds_nobody_up() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let two = vec![("Phụ lục I", xfa_pdf()), ("Phụ lục II", small_pdf(2))];
    let letter = with_annexes(&clerk, letter_pdf(), two).await;
    signed(&head, &letter, &keys).await;
    done(&ask(&clerk, &letter, "seal", &keys.unit, json!({})).await);
    let sealed = settled(&clerk, &letter).await;
    assert_eq!(states(&sealed), ["failed", "sealed"], "{sealed}");
    let sentence = sealed["annexes"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("XFA") && sentence.contains("ãy "), "{sentence}");
    assert!(sealed["may"].as_array().unwrap().contains(&json!("seal")), "it can be asked for again");

    done(&ask(&clerk, &letter, "seal", &keys.unit, json!({})).await);
    let again = settled(&clerk, &letter).await;
    assert_eq!((states(&again), &again["files"]), (vec!["failed", "sealed"], &sealed["files"]));
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_elsewhere_gets_a_digest_for_each_of_them() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    authority.unit("away");
    let enlist = json!({"place": "elsewhere", "pem": authority.chain("away")});
    let away = created(&clerk.post("/api/certificates/enlist", enlist).await)["id"].clone();
    let letter = with_annexes(&clerk, letter_pdf(), vec![("Phụ lục I", small_pdf(1))]).await;
    signed(&head, &letter, &keys).await;
    done(&ask(&clerk, &letter, "seal", &away, json!({"pin": ""})).await);
    for expected in ["01/QĐ-THCSHM · ", "Phụ lục I, kèm số 01/QĐ-THCSHM"] {
        let waiting = settled(&clerk, &letter).await;
        assert!(waiting["seal"]["state"] == "prepared" || states(&waiting) == ["prepared"], "{waiting}");
        let out = done(&clerk.get(&at(&letter, "/signing-digest")).await);
        assert!(out["document"].as_str().unwrap().starts_with(expected), "{out}");
        let cms = STANDARD.encode(cms(&authority, "away", out["digest"].as_str().unwrap()));
        let answer = json!({"prepared": out["prepared"], "cms": cms});
        done(&clerk.post(&at(&letter, "/signing-answer"), answer).await);
    }
    let sealed = clerk.get(&at(&letter, "")).await.json();
    assert_eq!((&sealed["seal"]["state"], states(&sealed)), (&json!("sealed"), vec!["sealed"]), "{sealed}");
    poppler_calls_valid(&annex(&clerk, &sealed, 0).await, 1);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_failure_between_document_and_annex_asks_for_the_pin_again() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let keys = Keys::of(&school, &authority).await;
    let letter = {
        let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
        let letter = with_annexes(&clerk, letter_pdf(), vec![("Phụ lục I", small_pdf(1))]).await;
        signed(&head, &letter, &keys).await;
        head.get(&at(&letter, "")).await.json()
    };
    // Asked for behind the route's back, no key lies ready: as if the box had died right after it wrote the request.
    let letter_id = id(&letter["id"]);
    let act = Act::Seal { certificate: id(&keys.unit), look: Look::default(), shows_seal: false };
    let version = letter["version"].as_u64().unwrap();
    let asked = Letters::Do { letter: letter_id, version, act };
    let clerk = Actor::Person(school.viewer("clerk").await);
    school.desk.execute(clerk, Command::Letters(asked)).await.unwrap();
    // The document's own seal came to rest before the power went.
    let waiting = |school: &School| office::seals::waiting(&school.desk.journal().read().unwrap()).unwrap();
    let [request] = &waiting(&school)[..] else { panic!("the document waits") };
    let mut before = paper(&school.clerk().await, &letter).await;
    before.extend_from_slice(b"% the seal\n");
    let name = school.desk.journal().blobs().put(&before).unwrap();
    let report = office::seals::Report::Signed {
        letter: letter_id,
        signature: None,
        annex: request.annex,
        certificate: request.certificate,
        of: request.pdf,
        paper: office::scans::Paper { name, pages: 1, bytes: before.len() as u64, signed: true },
        signed_at: school.desk.now(),
        digest: wire::Sha256::of(&before),
    };
    let report = Command::Seals(office::seals::Command::Report(report));
    school.desk.execute(Actor::Machine("test"), report).await.unwrap();

    let school = school.restarted().await;
    let clerk = school.clerk().await;
    let now = clerk.get(&at(&letter, "")).await.json();
    assert_eq!((&now["seal"]["state"], states(&now)), (&json!("sealed"), vec!["requested"]));
    assert!(now["annexes"][0]["sentence"].as_str().unwrap().contains("gõ lại mã PIN"), "{now}");
    done(&ask(&clerk, &letter, "seal", &keys.unit, json!({})).await);
    let sealed = settled(&clerk, &letter).await;
    assert_eq!(
        (states(&sealed), &sealed["files"]),
        (vec!["sealed"], &now["files"]),
        "the document was not touched"
    );
    poppler_calls_valid(&annex(&clerk, &sealed, 0).await, 1);
    school.closed().await;
}
