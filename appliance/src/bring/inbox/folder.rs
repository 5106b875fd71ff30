//! The folder on the disk: what waits, what is under way, what was taken and what was refused. Anybody on the school's
//! network may write to it, so nothing in it is followed and nothing in it is believed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use wire::Stamp;

use super::still::{Still, Waiting};

/// Files that are under way; hidden, so that copiers do not list it.
const UNDER_WAY: &str = ".dang-nhan";
/// Files that were taken, by day.
const TAKEN: &str = "da-nhan";
/// Files that were refused.
const REFUSED: &str = "khong-nhan";
/// Beside a refused file: why.
const WHY: &str = ".ly-do.txt";
/// Longest name of a file, in bytes.
const NAME_BYTES: usize = 255;
/// Most refused files told; whoever wants to see more looks into the folder.
const MOST_REFUSED: usize = 100;
/// Most files looked at in one go.
const MOST_WAITING: usize = 2_000;
/// Longest sentence read back.
const MOST_SENTENCE_BYTES: u64 = 4_096;

/// The folder that copiers scan to.
#[derive(Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

/// A file that was taken out of the others' reach.
pub(super) struct Claimed {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Where the journal stood when it was taken.
    pub(super) seq: u64,
}

impl Claimed {
    /// What the copier called it.
    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it is a file, and no folder or link.
    pub(super) fn is_file(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|facts| facts.is_file())
    }
}

/// A file that was refused.
pub(super) struct Refused {
    pub(super) name: String,
    pub(super) sentence: String,
    pub(super) at: Stamp,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Makes the folder where it is not there yet; not the disk it should lie on.
    pub(super) fn make(&self) -> io::Result<()> {
        match fs::create_dir(&self.root) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn path(&self, name: &OsStr) -> PathBuf {
        self.root.join(name)
    }

    /// The files that lie there; empty ones are not begun yet.
    pub(super) fn waiting(&self) -> io::Result<Vec<Waiting>> {
        let mut waiting = Vec::new();
        for entry in fs::read_dir(&self.root)?.take(MOST_WAITING) {
            let entry = entry?;
            // Kind of the name itself: a link is no file.
            if !entry.file_type()?.is_file() || is_left_alone(&entry.file_name()) {
                continue;
            }
            let Ok(facts) = entry.metadata() else { continue };
            if facts.len() > 0 {
                let (name, bytes, changed) = (entry.file_name(), facts.len(), facts.modified()?);
                waiting.push(Waiting { name, bytes, changed });
            }
        }
        Ok(waiting)
    }

    /// Takes a file out of the others' reach; none if it was written to meanwhile or is gone. At rest when this returns.
    pub(super) fn claim(&self, file: &Still, seq: u64) -> io::Result<Option<Claimed>> {
        let under_way = self.folder(&[UNDER_WAY, &seq.to_string()])?;
        let (from, path) = (self.path(&file.name), under_way.join(&file.name));
        match fs::rename(&from, &path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            moved => moved?,
        }
        let facts = fs::symlink_metadata(&path)?;
        if !facts.is_file() || facts.len() != file.bytes || facts.modified()? != file.changed {
            // Back by a link, which unlike a move never takes the place of what has come there meanwhile. Where that
            // cannot be, it stays taken and is read anew.
            if fs::hard_link(&path, &from).is_ok() {
                fs::remove_file(&path)?;
            }
            return Ok(None);
        }
        for folder in [&under_way, &self.root.join(UNDER_WAY), &self.root] {
            at_rest(folder)?;
        }
        Ok(Some(Claimed { path, seq }))
    }

    /// What was taken and not finished, in the order it was taken.
    pub(super) fn claimed(&self) -> io::Result<Vec<Claimed>> {
        let mut found = Vec::new();
        for entry in entries(&self.folder(&[UNDER_WAY])?)? {
            let Some(seq) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if !entry.file_type()?.is_dir() {
                continue;
            }
            let files = entries(&entry.path())?;
            if files.is_empty() {
                // Not if something came just now.
                let _ = fs::remove_dir(entry.path());
            }
            found.extend(files.into_iter().map(|file| Claimed { path: file.path(), seq }));
        }
        found.sort_by(|a, b| (a.seq, &a.path).cmp(&(b.seq, &b.path)));
        Ok(found)
    }

    /// Puts a file to those that were taken that day.
    pub(super) fn put_away(&self, claimed: &Claimed, day: NaiveDate) -> io::Result<()> {
        let folder = self.folder(&[TAKEN, &day.to_string()])?;
        moved(claimed, &free_place(claimed, &folder))
    }

    /// Puts a file to those that were refused, and beside it why.
    pub(super) fn refuse(&self, claimed: &Claimed, sentence: &str, at: Stamp) -> io::Result<()> {
        let folder = self.folder(&[REFUSED])?;
        let path = free_place(claimed, &folder);
        let mut why = path.clone().into_os_string();
        why.push(WHY);
        // Before the file comes, so that nobody finds it without.
        match reason(Path::new(&why), &format!("{sentence}\n{at}\n")) {
            // Of two names that are as long as names may be, the file's own matters more.
            Err(error) if error.kind() == ErrorKind::InvalidFilename => {}
            written => written?,
        }
        moved(claimed, &path)
    }

    /// The files that were refused, the newest first.
    pub(super) fn refused(&self) -> io::Result<Vec<Refused>> {
        let folder = self.root.join(REFUSED);
        let mut found = Vec::new();
        for entry in entries(&folder)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(WHY) || name.starts_with('.') || !entry.file_type()?.is_file() {
                continue;
            }
            let mut why = entry.path().into_os_string();
            why.push(WHY);
            let said = told(Path::new(&why)).unwrap_or_default();
            let mut lines = said.lines();
            let sentence = lines.next().filter(|line| !line.is_empty()).unwrap_or(UNTOLD).to_owned();
            let at = lines.next().and_then(|at| serde_json::from_value(at.into()).ok());
            let at = at.map_or_else(|| changed(&entry), Ok)?;
            found.push(Refused { name, sentence, at });
        }
        found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
        found.truncate(MOST_REFUSED);
        Ok(found)
    }

