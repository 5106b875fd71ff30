//! Number and symbol: `Số: 147/PNV-VTLT` (box 3, on the left under the issuing body).
//!
//! Clerks write the number by hand into the printed line, and a reader of print makes of it what it can. So the
//! symbol is proposed by itself where the number is not printed in one word with it or not surely read.

use super::TypeName;
use super::head::Head;
use super::shape::bare;
use super::sheet::{Row, Sheet, Word};

/// The longest number of a year, and the longest symbol of the record's format.
const DIGITS: usize = 5;
const SYMBOL: usize = 30;
/// A number in a word of its own may be handwriting: this much surer the reader has to be of it.
const BY_HAND: u8 = 85;
/// Marks a reader loses of capitals it does not expect side by side.
const RESTORED: [(&str, &str); 3] = [("HDND", "HĐND"), ("PGDDT", "PGDĐT"), ("SGDDT", "SGDĐT")];

/// A symbol as it stands on a page, and the number before it where it is print.
pub(super) struct Number<'a> {
    pub(super) number: Option<String>,
    pub(super) number_words: Vec<Word<'a>>,
    pub(super) symbol: String,
    pub(super) words: Vec<Word<'a>>,
    /// A sign was taken for the one it looks like, or no `Số:` stands before it.
    pub(super) mended: bool,
    /// The type stands before the slash: `12-BC/CB`.
    pub(super) of_the_party: bool,
    /// Middle of the line.
    pub(super) level: f32,
}

/// The first line of the left column that reads like one; contracts have it in the middle under their title.
pub(super) fn number<'a>(
    sheet: &Sheet<'a>,
    head: &Head<'a>,
    taken: &[Word<'a>],
    types: &[TypeName<'_>],
) -> Option<Number<'a>> {
    let free = |word: &Word<'_>| !taken.iter().any(|other| other.is(word));
    let column =
        head.left.iter().filter_map(|row| Row::new(row.words.iter().copied().filter(free).collect()));
    let found = column.filter_map(|row| in_row(&row, types)).next();
    found.or_else(|| {
        let reach = if head.sure { head.top + 18.0 * sheet.unit } else { 0.3 * sheet.height };
        let all = sheet.words().filter(|word| word.level() > head.top && word.level() < reach && free(word));
        let rows = sheet.rows(all);
        let led = |row: &Row<'a>| leads(&row.words[0]) && row.left() > sheet.left + 0.2 * sheet.width();
        rows.iter()
            .flat_map(|row| row.split(3.0 * sheet.unit))
            .filter(led)
            .find_map(|row| in_row(&row, types))
    })
}

/// `Số:`, which readers turn into `Sô:`, `Só:`, `S6:`.
fn leads(word: &Word<'_>) -> bool {
    let text = &word.seen.text;
    let first = text.split(':').next().unwrap_or_default();
    matches!(bare(first).as_str(), "so" | "s6" | "s0" | "se")
}

fn in_row<'a>(row: &Row<'a>, types: &[TypeName<'_>]) -> Option<Number<'a>> {
    let lead = row.words.iter().position(leads);
    let words = &row.words[lead.unwrap_or(0)..];
    let texts: Vec<String> = words.iter().map(|word| signs(behind_lead(word))).collect();
    let slash = texts.iter().position(|text| text.contains('/'))?;
    let (before, behind) = texts[slash].split_once('/')?;
    let tail: String = std::iter::once(behind).chain(texts[slash + 1..].iter().map(String::as_str)).collect();
    let (mut symbol, mut mended) = symbol(&tail, types)?;
    let printed: String = texts[..slash].iter().map(String::as_str).chain([before]).collect();
    let mut number = digits(&printed);
    let party = party(before);
    let of_the_party = party.is_some();
    if let Some((digits, kind)) = party {
        (number, symbol) = (Some(digits), format!("{kind}/{symbol}"));
    } else if before.chars().filter(|c| c.is_alphabetic()).count() > 1 {
        return None;
    }
    // Where `Số:` is lost, a symbol that names a type is still one.
    if lead.is_none() && number.is_none() && type_of(&symbol, types).is_none() {
        return None;
    }
    let number_words: Vec<Word<'a>> = words[..=slash]
        .iter()
        .zip(&texts)
        .filter(|(_, text)| text.contains(|c: char| c.is_ascii_digit()))
        .map(|(word, _)| *word)
        .collect();
    let by_hand = before.is_empty() && number_words.iter().any(|word| word.seen.confidence < BY_HAND);
    let number = number.filter(|_| !by_hand);
    mended |= lead.is_none() || number.as_ref().is_some_and(|number| !printed.starts_with(number.as_str()));
    let number_words = if number.is_some() { number_words } else { Vec::new() };
    let from = if number.is_some() { 0 } else { slash };
    Some(Number {
        number,
        number_words,
        symbol,
        words: words[from..].to_vec(),
        mended,
        of_the_party,
        level: row.level(),
    })
}

/// What of a word is not `Số:`.
fn behind_lead<'w>(word: &Word<'w>) -> &'w str {
    let text = word.seen.text.as_str();
    match text.split_once(':') {
        Some((_, behind)) if leads(word) => behind,
        None if leads(word) => "",
        _ => text,
    }
}

/// `12-BC/CB`: bodies of the Party write the type before the slash.
fn party(before: &str) -> Option<(String, String)> {
    let (number, kind) = before.split_once('-')?;
    let is_kind = (1..=4).contains(&kind.chars().count()) && kind.chars().all(char::is_uppercase);
    digits(number).filter(|_| is_kind).map(|number| (number, kind.to_owned()))
}

