//! What the link can say about itself at any moment.

use wire::{Head, Stamp};

use crate::AgentError;

/// What the link is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Everything is above; listening.
    #[default]
    Idle,
    /// A round is under way.
    Sending,
    /// The last try failed; the next is at [`LinkState::next_try_at`].
    Waiting,
    /// The last try failed for a reason time does not cure: a person must look.
    Refused,
}

/// The state of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// What it is doing.
    pub phase: Phase,
    /// The hub holds our journal up to here; [`Head::EMPTY`] until it first said so after a start.
    pub acknowledged: Head,
    /// When the hub last said so, by its own clock.
    pub acknowledged_at: Option<Stamp>,
    /// Entries the hub does not hold yet.
    pub waiting_entries: u64,
    /// Blobs the hub does not hold whole yet.
    pub waiting_blobs: u64,
    /// Code ([`AgentError::code`]) and English text of what went wrong; `None` after a round without trouble.
    pub last_error: Option<(&'static str, String)>,
    /// When it tries again, by the box's clock; `None` while it works, and after a fork.
    pub next_try_at: Option<Stamp>,
    /// The hub's clock minus the box's, in milliseconds, at the last contact.
    pub hub_time_offset_ms: Option<i64>,
}

impl Default for LinkState {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            acknowledged: Head::EMPTY,
            acknowledged_at: None,
            waiting_entries: 0,
            waiting_blobs: 0,
            last_error: None,
            next_try_at: None,
            hub_time_offset_ms: None,
        }
    }
}

impl LinkState {
    pub(crate) fn failed(&mut self, error: &AgentError, next_try_at: Option<Stamp>) {
        self.phase = if error.is_retryable() { Phase::Waiting } else { Phase::Refused };
        self.last_error = Some((error.code(), error.to_string()));
        self.next_try_at = next_try_at;
    }
}

/// The box's own clock, as far as it can be believed.
pub(crate) fn box_time() -> Stamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Stamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
