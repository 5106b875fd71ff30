//! The office above: the box as the agent sees it, and the loop that keeps an agent running once the box has joined.
//!
//! What goes up is the journal itself; the only memory of the line is the journal's cursor `link` and the moment
//! the hub last said where it stands. What comes down becomes commands of the office, so that it is at rest before
//! the hub is asked for more.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use agent::{Agent, BoxFault, BoxSide, Enrolment, LinkState, Pace, ReadSeek};
use office::clock::ClockState;
use office::seals::Command as Seals;
use office::{Actor, Clock, Command, Desk, SystemClock, upkeep};
use tokio::runtime::Handle;
use wire::calls::{DownlinkItem, Message};
use wire::{Body, Entry, Head, JournalId, Scope, Sha256, Stamp};

use crate::App;
use crate::followers::live::Event;
use crate::link::Told;
use crate::seal::trust::understood;

/// Who the box is when it acts on the hub's word.
const OFFICE_ABOVE: Actor = Actor::Machine("cấp trên");
/// The cursor: up to here the hub holds our journal.
const CURSOR: &str = "link";
/// The note: when the hub last said so.
const ACKNOWLEDGED_AT: &str = "link.acknowledged_at";
/// Waiting documents are counted over this many entries at most; a longer backlog is said in entries.
const COUNTED_ENTRIES: usize = 2000;
const COUNTED_BYTES: usize = 8 << 20;

/// Waits until the box has joined, then runs the agent; begins anew when the box joins another hub.
pub(super) async fn follow(app: App) {
    let mut enrolment = app.link.enrolment();
    loop {
        let current = enrolment.borrow_and_update().clone();
        let Some(current) = current else {
            tokio::select! {
                () = app.stop.cancelled() => return,
                changed = enrolment.changed() => if changed.is_err() { return } else { continue },
            }
        };
        tokio::select! {
            () = app.stop.cancelled() => return,
            changed = enrolment.changed() => if changed.is_err() { return },
            () = joined(&app, &current) => {}
        }
    }
}

/// One enrolment's life: the agent, and its state for people.
async fn joined(app: &App, enrolment: &Enrolment) {
    let side = Arc::new(Side::of(app));
    let agent = match Agent::new(enrolment, side, Pace::default()) {
        Ok(agent) => agent,
        Err(error) => {
            tracing::error!(%error, "the enrolment cannot be used");
            let state = LinkState {
                phase: agent::Phase::Refused,
                last_error: Some((error.code(), error.to_string())),
                ..LinkState::default()
            };
            tell(app, state).await;
            return std::future::pending().await;
        }
    };
    let mut status = agent.status();
    let telling = async {
        loop {
            let state = status.borrow_and_update().clone();
            tell(app, state).await;
            if status.changed().await.is_err() {
                return;
            }
        }
    };
    let running = agent.run(app.desk.journal().tip(), app.link.send_now(), app.stop.clone());
    tokio::join!(telling, running);
}

/// Lets the pages know, where something they show has changed.
async fn tell(app: &App, state: LinkState) {
    let journal = app.desk.journal().clone();
    let counted = tokio::task::spawn_blocking(move || -> Result<_, journal::Fault> {
        let at = journal.recall(ACKNOWLEDGED_AT)?.and_then(|text| text.parse().ok()).map(Stamp::from_unix_ms);
        let held = journal.cursor(CURSOR)?;
        Ok((at, documents(&journal.read()?.entries(held, COUNTED_ENTRIES, COUNTED_BYTES)?)))
    })
    .await;
    let (acknowledged_at, waiting_documents) = match counted {
        Ok(Ok(counted)) => counted,
        Ok(Err(fault)) => {
            tracing::error!(%fault, "link: the journal does not answer");
            (None, 0)
        }
        Err(_) => return,
    };
    set_clock(app, &state).await;
    let today = app.today();
    if let Some(changed) = app.link.tell(Told { state, acknowledged_at, waiting_documents }, today) {
        app.live.tell(Event::Link(changed));
    }
}

/// While the box's own clock is not to be believed, the hub's is.
async fn set_clock(app: &App, state: &LinkState) {
    let Some(offset_ms) = state.hub_time_offset_ms else { return };
    if app.desk.clock().is_ok_and(|clock| clock.state == ClockState::Trusted) {
        return;
    }
    let right = Stamp::from_unix_ms(SystemClock.now().unix_ms().saturating_add(offset_ms));
    if let Err(error) =
        app.desk.execute(OFFICE_ABOVE, Command::Upkeep(upkeep::Command::SetClock { right })).await
    {
        tracing::warn!(%error, "the clock was not set by the hub");
    }
}

