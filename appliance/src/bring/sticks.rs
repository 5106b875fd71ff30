//! USB sticks. The system mounts each, for reading only, as a folder below one root (see `systemd/`); here what lies on
//! them is listed, and one file at a time is copied to the desk. No link is followed and nothing outside is reachable:
//! a stick is whatever a stranger made of it.

mod http;
mod label;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use office::Refusal;
use serde::Serialize;
use utoipa::ToSchema;
use wire::Stamp;

pub(super) use self::http::routes;
use super::copied;

/// Most files shown of a stick; the newest are the ones somebody has just put there.
const MOST_FILES: usize = 500;
/// Folders within folders.
const MOST_DEPTH: usize = 6;
/// Names looked at on one stick: one full of holiday pictures must not hold up the page.
const MOST_LOOKED_AT: usize = 20_000;
/// What a document may be called.
const ENDINGS: [&str; 6] = ["pdf", "jpg", "jpeg", "png", "tif", "tiff"];

/// A stick that is plugged in.
#[derive(Serialize, ToSchema)]
pub(super) struct Stick {
    /// Names it while it is plugged in.
    id: String,
    /// What its owner calls it.
    label: String,
    /// PDFs and pictures, newest first.
    files: Vec<OnStick>,
    /// There are more than are shown.
    more: bool,
}

/// A file on a stick.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct OnStick {
    /// From the stick's own folder on, with `/`.
    path: String,
    /// The last part of it.
    name: String,
    /// Length.
    bytes: u64,
    /// When it was changed, as the stick has it.
    #[schema(value_type = String)]
    modified: Stamp,
}

/// All sticks below the root; one that cannot be read is shown empty, none at all is no fault.
pub(super) fn sticks(root: &Path) -> Vec<Stick> {
    let mut names: Vec<String> = entries(root)
        .into_iter()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    let stick = |id: String| {
        let (files, more) = files(&root.join(&id));
        Stick { label: label::of(&id), id, files, more }
    };
    names.into_iter().map(stick).collect()
}

/// What lies on a stick, and whether there is more than is told.
fn files(stick: &Path) -> (Vec<OnStick>, bool) {
    let mut found = Vec::new();
    let mut folders = vec![(PathBuf::new(), 1)];
    let (mut looked_at, mut more) = (0, false);
    while let Some((folder, depth)) = folders.pop() {
        for entry in entries(&stick.join(&folder)) {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT {
                (more, folders) = (true, Vec::new());
                break;
            }
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            // Kind of the name itself: a link is neither.
            let Ok(kind) = entry.file_type() else { continue };
            if is_hidden(&name) {
                continue;
            }
            let path = folder.join(&name);
            if kind.is_dir() && depth < MOST_DEPTH {
                folders.push((path, depth + 1));
            } else if kind.is_dir() {
                more = true;
            } else if kind.is_file() && is_document(&name) {
                found.extend(entry.metadata().ok().and_then(|facts| on_stick(&path, name, &facts)));
            }
        }
    }
    found.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.path.cmp(&b.path)));
    more |= found.len() > MOST_FILES;
    found.truncate(MOST_FILES);
    (found, more)
}

fn entries(folder: &Path) -> Vec<fs::DirEntry> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().take(MOST_LOOKED_AT + 1).collect())
        .unwrap_or_default()
}

fn on_stick(path: &Path, name: String, facts: &fs::Metadata) -> Option<OnStick> {
    let since = facts.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified = Stamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Some(OnStick { path: path.to_str()?.to_owned(), name, bytes: facts.len(), modified })
}

/// What systems leave on sticks for themselves.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with('$') || name == "System Volume Information"
}

fn is_document(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Opens a file of a stick, by names that were listed.
///
/// # Errors
/// `stick.gone` where the stick is; `stick.no_file` where the file is not, or where the names lead elsewhere.
fn opened(root: &Path, stick: &str, path: &str) -> Result<fs::File, Refusal> {
    let mut place = root.join(single(stick).ok_or_else(gone)?);
    if !fs::symlink_metadata(&place).is_ok_and(|facts| facts.is_dir()) {
        return Err(gone());
    }
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(part) = part else { return Err(no_file()) };
        place.push(part);
        let is_last = parts.peek().is_none();
        // Every step by its own name: a link on the way would lead off the stick.
        let facts = fs::symlink_metadata(&place).map_err(|error| not_there(&error))?;
        if is_last && facts.is_file() {
            return copied::opened(&place).map_err(|error| not_there(&error));
        }
        if !facts.is_dir() {
            break;
        }
    }
    Err(no_file())
}

/// A name that is one folder and no way to anywhere.
fn single(name: &str) -> Option<&str> {
    let mut parts = Path::new(name).components();
    let is_one =
        matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    (is_one && !name.starts_with('.')).then_some(name)
}

