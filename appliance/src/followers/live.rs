//! Open browsers learn what changed: a topic and a seq, never data. The page asks again for what it shows, through
//! the same rights as always.

use std::sync::Arc;

use office::http::LinkBrief;
use serde::Serialize;
use tokio::sync::broadcast;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Nudges;
use crate::App;

/// Events a slow browser may lag behind before it is told "everything changed".
const WAITING_EVENTS: usize = 256;
/// Entries read at once.
const ENTRIES: usize = 500;
const ENTRY_BYTES: usize = 1 << 20;

/// One thing to tell browsers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Event {
    /// The journal moved.
    Changed(Changed),
    /// A page is coming in. Clerks only.
    Scan(Feeding),
    /// A page is at rest. Clerks only.
    Page(Kept),
    /// The link to the office above.
    Link(LinkBrief),
}

/// What the journal's new entries were about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Changed {
    /// Last entry meant.
    pub seq: u64,
    /// `letters`, `scans`, `profiles`, `accounts`, `unit`, `link`, `certificates`, `clock`; and `scanners`, which is not
    /// about entries: a scanner came or went, or a trouble with one.
    pub topics: Vec<&'static str>,
}

/// How far a page is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Feeding {
    /// The job.
    pub scan: Uuid,
    /// The page's id.
    pub page: u32,
    /// Lines read.
    pub lines_done: u32,
    /// Lines in all, where the scanner knows.
    pub lines_of: Option<u32>,
}

/// A page that is at rest.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Kept {
    /// The job.
    pub scan: Uuid,
    /// The page's id.
    pub number: u32,
    /// Its capture.
    pub capture: String,
}

/// Where events go out; every open browser has a receiver.
#[derive(Clone)]
pub struct Feed(broadcast::Sender<Arc<Event>>);

impl Feed {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(WAITING_EVENTS).0)
    }

    /// Tells every open browser; nobody listening is not an error.
    pub fn tell(&self, event: Event) {
        let _ = self.0.send(Arc::new(event));
    }

    /// From now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.subscribe()
    }
}

/// Reads new entries and tells their topics.
pub(super) async fn follow(app: App) {
    let mut after = *app.desk.journal().tip().borrow();
    let mut nudges = Nudges::of(&app);
    while nudges.next().await {
        while let Some(changed) = changed(&app, after).await {
            after = changed.seq;
            app.live.tell(Event::Changed(changed));
        }
    }
}

/// What the entries after `after` were about; none when there are none.
pub(crate) async fn changed(app: &App, after: u64) -> Option<Changed> {
    let journal = app.desk.journal().clone();
    let read =
        tokio::task::spawn_blocking(move || journal.read()?.entries(after, ENTRIES, ENTRY_BYTES)).await;
    let entries = match read {
        Ok(Ok(entries)) => entries,
        Ok(Err(fault)) => {
            tracing::error!(%fault, "live: the journal does not answer");
            return None;
        }
        Err(_) => return None,
    };
    let seq = entries.last()?.header().seq;
    let mut topics: Vec<_> = entries.iter().filter_map(|entry| topic(entry.body()?)).collect();
    topics.sort_unstable();
    topics.dedup();
    Some(Changed { seq, topics })
}

/// What a body is about; a body of a newer program is about nothing we could show.
fn topic(body: &str) -> Option<&'static str> {
    let body = serde_json::from_str::<wire::Body<'_>>(body).ok()?;
    Some(office::catalog::Event::parse(body.event.get()).ok()?.topic())
}
