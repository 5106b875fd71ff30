//! A file read only where it is needed: the cross-references, then one object at a time, where it stands.
//!
//! Signing a file of 20 MB needs its catalogue, its pages' dictionaries and its form: a few kilobytes. Nothing else is
//! parsed and nothing is copied.
//!
//! Cross-references have to be sound. A file that readers repair must not be updated: the update would point back at what
//! is broken, and other readers would see another document than the signer.

mod scan;
mod xref;

pub(crate) use scan::{Scan, hexadecimal};

use crate::{sign::SignError, standing::MOST_UNPACKED_BYTES};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, xref::XrefType};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use xref::{Place, Sections};

/// Signing larger files would need more memory than a box has, and offsets that old readers do not take.
pub(crate) const MOST_FILE_BYTES: usize = 2 << 30;
/// A reference to a reference to a reference.
const MOST_HOPS: usize = 16;
/// What leads from the catalogue to pages, fields and signatures, and to nothing that is large.
const FOLLOWED: [&[u8]; 26] = [
    b"Root",
    b"Pages",
    b"AcroForm",
    b"Perms",
    b"Kids",
    b"Parent",
    b"Count",
    b"MediaBox",
    b"CropBox",
    b"Rotate",
    b"UserUnit",
    b"Annots",
    b"Rect",
    b"Fields",
    b"FT",
    b"T",
    b"F",
    b"V",
    b"Lock",
    b"Reference",
    b"TransformMethod",
    b"TransformParams",
    b"P",
    b"DocMDP",
    b"SubFilter",
    b"DSS",
];

/// A PDF whose cross-references are known.
pub(crate) struct Source<'a> {
    pdf: &'a [u8],
    sections: Sections,
    unpacked: RefCell<Unpacked>,
}

/// Object streams unpacked so far, and how many bytes more may be: the bound holds for all of them together.
struct Unpacked {
    streams: BTreeMap<u32, Option<Rc<ObjectStream>>>,
    left: usize,
}

struct ObjectStream {
    bytes: Vec<u8>,
    /// Number of the object and where it begins, by index.
    objects: Vec<(u32, usize)>,
}

impl<'a> Source<'a> {
    /// Reads the cross-references. Refuses what is no PDF, damaged, encrypted or too large.
    pub(crate) fn open(pdf: &'a [u8]) -> Result<Source<'a>, SignError> {
        if pdf.len() > MOST_FILE_BYTES {
            return Err(SignError::Huge { bytes: pdf.len() });
        }
        if !pdf.starts_with(b"%PDF-") {
            return Err(SignError::Damaged("does not begin with %PDF-".into()));
        }
        let sections = Sections::read(pdf).map_err(|what| SignError::Damaged(what.into()))?;
        if sections.trailer.has(b"Encrypt") {
            return Err(SignError::Encrypted);
        }
        let unpacked = RefCell::new(Unpacked { streams: BTreeMap::new(), left: MOST_UNPACKED_BYTES });
        Ok(Source { pdf, sections, unpacked })
    }

    /// The object, if the file has it and it is whole. The content of a stream stays where it is.
    pub(crate) fn object(&self, id: ObjectId) -> Option<Object> {
        match *self.sections.places.get(&id.0)? {
            Place::Free => None,
            Place::At { offset, generation } => (generation == id.1).then(|| self.object_at(offset, id))?,
            Place::In { stream, index } => (id.1 == 0).then(|| self.object_in(stream, index, id.0))?,
        }
    }

    /// Follows references to what they stand for.
    pub(crate) fn follow(&self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        for _ in 0..MOST_HOPS {
            let Object::Reference(id) = object else { return Some(object) };
            object = self.object(id)?;
        }
        None
    }

    /// The unpacked content of a stream.
    pub(crate) fn content(&self, stream: &Stream) -> Option<Vec<u8>> {
        let raw = self.raw_content(&stream.dict, stream.start_position?)?;
        let whole = Stream::new(stream.dict.clone(), raw.to_vec());
        whole.decompressed_content_with_limit(MOST_UNPACKED_BYTES).ok()
    }

    fn object_at(&self, offset: usize, id: ObjectId) -> Option<Object> {
        let mut scan = Scan::new(self.pdf, offset);
        if scan.object_header()? != id {
            return None;
        }
        let object = scan.object()?;
        scan.skip_space();
        match object {
            Object::Dictionary(dictionary) if scan.word(b"stream") => {
                // A lone carriage return may begin the content (§7.3.8.1).
                scan.word(b"\r\n").then_some(()).or_else(|| scan.word(b"\n").then_some(()))?;
                Some(Object::Stream(Stream::with_position(dictionary, scan.at)))
            }
            other => Some(other),
        }
    }

    fn raw_content(&self, dictionary: &Dictionary, start: usize) -> Option<&'a [u8]> {
        let length = match dictionary.get(b"Length").ok()? {
            // Not through an object stream: that one's own length could lead here again.
            Object::Reference(id) => match *self.sections.places.get(&id.0)? {
                Place::At { offset, .. } => self.object_at(offset, *id)?.as_i64().ok()?,
                _ => return None,
            },
            other => other.as_i64().ok()?,
        };
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let content = self.pdf.get(start..end)?;
        let mut scan = Scan::new(self.pdf, end);
        scan.skip_space();
        scan.word(b"endstream").then_some(content)
    }

