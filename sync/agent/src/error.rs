//! What can go wrong on the line, by what must be done about it.

use wire::Sha256;

/// The box itself failed; English, for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct BoxFault(pub String);

impl BoxFault {
    /// From whatever the box's own store reports.
    pub fn new(cause: impl std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// Why nothing moves on the line. The sentence for people belongs to the box; it finds it by [`AgentError::code`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgentError {
    /// The hub's address is not one.
    #[error("not a hub address: {0}")]
    Address(String),
    /// No connection, or it was cut: no line, wrong address, hub down.
    #[error("hub unreachable: {0}")]
    Unreachable(String),
    /// Connected, but no whole answer in time.
    #[error("no answer from the hub within {0} s")]
    Slow(u64),
    /// Something answered that does not speak as a hub does: a portal's sign-in page, another server.
    #[error("nonsense from the hub: {0}")]
    Nonsense(String),
    /// The enrolment code is unknown, used or lapsed, or too many wrong ones were tried.
    #[error("enrolment code refused: {0}")]
    EnrolCode(String),
    /// The office above shut this box out, or another box was enrolled in its place.
    #[error("shut out by the office above")]
    ShutOut,
    /// The hub holds another history of this journal, or more of it than the box.
    #[error("the hub holds another history of this journal at entry {seq}")]
    Fork {
        /// The first entry known to differ.
        seq: u64,
    },
    /// The hub refused bytes, hash or signature.
    #[error("refused by the hub as invalid: {0}")]
    Invalid(String),
    /// An entry or a blob is larger than the contract allows.
    #[error("larger than the contract allows: {0}")]
    TooLarge(String),
    /// The hub's disk is full.
    #[error("the hub's disk is full")]
    HubFull,
    /// The hub failed.
    #[error("the hub failed: {0}")]
    HubFault(String),
    /// The journal names a blob the box does not have.
    #[error("blob {0} is named by the journal and not on the box")]
    BlobGone(Sha256),
    /// The box failed.
    #[error("the box failed: {0}")]
    Box(#[from] BoxFault),
    /// The device key cannot be read or made.
    #[error("device key: {0}")]
    Key(String),
    /// The session lapsed; a new one is opened at once, this is seen only when that does not help.
    #[error("the hub does not accept the session it has just given")]
    Session,
    /// The hub expects another entry next; seen only when asking it again does not help.
    #[error("the hub keeps expecting entry {expected}")]
    Gap {
        /// What it expects.
        expected: u64,
    },
    /// The hub's copy of a blob ends elsewhere; seen only when asking it again does not help.
    #[error("the hub keeps expecting another offset")]
    Offset,
}

impl AgentError {
    /// Stable name, for sentences and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "link.address",
            Self::Unreachable(_) => "link.unreachable",
            Self::Slow(_) => "link.slow",
            Self::Nonsense(_) | Self::Session | Self::Gap { .. } | Self::Offset => "link.nonsense",
            Self::EnrolCode(_) => "link.enrol_code",
            Self::ShutOut => "link.shut_out",
            Self::Fork { .. } => "link.fork",
            Self::Invalid(_) => "link.invalid",
            Self::TooLarge(_) => "link.too_large",
            Self::HubFull => "link.hub_full",
            Self::HubFault(_) => "link.hub_fault",
            Self::BlobGone(_) => "link.blob_gone",
            Self::Box(_) | Self::Key(_) => "link.box",
        }
    }

    /// Whether trying again later can help without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::Slow(_)
            | Self::Nonsense(_)
            | Self::HubFull
            | Self::HubFault(_)
            | Self::Box(_)
            | Self::Session
            | Self::Gap { .. }
            | Self::Offset => true,
            Self::Address(_)
            | Self::EnrolCode(_)
            | Self::ShutOut
            | Self::Fork { .. }
            | Self::Invalid(_)
            | Self::TooLarge(_)
            | Self::BlobGone(_)
            | Self::Key(_) => false,
        }
    }

    /// Whether only this one blob is stuck, so that the others may go on.
    pub(crate) fn is_about_one_blob(&self) -> bool {
        matches!(self, Self::BlobGone(_) | Self::TooLarge(_) | Self::Invalid(_))
    }
}
