//! Refusals and faults: what a person did that cannot be done, and what the machine failed at.
//!
//! A [`Refusal`] is for people: a Vietnamese sentence saying what happened and what to do with one's hands. A
//! [`Fault`](journal::Fault) is for the log; the person sees only an incident number. The two are apart by type,
//! so that the inner text of a fault cannot reach a page by accident.

use std::collections::BTreeMap;

/// Something a person asked for that cannot be done as asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Stable name for programs and tests, `domain.reason`.
    pub code: &'static str,
    /// HTTP status that fits it.
    pub status: u16,
    /// The sentence: what, why, what to do next.
    pub detail: String,
    /// Sentences that belong beside one field of the form.
    pub fields: BTreeMap<&'static str, String>,
    /// What the page needs beyond words, such as the document that is already in the book.
    pub extra: Option<serde_json::Value>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: &'static str, status: u16, detail: impl Into<String>) -> Self {
        Self { code, status, detail: detail.into(), fields: BTreeMap::new(), extra: None }
    }

    /// 403: may see it, may not do it.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new("rights.missing", 403, detail)
    }

    /// 404: not there, or not for this person to know of.
    pub fn not_found() -> Self {
        Self::new(
            "not_found",
            404,
            "Không tìm thấy. Có thể đã được chuyển đi; hãy quay lại danh sách và tìm lại.",
        )
    }

    /// 409: somebody else was faster.
    pub fn stale() -> Self {
        Self::new(
            "version.stale",
            409,
            "Vừa có người khác thay đổi. Trang đã được tải lại; hãy xem lại rồi làm tiếp.",
        )
    }

    /// 422: fields that must be mended first.
    pub fn fields(code: &'static str, fields: BTreeMap<&'static str, String>) -> Self {
        let detail = fields.values().next().cloned().unwrap_or_default();
        Self { code, status: 422, detail, fields, extra: None }
    }

    /// 422: one field that must be mended first.
    pub fn field(code: &'static str, field: &'static str, sentence: impl Into<String>) -> Self {
        Self::fields(code, BTreeMap::from([(field, sentence.into())]))
    }

    /// Adds what the page needs beyond words.
    pub fn with(mut self, extra: serde_json::Value) -> Self {
        self.extra = Some(extra);
        self
    }
}

/// What can come back instead of an answer.
#[derive(Debug)]
pub enum Error {
    /// For the person.
    Refusal(Refusal),
    /// For the log.
    Fault(journal::Fault),
    /// For the log: something other than the store failed; English.
    Broken(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<journal::Fault> for Error {
    fn from(fault: journal::Fault) -> Self {
        Self::Fault(fault)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refusal(refusal) => write!(f, "refused ({}): {}", refusal.code, refusal.detail),
            Self::Fault(fault) => fault.fmt(f),
            Self::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
