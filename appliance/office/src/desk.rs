//! The desk: the one way to write.
//!
//! ```text
//! Command ─→ execute:  1 begin the write transaction  2 read the clock and the rows  3 decide (pure)
//!                      4 append + project each event  5 state the register lines that changed  6 commit
//! ```
//!
//! All of it is one transaction: entry, rows, indexes and number are on the disk together or not at all, and a
//! number not committed is given again. Nobody else writes rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use journal::{Journal, OpenError, Projection, Snapshot, Txn};
use uuid::Uuid;
use wire::{RegisterLine, Scope};

use crate::accounts::lockout::Lockout;
use crate::catalog::{self, Body, Command, Event};
use crate::clock::{Clock, ClockReading, Corrected, Now};
use crate::error::Error;
use crate::letters::{self, Letter};
use crate::rights::{Actor, Author};
use crate::sessions::Sessions;
use crate::upkeep::{self, Latest};

/// What came of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The journal's last entry after it.
    pub seq: u64,
    /// The thing it began, where it began one.
    pub id: Option<Uuid>,
}

/// The records office of one unit. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    journal: Journal,
    clock: Corrected,
    pub(crate) lockout: Arc<Lockout>,
    pub(crate) sessions: Arc<Sessions>,
}

impl Desk {
    /// Opens the office kept in `dir`, or an empty one.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let journal = Journal::open(dir, Self::projection())?;
        Ok(Self {
            journal,
            clock: Corrected::new(clock),
            lockout: Arc::new(Lockout::default()),
            sessions: Arc::new(Sessions::default()),
        })
    }

    /// How entries become rows; for `vanthu check` and `vanthu rebuild`.
    pub fn projection() -> Projection {
        Projection { version: catalog::ROWS_VERSION, project: catalog::project }
    }

    /// The journal under the desk.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What the clock says now, held against the last entry.
    ///
    /// # Errors
    /// If the store fails.
    pub fn clock(&self) -> Result<ClockReading, Error> {
        let latest: Option<Latest> = self.journal.read()?.get(Latest::ID)?;
        Ok(ClockReading::of(self.clock.now(), latest.map(|latest| latest.at)))
    }

    /// What the clock says, believed or not.
    pub fn now(&self) -> wire::Stamp {
        self.clock.now()
    }

    /// Does what `actor` asks, durably, or refuses.
    ///
    /// # Errors
    /// A refusal; or a fault, and then nothing has happened.
    pub async fn execute(&self, actor: Actor, command: Command) -> Result<Done, Error> {
        let desk = self.clone();
        off_the_loop(move || desk.execute_here(&actor, &command)).await
    }

    /// [`Desk::execute`] for callers that may block.
    ///
    /// # Errors
    /// As there.
    pub fn execute_here(&self, actor: &Actor, command: &Command) -> Result<Done, Error> {
        let done = self.journal.write(|txn| {
            let latest: Option<Latest> = txn.rows().get(Latest::ID)?;
            let clock = ClockReading::of(self.clock.now(), latest.map(|latest| latest.at));
            let now = Now { clock, id: Uuid::now_v7() };
            let events = catalog::decide(txn.rows(), actor, command, &now)?;
            let before = lines(txn, &events)?;
            let author = actor.author();
            for event in &events {
                append(txn, &now, &author, None, event.clone())?;
            }
            for (id, line) in changed(txn, before)? {
                let event = letters::Event::LineStated { letter: id }.into();
                append(txn, &now, &author, Some(line), event)?;
            }
            Ok::<_, Error>((Done { seq: txn.head().seq, id: begun(command, &now) }, events))
        });
        let (done, events) = done?;
        for event in events {
            if let Event::Upkeep(upkeep::Event::ClockSet { right, .. }) = event {
                self.clock.set(right);
            }
        }
        Ok(done)
    }

    /// Reads one consistent state.
    ///
    /// # Errors
    /// What `look` says, or the store's fault.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Snapshot) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let desk = self.clone();
        off_the_loop(move || look(&desk.journal.read()?)).await
    }
}

/// Runs work that waits for the disk on a thread of its own.
pub(crate) async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|e| Err(Error::Broken(format!("a worker thread died: {e}"))))
}

/// The id of what a command begins: chosen by the page where it chose one.
fn begun(command: &Command, now: &Now) -> Option<Uuid> {
    match command {
        Command::Letters(letters::Command::Register(form)) => Some(form.id.unwrap_or(now.id)),
        Command::Letters(letters::Command::Draft(form)) => Some(form.id.unwrap_or(now.id)),
        _ => Some(now.id),
    }
}

/// The register lines the events may change, as they stand before.
fn lines(txn: &Txn<'_>, events: &[Event]) -> Result<BTreeMap<Uuid, Option<RegisterLine>>, Error> {
    let mut before = BTreeMap::new();
    for event in events {
        if let Event::Letters(event) = event {
            let letter: Option<Letter> = txn.rows().get(&event.letter().to_string())?;
            before.insert(event.letter(), letter.as_ref().and_then(Letter::line));
        }
    }
    Ok(before)
}

/// Those that stand otherwise now.
fn changed(
    txn: &Txn<'_>,
    before: BTreeMap<Uuid, Option<RegisterLine>>,
) -> Result<Vec<(Uuid, RegisterLine)>, Error> {
    let mut changed = Vec::new();
    for (id, old) in before {
        let letter: Option<Letter> = txn.rows().get(&id.to_string())?;
        match letter.as_ref().and_then(Letter::line) {
            Some(line) if Some(&line) != old.as_ref() => changed.push((id, line)),
            _ => {}
        }
    }
    Ok(changed)
}

fn append(
    txn: &mut Txn<'_>,
    now: &Now,
    author: &Author,
    line: Option<RegisterLine>,
    event: Event,
) -> Result<(), Error> {
    // What leaves the box is the register line and the document it names; all else stays.
    let scope = if line.is_some() { Scope::Above } else { Scope::Local };
    let blobs = line.as_ref().map_or_else(|| event.blobs(), |line| line.files().collect());
    let body = Body { by: author.clone(), line, event };
    let text = serde_json::to_string(&body).map_err(|e| Error::Broken(format!("writing an entry: {e}")))?;
    txn.append(now.stamp(), scope, text, blobs)?;
    Ok(())
}
