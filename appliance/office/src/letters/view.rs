//! Letters as a page sees them: words for states, the way in sentences, and what this person may do next.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Book, Stamp};

use super::annexes_http::AnnexView;
use super::model::{Assignment, Done, FileKind, Letter, State, Step, Urgency, Verb};
use super::signers::{SignerView, SigningOrder};
use super::signing::Awaits;
use super::signing_view::{ProofView, SealView, SignatureView};
use super::{reference, rights, types};
use crate::kit::{PersonRef, text};
use crate::rights::Viewer;
use crate::scans::fit::MadeView;

/// Which book, in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookName {
    /// Sổ đăng ký văn bản đến.
    Incoming,
    /// Sổ đăng ký văn bản đi.
    Outgoing,
}

impl From<Book> for BookName {
    fn from(book: Book) -> Self {
        match book {
            Book::Incoming => Self::Incoming,
            Book::Outgoing => Self::Outgoing,
        }
    }
}

impl From<BookName> for Book {
    fn from(book: BookName) -> Self {
        match book {
            BookName::Incoming => Self::Incoming,
            BookName::Outgoing => Self::Outgoing,
        }
    }
}

/// One line of a book on the screen.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LetterLine {
    /// The document.
    pub id: Uuid,
    book: BookName,
    year: i32,
    number: Option<u64>,
    /// `12` in, `01/QĐ-THCSHP` out; none before release.
    number_text: Option<String>,
    reference_code: String,
    issue_date: Option<NaiveDate>,
    entered_on: Option<NaiveDate>,
    issuing_body: String,
    document_type: String,
    document_type_name: String,
    subject: String,
    urgency: Urgency,
    urgency_name: String,
    signatory: String,
    recipients: String,
    due_date: Option<NaiveDate>,
    /// Past its day and not done.
    late: bool,
    state: State,
    state_name: String,
    has_pdf: bool,
    sealed: bool,
    /// Which key it waits for.
    awaits: Option<Awaits>,
    /// This person is named to sign it, and may now.
    my_signature: bool,
    /// Routed to this person and not opened yet.
    unread: bool,
    copies: u32,
    note: String,
    version: u64,
}

impl LetterLine {
    /// The line as this person sees it today.
    pub fn of(letter: &Letter, viewer: &Viewer, today: NaiveDate) -> Self {
        let facts = &letter.facts;
        let open = !matches!(letter.state, State::Completed | State::Released | State::Void);
        Self {
            id: letter.id,
            book: letter.book.into(),
            year: letter.year,
            number: letter.number,
            number_text: number_text(letter),
            reference_code: facts.reference_code.clone(),
            issue_date: facts.issue_date,
            entered_on: letter.entered_on,
            issuing_body: facts.issuing_body.clone(),
            document_type: facts.document_type.clone(),
            document_type_name: types::name_of(&facts.document_type).into(),
            subject: facts.subject.clone(),
            urgency: facts.urgency,
            urgency_name: urgency_name(facts.urgency).into(),
            signatory: facts.signatory.clone(),
            recipients: letter.line_recipients(),
            due_date: facts.due_date,
            late: open && facts.due_date.is_some_and(|due| due < today),
            state: letter.state,
            state_name: state_name(letter).into(),
            has_pdf: !letter.files.is_empty(),
            sealed: letter.is_sealed(),
            awaits: letter.awaits(),
            my_signature: letter.waits_for_named(viewer),
            unread: is_unread(letter, viewer),
            copies: facts.copies,
            note: letter.line_note(),
            version: letter.version,
        }
    }
}

/// A document with everything its page shows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LetterView {
    #[serde(flatten)]
    line: LetterLine,
    /// The symbol an outgoing draft will bear.
    notation: String,
    /// Its last group, where the drafter named one.
    field: String,
    drafter: PersonRef,
    submitted_to: Option<PersonRef>,
    files: Vec<FileView>,
    /// Phụ lục in files of their own.
    annexes: Vec<AnnexView>,
    way: Vec<StepView>,
    assignments: Vec<Assignment>,
    readers: Vec<Reader>,
    /// Who has to sign, in their order; nobody is the head.
    signers: Vec<SignerView>,
    signing_order: SigningOrder,
    signatures: Vec<SignatureView>,
    seal: SealView,
    above: Above,
    may: Vec<Verb>,
}

