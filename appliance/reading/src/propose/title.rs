//! What kind of paper it is and what about: `QUYẾT ĐỊNH` over its subject in the middle (box 5a), or `V/v …` under the
//! number (box 5b).

use super::TypeName;
use super::head::Head;
use super::number::Number;
use super::shape::{alike, apart, bare, is_capitals};
use super::sheet::{Row, Sheet, Word};
use super::spelling::first_upper;

/// Where the text of a paper begins, and no subject goes on.
const OPENINGS: [&str; 20] = [
    "kinhgui",
    "kinhmoi",
    "cancu",
    "homnay",
    "dieu1",
    "xet",
    "theode",
    "chuong",
    "phan",
    "trantrong",
    "tranh",
    "ngaythang",
    "thanhphan",
    "thoigian",
    "diadiem",
    "so",
    "noinhan",
    "quyetnghi",
    "bena",
    "toi",
];
/// A subject takes no more lines.
const LINES: usize = 6;
/// How far down a title may stand, in shares of the page.
const LOWEST: f32 = 0.5;

/// A type's name as it stands on a page, and the row it stands in.
pub(super) struct Title<'a, 't> {
    pub(super) kind: TypeName<'t>,
    pub(super) words: Vec<Word<'a>>,
    /// What stands behind it on its line.
    rest: Vec<Word<'a>>,
    centre: f32,
    level: f32,
}

/// What a paper is about.
pub(super) struct Subject<'a> {
    pub(super) text: String,
    pub(super) lines: Vec<Vec<Word<'a>>>,
}

/// Rows under the head as they follow each other, columns apart.
fn rows_below<'a>(sheet: &Sheet<'a>, level: f32) -> Vec<Row<'a>> {
    let words = sheet.words().filter(|word| word.level() > level && word.level() < LOWEST * sheet.height);
    sheet.rows(words)
}

/// The first line in the middle that begins with the name of a type.
pub(super) fn title<'a, 't>(
    sheet: &Sheet<'a>,
    head: &Head<'a>,
    below: f32,
    types: &[TypeName<'t>],
) -> Option<Title<'a, 't>> {
    let middle = (sheet.left + sheet.right) / 2.0;
    let rows = rows_below(sheet, below.max(head.top));
    for row in rows.iter().flat_map(|row| row.split(3.5 * sheet.unit)) {
        let text = row.text();
        if opens_text(&text) && !is_capitals(&text) {
            break;
        }
        let centred = (row.centre() - middle).abs() < 0.14 * sheet.width();
        if !centred || !is_capitals(&text) {
            continue;
        }
        if let Some((kind, used)) = name_in(&row, types) {
            let (words, rest) = (row.words[..used].to_vec(), row.words[used..].to_vec());
            return Some(Title { kind, words, rest, centre: row.centre(), level: row.level() });
        }
    }
    None
}

/// The type name a row begins with, the best read and then the longest, and how many of its words say it.
fn name_in<'t>(row: &Row<'_>, types: &[TypeName<'t>]) -> Option<(TypeName<'t>, usize)> {
    let mut found: Option<(TypeName<'t>, usize)> = None;
    let mut best = (usize::MAX, 0);
    for kind in types {
        let meant = bare(kind.name);
        let mut seen = String::new();
        for (place, word) in row.words.iter().enumerate() {
            seen.push_str(&bare(&word.seen.text));
            // A blurred name counts only where nothing else stands on the line.
            let alone = place + 1 == row.words.len();
            let wrong =
                if seen == meant || alone && alike(&seen, &meant) { apart(&seen, &meant) } else { continue };
            let better = wrong < best.0 || wrong == best.0 && meant.len() > best.1;
            if better {
                best = (wrong, meant.len());
                found = Some((*kind, place + 1));
            }
        }
    }
    found
}

/// The lines under a type's name, down to where the text begins.
pub(super) fn under_title<'a>(sheet: &Sheet<'a>, title: &Title<'a, '_>) -> Option<Subject<'a>> {
    let mut lines: Vec<Vec<Word<'a>>> = Vec::new();
    if !title.rest.iter().all(|word| bare(&word.seen.text).is_empty()) {
        lines.push(title.rest.clone());
    }
    let capitals = !lines.is_empty();
    let mut level = title.level;
    for row in rows_below(sheet, title.level + 0.6 * sheet.unit) {
        let (text, gap) = (row.text(), row.level() - level);
        let first = lines.is_empty();
        // Under the name lies no rule, so the first line is as near as the others.
        let near = gap < if first { 3.6 } else { 2.3 } * sheet.unit;
        // The first line of a paragraph is set in, and its middle is further right.
        let centred = (row.centre() - title.centre).abs() < 0.026 * sheet.width();
        // A line of capitals is who decides: `HIỆU TRƯỞNG TRƯỜNG …`.
        let other = is_capitals(&text) && !(first || capitals && near && lines.len() < 2);
        if !near || !centred || other || opens_text(&text) || begins_point(&text) || lines.len() == LINES {
            break;
        }
        if first && is_capitals(&text) && is_authority(&text) {
            break;
        }
        level = row.level();
        lines.push(row.words);
    }
    subject(lines, "")
}

