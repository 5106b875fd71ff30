//! What a later save of the file may consist of, byte by byte: objects, one cross-reference section that names each of
//! them, `startxref`, `%%EOF`. Anything besides is there for a reader that repairs files, and would be shown by it.

use crate::{
    file::{File, View},
    sections::Entry,
    syntax::is_space,
};
use std::ops::Range;

/// Why a save is not laid out as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Untidy(pub(crate) &'static str);

/// Checks the save whose section is `index`; it begins where the one before ends, at `begin`.
pub(crate) fn check(file: &File, index: usize, begin: usize) -> Result<(), Untidy> {
    let section = &file.sections[index];
    if section.hybrid.is_some() {
        return Err(Untidy("a hybrid cross-reference section"));
    }
    if section.startxref != Some(section.at) || section.at < begin {
        return Err(Untidy("a save that does not end as one"));
    }
    let mut parts = objects(file.view(index), begin, section.end)?;
    parts.push(section.at..section.end);
    parts.sort_by_key(|part| (part.start, part.end));
    // A cross-reference stream is an object as well and reaches into the section.
    parts.dedup_by(|later, earlier| {
        later.start == earlier.start && earlier.end <= later.end && {
            earlier.end = later.end;
            true
        }
    });
    let mut at = begin;
    for part in parts {
        if part.start < at {
            return Err(Untidy("objects that overlap"));
        }
        if !is_empty(&file.bytes[at..part.start]) {
            return Err(Untidy("bytes between the objects"));
        }
        at = part.end;
    }
    Ok(())
}

/// Where the objects of the save stand.
fn objects(view: View, begin: usize, end: usize) -> Result<Vec<Range<usize>>, Untidy> {
    let mut parts = Vec::new();
    for (&number, &entry) in &view.section().entries {
        let before = view.upto.checked_sub(1).map_or(Entry::Free, |upto| view.file.view(upto).entry(number));
        match entry {
            // Writers that repeat the whole table say again what was true before.
            _ if entry == before => {}
            Entry::At { offset, generation } if offset >= begin && offset < end => {
                let found = view.find((number, generation)).ok().flatten().and_then(|found| found.extent);
                parts.push(found.ok_or(Untidy("an object that cannot be read"))?);
            }
            Entry::At { .. } => return Err(Untidy("a reference to another part of the file")),
            Entry::In { container, .. } => {
                if !matches!(view.section().entries.get(&container), Some(Entry::At { offset, .. }) if *offset >= begin)
                {
                    return Err(Untidy("a reference into another part of the file"));
                }
                let found = view.find((number, 0)).ok().flatten();
                found.ok_or(Untidy("an object that cannot be read"))?;
            }
            Entry::Free => {}
        }
    }
    Ok(parts)
}

/// White space and comments without anything like an object in them.
pub(crate) fn is_empty(gap: &[u8]) -> bool {
    gap.split(|&byte| byte == b'\n' || byte == b'\r').all(|line| {
        let line = line.trim_ascii();
        line.iter().all(|&byte| is_space(byte))
            || (line.starts_with(b"%") && !line.windows(3).any(|word| word == b"obj"))
    })
}
