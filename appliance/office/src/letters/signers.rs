//! Những người ký: who has to sign a document, where it is not the head alone - chair and secretary of minutes, head and
//! union under a joint plan, accountant and head on a paper of accounts.
//!
//! ```text
//! clerk, head, or the drafter of a draft: Act::NameSigners [thư ký, chủ tọa], in order → letter.signers_named
//!     in order      thư ký signs → chủ tọa signs ─┐
//!     side by side  whoever comes first ──────────┴→ all have signed → the unit's seal may follow
//! ```
//!
//! A named person signs in her own right, nobody else for her; only for a named head somebody may sign whose delegation
//! from that head holds today, and what she signs counts as the head's. One key is asked for at a time, in either order:
//! each signature of a PDF stands upon the one before it. Digitised paper carries the signatures in ink, so nobody is
//! waited for. Where nobody is named, the head signs or whoever holds a delegation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Stamp;

use super::given::Given;
use super::model::{Event, Letter, State};
use super::signing::{Awaits, Capacity, Signature, SignatureState};
use crate::error::Refusal;
use crate::kit::{PersonRef, text};
use crate::rights::{Role, Viewer};

/// As many as sign under one paper.
const MOST_SIGNERS: usize = 20;
/// Longest title on the paper, in characters.
const TITLE_CHARS: usize = 100;

/// Somebody who has to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signer {
    /// Who.
    pub person: PersonRef,
    /// What stands over her name on the paper, `Thư ký`; nothing where her name finds the place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// In which order they sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SigningOrder {
    /// Ký lần lượt: each after the one before.
    #[default]
    InOrder,
    /// Ký không theo thứ tự.
    SideBySide,
}

/// Somebody to be named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct Naming {
    /// Who.
    pub person: Uuid,
    /// What stands over her name on the paper.
    #[serde(default)]
    pub title: String,
}

impl Signature {
    /// Whose place among the signers it fills.
    pub fn stands_for(&self) -> Uuid {
        self.in_place_of.unwrap_or(self.signer.id)
    }
}

impl Letter {
    /// Named persons whose signature is not there; nobody once the paper carries the signatures in ink.
    pub fn unsigned(&self) -> impl Iterator<Item = &Signer> {
        let on_paper = self.is_of_paper();
        self.signers.iter().filter(move |signer| !on_paper && self.made_for(signer.person.id).is_none())
    }

    /// Named persons who may sign now: the first who has not, or all of them side by side.
    pub fn due(&self) -> Vec<&Signer> {
        let most = match self.signing_order {
            SigningOrder::InOrder => 1,
            SigningOrder::SideBySide => usize::MAX,
        };
        self.unsigned().take(most).collect()
    }

    /// Whether it waits for the signature of one of these: of this person, or of a head in whose place she may sign.
    pub fn waits_for_signature_of(&self, viewer: &Viewer, heads: &[Uuid]) -> bool {
        self.awaits() == Some(Awaits::Sign)
            && match seat(self, viewer, heads) {
                Ok(_) => true,
                Err(_) => self.signers.is_empty() && (viewer.role == Role::Head || !heads.is_empty()),
            }
    }

    /// Whether this person is named and may sign now.
    pub fn waits_for_named(&self, viewer: &Viewer) -> bool {
        self.awaits() == Some(Awaits::Sign) && self.due().iter().any(|signer| signer.person.id == viewer.id)
    }

    /// The signature that fills this person's place.
    fn made_for(&self, person: Uuid) -> Option<&Signature> {
        self.signatures.iter().find(|found| found.is_signed() && found.stands_for() == person)
    }
}

/// The place this person would fill: her own, or that of a named head in whose place she may sign. Whoever is named
/// signs as herself and for nobody else: two names on a paper are two people.
///
/// # Errors
/// `sign.not_named`, and `sign.not_your_turn` with whom it waits for.
pub(super) fn seat<'l>(letter: &'l Letter, viewer: &Viewer, heads: &[Uuid]) -> Result<&'l Signer, Refusal> {
    let own = letter.signers.iter().any(|signer| signer.person.id == viewer.id);
    let fills = |signer: &&Signer| {
        if own { signer.person.id == viewer.id } else { heads.contains(&signer.person.id) }
    };
    if let Some(seat) = letter.due().into_iter().find(fills) {
        return Ok(seat);
    }
    match (letter.unsigned().find(fills), letter.due().first()) {
        (Some(_), Some(first)) => Err(Refusal::new(
            "sign.not_your_turn",
            422,
            format!(
                "Văn bản này ký lần lượt, đang chờ {} ký trước. Hãy đợi đến lượt bạn.",
                first.person.name
            ),
        )),
        _ => Err(Refusal::new(
            "sign.not_named",
            422,
            format!(
                "Văn bản này do {} ký. Nếu bạn cũng phải ký, hãy nhờ văn thư nêu thêm tên bạn ở “Người ký”.",
                names(letter.signers.iter())
            ),
        )),
    }
}

/// Not all have signed. Where one of them has no account any more, somebody else has to be named.
///
/// # Errors
/// `seal.waits_for_signers` with who is missing.
pub(super) fn all_have_signed(letter: &Letter) -> Result<(), Refusal> {
    let missing: Vec<&Signer> = letter.unsigned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "Chờ {} ký số. Hãy đợi đủ chữ ký rồi đóng dấu; nếu có người không ký được nữa, bấm “Người ký” để nêu lại.",
        names(missing.into_iter())
    );
    Err(Refusal::new("seal.waits_for_signers", 422, sentence))
}

