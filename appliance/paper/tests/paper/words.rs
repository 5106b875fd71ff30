//! The words of a page come out of the file again - whole, in order, where they stand - and are never seen.

use crate::{
    judges::{ghostscript, mutool, pdftotext, qpdf_is_content, render},
    pdf_a::is_pdf_a,
    samples::{about, bilevel_png, block, key, scan, signed},
};
use lopdf::{Document, Object};
use paper::{CaptureRef, Dress, Making, PageText, Scanned, TextLine, TextWord, compose};
use std::borrow::Cow;

/// A line of words set at a height of the page, each letter 20 pixels wide, capitals 40 high.
fn line(top: u32, words: &str) -> TextLine {
    let mut left = 200;
    let words = words.split(' ').map(|word| {
        let width = 20 * word.chars().count() as u32;
        let has_descender = word.contains(|c| "gypqạặậẹệịọộợụựỵ,".contains(c));
        let bottom = top + if has_descender { 50 } else { 40 };
        let text = TextWord { text: word.into(), left, top, right: left + width, bottom, confidence: 90 };
        left += width + 12;
        text
    });
    TextLine { words: words.collect(), opens_paragraph: true }
}

fn page(lines: &[&str]) -> PageText {
    let lines = lines.iter().enumerate().map(|(at, words)| line(200 + 70 * at as u32, words)).collect();
    PageText { width_px: 2480, height_px: 3508, lines }
}

const LETTERS: [&str; 6] = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "aàảãáạăằẳẵắặâầẩẫấậ bcdđ eèẻẽéẹêềểễếệ ghiìỉĩíị klmn",
    "oòỏõóọôồổỗốộơờởỡớợ pqrst uùủũúụưừửữứự vx yỳỷỹýỵ",
    "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬ ĐEÈẺẼÉẸÊỀỂỄẾỆ IÌỈĨÍỊ OÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢ",
    "Số: 125/QĐ-THCSHP, ngày 21/11/2026; “UÙỦŨÚỤƯỪỬỮỨỰ” YỲỶỸÝỴ 50% & <1>",
];

fn with_words(captures: Vec<CaptureRef<'_>>) -> Vec<u8> {
    let mut pdf = Vec::new();
    let captures = captures.into_iter().map(Ok::<_, std::io::Error>);
    compose(captures, &about(), Making::PLAIN, &mut pdf).unwrap();
    pdf
}

fn capture(text: &PageText) -> CaptureRef<'static> {
    CaptureRef { text: Some(Cow::Owned(text.clone())), ..CaptureRef::new(scan(1), 300) }
}

