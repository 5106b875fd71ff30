//! What a file of roots and revocation lists changes in whom the unit trusts. The list must not only grow: an office above
//! sends its file anew under the same name, and an authority a list every day.
//!
//! ```text
//! a list of an issuer and scope that is known   replaces the older; an older one is not taken
//! a file of the office above                    replaces what else came under its name
//! a file somebody brought here                  stays until it is dropped by hand
//! ```

use std::cmp::Ordering;

use uuid::Uuid;

use super::model::{Edition, Event, TrustPart, Trusted};
use crate::clock::nth_id;

/// What follows from a file; nothing where everything in it is known. New rows are named after `first`.
pub(super) fn taken(known: &[Trusted], name: Option<&str>, parts: &[TrustPart], first: Uuid) -> Vec<Event> {
    let is_known = |part: &TrustPart| {
        known.iter().any(|known| {
            let mine = name.is_none() || known.name.is_none() || known.name.as_deref() == name;
            known.file == part.file && mine
        })
    };
    let outdated = |part: &TrustPart| {
        known.iter().any(|known| is_no_newer(part.into(), known.into()))
            || parts.iter().any(|other| is_newer(other.into(), part.into()))
    };
    let new = parts.iter().filter(|part| !is_known(part) && !outdated(part));
    let added = (0..).zip(new).map(|(n, part)| Event::Trusted {
        trusted: nth_id(first, n),
        file: part.file,
        sort: part.sort.to_owned(),
        subject: part.subject.clone(),
        until: part.until,
        name: name.map(str::to_owned),
        list: part.list.clone(),
    });
    let gone = known.iter().filter(|known| {
        let replaced = parts.iter().any(|part| is_newer(part.into(), (*known).into()));
        // An old list sent again does not bring the newer one to its end.
        let stays = |part: &TrustPart| part.file == known.file || is_no_newer(part.into(), (*known).into());
        let of_this_file = name.is_some() && known.name.as_deref() == name;
        replaced || (of_this_file && !parts.iter().any(stays))
    });
    added.chain(gone.map(|known| Event::Distrusted { trusted: known.id })).collect()
}

/// What lists are compared by.
struct Compared<'a> {
    issuer: &'a str,
    list: Option<&'a Edition>,
}

impl<'a> From<&'a Trusted> for Compared<'a> {
    fn from(known: &'a Trusted) -> Self {
        Self { issuer: &known.subject, list: known.list.as_ref() }
    }
}

impl<'a> From<&'a TrustPart> for Compared<'a> {
    fn from(part: &'a TrustPart) -> Self {
        Self { issuer: &part.subject, list: part.list.as_ref() }
    }
}

/// Which of two lists of one issuer and scope was made first; nothing where they are not.
fn ages(one: &Compared<'_>, other: &Compared<'_>) -> Option<Ordering> {
    let (a, b) = (one.list?, other.list?);
    (one.issuer == other.issuer && a.scope == b.scope).then(|| a.made_at.unix_ms().cmp(&b.made_at.unix_ms()))
}

fn is_newer(one: Compared<'_>, other: Compared<'_>) -> bool {
    ages(&one, &other).is_some_and(Ordering::is_gt)
}

fn is_no_newer(one: Compared<'_>, other: Compared<'_>) -> bool {
    ages(&one, &other).is_some_and(Ordering::is_le)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Sha256, Stamp};

    /// A root is one letter; a list is its issuer, its scope and its day.
    fn part(words: &str) -> TrustPart {
        let mut letters = words.chars();
        let subject = letters.next().unwrap().to_string();
        let list = letters.next().map(|scope| {
            let day: i64 = letters.as_str().parse().unwrap();
            Edition { scope: scope.into(), made_at: Stamp::from_unix_ms(day) }
        });
        let sort = if list.is_some() { "crl" } else { "root" };
        TrustPart { file: Sha256::of(words.as_bytes()), sort, subject, until: None, list }
    }

    /// Takes files one after the other, each `name: parts`; what is trusted in the end.
    fn trusted_after(files: &[&str]) -> Vec<String> {
        let mut known: Vec<(Trusted, String)> = Vec::new();
        for file in files {
            let (name, parts) = file.split_once(':').unwrap();
            let words: Vec<&str> = parts.split_whitespace().collect();
            let parts: Vec<TrustPart> = words.iter().map(|words| part(words)).collect();
            let rows: Vec<Trusted> = known.iter().map(|(row, _)| row.clone()).collect();
            for event in taken(&rows, Some(name).filter(|name| !name.is_empty()), &parts, Uuid::now_v7()) {
                match event {
                    Event::Trusted { trusted: id, file, sort, subject, until, name, list } => {
                        let words = words.iter().find(|words| Sha256::of(words.as_bytes()) == file).unwrap();
                        let row = Trusted { id, file, sort, subject, until, name, list, dropped: false };
                        known.push((row, (*words).to_owned()));
                    }
                    Event::Distrusted { trusted } => known.retain(|(row, _)| row.id != trusted),
                    other => unreachable!("{other:?}"),
                }
            }
        }
        let mut left: Vec<String> = known.into_iter().map(|(_, words)| words).collect();
        left.sort();
        left
    }

    #[test]
    fn the_trust_list_is_renewed_and_does_not_grow() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("brought by hand, everything stays", &[":A", ":B", ":A"], &["A", "B"]),
            ("sent anew, the former goes", &["x:A B", "x:B C"], &["B", "C"]),
            ("another name is another file", &["x:A", "y:B"], &["A", "B"]),
            ("sent twice after a power cut", &["x:A", "x:B", "x:A", "x:B"], &["B"]),
            (
                "what a person brought outlasts the file of the office above",
                &[":A", "x:A", "x:B"],
                &["A", "B"],
            ),
            ("under two names it is there until both are gone", &["x:A", "y:A", "x:B"], &["A", "B"]),
            ("the newest list of its issuer and scope", &[":Aa1", ":Aa3", ":Aa2"], &["Aa3"]),
            ("the same list twice", &[":Aa1", "x:Aa1"], &["Aa1"]),
            ("other scopes, other issuers", &[":Aa1", ":Ab2", ":Ba3"], &["Aa1", "Ab2", "Ba3"]),
            ("two of one scope in one file", &[":Aa2 Aa1"], &["Aa2"]),
            ("a new list of the office above under its name", &["x:Aa1 B", "x:Aa2 B"], &["Aa2", "B"]),
            ("an old list sent again takes nothing away", &["x:Aa2", "x:Aa1"], &["Aa2"]),
            ("under its name, something else", &["x:Aa2", "x:B"], &["B"]),
        ];
        for (what, files, left) in table {
            assert_eq!(trusted_after(files), *left, "{what}");
        }
    }
}
