//! What waits for a key: every signature and seal somebody asked for and the box has not made yet.

use journal::{Fault, Page, Rows};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::model::{Certificate, Impression, Key};
use crate::delegations::Delegation;
use crate::error::Error;
use crate::kit::all_under;
use crate::letters::Letter;
use crate::letters::annexes::{Annex, AnnexSeal};
use crate::letters::model::{Seal, State};
use crate::letters::signers::block_lines;
use crate::letters::signing::{Capacity, Level, Look, Prepared, Proof, SignatureState};
use crate::letters::signing_rules::{delegation_ended, usable};
use crate::rights::{Role, Viewer};
use crate::units;

/// As many time stamps as are renewed in one walk.
const RENEWED_AT_ONCE: usize = 100;

/// A signature or seal somebody asked for.
#[derive(Debug, Clone)]
pub struct SigningRequest {
    /// The document.
    pub letter: Uuid,
    /// Whose signature; none is the unit's seal.
    pub signature: Option<Uuid>,
    /// The annex that is to bear the unit's; none is the document itself.
    pub annex: Option<Uuid>,
    /// The certificate.
    pub certificate: Uuid,
    /// Where its key is.
    pub key: Key,
    /// Its chain, where the key does not bring it.
    pub chain: Option<Sha256>,
    /// Whether the digest has gone out already.
    pub prepared: bool,
    /// The PDF to sign.
    pub pdf: Sha256,
    /// Its pages.
    pub pages: u32,
    /// How it is to look.
    pub look: Look,
    /// The image it is to show.
    pub image: Option<Image>,
    /// First lines of the text block (appendix I): form of copy or number and symbol, then the unit. The signing time
    /// follows them.
    pub lines: Vec<String>,
    /// Who signs, in the words of the signature dictionary.
    pub name: String,
    /// Why: capacity and number.
    pub reason: String,
}

/// The image of a seal or signature, in true size.
#[derive(Debug, Clone)]
pub struct Image {
    /// PNG.
    pub png: Sha256,
    /// Width.
    pub width_mm: f32,
    /// Height.
    pub height_mm: f32,
}

/// Everything that waits.
///
/// # Errors
/// If the store fails.
pub fn waiting(rows: &Rows<'_>) -> Result<Vec<SigningRequest>, Fault> {
    let unit = units::rules::current(rows)?.map(|unit| unit.facts.name).unwrap_or_default();
    let mut requests = Vec::new();
    for letter in all_under::<Letter>(rows, "signing_requested", b"")? {
        requests.extend(of_letter(rows, &letter, &unit)?);
    }
    Ok(requests)
}

/// What waits on one document: a person before the seal, because the rules ask for one at a time.
///
/// # Errors
/// If the store fails.
pub fn of_letter(rows: &Rows<'_>, letter: &Letter, unit: &str) -> Result<Option<SigningRequest>, Fault> {
    // Rows of a program that let a void document wait.
    if letter.state == State::Void {
        return Ok(None);
    }
    let person = letter.signatures.iter().find_map(|signature| match signature.state {
        SignatureState::Requested { prepared } => Some((signature, prepared.is_some())),
        _ => None,
    });
    let number = format!("Số {}", letter.facts.reference_code);
    let lines = match person {
        Some((signature, _)) => block_lines(signature.capacity, &signature.signer.name, unit),
        None => letter.block_lines(unit),
    };
    let (signature, certificate, look, name, reason, prepared) = match (person, &letter.seal) {
        (Some((signature, prepared)), _) => {
            let reason = match signature.capacity {
                Capacity::Own => number,
                capacity => format!("{} {number}", capacity.mark()),
            };
            let name = signature.signer.name.clone();
            (Some(signature.id), signature.certificate, signature.look.clone(), name, reason, prepared)
        }
        (None, Seal::Requested { certificate, look, prepared }) => {
            (None, *certificate, look.clone(), unit.to_owned(), number, prepared.is_some())
        }
        _ => return of_annex(rows, letter, unit),
    };
    let known: Option<Certificate> = rows.get(&certificate.to_string())?;
    let (Some(file), Some(known)) = (letter.files.last(), known) else { return Ok(None) };
    Ok(Some(SigningRequest {
        letter: letter.id,
        signature,
        annex: None,
        certificate,
        key: known.key,
        chain: known.chain,
        prepared,
        pdf: file.paper.name,
        pages: file.paper.pages,
        image: image(rows, &look)?,
        look,
        lines,
        name,
        reason,
    }))
}

/// The unit's signature on the next annex: text alone, never an image (appendix I).
fn of_annex(rows: &Rows<'_>, letter: &Letter, unit: &str) -> Result<Option<SigningRequest>, Fault> {
    let Some(annex) = letter.next_annex() else { return Ok(None) };
    let AnnexSeal::Requested { certificate, prepared } = &annex.seal else { return Ok(None) };
    let Some(known) = rows.get::<Certificate>(&certificate.to_string())? else { return Ok(None) };
    let number = letter.facts.reference_code.clone();
    Ok(Some(SigningRequest {
        letter: letter.id,
        signature: None,
        annex: Some(annex.id),
        certificate: *certificate,
        key: known.key,
        chain: known.chain,
        prepared: prepared.is_some(),
        pdf: annex.file.paper.name,
        pages: annex.file.paper.pages,
        image: None,
        look: Look::default(),
        reason: format!("{}, kèm số {number}", annex.file.title),
        lines: vec![number, unit.to_owned()],
        name: unit.to_owned(),
    }))
}

