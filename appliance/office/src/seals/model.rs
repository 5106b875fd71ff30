//! Row, commands and events of seals. Requests are part of the letter they are for.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::scans::Paper;

/// What a certificate says of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// Common name.
    pub subject: String,
    /// Organisation.
    pub organisation: String,
    /// Who issued it.
    pub issuer: String,
    /// Serial number, hex.
    pub serial: String,
    /// Good from.
    pub not_before: Stamp,
    /// Good until.
    pub not_after: Stamp,
}

/// A certificate with its key file (PKCS#12, encrypted as it came).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its name here.
    pub id: Uuid,
    /// The key file; never leaves the box.
    pub key_file: Sha256,
    /// What it says.
    pub facts: CertificateFacts,
    /// No longer to be used.
    pub withdrawn: bool,
}

impl Entity for Certificate {
    const KIND: &'static str = "certificate";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("key_file", self.key_file.as_bytes().to_vec())]
    }
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Keeps a key file whose passphrase was right.
    AddCertificate {
        /// The key file.
        key_file: Sha256,
        /// What its certificate says.
        facts: CertificateFacts,
    },
    /// Stops using it.
    Withdraw {
        /// Which.
        certificate: Uuid,
    },
    /// The sealed PDF is at rest.
    Sealed {
        /// The document.
        letter: Uuid,
        /// The file that was sealed, so that a file attached meanwhile is not passed over.
        of: Sha256,
        /// The sealed PDF.
        paper: Paper,
        /// The time in the seal.
        signed_at: Stamp,
    },
    /// It could not be set.
    Failed {
        /// The document.
        letter: Uuid,
        /// `seal.*`.
        code: String,
    },
}

/// What happened to certificates. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row")]
pub enum Event {
    #[serde(rename = "certificate.added")]
    Added { certificate: Uuid, key_file: Sha256, facts: CertificateFacts },
    #[serde(rename = "certificate.withdrawn")]
    Withdrawn { certificate: Uuid },
}
