//! Rows, commands and events of seals: certificates with their keys, images of seals and signatures, the unit's
//! settings for signing, and whom it trusts. Requests are part of the letter they are for.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::reports::Report;
use crate::kit::PersonRef;
use crate::letters::signing::Level;

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

/// Where the key of a certificate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "place", rename_all = "snake_case")]
#[schema(as = KeyPlace)]
pub enum Key {
    /// In a PKCS#12 file on the box, encrypted as it came; it never leaves the box.
    File {
        /// The file.
        #[schema(value_type = String)]
        file: Sha256,
    },
    /// In a token in the box's USB port.
    Token {
        /// Its vendor's PKCS#11 library.
        module: String,
        /// The token's own serial number.
        token: String,
        /// SHA-256 of the certificate on it, hex.
        certificate: String,
    },
    /// In a token in its holder's PC, reached through the helper there.
    Helper,
    /// Anywhere else: the digest goes out as a file, the signature comes back as one.
    Elsewhere,
}

impl Key {
    /// Whether the box itself can sign with it, once its holder has typed the PIN.
    pub fn is_here(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Token { .. })
    }
}

/// A certificate and where its key is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its name here.
    pub id: Uuid,
    /// Where its key is.
    pub key: Key,
    /// The certificates that vouch for it, its own first, as PEM; a key file holds them itself.
    pub chain: Option<Sha256>,
    /// The person whose it is; the unit's where nobody is named.
    pub holder: Option<PersonRef>,
    /// What it says.
    pub facts: CertificateFacts,
    /// No longer to be used.
    pub withdrawn: bool,
}

impl Certificate {
    /// The same for two rows about one certificate.
    pub fn name_of(facts: &CertificateFacts) -> Vec<u8> {
        format!("{}\0{}\0", facts.issuer, facts.serial).into_bytes()
    }
}

impl Entity for Certificate {
    const KIND: &'static str = "certificate";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("name", Self::name_of(&self.facts))]
    }
}

/// What an image shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImpressionKind {
    /// The unit's red seal.
    Seal,
    /// A person's blue signature.
    Signature,
}

/// The image of a seal or signature, cut from a scan of its impression on paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impression {
    /// Its name here.
    pub id: Uuid,
    /// What it shows.
    pub kind: ImpressionKind,
    /// Whose signature; none of the unit's seal.
    pub holder: Option<PersonRef>,
    /// PNG with transparency.
    pub image: Sha256,
    /// True width.
    pub width_mm: f32,
    /// True height.
    pub height_mm: f32,
    /// No longer to be used.
    pub withdrawn: bool,
}

impl Entity for Impression {
    const KIND: &'static str = "impression";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// How digitised paper and copies show the unit's signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Text only (decree 30/2020, appendix I).
    #[default]
    Nd30,
    /// Text with the seal's image.
    SealImage,
}

/// The unit's settings for signing. One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SigningSettings {
    /// How digitised paper shows the signature.
    pub preset: Preset,
    /// Time stamp servers (RFC 3161), asked in this order.
    pub time_stamp_urls: Vec<String>,
    /// How far signatures are completed when a line exists.
    pub target: Level,
    /// The PKCS#11 library of the token in the box.
    pub token_module: String,
    /// Counts amendments.
    #[serde(default)]
    pub version: u64,
}

impl Default for SigningSettings {
    fn default() -> Self {
        Self {
            preset: Preset::Nd30,
            time_stamp_urls: Vec::new(),
            target: Level::Lta,
            token_module: String::new(),
            version: 0,
        }
    }
}

impl SigningSettings {
    /// The id of the one row.
    pub const ID: &'static str = "signing";
}

impl Entity for SigningSettings {
    const KIND: &'static str = "signing_settings";

    fn id(&self) -> String {
        Self::ID.into()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// A root certificate or a revocation list the unit judges signatures by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trusted {
    /// Its name here.
    pub id: Uuid,
    /// The root or the list itself, DER, out of the file it came in.
    pub file: Sha256,
    /// `root`, `intermediate` or `crl`.
    pub sort: String,
    /// Whom it names.
    pub subject: String,
    /// Until when it holds.
    pub until: Option<Stamp>,
    /// What the office above calls the file it came in; none for what was brought here.
    #[serde(default)]
    pub name: Option<String>,
    /// Which list of its issuer, for a revocation list.
    #[serde(default)]
    pub list: Option<Edition>,
    /// No longer judged by.
    pub dropped: bool,
}

/// Which of its issuer's revocation lists one is, and how new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// The same for lists that replace one another.
    pub scope: String,
    /// When it was made.
    pub made_at: Stamp,
}

