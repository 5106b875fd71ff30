//! Blobs up: resumable, in pieces, and never in the way of an entry.

use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use wire::Sha256;
use wire::calls::{BLOB_BYTES, PIECE_BYTES};

use crate::run::Link;
use crate::{AgentError, BoxFault, ReadSeek};

/// After this long entries and downlink get their turn again, however much is left of a blob.
const TURN: Duration = Duration::from_secs(20);
/// On a line so slow or so often cut that pieces do not pass, this is the smallest.
const SMALLEST_PIECE: usize = 8 << 10;
/// How often in a row the hub may say "offset" before that is nonsense.
const MISSES: u32 = 3;

/// How a turn ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Everything asked for was sent, or is in `round.left`.
    Done,
    /// Something else has its turn; call again.
    Paused,
}

/// Sends what the hub misses, in the hub's order, until done or until entries must go first.
pub(crate) async fn send(link: &mut Link, missing: &[Sha256]) -> Result<Turn, AgentError> {
    let until = Instant::now() + TURN;
    for name in missing {
        if link.round.left.iter().any(|(left, _)| left == name) {
            continue;
        }
        if link.whole.contains(name) {
            return Err(AgentError::Nonsense(format!("blob {name} was whole and is missing again")));
        }
        match send_one(link, name, until).await {
            Ok(Turn::Done) => {
                link.whole.insert(*name);
                link.round.sent_blobs += 1;
            }
            Ok(Turn::Paused) => return Ok(Turn::Paused),
            Err(error) if error.is_about_one_blob() => link.round.left.push((*name, error)),
            Err(error) => return Err(error),
        }
    }
    Ok(Turn::Done)
}

async fn send_one(link: &mut Link, name: &Sha256, until: Instant) -> Result<Turn, AgentError> {
    let wanted = *name;
    let Some((mut reader, bytes)) = link.on_box(move |side| side.open_blob(&wanted)).await? else {
        return Err(AgentError::BlobGone(*name));
    };
    if bytes > BLOB_BYTES {
        return Err(AgentError::TooLarge(format!("blob {name} of {bytes} bytes")));
    }
    let mut offset = link.client.blob_offset(name).await?.min(bytes);
    let mut misses = 0;
    loop {
        let most = link.piece_bytes;
        let piece;
        (reader, piece) = link.on_box(move |_| read_piece(reader, offset, most)).await?;
        let sent = link.client.piece(name, offset, bytes, &piece).await;
        // A piece the line cannot carry is cut smaller; one it carries well, larger.
        link.piece_bytes = match &sent {
            Err(AgentError::Slow(_) | AgentError::Unreachable(_)) => (most / 2).max(SMALLEST_PIECE),
            Ok(_) => (most * 2).min(PIECE_BYTES),
            Err(_) => most,
        };
        offset = match sent {
            Ok(now) if now >= bytes => return Ok(Turn::Done),
            Ok(now) if now > offset => now,
            Ok(_) => {
                return Err(AgentError::Nonsense("the hub took a piece and stands where it stood".into()));
            }
            Err(AgentError::Offset) if misses < MISSES => {
                misses += 1;
                link.client.blob_offset(name).await?.min(bytes)
            }
            Err(error) => return Err(error),
        };
        if link.nudged() || Instant::now() >= until {
            return Ok(Turn::Paused);
        }
    }
}

type Reader = Box<dyn ReadSeek>;

fn read_piece(mut reader: Reader, offset: u64, most: usize) -> Result<(Reader, Vec<u8>), BoxFault> {
    let mut piece = Vec::with_capacity(most);
    reader.seek(SeekFrom::Start(offset)).map_err(BoxFault::new)?;
    (&mut reader).take(most as u64).read_to_end(&mut piece).map_err(BoxFault::new)?;
    Ok((reader, piece))
}
