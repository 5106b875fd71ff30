//! Who issued a paper: the last body named on the left above the number; what stands over it is the body above.
//!
//! ```text
//! UBND XÃ HOA SEN               ỦY BAN NHÂN DÂN
//! TRƯỜNG THCS                   HUYỆN THANH HÀ SƠN
//! NGUYỄN VĂN TRỖI               XÃ AN LẠC THƯỢNG
//!    Trường THCS Nguyễn Văn Trỗi    Ủy ban nhân dân xã An Lạc Thượng
//! ```
//!
//! Bold type says which lines are the body's own, and a reader does not see it; so a body is known by the word it
//! begins with.

use super::head::Head;
use super::number::Number;
use super::shape::{alike, bare, is_capitals, trimmed};
use super::sheet::{Row, Sheet, Word};
use super::spelling::body_name;

/// Words a body's name begins with.
const BODIES: [&str; 50] = [
    "uyban",
    "ubnd",
    "hoidong",
    "hdnd",
    "so",
    "phong",
    "truong",
    "bo",
    "chicuc",
    "cuc",
    "tongcuc",
    "congan",
    "trungtam",
    "dang",
    "danguy",
    "thanhuy",
    "huyenuy",
    "tinhuy",
    "chibo",
    "congdoan",
    "liendoan",
    "doan",
    "lienhiep",
    "hoi",
    "vanphong",
    "congty",
    "toaan",
    "vien",
    "vienkiemsat",
    "khobac",
    "baohiem",
    "nganhang",
    "thanhtra",
    "banchidao",
    "banquanly",
    "bantochuc",
    "banchaphanh",
    "banthuongvu",
    "bantuyengiao",
    "bangiamhieu",
    "banbaove",
    "chinhphu",
    "thutuong",
    "uybanmttq",
    "mattran",
    "chinhanh",
    "quy",
    "thuvien",
    "benhvien",
    "tonghoi",
];
/// Words of a place: the body in front of it is the people's committee or council two lines above.
const PLACES: [&str; 10] =
    ["tinh", "thanhpho", "huyen", "quan", "thixa", "xa", "phuong", "thitran", "dackhu", "tp"];
/// Bodies a line of a place belongs to.
const OF_PLACES: [&str; 6] = ["uybannhandan", "ubnd", "hoidongnhandan", "hdnd", "congan", "danguy"];

/// The issuing body as it stands on a page.
pub(super) struct Issuer<'a> {
    pub(super) name: String,
    /// The lines it was read from.
    pub(super) lines: Vec<Vec<Word<'a>>>,
    /// No line begins like a body.
    pub(super) guessed: bool,
}

/// The body of the head's left column.
pub(super) fn issuer<'a>(
    sheet: &Sheet<'a>,
    head: &Head<'a>,
    number: Option<&Number<'a>>,
) -> Option<Issuer<'a>> {
    let lines = named(sheet, head, number);
    let begins: Vec<usize> = (0..lines.len()).filter(|at| begins_body(&lines[*at])).collect();
    let last = lines.len().checked_sub(1)?;
    // `XÃ AN LẠC THƯỢNG` under `ỦY BAN NHÂN DÂN / HUYỆN THANH HÀ SƠN` is the committee of the commune.
    if is_place(&lines[last]) {
        let body = lines[..last].iter().rposition(is_of_places);
        if let Some(body) = body {
            return Some(made(&[&lines[body], &lines[last]], false));
        }
    }
    match begins.last() {
        Some(from) => Some(made(&lines[*from..].iter().collect::<Vec<_>>(), false)),
        None => Some(made(&[&lines[last]], true)),
    }
}

/// Lines of capitals from the top of the head down to the number.
fn named<'a>(sheet: &Sheet<'a>, head: &Head<'a>, number: Option<&Number<'a>>) -> Vec<Row<'a>> {
    let mut lines: Vec<Row<'a>> = Vec::new();
    for row in &head.left {
        let below = number.is_some_and(|number| row.level() > number.level - 0.6 * sheet.unit);
        let apart = lines.last().is_some_and(|last| row.level() - last.level() > 2.6 * sheet.unit);
        let text = row.text();
        let stamped = bare(&text).ends_with("vanbanden");
        if below || apart || stamped || text.contains('/') {
            break;
        }
        if is_capitals(&text) && bare(&text).len() > 1 {
            lines.push(row.clone());
        } else if !lines.is_empty() {
            break;
        }
    }
    lines
}

/// The words of a line from the first one of letters on.
fn first_words(row: &Row<'_>) -> Vec<String> {
    row.words.iter().map(|word| bare(&word.seen.text)).filter(|word| !word.is_empty()).collect()
}

fn begins_body(row: &Row<'_>) -> bool {
    let words = first_words(row);
    let two: String = words.iter().take(2).map(String::as_str).collect();
    words.first().is_some_and(|first| BODIES.contains(&first.as_str())) || BODIES.contains(&two.as_str())
}

fn is_place(row: &Row<'_>) -> bool {
    let words = first_words(row);
    let two: String = words.iter().take(2).map(String::as_str).collect();
    words.first().is_some_and(|first| PLACES.contains(&first.as_str())) || PLACES.contains(&two.as_str())
}

/// A line that says nothing but the kind of body.
fn is_of_places(row: &Row<'_>) -> bool {
    let text = bare(&row.text());
    OF_PLACES.iter().any(|body| alike(&text, body))
}

fn made<'a>(lines: &[&Row<'a>], guessed: bool) -> Issuer<'a> {
    let text = lines.iter().map(|line| line.text()).collect::<Vec<_>>().join(" ");
    Issuer {
        name: body_name(trimmed(&text)),
        lines: lines.iter().map(|line| line.words.clone()).collect(),
        guessed,
    }
}
