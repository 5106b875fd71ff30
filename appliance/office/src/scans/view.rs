//! Jobs as pages see them: the row in words, with what waits for the clerk's hands.

use journal::{Fault, Rows};
use serde::Serialize;
use uuid::Uuid;
use wire::Stamp;

use super::model::{MarkKind, Origin, Paper, Pass, Placed, Scan, ScanPage, Side, State, Way, pages};
use super::runs::{SIDES_MISMATCH, half_sheet, sides};
use super::sentences::sentence;
use crate::kit::PersonRef;
use crate::letters::{Letter, view::number_text};

/// What of a job is not in its row: only the scan desk at work knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// Its place among those that wait for the scanner, from 1.
    pub queue_place: Option<u32>,
    /// The page that is coming in.
    pub feeding: Option<PageFeeding>,
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

/// Something to look at before the paper leaves the desk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScanWarning)]
pub struct Warning {
    code: String,
    sentence: &'static str,
    /// Ids of the pages it is about; none: the stack.
    pages: Vec<u32>,
}

/// Sheets counted by the clerk and by the feeder.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ScanCounts)]
pub struct Counts {
    expected: u32,
    got: u32,
    /// `calm`, `late`.
    tone: &'static str,
    sentence: String,
}

/// How to go on after a stop.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ScanResume)]
pub struct Resume {
    /// The sheet that goes on top, from 1.
    sheet: u32,
    /// That one and those under it, where somebody counted.
    sheets_left: Option<u32>,
    sentence: String,
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
}

impl PaperView {
    /// The paper of the job `id`.
    pub fn of(id: Uuid, paper: &Paper) -> Self {
        Self {
            id,
            name: paper.name.to_string(),
            pages: paper.pages,
            bytes: paper.bytes,
            signed: paper.signed,
        }
    }
}

impl PageView {
    fn of(place: usize, placed: &Placed, page: ScanPage) -> Self {
        let seen = page.seen.map(|seen| SeenView {
            flags: seen.flags.iter().map(|flag| Saying::of(&format!("page.{flag}"))).collect(),
            skew_degrees: seen.skew_degrees,
            mark: seen.mark.map(|mark| MarkView { kind: mark.kind, letter: mark.letter }),
        });
        Self {
            page: placed.page,
            place,
            turn: placed.turn,
            opens: placed.opens,
            side: page.side,
            capture: page.capture.to_string(),
            width_px: page.width_px,
            height_px: page.height_px,
            dpi: page.dpi,
            kept_at: page.kept_at,
            photo: page.photo.is_some(),
            corners: page.photo.and_then(|photo| photo.corners),
            seen,
        }
    }
}

impl ScanView {
    /// The job with its pages from place `from` (1 and 0: all) on, and its bin.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(rows: &Rows<'_>, scan: &Scan, from: usize, live: Live) -> Result<Self, Fault> {
        let skipped = from.saturating_sub(1);
        let wanted = pages(rows, scan.id, &scan.order)?;
        let mut head = ScanHead::read(rows, scan, live)?;
        head.warnings.extend(flagged(&wanted));
        let placed = (1..).zip(&scan.order).zip(wanted).skip(skipped);
        let bin = scan.bin.iter().zip(pages(rows, scan.id, &scan.bin)?);
        Ok(Self {
            head,
            pages: placed.map(|((place, placed), page)| PageView::of(place, placed, page)).collect(),
            bin: bin.map(|(placed, page)| PageView::of(0, placed, page)).collect(),
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
        let first_page = first.first().zip(page).map(|(placed, page)| PageView::of(1, placed, page));
        Ok(Self { head: ScanHead::read(rows, scan, live)?, first_page })
    }
}

impl ScanHead {
    fn read(rows: &Rows<'_>, scan: &Scan, live: Live) -> Result<Self, Fault> {
        let bound_to = match scan.bound_to {
            Some(id) => rows.get::<Letter>(&id.to_string())?.map(|letter| BoundTo {
                letter: id,
                number_text: number_text(&letter).unwrap_or_default(),
                subject: letter.facts.subject,
            }),
            None => None,
        };
        let settings = scan.settings();
        let word = |word: fn(&super::Settings) -> &String| settings.map(|settings| word(settings).clone());
        let (from, device_label) = match &scan.origin {
            Origin::Scanner(settings) => ("scanner", settings.device_label.clone()),
            Origin::Upload { file_name, way } => (way_name(*way), file_name.clone()),
        };
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
            note: note(scan).map(Saying::of),
            bound_to,
            parted_from: scan.parted_from,
            paper: scan.paper.as_ref().map(|paper| PaperView::of(scan.id, paper)),
            version: scan.version,
        })
    }
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

