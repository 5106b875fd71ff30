//! Number and day at the head of a document: written already, or a blank to write them in - `Số:    /KH-THCSHP`,
//! `ngày     tháng     năm 2026`, drawn with dots or not, on one line or broken into two.

use super::{
    PlaceError,
    glyphs::Letter,
    lines::{self, columns},
};
use crate::typeset::faces::Style;

/// Only the head of page one bears them.
const HEAD_PT: f64 = 320.0;
const MM: f64 = 25.4 / 72.0;
/// Number and day stand level (Appendix I, boxes 3 and 4): a day further away is one of the text's.
const LEVEL_PT: f64 = 34.0;
/// Or they begin so far to the right, as a share of the sheet.
const RIGHT: f64 = 0.42;
/// Baselines of lines that follow each other, in sizes.
const NEXT_LINE: f64 = 1.9;
/// Baselines of one line, and letters of one column, in sizes.
const SAME_LINE: f64 = 0.45;
const APART: f64 = 1.7;
/// Between words, in sizes.
const SPACE: f64 = 0.15;
/// Behind the last word of a line there is room for two digits, or for a year; in sizes.
const ROOM: f64 = 1.7;
const ROOM_OF_YEAR: f64 = 2.6;
/// Between that word and what is written behind it.
const WORD_GAP: f64 = 0.25;

/// A place for a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slot {
    /// It is there.
    Written(String),
    /// Nothing stands between the words around it.
    Blank(Blank),
    /// The words around it are not there.
    Missing,
}

/// Room for digits on page one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Blank {
    pub(crate) left_mm: f32,
    pub(crate) right_mm: f32,
    pub(crate) baseline_mm: f32,
    /// The type of the line.
    pub(crate) size_pt: f32,
    pub(crate) style: Style,
    /// It is drawn with dots.
    pub(crate) dotted: bool,
    /// Nothing stands behind it on its line.
    pub(crate) open: bool,
    /// What stands before it of what belongs there: the `20` of a year.
    pub(crate) begun: String,
}

/// Places for number and day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slots {
    pub(crate) number: Slot,
    /// What stands behind the stroke of the number: `QĐ-THCSHM`; nothing where no number is.
    pub(crate) symbol: String,
    pub(crate) day: Slot,
    pub(crate) month: Slot,
    pub(crate) year: Slot,
}

/// Those of page one.
pub(crate) fn slots(pdf: &[u8]) -> Result<Slots, PlaceError> {
    super::read(pdf, |pdf| {
        let page = super::nth(pdf, 1)?;
        let width = f64::from(page.render_dimensions().0) * super::unit(page);
        Ok(of(&super::glyphs::of(page, pdf), width))
    })
}

fn of(letters: &[Letter], width: f64) -> Slots {
    let mut lines = lines::level(letters);
    lines.retain(|line| line.first().is_some_and(|letter| letter.baseline < HEAD_PT));
    let head = Head { lines };
    let number = head.first("Số:", |at| head.flows(at, true).iter().find_map(|flow| number(flow)));
    let level = number.as_ref().map(|(at, _)| head.letter(*at).baseline);
    let (number, symbol) = match number {
        Some((_, (slot, symbol))) => (slot, symbol),
        None => (Slot::Missing, String::new()),
    };
    let day = head.first("ngày", |at| {
        let (first, found) = (head.first_of_column(at), head.letter(at));
        let is_level = level.is_some_and(|level| (found.baseline - level).abs() < LEVEL_PT);
        let is_of_the_head = is_level || first.left > RIGHT * width;
        let flows = if is_of_the_head { head.flows(at, false).to_vec() } else { Vec::new() };
        flows.iter().find_map(|flow| day(flow))
    });
    let missing = || [Slot::Missing, Slot::Missing, Slot::Missing];
    let [day, month, year] = day.map_or_else(missing, |(_, found)| found);
    Slots { number, symbol, day, month, year }
}

/// A letter: which line, and which of its letters.
type At = (usize, usize);

/// The lines of the head, each across the whole page.
struct Head<'l> {
    lines: Vec<Vec<&'l Letter>>,
}

impl<'l> Head<'l> {
    /// The first place where this word stands and something is found.
    fn first<T>(&self, word: &str, found: impl Fn(At) -> Option<T>) -> Option<(At, T)> {
        self.lines.iter().enumerate().find_map(|(line, letters)| {
            let words = Words::of(letters);
            let starts = std::iter::successors(words.start_of(word, 0), |at| words.start_of(word, at + 1));
            starts.map(|at| (line, at)).find_map(|at| Some((at, found(at)?)))
        })
    }

