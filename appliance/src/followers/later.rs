//! What a follower tries again later: a file that cannot go on must not hold up the others, nor be tried at every nudge.
//! In memory: after a restart everything is tried at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use wire::Sha256;

/// First wait; doubled up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// What will hardly be otherwise before somebody does something about it, or what costs the unit money.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Files that are tried again later.
#[derive(Default)]
pub(super) struct Later(HashMap<Sha256, (Instant, Duration)>);

impl Later {
    /// Whether its time has come; so it is for a file that was never put off.
    pub(super) fn is_due(&self, file: Sha256) -> bool {
        self.0.get(&file).is_none_or(|(at, _)| *at <= Instant::now())
    }

    /// For a minute, and each time for twice as long, up to an hour.
    pub(super) fn put_off(&mut self, file: Sha256) {
        let pause = self.0.get(&file).map_or(SHORTEST, |(_, pause)| (*pause * 2).min(LONGEST));
        self.0.insert(file, (Instant::now() + pause, pause));
    }

    /// For a day.
    pub(super) fn put_off_for_a_day(&mut self, file: Sha256) {
        self.0.insert(file, (Instant::now() + DAY, SHORTEST));
    }

    /// It went well.
    pub(super) fn forget(&mut self, file: Sha256) {
        self.0.remove(&file);
    }

    /// Everything is tried at once.
    pub(super) fn begin_anew(&mut self) {
        self.0.clear();
    }
}
