//! When a file in a shared folder is done: nobody tells, so it must have stood still for a while. A copier that pauses
//! between two sheets leaves a file that ends too early; such a one is given a minute.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant, SystemTime};

/// Size and time of change have stood still for so long.
const STILL_FOR: Duration = Duration::from_secs(3);
/// The same for a file that ends too early.
const HALF_STILL_FOR: Duration = Duration::from_secs(60);

/// A file that waits in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) name: OsString,
    pub(super) bytes: u64,
    pub(super) changed: SystemTime,
}

/// A file that stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Still {
    pub(super) name: OsString,
    pub(super) bytes: u64,
    pub(super) changed: SystemTime,
    /// It stood still for so long that it will not become whole any more.
    pub(super) is_final: bool,
}

/// What was seen of each file, and since when. Counts by the machine's own clock: the share's may be anything.
#[derive(Default)]
pub(super) struct Watch(HashMap<OsString, Seen>);

struct Seen {
    bytes: u64,
    changed: SystemTime,
    since: Instant,
    is_half: bool,
}

impl Watch {
    /// Those that stand still, the oldest first: a stack keeps its order.
    pub(super) fn still(&mut self, waiting: Vec<Waiting>, now: Instant) -> Vec<Still> {
        let mut seen = HashMap::with_capacity(waiting.len());
        let mut still = Vec::new();
        for Waiting { name, bytes, changed } in waiting {
            let before = self.0.remove(&name);
            let before = before.filter(|before| (before.bytes, before.changed) == (bytes, changed));
            let now_seen = before.unwrap_or(Seen { bytes, changed, since: now, is_half: false });
            let stood = now.saturating_duration_since(now_seen.since);
            let enough = if now_seen.is_half { HALF_STILL_FOR } else { STILL_FOR };
            if stood >= enough {
                let is_final = stood >= HALF_STILL_FOR;
                still.push(Still { name: name.clone(), bytes, changed, is_final });
            }
            seen.insert(name, now_seen);
        }
        self.0 = seen;
        still.sort_by(|a, b| (a.changed, &a.name).cmp(&(b.changed, &b.name)));
        still
    }

    /// This one ends too early: it is left alone until it changes or a minute has gone by.
    pub(super) fn be_patient(&mut self, name: &OsStr) {
        if let Some(seen) = self.0.get_mut(name) {
            seen.is_half = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: u64, changed: u64) -> Waiting {
        Waiting { name: name.into(), bytes, changed: SystemTime::UNIX_EPOCH + Duration::from_secs(changed) }
    }

    #[test]
    fn a_file_is_done_when_size_and_time_stand_still() {
        let begin = Instant::now();
        let mut watch = Watch::default();
        let mut look = |seconds: u64, files: Vec<Waiting>| -> Vec<(String, bool)> {
            let still = watch.still(files, begin + Duration::from_secs(seconds));
            still.into_iter().map(|file| (file.name.into_string().unwrap(), file.is_final)).collect()
        };
        let done = |name: &str| vec![(name.to_owned(), false)];
        assert_eq!(look(0, vec![file("a", 10, 5)]), []);
        assert_eq!(look(2, vec![file("a", 20, 5)]), [], "it grew");
        assert_eq!(look(4, vec![file("a", 20, 7)]), [], "it was written to");
        assert_eq!(look(6, vec![file("a", 20, 7)]), []);
        assert_eq!(look(7, vec![file("a", 20, 7)]), done("a"));
        assert_eq!(look(8, vec![]), []);
        assert_eq!(look(9, vec![file("a", 20, 7)]), [], "another of that name begins anew");
        // The oldest first, however the folder lists them.
        look(10, vec![file("c", 1, 3), file("b", 1, 2), file("d", 1, 2)]);
        let order: Vec<_> = look(13, vec![file("c", 1, 3), file("b", 1, 2), file("d", 1, 2)]);
        assert_eq!(order.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "d", "c"]);
    }

    #[test]
    fn a_file_that_ends_too_early_is_given_a_minute() {
        let begin = Instant::now();
        let mut watch = Watch::default();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let half = || vec![file("a", 10, 5)];
        watch.still(half(), at(0));
        assert_eq!(watch.still(half(), at(3)).len(), 1);
        watch.be_patient(OsStr::new("a"));
        assert!(watch.still(half(), at(30)).is_empty());
        assert!(watch.still(half(), at(60))[0].is_final);
        // The next sheet has come.
        let grown = || vec![file("a", 99, 40)];
        assert!(watch.still(grown(), at(61)).is_empty());
        assert!(!watch.still(grown(), at(64))[0].is_final);
    }
}
