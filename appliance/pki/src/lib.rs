//! Certificates, chains, revocation, CMS signatures and time stamps: read and judged, offline.
//!
//! A signed paper carries bytes that claim a lot: who signed, who vouches for him, when it was, that nothing was
//! revoked. This crate turns such bytes into facts. Two questions, kept apart:
//! - *Does the signature hold?* [`Cms::check`], [`tsp::Token::check`]: arithmetic and the rules of the standards.
//! - *Is its certificate to be relied on?* [`judge()`]: chain to a root of the [`Trust`] folder, purpose, revocation,
//!   time. [`Evidence`] - what came with the document - helps, and is never trusted by itself.
//!
//! ```
//! use pki::{Broken, Cms, Evidence, Purpose, Standing, Trust, judge, tsp};
//!
//! /// Is the signature in the hole of a PDF, over the two parts around the hole, good?
//! fn is_good(hole: &[u8], covered: &[&[u8]], trust: &Trust, now_ms: i64) -> Result<Standing, Broken> {
//!     let Ok(cms) = Cms::parse(hole) else { return Err(Broken::Signature) };
//!     let signed = cms.check(covered)?;
//!     let mut evidence = Evidence::default();
//!     evidence.add_cms(&cms);
//!     // The time of proof is that of a time stamp which is itself to be relied on, else now.
//!     let stamped_at = |bytes: &[u8]| {
//!         let token = tsp::Token::parse(bytes).ok()?;
//!         let authority = token.check().ok()?;
//!         token.is_about(&[cms.signature()]).ok()?;
//!         let mut evidence = evidence.clone();
//!         evidence.add_cms(token.cms());
//!         let at_ms = token.gen_time_ms();
//!         judge(&authority, Purpose::TimeStamping, &evidence, trust, at_ms, now_ms).is_good().then_some(at_ms)
//!     };
//!     let at_ms = cms.time_stamps().into_iter().find_map(stamped_at).unwrap_or(now_ms);
//!     Ok(judge(&signed.signer, Purpose::DocumentSigning, &evidence, trust, at_ms, now_ms).standing)
//! }
//! ```
//!
//! Nothing here reads a clock, a file or the net: times come in as Unix ms, bytes as slices, and [`wanted`] says what
//! somebody with a line has to fetch. No bytes make it panic or run away: sizes, depths and the number of signatures
//! tried are bounded.
//!
//! The reading is our own and not that of a general library: signatures are over bytes as they came, old software
//! writes BER, and a reader that encodes anew what it understood would call such papers broken.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod algorithm;
mod cert;
mod cms;
pub mod crl;
mod der;
mod extensions;
mod judge;
mod name;
pub mod ocsp;
mod oid;
mod path;
mod pem;
mod revocation;
mod trust;
pub mod tsp;
mod usage;
mod want;

pub use algorithm::Hash;
pub use cert::Cert;
pub use cms::{Binding, Broken, Cms, Signed};
pub use judge::{Judgement, Purpose, Standing, Why, judge};
pub use revocation::{Reason, Revocation, Source};
pub use trust::{Complaint, Evidence, Trust, certificates};
pub use want::{Want, wanted};

/// Bytes that are not what they should be: cut short, nested too deep, wrongly tagged. The text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what}: {why}")]
pub struct Malformed {
    /// What was being read ("certificate", "CRL", ...).
    pub what: &'static str,
    /// What did not fit.
    pub why: &'static str,
}
