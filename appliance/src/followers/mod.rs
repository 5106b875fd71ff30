//! Loops that read the journal after their own place in it and act.
//!
//! A nudge (the journal's tip moved) only wakes; a timer repairs a nudge that was lost; the work asks the journal
//! what there is to do and takes no other input, so that it can be interrupted anywhere and begun again.
//!
//! - [`live`]: what changed, for open browsers
//! - [`sight`]: looks at pages, lets marked stacks fall apart
//! - [`search`]: what can be found
//! - [`reading`]: has the words of pages read
//! - [`describe`]: what the register says, and words read late, into the files of documents
//! - [`seal`]: carries out signing requests whose key was unlocked
//! - [`levels`]: completes signatures when a line exists
//! - [`verify`]: judges the signatures of what came in
//! - [`link`]: the office above
//!
//! Beside them, once after each start, orphaned blobs are swept.

pub(crate) mod describe;
mod later;
mod levels;
pub(crate) mod link;
pub(crate) mod live;
pub(crate) mod reading;
pub(crate) mod seal;
pub(crate) mod search;
pub(crate) mod sight;
pub(crate) mod verify;

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;

/// Longest a lost nudge stays unnoticed.
const REPAIR: Duration = Duration::from_secs(30);

/// Starts all followers of a box.
pub(crate) fn start(app: &App, tasks: &TaskTracker) {
    tasks.spawn(live::follow(app.clone()));
    tasks.spawn(sight::follow(app.clone()));
    tasks.spawn(app.scans.clone().follow_profiles());
    tasks.spawn(reading::follow(app.clone()));
    tasks.spawn(describe::follow(app.clone()));
    tasks.spawn(seal::follow(app.clone()));
    tasks.spawn(levels::follow(app.clone()));
    tasks.spawn(verify::follow(app.clone()));
    tasks.spawn(search::follow(app.clone()));
    tasks.spawn(link::follow(app.clone()));
    tasks.spawn(sweep(app.clone()));
}

/// What a body says of the scan desk; a body of a newer program is about nothing we could do.
fn scan_event(body: &str) -> Option<office::scans::Event> {
    let body = serde_json::from_str::<wire::Body<'_>>(body).ok()?;
    match office::catalog::Event::parse(body.event.get()).ok()? {
        office::catalog::Event::Scans(event) => Some(event),
        _ => None,
    }
}

/// Once after each start: blobs that no entry names - refused uploads, work a power cut left half done - go.
async fn sweep(app: App) {
    let journal = app.desk.journal().clone();
    match crate::blocking(move || journal.sweep()).await {
        Ok(Ok(swept)) if swept.blobs > 0 => {
            tracing::info!(blobs = swept.blobs, bytes = swept.bytes, "orphans were swept");
        }
        Ok(Ok(_)) => {}
        Ok(Err(fault)) => tracing::error!(%fault, "orphans were not swept"),
        Err(error) => tracing::error!(%error, "orphans were not swept"),
    }
}

/// Says when to look: at once, at every nudge, and at least every 30 s.
struct Nudges {
    tip: watch::Receiver<u64>,
    stop: CancellationToken,
    begun: bool,
}

impl Nudges {
    fn of(app: &App) -> Self {
        Self { tip: app.desk.journal().tip(), stop: app.stop.clone(), begun: false }
    }

    /// True when it is time to look, false when the box stops.
    async fn next(&mut self) -> bool {
        if self.begun {
            tokio::select! {
                () = self.stop.cancelled() => return false,
                moved = self.tip.changed() => if moved.is_err() { return false },
                () = tokio::time::sleep(REPAIR) => {}
            }
        }
        self.begun = true;
        // Before the work: a nudge that comes during it must wake us again.
        self.tip.borrow_and_update();
        !self.stop.is_cancelled()
    }
}
