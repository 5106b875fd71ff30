//! The date line: `Thanh Hà Sơn, ngày 12 tháng 3 năm 2024` (box 4, on the right under the motto).

use chrono::NaiveDate;

use super::head::Head;
use super::shape::{alike, bare, trimmed};
use super::sheet::{Row, Sheet, Word};

/// Administrative documents older than the State do not come in by scanner.
const FIRST_YEAR: i32 = 1945;
const LAST_YEAR: i32 = 2199;

/// A date as it stands on a page.
pub(super) struct Day<'a> {
    pub(super) date: NaiveDate,
    /// From `ngày` to the year.
    pub(super) words: Vec<Word<'a>>,
    /// The place before it.
    pub(super) place: Vec<Word<'a>>,
    /// A letter was taken for the digit it looks like.
    pub(super) mended: bool,
}

/// The date of the head; none where day or month are left blank, cannot be read, or are of no calendar.
pub(super) fn day<'a>(sheet: &Sheet<'a>, head: &Head<'a>) -> Option<Day<'a>> {
    let beside = sheet.words().filter(|word| word.centre() > sheet.left + 0.42 * sheet.width());
    let lines = sheet.lines.iter().cloned().chain(sheet.rows(beside));
    let reach = if head.sure { head.top + 15.0 * sheet.unit } else { 0.25 * sheet.height };
    let of_head = lines.filter(|row| row.level() > head.top && row.level() < reach);
    let mut runs: Vec<(Row<'a>, usize)> = of_head.filter_map(|row| run(sheet, &row)).collect();
    runs.sort_by(|(a, _), (b, _)| a.level().total_cmp(&b.level()));
    // Only the first line of a date is the paper's own: where its day is blank, no other takes its place.
    let first = runs.first()?.0.level();
    let same = runs.iter().take_while(|(row, _)| row.level() - first < 0.8 * sheet.unit);
    same.clone().find_map(|(row, from)| dated(row, *from))
}

/// The words around `ngày` that stand close together, and where it is among them. Text begins further left.
fn run<'a>(sheet: &Sheet<'a>, row: &Row<'a>) -> Option<(Row<'a>, usize)> {
    let from = row.words.iter().position(|word| {
        bare(&word.seen.text).starts_with("ngay") && word.left > sheet.left + 0.4 * sheet.width()
    })?;
    let mut first = from;
    while first > 0 {
        let (word, next) = (&row.words[first - 1], &row.words[first]);
        if next.left - word.right > 1.7 * sheet.unit || word.seen.text.contains(['/', ':']) {
            break;
        }
        first -= 1;
    }
    let begins = row.words[first].left > sheet.left + 0.3 * sheet.width();
    begins.then(|| (Row { words: row.words[first..].to_vec() }, from - first))
}

fn dated<'a>(row: &Row<'a>, from: usize) -> Option<Day<'a>> {
    let mut read = Read::new(&row.words[from..]);
    let date = read.long().or_else(|| {
        read = Read::new(&row.words[from..]);
        read.short()
    })?;
    // A sentence goes on behind the year.
    let used = from + read.used();
    let ends = row.words.len() <= used + 1;
    let (place, words) = (row.words[..from].to_vec(), row.words[from..used].to_vec());
    ends.then_some(Day { date, words, place, mended: read.mended })
}

/// The place as it is written, if it is one: `TP. Hồ Chí Minh`.
pub(super) fn place_name(place: &[Word<'_>]) -> Option<String> {
    let text = place.iter().map(|word| word.seen.text.as_str()).collect::<Vec<_>>().join(" ");
    let name = trimmed(&text);
    let begins = name.chars().next().is_some_and(char::is_uppercase);
    (begins && name.chars().count() > 2 && !name.chars().any(|c| c.is_ascii_digit())).then(|| name.to_owned())
}

/// Reads letters and digits word by word; blanks between them count for nothing.
struct Read<'w, 'a> {
    words: &'w [Word<'a>],
    letters: Vec<(char, usize)>,
    at: usize,
    mended: bool,
}

impl<'w, 'a> Read<'w, 'a> {
    fn new(words: &'w [Word<'a>]) -> Self {
        let letters = words.iter().enumerate().flat_map(|(place, word)| {
            word.seen
                .text
                .chars()
                .filter(|c| c.is_alphanumeric() || "/-.|".contains(*c))
                .map(move |c| (c, place))
        });
        Self { words, letters: letters.collect(), at: 0, mended: false }
    }

    fn used(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.letters.get(at));
        last.map_or(self.words.len(), |(_, place)| place + 1)
    }

    /// `ngày 12 tháng 3 năm 2024`.
    fn long(&mut self) -> Option<NaiveDate> {
        self.word("ngay")?;
        let day = self.number(1..=2)?;
        self.word("thang")?;
        let month = self.number(1..=2)?;
        self.word("nam")?;
        let year = self.number(4..=4)?;
        date(day, month, year)
    }

    /// `ngày 12/3/2024`.
    fn short(&mut self) -> Option<NaiveDate> {
        self.word("ngay")?;
        let day = self.number(1..=2)?;
        self.sign()?;
        let month = self.number(1..=2)?;
        self.sign()?;
        let year = self.number(4..=4)?;
        date(day, month, year)
    }

    /// Letters that say `meant`, marks aside.
    fn word(&mut self, meant: &str) -> Option<()> {
        while self.letters.get(self.at).is_some_and(|(c, _)| "/-.|".contains(*c)) {
            self.at += 1;
        }
        let length = meant.len();
        let seen: String = self.letters.get(self.at..self.at + length)?.iter().map(|(c, _)| *c).collect();
        let seen = bare(&seen);
        if seen != meant && !(length == 5 && alike(&format!("{seen}x"), &format!("{meant}x"))) {
            return None;
        }
        self.at += length;
        Some(())
    }

    fn sign(&mut self) -> Option<()> {
        let (c, _) = self.letters.get(self.at)?;
        "/-.".contains(*c).then(|| self.at += 1)
    }

    /// Digits, and letters that look like one among them.
    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
        let mut seen = String::new();
        while let Some((c, word)) = self.letters.get(self.at).copied() {
            // What comes behind a full number in a word of its own is dust.
            if seen.len() == *digits.end() && self.letters[self.at - 1].1 != word {
                break;
            }
            let digit = match c {
                '0'..='9' => c,
                'O' | 'o' => '0',
                'l' | 'I' | '|' => '1',
                _ => break,
            };
            self.mended |= digit != c;
            seen.push(digit);
            self.at += 1;
        }
        digits.contains(&seen.len()).then(|| seen.parse().ok())?
    }
}

fn date(day: i32, month: i32, year: i32) -> Option<NaiveDate> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month.try_into().ok()?, day.try_into().ok()?)
}
