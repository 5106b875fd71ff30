//! What an event makes of the rows. Looks at nothing but rows and event.

use journal::{Fault, Rows};
use uuid::Uuid;

use super::events::{Event, Part};
use super::fit::Made;
use super::model::{Aim, LastSettings, Origin, Pass, Placed, Scan, Settings, Side, State, Words};
use super::page::{Photo, Reading, ScanPage, pages};
use super::runs::SIDES_MISMATCH;
use crate::kit::{PersonRef, Told};
use crate::letters::words_came;

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, event: &Event) -> Result<(), Fault> {
    let id = event.scan();
    if let Some(scan) = begun(told, event) {
        if let Event::Started { settings, .. } = event {
            rows.put(&LastSettings { settings: settings.clone() })?;
        }
        return rows.put(&scan);
    }
    let Some(mut scan) = rows.get::<Scan>(&id.to_string())? else { return Ok(()) };
    match event {
        Event::PageKept { page, .. } => {
            let page = page.unwrap_or(scan.next_page);
            if let Some(row) = kept(id, page, told, event) {
                rows.put(&row)?;
                scan.take_page(page, row.side);
            }
        }
        Event::PageJudged { page, seen, .. } => {
            if let Some(row) = rows.get::<ScanPage>(&ScanPage::key(id, *page))? {
                let judged = ScanPage { seen: Some(seen.clone()), ..row.clone() };
                if scan.straightens(&row, &judged) {
                    scan.words = Words::Since;
                    rows.put(&scan)?;
                }
                rows.put(&judged)?;
            }
            // What was seen of a page does not make an order stale that somebody looks at.
            return Ok(());
        }
        Event::PageRead { page, .. } | Event::PageNotRead { page, .. } => {
            if let Some(row) = rows.get::<ScanPage>(&ScanPage::key(id, *page))? {
                let row = ScanPage { reading: read(row.reading.as_ref(), event), ..row };
                if scan.gains_words(&row) {
                    match scan.filed_in {
                        Some(letter) => words_came(rows, letter, scan.id)?,
                        None => {
                            scan.words = Words::Since;
                            rows.put(&scan)?;
                        }
                    }
                }
                rows.put(&row)?;
            }
            return Ok(());
        }
        Event::PageRedone { page, .. } => {
            if let Some(row) = rows.get::<ScanPage>(&ScanPage::key(id, *page))? {
                rows.put(&redone(row, event))?;
            }
            scan.paper = None;
        }
        Event::Parted { parts, kept, bin, bound_to, note, .. } => {
            for part in parts {
                rows.put(&parted(&scan, part))?;
                for page in pages(rows, id, &part.pages)? {
                    rows.remove::<ScanPage>(&ScanPage::key(id, page.page))?;
                    rows.put(&ScanPage { scan: part.scan, ..page })?;
                }
            }
            scan.part_with(parts, kept, bin);
            (scan.bound_to, scan.note) = (*bound_to, note.clone());
        }
        Event::Merged { from, .. } => {
            if let Some(from) = rows.get::<Scan>(&from.to_string())? {
                merge(rows, &mut scan, from)?;
            }
        }
        _ => scan.take(event),
    }
    // The PDF follows from the pages: it does not make a page list somebody saw stale.
    if !matches!(event, Event::Composed { .. }) {
        scan.version += 1;
    }
    rows.put(&scan)
}

