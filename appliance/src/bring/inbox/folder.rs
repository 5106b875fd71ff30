//! The folder on the disk: what waits, what is under way, what was taken and what was refused. Anybody on the school's
//! network may write to it, so nothing in it is followed and nothing in it is believed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
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
        for entry in entries(&self.root.join(UNDER_WAY))? {
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
        moved(claimed, &folder).map(drop)
    }

    /// Puts a file to those that were refused, and beside it why.
    pub(super) fn refuse(&self, claimed: &Claimed, sentence: &str, at: Stamp) -> io::Result<()> {
        let folder = self.folder(&[REFUSED])?;
        let path = moved(claimed, &folder)?;
        let mut why = path.into_os_string();
        why.push(WHY);
        let text = format!("{sentence}\n{at}\n");
        // Of two names that are as long as names may be, the file's own matters more.
        match fs::write(why, text) {
            Err(error) if error.kind() == ErrorKind::InvalidFilename => Ok(()),
            written => written,
        }
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

/// Moves a taken file and takes its own folder away; where it came to lie. Another file of that name keeps its own.
fn moved(claimed: &Claimed, folder: &Path) -> io::Result<PathBuf> {
    let name = claimed.path.file_name().unwrap_or_default();
    let mut path = folder.join(name);
    for number in 2.. {
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            break;
        }
        path = folder.join(numbered(name, number));
    }
    fs::rename(&claimed.path, &path)?;
    at_rest(folder)?;
    if let Some(own) = claimed.path.parent() {
        let _ = fs::remove_dir(own);
    }
    Ok(path)
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
