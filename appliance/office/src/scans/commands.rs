//! What can be asked of the scan desk; much of it by the box itself, for the person who pressed the button.

use uuid::Uuid;
use wire::Sha256;

use super::fit::Made;
use super::model::{Aim, Paper, Placed, Settings, Side, Way};
use super::page::{Dressed, Photo, Reading, Seen};
use crate::kit::PersonRef;

/// A page whose bytes are at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// The capture.
    pub capture: Sha256,
    /// Its small picture.
    pub thumbnail: Sha256,
    /// Width.
    pub width_px: u32,
    /// Height.
    pub height_px: u32,
    /// Dots per inch.
    pub dpi: u32,
    /// Which side, where the device says so; none: the rules tell it from the way the job is scanned.
    pub side: Option<Side>,
    /// Of a photograph.
    pub photo: Option<Photo>,
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Begins a job.
    Start {
        /// How.
        settings: Settings,
        /// The scanner is at work for somebody else: it waits for its turn.
        queued: bool,
        /// Whose it is when the box starts it, for a button on the device.
        owner: Option<PersonRef>,
    },
    /// Its turn has come.
    Begin {
        /// The job.
        scan: Uuid,
    },
    /// A page is at rest.
    KeepPage {
        /// The job.
        scan: Uuid,
        /// The page.
        page: Keep,
    },
    /// All pages of a file that was brought, or none: nobody shall take the first half of a file for the file.
    KeepPages {
        /// The job.
        scan: Uuid,
        /// The pages, in order.
        pages: Vec<Keep>,
    },
    /// The feeder is empty; of what was brought: no more pages will come, and marks may part it.
    Finish {
        /// The job.
        scan: Uuid,
    },
    /// It stopped.
    Fail {
        /// The job.
        scan: Uuid,
        /// `scan.*`.
        code: String,
    },
    /// Somebody stopped it, or took it out of the queue.
    Cancel {
        /// The job.
        scan: Uuid,
    },
    /// More sheets into the same job.
    Continue {
        /// The job.
        scan: Uuid,
        /// Where they go, if not where the last run ended.
        aim: Option<Aim>,
        /// It waits for its turn.
        queued: bool,
    },
    /// A run that stopped, or whose sides did not come out even, is wanted as it is.
    Settle {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
    },
    /// The whole order as somebody wants it; what is missing goes to the bin, what is back comes from there.
    Arrange {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
        /// The pages.
        pages: Vec<Placed>,
    },
    /// Parts it where documents begin; the new jobs' ids are [`crate::clock::nth_id`] of the one it answers with.
    Split {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
    },
    /// Parts it at the marks seen on its pages; does nothing until all were looked at, and nothing twice.
    FallApart {
        /// The job.
        scan: Uuid,
    },
    /// Puts the pages of another job behind its own.
    Merge {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
        /// The other.
        from: Uuid,
        /// The version seen of it.
        from_version: u64,
    },
    /// A page was looked at.
    Judge {
        /// The job.
        scan: Uuid,
        /// The page.
        page: u32,
        /// The picture that was looked at: a photograph may have been made flat anew meanwhile.
        capture: Sha256,
        /// What was seen.
        seen: Seen,
    },
    /// A page was read, or could not be.
    Read {
        /// The job.
        scan: Uuid,
        /// The page.
        page: u32,
        /// The picture that was read.
        capture: Sha256,
        /// What came of it; its `failures` say nothing.
        reading: Reading,
    },
    /// A photograph was made flat anew.
    Redo {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
        /// The page.
        page: u32,
        /// The picture; its `photo` says the corners, its `side` nothing.
        picture: Keep,
    },
    /// The PDF of the pages is at rest; for a file that was taken apart the file itself.
    Compose {
        /// The job.
        scan: Uuid,
        /// The version whose pages it holds.
        version: u64,
        /// The PDF.
        paper: Paper,
        /// The words put into it, page by page; none where it is the file that was brought.
        words: Option<Vec<Sha256>>,
        /// What was done to each page.
        dressed: Vec<Dressed>,
        /// How it was made of them.
        made: Made,
    },
    /// A PDF was brought.
    Upload {
        /// Its name at its owner's.
        file_name: String,
        /// The PDF.
        paper: Paper,
        /// How it came.
        way: Way,
    },
    /// Pictures are brought; each is kept as a page after this.
    Bring {
        /// Name of the first at its owner's.
        file_name: String,
        /// How they came.
        way: Way,
    },
    /// Nobody wants it.
    Discard {
        /// The job.
        scan: Uuid,
    },
}

impl Command {
    /// The job it is about; none where it begins one.
    pub fn scan(&self) -> Option<Uuid> {
        match self {
            Self::Start { .. } | Self::Upload { .. } | Self::Bring { .. } => None,
            Self::Begin { scan }
            | Self::KeepPage { scan, .. }
            | Self::KeepPages { scan, .. }
            | Self::Finish { scan }
            | Self::Fail { scan, .. }
            | Self::Cancel { scan }
            | Self::Continue { scan, .. }
            | Self::Settle { scan, .. }
            | Self::Arrange { scan, .. }
            | Self::Split { scan, .. }
            | Self::FallApart { scan }
            | Self::Merge { scan, .. }
            | Self::Judge { scan, .. }
            | Self::Read { scan, .. }
            | Self::Redo { scan, .. }
            | Self::Compose { scan, .. }
            | Self::Discard { scan } => Some(*scan),
        }
    }
}
