//! What box and worker say to each other over the worker's standard input and output.
//!
//! A message is a head and perhaps bytes: length of the head and length of the bytes, four octets each, big
//! end first; then the head as JSON; then the bytes as they are. Only a page brings bytes: its capture and,
//! directly behind it, its thumbnail.
//!
//! ```text
//! 00 00 00 23  00 00 00 00  {"report":"done","pages":2}
//! ```
//!
//! Both ends are one build of one program, so nothing here has versions. Lengths are still checked: the worker
//! carries foreign code, and what it writes is believed no more than what comes over a network.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::capture::{Capture, CaptureFormat};
use crate::device::{Device, Request};
use crate::error::ScanError;

/// Longest head, bytes.
const MOST_HEAD: usize = 1 << 20;
/// Longest payload, bytes: an encoded page, far above any real one.
const MOST_BYTES: usize = 512 << 20;

/// Box to worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(crate) enum Order {
    /// List the scanners; answered by [`Report::Devices`] or [`Report::Failed`].
    Devices,
    /// Scan; answered by lines, pages and at last [`Report::Done`] or [`Report::Failed`].
    Scan {
        /// What and how.
        request: Request,
    },
    /// Tell when somebody presses a button of the device; answered by [`Report::Watching`] and
    /// [`Report::Pressed`] until a cancel, then by [`Report::Done`].
    Watch {
        /// [`Device::id`].
        device: String,
        /// Where it was seen last.
        address: Option<String>,
    },
    /// The page just reported is at rest: go on.
    Kept,
    /// Stop what is under way; answered by [`Report::Failed`], or [`Report::Done`] when it was over anyway.
    Cancel,
}

/// Worker to box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The order has been read, and the driver is called next. Every order but [`Order::Cancel`] is answered by
    /// this at once, so that a deaf worker is told from a driver that needs a minute to warm up.
    Heard,
    /// The scanners there are.
    Devices {
        /// In the order of the drivers.
        devices: Vec<Device>,
    },
    /// How far the page is; at most some ten a second.
    Lines {
        /// From 1.
        page: u32,
        /// Lines read so far.
        done: u32,
        /// Lines there will be, where the scanner knows.
        of: Option<u32>,
        /// The driver has taken the sheet, but may still be warming up: it calibrates while it is read from.
        warming_up: bool,
    },
    /// A page is complete; its bytes follow. The worker now waits for [`Order::Kept`].
    Page {
        /// From 1.
        page: u32,
        /// What it looks like.
        head: PageHead,
    },
    /// The buttons are being watched: said again and again, as a sign of life.
    Watching,
    /// A button of the device was pressed.
    Pressed {
        /// As the driver calls it.
        button: String,
    },
    /// How the scan ends, before the driver is asked to let the device go: some never come back from that.
    /// [`Report::Done`] or [`Report::Failed`] follows when it did.
    Ending {
        /// Pages reported.
        pages: u32,
        /// Why it was not done, if it was not.
        error: Option<ScanError>,
    },
    /// The scan is over and the device free.
    Done {
        /// Pages reported.
        pages: u32,
    },
    /// What was ordered came to nothing, or to no more than the pages reported.
    Failed {
        /// Why.
        error: ScanError,
    },
}

/// All of a capture but its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageHead {
    format: CaptureFormat,
    width_px: u32,
    height_px: u32,
    dpi: u32,
    capture_bytes: usize,
}

impl PageHead {
    /// The head of a capture and the bytes that travel behind it.
    pub(crate) fn split(capture: Capture) -> (PageHead, Vec<u8>) {
        let Capture { mut bytes, format, width_px, height_px, dpi, thumbnail } = capture;
        let head = PageHead { format, width_px, height_px, dpi, capture_bytes: bytes.len() };
        bytes.extend_from_slice(&thumbnail);
        (head, bytes)
    }

