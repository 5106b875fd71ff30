//! Cross-reference sections (ISO 32000-1 §7.5.4, §7.5.8): which object stands where, as of one save of the file.

use crate::{
    Fault,
    budget::Budget,
    object::{Dict, Id, Object},
    packed::unpack,
    syntax::{Parser, is_space},
};
use std::collections::BTreeMap;

/// Saves of one file. A document with five signatures, each brought to B-LTA and renewed for decades, has under 100.
const MOST_SECTIONS: usize = 512;
/// Objects of one file; a book of 2000 tagged pages has fewer.
const MOST_ENTRIES: usize = 1_500_000;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    /// `number generation obj` begins at this byte.
    At {
        offset: usize,
        generation: u16,
    },
    /// In an object stream.
    In {
        container: u32,
        index: u32,
    },
}

/// One cross-reference section with its trailer.
pub(crate) struct Section {
    pub(crate) at: usize,
    /// Behind the `%%EOF` that follows it; behind the section when none does.
    pub(crate) end: usize,
    /// Behind the section itself, where `startxref` must follow.
    pub(crate) closes: usize,
    /// What the `startxref` behind it says.
    pub(crate) startxref: Option<usize>,
    pub(crate) trailer: Dict,
    pub(crate) entries: BTreeMap<u32, Entry>,
    /// Entries for readers that know streams, in a file for readers that do not (§7.5.8.4).
    pub(crate) hybrid: Option<BTreeMap<u32, Entry>>,
}

/// Sections from the one at `start` back to the first, oldest first.
pub(crate) fn chain(bytes: &[u8], start: usize, budget: &Budget) -> Result<Vec<Section>, Fault> {
    let mut sections: Vec<Section> = Vec::new();
    let (mut next, mut entries) = (Some(start), 0);
    while let Some(at) = next {
        if sections.iter().any(|section| section.at == at) {
            return Err(Fault::CrossReferences("they run in a circle"));
        }
        let section = section(bytes, at, budget)?;
        entries += section.entries.len() + section.hybrid.as_ref().map_or(0, BTreeMap::len);
        if sections.len() >= MOST_SECTIONS || entries > MOST_ENTRIES {
            return Err(budget.overdrawn());
        }
        next = match section.trailer.get("Prev") {
            None => None,
            Some(previous) => Some(offset(previous).ok_or(Fault::CrossReferences("/Prev is no offset"))?),
        };
        sections.push(section);
    }
    sections.reverse();
    Ok(sections)
}

fn offset(value: &Object) -> Option<usize> {
    value.as_whole().and_then(|number| usize::try_from(number).ok())
}

fn section(bytes: &[u8], at: usize, budget: &Budget) -> Result<Section, Fault> {
    if at >= bytes.len() {
        return Err(Fault::CrossReferences("they point behind the end"));
    }
    let mut parser = Parser::new(bytes, at, budget.nodes());
    parser.skip_space();
    let mut section =
        if parser.take(b"xref") { table(bytes, parser, budget)? } else { stream(bytes, parser.at, budget)? };
    section.at = at;
    if section.trailer.ambiguous {
        return Err(Fault::CrossReferences("a trailer says something twice"));
    }
    if section.trailer.get("Encrypt").is_some() {
        return Err(Fault::Encrypted);
    }
    if let Some((startxref, end)) = closing(bytes, section.closes) {
        (section.startxref, section.end) = (Some(startxref), end);
    }
    Ok(section)
}

/// `startxref`, number and `%%EOF` where they must stand; gives the number and the end.
pub(crate) fn closing(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut parser = Parser::new(bytes, at, 0);
    spaces(&mut parser);
    let word = parser.take(b"startxref");
    spaces(&mut parser);
    let number = parser.digits().filter(|_| word)?;
    spaces(&mut parser);
    let rest = &bytes[parser.at..];
    let number = usize::try_from(number).ok()?;
    rest.starts_with(b"%%EOF").then_some((number, parser.at + 5))
}

