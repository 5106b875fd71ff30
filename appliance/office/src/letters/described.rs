//! What the file of a document says of itself, wherever it is carried: abstract, number and symbol, date, issuer, type; on
//! the page of an outgoing one that was born digital, number and day.
//!
//! The pages are there before anybody knows the number, so the box writes these words into the file afterwards, and
//! only as long as nobody relies on its bytes:
//!
//! ```text
//! registered, released, amended, a paper attached → what the file says is no longer what the register says
//! pages of a filed scan are read                  → it lacks their words
//!     follower "describe", or whoever asks for the first signature → Command::Describe {from, paper, said}
//!         → letter.paper_described: the same pages under another name; pages opened before it still ask for `from`
//! signed, or a signature is being made: the file stays as it is for good
//! ```
//!
//! What the box composed itself says it unseen. A file as it was brought is kept byte for byte, but for an outgoing
//! document's: behind its bytes number and day are added where the page has blanks for them. The line for the office above
//! names no file that is about to be another: over a thin line each goes up once, and once more with words that came late.

use chrono::NaiveDate;
use journal::{Fault, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Book, Sha256};

use super::acts::Command;
use super::given::Given;
use super::model::{Event, FileKind, Letter, LetterFile, State};
use super::types;
use crate::catalog;

/// What the register says of a document, as far as its file repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Trích yếu.
    pub title: String,
    /// `Số đến 12/2026, vào sổ ngày 21/11/2026`; empty where the number is the document's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entered: String,
    /// `125/QĐ-THCSHP`; empty before release.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number_symbol: String,
    /// The date it bears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<NaiveDate>,
    /// Who issued it.
    pub issuer: String,
    /// Tên loại.
    pub document_type: String,
}

impl LetterFile {
    /// Whether the file had this name before the register was written into it.
    pub fn was(&self, name: &Sha256) -> bool {
        self.from.as_ref() == Some(name)
    }
}

impl Letter {
    /// What its file is to say.
    pub fn description(&self) -> Description {
        let day = |date: NaiveDate| date.format("%d/%m/%Y").to_string();
        let entered = match (self.book, self.number, self.entered_on) {
            (Book::Incoming, Some(number), Some(on)) => {
                format!("Số đến {number}/{}, vào sổ ngày {}", self.year, day(on))
            }
            _ => String::new(),
        };
        Description {
            title: self.facts.subject.clone(),
            entered,
            number_symbol: self.facts.reference_code.clone(),
            issued_on: self.facts.issue_date,
            issuer: self.facts.issuing_body.clone(),
            document_type: types::name_of(&self.facts.document_type).to_owned(),
        }
    }

    /// The file that says less than the register, or something else, while it may still be described.
    pub fn to_describe(&self) -> Option<&LetterFile> {
        if self.state == State::Void || self.is_sealed() || self.is_signed() || self.awaits_key() {
            return None;
        }
        let file = self.files.last().filter(|file| !file.paper.signed)?;
        let has_blanks = self.book == Book::Outgoing && self.state == State::Released;
        let says_less = match file.kind {
            FileKind::Upload if has_blanks => !self.is_numbered(file),
            _ if file.made.is_some() => file.lacks_words || file.said.as_ref() != Some(&self.description()),
            _ => false,
        };
        says_less.then_some(file)
    }

    /// Whether number and day have been looked for on its page.
    fn is_numbered(&self, file: &LetterFile) -> bool {
        let facts = &self.facts;
        file.said.as_ref().is_some_and(|said| {
            said.number_symbol == facts.reference_code && said.issued_on == facts.issue_date
        })
    }
}

/// Pages of a scan that was filed were read: words its file may still get.
///
/// # Errors
/// If the store fails.
pub(crate) fn words_came(rows: &mut Rows<'_>, letter: Uuid, scan: Uuid) -> Result<(), Fault> {
    let Some(mut letter) = rows.get::<Letter>(&letter.to_string())? else { return Ok(()) };
    let file = letter.files.last_mut().filter(|file| file.scan == Some(scan) && file.kind == FileKind::Scan);
    let Some(file) = file.filter(|file| file.made.is_some() && !file.lacks_words) else { return Ok(()) };
    file.lacks_words = true;
    rows.put(&letter)
}

/// The machine has written `said` into the file `from`, or found that it cannot be. Nothing follows where it has been
/// done already, where the file is another one by now, or where a signature has come meanwhile: whoever asks looks again.
pub(super) fn described(given: &Given, command: &Command) -> Vec<catalog::Event> {
    let (Command::Describe { letter, from, paper, said, made }, Some(there)) = (command, &given.letter)
    else {
        return Vec::new();
    };
    let still = there.to_describe().is_some_and(|file| file.paper.name == *from);
    if !still || there.description() != *said {
        return Vec::new();
    }
    // While pages are still being read there may be nothing to say yet.
    if made.is_none() && there.files.last().is_some_and(|file| file.said.as_ref() == Some(said)) {
        return Vec::new();
    }
    let (letter, from, paper, said, made) = (*letter, *from, paper.clone(), said.clone(), made.clone());
    vec![Event::PaperDescribed { letter, from, paper, said, made }.into()]
}

/// Documents with a number whose file is to be described.
///
/// # Errors
/// If the store fails.
pub fn to_describe(rows: &Rows<'_>) -> Result<Vec<Letter>, Fault> {
    crate::kit::all_under(rows, "to_describe", b"")
}
