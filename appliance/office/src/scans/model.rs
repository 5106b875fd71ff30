//! The rows of the scan desk. What can be asked is in [`super::commands`], what happened in [`super::events`].

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::fit::Made;
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScanSettings)]
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
    /// Sheets the clerk counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheets_expected: Option<u32>,
    /// Fronts first, then the turned stack, on a feeder that reads one side.
    #[serde(default, skip_serializing_if = "is_false")]
    pub both_sides_by_hand: bool,
    /// Backs come upside down.
    #[serde(default, skip_serializing_if = "is_false")]
    pub turn_backs: bool,
    /// Name of the profile it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl Settings {
    /// Whether each sheet gives two pages, the front first.
    pub fn is_duplex(&self) -> bool {
        self.source == "feeder_duplex"
    }
}

pub(super) fn is_false(value: &bool) -> bool {
    !*value
}

/// The way paper came that was not scanned here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A file from somebody's computer.
    #[default]
    File,
    /// A photograph from a phone.
    Photo,
    /// The folder copiers scan to.
    Folder,
    /// A USB stick.
    Stick,
}

impl Way {
    pub(super) fn is_file(&self) -> bool {
        *self == Self::File
    }
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
        /// How it came.
        #[serde(default)]
        way: Way,
    },
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScanState)]
pub enum State {
    /// The scanner is at work for somebody else.
    Queued,
    /// The scanner is, or should be, at work.
    Scanning,
    /// The fronts are through, the turned stack is waited for.
    Turning,
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
    /// Its pages lie in another job.
    Merged,
}

/// A side of a sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Mặt trước.
    #[default]
    Front,
    /// Mặt sau.
    Back,
}

impl Side {
    pub(super) fn is_front(&self) -> bool {
        *self == Self::Front
    }
}

/// Which way the stack goes through the feeder when both sides are scanned by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// As it lies.
    #[default]
    Fronts,
    /// Turned over: the last sheet's back comes first.
    Backs,
}

/// Whether the words of its pages are in a paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    /// It is a file that was brought, and nothing is put into it.
    #[default]
    AsBrought,
    /// All that had been read when it was made.
    In,
    /// More were read since: made again it would carry them.
    Since,
}

impl Words {
    pub(super) fn are_as_brought(&self) -> bool {
        *self == Self::AsBrought
    }
}

/// Where the next page goes; each page that is kept moves it behind itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Before all others.
    First,
    /// After this page.
    After(u32),
    /// In the place of this page, which goes to the bin.
    InPlaceOf(u32),
}

/// A page in the order of its job. Written as `[page, turn, opens]`, and longer only where the clerk wants it otherwise
/// than the box would have it: a job has up to a thousand of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Placed {
    /// The page's id in its job; never used twice there.
    pub page: u32,
    /// 0, 90, 180 or 270 degrees clockwise.
    pub turn: u16,
    /// A document begins here.
    pub opens: bool,
    /// By how many tenths of a degree it is turned clockwise to be straight, 0 leaves it as it lies; none: by what was
    /// seen on it.
    pub straighten: Option<i16>,
    /// Dark strips along its borders stay.
    pub keep_edges: bool,
}

impl Placed {
    /// A page as it came.
    pub fn new(page: u32) -> Self {
        Self { page, turn: 0, opens: false, straighten: None, keep_edges: false }
    }
}

/// How a page in its place is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    AsItComes(u32, u16, bool),
    AsWanted(u32, u16, bool, Option<i16>, bool),
}

impl From<Written> for Placed {
    fn from(written: Written) -> Self {
        match written {
            Written::AsItComes(page, turn, opens) => Self { turn, opens, ..Self::new(page) },
            Written::AsWanted(page, turn, opens, straighten, keep_edges) => {
                Self { page, turn, opens, straighten, keep_edges }
            }
        }
    }
}

