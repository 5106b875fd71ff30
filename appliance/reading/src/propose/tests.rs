//! Papers of many types as tesseract read them (`tests/fixtures/heads`, `tests/fixtures/pages`): what was proposed must
//! be what the paper says, and most of what it says must be proposed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use paper::{TextLine, TextWord};

use super::*;
use crate::from_tsv;

const NAMES: usize = office::letters::types::DOCUMENT_TYPES.len();
pub(super) const TYPES: [TypeName<'static>; NAMES] = {
    let mut types = [TypeName { name: "", abbreviation: "" }; NAMES];
    let mut at = 0;
    while at < NAMES {
        let kind = &office::letters::types::DOCUMENT_TYPES[at];
        types[at] = TypeName { name: kind.name, abbreviation: kind.abbreviation };
        at += 1;
    }
    types
};

type Says = BTreeMap<String, String>;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

fn page(name: &str) -> PageText {
    let table = std::fs::read_to_string(fixture(name)).unwrap();
    let size: Vec<u32> =
        table.lines().nth(1).unwrap().split('\t').skip(8).map_while(|n| n.parse().ok()).collect();
    from_tsv(&table, size[0], size[1]).unwrap()
}

fn by_field(found: &Proposals) -> [(&'static str, Option<&Proposed>); 9] {
    [
        ("number_symbol", found.number_symbol.as_ref()),
        ("number", found.number.as_ref()),
        ("symbol", found.symbol.as_ref()),
        ("issued_on", found.issued_on.as_ref()),
        ("place", found.place.as_ref()),
        ("issuer", found.issuer.as_ref()),
        ("kind", found.kind.as_ref()),
        ("subject", found.subject.as_ref()),
        ("signer", found.signer.as_ref()),
    ]
}

/// Number and symbol apart, as the whole says them.
fn whole(mut says: Says) -> Says {
    if let Some((number, symbol)) = says.get("number_symbol").and_then(|code| code.split_once('/')) {
        let (number, symbol) = (number.to_owned(), symbol.to_owned());
        says.entry("number".into()).or_insert(number);
        says.entry("symbol".into()).or_insert(symbol);
    }
    says
}

fn all() -> Vec<(String, Says)> {
    #[derive(serde::Deserialize)]
    struct Paper {
        says: Says,
    }
    let heads = std::fs::read_to_string(fixture("heads/said.json")).unwrap();
    let heads: BTreeMap<String, Paper> = serde_json::from_str(&heads).unwrap();
    let pages = std::fs::read_to_string(fixture("pages/said.json")).unwrap();
    let pages: BTreeMap<String, Says> = serde_json::from_str(&pages).unwrap();
    let heads = heads.into_iter().map(|(name, paper)| (format!("heads/{name}.tsv"), whole(paper.says)));
    let pages = pages.into_iter().map(|(name, says)| (format!("pages/{name}.tsv"), whole(says)));
    heads.chain(pages).collect()
}

/// Letters tesseract took for others, where nothing on the page tells: the person who looks is the last to judge.
const MISREAD: [(&str, &str); 7] = [
    ("heads/03.tsv", "issuer"),
    ("heads/05.tsv", "subject"),
    ("heads/09.tsv", "subject"),
    ("heads/11.tsv", "subject"),
    ("heads/21.tsv", "number_symbol"),
    ("heads/21.tsv", "symbol"),
    ("heads/22.tsv", "subject"),
];
/// What the papers say and is not proposed, in all fields together: blurred words, names under seals.
const MOST_NOTHING: u32 = 8;

#[test]
fn what_is_proposed_is_what_the_paper_says() {
    let mut counts: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for (name, says) in all() {
        let found = proposals(&page(&name), &TYPES);
        for (field, proposed) in by_field(&found) {
            let (said, seen) = (says.get(field), proposed.map(|proposed| &proposed.value));
            let count = counts.entry(field).or_default();
            match (said, seen) {
                (said, Some(seen)) if said == Some(seen) => count[0] += 1,
                (said, Some(seen)) => {
                    let known = MISREAD.contains(&(name.as_str(), field));
                    assert!(known, "{name} {field}: {seen:?} instead of {said:?}");
                    count[1] += 1;
                }
                (Some(_), None) => count[2] += 1,
                (None, None) => {}
            }
        }
    }
    println!("{:<14}{:>7}{:>7}{:>7}", "", "right", "wrong", "none");
    for (field, [right, wrong, none]) in &counts {
        println!("{field:<14}{right:>7}{wrong:>7}{none:>7}");
    }
    assert!(counts.values().map(|[_, _, none]| none).sum::<u32>() <= MOST_NOTHING, "{counts:?}");
}

#[test]
fn a_misread_letter_of_an_issuer_makes_it_doubtful() {
    let found = proposals(&page("heads/03.tsv"), &TYPES).issuer.unwrap();
    assert!(found.confidence < Proposed::SURE, "{found:?}");
}

#[test]
fn a_number_by_hand_is_left_to_the_hand() {
    let found = proposals(&page("heads/06.tsv"), &TYPES);
    assert_eq!(found.symbol.map(|symbol| symbol.value).as_deref(), Some("BC-THSX"));
    assert_eq!((found.number, found.number_symbol), (None, None));
}

#[test]
fn no_date_of_the_text_takes_the_place_of_one_left_blank_or_of_no_calendar() {
    for name in ["heads/07.tsv", "heads/26.tsv"] {
        assert_eq!(proposals(&page(name), &TYPES).issued_on, None, "{name}");
    }
}

#[test]
fn pages_that_go_on_propose_nothing_of_a_head() {
    for name in ["pages/p03.tsv", "pages/p06.tsv"] {
        let found = proposals(&page(name), &TYPES);
        assert_eq!(Proposals { signer: None, ..found }, Proposals::default(), "{name}");
    }
}

#[test]
fn the_place_shown_is_where_it_stands_line_by_line() {
    let found = proposals(&page("pages/p01.tsv"), &TYPES);
    let [number] = found.number_symbol.unwrap().at[..] else { panic!("one line") };
    // Of 2480 x 3508 dots: `Số:` begins at 559, 474.
    assert!((number.left - 559.0 / 2480.0).abs() < 0.001 && (number.top - 474.0 / 3508.0).abs() < 0.001);
    assert!(number.width > 0.15 && number.width < 0.2 && number.height < 0.02, "{number:?}");
    let subject = found.subject.unwrap().at;
    assert_eq!(subject.len(), 2);
    assert!(subject[0].top < subject[1].top);
}

/// The words of a head typed onto a page: left column at 400, right at 1300, 70 dots a line.
fn typed(left: &[&str], right: &[&str], middle: &[&str]) -> PageText {
    let mut page = PageText { width_px: 2480, height_px: 3508, lines: Vec::new() };
    let mut lay = |text: &str, start: u32, top: u32| {
        let mut x = start;
        let words = text.split(' ').map(|text| {
            let width = 26 * text.chars().count() as u32;
            x += width + 20;
            TextWord {
                text: text.into(),
                left: x - width - 20,
                top,
                right: x - 20,
                bottom: top + 46,
                confidence: 95,
            }
        });
        let words = words.collect();
        page.lines.push(TextLine { words, opens_paragraph: true });
    };
    for (place, text) in (0..).zip(left) {
        lay(text, 400, 240 + 70 * place);
    }
    for (place, text) in (0..).zip(right) {
        lay(text, 1250, 240 + 70 * place);
    }
    for (place, text) in (0..).zip(middle) {
        lay(text, 1300 - 11 * text.chars().count() as u32, 700 + 70 * place);
    }
    lay("Nhà trường thông báo đến các tổ chuyên môn một số nội dung sau đây", 354, 1400);
    page
}

const MOTTO: [&str; 2] = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"];

#[test]
fn forms_of_numbers_and_days() {
    let school = "TRƯỜNG THCS HOA SEN";
    let cases = [
        ("Số: 05/QĐ-THCSHS", "Hoa Sen, ngày 05 tháng 01 năm 2026", Some("05/QĐ-THCSHS"), Some("2026-01-05")),
        ("Số:05 / QĐ – THCSHS", "Hoa Sen, ngày 5/1/2026", Some("05/QĐ-THCSHS"), Some("2026-01-05")),
        (
            "Sô: 12a/QD-THCSHS",
            "Hoa Sen, ngảy 29 thảng 02 nãm 2024",
            Some("12a/QĐ-THCSHS"),
            Some("2024-02-29"),
        ),
        ("Số: 05/CV-THCSHS", "Hoa Sen, ngày05tháng01năm2026", Some("05/CV-THCSHS"), Some("2026-01-05")),
        ("Số: ..../QĐ-THCSHS", "Hoa Sen, ngày 29 tháng 02 năm 2026", None, None),
        ("Số: 00/QĐ-THCSHS", "Hoa Sen, ngày .... tháng .... năm 2026", None, None),
        ("Số điện thoại: 0912/345", "Hoa Sen, ngày 10 tháng 13 năm 2026", None, None),
        ("Số: 12 trang/phút", "Hoa Sen, năm 2026", None, None),
    ];
    for (number, day, code, date) in cases {
        let page = typed(&["UBND XÃ HOA SEN", school, "", number], &[MOTTO[0], MOTTO[1], "", day], &[]);
        let found = proposals(&page, &TYPES);
        assert_eq!(found.number_symbol.map(|code| code.value).as_deref(), code, "{number}");
        assert_eq!(found.issued_on.map(|date| date.value).as_deref(), date, "{day}");
        assert_eq!(
            found.issuer.map(|issuer| issuer.value).as_deref(),
            Some("Trường THCS Hoa Sen"),
            "{number}"
        );
    }
}

#[test]
fn every_type_of_the_decree_is_known_by_its_name() {
    let named = TYPES.iter().filter(|kind| !["Công văn", "Thư công"].contains(&kind.name));
    for kind in named {
        let title = kind.name.to_uppercase();
        let page = typed(&["SỞ NỘI VỤ", "", "Số: 31/SNV"], &[MOTTO[0], MOTTO[1]], &[&title, "Về việc này"]);
        let found = proposals(&page, &TYPES);
        assert_eq!(found.kind.map(|kind| kind.value).as_deref(), Some(kind.name));
        assert_eq!(found.subject.map(|subject| subject.value).as_deref(), Some("Về việc này"), "{title}");
    }
}

#[test]
fn odd_pages_harm_nobody() {
    let word = |text: &str, left, top, right, bottom| TextWord {
        text: text.into(),
        left,
        top,
        right,
        bottom,
        confidence: 90,
    };
    let of = |words: Vec<TextWord>| PageText {
        width_px: 100,
        height_px: 100,
        lines: vec![TextLine { words, opens_paragraph: true }],
    };
    let pages = [
        PageText::default(),
        of(Vec::new()),
        of(vec![word("Số:", 0, 0, 0, 0)]),
        of(vec![word("Số:/", 5, 5, 90, 9)]),
        of(vec![word("/", 5, 5, 90, 9), word("/", 5, 5, 90, 9)]),
        of(vec![word("ngày", 80, 5, 90, 9), word("99999999999", 91, 5, 99, 9)]),
        of(vec![word("V/v", 0, 5, 9, 9); 500]),
    ];
    for page in pages {
        assert_eq!(proposals(&page, &TYPES).number_symbol, None);
        assert_eq!(signer(&page), None);
    }
}