    fn letter(&self, (line, at): At) -> &'l Letter {
        self.lines[line][at]
    }

    /// The letter its column begins with.
    fn first_of_column(&self, (line, at): At) -> &'l Letter {
        let letters = &self.lines[line][..=at];
        let pairs = letters.windows(2).rev();
        let joined = pairs.take_while(|pair| is_joined(pair[0], pair[1])).count();
        letters[at - joined]
    }

    /// What is read on from a letter: along its line; and to the end of its column or line, going on in the next line
    /// below it.
    fn flows(&self, at: At, in_column: bool) -> [Vec<&'l Letter>; 2] {
        let along = &self.lines[at.0][at.1..];
        let joined = along.windows(2).take_while(|pair| !in_column || is_joined(pair[0], pair[1])).count();
        let mut broken = along[..=joined].to_vec();
        let (left, right) = (self.first_of_column(at).left, broken.last().map_or(0.0, |last| last.right));
        let first = along[0];
        let below = self.lines[at.0 + 1..]
            .iter()
            .take_while(|line| line[0].baseline - first.baseline < NEXT_LINE * first.size)
            .flat_map(|line| columns(line.clone()));
        let under = |column: &Vec<&Letter>| {
            column.first().is_some_and(|first| first.left < right + ROOM * first.size)
                && column.last().is_some_and(|last| last.right > left)
        };
        broken.extend(below.filter(under).flatten());
        [along.to_vec(), broken]
    }
}

fn is_joined(one: &Letter, next: &Letter) -> bool {
    next.left - one.right < APART * one.size.max(next.size)
}

/// Dots and strokes that a blank is drawn with are nothing.
fn is_drawn(letter: &&Letter) -> bool {
    letter.text.chars().all(|c| matches!(c, '.' | '…' | '_' | '‥') || c.is_whitespace())
}

fn kept<'l>(flow: &[&'l Letter]) -> Vec<&'l Letter> {
    flow.iter().filter(|letter| !is_drawn(letter)).copied().collect()
}

fn number(flow: &[&Letter]) -> Option<(Slot, String)> {
    let letters = kept(flow);
    let words = Words::of(&letters);
    let from = words.end_of("Số:", 0)?;
    let stroke = words.start_of("/", from)?;
    Some((between(flow, &letters, from, stroke)?, word_behind(&letters[stroke..])))
}

/// What is written on without a space behind the first of these letters.
fn word_behind(letters: &[&Letter]) -> String {
    let on = |pair: &&[&Letter]| {
        let level = (pair[0].baseline - pair[1].baseline).abs() < SAME_LINE * pair[0].size;
        level && pair[1].left - pair[0].right < SPACE * pair[0].size
    };
    letters.windows(2).take_while(on).map(|pair| pair[1].text.as_str()).collect()
}

fn day(flow: &[&Letter]) -> Option<[Slot; 3]> {
    let letters = kept(flow);
    let words = Words::of(&letters);
    let day = words.end_of("ngày", 0)?;
    let month = words.end_of("tháng", day)?;
    let year = words.end_of("năm", month)?;
    Some([
        between(flow, &letters, day, words.start_of("tháng", day)?)?,
        between(flow, &letters, month, words.start_of("năm", month)?)?,
        year_of(flow, &letters, year)?,
    ])
}

/// What stands from one letter to another.
fn between(flow: &[&Letter], letters: &[&Letter], from: usize, to: usize) -> Option<Slot> {
    let written: String = letters[from..to].iter().map(|letter| letter.text.as_str()).collect();
    if !written.is_empty() {
        // A word between them is no number: this is a sentence.
        return written.chars().all(|c| c.is_ascii_alphanumeric()).then_some(Slot::Written(written));
    }
    Some(blank(flow, letters.get(from.checked_sub(1)?)?, Some(letters[to]), ROOM))
}

fn year_of(flow: &[&Letter], letters: &[&Letter], from: usize) -> Option<Slot> {
    let digits = letters[from..].iter().take_while(is_digit).count();
    let written: String = letters[from..from + digits].iter().map(|letter| letter.text.as_str()).collect();
    // `năm 20...`
    if !written.is_empty() && written != "20" {
        return Some(Slot::Written(written));
    }
    let last = letters.get((from + digits).checked_sub(1)?)?;
    let found = blank(flow, last, letters.get(from + digits).copied(), ROOM_OF_YEAR);
    Some(match found {
        Slot::Blank(blank) => Slot::Blank(Blank { begun: written, ..blank }),
        other => other,
    })
}

