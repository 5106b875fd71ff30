//! What a letter knows of its signatures: who was asked to sign and how it is to look, how far the proof of a signed
//! file has come, and what was found when a file that came in was checked.
//!
//! ```text
//! person   asked ─→ signed            files: upload, signed
//! unit     asked ─→ sealed            files: upload, signed, sealed      (article 32: the person first, then the seal)
//! proof    B-B ─→ B-T ─→ B-LT ─→ B-LTA   the sealed file grows at its end when a line exists; its place stays the last
//! ```

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::model::{FileKind, Letter, LetterFile, Seal};
use crate::kit::PersonRef;

/// Level of a signature (ETSI EN 319 142-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Level {
    /// Signed.
    #[serde(rename = "B-B")]
    B,
    /// With a time stamp.
    #[serde(rename = "B-T")]
    T,
    /// With chain and revocation data.
    #[serde(rename = "B-LT")]
    Lt,
    /// With a time stamp over all of it.
    #[serde(rename = "B-LTA")]
    Lta,
}

/// Which key a released document waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    /// A person's: the head's, or of whoever signs in her place.
    Sign,
    /// The unit's.
    Seal,
}

/// How a signature is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LookKind {
    /// Text in the upper right corner of page one (appendix I, box 14): digitised paper, copies, separate annexes.
    #[default]
    Corner,
    /// The same with the seal's image, where the unit's setting asks for it.
    CornerSeal,
    /// An image in its place on a page: the blue signature, or the red seal in true size.
    Picture,
    /// Not seen.
    Hidden,
}

/// A place on a page as the reader sees it, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SigningPlace)]
pub struct Place {
    /// From 1.
    pub page: u32,
    /// From the left edge.
    pub left_mm: f32,
    /// From the upper edge.
    pub top_mm: f32,
    /// Width; the seal's is its diameter.
    pub width_mm: f32,
    /// Height.
    pub height_mm: f32,
}

/// How a signature or seal is to look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SigningLook)]
pub struct Look {
    /// What is seen.
    pub kind: LookKind,
    /// The image, where one is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impression: Option<Uuid>,
    /// Where, for an image in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Where the box had found the place on the page: what it is told by moving the image, it remembers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Place>,
    /// A scan that shows a seal already gets a second image, knowingly.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_seal: bool,
    /// The file carries a person's signature whose certificate is not trusted, and is sealed all the same, knowingly.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untrusted_signer: bool,
}

impl Look {
    /// Whether an image is drawn.
    pub fn has_image(&self) -> bool {
        matches!(self.kind, LookKind::CornerSeal | LookKind::Picture)
    }
}

/// Quyền hạn ký (article 13): in whose place somebody signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// The head herself.
    #[default]
    Own,
    /// KT. - a deputy in the head's place.
    Kt,
    /// TL. - by the head's order.
    Tl,
    /// TUQ. - by the head's authorisation, in writing, for a time and a content.
    Tuq,
    /// TM. - for a collective.
    Tm,
    /// Q. - acting head.
    Q,
}

impl Capacity {
    /// As written before the title; nothing for the head herself.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Kt => "KT.",
            Self::Tl => "TL.",
            Self::Tuq => "TUQ.",
            Self::Tm => "TM.",
            Self::Q => "Q.",
        }
    }
}

/// One person's signature on the document of record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// Its name here.
    pub id: Uuid,
    /// Who signs.
    pub signer: PersonRef,
    /// With which certificate.
    pub certificate: Uuid,
    /// In whose place.
    pub capacity: Capacity,
    /// By which delegation, where it is not her own right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<Uuid>,
    /// The head who gave that delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<Uuid>,
    /// How it is to look.
    pub look: Look,
    /// How far.
    pub state: SignatureState,
}

impl Signature {
    /// Whether it is asked for and not made.
    pub fn is_open(&self) -> bool {
        matches!(self.state, SignatureState::Requested { .. })
    }

    /// Whether the document carries it.
    pub fn is_signed(&self) -> bool {
        matches!(self.state, SignatureState::Signed { .. })
    }
}

/// A file that is ready but for the signature of a key that is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// As `paper::Digested` stores it.
    pub file: Sha256,
    /// The time in the signature.
    pub signed_at: Stamp,
}

/// How far one person's signature has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignatureState {
    /// Asked for. Waits for the box, for the PIN again after a restart, or for a key that is elsewhere.
    Requested {
        /// The prepared file whose digest went out to the key, where the key is not at the box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prepared: Option<Prepared>,
    },
    /// The document carries it.
    Signed {
        /// When.
        at: Stamp,
    },
    /// It could not be made; `seal.*`.
    Failed {
        /// Why.
        code: String,
    },
}

