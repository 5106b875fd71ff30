//! Entries up: in order, contiguous, in batches.

use std::sync::Arc;

use wire::calls::{BATCH_BYTES, BATCH_ENTRIES, Batch, Held};
use wire::{Entry, Head};

use crate::run::Link;
use crate::{AgentError, BoxFault, BoxSide};

/// Room for what stands around the entries of a batch: its own braces and a comma for each.
const ENVELOPE_BYTES: usize = 1024;
/// How often in a row the hub may say "gap" before that is nonsense.
const GAPS: u32 = 3;

/// Sends everything the hub does not hold yet; answers what it holds then.
pub(crate) async fn push(link: &mut Link) -> Result<Held, AgentError> {
    let journal = link.journal();
    let seen = link.on_box(|side| side.downlink_seen()).await?;
    let mut held = link.client.head(journal, seen).await?;
    let mut gaps = 0;
    loop {
        let own = link.on_box(|side| side.head()).await?;
        agree(link, held.head, own).await?;
        link.held(&held, own).await?;
        if held.head.seq == own.seq {
            return Ok(held);
        }
        let before = held.head.seq;
        let most = link.batch_entries;
        let batch = link.on_box(move |side| batch(side, before, most)).await??;
        let sent = batch.entries;
        let answer = link.client.entries(batch.packed).await;
        // A line that dies under a batch may still carry half of one.
        link.batch_entries = match &answer {
            Err(AgentError::Slow(_) | AgentError::Unreachable(_)) => (most / 2).max(1),
            Ok(_) => (most * 2).min(BATCH_ENTRIES),
            Err(_) => most,
        };
        held = match answer {
            Ok(now) if now.head.seq > before => now,
            Ok(_) => {
                return Err(AgentError::Nonsense("the hub took a batch and stands where it stood".into()));
            }
            // Somebody else's copy of this box, or a hub restored from a backup: its head counts.
            Err(AgentError::Gap { .. }) if gaps < GAPS => {
                gaps += 1;
                link.client.head(journal, seen).await?
            }
            Err(error) => return Err(error),
        };
        link.round.sent_entries += sent;
    }
}

struct Packed {
    entries: u64,
    packed: Vec<u8>,
}

/// The next batch, compressed: as many entries as fit, and not more than `most`.
fn batch(side: &Arc<dyn BoxSide>, after: u64, most: usize) -> Result<Result<Packed, AgentError>, BoxFault> {
    let mut entries: Vec<Entry> = side.entries(after, most, BATCH_BYTES - ENVELOPE_BYTES)?;
    entries.truncate(most);
    // Whatever the box gave: a local body does not leave it.
    let mut entries: Vec<Entry> = entries.into_iter().map(Entry::for_above).collect();
    loop {
        let count = entries.len();
        let batch = Batch { journal: side.journal(), entries };
        let plain = serde_json::to_vec(&batch).map_err(BoxFault::new)?;
        if plain.len() <= BATCH_BYTES {
            let packed = zstd::encode_all(plain.as_slice(), 3).map_err(BoxFault::new)?;
            return Ok(Ok(Packed { entries: count as u64, packed }));
        }
        if count == 1 {
            return Ok(Err(AgentError::TooLarge(format!("entry {} of {} bytes", after + 1, plain.len()))));
        }
        entries = batch.entries;
        entries.truncate(count / 2);
    }
}

/// One history on both sides: what the hub holds must be a beginning of what the box holds.
async fn agree(link: &Link, above: Head, own: Head) -> Result<(), AgentError> {
    let common = above.seq.min(own.seq);
    let ours = match common {
        0 => Head::EMPTY,
        seq if seq == own.seq => own,
        seq => {
            let entry = link.on_box(move |side| side.entries(seq - 1, 1, BATCH_BYTES)).await?;
            entry.first().map_or(Head::EMPTY, Entry::head)
        }
    };
    if ours == above {
        return Ok(());
    }
    if common > 0 {
        // Shown to the hub so that the office above hears of it too; what it answers changes nothing here.
        if let Ok(batch) = link.on_box(move |side| batch(side, common - 1, 1)).await? {
            let _ = link.client.entries(batch.packed).await;
        }
    }
    Err(AgentError::Fork { seq: if above.seq > own.seq { own.seq + 1 } else { common } })
}
