//! Finding lines: by book and year, by what waits for me, by words.

use chrono::{Datelike, NaiveDate};
use journal::{Fault, Page, Rows};
use uuid::Uuid;
use wire::Book;

use super::http::Filter;
use super::model::{Letter, WaitsFor, book_key};
use super::view::{self, BookName, LetterLine};
use crate::delegations;
use crate::error::Error;
use crate::http::{After, Paged, cursor_text};
use crate::kit::{all_under, text};
use crate::rights::{Role, Viewer};

/// One page of the lines this person may see, newest first.
///
/// # Errors
/// A cursor that is none of ours, or the store's fault.
pub fn page(
    rows: &Rows<'_>,
    viewer: &Viewer,
    filter: &Filter,
    after: &After,
    today: NaiveDate,
) -> Result<Paged<LetterLine>, Error> {
    let query = filter.text.as_deref().map(text::fold).filter(|query| !query.is_empty());
    let year = filter.year.unwrap_or_else(|| today.year());
    let wanted = |letter: &Letter| {
        filter.book.is_none_or(|book| letter.book == book.into())
            && filter.state.is_none_or(|state| letter.state == state)
            && query.as_ref().is_none_or(|query| view::matches(letter, query))
            && letter.readable_by(viewer)
    };
    let line = |letter: &Letter| LetterLine::of(letter, viewer, today);
    if filter.waiting == Some(true) {
        let letters = waiting(rows, viewer, today)?;
        return Ok(Paged {
            items: letters.iter().filter(|letter| wanted(letter)).map(line).collect(),
            next: None,
        });
    }
    let (index, prefix) = match (viewer.role, filter.book) {
        (Role::Teacher, _) => ("person", viewer.id.to_string().into_bytes()),
        (_, book) => ("book", book_key(book.map_or(Book::Incoming, BookName::into), year)),
    };
    let of_year = |letter: &Letter| letter.year == year && wanted(letter);
    let (letters, next) = walk(rows, index, &prefix, after, of_year)?;
    Ok(Paged { items: letters.iter().map(line).collect(), next: next.map(|key| cursor_text(&key)) })
}

/// Walks an index backwards until the page is full of wanted lines or the index ends.
fn walk(
    rows: &Rows<'_>,
    index: &str,
    prefix: &[u8],
    after: &After,
    wanted: impl Fn(&Letter) -> bool,
) -> Result<(Vec<Letter>, Option<Vec<u8>>), Error> {
    let mut found = Vec::new();
    let mut next = after.key()?;
    loop {
        let missing = after.limit() - found.len();
        let (letters, further) =
            rows.list::<Letter>(Page::of(index, prefix, missing).backwards().after(next))?;
        found.extend(letters.into_iter().filter(|letter| wanted(letter)));
        if further.is_none() || found.len() >= after.limit() {
            return Ok((found, further));
        }
        next = further;
    }
}

/// What waits for this person: the most urgent day first.
///
/// # Errors
/// If the store fails.
pub fn waiting(rows: &Rows<'_>, viewer: &Viewer, today: NaiveDate) -> Result<Vec<Letter>, Fault> {
    let mut letters: Vec<Letter> = all_under(rows, "waits", &WaitsFor::Person(viewer.id).key())?;
    if viewer.role == Role::Clerk {
        letters.extend(all_under::<Letter>(rows, "waits", &WaitsFor::Clerk.key())?);
        return Ok(in_order(letters));
    }
    let held = delegations::of_person(rows, viewer.id, today)?;
    if viewer.role == Role::Head || !held.is_empty() {
        let heads: Vec<Uuid> = held.into_iter().map(|held| held.from.id).collect();
        // Released, it lies with the clerk; whoever may sign it in whose place is no field of its row.
        let released = all_under::<Letter>(rows, "waits", &WaitsFor::Clerk.key())?.into_iter();
        letters
            .extend(released.filter(|letter| {
                letter.waits_for_signature_of(viewer, &heads) && letter.readable_by(viewer)
            }));
    }
    Ok(in_order(letters))
}

fn in_order(mut letters: Vec<Letter>) -> Vec<Letter> {
    let order = |letter: &Letter| (letter.facts.due_date.unwrap_or(NaiveDate::MAX), letter.begun, letter.id);
    letters.sort_by_key(order);
    letters.dedup_by_key(|letter: &mut Letter| -> Uuid { letter.id });
    letters
}