    /// The capture again. Fails when the bytes are fewer than the head says.
    pub(crate) fn join(self, mut bytes: Vec<u8>) -> io::Result<Capture> {
        if self.capture_bytes > bytes.len() {
            return Err(nonsense("a page shorter than its head says"));
        }
        let thumbnail = bytes.split_off(self.capture_bytes);
        let PageHead { format, width_px, height_px, dpi, .. } = self;
        Ok(Capture { bytes, format, width_px, height_px, dpi, thumbnail })
    }
}

/// One message as bytes, without those of the payload.
pub(crate) fn encode(head: &impl Serialize, payload: usize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(head)?;
    let (Ok(head_length), Ok(payload_length)) = (u32::try_from(json.len()), u32::try_from(payload)) else {
        return Err(nonsense("a message longer than 4 GB"));
    };
    let mut bytes = Vec::with_capacity(8 + json.len());
    bytes.extend_from_slice(&head_length.to_be_bytes());
    bytes.extend_from_slice(&payload_length.to_be_bytes());
    bytes.extend_from_slice(&json);
    Ok(bytes)
}

/// Writes one message and flushes it.
pub(crate) fn write(out: &mut impl Write, head: &impl Serialize, payload: &[u8]) -> io::Result<()> {
    out.write_all(&encode(head, payload.len())?)?;
    out.write_all(payload)?;
    out.flush()
}

/// Reads one message that brings no bytes. `None` when the other side has gone.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut lengths = [0; 8];
    match from.read_exact(&mut lengths) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let (head, payload) = checked(lengths)?;
    if payload != 0 {
        return Err(nonsense("an order with a payload"));
    }
    let mut json = vec![0; head];
    from.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

/// Reads one message and its bytes. `None` when the other side has gone.
pub(crate) async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 8];
    match from.read_exact(&mut lengths).await {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    };
    let (head, payload) = checked(lengths)?;
    let mut json = vec![0; head];
    from.read_exact(&mut json).await?;
    let mut bytes = Vec::new();
    // Read in steps rather than into a buffer of the length announced: a lie then costs no memory.
    if from.take(payload as u64).read_to_end(&mut bytes).await? != payload {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((serde_json::from_slice(&json)?, bytes)))
}

fn checked(lengths: [u8; 8]) -> io::Result<(usize, usize)> {
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head, payload) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    let (head, payload) = (head as usize, payload as usize);
    if head > MOST_HEAD || payload > MOST_BYTES {
        return Err(nonsense("a message of absurd length"));
    }
    Ok((head, payload))
}

fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_arrives_as_it_was_sent() {
        let capture = Capture {
            bytes: vec![1, 2, 3],
            format: CaptureFormat::Jpeg,
            width_px: 4,
            height_px: 5,
            dpi: 300,
            thumbnail: vec![9],
        };
        let (head, bytes) = PageHead::split(capture.clone());
        let mut pipe = Vec::new();
        write(&mut pipe, &Report::Page { page: 7, head }, &bytes).unwrap();
        let (report, bytes) = receive::<Report>(&mut pipe.as_slice()).await.unwrap().unwrap();
        let Report::Page { page: 7, head } = report else { panic!("{report:?}") };
        assert_eq!(head.join(bytes).unwrap(), capture);
    }

    #[tokio::test]
    async fn nonsense_on_the_pipe_is_a_fault_and_an_end_is_an_end() {
        let absurd = [0xff; 16];
        let not_json = [0, 0, 0, 1, 0, 0, 0, 0, b'x'];
        let cut = [0, 0, 0, 9, 0, 0, 0, 0, b'{'];
        for bytes in [&absurd[..], &not_json, &cut] {
            assert!(receive::<Report>(&mut { bytes }).await.is_err(), "{bytes:?}");
            assert!(read::<Order>(&mut { bytes }).is_err(), "{bytes:?}");
        }
        assert!(receive::<Report>(&mut &b""[..]).await.unwrap().is_none());
    }
}