/// A file of a document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FileView {
    /// Its SHA-256, which is also its address.
    name: String,
    title: String,
    pages: u32,
    bytes: u64,
    kind: FileKind,
    signed: bool,
    /// How the box made it of its pages; none of a file as it was brought.
    made: Option<MadeView>,
    /// What is known of its signatures.
    proof: Option<ProofView>,
}

/// Who opened it, and when first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Reader {
    person: PersonRef,
    #[schema(value_type = String)]
    at: Stamp,
}

/// One step of the way so far.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StepView {
    #[schema(value_type = String)]
    at: Stamp,
    who: String,
    /// The step in words.
    what: String,
    /// Directive, report or reason.
    words: Option<String>,
    /// `act`, `late`, `calm`.
    tone: String,
}

/// What the office above has of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Above {
    /// `local`, `waiting`, `received`.
    state: String,
    #[schema(value_type = Option<String>)]
    at: Option<Stamp>,
    sentence: String,
}

impl LetterView {
    /// The page of this document for this person; `acknowledged` is the last entry the office above has, `heads` are those
    /// in whose place she may sign today.
    pub fn of(letter: &Letter, viewer: &Viewer, today: NaiveDate, acknowledged: u64, heads: &[Uuid]) -> Self {
        Self {
            line: LetterLine::of(letter, viewer, today),
            notation: letter.facts.notation.clone(),
            field: letter.facts.field.clone(),
            drafter: letter.drafter.clone(),
            submitted_to: letter.submitted_to.clone(),
            files: letter.files.iter().rev().map(|found| file(letter, found)).collect(),
            annexes: letter.annexes.iter().map(|annex| AnnexView::of(letter, annex)).collect(),
            way: letter.way.iter().map(step).collect(),
            assignments: letter.assignments.clone(),
            readers: letter
                .readers
                .iter()
                .map(|(person, at)| Reader { person: person.clone(), at: *at })
                .collect(),
            signers: SignerView::all(letter),
            signing_order: letter.signing_order,
            signatures: letter.signatures.iter().map(SignatureView::of).collect(),
            seal: SealView::of(letter),
            above: above(letter, acknowledged),
            may: rights::may(viewer, letter, heads),
        }
    }
}

/// The number as people say it.
pub fn number_text(letter: &Letter) -> Option<String> {
    let number = letter.number?;
    Some(match letter.book {
        Book::Incoming => number.to_string(),
        Book::Outgoing => reference::reference_code(number, &letter.facts.notation),
    })
}

/// Whether every word of `query` (folded) is in the line, in any order.
pub fn matches(letter: &Letter, query: &str) -> bool {
    let facts = &letter.facts;
    let number = number_text(letter).unwrap_or_default();
    let line = [
        &facts.reference_code,
        &facts.issuing_body,
        &facts.subject,
        &facts.recipients,
        &facts.signatory,
        &number,
    ];
    let line = text::fold(&line.map(String::as_str).join(" "));
    query.split(' ').all(|word| line.contains(word))
}

/// Routed to this person and not opened yet.
pub fn is_unread(letter: &Letter, viewer: &Viewer) -> bool {
    let routed = letter.assignments.iter().any(|a| a.person.id == viewer.id)
        || letter.submitted_to.as_ref().is_some_and(|person| person.id == viewer.id)
        || letter.signers.iter().any(|signer| signer.person.id == viewer.id);
    routed && !letter.readers.iter().any(|(person, _)| person.id == viewer.id)
}

/// Độ khẩn in words.
pub fn urgency_name(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Normal => "Thường",
        Urgency::Urgent => "Khẩn",
        Urgency::VeryUrgent => "Thượng khẩn",
        Urgency::Flash => "Hỏa tốc",
    }
}

fn state_name(letter: &Letter) -> &'static str {
    match letter.state {
        State::Draft => "Dự thảo",
        State::Registered => "Đã vào sổ",
        State::Submitted => "Đã trình",
        State::Assigned => "Đã giao",
        State::Completed => "Đã hoàn thành",
        State::Approved => "Đã duyệt",
        State::Released if letter.lacks_annex_seal() => "Đã đóng dấu, còn phụ lục",
        State::Released if letter.is_sealed() => "Đã đóng dấu",
        State::Released if letter.is_signed() && letter.awaits() == Some(Awaits::Sign) => "Còn chờ người ký",
        State::Released if letter.is_signed() => "Đã ký số, chờ đóng dấu",
        State::Released => "Đã phát hành",
        State::Void => "Đã hủy",
    }
}