/// Whether it still waits, as it was seen: the same hand, certificate and file.
///
/// # Errors
/// If the store fails.
pub fn stands(rows: &Rows<'_>, seen: &SigningRequest) -> Result<bool, Fault> {
    let letter: Option<Letter> = rows.get(&seen.letter.to_string())?;
    let now = match letter {
        Some(letter) => of_letter(rows, &letter, "")?,
        None => None,
    };
    let same = |now: &SigningRequest| {
        let of = |one: &SigningRequest| (one.signature, one.annex, one.certificate, one.pdf, one.prepared);
        of(now) == of(seen)
    };
    Ok(now.as_ref().is_some_and(same))
}

/// The image a look names.
///
/// # Errors
/// If the store fails.
pub fn image(rows: &Rows<'_>, look: &Look) -> Result<Option<Image>, Fault> {
    let Some(id) = look.impression else { return Ok(None) };
    let known: Option<Impression> = rows.get(&id.to_string())?;
    Ok(known.map(|known| Image { png: known.image, width_mm: known.width_mm, height_mm: known.height_mm }))
}

/// The prepared file whose digest has gone out.
pub fn prepared(letter: &Letter) -> Option<Prepared> {
    let person = letter.signatures.iter().find_map(|signature| match signature.state {
        SignatureState::Requested { prepared } => Some(prepared),
        _ => None,
    });
    match (person, &letter.seal) {
        (Some(prepared), _) => prepared,
        (None, Seal::Requested { prepared, .. }) => *prepared,
        _ => letter.next_annex().and_then(Annex::prepared),
    }
}

/// Whether the key that is waited for is this person's to use.
pub fn is_holder(letter: &Letter, request: &SigningRequest, viewer: &Viewer) -> bool {
    match request.signature {
        None => viewer.role == Role::Clerk,
        Some(id) => letter.signatures.iter().any(|found| found.id == id && found.signer.id == viewer.id),
    }
}

/// Whether a key that was asked for earlier may be used now: days may lie between the digest and its answer.
///
/// # Errors
/// `seal.no_certificate`, `seal.expired`, `sign.no_delegation`; if the store fails.
pub fn may_still(
    rows: &Rows<'_>,
    letter: &Letter,
    request: &SigningRequest,
    now: Stamp,
) -> Result<(), Error> {
    let certificate: Option<Certificate> = rows.get(&request.certificate.to_string())?;
    usable(certificate.as_ref(), now)?;
    let signature = letter.signatures.iter().find(|found| Some(found.id) == request.signature);
    if let Some(id) = signature.and_then(|found| found.delegation) {
        let held: Option<Delegation> = rows.get(&id.to_string())?;
        let today = now.in_vietnam().date_naive();
        held.filter(|held| held.holds_on(today)).ok_or_else(delegation_ended)?;
    }
    Ok(())
}

/// A signed file whose proof is not complete.
#[derive(Debug, Clone)]
pub struct Incomplete {
    /// The document.
    pub letter: Uuid,
    /// The file.
    pub of: Sha256,
    /// Its pages.
    pub pages: u32,
    /// Whether the unit's seal is on it.
    pub sealed: bool,
    /// Its last time stamp is about to lapse.
    pub renew: bool,
}

/// Signed files below the level they are to reach, and those whose last time stamp is about to lapse.
///
/// # Errors
/// If the store fails.
pub fn incomplete(rows: &Rows<'_>, target: Level, now: Stamp) -> Result<Vec<Incomplete>, Fault> {
    let mut found = Vec::new();
    for level in [Level::B, Level::T, Level::Lt].into_iter().filter(|level| *level < target) {
        let letters = all_under::<Letter>(rows, "unproved", &[level as u8])?;
        let below = |proof: &Proof| proof.renew_at.is_none() && proof.level == Some(level);
        found.extend(letters.iter().flat_map(|letter| open(letter, below, false)));
    }
    // In the order in which they lapse: the first that is not due ends the walk.
    let mut after = None;
    loop {
        let (page, next) = rows.list::<Letter>(Page::of("renew", b"", RENEWED_AT_ONCE).after(after))?;
        let lapses = |proof: &Proof| proof.renew_at.is_some_and(|renew_at| renew_at <= now);
        for letter in &page {
            if !letter.made_here().any(|(proof, _)| lapses(proof)) {
                return Ok(found);
            }
            // A document stands in the index once for each of its files.
            let known = |one: &Incomplete| found.iter().any(|other: &Incomplete| other.of == one.of);
            let due: Vec<_> = open(letter, lapses, true).into_iter().filter(|one| !known(one)).collect();
            found.extend(due);
        }
        if next.is_none() {
            return Ok(found);
        }
        after = next;
    }
}

/// The document of record and its sealed annexes, as far as their proofs are so.
fn open(letter: &Letter, is: impl Fn(&Proof) -> bool, renew: bool) -> Vec<Incomplete> {
    if letter.state == State::Void {
        return Vec::new();
    }
    // Whoever is about to sign signs the file as it stands.
    let record = letter.files.last().filter(|_| !letter.awaits_key());
    let record = record.map(|file| (file, letter.is_sealed()));
    let annexes = letter.annexes.iter().filter(|annex| annex.is_sealed()).map(|annex| (&annex.file, true));
    let files = record.into_iter().chain(annexes);
    let so = files.filter(|(file, _)| letter.proof(file.paper.name).is_some_and(&is));
    so.map(|(file, sealed)| {
        let (of, pages) = (file.paper.name, file.paper.pages);
        Incomplete { letter: letter.id, of, pages, sealed, renew }
    })
    .collect()
}