    fn object_in(&self, stream: u32, index: usize, number: u32) -> Option<Object> {
        let stream = self.object_stream(stream)?;
        let (there, at) = *stream.objects.get(index)?;
        (there == number).then(|| Scan::new(&stream.bytes, at).object())?
    }

    fn object_stream(&self, number: u32) -> Option<Rc<ObjectStream>> {
        let mut unpacked = self.unpacked.borrow_mut();
        if let Some(known) = unpacked.streams.get(&number) {
            return known.clone();
        }
        let read = self.unpack(number, unpacked.left).map(Rc::new);
        unpacked.left -= read.as_ref().map_or(0, |stream| stream.bytes.len());
        unpacked.streams.insert(number, read.clone());
        read
    }

    fn unpack(&self, number: u32, most_bytes: usize) -> Option<ObjectStream> {
        let Place::At { offset, generation: 0 } = *self.sections.places.get(&number)? else { return None };
        let Object::Stream(stream) = self.object_at(offset, (number, 0))? else { return None };
        if stream.dict.get_type().ok()? != b"ObjStm" {
            return None;
        }
        let raw = self.raw_content(&stream.dict, stream.start_position?)?;
        let whole = |key: &[u8]| usize::try_from(stream.dict.get(key).ok()?.as_i64().ok()?).ok();
        let (first, count) = (whole(b"First")?, whole(b"N")?);
        let bytes = Stream::new(stream.dict.clone(), raw.to_vec())
            .decompressed_content_with_limit(most_bytes)
            .ok()?;
        let mut scan = Scan::new(&bytes, 0);
        let mut objects = Vec::new();
        for _ in 0..count.min(bytes.len()) {
            let number = u32::try_from(scan.number()?).ok()?;
            objects.push((number, first.checked_add(usize::try_from(scan.number()?).ok()?)?));
        }
        Some(ObjectStream { bytes, objects })
    }

    /// What signing has to know of the file, as lopdf holds it: catalogue, form, fields, signatures, and of the pages their
    /// dictionaries and annotations. Streams are without content; fonts, pictures and actions are not there.
    ///
    /// The table of places is filled only for a hybrid file: an update of it has to carry every one of them.
    pub(crate) fn document(&self) -> Result<Document, SignError> {
        let sections = &self.sections;
        let mut document = Document::new();
        document.trailer = sections.trailer.clone();
        document.xref_start = sections.start;
        document.max_id = sections.places.keys().next_back().copied().unwrap_or_default();
        document.reference_table.cross_reference_type =
            if sections.is_stream { XrefType::CrossReferenceStream } else { XrefType::CrossReferenceTable };
        if sections.is_hybrid {
            document.reference_table.entries = sections.entries();
        }
        let mut wanted: Vec<ObjectId> = Vec::new();
        references(&Object::Dictionary(sections.trailer.clone()), &mut wanted);
        while let Some(id) = wanted.pop() {
            if document.objects.contains_key(&id) {
                continue;
            }
            if let Some(object) = self.object(id) {
                references(&object, &mut wanted);
                document.objects.insert(id, object);
            }
        }
        Ok(document)
    }
}

/// The references in an object that lead on; in a dictionary only those under keys that do.
fn references(object: &Object, found: &mut Vec<ObjectId>) {
    match object {
        Object::Reference(id) => found.push(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, found)),
        Object::Dictionary(dictionary) => {
            let followed = dictionary.iter().filter(|(key, _)| FOLLOWED.contains(&key.as_slice()));
            followed.for_each(|(_, value)| references(value, found));
        }
        _ => {}
    }
}
