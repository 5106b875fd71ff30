//! The unit: what this school is called, whose it is, and what stands on its letterhead.
//!
//! Replaces the letterhead and the rubber stamp with the school's address. One row: a box serves one unit. The office
//! above is named here too, by configuration, never as a "district" by type. The IT officer keeps it true.

pub mod http;
pub mod model;
pub mod rules;

pub use model::{Command, Event, Facts, Unit};
