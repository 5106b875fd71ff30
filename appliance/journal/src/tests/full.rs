//! The disk is full, and later it is not: nothing is lost, nothing doubled, and nobody has to restart anything.

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use tempfile::TempDir;

use super::disk::Disk;
use super::toy::{Letter, OFFICE, Office, register, rename};
use crate::{Fault, Journal};

const LETTERS: u64 = 4;

/// Registers letter `n` unless it is there already, as a careful clerk would look before typing it again.
fn register_once(journal: &Journal, n: u64) -> Result<(), Fault> {
    let id = format!("cv-{n}");
    if journal.read()?.get::<Letter>(&id)?.is_some() {
        return Ok(());
    }
    // A long subject now and then makes the file grow.
    register(journal, &id, &"x".repeat(if n == 3 { 300_000 } else { 10 })).map(|_| ())
}

/// The disk fails at the `after`-th access of the day, `times` times. Whether it came to that.
/// The blobs are on another disk, the same for all days: they have a test of their own.
fn day_on_a_disk_that_fills_up(blobs: &Arc<TempDir>, after: u64, times: u64) -> bool {
    let disk = Disk::new();
    crate::open::found(disk.opener(), &OFFICE).unwrap();
    let office = Office::in_folder(blobs.clone(), disk).unwrap();
    office.disk.fill_up(after, times);
    let mut refused = 0;
    let mut came_to_it = false;
    for n in 1..=LETTERS {
        while let Err(fault) = register_once(&office.journal, n) {
            assert!(fault.is_disk_full(), "access {after}: {fault}");
            refused += 1;
            if refused > 3 {
                came_to_it |= office.disk.make_space();
            }
            assert!(refused < 10, "access {after}: still refused with space: {fault}");
        }
    }
    came_to_it |= office.disk.make_space();
    assert_eq!(office.check(), Vec::<String>::new(), "access {after}");
    let numbers: Vec<u64> = office.letters().iter().map(|letter| letter.number).collect();
    assert_eq!(numbers, (1..=LETTERS).collect::<Vec<_>>(), "access {after}");
    let office = office.restart().unwrap();
    assert_eq!(office.letters().len() as u64, LETTERS, "access {after}, after a restart");
    came_to_it
}

#[test]
fn after_one_failed_access_wherever_it_is_the_day_goes_on() {
    let blobs = Arc::new(tempfile::tempdir().unwrap());
    let accesses = (0..).find(|&after| !day_on_a_disk_that_fills_up(&blobs, after, 1)).unwrap();
    assert!(accesses > 50, "only {accesses} accesses were tried");
}

#[test]
fn a_disk_that_stays_full_is_said_so_until_there_is_space() {
    let blobs = Arc::new(tempfile::tempdir().unwrap());
    let tried = (0..).step_by(3).find(|&after| !day_on_a_disk_that_fills_up(&blobs, after, u64::MAX));
    assert!(tried.unwrap() > 50);
}

#[test]
fn a_snapshot_from_before_a_failure_fails_in_an_orderly_way() {
    let office = Office::new();
    for n in 1..=30 {
        office.register(&format!("cv-{n}"), &"x".repeat(20_000)).unwrap();
    }
    let office = office.restart().unwrap();
    let before = office.journal.read().unwrap();
    office.disk.fill_up(0, 1);
    assert!(office.register("cv-31", "x").unwrap_err().is_disk_full());
    office.disk.make_space();
    office.register("cv-31", "x").unwrap();
    assert!(before.all::<Letter>().is_err(), "its pages may have been written over");
    drop(before);
    assert_eq!(office.letters().len(), 31);
    assert_eq!(office.check(), Vec::<String>::new());
}

#[test]
fn a_disk_that_is_full_at_the_start_is_said_so_too() {
    let image = {
        let office = Office::new();
        office.register("cv-1", "một").unwrap();
        // Not switched off properly, so that the start has to write.
        office.disk.image()
    };
    let mut refused = 0;
    for after in 0..20 {
        let disk = Disk::holding(image.clone());
        disk.fill_up(after, u64::MAX);
        if let Err(error) = Office::on(disk.clone()) {
            assert!(error.is_disk_full(), "access {after}: {error}");
            refused += 1;
        }
        disk.make_space();
        let office = Office::on(disk).unwrap();
        assert_eq!(office.register("cv-2", "hai").unwrap().seq, 2, "access {after}");

        let new = Disk::new();
        new.fill_up(after, u64::MAX);
        if let Err(error) = Office::on(new) {
            assert!(error.is_disk_full(), "access {after} of a new journal: {error}");
            refused += 1;
        }
    }
    assert!(refused > 10);
}

/// On a real file system: a tmpfs of six megabytes in a mount namespace of its own, which ends with the test.
#[test]
fn a_really_full_disk_lets_read_and_recovers() {
    if std::env::var_os("VANTHU_NO_MOUNT").is_some_and(|said| said == "1") {
        eprintln!("VANTHU_NO_MOUNT=1: the test of a full disk is left out");
        return;
    }
    let disk = tempfile::tempdir().unwrap();
    // Root may have a mount namespace for the asking; anybody else gets one together with a user namespace.
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let namespaces: &[&str] = if is_root { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] };
    let script = "mount -t tmpfs -o size=6m small-disk \"$0\" && exec \"$1\" --ignored --exact \"$2\"";
    let there = std::process::Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", script])
        .arg(disk.path())
        .arg(std::env::current_exe().unwrap())
        .arg(format!("{}::on_a_disk_of_six_megabytes", module_path!().split_once("::").unwrap().1))
        .env(SMALL_DISK, disk.path())
        .output()
        .expect("unshare (Debian package util-linux)");
    let said = String::from_utf8_lossy(&there.stdout);
    assert!(
        there.status.success() && said.contains("1 passed"),
        "{said}{} Without user namespaces, run the tests as root; VANTHU_NO_MOUNT=1 leaves this one out.",
        String::from_utf8_lossy(&there.stderr)
    );
}

/// Where the small disk lies, told to the test that runs on it.
const SMALL_DISK: &str = "VANTHU_SMALL_DISK";

#[test]
#[ignore = "run by the test before it, which mounts the disk"]
fn on_a_disk_of_six_megabytes() {
    let disk = std::path::PathBuf::from(std::env::var_os(SMALL_DISK).unwrap());
    let folder = tempfile::tempdir_in(&disk).unwrap();
    let journal = Journal::open(folder.path(), OFFICE).unwrap();
    register(&journal, "cv-1", "một").unwrap();

    let ballast = disk.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let refused =
        (2..).find_map(|n| register(&journal, &format!("cv-{n}"), &"x".repeat(50_000)).err()).unwrap();
    assert!(refused.is_disk_full(), "{refused}");
    while rename(&journal, "cv-1", &"y".repeat(60_000)).is_ok() {}

    let before = journal.read().unwrap();
    assert!(before.get::<Letter>("cv-1").unwrap().is_some(), "readable while full");
    let head = before.head();
    drop(before);
    let refused = register(&journal, "cv-last", &"x".repeat(50_000)).unwrap_err();
    assert!(refused.is_disk_full(), "{refused}");

    std::fs::remove_file(ballast).unwrap();
    let next = register(&journal, "cv-last", "hai").unwrap();
    assert_eq!(next.seq, head.seq + 1);
    assert_eq!(journal.check().unwrap().faults, Vec::<String>::new());
}
