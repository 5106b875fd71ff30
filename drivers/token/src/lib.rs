//! Keys that sign.
//!
//! A signature is a person's act: somebody holds the key and unlocks it with a passphrase. This crate knows how to
//! open such a key and to make one raw signature with it. It knows nothing of PDF, CMS or documents: the caller hands
//! over the bytes that the standard says are signed, and puts the result where the standard says it goes.
//!
//! ```
//! use token::{Pkcs12, Signer, TokenError};
//!
//! fn sign(key_file: &[u8], passphrase: &str, now_unix_ms: i64, attributes: &[u8]) -> Result<Vec<u8>, TokenError> {
//!     let key = Pkcs12::open(key_file, passphrase, now_unix_ms)?;
//!     key.sign(attributes)
//! }
//! ```
//!
//! [`Signer`] is the seam: today a PKCS#12 file ([`Pkcs12`]), later a PKCS#11 token or a helper on the clerk's PC.
//! The passphrase is used and forgotten; nothing here writes to disk or reads a clock.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod certificate;
mod pkcs12;

pub use certificate::{CertificateFacts, facts};
pub use pkcs12::Pkcs12;

/// What a key signs with. The digest belongs to the algorithm and is computed by the signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 4096 bits.
    RsaPkcs1Sha256,
    /// ECDSA on P-256 with SHA-256; the signature is DER (`ECDSA-Sig-Value`).
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384; the signature is DER (`ECDSA-Sig-Value`).
    EcdsaP384Sha384,
}

/// A key that has been unlocked and can sign.
pub trait Signer {
    /// The certificates that vouch for the key, DER, the key's own first, each followed by its issuer as far as known.
    fn chain(&self) -> &[Vec<u8>];

    /// What [`Signer::sign`] signs with.
    fn algorithm(&self) -> Algorithm;

    /// Signs `message`, which is digested here: hand over the whole message, not its digest.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError>;
}

/// Why a key cannot sign. The first six are for people; each has its own sentence on the page.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The passphrase does not open the file.
    #[error("the passphrase does not open the key file")]
    WrongPassphrase,
    /// The bytes are not PKCS#12 (RFC 7292), or are cut short.
    #[error("not a PKCS#12 key file: {0}")]
    NotAKeyFile(String),
    /// The file holds certificates but no private key with its certificate.
    #[error("the key file holds no private key with its certificate")]
    NoKey,
    /// The certificate's time is over.
    #[error("the certificate expired at {since_ms} ms")]
    Expired {
        /// The last moment of validity, Unix time in ms.
        since_ms: i64,
    },
    /// The certificate's time has not come (or the box's clock is wrong).
    #[error("the certificate is not valid before {from_ms} ms")]
    NotYetValid {
        /// The first moment of validity, Unix time in ms.
        from_ms: i64,
    },
    /// The private key does not belong to the certificate beside it.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// An RSA key under 2048 bits.
    #[error("the RSA key has {bits} bits; at least 2048 are needed")]
    KeyTooShort {
        /// Length of the modulus.
        bits: usize,
    },
    /// A kind of key or of encryption that is not handled.
    #[error("unsupported key file: {0}")]
    Unsupported(String),
    /// The arithmetic failed.
    #[error("signing failed: {0}")]
    Failed(String),
}
