//! Wrong secrets, counted per address: a code or password cannot be guessed by trying.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Wrong tries from one address before it has to wait.
const MOST: u32 = 10;
/// How long wrong tries are remembered.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Addresses remembered; beyond it the map is swept.
const ADDRESSES: usize = 10_000;

/// What is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Secret {
    EnrolCode,
    Password,
}

/// Counts in memory: a restart forgives, which a person at the machine may need.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<(Secret, IpAddr), (u32, Instant)>>);

impl Attempts {
    /// How many minutes this address still has to wait; `None` if it may try.
    pub(crate) fn locked(&self, secret: Secret, from: IpAddr) -> Option<u64> {
        let counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (wrong, since) = *counts.get(&(secret, from))?;
        let left = WINDOW.checked_sub(since.elapsed())?;
        (wrong >= MOST).then(|| left.as_secs().div_ceil(60))
    }

    /// One more wrong try.
    pub(crate) fn wrong(&self, secret: Secret, from: IpAddr) {
        let mut counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if counts.len() >= ADDRESSES {
            counts.retain(|_, (_, since)| since.elapsed() < WINDOW);
        }
        let count = counts.entry((secret, from)).or_insert((0, Instant::now()));
        if count.1.elapsed() >= WINDOW {
            *count = (0, Instant::now());
        }
        count.0 += 1;
    }

    /// The right one: earlier mistakes are forgotten.
    pub(crate) fn right(&self, secret: Secret, from: IpAddr) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&(secret, from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_and_other_addresses_do_not() {
        let attempts = Attempts::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..MOST {
            assert_eq!(attempts.locked(Secret::Password, one), None);
            attempts.wrong(Secret::Password, one);
        }
        assert_eq!(attempts.locked(Secret::Password, one), Some(15));
        assert_eq!(attempts.locked(Secret::Password, other), None);
        assert_eq!(attempts.locked(Secret::EnrolCode, one), None);
        attempts.right(Secret::Password, one);
        assert_eq!(attempts.locked(Secret::Password, one), None);
    }
}
