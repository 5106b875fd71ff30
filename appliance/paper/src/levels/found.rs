//! The signatures a file holds.

use super::LevelError;
use crate::{
    source::{Source, hexadecimal},
    standing::Standing,
};
use der::{Decode, Header, Reader, SliceReader};
use lopdf::{Dictionary, Document, Object};
use std::{collections::BTreeSet, ops::Range};

/// One signature or document time stamp, as it stands in the file. Whether it is a good one is judged elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Full name of the field.
    pub field: String,
    /// How the signature is encoded (`/SubFilter`).
    pub sub_filter: String,
    /// The hexadecimal string of `/Contents` with its angle brackets, as offsets into the file.
    pub hole: Range<usize>,
    /// Where the signed bytes end.
    pub end: usize,
    /// What stands in the hole, with the zeros that fill it.
    pub contents: Vec<u8>,
}

impl Found {
    /// Whether it is a document time stamp.
    pub fn is_time_stamp(&self) -> bool {
        self.sub_filter == "ETSI.RFC3161"
    }

    /// The CMS or time stamp token without the zeros behind it; all of the hole if it is none.
    pub fn cms(&self) -> &[u8] {
        der_length(&self.contents).and_then(|length| self.contents.get(..length)).unwrap_or(&self.contents)
    }

    /// The name under which the DSS keeps what belongs to this signature: SHA-1 of the whole hole (EN 319 142-1 §5.4.2.3).
    pub(super) fn vri_key(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.contents);
        hex::encode_upper(digest)
    }
}

/// Bytes of the DER value at the beginning, with its tag and length.
pub(super) fn der_length(der: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(der).ok()?;
    let header = Header::decode(&mut reader).ok()?;
    let content = usize::try_from(header.length).ok()?;
    usize::try_from(reader.position()).ok()?.checked_add(content)
}

/// The signatures and document time stamps of a file in the order in which they were made.
///
/// Fields without a signature, and signatures whose place in the file is not the one they name, are left out.
pub fn signatures(pdf: &[u8]) -> Result<Vec<Found>, LevelError> {
    Source::open(pdf)?;
    Ok(in_standing(pdf, &Standing::read(pdf)?))
}

pub(super) fn in_standing(pdf: &[u8], standing: &Standing) -> Vec<Found> {
    let (_, form) = standing.form();
    let mut fields: Vec<(Object, String)> = Vec::new();
    let push = |fields: &mut Vec<(Object, String)>, kids: Vec<Object>, above: &str| {
        fields.extend(kids.into_iter().map(|kid| (kid, above.to_owned())));
    };
    push(&mut fields, standing.array(&form, b"Fields").unwrap_or_default(), "");
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some((field, above)) = fields.pop() {
        if let Object::Reference(id) = field
            && !seen.insert(id)
        {
            continue;
        }
        let Some(field) = dictionary(&standing.document, &field) else { continue };
        let name = full_name(&standing.document, field, &above);
        found.extend(signature(pdf, &standing.document, field, &name));
        push(&mut fields, standing.array(field, b"Kids").unwrap_or_default(), &name);
    }
    found.sort_by_key(|signature| signature.end);
    found
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

fn full_name(document: &Document, field: &Dictionary, above: &str) -> String {
    let own = field.get_deref(b"T", document).and_then(lopdf::decode_text_string).unwrap_or_default();
    match (above.is_empty(), own.is_empty()) {
        (_, true) => above.to_owned(),
        (true, false) => own,
        (false, false) => format!("{above}.{own}"),
    }
}

fn signature(pdf: &[u8], document: &Document, field: &Dictionary, name: &str) -> Option<Found> {
    let value = field.get_deref(b"V", document).ok()?.as_dict().ok()?;
    let range = value.get_deref(b"ByteRange", document).ok()?.as_array().ok()?;
    let numbers: Vec<usize> =
        range.iter().filter_map(|number| usize::try_from(number.as_i64().ok()?).ok()).collect();
    let [0, start, after, length] = numbers[..] else { return None };
    let end = after.checked_add(length).filter(|end| *end <= pdf.len())?;
    let digits = pdf.get(start..after)?.strip_prefix(b"<")?.strip_suffix(b">")?;
    let contents = hexadecimal(digits)?;
    if value.get(b"Contents").ok()?.as_str().ok()? != contents {
        return None;
    }
    let sub_filter = value.get_deref(b"SubFilter", document).ok()?.as_name().ok()?;
    let sub_filter = String::from_utf8_lossy(sub_filter).into_owned();
    Some(Found { field: name.to_owned(), sub_filter, hole: start..after, end, contents })
}
