//! Opening: each thing that can be wrong is told apart, since each has another remedy.

use std::fs;

use redb::WriteTransaction;

use super::disk::Disk;
use super::toy::{OFFICE, Office, register};
use crate::store::META;
use crate::{Journal, OpenError, Projection};

#[test]
fn a_new_folder_begins_a_journal_that_stays_the_same() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("srv").join("vanthu");
    let journal = Journal::open(&folder, OFFICE).unwrap();
    let (id, head) = (journal.id(), register(&journal, "cv-1", "một").unwrap());
    drop(journal);
    let journal = Journal::open(&folder, OFFICE).unwrap();
    assert_eq!((journal.id(), journal.head().unwrap(), *journal.tip().borrow()), (id, head, 1));
    assert_eq!(journal.check().unwrap().faults, Vec::<String>::new());
    assert_ne!(id, Office::new().journal.id());
}

#[test]
fn data_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("vanthu");
    let journal = Journal::open(&folder, OFFICE).unwrap();
    register(&journal, "cv-1", "một").unwrap();
    for name in [".", "journal.redb", "blobs", "tmp"] {
        let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn a_second_program_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Journal::open(folder.path(), OFFICE).unwrap();
    let unfinished = first.blobs().writer().unwrap();
    let refused = Journal::open(folder.path(), OFFICE).err().unwrap();
    assert!(matches!(refused, OpenError::InUse), "{refused}");
    // It must not have swept the first one's unfinished work away either.
    unfinished.finish().unwrap();
    drop(first);
    Journal::open(folder.path(), OFFICE).unwrap();
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let newer = |transaction: &WriteTransaction| {
        transaction.open_table(META).unwrap().insert("format", "2").unwrap();
    };
    let disk = office.disk.clone();
    drop(office);
    let database = redb::Builder::new().create_with_backend(disk.clone()).unwrap();
    let transaction = database.begin_write().unwrap();
    newer(&transaction);
    transaction.commit().unwrap();
    drop(database);
    let refused = Office::on(disk).err().unwrap();
    assert!(matches!(refused, OpenError::Newer { found: 2, known: 1 }), "{refused}");
}

#[test]
fn files_that_are_no_journal_are_damaged_and_not_overwritten() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let image = {
        let disk = office.disk.clone();
        drop(office);
        disk.image()
    };
    let mut header_gone = image.clone();
    header_gone[..320].fill(0xA5);
    let cases = [
        ("text", b"not a journal at all".repeat(1000)),
        ("cut short", image[..image.len() / 3].to_vec()),
        ("a few bytes", image[..100].to_vec()),
        ("header gone", header_gone),
    ];
    for (name, bytes) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal.redb");
        fs::write(&file, &bytes).unwrap();
        let refused =
            Journal::open(folder.path(), OFFICE).err().unwrap_or_else(|| panic!("{name} was opened"));
        assert!(matches!(refused, OpenError::Damaged(_)), "{name}: {refused}");
        assert!(fs::read(&file).unwrap() == bytes, "{name} was changed");
    }
    let others = Disk::new();
    drop(redb::Builder::new().create_with_backend(others.clone()).unwrap());
    let refused = Office::on(others).err().unwrap();
    assert!(matches!(refused, OpenError::Damaged(_)), "{refused}");
}

#[test]
fn blobs_without_their_journal_do_not_begin_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), OFFICE).unwrap();
    register(&journal, "cv-1", "một").unwrap();
    drop(journal);
    fs::remove_file(folder.path().join("journal.redb")).unwrap();
    for _ in 0..2 {
        let refused = Journal::open(folder.path(), OFFICE).err().unwrap();
        assert!(matches!(refused, OpenError::Missing), "{refused}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_a_fault_of_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = Journal::open(&file.join("data"), OFFICE).err().unwrap();
    assert!(matches!(refused, OpenError::Disk(_)), "{refused}");
    assert!(!refused.is_disk_full());
}

#[test]
fn rows_of_another_version_are_made_anew() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let (disk, folder) = (office.disk.clone(), tempfile::tempdir().unwrap());
    drop(office);
    const NEXT: Projection = Projection {
        version: 2,
        project: |rows, header, body| (OFFICE.project)(rows, header, &body.replace("một", "hai")),
    };
    crate::Blobs::below(folder.path()).unwrap().put(b"scan of cv-1").unwrap();
    let journal = Journal::over(folder.path(), NEXT, disk.opener()).unwrap();
    let letter = journal.read().unwrap().get::<super::toy::Letter>("cv-1").unwrap().unwrap();
    assert_eq!(letter.subject, "hai");
    assert_eq!(journal.check().unwrap().faults, Vec::<String>::new());
}

#[test]
fn rows_that_cannot_be_made_anew_are_told_apart_from_damage() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let (disk, folder) = (office.disk.clone(), tempfile::tempdir().unwrap());
    drop(office);
    const BROKEN: Projection =
        Projection { version: 2, project: |_, _, _| Err(crate::Fault::Projection("unknown event".into())) };
    let refused = Journal::over(folder.path(), BROKEN, disk.opener()).err().unwrap();
    assert!(matches!(refused, OpenError::Rows(_)), "{refused}");
    Office::in_folder(folder.into(), disk).unwrap();
}

#[test]
fn a_power_cut_while_the_journal_is_begun_does_not_hinder_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    drop(Journal::open(folder.path(), OFFICE).unwrap());
    // As after a cut before the link: half a file aside, nothing in place.
    let whole = fs::read(folder.path().join("journal.redb")).unwrap();
    fs::write(folder.path().join("tmp").join("half"), &whole[..whole.len() / 2]).unwrap();
    fs::remove_file(folder.path().join("journal.redb")).unwrap();
    let journal = Journal::open(folder.path(), OFFICE).unwrap();
    register(&journal, "cv-1", "một").unwrap();
    assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn two_programs_that_begin_a_journal_at_once_end_with_one() {
    for _ in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(folder.path(), OFFICE);
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(open);
            (open(), other.join().unwrap())
        });
        let (open, refused) = match (one, other) {
            (Ok(open), Err(refused)) | (Err(refused), Ok(open)) => (open, refused),
            (one, other) => panic!("{:?} and {:?}", one.map(|it| it.id()), other.map(|it| it.id())),
        };
        assert!(matches!(refused, OpenError::InUse), "{refused}");
        let id = open.id();
        drop(open);
        assert_eq!(Journal::open(folder.path(), OFFICE).unwrap().id(), id);
    }
}
