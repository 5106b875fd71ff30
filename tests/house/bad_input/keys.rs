//! The seal's key: files that cannot seal, PINs that do not fit, and a finger that presses twice.

use std::fs;
use std::thread;

use serde_json::{Value, json};
use xtask::demo::client::Client;
use xtask::demo::facts::items;
use xtask::demo::line::SEAL_PIN;

use super::support::{School, fixture, incoming, refused, scanned, scanner_of, wait_for, wish};

fn add(clerk: &Client, file: &str, passphrase: &str) -> Result<Value, xtask::demo::client::Trouble> {
    let key = fs::read(fixture(file)).unwrap();
    clerk.post_file("/api/certificates", "key.p12", &key, &[("passphrase", passphrase)])
}

/// An incoming document with a scanned page; its address.
pub(super) fn with_paper(clerk: &Client, reference_code: &str) -> String {
    let scan = scanned(clerk, &clerk.post("/api/scans", &wish(&scanner_of(clerk), "flatbed")).unwrap());
    let id = scan["id"].as_str().unwrap();
    clerk.post(&format!("/api/scans/{id}/compose"), &json!({})).unwrap();
    let mut form = incoming(reference_code);
    form["paper"] = id.into();
    let letter = clerk.post("/api/letters", &form).unwrap();
    format!("/api/letters/{}", letter["id"].as_str().unwrap())
}

pub(super) fn certificate(clerk: &Client) -> Value {
    items(&clerk.get("/api/certificates").unwrap())[0]["id"].clone()
}

#[test]
fn a_key_file_that_cannot_seal_is_refused_in_words_and_none_is_kept() {
    let school = School::open("keys", &[]);
    let clerk = school.clerk();
    let before = clerk.get("/api/certificates").unwrap();
    for (file, passphrase, code) in [
        ("pki/unit.p12", "sai rồi", "key.wrong_passphrase"),
        ("pki/unit.p12", "", "key.wrong_passphrase"),
        ("pki/unit-legacy.p12", "sai rồi", "key.wrong_passphrase"),
        ("pki/expired.p12", "het-han", "key.expired"),
        ("pki/not-yet-valid.p12", "chua-den-han", "key.not_yet_valid"),
        ("pki/short-rsa1024.p12", "khoa-ngan", "key.too_short"),
        ("pki/certificate-only.p12", "khong-khoa", "key.no_key"),
        ("pki/ca.pem", "x", "key.not_a_key_file"),
        ("pages/p01.jpg", "x", "key.not_a_key_file"),
    ] {
        refused(add(&clerk, file, passphrase), 422, code);
    }
    let key = fs::read(fixture("pki/unit.p12")).unwrap();
    let send =
        |file: &[u8], fields: &[(&str, &str)]| clerk.post_file("/api/certificates", "k.p12", file, fields);
    refused(send(&key[..key.len() / 2], &[("passphrase", SEAL_PIN)]), 422, "key.not_a_key_file");
    refused(send(&[], &[("passphrase", SEAL_PIN)]), 422, "key.not_a_key_file");
    refused(send(&vec![0x30; 300 << 10], &[("passphrase", SEAL_PIN)]), 422, "key.not_a_key_file");
    refused(send(&key, &[]), 422, "key.incomplete");
    assert_eq!(clerk.get("/api/certificates").unwrap(), before);
    // The same certificate, packed the old way: known while the other is in use.
    refused(add(&clerk, "pki/unit-legacy.p12", SEAL_PIN), 422, "key.known");
    let known = format!("/api/certificates/{}/withdraw", certificate(&clerk).as_str().unwrap());
    clerk.post(&known, &json!({})).unwrap();
    add(&clerk, "pki/unit-legacy.p12", SEAL_PIN).expect("the right one is taken");
    school.closes_sound();
}

#[test]
fn a_wrong_pin_leaves_no_trace_and_pressing_twice_seals_once() {
    let school = School::with_test_scanner("seal", "{}");
    let clerk = school.clerk();
    let letter = with_paper(&clerk, "1/seal");
    let seen = clerk.get(&letter).unwrap();
    let ask = |pin: &str, version: &Value| json!({"version": version, "certificate": certificate(&clerk), "pin": pin});
    refused(clerk.post(&format!("{letter}/seal"), &ask("sai", &seen["version"])), 422, "seal.wrong_pin");
    let unknown = json!({"version": seen["version"], "certificate": "0198c0de-0000-7000-8000-00000000beef", "pin": "x"});
    refused(clerk.post(&format!("{letter}/seal"), &unknown), 404, "not_found");
    assert_eq!(clerk.get(&letter).unwrap()["version"], seen["version"]);

    let pressed = ask(SEAL_PIN, &seen["version"]);
    let answers: Vec<_> = thread::scope(|scope| {
        let press = || clerk.post(&format!("{letter}/seal"), &pressed);
        let twice: Vec<_> = (0..6).map(|_| scope.spawn(press)).collect();
        twice.into_iter().map(|press| press.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let sealed = wait_for("the seal", || {
        Some(clerk.get(&letter).unwrap()).filter(|letter| letter["seal"]["state"] != "requested")
    });
    assert_eq!(sealed["seal"]["state"], "sealed", "{sealed}");
    assert_eq!(sealed["files"].as_array().unwrap().iter().filter(|file| file["signed"] == true).count(), 1);
    school.closes_sound();
}
