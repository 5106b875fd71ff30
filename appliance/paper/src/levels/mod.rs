//! What makes a signature last (ETSI EN 319 142-1 §5.4, §5.5, §6): each level is one more update of the file.
//!
//! 1. B-T: [`signature_to_stamp`] gives what a time stamp server is asked; its token goes into the signature, inside the
//!    hole. Only the last signature can take one, for later signatures cover the earlier ones; a file whose last signature
//!    was not stamped in time reaches the level by [`document_to_stamp`], which stamps all of it.
//! 2. B-LT: [`add_validation_data`] appends certificates, CRLs and OCSP responses (DSS, VRI).
//! 3. B-LTA: [`document_to_stamp`] again, over all of it; and again before that stamp lapses, with the validation data of
//!    the old one appended first.
//!
//! ```
//! # fn ask(_: [u8; 32]) -> Result<Vec<u8>, String> { Err("no line in this example".into()) }
//! use paper::levels::{ValidationData, add_validation_data, document_to_stamp, signature_to_stamp};
//!
//! fn archived(signed: &[u8], data: &[ValidationData]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//!     let unstamped = signature_to_stamp(signed)?;
//!     let token = ask(unstamped.imprint())?;
//!     let b_t = unstamped.stamp(&token)?.into_bytes();
//!     let b_lt = add_validation_data(&b_t, data)?.map_or(b_t.clone(), |grown| grown.into_bytes());
//!     let unstamped = document_to_stamp(&b_lt)?;
//!     let token = ask(unstamped.imprint())?;
//!     Ok(unstamped.stamp(&token)?.into_bytes())
//! }
//! ```
//!
//! Nothing here asks anybody: tokens, CRLs and OCSP responses come in as bytes, and who may be trusted is judged elsewhere.

mod found;
mod stamp;
mod store;

pub use found::{Found, signatures};
pub use stamp::{Unstamped, document_to_stamp, signature_to_stamp};
pub use store::{ValidationData, add_validation_data};

use crate::sign::SignError;

/// Why a file did not reach the next level. The file itself is never harmed: it was only read.
#[derive(Debug, thiserror::Error)]
pub enum LevelError {
    /// The file cannot be updated at all, or what is added is too large for its place.
    #[error(transparent)]
    File(#[from] SignError),
    /// There is no signature that could reach a level.
    #[error("the PDF holds no signature")]
    NotSigned,
    /// No signature of this field name.
    #[error("the PDF holds no signature named {0:?}")]
    NoSuchSignature(String),
    /// The last signature is a document time stamp: what is before it is covered, and stamped already.
    #[error("the last signature is a document time stamp")]
    Covered,
    /// The last signature has its time stamp.
    #[error("the last signature is stamped already")]
    Stamped,
    /// What stands in the hole is no CMS that could take a time stamp.
    #[error("the signature cannot take a time stamp: {0}")]
    Signature(String),
    /// Not an RFC 3161 token.
    #[error("not a time stamp token: {0}")]
    NotToken(String),
    /// The token stamps something else.
    #[error("the token is the time stamp of something else")]
    OtherImprint,
    /// Not a certificate, CRL or OCSP response in DER.
    #[error("not DER: {0}")]
    NotDer(&'static str),
}
