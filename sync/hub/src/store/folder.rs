//! Blobs at rest: `blobs/<unit>/ab/<name>` when whole, `parts/<unit>/<name>` while they come.
//!
//! A unit's blobs lie under its own folder: what one school sent can never be had by naming it from another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use uuid::Uuid;
use wire::Sha256;
use wire::hash::Hasher;

/// The folder. Its calls block.
#[derive(Clone)]
pub(crate) struct Folder {
    root: PathBuf,
    /// One piece of a blob at a time; taken inside the blocking call, so that a caller that went away in the
    /// middle cannot let another piece in.
    locks: Arc<[Mutex<()>; 64]>,
}

/// What became of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// It does not begin where the part ends.
    Elsewhere,
    /// At rest; the part ends here now.
    Come(u64),
    /// It was the last, and the blob is at its place.
    Whole,
    /// It was the last, and the bytes are not the ones the name says: dropped.
    Wrong,
}

impl Folder {
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        for name in ["blobs", "parts"] {
            fs::create_dir_all(root.join(name))?;
        }
        Ok(Self { root: root.to_owned(), locks: Arc::new(std::array::from_fn(|_| Mutex::new(()))) })
    }

    /// Takes the piece that begins at `offset` of a blob of `length` bytes.
    pub(crate) fn take(
        &self,
        unit: Uuid,
        name: &Sha256,
        offset: u64,
        length: u64,
        piece: &[u8],
    ) -> io::Result<Piece> {
        let lock = &self.locks[usize::from(name.as_bytes()[0]) % self.locks.len()];
        let _one_at_a_time = lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if self.whole(unit, name)?.is_some() {
            return Ok(Piece::Whole);
        }
        let come = self.come(unit, name)?;
        if come > length {
            // Told another length before: what came cannot be this blob.
            self.drop_part(unit, name)?;
            return Ok(Piece::Elsewhere);
        }
        if come != offset {
            return Ok(Piece::Elsewhere);
        }
        let come = self.add(unit, name, piece)?;
        if come < length {
            return Ok(Piece::Come(come));
        }
        Ok(if self.finish(unit, name)? { Piece::Whole } else { Piece::Wrong })
    }

    /// Bytes of a whole blob.
    pub(crate) fn whole(&self, unit: Uuid, name: &Sha256) -> io::Result<Option<u64>> {
        length(&self.whole_path(unit, name))
    }

    /// Bytes that have come of a blob.
    pub(crate) fn come(&self, unit: Uuid, name: &Sha256) -> io::Result<u64> {
        Ok(length(&self.part_path(unit, name))?.unwrap_or(0))
    }

    /// Adds a piece where the part ends, at rest when this returns. What could not be written whole leaves no trace.
    fn add(&self, unit: Uuid, name: &Sha256, piece: &[u8]) -> io::Result<u64> {
        let path = self.part_path(unit, name);
        let parent = path.parent().expect("a part lies in its unit's folder");
        fs::create_dir_all(parent)?;
        let mut part = OpenOptions::new().create(true).append(true).open(&path)?;
        let before = part.metadata()?.len();
        if let Err(error) = part.write_all(piece).and_then(|()| part.sync_data()) {
            // Half a piece is worse than none; if even this fails the hash at the end will tell.
            let _ = part.set_len(before);
            return Err(error);
        }
        if before == 0 {
            sync_folder(parent)?;
        }
        Ok(before + piece.len() as u64)
    }

    /// All bytes have come: at its place and at rest if the hash is right; dropped, and false, if not.
    fn finish(&self, unit: Uuid, name: &Sha256) -> io::Result<bool> {
        let part = self.part_path(unit, name);
        if hash(&part)? != *name {
            fs::remove_file(&part)?;
            return Ok(false);
        }
        let whole = self.whole_path(unit, name);
        let folder = whole.parent().expect("a blob lies in a folder of its unit");
        let of_unit = folder.parent().expect("a unit's folder lies in the root");
        let all_units = of_unit.parent().expect("the folder of all units");
        fs::create_dir_all(folder)?;
        fs::rename(&part, &whole)?;
        for changed in [folder, of_unit, all_units] {
            sync_folder(changed)?;
        }
        Ok(true)
    }

    /// Gives up what has come of a blob.
    fn drop_part(&self, unit: Uuid, name: &Sha256) -> io::Result<()> {
        match fs::remove_file(self.part_path(unit, name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Opens a whole blob.
    pub(crate) fn read(&self, unit: Uuid, name: &Sha256) -> io::Result<Option<File>> {
        match File::open(self.whole_path(unit, name)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a whole blob's bytes are the ones its name says; `None` if it is not there.
    pub(crate) fn verify(&self, unit: Uuid, name: &Sha256) -> io::Result<Option<bool>> {
        match hash(&self.whole_path(unit, name)) {
            Ok(found) => Ok(Some(found == *name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn whole_path(&self, unit: Uuid, name: &Sha256) -> PathBuf {
        let name = name.to_string();
        self.root.join("blobs").join(unit.to_string()).join(&name[..2]).join(name)
    }

    fn part_path(&self, unit: Uuid, name: &Sha256) -> PathBuf {
        self.root.join("parts").join(unit.to_string()).join(name.to_string())
    }
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn hash(path: &Path) -> io::Result<Sha256> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&piece[..read]),
        }
    }
}

/// A renamed or new file survives a power cut only once its folder is at rest too.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