/// Sheets that came through whole.
fn sheets_got(scan: &Scan) -> u32 {
    let half = scan.aim.is_none() && half_sheet(scan).is_some();
    scan.sheets.saturating_sub(u32::from(half))
}

/// Whether the stack, or its fronts, came to an end.
fn came_through(scan: &Scan) -> bool {
    matches!(scan.state, State::Done | State::Turning)
}

fn counts(scan: &Scan) -> Option<Counts> {
    let expected = scan.settings()?.sheets_expected.filter(|_| scan.parted_from.is_none())?;
    let got = sheets_got(scan);
    let late = got > expected || came_through(scan) && got < expected;
    let sentence = match (got, late) {
        (_, false) if got == expected => format!("Đủ {expected} tờ."),
        (_, false) => format!("Được {got} trong {expected} tờ."),
        _ if got < expected => {
            format!("Được {got} tờ, thiếu {} so với {expected} tờ đã đếm.", expected - got)
        }
        _ => format!("Được {got} tờ, nhiều hơn {} so với {expected} tờ đã đếm.", got - expected),
    };
    Some(Counts { expected, got, tone: if late { "late" } else { "calm" }, sentence })
}

fn warning(code: &str, pages: Vec<u32>) -> Warning {
    Warning { code: code.into(), sentence: sentence(code), pages }
}

/// What the row alone tells.
fn of_the_stack(scan: &Scan) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(counts) = counts(scan).filter(|counts| counts.tone == "late") {
        let code = if counts.got < counts.expected { "count.fewer" } else { "count.more" };
        warnings.push(warning(code, Vec::new()));
    }
    let lone = lone_fronts(scan);
    if !lone.is_empty() {
        warnings.push(warning("side.missing", lone));
    }
    warnings
}

/// Fronts of a duplex feeder behind which no back came; of a part nobody can tell any more.
fn lone_fronts(scan: &Scan) -> Vec<u32> {
    let duplex = scan.settings().is_some_and(super::Settings::is_duplex);
    if !duplex || scan.parted_from.is_some() || scan.state != State::Done {
        return Vec::new();
    }
    let is_back = |page: u32| scan.side(page) == Side::Back;
    let lone = |(place, placed): (usize, &Placed)| {
        let next = scan.order.get(place + 1);
        let alone = !is_back(placed.page) && !is_back(placed.page + 1);
        (alone && next.is_none_or(|next| !is_back(next.page))).then_some(placed.page)
    };
    scan.order.iter().enumerate().filter_map(lone).collect()
}

/// What was seen on the pages, one warning for each kind.
fn flagged(pages: &[ScanPage]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for page in pages {
        for flag in page.seen.iter().flat_map(|seen| &seen.flags) {
            let code = format!("page.{flag}");
            match warnings.iter_mut().find(|warning| warning.code == code) {
                Some(warning) => warning.pages.push(page.page),
                None => warnings.push(warning(&code, vec![page.page])),
            }
        }
    }
    warnings
}

