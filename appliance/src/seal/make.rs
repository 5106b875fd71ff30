//! Makes one signature: the look a request names becomes a look on paper, the file is prepared, the key signs, the signed
//! file comes to rest. What the page is shown before is made by the same hands.

use journal::Journal;
use office::letters::signing::{LookKind, Place as AskedPlace};
use office::scans::Paper;
use office::seals::requests::Image;
use office::seals::{Report, SigningRequest};
use office::{Error, Refusal};
use paper::{Digested, Look, Picture, Place, Prepared, SignError, SignatureFacts};
use token::{Signer, TokenError};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::font;

/// Signs with a key that is at the box.
pub(crate) fn signed(
    journal: &Journal,
    request: &SigningRequest,
    key: &(dyn Signer + Send + Sync),
    signed_at: Stamp,
) -> Result<Report, Error> {
    let pdf = blob(journal, request.pdf)?;
    let digested = prepared(journal, &pdf, request, signed_at)?;
    let digest = Sha256::from_bytes(digested.digest());
    let signed =
        digested.sign_with(key.chain(), |message| key.sign(message)).map_err(not_signed)?.into_bytes();
    at_rest(journal, request, signed, signed_at, digest)
}

/// Prepares the file for a key that is elsewhere and keeps it until the answer comes.
pub(crate) fn prepared_for_later(
    journal: &Journal,
    request: &SigningRequest,
    signed_at: Stamp,
) -> Result<Report, Error> {
    let pdf = blob(journal, request.pdf)?;
    let digested = prepared(journal, &pdf, request, signed_at)?;
    let digest = Sha256::from_bytes(digested.digest());
    let prepared = journal.blobs().put(&digested.to_bytes())?;
    let (letter, signature, certificate, of) = named(request);
    let annex = request.annex;
    Ok(Report::Prepared { letter, signature, annex, certificate, of, prepared, signed_at, digest })
}

/// Brings a signed file to rest and says so.
pub(crate) fn at_rest(
    journal: &Journal,
    request: &SigningRequest,
    signed: Vec<u8>,
    signed_at: Stamp,
    digest: Sha256,
) -> Result<Report, Error> {
    let name = journal.blobs().put(&signed)?;
    let paper = Paper { name, pages: request.pages, bytes: signed.len() as u64, signed: true };
    let (letter, signature, certificate, of) = named(request);
    let annex = request.annex;
    Ok(Report::Signed { letter, signature, annex, certificate, of, paper, signed_at, digest })
}

/// What a report names of the request it answers.
fn named(request: &SigningRequest) -> (Uuid, Option<Uuid>, Uuid, Sha256) {
    (request.letter, request.signature, request.certificate, request.pdf)
}

/// The file with everything but the signature.
pub(crate) fn prepared<'a>(
    journal: &Journal,
    pdf: &'a [u8],
    request: &SigningRequest,
    signed_at: Stamp,
) -> Result<Digested<'a>, Error> {
    let look = look(journal, request, signed_at)?;
    let facts = SignatureFacts {
        reason: Some(request.reason.clone()),
        location: None,
        name: request.name.clone(),
        signed_at: signed_at.in_vietnam(),
    };
    Ok(Prepared::new(pdf, &look, font::face()?, &facts).map_err(not_signed)?.digest())
}

/// What is seen.
fn look(journal: &Journal, request: &SigningRequest, signed_at: Stamp) -> Result<Look, Error> {
    let lines = || {
        let mut lines = request.lines.clone();
        lines.push(time_line(signed_at));
        lines
    };
    Ok(match (request.look.kind, &request.image, request.look.place) {
        (LookKind::Hidden, ..) => Look::None,
        // Without a place there was no blank paper for it on page one: the text stands alone, as the decree wants it.
        (LookKind::CornerSeal, Some(image), Some(place)) => {
            Look::SealWithText { seal: picture(journal, image)?, lines: lines(), seal_place: on_paper(place) }
        }
        (LookKind::Picture, Some(image), Some(place)) => {
            let place = if request.signature.is_none() { true_size(place, image) } else { on_paper(place) };
            Look::Picture { picture: picture(journal, image)?, place }
        }
        _ => Look::TextBlock { lines: lines() },
    })
}

fn picture(journal: &Journal, image: &Image) -> Result<Picture, Error> {
    let png = blob(journal, image.png)?;
    Picture::sized(&png, image.width_mm)
        .map_err(|error| Error::Broken(format!("an image on the box: {error}")))
}

/// A seal is shown in true size (decree 30/2020, appendix I): where it was put, as large as it is.
fn true_size(place: AskedPlace, image: &Image) -> Place {
    let (x, y) = (place.left_mm + place.width_mm / 2.0, place.top_mm + place.height_mm / 2.0);
    Place {
        page: place.page,
        left_mm: x - image.width_mm / 2.0,
        top_mm: y - image.height_mm / 2.0,
        width_mm: image.width_mm,
        height_mm: image.height_mm,
    }
}

fn on_paper(place: AskedPlace) -> Place {
    let AskedPlace { page, left_mm, top_mm, width_mm, height_mm } = place;
    Place { page, left_mm, top_mm, width_mm, height_mm }
}

/// A place on paper in the office's words.
pub(crate) fn asked_place(place: &Place) -> AskedPlace {
    let Place { page, left_mm, top_mm, width_mm, height_mm } = *place;
    AskedPlace { page, left_mm, top_mm, width_mm, height_mm }
}

/// The bytes of a blob the journal names.
pub(crate) fn blob(journal: &Journal, name: Sha256) -> Result<Vec<u8>, Error> {
    Ok(journal.blobs().read(&name)?.ok_or(journal::Fault::MissingBlob(name))?)
}

/// What is wrong with the document is a person's to know; what is wrong with us is the log's.
pub(crate) fn not_signed(error: SignError) -> Error {
    let code = match error {
        SignError::Encrypted => "seal.encrypted",
        SignError::Certified => "seal.locked",
        SignError::OnlyUnseen => "seal.only_unseen",
        SignError::Xfa => "seal.xfa",
        SignError::Hybrid => "seal.hybrid",
        SignError::Huge { .. } => "seal.too_large",
        SignError::Damaged(ref what) => {
            tracing::warn!(what, "a document that cannot be signed");
            "seal.damaged"
        }
        SignError::WrongSignature | SignError::OtherDocument => "seal.wrong_signature",
        SignError::Key(error) => {
            return match error.downcast::<TokenError>() {
                Ok(error) => key_failed(&error),
                Err(other) => Error::Broken(format!("the key: {other}")),
            };
        }
        other => return Error::Broken(format!("signing: {other}")),
    };
    refusal(code).into()
}

/// What a key says in the middle of the work.
fn key_failed(error: &TokenError) -> Error {
    let code = match error {
        TokenError::TokenGone | TokenError::NoToken | TokenError::OtherToken => "seal.token_gone",
        TokenError::PinLocked => "seal.token_locked",
        TokenError::Hung | TokenError::WorkerDied(_) => "seal.token_silent",
        TokenError::WrongPin { .. } | TokenError::WrongPassphrase => "seal.wrong_pin",
        TokenError::KeyMismatch => "seal.wrong_signature",
        other => return Error::Broken(format!("the key: {other}")),
    };
    refusal(code).into()
}

fn refusal(code: &'static str) -> Refusal {
    Refusal::new(code, 422, office::letters::signing_view::failure(code))
}

/// `21-11-2026 14:05:09 +07:00`
pub(crate) fn time_line(signed_at: Stamp) -> String {
    signed_at.in_vietnam().format("%d-%m-%Y %H:%M:%S %:z").to_string()
}
