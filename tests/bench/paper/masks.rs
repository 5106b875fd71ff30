//! The black mask of a page in layers, taken out of its file by poppler as a picture of one bit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::run::read;

use crate::figures::Outcome;

/// Where a PNG says how many bits a sample has, and in which colours.
const BITS_AND_COLOUR: std::ops::Range<usize> = 24..26;

/// The first mask of a file; `None` where there is none.
///
/// # Errors
/// When poppler refuses.
pub(crate) fn of(pdf: &Path, folder: &Path) -> Outcome<Option<Vec<u8>>> {
    let within = folder.join("masks");
    if within.exists() {
        fs::remove_dir_all(&within)?;
    }
    fs::create_dir_all(&within)?;
    read(Command::new("pdfimages").arg("-png").arg(pdf).arg(within.join("layer")))?;
    let mut paths: Vec<PathBuf> = fs::read_dir(&within)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let png = fs::read(path)?;
        // One bit, grey: everything else in a page in layers has eight.
        if png.get(BITS_AND_COLOUR) == Some(&[1, 0]) {
            return Ok(Some(png));
        }
    }
    Ok(None)
}
