//! How many letters tesseract gets wrong on a picture of a page whose text is known.

use std::path::Path;
use std::process::Command;

use xtask::run::read;

use crate::figures::Outcome;

/// Errors, of so many letters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Letters {
    pub(crate) wrong: usize,
    pub(crate) all: usize,
}

impl Letters {
    pub(crate) fn and(self, more: Self) -> Self {
        Self { wrong: self.wrong + more.wrong, all: self.all + more.all }
    }

    /// Errors a letter.
    pub(crate) fn share(self) -> f64 {
        self.wrong as f64 / self.all.max(1) as f64
    }
}

/// Reads a picture and counts what is wrong: letters to put in, take out or change, white space counting as one.
///
/// # Errors
/// When tesseract is missing or refuses.
pub(crate) fn wrong(picture: &Path, dpi: u32, truth: &str) -> Outcome<Letters> {
    let mut tesseract = Command::new("tesseract");
    tesseract
        .arg(picture)
        .args(["stdout", "-l", "vie", "--dpi", &dpi.to_string()])
        .env("OMP_THREAD_LIMIT", "1");
    let told = read(&mut tesseract)?;
    let (truth, told) = (letters(truth), letters(&told));
    Ok(Letters { wrong: apart(&truth, &told), all: truth.len() })
}

fn letters(text: &str) -> Vec<char> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// Levenshtein's distance.
fn apart(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (at, candidate) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != candidate);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}
