//! A register line: what the office above must have of a document, in the columns of the legal book
//! (Decree 30/2020, appendix IV; fields of appendix VI).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Sha256;

/// Which book the line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Sổ đăng ký văn bản đến.
    Incoming,
    /// Sổ đăng ký văn bản đi.
    Outgoing,
}

/// An annex in a file of its own, sent with the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annex {
    /// What it is called.
    pub title: String,
    /// Its file.
    pub pdf: Sha256,
}

/// One line of a register as it stands after the entry that carries it; a later entry with the same
/// [`RegisterLine::document`] replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterLine {
    /// The document, the same through all of its life.
    pub document: Uuid,
    /// The book.
    pub book: Book,
    /// The year of the book; numbers begin again at 1 each year (article 15).
    pub year: i32,
    /// The number in the book: arrival number or issue number, without gaps.
    pub number: u64,
    /// Số, ký hiệu as written on the paper: `147/PNV-VTLT`.
    pub reference_code: String,
    /// Ngày tháng văn bản, `yyyy-mm-dd`.
    pub issue_date: String,
    /// Ngày đến (incoming) or ngày phát hành (outgoing), `yyyy-mm-dd`.
    pub entered_on: String,
    /// Tác giả (incoming) or the unit itself (outgoing).
    pub issuing_body: String,
    /// Tên loại: `Công văn`, `Quyết định` …
    pub document_type: String,
    /// Trích yếu.
    pub subject: String,
    /// Người ký.
    #[serde(default)]
    pub signatory: String,
    /// Đơn vị hoặc người nhận (incoming), nơi nhận (outgoing).
    #[serde(default)]
    pub recipients: String,
    /// Độ khẩn: `normal`, `urgent`, `very_urgent`, `flash`.
    pub urgency: String,
    /// How far it has come: `registered`, `submitted`, `assigned`, `completed`, `released`, `void` …
    pub state: String,
    /// The document of record, once there is one.
    #[serde(default)]
    pub pdf: Option<Sha256>,
    /// Phụ lục in files of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annexes: Vec<Annex>,
    /// Ghi chú; for a void number its reason.
    #[serde(default)]
    pub note: String,
}

impl RegisterLine {
    /// The files it names: the document of record and its annexes.
    pub fn files(&self) -> impl Iterator<Item = Sha256> {
        self.pdf.into_iter().chain(self.annexes.iter().map(|annex| annex.pdf))
    }
}
