//! An incremental update (ISO 32000-1 §7.5.6): the file as it is, then new and changed objects, then a
//! cross-reference section of the same kind as the file's own - a table after tables, a stream after streams, because
//! the standard does not let a table point back at a stream.
//!
//! The update is written here and not by lopdf, because the place of every byte must be known before signing and the
//! trailer of a stream must not be carried over whole.
//!
//! A hybrid file - a table, and a stream that hides objects from readers that know only tables, as Word writes them - is
//! read as two different documents by old and new readers. Its update is one stream with the places of all its objects that
//! points back at nothing, so that every reader sees the same one.

use lopdf::{
    Dictionary, Document, Object, ObjectId, Stream, Writer,
    xref::{XrefEntry, XrefType},
};
use std::{collections::BTreeMap, io::Write};

/// Objects waiting to be appended to a file.
pub(crate) struct Update<'a> {
    base: &'a [u8],
    document: &'a Document,
    bodies: BTreeMap<ObjectId, Vec<u8>>,
    /// Of a hybrid file, what is in it already.
    entries: Entries,
    next: u32,
}

/// What is to be appended to the file, and where the body of each new object begins in the whole.
pub(crate) struct Written {
    pub(crate) tail: Vec<u8>,
    pub(crate) bodies: BTreeMap<ObjectId, usize>,
}

/// ISO 19005-2 §6.1.13.
const MOST_OBJECTS: u32 = 8_388_607;
/// Bytes at the end of a file that tell its states apart: cross-references and trailer.
const TELLING_BYTES: usize = 4096;

impl<'a> Update<'a> {
    pub(crate) fn new(base: &'a [u8], document: &'a Document) -> Self {
        let size = document.trailer.get(b"Size").and_then(Object::as_i64).unwrap_or_default();
        // A size that no file has is not believed.
        let size = u32::try_from(size).ok().filter(|size| *size <= MOST_OBJECTS).unwrap_or_default();
        let next = size.max(document.max_id.saturating_add(1));
        let entries = document.reference_table.entries.clone();
        Update { base, document, bodies: BTreeMap::new(), entries, next }
    }

    /// A new object number.
    pub(crate) fn reserve(&mut self) -> ObjectId {
        let id = (self.next, 0);
        self.next += 1;
        id
    }

    pub(crate) fn add(&mut self, dictionary: Dictionary) -> ObjectId {
        let id = self.reserve();
        self.put(id, &dictionary.into());
        id
    }

    /// A stream, deflated where that makes it smaller.
    pub(crate) fn add_stream(&mut self, dictionary: Dictionary, content: Vec<u8>) -> ObjectId {
        self.add_body(stream_body(dictionary, content))
    }

    /// An object whose bytes are laid out by the caller.
    pub(crate) fn add_body(&mut self, body: Vec<u8>) -> ObjectId {
        let id = self.reserve();
        self.put_body(id, body);
        id
    }

    /// The new state of an object, old or new.
    pub(crate) fn put(&mut self, id: ObjectId, object: &Object) {
        let mut body = Vec::new();
        Writer::write_object(&mut body, object).expect("a Vec takes every byte");
        self.put_body(id, body);
    }

    /// The new state of an object whose bytes are laid out by the caller.
    pub(crate) fn put_body(&mut self, id: ObjectId, body: Vec<u8>) {
        self.bodies.insert(id, body);
    }

    /// Names the state of the document that comes of this update by `what` is in it. The whole file is not digested for
    /// it: that would take as long as signing it.
    pub(crate) fn state(&self, what: &[u8]) -> [u8; 16] {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        context.update(&(self.base.len() as u64).to_be_bytes());
        context.update(&self.base[self.base.len().saturating_sub(TELLING_BYTES)..]);
        context.update(what);
        context.finish().as_ref().first_chunk().copied().expect("SHA-256 has 32 bytes")
    }