/// Which sheet goes on top after a stop, and what to do with it.
fn resume(scan: &Scan) -> Option<Resume> {
    let settings = scan.settings()?;
    let stopped = matches!(scan.state, State::Failed | State::Cancelled);
    if !stopped || scan.error.as_deref() == Some(SIDES_MISMATCH) {
        return None;
    }
    if scan.aim.is_some() {
        let sentence = "Lần quét thêm này chưa xong. Hãy đặt lại tờ đang quét dở rồi bấm Quét tiếp.".into();
        return Some(Resume { sheet: 1, sheets_left: None, sentence });
    }
    if settings.source == "flatbed" {
        let kept = scan.order.len();
        let sentence = format!("Đã giữ {kept} trang. Hãy đặt tờ tiếp theo lên mặt kính rồi bấm Quét tiếp.");
        return Some(Resume { sheet: scan.sheets + 1, sheets_left: None, sentence });
    }
    if let Some(from) = scan.by_hand_from.filter(|_| scan.pass == Pass::Backs) {
        return Some(resume_backs(scan, from));
    }
    let kept = sheets_got(scan);
    let left =
        settings.sheets_expected.map(|expected| expected.saturating_sub(kept)).filter(|left| *left > 0);
    let sheet = kept + 1;
    let rest = left.map(|left| format!(" (còn {left} tờ)")).unwrap_or_default();
    let mut sentence = match kept {
        0 => format!("Chưa giữ được tờ nào. Hãy đặt lại cả chồng{rest} rồi bấm Quét tiếp."),
        _ => format!("Đã giữ {kept} tờ. Đặt lại từ tờ thứ {sheet} trở đi{rest} rồi bấm Quét tiếp."),
    };
    if half_sheet(scan).is_some() {
        sentence.push_str(&format!(" Tờ thứ {sheet} mới xong mặt trước nên sẽ được quét lại cả tờ."));
    }
    Some(Resume { sheet, sheets_left: left, sentence })
}

/// The same with the stack turned over.
fn resume_backs(scan: &Scan, from: u32) -> Resume {
    let (fronts, backs) = sides(scan, from);
    let count = |pages: &[Placed]| u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let (kept, left) = (count(&backs), count(&fronts).saturating_sub(count(&backs)));
    let sheet = kept + 1;
    let sentence = match kept {
        0 => format!("Đã giữ {left} mặt trước. Hãy đặt cả chồng đã lật vào khay rồi bấm Quét tiếp."),
        _ => format!(
            "Đã giữ {kept} mặt sau. Giữ nguyên thứ tự chồng đã lật, đặt lại từ tờ thứ {sheet} trở đi (còn {left} tờ) rồi bấm Quét tiếp."
        ),
    };
    Resume { sheet, sheets_left: Some(left), sentence }
}

#[cfg(test)]
mod tests {
    use super::super::tests::scan;
    use super::*;

    fn job(source: &str, state: State, sheets: u32, expected: Option<u32>) -> Scan {
        let mut scan = scan(Uuid::from_u128(1), state, sheets);
        scan.origin = Origin::Scanner(super::super::Settings {
            source: source.into(),
            sheets_expected: expected,
            ..Default::default()
        });
        scan
    }

    #[test]
    fn sheets_are_held_against_what_was_counted() {
        let cases = [
            (State::Scanning, 12, Some(30), Some(("calm", "Được 12 trong 30 tờ.")), None),
            (State::Done, 30, Some(30), Some(("calm", "Đủ 30 tờ.")), None),
            (
                State::Done,
                29,
                Some(30),
                Some(("late", "Được 29 tờ, thiếu 1 so với 30 tờ đã đếm.")),
                Some("count.fewer"),
            ),
            (
                State::Turning,
                29,
                Some(30),
                Some(("late", "Được 29 tờ, thiếu 1 so với 30 tờ đã đếm.")),
                Some("count.fewer"),
            ),
            (
                State::Scanning,
                31,
                Some(30),
                Some(("late", "Được 31 tờ, nhiều hơn 1 so với 30 tờ đã đếm.")),
                Some("count.more"),
            ),
            (State::Failed, 12, Some(30), Some(("calm", "Được 12 trong 30 tờ.")), None),
            (State::Done, 12, None, None, None),
        ];
        for (state, sheets, expected, told, warned) in cases {
            let scan = job("feeder", state, sheets, expected);
            let counts = counts(&scan);
            let got = counts.as_ref().map(|counts| (counts.tone, counts.sentence.as_str()));
            assert_eq!(got, told, "{state:?} {sheets}");
            let codes: Vec<_> = of_the_stack(&scan).into_iter().map(|warning| warning.code).collect();
            assert_eq!(codes, Vec::from_iter(warned.map(String::from)), "{state:?} {sheets}");
        }
    }

