//! The line to the office above, as the box's people see it: whether the box has joined, how far the hub has
//! received, what waits, and in words what is wrong. The work itself is [`crate::followers::link`]'s.
//!
//! What the box keeps for it beside the journal is one file, `link.json`: where the hub is and the device's
//! private key. It is written once, at joining, readable by the box alone.

mod enrolment;
pub(crate) mod http;
pub(crate) mod sentences;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use agent::{Enrolment, LinkState, Phase};
use chrono::NaiveDate;
use office::http::LinkBrief;
use tokio::sync::{Notify, watch};
use wire::Stamp;

/// The link of a box.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

struct Inner {
    file: PathBuf,
    enrolment: watch::Sender<Option<Enrolment>>,
    told: watch::Sender<Told>,
    send_now: Arc<Notify>,
}

/// What the follower last said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) state: LinkState,
    /// When the hub last said it holds everything up to there; kept over restarts.
    pub(crate) acknowledged_at: Option<Stamp>,
    /// Documents among the entries that wait.
    pub(crate) waiting_documents: u64,
}

impl Link {
    /// The link of the box in `data`; an enrolment file that cannot be read counts as none and is logged.
    pub(crate) fn open(data: &Path) -> Self {
        let file = data.join("link.json");
        let enrolment = enrolment::read(&file).unwrap_or_else(|error| {
            tracing::error!(%error, "the enrolment file cannot be read");
            None
        });
        Self(Arc::new(Inner {
            file,
            enrolment: watch::Sender::new(enrolment),
            told: watch::Sender::default(),
            send_now: Arc::default(),
        }))
    }

    /// With whom, from now on.
    pub(crate) fn enrolment(&self) -> watch::Receiver<Option<Enrolment>> {
        self.0.enrolment.subscribe()
    }

    /// "Gửi ngay".
    pub(crate) fn send_now(&self) -> Arc<Notify> {
        self.0.send_now.clone()
    }

    /// Takes the follower's word; what people see, where it changed.
    pub(crate) fn tell(&self, told: Told, today: NaiveDate) -> Option<LinkBrief> {
        let before = self.view(today);
        self.0.told.send_replace(told);
        let after = self.view(today);
        let shown = |view: &LinkBrief| serde_json::to_string(view).ok();
        (shown(&after) != shown(&before)).then_some(after)
    }

    /// Brings an enrolment to rest. Blocks.
    fn keep(&self, enrolment: &Enrolment) -> std::io::Result<()> {
        enrolment::write(&self.0.file, enrolment)
    }

    /// Lets the follower begin.
    fn begin(&self, enrolment: Enrolment) {
        self.0.enrolment.send_replace(Some(enrolment));
    }

    /// For every page.
    pub fn view(&self, today: NaiveDate) -> LinkBrief {
        let hub_name = self.0.enrolment.borrow().as_ref().map(|enrolment| enrolment.hub_name.clone());
        let Told { state, acknowledged_at, waiting_documents } = self.0.told.borrow().clone();
        let error = state.last_error.as_ref().map(|(code, _english)| *code);
        let phase = match (&hub_name, state.phase) {
            (None, _) => "not_enrolled",
            (_, Phase::Idle) => "idle",
            (_, Phase::Sending) => "sending",
            (_, Phase::Waiting) => "waiting",
            (_, Phase::Refused) => "refused",
        };
        let waiting = (waiting_documents, state.waiting_blobs);
        LinkBrief {
            state: phase.into(),
            sentence: sentences::summary(hub_name.is_some(), acknowledged_at, waiting, error, today),
            acknowledged_at,
            waiting_documents,
            waiting_entries: state.waiting_entries,
            waiting_blobs: state.waiting_blobs,
            last_error: error.map(|code| sentences::of(code).into()),
            next_try_at: state.next_try_at,
            hub_name,
        }
    }
}
