//! Tesseract's table: one row for each page (level 1), block, paragraph, line and word (level 5), in reading order.

use paper::{PageText, TextLine, TextWord};
use unicode_normalization::UnicodeNormalization;

/// More words than the smallest print puts on a sheet; whatever says more reads dust.
const MOST_WORDS: usize = 20_000;
/// The longest word a page may have; a longer one is a rule or a pattern.
const MOST_LETTERS: usize = 200;

/// Why a table says nothing of a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadingFault {
    /// Not tesseract's table.
    #[error("row {0} is not one of tesseract's table")]
    Row(usize),
    /// The table does not say how large the page was that was read.
    #[error("the table has no page")]
    NoPage,
    /// More than a page can carry.
    #[error("more words than a page carries")]
    TooMuch,
}

/// One row, as far as it matters here.
struct Row<'a> {
    level: u32,
    block: u32,
    paragraph: u32,
    line: u32,
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    confidence: f32,
    text: &'a str,
}

/// The words of tesseract's table `tsv`, with their places in the pixels of a page of `width_px` x `height_px`: the
/// page may have been read at another resolution, of which its first row tells.
///
/// # Errors
/// If it is no such table, or says more than a page can carry.
pub fn from_tsv(tsv: &str, width_px: u32, height_px: u32) -> Result<PageText, ReadingFault> {
    let mut page = PageText { width_px, height_px, lines: Vec::new() };
    let mut read: Option<(u32, u32)> = None;
    let (mut paragraph, mut line) = (None, None);
    let mut words = 0;
    for (number, text) in tsv.lines().enumerate() {
        if text.is_empty() || number == 0 && text.starts_with("level\t") {
            continue;
        }
        let row = row(text).ok_or(ReadingFault::Row(number + 1))?;
        if row.level == 1 && row.width > 0 && row.height > 0 {
            read.get_or_insert((row.width, row.height));
        }
        if row.level != 5 {
            continue;
        }
        let Some(word) = word(&row, read.ok_or(ReadingFault::NoPage)?, &page) else { continue };
        words += 1;
        if words > MOST_WORDS {
            return Err(ReadingFault::TooMuch);
        }
        let (this_paragraph, this_line) = ((row.block, row.paragraph), (row.block, row.paragraph, row.line));
        if line.replace(this_line) != Some(this_line) {
            let opens_paragraph = paragraph.replace(this_paragraph) != Some(this_paragraph);
            page.lines.push(TextLine { words: Vec::new(), opens_paragraph });
        }
        if let Some(last) = page.lines.last_mut() {
            last.words.push(word);
        }
    }
    read.map(|_| page).ok_or(ReadingFault::NoPage)
}

fn row(text: &str) -> Option<Row<'_>> {
    let mut cells = text.splitn(12, '\t');
    let mut number = || cells.next()?.parse::<u32>().ok();
    let (level, _page, block, paragraph, line, _word) =
        (number()?, number()?, number()?, number()?, number()?, number()?);
    let (left, top, width, height) = (number()?, number()?, number()?, number()?);
    let confidence = cells.next()?.parse::<f32>().ok().filter(|confidence| confidence.is_finite())?;
    let text = cells.next().unwrap_or_default();
    (1..=5).contains(&level).then_some(Row {
        level,
        block,
        paragraph,
        line,
        left,
        top,
        width,
        height,
        confidence,
        text,
    })
}

