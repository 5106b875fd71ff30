//! Blobs come to rest whole, once, and stay while anybody names them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use wire::Sha256;

use super::toy::Office;

fn file(office: &Office, name: &Sha256) -> PathBuf {
    office.folder().join("blobs").join(&name.to_string()[..2]).join(name.to_string())
}

fn left_in_tmp(office: &Office) -> usize {
    fs::read_dir(office.folder().join("tmp")).unwrap().count()
}

#[test]
fn bytes_rest_under_their_name_however_they_came() {
    let office = Office::new();
    let blobs = office.journal.blobs();
    let whole = blobs.put(b"one page").unwrap();
    let mut writer = blobs.writer().unwrap();
    for piece in [&b"one"[..], b"", b" page"] {
        writer.write_all(piece).unwrap();
    }
    assert_eq!(writer.finish().unwrap(), whole);
    assert_eq!(blobs.read(&whole).unwrap().as_deref(), Some(&b"one page"[..]));
    assert_eq!((blobs.len(&whole).unwrap(), blobs.has(&whole).unwrap()), (Some(8), true));
    assert_eq!(blobs.names().unwrap(), [whole]);
    assert_eq!(blobs.put(b"").unwrap(), Sha256::of(b""));
    let nothing = Sha256::of(b"nothing");
    assert!(blobs.open(&nothing).unwrap().is_none());
    assert_eq!((blobs.read(&nothing).unwrap(), blobs.len(&nothing).unwrap()), (None, None));
    assert_eq!(left_in_tmp(&office), 0);
}

#[test]
fn a_blob_already_there_is_not_written_again() {
    let office = Office::new();
    let name = office.journal.blobs().put(b"one page").unwrap();
    let first = fs::metadata(file(&office, &name)).unwrap().ino();
    office.journal.blobs().put(b"one page").unwrap();
    let mut writer = office.journal.blobs().writer().unwrap();
    writer.write_all(b"one page").unwrap();
    writer.finish().unwrap();
    assert_eq!(fs::metadata(file(&office, &name)).unwrap().ino(), first);

    fs::write(file(&office, &name), b"one").unwrap();
    office.journal.blobs().put(b"one page").unwrap();
    assert!(office.journal.blobs().read(&name).unwrap().is_some(), "one cut short is replaced");
}

#[test]
fn an_unfinished_blob_leaves_nothing() {
    let office = Office::new();
    let mut given_up = office.journal.blobs().writer().unwrap();
    given_up.write_all(&[7; 200_000]).unwrap();
    drop(given_up);
    assert_eq!(left_in_tmp(&office), 0);
    assert_eq!(office.journal.blobs().names().unwrap(), []);

    fs::write(office.folder().join("tmp").join("left by a power cut"), b"half a page").unwrap();
    let office = office.restart().unwrap();
    assert_eq!(left_in_tmp(&office), 0);
}

#[test]
fn a_sweep_takes_what_nobody_names_and_nothing_fresh() {
    let office = Office::new();
    office.register("cv-1", "một").unwrap();
    let orphan = office.journal.blobs().put(b"an upload nobody used").unwrap();
    assert_eq!(office.journal.sweep().unwrap().blobs, 0, "its entry may be on its way");

    let office = office.restart().unwrap();
    let named = office.letters()[0].scan;
    let fresh = office.journal.blobs().put(b"a new upload").unwrap();
    let swept = office.journal.sweep().unwrap();
    assert_eq!((swept.blobs, swept.bytes), (1, 21));
    let blobs = office.journal.blobs();
    assert_eq!([named, fresh, orphan].map(|name| blobs.has(&name).unwrap()), [true, true, false]);
    assert_eq!(office.check(), Vec::<String>::new());
}

#[test]
fn putting_an_orphan_again_saves_it_from_the_sweep() {
    let office = Office::new();
    let name = office.journal.blobs().put(b"an upload").unwrap();
    let office = office.restart().unwrap();
    office.journal.blobs().put(b"an upload").unwrap();
    office.journal.sweep().unwrap();
    assert!(office.journal.blobs().has(&name).unwrap());
}
