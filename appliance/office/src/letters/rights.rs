//! Who may do what to a letter, in which state: the one list of it, for the rules that refuse and for the page that
//! offers.

use uuid::Uuid;
use wire::Book;

use super::acts::{Act, Verb};
use super::annexes;
use super::model::{Letter, State};
use super::signing_rules::has_turn;
use crate::error::Refusal;
use crate::rights::{Role, Viewer};

impl Act {
    /// The verb it is.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Submit { .. } => Verb::Submit,
            Self::Direct { .. } => Verb::Direct,
            Self::Assign(_) => Verb::Assign,
            Self::Complete { .. } => Verb::Complete,
            Self::Approve { .. } => Verb::Approve,
            Self::Return { .. } => Verb::Return,
            Self::Release => Verb::Release,
            Self::Void { .. } => Verb::Void,
            Self::Amend(_) => Verb::Amend,
            Self::Attach { .. } => Verb::Attach,
            Self::AddAnnex { .. } => Verb::AddAnnex,
            Self::RemoveAnnex { .. } => Verb::RemoveAnnex,
            Self::Transcribe { .. } => Verb::Transcribe,
            Self::NameSigners { .. } => Verb::NameSigners,
            Self::Sign(_) => Verb::Sign,
            Self::Seal { .. } => Verb::Seal,
            Self::Unsign => Verb::Unsign,
        }
    }
}

impl Letter {
    /// Whether this person may know the document exists. The clerk keeps the books and the head answers for
    /// everything; a teacher sees what was routed to her, what she has to sign and her own drafts; IT sees none.
    pub fn readable_by(&self, viewer: &Viewer) -> bool {
        match viewer.role {
            Role::Clerk | Role::Head => true,
            Role::Teacher => self.people().contains(&viewer.id),
            Role::It => false,
        }
    }
}

/// The verbs a person has for a document now; what the page offers. `heads` are those in whose place she may sign today.
pub fn may(viewer: &Viewer, letter: &Letter, heads: &[Uuid]) -> Vec<Verb> {
    const ALL: [Verb; 17] = [
        Verb::Submit,
        Verb::Direct,
        Verb::Assign,
        Verb::Complete,
        Verb::Approve,
        Verb::Return,
        Verb::Release,
        Verb::Sign,
        Verb::Seal,
        Verb::Unsign,
        Verb::Attach,
        Verb::AddAnnex,
        Verb::RemoveAnnex,
        Verb::Transcribe,
        Verb::NameSigners,
        Verb::Amend,
        Verb::Void,
    ];
    // What cannot be signed or sealed yet is not offered; whoever asks all the same is told why in its own words.
    let offered = |verb: &Verb| has_turn(letter, viewer, *verb, heads).is_ok();
    let signs_for = !heads.is_empty();
    ALL.into_iter().filter(offered).filter(|verb| allowed(viewer, letter, *verb, signs_for).is_ok()).collect()
}

/// Whether this person may do this to the document in the state it is in.
///
/// # Errors
/// `rights.missing` with whose work it is; `letter.state` with what must come first.
pub fn allowed(viewer: &Viewer, letter: &Letter, verb: Verb, signs_for: bool) -> Result<(), Refusal> {
    by_role(viewer, letter, verb, signs_for)?;
    by_state(viewer, letter, verb)
}

/// Whose work the verb is.
pub(super) fn by_role(viewer: &Viewer, letter: &Letter, verb: Verb, signs_for: bool) -> Result<(), Refusal> {
    let (clerk, head) = (viewer.role == Role::Clerk, viewer.role == Role::Head);
    let own_draft = letter.state == State::Draft && letter.drafter.id == viewer.id;
    // Submitted to whoever signs in the head's place, the head's words are hers.
    let deputy = signs_for && letter.submitted_to.as_ref().is_some_and(|person| person.id == viewer.id);
    let named = letter.signers.iter().any(|signer| signer.person.id == viewer.id);
    let assigned = letter.assignments.iter().any(|a| a.person.id == viewer.id);
    let (may, whose) = match verb {
        Verb::Submit => (clerk || own_draft, "văn thư hoặc người soạn thảo"),
        Verb::Attach | Verb::AddAnnex | Verb::RemoveAnnex | Verb::Amend => {
            (clerk || own_draft, "văn thư hoặc người soạn thảo")
        }
        Verb::Void => (clerk || head || own_draft, "văn thư hoặc hiệu trưởng"),
        Verb::Direct => (head, "hiệu trưởng"),
        Verb::Approve | Verb::Return => (head || deputy, "hiệu trưởng"),
        Verb::NameSigners => (clerk || head || own_draft, "văn thư, hiệu trưởng hoặc người soạn thảo"),
        Verb::Sign => (head || signs_for || named, "người có thẩm quyền ký"),
        Verb::Unsign => (
            clerk || letter.signatures.iter().any(|found| found.signer.id == viewer.id && !found.is_signed()),
            "văn thư hoặc người ký",
        ),
        Verb::Assign => (clerk || head, "văn thư hoặc hiệu trưởng"),
        Verb::Complete => (assigned || head, "người được giao"),
        Verb::Release | Verb::Seal | Verb::Transcribe => (clerk, "văn thư"),
    };
    if may {
        Ok(())
    } else {
        Err(Refusal::forbidden(format!("Việc này là của {whose}. Hãy nhờ {whose} làm.")))
    }
}