/// The room behind a letter, up to the next one if that stands on its line.
fn blank(flow: &[&Letter], last: &Letter, next: Option<&Letter>, room: f64) -> Slot {
    // What was read off a scan is a picture, and its words are as large as their boxes.
    if last.unseen {
        return Slot::Missing;
    }
    let is_level = |other: &&Letter| (other.baseline - last.baseline).abs() < SAME_LINE * last.size;
    let next = next.filter(is_level);
    let is_behind = |letter: &&&Letter| {
        letter.left > last.right - 0.1 * last.size && next.is_none_or(|next| letter.left < next.left)
    };
    let drawn = flow.iter().filter(|letter| is_drawn(letter) && is_level(letter)).filter(is_behind);
    let (mut end_of_drawn, mut dotted) = (None, false);
    for letter in drawn {
        end_of_drawn = Some(letter.right);
        dotted |= !letter.text.contains('_');
    }
    let end = next.map(|next| next.left).or(end_of_drawn);
    let is_begun = is_digit(&&last);
    let left = if end.is_some() || is_begun { last.right } else { last.right + WORD_GAP * last.size };
    Slot::Blank(Blank {
        left_mm: (left * MM) as f32,
        right_mm: (end.unwrap_or(left + room * last.size) * MM) as f32,
        baseline_mm: (last.baseline * MM) as f32,
        size_pt: last.size as f32,
        style: last.style,
        dotted,
        open: end.is_none(),
        begun: String::new(),
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

    const WIDTH: f64 = 595.0;

    /// Letters half as wide as they are high; lines are as far apart as in print.
    fn page(lines: &[&str]) -> Vec<Letter> {
        let letter = |line: usize, (at, letter): (usize, char)| Letter {
            text: letter.to_string(),
            left: 80.0 + 6.0 * at as f64,
            right: 86.0 + 6.0 * at as f64,
            baseline: 100.0 + 16.0 * line as f64,
            size: 13.0,
            style: Style::Regular,
            unseen: false,
        };
        let line = |(line, words): (usize, &&str)| {
            let letters = words.chars().enumerate().filter(|(_, letter)| *letter != ' ');
            letters.map(|found| letter(line, found)).collect::<Vec<_>>()
        };
        lines.iter().enumerate().flat_map(line).collect()
    }

    fn said(slot: Slot) -> String {
        match slot {
            Slot::Written(what) => what,
            Slot::Blank(Blank { left_mm, right_mm, .. }) if left_mm >= right_mm => "?".into(),
            Slot::Blank(Blank { dotted: true, begun, .. }) => format!("{begun}."),
            Slot::Blank(Blank { open: true, begun, .. }) => format!("{begun}>"),
            Slot::Blank(_) => "_".into(),
            Slot::Missing => "-".into(),
        }
    }

    #[test]
    fn numbers_and_days_are_read_or_have_a_blank() {
        let table: [(&[&str], [&str; 4]); 14] = [
            (&["Số: 12/KH-THCS   Bình An, ngày 05 tháng 9 năm 2026"], ["12", "05", "9", "2026"]),
            (&["Số:     /KH-THCS   Bình An, ngày    tháng 9 năm 2026"], ["_", "_", "9", "2026"]),
            (&["Số: ....../KH-THCS   Bình An, ngày ... tháng … năm 2026"], [".", ".", ".", "2026"]),
            (&["Số: ____/KH-THCS   Bình An, ngày __ tháng __ năm 20…"], ["_", "_", "_", "20."]),
            (&["Số:    /KH-THCS   Bình An, ngày    tháng    năm"], ["_", "_", "_", ">"]),
            (&["Số:    /KH-THCS   Bình An, ngày    tháng    năm 20"], ["_", "_", "_", "20>"]),
            (
                &["Số:    /KH-THCS     Bình An, ngày    tháng", "                          năm 2026"],
                ["_", "_", ">", "2026"],
            ),
            (
                &["   Số:             Bình An, ngày 5 tháng 9 năm 2026", "  /QĐ-THCSHM"],
                [">", "5", "9", "2026"],
            ),
            (
                &["                                 Bình An, ngày    tháng    năm 2026"],
                ["-", "_", "_", "2026"],
            ),
            (
                &["Số:    /BB-THCS", "", "", "Hôm nay, ngày    tháng    năm 2026, tại phòng họp"],
                ["_", "-", "-", "-"],
            ),
            (
                &["Số:    /BB-THCS", "", "", "theo biên bản họp ngày    tháng    năm 2026"],
                ["_", "-", "-", "-"],
            ),
            (&["Số:/KH-THCS   Bình An, ngàytháng 9 năm 2026"], ["?", "?", "9", "2026"]),
            (&["Kế hoạch năm học"], ["-", "-", "-", "-"]),
            (&["Số: điện thoại ở trang / sau"], ["-", "-", "-", "-"]),
        ];
        for (lines, expected) in table {
            let Slots { number, day, month, year, .. } = of(&page(lines), WIDTH);
            assert_eq!([number, day, month, year].map(said), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_symbol_is_what_stands_behind_the_stroke() {
        for (lines, expected) in [
            (&["Số:     /QĐ-THCSHM   Bình An, ngày    tháng 9 năm 2026"][..], "QĐ-THCSHM"),
            (&["Số: 12/KH-THCS"], "KH-THCS"),
            (&["   Số:             Bình An, ngày 5 tháng 9 năm 2026", "  /QĐ-THCSHM"], "QĐ-THCSHM"),
            (&["Kế hoạch năm học"], ""),
        ] {
            assert_eq!(of(&page(lines), WIDTH).symbol, expected, "{lines:?}");
        }
    }

    #[test]
    fn what_was_read_off_a_scan_has_no_blank_to_write_in() {
        let mut scan = page(&["Số:     /KH-THCS   Bình An, ngày 05 tháng    năm 2026"]);
        scan.iter_mut().for_each(|letter| letter.unseen = true);
        let Slots { number, day, month, year, .. } = of(&scan, WIDTH);
        assert_eq!([number, day, month, year].map(said), ["-", "05", "-", "2026"]);
    }
}