/// The row of a job that begins.
fn begun(told: &Told<'_>, event: &Event) -> Option<Scan> {
    let begun = |owner: &PersonRef, origin: Origin, state: State| Scan {
        id: event.scan(),
        owner: owner.clone(),
        origin,
        state,
        started_at: told.at,
        order: Vec::new(),
        bin: Vec::new(),
        backs: Vec::new(),
        next_page: 1,
        sheets: 0,
        run_from: 1,
        aim: None,
        by_hand_from: None,
        pass: Pass::Fronts,
        error: None,
        paper: None,
        words: Words::AsBrought,
        made: Made::default(),
        filed_in: None,
        bound_to: None,
        note: None,
        whole: false,
        was_parted: false,
        parted_from: None,
        merged_into: None,
        version: 1,
    };
    let upload = |file_name: &str, way| Origin::Upload { file_name: file_name.to_owned(), way };
    match event {
        Event::Started { owner, settings, queued, .. } => {
            let state = if *queued { State::Queued } else { State::Scanning };
            let scan = begun(owner, Origin::Scanner(settings.clone()), state);
            Some(Scan { by_hand_from: settings.both_sides_by_hand.then_some(1), ..scan })
        }
        Event::Uploaded { owner, file_name, paper, way, .. } => {
            let scan = begun(owner, upload(file_name, *way), State::Done);
            Some(Scan { paper: Some(paper.clone()), ..scan })
        }
        Event::Brought { owner, file_name, way, .. } => {
            Some(begun(owner, upload(file_name, *way), State::Done))
        }
        _ => None,
    }
}

fn kept(scan: Uuid, page: u32, told: &Told<'_>, event: &Event) -> Option<ScanPage> {
    let Event::PageKept { capture, thumbnail, width_px, height_px, dpi, side, photo, .. } = event else {
        return None;
    };
    Some(ScanPage {
        scan,
        page,
        capture: *capture,
        thumbnail: *thumbnail,
        width_px: *width_px,
        height_px: *height_px,
        dpi: *dpi,
        kept_at: told.at,
        side: *side,
        seen: None,
        photo: photo.clone(),
        reading: None,
    })
}

/// What is known of a page's words after it was read, or not.
fn read(before: Option<&Reading>, event: &Event) -> Option<Reading> {
    match event {
        Event::PageRead { turn, text, confidence, turned_by, .. } => Some(Reading {
            turn: *turn,
            text: Some(*text),
            confidence: *confidence,
            turned_by: *turned_by,
            failures: 0,
        }),
        Event::PageNotRead { turn, .. } => {
            let again = before.filter(|reading| reading.turn == *turn && reading.text.is_none());
            let failures = again.map_or(0, |reading| reading.failures).saturating_add(1);
            Some(Reading { turn: *turn, text: None, confidence: 0, turned_by: None, failures })
        }
        _ => before.cloned(),
    }
}

fn redone(row: ScanPage, event: &Event) -> ScanPage {
    let Event::PageRedone { capture, thumbnail, width_px, height_px, dpi, corners, .. } = event else {
        return row;
    };
    let photo = row.photo.map(|photo| Photo { corners: *corners, ..photo });
    ScanPage {
        capture: *capture,
        thumbnail: *thumbnail,
        width_px: *width_px,
        height_px: *height_px,
        dpi: *dpi,
        seen: None,
        photo,
        reading: None,
        ..row
    }
}

/// The row of a part: a job at rest like the one it came from, with ids that go on from there.
fn parted(scan: &Scan, part: &Part) -> Scan {
    let backs: Vec<u32> =
        part.pages.iter().map(|p| p.page).filter(|page| scan.side(*page) == Side::Back).collect();
    let fronts = part.pages.len() - backs.len();
    Scan {
        id: part.scan,
        state: State::Done,
        order: part.pages.clone(),
        bin: Vec::new(),
        backs,
        sheets: u32::try_from(fronts).unwrap_or(u32::MAX),
        run_from: scan.next_page,
        aim: None,
        by_hand_from: None,
        pass: Pass::Fronts,
        error: None,
        paper: None,
        made: Made::default(),
        bound_to: part.bound_to,
        note: part.note.clone(),
        was_parted: true,
        parted_from: Some(scan.id),
        version: 1,
        ..scan.clone()
    }
}

