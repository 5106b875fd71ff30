//! Shapes that several domains share.

pub mod text;

use journal::{Entity, Fault, Page, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Stamp;

use crate::rights::Author;

/// What a projection knows of the entry it applies, besides the event.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// The entry's place in the journal.
    pub seq: u64,
    /// The box's clock then.
    pub at: Stamp,
    /// Who did it.
    pub by: &'a Author,
}

/// A person as named in a row: the id, and the name as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonRef {
    /// The account.
    pub id: Uuid,
    /// The name as it was then.
    pub name: String,
}

/// Entries of one page of a walk through an index.
const STRIDE: usize = 500;

/// Every row under a key of an index, in the order of the index.
///
/// # Errors
/// If the store fails.
pub fn all_under<E: Entity>(rows: &Rows<'_>, index: &str, key: &[u8]) -> Result<Vec<E>, Fault> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = rows.list::<E>(Page::of(index, key, STRIDE).after(after))?;
        found.extend(page);
        if next.is_none() {
            return Ok(found);
        }
        after = next;
    }
}
