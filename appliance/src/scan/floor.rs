//! Who is at the machines. A look for scanners opens every one of them, so it waits until no sheet moves, sends away
//! whoever only watches buttons, and makes a scan that is asked for meanwhile wait for the seconds it takes.
//!
//! ```text
//! scan    waits while somebody looks; scans on other machines do not matter to it
//! watch   as scan, and goes when it is told
//! read    tesseract, that is: not while a scan is under way, and stops when one begins
//! look    not at all while a scan is under way; else sends the watchers away and waits for them
//! ```

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The floor of a scan desk. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(super) struct Floor(watch::Sender<State>);

#[derive(Default)]
struct State {
    scanning: usize,
    watching: usize,
    looking: bool,
    /// Scans that wait for the end of the look.
    waiting: usize,
    /// How many ever asked to scan.
    asked: u64,
    /// Sends away those who watch.
    hush: CancellationToken,
}

/// A right to be there, given back by dropping.
pub(super) struct Here {
    floor: Floor,
    leave: fn(&mut State),
}

impl Drop for Here {
    fn drop(&mut self) {
        self.floor.0.send_modify(self.leave);
    }
}

impl Default for Floor {
    fn default() -> Self {
        Self(watch::Sender::new(State::default()))
    }
}

impl Floor {
    /// To scan. May be given up.
    pub(super) async fn to_scan(&self) -> Here {
        self.0.send_modify(|state| (state.waiting, state.asked) = (state.waiting + 1, state.asked + 1));
        let _waiting = Here { floor: self.clone(), leave: |state| state.waiting -= 1 };
        self.enter(|state| state.scanning += 1, |state| state.scanning -= 1).await.0
    }

    /// To watch buttons, until the token fires; the right must then be given back at once.
    pub(super) async fn to_watch(&self) -> (Here, CancellationToken) {
        self.enter(|state| state.watching += 1, |state| state.watching -= 1).await
    }

    /// To look for scanners; nothing while a scan is under way or somebody looks already.
    pub(super) async fn to_look(&self) -> Option<Here> {
        let mut entered = false;
        self.0.send_if_modified(|state| {
            entered = state.scanning == 0 && !state.looking;
            if entered {
                state.looking = true;
                std::mem::take(&mut state.hush).cancel();
            }
            entered
        });
        if !entered {
            return None;
        }
        let here = Here { floor: self.clone(), leave: |state| state.looking = false };
        let _ = self.0.subscribe().wait_for(|state| state.watching == 0).await;
        Some(here)
    }

    /// Resolves when nobody looks.
    pub(super) async fn looked(&self) {
        let _ = self.0.subscribe().wait_for(|state| !state.looking).await;
    }

    /// Resolves when nobody scans or is about to.
    pub(super) async fn still(&self) {
        let _ = self.0.subscribe().wait_for(|state| state.scanning + state.waiting == 0).await;
    }

    /// Resolves when somebody scans or is about to, or did since, however briefly.
    pub(super) async fn moving(&self) {
        let mut changes = self.0.subscribe();
        let before = changes.borrow().asked;
        let _ = changes.wait_for(|state| state.scanning + state.waiting > 0 || state.asked != before).await;
    }

    /// Resolves when a scan waits for the end of the look.
    pub(super) async fn wanted(&self) {
        let _ = self.0.subscribe().wait_for(|state| state.waiting > 0).await;
    }

    async fn enter(&self, come: fn(&mut State), leave: fn(&mut State)) -> (Here, CancellationToken) {
        let mut changes = self.0.subscribe();
        loop {
            let mut entered = None;
            self.0.send_if_modified(|state| {
                if !state.looking {
                    come(state);
                    // Taken in the same breath: the next look sends away whoever it finds.
                    entered = Some(state.hush.clone());
                }
                entered.is_some()
            });
            if let Some(hush) = entered {
                return (Here { floor: self.clone(), leave }, hush);
            }
            let _ = changes.wait_for(|state| !state.looking).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_look_never_meets_a_scan_and_sends_watchers_away() {
        let floor = Floor::default();
        let (watcher, hush) = floor.to_watch().await;
        let (one, two) = (floor.to_scan().await, floor.to_scan().await);
        assert!(floor.to_look().await.is_none() && !hush.is_cancelled());
        drop(one);
        assert!(floor.to_look().await.is_none(), "the other machine is still at work");
        drop(two);

        let looking = {
            let floor = floor.clone();
            tokio::spawn(async move { floor.to_look().await })
        };
        tokio::time::timeout(DEADLINE, hush.cancelled()).await.unwrap();
        assert!(floor.to_look().await.is_none(), "one look at a time");
        let scan = {
            let floor = floor.clone();
            tokio::spawn(async move { floor.to_scan().await })
        };
        tokio::time::timeout(DEADLINE, floor.wanted()).await.unwrap();
        drop(watcher);
        let looking = tokio::time::timeout(DEADLINE, looking).await.unwrap().unwrap();
        assert!(looking.is_some());
        drop(looking);
        let scan = tokio::time::timeout(DEADLINE, scan).await.unwrap().unwrap();
        assert!(floor.to_look().await.is_none());
        drop(scan);
        tokio::time::timeout(DEADLINE, floor.looked()).await.unwrap();
    }
}
