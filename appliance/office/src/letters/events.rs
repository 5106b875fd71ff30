//! What happened to letters. Written for good: a variant is never renamed and a field never taken away.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::described::Description;
use super::model::{Facts, LetterFile};
use super::signers::{Signer, SigningOrder};
use super::signing::{Capacity, Level, Look, Verdict};
use crate::kit::PersonRef;
use crate::scans::{Made, Paper};

/// What happened to a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row; each variant is the past of its verb")]
pub enum Event {
    #[serde(rename = "letter.registered")]
    Registered { letter: Uuid, number: u64, year: i32, entered_on: NaiveDate, facts: Facts, by: PersonRef },
    #[serde(rename = "letter.drafted")]
    Drafted { letter: Uuid, year: i32, facts: Facts, by: PersonRef },
    #[serde(rename = "letter.amended")]
    Amended { letter: Uuid, facts: Facts },
    #[serde(rename = "letter.attached")]
    Attached { letter: Uuid, file: LetterFile },
    #[serde(rename = "letter.submitted")]
    Submitted { letter: Uuid, to: PersonRef },
    #[serde(rename = "letter.directed")]
    Directed { letter: Uuid, words: String },
    #[serde(rename = "letter.assigned")]
    Assigned { letter: Uuid, lead: PersonRef, cooperating: Vec<PersonRef>, due_date: Option<NaiveDate> },
    #[serde(rename = "letter.read")]
    Read { letter: Uuid, by: PersonRef },
    #[serde(rename = "letter.reported")]
    Reported { letter: Uuid, by: PersonRef, report: String, completes: bool },
    #[serde(rename = "letter.approved")]
    Approved { letter: Uuid, words: String },
    #[serde(rename = "letter.returned")]
    Returned { letter: Uuid, reason: String },
    #[serde(rename = "letter.released")]
    Released { letter: Uuid, number: u64, year: i32, reference_code: String, issue_date: NaiveDate },
    #[serde(rename = "letter.voided")]
    Voided { letter: Uuid, reason: String },
    /// Nothing a person has to see before the next change: the same pages, with other words about them.
    #[serde(rename = "letter.paper_described")]
    PaperDescribed {
        letter: Uuid,
        from: Sha256,
        paper: Paper,
        said: Description,
        /// It was made again with the words of its pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        made: Option<Made>,
    },
    #[serde(rename = "letter.signers_named")]
    SignersNamed { letter: Uuid, signers: Vec<Signer>, order: SigningOrder },
    #[serde(rename = "letter.seal_requested")]
    SealRequested {
        letter: Uuid,
        certificate: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        look: Option<Look>,
    },
    #[serde(rename = "letter.sealed")]
    Sealed {
        letter: Uuid,
        certificate: Uuid,
        paper: Paper,
        signed_at: Stamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<Sha256>,
    },
    #[serde(rename = "letter.seal_failed")]
    SealFailed { letter: Uuid, code: String },
    #[serde(rename = "letter.signature_requested")]
    SignatureRequested {
        letter: Uuid,
        signature: Uuid,
        signer: PersonRef,
        certificate: Uuid,
        capacity: Capacity,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delegation: Option<Uuid>,
        /// The head who gave that delegation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_place_of: Option<Uuid>,
        look: Look,
    },
    #[serde(rename = "letter.signed")]
    Signed { letter: Uuid, signature: Uuid, paper: Paper, signed_at: Stamp, digest: Sha256 },
    #[serde(rename = "letter.signature_failed")]
    SignatureFailed { letter: Uuid, signature: Uuid, code: String },
    #[serde(rename = "letter.annex_added")]
    AnnexAdded { letter: Uuid, annex: Uuid, file: LetterFile, by: PersonRef },
    #[serde(rename = "letter.annex_removed")]
    AnnexRemoved { letter: Uuid, annex: Uuid },
    #[serde(rename = "letter.annex_seal_requested")]
    AnnexSealRequested { letter: Uuid, annexes: Vec<Uuid>, certificate: Uuid },
    #[serde(rename = "letter.annex_sealed")]
    AnnexSealed {
        letter: Uuid,
        annex: Uuid,
        certificate: Uuid,
        paper: Paper,
        signed_at: Stamp,
        digest: Sha256,
    },
    #[serde(rename = "letter.annex_seal_failed")]
    AnnexSealFailed { letter: Uuid, annex: Uuid, code: String },
    /// What waits for a key waits no longer.
    #[serde(rename = "letter.signing_withdrawn")]
    SigningWithdrawn { letter: Uuid },
    /// The digest went out to a key that is not at the box; no `signature` is the unit's seal, on the document or on
    /// the annex that is named.
    #[serde(rename = "letter.digest_prepared")]
    DigestPrepared {
        letter: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        annex: Option<Uuid>,
        prepared: Sha256,
        digest: Sha256,
        /// The time in the signature that is to come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signed_at: Option<Stamp>,
    },
    /// A key signed, and meanwhile the signature was no longer wanted: it stands in no document.
    #[serde(rename = "letter.signature_unused")]
    SignatureUnused { letter: Uuid, certificate: Uuid, digest: Sha256 },
    /// A signed file has grown by the proof of its next level; `paper` stands in its place.
    #[serde(rename = "letter.level_reached")]
    LevelReached {
        letter: Uuid,
        of: Sha256,
        paper: Paper,
        level: Level,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renew_at: Option<Stamp>,
    },
    #[serde(rename = "letter.level_waits")]
    LevelWaits { letter: Uuid, of: Sha256, code: String },
    #[serde(rename = "letter.verified")]
    Verified {
        letter: Uuid,
        of: Sha256,
        verdict: Verdict,
        /// By which trust list, where another may say otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        open_by: Option<Sha256>,
    },
    /// The register line changed; it stands in the body beside this event. The only kind that leaves the box.
    #[serde(rename = "letter.line_stated")]
    LineStated { letter: Uuid },
}

