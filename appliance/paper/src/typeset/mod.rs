//! Papers that are written and not scanned: the legal books, the slip that travels with a document, arrival stamps and
//! separator sheets (decree 30/2020, appendix IV).
//!
//! Everything is measured in millimetres and comes out of the printer in that size; text is real text, so that it is
//! searched and copied letter for letter; the files are PDF/A-2b, the same bytes for the same input, and can be signed
//! like a scan.
//!
//! ```
//! use paper::typeset::{Book, Faces, Register, Row, register};
//! use paper::{About, Face};
//!
//! fn book(tinos: [Face; 3], about: &About) -> Result<Vec<u8>, paper::typeset::TypesetError> {
//!     let faces = Faces::new(tinos.each_ref())?;
//!     let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
//!     let cells = ["21/11/2026", "12", "Phòng Nội vụ", "5/NV", "20/11/2026", "Công văn: Về việc tập huấn"];
//!     let rows = [Row::new(cells)];
//!     let head = Register {
//!         book: Book::Incoming, parent: "UBND xã Bình An".into(), unit: "Trường THCS Hoa Phượng".into(),
//!         year: 2026, days: Some((day, day)), numbers: Some((12, 12)),
//!     };
//!     register(&head, &rows, &faces, about)
//! }
//! ```
//!
//! ```text
//! faces   the cuts of the typeface, widths of letters     lines   text broken into lines
//! sheet   boxes in millimetres on a page; the file             table   ruled columns over many pages
//! flow    paragraphs over many pages                           register, slip, stamps, separators: the papers
//! ```
//!
//! What one paper holds in memory is its own file, a few kilobytes a page, and the page being drawn. A register is
//! measured first and drawn afterwards, because every page says how many there are.

pub(crate) mod faces;
mod flow;
pub(crate) mod lines;
mod register;
mod separators;
pub(crate) mod sheet;
mod slip;
pub(crate) mod stamps;
mod table;

pub use faces::Faces;
pub use register::{Book, Register, register};
pub use separators::{Separator, SeparatorOf, separators};
pub use sheet::Modules;
pub use slip::{Slip, SlipItem, slip};
pub use stamps::{Labels, Stamp, stamps};
pub use table::Row;

/// Why a paper could not be set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TypesetError {
    /// The typeface cannot write this character.
    #[error("the face has no letter for {letter:?}")]
    NoLetter {
        /// The character.
        letter: char,
        /// In which row of a table, counted from 0; none where it stands outside.
        row: Option<usize>,
    },
    /// The file would not have been what it says it is.
    #[error("the file could not be written: {0}")]
    NotWritten(String),
}

impl TypesetError {
    /// The same, and in which row.
    fn in_row(self, at: usize) -> TypesetError {
        match self {
            TypesetError::NoLetter { letter, .. } => TypesetError::NoLetter { letter, row: Some(at) },
            other => other,
        }
    }
}
