//! Rules of scans: who may do what to a job in which state. Pure; the parts that are stories of their own are in
//! [`super::runs`] (the scanner at work), [`super::arrange`] (the clerk's hands) and [`super::marks`] (falling apart).

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::Sha256;

use super::arrange;
use super::commands::Command;
use super::events::Event;
use super::marks;
use super::model::{Scan, State, Words};
use super::page::{Dressed, ScanPage, pages};
use super::runs;
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::letters::Letter;
use crate::rights::{Actor, Role, Viewer};

pub use super::change::project;

/// Most pages of one job: a feeder stack of 500 sheets, both sides.
pub(super) const MOST_PAGES: usize = 1_000;

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The job.
    pub scan: Option<Scan>,
    /// The job to be merged into it.
    pub other: Option<Scan>,
    /// To fall apart or to get its paper: its pages in order. To do a photograph anew, to judge or read a page: that page.
    pub pages: Vec<ScanPage>,
    /// Documents its marks name.
    pub letters: Vec<Letter>,
}

impl Given {
    /// Whether a paper with these words, of pages dressed so, has all there is by now: a page may have been read, or
    /// looked at, while it was made.
    fn words_in(&self, scan: &Scan, words: &[Sha256], dressed: &[Dressed]) -> Words {
        let placed = || scan.order.iter().zip(&self.pages);
        let known = placed().filter_map(|(placed, page)| page.words(placed.turn));
        let straight = placed().map(|(placed, page)| page.dressed(placed));
        let is_all = known.eq(words.iter().copied()) && straight.eq(dressed.iter().copied());
        if is_all { Words::In } else { Words::Since }
    }
}

/// Reads what the rules need.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, command: &Command) -> Result<Given, Fault> {
    let mut given = Given::default();
    let Some(id) = command.scan() else { return Ok(given) };
    given.scan = rows.get(&id.to_string())?;
    match (command, &given.scan) {
        (Command::Merge { from, .. }, _) => given.other = rows.get(&from.to_string())?,
        (Command::Redo { page, .. } | Command::Judge { page, .. } | Command::Read { page, .. }, _) => {
            given.pages.extend(rows.get(&ScanPage::key(id, *page))?)
        }
        (Command::Compose { words: Some(_), .. }, Some(scan)) => given.pages = pages(rows, id, &scan.order)?,
        (Command::FallApart { .. }, Some(scan)) if marks::may_part(scan) => {
            given.pages = pages(rows, id, &scan.order)?;
            for letter in marks::named(&given.pages) {
                given.letters.extend(rows.get(&letter.to_string())?);
            }
        }
        _ => {}
    }
    Ok(given)
}

impl Scan {
    /// Whether this person may see it: clerks the whole desk, others what they brought.
    pub fn readable_by(&self, viewer: &Viewer) -> bool {
        viewer.role == Role::Clerk || viewer.role != Role::It && self.owner.id == viewer.id
    }
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(given: &Given, actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    permit(actor, command)?;
    if command.scan().is_none() {
        return Ok(vec![runs::begin(actor, command, now)?]);
    }
    let scan = seen(given.scan.as_ref(), actor)?;
    let id = scan.id;
    let events = match command {
        Command::Start { .. } | Command::Upload { .. } | Command::Bring { .. } => vec![],
        Command::Begin { .. } => vec![runs::turn_has_come(scan)?],
        Command::KeepPage { page, .. } => runs::keep(scan, std::slice::from_ref(page))?,
        Command::KeepPages { pages, .. } => runs::keep(scan, pages)?,
        Command::Finish { .. } => runs::finish(scan)?,
        Command::Fail { code, .. } if matches!(scan.state, State::Queued | State::Scanning) => {
            vec![Event::Failed { scan: id, code: code.clone() }]
        }
        Command::Cancel { .. } if matches!(scan.state, State::Queued | State::Scanning | State::Turning) => {
            vec![Event::Cancelled { scan: id }]
        }
        // A job that ended in the meantime has nothing left to stop.
        Command::Fail { .. } | Command::Cancel { .. } => vec![],
        Command::Continue { aim, queued, .. } => vec![runs::go_on(scan, *aim, *queued)?],
        Command::Settle { version, .. } => {
            fresh(scan, *version)?;
            runs::settle(scan)?
        }
        Command::Arrange { version, pages, .. } => {
            changeable(scan, *version)?;
            vec![arrange::arrange(scan, pages)?]
        }
        Command::Split { version, .. } => {
            changeable(scan, *version)?;
            vec![arrange::split(scan, now)?]
        }
        Command::FallApart { .. } => marks::fall_apart(scan, given, now).into_iter().collect(),
        Command::Merge { version, from_version, .. } => {
            let other = seen(given.other.as_ref(), actor)?;
            changeable(scan, *version)?;
            changeable(other, *from_version)?;
            vec![arrange::merge(scan, other)?]
        }
        Command::Judge { page, capture, seen, .. } => {
            // A page that was moved on meanwhile is looked at where it lies now, and a new picture of it anew.
            let is_this = given.pages.first().is_some_and(|page| page.capture == *capture);
            let judged = Event::PageJudged { scan: id, page: *page, seen: seen.clone() };
            if scan.has(*page) && is_this { vec![judged] } else { vec![] }
        }
        Command::Read { page, capture, reading, .. } => {
            let is_this = given.pages.first().is_some_and(|page| page.capture == *capture);
            if scan.has(*page) && is_this { vec![reading.event(id, *page)] } else { vec![] }
        }
        Command::Redo { version, page, picture, .. } => {
            changeable(scan, *version)?;
            vec![arrange::redo(scan, given.pages.first(), *page, picture)?]
        }
        Command::Compose { version, paper, words, dressed, made, .. } => {
            changeable(scan, *version)?;
            let words = words.as_ref().map_or(Words::AsBrought, |words| given.words_in(scan, words, dressed));
            vec![Event::Composed { scan: id, paper: paper.clone(), words, made: made.clone() }]
        }
        Command::Discard { .. } => {
            if scan.state != State::Turning {
                at_rest(scan)?;
            }
            vec![Event::Discarded { scan: id }]
        }
    };
    Ok(events)
}

fn permit(actor: &Actor, command: &Command) -> Result<(), Refusal> {
    const STAFF: [Role; 3] = [Role::Clerk, Role::Head, Role::Teacher];
    let machine = matches!(actor, Actor::Machine(_));
    match command {
        Command::Begin { .. }
        | Command::Finish { .. }
        | Command::Fail { .. }
        | Command::Judge { .. }
        | Command::Read { .. }
        | Command::KeepPages { .. }
        | Command::FallApart { .. }
        | Command::Compose { .. } => actor.must_be_machine(),
        // A button on the device starts a job; what copiers send is brought by nobody, and laid as its file says.
        Command::Start { .. }
        | Command::KeepPage { .. }
        | Command::Bring { .. }
        | Command::Upload { .. }
        | Command::Arrange { .. }
        | Command::Redo { .. }
            if machine =>
        {
            Ok(())
        }
        Command::KeepPage { .. } => actor.must_be_machine(),
        Command::Start { .. }
        | Command::Cancel { .. }
        | Command::Continue { .. }
        | Command::Settle { .. }
        | Command::Split { .. }
        | Command::Merge { .. } => actor.must_be(&[Role::Clerk]),
        Command::Arrange { .. }
        | Command::Redo { .. }
        | Command::Upload { .. }
        | Command::Bring { .. }
        | Command::Discard { .. } => actor.must_be(&STAFF),
    }
}

/// The job, where whoever asks may know of it.
fn seen<'a>(scan: Option<&'a Scan>, actor: &Actor) -> Result<&'a Scan, Refusal> {
    let scan = scan.ok_or_else(Refusal::not_found)?;
    match actor {
        Actor::Person(viewer) if !scan.readable_by(viewer) => Err(Refusal::not_found()),
        _ => Ok(scan),
    }
}

