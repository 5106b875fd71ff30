//! The scan desk: one pile of sheets is one job, and the job belongs to the box, not to a browser. Each scanner has a
//! lane of its own: its worker, the job at work, and those that wait behind it.
//!
//! ```text
//! POST /api/scans          a row "scanning", or "queued" behind the job at work on that scanner
//!   worker: page 1 ----->  captures to disk (fsync) -> KeepPage -> browsers are told -> the next sheet may be fed
//!   worker: page 2 ----->  ...
//!   feeder empty ------->  Finish          jam, hang, unplugged, disk full -> Fail, with its pages kept
//!   the next in the queue begins; with none, the lane watches the scanner's buttons
//! ```
//!
//! Closing a browser changes nothing. A power cut costs the sheet in the feeder: at the next start the job, and those
//! that waited behind it, are failed with `scan.interrupted` and the clerk continues them.
//!
//! ```text
//! desk      who asked for which scanner, and what is stopped     roster    which scanners there are
//! lane      the queue of one scanner                             watch     plugged in and out, power
//! job       one job, page by page                                buttons   a press starts a profile's scan
//! floor     a look for scanners never meets a scan               http, devices, wish, proposals, fit   the API
//! ```

mod buttons;
mod desk;
mod devices;
mod fit;
mod floor;
pub mod http;
mod job;
mod lane;
mod proposals;
mod roster;
pub(crate) mod watch;
mod wish;

pub use desk::{Overview, ScanDesk};
pub use fit::Fits;
pub use roster::Known;
