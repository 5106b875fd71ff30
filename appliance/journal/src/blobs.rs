//! Blobs: bytes that rest under the name of their own SHA-256.
//!
//! A blob is written to `tmp/`, brought to the disk, renamed to `blobs/ab/ab12…` and the folder brought to the
//! disk; only then is its name handed out. So a file under `blobs/` is whole, and an entry that names it can be
//! written. What a power cut leaves behind is a file in `tmp/` (gone at the next start) or a blob nobody names
//! (gone at the next [`Journal::sweep`]).

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use wire::Sha256;
use wire::hash::Hasher;

use crate::Journal;
use crate::fault::Fault;

/// All blobs of a box. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    folder: PathBuf,
    tmp: PathBuf,
    /// Brought to rest, or claimed by an entry, since the start. Never swept: the entry that names it may be on its
    /// way. A file's age would say the same less well, on a box whose clock may jump by years.
    fresh: Arc<Mutex<HashSet<Sha256>>>,
}

/// What [`Journal::sweep`] took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many.
    pub blobs: u64,
    /// How large together.
    pub bytes: u64,
}

impl Journal {
    /// Takes away blobs that no entry names and nobody has put since the program started.
    ///
    /// # Errors
    /// If the store or the disk fails.
    pub fn sweep(&self) -> Result<Swept, Fault> {
        self.blobs().sweep(&self.read()?.named_blobs()?)
    }
}

impl Blobs {
    /// The blobs below a data folder; makes the folders where they are not there yet.
    pub(crate) fn below(data: &Path) -> Result<Self, Fault> {
        let blobs = Self { folder: data.join("blobs"), tmp: data.join("tmp"), fresh: Arc::default() };
        make_folder(&blobs.folder)?;
        make_folder(&blobs.tmp)?;
        sync_folder(data)?;
        Ok(blobs)
    }

    /// Throws away what a power cut left unfinished; for the one who holds the journal's lock.
    pub(crate) fn empty_tmp(&self) -> Result<(), Fault> {
        for left in fs::read_dir(&self.tmp).map_err(reading)? {
            fs::remove_file(left.map_err(reading)?.path()).map_err(|e| Fault::disk("emptying tmp", e))?;
        }
        Ok(())
    }

    /// Brings bytes to rest under their name. Bytes already there are not written again.
    ///
    /// # Errors
    /// If the disk is full or fails.
    pub fn put(&self, bytes: &[u8]) -> Result<Sha256, Fault> {
        let name = Sha256::of(bytes);
        if self.len(&name)? == Some(bytes.len() as u64) && self.claim(&name)? {
            return Ok(name);
        }
        let mut writer = self.writer()?;
        writer.write_all(bytes).map_err(writing)?;
        writer.finish()
    }

    /// For bytes that come in pieces. Until [`BlobWriter::finish`] nothing is there.
    ///
    /// # Errors
    /// If the disk is full or fails.
    pub fn writer(&self) -> Result<BlobWriter, Fault> {
        let path = self.tmp_path();
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(writing)?;
        let file = Some(BufWriter::with_capacity(64 << 10, file));
        Ok(BlobWriter { blobs: self.clone(), path, file, hasher: Hasher::new(), bytes: 0 })
    }

