//! A file of a disk that is not ours - a share, a stick - copied into a blob: plain files only, no links followed, never
//! more than the limit.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use journal::{Blobs, Fault};
use wire::Sha256;

use super::MOST_BYTES;

/// Why a file was not copied.
#[derive(Debug)]
pub(super) enum NotCopied {
    /// More than [`MOST_BYTES`].
    TooLarge,
    /// It is gone, or the disk it lies on is.
    Unread(io::Error),
    /// Our own disk.
    Unwritten(Fault),
}

/// Opens a plain file; a link, a pipe or a device is refused like a file that is not there.
///
/// # Errors
/// What the disk says.
pub(super) fn opened(path: &Path) -> io::Result<File> {
    // A pipe would keep whoever opens it waiting for its other end.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Copies it.
pub(super) fn copied(blobs: &Blobs, mut file: File) -> Result<Sha256, NotCopied> {
    if file.metadata().map_err(NotCopied::Unread)?.len() > MOST_BYTES {
        return Err(NotCopied::TooLarge);
    }
    let mut blob = blobs.writer().map_err(NotCopied::Unwritten)?;
    let mut piece = vec![0; 64 << 10];
    let mut bytes = 0;
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(NotCopied::Unread(error)),
        };
        bytes += read as u64;
        if bytes > MOST_BYTES {
            return Err(NotCopied::TooLarge);
        }
        blob.write_all(&piece[..read]).map_err(|error| NotCopied::Unwritten(error.into()))?;
    }
    blob.finish().map_err(NotCopied::Unwritten)
}
