//! A file whose structure cannot be read any more may still hold a signature: was it damaged after signing?

use crate::{object::Object, syntax::Parser};
use std::ops::Range;

/// How many places that look like a signature are looked at: each costs the digest of the whole file.
const MOST_TRIES: usize = 4;

/// A signature made out without the help of any table.
pub(crate) struct Rescued {
    /// Where its `/ByteRange` stands.
    pub(crate) at: usize,
    pub(crate) cms: pki::Cms,
    /// What it speaks of.
    pub(crate) parts: [Range<usize>; 2],
}

/// Each signature that can be made out.
pub(crate) fn signatures(bytes: &[u8]) -> Vec<Rescued> {
    let word = b"/ByteRange";
    let mut found = Vec::new();
    let mut tries = 0;
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(word.len()).position(|window| window == word) {
        at += next + word.len();
        tries += 1;
        if tries > MOST_TRIES {
            break;
        }
        found.extend(signature(bytes, at));
    }
    found
}

fn signature(bytes: &[u8], at: usize) -> Option<Rescued> {
    let range = Parser::new(bytes, at, 16).object().ok()?;
    let numbers: Vec<usize> =
        range.as_array()?.iter().map(|number| Some(number.as_whole()? as usize)).collect::<Option<_>>()?;
    let &[0, before, behind, rest] = numbers.as_slice() else { return None };
    let end = behind.checked_add(rest).filter(|&end| end <= bytes.len() && before < behind)?;
    let Ok(Object::Text(contents)) = Parser::new(&bytes[..behind], before, 4).object() else { return None };
    Some(Rescued { at, cms: pki::Cms::parse(&contents).ok()?, parts: [0..before, behind..end] })
}
