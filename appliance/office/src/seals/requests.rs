//! What waits for a key: every signature and seal somebody asked for and the box has not made yet.

use journal::{Fault, Page, Rows};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::model::{Certificate, Impression, Key};
use crate::kit::all_under;
use crate::letters::Letter;
use crate::letters::model::{FileKind, Seal, State};
use crate::letters::signing::{Capacity, Level, Look, SignatureState};
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
    let person = letter.signatures.iter().find_map(|signature| match signature.state {
        SignatureState::Requested { prepared } => Some((signature, prepared.is_some())),
        _ => None,
    });
    let number = format!("Số {}", letter.facts.reference_code);
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
        _ => return Ok(None),
    };
    let known: Option<Certificate> = rows.get(&certificate.to_string())?;
    let (Some(file), Some(known)) = (letter.files.last(), known) else { return Ok(None) };
    Ok(Some(SigningRequest {
        letter: letter.id,
        signature,
        certificate,
        key: known.key,
        chain: known.chain,
        prepared,
        pdf: file.paper.name,
        pages: file.paper.pages,
        image: image(rows, &look)?,
        look,
        lines: lines(letter, unit),
        name,
        reason,
    }))
}

/// First lines of the text block. Digitised paper is a certified copy by article 25.1c; a file born digital bears its
/// number.
pub fn lines(letter: &Letter, unit: &str) -> Vec<String> {
    let form = match letter.files.last().map(|file| file.kind) {
        Some(FileKind::Scan) => "Sao y".to_owned(),
        _ => letter.facts.reference_code.clone(),
    };
    vec![form, unit.to_owned()]
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
pub fn prepared(letter: &Letter) -> Option<Sha256> {
    let person = letter.signatures.iter().find_map(|signature| match signature.state {
        SignatureState::Requested { prepared } => Some(prepared),
        _ => None,
    });
    match (person, &letter.seal) {
        (Some(prepared), _) => prepared,
        (None, Seal::Requested { prepared, .. }) => *prepared,
        _ => None,
    }
}

/// Whether the key that is waited for is this person's to use.
pub fn is_holder(letter: &Letter, request: &SigningRequest, viewer: &Viewer) -> bool {
    match request.signature {
        None => viewer.role == Role::Clerk,
        Some(id) => letter.signatures.iter().any(|found| found.id == id && found.signer.id == viewer.id),
    }
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
        found.extend(letters.iter().filter_map(|letter| open(letter, false)));
    }
    // In the order in which they lapse: the first that is not due ends the walk.
    let mut after = None;
    loop {
        let (page, next) = rows.list::<Letter>(Page::of("renew", b"", RENEWED_AT_ONCE).after(after))?;
        let due = |letter: &&Letter| {
            letter.last_proof().and_then(|proof| proof.renew_at).is_some_and(|renew_at| renew_at <= now)
        };
        let before = found.len();
        found.extend(page.iter().take_while(due).filter_map(|letter| open(letter, true)));
        if next.is_none() || found.len() - before < page.len() {
            return Ok(found);
        }
        after = next;
    }
}

fn open(letter: &Letter, renew: bool) -> Option<Incomplete> {
    // Whoever is about to sign signs the file as it stands.
    if letter.awaits_key() || letter.state == State::Void {
        return None;
    }
    let file = letter.files.last()?;
    let (of, pages) = (file.paper.name, file.paper.pages);
    Some(Incomplete { letter: letter.id, of, pages, sealed: letter.is_sealed(), renew })
}