/// Moves every page of `from`, wanted or not, behind those of `scan`.
fn merge(rows: &mut Rows<'_>, scan: &mut Scan, from: Scan) -> Result<(), Fault> {
    let wanted = from.order.len();
    let all = [&from.order[..], &from.bin[..]].concat();
    for (at, (row, placed)) in pages(rows, from.id, &all)?.into_iter().zip(&all).enumerate() {
        let page = scan.next_page;
        scan.next_page += 1;
        rows.remove::<ScanPage>(&ScanPage::key(from.id, row.page))?;
        if from.side(row.page) == Side::Back {
            scan.backs.push(page);
        }
        rows.put(&ScanPage { scan: scan.id, page, ..row })?;
        // They were told to be one document.
        let moved = Placed { page, opens: placed.opens && at > 0, ..*placed };
        if at < wanted { scan.order.push(moved) } else { scan.bin.push(moved) }
    }
    scan.paper = None;
    scan.run_from = scan.next_page;
    scan.was_parted |= from.was_parted;
    rows.put(&Scan {
        state: State::Merged,
        order: Vec::new(),
        bin: Vec::new(),
        backs: Vec::new(),
        paper: None,
        merged_into: Some(scan.id),
        version: from.version + 1,
        ..from
    })
}

impl Scan {
    /// Events that change nothing but the job's row.
    fn take(&mut self, event: &Event) {
        match event {
            Event::Begun { .. } => self.state = State::Scanning,
            Event::Turned { .. } => (self.state, self.pass) = (State::Turning, Pass::Backs),
            Event::Finished { .. } => {
                (self.state, self.error, self.aim) = (State::Done, None, None);
                self.whole = true;
                (self.by_hand_from, self.pass) = (None, Pass::Fronts);
            }
            Event::Failed { code, .. } => {
                (self.state, self.error) = (State::Failed, Some(code.clone()));
                // This run came to its end: the next begins where the rules say, not in its middle.
                self.aim = self.aim.filter(|_| code != SIDES_MISMATCH);
            }
            Event::Cancelled { .. } => self.state = State::Cancelled,
            Event::Continued { aim, queued, dropped, .. } => self.go_on(*aim, *queued, dropped),
            Event::PageDropped { number, .. } => {
                let place = (*number as usize).wrapping_sub(1);
                if let Some(page) = self.order.get(place).map(|placed| placed.page) {
                    self.bin_page(page);
                }
                self.paper = None;
            }
            Event::Arranged { pages, .. } => self.arrange(pages),
            Event::Noted { note, .. } => (self.bound_to, self.note) = (None, Some(note.clone())),
            Event::Composed { paper, words, made, .. } => {
                (self.paper, self.words, self.made) = (Some(paper.clone()), *words, made.clone());
            }
            Event::Filed { letter, .. } => (self.state, self.filed_in) = (State::Filed, Some(*letter)),
            Event::Discarded { .. } => self.state = State::Discarded,
            // Handled with their pages, or begin a job.
            Event::Started { .. }
            | Event::Uploaded { .. }
            | Event::Brought { .. }
            | Event::PageKept { .. }
            | Event::PageJudged { .. }
            | Event::PageRead { .. }
            | Event::PageNotRead { .. }
            | Event::PageRedone { .. }
            | Event::Parted { .. }
            | Event::Merged { .. } => {}
        }
    }

    /// Whether its paper, made again, would carry the words of this page.
    fn gains_words(&self, page: &ScanPage) -> bool {
        let stands = self.order.iter().find(|placed| placed.page == page.page);
        let is_without = match self.state {
            State::Filed => self.words != Words::AsBrought,
            _ => self.is_open() && self.words == Words::In,
        };
        is_without && stands.is_some_and(|placed| page.words(placed.turn).is_some())
    }

    /// Whether its paper, made again, would have this page straight now that it was looked at.
    fn straightens(&self, before: &ScanPage, now: &ScanPage) -> bool {
        let stands = self.order.iter().find(|placed| placed.page == now.page);
        self.is_open()
            && self.words == Words::In
            && stands.is_some_and(|placed| before.dressed(placed) != now.dressed(placed))
    }

