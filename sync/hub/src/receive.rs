//! Entries come in: verified, joined to the chain held, at rest before the answer.

use std::io::Read;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use uuid::Uuid;
use wire::calls::{BATCH_BYTES, BATCH_ENTRIES, Batch, Held, code};
use wire::{Body, Chain, ChainFault, Entry, Head, JournalId, RegisterLine, Sha256};

use crate::problem::BoxProblem;
use crate::sessions::{self, Device};
use crate::store::{self, Written};
use crate::{Fault, Hub, now};

/// What compression may add to bytes that cannot be compressed.
const PACKED_BYTES: usize = BATCH_BYTES + (64 << 10);
/// Largest window a frame may ask for, as a power of two: bounds the memory of unpacking.
const WINDOW_LOG: u32 = 23;

pub(crate) fn routes() -> Router<Hub> {
    Router::new()
        .route("/v1/head", get(head))
        .route("/v1/entries", post(entries).layer(DefaultBodyLimit::max(PACKED_BYTES)))
}

#[derive(Deserialize)]
struct Of {
    journal: JournalId,
    /// The last downlink seq the box has.
    #[serde(default)]
    seen: u64,
}

async fn head(
    State(hub): State<Hub>,
    device: Device,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Held>, BoxProblem> {
    let Query(of) = of.map_err(|error| BoxProblem::invalid(error.body_text()))?;
    let held = hub.store().held(device.unit, of.journal).await?;
    if of.seen > held.downlink {
        hub.store().downlink_was_at(device.unit, of.seen).await?;
    }
    Ok(Json(held))
}

async fn entries(
    State(hub): State<Hub>,
    device: Device,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Held>, BoxProblem> {
    let packed = sessions::bytes(body)?;
    device.signed(&packed, &headers)?;
    let unpacked = tokio::task::spawn_blocking(move || unpack(&packed)).await;
    let batch = unpacked.map_err(|error| Fault::Broken(error.to_string()))??;
    let journal = batch.journal;
    receive(&hub, device.unit, batch).await?;
    hub.nudge(device.unit);
    Ok(Json(hub.store().held(device.unit, journal).await?))
}

/// A batch as it was before it was packed, within the contract's bounds.
fn unpack(packed: &[u8]) -> Result<Batch, BoxProblem> {
    let not_a_batch = |error: &dyn std::fmt::Display| BoxProblem::invalid(format!("not a batch: {error}"));
    let mut decoder = zstd::Decoder::new(packed).map_err(|error| not_a_batch(&error))?;
    decoder.window_log_max(WINDOW_LOG).map_err(|error| not_a_batch(&error))?;
    let mut plain = Vec::new();
    // One byte more than allowed is enough to know; a bomb is never unpacked further.
    decoder.take(BATCH_BYTES as u64 + 1).read_to_end(&mut plain).map_err(|error| not_a_batch(&error))?;
    if plain.len() > BATCH_BYTES {
        return Err(BoxProblem::too_large(format!(
            "a batch has at most {BATCH_BYTES} bytes before compression"
        )));
    }
    let batch: Batch = serde_json::from_slice(&plain).map_err(|error| not_a_batch(&error))?;
    if batch.entries.len() > BATCH_ENTRIES {
        return Err(BoxProblem::too_large(format!("a batch has at most {BATCH_ENTRIES} entries")));
    }
    Ok(batch)
}

/// All of the batch or nothing of it.
async fn receive(hub: &Hub, unit: Uuid, batch: Batch) -> Result<(), BoxProblem> {
    let journal = batch.journal;
    let Some(first) = batch.entries.first().map(|entry| entry.header().seq) else { return Ok(()) };
    let mut txn = hub.store().begin().await?;
    let held = store::head(&mut txn, unit, journal).await?;
    let last = first.saturating_add(batch.entries.len() as u64 - 1);
    let known = store::hashes(&mut txn, unit, journal, first, held.seq.min(last)).await?;
    let (fresh, reached) = match join(journal, held, &known, &batch.entries) {
        Ok(joined) => joined,
        Err(fault) => {
            // The writer must be free again: an alarm is written too.
            drop(txn);
            return Err(refuse(hub, unit, journal, fault).await?);
        }
    };
    // Belt and braces: a box must not send local bodies, and we must not keep them.
    let fresh: Vec<Entry> = batch.entries.into_iter().skip(fresh).map(Entry::for_above).collect();
    let written: Vec<Written<'_>> =
        fresh.iter().map(|entry| Written { entry, line: line_of(entry) }).collect();
    Ok(hub.store().write(txn, unit, reached, &written, now()).await?)
}

/// Walks a batch on from what is held: how many of its entries are already here, and where it leads.
/// `known` are the hashes held from the batch's first seq on.
fn join(
    journal: JournalId,
    held: Head,
    known: &[Sha256],
    entries: &[Entry],
) -> Result<(usize, Head), ChainFault> {
    let first = entries.first().map_or(0, |entry| entry.header().seq);
    for ((expected, entry), hash) in (first..).zip(entries).zip(known) {
        let header = entry.header();
        if header.journal != journal {
            return Err(ChainFault::OtherJournal { expected: journal, found: header.journal });
        }
        if header.seq != expected {
            return Err(ChainFault::Gap { expected, found: header.seq });
        }
        if entry.head().hash != *hash {
            return Err(ChainFault::Fork { seq: header.seq });
        }
    }
    let mut chain = Chain::from(journal, held);
    for entry in entries.iter().skip(known.len()) {
        chain.accept(entry)?;
    }
    Ok((known.len(), chain.head()))
}

async fn refuse(hub: &Hub, unit: Uuid, journal: JournalId, fault: ChainFault) -> Result<BoxProblem, Fault> {
    let detail = fault.to_string();
    Ok(match fault {
        ChainFault::Gap { expected, .. } => {
            BoxProblem::new(StatusCode::CONFLICT, code::GAP, detail).expecting(expected)
        }
        ChainFault::Fork { seq } => {
            tracing::error!(%unit, %journal, seq, "fork: a box came with another history");
            hub.store().alarm(unit, journal, seq, now()).await?;
            BoxProblem::new(StatusCode::UNPROCESSABLE_ENTITY, code::FORK, detail).expecting(seq)
        }
        ChainFault::OtherJournal { .. } | ChainFault::Body { .. } => BoxProblem::invalid(detail),
    })
}

/// The register line an entry carries. A body this hub cannot read is kept all the same: a newer box may write
/// what an older hub does not know, and its chain must not stand still for it.
pub(crate) fn line_of(entry: &Entry) -> Option<RegisterLine> {
    let body = entry.body()?;
    match serde_json::from_str::<Body<'_>>(body) {
        Ok(body) => body.line,
        Err(error) => {
            let header = entry.header();
            tracing::warn!(journal = %header.journal, seq = header.seq, "body kept, not understood: {error}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Scope, Stamp};

    fn chain(journal: JournalId, count: u64, word: &str) -> Vec<Entry> {
        let mut head = Head::EMPTY;
        (0..count)
            .map(|_| {
                let body = format!(r#"{{"event":"{word}"}}"#);
                let entry =
                    Entry::write(journal, head, Stamp::from_unix_ms(0), Scope::Above, body, vec![]).unwrap();
                head = entry.head();
                entry
            })
            .collect()
    }

    #[test]
    fn a_batch_joins_what_is_held_wherever_it_begins() {
        let journal = JournalId(Uuid::from_u128(1));
        let ours = chain(journal, 6, "a");
        let other = chain(journal, 6, "b");
        let foreign = chain(JournalId(Uuid::from_u128(2)), 6, "a");
        let held = ours[2].head();
        let join_from = |entries: &[Entry]| {
            let first = entries[0].header().seq as usize;
            let known: Vec<_> =
                ours[..3].iter().skip(first - 1).take(entries.len()).map(|e| e.head().hash).collect();
            join(journal, held, &known, entries)
        };
        assert_eq!(join_from(&ours[3..]), Ok((0, ours[5].head())), "what follows");
        assert_eq!(join_from(&ours[1..]), Ok((2, ours[5].head())), "with an overlap");
        assert_eq!(join_from(&ours[..2]), Ok((2, held)), "all of it twice");
        assert_eq!(join_from(&ours[4..]), Err(ChainFault::Gap { expected: 4, found: 5 }), "a gap before");
        let hole = [ours[3].clone(), ours[5].clone()];
        assert_eq!(join_from(&hole), Err(ChainFault::Gap { expected: 5, found: 6 }), "a gap inside");
        let hole = [ours[0].clone(), ours[2].clone()];
        assert_eq!(join_from(&hole), Err(ChainFault::Gap { expected: 2, found: 3 }), "a gap in the overlap");
        assert_eq!(join_from(&other[1..3]), Err(ChainFault::Fork { seq: 2 }), "another past");
        assert_eq!(join_from(&other[3..]), Err(ChainFault::Fork { seq: 4 }), "another present");
        assert!(matches!(join_from(&foreign[3..]), Err(ChainFault::OtherJournal { .. })));
    }

    #[test]
    fn a_bomb_is_refused_and_not_unpacked() {
        let packed = zstd::encode_all(std::io::repeat(b' ').take(1 << 26), 1).unwrap();
        assert!(packed.len() < PACKED_BYTES, "small enough to pass the first gate");
        assert!(unpack(&packed).is_err());
        assert!(unpack(b"<html>").is_err());
        assert!(unpack(&[]).is_err());
    }
}
