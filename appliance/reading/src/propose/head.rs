//! The head of a page: issuing body and number on the left, motto and date on the right (appendix I, boxes 1 to 4).

use super::shape::{apart, bare};
use super::sheet::{Row, Sheet};

const MOTTO: &str = "conghoaxahoichunghiavietnam";
const DEVICE: &str = "doclaptudohanhphuc";
/// Heads of the Party and its bodies carry another line in its place.
const PARTY: &str = "dangcongsanvietnam";
/// The head lies in the upper half of any page.
const LOWEST: f32 = 0.45;

/// Where the head is.
pub(super) struct Head<'a> {
    /// Between what stands on the left and on the right.
    pub(super) divide: f32,
    /// Above the first line.
    pub(super) top: f32,
    /// The left column's rows from there on, as far as a head may reach.
    pub(super) left: Vec<Row<'a>>,
    /// Whether the motto says where the head is; else it is guessed by position.
    pub(super) sure: bool,
}

impl<'a> Head<'a> {
    pub(super) fn new(sheet: &Sheet<'a>) -> Self {
        // Of a page askew the reader sometimes breaks a line into pieces.
        let rows = sheet.rows(sheet.words().filter(|word| word.level() < LOWEST * sheet.height));
        let found = |meant| {
            let seen = sheet.lines.iter().chain(&rows).filter_map(|line| find(sheet, line, meant));
            seen.min_by_key(|(wrong, _)| *wrong).map(|(_, row)| row)
        };
        let (motto, device) = (found(MOTTO).or_else(|| found(PARTY)), found(DEVICE));
        let divide = match (&motto, &device) {
            (Some(motto), _) => motto.left() - 0.3 * sheet.unit,
            // The first line is half as long again.
            (None, Some(device)) => device.centre() - 0.78 * (device.right() - device.left()),
            (None, None) => sheet.left + 0.47 * sheet.width(),
        };
        let first = motto.as_ref().or(device.as_ref());
        let top = first.map_or(0.0, |row| row.level() - 3.0 * sheet.unit);
        let reach = match first {
            Some(row) => row.level() + 22.0 * sheet.unit,
            None => 0.3 * sheet.height,
        };
        let column = sheet.words().filter(|word| {
            word.right < divide + 0.5 * sheet.unit && word.level() > top && word.level() < reach
        });
        Self { divide, top, left: sheet.rows(column), sure: first.is_some() }
    }
}

/// The words of a line that together say `meant`, if one letter in five at most is wrong, and how many are.
fn find<'a>(sheet: &Sheet<'a>, line: &Row<'a>, meant: &str) -> Option<(usize, Row<'a>)> {
    if line.level() > LOWEST * sheet.height {
        return None;
    }
    let letters: Vec<String> = line.words.iter().map(|word| bare(&word.seen.text)).collect();
    let slack = meant.len() / 5;
    let mut best: Option<(usize, usize, usize)> = None;
    for from in 0..letters.len() {
        let mut seen = String::new();
        for (to, word) in letters.iter().enumerate().skip(from) {
            seen.push_str(word);
            if seen.len() > meant.len() + slack {
                break;
            }
            if word.is_empty() || seen.len() + slack < meant.len() {
                continue;
            }
            let wrong = apart(&seen, meant);
            if wrong <= slack && best.is_none_or(|(least, ..)| wrong < least) {
                best = Some((wrong, from, to));
            }
        }
    }
    let (wrong, from, to) = best?;
    Some((wrong, Row { words: line.words[from..=to].to_vec() }))
}