fn file(letter: &Letter, file: &super::model::LetterFile) -> FileView {
    FileView {
        name: file.paper.name.to_string(),
        title: file.title.clone(),
        pages: file.paper.pages,
        bytes: file.paper.bytes,
        kind: file.kind,
        signed: file.paper.signed,
        made: file.made.as_ref().map(MadeView::of),
        proof: ProofView::of(letter, file),
    }
}

fn step(step: &Step) -> StepView {
    let people = step.people.join(", ");
    let (what, tone) = match step.what {
        Done::Registered => ("Vào sổ".to_owned(), "act"),
        Done::Drafted => ("Soạn dự thảo".to_owned(), "calm"),
        Done::Amended => ("Sửa các cột".to_owned(), "calm"),
        Done::Attached => ("Gắn tệp văn bản".to_owned(), "calm"),
        Done::Transcribed => ("Lập bản điện tử “(đã ký và đóng dấu)”".to_owned(), "calm"),
        Done::Submitted => (format!("Trình {people}"), "act"),
        Done::Directed => ("Cho ý kiến".to_owned(), "act"),
        Done::Assigned => (format!("Giao {people}"), "act"),
        Done::Reported => ("Báo cáo phần việc".to_owned(), "calm"),
        Done::Completed => ("Hoàn thành".to_owned(), "act"),
        Done::Approved => ("Duyệt".to_owned(), "act"),
        Done::Returned => ("Trả lại".to_owned(), "late"),
        Done::Released => ("Phát hành".to_owned(), "act"),
        Done::Voided => ("Hủy".to_owned(), "late"),
        Done::SignatureAsked => ("Đưa ký số".to_owned(), "calm"),
        Done::Signed => (format!("{people} ký số"), "act"),
        Done::SignatureFailed => ("Chưa ký số được".to_owned(), "late"),
        Done::SigningWithdrawn => ("Thôi chờ ký".to_owned(), "calm"),
        Done::SignersNamed if people.is_empty() => ("Thôi nêu người ký".to_owned(), "calm"),
        Done::SignersNamed => (format!("Nêu người ký: {people}"), "calm"),
        Done::SealAsked => ("Đưa đóng dấu".to_owned(), "calm"),
        Done::Sealed => ("Đóng dấu".to_owned(), "act"),
        Done::SealFailed => ("Chưa đóng dấu được".to_owned(), "late"),
        Done::AnnexAdded => ("Thêm phụ lục".to_owned(), "calm"),
        Done::AnnexRemoved => ("Bỏ phụ lục".to_owned(), "calm"),
        Done::AnnexSealAsked => ("Đưa ký các phụ lục còn lại".to_owned(), "calm"),
        Done::AnnexSealed => ("Ký của cơ quan trên phụ lục".to_owned(), "act"),
        Done::AnnexSealFailed => ("Chưa ký được phụ lục".to_owned(), "late"),
        Done::ReceivedAbove => ("Cấp trên đã nhận".to_owned(), "calm"),
    };
    StepView { at: step.at, who: step.who.clone(), what, words: step.words.clone(), tone: tone.into() }
}

fn above(letter: &Letter, acknowledged: u64) -> Above {
    let (state, at, sentence) = match (letter.received_above_at, letter.line_entry) {
        (_, None) => ("local", None, "Chưa có trong sổ nên chưa gửi cấp trên.".to_owned()),
        (Some(at), Some(entry)) if entry <= acknowledged => (
            "received",
            Some(at),
            format!("Cấp trên đã nhận lúc {}.", at.in_vietnam().format("%H:%M ngày %d/%m/%Y")),
        ),
        (None, Some(entry)) if entry <= acknowledged => {
            ("received", None, "Cấp trên đã có dòng sổ; tệp văn bản đang gửi.".to_owned())
        }
        _ => ("waiting", None, "Chờ gửi cấp trên khi có mạng.".to_owned()),
    };
    Above { state: state.into(), at, sentence }
}
