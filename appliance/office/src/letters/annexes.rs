//! Phụ lục in files of their own (article 8, appendix I): sent with the document, and each signed by the unit with text
//! alone in the upper right corner of its first page.
//!
//! ```text
//! draft, released   added, taken away again      clerk, or whoever drafts it; until the seal
//! seal asked for    → every annex is asked for with it, with the same key
//! document sealed   → its annexes are signed one after the other, each by itself
//! one has failed    → the document stays as it is; “Đóng dấu” once more signs what is missing and nothing else; what can
//!                     never be signed is taken away
//! seal failed, called off → nothing waits on the annexes either
//! ```

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Book, Stamp};

use super::given::Given;
use super::model::{Done, Event, FileKind, Letter, LetterFile, State};
use super::rules::{own_paper, taken};
use super::signing::{Level, Look, Prepared, Proof};
use super::signing_rules;
use crate::catalog;
use crate::clock::Now;
use crate::error::Refusal;
use crate::kit::{PersonRef, Told, text};
use crate::rights::Viewer;
use crate::scans::Paper;

/// As many as anybody sends with one document; each is signed by itself.
const MOST: usize = 50;
const TITLE_CHARS: usize = 200;

/// An annex in a file of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Annex {
    /// Its name here.
    pub id: Uuid,
    /// Who added it.
    pub by: PersonRef,
    /// As it was brought; once the unit has signed it, the signed file.
    pub file: LetterFile,
    /// How far the unit's signature on it has come.
    #[serde(default)]
    pub seal: AnnexSeal,
}

/// How far the unit's signature on one annex has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AnnexSeal {
    /// Nobody asked.
    #[default]
    None,
    /// Asked for; its turn comes after the document's own.
    Requested {
        /// With which certificate.
        certificate: Uuid,
        /// The prepared file whose digest went out to the key, where the key is not at the box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prepared: Option<Prepared>,
    },
    /// It bears the signature.
    Sealed {
        /// With which certificate.
        certificate: Uuid,
        /// When.
        at: Stamp,
    },
    /// It could not be signed; `seal.*`.
    Failed {
        /// Why.
        code: String,
    },
}

impl Annex {
    /// Whether the unit has signed it.
    pub fn is_sealed(&self) -> bool {
        matches!(self.seal, AnnexSeal::Sealed { .. })
    }

    /// What has gone out to a key that is not at the box.
    pub fn prepared(&self) -> Option<Prepared> {
        match self.seal {
            AnnexSeal::Requested { prepared, .. } => prepared,
            _ => None,
        }
    }

    /// Whether it waits for this certificate's key.
    pub fn waits_for(&self, with: Uuid) -> bool {
        matches!(self.seal, AnnexSeal::Requested { certificate, .. } if certificate == with)
    }

    /// Whether it may be taken away again: nobody relies on it.
    pub fn is_removable(&self) -> bool {
        matches!(self.seal, AnnexSeal::None | AnnexSeal::Failed { .. })
    }

    /// Whether its signature is asked for and not made.
    pub fn is_open(&self) -> bool {
        matches!(self.seal, AnnexSeal::Requested { .. })
    }
}

impl Letter {
    /// Its own files and those of its annexes.
    pub fn all_files(&self) -> impl Iterator<Item = &LetterFile> {
        self.files.iter().chain(self.annexes.iter().map(|annex| &annex.file))
    }

    /// The annex whose signature is to be made now: the document's own comes first.
    pub fn next_annex(&self) -> Option<&Annex> {
        self.annexes.iter().find(|annex| self.is_sealed() && annex.is_open())
    }

    /// Whether it is sealed and one of its annexes is not.
    pub fn lacks_annex_seal(&self) -> bool {
        self.is_sealed() && self.annexes.iter().any(|annex| !annex.is_sealed())
    }

    /// What is known of the files that bear a signature made here: the document of record and its annexes.
    pub fn made_here(&self) -> impl Iterator<Item = (&Proof, Level)> {
        let annexes = self.annexes.iter().filter(|annex| annex.is_sealed()).map(|annex| &annex.file);
        let proofs =
            self.files.last().into_iter().chain(annexes).filter_map(|file| self.proof(file.paper.name));
        proofs.filter_map(|proof| Some((proof, proof.level?)))
    }

    pub(super) fn take_annex(&mut self, told: &Told<'_>, event: &Event) {
        match event {
            Event::AnnexAdded { annex, file, by, .. } => {
                let (id, by, file) = (*annex, by.clone(), file.clone());
                let title = file.title.clone();
                self.annexes.push(Annex { id, by, file, seal: AnnexSeal::None });
                self.step(told, Done::AnnexAdded, Some(&title), vec![]);
            }
            Event::AnnexRemoved { annex, .. } => {
                let title = self.annex(*annex).map(|annex| annex.file.title.clone());
                self.annexes.retain(|found| found.id != *annex);
                self.step(told, Done::AnnexRemoved, title.as_ref(), vec![]);
            }
            Event::AnnexSealRequested { annexes, certificate, .. } => {
                for annex in self.annexes.iter_mut().filter(|annex| annexes.contains(&annex.id)) {
                    annex.seal = AnnexSeal::Requested { certificate: *certificate, prepared: None };
                }
                // Asked for with the document's own seal it is one step.
                if self.is_sealed() {
                    self.step(told, Done::AnnexSealAsked, None, vec![]);
                }
            }
            Event::AnnexSealed { annex, certificate, paper, signed_at, .. } => {
                let seal = AnnexSeal::Sealed { certificate: *certificate, at: *signed_at };
                self.set_annex(*annex, seal);
                self.annex_signed(*annex, paper);
                let title = self.annex(*annex).map(|annex| annex.file.title.clone());
                self.step(told, Done::AnnexSealed, title.as_ref(), vec![]);
            }
            Event::AnnexSealFailed { annex, code, .. } => {
                self.set_annex(*annex, AnnexSeal::Failed { code: code.clone() });
                let title = self.annex(*annex).map(|annex| annex.file.title.clone());
                self.step(told, Done::AnnexSealFailed, title.as_ref(), vec![]);
            }
            _ => {}
        }
    }

