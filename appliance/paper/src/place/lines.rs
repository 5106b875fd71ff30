//! Lines out of letters. Where the blank between two words is as wide as only columns stand apart, two lines stand
//! beside each other: those it goes to at the left, the signer at the right.

use super::glyphs::Letter;
use crate::look::Place;
use unicode_normalization::UnicodeNormalization;

/// Millimetres in a point.
const MM: f64 = 25.4 / 72.0;
/// Baselines of one line differ by less, in sizes: words of a scan stand on the lower edges of their boxes.
const LEVEL: f64 = 0.45;
/// A blank between two words, in sizes.
const BLANK: f64 = 0.15;
/// A blank between two columns, in sizes.
const APART: f64 = 1.7;
/// The same letter so close was written twice to look bold, in sizes.
const TWICE: f64 = 0.08;
/// Capital letters above the baseline and tails below it, in sizes.
const ABOVE: f64 = 0.72;
const BELOW: f64 = 0.2;

/// A line of one column of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Its words, NFC, with single blanks.
    pub text: String,
    /// The box of its letters.
    pub place: Place,
    /// Size of its type in points; of a scan the height of its highest word.
    pub size_pt: f32,
    /// Laid unseen over a scan.
    pub unseen: bool,
}

impl Written {
    /// From the left edge to the middle.
    pub(crate) fn centre_mm(&self) -> f32 {
        self.place.left_mm + self.place.width_mm / 2.0
    }
}

pub(super) fn of(page: u32, letters: &[Letter]) -> Vec<Written> {
    level(letters).into_iter().flat_map(columns).filter_map(|run| written(page, &run)).collect()
}

/// Letters that stand on one line across the page, from left to right and without blanks; the lines from the top.
pub(super) fn level(letters: &[Letter]) -> Vec<Vec<&Letter>> {
    let mut letters: Vec<&Letter> = letters.iter().filter(|letter| !letter.text.trim().is_empty()).collect();
    letters.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut lines: Vec<Vec<&Letter>> = Vec::new();
    for letter in letters {
        match lines.last_mut() {
            Some(line) if is_level(line, letter) => line.push(letter),
            _ => lines.push(vec![letter]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        line.dedup_by(|b, a| a.text == b.text && b.left - a.left < TWICE * a.size && a.unseen == b.unseen);
    }
    lines
}

/// Compared with the line's first letter, or a slanting page would run together into one line.
fn is_level(line: &[&Letter], letter: &Letter) -> bool {
    let size = line.iter().map(|other| other.size).fold(letter.size, f64::max);
    line.first().is_some_and(|first| letter.baseline - first.baseline < LEVEL * size)
}

/// The line cut where only columns stand apart.
pub(super) fn columns(line: Vec<&Letter>) -> Vec<Vec<&Letter>> {
    let mut columns: Vec<Vec<&Letter>> = Vec::new();
    for letter in line {
        match columns.last_mut() {
            Some(column)
                if column
                    .last()
                    .is_some_and(|last| letter.left - last.right < APART * letter.size.max(last.size)) =>
            {
                column.push(letter);
            }
            _ => columns.push(vec![letter]),
        }
    }
    columns
}

fn written(page: u32, run: &[&Letter]) -> Option<Written> {
    let (first, last) = (run.first()?, run.last()?);
    let mut text = String::new();
    for (at, letter) in run.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| run[before]);
        if before.is_some_and(|before| letter.left - before.right > BLANK * letter.size.min(before.size)) {
            text.push(' ');
        }
        text.push_str(letter.text.trim());
    }
    let size = run.iter().map(|letter| letter.size).fold(0.0, f64::max);
    let (above, below) = if first.unseen { (1.0, 0.0) } else { (ABOVE, BELOW) };
    let top = run.iter().map(|letter| letter.baseline - above * letter.size).fold(f64::MAX, f64::min);
    let bottom = run.iter().map(|letter| letter.baseline + below * letter.size).fold(f64::MIN, f64::max);
    let right = run.iter().map(|letter| letter.right).fold(last.right, f64::max);
    Some(Written {
        text: text.nfc().collect(),
        place: Place {
            page,
            left_mm: (first.left * MM) as f32,
            top_mm: (top * MM) as f32,
            width_mm: ((right - first.left) * MM) as f32,
            height_mm: ((bottom - top) * MM) as f32,
        },
        size_pt: size as f32,
        unseen: first.unseen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of 10 points, half as wide, each standing 5 points right of the one before.
    fn set(words: &str, left: f64, baseline: f64) -> Vec<Letter> {
        let letter = |(at, letter): (usize, char)| Letter {
            text: letter.to_string(),
            left: left + 5.0 * at as f64,
            right: left + 5.0 * (at + 1) as f64,
            baseline,
            size: 10.0,
            style: crate::typeset::faces::Style::Regular,
            unseen: false,
        };
        words.chars().enumerate().filter(|(_, letter)| *letter != ' ').map(letter).collect()
    }

    #[test]
    fn words_columns_and_lines_are_told_apart() {
        let mut page = set("HIỆU TRƯỞNG", 300.0, 100.0);
        page.extend(set("Nơi nhận:", 80.0, 101.0));
        page.extend(set("Vũ Thị Hà", 305.0, 160.0));
        // Written twice to look bold.
        page.extend(set("Vũ Thị Hà", 305.3, 160.0));
        let lines: Vec<String> = of(1, &page).into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["Nơi nhận:", "HIỆU TRƯỞNG", "Vũ Thị Hà"]);
    }
}