/// Whoever waits for somebody without an account waits for ever: the clerk has to name another.
pub(super) fn with_who_is_gone(given: &Given, letter: &Letter, refusal: Refusal) -> Refusal {
    if !matches!(refusal.code, "sign.not_your_turn" | "seal.waits_for_signers") {
        return refusal;
    }
    let gone: Vec<&Signer> =
        letter.unsigned().filter(|signer| !given.people.contains_key(&signer.person.id)).collect();
    if gone.is_empty() {
        return refusal;
    }
    let sentence = format!(
        "{} chưa ký và không còn tài khoản trên máy. Hãy nhờ văn thư bấm “Người ký” để nêu người khác.",
        names(gone.into_iter())
    );
    Refusal::new(refusal.code, 422, sentence)
}

/// Names who has to sign, in the order given; nobody is the head again. Whoever has signed stays.
pub(super) fn name(
    given: &Given,
    letter: &Letter,
    namings: &[Naming],
    order: SigningOrder,
) -> Result<Event, Refusal> {
    let mut signers: Vec<Signer> = Vec::new();
    for naming in namings {
        let signer = signer(given, letter, naming)?;
        if !signers.iter().any(|known| known.person.id == signer.person.id) {
            signers.push(signer);
        }
    }
    if signers.len() > MOST_SIGNERS {
        let sentence = format!("Một văn bản nêu nhiều nhất {MOST_SIGNERS} người ký. Hãy bỏ bớt.");
        return Err(Refusal::field("signers.many", "signers", sentence));
    }
    let stays = |made: &&Signature| signers.iter().any(|signer| signer.person.id == made.stands_for());
    if let Some(made) = letter.signatures.iter().filter(|made| made.is_signed()).find(|made| !stays(made)) {
        let before = letter.signers.iter().find(|signer| signer.person.id == made.stands_for());
        let name = before.map_or(&made.signer.name, |signer| &signer.person.name);
        let sentence = format!("{name} đã ký văn bản này. Hãy giữ tên {name} trong danh sách người ký.");
        return Err(Refusal::field("signers.has_signed", "signers", sentence));
    }
    Ok(Event::SignersNamed { letter: letter.id, signers, order })
}

/// Somebody of the unit; whoever has signed already, also once her account is closed.
fn signer(given: &Given, letter: &Letter, naming: &Naming) -> Result<Signer, Refusal> {
    let person = given.people.get(&naming.person).filter(|person| person.role != Role::It);
    let before = letter.signers.iter().find(|signer| signer.person.id == naming.person);
    let has_signed = before.filter(|signer| letter.made_for(signer.person.id).is_some());
    let known = person.map(|person| &person.reference).or(has_signed.map(|signer| &signer.person));
    let person = known.cloned().ok_or_else(|| {
        Refusal::field("signers.no_person", "signers", "Hãy chọn người trong danh bạ của đơn vị.")
    })?;
    let title = text::tidy(&naming.title);
    if title.chars().count() > TITLE_CHARS {
        let sentence = format!("Chức danh dài quá {TITLE_CHARS} chữ. Hãy rút ngắn.");
        return Err(Refusal::field("signers.title", "signers", sentence));
    }
    Ok(Signer { person, title })
}

fn names<'s>(signers: impl Iterator<Item = &'s Signer>) -> String {
    let names: Vec<&str> = signers.map(|signer| signer.person.name.as_str()).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} và {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// First lines of a person's text block, before the signing time: who signs, in whose place; the unit.
pub fn block_lines(capacity: Capacity, name: &str, unit: &str) -> Vec<String> {
    let who = format!("{} {name}", capacity.mark());
    vec![who.trim_start().to_owned(), unit.to_owned()]
}

/// A named person as the page shows her.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignerView {
    #[serde(flatten)]
    signer: Signer,
    /// `signed`, `on_paper`, `due`, `waits`.
    state: String,
    sentence: String,
}

impl SignerView {
    /// All of them, in their order.
    pub fn all(letter: &Letter) -> Vec<Self> {
        let due = letter.due();
        let view = |signer: &Signer| {
            let (state, sentence) = state(letter, signer, &due);
            Self { signer: signer.clone(), state: state.into(), sentence }
        };
        letter.signers.iter().map(view).collect()
    }
}

fn state(letter: &Letter, signer: &Signer, due: &[&Signer]) -> (&'static str, String) {
    if let Some(signature) = letter.made_for(signer.person.id) {
        let by = match signature.in_place_of {
            Some(_) => format!("{} {} đã ký số", signature.signer.name, signature.capacity.mark()),
            None => "Đã ký số".to_owned(),
        };
        return ("signed", format!("{by} lúc {}.", signed_at(signature).map(moment).unwrap_or_default()));
    }
    if letter.is_of_paper() {
        return ("on_paper", "Ký tay trên bản giấy.".into());
    }
    if letter.state != State::Released {
        return ("waits", "Ký sau khi phát hành.".into());
    }
    match due.first() {
        _ if due.contains(&signer) => ("due", "Đang chờ ký.".into()),
        Some(first) => ("waits", format!("Ký sau {}.", first.person.name)),
        None => ("waits", String::new()),
    }
}

fn signed_at(signature: &Signature) -> Option<Stamp> {
    match signature.state {
        SignatureState::Signed { at } => Some(at),
        _ => None,
    }
}

fn moment(at: Stamp) -> String {
    at.in_vietnam().format("%H:%M ngày %d/%m/%Y").to_string()
}
