//! What is signed in a PDF, by whom, and what changed since: one verdict. Offline, without a clock, without a guess.
//!
//! ```
//! let nobody = pki::Trust::default();
//! let report = verify::verify(b"not a PDF at all", &nobody, 1_780_000_000_000);
//! assert_eq!(report.verdict, verify::Verdict::Malformed);
//! assert_eq!(report.fault.as_deref(), Some("not_pdf"));
//! ```
//!
//! The way of a file through this crate:
//!
//! 1. `file` reads it strictly: cross-references that readers would have to guess are no document. A file is
//!    the sum of its saves, and a *view* is how it looked after one of them.
//! 2. `places` finds the signatures of all saves, also those that a later save removed, and what each covers: the gap
//!    in `/ByteRange` must be its own `/Contents` and nothing else, and the range must end where a save ends.
//! 3. `step` compares each save after the first signed one with the state before it, object by object. It does not
//!    ask what looks bad but what is known to be harmless; all else is a change of the document. `changes` says which
//!    signature bears what (DocMDP, FieldMDP).
//! 4. `judge` takes the whole, and `bench` asks [`pki`] about each signature and time stamp, latest first, because a later time stamp proves when
//!    the earlier ones were there.
//!
//! Page contents are never drawn or unpacked: two readers that get the same bytes show the same. What it does not see
//! is a document made, before signing, to look different in different programs.

#![forbid(unsafe_code)]

mod bench;
mod budget;
mod changes;
mod evidence;
mod fault;
mod fields;
mod file;
mod history;
mod hybrid;
mod judge;
mod layout;
mod object;
mod packed;
mod places;
mod report;
mod rescue;
mod sections;
mod sentences;
mod step;
mod syntax;
mod uses;
mod words;

pub use report::{Change, Kind, Level, Report, SignatureReport, Verdict};

use fault::Fault;

/// The longest file that is looked at, bytes; the longest that a box takes in.
pub const MOST_BYTES: u64 = 200 << 20;

/// Judges every signature of a PDF as known at `now_ms`, Unix ms. Fails never: what cannot be read is
/// [`Verdict::Malformed`], with the reason as a sentence.
pub fn verify(pdf: &[u8], trust: &pki::Trust, now_ms: i64) -> Report {
    judge::judge(pdf, trust, now_ms)
}

/// What is said of a file longer than [`MOST_BYTES`], which need not be read for it.
pub fn too_large() -> Report {
    judge::unreadable(Fault::TooLarge, Vec::new())
}
