//! Number and day at the head of a document: written already, or a blank to write them in - `Số:    /KH-THCSHP`,
//! `ngày     tháng     năm 2026`.

use super::{PlaceError, glyphs::Letter, lines};

/// Only the head of page one bears them.
const HEAD_PT: f64 = 320.0;
const MM: f64 = 25.4 / 72.0;

/// A place for a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slot {
    /// It is there.
    Written(String),
    /// Nothing stands between the words around it.
    Blank { page: u32, left_mm: f32, right_mm: f32, baseline_mm: f32, size_pt: f32 },
    /// The words around it are not there.
    Missing,
}

/// Places for number and day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slots {
    pub(crate) number: Slot,
    pub(crate) day: Slot,
    pub(crate) month: Slot,
    pub(crate) year: Slot,
}

/// Those of page one.
pub(crate) fn slots(pdf: &[u8]) -> Result<Slots, PlaceError> {
    super::read(pdf, |pdf| Ok(of(&super::glyphs::of(super::nth(pdf, 1)?, pdf))))
}

fn of(letters: &[Letter]) -> Slots {
    let lines = lines::level(letters);
    let head = || lines.iter().filter(|line| line.first().is_some_and(|letter| letter.baseline < HEAD_PT));
    let between = |before: &str, after: Option<&str>, start: &str| {
        let found = head().find_map(|line| slot(line, before, after, start));
        found.unwrap_or(Slot::Missing)
    };
    Slots {
        number: between("Số:", Some("/"), ""),
        day: between("ngày", Some("tháng"), ""),
        month: between("tháng", Some("năm"), "ngày"),
        year: between("năm", None, "tháng"),
    }
}

/// What stands between two words on a line, after a third.
fn slot(line: &[&Letter], before: &str, after: Option<&str>, start: &str) -> Option<Slot> {
    // Dots and strokes that a blank is drawn with are nothing.
    let is_drawn = |letter: &&&Letter| {
        letter.text.chars().all(|c| matches!(c, '.' | '…' | '_' | '‥') || c.is_whitespace())
    };
    let letters: Vec<&Letter> = line.iter().filter(|letter| !is_drawn(letter)).copied().collect();
    let words = Words::of(&letters);
    let from = words.end_of(start, 0)?;
    let left = words.end_of(before, from)?;
    let (right, end) = match after {
        Some(after) => {
            let right = words.start_of(after, left)?;
            (right, Some(letters[right]))
        }
        None => {
            let digits = letters[left..].iter().take_while(is_digit).count();
            (left + digits, letters.get(left + digits).copied())
        }
    };
    let written: String = letters[left..right].iter().map(|letter| letter.text.as_str()).collect();
    let last = letters.get(left.checked_sub(1)?)?;
    if !written.is_empty() {
        // A word between them is no number: this is a sentence.
        return written.chars().all(|c| c.is_ascii_alphanumeric()).then_some(Slot::Written(written));
    }
    let end = end?;
    Some(Slot::Blank {
        page: 1,
        left_mm: (last.right * MM) as f32,
        right_mm: (end.left * MM) as f32,
        baseline_mm: (last.baseline * MM) as f32,
        size_pt: last.size as f32,
    })
}

fn is_digit(letter: &&&Letter) -> bool {
    letter.text.chars().all(|c| c.is_ascii_digit())
}

/// The letters of a line as one word, and which of them each byte belongs to.
struct Words {
    text: String,
    letters: Vec<usize>,
}

impl Words {
    fn of(letters: &[&Letter]) -> Words {
        let mut words = Words { text: String::new(), letters: Vec::new() };
        for (at, letter) in letters.iter().enumerate() {
            words.text.push_str(&letter.text);
            words.letters.resize(words.text.len(), at);
        }
        words
    }

    /// The letter this word begins with, at or after another.
    fn start_of(&self, word: &str, from: usize) -> Option<usize> {
        let byte = self.letters.iter().position(|&letter| letter >= from)?;
        let found = byte + self.text.get(byte..)?.find(word)?;
        self.letters.get(found).copied()
    }

    /// The letter behind this word.
    fn end_of(&self, word: &str, from: usize) -> Option<usize> {
        if word.is_empty() {
            return Some(from);
        }
        Some(self.start_of(word, from)? + word.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str) -> Vec<Letter> {
        let letter = |(at, letter): (usize, char)| Letter {
            text: letter.to_string(),
            left: 100.0 + 6.0 * at as f64,
            right: 106.0 + 6.0 * at as f64,
            baseline: 100.0,
            size: 13.0,
            unseen: false,
        };
        words.chars().enumerate().filter(|(_, letter)| *letter != ' ').map(letter).collect()
    }

    #[test]
    fn numbers_and_days_are_read_or_have_a_blank() {
        let table = [
            ("Số: 12/KH-THCS   Bình An, ngày 05 tháng 9 năm 2026", ["12", "05", "9", "2026"]),
            ("Số:     /KH-THCS   Bình An, ngày    tháng 9 năm 2026", ["_", "_", "9", "2026"]),
            ("Số: ....../KH-THCS   Bình An, ngày ... tháng … năm 2026", ["_", "_", "_", "2026"]),
            ("Kế hoạch năm học", ["-", "-", "-", "-"]),
            ("Số: điện thoại ở trang / sau", ["-", "-", "-", "-"]),
        ];
        for (words, expected) in table {
            let Slots { number, day, month, year } = of(&line(words));
            let said = [number, day, month, year].map(|slot| match slot {
                Slot::Written(what) => what,
                Slot::Blank { left_mm, right_mm, .. } => if left_mm < right_mm { "_" } else { "?" }.into(),
                Slot::Missing => "-".into(),
            });
            assert_eq!(said, expected, "{words}");
        }
    }
}
