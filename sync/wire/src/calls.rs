//! The calls a box makes to its hub, with their limits. Paths, headers and JSON shapes; see the crate's page for
//! the dialogue.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entry, Head, JournalId, Sha256, Stamp};

/// Most entries in one batch.
pub const BATCH_ENTRIES: usize = 500;
/// Most bytes of one batch before compression; a single larger entry still goes alone up to this bound.
pub const BATCH_BYTES: usize = 1 << 20;
/// Most bytes of one blob.
pub const BLOB_BYTES: u64 = 256 << 20;
/// Bytes of one PATCH: small enough that a cut line loses little.
pub const PIECE_BYTES: usize = 256 << 10;
/// Longest the downlink call waits for something new, in seconds.
pub const LONG_POLL_S: u64 = 25;

/// Ed25519 over the request's bytes as sent (compressed), hex; on `POST /v1/entries`.
pub const SIGNATURE_HEADER: &str = "x-vanthu-signature";
/// How much of a blob the hub holds (as in tus).
pub const OFFSET_HEADER: &str = "upload-offset";
/// How long the whole blob is (as in tus).
pub const LENGTH_HEADER: &str = "upload-length";

/// `POST /v1/enrol`: a box joins with the one-time code its clerk or IT officer typed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Enrol {
    /// The one-time code.
    pub code: String,
    /// The box's Ed25519 public key, 64 hex digits.
    pub device_key: String,
    /// What the box calls its unit.
    pub unit_name: String,
    /// The box's program version.
    pub version: String,
}

/// The answer to [`Enrol`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrolled {
    /// The unit as the hub knows it.
    pub unit: Uuid,
    /// Its name at the hub.
    pub unit_name: String,
    /// What the hub calls itself.
    pub hub_name: String,
}

/// The answer to `GET /v1/session`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Challenge {
    /// To be signed, once, within a minute.
    pub nonce: String,
    /// The hub's time.
    pub time: Stamp,
}

/// `POST /v1/session`.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenSession {
    /// Who.
    pub unit: Uuid,
    /// The nonce of the [`Challenge`].
    pub nonce: String,
    /// Ed25519 by the device key over [`session_message`], hex.
    pub signature: String,
}

/// What the device key signs to open a session.
pub fn session_message(unit: Uuid, nonce: &str) -> Vec<u8> {
    format!("vanthu session v1\n{unit}\n{nonce}").into_bytes()
}

/// The answer to [`OpenSession`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Session {
    /// Goes into `Authorization: Bearer`.
    pub token: String,
    /// Seconds it holds.
    pub valid_s: u64,
    /// The hub's time: trusted, where the box's own clock is not.
    pub time: Stamp,
}

/// The answer to `GET /v1/head?journal=&seen=` (`seen`: the last downlink seq the box has) and to `POST /v1/entries`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    /// What the hub holds of this journal.
    pub head: Head,
    /// Blobs named by entries of scope above which the hub does not hold whole yet; those of urgent documents first, then
    /// oldest first, at most 1,000.
    pub missing: Vec<Sha256>,
    /// Last seq of the hub's downlink for this unit.
    pub downlink: u64,
}

/// `POST /v1/entries`, zstd-compressed JSON: a contiguous run of one journal.
#[derive(Debug, Serialize, Deserialize)]
pub struct Batch {
    /// The journal.
    pub journal: JournalId,
    /// In order, without gaps.
    pub entries: Vec<Entry>,
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Problem {
    /// One of the `code` constants below.
    pub code: String,
    /// For the log, in English.
    pub detail: String,
    /// With [`code::GAP`]: the seq that must come next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
}

/// What [`Problem::code`] can say.
pub mod code {
    /// 409: the batch does not begin at the seq after the head.
    pub const GAP: &str = "gap";
    /// 422: the hub holds another history of this journal. Nothing is sent any more until a person looks.
    pub const FORK: &str = "fork";
    /// 422: bytes, hash or signature are wrong.
    pub const INVALID: &str = "invalid";
    /// 401: no session, or it lapsed.
    pub const SESSION: &str = "session";
    /// 403: the enrolment code is unknown, used or lapsed.
    pub const ENROL_CODE: &str = "enrol_code";
    /// 403: the box was shut out by the office above.
    pub const SHUT_OUT: &str = "shut_out";
    /// 409: `PATCH` does not begin where the hub's copy ends.
    pub const OFFSET: &str = "offset";
    /// 413: larger than the limits above.
    pub const TOO_LARGE: &str = "too_large";
    /// 507: the hub's disk is full.
    pub const FULL: &str = "full";
    /// 500: the hub failed.
    pub const FAULT: &str = "fault";
}

/// The answer to `GET /v1/downlink?after=`: the hub's own journal for this unit.
#[derive(Debug, Serialize, Deserialize)]
pub struct Downlink {
    /// In order; empty when nothing came within [`LONG_POLL_S`].
    pub items: Vec<DownlinkItem>,
}

/// One line of the downlink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownlinkItem {
    /// Its place in the downlink, from 1, without gaps.
    pub seq: u64,
    /// The hub's time.
    pub time: Stamp,
    /// What it says.
    pub message: Message,
}

/// What the hub tells a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// The state of a document at the office above.
    Receipt {
        /// The document.
        document: Uuid,
        /// How far.
        receipt: Receipt,
        /// The entry whose line is meant.
        entry: u64,
    },
    /// A root certificate or a revocation list the office above judges signatures by; the unit does so too.
    Trust {
        /// What it is called above.
        name: String,
        /// The file, PEM or DER, as hexadecimal.
        #[serde(with = "hex::serde")]
        file: Vec<u8>,
    },
    /// Words of the office above to the unit.
    Notice {
        /// One line.
        title: String,
        /// The rest.
        text: String,
    },
}

/// Receipt codes of the interchange standard (QCVN 102:2016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receipt {
    /// 01: đã đến - line and document are at rest above.
    #[serde(rename = "01")]
    Arrived,
    /// 02: từ chối tiếp nhận.
    #[serde(rename = "02")]
    Refused,
    /// 03: đã tiếp nhận.
    #[serde(rename = "03")]
    Accepted,
}