/// Passes a job that lies still, in the version somebody saw.
fn changeable(scan: &Scan, version: u64) -> Result<(), Refusal> {
    at_rest(scan)?;
    fresh(scan, version)
}

fn fresh(scan: &Scan, version: u64) -> Result<(), Refusal> {
    if scan.version == version { Ok(()) } else { Err(Refusal::stale()) }
}

/// Passes a job that lies on the desk with no scanner at it.
pub(super) fn at_rest(scan: &Scan) -> Result<(), Refusal> {
    let (code, sentence) = match scan.state {
        State::Done | State::Failed | State::Cancelled => return Ok(()),
        State::Scanning => ("scan.at_work", "Máy đang quét. Hãy chờ xong hoặc bấm “Dừng”."),
        State::Queued => ("scan.waits", "Lần quét này đang chờ đến lượt. Hãy chờ quét xong hoặc bấm “Dừng”."),
        State::Turning => (
            "scan.half_done",
            "Mới quét xong mặt trước. Hãy lật chồng giấy rồi bấm “Quét mặt sau”, hoặc bấm “Dừng”.",
        ),
        State::Filed => ("paper.filed", "Bản quét này đã gắn vào văn bản. Hãy quét lần mới."),
        State::Discarded => ("scan.discarded", "Bản quét này đã bỏ. Hãy quét lại."),
        State::Merged => {
            ("scan.merged", "Các trang của bản quét này đã gộp vào bản khác. Hãy tải lại trang để xem.")
        }
    };
    Err(Refusal::new(code, 409, sentence))
}

/// Refuses the page of somebody who saw another order.
pub(super) fn page_of(scan: &Scan, page: u32) -> Result<usize, Refusal> {
    scan.place(page).ok_or_else(|| {
        Refusal::new(
            "scan.no_such_page",
            422,
            "Trang này không còn trong bản quét. Hãy tải lại trang rồi làm lại.",
        )
    })
}

/// Refuses more pages than a job holds.
pub(super) fn room_for(scan: &Scan, pages: usize) -> Result<(), Refusal> {
    if scan.order.len() + pages <= MOST_PAGES {
        return Ok(());
    }
    Err(Refusal::new(
        "scan.too_many_pages",
        422,
        format!(
            "Một lần quét nhận nhiều nhất {MOST_PAGES} trang. Phần đã quét được giữ; hãy vào sổ rồi quét tiếp."
        ),
    ))
}

/// The first unused id of a job begun by a command, and those after it.
pub(super) fn ids(now: &Now) -> impl Iterator<Item = Uuid> + use<> {
    let first = now.id;
    (0..).map(move |n| crate::clock::nth_id(first, n))
}
