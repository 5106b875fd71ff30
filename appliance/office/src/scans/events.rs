//! What happened on the scan desk. Never leaves the box. Written for good: a variant is never renamed, a field never
//! taken away, and a field that came later may be missing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Sha256;

use super::fit::Made;
use super::model::{Aim, Paper, Placed, Settings, Side, Way, Words, is_false};
use super::page::{Photo, Seen};
use crate::kit::PersonRef;

/// A job that was part of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its id.
    pub scan: Uuid,
    /// Its pages, under the ids they had.
    pub pages: Vec<Placed>,
    /// The document it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<Uuid>,
    /// `mark.*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row; each variant is the past of its command")]
pub enum Event {
    #[serde(rename = "scan.started")]
    Started {
        scan: Uuid,
        owner: PersonRef,
        settings: Settings,
        #[serde(default, skip_serializing_if = "is_false")]
        queued: bool,
    },
    #[serde(rename = "scan.begun")]
    Begun { scan: Uuid },
    /// `page` is missing where every page had the next number.
    #[serde(rename = "scan.page_kept")]
    PageKept {
        scan: Uuid,
        capture: Sha256,
        thumbnail: Sha256,
        width_px: u32,
        height_px: u32,
        dpi: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<u32>,
        #[serde(default, skip_serializing_if = "Side::is_front")]
        side: Side,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        photo: Option<Photo>,
    },
    #[serde(rename = "scan.turned")]
    Turned { scan: Uuid },
    #[serde(rename = "scan.finished")]
    Finished { scan: Uuid },
    #[serde(rename = "scan.failed")]
    Failed { scan: Uuid, code: String },
    #[serde(rename = "scan.cancelled")]
    Cancelled { scan: Uuid },
    /// `dropped` went to the bin: their sheets are fed again.
    #[serde(rename = "scan.continued")]
    Continued {
        scan: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aim: Option<Aim>,
        #[serde(default, skip_serializing_if = "is_false")]
        queued: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dropped: Vec<u32>,
    },
    /// By place, from 1. No longer written: [`Event::Arranged`] says it all.
    #[serde(rename = "scan.page_dropped")]
    PageDropped { scan: Uuid, number: u32 },
    #[serde(rename = "scan.arranged")]
    Arranged { scan: Uuid, pages: Vec<Placed> },
    #[serde(rename = "scan.parted")]
    Parted {
        scan: Uuid,
        parts: Vec<Part>,
        kept: Vec<Placed>,
        bin: Vec<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound_to: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// The pages of `from`, wanted ones and then the bin's, got the next ids of `scan`.
    #[serde(rename = "scan.merged")]
    Merged { scan: Uuid, from: Uuid },
    #[serde(rename = "scan.noted")]
    Noted { scan: Uuid, note: String },
    #[serde(rename = "scan.page_judged")]
    PageJudged { scan: Uuid, page: u32, seen: Seen },
    /// `text` is the blob of its words; `turned_by`: see [`super::Reading`].
    #[serde(rename = "scan.page_read")]
    PageRead {
        scan: Uuid,
        page: u32,
        turn: u16,
        text: Sha256,
        confidence: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turned_by: Option<u16>,
    },
    /// The reader came to grief over it.
    #[serde(rename = "scan.page_not_read")]
    PageNotRead { scan: Uuid, page: u32, turn: u16 },
    #[serde(rename = "scan.page_redone")]
    PageRedone {
        scan: Uuid,
        page: u32,
        capture: Sha256,
        thumbnail: Sha256,
        width_px: u32,
        height_px: u32,
        dpi: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corners: Option<[[f32; 2]; 4]>,
    },
    #[serde(rename = "scan.composed")]
    Composed {
        scan: Uuid,
        paper: Paper,
        #[serde(default, skip_serializing_if = "Words::are_as_brought")]
        words: Words,
        #[serde(default, skip_serializing_if = "Made::is_usual")]
        made: Made,
    },
    #[serde(rename = "scan.uploaded")]
    Uploaded {
        scan: Uuid,
        owner: PersonRef,
        file_name: String,
        paper: Paper,
        #[serde(default, skip_serializing_if = "Way::is_file")]
        way: Way,
    },
    /// A job without a PDF; its pages follow.
    #[serde(rename = "scan.brought")]
    Brought { scan: Uuid, owner: PersonRef, file_name: String, way: Way },
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
            | Self::Begun { scan }
            | Self::PageKept { scan, .. }
            | Self::Turned { scan }
            | Self::Finished { scan }
            | Self::Failed { scan, .. }
            | Self::Cancelled { scan }
            | Self::Continued { scan, .. }
            | Self::PageDropped { scan, .. }
            | Self::Arranged { scan, .. }
            | Self::Parted { scan, .. }
            | Self::Merged { scan, .. }
            | Self::Noted { scan, .. }
            | Self::PageJudged { scan, .. }
            | Self::PageRead { scan, .. }
            | Self::PageNotRead { scan, .. }
            | Self::PageRedone { scan, .. }
            | Self::Composed { scan, .. }
            | Self::Uploaded { scan, .. }
            | Self::Brought { scan, .. }
            | Self::Filed { scan, .. }
            | Self::Discarded { scan } => *scan,
        }
    }

    /// The blobs it names.
    pub fn blobs(&self) -> Vec<Sha256> {
        match self {
            Self::PageKept { capture, thumbnail, photo, .. } => {
                let original = photo.iter().map(|photo| photo.original);
                [*capture, *thumbnail].into_iter().chain(original).collect()
            }
            Self::PageRedone { capture, thumbnail, .. } => vec![*capture, *thumbnail],
            Self::PageRead { text, .. } => vec![*text],
            Self::Composed { paper, .. } | Self::Uploaded { paper, .. } => vec![paper.name],
            _ => Vec::new(),
        }
    }
}