impl Event {
    /// The blobs it names.
    pub fn blobs(&self) -> Vec<Sha256> {
        match self {
            Self::Attached { file, .. } | Self::AnnexAdded { file, .. } => vec![file.paper.name],
            Self::PaperDescribed { paper, .. }
            | Self::Sealed { paper, .. }
            | Self::Signed { paper, .. }
            | Self::AnnexSealed { paper, .. }
            | Self::LevelReached { paper, .. } => vec![paper.name],
            Self::DigestPrepared { prepared, .. } => vec![*prepared],
            _ => Vec::new(),
        }
    }

    /// The document.
    pub fn letter(&self) -> Uuid {
        match self {
            Self::Registered { letter, .. }
            | Self::Drafted { letter, .. }
            | Self::Amended { letter, .. }
            | Self::Attached { letter, .. }
            | Self::Submitted { letter, .. }
            | Self::Directed { letter, .. }
            | Self::Assigned { letter, .. }
            | Self::Read { letter, .. }
            | Self::Reported { letter, .. }
            | Self::Approved { letter, .. }
            | Self::Returned { letter, .. }
            | Self::Released { letter, .. }
            | Self::Voided { letter, .. }
            | Self::PaperDescribed { letter, .. }
            | Self::SignersNamed { letter, .. }
            | Self::SealRequested { letter, .. }
            | Self::Sealed { letter, .. }
            | Self::SealFailed { letter, .. }
            | Self::SignatureRequested { letter, .. }
            | Self::Signed { letter, .. }
            | Self::SignatureFailed { letter, .. }
            | Self::AnnexAdded { letter, .. }
            | Self::AnnexRemoved { letter, .. }
            | Self::AnnexSealRequested { letter, .. }
            | Self::AnnexSealed { letter, .. }
            | Self::AnnexSealFailed { letter, .. }
            | Self::SigningWithdrawn { letter }
            | Self::DigestPrepared { letter, .. }
            | Self::SignatureUnused { letter, .. }
            | Self::LevelReached { letter, .. }
            | Self::LevelWaits { letter, .. }
            | Self::Verified { letter, .. }
            | Self::LineStated { letter } => *letter,
        }
    }
}