fn spaces(parser: &mut Parser) {
    while parser.peek().is_some_and(is_space) {
        parser.at += 1;
    }
}

fn table(bytes: &[u8], mut parser: Parser, budget: &Budget) -> Result<Section, Fault> {
    let broken = Fault::CrossReferences("a table is broken");
    let mut entries = BTreeMap::new();
    loop {
        parser.skip_space();
        if parser.take(b"trailer") {
            break;
        }
        let first = parser.digits().ok_or(broken)?;
        parser.skip_space();
        let count = parser.digits().ok_or(broken)?;
        let run = run(&mut parser, first, count).ok_or(broken)?;
        entries.extend(run);
        if entries.len() > MOST_ENTRIES {
            return Err(budget.overdrawn());
        }
    }
    let trailer = parser.object()?;
    budget.charge_nodes(parser.nodes);
    let trailer = trailer.as_dict().cloned().ok_or(broken)?;
    let closes = parser.at;
    let hybrid = match trailer.get("XRefStm").map(offset) {
        None => None,
        Some(None) => return Err(broken),
        Some(Some(at)) => Some(stream(bytes, at, budget)?.entries),
    };
    Ok(Section { at: 0, end: closes, closes, startxref: None, trailer, entries, hybrid })
}

/// One subsection. A run that begins at 1 with the head of the free list is a known slip of writers for 0.
fn run(parser: &mut Parser, first: u64, count: u64) -> Option<Vec<(u32, Entry)>> {
    let mut first = u32::try_from(first).ok()?;
    let mut run = Vec::new();
    for place in 0..u32::try_from(count).ok()? {
        parser.skip_space();
        let offset = parser.digits()?;
        parser.skip_space();
        let generation = parser.digits()?;
        parser.skip_space();
        let in_use = parser.take(b"n");
        if !in_use && !parser.take(b"f") {
            return None;
        }
        if place == 0 && first == 1 && offset == 0 && generation == 65535 && !in_use {
            first = 0;
        }
        let at = || {
            Some(Entry::At { offset: usize::try_from(offset).ok()?, generation: generation.try_into().ok()? })
        };
        run.push((first.checked_add(place)?, if in_use { at()? } else { Entry::Free }));
        if run.len() > MOST_ENTRIES {
            return None;
        }
    }
    Some(run)
}

fn stream(bytes: &[u8], at: usize, budget: &Budget) -> Result<Section, Fault> {
    let broken = Fault::CrossReferences("a cross-reference stream is broken");
    let mut body =
        Body::read(bytes, at, budget)?.ok_or(Fault::CrossReferences("they point at something else"))?;
    let dict = body.object.as_dict().cloned().ok_or(broken)?;
    let length = dict.get("Length").and_then(offset).ok_or(broken)?;
    let data = body.stream(bytes, length).ok_or(broken)?;
    if !dict.is("Type", "XRef") {
        return Err(Fault::CrossReferences("they point at something else"));
    }
    let rows = unpack(&dict, &bytes[data], budget)?;
    let entries = rows_of(&dict, &rows).ok_or(broken)?;
    Ok(Section { at, end: body.end, closes: body.end, startxref: None, trailer: dict, entries, hybrid: None })
}