    /// The blob's file, for streaming; its bytes are not compared with its name.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn open(&self, name: &Sha256) -> Result<Option<File>, Fault> {
        found(File::open(self.path(name)))
    }

    /// The blob's bytes, compared with its name.
    ///
    /// # Errors
    /// If the disk fails, or the bytes are not those once put.
    pub fn read(&self, name: &Sha256) -> Result<Option<Vec<u8>>, Fault> {
        let bytes = found(fs::read(self.path(name)))?;
        match bytes {
            Some(bytes) if Sha256::of(&bytes) != *name => Err(Fault::Damaged(format!("blob {name}"))),
            bytes => Ok(bytes),
        }
    }

    /// How long the blob is, in bytes.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn len(&self, name: &Sha256) -> Result<Option<u64>, Fault> {
        Ok(found(fs::metadata(self.path(name)))?.map(|facts| facts.len()))
    }

    /// Whether the blob is there.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn has(&self, name: &Sha256) -> Result<bool, Fault> {
        Ok(self.len(name)?.is_some())
    }

    /// The names of all blobs, in no order.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn names(&self) -> Result<Vec<Sha256>, Fault> {
        let mut names = Vec::new();
        for folder in fs::read_dir(&self.folder).map_err(reading)? {
            let folder = folder.map_err(reading)?;
            if !folder.file_type().map_err(reading)?.is_dir() {
                continue;
            }
            for file in fs::read_dir(folder.path()).map_err(reading)? {
                let file = file.map_err(reading)?.file_name();
                names.extend(file.to_str().and_then(|name| name.parse::<Sha256>().ok()));
            }
        }
        Ok(names)
    }

    /// Whether the blob is at rest; if so no sweep takes it away until the program ends.
    pub(crate) fn claim(&self, name: &Sha256) -> Result<bool, Fault> {
        let mut fresh = self.fresh();
        if fresh.contains(name) {
            return self.has(name);
        }
        let there = self.has(name)?;
        if there {
            // A program that died between rename and fsync may have left the name in memory only.
            sync_folder(&self.shelf(name))?;
            fresh.insert(*name);
        }
        Ok(there)
    }

    /// Whether the bytes are those of the name; `None` if there are none.
    pub(crate) fn is_whole(&self, name: &Sha256) -> Result<Option<bool>, Fault> {
        let Some(mut file) = self.open(name)? else { return Ok(None) };
        let mut hasher = Hasher::new();
        let mut piece = vec![0; 64 << 10];
        loop {
            match file.read(&mut piece).map_err(reading)? {
                0 => return Ok(Some(hasher.finish() == *name)),
                bytes => hasher.update(&piece[..bytes]),
            }
        }
    }

    fn sweep(&self, keep: &HashSet<Sha256>) -> Result<Swept, Fault> {
        let mut swept = Swept::default();
        for name in self.names()?.into_iter().filter(|name| !keep.contains(name)) {
            let fresh = self.fresh();
            if fresh.contains(&name) {
                continue;
            }
            swept.bytes += self.len(&name)?.unwrap_or(0);
            swept.blobs += 1;
            fs::remove_file(self.path(&name)).map_err(|e| Fault::disk("sweeping a blob", e))?;
        }
        Ok(swept)
    }

    /// The last steps to rest for a file in `tmp/` that is whole and on the disk. One at a time: who finds the blob
    /// already there must not be told so before the other's fsync.
    fn settle(&self, tmp: &Path, name: Sha256, bytes: u64) -> Result<(), Fault> {
        let mut fresh = self.fresh();
        let shelf = self.shelf(&name);
        if self.len(&name)? == Some(bytes) {
            fs::remove_file(tmp).map_err(writing)?;
        } else {
            make_folder(&shelf)?;
            sync_folder(&self.folder)?;
            fs::rename(tmp, self.path(&name)).map_err(writing)?;
        }
        sync_folder(&shelf)?;
        fresh.insert(name);
        Ok(())
    }

    /// Where to make a file that is to be moved elsewhere when it is whole.
    pub(crate) fn tmp_path(&self) -> PathBuf {
        self.tmp.join(Uuid::new_v4().simple().to_string())
    }

    fn fresh(&self) -> MutexGuard<'_, HashSet<Sha256>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By the first two digits: some file systems grow slow with a hundred thousand names in one folder.
    fn shelf(&self, name: &Sha256) -> PathBuf {
        self.folder.join(&name.to_string()[..2])
    }

    fn path(&self, name: &Sha256) -> PathBuf {
        self.shelf(name).join(name.to_string())
    }
}

/// A blob being written. Dropped before [`BlobWriter::finish`] it leaves nothing behind.
pub struct BlobWriter {
    blobs: Blobs,
    path: PathBuf,
    /// Taken out by `finish`.
    file: Option<BufWriter<File>>,
    hasher: Hasher,
    bytes: u64,
}

impl BlobWriter {
    /// Brings the blob to rest and says its name.
    ///
    /// # Errors
    /// If the disk is full or fails; nothing is left behind then.
    pub fn finish(mut self) -> Result<Sha256, Fault> {
        let Some(file) = self.file.take() else { return Err(Fault::Misuse("a blob was finished twice")) };
        let file = file.into_inner().map_err(|error| writing(error.into_error()));
        let hasher = std::mem::take(&mut self.hasher);
        let name = hasher.finish();
        let settled = file
            .and_then(|file| file.sync_all().map_err(writing))
            .and_then(|()| self.blobs.settle(&self.path, name, self.bytes));
        if settled.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        settled.map(|()| name)
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("the blob is finished"))?;
        let written = file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // Not flushed: the disk may be the reason why the blob was given up.
            drop(file.into_parts().0);
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn make_folder(path: &Path) -> Result<(), Fault> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Fault::disk("making a folder", error))
        }
        _ => Ok(()),
    }
}

/// A rename is at rest only when its folder is.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Fault> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|e| Fault::disk("syncing a folder", e))
}

fn found<T>(outcome: io::Result<T>) -> Result<Option<T>, Fault> {
    match outcome {
        Ok(it) => Ok(Some(it)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(reading(error)),
    }
}

fn reading(error: io::Error) -> Fault {
    Fault::disk("reading a blob", error)
}

fn writing(error: io::Error) -> Fault {
    Fault::disk("writing a blob", error)
}
