//! The program itself: its command line, its exit codes, its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::school::fixture;

fn vanthu(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    command.args(arguments).env("VANTHU_TEST_PASSWORD", "mười hai con giáp");
    command
}

fn init(data: &Path) -> Output {
    let data = data.to_str().unwrap();
    let arguments = ["init", "--data", data, "--unit", "Trường THCS Hoa Mai", "--admin", "it"];
    vanthu(&arguments).args(["--password-env", "VANTHU_TEST_PASSWORD", "--json"]).output().unwrap()
}

/// Serves on a free port and waits until it says where.
pub(crate) fn serve(data: &Path) -> (Child, String) {
    let mut child = vanthu(&["serve", "--json", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    (child, said["listening"].as_str().unwrap().to_owned())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_box_is_set_up_once_checked_and_rebuilt() {
    let folder = TempDir::new().unwrap();
    let done = init(folder.path());
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let again = init(folder.path());
    assert_eq!(again.status.code(), Some(1), "set up twice: {}", said(&again));
    let data = folder.path().to_str().unwrap();
    for command in ["check", "rebuild", "check"] {
        let output = vanthu(&[command, "--json", "--data", data]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {}", said(&output));
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["ok"], true);
    }
    assert_eq!(vanthu(&["serve"]).output().unwrap().status.code(), Some(2), "used wrongly");
}

#[test]
fn a_second_process_on_the_data_is_refused_in_words_and_the_first_goes_on() {
    let folder = TempDir::new().unwrap();
    init(folder.path());
    let (mut first, address) = serve(folder.path());
    let data = folder.path().to_str().unwrap();
    for second in [vec!["serve", "--listen", "127.0.0.1:0", "--data", data], vec!["check", "--data", data]] {
        let output = vanthu(&second).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(said(&output).contains("đang được một tiến trình vanthu khác dùng"), "{}", said(&output));
    }
    assert!(answer(&address, "/healthz").starts_with("HTTP/1.1 200"));
    terminate(&first);
    assert_eq!(first.wait().unwrap().code(), Some(0));
}

#[test]
fn told_to_stop_the_box_ends_in_order_even_while_browsers_watch() {
    let folder = TempDir::new().unwrap();
    init(folder.path());
    let (mut child, address) = serve(folder.path());
    let cookie = signed_in(&address);
    let mut watching = TcpStream::connect(&address).unwrap();
    write!(watching, "GET /api/live HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\n\r\n").unwrap();
    let mut reader = BufReader::new(watching);
    let mut status = String::new();
    reader.read_line(&mut status).unwrap();
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let data = folder.path().to_str().unwrap();
    assert_eq!(vanthu(&["check", "--data", data]).output().unwrap().status.code(), Some(0));
}

#[test]
fn images_become_a_document_and_a_document_is_signed_from_the_command_line() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (page, key) = (fixture("pages/p01.jpg"), fixture("pki/unit.p12"));
    let (page, key) = (page.to_str().unwrap(), key.to_str().unwrap());
    let composed =
        vanthu(&["compose", "--json", "--dpi", "300", page, page, "-o", &at("a.pdf")]).output().unwrap();
    assert_eq!(composed.status.code(), Some(0), "{}", said(&composed));
    assert_eq!(serde_json::from_slice::<Value>(&composed.stdout).unwrap()["pages"], 2);

    let sign = |pin: &str| {
        let arguments =
            ["sign", "--json", "--key", key, "--pin-env", "VANTHU_TEST_PIN", &at("a.pdf"), &at("b.pdf")];
        vanthu(&arguments).env("VANTHU_TEST_PIN", pin).output().unwrap()
    };
    let refused = sign("sai");
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("PIN"), "{}", said(&refused));
    let signed = sign("mật khẩu đơn vị");
    assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
    let (before, after) = (std::fs::read(at("a.pdf")).unwrap(), std::fs::read(at("b.pdf")).unwrap());
    assert!(after.starts_with(&before), "signing only appends");
    let again = ["sign", "--key", key, "--pin-env", "VANTHU_TEST_PIN", &at("b.pdf"), &at("b.pdf")];
    let again = vanthu(&again).env("VANTHU_TEST_PIN", "mật khẩu đơn vị").output().unwrap();
    assert_eq!(again.status.code(), Some(0), "the file itself may be signed: {}", said(&again));
    let twice = std::fs::read(at("b.pdf")).unwrap();
    assert!(twice.starts_with(&after) && twice.len() > after.len());

    let wrong = vanthu(&["compose", key, "-o", &at("c.pdf")]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!Path::new(&at("c.pdf")).exists());
}

/// The sentence is the person's, with what to do; the machine's own words stand on a line of their own, and `--json` has
/// none of them.
#[test]
fn an_image_that_cannot_be_a_page_is_refused_in_words() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let whole = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    std::fs::write(at("cut.jpg"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(at("letter.txt"), "Kính gửi").unwrap();
    image::GrayImage::new(4, 4).save(at("dot.png")).unwrap();
    let page = fixture("pages/p01.jpg");
    for (image, dpi, code) in [
        ("cut.jpg", "300", "compose.damaged"),
        ("letter.txt", "300", "compose.not_an_image"),
        ("dot.png", "1200", "compose.size"),
        ("none.jpg", "300", "compose.image_unread"),
    ] {
        let out = at("out.pdf");
        let arguments = ["compose", "--json", "--dpi", dpi, page.to_str().unwrap(), &at(image), "-o", &out];
        let output = vanthu(&arguments).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &told["code"]), (Some(1), &code.into()), "{}", said(&output));
        let sentence = told["detail"].as_str().unwrap();
        assert!(sentence.contains(&at(image)) && sentence.contains("Hãy "), "{sentence}");
        let said = said(&output);
        let [first, cause] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
        assert_eq!(first, sentence);
        let english = cause.strip_prefix("(page 2").and_then(|cause| cause.strip_suffix(')'));
        assert!(english.is_some_and(str::is_ascii), "{cause}");
        assert!(!sentence.contains("page"), "{sentence}");
        assert!(!Path::new(&out).exists(), "half a document");
    }
}

