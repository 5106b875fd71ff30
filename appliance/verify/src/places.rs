//! Where the signatures of a file are, and what exactly each of them covers (ISO 32000-1 §12.8.1).
//!
//! A signature counts for the bytes outside one gap, and the gap must be nothing but its own `/Contents`: everything
//! looser has been used to smuggle in another document (signature wrapping, incremental saving, universal forgery).

use crate::{
    Fault,
    fields::fields,
    file::{File, Found},
    object::{Dict, Id, Object},
    sections::{Entry, closing},
    syntax::is_space,
};
use std::{collections::HashSet, ops::Range};

/// A register of a class signed by everybody has fewer.
const MOST_SIGNATURES: usize = 64;

/// A filled signature field.
pub(crate) struct Place {
    pub(crate) field: String,
    pub(crate) dict: Dict,
    /// `/Lock` of the field.
    pub(crate) lock: Option<Dict>,
    /// Index of the section in which it first appears.
    pub(crate) appears: usize,
    /// What it covers, or why that cannot be said.
    pub(crate) cover: Result<Cover, Loose>,
}

/// What a signature covers.
pub(crate) struct Cover {
    /// The bytes before and behind the gap.
    pub(crate) parts: [Range<usize>; 2],
    /// `/Contents`, with the zeros that fill the gap.
    pub(crate) contents: Vec<u8>,
    /// Index of the newest section that is covered; none when the covered state is not one this file grew from.
    pub(crate) revision: Option<usize>,
}

impl Cover {
    /// Behind the last covered byte.
    pub(crate) fn end(&self) -> usize {
        self.parts[1].end
    }
}

/// Why it cannot be said what a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loose {
    /// `/ByteRange` is missing or no `[0 a b c]` inside the file.
    Range,
    /// The gap is not exactly the `/Contents` of this dictionary.
    Gap,
    /// The range does not end where a save of the file ends.
    End,
    /// The dictionary is not in the file as an object of its own, or says something twice.
    Dictionary,
    /// The covered part does not contain the signature.
    Elsewhere,
}

/// Signatures of all states of the file, in the order in which they were made: what a later update removed or
/// exchanged is found as well.
pub(crate) fn places(file: &File) -> Result<Vec<Place>, Fault> {
    let mut places: Vec<Place> = Vec::new();
    let mut seen = HashSet::new();
    for appears in 0..file.sections.len() {
        let view = file.view(appears);
        for field in fields(view).into_iter().filter(|field| field.is_signature()) {
            let Some(value) = field.dict.get("V").filter(|value| view.resolve(Some(value)) != Object::Null)
            else {
                continue;
            };
            let id = value.as_ref();
            let found = id.and_then(|id| view.find(id).ok().flatten());
            let offset = found.as_ref().and_then(|found| found.extent.clone());
            if !seen.insert((field.name.clone(), id, offset.map(|extent| extent.start))) {
                continue;
            }
            let dict = view.dict(Some(value)).unwrap_or_default();
            let cover = match (id, found) {
                (Some(id), Some(found)) => cover(file, id, &found, &dict, appears),
                _ => Err(Loose::Dictionary),
            };
            let lock = view.dict(field.dict.get("Lock"));
            places.push(Place { field: field.name, dict, lock, appears, cover });
            if places.len() > MOST_SIGNATURES {
                return Err(file.budget.overdrawn());
            }
        }
    }
    places.sort_by_key(|place| match &place.cover {
        Ok(cover) => (place.appears, cover.end()),
        Err(_) => (place.appears, 0),
    });
    Ok(places)
}

fn cover(file: &File, id: Id, found: &Found, dict: &Dict, appears: usize) -> Result<Cover, Loose> {
    let mut spans = found.spans.iter().filter(|span| span.key == b"Contents");
    let (Some(span), None, false) = (spans.next(), spans.next(), dict.ambiguous) else {
        return Err(Loose::Dictionary);
    };
    let (Some(extent), Some(contents)) = (&found.extent, dict.get("Contents").and_then(Object::as_text))
    else {
        return Err(Loose::Dictionary);
    };
    let parts = byte_range(dict, file.bytes.len()).ok_or(Loose::Range)?;
    let gap = parts[0].end..parts[1].start;
    if gap != span.at || file.bytes[gap.start] != b'<' {
        return Err(Loose::Gap);
    }
    let end = parts[1].end;
    let start = startxref_before(file.bytes, end).ok_or(Loose::End)?;
    let revision = file.sections.iter().position(|section| section.at == start);
    if revision.is_some_and(|revision| file.sections[revision].closes > end) {
        return Err(Loose::End);
    }
    if extent.end > end || revision.is_some_and(|revision| !stands(file, id, extent.start, revision, appears))
    {
        return Err(Loose::Elsewhere);
    }
    Ok(Cover { parts, contents: contents.to_vec(), revision })
}

/// The signature is part of the state that it covers.
fn stands(file: &File, id: Id, offset: usize, revision: usize, appears: usize) -> bool {
    let there = file.view(revision).entry(id.0) == Entry::At { offset, generation: id.1 };
    there && appears <= revision
}

fn byte_range(dict: &Dict, length: usize) -> Option<[Range<usize>; 2]> {
    let numbers: Vec<usize> = dict
        .get("ByteRange")?
        .as_array()?
        .iter()
        .map(|number| number.as_whole().and_then(|number| usize::try_from(number).ok()))
        .collect::<Option<_>>()?;
    let &[0, before, behind, rest] = numbers.as_slice() else { return None };
    let end = behind.checked_add(rest)?;
    (before < behind && end <= length).then_some([0..before, behind..end])
}

/// The number of the `startxref` with which the file ends at `end`, white space apart.
fn startxref_before(bytes: &[u8], end: usize) -> Option<usize> {
    const TAIL: usize = 200;
    let tail = &bytes[end.saturating_sub(TAIL)..end];
    let word = b"startxref";
    let at = (0..tail.len().saturating_sub(word.len())).rev().find(|&at| tail[at..].starts_with(word))?;
    let (start, closes) = closing(&bytes[..end], end - tail.len() + at)?;
    bytes[closes..end].iter().all(|&byte| is_space(byte)).then_some(start)
}
