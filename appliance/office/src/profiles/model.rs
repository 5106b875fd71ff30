//! Row, commands and events of profiles.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kit::PersonRef;
use crate::scans::Settings;

/// A named way of scanning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id.
    pub id: Uuid,
    /// What the clerk calls it; one of a name per device.
    pub name: String,
    /// How it scans.
    pub settings: Settings,
    /// The button of the device that starts it; one profile per button.
    pub button: Option<String>,
    /// Whose the scans are that the button starts: whoever saved it last.
    pub saved_by: PersonRef,
    /// Counts changes.
    pub version: u64,
}

impl Entity for Profile {
    const KIND: &'static str = "profile";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// What can be asked.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Command {
    /// Keeps a new one, or changes one that is there.
    Save {
        /// Which, in the version seen; none for a new one.
        profile: Option<(Uuid, u64)>,
        /// Its name.
        name: String,
        /// How it scans.
        settings: Settings,
        /// The button.
        button: Option<String>,
    },
    /// Takes it away; scans made with it stay.
    Remove {
        /// Which.
        profile: Uuid,
        /// The version seen.
        version: u64,
    },
}

/// What happened to profiles. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
#[expect(missing_docs, reason = "each field is named as in the row")]
pub enum Event {
    #[serde(rename = "profile.saved")]
    Saved {
        profile: Uuid,
        name: String,
        settings: Settings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        button: Option<String>,
    },
    #[serde(rename = "profile.removed")]
    Removed { profile: Uuid },
}
