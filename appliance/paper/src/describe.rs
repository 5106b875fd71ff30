//! A file of ours described anew: what the register says of a document is known only when it has been registered, and by
//! then its pages are composed.
//!
//! ```text
//! pages, page tree, profile                             copied byte for byte
//! catalog, information dictionary, XMP, table, trailer  written anew, as `compose` would have
//! ```
//!
//! Nothing is appended: the file comes out as if it had been composed with these facts, with one table and no older word
//! on itself. That is right only as long as nobody relies on its bytes. So a file is touched only if it is ours to the last
//! byte - its identifier is the digest of all that precedes it -, and one that was signed, changed or made elsewhere is not.

use crate::{
    compose::{self, About, CATALOG, INFORMATION, METADATA},
    file::{File, tail},
};
use chrono::{DateTime, FixedOffset};
use ring::digest::{Context, SHA256};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// `startxref`, a number, `%%EOF`, each on its line.
const LAST_LINES: u64 = 36;
/// A table of a million objects; what calls itself longer is none of ours.
const MOST_TABLE_BYTES: u64 = 20 << 20;
/// What is said of a document is a few thousand bytes.
const MOST_SAID_BYTES: u64 = 1 << 20;

/// Writes the file again with `about` in it, and returns its length. Only the time is taken from the file: it stays as old
/// as it is, so that the same words give the same bytes.
///
/// `None`, and nothing is written, where the file is not one that [`crate::compose()`] made and nobody touched since.
///
/// # Errors
/// If reading or writing fails.
pub fn describe(
    pdf: &mut (impl Read + Seek),
    about: &About,
    out: &mut impl Write,
) -> io::Result<Option<u64>> {
    let Some(own) = Own::of(pdf)? else { return Ok(None) };
    let about = About { created: own.created, ..about.clone() };
    pdf.rewind()?;
    io::copy(&mut pdf.take(own.cut), out)?;
    let file = File::resumed(out, own.cut, own.digest, own.offsets);
    Ok(Some(compose::described(file, &about)?.bytes))
}

/// A file of ours, and where what it says of itself begins.
struct Own {
    cut: u64,
    /// Of all before that.
    digest: Context,
    offsets: Vec<u64>,
    created: DateTime<FixedOffset>,
}

impl Own {
    fn of(pdf: &mut (impl Read + Seek)) -> io::Result<Option<Own>> {
        let length = pdf.seek(SeekFrom::End(0))?;
        let last = part(pdf, length.saturating_sub(LAST_LINES), length)?;
        let Some(start) =
            table_start(&last).filter(|start| *start < length && length - start <= MOST_TABLE_BYTES)
        else {
            return Ok(None);
        };
        let table = part(pdf, start, length)?;
        let Some(offsets) = offsets(&table) else { return Ok(None) };
        let Some(cut) = cut(&offsets).filter(|cut| *cut <= start && start - cut <= MOST_SAID_BYTES) else {
            return Ok(None);
        };
        pdf.rewind()?;
        let digest = digested(&mut pdf.take(cut))?;
        let said = part(pdf, cut, start)?;
        let mut whole = digest.clone();
        whole.update(&said);
        if tail(&offsets, start, whole, [CATALOG, INFORMATION]).as_bytes() != table {
            return Ok(None);
        }
        Ok(created(&said).map(|created| Own { cut, digest, offsets, created }))
    }
}

fn part(pdf: &mut (impl Read + Seek), from: u64, to: u64) -> io::Result<Vec<u8>> {
    pdf.seek(SeekFrom::Start(from))?;
    let mut part = Vec::new();
    pdf.take(to - from).read_to_end(&mut part)?;
    Ok(part)
}

fn digested(part: &mut impl Read) -> io::Result<Context> {
    let mut digest = Context::new(&SHA256);
    let mut piece = vec![0; 64 << 10];
    loop {
        match part.read(&mut piece)? {
            0 => return Ok(digest),
            read => digest.update(&piece[..read]),
        }
    }
}

/// `startxref\n1234\n%%EOF\n`
fn table_start(last: &[u8]) -> Option<u64> {
    let lines = std::str::from_utf8(last).ok()?.strip_suffix("\n%%EOF\n")?;
    lines.rsplit_once('\n')?.1.parse().ok()
}

/// Where each object stands; whether all else is as we write it is told by writing it again.
fn offsets(table: &[u8]) -> Option<Vec<u64>> {
    let lines = std::str::from_utf8(table).ok()?.lines().skip(3);
    let entries = lines.take_while(|line| *line != "trailer");
    entries.map(|line| line.get(..10)?.parse().ok()).collect()
}

/// Where the first of the objects stands that say what the document is, if all others stand before.
fn cut(offsets: &[u64]) -> Option<u64> {
    let says = |index: usize| {
        [CATALOG, INFORMATION, METADATA].iter().any(|id| usize::try_from(id.get() - 1) == Ok(index))
    };
    let (said, others): (Vec<_>, Vec<_>) = offsets.iter().enumerate().partition(|(index, _)| says(*index));
    let cut = said.iter().map(|(_, offset)| **offset).min()?;
    (said.len() == 3 && others.iter().all(|(_, offset)| **offset < cut)).then_some(cut)
}

/// When the file was made, by its packet: what people wrote cannot look like this there.
fn created(said: &[u8]) -> Option<DateTime<FixedOffset>> {
    let text = String::from_utf8_lossy(said);
    let (_, after) = text.split_once("<xmp:CreateDate>")?;
    DateTime::parse_from_rfc3339(after.split_once('<')?.0).ok()
}
