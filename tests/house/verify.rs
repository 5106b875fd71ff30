//! `vanthu verify` as IT people and scripts meet it: what it answers, and with which exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use xtask::place::{at, program};
use xtask::setup::judges;

use crate::authority::{Authority, PIN};

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
        desk.sign("paper.pdf", &at("tests/fixtures/pki/unit.p12"), "mật khẩu đơn vị", "signed.pdf");
        desk
    }

    fn sign(&self, from: &str, key: &Path, pin: &str, to: &str) {
        let signed = Command::new(program("vanthu"))
            .args(["sign", "--look", "none", "--pin-env", "PIN", "--key"])
            .args([key, &self.at(from), &self.at(to)])
            .env("PIN", pin)
            .output()
            .unwrap();
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
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

const LINE: &str = "<</Length 27>>stream\n60 760 m 300 760 l 2 w S  %1\nendstream";

/// One page, as small as a PDF can be.
fn paper() -> Vec<u8> {
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>>>",
        LINE,
    ])
}

/// The same page with a field to be filled in.
fn form() -> Vec<u8> {
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>/Annots[5 0 R]>>",
        LINE,
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(SoLuong)/F 4/P 3 0 R/Rect[60 700 200 720]>>",
    ])
}

/// A file with one object written anew behind it, as programs save what somebody changed.
fn changed(file: &[u8], number: u32, body: &str) -> Vec<u8> {
    let said = |word: &str| -> String {
        let at = file.windows(word.len()).rposition(|window| window == word.as_bytes()).unwrap() + word.len();
        let digits = file[at..].iter().map(|byte| char::from(*byte));
        digits.skip_while(char::is_ascii_whitespace).take_while(char::is_ascii_digit).collect()
    };
    let (size, before) = (said("/Size"), said("startxref"));
    let mut file = file.to_vec();
    let object = file.len();
    file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    let start = file.len();
    let table = format!("xref\n{number} 1\n{object:010} 00000 n \n");
    let trailer = format!(
        "trailer\n<</Size {size}/Root 1 0 R/Prev {before}/ID[<00><01>]>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice((table + &trailer).as_bytes());
    file
}

fn pdf(bodies: &[&str]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let size = bodies.len() + 1;
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for (index, body) in bodies.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n{body}\nendobj\n", index + 1).as_bytes());
    }
    let start = pdf.len();
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R/ID[<00><00>]>>\nstartxref\n{start}\n%%EOF\n");
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

#[test]
fn what_was_done_to_a_file_after_it_was_signed_is_told_by_what_it_was() {
    let desk = Desk::new();
    let signed = fs::read(desk.at("signed.pdf")).unwrap();
    let other_line = LINE.replace("300", "500");
    fs::write(desk.at("redrawn.pdf"), changed(&signed, 4, &other_line)).unwrap();
    fs::write(desk.at("form.pdf"), form()).unwrap();
    desk.sign("form.pdf", &at("tests/fixtures/pki/unit.p12"), "mật khẩu đơn vị", "signed-form.pdf");
    let signed = fs::read(desk.at("signed-form.pdf")).unwrap();
    let field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(SoLuong)/V(35)/F 4/P 3 0 R/Rect[60 700 200 720]>>";
    fs::write(desk.at("filled.pdf"), changed(&signed, 5, field)).unwrap();
    for (file, word, heading) in [
        ("redrawn.pdf", "changed_after_signing_forbidden", "BỊ THAY ĐỔI SAU KHI KÝ: "),
        ("filled.pdf", "changed_after_signing_allowed", "HỢP LỆ, CÓ PHẦN ĐIỀN THÊM SAU KHI KÝ: "),
    ] {
        assert_eq!(desk.word(file), (word.into(), Some(1)), "{file}");
        let told = desk.verify(file, &["--trust", "trust"]);
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.starts_with(heading), "{told}");
    }
}

/// The list of what was taken back is DER, as authorities publish it.
#[test]
fn a_certificate_that_was_taken_back_or_ran_out_is_told() {
    let (desk, authority) = (Desk::new(), Authority::open());
    authority.person("head", "Nguyễn Hữu Phước");
    desk.sign("paper.pdf", &authority.path("head.p12"), PIN, "head.pdf");
    fs::copy(authority.path("root.pem"), desk.at("trust/root.pem")).unwrap();
    fs::write(desk.at("trust/inter.crl"), authority.list("inter")).unwrap();
    assert_eq!(desk.word("head.pdf"), ("good".into(), Some(0)));
    authority.revoke("head");
    fs::write(desk.at("trust/inter.crl"), authority.list("inter")).unwrap();
    assert_eq!(desk.word("head.pdf"), ("revoked".into(), Some(1)));
    let told = desk.verify("head.pdf", &["--trust", "trust"]);
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("CHỨNG THƯ BỊ THU HỒI: "));

    // Nobody here signs with a certificate that ran out; others may.
    let script = at("appliance/paper/tests/paper/certify.py");
    let output = Command::new(judges::python())
        .args([
            &script,
            &desk.at("paper.pdf"),
            &desk.at("expired.pdf"),
            &at("tests/fixtures/pki/expired.p12"),
        ])
        .args(["het-han", "FILL_FORMS"])
        .output()
        .expect("pyHanko is missing: run `cargo xtask setup`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(desk.word("expired.pdf"), ("expired".into(), Some(1)));
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