/// How many documents these entries are about, as far as the office above must know of them.
fn documents(entries: &[Entry]) -> u64 {
    let lines = entries.iter().filter_map(|entry| serde_json::from_str::<Body<'_>>(entry.body()?).ok()?.line);
    lines.map(|line| line.document).collect::<HashSet<_>>().len() as u64
}

/// The box as the agent sees it. Its calls come from blocking threads.
struct Side {
    desk: Desk,
    runtime: Handle,
    meant: Mutex<Meant>,
}

/// The blobs that entries of scope above name, as far as the journal has been read for them.
#[derive(Default)]
struct Meant {
    seq: u64,
    blobs: HashSet<Sha256>,
}

impl Side {
    fn of(app: &App) -> Self {
        Self { desk: app.desk.clone(), runtime: Handle::current(), meant: Mutex::default() }
    }

    /// Whether a blob is meant for above. The headers that go up name every blob - the unit's key file, pages nobody has
    /// filed yet - so a hub in wrong hands could ask for any of them.
    fn is_meant(&self, name: &Sha256) -> Result<bool, BoxFault> {
        let mut meant = self.meant.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = self.snapshot()?;
        loop {
            let entries =
                snapshot.entries(meant.seq, COUNTED_ENTRIES, COUNTED_BYTES).map_err(BoxFault::new)?;
            let Some(last) = entries.last() else { return Ok(meant.blobs.contains(name)) };
            meant.seq = last.header().seq;
            for entry in entries.iter().filter(|entry| entry.header().scope == Scope::Above) {
                meant.blobs.extend(&entry.header().blobs);
            }
        }
    }

    fn snapshot(&self) -> Result<journal::Snapshot, BoxFault> {
        self.desk.journal().read().map_err(BoxFault::new)
    }
}

impl Side {
    /// Judges by what the office above judges by. Idempotent: the downlink may be read twice after a power cut.
    fn trust(&self, name: &str, file: &[u8]) -> Result<(), BoxFault> {
        let parts = match understood(self.desk.journal(), file) {
            Ok(parts) => parts,
            Err(office::Error::Refusal(_)) => {
                tracing::warn!(name, "the office above sent a trust file that cannot be read");
                return Ok(());
            }
            Err(fault) => return Err(BoxFault::new(fault)),
        };
        let trust = Command::Seals(Seals::Trust { name: Some(name.to_owned()), parts });
        self.runtime.block_on(self.desk.execute(OFFICE_ABOVE, trust)).map_err(BoxFault::new)?;
        Ok(())
    }
}

impl BoxSide for Side {
    fn journal(&self) -> JournalId {
        self.desk.journal().id()
    }

    fn head(&self) -> Result<Head, BoxFault> {
        self.desk.journal().head().map_err(BoxFault::new)
    }

    fn entries(&self, after: u64, most: usize, most_bytes: usize) -> Result<Vec<Entry>, BoxFault> {
        let entries = self.snapshot()?.entries(after, most, most_bytes).map_err(BoxFault::new)?;
        Ok(entries.into_iter().map(Entry::for_above).collect())
    }

    fn open_blob(&self, name: &Sha256) -> Result<Option<(Box<dyn ReadSeek>, u64)>, BoxFault> {
        if !self.is_meant(name)? {
            tracing::error!(%name, "the hub asks for a blob that is none of its business");
            return Ok(None);
        }
        let Some(file) = self.desk.journal().blobs().open(name).map_err(BoxFault::new)? else {
            return Ok(None);
        };
        let bytes = file.metadata().map_err(BoxFault::new)?.len();
        Ok(Some((Box::new(file), bytes)))
    }

    fn acknowledged(&self, head: Head, hub_time: Stamp) -> Result<(), BoxFault> {
        let journal = self.desk.journal();
        journal.advance(CURSOR, head.seq).map_err(BoxFault::new)?;
        journal.remember(ACKNOWLEDGED_AT, &hub_time.unix_ms().to_string()).map_err(BoxFault::new)
    }

    fn downlink_seen(&self) -> Result<u64, BoxFault> {
        let snapshot = self.snapshot()?;
        office::link::rules::current(&snapshot).map(|line| line.heard).map_err(BoxFault::new)
    }

    fn receive(&self, items: &[DownlinkItem]) -> Result<(), BoxFault> {
        for item in items {
            if let Message::Trust { name, file } = &item.message {
                self.trust(name, file)?;
            }
        }
        let receive = Command::Link(office::link::Command::Receive { items: items.to_vec() });
        self.runtime.block_on(self.desk.execute(OFFICE_ABOVE, receive)).map_err(BoxFault::new)?;
        Ok(())
    }
}
