//! A disk in memory: it remembers what would survive a power cut at each fsync, and it fails on command.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use crate::store::Opener;

#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What the program reads back.
    live: Vec<u8>,
    /// What a completed fsync has covered.
    durable: Vec<u8>,
    /// What was done since, in order; after a power cut any part of it may be there.
    pending: Vec<Change>,
    recording: bool,
    cuts: Vec<Cut>,
    /// How far the world outside had come; copied into each cut.
    progress: Progress,
    /// Writes, fsyncs and resizes left before they begin to fail, and how many then do.
    failure: Option<(u64, u64)>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Resize(usize),
}

/// What had been promised to the outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The last seq acknowledged.
    pub(crate) acknowledged: u64,
    /// Blobs said to be at rest.
    pub(crate) blobs: usize,
}

/// The moment an fsync was asked for, and the power went.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) progress: Progress,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

impl Cut {
    /// What may be on the disk: nothing since the last fsync, everything, or some of it with one write torn.
    pub(crate) fn images(&self, dice: u64) -> Vec<Vec<u8>> {
        let mut dice = Dice(dice);
        vec![
            self.image(|_| Some(usize::MAX)),
            self.image(|_| None),
            self.image(|_| dice.throw(2).then_some(usize::MAX)),
            self.image(|length| {
                (!dice.throw(3)).then(|| if dice.throw(2) { length / 2 } else { usize::MAX })
            }),
        ]
    }

    /// `arrived` says of each change how many of its bytes reached the disk.
    fn image(&self, mut arrived: impl FnMut(usize) -> Option<usize>) -> Vec<u8> {
        let mut image = self.durable.clone();
        for change in &self.pending {
            let length = match change {
                Change::Write(_, bytes) => bytes.len(),
                Change::Resize(_) => 0,
            };
            match (arrived(length), change) {
                (Some(most), Change::Write(at, bytes)) => write(&mut image, *at, &bytes[..most.min(length)]),
                (Some(_), Change::Resize(length)) => image.resize(*length, 0),
                (None, _) => {}
            }
        }
        image
    }
}

/// xorshift: the same throws in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.is_multiple_of(sides)
    }
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn holding(image: Vec<u8>) -> Self {
        let disk = Self::new();
        disk.state().live = image.clone();
        disk.state().durable = image;
        disk
    }

    /// From now on every fsync leaves a [`Cut`].
    pub(crate) fn record(&self) {
        self.state().recording = true;
    }

    pub(crate) fn cuts(&self) -> Vec<Cut> {
        std::mem::take(&mut self.state().cuts)
    }

    pub(crate) fn has_come_to(&self, progress: Progress) {
        self.state().progress = progress;
    }

    /// After `after` more writes, fsyncs and resizes the next `times` fail for want of space.
    pub(crate) fn fill_up(&self, after: u64, times: u64) {
        self.state().failure = Some((after, times));
    }

    /// There is space again; whether it had run out at all.
    pub(crate) fn make_space(&self) -> bool {
        self.state().failure.take().is_some_and(|(after, _)| after == 0)
    }

    pub(crate) fn image(&self) -> Vec<u8> {
        self.state().live.clone()
    }

    pub(crate) fn opener(&self) -> Opener {
        let disk = self.clone();
        Box::new(move || Ok(Box::new(disk.clone())))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn may_fail(&mut self) -> Result<(), Error> {
        match &mut self.failure {
            Some((0, 0)) | None => Ok(()),
            Some((0, times)) => {
                *times -= 1;
                Err(Error::from(ErrorKind::StorageFull))
            }
            Some((after, _)) => {
                *after -= 1;
                Ok(())
            }
        }
    }

    fn change(&mut self, change: Change) -> Result<(), Error> {
        self.may_fail()?;
        match &change {
            Change::Write(at, bytes) => write(&mut self.live, *at, bytes),
            Change::Resize(length) => self.live.resize(*length, 0),
        }
        if self.recording {
            self.pending.push(change);
        }
        Ok(())
    }
}

fn write(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if image.len() < at + bytes.len() {
        image.resize(at + bytes.len(), 0);
    }
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, Error> {
        Ok(self.state().live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let at = usize::try_from(offset).unwrap();
        let state = self.state();
        let bytes = state.live.get(at..at + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        self.state().change(Change::Resize(usize::try_from(len).unwrap()))
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.state().change(Change::Write(usize::try_from(offset).unwrap(), data.to_vec()))
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.state();
        state.may_fail()?;
        if state.recording {
            let pending = std::mem::take(&mut state.pending);
            let cut = Cut { progress: state.progress, durable: state.durable.clone(), pending };
            state.cuts.push(cut);
        }
        state.durable = state.live.clone();
        Ok(())
    }
}
