//! Time is distrusted: boxes have no clock battery.
//!
//! Order is the journal's `seq`; a clock only dates things. While it stands before the last entry or was never
//! set, the office gives no number, releases nothing and seals nothing, and says so on every page. The time is
//! then taken from the office above or from the head's confirmed browser ([`crate::upkeep`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;
use wire::Stamp;

use crate::error::Refusal;

/// No box of this version was running before: a clock that says so was never set. 2026-01-01 in Vietnam.
const NEVER_BEFORE_UNIX_MS: i64 = 1_767_200_400_000;

/// Nor will one run then: a clock beyond 2100-01-01 is a broken chip or a slip of the finger, and a book numbered in that
/// year could not be put right.
const NEVER_AFTER_UNIX_MS: i64 = 4_102_444_800_000;

/// A clock disciplined by NTP may step back by moments; that is not distrust.
const STEP_BACK_MS: i64 = 60_000;

/// Whether a box can have written this time with a clock that was set.
pub fn is_plausible(stamp: Stamp) -> bool {
    (NEVER_BEFORE_UNIX_MS..NEVER_AFTER_UNIX_MS).contains(&stamp.unix_ms())
}

/// Where the time comes from; tests hold it in their hand.
pub trait Clock: Send + Sync {
    /// The moment as this machine has it.
    fn now(&self) -> Stamp;
}

/// The machine's own clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Stamp::from_unix_ms(since.map_or(0, |past| i64::try_from(past.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// Whether the clock may date a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// It may.
    Trusted,
    /// It stands in 1970 or the like, or in a year no box will see.
    Unset,
    /// It stands before the last entry.
    Behind {
        /// The last entry's time.
        last: Stamp,
    },
}

/// What the clock says and whether to believe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The moment.
    pub now: Stamp,
    /// Whether it may date a number.
    pub state: ClockState,
}

impl ClockReading {
    /// Holds a moment against the last entry.
    pub fn of(now: Stamp, last: Option<Stamp>) -> Self {
        let state = match last {
            _ if !is_plausible(now) => ClockState::Unset,
            Some(last) if now.unix_ms() + STEP_BACK_MS < last.unix_ms() => ClockState::Behind { last },
            _ => ClockState::Trusted,
        };
        Self { now, state }
    }

    /// Refuses unless the clock may date a number.
    ///
    /// # Errors
    /// `clock.unset` or `clock.behind`.
    pub fn trusted(&self) -> Result<(), Refusal> {
        match self.state {
            ClockState::Trusted => Ok(()),
            ClockState::Unset => Err(Refusal::new(
                "clock.unset",
                422,
                "Máy chưa có giờ đúng nên chưa thể cho số hay đóng dấu. Nhờ hiệu trưởng bấm “Xác nhận giờ” ở đầu trang.",
            )),
            ClockState::Behind { last } => Err(Refusal::new(
                "clock.behind",
                422,
                format!(
                    "Đồng hồ của máy đang chậm hơn lần ghi sổ gần nhất ({}) nên chưa thể cho số hay đóng dấu. \
                     Nhờ hiệu trưởng bấm “Xác nhận giờ” ở đầu trang.",
                    last.in_vietnam().format("%H:%M ngày %d/%m/%Y")
                ),
            )),
        }
    }
}

/// For pages: the clock in words.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ClockView {
    /// `trusted`, `unset` or `behind`.
    pub state: String,
    /// What the box believes the time is.
    #[schema(value_type = String)]
    pub now: Stamp,
    /// With `behind`: the time of the last entry.
    #[schema(value_type = Option<String>)]
    pub last_entry: Option<Stamp>,
}

impl From<ClockReading> for ClockView {
    fn from(reading: ClockReading) -> Self {
        let (state, last_entry) = match reading.state {
            ClockState::Trusted => ("trusted", None),
            ClockState::Unset => ("unset", None),
            ClockState::Behind { last } => ("behind", Some(last)),
        };
        Self { state: state.into(), now: reading.now, last_entry }
    }
}

/// The box's clock: the machine's, corrected by what a trusted source said.
#[derive(Clone)]
pub(crate) struct Corrected {
    clock: Arc<dyn Clock>,
    correction_ms: Arc<AtomicI64>,
}

impl Corrected {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, correction_ms: Arc::new(AtomicI64::new(0)) }
    }

    pub(crate) fn now(&self) -> Stamp {
        Stamp::from_unix_ms(
            self.clock.now().unix_ms().saturating_add(self.correction_ms.load(Ordering::Relaxed)),
        )
    }

    pub(crate) fn set(&self, right: Stamp) {
        let correction_ms = right.unix_ms().saturating_sub(self.clock.now().unix_ms());
        self.correction_ms.store(correction_ms, Ordering::Relaxed);
    }
}

/// The `n`th of the names that follow a fresh one, for a command that begins several things; the 0th is the name itself.
/// A fresh name ends in 32 random bits or more, so that the few after it are nobody else's.
pub fn nth_id(first: Uuid, n: u32) -> Uuid {
    Uuid::from_u128(first.as_u128().wrapping_add(u128::from(n)))
}

/// Time and fresh names, handed to the rules so that they stay pure.
#[derive(Debug, Clone)]
pub struct Now {
    /// The clock's reading.
    pub clock: ClockReading,
    /// A name nobody has used yet.
    pub id: Uuid,
}

impl Now {
    /// The moment.
    pub fn stamp(&self) -> Stamp {
        self.clock.now
    }

    /// The day in Vietnam.
    pub fn today(&self) -> NaiveDate {
        self.clock.now.in_vietnam().date_naive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_believed_only_after_the_last_entry_and_after_it_was_set() {
        let noon = NEVER_BEFORE_UNIX_MS + 12 * 3_600_000;
        let at = Stamp::from_unix_ms;
        let cases = [
            (0, None, ClockState::Unset),
            (0, Some(noon), ClockState::Unset),
            (NEVER_BEFORE_UNIX_MS - 1, None, ClockState::Unset),
            (NEVER_BEFORE_UNIX_MS, None, ClockState::Trusted),
            (NEVER_AFTER_UNIX_MS - 1, None, ClockState::Trusted),
            (NEVER_AFTER_UNIX_MS, None, ClockState::Unset),
            (i64::MAX, Some(noon), ClockState::Unset),
            (noon, Some(noon), ClockState::Trusted),
            (noon - STEP_BACK_MS, Some(noon), ClockState::Trusted),
            (noon - STEP_BACK_MS - 1, Some(noon), ClockState::Behind { last: at(noon) }),
        ];
        for (now, last, expected) in cases {
            assert_eq!(ClockReading::of(at(now), last.map(at)).state, expected, "{now} after {last:?}");
        }
    }
}