    fn go_on(&mut self, aim: Option<Aim>, queued: bool, dropped: &[u32]) {
        for page in dropped {
            if self.aim.is_none() && self.side(*page) == Side::Front {
                self.sheets = self.sheets.saturating_sub(1);
            }
            let before = self.place(*page).and_then(|place| place.checked_sub(1));
            if self.aim == Some(Aim::After(*page)) {
                self.aim = Some(before.map_or(Aim::First, |before| Aim::After(self.order[before].page)));
            }
            self.bin_page(*page);
        }
        if self.state == State::Done {
            let by_hand = self.settings().is_some_and(|settings| settings.both_sides_by_hand);
            self.by_hand_from = (by_hand && aim.is_none()).then_some(self.next_page);
            self.aim = aim;
        } else {
            // A run that was stopped goes on where it stopped.
            self.aim = aim.or(self.aim);
        }
        self.state = if queued { State::Queued } else { State::Scanning };
        self.run_from = self.next_page;
        (self.error, self.paper, self.whole) = (None, None, false);
    }

    /// Takes a page that was kept to where it belongs.
    fn take_page(&mut self, page: u32, side: Side) {
        let upside_down = self.settings().is_some_and(|settings| settings.turn_backs)
            && (self.by_hand_from.is_some() || self.settings().is_some_and(Settings::is_duplex));
        if side == Side::Back {
            self.backs.push(page);
        }
        let turn = if side == Side::Back && upside_down { 180 } else { 0 };
        let mut placed = Placed { turn, ..Placed::new(page) };
        let mut next = self.aim.map(|_| Aim::After(page));
        match self.aim {
            Some(Aim::First) => self.order.insert(0, placed),
            Some(Aim::After(before)) if self.place(before).is_some() => {
                let at = self.place(before).map_or(self.order.len(), |place| place + 1);
                self.order.insert(at, placed);
            }
            Some(Aim::InPlaceOf(old)) if self.place(old).is_some() => {
                let at = self.place(old).unwrap_or_default();
                let back = self.order.get(at + 1).map(|back| back.page);
                placed.opens = self.order[at].opens;
                let old = std::mem::replace(&mut self.order[at], placed);
                self.bin.push(old);
                // A sheet that goes through a duplex feeder again replaces both its pages.
                let duplex = self.settings().is_some_and(Settings::is_duplex);
                if let Some(back) =
                    back.filter(|back| duplex && side.is_front() && self.side(*back) == Side::Back)
                {
                    next = Some(Aim::InPlaceOf(back));
                }
            }
            _ => self.order.push(placed),
        }
        if self.aim.is_none() && side.is_front() {
            self.sheets += 1;
        }
        self.aim = next;
        self.next_page = self.next_page.max(page + 1);
        (self.paper, self.whole) = (None, false);
    }

    fn bin_page(&mut self, page: u32) {
        if let Some(place) = self.place(page) {
            self.bin.push(self.order.remove(place));
        }
    }

    fn arrange(&mut self, pages: &[Placed]) {
        let wanted = |placed: &Placed| pages.iter().any(|wanted| wanted.page == placed.page);
        let old = std::mem::take(&mut self.order);
        self.bin.extend(old);
        self.bin.retain(|placed| !wanted(placed));
        self.order = pages.to_vec();
        self.paper = None;
    }

    /// Lets the pages of the parts go.
    fn part_with(&mut self, parts: &[Part], kept: &[Placed], bin: &[u32]) {
        let gone = |page: u32| parts.iter().any(|part| part.pages.iter().any(|placed| placed.page == page));
        for page in bin {
            self.bin_page(*page);
        }
        self.order = kept.to_vec();
        self.backs.retain(|page| !gone(*page));
        self.was_parted = true;
        (self.paper, self.made) = (None, Made::default());
    }
}
