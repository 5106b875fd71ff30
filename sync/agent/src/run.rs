//! The loop: a round, then listening, then a round.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use wire::calls::{BATCH_ENTRIES, Held, PIECE_BYTES};
use wire::{Head, JournalId, Sha256, Stamp};

use crate::backoff::Backoff;
use crate::blobs::{self, Turn};
use crate::client::Client;
use crate::status::box_time;
use crate::{AgentError, BoxFault, BoxSide, Enrolment, LinkState, Pace, Phase, pull, push};

/// What one round did.
#[derive(Debug, Default)]
pub struct Round {
    /// Entries sent.
    pub sent_entries: u64,
    /// Blobs that became whole above.
    pub sent_blobs: u64,
    /// Downlink items received.
    pub received: u64,
    /// Blobs that could not be sent, each for its own reason; everything else went on.
    pub left: Vec<(Sha256, AgentError)>,
}

/// One full round: all entries, all blobs, all words of the hub.
///
/// # Errors
/// [`AgentError`] for what stopped it; what was acknowledged until then stays acknowledged.
pub async fn sync_once(enrolment: &Enrolment, side: Arc<dyn BoxSide>) -> Result<Round, AgentError> {
    let mut agent = Agent::new(enrolment, side, Pace::default())?;
    agent.link.run_round().await?;
    Ok(std::mem::take(&mut agent.link.round))
}

/// Keeps one box and its hub together.
pub struct Agent {
    link: Link,
    pace: Pace,
    state: watch::Receiver<LinkState>,
}

impl Agent {
    /// An agent that has not yet said a word.
    ///
    /// # Errors
    /// If the enrolment's address or key cannot be used.
    pub fn new(enrolment: &Enrolment, side: Arc<dyn BoxSide>, pace: Pace) -> Result<Self, AgentError> {
        let (status, state) = watch::channel(LinkState::default());
        let link = Link {
            client: Client::new(enrolment, &pace)?,
            side,
            status,
            tip: None,
            noted: None,
            batch_entries: BATCH_ENTRIES,
            piece_bytes: PIECE_BYTES,
            round: Round::default(),
            whole: HashSet::new(),
        };
        Ok(Self { link, pace, state })
    }

