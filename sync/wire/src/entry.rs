//! Entries: header, body and the chain they make.
//!
//! An entry is hashed and kept **as written**. A header is the exact JSON text its author wrote, and its
//! SHA-256 is the link the next entry names; nothing here ever writes it again from parsed values.
//! Header and body are apart so that the body of a [`Scope::Local`] entry can stay on the box while the chain
//! of headers remains verifiable above.

use std::fmt;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{RegisterLine, Sha256};

/// A moment as the box's clock had it, to the millisecond; written in Vietnam's zone (+07:00).
/// Order is never taken from it: order is the `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    unix_ms: i64,
}

/// The year 0 and the end of the year 9999 in Vietnam: RFC 3339 writes four digits, and a stamp that was written
/// otherwise could never be read again.
const WRITABLE_UNIX_MS: (i64, i64) = (-62_167_244_400_000, 253_402_275_599_999);

impl Stamp {
    /// From milliseconds since 1970. A clock beyond what can be written stands at its edge.
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        Self { unix_ms: unix_ms.clamp(WRITABLE_UNIX_MS.0, WRITABLE_UNIX_MS.1) }
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(self) -> i64 {
        self.unix_ms
    }

    /// The moment in Vietnam's zone.
    pub fn in_vietnam(self) -> DateTime<FixedOffset> {
        let zone = FixedOffset::east_opt(7 * 3600).expect("seven hours are a valid offset");
        zone.timestamp_millis_opt(self.unix_ms).single().expect("years 0 to 9999 are in the calendar")
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_vietnam().to_rfc3339_opts(SecondsFormat::Millis, false))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text).map_err(serde::de::Error::custom)?;
        Ok(Self::from_unix_ms(moment.timestamp_millis()))
    }
}

/// Names one journal. A box restored from a backup begins a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JournalId(pub Uuid);

impl fmt::Display for JournalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who may have the body of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Stays on the box: private notes, drafts, accounts, captures.
    Local,
    /// Goes to the office above.
    Above,
}

/// The head of one line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Format of header and body; 1.
    pub v: u32,
    /// The journal it belongs to.
    pub journal: JournalId,
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// What the box's clock said.
    pub time: Stamp,
    /// Who may have the body.
    pub scope: Scope,
    /// Hash of the header before; [`Sha256::ZERO`] at `seq` 1.
    pub prev: Sha256,
    /// Hash of the body's bytes.
    pub body: Sha256,
    /// Every blob the body names, so that neither journal nor hub must understand the body to know which
    /// bytes belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<Sha256>,
}

/// What the hub and the journal may read of a body; the event itself is the office's.
#[derive(Debug, Deserialize)]
pub struct Body<'a> {
    /// The register line as it stands after this entry, if the entry changed one.
    #[serde(default)]
    pub line: Option<RegisterLine>,
    /// The event as the office wrote it.
    #[serde(borrow)]
    pub event: &'a RawValue,
}

/// Where a chain stands: its last `seq` and that header's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Last `seq`; 0 for an empty journal.
    pub seq: u64,
    /// Hash of the last header; [`Sha256::ZERO`] for an empty journal.
    pub hash: Sha256,
}

impl Head {
    /// The head of a journal with no entry.
    pub const EMPTY: Self = Self { seq: 0, hash: Sha256::ZERO };
}

/// One line of the journal: the bytes as written, and the header parsed from them.
#[derive(Debug, Clone)]
pub struct Entry {
    header: Header,
    header_text: Box<RawValue>,
    body_text: Option<Box<RawValue>>,
}

/// On the wire and at rest: `{"header":{…},"body":{…}}`, both parts byte for byte as first written.
#[derive(Serialize, Deserialize)]
struct EntryText {
    header: Box<RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EntryText { header: self.header_text.clone(), body: self.body_text.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = EntryText::deserialize(deserializer)?;
        let header = serde_json::from_str(text.header.get()).map_err(serde::de::Error::custom)?;
        Ok(Self { header, header_text: text.header, body_text: text.body })
    }
}

impl Entry {
    /// Writes the entry that follows `head`: fixes its bytes and with them its hash.
    ///
    /// # Errors
    /// If `body` is not JSON, which only a programming error can cause.
    pub fn write(
        journal: JournalId,
        head: Head,
        time: Stamp,
        scope: Scope,
        body: String,
        blobs: Vec<Sha256>,
    ) -> Result<Self, serde_json::Error> {
        let header = Header {
            v: 1,
            journal,
            seq: head.seq + 1,
            time,
            scope,
            prev: head.hash,
            body: Sha256::of(body.as_bytes()),
            blobs,
        };
        let header_text = RawValue::from_string(serde_json::to_string(&header)?)?;
        Ok(Self { header, header_text, body_text: Some(RawValue::from_string(body)?) })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The body's text; `None` where a local body stayed on its box.
    pub fn body(&self) -> Option<&str> {
        self.body_text.as_deref().map(RawValue::get)
    }

    /// Where the chain stands after this entry.
    pub fn head(&self) -> Head {
        Head { seq: self.header.seq, hash: Sha256::of(self.header_text.get().as_bytes()) }
    }

    /// The entry as it may leave the box: a [`Scope::Local`] one keeps its header and loses its body.
    pub fn for_above(mut self) -> Self {
        if self.header.scope == Scope::Local {
            self.body_text = None;
        }
        self
    }
}

/// Why an entry does not continue a chain.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ChainFault {
    /// The entry belongs to another journal.
    #[error("entry of journal {found}, expected {expected}")]
    OtherJournal {
        /// The journal being read.
        expected: JournalId,
        /// The journal the entry names.
        found: JournalId,
    },
    /// Entries are missing between the head and this one, or it was already there.
    #[error("entry {found} where {expected} was expected")]
    Gap {
        /// The seq that must come next.
        expected: u64,
        /// The seq that came.
        found: u64,
    },
    /// The entry continues another history: its `prev` is not the hash of what we hold.
    #[error("entry {seq} continues another history")]
    Fork {
        /// The entry's seq.
        seq: u64,
    },
    /// The body is not the one the header names, or a body that must be there is missing.
    #[error("the body of entry {seq} is not the one its header names")]
    Body {
        /// The entry's seq.
        seq: u64,
    },
}

