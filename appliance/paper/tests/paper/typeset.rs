//! Papers that are typeset: their words come back letter for letter, their boxes have the size they say, and any number
//! of rows becomes a book.

use crate::{
    judges::{hold, pdfinfo, pdftotext, poppler, pyhanko, qpdf_is_content},
    pdf_a::each_object,
    samples::{UNIT, block, key, signed},
};
use lopdf::Document;
use paper::{
    About, Face,
    typeset::{
        Book, Faces, Labels, Modules, Register, Row, Separator, SeparatorOf, Slip, SlipItem, Stamp,
        TypesetError, register, separators, slip, stamps,
    },
};
use std::sync::LazyLock;

static FACES: LazyLock<Faces> = LazyLock::new(|| {
    let cut = |cut: &str| {
        let path = format!("/usr/share/fonts/truetype/croscore/Tinos-{cut}.ttf");
        let ttf = std::fs::read(path)
            .expect("the face Tinos is missing: run `cargo xtask setup`, or install fonts-croscore");
        Face::parse(ttf).unwrap()
    };
    Faces::new(["Regular", "Bold", "Italic"].map(cut).each_ref()).unwrap()
});

fn about(title: &str) -> About {
    About { title: title.into(), subject: String::new(), ..crate::samples::about() }
}

fn head(numbers: Option<(u64, u64)>) -> Register {
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    Register {
        book: Book::Incoming,
        parent: "Ủy ban nhân dân xã Bình An".into(),
        unit: UNIT.into(),
        year: 2026,
        days: Some((day(2), day(21))),
        numbers,
    }
}

fn row(number: usize) -> Row {
    Row::new([
        "21/11/2026".to_owned(),
        number.to_string(),
        "Phòng Văn hóa – Xã hội xã Bình An".to_owned(),
        format!("{number}/KH-PVHXH"),
        "05/01/2026".to_owned(),
        "Kế hoạch: Tổ chức Hội khỏe Phù Đổng cấp xã, năm học 2026-2027".to_owned(),
        "Nguyễn Thị Hồng Nhung, Đỗ Văn Ưng".to_owned(),
        String::new(),
        String::new(),
        "Gấp".to_owned(),
    ])
}

fn book(rows: &[Row]) -> Vec<u8> {
    register(&head(Some((1, rows.len() as u64))), rows, &FACES, &about("Sổ đăng ký văn bản đến năm 2026"))
        .unwrap()
}

fn pages(pdf: &[u8]) -> usize {
    Document::load_mem(pdf).unwrap().get_pages().len()
}