fn rows_of(dict: &Dict, rows: &[u8]) -> Option<BTreeMap<u32, Entry>> {
    let whole = |value: &Object| value.as_whole().and_then(|number| u32::try_from(number).ok());
    let widths: Vec<usize> = dict
        .get("W")?
        .as_array()?
        .iter()
        .map(|width| whole(width).map(|w| w as usize))
        .collect::<Option<_>>()?;
    let [kind, second, third] = widths.try_into().ok()?;
    if kind > 8 || second > 8 || third > 8 || kind + second + third == 0 {
        return None;
    }
    let numbers: Vec<u32> = match dict.get("Index") {
        None => vec![0, whole(dict.get("Size")?)?],
        Some(index) => index.as_array()?.iter().map(whole).collect::<Option<_>>()?,
    };
    let mut rows = rows.chunks_exact(kind + second + third);
    let mut entries = BTreeMap::new();
    for run in numbers.chunks(2) {
        let &[first, count] = run else { return None };
        for number in first..first.checked_add(count)? {
            let row = rows.next()?;
            let field = |from: usize, width: usize| {
                row[from..from + width].iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte))
            };
            let (a, b) = (field(kind, second), field(kind + second, third));
            let entry = match if kind == 0 { 1 } else { field(0, kind) } {
                0 => Entry::Free,
                1 => Entry::At { offset: usize::try_from(a).ok()?, generation: u16::try_from(b).ok()? },
                2 => Entry::In { container: u32::try_from(a).ok()?, index: u32::try_from(b).ok()? },
                // A kind to come counts as a reference to null (§7.5.8.3).
                _ => Entry::Free,
            };
            entries.insert(number, entry);
            if entries.len() > MOST_ENTRIES {
                return None;
            }
        }
    }
    Some(entries)
}

/// An indirect object in the file.
pub(crate) struct Body {
    pub(crate) id: Id,
    pub(crate) object: Object,
    /// Where each value of the dictionary stands; empty for what is packed.
    pub(crate) spans: Vec<crate::syntax::Span>,
    /// Where data begin, if it is a stream.
    pub(crate) data: Option<usize>,
    /// Behind `endobj`; for a stream before its length is known: behind `stream`.
    pub(crate) end: usize,
}

impl Body {
    /// `number generation obj` and what follows; none where nothing of the kind begins.
    pub(crate) fn read(bytes: &[u8], at: usize, budget: &Budget) -> Result<Option<Body>, Fault> {
        let mut parser = Parser::new(bytes, at, budget.nodes());
        let Some(id) = head(&mut parser) else { return Ok(None) };
        let object = parser.object();
        budget.charge_nodes(parser.nodes);
        if object == Err(Fault::TooComplex) {
            return Err(budget.overdrawn());
        }
        let object = object?;
        parser.skip_space();
        let mut body = Body { id, object, spans: std::mem::take(&mut parser.spans), data: None, end: 0 };
        if parser.take(b"endobj") {
            body.end = parser.at;
        } else if body.object.as_dict().is_some() && bytes[parser.at..].starts_with(b"stream") {
            parser.at += 6;
            // A carriage return alone is no end of line here (§7.3.8.1).
            parser.at += usize::from(parser.peek() == Some(b'\r'));
            if parser.peek() != Some(b'\n') {
                return Err(Fault::Syntax("a stream does not begin on a line of its own"));
            }
            parser.at += 1;
            (body.data, body.end) = (Some(parser.at), parser.at);
        } else {
            return Err(Fault::Syntax("an object does not end"));
        }
        Ok(Some(body))
    }

    /// Data of `length` bytes, when they end where they should. Sets the end.
    pub(crate) fn stream(&mut self, bytes: &[u8], length: usize) -> Option<std::ops::Range<usize>> {
        let begin = self.data?;
        let end = begin.checked_add(length).filter(|&end| end <= bytes.len())?;
        let mut parser = Parser::new(bytes, end, 0);
        spaces(&mut parser);
        let ends = parser.take(b"endstream");
        spaces(&mut parser);
        if !ends || !parser.take(b"endobj") {
            return None;
        }
        self.end = parser.at;
        Some(begin..end)
    }
}

fn head(parser: &mut Parser) -> Option<Id> {
    parser.skip_space();
    let number = parser.digits()?;
    parser.skip_space();
    let generation = parser.digits()?;
    parser.skip_space();
    let is_object = parser.peek() == Some(b'o') && parser.take_prefix(b"obj");
    is_object.then_some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?))
}
