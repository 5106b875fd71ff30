//! Who may sign, in which capacity, and when the unit's seal may follow (articles 13 and 32). Pure.

use super::acts::{AskSignature, Verb};
use super::given::Given;
use super::model::{Event, FileKind, Letter, LetterFile, Seal, State};
use super::signers::{all_have_signed, seat, with_who_is_gone};
use super::signing::{Awaits, Capacity, Found, Look, LookKind, Signature, Verdict};
use crate::clock::Now;
use crate::error::Refusal;
use crate::kit::PersonRef;
use crate::rights::{Role, Viewer};
use crate::seals::{Certificate, Impression, ImpressionKind};
use uuid::Uuid;
use wire::Stamp;

/// A page is no larger than this.
const MOST_MM: f32 = 2_000.0;

/// A person signs with her own certificate, in her own right or by a delegation that holds today.
pub(super) fn sign(
    given: &Given,
    viewer: &Viewer,
    letter: &Letter,
    ask: &AskSignature,
    now: &Now,
) -> Result<Event, Refusal> {
    now.clock.trusted()?;
    let me = PersonRef { id: viewer.id, name: viewer.name.clone() };
    let heads: Vec<Uuid> = given.delegations.iter().map(|held| held.from.id).collect();
    signature_has_turn(letter, viewer, &heads).map_err(|why| with_who_is_gone(given, letter, why))?;
    let certificate = usable(given.certificate.as_ref(), now.stamp())?;
    if certificate.holder.as_ref().is_none_or(|holder| holder.id != me.id) {
        return Err(Refusal::field(
            "sign.not_yours",
            "certificate",
            "Chứng thư này không phải của bạn. Hãy chọn chứng thư cá nhân của bạn; dấu của đơn vị do văn thư đóng.",
        ));
    }
    let right = right(given, viewer, letter, ask)?;
    looks_well(given, &ask.look, ImpressionKind::Signature, Some(&me))?;
    // Pressed twice, it is the same request: the key may be at work on the first.
    let waits = letter.signatures.iter().find(|found| found.is_open() && found.certificate == certificate.id);
    Ok(Event::SignatureRequested {
        letter: letter.id,
        signature: waits.map_or(now.id, |found| found.id),
        signer: me,
        certificate: certificate.id,
        capacity: right.capacity,
        delegation: right.delegation,
        in_place_of: right.in_place_of,
        look: ask.look.clone(),
    })
}

/// The unit's seal: only on a document that carries the authorised signature, or on a copy the unit made itself.
pub(super) fn seal(
    given: &Given,
    letter: &Letter,
    look: &Look,
    shows_seal: bool,
    now: &Now,
) -> Result<Event, Refusal> {
    now.clock.trusted()?;
    no_other_signs(letter, None)?;
    let certificate = units_certificate(given, now)?;
    carries_signature(letter).map_err(|why| with_who_is_gone(given, letter, why))?;
    signer_is_trusted(letter, look)?;
    if letter.is_always_text() && matches!(look.kind, LookKind::Picture | LookKind::Hidden) {
        return Err(Refusal::field(
            "seal.copy_look",
            "look",
            "Bản sao mang chữ ký của cơ quan bằng khung chữ ở góc trên bên phải trang đầu (Phụ lục I Nghị định 30/2020). Hãy chọn khung chữ rồi đóng dấu lại.",
        ));
    }
    looks_well(given, look, ImpressionKind::Seal, None)?;
    if shows_seal && look.has_image() && !look.second_seal {
        return Err(Refusal::field(
            "seal.second",
            "second_seal",
            "Bản quét này đã có dấu đỏ. Hãy để khung chữ, không in thêm hình dấu; nếu thật sự cần, hãy đánh dấu “Vẫn in hình dấu thứ hai” và việc này được ghi lại.",
        ));
    }
    Ok(Event::SealRequested { letter: letter.id, certificate: certificate.id, look: Some(look.clone()) })
}