    /// All that is to be appended. `identifier` becomes the second half of `/ID`: which state of the document this is
    /// (§14.4).
    pub(crate) fn write(mut self, identifier: &[u8]) -> Written {
        let from = self.base.len();
        let mut tail =
            Vec::with_capacity(self.bodies.values().map(|body| body.len() + 64).sum::<usize>() + 1024);
        // A file may end right after %%EOF; the next object must not touch it.
        if self.base.last() != Some(&b'\n') {
            tail.push(b'\n');
        }
        let mut bodies = BTreeMap::new();
        let mut places = Places::new();
        for (&(number, generation), body) in &self.bodies {
            places.insert(number, (from + tail.len(), generation));
            put(&mut tail, format!("{number} {generation} obj\n").as_bytes());
            bodies.insert((number, generation), from + tail.len());
            put(&mut tail, body);
            put(&mut tail, b"\nendobj\n");
        }
        let start = from + tail.len();
        let entries = std::mem::take(&mut self.entries);
        match self.document.reference_table.cross_reference_type {
            _ if !entries.is_empty() => self.stream(&mut tail, places, entries, identifier),
            XrefType::CrossReferenceTable => self.table(&mut tail, &places, identifier),
            XrefType::CrossReferenceStream => self.stream(&mut tail, places, entries, identifier),
        }
        put(&mut tail, format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
        Written { tail, bodies }
    }

    fn table(&self, tail: &mut Vec<u8>, places: &Places, identifier: &[u8]) {
        put(tail, b"xref\n");
        for (first, count) in runs(places) {
            put(tail, format!("{first} {count}\n").as_bytes());
            for (offset, generation) in places.range(first..first + count).map(|(_, place)| place) {
                put(tail, format!("{offset:010} {generation:05} n \n").as_bytes());
            }
        }
        put(tail, b"trailer\n");
        Writer::write_object(tail, &self.trailer(identifier).into()).expect("a Vec takes every byte");
    }

    fn stream(&mut self, tail: &mut Vec<u8>, places: Places, mut entries: Entries, identifier: &[u8]) {
        let is_all = !entries.is_empty();
        let (number, _) = self.reserve();
        for (number, (offset, generation)) in
            places.into_iter().chain([(number, (self.base.len() + tail.len(), 0))])
        {
            let offset = u32::try_from(offset).expect("files above 2 GiB are not opened");
            entries.insert(number, XrefEntry::Normal { offset, generation });
        }
        let mut content = Vec::new();
        for entry in entries.values() {
            let (kind, place, more) = match *entry {
                XrefEntry::Free | XrefEntry::UnusableFree => (0, 0, u16::MAX),
                XrefEntry::Normal { offset, generation } => (1, offset, generation),
                XrefEntry::Compressed { container, index } => (2, container, index),
            };
            content.push(kind);
            content.extend_from_slice(&place.to_be_bytes());
            content.extend_from_slice(&more.to_be_bytes());
        }
        let index: Vec<Object> = runs(&entries)
            .into_iter()
            .flat_map(|(first, count)| [first, count].map(|n| i64::from(n).into()))
            .collect();
        let mut dictionary = self.trailer(identifier);
        if is_all {
            dictionary.remove(b"Prev");
        }
        dictionary.set("Type", Object::Name(b"XRef".to_vec()));
        dictionary.set("W", vec![1.into(), 4.into(), Object::Integer(2)]);
        dictionary.set("Index", index);
        put(tail, format!("{number} 0 obj\n").as_bytes());
        let stream = Object::Stream(Stream::new(dictionary, content));
        Writer::write_object(tail, &stream).expect("a Vec takes every byte");
        put(tail, b"\nendobj");
    }

    fn trailer(&self, identifier: &[u8]) -> Dictionary {
        let old = &self.document.trailer;
        let previous = i64::try_from(self.document.xref_start).unwrap_or_default();
        let mut trailer = dictionary([("Size", i64::from(self.next).into()), ("Prev", previous.into())]);
        for key in [b"Root".as_slice(), b"Info"] {
            if let Ok(value) = old.get(key) {
                trailer.set(key, value.clone());
            }
        }
        let state = Object::String(identifier.to_vec(), lopdf::StringFormat::Hexadecimal);
        let origin = old.get(b"ID").and_then(Object::as_array).ok().and_then(|id| id.first().cloned());
        trailer.set("ID", vec![origin.unwrap_or_else(|| state.clone()), state]);
        trailer
    }
}

/// Object number -> place in the file and generation.
type Places = BTreeMap<u32, (usize, u16)>;
/// Object number -> where it is.
type Entries = BTreeMap<u32, XrefEntry>;

/// Runs of numbers without a gap: (first, how many).
fn runs<P>(places: &BTreeMap<u32, P>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in places.keys() {
        match runs.last_mut() {
            Some((first, count)) if *first + *count == number => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    runs
}

fn put(bytes: &mut Vec<u8>, more: &[u8]) {
    bytes.write_all(more).expect("a Vec takes every byte");
}

/// A stream as it stands in a file, deflated where that is worth the while.
pub(crate) fn stream_body(dictionary: Dictionary, content: Vec<u8>) -> Vec<u8> {
    // To begin with deflating takes a tenth of the time of a signature, and saves no sector of a disk.
    const LEAST_BYTES: usize = 512;
    let mut stream = Stream::new(dictionary, content);
    if stream.content.len() >= LEAST_BYTES {
        let plain = stream.content.clone();
        if stream.compress().is_err() {
            stream = Stream::new(stream.dict, plain);
        }
    }
    let mut body = Vec::new();
    Writer::write_object(&mut body, &Object::Stream(stream)).expect("a Vec takes every byte");
    body
}

/// A dictionary of the given entries.
pub(crate) fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(key, value);
    }
    dictionary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_gap_make_one_run() {
        let places = |numbers: &[u32]| numbers.iter().map(|&n| (n, (0, 0))).collect::<Places>();
        assert_eq!(runs(&places(&[])), []);
        assert_eq!(runs(&places(&[1, 4, 5, 6, 9])), [(1, 1), (4, 3), (9, 1)]);
    }
}
