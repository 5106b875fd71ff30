//! A stack with separators falls apart into documents by itself.
//!
//! ```text
//! pages   1 2 [separator 3, blank back 4] 5 [sheet of letter L 6] 7 8 [stamp of M on 9] 10
//! parts   1 2 · 5 · 7 8 → L · 9 10 → M                  bin  3 4 6
//! ```
//!
//! Separators and sheets are ours and go to the bin, with the blank other side of the sheet; a stamped page is the
//! document's own and stays. The machine never drops anything else.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::events::{Event, Part};
use super::model::{Placed, Scan, Side, State};
use super::page::{MarkKind, MarkSeen, ScanPage};
use super::rules::{Given, ids};
use crate::clock::Now;
use crate::letters::model::State as LetterState;

/// A part whose document has its paper already.
pub(super) const HAS_PAPER: &str = "mark.letter_has_paper";
/// A part whose document is in no book of this office, or void.
const UNKNOWN: &str = "mark.letter_unknown";

/// Whether marks may still part it: once, when no page is on its way any more.
pub(super) fn may_part(scan: &Scan) -> bool {
    scan.state == State::Done && scan.whole && !scan.was_parted && !scan.order.is_empty()
}

/// The documents its marks name.
pub(super) fn named(pages: &[ScanPage]) -> BTreeSet<Uuid> {
    pages.iter().filter_map(|page| page.mark()?.letter).collect()
}

/// The parts, once every page was looked at and a mark was seen.
pub(super) fn fall_apart(scan: &Scan, given: &Given, now: &Now) -> Option<Event> {
    let pages = &given.pages;
    let looked_at = pages.len() == scan.order.len() && pages.iter().all(|page| page.seen.is_some());
    if !may_part(scan) || !looked_at || pages.iter().all(|page| page.mark().is_none()) {
        return None;
    }
    let (documents, bin) = documents(&scan.order, pages);
    let mut taken = BTreeSet::new();
    let mut bound = documents.into_iter().map(|document| {
        let (bound_to, note) = bind(document.letter, given, &mut taken);
        (document.pages, bound_to, note)
    });
    let (kept, bound_to, note) = bound.next().unwrap_or_default();
    let parts = bound
        .zip(ids(now))
        .map(|((pages, bound_to, note), scan)| Part { scan, pages, bound_to, note })
        .collect();
    Some(Event::Parted { scan: scan.id, parts, kept, bin, bound_to, note })
}

/// Pages that belong together.
#[derive(Default)]
struct Document {
    letter: Option<Uuid>,
    pages: Vec<Placed>,
}

/// Walks the order; what has no page is no document.
fn documents(order: &[Placed], pages: &[ScanPage]) -> (Vec<Document>, Vec<u32>) {
    let mut documents = vec![Document::default()];
    let mut bin = Vec::new();
    for (at, (placed, page)) in order.iter().zip(pages).enumerate() {
        let mark = page.mark();
        let current = documents.last().expect("there is always one");
        let same_letter = mark.is_some_and(|mark| mark.letter.is_some() && mark.letter == current.letter);
        if let Some(mark) = mark.filter(|_| !same_letter) {
            documents.push(Document { letter: mark.letter, pages: Vec::new() });
        }
        if mark.is_some_and(is_ours) || is_back_of_ours(pages, at) {
            bin.push(placed.page);
        } else {
            let current = documents.last_mut().expect("there is always one");
            current.pages.push(Placed { opens: false, ..*placed });
        }
    }
    documents.retain(|document| !document.pages.is_empty());
    (documents, bin)
}

/// A sheet we printed, not paper of the document.
fn is_ours(mark: MarkSeen) -> bool {
    matches!(mark.kind, MarkKind::Separator | MarkKind::Sheet)
}

/// The blank other side of a sheet of ours, whichever way it was fed.
fn is_back_of_ours(pages: &[ScanPage], at: usize) -> bool {
    let page = &pages[at];
    let other = match page.side {
        Side::Back => at.checked_sub(1).and_then(|before| pages.get(before)),
        Side::Front => pages.get(at + 1),
    };
    page.is_blank()
        && page.mark().is_none()
        && other.is_some_and(|other| other.side != page.side && other.mark().is_some_and(is_ours))
}

/// The document a part is for, or why it is not. Of two parts for one document the first has it.
fn bind(letter: Option<Uuid>, given: &Given, taken: &mut BTreeSet<Uuid>) -> (Option<Uuid>, Option<String>) {
    let Some(id) = letter else { return (None, None) };
    match given.letters.iter().find(|letter| letter.id == id) {
        None => (None, Some(UNKNOWN.into())),
        Some(letter) if letter.state == LetterState::Void => (None, Some(UNKNOWN.into())),
        Some(letter) if !letter.files.is_empty() || !taken.insert(id) => (None, Some(HAS_PAPER.into())),
        Some(_) => (Some(id), None),
    }
}
