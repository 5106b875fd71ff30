//! Jobs as pages see them: the row in words, with what waits for the clerk's hands.

use journal::{Fault, Rows};
use serde::Serialize;
use uuid::Uuid;
use wire::Stamp;

use super::advice::{Counts, Resume, Warning, counts, flagged, of_the_stack, resume, sheets_got};
use super::fit::{Made, MadeView};
use super::model::{Origin, Paper, Pass, Placed, Scan, Side, State, Way};
use super::page::{MarkKind, ScanPage, pages};
use super::sentences::sentence;
use crate::kit::{PersonRef, all_under};
use crate::letters::{Letter, view::number_text};

/// What of a job is not in its row: only the scan desk at work knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// Its place among those that wait for the scanner, from 1.
    pub queue_place: Option<u32>,
    /// The page that is coming in.
    pub feeding: Option<PageFeeding>,
    /// The scanner warms up or pulls in paper, and people begin to wonder.
    pub getting_ready: bool,
}

/// How far the page is that is coming in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PageFeeding {
    /// The page's id.
    pub page: u32,
    /// Lines read.
    pub lines_done: u32,
    /// Lines in all, where the scanner knows.
    pub lines_of: Option<u32>,
}

/// A job without its pages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ScanHead {
    id: Uuid,
    /// `scanner`, `file`, `photo`, `folder`, `stick`.
    from: &'static str,
    /// The scanner's id; empty for what was brought.
    device: String,
    /// The scanner, or the file's name.
    device_label: String,
    owner: PersonRef,
    state: State,
    #[schema(value_type = String)]
    started_at: Stamp,
    source: Option<String>,
    colour: Option<String>,
    dpi: Option<u32>,
    paper_size: Option<String>,
    /// Sheets the clerk counted.
    sheets_expected: Option<u32>,
    both_sides_by_hand: bool,
    pass: Pass,
    queue_place: Option<u32>,
    feeding: Option<PageFeeding>,
    pages_total: usize,
    sheets_got: u32,
    counts: Option<Counts>,
    warnings: Vec<Warning>,
    error: Option<Saying>,
    resume: Option<Resume>,
    note: Option<Saying>,
    bound_to: Option<BoundTo>,
    parted_from: Option<Uuid>,
    paper: Option<PaperView>,
    version: u64,
}

/// A job on the desk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ScanView {
    #[serde(flatten)]
    head: ScanHead,
    /// From the place asked for on.
    pages: Vec<PageView>,
    bin: Vec<PageView>,
    /// The other documents of the stack it fell apart with, wherever they are now.
    parts: Vec<PartView>,
}

/// A document of a stack that fell apart.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScanPart)]
pub struct PartView {
    id: Uuid,
    pages_total: usize,
    state: State,
    /// The document it lies on or is meant for.
    bound_to: Option<BoundTo>,
    note: Option<Saying>,
}

/// A job as a list shows it; its warnings leave out what was seen on single pages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ScanLine {
    #[serde(flatten)]
    head: ScanHead,
    first_page: Option<PageView>,
}

/// A page at rest.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PageView {
    /// Its id in the job.
    page: u32,
    /// From 1; 0 in the bin.
    place: usize,
    /// 0, 90, 180, 270 degrees clockwise.
    turn: u16,
    /// A document begins here.
    opens: bool,
    /// Tenths of a degree clockwise by which the clerk wants it straight, 0: as it lies; nothing: as was seen.
    straighten: Option<i16>,
    /// Dark strips along its borders stay.
    keep_edges: bool,
    /// By so many the box makes it straight where the clerk says nothing.
    straight_by: i16,
    /// Turned by so many degrees more, clockwise, it would stand upright.
    turn_by: Option<u16>,
    side: Side,
    capture: String,
    width_px: u32,
    height_px: u32,
    dpi: u32,
    #[schema(value_type = String)]
    kept_at: Stamp,
    /// Whether it can be made flat anew.
    photo: bool,
    /// tl tr br bl, as shares of width and height.
    corners: Option<[[f32; 2]; 4]>,
    seen: Option<SeenView>,
    /// Nothing until somebody read it as it lies now.
    read: Option<ReadView>,
}

