//! The answer: words for programs, sentences for people.

use serde::{Deserialize, Serialize};

/// What is to be thought of a file or of one signature, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Whole, trusted, and nothing but signing and keeping signatures alive came after it.
    Good,
    /// As good, but readers see more than was signed: fields were filled, notes made, where that was allowed.
    ChangedAfterSigningAllowed,
    /// There is no signature.
    NotSigned,
    /// Whole, but who signed cannot be trusted: no chain to a trusted root, not for signing, MD5 or SHA-1.
    Untrusted,
    /// The certificate had run out when the signature can first be proved to have been there.
    Expired,
    /// The certificate had been revoked by then.
    Revoked,
    /// What is shown was changed in a way that the signature does not bear.
    ChangedAfterSigningForbidden,
    /// The signed bytes, or the signature, are not what they were.
    Altered,
    /// It cannot be said what was signed.
    Malformed,
}

/// What a signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Of a person or a unit.
    Signature,
    /// A document time stamp.
    Timestamp,
}

/// PAdES baseline levels (EN 319 142-1), as far as what is there was found to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A signature.
    #[serde(rename = "B-B")]
    B,
    /// With a trusted time.
    #[serde(rename = "B-T")]
    T,
    /// With everything needed to check it without a line.
    #[serde(rename = "B-LT")]
    Lt,
    /// With a document time stamp over that.
    #[serde(rename = "B-LTA")]
    Lta,
}

/// What is to be thought of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The worst of its signatures'.
    pub verdict: Verdict,
    /// In the order in which they were made.
    pub signatures: Vec<SignatureReport>,
    /// Why the file as a whole cannot be judged: `encrypted`, `xfa`, `hybrid_references`, `too_large`, `not_pdf`,
    /// `damaged`, `too_complex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What a clerk reads first.
    pub why: String,
}

/// What is to be thought of one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureReport {
    /// All things considered.
    pub verdict: Verdict,
    /// Not one byte of the file came after it.
    pub covers_whole: bool,
    /// Common name in the certificate.
    pub signer: Option<String>,
    /// Organisation in the certificate.
    pub organisation: Option<String>,
    /// The certificate is a body's (a seal) rather than a person's.
    pub is_unit: bool,
    /// Signature or document time stamp.
    pub kind: Kind,
    /// The level that was found to hold.
    pub level: Level,
    /// Name of the signature field.
    pub field: String,
    /// When the signer says to have signed, Unix ms. A claim.
    pub claimed_at_ms: Option<i64>,
    /// The earliest trusted time at which it was there, Unix ms.
    pub proved_at_ms: Option<i64>,
    /// Name of the authority that stamped the time.
    pub stamped_by: Option<String>,
    /// Names in the chain, the signer's first.
    pub chain: Vec<String>,
    /// SHA-256 of the signer's certificate, lower hex.
    pub certificate_sha256: Option<String>,
    /// Nobody in the chain was revoked as of this moment, Unix ms; none when that is not known of all.
    pub not_revoked_as_of_ms: Option<i64>,
    /// What later saves of the file changed.
    pub changes: Vec<Change>,
    /// Why the verdict is what it is, and what to do.
    pub why: String,
}

/// What one later save of the file changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which save: the file as first written is 1.
    pub revision: usize,
    /// `signature`, `time_stamp`, `validation_data`, `metadata`, `signature_field`, `form_fill`, `annotation`, `content`.
    pub kind: String,
    /// The signature bears it.
    pub allowed: bool,
    /// What a clerk reads.
    pub text: String,
}

impl Report {
    /// Every signature is good and trusted, and there is one.
    pub fn is_good(&self) -> bool {
        self.verdict == Verdict::Good
    }
}

impl Verdict {
    /// The word, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::ChangedAfterSigningAllowed => "changed_after_signing_allowed",
            Verdict::NotSigned => "not_signed",
            Verdict::Untrusted => "untrusted",
            Verdict::Expired => "expired",
            Verdict::Revoked => "revoked",
            Verdict::ChangedAfterSigningForbidden => "changed_after_signing_forbidden",
            Verdict::Altered => "altered",
            Verdict::Malformed => "malformed",
        }
    }
}
