//! The contract between a box and the office above.
//!
//! A box keeps a journal: one author, one line after another, each naming the hash of the one before.
//! The hub keeps a copy of it. Everything the two say to each other is declared here and nowhere else, so
//! that a box, a hub and a simulated box in a test cannot drift apart:
//!
//! ```text
//! box                                             hub
//!  | GET  /v1/session                              |   a nonce and the time
//!  | POST /v1/session  {unit, nonce, signature} -> |   a short token
//!  | GET  /v1/head?journal=J                    -> |   "I hold 1..=41, hash ab12…; 2 blobs are missing"
//!  | POST /v1/entries  42..=60 (zstd, signed)   -> |   "I hold 1..=60"; or 409 gap, 422 fork
//!  | HEAD /v1/blobs/{sha}                       -> |   Upload-Offset: 65536
//!  | PATCH /v1/blobs/{sha} from 65536           -> |   verified at the end
//!  | GET  /v1/downlink?after=7                  -> |   receipts, notices
//! ```
//!
//! What the hub may read of an entry is the header, and of the body only [`line::RegisterLine`]: the hub has no
//! office rules, so the box writes the register line out in full into the body of every entry that changes
//! one ([`entry::Body::line`]).
//!
//! This crate is pure: no I/O, no clock, no async.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod calls;
pub mod entry;
pub mod hash;
pub mod line;

pub use entry::{Body, Chain, ChainFault, Entry, Head, Header, JournalId, Scope, Stamp};
pub use hash::Sha256;
pub use line::{Annex, Book, RegisterLine};
