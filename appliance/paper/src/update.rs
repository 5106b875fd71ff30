//! An incremental update (ISO 32000-1 §7.5.6): the file as it is, then new and changed objects, then a
//! cross-reference section of the same kind as the file's own - a table after tables, a stream after streams, because
//! the standard does not let a table point back at a stream.
//!
//! lopdf reads the file; the update is written here, because the place of every byte must be known before signing and
//! the trailer of a stream must not be carried over whole.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, Writer, xref::XrefType};
use std::{collections::BTreeMap, io::Write};

/// Objects waiting to be appended to a file.
pub(crate) struct Update<'a> {
    base: &'a [u8],
    document: &'a Document,
    bodies: BTreeMap<ObjectId, Vec<u8>>,
    next: u32,
}

/// The file with the update, and where the body of each new object begins in it.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) bodies: BTreeMap<ObjectId, usize>,
}

impl<'a> Update<'a> {
    pub(crate) fn new(base: &'a [u8], document: &'a Document) -> Self {
        let size = document.trailer.get(b"Size").and_then(Object::as_i64).unwrap_or_default();
        let next = u32::try_from(size).unwrap_or_default().max(document.max_id.saturating_add(1));
        Update { base, document, bodies: BTreeMap::new(), next }
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
        let mut stream = Stream::new(dictionary, content.clone());
        if stream.compress().is_err() {
            stream = Stream::new(stream.dict, content);
        }
        let id = self.reserve();
        self.put(id, &Object::Stream(stream));
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

    /// Appends everything. `identifier` becomes the second half of `/ID`: which state of the document this is (§14.4).
    pub(crate) fn write(mut self, identifier: &[u8]) -> Written {
        let mut bytes = self.base.to_vec();
        // A file may end right after %%EOF; the next object must not touch it.
        if bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        let mut bodies = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (&(number, generation), body) in &self.bodies {
            places.insert(number, (bytes.len(), generation));
            put(&mut bytes, format!("{number} {generation} obj\n").as_bytes());
            bodies.insert((number, generation), bytes.len());
            put(&mut bytes, body);
            put(&mut bytes, b"\nendobj\n");
        }
        let start = bytes.len();
        match self.document.reference_table.cross_reference_type {
            XrefType::CrossReferenceTable => self.table(&mut bytes, &places, identifier),
            XrefType::CrossReferenceStream => self.stream(&mut bytes, places, identifier),
        }
        put(&mut bytes, format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
        Written { bytes, bodies }
    }

    fn table(&self, bytes: &mut Vec<u8>, places: &Places, identifier: &[u8]) {
        put(bytes, b"xref\n");
        for (first, count) in runs(places) {
            put(bytes, format!("{first} {count}\n").as_bytes());
            for (offset, generation) in places.range(first..first + count).map(|(_, place)| place) {
                put(bytes, format!("{offset:010} {generation:05} n \n").as_bytes());
            }
        }
        put(bytes, b"trailer\n");
        Writer::write_object(bytes, &self.trailer(identifier).into()).expect("a Vec takes every byte");
    }

    fn stream(&mut self, bytes: &mut Vec<u8>, mut places: Places, identifier: &[u8]) {
        let (number, _) = self.reserve();
        places.insert(number, (bytes.len(), 0));
        let mut content = Vec::new();
        for (offset, generation) in places.values() {
            content.push(1);
            content.extend_from_slice(&(*offset as u64).to_be_bytes());
            content.extend_from_slice(&generation.to_be_bytes());
        }
        let index: Vec<Object> = runs(&places)
            .into_iter()
            .flat_map(|(first, count)| [first, count].map(|n| i64::from(n).into()))
            .collect();
        let mut dictionary = self.trailer(identifier);
        dictionary.set("Type", Object::Name(b"XRef".to_vec()));
        dictionary.set("W", vec![1.into(), 8.into(), Object::Integer(2)]);
        dictionary.set("Index", index);
        put(bytes, format!("{number} 0 obj\n").as_bytes());
        let stream = Object::Stream(Stream::new(dictionary, content));
        Writer::write_object(bytes, &stream).expect("a Vec takes every byte");
        put(bytes, b"\nendobj");
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

/// Runs of numbers without a gap: (first, how many).
fn runs(places: &Places) -> Vec<(u32, u32)> {
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