/// The certificate that was named, if it is the unit's and may serve today.
pub(super) fn units_certificate<'a>(given: &'a Given, now: &Now) -> Result<&'a Certificate, Refusal> {
    now.clock.trusted()?;
    let certificate = usable(given.certificate.as_ref(), now.stamp())?;
    if certificate.holder.is_some() {
        return Err(Refusal::field(
            "seal.not_the_units",
            "certificate",
            "Đây là chứng thư của cá nhân. Hãy chọn chứng thư của đơn vị để đóng dấu.",
        ));
    }
    Ok(certificate)
}

/// Whether the document waits for this hand and no other; what the page offers of signing and sealing.
pub(super) fn has_turn(letter: &Letter, viewer: &Viewer, verb: Verb, heads: &[Uuid]) -> Result<(), Refusal> {
    match verb {
        Verb::Sign => match signature_has_turn(letter, viewer, heads) {
            // It is her turn, too: what she has typed stays while another key is at work for a moment.
            Err(why) if why.code == "sign.waiting" && !letter.signers.is_empty() => Ok(()),
            other => other,
        },
        Verb::Seal => {
            no_other_signs(letter, None)?;
            carries_signature(letter)
        }
        _ => Ok(()),
    }
}

/// `heads` are those in whose place she may sign today.
fn signature_has_turn(letter: &Letter, viewer: &Viewer, heads: &[Uuid]) -> Result<(), Refusal> {
    let has_signed = letter.signatures.iter().any(|found| found.signer.id == viewer.id && found.is_signed());
    if !letter.signers.is_empty() && !has_signed {
        seat(letter, viewer, heads)?;
    }
    // Her own request that waits is asked anew: after a restart only the PIN is missing.
    no_other_signs(letter, Some(viewer))?;
    if letter.signatures.iter().any(|found| found.signer.id == viewer.id && found.is_signed()) {
        return Err(Refusal::new(
            "sign.twice",
            422,
            "Bạn đã ký số văn bản này rồi. Hãy tải lại trang để xem bản đã ký.",
        ));
    }
    Ok(())
}

/// What the seal of a released document waits for, while no key is asked for; nothing where it may be set.
pub(super) fn seal_waits_for(letter: &Letter) -> Option<String> {
    if letter.awaits() != Some(Awaits::Sign) || letter.awaits_key() {
        return None;
    }
    match carries_signature(letter).err()? {
        why if why.code == "seal.unchecked" => {
            return Some("Máy đang kiểm tra chữ ký số trong tệp; xong thì văn thư đóng dấu được.".into());
        }
        why if why.code == "seal.waits_for_signers" => return Some(why.detail),
        _ => {}
    }
    let signer = match letter.facts.signatory.as_str() {
        "" => "người có thẩm quyền",
        named => named,
    };
    Some(format!("Chờ {signer} ký. Có chữ ký số, hoặc gắn bản quét đã ký tay, thì văn thư mới đóng dấu."))
}

/// Article 32: the clerk seals what the authorised person has signed, and copies the unit made itself.
fn carries_signature(letter: &Letter) -> Result<(), Refusal> {
    let Some(file) = letter.files.last() else { return Ok(()) };
    all_have_signed(letter)?;
    if bears_signature(letter, file) {
        return Ok(());
    }
    let checked = letter.last_proof().is_some_and(|proof| proof.verdict.is_some());
    if file.paper.signed && !checked {
        return Err(Refusal::new(
            "seal.unchecked",
            422,
            "Máy đang kiểm tra chữ ký số trong tệp này. Hãy đợi vài giây rồi bấm lại.",
        ));
    }
    Err(Refusal::new(
        "seal.unsigned",
        422,
        "Tệp này chưa có chữ ký số của người có thẩm quyền nên chưa được đóng dấu (Điều 32 Nghị định 30/2020). Hãy nhờ người ký bấm “Ký số”, hoặc in ra ký tay, rồi quét bản đã ký.",
    ))
}

