//! The box's side of the line to the office above.
//!
//! The box keeps its journal; this crate carries it up and brings the hub's words down. It knows neither the
//! office nor how the journal is stored: it sees the box through [`BoxSide`], so that a simulated box in a
//! test speaks exactly like a real one.
//!
//! One example, from a clerk's "Vào sổ" to "cấp trên đã nhận 14:05":
//!
//! ```text
//! tip moves to 42
//!   push   GET /v1/head            "I hold 1..=41"        our entry 41 has the same hash: one history
//!          POST /v1/entries 42     "I hold 1..=42, one blob is missing"
//!          BoxSide::acknowledged   the box moves its cursor
//!   blobs  HEAD, PATCH, PATCH …    the PDF, from where the hub's copy ends
//!   pull   GET /v1/downlink        receipt 01; durable on the box before the next is asked for
//! then the downlink is held open until something comes, the tip moves, or a person says "gửi ngay"
//! ```
//!
//! What it does for the box: entries always go before blobs, even in the middle of a large one; anything cut
//! is resumed, because nothing is remembered here that the hub or the journal would not say again; failures
//! wait 2 s to 5 min ([`Pace`]); a fork stops all sending until a person looks.
//!
//! What it must never do: send the body of a local entry, believe an answer it did not verify, or keep state
//! of its own. The tempting variant - a queue of things to send - was rejected: a queue can disagree with the
//! journal, the hub's own head cannot.
#![forbid(unsafe_code)]

mod backoff;
mod blobs;
mod client;
mod enrol;
mod error;
mod pull;
mod push;
mod run;
mod status;

use std::io::{Read, Seek};

use wire::calls::DownlinkItem;
use wire::{Entry, Head, JournalId, Sha256, Stamp};

pub use backoff::Pace;
pub use enrol::{Enrolment, enrol};
pub use error::{AgentError, BoxFault};
pub use run::{Agent, Round, sync_once};
pub use status::{LinkState, Phase};

/// Something a blob can be read from at any place.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// An open blob and its length in bytes.
pub type OpenBlob = (Box<dyn ReadSeek>, u64);

/// What the agent needs of a box. The calls block; the agent makes them outside the async threads.
///
/// The box keeps nothing for the agent but the last downlink seq it has received.
pub trait BoxSide: Send + Sync + 'static {
    /// The journal that is carried up.
    fn journal(&self) -> JournalId;

    /// Where the journal stands.
    ///
    /// # Errors
    /// If the journal cannot be read.
    fn head(&self) -> Result<Head, BoxFault>;

    /// The entries after `after`, in order: at most `most` and, except for a single larger one, at most
    /// `most_bytes` bytes. Bodies of local entries may already be left out; they never leave anyway.
    ///
    /// # Errors
    /// If the journal cannot be read.
    fn entries(&self, after: u64, most: usize, most_bytes: usize) -> Result<Vec<Entry>, BoxFault>;

    /// A blob and its length in bytes; `None` if the box does not have it.
    ///
    /// # Errors
    /// If the blob is there and cannot be read.
    fn open_blob(&self, name: &Sha256) -> Result<Option<OpenBlob>, BoxFault>;

    /// The hub holds the journal up to `head`, at rest, and said so at `hub_time`. Called whenever the head
    /// moved, and once after each start.
    ///
    /// # Errors
    /// If the box cannot note it; it will be said again.
    fn acknowledged(&self, head: Head, hub_time: Stamp) -> Result<(), BoxFault>;

    /// The last downlink seq the box has received; 0 at first.
    ///
    /// # Errors
    /// If the box cannot tell.
    fn downlink_seen(&self) -> Result<u64, BoxFault>;

    /// Takes what the hub said, in order. Durable when it returns; the same seq may come twice and counts once.
    ///
    /// # Errors
    /// If the box could not keep it; the same items come again.
    fn receive(&self, items: &[DownlinkItem]) -> Result<(), BoxFault>;
}