    /// Without the document's own seal its annexes wait for nothing.
    pub(super) fn call_off_annexes(&mut self) {
        for annex in self.annexes.iter_mut().filter(|annex| annex.is_open()) {
            annex.seal = AnnexSeal::None;
        }
    }

    /// The digest of an annex went out to a key that is not at the box.
    pub(super) fn annex_prepared(&mut self, annex: Uuid, waits: Prepared) {
        for found in self.annexes.iter_mut().filter(|found| found.id == annex) {
            if let AnnexSeal::Requested { prepared, .. } = &mut found.seal {
                *prepared = Some(waits);
            }
        }
    }

    fn annex(&self, id: Uuid) -> Option<&Annex> {
        self.annexes.iter().find(|annex| annex.id == id)
    }

    fn set_annex(&mut self, id: Uuid, seal: AnnexSeal) {
        for annex in self.annexes.iter_mut().filter(|annex| annex.id == id) {
            annex.seal = seal.clone();
        }
    }

    fn annex_signed(&mut self, id: Uuid, paper: &Paper) {
        for annex in self.annexes.iter_mut().filter(|annex| annex.id == id) {
            // A page that was opened before still asks for it as it was.
            annex.file.from = Some(annex.file.paper.name);
            annex.file.paper = paper.clone();
            annex.file.kind = FileKind::Sealed;
        }
        self.proof_of(paper.name).level = Some(Level::B);
    }
}

/// Thêm phụ lục: a scan or upload becomes an annex and leaves the desk.
pub(super) fn add(
    given: &Given,
    viewer: &Viewer,
    letter: &Letter,
    title: &str,
    now: &Now,
) -> Result<Vec<catalog::Event>, Refusal> {
    if letter.annexes.len() >= MOST {
        let sentence =
            format!("Mỗi văn bản gửi kèm nhiều nhất {MOST} phụ lục. Hãy gộp các phụ lục vào ít tệp hơn.");
        return Err(Refusal::new("annex.too_many", 422, sentence));
    }
    let title = text::tidy(title);
    if title.chars().count() > TITLE_CHARS {
        let sentence = format!("Tên phụ lục dài quá {TITLE_CHARS} chữ. Hãy rút ngắn.");
        return Err(Refusal::field("words.long", "title", sentence));
    }
    let (mut file, filed) = taken(own_paper(given, viewer), letter.id)?;
    file.title = match title.as_str() {
        "" => file.title.strip_suffix(".pdf").unwrap_or(&file.title).to_owned(),
        _ => title,
    };
    let by = PersonRef { id: viewer.id, name: viewer.name.clone() };
    Ok(vec![Event::AnnexAdded { letter: letter.id, annex: now.id, file, by }.into(), filed.into()])
}

/// Bỏ phụ lục.
pub(super) fn remove(letter: &Letter, annex: Uuid) -> Result<Event, Refusal> {
    let found = letter.annex(annex).ok_or_else(Refusal::not_found)?;
    if !found.is_removable() {
        return Err(Refusal::new("letter.state", 422, NOT_REMOVED));
    }
    Ok(Event::AnnexRemoved { letter: letter.id, annex })
}

/// The seal on whatever lacks it: the document with its annexes, or what is left of them.
pub(super) fn seal(
    given: &Given,
    letter: &Letter,
    look: &Look,
    shows_seal: bool,
    now: &Now,
) -> Result<Vec<catalog::Event>, Refusal> {
    let mut events = Vec::new();
    if !letter.is_sealed() {
        events.push(signing_rules::seal(given, letter, look, shows_seal, now)?.into());
    }
    let certificate = signing_rules::units_certificate(given, now)?.id;
    let annexes: Vec<Uuid> =
        letter.annexes.iter().filter(|annex| !annex.is_sealed()).map(|annex| annex.id).collect();
    if !annexes.is_empty() {
        events.push(Event::AnnexSealRequested { letter: letter.id, annexes, certificate }.into());
    }
    Ok(events)
}

/// Why an annex stays.
pub(super) const NOT_REMOVED: &str =
    "Chỉ bỏ được phụ lục chưa ký, khi văn bản chưa hủy và không đang chờ khóa nào. Hãy tải lại trang để xem.";

/// Whether one of them may go: after the seal, only what could not be signed.
pub(super) fn may_remove(letter: &Letter) -> bool {
    letter.state != State::Void && !letter.awaits_key() && letter.annexes.iter().any(Annex::is_removable)
}

/// Whether annexes may come: until the seal, while nothing waits for a key.
pub(super) fn may_add(letter: &Letter) -> bool {
    letter.book == Book::Outgoing
        && letter.state != State::Void
        && !letter.is_sealed()
        && !letter.awaits_key()
}
