//! Rules of scans.

use journal::{Fault, Rows};
use uuid::Uuid;

use super::model::{Command, Event, Origin, Page, Scan, State};
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{PersonRef, Told, text};
use crate::rights::{Actor, Role, Viewer};

/// Most pages of one job: a feeder stack of 500 sheets, both sides.
const MOST_PAGES: usize = 1_000;
/// Longest file name kept, in characters.
const FILE_NAME_CHARS: usize = 120;

impl Command {
    /// The job it is about; none where it begins one.
    pub fn scan(&self) -> Option<Uuid> {
        match self {
            Self::Start(_) | Self::Upload { .. } => None,
            Self::KeepPage { scan, .. }
            | Self::Finish { scan }
            | Self::Fail { scan, .. }
            | Self::Cancel { scan }
            | Self::Continue { scan }
            | Self::DropPage { scan, .. }
            | Self::Compose { scan, .. }
            | Self::Discard { scan } => Some(*scan),
        }
    }
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
pub fn decide(
    given: Option<&Scan>,
    actor: &Actor,
    command: &Command,
    now: &Now,
) -> Result<Vec<Event>, Error> {
    permit(actor, command)?;
    let Some(id) = command.scan() else {
        return Ok(vec![begin(actor, command, now)?]);
    };
    let scan = given.ok_or_else(Refusal::not_found)?;
    if let Actor::Person(viewer) = actor
        && !scan.readable_by(viewer)
    {
        return Err(Refusal::not_found().into());
    }
    let events = match command {
        Command::KeepPage { capture, thumbnail, width_px, height_px, dpi, .. } => {
            at_work(scan)?;
            if scan.pages.len() >= MOST_PAGES {
                return Err(Refusal::new("scan.too_many_pages", 422, format!("Một lần quét nhận nhiều nhất {MOST_PAGES} trang. Phần đã quét được giữ; hãy vào sổ rồi quét tiếp.")).into());
            }
            let (capture, thumbnail) = (*capture, *thumbnail);
            vec![Event::PageKept {
                scan: id,
                capture,
                thumbnail,
                width_px: *width_px,
                height_px: *height_px,
                dpi: *dpi,
            }]
        }
        Command::Finish { .. } => {
            at_work(scan)?;
            vec![Event::Finished { scan: id }]
        }
        // A job that ended in the meantime has nothing left to stop.
        Command::Fail { code, .. } if scan.state == State::Scanning => {
            vec![Event::Failed { scan: id, code: code.clone() }]
        }
        Command::Cancel { .. } if scan.state == State::Scanning => vec![Event::Cancelled { scan: id }],
        Command::Fail { .. } | Command::Cancel { .. } => vec![],
        Command::Continue { .. } => {
            on_desk(scan)?;
            vec![Event::Continued { scan: id }]
        }
        Command::DropPage { version, number, .. } => {
            on_desk(scan)?;
            fresh(scan, *version)?;
            if !scan.pages.iter().any(|page| page.number == *number) {
                return Err(Refusal::not_found().into());
            }
            vec![Event::PageDropped { scan: id, number: *number }]
        }
        Command::Compose { version, paper, .. } => {
            on_desk(scan)?;
            fresh(scan, *version)?;
            vec![Event::Composed { scan: id, paper: paper.clone() }]
        }
        Command::Discard { .. } => {
            on_desk(scan)?;
            vec![Event::Discarded { scan: id }]
        }
        Command::Start(_) | Command::Upload { .. } => vec![],
    };
    Ok(events)
}

fn permit(actor: &Actor, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::KeepPage { .. }
        | Command::Finish { .. }
        | Command::Fail { .. }
        | Command::Compose { .. } => {
            if let Actor::Machine(_) = actor {
                Ok(())
            } else {
                actor.must_be_machine()
            }
        }
        Command::Start(_) | Command::Cancel { .. } | Command::Continue { .. } | Command::DropPage { .. } => {
            actor.must_be(&[Role::Clerk])
        }
        Command::Upload { .. } | Command::Discard { .. } => {
            actor.must_be(&[Role::Clerk, Role::Head, Role::Teacher])
        }
    }
}

