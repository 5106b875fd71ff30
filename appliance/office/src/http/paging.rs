//! Lists: `{items, next}`, by cursor and never by page number, so that a line entered meanwhile is neither shown twice nor
//! skipped.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;

/// Lines of a page where nobody asks for another number.
const USUAL: usize = 50;
/// Most lines of a page.
const MOST: usize = 200;

/// `?after=&limit=`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Lines wanted; at most 200.
    pub limit: Option<usize>,
}

impl After {
    /// Lines wanted, within bounds.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }

    /// The key after which to go on.
    ///
    /// # Errors
    /// `request.invalid` if it is none of ours.
    pub fn key(&self) -> Result<Option<Vec<u8>>, Refusal> {
        let decode = |text: &String| {
            hex::decode(text).map_err(|_| {
                Refusal::new("request.invalid", 400, "Trang danh sách đã cũ. Hãy tải lại trang.")
            })
        };
        self.after.as_ref().filter(|text| !text.is_empty()).map(decode).transpose()
    }
}

/// A key as `next` and `after` carry it.
pub fn cursor_text(key: &[u8]) -> String {
    hex::encode(key)
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Paged<T> {
    /// The lines.
    pub items: Vec<T>,
    /// `after` of the next page; none at the end.
    pub next: Option<String>,
}
