//! Names of subjects and issuers, shown and compared.
//!
//! CAs write the same name now as PrintableString, now as UTF8String, with other case or doubled spaces, so a name is
//! compared by its letters (RFC 5280 §7.1), not by its bytes. That decides only who *may* be the issuer; the
//! signature decides who *is*.

use crate::{
    der::{Fault, OID, Read, Reader, SEQUENCE, SET, Tlv},
    oid,
};
use unicode_normalization::UnicodeNormalization;

/// More parts than any honest name has.
const MOST_PARTS: usize = 64;

#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// Each relative name by its letters; equal names have equal keys.
    keys: Vec<Vec<u8>>,
    /// Attribute and value, in order.
    parts: Vec<(String, String)>,
    pub(crate) raw: Vec<u8>,
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.keys == other.keys
    }
}

impl Name {
    pub(crate) fn read(from: &mut Reader) -> Read<Name> {
        let whole = from.take(SEQUENCE)?;
        Name::of(whole.inside(), whole.raw)
    }

    fn of(relative: Reader, raw: &[u8]) -> Read<Name> {
        let (mut keys, mut parts) = (Vec::new(), Vec::new());
        for set in relative.all(SET)? {
            let mut of_set = Vec::new();
            for attribute in set.inside().all(SEQUENCE)? {
                let mut attribute = attribute.inside();
                let kind = attribute.take(OID)?;
                let value = attribute.any()?;
                let text = text(&value);
                of_set.push(key(kind.raw, &value, text.as_deref()));
                parts.push((crate::der::dotted(kind.content)?, text.unwrap_or_else(|| hex(value.content))));
            }
            of_set.sort();
            keys.push(of_set.concat());
            if parts.len() > MOST_PARTS {
                return Err("a name without end");
            }
        }
        Ok(Name { keys, parts, raw: raw.to_vec() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// This name is `base` or below it (RFC 5280 §4.2.1.10, directoryName).
    pub(crate) fn is_within(&self, base: &Name) -> bool {
        self.keys.starts_with(&base.keys)
    }

    pub(crate) fn find(&self, kind: &str) -> Option<&str> {
        self.parts.iter().find(|(found, _)| found == kind).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.parts.iter().filter(move |(found, _)| found == kind).map(|(_, value)| value.as_str())
    }

    /// What to call the holder when there is room for one word only.
    pub(crate) fn short(&self) -> &str {
        [oid::COMMON_NAME, oid::ORGANISATIONAL_UNIT, oid::ORGANISATION]
            .iter()
            .find_map(|kind| self.find(kind))
            .or_else(|| self.parts.last().map(|(_, value)| value.as_str()))
            .unwrap_or("")
    }

    /// `CN=..., O=..., C=VN`, the most particular first as people read it (RFC 4514 §2.1).
    pub(crate) fn readable(&self) -> String {
        let parts = self.parts.iter().rev().map(|(kind, value)| format!("{}={value}", label(kind)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

fn label(kind: &str) -> &str {
    match kind {
        oid::COMMON_NAME => "CN",
        oid::SURNAME => "SN",
        oid::SERIAL_NUMBER => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        oid::ORGANISATION => "O",
        oid::ORGANISATIONAL_UNIT => "OU",
        "2.5.4.12" => "title",
        oid::GIVEN_NAME => "GN",
        oid::ORGANISATION_IDENTIFIER => "organizationIdentifier",
        oid::USER_ID => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        oid::EMAIL => "E",
        other => other,
    }
}

/// Letters of a string type; none of any other kind of value, or when they are not what the type says.
fn text(value: &Tlv) -> Option<String> {
    let bytes = value.content;
    match value.tag {
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(bytes.to_vec()).ok(),
        0x14 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        0x1e => {
            let units = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
            String::from_utf16(&units.collect::<Vec<_>>()).ok()
        }
        _ => None,
    }
}

/// Kind and value with their lengths before them, so that no two different lists run together into the same key.
fn key(kind: &[u8], value: &Tlv, text: Option<&str>) -> Vec<u8> {
    let (mark, value) = match text {
        Some(text) => (1, folded(text).into_bytes()),
        None => (0, value.raw.to_vec()),
    };
    let lengths = [kind.len(), value.len()].map(usize::to_be_bytes).concat();
    [&[mark], &lengths[..], kind, &value].concat()
}

/// Case, width, composition and spaces do not count.
fn folded(text: &str) -> String {
    let one: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    one.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names of other forms than X.500 (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GeneralName {
    Email(String),
    Dns(String),
    Uri(String),
    Directory(Name),
    /// By its tag.
    Other(u8),
}

impl GeneralName {
    pub(crate) fn read(from: &mut Reader) -> Read<GeneralName> {
        const ODD: Fault = "a name that is not ASCII";
        let tlv = from.any()?;
        let ascii = || match std::str::from_utf8(tlv.content) {
            Ok(text) if text.is_ascii() => Ok(text.to_owned()),
            _ => Err(ODD),
        };
        Ok(match tlv.tag {
            0x81 => GeneralName::Email(ascii()?),
            0x82 => GeneralName::Dns(ascii()?),
            0x86 => GeneralName::Uri(ascii()?),
            0xa4 => GeneralName::Directory(Name::read(&mut tlv.inside())?),
            tag if tag & 0xc0 == 0x80 => GeneralName::Other(tag & 0x1f),
            _ => return Err("a name of no known form"),
        })
    }

    pub(crate) fn list(mut from: Reader) -> Read<Vec<GeneralName>> {
        let mut names = Vec::new();
        while !from.is_empty() {
            names.push(GeneralName::read(&mut from)?);
            if names.len() > 1000 {
                return Err("names without end");
            }
        }
        Ok(names)
    }
}
