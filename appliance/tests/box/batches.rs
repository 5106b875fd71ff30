//! Many documents with one PIN: each by itself is signed, refused or fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authority::{Authority, PIN};
use crate::school::{Person, School};
use crate::signing::{
    self, Keys, at, created, done, drafted, paper, poppler_calls_valid, pyhanko_calls_good, released,
    settled, small_pdf, xfa_pdf,
};

async fn batch(
    person: &Person<'_>,
    hand: &str,
    certificate: &Value,
    pin: &str,
    letters: &[&Value],
) -> Vec<Value> {
    let letters: Vec<_> = letters.iter().map(|letter| &letter["id"]).collect();
    let body = json!({"hand": hand, "certificate": certificate, "pin": pin, "letters": letters});
    done(&person.post("/api/signing-batches", body).await).as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_documents_are_signed_and_sealed_with_one_pin_each() {
    const MANY: usize = 100;
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let mut letters = Vec::new();
    for number in 0..MANY {
        letters.push(released(&clerk, small_pdf(number)).await);
    }
    let draft = drafted(&clerk, small_pdf(MANY)).await;
    let odd = released(&clerk, xfa_pdf()).await;
    let all: Vec<&Value> = letters.iter().chain([&draft, &odd]).collect();

    let wrong =
        json!({"hand": "sign", "certificate": keys.head, "pin": "sai", "letters": [letters[0]["id"]]});
    head.post("/api/signing-batches", wrong).await.refused(422, "seal.wrong_pin");
    let lines = batch(&head, "sign", &keys.head, PIN, &all).await;
    let asked = lines.iter().filter(|line| line["asked"] == true).count();
    assert_eq!((lines.len(), asked), (MANY + 2, MANY + 1), "the draft has no number");
    assert_eq!(lines[MANY]["code"], "letter.state");
    assert!(lines[MANY]["sentence"].as_str().unwrap().contains("Hãy"), "{}", lines[MANY]);
    for letter in &letters {
        assert_eq!(settled(&head, letter).await["signatures"][0]["state"], "signed");
    }
    let failed = settled(&head, &odd).await;
    assert_eq!(failed["signatures"][0]["state"], "failed", "{failed}");
    assert!(failed["signatures"][0]["sentence"].as_str().unwrap().contains("XFA"), "{failed}");

    let lines = batch(&clerk, "seal", &keys.unit, PIN, &all).await;
    assert_eq!(lines[MANY + 1]["code"], "seal.unsigned", "{}", lines[MANY + 1]);
    for letter in &letters {
        assert_eq!(settled(&clerk, letter).await["seal"]["state"], "sealed");
    }
    for letter in [&letters[0], &letters[MANY - 1]] {
        let pdf = paper(&clerk, letter).await;
        poppler_calls_valid(&pdf, 2);
        pyhanko_calls_good(&authority, &pdf, "B", 2);
    }
    let none = json!({"hand": "sign", "certificate": keys.head, "pin": PIN, "letters": []});
    head.post("/api/signing-batches", none).await.refused(422, "sign.batch");
    school.closed().await;
}

const SOFTHSM: &[&str] = &[
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];

/// A token in the box's USB port: SoftHSM with a key of the authority's, behind the misbehaving module of the token tests.
struct Stick<'a> {
    authority: &'a Authority,
}

impl<'a> Stick<'a> {
    fn with(authority: &'a Authority, name: &str) -> Self {
        let stick = Self { authority };
        let at = |name: &str| authority.path(name);
        std::fs::create_dir(at("tokens")).unwrap();
        let conf = format!(
            "directories.tokendir = {}\nlog.level = ERROR\nslots.removable = true\n",
            at("tokens").display()
        );
        std::fs::write(at("softhsm2.conf"), conf).unwrap();
        stick.run("softhsm2-util", "--init-token --free --label Con-dau --so-pin 13579135 --pin 246810");
        stick.run("openssl", &format!("pkcs8 -topk8 -nocrypt -in {name}.key -out {name}.p8"));
        stick.run(
            "softhsm2-util",
            &format!("--import {name}.p8 --token Con-dau --label {name} --id a0 --pin 246810"),
        );
        for (name, id) in [(name, "a0"), ("inter", "f1")] {
            stick.run("openssl", &format!("x509 -in {name}.pem -outform DER -out {name}.der"));
            let put = format!("--write-object {name}.der --type cert --id {id} --label {name}");
            stick.run("pkcs11-tool", &format!("--module {} --login --pin 246810 {put}", softhsm().display()));
        }
        stick
    }