/// Whether a person's signature stands in the document of record, by hand or by key.
fn bears_signature(letter: &Letter, file: &LetterFile) -> bool {
    match file.kind {
        // Digitised paper carries the signature in ink; with the unit's signature it is a certified copy (article 25).
        // So does the paper a transcript stands for; it is a copy the unit made itself (article 32).
        FileKind::Scan | FileKind::Transcript | FileKind::Signed | FileKind::Sealed => true,
        FileKind::Upload => {
            let verdict = letter.last_proof().and_then(|proof| proof.verdict.as_ref());
            verdict.and_then(Verdict::person).is_some()
        }
    }
}

impl Letter {
    /// Which key it waits for once it is released: a person's comes first, then the unit's.
    pub fn awaits(&self) -> Option<Awaits> {
        let file = self
            .files
            .last()
            .filter(|_| self.state == State::Released && (!self.is_sealed() || self.lacks_annex_seal()))?;
        let all_signed = self.unsigned().next().is_none();
        Some(if all_signed && bears_signature(self, file) { Awaits::Seal } else { Awaits::Sign })
    }
}

/// Each signature of a PDF stands upon the one before it, so keys have their turn one after the other; her own request
/// is no other's.
fn no_other_signs(letter: &Letter, viewer: Option<&Viewer>) -> Result<(), Refusal> {
    let own = |found: &&Signature| viewer.is_some_and(|viewer| viewer.id == found.signer.id);
    let other = letter.signatures.iter().filter(|found| found.is_open()).find(|found| !own(found));
    let who = match (other, &letter.seal) {
        (Some(other), _) => format!("{} đang ký văn bản này", other.signer.name),
        (None, Seal::Requested { .. }) if viewer.is_some() => "Văn bản đang được đóng dấu".to_owned(),
        _ => return Ok(()),
    };
    let sentence = format!("{who}. Hãy bấm lại sau giây lát; nếu đợi lâu, nhờ văn thư bấm “Thôi chờ ký”.");
    Err(Refusal::new("sign.waiting", 409, sentence))
}

/// The person whose signature alone carries the document, as far as nobody vouches for her certificate.
fn person_nobody_vouches_for(letter: &Letter) -> Option<&Found> {
    let file = letter.files.last().filter(|file| file.kind == FileKind::Upload)?;
    let verdict = letter.proof(file.paper.name)?.verdict.as_ref()?;
    verdict.person().filter(|found| !found.is_trusted())
}

/// What is known of her, for whoever decides and for the document's way.
pub(super) fn untrusted_signer(letter: &Letter) -> Option<String> {
    let found = person_nobody_vouches_for(letter)?;
    let why = match found.word.as_str() {
        "expired" => "dùng chứng thư đã hết hạn",
        _ => "dùng chứng thư không có trong danh sách nơi được tin của đơn vị",
    };
    Some(format!("Chữ ký số của {} trong tệp {why}.", found.signer))
}

/// Anybody can make herself a certificate: whether the paper carries the authorised signature (article 32), the clerk
/// has to say then, and it is recorded.
fn signer_is_trusted(letter: &Letter, look: &Look) -> Result<(), Refusal> {
    let Some(known) = untrusted_signer(letter).filter(|_| !look.untrusted_signer) else { return Ok(()) };
    Err(Refusal::field(
        "seal.untrusted_signer",
        "untrusted_signer",
        format!(
            "{known} Hãy hỏi lại người ký, hoặc nhờ người phụ trách CNTT thêm nơi cấp chứng thư; nếu đã biết chắc, hãy đánh dấu “Vẫn đóng dấu” và việc này được ghi lại."
        ),
    ))
}

/// A certificate that signs at this time.
pub(crate) fn usable(known: Option<&Certificate>, at: Stamp) -> Result<&Certificate, Refusal> {
    let known = known.filter(|known| !known.withdrawn).ok_or_else(|| {
        Refusal::field("seal.no_certificate", "certificate", "Hãy chọn chứng thư số còn dùng được.")
    })?;
    let day = |stamp: Stamp| stamp.in_vietnam().format("%d/%m/%Y").to_string();
    if at > known.facts.not_after {
        let sentence = format!(
            "Chứng thư này đã hết hạn từ {} nên không ký được nữa. Hãy thêm chứng thư mới ở mục Chứng thư số.",
            day(known.facts.not_after)
        );
        return Err(Refusal::field("seal.expired", "certificate", sentence));
    }
    if at < known.facts.not_before {
        let sentence = format!(
            "Chứng thư này chỉ có hiệu lực từ {}. Hãy chọn chứng thư khác hoặc kiểm tra đồng hồ của hộp.",
            day(known.facts.not_before)
        );
        return Err(Refusal::field("seal.not_yet_valid", "certificate", sentence));
    }
    Ok(known)
}

