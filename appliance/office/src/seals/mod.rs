//! Seals: certificates and where their keys are, images of seals and signatures, how the unit signs and whom it trusts.
//!
//! Replaces the drawer with the stamp. Only a clerk sets the unit's seal, in person (decree 30/2020, article 32); a
//! person signs with her own certificate. A request names document, certificate and look; a PIN opens the key, at the
//! box or where it is; a follower does the work, which can be interrupted and taken up again. The PIN is never kept;
//! after a restart the request waits until it is typed again.

pub mod http;
pub mod model;
pub mod reports;
pub mod requests;
pub mod rules;
mod trust;

pub use model::{
    Certificate, CertificateFacts, Command, Edition, Event, Impression, ImpressionKind, Key, Preset,
    SigningSettings, TrustPart, Trusted,
};
pub use reports::Report;
pub use requests::{Incomplete, SigningRequest, incomplete, stands, waiting};
