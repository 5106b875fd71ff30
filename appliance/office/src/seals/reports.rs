//! What parts of the box report of signing: followers and the answer of a key that is elsewhere. Each is idempotent: a
//! follower may come twice after a restart, and the second time there is nothing to do.

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::error::Refusal;
use crate::letters::model::{Letter, Seal};
use crate::letters::signing::{Level, SignatureState, Verdict};
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
        /// The file that is to be signed.
        of: Sha256,
        /// The prepared file, as `paper::Digested` stores it.
        prepared: Sha256,
        /// SHA-256 of what is to be signed.
        digest: Sha256,
    },
    /// It could not be signed.
    Failed {
        /// The document.
        letter: Uuid,
        /// Whose.
        signature: Option<Uuid>,
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
    /// A file that came in was checked.
    Verified {
        /// The document.
        letter: Uuid,
        /// The file.
        of: Sha256,
        /// What was found.
        verdict: Verdict,
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
        Report::Signed { signature: None, of, paper, signed_at, digest, .. } => requested_seal(letter, of)
            .map(|certificate| E::Sealed { letter: id, certificate, paper, signed_at, digest: Some(digest) }),
        Report::Signed { signature: Some(signature), of, paper, signed_at, digest, .. } => {
            stands(letter, signature, of).then_some(E::Signed {
                letter: id,
                signature,
                paper,
                signed_at,
                digest,
            })
        }
        Report::Prepared { signature, of, prepared, digest, .. } => {
            let open = match signature {
                None => requested_seal(letter, of).is_some(),
                Some(signature) => stands(letter, signature, of),
            };
            open.then_some(E::DigestPrepared { letter: id, signature, prepared, digest })
        }
        Report::Failed { signature: None, code, .. } => {
            matches!(letter.seal, Seal::Requested { .. }).then_some(E::SealFailed { letter: id, code })
        }
        Report::Failed { signature: Some(signature), code, .. } => {
            asked(letter, signature).then_some(E::SignatureFailed { letter: id, signature, code })
        }
        Report::Level { of, paper, level, renew_at, .. } => (is_last(letter, of) && !letter.awaits_key())
            .then_some(E::LevelReached { letter: id, of, paper, level, renew_at }),
        Report::Waits { of, code, .. } => {
            let known = letter.proof(of).and_then(|proof| proof.waits.as_ref());
            let told = known.is_some_and(|waits| waits.code == code);
            (has(letter, of) && !told).then_some(E::LevelWaits { letter: id, of, code })
        }
        Report::Verified { of, verdict, .. } => {
            has(letter, of).then_some(E::Verified { letter: id, of, verdict })
        }
    })
}

fn has(letter: &Letter, of: Sha256) -> bool {
    letter.files.iter().any(|file| file.paper.name == of)
}

fn is_last(letter: &Letter, of: Sha256) -> bool {
    letter.files.last().is_some_and(|file| file.paper.name == of)
}

/// The certificate asked for, while the request still stands and its file is still the last one.
fn requested_seal(letter: &Letter, of: Sha256) -> Option<Uuid> {
    match letter.seal {
        Seal::Requested { certificate, .. } if is_last(letter, of) => Some(certificate),
        _ => None,
    }
}

fn asked(letter: &Letter, signature: Uuid) -> bool {
    let open = |state: &SignatureState| matches!(state, SignatureState::Requested { .. });
    letter.signatures.iter().any(|found| found.id == signature && open(&found.state))
}

fn stands(letter: &Letter, signature: Uuid, of: Sha256) -> bool {
    asked(letter, signature) && is_last(letter, of)
}