    /// The state of the link, now and whenever it changes.
    pub fn status(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    /// Runs until `stop`. `tip` moves when the journal grew; `now` is a person's "gửi ngay", which ends any
    /// waiting and lifts the halt after a fork for one more try.
    pub async fn run(mut self, tip: watch::Receiver<u64>, now: Arc<Notify>, stop: CancellationToken) {
        self.link.tip = Some(tip);
        let ended = stop.clone();
        // Dropping a round or a wait in the middle is what a power cut does, only kinder.
        tokio::select! {
            () = ended.cancelled() => {}
            () = self.keep_together(&now) => {}
        }
    }

    async fn keep_together(&mut self, now: &Notify) {
        let mut backoff = Backoff::default();
        loop {
            self.link.note(|state| {
                state.phase = Phase::Sending;
                state.next_try_at = None;
            });
            let failed = match self.link.run_round().await {
                Ok(()) => {
                    backoff.reset();
                    self.link.rest();
                    self.listen(now).await.err()
                }
                Err(error) => Some(error),
            };
            if let Some(error) = failed {
                self.wait_after(&error, &mut backoff, now).await;
            }
        }
    }

    async fn wait_after(&mut self, error: &AgentError, backoff: &mut Backoff, now: &Notify) {
        if matches!(error, AgentError::Fork { .. }) {
            tracing::error!(code = error.code(), "{error}; nothing is sent until a person looks");
            self.link.note(|state| state.failed(error, None));
            now.notified().await;
            return backoff.reset();
        }
        let wait = if error.is_retryable() { backoff.next(&self.pace) } else { self.pace.longest_wait };
        tracing::warn!(code = error.code(), wait_s = wait.as_secs(), "{error}");
        let at = box_time().unix_ms().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        self.link.note(|state| state.failed(error, Some(Stamp::from_unix_ms(at))));
        tokio::select! {
            () = sleep(wait) => {}
            () = now.notified() => backoff.reset(),
        }
    }

    /// Holds the downlink open until there is a reason for a round.
    async fn listen(&mut self, now: &Notify) -> Result<(), AgentError> {
        let repair = Instant::now() + self.pace.repair;
        loop {
            let seen = self.link.on_box(|side| side.downlink_seen()).await?;
            let asked = Instant::now();
            let items = tokio::select! {
                () = tip_moved(&mut self.link.tip) => return Ok(()),
                () = now.notified() => return Ok(()),
                () = tokio::time::sleep_until(repair.into()) => return Ok(()),
                items = pull::fetch(&self.link.client, seen) => items?,
            };
            if !items.is_empty() {
                pull::keep(&mut self.link, items).await?;
                // A receipt may mean that less is missing above: the next round's head tells.
                return Ok(());
            }
            self.link.heard().await;
            // Something that answers at once for ever must not be asked for ever.
            if asked.elapsed() < Duration::from_secs(1) {
                tokio::select! {
                    () = sleep(self.pace.first_wait) => {}
                    () = now.notified() => return Ok(()),
                }
            }
        }
    }
}

/// Waits for the journal to grow; for ever if it is gone, for then the program is stopping.
async fn tip_moved(tip: &mut Option<watch::Receiver<u64>>) {
    if let Some(tip) = tip
        && tip.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// The two sides and what is known between them during a round.
pub(crate) struct Link {
    pub(crate) client: Client,
    /// How much the line carries at once, as far as tried.
    pub(crate) batch_entries: usize,
    pub(crate) piece_bytes: usize,
    pub(crate) round: Round,
    /// What the hub called whole in this round; it must not miss it again.
    pub(crate) whole: HashSet<Sha256>,
    side: Arc<dyn BoxSide>,
    status: watch::Sender<LinkState>,
    tip: Option<watch::Receiver<u64>>,
    /// The head the box has been told of since the start.
    noted: Option<Head>,
}

impl Link {
    /// Entries, words, blobs; again while a blob's turn was cut short by new entries.
    pub(crate) async fn run_round(&mut self) -> Result<(), AgentError> {
        self.round = Round::default();
        self.whole.clear();
        loop {
            if let Some(tip) = &mut self.tip {
                tip.mark_unchanged();
            }
            let held = push::push(self).await?;
            pull::pull(self, held.downlink).await?;
            let open = held.missing.iter().any(|name| !self.round.left.iter().any(|(left, _)| left == name));
            if !open {
                return Ok(());
            }
            if blobs::send(self, &held.missing).await? == Turn::Paused {
                tracing::debug!("blobs pause: entries and words first");
            }
        }
    }

    pub(crate) fn journal(&self) -> JournalId {
        self.side.journal()
    }

    /// Runs a blocking call of the box where it blocks nobody.
    pub(crate) async fn on_box<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Arc<dyn BoxSide>) -> Result<T, BoxFault> + Send + 'static,
    ) -> Result<T, BoxFault> {
        let side = self.side.clone();
        tokio::task::spawn_blocking(move || call(&side)).await.map_err(BoxFault::new)?
    }

    /// Whether new entries wait for their turn.
    pub(crate) fn nudged(&self) -> bool {
        self.tip.as_ref().is_some_and(|tip| tip.has_changed().unwrap_or(false))
    }

    /// The hub said what it holds, and it is ours.
    pub(crate) async fn held(&mut self, held: &Held, own: Head) -> Result<(), AgentError> {
        let (hub_time, offset) = self.client.hub_time().await.unwrap_or((box_time(), 0));
        let head = held.head;
        if self.noted != Some(head) {
            self.on_box(move |side| side.acknowledged(head, hub_time)).await?;
            self.noted = Some(head);
        }
        self.note(|state| {
            state.acknowledged = head;
            state.acknowledged_at = Some(hub_time);
            state.waiting_entries = own.seq.saturating_sub(head.seq);
            state.waiting_blobs = held.missing.len() as u64;
            state.hub_time_offset_ms = Some(offset);
        });
        Ok(())
    }

    /// The hub was heard and nothing waits.
    async fn heard(&self) {
        let Some((hub_time, offset)) = self.client.hub_time().await else { return };
        self.note(|state| {
            state.acknowledged_at = Some(hub_time);
            state.hub_time_offset_ms = Some(offset);
        });
    }

    /// A round ended; what single blobs suffered stays visible.
    fn rest(&self) {
        for (_, error) in &self.round.left {
            tracing::warn!(code = error.code(), "{error}");
        }
        self.note(|state| {
            state.phase = Phase::Idle;
            state.next_try_at = None;
            state.last_error = self.round.left.first().map(|(_, error)| (error.code(), error.to_string()));
        });
    }

    fn note(&self, change: impl FnOnce(&mut LinkState)) {
        self.status.send_if_modified(|state| {
            let before = state.clone();
            change(state);
            *state != before
        });
    }
}