    #[test]
    fn after_a_stop_the_clerk_hears_which_sheet_goes_on_top() {
        let told = |scan: &Scan| resume(scan).map(|r| (r.sheet, r.sheets_left, r.sentence));
        let simple = |state, sheets, expected| job("feeder", state, sheets, expected);
        let cases = [
            (
                simple(State::Failed, 37, Some(100)),
                Some((
                    38,
                    Some(63),
                    "Đã giữ 37 tờ. Đặt lại từ tờ thứ 38 trở đi (còn 63 tờ) rồi bấm Quét tiếp.",
                )),
            ),
            (
                simple(State::Cancelled, 37, None),
                Some((38, None, "Đã giữ 37 tờ. Đặt lại từ tờ thứ 38 trở đi rồi bấm Quét tiếp.")),
            ),
            (
                simple(State::Failed, 0, None),
                Some((1, None, "Chưa giữ được tờ nào. Hãy đặt lại cả chồng rồi bấm Quét tiếp.")),
            ),
            (
                job("flatbed", State::Failed, 2, None),
                Some((3, None, "Đã giữ 2 trang. Hãy đặt tờ tiếp theo lên mặt kính rồi bấm Quét tiếp.")),
            ),
            (simple(State::Done, 37, Some(100)), None),
            (simple(State::Scanning, 37, Some(100)), None),
        ];
        for (scan, expected) in cases {
            let expected = expected.map(|(sheet, left, sentence)| (sheet, left, sentence.to_owned()));
            assert_eq!(told(&scan), expected);
        }

        let mut half = job("feeder_duplex", State::Failed, 2, Some(10));
        (half.order, half.backs, half.next_page) =
            (vec![Placed::new(1), Placed::new(2), Placed::new(3)], vec![2], 4);
        assert_eq!(sheets_got(&half), 1);
        let (sheet, left, sentence) = told(&half).unwrap();
        assert_eq!((sheet, left), (2, Some(9)));
        assert!(sentence.contains("Tờ thứ 2 mới xong mặt trước"), "{sentence}");

        let mut backs = job("feeder", State::Failed, 3, None);
        (backs.by_hand_from, backs.pass, backs.backs) = (Some(1), Pass::Backs, vec![4]);
        backs.order.push(Placed::new(4));
        let (sheet, left, sentence) = told(&backs).unwrap();
        assert_eq!((sheet, left), (2, Some(2)), "{sentence}");
        backs.error = Some(SIDES_MISMATCH.into());
        assert_eq!(told(&backs), None);
    }

    #[test]
    fn a_front_without_its_back_is_pointed_at() {
        let mut scan = job("feeder_duplex", State::Done, 2, None);
        (scan.order, scan.backs) = ([1, 2, 3, 4, 5].map(Placed::new).to_vec(), vec![2, 4]);
        assert_eq!(lone_fronts(&scan), [5]);
        // A blank back the clerk took off is not missing.
        scan.bin.push(scan.order.remove(3));
        assert_eq!(lone_fronts(&scan), [5]);
        scan.parted_from = Some(Uuid::from_u128(2));
        assert_eq!(lone_fronts(&scan), [0; 0]);
    }
}
