//! The helper as a page of the box meets it: the real program, a token behind it, and requests as a browser sends them.
#![allow(clippy::unwrap_used)]

#[path = "../../token/tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::{PIN, Stick, until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vanthu-sign-helper");
/// The page of the box.
const ORIGIN: &str = "http://vanthu.local";

fn stick(kinds: &[&str]) -> Stick {
    Stick::with(PROGRAM, &["token-worker"], kinds)
}

/// Headers of a request, then status and code of the answer, and whether a browser would show it to the page.
type Refusal<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, bool);

/// The helper on the clerk's PC; killed when the test is over.
struct Pc {
    process: Child,
    port: u16,
    code: Option<String>,
    secret: Option<String>,
    /// What its window says after the code.
    window: Lines<BufReader<ChildStdout>>,
}

impl Drop for Pc {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Whether a browser would show it to the page.
    fn is_shown_to(&self, origin: &str) -> bool {
        self.headers.get("access-control-allow-origin").is_some_and(|allowed| allowed == origin)
    }
}

impl Pc {
    fn start(stick: &Stick, words: &[&str]) -> Pc {
        let mut process = Command::new(PROGRAM)
            .args(["--port", "0", "--config"])
            .arg(stick.path("config"))
            .args(words)
            .envs(stick.environment().iter().cloned())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(stick.path("stderr")).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().expect("it says where it is").unwrap();
        let port = first.split("127.0.0.1:").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let is_paired = std::fs::read_to_string(stick.path("config").join("sign-helper.json"))
            .is_ok_and(|config| config.contains(ORIGIN));
        let code = (!is_paired || words.contains(&"--pair")).then(|| {
            let line = lines.next().unwrap().unwrap();
            line.split("Mã ghép: ").nth(1).unwrap()[..7].to_owned()
        });
        Pc { process, port, code, secret: None, window: lines }
    }

    /// With the stick's module, paired.
    fn paired(stick: &Stick) -> Pc {
        let mut pc = Pc::start(stick, &["--module", stick.module_path().to_str().unwrap()]);
        let code = pc.code.clone().unwrap();
        let answer = pc.post("/v1/pair", &pairing(&code));
        assert_eq!(answer.status, 200, "{}", answer.body);
        pc.secret = Some(answer.body["secret"].as_str().unwrap().to_owned());
        pc
    }

    /// As the page sends it.
    fn post(&self, path: &str, body: &Value) -> Answer {
        let secret = self.secret.as_ref().map(|secret| format!("Bearer {secret}"));
        let mut headers = vec![("Origin", ORIGIN), ("Content-Type", "application/json")];
        headers.extend(secret.as_deref().map(|secret| ("Authorization", secret)));
        self.ask("POST", path, &headers, &body.to_string())
    }

    fn get(&self, path: &str) -> Answer {
        let secret = format!("Bearer {}", self.secret.as_deref().unwrap_or_default());
        self.ask("GET", path, &[("Origin", ORIGIN), ("Authorization", &secret)], "")
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let host = format!("127.0.0.1:{}", self.port);
        let host = headers.iter().find(|(name, _)| *name == "Host").map_or(host.as_str(), |(_, host)| host);
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in headers.iter().filter(|(name, _)| *name != "Host") {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, headers, body: serde_json::from_str(body).unwrap_or_default() }
    }

    /// Unlocks the token's key; the session.
    fn open(&self, stick: &Stick, pin: &str) -> Answer {
        let holder = json!({"module": stick.module_path(), "certificate": stick.certificate("a0")});
        self.post("/v1/open", &json!({"holder": holder, "pin": pin}))
    }

    fn session(&self, stick: &Stick) -> String {
        let answer = self.open(stick, PIN);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["session"].as_str().unwrap().to_owned()
    }

    fn sign(&self, session: &str, documents: &[String]) -> Answer {
        self.post("/v1/sign", &json!({"session": session, "documents": documents}))
    }
}

fn pairing(code: &str) -> Value {
    json!({"code": code, "box": {"name": "Trường Tiểu học Thử"}})
}

/// Signed attributes over a document, hexadecimal.
fn attributes(document: u8) -> String {
    let content_type = "301806092a864886f70d010903310b06092a864886f70d010701";
    let digest = format!("302f06092a864886f70d01090431220420{}", format!("{document:02x}").repeat(32));
    format!("314b{content_type}{digest}")
}

fn documents(number: u8) -> Vec<String> {
    (0..number).map(attributes).collect()
}

