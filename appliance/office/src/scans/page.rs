//! The row of a page: its bytes and what was seen on them. Where it stands is its job's.

use journal::{Entity, Fault, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::model::{Placed, Side};

/// Why a page's picture is not what the camera gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Photo {
    /// The photograph as it came.
    pub original: Sha256,
    /// The sheet's corners in it, tl tr br bl, as shares of width and height; none: the whole picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corners: Option<[[f32; 2]; 4]>,
}

/// What kind of mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// A sheet between two documents.
    Separator,
    /// A sheet before the paper of a document in the book.
    Sheet,
    /// The arrival stamp on the paper itself.
    Stamp,
}

/// A mark of ours on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkSeen {
    /// What kind.
    pub kind: MarkKind,
    /// The document it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Uuid>,
}

/// What was seen on a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// `blank`, `blurred`, `dark`, `clipped`, `crooked`, `same_as_before`.
    pub flags: Vec<String>,
    /// How far it lies askew.
    pub skew_degrees: f32,
    /// Fingerprint, to be held against the page after it.
    pub print: String,
    /// The mark on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkSeen>,
}

/// A page at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanPage {
    /// The job it lies in now.
    pub scan: Uuid,
    /// Its id there.
    pub page: u32,
    /// JPEG or PNG as it left the scanner, or the photograph made flat.
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
    /// Which side of its sheet.
    pub side: Side,
    /// What was seen on it; none until somebody looked.
    pub seen: Option<Seen>,
    /// Of a photograph.
    pub photo: Option<Photo>,
}

impl ScanPage {
    /// Name of the row.
    pub fn key(scan: Uuid, page: u32) -> String {
        format!("{scan}/{page}")
    }

    pub(super) fn is_blank(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.flags.iter().any(|flag| flag == "blank"))
    }

    pub(super) fn mark(&self) -> Option<MarkSeen> {
        self.seen.as_ref()?.mark
    }
}

impl Entity for ScanPage {
    const KIND: &'static str = "scan_page";

    fn id(&self) -> String {
        Self::key(self.scan, self.page)
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// The rows of these pages of a job, in this order.
///
/// # Errors
/// If the store fails, or a page has no row.
pub fn pages(rows: &Rows<'_>, scan: Uuid, placed: &[Placed]) -> Result<Vec<ScanPage>, Fault> {
    let page = |placed: &Placed| {
        let key = ScanPage::key(scan, placed.page);
        rows.get(&key)?.ok_or_else(|| Fault::Damaged(format!("page {key} of a scan is not there")))
    };
    placed.iter().map(page).collect()
}
