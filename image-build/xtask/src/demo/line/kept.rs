//! What the box has acknowledged to us, to be asked for again after the plug was pulled.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::demo::client::{Answer, Client, Trouble};
use crate::demo::facts::{items, number, text};

/// The acknowledged things.
#[derive(Debug, Default)]
pub(super) struct Kept {
    letters: BTreeMap<String, Letter>,
    scans: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct Letter {
    version: u64,
    number_text: String,
    files: BTreeSet<String>,
}

impl Kept {
    /// A document as the box showed it after doing what was asked.
    pub(super) fn note_letter(&mut self, letter: &Value) -> Answer<()> {
        let known = self.letters.entry(text(letter, "/id")?.to_owned()).or_default();
        known.version = known.version.max(number(letter, "/version")?);
        if !letter["number"].is_null() {
            known.number_text = text(letter, "/number_text")?.to_owned();
        }
        known.files.extend(
            items(&letter["files"]).iter().filter_map(|file| file["name"].as_str()).map(str::to_owned),
        );
        Ok(())
    }

    /// A scan as the box showed it.
    pub(super) fn note_scan(&mut self, scan: &Value) -> Answer<()> {
        self.scans.insert(text(scan, "/id")?.to_owned(), items(&scan["pages"]).len());
        Ok(())
    }

    /// Whether nothing has been acknowledged yet.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty() && self.scans.is_empty()
    }

    /// The number under which a document stands in its book.
    pub(super) fn number_of(&self, letter: Option<&str>) -> Option<&str> {
        letter.and_then(|id| self.letters.get(id)).map(|letter| letter.number_text.as_str())
    }

    /// See [`super::Line::lost`].
    pub(super) fn lost(&self, clerk: &Client) -> Answer<Vec<String>> {
        let mut lost = Vec::new();
        for (id, letter) in &self.letters {
            lost.extend(letter.lost(id, clerk)?);
        }
        for (id, pages) in &self.scans {
            lost.extend(pages_lost(id, *pages, clerk)?);
        }
        for book in ["incoming", "outgoing"] {
            lost.extend(numbers_out_of_order(book, clerk)?);
        }
        Ok(lost)
    }
}

impl Letter {
    fn lost(&self, id: &str, clerk: &Client) -> Answer<Vec<String>> {
        let page = format!("/api/letters/{id}");
        let Some(now) = unless_refused(clerk.get(&page))? else {
            return Ok(vec![format!("document {id} is gone")]);
        };
        let mut lost = Vec::new();
        let version = number(&now, "/version")?;
        if version < self.version {
            lost.push(format!("document {id} went back from version {} to {version}", self.version));
        }
        if !self.number_text.is_empty() && now["number_text"] != self.number_text.as_str() {
            lost.push(format!(
                "document {id} had number {} and has {}",
                self.number_text, now["number_text"]
            ));
        }
        for file in &self.files {
            if unless_refused(clerk.bytes(&format!("{page}/files/{file}")))?.is_none() {
                lost.push(format!("document {id} lost its file {file}"));
            }
        }
        Ok(lost)
    }
}

fn pages_lost(id: &str, pages: usize, clerk: &Client) -> Answer<Vec<String>> {
    let Some(now) = unless_refused(clerk.get(&format!("/api/scans/{id}")))? else {
        return Ok(vec![format!("scan {id} is gone")]);
    };
    let left = items(&now["pages"]).len();
    Ok(if left < pages { vec![format!("scan {id} had {pages} pages and has {left}")] } else { Vec::new() })
}

/// Numbers of a book must run 1, 2, 3 … without one given twice or left out.
fn numbers_out_of_order(book: &str, clerk: &Client) -> Answer<Vec<String>> {
    let letters = clerk.get(&format!("/api/letters?book={book}&limit=100"))?;
    let mut numbers: Vec<u64> =
        items(&letters).iter().filter_map(|letter| letter["number"].as_u64()).collect();
    numbers.sort_unstable();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    Ok(if numbers == expected {
        Vec::new()
    } else {
        vec![format!("the {book} book has the numbers {numbers:?}")]
    })
}

/// `None` when the box says no: then the thing is gone. A box that does not answer says nothing about it.
fn unless_refused<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::Refused { .. }) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}