#[test]
fn a_page_is_paired_once_by_the_digits_on_the_screen() {
    let stick = stick(&[]);
    let mut pc = Pc::start(&stick, &[]);
    let hello = pc.get("/v1/hello");
    assert_eq!(hello.body["helper"], "vanthu-sign-helper", "the page knows whom it has found");
    assert_eq!((&hello.body["paired"], &hello.body["pairing"]), (&json!(false), &json!(true)));
    assert_eq!(pc.get("/v1/holders").code(), "helper.origin", "before pairing only that is answered");
    let right = pc.code.clone().unwrap();
    let wrong = if right == "000 000" { "111 111" } else { "000 000" };
    let answer = pc.post("/v1/pair", &pairing(wrong));
    assert_eq!((answer.status, answer.code()), (422, "helper.wrong_code"));
    assert!(answer.body["detail"].as_str().unwrap().contains("còn 4 lần"), "{}", answer.body);
    let secret = pc.post("/v1/pair", &pairing(&right)).body["secret"].as_str().unwrap().to_owned();
    assert_eq!(pc.post("/v1/pair", &pairing(&right)).code(), "helper.pairing_closed", "once");
    let seen = pc.window.next().unwrap().unwrap();
    assert_eq!(seen, format!("Đã ghép với trang {ORIGIN} (Trường Tiểu học Thử)."));
    drop(pc);
    let kept = std::fs::read_to_string(stick.path("config").join("sign-helper.json")).unwrap();
    assert!(kept.contains("Trường Tiểu học Thử") && !kept.contains(&secret), "{kept}");
    // The next day, without a code.
    pc = Pc::start(&stick, &[]);
    assert_eq!(pc.code, None);
    assert_eq!(pc.get("/v1/holders").code(), "helper.not_paired");
    pc.secret = Some(secret);
    let hello = pc.get("/v1/hello");
    assert_eq!((&hello.body["paired"], &hello.body["pairing"]), (&json!(true), &json!(false)));
    assert_eq!(pc.get("/v1/holders").status, 200);
}

#[test]
fn five_wrong_codes_end_the_pairing() {
    let stick = stick(&[]);
    let pc = Pc::start(&stick, &[]);
    let right = pc.code.clone().unwrap();
    let wrong = if right == "000 000" { "111 111" } else { "000 000" };
    let codes: Vec<_> = (0..6).map(|_| pc.post("/v1/pair", &pairing(wrong)).code().to_owned()).collect();
    assert_eq!(codes[..4], ["helper.wrong_code"; 4]);
    assert_eq!(codes[4], "helper.pairing_closed");
    let after = pc.post("/v1/pair", &pairing(&right));
    assert_eq!((after.status, after.code(), after.is_shown_to(ORIGIN)), (403, "helper.origin", false));
}

#[test]
fn a_foreign_page_that_guesses_does_not_keep_the_box_from_pairing() {
    let stick = stick(&[]);
    let pc = Pc::start(&stick, &[]);
    let right = pc.code.clone().unwrap();
    let wrong = if right == "000 000" { "111 111" } else { "000 000" };
    let headers = [("Origin", "http://evil.example"), ("Content-Type", "application/json")];
    let guess = || pc.ask("POST", "/v1/pair", &headers, &pairing(wrong).to_string());
    let codes: Vec<_> = (0..6).map(|_| guess().code().to_owned()).collect();
    assert_eq!(codes[3..], ["helper.wrong_code", "helper.pairing_closed", "helper.origin"]);
    assert_eq!(pc.post("/v1/pair", &pairing(&right)).status, 200);
}

#[test]
fn whoever_is_not_the_paired_page_is_refused() {
    let stick = stick(&[]);
    let pc = Pc::paired(&stick);
    let secret = format!("Bearer {}", pc.secret.as_ref().unwrap());
    let (json, good) = (("Content-Type", "application/json"), ("Authorization", secret.as_str()));
    let (ours, foreign) = (("Origin", ORIGIN), ("Origin", "http://evil.example"));
    let port = pc.port;
    let rebound = format!("evil.example:{port}");
    let (named, rebound) = (format!("localhost:{port}"), ("Host", rebound.as_str()));
    let invented = format!("Bearer {}", "0".repeat(64));
    let cases: [Refusal; 10] = [
        (&[ours, json, good], 422, "helper.unknown_holder", true),
        (&[("Host", &named), ours, json, good], 422, "helper.unknown_holder", true),
        (&[ours, json, ("Authorization", &invented)], 401, "helper.not_paired", true),
        (&[ours, json], 401, "helper.not_paired", true),
        (&[ours, good, ("Content-Type", "text/plain")], 415, "helper.nonsense", true),
        (&[foreign, json, good], 403, "helper.origin", false),
        (&[("Origin", "http://vanthu.local.evil.example"), json, good], 403, "helper.origin", false),
        (&[("Origin", "null"), json, good], 403, "helper.origin", false),
        (&[json, good], 403, "helper.origin", false),
        (&[rebound, ours, json, good], 421, "helper.host", false),
    ];
    let body = json!({"module": "/somewhere/mine.so"}).to_string();
    for (headers, status, code, shown) in cases {
        let answer = pc.ask("POST", "/v1/tokens", headers, &body);
        assert_eq!((answer.status, answer.code()), (status, code), "{headers:?}");
        assert_eq!(answer.is_shown_to(ORIGIN), shown, "{headers:?}");
        assert!(answer.headers.get("access-control-allow-origin").is_none_or(|origin| origin == ORIGIN));
        assert!(answer.body["detail"].as_str().unwrap().chars().count() > 30, "{code} has a sentence");
    }
}

