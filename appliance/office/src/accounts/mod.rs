//! Accounts: who works here, and who is signed in.
//!
//! Replaces the list of staff on the office wall and the attendance of the key cupboard: the IT officer opens and
//! closes accounts, everybody changes his or her own password. Nothing is ever removed: a closed account keeps its
//! name beside what it once did.
//!
//! Passwords are kept as argon2id in entries that never leave the box. A session is a random token in a cookie;
//! the box keeps only its SHA-256. Wrong passwords are counted in memory ([`lockout`]), per account and per address,
//! because everybody in a school may share one address and a restart must not lock a school out for a day.

pub mod http;
pub mod lockout;
pub mod model;
pub mod passwords;
pub mod rules;

pub use model::{Account, Command, Event, Session};
