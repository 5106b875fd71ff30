//! Reading pages: tesseract (Debian's `tesseract-ocr` and `tesseract-ocr-vie`) as a child process that nobody depends on.
//!
//! ```text
//! capture -> sight::Legible (grey, upright, 300 dpi) -> tesseract -l vie (child) -> reading::from_tsv -> PageText
//!                                                          |  doubtful? -l osd says which way is up, read again
//! followers/reading   which page is next, one at a time, none while somebody scans
//! texts               what a document's pages say, for the search
//! crate::child        a program with limits to all it can use up
//! ```
//!
//! A page that crashes tesseract, hangs it or makes it babble costs the text of that page and nothing else. Where
//! tesseract is not installed or knows no Vietnamese, everything else works, and whoever looks after the machine is told
//! what to install.

mod page;
#[cfg(test)]
mod tests;
pub(crate) mod texts;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use office::http::ReaderBrief;
pub(crate) use page::{Unread, Words};

use crate::child::{Bounds, ChildFault, said};

/// Tesseract's name for it.
const VIETNAMESE: &str = "vie";
/// The slowest box reads a full A3 page in two minutes.
const PATIENCE: Duration = Duration::from_secs(300);
/// It takes 75 MB for an A4 page at 300 dpi; a page that wants ten times as much is not worth it.
const MOST_MEMORY: u64 = 1 << 30;
/// How long it may take to say which languages it knows.
const LANGUAGES_WITHIN: Duration = Duration::from_secs(20);
/// White paper of one bit a dot, 64 by 64 of them: whoever cannot read this can read nothing.
const NOTHING: &[u8] = &{
    let (head, mut paper) = (*b"P4\n64 64\n", [0; 10 + 64 * 8]);
    let mut at = 0;
    while at < head.len() {
        paper[at] = head[at];
        at += 1;
    }
    paper
};

/// The reader of a box. Cheap to clone; one page at a time is its caller's duty.
#[derive(Clone)]
pub struct Reader {
    program: PathBuf,
    patience: Duration,
    standing: Arc<Mutex<Standing>>,
}

/// Whether there is a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody looked yet, or nobody wants it.
    Unknown,
    /// It reads Vietnamese.
    Ready,
    /// Tesseract is not installed.
    Missing,
    /// It knows no Vietnamese.
    NoVietnamese,
    /// It is there and reads nothing at all.
    Broken,
}

impl Standing {
    /// For whoever looks after the machine.
    fn brief(self) -> ReaderBrief {
        let (state, sentence) = match self {
            Self::Unknown => ("off", "Máy chưa cần đọc chữ trên trang quét."),
            Self::Ready => ("ready", "Máy đọc chữ trên trang quét lúc rảnh, để tìm được theo nội dung."),
            Self::Missing => (
                "missing",
                "Máy chưa đọc được chữ trên trang quét; mọi việc khác vẫn chạy. Hãy cài gói “tesseract-ocr” và “tesseract-ocr-vie”, không phải khởi động lại.",
            ),
            Self::NoVietnamese => (
                "no_vietnamese",
                "Máy có phần đọc chữ nhưng thiếu tiếng Việt; mọi việc khác vẫn chạy. Hãy cài gói “tesseract-ocr-vie”, không phải khởi động lại.",
            ),
            Self::Broken => (
                "broken",
                "Phần đọc chữ (tesseract) có trong máy nhưng không chạy; mọi việc khác vẫn chạy. Hãy cài lại gói “tesseract-ocr” và “tesseract-ocr-vie”.",
            ),
        };
        ReaderBrief { state: state.into(), sentence: sentence.into() }
    }
}

impl Reader {
    /// The reader that is started as `program`; a name without a folder is looked for in PATH.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let standing = Arc::new(Mutex::new(Standing::Unknown));
        Self { program: program.into(), patience: PATIENCE, standing }
    }

    /// The same, giving up on a page after `patience`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How it stood when somebody last looked.
    pub(crate) fn brief(reader: Option<&Self>) -> ReaderBrief {
        reader.map_or(Standing::Unknown, Self::standing).brief()
    }

    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it can read, which is looked at anew until it can: a package may be installed at any time.
    pub(crate) async fn is_ready(&self) -> bool {
        self.standing() == Standing::Ready || self.look().await == Standing::Ready
    }

    /// Looks whether it can read, and tells the log when that has changed.
    pub(crate) async fn look(&self) -> Standing {
        let now = self.tried().await;
        let before =
            std::mem::replace(&mut *self.standing.lock().unwrap_or_else(PoisonError::into_inner), now);
        match now {
            _ if now == before => {}
            Standing::Ready => tracing::info!("pages are read"),
            _ => {
                tracing::warn!(reader = ?now, "pages are not read; Debian's packages are tesseract-ocr and tesseract-ocr-vie")
            }
        }
        now
    }

    async fn tried(&self) -> Standing {
        let ask = |arguments: &'static [&'static str], input: &'static [u8], within| async move {
            let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            said(&self.program, &arguments, input, &held(within)).await
        };
        let known = match ask(&["--list-langs"], b"", LANGUAGES_WITHIN).await {
            Ok(known) => String::from_utf8_lossy(&known).into_owned(),
            Err(ChildFault::NotStarted(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Standing::Missing;
            }
            Err(fault) => {
                tracing::debug!(%fault, "the reader does not say what it knows");
                return Standing::Broken;
            }
        };
        if !known.lines().any(|language| language.trim() == VIETNAMESE) {
            return Standing::NoVietnamese;
        }
        match ask(&["stdin", "stdout", "--dpi", "300", "-l", VIETNAMESE], NOTHING, self.patience).await {
            Ok(_) => Standing::Ready,
            Err(fault) => {
                tracing::debug!(%fault, "the reader reads nothing");
                Standing::Broken
            }
        }
    }
}

/// Tesseract needs no file of ours.
fn held(within: Duration) -> Bounds<'static> {
    Bounds { within, memory: MOST_MEMORY, folder: None }
}
