//! The row of a letter: plain data. What can be asked of it is in [`super::acts`], what happened to it in
//! [`super::events`].

use chrono::NaiveDate;
use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Book, Sha256, Stamp};

use super::annexes::Annex;
use super::described::Description;
use super::signers::{Signer, SigningOrder};
use super::signing::{Look, Prepared, Proof, Signature};
use crate::kit::PersonRef;
use crate::scans::{Made, Paper};

pub use super::acts::{Act, Command, People, Verb};
pub use super::events::Event;

/// Độ khẩn (article 8, appendix I).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Thường.
    #[default]
    Normal,
    /// Khẩn.
    Urgent,
    /// Thượng khẩn.
    VeryUrgent,
    /// Hỏa tốc.
    Flash,
}

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LetterState)]
pub enum State {
    /// Dự thảo: outgoing, no number yet.
    Draft,
    /// Đã vào sổ: incoming, numbered.
    Registered,
    /// Đã trình.
    Submitted,
    /// Đã giao.
    Assigned,
    /// Đã hoàn thành.
    Completed,
    /// Đã duyệt, chờ phát hành.
    Approved,
    /// Đã phát hành, with its number.
    Released,
    /// Đã hủy; a number it had stays with the reason.
    Void,
}

/// Chủ trì or phối hợp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Chủ trì: answers for the result.
    Lead,
    /// Phối hợp.
    Cooperating,
}

/// One person's share of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// Who.
    pub person: PersonRef,
    /// Share.
    pub role: Part,
    /// When she first opened it.
    #[schema(value_type = Option<String>)]
    pub read_at: Option<Stamp>,
    /// When she reported.
    #[schema(value_type = Option<String>)]
    pub done_at: Option<Stamp>,
    /// What she reported.
    pub report: Option<String>,
}

/// Where a file of a document came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Scanned at the desk.
    Scan,
    /// Brought as a file.
    Upload,
    /// Signed by a person.
    Signed,
    /// Sealed by the unit.
    Sealed,
    /// Made of the brought file for one signed and sealed on paper: it bears the line “(đã ký và đóng dấu)”.
    Transcript,
}

/// A file of a document; the last one is the document of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFile {
    /// The bytes.
    pub paper: Paper,
    /// What the page calls it.
    pub title: String,
    /// Where it came from.
    pub kind: FileKind,
    /// The scan whose captures show its pages.
    pub scan: Option<Uuid>,
    /// How the box made it of them; none for a file as it was brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What of the register it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Description>,
    /// Its name before it said that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Sha256>,
    /// Words of its pages were read after it was filed, and are not in it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lacks_words: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// How far the unit's seal has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Seal {
    /// Nobody asked.
    #[default]
    None,
    /// Asked for; waits for the box, or for the PIN again after a restart.
    Requested {
        /// With which certificate.
        certificate: Uuid,
        /// How it is to look.
        #[serde(default)]
        look: Look,
        /// The prepared file whose digest went out to the key, where the key is not at the box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prepared: Option<Prepared>,
    },
    /// The last file carries it.
    Sealed {
        /// With which certificate.
        certificate: Uuid,
        /// When.
        at: Stamp,
    },
    /// It could not be set; `seal.*`.
    Failed {
        /// Why.
        code: String,
    },
}

/// One step of a document's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Stamp,
    /// By whom.
    pub who: String,
    /// What.
    pub what: Done,
    /// Directive, report, reason.
    pub words: Option<String>,
    /// To whom.
    pub people: Vec<String>,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the past of the verb of the same name")]
pub enum Done {
    Registered,
    Drafted,
    Amended,
    Attached,
    Transcribed,
    Submitted,
    Directed,
    Assigned,
    Reported,
    Completed,
    Approved,
    Returned,
    Released,
    Voided,
    SignatureAsked,
    Signed,
    SignatureFailed,
    SigningWithdrawn,
    SignersNamed,
    SealAsked,
    Sealed,
    SealFailed,
    AnnexAdded,
    AnnexRemoved,
    AnnexSealAsked,
    AnnexSealed,
    AnnexSealFailed,
    ReceivedAbove,
}

/// What the clerk or drafter writes of a document; the columns of the book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Cơ quan ban hành.
    pub issuing_body: String,
    /// Số, ký hiệu as on the paper; empty on an outgoing draft.
    pub reference_code: String,
    /// Ngày văn bản; none on an outgoing draft.
    pub issue_date: Option<NaiveDate>,
    /// Id of [`super::types::DOCUMENT_TYPES`].
    pub document_type: String,
    /// Trích yếu.
    pub subject: String,
    /// Người ký.
    pub signatory: String,
    /// Nơi nhận.
    pub recipients: String,
    /// Độ khẩn.
    pub urgency: Urgency,
    /// Thời hạn giải quyết or hạn trả lời.
    pub due_date: Option<NaiveDate>,
    /// Số lượng bản.
    pub copies: u32,
    /// Ghi chú.
    pub note: String,
    /// The symbol after the slash, of an outgoing document.
    pub notation: String,
    /// Đơn vị soạn thảo in that symbol, as the drafter wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
}

impl Facts {
    /// Whether a slip says of a document what is written of it; what its way added since does not count.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let typed = |facts: &Self| {
            let mut typed = Self { due_date: None, ..facts.clone() };
            // Only an outgoing document has a notation of its own, and gets code and date at release.
            if !typed.notation.is_empty() {
                typed.reference_code.clear();
                typed.issue_date = None;
            }
            typed
        };
        typed(self) == typed(other)
    }
}

