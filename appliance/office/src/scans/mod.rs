//! Scans: what lies on the scan desk until it is filed.
//!
//! Replaces the tray beside the scanner. A scan is a job of the box, not of a browser: each page is an entry as soon as
//! its bytes are at rest, so a power cut costs at most the sheet in the feeder. Photographs, files, a copier's folder and
//! sticks come to the same desk. What is filed leaves the desk; nothing is destroyed. Clerks use the desk; teachers and
//! the head may bring files for their own drafts.
//!
//! ```text
//! start ─→ queued ─begin→ scanning ─finish→ done ──────────────── compose, attach ─→ filed
//!            │               │  ↑ continue   │ arrange, split, merge, fall apart
//!            └──cancel───→ cancelled/failed ─┘
//! by hand:   scanning (fronts) ─finish→ turning ─continue→ scanning (backs) ─finish→ done, collated
//! ```
//!
//! A page has an id that stays its own for as long as the job lies on the desk, and a place that changes. Taking a page
//! off puts it in the bin of its job, from which it comes back: every page ever kept is in the order or the bin of
//! exactly one job.

mod advice;
mod arrange;
mod change;
mod commands;
mod events;
pub mod fit;
pub mod http;
mod marks;
pub mod model;
mod page;
pub mod rules;
mod runs;
pub mod sentences;
#[cfg(test)]
mod tests;
pub mod view;

pub use commands::{Command, Keep};
pub use events::{Event, Part};
pub use fit::{Made, SizeStep};
pub use model::{Aim, LastSettings, Origin, Paper, Pass, Placed, Scan, Settings, Side, State, Way, Words};
pub use page::{Dressed, MarkKind, MarkSeen, Photo, Reading, ScanPage, Seen, pages};
pub(crate) use runs::{PROFILE_CHARS, sensible};
pub use sentences::sentence;