/// One root or revocation list of a file that was brought.
#[derive(Debug, Clone)]
pub struct TrustPart {
    /// Its bytes.
    pub file: Sha256,
    /// `root`, `intermediate` or `crl`.
    pub sort: &'static str,
    /// Whom it names.
    pub subject: String,
    /// Until when it holds.
    pub until: Option<Stamp>,
    /// Which list of its issuer, for a revocation list.
    pub list: Option<Edition>,
}

impl Entity for Trusted {
    const KIND: &'static str = "trusted";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Keeps a certificate and where its key is; the binary has opened the key before, where it could.
    AddCertificate {
        /// Where its key is.
        key: Key,
        /// Its chain, where the key file does not hold it.
        chain: Option<Sha256>,
        /// What it says.
        facts: CertificateFacts,
        /// The unit's, or the own of whoever adds it.
        unit: bool,
        /// It names another body, and that is right so.
        other_unit: bool,
    },
    /// Stops using it.
    Withdraw {
        /// Which.
        certificate: Uuid,
    },
    /// Keeps the image of a seal or of one's own signature.
    KeepImpression {
        /// What it shows.
        kind: ImpressionKind,
        /// PNG.
        image: Sha256,
        /// True width.
        width_mm: f32,
        /// True height.
        height_mm: f32,
    },
    /// Stops using an image.
    WithdrawImpression {
        /// Which.
        impression: Uuid,
    },
    /// Sets how the unit signs.
    AmendSettings(SigningSettings),
    /// Trusts the roots and takes the revocation lists of one file.
    Trust {
        /// What the office above calls the file: what else came under that name counts no longer.
        name: Option<String>,
        /// What is in it.
        parts: Vec<TrustPart>,
    },
    /// No longer judges by it.
    Distrust {
        /// Which.
        trusted: Uuid,
    },
    /// What a part of the box has done with a request or a file.
    Report(Report),
}

/// What happened to certificates, images and settings. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row")]
pub enum Event {
    /// As the first version wrote it: the unit's key, in a file.
    #[serde(rename = "certificate.added")]
    Added { certificate: Uuid, key_file: Sha256, facts: CertificateFacts },
    #[serde(rename = "certificate.enlisted")]
    Enlisted {
        certificate: Uuid,
        key: Key,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chain: Option<Sha256>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<PersonRef>,
        facts: CertificateFacts,
    },
    #[serde(rename = "certificate.withdrawn")]
    Withdrawn { certificate: Uuid },
    #[serde(rename = "impression.kept")]
    ImpressionKept {
        impression: Uuid,
        sort: ImpressionKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<PersonRef>,
        image: Sha256,
        width_mm: f32,
        height_mm: f32,
    },
    #[serde(rename = "impression.withdrawn")]
    ImpressionWithdrawn { impression: Uuid },
    #[serde(rename = "signing.amended")]
    SettingsAmended { settings: SigningSettings },
    #[serde(rename = "trust.kept")]
    Trusted {
        trusted: Uuid,
        file: Sha256,
        sort: String,
        subject: String,
        until: Option<Stamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<Edition>,
    },
    #[serde(rename = "trust.dropped")]
    Distrusted { trusted: Uuid },
}

impl Event {
    /// The blobs it names.
    pub fn blobs(&self) -> Vec<Sha256> {
        match self {
            Self::Added { key_file, .. } => vec![*key_file],
            Self::Enlisted { key, chain, .. } => {
                let file = match key {
                    Key::File { file } => Some(*file),
                    _ => None,
                };
                file.into_iter().chain(*chain).collect()
            }
            Self::ImpressionKept { image, .. } => vec![*image],
            Self::Trusted { file, .. } => vec![*file],
            _ => Vec::new(),
        }
    }
}
