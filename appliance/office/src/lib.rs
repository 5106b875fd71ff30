//! The records office: what a school does with its papers, and the rules it does it by.
//!
//! Everything that happens is a command somebody gives and an event the journal keeps. A letter comes in:
//!
//! ```text
//! POST /api/letters                      letters/http.rs   reads the form, knows who asks
//!   └ Desk::execute(actor, Register)     desk.rs           one write transaction
//!       ├ gather                         letters/given.rs  next number, duplicates, the scan
//!       ├ decide                         letters/rules.rs  pure: refuses or says what happens
//!       ├ append + project               catalog.rs        entry, row, indexes, number
//!       └ state the line                 desk.rs           the register line, for the office above
//! ```
//!
//! Rules look at nothing but what was gathered; ids and time come in through [`clock::Now`]; `apply` cannot fail. So
//! rules are tested as tables, rows can be thrown away and made again, and a refused command leaves no trace.
//!
//! Design notes: a command on something that is there carries the version its giver saw, and a stale one is refused,
//! so two clerks never overwrite each other. Only the register line leaves the box (`letter.line_stated`), stated in full
//! whenever a command changed it: the hub needs no rules and directives stay in the school. An outbox table was
//! rejected: the journal with a cursor is one already.
//!
//! # How to add a domain
//!
//! 1. Copy the folder nearest to yours; write its ten lines: what the school calls it, which book it replaces, who may.
//! 2. `model.rs`: row, commands (verbs), events (past tense). Plain data.
//! 3. `rules.rs`: gather, decide, project; tables of given, when, then below.
//! 4. `http.rs`: routes; a handler extracts, calls the desk or a query, shapes the view.
//! 5. `catalog.rs`: one line in each list; `audit/sentences.rs`: what the audit calls it.
//! 6. `tests/golden/v1/<kind>.json`: one file per event kind, never edited afterwards.
//! 7. `tests/`: a case for each route and role.
//! 8. A folder in `web/src`, and `cargo xtask check`.
#![forbid(unsafe_code)]

pub mod accounts;
pub mod audit;
pub mod books;
pub mod catalog;
pub mod clock;
pub mod delegations;
pub mod desk;
pub mod error;
pub mod http;
pub mod kit;
pub mod letters;
pub mod link;
pub mod profiles;
pub mod rights;
pub mod scans;
pub mod seals;
pub mod sessions;
pub mod setup;
pub mod units;
pub mod upkeep;

pub use catalog::Command;
pub use clock::{Clock, SystemClock};
pub use desk::{Desk, Done};
pub use error::{Error, Refusal};
pub use rights::{Actor, Role, Viewer};
pub use setup::SetUp;
