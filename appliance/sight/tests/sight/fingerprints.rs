//! The same sheet again, and sheets that only look alike.

use crate::draw::{BLACK, BLUE, Sheet, form, letter};
use crate::scanned;
use sight::{Fingerprint, Picture, see};

fn print(sheet: &Sheet, quality: u8) -> Fingerprint {
    see(&Picture::read(&sheet.jpeg(quality), sheet.dpi as u32).unwrap()).print
}

fn again(sheet: &Sheet, degrees: f32, by: [f32; 2], seed: u64) -> Sheet {
    sheet.clone().laid(degrees, by, [226, 226, 224]).noisy(3.0, seed)
}

#[test]
fn a_sheet_scanned_twice_is_the_same_sheet() {
    let pages = [
        letter(200, 1),
        letter(300, 6),
        form(200, "Lê Thị Mơ", "2/9/2012", "7A"),
        Sheet::a4(200).seal([120.0, 90.0]),
    ];
    let mut missed = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let first = print(page, 92);
        let rows = [
            (0.0, [0.0, 0.0], 75),
            (1.0, [2.0, -2.0], 85),
            (-1.0, [-2.0, 1.5], 85),
            (0.4, [0.6, 0.3], 90),
            (-0.2, [1.3, 2.0], 80),
        ];
        for (degrees, by, quality) in rows {
            if !first.same_sheet(&print(&again(page, degrees, by, at as u64), quality)) {
                missed.push((at, degrees, by));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_scanned_page_is_known_again() {
    let pages: Vec<_> = scanned::pages()
        .into_iter()
        .map(|(name, bytes)| {
            (name, Sheet { rgb: image::load_from_memory(&bytes).unwrap().into_rgb8(), dpi: 300.0 })
        })
        .collect();
    let prints: Vec<_> = pages.iter().map(|(_, sheet)| print(sheet, 92)).collect();
    for (i, (name, sheet)) in pages.iter().enumerate() {
        assert!(prints[i].same_sheet(&print(&again(sheet, 0.8, [1.5, -2.0], 3), 80)), "{name}");
        for (j, (other, _)) in pages.iter().enumerate() {
            let is_copy = name.rsplit('/').next() == other.rsplit('/').next();
            assert_eq!(prints[i].same_sheet(&prints[j]), is_copy, "{name} {other}");
        }
    }
}

#[test]
fn a_form_filled_in_otherwise_is_another_sheet() {
    let filled = |name: &str, born: &str, class: &str| form(200, name, born, class);
    let first = filled("Lê Thị Mơ", "2/9/2012", "7A");
    let others = [
        ("another child", filled("Nguyễn Văn Đào", "14/5/2013", "6B")),
        ("another name only", filled("Trần Thị Lý", "2/9/2012", "7A")),
        ("another date only", filled("Lê Thị Mơ", "15/11/2013", "7A")),
        ("not filled in", filled("", "", "")),
        ("a word more", first.clone().text(40.0, 262.0, 14.0, BLUE, "Đồng ý")),
        ("a seal more", first.clone().seal([60.0, 250.0])),
    ];
    for (what, other) in others {
        for (degrees, by) in [(0.0, [0.0, 0.0]), (0.7, [1.0, -1.0])] {
            let (one, another) = (print(&first, 90), print(&again(&other, degrees, by, 5), 85));
            assert!(!one.same_sheet(&another) && !another.same_sheet(&one), "{what} {degrees}");
        }
    }
}

#[test]
fn certificates_with_other_names_are_other_sheets() {
    let certificate = |name: &str| {
        Sheet::a4(200)
            .frame([15.0, 15.0], [195.0, 140.0], 1.2)
            .text(80.0, 45.0, 26.0, BLACK, "GIẤY KHEN")
            .text(60.0, 95.0, 15.0, BLACK, "Đã đạt danh hiệu Học sinh giỏi năm học này")
            .text(70.0, 72.0, 18.0, BLACK, name)
    };
    let one = certificate("Lê Thị Mơ");
    assert!(print(&one, 90).same_sheet(&print(&again(&one, 0.7, [1.0, -1.3], 4), 80)));
    let names = ["Lê Thị Mơ", "Đỗ Văn Sơn", "Nguyễn Hoàng Anh"];
    for (i, one) in names.iter().enumerate() {
        for other in &names[i + 1..] {
            assert!(
                !print(&certificate(one), 90).same_sheet(&print(&certificate(other), 90)),
                "{one} {other}"
            );
        }
    }
}

#[test]
fn blank_sheets_are_never_the_same() {
    let blank = print(&Sheet::a4(200).dusty(50, 1), 90);
    assert!(!blank.same_sheet(&blank));
}

#[test]
fn a_print_is_kept_as_a_short_text_and_nonsense_is_no_print() {
    let one = print(&letter(200, 1), 90);
    let text = serde_json::to_string(&one).unwrap();
    assert!(text.len() < 6_000, "{}", text.len());
    assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), one);
    for nonsense in
        ["", ":", "1,2,3:", "0,0,0:AB", "9999999,0,4:AB", "0,0,4:zzzé", "0,0,-4:BB", "-400,-400,400:B"]
    {
        let print: Fingerprint = serde_json::from_value(nonsense.into()).unwrap();
        assert!(!print.same_sheet(&one) && !one.same_sheet(&print), "{nonsense}");
    }
}
