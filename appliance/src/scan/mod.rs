//! The scan desk: one pile of sheets is one job, and the job belongs to the box, not to a browser.
//!
//! ```text
//! POST /api/scans          a row "scanning", a task of the box begins
//!   worker: page 1 ----->  captures to disk (fsync) -> KeepPage -> browsers are told -> the next sheet may be fed
//!   worker: page 2 ----->  ...
//!   feeder empty ------->  Finish          jam, hang, unplugged, disk full -> Fail, with its pages kept
//! ```
//!
//! Closing a browser changes nothing. A power cut costs the sheet in the feeder: at the next start the job is
//! failed with `scan.interrupted` and the clerk continues it.

pub mod http;
pub mod job;

pub use job::ScanDesk;
