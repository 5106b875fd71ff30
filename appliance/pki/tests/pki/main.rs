//! Certificates, revocation, CMS and time stamps against what openssl makes.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers are tests too, but clippy knows only functions marked as such"
)]

mod chains;
mod hostile;
mod revoked;
mod signatures;
mod world;
