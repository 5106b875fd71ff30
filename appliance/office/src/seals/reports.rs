//! What parts of the box report of signing: followers and the answer of a key that is elsewhere. Each is idempotent: a
//! follower may come twice after a restart, and the second time there is nothing to do.

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::error::Refusal;
use crate::letters::model::{Letter, Seal};
use crate::letters::signing::{Level, Verdict};
use crate::letters::{self};
use crate::scans::Paper;

/// What was done. `signature` names a person's signature; none is the unit's seal.
#[derive(Debug, Clone)]
pub enum Report {
    /// The signed PDF is at rest.
    Signed {
        /// The document.
        letter: Uuid,
        /// Whose.
        signature: Option<Uuid>,
        /// The annex that bears the unit's; none is the document itself.
        annex: Option<Uuid>,
        /// With which certificate.
        certificate: Uuid,
        /// The file that was signed, so that a file attached meanwhile is not passed over.
        of: Sha256,
        /// The signed PDF.
        paper: Paper,
        /// The time in the signature.
        signed_at: Stamp,
        /// SHA-256 of what was signed: the bytes of the file outside the signature.
        digest: Sha256,
    },
    /// The digest is ready for a key that is elsewhere.
    Prepared {
        /// The document.
        letter: Uuid,
        /// Whose.
        signature: Option<Uuid>,
        /// The annex that is to bear the unit's; none is the document itself.
        annex: Option<Uuid>,
        /// With which certificate.
        certificate: Uuid,
        /// The file that is to be signed.
        of: Sha256,
        /// The prepared file, as `paper::Digested` stores it.
        prepared: Sha256,
        /// The time in the signature.
        signed_at: Stamp,
        /// SHA-256 of what is to be signed.
        digest: Sha256,
    },
    /// It could not be signed.
    Failed {
        /// The document.
        letter: Uuid,
        /// Whose.
        signature: Option<Uuid>,
        /// The annex that was to bear the unit's; none is the document itself.
        annex: Option<Uuid>,
        /// With which certificate.
        certificate: Uuid,
        /// `seal.*`.
        code: String,
    },
    /// A signed file has reached the next level, and was validated.
    Level {
        /// The document.
        letter: Uuid,
        /// The file before.
        of: Sha256,
        /// The file now.
        paper: Paper,
        /// Its level.
        level: Level,
        /// When the time stamp over all of it has to be renewed.
        renew_at: Option<Stamp>,
    },
    /// The next level has to wait.
    Waits {
        /// The document.
        letter: Uuid,
        /// The file.
        of: Sha256,
        /// `level.*`.
        code: String,
    },
    /// A file that came in was checked, for the first time or by another trust list.
    Verified {
        /// The document.
        letter: Uuid,
        /// The file.
        of: Sha256,
        /// What was found.
        verdict: Verdict,
        /// By which trust list, where another may say otherwise.
        open_by: Option<Sha256>,
    },
}

impl Report {
    /// The document.
    pub fn letter(&self) -> Uuid {
        match self {
            Self::Signed { letter, .. }
            | Self::Prepared { letter, .. }
            | Self::Failed { letter, .. }
            | Self::Level { letter, .. }
            | Self::Waits { letter, .. }
            | Self::Verified { letter, .. } => *letter,
        }
    }
}

/// The document a report is about.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, report: &Report) -> Result<Option<Letter>, Fault> {
    rows.get(&report.letter().to_string())
}