    /// A folder within, made where it is not there; a link in its place is none of ours.
    fn folder(&self, names: &[&str]) -> io::Result<PathBuf> {
        let mut path = self.root.clone();
        for name in names {
            path.push(name);
            match fs::create_dir(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => made?,
            }
            if !fs::symlink_metadata(&path)?.is_dir() {
                return Err(io::Error::new(ErrorKind::NotADirectory, path.display().to_string()));
            }
        }
        Ok(path)
    }
}

/// Where somebody took the reason away.
const UNTOLD: &str = "Hộp không nhận tệp này. Hãy mở tệp xem còn đọc được không rồi quét lại.";

fn told(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = super::super::copied::opened(path).ok()?;
    io::Read::read_to_string(&mut io::Read::take(file, MOST_SENTENCE_BYTES), &mut text).ok()?;
    Some(text)
}

fn changed(entry: &fs::DirEntry) -> io::Result<Stamp> {
    let since = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Stamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.take(MOST_WAITING).collect(),
    }
}

/// What systems leave in folders for themselves, what programs write before the file has its name, and hidden files.
fn is_left_alone(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let unfinished = [".tmp", ".part", ".partial", ".filepart", ".crdownload"];
    name.starts_with('.')
        || name.starts_with("~$")
        || name == "thumbs.db"
        || name == "desktop.ini"
        || unfinished.iter().any(|ending| name.ends_with(ending))
}

/// Written anew, never into what somebody has put in its place: a link there would lead to a file of ours.
fn reason(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Where a taken file may lie in a folder: another of that name keeps its own.
fn free_place(claimed: &Claimed, folder: &Path) -> PathBuf {
    let name = claimed.path.file_name().unwrap_or_default();
    let mut path = folder.join(name);
    for number in 2.. {
        if fs::symlink_metadata(&path).is_err() {
            break;
        }
        path = folder.join(numbered(name, number));
    }
    path
}

/// Moves a taken file and takes its own folder away.
fn moved(claimed: &Claimed, path: &Path) -> io::Result<()> {
    fs::rename(&claimed.path, path)?;
    if let Some(folder) = path.parent() {
        at_rest(folder)?;
    }
    if let Some(own) = claimed.path.parent() {
        let _ = fs::remove_dir(own);
    }
    Ok(())
}

/// `quyet-dinh (2).pdf`, cut where it would be longer than a name may be.
fn numbered(name: &OsStr, number: u32) -> OsString {
    let name = name.to_string_lossy();
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() < 8 => (stem, format!(".{ending}")),
        _ => (&*name, String::new()),
    };
    let added = format!(" ({number}){ending}");
    let mut most = (NAME_BYTES - added.len()).min(stem.len());
    while !stem.is_char_boundary(most) {
        most -= 1;
    }
    format!("{}{added}", &stem[..most]).into()
}