/// The lines under the number that begin with `V/v`.
pub(super) fn under_number<'a>(
    sheet: &Sheet<'a>,
    head: &Head<'a>,
    number: Option<&Number<'a>>,
) -> Option<Subject<'a>> {
    let rows = head
        .left
        .iter()
        .filter(|row| number.is_none_or(|number| row.level() > number.level + 0.5 * sheet.unit));
    let mut rows = rows.skip_while(|row| about(&row.text()).is_none());
    let first = rows.next()?;
    let lead = about(&first.text())?;
    let mut lines = vec![first.words.clone()];
    let mut level = first.level();
    for row in rows {
        let text = row.text();
        let goes_on = row.level() - level < 2.0 * sheet.unit
            && !opens_text(&text)
            && !is_capitals(&text)
            && !crosses(sheet, head, row)
            && lines.len() < LINES;
        if !goes_on {
            break;
        }
        level = row.level();
        lines.push(row.words.clone());
    }
    subject(lines, &lead)
}

/// Whether the line goes on over the middle of the page: then it is text.
fn crosses(sheet: &Sheet<'_>, head: &Head<'_>, row: &Row<'_>) -> bool {
    let level = |word: &Word<'_>| (word.level() - row.level()).abs() < 0.6 * sheet.unit;
    sheet.words().any(|word| {
        level(&word)
            && word.right > head.divide
            && word.left - row.right() < 2.0 * sheet.unit
            && !row.words.iter().any(|own| own.is(&word))
    })
}

/// What `V/v` was read as at the beginning of a line; none where the line begins otherwise.
fn about(text: &str) -> Option<String> {
    let first = text.split(' ').next()?;
    let lead: String = first.chars().take(3).collect();
    let slashed = matches!(lead.to_lowercase().as_str(), "v/v" | "v/y" | "v/w" | "w/v" | "vív");
    if slashed {
        let colon = first.strip_prefix(lead.as_str())?.starts_with(':');
        return Some(if colon { lead + ":" } else { lead });
    }
    let whole = matches!(first.trim_end_matches(':'), "Vv" | "V/" | "Wv" | "VV" | "VN");
    whole.then(|| first.to_owned())
}

/// The lines as one text without what leads them in.
fn subject<'a>(lines: Vec<Vec<Word<'a>>>, lead: &str) -> Option<Subject<'a>> {
    let words = lines.iter().flatten().map(|word| word.seen.text.as_str());
    let text = words.collect::<Vec<_>>().join(" ");
    let text = text.strip_prefix(lead).unwrap_or(&text);
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".,:;-–—_*'`’‘/".contains(c));
    // A letter or two are dust.
    (bare(text).len() > 3).then(|| Subject { text: first_upper(text), lines })
}

/// Whether a line begins like the text of a paper.
fn opens_text(text: &str) -> bool {
    let seen = bare(text);
    OPENINGS
        .iter()
        .any(|opening| seen.starts_with(opening) && (opening.len() > 3 || seen.len() == opening.len()))
}

/// `I. `, `1. `, `a) `, `- `, `Điều 1.`
fn begins_point(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let body = first.trim_end_matches(['.', ')', '/']);
    let numbered = first.len() > body.len()
        && !body.is_empty()
        && (body.bytes().all(|c| c.is_ascii_digit())
            || body.bytes().all(|c| b"IVXl".contains(&c))
            || body.chars().count() == 1);
    numbered || first == "-"
}

/// Who decides stands in capitals under the subject.
fn is_authority(text: &str) -> bool {
    const WHO: [&str; 10] = [
        "hieutruong",
        "chutich",
        "giamdoc",
        "truong",
        "uyban",
        "hoidong",
        "botruong",
        "bithu",
        "chanh",
        "thutuong",
    ];
    let seen = bare(text);
    WHO.iter().any(|who| seen.starts_with(who))
}
