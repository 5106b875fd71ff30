//! The hole that a signature goes into: the hexadecimal string of `/Contents`, the only bytes a signature does not cover.
//!
//! The signature dictionary (ISO 32000-1 §12.8.1) is laid out by hand, because its places must be found again to the byte.
//! The file itself is never copied: what is new is a tail, and the whole is written as file, tail.

use crate::{
    pdftext::{date, text_string},
    sign::{SignError, SignatureFacts, Signed},
    update::{Update, Written},
};
use lopdf::{Object, ObjectId, Writer};
use ring::digest::{Algorithm, Context, Digest};
use std::ops::Range;

/// Room for the CMS and for what comes into it later: a signature with three certificates takes 3 to 5 KB, the token of a
/// time stamp with its own certificates as much again. One below 32 KiB, because PDF/A allows strings of 32767 bytes
/// (ISO 19005-2 §6.1.13).
pub(crate) const HOLE_BYTES: usize = (32 << 10) - 1;
/// Wider than any offset in a file under 10 GB.
const RANGE_DIGITS: usize = 10;

/// A signature dictionary whose signature is missing, as bytes.
pub(crate) struct Layout {
    body: Vec<u8>,
    range_at: usize,
    hole: Range<usize>,
}

impl Layout {
    /// Of a person's or a body's signature.
    pub(crate) fn signature(facts: &SignatureFacts) -> Layout {
        let mut body = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached".to_vec();
        let texts = [
            ("/Name", Some(&facts.name)),
            ("/Reason", facts.reason.as_ref()),
            ("/Location", facts.location.as_ref()),
        ];
        for (key, words) in texts {
            if let Some(words) = words {
                body.extend_from_slice(key.as_bytes());
                let string = Object::string_literal(text_string(words));
                Writer::write_object(&mut body, &string).expect("a Vec takes every byte");
            }
        }
        body.extend_from_slice(format!("/M({})", date(&facts.signed_at)).as_bytes());
        Layout::with_places(body)
    }

    /// Of a document time stamp (ISO 32000-2 §12.8.5): the time stands in the token alone.
    pub(crate) fn time_stamp() -> Layout {
        Layout::with_places(b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161".to_vec())
    }

    fn with_places(mut body: Vec<u8>) -> Layout {
        body.extend_from_slice(b"/ByteRange[");
        let range_at = body.len();
        body.resize(range_at + 4 * RANGE_DIGITS + 3, b' ');
        body.extend_from_slice(b"]/Contents");
        let start = body.len();
        body.push(b'<');
        body.resize(body.len() + 2 * HOLE_BYTES, b'0');
        body.push(b'>');
        let hole = start..body.len();
        body.extend_from_slice(b">>");
        Layout { body, range_at, hole }
    }

    /// Writes the update with this dictionary as its object `id`, and which bytes will be signed.
    pub(crate) fn write<'a>(self, mut update: Update<'_>, id: ObjectId, base: &'a [u8]) -> Reserved<'a> {
        let name = update.state(&self.body[..self.range_at]);
        update.put_body(id, self.body);
        let Written { mut tail, bodies } = update.write(&name);
        let hole = bodies[&id] + self.hole.start..bodies[&id] + self.hole.end;
        let after = base.len() + tail.len() - hole.end;
        let range = [0, hole.start, hole.end, after].map(|n| format!("{n:<RANGE_DIGITS$}")).join(" ");
        // Same width as the placeholder: nothing moves.
        let at = bodies[&id] + self.range_at - base.len();
        tail[at..at + range.len()].copy_from_slice(range.as_bytes());
        Reserved { base, tail, hole }
    }
}

/// A file, what is appended to it, and in that the hole. No byte moves any more.
#[derive(Debug)]
pub(crate) struct Reserved<'a> {
    base: &'a [u8],
    tail: Vec<u8>,
    /// With its angle brackets, in the whole file.
    hole: Range<usize>,
}

impl<'a> Reserved<'a> {
    /// Of everything but the hole.
    pub(crate) fn digest(&self, algorithm: &'static Algorithm) -> Digest {
        let mut context = Context::new(algorithm);
        let (before, after) = self.around();
        [self.base, before, after].iter().for_each(|part| context.update(part));
        context.finish()
    }

    /// Puts a signature into the hole.
    pub(crate) fn fill(mut self, contents: &[u8]) -> Result<Signed<'a>, SignError> {
        let start = self.hole.start - self.base.len() + 1;
        let digits = digits(contents)?;
        self.tail[start..start + digits.len()].copy_from_slice(&digits);
        Ok(Signed::appended(self.base, self.tail))
    }

    /// The two parts of the tail that are signed.
    fn around(&self) -> (&[u8], &[u8]) {
        let hole = self.hole.start - self.base.len()..self.hole.end - self.base.len();
        (&self.tail[..hole.start], &self.tail[hole.end..])
    }

    /// For keeping: lengths and the tail without its empty hole.
    pub(crate) fn store(&self, stored: &mut Vec<u8>) {
        let (before, after) = self.around();
        for length in [self.base.len(), before.len()] {
            stored.extend_from_slice(&(length as u64).to_be_bytes());
        }
        [before, after].iter().for_each(|part| stored.extend_from_slice(part));
    }

    /// The inverse of [`Reserved::store`]; whether it is the same file is the digest's to say.
    pub(crate) fn restore(stored: &[u8], base: &'a [u8]) -> Option<Reserved<'a>> {
        let (length, rest) = stored.split_first_chunk::<8>()?;
        let (before, tail) = rest.split_first_chunk::<8>()?;
        let before = usize::try_from(u64::from_be_bytes(*before)).ok()?;
        if u64::from_be_bytes(*length) != base.len() as u64 {
            return None;
        }
        let (before, after) = tail.split_at_checked(before)?;
        let mut tail = before.to_vec();
        let start = base.len() + tail.len();
        tail.push(b'<');
        tail.resize(tail.len() + 2 * HOLE_BYTES, b'0');
        tail.push(b'>');
        let hole = start..base.len() + tail.len();
        tail.extend_from_slice(after);
        Some(Reserved { base, tail, hole })
    }
}

/// `contents` as the hexadecimal digits of a hole.
pub(crate) fn digits(contents: &[u8]) -> Result<Vec<u8>, SignError> {
    if contents.len() > HOLE_BYTES {
        return Err(SignError::TooLarge { needed: contents.len(), reserved: HOLE_BYTES });
    }
    let mut digits = vec![0; 2 * contents.len()];
    hex::encode_to_slice(contents, &mut digits).expect("twice as long");
    Ok(digits)
}
