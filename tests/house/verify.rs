//! `vanthu verify` as IT people and scripts meet it: what it answers, and with which exit code.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use xtask::place::{at, program};

/// A folder with a paper, and the paper signed by the school's invented seal.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(desk.at("paper.pdf"), paper()).unwrap();
        fs::create_dir(desk.at("trust")).unwrap();
        fs::copy(at("tests/fixtures/pki/ca.pem"), desk.at("trust/ca.pem")).unwrap();
        let signed = Command::new(program("vanthu"))
            .args(["sign", "--look", "none", "--pin-env", "PIN", "--key"])
            .arg(at("tests/fixtures/pki/unit.p12"))
            .args([desk.at("paper.pdf"), desk.at("signed.pdf")])
            .env("PIN", "mật khẩu đơn vị")
            .output()
            .unwrap();
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self, file: &str, more: &[&str]) -> Output {
        let mut command = Command::new(program("vanthu"));
        command.arg("verify").arg(self.at(file)).args(more).current_dir(self.folder.path());
        command.output().unwrap()
    }

    /// The verdict and the exit code, asked with the trust folder.
    fn word(&self, file: &str) -> (String, Option<i32>) {
        let output = self.verify(file, &["--trust", "trust", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["verdict"].as_str().unwrap().into(), output.status.code())
    }
}

/// One page, as small as a PDF can be.
fn paper() -> Vec<u8> {
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>>>",
        "<</Length 27>>stream\n60 760 m 300 760 l 2 w S  %1\nendstream",
    ];
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
    for (index, body) in bodies.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n{body}\nendobj\n", index + 1).as_bytes());
    }
    let start = pdf.len();
    let trailer = format!("trailer\n<</Size 5/Root 1 0 R/ID[<00><00>]>>\nstartxref\n{start}\n%%EOF\n");
    pdf.extend_from_slice((table + &trailer).as_bytes());
    pdf
}

#[test]
fn what_was_signed_here_is_good_where_its_authority_is_trusted() {
    let desk = Desk::new();
    let output = desk.verify("signed.pdf", &["--trust", "trust", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    let [signature] = report["signatures"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!(signature["verdict"], "good");
    assert_eq!(signature["covers_whole"], true);
    assert_eq!(signature["signer"], "TRƯỜNG THCS HOA PHƯỢNG");
    assert_eq!((&signature["kind"], &signature["level"]), (&"signature".into(), &"B-B".into()));
    let told = desk.verify("signed.pdf", &["--trust", "trust"]);
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("HỢP LỆ: "));
}

#[test]
fn every_other_verdict_ends_with_one_and_a_sentence() {
    let desk = Desk::new();
    let signed = fs::read(desk.at("signed.pdf")).unwrap();
    let place = signed.windows(6).position(|window| window == b"60 760").unwrap();
    let mut altered = signed.clone();
    altered[place] = b'9';
    fs::write(desk.at("altered.pdf"), altered).unwrap();
    fs::write(desk.at("cut.pdf"), &signed[..signed.len() - 900]).unwrap();
    fs::write(desk.at("garbage.pdf"), [7; 4000]).unwrap();
    for (file, word) in [
        ("paper.pdf", "not_signed"),
        ("altered.pdf", "altered"),
        ("cut.pdf", "malformed"),
        ("garbage.pdf", "malformed"),
    ] {
        assert_eq!(desk.word(file), (word.into(), Some(1)), "{file}");
    }
    let untrusted = desk.verify("signed.pdf", &[]);
    assert_eq!(untrusted.status.code(), Some(1));
    let said = String::from_utf8_lossy(&untrusted.stdout).into_owned();
    assert!(said.contains("--trust"), "{said}");
}

/// Refused by its size: nobody waits for two gigabytes to be read, and no memory is taken for them.
#[test]
fn a_file_of_two_gigabytes_is_refused_unread() {
    let desk = Desk::new();
    fs::File::create(desk.at("huge.pdf")).unwrap().set_len(2 << 30).unwrap();
    assert_eq!(desk.word("huge.pdf"), ("malformed".into(), Some(1)));
    let output = desk.verify("huge.pdf", &["--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["fault"], "too_large");
}

#[test]
fn what_cannot_be_read_is_a_fault_and_a_wrong_command_line_is_neither() {
    let desk = Desk::new();
    let is_fault = |output: Output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("Hãy"), "{said}");
    };
    is_fault(desk.verify("missing.pdf", &[]));
    is_fault(desk.verify("trust", &[]));
    is_fault(desk.verify("signed.pdf", &["--trust", "no-such-folder"]));
    is_fault(desk.verify("signed.pdf", &["--trust", "paper.pdf"]));
    let alone = Command::new(program("vanthu")).arg("verify").output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
    let unknown = desk.verify("signed.pdf", &["--no-such-flag"]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// A folder of lists in which something else lies is still read; what was not used is named.
#[test]
fn a_file_in_the_trust_folder_that_is_no_list_is_named_and_passed_over() {
    let desk = Desk::new();
    fs::write(desk.at("trust/ghi-chu.txt"), "danh sách cập nhật ngày 1").unwrap();
    let output = desk.verify("signed.pdf", &["--trust", "trust"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ghi-chu.txt"));
}