/// A share of another machine may not know how; then it is as much at rest as it can be.
fn at_rest(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::UNIX_EPOCH;

    use super::*;

    fn claimed(folder: &Folder, name: &str) -> Claimed {
        fs::write(folder.root.join(name), name).unwrap();
        let facts = fs::metadata(folder.root.join(name)).unwrap();
        let (bytes, changed) = (facts.len(), facts.modified().unwrap());
        let file = Still { name: name.into(), bytes, changed, is_final: false };
        folder.claim(&file, 7).unwrap().unwrap()
    }

    #[test]
    fn a_file_that_is_written_to_while_it_is_taken_lies_where_it_lay() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path());
        fs::write(root.path().join("a.pdf"), "longer now").unwrap();
        let seen = Still { name: "a.pdf".into(), bytes: 3, changed: UNIX_EPOCH, is_final: false };
        assert!(folder.claim(&seen, 7).unwrap().is_none());
        assert_eq!(folder.waiting().unwrap().len(), 1);
        assert!(folder.claimed().unwrap().is_empty());
        let gone = Still { name: "b.pdf".into(), ..seen };
        assert!(folder.claim(&gone, 7).unwrap().is_none());
    }

    #[test]
    fn no_file_takes_the_place_of_another_and_no_link_is_written_through() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let ours = outside.path().join("ours");
        fs::write(&ours, "ours").unwrap();
        let folder = Folder::new(root.path());
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        for _ in 0..3 {
            folder.put_away(&claimed(&folder, "a.pdf"), day).unwrap();
        }
        for name in ["a.pdf", "a (2).pdf", "a (3).pdf"] {
            assert!(root.path().join("da-nhan/2026-11-21").join(name).is_file(), "{name}");
        }
        fs::create_dir(root.path().join(REFUSED)).unwrap();
        symlink(&ours, root.path().join("khong-nhan/x.pdf.ly-do.txt")).unwrap();
        symlink(&ours, root.path().join("khong-nhan/link.pdf")).unwrap();
        folder.refuse(&claimed(&folder, "x.pdf"), "Hãy quét lại.", Stamp::from_unix_ms(0)).unwrap();
        assert_eq!(fs::read_to_string(&ours).unwrap(), "ours");
        let refused = folder.refused().unwrap();
        assert_eq!((refused.len(), refused[0].sentence.as_str()), (1, "Hãy quét lại."));
        let long = "đ".repeat(127);
        folder.refuse(&claimed(&folder, &long), "Hãy quét lại.", Stamp::from_unix_ms(0)).unwrap();
        folder.refuse(&claimed(&folder, &long), "Hãy quét lại.", Stamp::from_unix_ms(0)).unwrap();
        assert_eq!(folder.refused().unwrap().len(), 3);
        // Our own folders, replaced by whoever may write here.
        fs::remove_dir(root.path().join(UNDER_WAY)).unwrap();
        symlink(outside.path(), root.path().join(UNDER_WAY)).unwrap();
        fs::write(root.path().join("b.pdf"), "b").unwrap();
        let seen = Still { name: "b.pdf".into(), bytes: 1, changed: UNIX_EPOCH, is_final: false };
        assert!(folder.claim(&seen, 8).is_err() && folder.claimed().is_err());
        assert!(root.path().join("b.pdf").is_file());
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_stays_a_name() {
        for (name, expected) in [
            ("a.pdf", "a (2).pdf"),
            ("a", "a (2)"),
            (".pdf", ".pdf (2)"),
            ("a.b c d e f g", "a.b c d e f g (2)"),
        ] {
            assert_eq!(numbered(OsStr::new(name), 2), expected);
        }
        let long = format!("{}.pdf", "đ".repeat(125));
        let numbered = numbered(OsStr::new(&long), 10).into_string().unwrap();
        assert!(numbered.len() <= NAME_BYTES && numbered.ends_with("đ (10).pdf"));
    }
}