/// Whether the document is where the verb can be done.
pub(super) fn by_state(viewer: &Viewer, letter: &Letter, verb: Verb) -> Result<(), Refusal> {
    let (incoming, state) = (letter.book == Book::Incoming, letter.state);
    let has_paper = !letter.files.is_empty();
    let open_share = letter.assignments.iter().any(|a| a.person.id == viewer.id && a.done_at.is_none());
    let (may, instead) = match verb {
        Verb::Submit => (
            matches!(state, State::Registered | State::Draft),
            "Văn bản này đã được trình rồi. Hãy tải lại trang để xem đang chờ ai.",
        ),
        Verb::Direct => (
            incoming && matches!(state, State::Submitted | State::Assigned),
            "Chỉ cho ý kiến khi văn bản đến đã được trình và chưa hoàn thành. Hãy nhờ văn thư trình trước.",
        ),
        Verb::Assign if viewer.role == Role::Clerk => (
            incoming && matches!(state, State::Registered | State::Assigned),
            "Văn thư chỉ giao thẳng khi văn bản chưa trình, hoặc chuyển lại khi đã giao. Hãy chờ ý kiến của hiệu trưởng.",
        ),
        Verb::Assign => (
            incoming && matches!(state, State::Submitted | State::Assigned),
            "Chỉ giao khi văn bản đến đã được trình và chưa hoàn thành. Hãy tải lại trang để xem văn bản đang ở bước nào.",
        ),
        Verb::Complete => (
            state == State::Assigned && (open_share || viewer.role == Role::Head),
            "Phần việc này đã xong hoặc chưa được giao. Hãy tải lại trang để xem văn bản đang ở bước nào.",
        ),
        Verb::Approve => (
            !incoming && state == State::Submitted,
            "Chỉ duyệt dự thảo đã được trình. Hãy nhờ người soạn thảo trình trước.",
        ),
        Verb::Return => (
            state == State::Submitted,
            "Chỉ trả lại văn bản đang chờ ý kiến. Hãy tải lại trang để xem văn bản đang ở bước nào.",
        ),
        Verb::Release => (
            !incoming
                && (state == State::Approved
                    || has_paper && matches!(state, State::Draft | State::Submitted)),
            "Chưa phát hành được: hãy chờ hiệu trưởng duyệt, hoặc gắn bản quét đã có chữ ký.",
        ),
        Verb::Void => (
            !matches!(state, State::Void | State::Completed),
            "Văn bản đã hoàn thành hoặc đã hủy. Hãy tải lại trang để xem.",
        ),
        // Whoever waits for a key has seen this file and no other.
        Verb::Attach if letter.awaits_key() => (
            false,
            "Văn bản đang chờ ký hoặc đóng dấu nên không gắn tệp khác được. Hãy đợi xong, hoặc bấm “Thôi chờ ký” rồi gắn.",
        ),
        Verb::Attach => (
            state != State::Void && !letter.is_sealed() && !letter.is_signed(),
            "Văn bản đã ký số, đã đóng dấu hoặc đã hủy nên không gắn thêm được. Hãy vào sổ văn bản khác cho tệp này.",
        ),
        Verb::AddAnnex => (
            annexes::may_add(letter),
            "Phụ lục chỉ thêm được vào văn bản đi chưa đóng dấu, chưa hủy và không đang chờ khóa nào. Phụ lục của văn bản đã đóng dấu hãy gửi bằng một văn bản khác.",
        ),
        Verb::RemoveAnnex => (annexes::may_remove(letter), annexes::NOT_REMOVED),
        Verb::Transcribe => (
            letter.to_transcribe().is_some(),
            "Bản “(đã ký và đóng dấu)” chỉ lập từ tệp PDF hoặc Word chưa ký số của văn bản đi đã phát hành. Hãy phát hành và gắn tệp trước; đã có bản quét hoặc bản ký số thì dùng ngay bản ấy.",
        ),
        Verb::Amend => (
            if incoming { state != State::Void } else { state == State::Draft },
            "Văn bản đi chỉ sửa được khi còn là dự thảo. Hãy nhờ hiệu trưởng trả lại, hoặc ban hành văn bản khác thay thế.",
        ),
        Verb::NameSigners => (
            !incoming && state != State::Void && !letter.is_sealed() && !letter.awaits_key(),
            "Người ký chỉ nêu được cho văn bản đi chưa đóng dấu, chưa hủy và không đang chờ khóa nào. Hãy đợi xong rồi nêu lại.",
        ),
        Verb::Sign => (
            !incoming && letter.number.is_some() && has_paper && state != State::Void && !letter.is_sealed(),
            "Chỉ ký số văn bản đi đã có số, có tệp và chưa đóng dấu. Hãy nhờ văn thư phát hành và gắn tệp trước.",
        ),
        Verb::Unsign => (
            letter.awaits_key() || letter.next_annex().is_some(),
            "Văn bản không còn chờ ký. Hãy tải lại trang để xem.",
        ),
        Verb::Seal => (
            letter.number.is_some()
                && has_paper
                && state != State::Void
                && (!letter.is_sealed() || letter.lacks_annex_seal()),
            "Chỉ đóng dấu văn bản đã có số, có tệp và chưa đóng dấu. Hãy phát hành và gắn tệp trước.",
        ),
    };
    if may { Ok(()) } else { Err(Refusal::new("letter.state", 422, instead)) }
}
