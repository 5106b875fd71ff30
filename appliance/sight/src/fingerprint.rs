//! Knows a sheet again.

use serde::{Deserialize, Serialize};

/// What a sheet looks like, in a few hundred to a few thousand letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Whether this is the same sheet.
    pub fn same_sheet(&self, _other: &Fingerprint) -> bool {
        false
    }
    pub(crate) fn of(_paper: &crate::paper::Paper, _inks: &crate::ink::Inks, _skew_degrees: f32) -> Self {
        Self(String::new())
    }
}
