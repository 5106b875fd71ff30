//! Where the objects of a file stand: tables, streams, and both in one (ISO 32000-1 §7.5.4, §7.5.8).

use super::Scan;
use crate::standing::MOST_UNPACKED_BYTES;
use lopdf::{
    Dictionary, Object, Stream,
    xref::{XrefEntry, decode_xref_stream_with_limit},
};
use std::collections::{BTreeMap, BTreeSet};

/// Every signature adds one; a file of more was made to be slow.
const MOST_SECTIONS: usize = 4096;
/// Where a reader looks for `startxref`, from the end.
const TAIL_BYTES: usize = 2048;
/// The highest number an object may have (ISO 19005-2 §6.1.13).
const MOST_OBJECTS: u64 = 8_388_607;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    At { offset: usize, generation: u16 },
    In { stream: u32, index: usize },
}

/// All sections of a file, the newest having the last word.
pub(super) struct Sections {
    pub(super) places: BTreeMap<u32, Place>,
    /// Of the newest section.
    pub(super) trailer: Dictionary,
    /// Where the newest section begins.
    pub(super) start: usize,
    /// Whether the newest section is a stream.
    pub(super) is_stream: bool,
    /// Whether some table hides objects from readers that know only tables (`/XRefStm`).
    pub(super) is_hybrid: bool,
}

/// One section as it stands in the file.
struct Section {
    places: Vec<(u32, Place)>,
    trailer: Dictionary,
    is_stream: bool,
}

impl Sections {
    pub(super) fn read(pdf: &[u8]) -> Result<Sections, &'static str> {
        let start = start(pdf).ok_or("no startxref")?;
        let newest = Section::read(pdf, start).ok_or("cross-reference table")?;
        let trailer = newest.trailer.clone();
        let is_stream = newest.is_stream;
        let mut all = Sections { places: BTreeMap::new(), trailer, start, is_stream, is_hybrid: false };
        let mut seen = BTreeSet::from([start]);
        let mut section = newest;
        loop {
            all.take_in(pdf, &section)?;
            let Some(previous) = offset(&section.trailer, b"Prev")? else { return Ok(all) };
            if !seen.insert(previous) || seen.len() > MOST_SECTIONS {
                return Err("cross-reference tables in a circle");
            }
            section = Section::read(pdf, previous).ok_or("earlier cross-reference table")?;
        }
    }

    /// An object in use, then what the hidden stream says, then free ones: in this order a hybrid section speaks (§7.5.8.4).
    fn take_in(&mut self, pdf: &[u8], section: &Section) -> Result<(), &'static str> {
        let hidden = match offset(&section.trailer, b"XRefStm")? {
            Some(at) => {
                self.is_hybrid = true;
                Section::read(pdf, at)
                    .filter(|hidden| hidden.is_stream)
                    .ok_or("hybrid cross-references")?
                    .places
            }
            None => Vec::new(),
        };
        let (free, used): (Vec<_>, Vec<_>) =
            section.places.iter().copied().partition(|(_, place)| *place == Place::Free);
        for (number, place) in used.into_iter().chain(hidden).chain(free) {
            self.places.entry(number).or_insert(place);
        }
        Ok(())
    }

    /// As lopdf writes them down.
    pub(super) fn entries(&self) -> BTreeMap<u32, XrefEntry> {
        let entry = |place: &Place| match *place {
            Place::Free => Some(XrefEntry::Free),
            Place::At { offset, generation } => {
                Some(XrefEntry::Normal { offset: u32::try_from(offset).ok()?, generation })
            }
            Place::In { stream, index } => {
                Some(XrefEntry::Compressed { container: stream, index: u16::try_from(index).ok()? })
            }
        };
        self.places.iter().filter_map(|(&number, place)| Some((number, entry(place)?))).collect()
    }
}

impl Section {
    fn read(pdf: &[u8], at: usize) -> Option<Section> {
        let mut scan = Scan::new(pdf, at);
        scan.skip_space();
        if scan.word(b"xref") { Section::table(&mut scan) } else { Section::stream(pdf, scan.at) }
    }

    fn table(scan: &mut Scan<'_>) -> Option<Section> {
        let mut places = Vec::new();
        loop {
            scan.skip_space();
            if scan.word(b"trailer") {
                let trailer = scan.dictionary(0)?;
                return Some(Section { places, trailer, is_stream: false });
            }
            let (first, count) = (scan.number()?, scan.number()?);
            if first.checked_add(count)? > MOST_OBJECTS + 1 {
                return None;
            }
            for number in first..first + count {
                let (offset, generation) = (scan.number()?, scan.number()?);
                scan.skip_space();
                let in_use = scan.word(b"n");
                if !in_use && !scan.word(b"f") {
                    return None;
                }
                // Some programs write an object that was never made as one in use at offset zero.
                let place = match (in_use && offset > 0, u16::try_from(generation)) {
                    (true, Ok(generation)) => Place::At { offset: usize::try_from(offset).ok()?, generation },
                    _ => Place::Free,
                };
                places.push((u32::try_from(number).ok()?, place));
            }
        }
    }

    fn stream(pdf: &[u8], at: usize) -> Option<Section> {
        let mut scan = Scan::new(pdf, at);
        scan.object_header()?;
        let dictionary = scan.dictionary(0)?;
        scan.skip_space();
        if dictionary.get_type().ok()? != b"XRef" || !scan.word(b"stream") {
            return None;
        }
        scan.word(b"\r");
        scan.word(b"\n");
        let length = usize::try_from(dictionary.get(b"Length").ok()?.as_i64().ok()?).ok()?;
        let content = pdf.get(scan.at..scan.at.checked_add(length)?)?.to_vec();
        let stream = Stream::new(dictionary.clone(), content);
        let (xref, _) = decode_xref_stream_with_limit(stream, Some(MOST_UNPACKED_BYTES)).ok()?;
        let place = |entry| match entry {
            XrefEntry::Free | XrefEntry::UnusableFree => Place::Free,
            XrefEntry::Normal { offset, generation } => Place::At { offset: offset as usize, generation },
            XrefEntry::Compressed { container, index } => {
                Place::In { stream: container, index: index.into() }
            }
        };
        let places = xref.entries.into_iter().map(|(number, entry)| (number, place(entry)));
        let places = places.filter(|(number, _)| u64::from(*number) <= MOST_OBJECTS).collect();
        Some(Section { places, trailer: dictionary, is_stream: true })
    }
}

/// The offset behind the last `startxref`.
fn start(pdf: &[u8]) -> Option<usize> {
    const MARK: &[u8] = b"startxref";
    let from = pdf.len().saturating_sub(TAIL_BYTES);
    let at = pdf[from..].windows(MARK.len()).rposition(|window| window == MARK)?;
    usize::try_from(Scan::new(pdf, from + at + MARK.len()).number()?).ok()
}

fn offset(trailer: &Dictionary, key: &[u8]) -> Result<Option<usize>, &'static str> {
    match trailer.get(key) {
        Err(_) => Ok(None),
        Ok(Object::Integer(at)) => {
            usize::try_from(*at).map(Some).map_err(|_| "offset of a cross-reference table")
        }
        Ok(_) => Err("offset of a cross-reference table"),
    }
}
