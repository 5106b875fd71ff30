//! `link.json`: at rest before the box says it has joined, and nobody else's to read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use agent::Enrolment;

pub(super) fn read(file: &Path) -> io::Result<Option<Enrolment>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes beside, syncs, renames, syncs the folder: after a power cut there is the old file or the new one.
pub(super) fn write(file: &Path, enrolment: &Enrolment) -> io::Result<()> {
    let beside = file.with_extension("json.tmp");
    // Left over from a cut: the mode below only holds for a file that is made here.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    out.write_all(&serde_json::to_vec_pretty(enrolment)?)?;
    out.sync_all()?;
    fs::rename(&beside, file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_joined_is_read_back_and_only_the_box_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("link.json");
        assert!(read(&file).unwrap().is_none());
        let enrolment = Enrolment {
            hub_url: "http://192.0.2.7:8480".into(),
            unit: uuid::Uuid::from_u128(7),
            unit_name: "Trường THCS Hoa Mai".into(),
            hub_name: "Phòng Giáo dục Suối Nắng".into(),
            device_key_pkcs8: vec![1, 2, 3],
        };
        fs::write(folder.path().join("link.json.tmp"), "cut off").unwrap();
        write(&file, &enrolment).unwrap();
        assert_eq!(read(&file).unwrap(), Some(enrolment));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
