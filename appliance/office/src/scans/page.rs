//! The row of a page: its bytes and what was seen on them. Where it stands is its job's.

use journal::{Entity, Fault, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::events::Event;
use super::model::{Placed, Side, is_false};

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
    /// Straightened by that, some of its ink would lie beyond the page.
    #[serde(default, skip_serializing_if = "is_false")]
    pub overhangs: bool,
    /// By how many degrees it has to be turned clockwise to stand upright; 0 where it stands or nobody can tell.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub turn: u16,
    /// Fingerprint, to be held against the page after it.
    pub print: String,
    /// The mark on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkSeen>,
}

fn is_zero(value: &u16) -> bool {
    *value == 0
}

/// What is done to a page when its paper is made, beyond turning it upright.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dressed {
    /// By how many tenths of a degree it is turned clockwise.
    pub straighten_tenths: i16,
    /// Whether dark strips along its borders become paper.
    pub clean_edges: bool,
}

/// A page less crooked than this is straight: paper lies no truer in a tray.
const LEAST_TENTHS: u16 = 2;
/// What is more crooked than this is laid anew.
pub(super) const MOST_TENTHS: u16 = 100;

/// What came of reading a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// How the page was turned when it was read; degrees clockwise.
    pub turn: u16,
    /// Its words in their places, as JSON; none where it could not be read.
    pub text: Option<Sha256>,
    /// How sure the reader is of them, in per cent.
    pub confidence: u8,
    /// Its words stood upright only after it was turned by so much more than it lies; `turn` counts that in.
    pub turned_by: Option<u16>,
    /// How often in a row it could not be read.
    pub failures: u8,
}

impl Reading {
    pub(super) fn event(&self, scan: Uuid, page: u32) -> Event {
        let Self { turn, confidence, turned_by, .. } = *self;
        match self.text {
            Some(text) => Event::PageRead { scan, page, turn, text, confidence, turned_by },
            None => Event::PageNotRead { scan, page, turn },
        }
    }
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
    /// What came of reading it; none until somebody did.
    pub reading: Option<Reading>,
}

/// How often a page is read that cannot be read.
const MOST_READINGS: u8 = 3;

impl ScanPage {
    /// Whether somebody should read it as it lies now.
    pub fn is_to_be_read(&self, turn: u16) -> bool {
        let Some(reading) = &self.reading else { return true };
        let lay = (reading.turn + 360 - reading.turned_by.unwrap_or(0)) % 360;
        match reading.text {
            Some(_) => turn != reading.turn && turn != lay,
            None => turn != reading.turn || reading.failures < MOST_READINGS,
        }
    }

    /// Its words, if they were read as it lies now.
    pub fn words(&self, turn: u16) -> Option<Sha256> {
        self.reading.as_ref().filter(|reading| reading.turn == turn)?.text
    }

    /// What is done to it where it stands: what the clerk says, or else what was seen on it.
    pub fn dressed(&self, placed: &Placed) -> Dressed {
        let straighten_tenths = placed.straighten.unwrap_or_else(|| self.crooked_tenths());
        Dressed { straighten_tenths, clean_edges: !placed.keep_edges }
    }

    /// By how many tenths of a degree clockwise it would be straight; 0 where it is, or would lose ink by it.
    pub(super) fn crooked_tenths(&self) -> i16 {
        let Some(seen) = self.seen.as_ref().filter(|seen| !seen.overhangs) else { return 0 };
        let tenths = (-seen.skew_degrees * 10.0).round() as i16;
        if (LEAST_TENTHS..=MOST_TENTHS).contains(&tenths.unsigned_abs()) { tenths } else { 0 }
    }

    /// By how many degrees more it should be turned clockwise to stand upright: what its words say, or else what its
    /// letters look like while nobody has turned it by hand.
    pub(super) fn turn_by(&self, turn: u16) -> Option<u16> {
        let read =
            self.reading.as_ref().filter(|reading| reading.text.is_some() && !self.is_to_be_read(turn));
        let by = match (read, &self.seen) {
            (Some(reading), _) => (reading.turn + 360 - turn) % 360,
            (None, Some(seen)) if turn == 0 => seen.turn,
            _ => 0,
        };
        Some(by).filter(|by| *by > 0)
    }

    /// What the clerk should know of it as it lies: `page.*`.
    pub(super) fn remarks(&self, turn: u16) -> Vec<String> {
        let flags = self.seen.iter().flat_map(|seen| &seen.flags).map(|flag| format!("page.{flag}"));
        flags.chain(self.turn_by(turn).map(|_| "page.turned".into())).collect()
    }

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
        let unread = self.reading.as_ref().is_none_or(|r| r.text.is_none() && r.failures < MOST_READINGS);
        if unread { vec![("unread", self.scan.as_bytes().to_vec())] } else { Vec::new() }
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
