//! Files of a word processor become PDF: LibreOffice (Debian's `libreoffice-writer-nogui`) as a child process that nobody
//! depends on.
//!
//! ```text
//! blob -> kind: is it one? -> a folder of its own, thrown away -> soffice --convert-to pdf (child) -> blob of the PDF
//!                                                                    |  missing, too slow, no PDF: a sentence
//! ```
//!
//! The PDF is the paper from then on and says in its name where it came from; the file of the word processor is not kept,
//! because what is registered, signed and sent is the page as it was seen. Nothing in a file may act or ask the network:
//! the program starts with a profile that forbids it, and its surroundings are not ours.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use journal::{Fault, Journal};
use office::{Error, Refusal};
use tokio::sync::Mutex;
use uuid::Uuid;
use wire::Sha256;

use super::{File, MOST_BYTES};
use crate::child::{Bounds, ChildFault, said};
use crate::{App, blocking};

/// Thirty pages take four seconds on a box; what takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Address space: the program alone maps one and a half.
const MOST_MEMORY: u64 = 4 << 30;
/// As PDF/A-2b, with its fonts in it.
const TO_PDF: &str = r#"pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}"#;
const STEM: &str = "van-ban";
const ZIP: &[u8] = b"PK\x03\x04";
/// What such a file may begin with.
const FIRST_PARTS: [&[u8]; 5] = [b"[Content_Types]", b"_rels/", b"docProps/", b"word/", b"mimetype"];
/// The longest end of such a file, with the longest remark.
const ZIP_END_BYTES: usize = 22 + 65_535;
/// Of a compound file (MS-CFB), which old Word writes.
const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// No macros, no active content, no pictures fetched from elsewhere, no links followed.
const PROFILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;

/// Turns files of Word into PDF, one at a time. Cheap to clone.
#[derive(Clone)]
pub struct Word {
    program: PathBuf,
    patience: Duration,
    at_work: Arc<Mutex<()>>,
}

impl Word {
    /// LibreOffice, started as `program`; a name without a folder is looked for in PATH, every time anew.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), patience: PATIENCE, at_work: Arc::default() }
    }

    /// The same, giving up after `patience`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

/// The file to go on with: the PDF of one that a word processor wrote, and any other as it is.
///
/// # Errors
/// `upload.word_*`; a full disk.
pub(super) async fn as_pdf(app: &App, file: File) -> Result<File, Error> {
    let (journal, name) = (app.desk.journal().clone(), file.name);
    let Some((kind, folder)) = blocking(move || laid_out(&journal, name)).await?? else { return Ok(file) };
    let _one_at_a_time = app.word.at_work.lock().await;
    let made = converted(&app.word, kind, &folder.0).await;
    if let Err(fault) = &made {
        tracing::warn!(%fault, "a file of a word processor did not become a PDF");
    }
    made.map_err(refused)?;
    let journal = app.desk.journal().clone();
    let name = blocking(move || at_rest(&journal, &folder.0)).await??;
    Ok(File { name, file_name: kind.renamed(&file.file_name), ..file })
}

/// Whether a file of a word processor lacks its end: the list of its parts stands behind them.
pub(super) fn is_half(bytes: &[u8]) -> bool {
    let first = bytes.get(30..).filter(|_| bytes.starts_with(ZIP)).unwrap_or_default();
    let is_ours = FIRST_PARTS.iter().any(|part| first.starts_with(part));
    let end = &bytes[bytes.len().saturating_sub(ZIP_END_BYTES)..];
    is_ours && !end.windows(4).any(|window| window == b"PK\x05\x06")
}

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Docx,
    Doc,
    Rtf,
    Odt,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        let utf16 = |name: &str| name.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
        if bytes.starts_with(b"{\\rtf") {
            Some(Self::Rtf)
        } else if bytes.starts_with(&COMPOUND) {
            // A new one with a password stands in an old one's clothes.
            (has(&utf16("WordDocument")) || has(&utf16("EncryptedPackage"))).then_some(Self::Doc)
        } else if !bytes.starts_with(ZIP) {
            None
        } else if bytes
            .get(30..)
            .is_some_and(|rest| rest.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.textPK"))
        {
            Some(Self::Odt)
        } else {
            has(b"word/document").then_some(Self::Docx)
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Doc => "doc",
            Self::Rtf => "rtf",
            Self::Odt => "odt",
        }
    }

    /// `kế hoạch.docx` → `kế hoạch (chuyển từ Word).pdf`
    fn renamed(self, file_name: &str) -> String {
        let from = if self == Self::Odt { "ODT" } else { "Word" };
        let stem = file_name.rsplit_once('.').filter(|(stem, ending)| !stem.is_empty() && ending.len() <= 4);
        let stem = stem.map_or(file_name, |(stem, _)| stem);
        if stem.is_empty() {
            format!("Chuyển từ {from}.pdf")
        } else {
            format!("{stem} (chuyển từ {from}).pdf")
        }
    }
}

/// A folder that goes when nobody needs it any more.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a folder of LibreOffice stays behind");
        }
    }
}

/// The file alone in a folder, with the profile it is to be opened with; none for what no word processor wrote.
fn laid_out(journal: &Journal, name: Sha256) -> Result<Option<(Kind, Folder)>, Error> {
    let bytes = journal.blobs().read(&name)?.ok_or(Fault::MissingBlob(name))?;
    let Some(kind) = Kind::of(&bytes) else { return Ok(None) };
    let path = std::env::temp_dir().join(format!("vanthu-word-{}", Uuid::new_v4()));
    DirBuilder::new().mode(0o700).create(&path).map_err(crate::disk)?;
    let folder = Folder(path);
    let written = || -> io::Result<()> {
        let profile = folder.0.join("profile/user");
        fs::create_dir_all(&profile)?;
        fs::write(profile.join("registrymodifications.xcu"), PROFILE)?;
        fs::write(source(&folder.0, kind), &bytes)
    };
    written().map_err(crate::disk)?;
    Ok(Some((kind, folder)))
}

