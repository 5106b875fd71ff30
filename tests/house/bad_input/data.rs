//! The data folder: written by a newer program, held by another process, cut short, not a folder. Nothing in it is
//! changed by a refusal.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use redb::{Database, TableDefinition};
use wire::Sha256;
use xtask::place::program;

use super::support::{School, free_address, says_what_to_do};

const META: TableDefinition<'static, &'static str, &'static str> = TableDefinition::new("meta");

/// What the sentence about a newer version says.
const NEWER: &str = "phiên bản vanthu mới hơn";

fn vanthu(arguments: &[&str], data: &Path) -> Output {
    let address = free_address().to_string();
    let listen: &[&str] = if arguments[0] == "serve" { &["--listen", &address] } else { &[] };
    Command::new(program("vanthu")).args(arguments).args(listen).arg("--data").arg(data).output().unwrap()
}

/// Every command that opens the data ends with 3 and a sentence; the files stay as they were.
fn not_opened(data: &Path, says: &str) {
    let before = journal(data);
    for command in ["serve", "check", "rebuild"] {
        let output = vanthu(&[command], data);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{command}: {said}");
        let sentence = said.lines().find(|line| line.contains("Hãy") || line.contains("hãy"));
        let sentence = sentence.unwrap_or_else(|| panic!("{command}: no next step in {said}"));
        assert!(sentence.contains(says), "{command}: {sentence}");
        says_what_to_do(sentence);
        assert!(!said.contains("panicked"), "{said}");
    }
    // redb notes in a whole file that it was opened and closed, and makes something of an empty one.
    let comparable = says != NEWER && before != Some(Sha256::of(b""));
    assert!(!comparable || journal(data) == before, "a refusal changes nothing");
}

fn journal(data: &Path) -> Option<Sha256> {
    fs::read(data.join("journal.redb")).ok().map(|bytes| Sha256::of(&bytes))
}

#[test]
fn data_of_a_newer_version_is_left_alone_and_opens_again_with_the_right_one() {
    let mut school = School::closed("newer", &[]);
    let data = school.folder.join("data");
    let write_format = |format: &str| {
        let database = Database::open(data.join("journal.redb")).unwrap();
        let writing = database.begin_write().unwrap();
        writing.open_table(META).unwrap().insert("format", format).unwrap();
        writing.commit().unwrap();
    };
    write_format("99");
    not_opened(&data, NEWER);
    write_format("1");
    school.machine.start().unwrap();
    school.goes_on();
    school.closes_sound();
}

#[test]
fn a_second_process_is_refused_and_the_first_goes_on() {
    let school = School::open("second-process", &[]);
    let data = school.folder.join("data");
    let clerk = school.clerk();
    // Not compared byte for byte: the first one may write at any time.
    for command in ["serve", "check", "rebuild"] {
        let output = vanthu(&[command], &data);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{command}: {said}");
        assert!(said.contains("đang được một tiến trình vanthu khác dùng"), "{command}: {said}");
        says_what_to_do(said.lines().find(|line| line.contains("Hãy")).unwrap());
    }
    clerk.get("/api/home").unwrap();
    school.goes_on();
    school.closes_sound();
}

#[test]
fn a_journal_that_is_gone_cut_short_or_no_journal_is_never_begun_anew() {
    let school = School::closed("damaged", &[]);
    let data = school.folder.join("data");
    let file = data.join("journal.redb");
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    not_opened(&data, "chép nguyên thư mục");
    assert!(!file.exists());
    for damaged in [&b""[..], b"redb", b"#!/bin/sh\n", &whole[..whole.len() / 2], &vec![0; whole.len()]] {
        fs::write(&file, damaged).unwrap();
        not_opened(&data, "chép nguyên thư mục");
    }
    fs::write(&file, &whole).unwrap();
    let mut school = school;
    school.machine.start().unwrap();
    school.goes_on();
    school.closes_sound();
}

#[test]
fn a_folder_that_is_a_file_and_an_address_that_is_taken_are_named() {
    let school = School::open("taken", &[]);
    let file = school.folder.join("not-a-folder");
    fs::write(&file, "x").unwrap();
    let output = vanthu(&["serve"], &file);
    assert_eq!(output.status.code(), Some(3));
    let address = school.base().trim_start_matches("http://").to_owned();
    let other = School::closed("taken-other", &[]);
    let output = Command::new(program("vanthu"))
        .args(["serve", "--listen", &address, "--data"])
        .arg(other.folder.join("data"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    other.closes_sound();
    school.goes_on();
    school.closes_sound();
}