fn begin(actor: &Actor, command: &Command, now: &Now) -> Result<Event, Refusal> {
    let viewer = actor.person()?;
    let owner = PersonRef { id: viewer.id, name: viewer.name.clone() };
    match command {
        Command::Upload { file_name, paper } => {
            let file_name = text::tidy(file_name).chars().take(FILE_NAME_CHARS).collect();
            Ok(Event::Uploaded { scan: now.id, owner, file_name, paper: paper.clone() })
        }
        Command::Start(settings) => Ok(Event::Started { scan: now.id, owner, settings: settings.clone() }),
        _ => Err(Refusal::not_found()),
    }
}

fn at_work(scan: &Scan) -> Result<(), Refusal> {
    if scan.state == State::Scanning {
        return Ok(());
    }
    Err(Refusal::new(
        "scan.ended",
        409,
        "Lần quét này đã dừng. Các trang đã quét vẫn còn ở bàn quét; hãy bấm Quét tiếp.",
    ))
}

fn on_desk(scan: &Scan) -> Result<(), Refusal> {
    match scan.state {
        State::Done | State::Failed | State::Cancelled => Ok(()),
        State::Scanning => {
            Err(Refusal::new("scan.at_work", 409, "Máy đang quét. Hãy chờ xong hoặc bấm “Dừng”."))
        }
        State::Filed => {
            Err(Refusal::new("paper.filed", 409, "Bản quét này đã gắn vào văn bản. Hãy quét lần mới."))
        }
        State::Discarded => Err(Refusal::new("scan.discarded", 409, "Bản quét này đã bỏ. Hãy quét lại.")),
    }
}

fn fresh(scan: &Scan, version: u64) -> Result<(), Refusal> {
    if scan.version == version { Ok(()) } else { Err(Refusal::stale()) }
}

/// Applies an event to the row.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, event: &Event) -> Result<(), Fault> {
    let before: Option<Scan> = rows.get(&event.scan().to_string())?;
    match after(before, told, event) {
        Some(scan) => rows.put(&scan),
        None => Ok(()),
    }
}

fn after(before: Option<Scan>, told: &Told<'_>, event: &Event) -> Option<Scan> {
    let begun = |owner: &PersonRef, origin: Origin| Scan {
        id: event.scan(),
        owner: owner.clone(),
        origin,
        state: State::Scanning,
        started_at: told.at,
        pages: Vec::new(),
        error: None,
        paper: None,
        filed_in: None,
        version: 0,
    };
    let mut scan = match (before, event) {
        (_, Event::Started { owner, settings, .. }) => begun(owner, Origin::Scanner(settings.clone())),
        (_, Event::Uploaded { owner, file_name, .. }) => {
            begun(owner, Origin::Upload { file_name: file_name.clone() })
        }
        (before, _) => before?,
    };
    scan.version += 1;
    match event {
        Event::Started { .. } => {}
        Event::Uploaded { paper, .. } => {
            scan.state = State::Done;
            scan.paper = Some(paper.clone());
        }
        Event::PageKept { capture, thumbnail, width_px, height_px, dpi, .. } => {
            scan.pages.push(Page {
                number: u32::try_from(scan.pages.len()).unwrap_or(u32::MAX).saturating_add(1),
                capture: *capture,
                thumbnail: *thumbnail,
                width_px: *width_px,
                height_px: *height_px,
                dpi: *dpi,
                kept_at: told.at,
            });
        }
        Event::Finished { .. } => scan.state = State::Done,
        Event::Failed { code, .. } => {
            scan.state = State::Failed;
            scan.error = Some(code.clone());
        }
        Event::Cancelled { .. } => scan.state = State::Cancelled,
        Event::Continued { .. } => {
            scan.state = State::Scanning;
            scan.error = None;
            scan.paper = None;
        }
        Event::PageDropped { number, .. } => {
            scan.pages.retain(|page| page.number != *number);
            for (place, page) in (1..).zip(&mut scan.pages) {
                page.number = place;
            }
            scan.paper = None;
        }
        // The PDF follows from the pages: it does not make a page list somebody saw stale.
        Event::Composed { paper, .. } => {
            scan.paper = Some(paper.clone());
            scan.version -= 1;
        }
        Event::Filed { letter, .. } => {
            scan.state = State::Filed;
            scan.filed_in = Some(*letter);
        }
        Event::Discarded { .. } => scan.state = State::Discarded,
    }
    Some(scan)
}
