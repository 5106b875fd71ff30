//! The office above: what it said to this unit.
//!
//! Replaces the telephone call "did our report arrive?". What goes up needs no domain: it is the journal itself, read
//! by a follower with a cursor. What comes down - receipts, notices - is written here, once per place in the hub's
//! downlink, so that hearing it twice changes nothing. Clerk, head and IT may read it; only the box writes it.

pub mod model;
pub mod rules;

pub use model::{Command, Event, Line, Notice};
