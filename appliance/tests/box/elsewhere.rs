//! Keys that are not at the box: the digest goes out, the signature comes back - raw, or as a whole CMS, a restart later.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::authority::{Authority, PIN};
use crate::school::{Person, School};
use crate::signing::{
    self, Keys, ask, at, created, done, letter_pdf, paper, poppler_calls_valid, pyhanko_calls_good, python,
    released, settled, small_pdf,
};

/// The head's certificate, whose key is somewhere else.
async fn enlisted(authority: &Authority, head: &Person<'_>) -> Value {
    authority.person("head", "Trần Văn Bách");
    let enlist = json!({"place": "elsewhere", "pem": authority.chain("head"), "mine": true});
    let known = created(&head.post("/api/certificates/enlist", enlist).await);
    assert_eq!((&known["place"], &known["subject"]), (&json!("elsewhere"), &json!("Trần Văn Bách")));
    known["id"].clone()
}

pub(crate) async fn prepared(head: &Person<'_>, letter: &Value, key: &Value) -> Value {
    let pinless = json!({"pin": ""});
    done(&ask(head, letter, "sign", key, pinless).await);
    let waiting = settled(head, letter).await;
    assert_eq!(waiting["signatures"][0]["state"], "prepared", "{waiting}");
    done(&head.get(&at(letter, "/signing-digest")).await)
}

pub(crate) fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// What a person with pyHanko makes of a digest and her key file.
pub(crate) fn cms(authority: &Authority, name: &str, digest: &str) -> Vec<u8> {
    const SCRIPT: &str = "import asyncio, sys\n\
        from pyhanko.sign import signers\n\
        key, pin, digest = sys.argv[1:]\n\
        signer = signers.SimpleSigner.load_pkcs12(key, passphrase=pin.encode())\n\
        made = asyncio.run(signer.async_sign(bytes.fromhex(digest), 'sha256', use_pades=True))\n\
        sys.stdout.buffer.write(made.dump())\n";
    let output = Command::new(python())
        .args(["-c", SCRIPT, authority.path(&format!("{name}.p12")).to_str().unwrap(), PIN, digest])
        .output()
        .expect("pyHanko is missing: run `cargo xtask setup`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_key_signs_the_attributes_after_a_restart_and_wrong_answers_are_refused() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let key = enlisted(&authority, &head).await;
    authority.person("other", "Vũ Thị Hà");
    let letter = released(&clerk, letter_pdf()).await;
    let out = prepared(&head, &letter, &key).await;
    assert!(out["document"].as_str().unwrap().contains("Trường THCS Hoa Mai"), "{out}");
    clerk.get(&at(&letter, "/signing-digest")).await.refused(403, "rights.missing");
    drop((clerk, head));

    let school = school.restarted().await;
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    assert_eq!(done(&head.get(&at(&letter, "/signing-digest")).await), out, "a restart loses nothing");
    let answer = async |body: Value| head.post(&at(&letter, "/signing-answer"), body).await;
    let raw = |name: &str, message: &[u8]| STANDARD.encode(authority.sign(name, message));
    let attributes = bytes(&out["attributes"]);
    let with = |signature: String| json!({"prepared": out["prepared"], "signature": signature});
    answer(with(raw("other", &attributes))).await.refused(422, "seal.wrong_signature");
    answer(with(raw("head", b"something else"))).await.refused(422, "seal.wrong_signature");
    answer(with("không phải base64".into())).await.refused(422, "seal.no_answer");
    answer(with(String::new())).await.refused(422, "seal.no_answer");
    let stale = json!({"prepared": "0".repeat(64), "signature": raw("head", &attributes)});
    answer(stale).await.refused(409, "seal.changed");
    assert_eq!(head.get(&at(&letter, "")).await.json()["signatures"][0]["state"], "prepared", "still waits");

    let signed = done(&answer(with(raw("head", &attributes))).await);
    assert_eq!(signed["signatures"][0]["state"], "signed", "{signed}");
    answer(with(raw("head", &attributes))).await.refused(404, "not_found");
    let unit = created(&signing::add_key(&clerk, &authority.unit("unit"), PIN, &[]).await)["id"].clone();
    signing::sealed(&clerk, &letter, &Keys { head: key, unit }).await;
    let pdf = paper(&clerk, &letter).await;
    poppler_calls_valid(&pdf, 2);
    pyhanko_calls_good(&authority, &pdf, "B", 2);
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_cms_comes_back_as_a_file() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let key = enlisted(&authority, &head).await;
    let [letter, other] = [released(&clerk, letter_pdf()).await, released(&clerk, small_pdf(1)).await];
    let out = prepared(&head, &letter, &key).await;
    let others = prepared(&head, &other, &key).await;
    let made = |out: &Value| cms(&authority, "head", out["digest"].as_str().unwrap());
    let answer = async |cms: String| {
        head.post(&at(&letter, "/signing-answer"), json!({"prepared": out["prepared"], "cms": cms})).await
    };
    answer(STANDARD.encode(made(&others))).await.refused(422, "seal.wrong_signature");
    answer(STANDARD.encode("xin chào")).await.refused(422, "seal.not_cms");
    // A file as people know it: PEM with lines.
    let text = STANDARD.encode(made(&out));
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", lines.join("\n"));
    assert_eq!(done(&answer(pem).await)["signatures"][0]["state"], "signed");
    let pdf = paper(&head, &letter).await;
    poppler_calls_valid(&pdf, 1);
    pyhanko_calls_good(&authority, &pdf, "B", 1);
    school.closed().await;
}

/// Whoever answers with another person's certificate has signed, but not for whom it was asked.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_cms_is_not_the_heads_signature() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let key = enlisted(&authority, &head).await;
    authority.person("other", "Vũ Thị Hà");
    let letter = released(&clerk, small_pdf(1)).await;
    let out = prepared(&head, &letter, &key).await;
    let cms = STANDARD.encode(cms(&authority, "other", out["digest"].as_str().unwrap()));
    let answer = json!({"prepared": out["prepared"], "cms": cms});
    head.post(&at(&letter, "/signing-answer"), answer).await.refused(422, "seal.wrong_signature");
    school.closed().await;
}
