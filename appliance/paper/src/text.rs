//! The words of a page, where they stand on it: what a reader found, what goes unseen into the PDF.
//!
//! ```
//! use paper::{PageText, TextLine, TextWord};
//!
//! let word = TextWord { text: "QUYẾT".into(), left: 940, top: 610, right: 1120, bottom: 652, confidence: 96 };
//! let line = TextLine { words: vec![word], opens_paragraph: true };
//! let page = PageText { width_px: 2480, height_px: 3508, lines: vec![line] };
//! assert_eq!(page.lines[0].words[0].text, "QUYẾT");
//! ```

use serde::{Deserialize, Serialize};

/// The words of one page in reading order. Places are pixels of the capture after it was turned upright and before it
/// was straightened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// Width of the page the places speak of.
    pub width_px: u32,
    /// Its height.
    pub height_px: u32,
    /// From top to bottom, column by column.
    pub lines: Vec<TextLine>,
}

/// Words on one line, from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLine {
    /// The words.
    pub words: Vec<TextWord>,
    /// A paragraph or block begins with it.
    pub opens_paragraph: bool,
}

/// A word in its box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextWord {
    /// Unicode, NFC.
    pub text: String,
    /// First column of its box.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Column behind the box.
    pub right: u32,
    /// Row under the box.
    pub bottom: u32,
    /// How sure the reader is, in per cent.
    pub confidence: u8,
}