fn source(folder: &Path, kind: Kind) -> PathBuf {
    folder.join(STEM).with_extension(kind.ending())
}

fn result(folder: &Path) -> PathBuf {
    folder.join("pdf").join(STEM).with_extension("pdf")
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
enum NotConverted {
    #[error("LibreOffice: {0}")]
    Child(#[from] ChildFault),
    #[error("LibreOffice made nothing of it")]
    Nothing,
}

async fn converted(word: &Word, kind: Kind, folder: &Path) -> Result<(), NotConverted> {
    let mut profile = OsString::from("-env:UserInstallation=file://");
    profile.push(folder.join("profile"));
    let (out, source) = (folder.join("pdf"), source(folder, kind));
    let words = ["--headless", "--norestore", "--nologo", "--convert-to", TO_PDF, "--outdir"].map(OsStr::new);
    let mut arguments: Vec<&OsStr> = vec![&profile];
    arguments.extend(words);
    arguments.extend([out.as_os_str(), source.as_os_str()]);
    let bounds = Bounds { within: word.patience, memory: MOST_MEMORY, folder: Some((folder, MOST_BYTES)) };
    said(&word.program, &arguments, b"", &bounds).await?;
    // It calls a file it could not open a success.
    if result(folder).is_file() { Ok(()) } else { Err(NotConverted::Nothing) }
}

fn at_rest(journal: &Journal, folder: &Path) -> Result<Sha256, Error> {
    let pdf = fs::read(result(folder)).map_err(crate::disk)?;
    Ok(journal.blobs().put(&pdf)?)
}

fn refused(fault: NotConverted) -> Error {
    let (code, sentence) = match fault {
        NotConverted::Child(ChildFault::NotStarted(error)) if error.kind() == io::ErrorKind::NotFound => (
            "upload.word_missing",
            "Đây là tệp Word và máy chưa có phần chuyển sang PDF. Hãy mở bằng Word, chọn Lưu thành (Save As), kiểu PDF, rồi đưa tệp PDF lên; hoặc nhờ phụ trách CNTT cài gói “libreoffice-writer-nogui”, không phải khởi động lại.",
        ),
        NotConverted::Child(ChildFault::TooSlow) => (
            "upload.word_slow",
            "Chuyển tệp Word này sang PDF quá lâu nên máy đã dừng. Hãy mở bằng Word, chọn Lưu thành (Save As), kiểu PDF, rồi đưa tệp PDF lên.",
        ),
        NotConverted::Child(_) | NotConverted::Nothing => (
            "upload.word_failed",
            "Máy không chuyển được tệp Word này sang PDF: tệp có mật khẩu, hỏng hoặc chưa chép xong. Hãy mở bằng Word, chọn Lưu thành (Save As), kiểu PDF, rồi đưa tệp PDF lên.",
        ),
    };
    Refusal::new(code, 422, sentence).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_word_processor_is_known_by_its_bytes() {
        let zip = |name: &str| [b"PK\x03\x04".as_slice(), &[0; 26], name.as_bytes(), b"PK\x01\x02"].concat();
        let compound = |name: &str| {
            let name = name.bytes().flat_map(|byte| [byte, 0]);
            COMPOUND.into_iter().chain([0; 504]).chain(name).collect::<Vec<u8>>()
        };
        for (bytes, expected) in [
            (zip("word/document.xml"), Some(Kind::Docx)),
            (zip("word/document2.xml"), Some(Kind::Docx)),
            (zip("mimetypeapplication/vnd.oasis.opendocument.text"), Some(Kind::Odt)),
            (zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), None),
            (zip("xl/workbook.xml"), None),
            (compound("WordDocument"), Some(Kind::Doc)),
            (compound("EncryptedPackage"), Some(Kind::Doc)),
            (compound("Workbook"), None),
            (b"{\\rtf1\\ansi}".to_vec(), Some(Kind::Rtf)),
            (b"%PDF-1.7 word/document".to_vec(), None),
            (b"PK".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(Kind::of(&bytes), expected, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_file_that_a_share_has_not_all_of_is_half() {
        let whole = [ZIP, &[0; 26], b"word/document.xml", b"PK\x05\x06".as_slice(), &[0; 18]].concat();
        assert!(!is_half(&whole) && is_half(&whole[..whole.len() - 20]) && !is_half(b"%PDF-1.7"));
    }

    #[test]
    fn the_name_of_the_pdf_says_where_it_comes_from() {
        for (name, kind, expected) in [
            ("kế hoạch.docx", Kind::Docx, "kế hoạch (chuyển từ Word).pdf"),
            ("Số 5.2026", Kind::Doc, "Số 5 (chuyển từ Word).pdf"),
            ("biên bản. Lần hai", Kind::Doc, "biên bản. Lần hai (chuyển từ Word).pdf"),
            ("tờ trình.odt", Kind::Odt, "tờ trình (chuyển từ ODT).pdf"),
            (".doc", Kind::Doc, ".doc (chuyển từ Word).pdf"),
            ("", Kind::Rtf, "Chuyển từ Word.pdf"),
        ] {
            assert_eq!(kind.renamed(name), expected);
        }
    }
}
