//! How long to wait after a failure: doubling, with jitter, so that a thousand boxes do not knock at the same
//! moment when a province's line comes back.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

/// The patience of an agent. Everybody uses the default; tests shorten it.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Wait after the first failure.
    pub first_wait: Duration,
    /// Longest wait between two tries.
    pub longest_wait: Duration,
    /// Longest wait for an answer, apart from the time the bytes sent need on a slow line.
    pub answer: Duration,
    /// A round is made this often even if nothing nudged: repairs whatever was overlooked.
    pub repair: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_secs(300),
            answer: Duration::from_secs(30),
            repair: Duration::from_secs(300),
        }
    }
}

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Something worked: the next failure waits shortly again.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure.
    pub(crate) fn next(&mut self, pace: &Pace) -> Duration {
        let wait = wait_after(pace, self.failures, jitter());
        self.failures = self.failures.saturating_add(1);
        wait
    }
}

/// Between the full step and half more of it, never beyond the longest.
fn wait_after(pace: &Pace, failures: u32, jitter: f64) -> Duration {
    let step = pace.first_wait.saturating_mul(1 << failures.min(16));
    step.mul_f64(1.0 + jitter / 2.0).min(pace.longest_wait)
}

/// From 0 to 1. Without a source of chance the boxes knock together, which is only impolite.
fn jitter() -> f64 {
    let mut byte = [0];
    SystemRandom::new().fill(&mut byte).map_or(0.0, |()| f64::from(byte[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_two_seconds_to_five_minutes() {
        let pace = Pace::default();
        for (failures, jitter, seconds) in
            [(0, 0.0, 2), (0, 1.0, 3), (1, 0.0, 4), (5, 0.0, 64), (7, 1.0, 300), (40, 0.0, 300)]
        {
            assert_eq!(
                wait_after(&pace, failures, jitter),
                Duration::from_secs(seconds),
                "{failures} failures"
            );
        }
    }
}