/// Walks a chain, entry by entry; the same walk on the box (`vanthu check`) and on the hub.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    journal: JournalId,
    head: Head,
}

impl Chain {
    /// A chain of `journal` known up to `head`.
    pub fn from(journal: JournalId, head: Head) -> Self {
        Self { journal, head }
    }

    /// Where it stands.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`ChainFault`] if it is not the next one of this very history; the chain then stands where it stood.
    pub fn accept(&mut self, entry: &Entry) -> Result<(), ChainFault> {
        let header = entry.header();
        let seq = header.seq;
        if header.journal != self.journal {
            return Err(ChainFault::OtherJournal { expected: self.journal, found: header.journal });
        }
        if seq != self.head.seq + 1 {
            return Err(ChainFault::Gap { expected: self.head.seq + 1, found: seq });
        }
        if header.prev != self.head.hash {
            return Err(ChainFault::Fork { seq });
        }
        match entry.body() {
            Some(body) if Sha256::of(body.as_bytes()) == header.body => {}
            None if header.scope == Scope::Local => {}
            _ => return Err(ChainFault::Body { seq }),
        }
        self.head = entry.head();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> JournalId {
        JournalId(Uuid::from_u128(7))
    }

    fn next(head: Head, scope: Scope, text: &str) -> Entry {
        let body = format!(r#"{{"event":{{"kind":"test","text":"{text}"}}}}"#);
        Entry::write(journal(), head, Stamp::from_unix_ms(1_700_000_000_000), scope, body, vec![]).unwrap()
    }

    #[test]
    fn bytes_survive_the_wire_and_the_chain_holds() {
        let first = next(Head::EMPTY, Scope::Local, "một");
        let second = next(first.head(), Scope::Above, "hai");
        let sent = serde_json::to_string(&vec![first.clone().for_above(), second.clone()]).unwrap();
        let came: Vec<Entry> = serde_json::from_str(&sent).unwrap();
        assert_eq!(came[0].body(), None, "a local body must not leave the box");
        assert_eq!(came[1].body(), second.body());
        let mut chain = Chain::from(journal(), Head::EMPTY);
        for entry in &came {
            chain.accept(entry).unwrap();
        }
        assert_eq!(chain.head(), second.head());
    }

    #[test]
    fn gap_fork_foreign_and_tampered_entries_are_told_apart() {
        let first = next(Head::EMPTY, Scope::Above, "một");
        let second = next(first.head(), Scope::Above, "hai");
        let start = Chain::from(journal(), Head::EMPTY);
        let after_first = Chain::from(journal(), first.head());

        assert_eq!(start.clone().accept(&second), Err(ChainFault::Gap { expected: 1, found: 2 }));
        assert_eq!(after_first.clone().accept(&first), Err(ChainFault::Gap { expected: 2, found: 1 }));
        let other = next(Head { seq: 1, hash: Sha256::of(b"other") }, Scope::Above, "hai");
        assert_eq!(after_first.clone().accept(&other), Err(ChainFault::Fork { seq: 2 }));
        let foreign = Chain::from(JournalId(Uuid::from_u128(8)), first.head()).accept(&second);
        assert!(matches!(foreign, Err(ChainFault::OtherJournal { .. })));

        let changed: Entry =
            serde_json::from_str(&serde_json::to_string(&second).unwrap().replace("hai", "ba")).unwrap();
        assert_eq!(after_first.clone().accept(&changed), Err(ChainFault::Body { seq: 2 }));
        let mut stripped = second;
        stripped.body_text = None;
        assert_eq!(after_first.clone().accept(&stripped), Err(ChainFault::Body { seq: 2 }));
    }

    #[test]
    fn whatever_a_broken_clock_says_can_be_written_and_read_again() {
        for unix_ms in
            [i64::MIN, -62_167_244_400_001, -1, 0, 253_402_275_599_999, 253_402_275_600_000, i64::MAX]
        {
            let stamp = Stamp::from_unix_ms(unix_ms);
            let text = serde_json::to_string(&stamp).unwrap();
            assert_eq!(serde_json::from_str::<Stamp>(&text).unwrap(), stamp, "{unix_ms} as {text}");
        }
    }

    /// The first line a box of version 0.1 wrote. If this fails, boxes in schools can no longer prove their
    /// history; the literal is never to be edited.
    #[test]
    fn a_header_of_version_1_reads_and_hashes_as_it_did() {
        let text = concat!(
            r#"{"header":{"v":1,"journal":"00000000-0000-0000-0000-000000000007","seq":1,"#,
            r#""time":"2023-11-15T05:13:20.000+07:00","scope":"above","#,
            r#""prev":"0000000000000000000000000000000000000000000000000000000000000000","#,
            r#""body":"3d1ea1e20fb6ae4a8a0d2f49afbd9a4ff4bd5ee5c2e3fb15a9f5a4cd2d3c7b5e"},"body":{}}"#
        );
        let entry: Entry = serde_json::from_str(text).unwrap();
        assert_eq!(entry.header().time.unix_ms(), 1_700_000_000_000);
        assert_eq!(serde_json::to_string(&entry).unwrap(), text);
    }
}
