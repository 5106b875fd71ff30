//! Who may sign, in which capacity, and when the unit's seal may follow (articles 13 and 32). Pure.

use super::acts::{AskSignature, Verb};
use super::given::Given;
use super::model::{Event, FileKind, Letter, LetterFile, Seal, State};
use super::signing::{Awaits, Capacity, Look, LookKind, Signature, Verdict};
use crate::clock::Now;
use crate::error::Refusal;
use crate::kit::PersonRef;
use crate::rights::{Role, Viewer};
use crate::seals::{Certificate, Impression, ImpressionKind};

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
    signature_has_turn(letter, viewer)?;
    let certificate = usable(given, now)?;
    if certificate.holder.as_ref().is_none_or(|holder| holder.id != me.id) {
        return Err(Refusal::field(
            "sign.not_yours",
            "certificate",
            "Chứng thư này không phải của bạn. Hãy chọn chứng thư cá nhân của bạn; dấu của đơn vị do văn thư đóng.",
        ));
    }
    let (capacity, delegation) = capacity(given, viewer, ask)?;
    looks_well(given, &ask.look, ImpressionKind::Signature, Some(&me))?;
    Ok(Event::SignatureRequested {
        letter: letter.id,
        signature: now.id,
        signer: me,
        certificate: certificate.id,
        capacity,
        delegation,
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
    one_at_a_time(letter.signatures.iter().any(Signature::is_open))?;
    let certificate = usable(given, now)?;
    if certificate.holder.is_some() {
        return Err(Refusal::field(
            "seal.not_the_units",
            "certificate",
            "Đây là chứng thư của cá nhân. Hãy chọn chứng thư của đơn vị để đóng dấu.",
        ));
    }
    carries_signature(letter)?;
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

/// Whether the document waits for this hand and no other; what the page offers of signing and sealing.
pub(super) fn has_turn(letter: &Letter, viewer: &Viewer, verb: Verb) -> Result<(), Refusal> {
    match verb {
        Verb::Sign => signature_has_turn(letter, viewer),
        Verb::Seal => {
            one_at_a_time(letter.signatures.iter().any(Signature::is_open))?;
            carries_signature(letter)
        }
        _ => Ok(()),
    }
}

fn signature_has_turn(letter: &Letter, viewer: &Viewer) -> Result<(), Refusal> {
    // Her own request that waits is asked anew: after a restart only the PIN is missing.
    let others =
        letter.signatures.iter().filter(|found| found.signer.id != viewer.id).any(Signature::is_open);
    one_at_a_time(others || matches!(letter.seal, Seal::Requested { .. }))?;
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
    if carries_signature(letter).err()?.code == "seal.unchecked" {
        return Some("Máy đang kiểm tra chữ ký số trong tệp; xong thì văn thư đóng dấu được.".into());
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
            verdict.is_some_and(Verdict::has_person)
        }
    }
}

impl Letter {
    /// Which key it waits for once it is released: a person's comes first, then the unit's.
    pub fn awaits(&self) -> Option<Awaits> {
        let file = self.files.last().filter(|_| self.state == State::Released && !self.is_sealed())?;
        Some(if bears_signature(self, file) { Awaits::Seal } else { Awaits::Sign })
    }
}

fn one_at_a_time(other_waits: bool) -> Result<(), Refusal> {
    if !other_waits {
        return Ok(());
    }
    Err(Refusal::new(
        "sign.waiting",
        409,
        "Văn bản đang chờ một chữ ký khác. Hãy đợi xong, hoặc bấm “Thôi chờ ký” rồi làm lại.",
    ))
}

fn usable<'a>(given: &'a Given, now: &Now) -> Result<&'a Certificate, Refusal> {
    let known = given.certificate.as_ref().filter(|known| !known.withdrawn).ok_or_else(|| {
        Refusal::field("seal.no_certificate", "certificate", "Hãy chọn chứng thư số còn dùng được.")
    })?;
    let day = |stamp: wire::Stamp| stamp.in_vietnam().format("%d/%m/%Y").to_string();
    if now.stamp() > known.facts.not_after {
        let sentence = format!(
            "Chứng thư này đã hết hạn từ {} nên không ký được nữa. Hãy thêm chứng thư mới ở mục Chứng thư số.",
            day(known.facts.not_after)
        );
        return Err(Refusal::field("seal.expired", "certificate", sentence));
    }
    if now.stamp() < known.facts.not_before {
        let sentence = format!(
            "Chứng thư này chỉ có hiệu lực từ {}. Hãy chọn chứng thư khác hoặc kiểm tra đồng hồ của hộp.",
            day(known.facts.not_before)
        );
        return Err(Refusal::field("seal.not_yet_valid", "certificate", sentence));
    }
    Ok(known)
}

fn capacity(
    given: &Given,
    viewer: &Viewer,
    ask: &AskSignature,
) -> Result<(Capacity, Option<uuid::Uuid>), Refusal> {
    match ask.delegation {
        Some(id) => {
            let held = given.delegations.iter().find(|held| held.id == id);
            let held = held.ok_or_else(|| {
                Refusal::field(
                    "sign.no_delegation",
                    "delegation",
                    "Quyền ký thay này không còn hiệu lực hôm nay. Hãy nhờ hiệu trưởng giao lại ở mục Ký thay.",
                )
            })?;
            Ok((held.capacity, Some(held.id)))
        }
        // For a collective, or as acting head, is the head's own word.
        None if viewer.role == Role::Head => match ask.capacity {
            own @ (Capacity::Own | Capacity::Tm | Capacity::Q) => Ok((own, None)),
            Capacity::Kt | Capacity::Tl | Capacity::Tuq => Err(Refusal::field(
                "sign.capacity",
                "capacity",
                "Người đứng đầu không ký thay chính mình. Hãy chọn ký trực tiếp, TM. hoặc Q.",
            )),
        },
        None => Err(Refusal::field(
            "sign.no_delegation",
            "delegation",
            "Bạn chưa được giao ký thay. Hãy nhờ hiệu trưởng giao ở mục Ký thay.",
        )),
    }
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