/// Text of a paper with every run of blanks as one: columns beside each other are told apart by blanks.
fn words(pdf: &[u8], how: &[&str]) -> String {
    pdftotext(pdf, how).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A code of which every other square is dark, with four light ones around it: 33 squares wide, as our marks are.
fn code() -> Modules {
    let inside = |at: usize| (4..29).contains(&at);
    let dark = |at: usize| inside(at % 33) && inside(at / 33) && (at % 33 == 4 || at.is_multiple_of(2));
    Modules::new((0..33 * 33).map(dark).collect()).unwrap()
}

fn stamp(number: usize) -> Stamp {
    Stamp { unit: UNIT.into(), number: number.to_string(), day: "21/11/2026".into(), code: code() }
}

fn travelling() -> Slip {
    let item = |label: &str, said: &str| SlipItem { label: label.into(), said: said.into(), lines: 1 };
    Slip {
        unit: UNIT.into(),
        place_and_date: "Bình An, ngày 21 tháng 11 năm 2026".into(),
        document:
            "Công văn số 12/PVHXH ngày 05 tháng 01 năm 2026 của Phòng Văn hóa – Xã hội về việc tập huấn"
                .into(),
        arrival: "Số đến: 12; ngày đến: 21/11/2026".into(),
        leader: vec![
            item(
                "Ý kiến",
                "Giao cô Nhung chủ trì, báo cáo trước thứ Sáu. Các tổ chuyên môn phối hợp chuẩn bị danh sách giáo viên tham gia.",
            ),
            item("Giao đơn vị, cá nhân chủ trì", "Nguyễn Thị Hồng Nhung"),
            item("Thời hạn giải quyết (nếu có)", ""),
        ],
        section: vec![item("Giao cho cá nhân", ""), item("Ngày, tháng, năm cho ý kiến", "")],
        handler: vec![item("Ý kiến đề xuất", "")],
    }
}

/// Every paper there is, by name.
fn papers() -> Vec<(&'static str, Vec<u8>)> {
    let leading = Separator {
        code: code(),
        of: Some(SeparatorOf {
            name: "Văn bản đến số 12".into(),
            subject: "Công văn: Về việc tập huấn".into(),
        }),
    };
    let mut struck = row(3);
    struck.struck = true;
    let rows: Vec<Row> = (1..40).map(row).chain([struck]).collect();
    vec![
        ("register", book(&rows)),
        ("slip", slip(&travelling(), &FACES, &about("Phiếu giải quyết văn bản đến")).unwrap()),
        (
            "stamps",
            stamps(Labels::PLAIN, 5, &(1..20).map(stamp).collect::<Vec<_>>(), &FACES, &about("Tem đến"))
                .unwrap(),
        ),
        ("separators", separators(&leading, 2, &FACES, &about("Tờ ngăn")).unwrap()),
    ]
}

/// A number in the upper left millimetre of the picture is one dot; widths are told to a fifth of a millimetre.
const DPI: f32 = 600.0;

/// A page in dots of 1/600 inch, dark where the paper is.
fn dots(pdf: &[u8], page: usize) -> image::GrayImage {
    let held = hold(pdf);
    let root = held.beside("page");
    let page = page.to_string();
    let arguments = ["-r", "600", "-gray", "-f", &page, "-l", &page, "-singlefile"];
    let paths = [held.path.to_str().unwrap(), root.to_str().unwrap()];
    poppler("pdftoppm", &[arguments.as_slice(), &paths].concat());
    image::open(held.beside("page.pgm")).unwrap().into_luma8()
}

fn mm(dots: u32) -> f32 {
    dots as f32 / DPI * 25.4
}

/// Where a rule is met on the way from one point of the picture, in dots.
fn rule_on_the_way(page: &image::GrayImage, from: (f32, f32), way: (i64, i64)) -> u32 {
    let dot = |mm: f32| (mm / 25.4 * DPI) as i64;
    let (mut x, mut y) = (dot(from.0), dot(from.1));
    while page.get_pixel(x as u32, y as u32).0[0] > 127 {
        (x, y) = (x + way.0, y + way.1);
    }
    (if way.0 == 0 { y } else { x }) as u32
}

#[test]
fn every_paper_is_a_pdf_a_of_the_same_bytes_each_time() {
    for ((name, pdf), (_, again)) in papers().into_iter().zip(papers()) {
        assert!(pdf == again, "{name}");
        qpdf_is_content(&pdf);
        for line in ["PDF version:     1.7", "(A4)", "Author:          Trường THCS Hoa Phượng"] {
            assert!(pdfinfo(&pdf).contains(line), "{name}: {}", pdfinfo(&pdf));
        }
        assert_eq!(pdf.windows(9).filter(|word| word == b"startxref").count(), 1, "{name}: one table");
        assert!(pdf.windows(7).any(|word| word == b"xref\n0 "), "{name}: a table from object 0 on");
        let document = Document::load_mem(&pdf).unwrap();
        let metadata = document.catalog().unwrap().get_deref(b"Metadata", &document).unwrap();
        let packet = String::from_utf8(metadata.as_stream().unwrap().content.clone()).unwrap();
        assert!(packet.contains("<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B<"), "{name}: {packet}");
        document.objects.values().for_each(|object| each_object(&document, object));
    }
}

#[test]
fn a_paper_is_signed_like_a_scan() {
    let signed = signed(&book(&[row(1)]), &block(), &key("unit.p12"));
    let verdicts = pyhanko(&signed);
    assert!(verdicts.len() == 1 && verdicts[0].good && verdicts[0].whole, "{verdicts:?}");
}

/// The letters of Vietnamese: every vowel with every tone, and the consonants.
fn alphabet() -> String {
    use unicode_normalization::UnicodeNormalization;
    let tones = ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"];
    let vowels = "aăâeêioôơuưy".chars();
    let small = vowels.flat_map(|vowel| tones.map(|tone| format!("{vowel}{tone}").nfc().collect::<String>()));
    let small: String = small.chain(["bcdđfghjklmnpqrstvwxz".into()]).collect();
    small.clone() + &small.to_uppercase()
}

#[test]
fn every_letter_of_vietnamese_is_written_in_every_cut_and_copied_as_it_was() {
    let letters = alphabet();
    assert_eq!(letters.chars().count(), 2 * (72 + 21));
    // Regular in a slip's document line, bold in its heading's unit (in capitals), italic on its date line.
    let apart = |text: &str| text.chars().map(|c| format!("{c} ")).collect::<String>();
    let paper = Slip {
        unit: apart(&letters),
        place_and_date: apart(&letters),
        document: apart(&letters),
        ..travelling()
    };
    let pdf = slip(&paper, &FACES, &about("Bảng chữ cái")).unwrap();
    let said = pdftotext(&pdf, &["-raw"]);
    let mut seen = std::collections::HashMap::<char, usize>::new();
    said.chars().for_each(|letter| *seen.entry(letter).or_default() += 1);
    for letter in letters.chars() {
        let expected = if letter.is_uppercase() { 4 } else { 2 };
        assert!(seen.get(&letter).is_some_and(|times| *times >= expected), "{letter} in {said}");
    }
    assert!(said.chars().all(|letter| !('\u{300}'..'\u{370}').contains(&letter)), "marks are joined");
}

#[test]
fn words_come_back_as_they_were_written() {
    let typed =
        "Công văn: Về việc to\u{302}\u{309} chu\u{31b}\u{301}c hội nghị\u{200b} viên\u{ad} chức\tnăm học";
    let cells = ["21/11/2026", "7", "Sở GD&ĐT (Phòng 2)", "10/PGD&ĐT-CNTT", "05/01/2026", typed];
    let pdf = book(&[Row::new(cells)]);
    let said = words(&pdf, &["-f", "2", "-raw"]);
    for expected in
        ["Sở GD&ĐT (Phòng 2)", "10/PGD&ĐT-CNTT", "Công văn: Về việc tổ chức hội nghị viên chức năm học"]
    {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let cover = words(&pdf, &["-l", "1"]);
    assert_eq!(
        cover,
        "ỦY BAN NHÂN DÂN XÃ BÌNH AN TRƯỜNG THCS HOA PHƯỢNG SỔ ĐĂNG KÝ VĂN BẢN ĐẾN Năm: 2026 \
         Từ ngày 02/11/2026 đến ngày 21/11/2026 Từ số 1 đến số 1 Quyển số: …………"
    );
}

#[test]
fn a_letter_the_face_does_not_have_is_told_with_its_row() {
    let wrong = Row::new(["21/11/2026", "2", "Phòng \u{1F600}"]);
    let outcome = register(&head(None), &[row(1), wrong], &FACES, &about("Sổ"));
    assert_eq!(outcome, Err(TypesetError::NoLetter { letter: '\u{1F600}', row: Some(1) }));
    let outcome = slip(&Slip { document: "漢".into(), ..travelling() }, &FACES, &about("Phiếu"));
    assert_eq!(outcome, Err(TypesetError::NoLetter { letter: '漢', row: None }));
}

#[test]
fn a_book_has_its_head_on_every_page_and_no_row_is_lost_or_torn() {
    for (count, expected) in [(0, 2), (1, 2), (10, 2), (11, 3), (40, 5)] {
        let rows: Vec<Row> = (1..=count).map(row).collect();
        let pdf = book(&rows);
        assert_eq!(pages(&pdf), expected, "{count} rows");
        for page in 2..=expected {
            let page_text = page.to_string();
            let said = words(&pdf, &["-f", &page_text, "-l", &page_text, "-layout"]);
            assert!(said.contains("Tác giả") && said.contains("(10)"), "page {page}: {said}");
            assert!(said.contains(&format!("Trang {}/{}", page - 1, expected - 1)), "page {page}: {said}");
        }
        let said = words(&pdf, &["-raw"]);
        for number in 1..=count {
            assert!(said.contains(&format!("{number}/KH-PVHXH")), "row {number} of {count}");
        }
        let closing = if count == 0 {
            "Không có văn bản nào".into()
        } else {
            format!("Cộng: {count} văn bản, từ số 1 đến số {count}.")
        };
        assert!(said.contains(&closing), "{said}");
    }
}

#[test]
fn a_row_taller_than_a_page_is_parted_between_its_lines() {
    let long: Vec<String> = (1..=1500).map(|at| format!("chữ{at}")).collect();
    let tall = Row::new(["21/11/2026", "2", "A", "B", "C", &long.join(" ")]);
    let pdf = book(&[row(1), tall, row(3)]);
    let said = words(&pdf, &["-raw"]);
    let mut from = 0;
    for word in &long {
        let at = said[from..].find(word.as_str()).unwrap_or_else(|| panic!("{word} is lost or out of order"));
        from += at + word.len();
    }
    assert!(pages(&pdf) > 5 && said.contains("3/KH-PVHXH"));
    assert!(stays_on_the_paper(&pdf));
}

#[test]
fn a_word_longer_than_its_column_is_torn_and_stays_in_it() {
    let word = "https://vanban.example.edu.vn/".to_owned() + &"x".repeat(300);
    let pdf = book(&[Row::new(["21/11/2026", "1", &word, "Đ", "", &word])]);
    let said: String =
        pdftotext(&pdf, &["-f", "2", "-x", "168", "-y", "48", "-W", "95", "-H", "500", "-nopgbrk"])
            .split_whitespace()
            .collect();
    assert!(said.contains(&word) || said.contains(&"x".repeat(300)), "{said}");
    assert!(stays_on_the_paper(&pdf));
}

/// No word of any page stands over the table's edge or the paper's.
fn stays_on_the_paper(pdf: &[u8]) -> bool {
    let boxes = pdftotext(pdf, &["-f", "2", "-bbox"]);
    let number = |line: &str, name: &str| -> f32 {
        let from = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        line[from..].split('"').next().unwrap().parse().unwrap()
    };
    boxes.lines().filter(|line| line.contains("<word")).all(|line| {
        number(line, "xMin") > 70.0 && number(line, "xMax") < 810.0 && number(line, "yMax") < 580.0
    })
}

#[test]
fn a_stamp_is_50_by_35_millimetres_on_paper() {
    let pdf = stamps(Labels::L70X37, 1, &[stamp(12)], &FACES, &about("Tem đến")).unwrap();
    let page = dots(&pdf, 1);
    assert_eq!((page.width(), page.height()), (4961, 7016), "A4 at 600 dpi");
    // From outside towards the frame: the stamp lies in the middle of a label of 70 x 37 mm at (0, 0.5).
    let left = rule_on_the_way(&page, (5.0, 20.0), (1, 0));
    let right = rule_on_the_way(&page, (65.0, 20.0), (-1, 0));
    let top = rule_on_the_way(&page, (30.0, 0.2), (0, 1));
    let bottom = rule_on_the_way(&page, (30.0, 39.0), (0, -1));
    for (what, measured, expected) in [
        ("width", mm(right + 1 - left), 50.0),
        ("height", mm(bottom + 1 - top), 35.0),
        ("left", mm(left), 10.0),
        ("top", mm(top), 1.5),
    ] {
        assert!((measured - expected).abs() <= 0.1, "{what} is {measured} mm");
    }
    let said = words(&pdf, &["-raw"]);
    assert_eq!(said, "TRƯỜNG THCS HOA PHƯỢNG ĐẾN Số: 12 Ngày: 21/11/2026 Chuyển: Số và ký hiệu HS:");
}

#[test]
fn columns_of_a_book_are_as_wide_as_they_say() {
    let page = dots(&book(&[Row::default()]), 2);
    // Along the empty row, from rule to rule.
    let y = (40.0 / 25.4 * DPI) as u32;
    let dark: Vec<u32> = (0..page.width()).filter(|x| page.get_pixel(*x, y).0[0] < 128).collect();
    let starts = dark.iter().enumerate().filter(|(at, x)| *at == 0 || dark[at - 1] + 1 != **x);
    let rules: Vec<f32> = starts.map(|(_, x)| mm(*x) + 0.1).collect();
    let mut expected = 25.0;
    assert_eq!(rules.len(), 11, "{rules:?}");
    for (rule, width) in rules.iter().zip([20.0, 14.0, 34.0, 33.0, 20.0, 61.0, 28.0, 16.0, 18.0, 16.0, 0.0]) {
        assert!((rule - expected).abs() < 0.1, "{rules:?}");
        expected += width;
    }
}

#[test]
fn labels_that_are_used_up_stay_empty_and_every_stamp_has_its_sheet() {
    for (first, count, expected) in [(1, 1, 1), (1, 21, 1), (1, 22, 2), (21, 1, 1), (20, 3, 2), (99, 1, 1)] {
        let all: Vec<Stamp> = (1..=count).map(stamp).collect();
        let pdf = stamps(Labels::PLAIN, first, &all, &FACES, &about("Tem đến")).unwrap();
        assert_eq!(pages(&pdf), expected, "{count} from {first}");
        assert_eq!(words(&pdf, &["-raw"]).matches("ĐẾN").count(), count);
    }
    assert!(stamps(Labels::PLAIN, 1, &[], &FACES, &about("Tem đến")).is_err());
}

#[test]
fn a_long_name_of_a_unit_stays_in_its_box_of_the_stamp() {
    let unit = "Trường Phổ thông dân tộc bán trú Trung học cơ sở và Trung học phổ thông Nguyễn Thị Minh Khai xã Tân Phú Đông";
    let pdf =
        stamps(Labels::PLAIN, 1, &[Stamp { unit: unit.into(), ..stamp(1) }], &FACES, &about("Tem")).unwrap();
    let held = words(&pdf, &["-x", "56", "-y", "36", "-W", "142", "-H", "22"]);
    assert_eq!(held, unit.to_uppercase());
}

#[test]
fn a_slip_on_which_much_was_said_goes_on_overleaf() {
    let said = "Đề nghị các tổ chuyên môn rà soát, báo cáo kết quả. ".repeat(200);
    let mut paper = travelling();
    paper.leader[0].said = said.clone();
    let pdf = slip(&paper, &FACES, &about("Phiếu")).unwrap();
    assert!(pages(&pdf) > 1);
    assert!(words(&pdf, &["-raw"]).contains(said.trim()));
    assert_eq!(pages(&slip(&travelling(), &FACES, &about("Phiếu")).unwrap()), 1);
}

/// The memory of this process counts everything that runs beside; the file itself is the measure of what is held.
#[test]
fn five_thousand_rows_become_a_book() {
    let rows: Vec<Row> = (1..=5000).map(row).collect();
    let begun = std::time::Instant::now();
    let pdf = book(&rows);
    println!("5,000 rows: {} pages, {} KB, {:?}", pages(&pdf), pdf.len() / 1000, begun.elapsed());
    qpdf_is_content(&pdf);
    assert!(pages(&pdf) > 300 && pdf.len() < 5_000_000, "{} pages, {} bytes", pages(&pdf), pdf.len());
    let last = words(&pdf, &["-f", &pages(&pdf).to_string(), "-raw"]);
    assert!(last.contains("5000/KH-PVHXH") && last.contains("Cộng: 5000 văn bản"), "{last}");
}
