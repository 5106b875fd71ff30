//! Bản điện tử “(đã ký và đóng dấu)”: for a unit without a scanner, the file that stands for the paper.
//!
//! ```text
//! released, signed and sealed on paper; the file it was printed from is attached
//!     the clerk: "Lập bản điện tử" → paper::overlay writes number, day and “(đã ký và đóng dấu)” → blob
//!         → Act::Transcribe {from, paper} → letter.attached, kind transcript, by the clerk
//! ```
//!
//! The founding letter of 2013 asks for such a file where nothing can be scanned. It is a copy the unit made itself, and
//! says so on its face; the unit's digital seal may follow. The file it was made of stays beside it.

use wire::{Book, Sha256};

use super::model::{Event, FileKind, Letter, LetterFile, State, Verb};
use super::rights::{by_role, by_state};
use crate::error::Refusal;
use crate::rights::Viewer;
use crate::scans::Paper;

/// What the page calls it.
const TITLE: &str = "Bản điện tử (đã ký và đóng dấu)";

impl Letter {
    /// The file it can be made of: brought, not signed, of a document that has left.
    pub fn to_transcribe(&self) -> Option<&LetterFile> {
        let has_left = self.book == Book::Outgoing && self.state == State::Released;
        if !has_left || self.awaits_key() || self.is_signed() || self.is_sealed() {
            return None;
        }
        self.files.last().filter(|file| file.kind == FileKind::Upload && !file.paper.signed)
    }
}

/// The file to make it of, for whoever may; asked before anything is made.
///
/// # Errors
/// `rights.missing`, `version.stale`, `letter.state`.
pub fn of<'l>(viewer: &Viewer, letter: &'l Letter, version: u64) -> Result<&'l LetterFile, Refusal> {
    by_role(viewer, letter, Verb::Transcribe, false)?;
    if letter.version != version {
        return Err(Refusal::stale());
    }
    by_state(viewer, letter, Verb::Transcribe)?;
    letter.to_transcribe().ok_or_else(Refusal::not_found)
}

/// The file joins the document; one made of another file than the last is too late.
pub(super) fn transcribe(letter: &Letter, from: &Sha256, paper: &Paper) -> Result<Event, Refusal> {
    let source = letter.to_transcribe().filter(|file| file.paper.name == *from).ok_or_else(Refusal::stale)?;
    let file = LetterFile {
        paper: Paper { pages: source.paper.pages, signed: false, ..paper.clone() },
        title: TITLE.into(),
        kind: FileKind::Transcript,
        scan: None,
        made: None,
        said: None,
        from: None,
        lacks_words: false,
    };
    Ok(Event::Attached { letter: letter.id, file })
}
