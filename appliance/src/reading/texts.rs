//! What the pages of a document say: the words that were read on them.

use journal::{Journal, Snapshot};
use office::letters::Letter;
use office::scans::{Scan, ScanPage};
use paper::PageText;
use uuid::Uuid;
use wire::Sha256;

/// The text of a document's pages as far as they have been read, an empty line between two pages; empty for a document
/// without scanned pages.
///
/// # Errors
/// If the store fails.
pub(crate) fn of_letter(journal: &Journal, rows: &Snapshot, letter: Uuid) -> Result<String, journal::Fault> {
    let Some(letter) = rows.get::<Letter>(&letter.to_string())? else { return Ok(String::new()) };
    let mut text = String::new();
    for scan in each_once(letter.all_files().filter_map(|file| file.scan)) {
        let Some(scan) = rows.get::<Scan>(&scan.to_string())? else { continue };
        for placed in &scan.order {
            let page = rows.get::<ScanPage>(&ScanPage::key(scan.id, placed.page))?;
            // Whichever way it was turned when it was read: its words are the same.
            let Some(name) = page.and_then(|page| page.reading?.text) else { continue };
            let Some(page) = words(journal, &name)? else { continue };
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&reading::plain(&page));
        }
    }
    Ok(text)
}

/// A paper and its sealed copy come of one scan, which is read once.
fn each_once(scans: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut once = Vec::new();
    for scan in scans {
        if !once.contains(&scan) {
            once.push(scan);
        }
    }
    once
}

/// The words of a page by the name of their blob; none, and a line in the log, where they cannot be had: they are only a
/// help, and no reason to refuse anything.
///
/// # Errors
/// If the store fails.
pub(crate) fn words(journal: &Journal, name: &Sha256) -> Result<Option<PageText>, journal::Fault> {
    let Some(bytes) = journal.blobs().read(name)? else {
        tracing::error!(%name, "the words of a page are not there");
        return Ok(None);
    };
    let page = serde_json::from_slice(&bytes);
    Ok(page.inspect_err(|error| tracing::error!(%name, %error, "the words of a page do not read")).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sealed_copy_of_a_scan_says_nothing_twice() {
        let [main, annex] = [1, 2].map(Uuid::from_u128);
        assert_eq!(each_once([main, annex, main].into_iter()), [main, annex]);
    }
}