/// What follows from a report; nothing where the request no longer stands or the file is no longer there.
///
/// # Errors
/// `seal.changed` where another file has become the document meanwhile.
pub fn decide(letter: Option<&Letter>, report: &Report) -> Result<Option<letters::Event>, Refusal> {
    use letters::Event as E;
    let Some(letter) = letter else { return Ok(None) };
    let (id, report) = (letter.id, report.clone());
    Ok(match report {
        // Told twice, after a restart.
        Report::Signed { paper, .. } if has(letter, paper.name) => None,
        // Called off or asked anew while the key was at work: the document stays as it is, the use of the key is told.
        Report::Signed { signature, annex, certificate, of, digest, .. }
            if !waits(letter, signature, annex, certificate, of) =>
        {
            Some(E::SignatureUnused { letter: id, certificate, digest })
        }
        Report::Signed { annex: Some(annex), certificate, paper, signed_at, digest, .. } => {
            Some(E::AnnexSealed { letter: id, annex, certificate, paper, signed_at, digest })
        }
        Report::Signed { signature: None, certificate, paper, signed_at, digest, .. } => {
            Some(E::Sealed { letter: id, certificate, paper, signed_at, digest: Some(digest) })
        }
        Report::Signed { signature: Some(signature), paper, signed_at, digest, .. } => {
            Some(E::Signed { letter: id, signature, paper, signed_at, digest })
        }
        Report::Prepared { signature, annex, certificate, of, prepared, signed_at, digest, .. } => {
            waits(letter, signature, annex, certificate, of).then_some(E::DigestPrepared {
                letter: id,
                signature,
                annex,
                prepared,
                digest,
                signed_at: Some(signed_at),
            })
        }
        Report::Failed { signature, annex, certificate, .. }
            if !stands(letter, signature, annex, certificate) =>
        {
            None
        }
        Report::Failed { annex: Some(annex), code, .. } => {
            Some(E::AnnexSealFailed { letter: id, annex, code })
        }
        Report::Failed { signature: None, code, .. } => Some(E::SealFailed { letter: id, code }),
        Report::Failed { signature: Some(signature), code, .. } => {
            Some(E::SignatureFailed { letter: id, signature, code })
        }
        Report::Level { of, paper, level, renew_at, .. } => {
            bears_proof(letter, of).then_some(E::LevelReached { letter: id, of, paper, level, renew_at })
        }
        Report::Waits { of, code, .. } => {
            let known = letter.proof(of).and_then(|proof| proof.waits.as_ref());
            let told = known.is_some_and(|waits| waits.code == code);
            (has(letter, of) && !told).then_some(E::LevelWaits { letter: id, of, code })
        }
        Report::Verified { of, verdict, open_by, .. } => {
            let known = letter.proof(of).and_then(|proof| proof.verdict.as_ref());
            let told = known.is_some_and(|known| known.says_the_same(&verdict));
            (has(letter, of) && !told).then_some(E::Verified { letter: id, of, verdict, open_by })
        }
    })
}

fn has(letter: &Letter, of: Sha256) -> bool {
    letter.all_files().any(|file| file.paper.name == of)
}

fn is_last(letter: &Letter, of: Sha256) -> bool {
    letter.files.last().is_some_and(|file| file.paper.name == of)
}

/// Whether a signed file may grow by its proof: the document of record while nobody is about to sign it, or an annex
/// that is sealed.
fn bears_proof(letter: &Letter, of: Sha256) -> bool {
    let annex = letter.annexes.iter().any(|annex| annex.is_sealed() && annex.file.paper.name == of);
    annex || (is_last(letter, of) && !letter.awaits_key())
}

/// Whether the request still stands, and for this file.
fn waits(
    letter: &Letter,
    signature: Option<Uuid>,
    annex: Option<Uuid>,
    certificate: Uuid,
    of: Sha256,
) -> bool {
    let same = match annex {
        Some(id) => letter.annexes.iter().any(|annex| annex.id == id && annex.file.paper.name == of),
        None => is_last(letter, of),
    };
    same && stands(letter, signature, annex, certificate)
}

/// Whether the request still stands: this person's, or the unit's with this certificate.
fn stands(letter: &Letter, signature: Option<Uuid>, annex: Option<Uuid>, certificate: Uuid) -> bool {
    if let Some(id) = annex {
        return letter.annexes.iter().any(|annex| annex.id == id && annex.waits_for(certificate));
    }
    match (signature, &letter.seal) {
        (Some(id), _) => letter.signatures.iter().any(|found| found.id == id && found.is_open()),
        (None, Seal::Requested { certificate: asked, .. }) => *asked == certificate,
        _ => false,
    }
}