fn not_there(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => no_file(),
        _ => gone(),
    }
}

fn gone() -> Refusal {
    Refusal::new(
        "stick.gone",
        422,
        "Không đọc được USB: có thể đã rút ra. Chưa có gì được đưa lên; hãy cắm lại USB rồi chọn lại tệp.",
    )
}

fn no_file() -> Refusal {
    Refusal::new("stick.no_file", 422, "Không còn tệp này trên USB. Hãy xem lại danh sách tệp rồi chọn lại.")
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    /// Two sticks and a secret beside them.
    fn plugged_in() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("media");
        let deep = root.join("A/Công văn/2026/1/2/3");
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir_all(root.join("B")).unwrap();
        fs::create_dir_all(deep.join("4")).unwrap();
        fs::create_dir_all(root.join("A/.Trash")).unwrap();
        fs::write(folder.path().join("secret.pdf"), "secret").unwrap();
        for name in [
            "A/Kế hoạch.PDF",
            "A/Công văn/ảnh.jpeg",
            "A/Công văn/2026/1/2/3/sâu.tif",
            "A/Công văn/2026/1/2/3/4/quá sâu.pdf",
            "A/.Trash/cũ.pdf",
            "A/.ẩn.pdf",
            "A/bài hát.mp3",
            "A/không đuôi",
        ] {
            fs::write(root.join(name), name).unwrap();
        }
        symlink(folder.path().join("secret.pdf"), root.join("A/link.pdf")).unwrap();
        symlink(folder.path(), root.join("A/out")).unwrap();
        symlink(folder.path(), root.join("C")).unwrap();
        folder
    }

    #[test]
    fn documents_are_listed_newest_first_and_no_link_is_followed() {
        let folder = plugged_in();
        let root = folder.path().join("media");
        let touched = |name: &str, seconds| {
            let time = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs::File::options().write(true).open(root.join(name)).unwrap().set_modified(time).unwrap();
        };
        touched("A/Kế hoạch.PDF", 2_000);
        touched("A/Công văn/ảnh.jpeg", 3_000);
        touched("A/Công văn/2026/1/2/3/sâu.tif", 1_000);
        let sticks = sticks(&root);
        assert_eq!(sticks.iter().map(|stick| stick.id.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        let paths: Vec<&str> = sticks[0].files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["Công văn/ảnh.jpeg", "Kế hoạch.PDF", "Công văn/2026/1/2/3/sâu.tif"]);
        assert_eq!(sticks[0].files[0].name, "ảnh.jpeg");
        assert!(sticks[0].more, "what lies too deep is told");
        assert!(sticks[1].files.is_empty() && !sticks[1].more);
        assert!(super::sticks(&root.join("nowhere")).is_empty());
    }

    #[test]
    fn the_newest_five_hundred_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("A")).unwrap();
        for n in 0..MOST_FILES + 3 {
            fs::write(folder.path().join(format!("A/{n}.pdf")), "").unwrap();
        }
        let sticks = sticks(folder.path());
        assert_eq!((sticks[0].files.len(), sticks[0].more), (MOST_FILES, true));
    }

    #[test]
    fn only_files_of_the_stick_can_be_opened() {
        let folder = plugged_in();
        let root = folder.path().join("media");
        let mut read = String::new();
        opened(&root, "A", "Công văn/ảnh.jpeg").unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, "A/Công văn/ảnh.jpeg");
        for (stick, path, code) in [
            ("A", "../../secret.pdf", "stick.no_file"),
            ("A", "/etc/passwd", "stick.no_file"),
            ("A", "out/secret.pdf", "stick.no_file"),
            ("A", "link.pdf", "stick.no_file"),
            ("A", "./Kế hoạch.PDF", "stick.no_file"),
            ("A", "Công văn", "stick.no_file"),
            ("A", "Kế hoạch.PDF/x", "stick.no_file"),
            ("A", "", "stick.no_file"),
            ("A", "không có.pdf", "stick.no_file"),
            ("A", "a\0b", "stick.no_file"),
            ("..", "secret.pdf", "stick.gone"),
            (".", "A/Kế hoạch.PDF", "stick.gone"),
            ("", "secret.pdf", "stick.gone"),
            ("/", "etc/passwd", "stick.gone"),
            ("A/Công văn", "ảnh.jpeg", "stick.gone"),
            ("C", "secret.pdf", "stick.gone"),
            ("D", "x.pdf", "stick.gone"),
        ] {
            let refusal = opened(&root, stick, path).expect_err(path);
            assert_eq!(refusal.code, code, "{stick} {path}");
        }
    }
}