/// Whether it leaves ink: searching must not fail over what nobody can type.
fn is_seen(letter: char) -> bool {
    !letter.is_control() && !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// A word in its place; none where there is nothing to read: tesseract tells of rules and dots as words of spaces.
fn word(row: &Row<'_>, read: (u32, u32), page: &PageText) -> Option<TextWord> {
    let text: String = row.text.nfc().filter(|letter| is_seen(*letter)).collect();
    if text.is_empty() || text.chars().count() > MOST_LETTERS {
        return None;
    }
    // Outwards, so that the box holds every dot of the word.
    let first = |at: u32, read: u32, of: u32| {
        (u64::from(at) * u64::from(of) / u64::from(read)).min(u64::from(of)) as u32
    };
    let behind = |at: u32, size: u32, read: u32, of: u32| {
        let end = u64::from(at) + u64::from(size);
        (end * u64::from(of)).div_ceil(u64::from(read)).min(u64::from(of)) as u32
    };
    let word = TextWord {
        text,
        left: first(row.left, read.0, page.width_px),
        top: first(row.top, read.1, page.height_px),
        right: behind(row.left, row.width, read.0, page.width_px),
        bottom: behind(row.top, row.height, read.1, page.height_px),
        confidence: row.confidence.round().clamp(0.0, 100.0) as u8,
    };
    (word.left < word.right && word.top < word.bottom).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";
    const PAGE: &str = "1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t\n";

    fn table(rows: &str) -> String {
        format!("{HEAD}{PAGE}{rows}")
    }

    #[test]
    fn words_come_in_lines_and_paragraphs_in_the_order_they_were_read() {
        let tsv = table(
            "2\t1\t1\t0\t0\t0\t10\t10\t500\t100\t-1\t\n\
             5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96.5\tSố:\n\
             5\t1\t1\t1\t1\t2\t70\t10\t90\t20\t80.2\t147/PNV\n\
             5\t1\t1\t1\t2\t1\t10\t40\t50\t20\t95\tV/v\n\
             5\t1\t1\t2\t1\t1\t10\t90\t50\t20\t95\t \n\
             5\t1\t2\t1\t1\t1\t10\t140\t50\t20\t12\tKính\n",
        );
        let page = from_tsv(&tsv, 1000, 2000).unwrap();
        assert_eq!(crate::plain(&page), "Số: 147/PNV\nV/v\n\nKính");
        let opens: Vec<bool> = page.lines.iter().map(|line| line.opens_paragraph).collect();
        assert_eq!(opens, [true, false, true]);
        let confidence: Vec<u8> = page.lines[0].words.iter().map(|word| word.confidence).collect();
        assert_eq!(confidence, [97, 80]);
    }

    #[test]
    fn letters_are_composed_and_nothing_but_letters_is_kept() {
        let decomposed = table("5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\tQUYE\u{302}\u{301}T\u{200b}\u{7}\n");
        let page = from_tsv(&decomposed, 1000, 2000).unwrap();
        assert_eq!(page.lines[0].words[0].text, "QUYẾT");
    }

    #[test]
    fn places_are_those_of_the_capture_however_small_it_was_read() {
        let tsv = table("5\t1\t1\t1\t1\t1\t101\t333\t50\t20\t96\tSố\n");
        let page = from_tsv(&tsv, 2480, 4961).unwrap();
        let word = &page.lines[0].words[0];
        assert_eq!((word.left, word.top, word.right, word.bottom), (250, 826, 375, 876));
    }

    #[test]
    fn what_is_no_table_of_a_page_is_refused_and_what_lies_beside_the_page_is_left_out() {
        let word = "5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96\tSố\n";
        let crowd: String = word.repeat(MOST_WORDS + 1);
        let table = [
            (String::new(), Err(ReadingFault::NoPage)),
            (HEAD.into(), Err(ReadingFault::NoPage)),
            (format!("{HEAD}{word}"), Err(ReadingFault::NoPage)),
            ("Segmentation fault\n".into(), Err(ReadingFault::Row(1))),
            (format!("{HEAD}{PAGE}5\t1\t1\t1"), Err(ReadingFault::Row(3))),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t-4\t10\t50\t20\t96\tSố\n"), Err(ReadingFault::Row(3))),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t4\t10\t50\t20\tNaN\tSố\n"), Err(ReadingFault::Row(3))),
            (format!("{HEAD}{PAGE}9\t1\t1\t1\t1\t1\t4\t10\t50\t20\t90\tSố\n"), Err(ReadingFault::Row(3))),
            (format!("{HEAD}{PAGE}{crowd}"), Err(ReadingFault::TooMuch)),
            (format!("{HEAD}{PAGE}"), Ok(0)),
            (format!("{HEAD}{PAGE}{word}"), Ok(1)),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t4000\t10\t50\t20\t96\tSố\n"), Ok(0)),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t10\t10\t0\t20\t96\tSố\n"), Ok(0)),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t10\t10\t9\t20\t96\t{}\n", "_".repeat(201)), Ok(0)),
            (format!("{HEAD}{PAGE}5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96\tSố").replace('\n', "\r\n"), Ok(1)),
        ];
        for (tsv, expected) in table {
            let read = from_tsv(&tsv, 1000, 2000).map(|page| page.lines.len());
            assert_eq!(read, expected, "{}", tsv.chars().take(200).collect::<String>());
        }
    }

    proptest! {
        #[test]
        fn no_table_is_read_past_its_page(rows in proptest::collection::vec(
            (1_u32..6, 0_u32..3, 0_u32..3, any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>(), "\\PC{0,8}"), 0..40,
        )) {
            let rows: String = rows.into_iter().map(|(level, block, line, left, top, width, height, text)| {
                format!("{level}\t1\t{block}\t1\t{line}\t1\t{left}\t{top}\t{width}\t{height}\t50\t{text}\n")
            }).collect();
            if let Ok(page) = from_tsv(&table(&rows), 2480, 3508) {
                for word in page.lines.iter().flat_map(|line| &line.words) {
                    prop_assert!(word.left < word.right && word.right <= 2480);
                    prop_assert!(word.top < word.bottom && word.bottom <= 3508);
                }
            }
        }
    }
}
