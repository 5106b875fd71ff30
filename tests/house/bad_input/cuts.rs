//! The plug is pulled while a stack is signed and sealed, while digests are made ready for a key that is elsewhere, and
//! while proofs come over the line: every document is as it was or as it was to be, its number stays its own.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use xtask::demo::client::Client;

use super::support::{self, School, cookie, wait_for};
use crate::authority::{Authority, PIN};

/// Moments after the request at which the plug is pulled. Not waiting for anything: each is a cut at another place of the
/// same work.
const CUTS_MS: [u64; 6] = [2, 15, 60, 150, 300, 600];
const DOCUMENTS: usize = 6;

/// A page like no other.
fn page(number: usize) -> Vec<u8> {
    let objects = [
        format!("<</Type/Catalog/Pages 2 0 R/Lang(vi-{number})>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>".into(),
    ];
    let (mut file, mut table) = (String::from("%PDF-1.7\n"), String::new());
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let begin = file.len();
    file += &format!(
        "xref\n0 4\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size 4>>\nstartxref\n{begin}\n%%EOF\n"
    );
    file.into_bytes()
}

struct Stack {
    school: School,
    authority: Authority,
    letters: Vec<Value>,
    head_key: Value,
    unit_key: Value,
}

impl Stack {
    fn of(name: &str) -> Self {
        let (school, authority) = (School::open(name, &[]), Authority::open());
        let (clerk, head) = (school.clerk(), school.as_person(&school.staff.head));
        let add = |who: &Client, file: Vec<u8>, more: &[(&str, &str)]| {
            let fields = [&[("passphrase", PIN)], more].concat();
            who.post_file("/api/certificates", "k.p12", &file, &fields).unwrap()["id"].clone()
        };
        let head_key = add(&head, authority.person("head", "Nguyễn Hữu Phước"), &[("mine", "1")]);
        let unit_key = add(&clerk, authority.unit("unit"), &[]);
        let cookie = cookie(school.base(), &school.staff.clerk);
        let letters = (0..DOCUMENTS).map(|number| {
            let page = page(number);
            let answer = school.raw(&support::upload(&cookie, page.len(), &page));
            let body = &answer[answer.find('{').unwrap()..=answer.rfind('}').unwrap()];
            let brought: Value = serde_json::from_str(body).unwrap();
            let form = json!({"book": "outgoing", "document_type": "decision", "subject": "Về việc thử mất điện",
                "recipients": "Lưu: VT", "signatory": "Nguyễn Hữu Phước", "urgency": "normal", "copies": 1,
                "paper": brought["scan"]["id"]});
            let draft = clerk.post("/api/letters", &form).unwrap();
            let release = format!("/api/letters/{}/release", draft["id"].as_str().unwrap());
            clerk.post(&release, &json!({"version": draft["version"]})).unwrap()
        });
        let letters = letters.collect();
        Self { school, authority, letters, head_key, unit_key }
    }

    /// Asks for all of them and pulls the plug; then every document is whole.
    fn cut(&mut self, who: &Client, hand: &str, certificate: &Value, after_ms: u64) {
        let process = self.school.machine.process().expect("the box runs").to_string();
        let cutter = thread::spawn(move || {
            thread::sleep(Duration::from_millis(after_ms));
            Command::new("sh").args(["-c", "kill -KILL \"$0\"", &process]).status()
        });
        let _ = who.post("/api/signing-batches", &self.batch(hand, certificate));
        assert!(cutter.join().unwrap().unwrap().success(), "the box had ended by itself");
        self.school.machine.unplug();
        self.school.machine.start().unwrap();
        self.is_whole(&format!("{hand}, cut after {after_ms} ms"));
    }

    fn batch(&self, hand: &str, certificate: &Value) -> Value {
        let all: Vec<_> = self.letters.iter().map(|letter| &letter["id"]).collect();
        json!({"hand": hand, "certificate": certificate, "pin": PIN, "letters": all})
    }

    fn is_whole(&self, when: &str) {
        let clerk = self.school.clerk();
        for letter in &self.letters {
            let (now, pdf) = seen(&clerk, letter);
            assert_eq!(
                (&now["number"], &now["reference_code"]),
                (&letter["number"], &letter["reference_code"]),
                "{when}"
            );
            let expected = match now["files"][0]["kind"].as_str().unwrap() {
                "signed" => 1,
                "sealed" => 2,
                _ => 0,
            };
            assert_eq!(self.valid(&pdf), expected, "{when}: {now}");
            let sealed = now["seal"]["state"] == "sealed";
            let signed = now["signatures"].as_array().unwrap().iter().any(|one| one["state"] == "signed");
            assert_eq!(usize::from(sealed) + usize::from(signed), expected, "{when}: {now}");
        }
    }

    /// How many signatures poppler calls valid.
    fn valid(&self, pdf: &[u8]) -> usize {
        let path = self.school.folder.join("judged.pdf");
        fs::write(&path, pdf).unwrap();
        let output =
            Command::new("pdfsig").arg("-nocert").arg(&path).env("HOME", &self.school.folder).output();
        let output = output.expect("pdfsig is missing: run `cargo xtask setup`, or install poppler-utils");
        String::from_utf8_lossy(&output.stdout).matches("Signature is Valid.").count()
    }

    /// Asks again for whatever is not done, until every document is so.
    fn goes_on(&self, who: &Client, hand: &str, certificate: &Value, is_so: impl Fn(&Value) -> bool) {
        who.post("/api/signing-batches", &self.batch(hand, certificate)).unwrap();
        for letter in &self.letters {
            wait_for(hand, || Some(who.get(&address(letter)).unwrap()).filter(&is_so));
        }
    }
}

/// The document and its file. Between the two questions its proof may have grown: then there is another file by now.
fn seen(clerk: &Client, letter: &Value) -> (Value, Vec<u8>) {
    wait_for("a document's file", || {
        let now = clerk.get(&address(letter)).unwrap();
        let file = format!("{}/files/{}", address(letter), now["files"][0]["name"].as_str().unwrap());
        clerk.bytes(&file).ok().map(|pdf| (now, pdf))
    })
}

fn address(letter: &Value) -> String {
    format!("/api/letters/{}", letter["id"].as_str().unwrap())
}

#[test]
fn every_document_of_a_stack_is_signed_or_not_wherever_the_plug_is_pulled() {
    let mut stack = Stack::of("crash-stack");
    let head = stack.school.as_person(&stack.school.staff.head);
    let clerk = stack.school.clerk();
    let (head_key, unit_key) = (stack.head_key.clone(), stack.unit_key.clone());
    for cut in CUTS_MS {
        stack.cut(&head, "sign", &head_key, cut);
    }
    stack.goes_on(&head, "sign", &head_key, |letter| letter["signatures"][0]["state"] == "signed");
    for cut in CUTS_MS {
        stack.cut(&clerk, "seal", &unit_key, cut);
    }
    stack.goes_on(&clerk, "seal", &unit_key, |letter| letter["seal"]["state"] == "sealed");

    // There is a line: proofs come, and the plug is pulled all the same.
    let it = stack.school.as_person(&stack.school.staff.it);
    let root = stack.authority.read("root.pem");
    let cookie = cookie(stack.school.base(), &stack.school.staff.it);
    let head = format!(
        "POST /api/trust HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\nCookie: {cookie}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        root.len()
    );
    let trusted = stack.school.raw(&[head.as_bytes(), &root].concat());
    assert!(trusted.starts_with("HTTP/1.1 204"), "{trusted}");
    let mut settings = it.get("/api/signing-settings").unwrap();
    settings["time_stamp_urls"] = json!([stack.authority.stamps()]);
    it.post("/api/signing-settings", &settings).unwrap();
    for cut in CUTS_MS {
        stack.cut(&clerk, "seal", &unit_key, cut);
    }
    for letter in &stack.letters {
        let reached = |letter: &Value| letter["files"][0]["proof"]["level"] == "B-LTA";
        wait_for("the level of archives", || Some(clerk.get(&address(letter)).unwrap()).filter(reached));
    }
    stack.is_whole("at the end");
    stack.school.closes_sound();
}

#[test]
fn a_digest_that_was_made_ready_is_there_after_the_plug_was_pulled_or_is_made_again() {
    let mut stack = Stack::of("crash-digest");
    let head = stack.school.as_person(&stack.school.staff.head);
    stack.authority.person("elsewhere", "Nguyễn Hữu Phước");
    let enlist = json!({"place": "elsewhere", "pem": stack.authority.chain("elsewhere"), "mine": true});
    let key = head.post("/api/certificates/enlist", &enlist).unwrap()["id"].clone();
    for cut in CUTS_MS {
        stack.cut(&head, "sign", &key, cut);
    }
    stack.goes_on(&head, "sign", &key, |letter| letter["signatures"][0]["state"] == "prepared");
    for letter in &stack.letters {
        let digest = head.get(&format!("{}/signing-digest", address(letter))).unwrap();
        assert_eq!(digest["digest"].as_str().unwrap().len(), 64, "{digest}");
    }
    stack.is_whole("at the end");
    stack.school.closes_sound();
}