fn lines(said: &str) -> Vec<String> {
    let lines = said.split(['\n', '\x0C']).map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_vietnamese_letter_comes_back_in_words_and_lines() {
    let text = page(&LETTERS);
    let pdf = with_words(vec![capture(&text)]);
    assert_eq!(lines(&pdftotext(&pdf, &[])), LETTERS);
    assert_eq!(lines(&pdftotext(&pdf, &["-raw"])), LETTERS);
    assert_eq!(lines(&mutool(&pdf)), LETTERS);
    assert_eq!(lines(&ghostscript(&pdf)), LETTERS);
    // Marks apart from their letters are joined.
    let apart = page(&["Kế hoa\u{323}ch"]);
    assert_eq!(lines(&pdftotext(&with_words(vec![capture(&apart)]), &[])), ["Kế hoạch"]);
}

#[test]
fn a_file_with_words_is_pdf_a_can_be_sealed_and_taken_apart_and_looks_as_without() {
    let text = page(&LETTERS);
    let (with, without) = (with_words(vec![capture(&text)]), with_words(vec![CaptureRef::new(scan(1), 300)]));
    qpdf_is_content(&with);
    is_pdf_a(&with);
    assert!(render(&with) == render(&without), "the words are seen");
    assert!(with == with_words(vec![capture(&text)]), "the same words gave other bytes");
    assert!(Scanned::of(&with).unwrap().page(0).unwrap().0.bytes == scan(1));
    assert!(!without.windows(5).any(|window| window == b"/Font"), "a font for nobody");
    let sealed = signed(&with, &block(), &key("unit.p12"));
    is_pdf_a(&sealed);
    qpdf_is_content(&sealed);
    assert!(pdftotext(&sealed, &[]).contains(LETTERS[5]));
}

/// One font however many pages; its codes go on from page to page.
#[test]
fn pages_share_one_font() {
    let texts: Vec<PageText> = LETTERS.iter().map(|words| page(&[words])).collect();
    let mut captures: Vec<_> = texts.iter().map(capture).collect();
    captures.insert(2, CaptureRef::new(scan(2), 300));
    let pdf = with_words(captures);
    is_pdf_a(&pdf);
    assert_eq!(lines(&pdftotext(&pdf, &[])), LETTERS);
    let document = Document::load_mem(&pdf).unwrap();
    let programs = document
        .objects
        .values()
        .filter(|object| object.as_dict().is_ok_and(|dictionary| dictionary.has(b"FontFile2")));
    assert_eq!(programs.count(), 1);
}

/// Left, top, right, bottom of a word on the first page, in points from the upper left.
fn places(pdf: &[u8]) -> Vec<(String, [f32; 4])> {
    let said = pdftotext(pdf, &["-bbox"]);
    let words = said.lines().filter_map(|line| line.trim().strip_prefix("<word "));
    words
        .map(|line| {
            let of = |key: &str| {
                let value = line.split(&format!("{key}=\"")).nth(1).unwrap().split('"').next().unwrap();
                value.parse::<f32>().unwrap()
            };
            let word = line.split('>').nth(1).unwrap().split('<').next().unwrap();
            (word.replace("&amp;", "&"), ["xMin", "yMin", "xMax", "yMax"].map(of))
        })
        .collect()
}

#[test]
fn words_stand_where_they_were_read_however_the_sheet_lay() {
    for degrees in [0, 90, 180, 270] {
        let mut text = page(&LETTERS[..2]);
        if degrees % 180 == 90 {
            (text.width_px, text.height_px) = (text.height_px, text.width_px);
        }
        let pdf = with_words(vec![capture(&text).turned(degrees)]);
        let found = places(&pdf);
        let words: Vec<&TextWord> = text.lines.iter().flat_map(|line| &line.words).collect();
        assert_eq!(found.len(), words.len());
        for (word, (found, place)) in words.iter().zip(&found) {
            assert_eq!(*found, word.text);
            let expected = [word.left, word.top, word.right, word.bottom].map(|px| px as f32 * 72.0 / 300.0);
            // Across to a point; along, the line has one height for all its words, a descender's at most away.
            let near = |side: usize, most: f32| (place[side] - expected[side]).abs() < most;
            assert!(near(0, 1.0) && near(2, 1.0), "{degrees}: {found} {place:?} {expected:?}");
            assert!(near(1, 2.6) && near(3, 2.6), "{degrees}: {found} {place:?} {expected:?}");
        }
    }
}

/// The page turns about its middle, and the words with it; they are written level, as the ink now is.
#[test]
fn words_go_with_a_page_that_is_straightened() {
    // A line that falls to the right by four degrees.
    let slope = 4.0_f32.to_radians().tan();
    let mut text = page(&["Trường Trung học cơ sở Hoa Phượng kính gửi Ủy ban nhân dân xã"]);
    for word in &mut text.lines[0].words {
        let fall = ((word.left + word.right) as f32 / 2.0 * slope) as u32;
        (word.top, word.bottom) = (word.top + fall, word.bottom + fall);
    }
    let askew = capture(&text);
    let dress = Dress { straighten_tenths: -40, clean_edges: false };
    let level = places(&with_words(vec![CaptureRef { dress, ..askew.clone() }]));
    let askew = places(&with_words(vec![askew]));
    assert_eq!(level.len(), 14);
    let spread = |places: &[(String, [f32; 4])]| {
        let tops = places.iter().map(|(_, place)| place[1]);
        tops.clone().fold(f32::MIN, f32::max) - tops.fold(f32::MAX, f32::min)
    };
    assert!(spread(&askew) > 12.0, "{askew:?}");
    assert!(spread(&level) < 1.0, "{level:?}");
    let (sine, cosine) = (-4.0_f32).to_radians().sin_cos();
    for ((word, from), (_, to)) in askew.iter().zip(&level) {
        let (x, y) = ((from[0] + from[2]) / 2.0 - 297.6, (from[1] + from[3]) / 2.0 - 420.96);
        let expected = (297.6 + x * cosine - y * sine, 420.96 + x * sine + y * cosine);
        let found = ((to[0] + to[2]) / 2.0, (to[1] + to[3]) / 2.0);
        assert!(
            (found.0 - expected.0).abs() < 1.5 && (found.1 - expected.1).abs() < 2.5,
            "{word}: {found:?} {expected:?}"
        );
    }
}

/// A level line on a capture that lay askew, drawn as black bars: straightened, the bars lie level in the PDF.
#[test]
fn a_capture_that_is_kept_as_it_is_is_levelled_by_the_matrix() {
    let page = image::GrayImage::from_fn(1200, 1800, |x, y| {
        let line = 300.0 + f64::from(x) * 2.0_f64.to_radians().tan();
        image::Luma([if (f64::from(y) - line).abs() < 12.0 { 0 } else { 255 }])
    });
    let heights = |straighten_tenths| {
        let dress = Dress { straighten_tenths, clean_edges: false };
        let pdf = with_words(vec![CaptureRef { dress, ..CaptureRef::new(bilevel_png(&page), 100) }]);
        is_pdf_a(&pdf);
        let (width, height, samples) = render(&pdf);
        [width / 5, width * 4 / 5].map(|x| (0..height).find(|y| samples[y * width + x] < 128).unwrap())
    };
    let [left, right] = heights(0);
    assert!(right - left > 15, "{left} {right}");
    let [left, right] = heights(-20);
    assert!(left.abs_diff(right) <= 1, "{left} {right}");
}

#[test]
fn odd_words_harm_nobody() {
    let word = |text: &str, [left, top, right, bottom]: [u32; 4]| TextWord {
        text: text.into(),
        left,
        top,
        right,
        bottom,
        confidence: 0,
    };
    let odd = vec![
        word("", [10, 10, 50, 50]),
        word("không-chỗ", [10, 10, 10, 50]),
        word("lộn", [90, 10, 50, 50]),
        word("\u{0}\u{1}\u{FEFF}\u{FFFE}", [10, 10, 50, 50]),
        word("hai từ", [100, 10, 300, 50]),
        word("🙂", [310, 10, 350, 50]),
        word("đè", [300, 10, 360, 50]),
        word("lên", [362, 10, 420, 50]),
        word(&"dài".repeat(20_000), [430, 10, 2400, 50]),
        word("xa", [4_000_000_000, 4_000_000_000, 4_294_967_295, 4_294_967_295]),
    ];
    let lines = vec![
        TextLine { words: odd, opens_paragraph: false },
        TextLine::default(),
        TextLine { words: vec![word("", [0; 4])], opens_paragraph: true },
    ];
    let text = PageText { width_px: 2480, height_px: 3508, lines };
    let pdf = with_words(vec![capture(&text)]);
    qpdf_is_content(&pdf);
    is_pdf_a(&pdf);
    let said = pdftotext(&pdf, &["-raw"]);
    assert!(
        said.contains("hai từ") && said.contains("🙂") && said.contains("đè") && said.contains("lên"),
        "{said}"
    );
    for nothing in [PageText::default(), PageText { width_px: 0, ..text }] {
        let pdf = with_words(vec![capture(&nothing)]);
        assert!(!pdf.windows(5).any(|window| window == b"/Font"));
    }
}

/// Of 500 pages only the numbers are kept: every page in its place, and one table without gaps.
#[test]
fn five_hundred_pages_are_one_whole_file() {
    let dots = |page: u32| {
        bilevel_png(&image::GrayImage::from_fn(64, 64, |x, _| {
            image::Luma([if x < page % 64 { 0 } else { 255 }])
        }))
    };
    let captures = (0..500).map(|page| {
        let mut text = self::page(&["trang"]);
        text.lines.push(line(400, &format!("số {page}")));
        CaptureRef { text: Some(Cow::Owned(text)), ..CaptureRef::new(dots(page), 24) }
    });
    let pdf = with_words(captures.collect());
    qpdf_is_content(&pdf);
    is_pdf_a(&pdf);
    let document = Document::load_mem(&pdf).unwrap();
    assert_eq!(document.get_pages().len(), 500);
    assert_eq!(
        document.trailer.get(b"Size").and_then(Object::as_i64).unwrap() as usize,
        document.objects.len() + 1
    );
    let said = pdftotext(&pdf, &["-f", "500", "-l", "500"]);
    assert!(said.contains("số 499"), "{said}");
}