#[test]
fn a_document_is_made_to_fit_from_the_command_line() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let pages = [1, 2, 3, 4].map(|n| fixture(&format!("pages/p0{n}.jpg")).to_str().unwrap().to_owned());
    let compose = |more: &[&str], to: &str| {
        let mut arguments = vec!["compose", "--json", "--dpi", "300"];
        arguments.extend(more.iter().copied().chain(pages.iter().map(String::as_str)));
        let output = vanthu(&[&arguments[..], &["-o", &at(to)]].concat()).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), told)
    };
    let (code, none) = compose(&["--most-mb", "0,1"], "none.pdf");
    assert_eq!(
        (code, &none["code"], none["steps"].as_array().map(Vec::len)),
        (Some(1), &"fit.too_large".into(), Some(3))
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing half done is left");

    let tightest = none["steps"][2]["bytes"].as_u64().unwrap();
    let most = format!("{}", (tightest as f64 + 500.0) / 1e6);
    let (code, fits) = compose(&["--most-mb", &most], "fits.pdf");
    assert_eq!(
        (code, &fits["bytes"], &fits["steps"][2]["fits"]),
        (Some(0), &tightest.into(), &true.into()),
        "{fits}"
    );
    let (_, plain) = compose(&["--plain"], "plain.pdf");
    assert_eq!(plain["plain"], serde_json::json!([]), "what was asked for is no remark");
    assert!(plain["bytes"].as_u64() > none["steps"][0]["bytes"].as_u64());
    let (_, ccitt) = compose(&["--ccitt"], "ccitt.pdf");
    assert!(
        std::fs::read(at("ccitt.pdf")).unwrap().windows(14).any(|seen| seen == b"CCITTFaxDecode"),
        "{ccitt}"
    );
    assert_eq!(compose(&["--plain", "--most-mb", "1"], "x.pdf").0, Some(2));
}

fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn answer(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn signed_in(address: &str) -> String {
    let body = r#"{"username":"it","password":"mười hai con giáp"}"#;
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /api/sessions HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let cookie = text.lines().find(|line| line.to_lowercase().starts_with("set-cookie")).unwrap();
    cookie.split_once(' ').unwrap().1.split(';').next().unwrap().to_owned()
}