/// What came of reading a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PageRead)]
pub struct ReadView {
    /// How sure the reader is of the words, in per cent; nothing where it could not be read.
    confidence: Option<u8>,
    /// Turned by so many degrees more, clockwise, its words would stand upright.
    turn_by: Option<u16>,
}

/// What was seen on a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SeenView {
    flags: Vec<Saying>,
    skew_degrees: f32,
    mark: Option<MarkView>,
}

/// A mark of ours.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MarkView {
    kind: MarkKind,
    letter: Option<Uuid>,
}

/// A code and what it says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScanSaying)]
pub struct Saying {
    code: String,
    sentence: &'static str,
}

impl Saying {
    fn of(code: &str) -> Self {
        Self { code: code.into(), sentence: sentence(code) }
    }
}

/// The document a mark named.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScanBoundTo)]
pub struct BoundTo {
    letter: Uuid,
    number_text: String,
    subject: String,
}

/// The PDF made of it; its id is what a document is given as `paper`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperView {
    id: Uuid,
    name: String,
    pages: u32,
    bytes: u64,
    signed: bool,
    /// How it was made of pages; nothing where it is the very file that was brought.
    made: Option<MadeView>,
}

impl PaperView {
    /// The paper of the job, where it has one.
    pub fn read(scan: &Scan) -> Option<Self> {
        let made = (!scan.is_as_brought()).then_some(&scan.made);
        scan.paper.as_ref().map(|paper| Self::of(scan.id, paper, made))
    }

    /// The paper of the job `id`; `made` where it was made of pages.
    pub fn of(id: Uuid, paper: &Paper, made: Option<&Made>) -> Self {
        Self {
            id,
            name: paper.name.to_string(),
            pages: paper.pages,
            bytes: paper.bytes,
            signed: paper.signed,
            made: made.map(MadeView::of),
        }
    }
}

impl PageView {
    fn of(scan: &Scan, place: usize, placed: &Placed, page: ScanPage) -> Self {
        let settled = !page.is_to_be_read(placed.turn);
        let turn_by = page.turn_by(placed.turn);
        let straight_by = if scan.is_as_brought() { 0 } else { page.crooked_tenths() };
        let flags = page.remarks(placed.turn).iter().map(|code| Saying::of(code)).collect();
        let read = page.reading.as_ref().filter(|_| settled).map(|reading| ReadView {
            confidence: reading.text.map(|_| reading.confidence),
            turn_by: Some((reading.turn + 360 - placed.turn) % 360).filter(|by| *by > 0),
        });
        let seen = page.seen.map(|seen| SeenView {
            flags,
            skew_degrees: seen.skew_degrees,
            mark: seen.mark.map(|mark| MarkView { kind: mark.kind, letter: mark.letter }),
        });
        Self {
            page: placed.page,
            place,
            turn: placed.turn,
            opens: placed.opens,
            straighten: placed.straighten,
            keep_edges: placed.keep_edges,
            straight_by,
            turn_by,
            side: page.side,
            capture: page.capture.to_string(),
            width_px: page.width_px,
            height_px: page.height_px,
            dpi: page.dpi,
            kept_at: page.kept_at,
            photo: page.photo.is_some(),
            corners: page.photo.and_then(|photo| photo.corners),
            seen,
            read,
        }
    }
}

impl ScanView {
    /// The job with its pages from place `from` (1 and 0: all) on, and its bin.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(rows: &Rows<'_>, scan: &Scan, from: usize, live: Live) -> Result<Self, Fault> {
        Ok(Self { parts: parts(rows, scan)?, ..Self::alone(rows, scan, from, live)? })
    }

    /// The same without the other documents of its stack: of a stack of a thousand each would tell of all others.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn alone(rows: &Rows<'_>, scan: &Scan, from: usize, live: Live) -> Result<Self, Fault> {
        let skipped = from.saturating_sub(1);
        let wanted = pages(rows, scan.id, &scan.order)?;
        let mut head = ScanHead::read(rows, scan, live)?;
        head.warnings.extend(flagged(&scan.order, &wanted));
        let placed = (1..).zip(&scan.order).zip(wanted).skip(skipped);
        let bin = scan.bin.iter().zip(pages(rows, scan.id, &scan.bin)?);
        Ok(Self {
            head,
            pages: placed.map(|((place, placed), page)| PageView::of(scan, place, placed, page)).collect(),
            bin: bin.map(|(placed, page)| PageView::of(scan, 0, placed, page)).collect(),
            parts: Vec::new(),
        })
    }
}

