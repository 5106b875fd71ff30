//! Who is at work, and for how long without a touch.
//!
//! Sessions themselves are journalled ([`crate::accounts`]), so that a power cut signs nobody out. When they were last
//! used is kept in memory by the machine's uptime, which runs on where the wall clock jumps.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use wire::Sha256;

/// A working day without a touch ends a session (S1: log out on idle).
const IDLE: Duration = Duration::from_secs(8 * 3600);
/// However busy, a week ends it.
pub(crate) const LONGEST_MS: i64 = 7 * 24 * 3_600_000;

/// When each session was last used.
#[derive(Default)]
pub struct Sessions {
    touched: Mutex<HashMap<Sha256, Instant>>,
}

impl Sessions {
    /// Notes a use; false where the session was left alone too long. A session not seen since the box started counts
    /// from now.
    pub(crate) fn touch(&self, token: Sha256, now: Instant) -> bool {
        let mut touched = self.touched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match touched.insert(token, now) {
            Some(before) if now.saturating_duration_since(before) > IDLE => {
                touched.insert(token, before);
                false
            }
            _ => true,
        }
    }

    /// Forgets a session that ended.
    pub(crate) fn forget(&self, token: &Sha256) {
        self.touched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_working_day_without_a_touch_ends_a_session() {
        let (sessions, start, token) = (Sessions::default(), Instant::now(), Sha256::of(b"cookie"));
        assert!(sessions.touch(token, start));
        assert!(sessions.touch(token, start + IDLE));
        assert!(!sessions.touch(token, start + IDLE * 2 + Duration::from_secs(1)));
        assert!(
            !sessions.touch(token, start + IDLE * 2 + Duration::from_secs(2)),
            "asking again does not revive it"
        );
    }
}
