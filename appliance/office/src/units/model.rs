//! Row, command and event of the unit.

use journal::Entity;
use serde::{Deserialize, Serialize};

/// What a unit says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = UnitFacts)]
pub struct Facts {
    /// Trường THCS Hoa Phượng.
    pub name: String,
    /// The body above it on the letterhead: Ủy ban nhân dân xã Bình An.
    #[serde(default)]
    pub parent_name: String,
    /// Address under the letterhead and at the door.
    #[serde(default)]
    pub address_line: String,
    /// Viết tắt in symbols, set by the head (appendix I): `THCSHP`.
    pub abbreviation: String,
    /// Địa danh on the date line: Bình An.
    #[serde(default)]
    pub place: String,
}

/// The one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// What it says of itself.
    pub facts: Facts,
    /// Counts amendments.
    pub version: u64,
}

impl Unit {
    /// The id of the one row.
    pub const ID: &'static str = "unit";
}

impl Entity for Unit {
    const KIND: &'static str = "unit";

    fn id(&self) -> String {
        Self::ID.into()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Names the unit, at set-up.
    Found {
        /// What it says of itself.
        facts: Facts,
    },
    /// Mends the facts.
    Amend {
        /// The version seen.
        version: u64,
        /// All of them anew.
        facts: Facts,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Event {
    /// The box was set up for this unit.
    #[serde(rename = "unit.founded")]
    Founded {
        /// What it says of itself.
        facts: Facts,
    },
    /// Its facts changed; papers of before keep the old ones.
    #[serde(rename = "unit.amended")]
    Amended {
        /// All of them anew.
        facts: Facts,
    },
}
