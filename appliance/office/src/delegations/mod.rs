//! Delegations: who may sign in the head's place, in which capacity, from which day to which (article 13).
//!
//! Replaces the folder with the letters of authorisation. Only the head gives one and takes it back. An authorisation
//! (TUQ.) is limited in time and content: it has a last day and says what for. What was signed while it held stays signed.

pub mod http;
pub mod model;
pub mod rules;

pub use model::{Command, Delegation, Event};
pub use rules::of_person;