#[test]
fn a_browser_that_asks_first_is_told_for_the_paired_page_only() {
    let stick = stick(&[]);
    let pc = Pc::paired(&stick);
    let ask = |origin: &str| {
        let wants = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type"),
            ("Access-Control-Request-Private-Network", "true"),
        ];
        pc.ask("OPTIONS", "/v1/sign", &wants, "")
    };
    let ours = ask(ORIGIN);
    let said = |name: &str| ours.headers.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!((ours.status, ours.is_shown_to(ORIGIN)), (204, true));
    assert_eq!(said("access-control-allow-private-network"), "true");
    assert_eq!(said("access-control-allow-headers"), "authorization, content-type");
    assert!(said("access-control-allow-methods").contains("POST"));
    let foreign = ask("http://evil.example");
    assert_eq!(foreign.status, 403);
    assert!(foreign.headers.keys().all(|name| !name.starts_with("access-control")), "{:?}", foreign.headers);
}

#[test]
fn nobody_on_the_network_reaches_it() {
    let stick = stick(&[]);
    let pc = Pc::start(&stick, &[]);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Chooses the address a neighbour would see; nothing is sent.
    if socket.connect("192.0.2.1:9").is_ok() {
        let seen = socket.local_addr().unwrap().ip();
        assert!(seen.is_loopback() || TcpStream::connect((seen, pc.port)).is_err(), "{seen}");
    }
}

#[test]
fn fifty_documents_are_signed_with_one_pin() {
    let stick = stick(&["rsa:2048"]).fault("none");
    let log = stick.path("log");
    let stick = stick.env("FAULT_LOG", log.to_str().unwrap());
    let mut pc = Pc::paired(&stick);
    let module = pc.get("/v1/holders").body["modules"][0]["path"].clone();
    assert_eq!(module, json!(stick.module_path()), "what it was told of comes first");
    let tokens = pc.post("/v1/tokens", &json!({"module": module}));
    let held = &tokens.body["tokens"][0];
    assert_eq!((&held["label"], &held["pin"]), (&json!("Con-dau"), &json!("fine")));
    let opened = pc.open(&stick, PIN);
    assert_eq!(opened.body["algorithm"], "rsa_pkcs1_sha256");
    assert_eq!(opened.body["chain"], held["certificates"][0]["chain"], "the same before and after the PIN");
    let session = opened.body["session"].as_str().unwrap();
    let (mut signed, all) = (0, documents(50));
    for some in all.chunks(20) {
        let answer = pc.sign(session, some);
        let results = answer.body["results"].as_array().unwrap();
        assert_eq!(results.len(), some.len());
        for (attributes, result) in some.iter().zip(results) {
            let signature = hex::decode(result["signature"].as_str().unwrap()).unwrap();
            let message = hex::decode(attributes).unwrap();
            assert!(stick.openssl_agrees("a0", "sha256", &message, &signature));
            signed += 1;
        }
    }
    assert_eq!(signed, 50);
    let seen: Vec<_> = pc.window.by_ref().take(51).map(Result::unwrap).collect();
    assert!(seen[0].starts_with("Đã ghép"));
    assert_eq!(seen[1], format!("Đã ký cho trang {ORIGIN} văn bản có mã băm {}.", "00".repeat(32)));
    assert_eq!(seen[50], format!("Đã ký cho trang {ORIGIN} văn bản có mã băm {}.", "31".repeat(32)));
    assert_eq!(pc.post("/v1/close", &json!({"session": session})).status, 200);
    until("logged out", || std::fs::read_to_string(&log).is_ok_and(|log| log == "in\nout\n"));
    assert_eq!(pc.sign(session, &documents(1)).code(), "helper.no_session");
    let said = std::fs::read_to_string(stick.path("stderr")).unwrap();
    assert!(
        said.contains("signed") && !said.contains(PIN) && !said.contains(pc.secret.as_ref().unwrap()),
        "{said}"
    );
}

