//! What the owner of a stick calls it. The folder it is mounted on bears the system's name for it (`sdb1`), because a
//! label may be empty, or hold anything; the label itself is looked up where udev keeps it.

use std::fs;
use std::path::Path;

const BY_LABEL: &str = "/dev/disk/by-label";

/// The label, or the folder's own name where there is none.
pub(super) fn of(id: &str) -> String {
    in_folder(Path::new(BY_LABEL), id).unwrap_or_else(|| id.to_owned())
}

/// Each name in there is a label and points at a device.
fn in_folder(folder: &Path, id: &str) -> Option<String> {
    let links = fs::read_dir(folder).ok()?.flatten();
    let mut named = links.filter(|link| {
        fs::read_link(link.path()).is_ok_and(|device| device.file_name().is_some_and(|name| name == id))
    });
    let label = unescaped(named.next()?.file_name().to_str()?);
    let shown: String = label.trim().chars().filter(|c| !c.is_control()).collect();
    (!shown.is_empty()).then_some(shown)
}

/// udev writes a blank as `\x20`, byte by byte.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        let escaped = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2));
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            None => {
                bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_stick_is_called_what_its_owner_calls_it() {
        let folder = tempfile::tempdir().unwrap();
        for (label, device) in [
            ("KINGSTON", "../../sdb1"),
            ("C\\xc3\\xb4ng\\x20v\\xc4\\x83n", "../../sdd1"),
            ("\\x20\\x0a", "../../sde1"),
        ] {
            symlink(device, folder.path().join(label)).unwrap();
        }
        let of = |id| in_folder(folder.path(), id);
        assert_eq!(of("sdb1").as_deref(), Some("KINGSTON"));
        assert_eq!(of("sdd1").as_deref(), Some("Công văn"));
        assert_eq!(of("sde1"), None);
        assert_eq!(of("sdf1"), None);
        assert_eq!(unescaped("ô\\x4"), "ô\\x4");
    }
}