/// What is known of one file's signatures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// The file.
    pub of: Sha256,
    /// Level of the last signature made here; none on files that came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Why the next level is not there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// What was found when it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The trust list it was judged by, where another may say otherwise: who signed was not trusted, or nothing was known
    /// of revocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_by: Option<Sha256>,
    /// When the last time stamp over all of it has to be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew_at: Option<Stamp>,
}

/// Why a level is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// `level.*`.
    pub code: String,
    /// Since when.
    pub since: Stamp,
}

/// What was found when a file's signatures were checked, kept as it was told then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignatureVerdict)]
pub struct Verdict {
    /// `good`, `untrusted`, `expired`, `revoked`, `altered`, `changed_after_signing_allowed`,
    /// `changed_after_signing_forbidden`, `not_signed`, `malformed`.
    pub word: String,
    /// What it means and what to do.
    pub sentence: String,
    /// When it was looked at.
    #[schema(value_type = String)]
    pub checked_at: Stamp,
    /// Each signature and time stamp, in the order they were made.
    pub signatures: Vec<Found>,
}

impl Verdict {
    /// Whether both found the same, whenever they looked.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let found =
            |verdict: &Self| (verdict.word.clone(), verdict.sentence.clone(), verdict.signatures.clone());
        found(self) == found(other)
    }

    /// Whether what was signed is no longer what is seen.
    pub fn is_broken(&self) -> bool {
        matches!(self.word.as_str(), "altered" | "changed_after_signing_forbidden" | "malformed")
    }

    /// A person's signature that stands in it unharmed; one whose certificate is trusted before any other.
    pub fn person(&self) -> Option<&Found> {
        let mut people = self.signatures.iter().filter(|found| found.kind == "signature" && !found.unit);
        people.clone().find(|found| found.is_trusted()).or_else(|| people.find(|found| found.is_whole()))
    }
}

/// One signature or time stamp of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SignatureFound)]
pub struct Found {
    /// As in [`Verdict::word`].
    pub word: String,
    /// What it means.
    pub sentence: String,
    /// Whom the certificate names.
    pub signer: String,
    /// Whose organisation.
    #[serde(default)]
    pub organisation: String,
    /// A unit's certificate, not a person's.
    #[serde(default)]
    pub unit: bool,
    /// `signature` or `timestamp`.
    pub kind: String,
    /// `B-B` to `B-LTA`.
    #[serde(default)]
    pub level: String,
    /// When, as far as known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub at: Option<Stamp>,
    /// The time is a time stamp's and not the signer's own word.
    #[serde(default)]
    pub stamped: bool,
}

impl Found {
    /// Whether what was signed is what is seen; trust in the certificate is another question.
    pub fn is_whole(&self) -> bool {
        self.is_trusted() || matches!(self.word.as_str(), "untrusted" | "expired")
    }

    /// Whether the certificate was in force, too, and comes from somebody the unit trusts.
    pub fn is_trusted(&self) -> bool {
        matches!(self.word.as_str(), "good" | "changed_after_signing_allowed")
    }
}

impl Letter {
    /// Whether somebody was asked to sign or to seal and it is not done.
    pub fn awaits_key(&self) -> bool {
        matches!(self.seal, Seal::Requested { .. }) || self.signatures.iter().any(Signature::is_open)
    }

    /// Whether a person has signed the document of record here.
    pub fn is_signed(&self) -> bool {
        self.signatures.iter().any(Signature::is_signed)
    }

    /// What is known of a file's signatures.
    pub fn proof(&self, of: Sha256) -> Option<&Proof> {
        self.proofs.iter().find(|proof| proof.of == of)
    }

    /// What is known of the document of record's signatures.
    pub fn last_proof(&self) -> Option<&Proof> {
        self.proof(self.files.last()?.paper.name)
    }

    /// The level its last signature has reached, of those made here.
    pub fn level(&self) -> Option<Level> {
        self.last_proof()?.level
    }

    /// Files that came in from elsewhere whose signatures nobody has looked at.
    pub fn unchecked(&self) -> impl Iterator<Item = &LetterFile> {
        self.all_files().filter(|file| {
            file.kind == FileKind::Upload
                && self.proof(file.paper.name).is_none_or(|proof| proof.verdict.is_none())
        })
    }

    /// Files whose verdict may be another by another trust list, and the one it was judged by.
    pub fn open_verdicts(&self) -> impl Iterator<Item = (Sha256, Sha256)> {
        let is_here = |of: Sha256| self.all_files().any(|file| file.paper.name == of);
        let open = self.proofs.iter().filter_map(|proof| Some((proof.of, proof.open_by?)));
        open.filter(move |(of, _)| is_here(*of))
    }
}
