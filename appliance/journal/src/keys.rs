//! How rows and index lines are addressed: parts joined by NUL, so that byte order is list order.

use std::ops::Bound;

use crate::fault::Fault;

const NUL: u8 = 0;

/// `kind \0 id`
pub(crate) fn row(kind: &str, id: &str) -> Result<Vec<u8>, Fault> {
    Ok([part(kind)?, &[NUL], part(id)?].concat())
}

/// What all rows of a kind begin with.
pub(crate) fn kind(kind: &str) -> Result<Vec<u8>, Fault> {
    Ok([part(kind)?, &[NUL]].concat())
}

/// What all lines of an index begin with.
pub(crate) fn index(kind: &str, index: &str) -> Result<Vec<u8>, Fault> {
    Ok([part(kind)?, &[NUL], part(index)?, &[NUL]].concat())
}

/// The end of an index line: `key \0 id`.
pub(crate) fn line(key: &[u8], id: &str) -> Result<Vec<u8>, Fault> {
    Ok([key, &[NUL], part(id)?].concat())
}

/// Key and id of the end of an index line. A key may hold NULs, an id may not, so the last one parts them.
pub(crate) fn split_line(line: &[u8]) -> Result<(&[u8], &str), Fault> {
    let at = line.iter().rposition(|&byte| byte == NUL);
    let (key, id) = at.map(|at| (&line[..at], &line[at + 1..])).ok_or_else(not_an_index_line)?;
    Ok((key, std::str::from_utf8(id).map_err(|_| not_an_index_line())?))
}

fn not_an_index_line() -> Fault {
    Fault::Damaged("an index line without an id".into())
}

fn part(text: &str) -> Result<&[u8], Fault> {
    if text.as_bytes().contains(&NUL) {
        return Err(Fault::Misuse("a kind, an index name or an id contains a NUL"));
    }
    Ok(text.as_bytes())
}

/// All keys that begin with `prefix`.
pub(crate) fn beginning_with(prefix: Vec<u8>) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let mut end = prefix.clone();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return (Bound::Included(prefix), Bound::Excluded(end));
        }
    }
    (Bound::Included(prefix), Bound::Unbounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_covers_what_begins_with_it_and_nothing_else() {
        for (prefix, inside, outside) in [
            (b"ab".to_vec(), b"ab\xff\xff".to_vec(), b"ac".to_vec()),
            (b"a\xff".to_vec(), b"a\xff\x00".to_vec(), b"b".to_vec()),
        ] {
            let (Bound::Included(low), Bound::Excluded(high)) = beginning_with(prefix) else {
                panic!("bounded on both sides")
            };
            assert!(low <= inside && inside < high);
            assert!(outside >= high);
        }
    }

    #[test]
    fn a_key_may_hold_nul_an_id_may_not() {
        let whole = line(b"a\0b", "id").unwrap();
        assert_eq!(split_line(&whole).unwrap(), (&b"a\0b"[..], "id"));
        assert!(line(b"a", "i\0d").is_err());
    }
}
