//! Row, commands and events of scans.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::kit::PersonRef;

/// A PDF at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Paper {
    /// Its bytes.
    #[schema(value_type = String)]
    pub name: Sha256,
    /// Pages.
    pub pages: u32,
    /// Length.
    pub bytes: u64,
    /// Whether it carries a signature already.
    pub signed: bool,
}

/// How a job was asked for; words of the scanner's plain settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The device's lasting id.
    pub device: String,
    /// What the page calls it.
    pub device_label: String,
    /// `flatbed`, `feeder`, `feeder_duplex`.
    pub source: String,
    /// `colour`, `grey`, `black_white`.
    pub colour: String,
    /// Dots per inch.
    pub dpi: u32,
    /// `a4` …
    pub paper: String,
}

/// Where the pages come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// The scanner.
    Scanner(Settings),
    /// A file.
    Upload {
        /// Its name at its owner's.
        file_name: String,
    },
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScanState)]
pub enum State {
    /// The scanner is, or should be, at work.
    Scanning,
    /// The feeder is empty.
    Done,
    /// It stopped; the pages so far are kept.
    Failed,
    /// Somebody stopped it; the pages so far are kept.
    Cancelled,
    /// Its paper belongs to a document.
    Filed,
    /// Nobody wanted it.
    Discarded,
}

/// A page at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// JPEG or PNG as it left the scanner.
    pub capture: Sha256,
    /// Small JPEG.
    pub thumbnail: Sha256,
    /// Width.
    pub width_px: u32,
    /// Height.
    pub height_px: u32,
    /// Dots per inch.
    pub dpi: u32,
    /// When it was safe.
    pub kept_at: Stamp,
}

/// One job on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The job, and the paper that comes of it.
    pub id: Uuid,
    /// Whose.
    pub owner: PersonRef,
    /// Where its pages come from.
    pub origin: Origin,
    /// How far.
    pub state: State,
    /// When it began.
    pub started_at: Stamp,
    /// The pages kept, in order.
    pub pages: Vec<Page>,
    /// Why it stopped: `scan.*`.
    pub error: Option<String>,
    /// The PDF made of the pages as they are now.
    pub paper: Option<Paper>,
    /// The document it went to.
    pub filed_in: Option<Uuid>,
    /// Counts changes.
    pub version: u64,
}

impl Scan {
    /// Whether it still lies on the desk.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Filed | State::Discarded)
    }
}

impl Entity for Scan {
    const KIND: &'static str = "scan";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut keys = Vec::new();
        if self.is_open() {
            keys.push(("open", self.id.as_bytes().to_vec()));
        }
        if self.state == State::Scanning {
            keys.push(("scanning", Vec::new()));
        }
        keys
    }
}

/// What can be asked; most of it by the scan desk itself, for the person who pressed the button.
#[derive(Debug, Clone)]
pub enum Command {
    /// Begins a job.
    Start(Settings),
    /// A page is at rest.
    KeepPage {
        /// The job.
        scan: Uuid,
        /// The capture.
        capture: Sha256,
        /// Its small picture.
        thumbnail: Sha256,
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
        /// Dots per inch.
        dpi: u32,
    },
    /// The feeder is empty.
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
    /// Somebody stopped it.
    Cancel {
        /// The job.
        scan: Uuid,
    },
    /// More sheets into the same job.
    Continue {
        /// The job.
        scan: Uuid,
    },
    /// A page is not wanted.
    DropPage {
        /// The job.
        scan: Uuid,
        /// The version seen.
        version: u64,
        /// Which.
        number: u32,
    },
    /// The PDF of the pages is at rest.
    Compose {
        /// The job.
        scan: Uuid,
        /// The version whose pages it holds.
        version: u64,
        /// The PDF.
        paper: Paper,
    },
    /// A file was brought.
    Upload {
        /// Its name at its owner's.
        file_name: String,
        /// The PDF.
        paper: Paper,
    },
    /// Nobody wants it.
    Discard {
        /// The job.
        scan: Uuid,
    },
}

/// What happened. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row; each variant is the past of its command")]
pub enum Event {
    #[serde(rename = "scan.started")]
    Started { scan: Uuid, owner: PersonRef, settings: Settings },
    #[serde(rename = "scan.page_kept")]
    PageKept { scan: Uuid, capture: Sha256, thumbnail: Sha256, width_px: u32, height_px: u32, dpi: u32 },
    #[serde(rename = "scan.finished")]
    Finished { scan: Uuid },
    #[serde(rename = "scan.failed")]
    Failed { scan: Uuid, code: String },
    #[serde(rename = "scan.cancelled")]
    Cancelled { scan: Uuid },
    #[serde(rename = "scan.continued")]
    Continued { scan: Uuid },
    #[serde(rename = "scan.page_dropped")]
    PageDropped { scan: Uuid, number: u32 },
    #[serde(rename = "scan.composed")]
    Composed { scan: Uuid, paper: Paper },
    #[serde(rename = "scan.uploaded")]
    Uploaded { scan: Uuid, owner: PersonRef, file_name: String, paper: Paper },
    #[serde(rename = "scan.filed")]
    Filed { scan: Uuid, letter: Uuid },
    #[serde(rename = "scan.discarded")]
    Discarded { scan: Uuid },
}

impl Event {
    /// The job.
    pub fn scan(&self) -> Uuid {
        match self {
            Self::Started { scan, .. }
            | Self::PageKept { scan, .. }
            | Self::Finished { scan }
            | Self::Failed { scan, .. }
            | Self::Cancelled { scan }
            | Self::Continued { scan }
            | Self::PageDropped { scan, .. }
            | Self::Composed { scan, .. }
            | Self::Uploaded { scan, .. }
            | Self::Filed { scan, .. }
            | Self::Discarded { scan } => *scan,
        }
    }
}
