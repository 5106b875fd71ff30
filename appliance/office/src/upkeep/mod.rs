//! Upkeep: the box's clock.
//!
//! A box without a clock battery wakes in 1970. The head's browser, confirmed by the head, or the office above then
//! tells the time, and the audit keeps who did. The correction lives in memory: after the next power cut the machine's
//! own clock is asked first again.

pub mod http;

use journal::{Entity, Fault, Rows};
use serde::{Deserialize, Serialize};
use wire::Stamp;

use crate::clock::{ClockReading, ClockState, Now};
use crate::error::{Error, Refusal};
use crate::kit::Told;
use crate::rights::{Actor, Role};

/// What can be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Sets the box's clock while it is not trusted.
    SetClock {
        /// The right time.
        right: Stamp,
    },
}

/// What happened. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Event {
    /// The clock was set.
    #[serde(rename = "clock.set")]
    ClockSet {
        /// To this.
        right: Stamp,
        /// What it said before.
        was: Stamp,
    },
}

/// The latest time any entry bears; one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// That time.
    pub at: Stamp,
}

impl Latest {
    /// The id of the one row.
    pub const ID: &'static str = "latest";
}

impl Entity for Latest {
    const KIND: &'static str = "clock";

    fn id(&self) -> String {
        Self::ID.into()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// Keeps the latest time; setting the clock begins it anew.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, set: Option<&Event>) -> Result<(), Fault> {
    let latest = match (set, rows.get::<Latest>(Latest::ID)?) {
        (Some(Event::ClockSet { right, .. }), _) => *right,
        (None, Some(latest)) if latest.at >= told.at => return Ok(()),
        (None, _) => told.at,
    };
    rows.put(&Latest { at: latest })
}

/// Decides.
///
/// # Errors
/// A refusal: only the head or the link sets the clock, only while it is not trusted, and never to a day before this
/// version existed. A time before the last entry is taken: once a clock ran ahead by a year, only a person can say so.
pub fn decide(actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    let Command::SetClock { right } = command;
    if !matches!(actor, Actor::Machine(_)) {
        actor.must_be(&[Role::Head])?;
    }
    if now.clock.state == ClockState::Trusted {
        return Err(Refusal::new(
            "clock.trusted",
            409,
            "Giờ của máy đang đúng, không cần đặt lại. Hãy tải lại trang.",
        )
        .into());
    }
    if ClockReading::of(*right, None).state != ClockState::Trusted {
        return Err(Refusal::new(
            "clock.wrong",
            422,
            "Giờ trên máy bạn cũng chưa đúng. Hãy chỉnh giờ điện thoại hoặc máy tính rồi xác nhận lại.",
        )
        .into());
    }
    Ok(vec![Event::ClockSet { right: *right, was: now.stamp() }])
}
