//! What can go wrong with a scan, by what the clerk can do about it.
//!
//! ```
//! let fault = scanner::ScanError::Jammed;
//! assert_eq!(fault.code(), "scan.jammed"); // the office has a sentence for each code
//! assert!(fault.is_retryable()); // once the sheet is out
//! ```

use sane_sys::Status;
use serde::{Deserialize, Serialize};

/// Why a scan or a look for scanners came to nothing. `Display` is English, for the log; what the clerk reads
/// is chosen by [`code`](ScanError::code).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", content = "detail", rename_all = "snake_case")]
pub enum ScanError {
    /// libsane is not installed or cannot be loaded; on Debian the package is `libsane1`.
    #[error("no libsane: {0}")]
    NoLibsane(String),
    /// There is no scanner at all.
    #[error("no scanner was found")]
    NoScanner,
    /// The scanner that was asked for is not there (any more): unplugged, or switched off.
    #[error("the scanner is gone")]
    ScannerGone,
    /// The scanner is in use by another scan or another program, or is still warming up.
    #[error("the scanner is busy")]
    Busy,
    /// A sheet is stuck in the feeder.
    #[error("paper jam")]
    Jammed,
    /// Two sheets went in at once: the feeder stopped before a page was lost.
    #[error("two sheets were fed at once")]
    DoubleFeed,
    /// The lid is open.
    #[error("the cover is open")]
    CoverOpen,
    /// There was no sheet in the feeder to begin with. After a page it is the end, and no error.
    #[error("the feeder is empty")]
    FeederEmpty,
    /// Somebody cancelled, here or at the scanner's own button.
    #[error("the scan was cancelled")]
    Cancelled,
    /// The box's user may not open the device.
    #[error("access to the scanner is denied")]
    AccessDenied,
    /// The scanner, its driver or the worker ran out of memory.
    #[error("out of memory")]
    OutOfMemory,
    /// The talk with the scanner broke down.
    #[error("input/output error: {0}")]
    Io(String),
    /// The scanner cannot do what was asked.
    #[error("not supported by this scanner: {0}")]
    Unsupported(String),
    /// The scanner refused a setting, or delivered what cannot be a page.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The worker said nothing for too long and was killed.
    #[error("the scanner did not answer; its driver was stopped")]
    Hung,
    /// The worker ended in the middle of its work: a driver crashed it, or it could not be started.
    #[error("the scanner's driver died: {0}")]
    WorkerDied(String),
    /// The caller could not keep a page, and scanning stopped there.
    #[error("the page could not be kept: {0}")]
    Keep(String),
}

impl ScanError {
    /// The stable name of the case; never changes, unlike the text.
    pub fn code(&self) -> &'static str {
        match self {
            ScanError::NoLibsane(_) => "scan.no_libsane",
            ScanError::NoScanner => "scan.no_scanner",
            ScanError::ScannerGone => "scan.scanner_gone",
            ScanError::Busy => "scan.busy",
            ScanError::Jammed => "scan.jammed",
            ScanError::DoubleFeed => "scan.double_feed",
            ScanError::CoverOpen => "scan.cover_open",
            ScanError::FeederEmpty => "scan.feeder_empty",
            ScanError::Cancelled => "scan.cancelled",
            ScanError::AccessDenied => "scan.access_denied",
            ScanError::OutOfMemory => "scan.out_of_memory",
            ScanError::Io(_) => "scan.io",
            ScanError::Unsupported(_) => "scan.unsupported",
            ScanError::Invalid(_) => "scan.invalid",
            ScanError::Hung => "scan.hung",
            ScanError::WorkerDied(_) => "scan.worker_died",
            ScanError::Keep(_) => "scan.keep",
        }
    }

    /// Every code there is, so that a test elsewhere can show a sentence for each.
    pub const CODES: [&'static str; 17] = [
        "scan.no_libsane",
        "scan.no_scanner",
        "scan.scanner_gone",
        "scan.busy",
        "scan.jammed",
        "scan.double_feed",
        "scan.cover_open",
        "scan.feeder_empty",
        "scan.cancelled",
        "scan.access_denied",
        "scan.out_of_memory",
        "scan.io",
        "scan.unsupported",
        "scan.invalid",
        "scan.hung",
        "scan.worker_died",
        "scan.keep",
    ];

    /// What a status of SANE means; `during` names the call or option for the log. The one place where a status
    /// becomes a fault, and a value the header does not list is one too.
    pub(crate) fn from_status(status: Status, during: &str) -> ScanError {
        match status {
            Status::UNSUPPORTED => ScanError::Unsupported(during.into()),
            Status::CANCELLED => ScanError::Cancelled,
            Status::DEVICE_BUSY | Status::WARMING_UP | Status::HW_LOCKED => ScanError::Busy,
            Status::INVAL => ScanError::Invalid(during.into()),
            Status::EOF => ScanError::Io(format!("{during}: unexpected end")),
            Status::JAMMED => ScanError::Jammed,
            Status::NO_DOCS => ScanError::FeederEmpty,
            Status::COVER_OPEN => ScanError::CoverOpen,
            Status::IO_ERROR => ScanError::Io(during.into()),
            Status::NO_MEM => ScanError::OutOfMemory,
            Status::ACCESS_DENIED => ScanError::AccessDenied,
            Status(other) => ScanError::Io(format!("{during}: SANE status {other}")),
        }
    }

    /// Whether the same scan may go well once somebody has done something at the scanner (taken out a sheet,
    /// closed the lid, plugged it in) or simply tries again. `false` means that another request, another
    /// right, another package or another driver is needed.
    pub fn is_retryable(&self) -> bool {
        match self {
            ScanError::NoScanner
            | ScanError::ScannerGone
            | ScanError::Busy
            | ScanError::Jammed
            | ScanError::DoubleFeed
            | ScanError::CoverOpen
            | ScanError::FeederEmpty
            | ScanError::Cancelled
            | ScanError::OutOfMemory
            | ScanError::Io(_)
            | ScanError::Hung
            | ScanError::WorkerDied(_) => true,
            ScanError::NoLibsane(_)
            | ScanError::AccessDenied
            | ScanError::Unsupported(_)
            | ScanError::Invalid(_)
            | ScanError::Keep(_) => false,
        }
    }
}

/// The caller of a scan could not keep a page; the text is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeepFailed(pub String);
