//! Seals: the unit's certificates, and the requests that wait for one.
//!
//! Replaces the drawer with the stamp. Only a clerk sets the seal, in person (decree 30/2020, article 32): the request
//! names document and certificate, the clerk's PIN opens the key at the box, and a follower does the work, which can be
//! interrupted and taken up again. The PIN is never kept; after a restart the request waits until it is typed again.

pub mod http;
pub mod model;
pub mod rules;

pub use model::{Certificate, CertificateFacts, Command, Event};
pub use rules::{SealRequest, waiting};