impl ScanLine {
    /// The job as a list shows it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(rows: &Rows<'_>, scan: &Scan, live: Live) -> Result<Self, Fault> {
        let first = scan.order.get(..1).unwrap_or_default();
        let page = pages(rows, scan.id, first)?.pop();
        let first_page = first.first().zip(page).map(|(placed, page)| PageView::of(scan, 1, placed, page));
        Ok(Self { head: ScanHead::read(rows, scan, live)?, first_page })
    }
}

impl ScanHead {
    fn read(rows: &Rows<'_>, scan: &Scan, live: Live) -> Result<Self, Fault> {
        let bound_to = bound(rows, scan.bound_to)?;
        let settings = scan.settings();
        let word = |word: fn(&super::Settings) -> &String| settings.map(|settings| word(settings).clone());
        let (from, device_label) = match &scan.origin {
            Origin::Scanner(settings) => ("scanner", settings.device_label.clone()),
            Origin::Upload { file_name, way } => (way_name(*way), file_name.clone()),
        };
        let note = if live.getting_ready { Some("scanner.warming") } else { note(scan) };
        Ok(Self {
            id: scan.id,
            from,
            device: word(|settings| &settings.device).unwrap_or_default(),
            device_label,
            owner: scan.owner.clone(),
            state: scan.state,
            started_at: scan.started_at,
            source: word(|settings| &settings.source),
            colour: word(|settings| &settings.colour),
            dpi: settings.map(|settings| settings.dpi),
            paper_size: word(|settings| &settings.paper),
            sheets_expected: settings.and_then(|settings| settings.sheets_expected),
            both_sides_by_hand: settings.is_some_and(|settings| settings.both_sides_by_hand),
            pass: scan.pass,
            queue_place: live.queue_place,
            feeding: live.feeding,
            pages_total: scan.order.len(),
            sheets_got: sheets_got(scan),
            counts: counts(scan),
            warnings: of_the_stack(scan),
            error: scan.error.as_deref().map(Saying::of),
            resume: resume(scan),
            note: note.map(Saying::of),
            bound_to,
            parted_from: scan.parted_from,
            paper: PaperView::read(scan),
            version: scan.version,
        })
    }
}

/// The documents its stack fell apart into, without itself; none of a stack that did not.
fn parts(rows: &Rows<'_>, scan: &Scan) -> Result<Vec<PartView>, Fault> {
    let stack = scan.parted_from.unwrap_or(scan.id);
    let first: Option<Scan> = rows.get(&stack.to_string())?;
    let others: Vec<Scan> = all_under(rows, "part_of", stack.as_bytes())?;
    let others = first.into_iter().chain(others).filter(|other| other.id != scan.id);
    others.map(|other| PartView::read(rows, &other)).collect()
}

impl PartView {
    fn read(rows: &Rows<'_>, scan: &Scan) -> Result<Self, Fault> {
        Ok(Self {
            id: scan.id,
            pages_total: scan.order.len(),
            state: scan.state,
            bound_to: bound(rows, scan.filed_in.or(scan.bound_to))?,
            note: note(scan).map(Saying::of),
        })
    }
}

fn bound(rows: &Rows<'_>, letter: Option<Uuid>) -> Result<Option<BoundTo>, Fault> {
    let Some(id) = letter else { return Ok(None) };
    Ok(rows.get::<Letter>(&id.to_string())?.map(|letter| BoundTo {
        letter: id,
        number_text: number_text(&letter).unwrap_or_default(),
        subject: letter.facts.subject,
    }))
}

fn way_name(way: Way) -> &'static str {
    match way {
        Way::File => "file",
        Way::Photo => "photo",
        Way::Folder => "folder",
        Way::Stick => "stick",
    }
}

fn note(scan: &Scan) -> Option<&str> {
    match scan.state {
        State::Queued => Some("scan.queued"),
        State::Turning => Some("scan.turning"),
        _ => scan.note.as_deref(),
    }
}
