//! ASN.1 as it is met: a reader that keeps the raw bytes (signatures are over bytes, not over meanings) and takes
//! BER lengths, which old signing software writes into CMS; and the few lines of a DER writer that requests need.
//!
//! Every element is a slice of the input. Depth and sizes are bounded, so hostile bytes cost what honest ones cost.

use crate::Malformed;
use chrono::NaiveDate;
use std::{borrow::Cow, ops::Range};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[n]` primitive and constructed, n below 31.
pub(crate) const fn context(n: u8) -> u8 {
    0x80 | n
}
pub(crate) const fn context_constructed(n: u8) -> u8 {
    0xa0 | n
}
const CONSTRUCTED: u8 = 0x20;

/// Indefinite lengths nest no deeper than this; a certificate inside a time stamp inside a CMS has about 20.
const DEEPEST: usize = 32;

/// What went wrong, before it is known in what.
pub(crate) type Fault = &'static str;
pub(crate) type Read<T> = Result<T, Fault>;

/// Names the thing that a fault was found in.
pub(crate) trait In<T> {
    fn within(self, what: &'static str) -> Result<T, Malformed>;
}

impl<T> In<T> for Read<T> {
    fn within(self, what: &'static str) -> Result<T, Malformed> {
        self.map_err(|why| Malformed { what, why })
    }
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    /// Without header and, for an indefinite length, without the two zeros at its end.
    pub(crate) content: &'a [u8],
    /// As it stands in the input.
    pub(crate) raw: &'a [u8],
}

/// Goes through elements one after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(crate) fn any(&mut self) -> Read<Tlv<'a>> {
        let (tlv, rest) = split(self.rest, DEEPEST)?;
        self.rest = rest;
        Ok(tlv)
    }

    pub(crate) fn take(&mut self, tag: u8) -> Read<Tlv<'a>> {
        match self.peek() {
            Some(found) if found == tag => self.any(),
            Some(_) => Err("an element of another kind"),
            None => Err("cut short"),
        }
    }

    pub(crate) fn optional(&mut self, tag: u8) -> Read<Option<Tlv<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Contents of a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Read<Reader<'a>> {
        self.take(SEQUENCE).map(|tlv| tlv.inside())
    }

    pub(crate) fn oid(&mut self) -> Read<String> {
        dotted(self.take(OID)?.content)
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Read<()> {
        if self.rest.is_empty() { Ok(()) } else { Err("more than there should be") }
    }

    /// All elements to the end, each of them `tag`.
    pub(crate) fn all(mut self, tag: u8) -> Read<Vec<Tlv<'a>>> {
        let mut found = Vec::new();
        while !self.is_empty() {
            found.push(self.take(tag)?);
        }
        Ok(found)
    }
}

impl<'a> Tlv<'a> {
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The value of an OCTET STRING (or of an implicitly tagged one), whose pieces BER may have strewn.
    pub(crate) fn octets(&self) -> Read<Cow<'a, [u8]>> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut whole = Vec::new();
        gather(self.inside(), &mut whole, 4)?;
        Ok(Cow::Owned(whole))
    }

    /// The bytes of a BIT STRING of whole octets.
    pub(crate) fn bits(&self) -> Read<&'a [u8]> {
        match self.content.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err("a bit string that is not of whole octets"),
        }
    }

    /// Named bits, the first the highest: bit 0 is `1 << 15`.
    pub(crate) fn flags(&self) -> Read<u16> {
        let (unused, bytes) = self.content.split_first().ok_or("an empty bit string")?;
        if *unused > 7 || (bytes.is_empty() && *unused > 0) {
            return Err("a bit string with odd unused bits");
        }
        let byte = |n: usize| u16::from(bytes.get(n).copied().unwrap_or(0));
        Ok(byte(0) << 8 | byte(1))
    }

    pub(crate) fn boolean(&self) -> Read<bool> {
        match self.content {
            [value] => Ok(*value != 0),
            _ => Err("a boolean that is not one octet"),
        }
    }

    /// An unsigned number's octets without leading zeros; a serial number may be negative and is then left as it is.
    pub(crate) fn number(&self) -> Read<&'a [u8]> {
        if self.content.is_empty() {
            return Err("an empty number");
        }
        Ok(without_zeros(self.content))
    }

    pub(crate) fn small(&self) -> Read<u32> {
        let bytes = self.number()?;
        if bytes.len() > 4 || self.content[0] & 0x80 != 0 {
            return Err("a number that is too large");
        }
        Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// UTCTime or GeneralizedTime in UTC (RFC 5280 §4.1.2.5; fractions as in RFC 3161 §2.4.2), Unix ms.
    pub(crate) fn time_ms(&self) -> Read<i64> {
        const ODD: Fault = "a time that cannot be read";
        let text = std::str::from_utf8(self.content).map_err(|_| ODD)?;
        let text = text.strip_suffix('Z').ok_or("a time that is not in UTC")?;
        let (text, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(text) || !all_digits(fraction) {
            return Err(ODD);
        }
        let (year, text) = match (self.tag, text.len()) {
            (UTC_TIME, 12) => {
                let short = number_at(text, 0, 2);
                (if short < 50 { 2000 + short } else { 1900 + short }, &text[2..])
            }
            (GENERALIZED_TIME, 14) => (number_at(text, 0, 4), &text[4..]),
            _ => return Err(ODD),
        };
        let milliseconds = number_at(&format!("{fraction:0<3}"), 0, 3);
        NaiveDate::from_ymd_opt(year.cast_signed(), number_at(text, 0, 2), number_at(text, 2, 4))
            .and_then(|day| {
                let (hour, minute) = (number_at(text, 4, 6), number_at(text, 6, 8));
                day.and_hms_milli_opt(hour, minute, number_at(text, 8, 10), milliseconds)
            })
            .map(|time| time.and_utc().timestamp_millis())
            .ok_or(ODD)
    }
}

/// Digits `from..to` as a number; the callers have seen that they are digits and there.
fn number_at(text: &str, from: usize, to: usize) -> u32 {
    text.get(from..to).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
}

/// Where `part`, a slice of `whole`, lies in it.
pub(crate) fn place_of(part: &[u8], whole: &[u8]) -> Range<usize> {
    let from = part.as_ptr() as usize - whole.as_ptr() as usize;
    from..from + part.len()
}

pub(crate) fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn gather(mut pieces: Reader, whole: &mut Vec<u8>, depth: usize) -> Read<()> {
    while !pieces.is_empty() {
        let piece = pieces.any()?;
        match piece.tag {
            OCTET_STRING => whole.extend_from_slice(piece.content),
            tag if tag == OCTET_STRING | CONSTRUCTED && depth > 0 => {
                gather(piece.inside(), whole, depth - 1)?;
            }
            _ => return Err("an octet string of something else"),
        }
    }
    Ok(())
}

/// The same element in DER: definite lengths, strings in one piece, sets in order. For signed attributes, which are
/// signed so however they were sent (RFC 5652 §5.4).
pub(crate) fn canonical(tlv: &Tlv, depth: usize) -> Read<Vec<u8>> {
    if tlv.tag & CONSTRUCTED == 0 {
        return Ok(write(tlv.tag, &[tlv.content]));
    }
    if tlv.tag == OCTET_STRING | CONSTRUCTED {
        return Ok(write(OCTET_STRING, &[&tlv.octets()?]));
    }
    if depth == 0 {
        return Err("nested too deep");
    }
    let (mut parts, mut inside) = (Vec::new(), tlv.inside());
    while !inside.is_empty() {
        parts.push(canonical(&inside.any()?, depth - 1)?);
    }
    if tlv.tag == SET {
        parts.sort();
    }
    Ok(write(tlv.tag, &[&parts.concat()]))
}

/// The first element of `bytes` and what follows it.
fn split(bytes: &[u8], depth: usize) -> Read<(Tlv<'_>, &[u8])> {
    const SHORT: Fault = "cut short";
    let [tag, first, ..] = *bytes else { return Err(SHORT) };
    if tag & 0x1f == 0x1f {
        return Err("a tag of several octets");
    }
    if first == 0x80 {
        return split_indefinite(bytes, tag, depth);
    }
    let (header, length) = if first < 0x80 {
        (2, usize::from(first))
    } else {
        let octets = usize::from(first & 0x7f);
        if octets > 4 {
            return Err("a length beyond all measure");
        }
        let digits = bytes.get(2..2 + octets).ok_or(SHORT)?;
        (2 + octets, digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit)))
    };
    let end = header.checked_add(length).ok_or(SHORT)?;
    let raw = bytes.get(..end).ok_or(SHORT)?;
    Ok((Tlv { tag, content: &raw[header..], raw }, &bytes[end..]))
}

fn split_indefinite(bytes: &[u8], tag: u8, depth: usize) -> Read<(Tlv<'_>, &[u8])> {
    if tag & CONSTRUCTED == 0 {
        return Err("an indefinite length without parts");
    }
    if depth == 0 {
        return Err("nested too deep");
    }
    let mut rest = &bytes[2..];
    while !rest.starts_with(&[0, 0]) {
        rest = split(rest, depth - 1)?.1;
    }
    let inside = bytes.len() - rest.len();
    Ok((Tlv { tag, content: &bytes[2..inside], raw: &bytes[..inside + 2] }, &rest[2..]))
}

/// An object identifier's octets as people write them.
pub(crate) fn dotted(octets: &[u8]) -> Read<String> {
    const ODD: Fault = "an object identifier that cannot be read";
    if octets.is_empty() || octets.len() > 64 || octets.last().is_some_and(|last| last & 0x80 != 0) {
        return Err(ODD);
    }
    let mut arcs = Vec::new();
    let mut arc = 0u128;
    for octet in octets {
        if arc == 0 && *octet == 0x80 || arc >> 120 != 0 {
            return Err(ODD);
        }
        arc = arc << 7 | u128::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let top = (arcs[0] / 40).min(2);
    let mut text = format!("{top}.{}", arcs[0] - top * 40);
    for arc in &arcs[1..] {
        text.push('.');
        text.push_str(&arc.to_string());
    }
    Ok(text)
}

/// Writes an element around the parts.
pub(crate) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length.to_le_bytes()[0]);
    } else {
        let digits = length.to_be_bytes();
        let digits = without_zeros(&digits);
        out.push(0x80 | digits.len().to_le_bytes()[0]);
        out.extend_from_slice(digits);
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// Writes an unsigned number.
pub(crate) fn write_number(bytes: &[u8]) -> Vec<u8> {
    let bytes = without_zeros(bytes);
    let lead: &[u8] = if bytes.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    write(INTEGER, &[lead, bytes])
}

/// Writes an object identifier given as people write it.
pub(crate) fn write_oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let mut octets = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let groups = (0..5).rev().map(|n| arc >> (7 * n) & 0x7f).skip_while(|group| *group == 0);
        let mut groups: Vec<u8> = groups.map(|group| 0x80 | group.to_le_bytes()[0]).collect();
        if groups.is_empty() {
            groups.push(0x80);
        }
        if let Some(last) = groups.last_mut() {
            *last &= 0x7f;
        }
        octets.extend(groups);
    }
    write(OID, &[&octets])
}

/// `AlgorithmIdentifier` without parameters, or with NULL where old programs expect it.
pub(crate) fn write_algorithm(oid: &str, null: bool) -> Vec<u8> {
    let parameters = if null { write(NULL, &[]) } else { Vec::new() };
    write(SEQUENCE, &[&write_oid(oid), &parameters])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for oid in
            ["1.2.840.113549.1.9.16.2.47", "2.5.29.15", "0.9.2342.19200300.100.1.1", "2.16.840.1.101.3.4.2.1"]
        {
            assert_eq!(Reader::new(&write_oid(oid)).oid().as_deref(), Ok(oid));
        }
        let long = write(SEQUENCE, &[&vec![7; 70_000]]);
        assert_eq!(Reader::new(&long).any().unwrap().content.len(), 70_000);
        assert_eq!(write_number(&[0x00, 0x80]), [INTEGER, 2, 0, 0x80]);
    }

    #[test]
    fn times_are_read_to_the_millisecond_and_odd_ones_refused() {
        let time =
            |tag: u8, text: &str| Reader::new(&write(tag, &[text.as_bytes()])).any().unwrap().time_ms();
        let table = [
            (UTC_TIME, "700101000001Z", Some(1000)),
            (UTC_TIME, "500101000000Z", Some(-631_152_000_000)),
            (GENERALIZED_TIME, "20260102030405Z", Some(1_767_323_045_000)),
            (GENERALIZED_TIME, "20260102030405.5Z", Some(1_767_323_045_500)),
            (GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799_000)),
            (GENERALIZED_TIME, "20260230030405Z", None),
            (GENERALIZED_TIME, "20260102030405+0700", None),
            (UTC_TIME, "26010203040Z", None),
            (UTC_TIME, "26010203x405Z", None),
            (UTC_TIME, "", None),
        ];
        for (tag, text, expected) in table {
            assert_eq!(time(tag, text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn pieces_of_indefinite_length_are_put_together() {
        let ber = [0x24, 0x80, 0x04, 1, 9, 0x24, 0x80, 0x04, 1, 8, 0, 0, 0, 0];
        let tlv = Reader::new(&ber).any().unwrap();
        assert_eq!((tlv.raw, tlv.octets().unwrap().as_ref()), (&ber[..], &[9, 8][..]));
    }

    #[test]
    fn hostile_lengths_and_depths_are_refused() {
        for bytes in [
            &[0x30, 0x84, 255, 255, 255, 255][..],
            &[0x30, 0x88],
            &[0x1f, 0x81, 0],
            &[0x04, 0x80, 0, 0],
            &[0x30],
        ] {
            assert!(Reader::new(bytes).any().is_err(), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[0x30, 0x80].repeat(10_000)).any().unwrap_err(), "nested too deep");
    }
}