impl From<Placed> for Written {
    fn from(placed: Placed) -> Self {
        let Placed { page, turn, opens, straighten, keep_edges } = placed;
        match (straighten, keep_edges) {
            (None, false) => Self::AsItComes(page, turn, opens),
            _ => Self::AsWanted(page, turn, opens, straighten, keep_edges),
        }
    }
}

/// One job on the desk. Its pages are rows of their own ([`super::ScanPage`]), so that keeping the thousandth writes one page.
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
    /// The pages wanted, in order.
    pub order: Vec<Placed>,
    /// The pages taken off.
    pub bin: Vec<Placed>,
    /// Which of all of them are backs, ascending.
    pub backs: Vec<u32>,
    /// Id of the next page.
    pub next_page: u32,
    /// Sheets that went through in turn; what was scanned again or put in between does not count.
    pub sheets: u32,
    /// Id of the first page of the present run: from one press of the button to the empty feeder.
    pub run_from: u32,
    /// Where the next page goes, if not to the end.
    pub aim: Option<Aim>,
    /// While both sides are scanned by hand: id of the first page of it.
    pub by_hand_from: Option<u32>,
    /// Which way the stack goes.
    pub pass: Pass,
    /// Why it stopped: `scan.*`.
    pub error: Option<String>,
    /// The PDF made of the pages as they are now, or the file that was brought.
    pub paper: Option<Paper>,
    /// Whether the words of the pages are in it.
    pub words: Words,
    /// How it was made; what it shall fit in stays while its pages change.
    pub made: Made,
    /// The document it went to.
    pub filed_in: Option<Uuid>,
    /// The document a mark on its pages says it belongs to.
    pub bound_to: Option<Uuid>,
    /// What the clerk should know of it: `mark.*`.
    pub note: Option<String>,
    /// The feeder is empty, or the file is through: no page is on its way.
    pub whole: bool,
    /// It was parted once; marks part it no more.
    pub was_parted: bool,
    /// The job it was a part of.
    pub parted_from: Option<Uuid>,
    /// The job its pages lie in now.
    pub merged_into: Option<Uuid>,
    /// Counts changes.
    pub version: u64,
}

impl Scan {
    /// Whether it still lies on the desk.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Filed | State::Discarded | State::Merged)
    }

    /// Whether its paper is the very file that was brought, so that nothing is done to its pages.
    pub fn is_as_brought(&self) -> bool {
        self.paper.is_some() && self.words == Words::AsBrought
    }

    /// How it was asked for, where it came from the scanner.
    pub fn settings(&self) -> Option<&Settings> {
        match &self.origin {
            Origin::Scanner(settings) => Some(settings),
            Origin::Upload { .. } => None,
        }
    }

    /// Which side a page is.
    pub fn side(&self, page: u32) -> Side {
        if self.backs.binary_search(&page).is_ok() { Side::Back } else { Side::Front }
    }

    /// Where a page stands in the order, from 0.
    pub fn place(&self, page: u32) -> Option<usize> {
        self.order.iter().position(|placed| placed.page == page)
    }

    /// Whether the page is of this job, wanted or not.
    pub fn has(&self, page: u32) -> bool {
        self.order.iter().chain(&self.bin).any(|placed| placed.page == page)
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
        if let Some(stack) = self.parted_from {
            keys.push(("part_of", stack.as_bytes().to_vec()));
        }
        match self.state {
            State::Scanning => keys.push(("scanning", Vec::new())),
            State::Queued => keys.push(("queued", Vec::new())),
            _ => {}
        }
        keys
    }
}

/// How a scanner was used last: what its page offers first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastSettings {
    /// The settings; the row is named after the device.
    pub settings: Settings,
}

impl LastSettings {
    /// Name of a device's row.
    pub fn key(device: &str) -> String {
        // Row names hold no NUL; ids of devices are the drivers' and could.
        device.replace('\0', " ")
    }
}

impl Entity for LastSettings {
    const KIND: &'static str = "last_settings";

    fn id(&self) -> String {
        Self::key(&self.settings.device)
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}