/// One sign for those that look alike.
fn signs(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '⁄' | '∕' | '\\' | '|' => '/',
            '–' | '—' | '−' | '‐' | '‑' | '_' | '~' => '-',
            'Ð' | 'Ɖ' => 'Đ',
            other => other,
        })
        .collect()
}

/// Digits and at most one letter behind them (`12a`); letters that look like digits among digits are digits.
fn digits(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| ".,:;-'\"".contains(c));
    let (body, suffix) = match text.char_indices().last() {
        Some((at, c)) if c.is_ascii_lowercase() && !"lo".contains(c) => text.split_at(at),
        _ => (text, ""),
    };
    let found: String = body
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            other => other,
        })
        .collect();
    let is_number = found.chars().all(|c| c.is_ascii_digit()) && body.contains(|c: char| c.is_ascii_digit());
    (is_number && (1..=DIGITS).contains(&found.len()) && found.bytes().any(|c| c != b'0'))
        .then(|| found + suffix)
}

/// A symbol in its right spelling (`TTR-UBND` is `TTr-UBND`), and whether it had to be mended; none if it cannot be one.
fn symbol(text: &str, types: &[TypeName<'_>]) -> Option<(String, bool)> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let (year, rest) = match text.split_once('/') {
        // Legal documents bear their year: `30/2020/NĐ-CP`.
        Some((year, rest)) if year.len() == 4 && year.bytes().all(|c| c.is_ascii_digit()) => {
            (Some(year), rest)
        }
        Some(_) => return None,
        None => (None, text),
    };
    let fits = |c: char| c.is_alphanumeric() || "-&.".contains(c);
    let letters = rest.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 2 || rest.chars().count() > SYMBOL || !rest.chars().all(fits) || rest.contains("--") {
        return None;
    }
    let mut groups: Vec<String> = rest.split('-').map(str::to_owned).collect();
    if let Some(abbreviation) = abbreviation(&groups[0], types) {
        groups[0] = abbreviation.to_owned();
    }
    for group in &mut groups[..] {
        if let Some((_, right)) = RESTORED.iter().find(|(lost, _)| lost == group) {
            *group = (*right).to_owned();
        }
    }
    let named = abbreviation(&groups[0], types).is_some();
    let odd =
        groups.iter().skip(usize::from(named)).flat_map(|group| group.chars()).filter(|c| c.is_lowercase());
    match odd.count() {
        0 => {}
        // A handful of bodies do write small letters; a symbol mostly of them is a sentence.
        odd if odd * 3 < letters => return Some((joined(year, &groups), true)),
        _ => return None,
    }
    let spelled = joined(year, &groups);
    let mended = spelled.trim_end() != text;
    Some((spelled, mended))
}

fn joined(year: Option<&str>, groups: &[String]) -> String {
    let symbol = groups.join("-");
    year.map_or(symbol.clone(), |year| format!("{year}/{symbol}"))
}

/// The abbreviation a group of letters is, marks and case aside, where only one can be meant: `HD` is guidance or a
/// contract and stays as it is read.
fn abbreviation<'t>(group: &str, types: &[TypeName<'t>]) -> Option<&'t str> {
    let known = || types.iter().map(|kind| kind.abbreviation).filter(|abbreviation| !abbreviation.is_empty());
    if let Some(exact) = known().find(|abbreviation| *abbreviation == group) {
        return Some(exact);
    }
    // Tesseract often sees the stroke of a Đ as a letter more.
    let seen = bare(group).replace("dd", "d");
    let mut alike = known().filter(|abbreviation| bare(abbreviation) == seen);
    alike.next().filter(|_| alike.next().is_none())
}

/// The type whose abbreviation opens a symbol.
pub(super) fn type_of<'t>(symbol: &str, types: &[TypeName<'t>]) -> Option<TypeName<'t>> {
    let first = symbol.split(['-', '/']).find(|group| !group.bytes().all(|c| c.is_ascii_digit()))?;
    symbol.contains(['-', '/']).then(|| types.iter().find(|kind| kind.abbreviation == first).copied())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::tests::TYPES;

    #[test]
    fn a_number_is_digits_with_at_most_a_letter() {
        let cases = [
            ("147", Some("147")),
            ("09", Some("09")),
            ("12a", Some("12a")),
            ("1O5", Some("105")),
            ("l2", Some("12")),
            (".....", None),
            ("0", None),
            ("4%", None),
            ("lo", None),
            ("1234567", None),
            ("", None),
        ];
        for (text, number) in cases {
            assert_eq!(digits(text).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn a_symbol_is_spelled_as_the_decree_does() {
        let cases = [
            ("PNV-VTLT", Some(("PNV-VTLT", false))),
            ("QD-UBND.", Some(("QĐ-UBND", true))),
            ("QĐĐ-UBND", Some(("QĐ-UBND", true))),
            ("TTR-UBND", Some(("TTr-UBND", true))),
            ("TTr-UBND", Some(("TTr-UBND", false))),
            ("QyĐ-THCSHS", Some(("QyĐ-THCSHS", false))),
            ("HD-SGDĐT", Some(("HD-SGDĐT", false))),
            ("NQ-HDND", Some(("NQ-HĐND", true))),
            ("PGD&ĐT-CNTT", Some(("PGD&ĐT-CNTT", false))),
            ("2020/NĐ-CP", Some(("2020/NĐ-CP", false))),
            ("THCSHS", Some(("THCSHS", false))),
            ("12/2024", None),
            ("phút,", None),
            ("A", None),
            ("QĐ--UBND", None),
        ];
        for (text, spelled) in cases {
            let found = symbol(text, &TYPES);
            assert_eq!(found.as_ref().map(|(symbol, mended)| (symbol.as_str(), *mended)), spelled, "{text}");
        }
    }
}
