//! What the words on a page say: pure functions from what a reader saw to what the office needs of it.
//!
//! Tesseract tells what it saw as a table; [`from_tsv`] makes of it the [`PageText`] that goes into the PDF, and
//! [`plain`] the text people search. Nothing here runs a program, opens a file or asks the time.
//!
//! ```
//! let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
//!     1\t1\t0\t0\t0\t0\t0\t0\t1240\t1754\t-1\t\n\
//!     5\t1\t1\t1\t1\t1\t470\t305\t90\t21\t96.6\tQUYẾT\n\
//!     5\t1\t1\t1\t1\t2\t570\t305\t100\t21\t91.2\tĐỊNH\n";
//! // It was read at half the resolution of the capture.
//! let page = reading::from_tsv(table, 2480, 3508)?;
//! assert_eq!(page.lines[0].words[0].left, 940);
//! assert_eq!(reading::plain(&page), "QUYẾT ĐỊNH");
//! assert_eq!(reading::confidence(&page), 94);
//! # Ok::<(), reading::ReadingFault>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod propose;
mod tsv;

pub use paper::{PageText, TextLine, TextWord};
pub use propose::{Area, Proposals, Proposed, TypeName, proposals, signer};
pub use tsv::{ReadingFault, from_tsv};

/// The words as people write them: a space between words, a line for each line, an empty line before each paragraph.
pub fn plain(page: &PageText) -> String {
    let mut text = String::new();
    for line in &page.lines {
        if !text.is_empty() {
            text.push_str(if line.opens_paragraph { "\n\n" } else { "\n" });
        }
        for (place, word) in line.words.iter().enumerate() {
            if place > 0 {
                text.push(' ');
            }
            text.push_str(&word.text);
        }
    }
    text
}

/// How sure the reader is of the page in per cent, each letter counting the same; 0 for a page without words.
pub fn confidence(page: &PageText) -> u8 {
    let words = page.lines.iter().flat_map(|line| &line.words);
    let (sum, letters) = words.fold((0, 0), |(sum, letters): (u64, u64), word| {
        let count = word.text.chars().count() as u64;
        (sum + count * u64::from(word.confidence), letters + count)
    });
    u8::try_from((sum + letters / 2).checked_div(letters).unwrap_or(0)).unwrap_or(100)
}
