//! Row, commands and events of delegations.

use chrono::NaiveDate;
use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kit::PersonRef;
use crate::letters::signing::Capacity;

/// The right to sign in the head's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delegation {
    /// Its name here.
    pub id: Uuid,
    /// Who gave it.
    pub from: PersonRef,
    /// Who signs.
    pub to: PersonRef,
    /// KT., TL., TUQ., TM. or Q.
    pub capacity: Capacity,
    /// Her title as it stands under the capacity: PHÓ HIỆU TRƯỞNG.
    pub title: String,
    /// First day.
    pub from_day: NaiveDate,
    /// Last day; none until it is taken back.
    pub until_day: Option<NaiveDate>,
    /// What for; an authorisation says it.
    pub scope: String,
    /// Taken back.
    pub ended: bool,
}

impl Delegation {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        !self.ended && self.from_day <= day && self.until_day.is_none_or(|until| day <= until)
    }
}

impl Entity for Delegation {
    const KIND: &'static str = "delegation";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("to", self.to.id.to_string().into_bytes())]
    }
}

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Gives the right.
    Grant(Grant),
    /// Takes it back.
    End {
        /// Which.
        delegation: Uuid,
    },
}

/// A right as the head writes it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Grant {
    /// Who signs.
    pub to: Uuid,
    /// In which capacity.
    pub capacity: Capacity,
    /// Her title.
    pub title: String,
    /// First day; today where none is named.
    pub from_day: Option<NaiveDate>,
    /// Last day.
    pub until_day: Option<NaiveDate>,
    /// What for.
    #[serde(default)]
    pub scope: String,
}

/// What happened. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the row")]
pub enum Event {
    #[serde(rename = "delegation.granted")]
    Granted {
        delegation: Uuid,
        from: PersonRef,
        to: PersonRef,
        capacity: Capacity,
        title: String,
        from_day: NaiveDate,
        until_day: Option<NaiveDate>,
        scope: String,
    },
    #[serde(rename = "delegation.ended")]
    Ended { delegation: Uuid },
}