/// In whose right somebody signs.
struct Right {
    capacity: Capacity,
    delegation: Option<Uuid>,
    in_place_of: Option<Uuid>,
}

fn right(given: &Given, viewer: &Viewer, letter: &Letter, ask: &AskSignature) -> Result<Right, Refusal> {
    let named = letter.signers.iter().any(|signer| signer.person.id == viewer.id);
    match ask.delegation.filter(|_| !named) {
        Some(id) => {
            let held = given.delegations.iter().find(|held| held.id == id);
            let held = held.ok_or_else(delegation_ended)?;
            if !letter.signers.is_empty() {
                seat(letter, viewer, &[held.from.id])?;
            }
            let (delegation, in_place_of) = (Some(held.id), Some(held.from.id));
            Ok(Right { capacity: held.capacity, delegation, in_place_of })
        }
        // For a collective, or as acting head, is her own word.
        None if named || viewer.role == Role::Head => match ask.capacity {
            capacity @ (Capacity::Own | Capacity::Tm | Capacity::Q) => {
                Ok(Right { capacity, delegation: None, in_place_of: None })
            }
            Capacity::Kt | Capacity::Tl | Capacity::Tuq => Err(Refusal::field(
                "sign.capacity",
                "capacity",
                "Không ai ký thay chính mình. Hãy chọn ký trực tiếp, TM. hoặc Q.",
            )),
        },
        None => Err(Refusal::field(
            "sign.no_delegation",
            "delegation",
            "Bạn chưa được giao ký thay. Hãy nhờ hiệu trưởng giao ở mục Ký thay.",
        )),
    }
}

/// Whoever was given the right to sign has it no longer.
pub(crate) fn delegation_ended() -> Refusal {
    Refusal::field(
        "sign.no_delegation",
        "delegation",
        "Quyền ký thay này không còn hiệu lực hôm nay. Hãy nhờ hiệu trưởng giao lại ở mục Ký thay.",
    )
}

fn looks_well(
    given: &Given,
    look: &Look,
    kind: ImpressionKind,
    holder: Option<&PersonRef>,
) -> Result<(), Refusal> {
    if !look.has_image() {
        return Ok(());
    }
    let own = |image: &&Impression| {
        !image.withdrawn
            && image.kind == kind
            && image.holder.as_ref().map(|of| of.id) == holder.map(|of| of.id)
    };
    if given.impression.as_ref().filter(own).is_none() {
        return Err(Refusal::field(
            "sign.no_image",
            "impression",
            "Chưa có ảnh chữ ký hoặc dấu này trên máy. Hãy thêm ở mục Chứng thư số, hoặc chọn hiện khung chữ.",
        ));
    }
    match &look.place {
        None if look.kind == LookKind::Picture => Err(Refusal::field(
            "sign.no_place",
            "place",
            "Chưa rõ đặt ảnh ở đâu trên trang. Hãy kéo ảnh vào chỗ giữa chức vụ và họ tên.",
        )),
        Some(place) => {
            let sound = |mm: f32| mm.is_finite() && mm.abs() <= MOST_MM;
            let sizes = [place.width_mm, place.height_mm];
            if sizes.iter().all(|mm| sound(*mm) && *mm > 1.0)
                && sound(place.left_mm)
                && sound(place.top_mm)
                && place.page > 0
            {
                Ok(())
            } else {
                Err(Refusal::field(
                    "sign.no_place",
                    "place",
                    "Chỗ đặt ảnh nằm ngoài trang. Hãy kéo lại vào trang.",
                ))
            }
        }
        None => Ok(()),
    }
}
