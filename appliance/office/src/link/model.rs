//! Rows, commands and events of the link above.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Stamp;
use wire::calls::{DownlinkItem, Message};

/// The line above: one row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What the office above calls itself.
    pub hub_name: String,
    /// This unit's name at the hub.
    pub unit: Option<Uuid>,
    /// How far the hub's downlink has been heard.
    pub heard: u64,
}

impl Line {
    /// The id of the one row.
    pub const ID: &'static str = "line";
}

impl Entity for Line {
    const KIND: &'static str = "link";

    fn id(&self) -> String {
        Self::ID.into()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// Words of the office above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notice {
    /// Its place in the downlink.
    pub seq: u64,
    /// When it was said.
    #[schema(value_type = String)]
    pub at: Stamp,
    /// One line.
    pub title: String,
    /// The rest.
    pub text: String,
}

impl Entity for Notice {
    const KIND: &'static str = "notice";

    fn id(&self) -> String {
        format!("{:020}", self.seq)
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// What can be asked, by the box only.
#[derive(Debug, Clone)]
pub enum Command {
    /// The box joined a hub. A hub met for the first time begins a downlink of its own.
    Enrolled {
        /// What the office above calls itself.
        hub_name: String,
        /// This unit's name there.
        unit: Uuid,
    },
    /// The hub said these.
    Receive {
        /// In order.
        items: Vec<DownlinkItem>,
    },
}

/// What happened. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(missing_docs, reason = "each field is named as in the command")]
pub enum Event {
    #[serde(rename = "link.enrolled")]
    Enrolled { hub_name: String, unit: Uuid },
    #[serde(rename = "link.heard")]
    Heard { seq: u64, said_at: Stamp, message: Message },
}