    fn run(&self, program: &str, words: &str) {
        let output = Command::new(program)
            .args(words.split_whitespace())
            .current_dir(self.authority.path(""))
            .env("SOFTHSM2_CONF", self.authority.path("softhsm2.conf"))
            .output()
            .unwrap_or_else(|why| panic!("{program}: {why} (Debian packages softhsm2, opensc, openssl)"));
        assert!(output.status.success(), "{program} {words}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The vendor's library, with what its surroundings would tell it built in.
    fn module(&self, fault: &[(&str, &str)]) -> PathBuf {
        let variables = [
            ("SOFTHSM2_CONF", self.authority.path("softhsm2.conf").display().to_string()),
            ("FAULT_MODULE", softhsm().display().to_string()),
        ];
        let told =
            variables.into_iter().chain(fault.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let sets: String = told.map(|(name, value)| format!("setenv({name:?}, {value:?}, 1);\n")).collect();
        let told = format!(
            "#include <stdlib.h>\n__attribute__((constructor)) static void tell(void) {{\n{sets}}}\n"
        );
        std::fs::write(self.authority.path("told.c"), told).unwrap();
        let behind =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../drivers/token/tests/support/faulty_pkcs11.c");
        let name =
            fault.iter().map(|(_, value)| *value).find(|value| !value.contains('/')).unwrap_or("sound");
        let module = self.authority.path(&format!("lib{name}.so"));
        let compile = format!(
            "-shared -fPIC -O1 -o {} told.c {} -ldl",
            module.display(),
            behind.canonicalize().unwrap().display()
        );
        self.run("cc", &compile);
        module
    }
}

fn softhsm() -> PathBuf {
    let found = SOFTHSM.iter().map(PathBuf::from).find(|path| path.exists());
    found.expect("SoftHSM (Debian package softhsm2)")
}

/// The library of the token, as the one who looks after the box writes it down.
async fn library(school: &School, module: &Path) {
    let it = school.signed_in("it").await;
    let mut settings = it.get("/api/signing-settings").await.json();
    settings["token_module"] = module.to_str().unwrap().into();
    done(&it.post("/api/signing-settings", settings).await);
}

/// The unit's certificate on the token.
async fn enlisted(school: &School) -> Value {
    let clerk = school.clerk().await;
    let tokens = done(&clerk.get("/api/tokens").await);
    let [token] = &tokens.as_array().unwrap()[..] else { panic!("one certificate: {tokens}") };
    let enlist = json!({"place": "token", "certificate": token["certificate"]});
    created(&clerk.post("/api/certificates/enlist", enlist).await)["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_pulled_out_in_mid_batch_leaves_the_rest_unsealed_and_they_can_be_asked_for_again() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let stick = Stick::with(&authority, "unit");
    clerk.get("/api/tokens").await.refused(422, "token.no_setting");
    let happened = authority.path("happened");
    let fault = [("FAULT", "removed"), ("FAULT_AT", "3"), ("FAULT_ONCE", happened.to_str().unwrap())];
    library(&school, &stick.module(&fault)).await;
    let withdrawn =
        clerk.post(&format!("/api/certificates/{}/withdraw", keys.unit.as_str().unwrap()), json!({})).await;
    assert_eq!(withdrawn.status, StatusCode::NO_CONTENT);
    let unit = enlisted(&school).await;

    let mut letters = Vec::new();
    for number in 0..5 {
        letters.push(released(&clerk, small_pdf(number)).await);
        signing::signed(&head, &letters[number], &keys).await;
    }
    let all: Vec<&Value> = letters.iter().collect();
    let lines = batch(&clerk, "seal", &unit, "246810", &all).await;
    assert!(lines.iter().all(|line| line["asked"] == true), "{lines:?}");
    let mut states = Vec::new();
    for letter in &letters {
        states.push(settled(&clerk, letter).await["seal"].clone());
    }
    let sealed = states.iter().filter(|seal| seal["state"] == "sealed").count();
    assert_eq!(sealed, 2, "{states:?}");
    let gone = |seal: &&Value| seal["sentence"].as_str().unwrap().contains("rút ra");
    assert_eq!(states.iter().filter(|seal| seal["state"] == "failed").filter(gone).count(), 3, "{states:?}");

    let left: Vec<&Value> = letters
        .iter()
        .zip(&states)
        .filter(|(_, seal)| seal["state"] == "failed")
        .map(|(letter, _)| letter)
        .collect();
    batch(&clerk, "seal", &unit, "246810", &left).await;
    for letter in &letters {
        assert_eq!(settled(&clerk, letter).await["seal"]["state"], "sealed");
        poppler_calls_valid(&paper(&clerk, letter).await, 2);
    }
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_says_of_its_pin_reaches_whoever_typed_it() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let head_key = authority.person("head", "Trần Văn Bách");
    let head_key = created(&signing::add_key(&head, &head_key, PIN, &["mine"]).await)["id"].clone();
    authority.unit("unit");
    let stick = Stick::with(&authority, "unit");
    library(&school, &stick.module(&[("FAULT", "none")])).await;
    let keys = Keys { head: head_key, unit: enlisted(&school).await };
    let letter = released(&clerk, small_pdf(1)).await;
    signing::signed(&head, &letter, &keys).await;
    let ask = |pin: &str| {
        let pin = json!({"pin": pin});
        signing::ask(&clerk, &letter, "seal", &keys.unit, pin)
    };
    ask("").await.refused(422, "seal.no_pin");
    ask("000000").await.refused(422, "seal.wrong_pin");
    // The certificate names its library; another library there under the same name is another token.
    for (fault, code, said) in [
        ("few", "seal.wrong_pin", "ít lần"),
        ("last", "seal.wrong_pin", "một lần"),
        ("locked", "seal.token_locked", "khóa"),
        ("no-token", "seal.token_gone", "thẻ"),
    ] {
        let module = stick.module(&[("FAULT", fault)]);
        std::fs::rename(module, authority.path("libnone.so")).unwrap();
        let refused = ask("000000").await;
        refused.refused(422, code);
        let sentence = refused.json()["detail"].as_str().unwrap().to_lowercase();
        assert!(sentence.contains(said), "{fault}: {sentence}");
    }
    assert_eq!(clerk.get(&at(&letter, "")).await.json()["seal"]["state"], "none");
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_of_the_token_is_set_by_it_alone_and_is_nothing_that_was_brought() {
    use std::os::unix::fs::PermissionsExt;
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, it) = (school.clerk().await, school.signed_in("it").await);
    let brought = authority.path("brought.so");
    std::fs::write(&brought, b"\x7fELF").unwrap();
    std::fs::set_permissions(&brought, std::fs::Permissions::from_mode(0o666)).unwrap();
    let before = it.get("/api/signing-settings").await.json();
    let with = |module: &str| {
        let mut settings = before.clone();
        settings["token_module"] = module.into();
        settings
    };
    let system = softhsm().display().to_string();
    clerk.post("/api/signing-settings", with(&system)).await.refused(403, "rights.missing");
    for module in [brought.to_str().unwrap(), "/no/such/library.so", "library.so"] {
        let refused = it.post("/api/signing-settings", with(module)).await;
        refused.refused(422, "signing.module");
    }
    done(&it.post("/api/signing-settings", with(&system)).await);
    // The clerk sets what is hers, and leaves the library as it is.
    let mut own = it.get("/api/signing-settings").await.json();
    own["preset"] = "seal_image".into();
    done(&clerk.post("/api/signing-settings", own).await);
    assert_eq!(it.get("/api/signing-settings").await.json()["token_module"], system);
    school.closed().await;
}