/// A document, in or out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// The document, for good.
    pub id: Uuid,
    /// Counts changes a person must have seen before the next one.
    pub version: u64,
    /// Which book.
    pub book: Book,
    /// The book's year; of a draft the year it was begun in.
    pub year: i32,
    /// Its number in the book.
    pub number: Option<u64>,
    /// Ngày đến or ngày phát hành.
    pub entered_on: Option<NaiveDate>,
    /// The columns.
    pub facts: Facts,
    /// How far.
    pub state: State,
    /// Who drafted or registered it.
    pub drafter: PersonRef,
    /// Whose word it waits for.
    pub submitted_to: Option<PersonRef>,
    /// Who works on it.
    pub assignments: Vec<Assignment>,
    /// Who opened it, and when first.
    pub readers: Vec<(PersonRef, Stamp)>,
    /// Its files; the last is the document of record.
    pub files: Vec<LetterFile>,
    /// Who has to sign; where nobody is named the head, or whoever holds her delegation.
    #[serde(default)]
    pub signers: Vec<Signer>,
    /// In which order.
    #[serde(default)]
    pub signing_order: SigningOrder,
    /// Phụ lục in files of their own.
    #[serde(default)]
    pub annexes: Vec<Annex>,
    /// Persons' signatures asked for or made on the document of record.
    pub signatures: Vec<Signature>,
    /// The unit's seal.
    pub seal: Seal,
    /// What is known of the files' signatures.
    pub proofs: Vec<Proof>,
    /// Its way so far.
    pub way: Vec<Step>,
    /// The entry that last stated its register line.
    pub line_entry: Option<u64>,
    /// When the office above said it had arrived.
    pub received_above_at: Option<Stamp>,
    /// The entry that began it: order among drafts.
    pub begun: u64,
}

/// Whom a document waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// Whoever is clerk.
    Clerk,
    /// This person.
    Person(Uuid),
}

impl WaitsFor {
    /// Key in the index `waits`.
    pub fn key(self) -> Vec<u8> {
        match self {
            Self::Clerk => b"clerk".to_vec(),
            Self::Person(id) => id.to_string().into_bytes(),
        }
    }
}

/// Key of a book and year in the index `book`.
pub fn book_key(book: Book, year: i32) -> Vec<u8> {
    let mut key = vec![match book {
        Book::Incoming => b'i',
        Book::Outgoing => b'o',
    }];
    key.extend_from_slice(&year.to_be_bytes());
    key
}

impl Letter {
    /// Whom it waits for now.
    pub fn waits_for(&self) -> Vec<WaitsFor> {
        let person = |person: &Option<PersonRef>| person.iter().map(|p| WaitsFor::Person(p.id)).collect();
        match (self.book, self.state) {
            (Book::Outgoing, State::Draft) => vec![WaitsFor::Person(self.drafter.id)],
            (_, State::Registered | State::Approved) => vec![WaitsFor::Clerk],
            (_, State::Submitted) => person(&self.submitted_to),
            (_, State::Assigned) => {
                let open = self.assignments.iter().filter(|a| a.done_at.is_none());
                open.map(|a| WaitsFor::Person(a.person.id)).collect()
            }
            (_, State::Released)
                if !self.files.is_empty() && (!self.is_sealed() || self.lacks_annex_seal()) =>
            {
                let due = self.due().into_iter().map(|signer| WaitsFor::Person(signer.person.id));
                [WaitsFor::Clerk].into_iter().chain(due).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the unit's seal is on it.
    pub fn is_sealed(&self) -> bool {
        matches!(self.seal, Seal::Sealed { .. })
    }

    /// Everybody it was routed to, drafted or registered by, and who has to sign it.
    pub fn people(&self) -> Vec<Uuid> {
        let routed = self.assignments.iter().map(|a| a.person.id);
        let routed = routed.chain(self.signers.iter().map(|signer| signer.person.id));
        let mut people: Vec<Uuid> =
            routed.chain(self.submitted_to.iter().map(|p| p.id)).chain([self.drafter.id]).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Where a draft or a number stands in its book: numbered lines by number, drafts after them as begun.
    fn place(&self) -> [u8; 9] {
        let (group, order) = self.number.map_or((1, self.begun), |number| (0, number));
        let mut place = [group; 9];
        place[1..].copy_from_slice(&order.to_be_bytes());
        place
    }
}

impl Entity for Letter {
    const KIND: &'static str = "letter";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        let placed = |mut key: Vec<u8>| {
            key.extend_from_slice(&self.place());
            key
        };
        let mut keys = vec![("book", placed(book_key(self.book, self.year)))];
        keys.extend(self.waits_for().into_iter().map(|who| ("waits", who.key())));
        keys.extend(self.people().into_iter().map(|id| ("person", id.to_string().into_bytes())));
        if self.awaits_key() || self.next_annex().is_some() {
            keys.push(("signing_requested", Vec::new()));
        }
        if self.level().is_some() {
            keys.push(("signed", self.begun.to_be_bytes().to_vec()));
        }
        // A key that begins with the level: what is complete is never walked through.
        for (proof, level) in self.made_here().filter(|_| self.state != State::Void) {
            match proof.renew_at {
                Some(renew_at) => keys.push(("renew", renew_at.unix_ms().to_be_bytes().to_vec())),
                None => keys.push(("unproved", vec![level as u8])),
            }
        }
        if self.unchecked().next().is_some() {
            keys.push(("unchecked", Vec::new()));
        }
        if self.open_verdicts().next().is_some() {
            keys.push(("open_verdict", Vec::new()));
        }
        // A draft's number is still to come: it is described when somebody is to sign it.
        if self.number.is_some() && self.to_describe().is_some() {
            keys.push(("to_describe", Vec::new()));
        }
        if self.book == Book::Incoming {
            keys.push(("reference", super::given::duplicate_key(&self.facts).into_bytes()));
        }
        keys
    }
}
