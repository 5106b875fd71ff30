//! Scans: what lies on the scan desk until it is filed.
//!
//! Replaces the tray beside the scanner. A scan is a job of the box, not of a browser: each page is an entry as soon as
//! its bytes are at rest, so a power cut costs at most the sheet in the feeder. A file brought from elsewhere lies on the
//! same desk. What is filed leaves the desk; nothing is destroyed. Clerks use the desk; teachers and the head may bring
//! files for their own drafts.

pub mod http;
pub mod model;
pub mod rules;
mod sentences;

pub use model::{Command, Event, Origin, Page, Paper, Scan, Settings, State};
pub use sentences::sentence;