#[test]
fn a_wrong_pin_says_how_near_the_lock_is() {
    for (fault, code, tries) in [
        ("few", "token.wrong_pin", json!("few")),
        ("last", "token.wrong_pin", json!("last")),
        ("locks", "token.pin_locked", Value::Null),
    ] {
        let stick = stick(&["ec:P-256"]).fault(fault);
        let pc = Pc::paired(&stick);
        let refused = pc.open(&stick, "000000");
        assert_eq!((refused.status, refused.code(), &refused.body["tries"]), (422, code, &tries));
        assert!(refused.body["detail"].as_str().unwrap().contains("Hãy"));
    }
}

#[test]
fn a_token_pulled_out_costs_the_documents_after_it_only() {
    let stick = stick(&["ec:P-256"]).fault("removed").env("FAULT_AT", "3");
    let pc = Pc::paired(&stick);
    let session = pc.session(&stick);
    let answer = pc.sign(&session, &documents(5));
    let results = answer.body["results"].as_array().unwrap();
    let codes: Vec<_> = results.iter().map(|one| one["error"]["code"].as_str().unwrap_or("signed")).collect();
    assert_eq!(codes, ["signed", "signed", "token.gone", "token.gone", "token.gone"]);
    assert_eq!(pc.sign(&session, &documents(1)).code(), "helper.no_session");
    // Plugged in again, and the rest.
    let session = pc.session(&stick);
    let rest = pc.sign(&session, &documents(2));
    assert!(rest.body["results"].as_array().unwrap().iter().all(|one| one["signature"].is_string()));
}

#[test]
fn a_page_gets_nothing_loaded_and_nothing_signed_that_it_invents() {
    let stick = stick(&["ec:P-256"]);
    let pc = Pc::paired(&stick);
    for holder in
        [json!({"module": "/somewhere/mine.so", "certificate": "ab"}), json!({"file": "/etc/passwd"})]
    {
        let refused = pc.post("/v1/open", &json!({"holder": holder, "pin": PIN}));
        assert_eq!((refused.status, refused.code()), (422, "helper.unknown_holder"), "{holder}");
    }
    let session = pc.session(&stick);
    let challenge = "20".repeat(64);
    let answer = pc.sign(&session, &[challenge, attributes(1)]);
    assert_eq!(answer.body["results"][0]["error"]["code"], "helper.not_attributes");
    assert!(answer.body["results"][1]["signature"].is_string(), "each document by itself");
    assert_eq!(pc.sign(&session, &vec![attributes(1); 201]).status, 413);
    assert_eq!(
        pc.post("/v1/sign", &json!({"session": session, "documents": ["zz"]})).code(),
        "helper.nonsense"
    );
    assert_eq!(pc.get("/v1/else").status, 404);
}

#[test]
fn a_key_file_on_the_pc_serves_as_well() {
    let stick = stick(&["rsa:2048"]);
    let file = stick.key_file("a0");
    let mut pc = Pc::start(&stick, &["--key-file", file.to_str().unwrap()]);
    let code = pc.code.clone().unwrap();
    pc.secret = Some(pc.post("/v1/pair", &pairing(&code)).body["secret"].as_str().unwrap().to_owned());
    let file = pc.get("/v1/holders").body["files"][0].clone();
    assert_eq!(file["name"], "a0.p12");
    let open = |pin: &str| pc.post("/v1/open", &json!({"holder": {"file": file["path"]}, "pin": pin}));
    assert_eq!(open("sai").code(), "token.wrong_passphrase");
    let opened = open(PIN);
    let signed = pc.sign(opened.body["session"].as_str().unwrap(), &documents(1));
    let signature = hex::decode(signed.body["results"][0]["signature"].as_str().unwrap()).unwrap();
    assert!(stick.openssl_agrees("a0", "sha256", &hex::decode(attributes(0)).unwrap(), &signature));
    assert!(Path::new(file["path"].as_str().unwrap()).is_absolute());
}

#[test]
fn a_port_that_is_taken_is_said() {
    let stick = stick(&[]);
    let pc = Pc::start(&stick, &[]);
    let second = Command::new(PROGRAM)
        .args(["--port", &pc.port.to_string(), "--config"])
        .arg(stick.path("other"))
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&second.stderr).contains("đã chạy rồi"));
}
