//! What the box calls: which scanners are there, scan, and tell me when somebody presses a button.
//!
//! One worker at a time belongs to a [`Scanners`]. It is started when something is first wanted, leaves when it
//! has been idle, and is replaced after a death; callers notice none of that unless it happened to their scan.
//! Only a worker that ended its last order properly is ever used again: a scan whose future is dropped takes its
//! worker with it.
//!
//! ```text
//! Scan 1: |--- scan ---|.. letting go ..|
//! Scan 2:              |     waits      |--- scan ---|
//! buttons: --- watch --|                             |--- watch ---
//! ```

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;

use crate::capture::Capture;
use crate::child::{Child, Launch, Patience};
use crate::device::{Device, Request, Via};
use crate::error::{KeepFailed, ScanError};
use crate::protocol::Order;
use crate::talk::Talk;

/// The scanners of a box. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Scanners {
    inner: Arc<Inner>,
}

struct Inner {
    launch: Launch,
    via: Via,
    patience: Patience,
    /// The idle worker, if there is one. Held by whoever has the worker, until its device is free again.
    worker: Arc<Mutex<Option<Child>>>,
    scanning: AtomicBool,
    /// How many want the worker for a scan or a look: whoever watches buttons steps aside for them.
    wanted: watch::Sender<usize>,
    /// The list last given, for those who ask while a scan has the worker.
    last_list: std::sync::Mutex<Option<Vec<Device>>>,
}

/// The right to the worker.
type Slot = OwnedMutexGuard<Option<Child>>;

/// What a scan tells on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A page is being read. The first comes as soon as the sheet moves, with `done` 0; then at most ten a
    /// second.
    Lines {
        /// From 1.
        page: u32,
        /// Lines read.
        done: u32,
        /// Lines there will be, where the scanner knows.
        of: Option<u32>,
    },
    /// A page is complete. The next sheet is fed once this has been kept.
    Page {
        /// From 1.
        page: u32,
        /// The page.
        capture: Capture,
    },
}

impl Scanners {
    /// Starts nothing yet.
    pub fn new(launch: Launch, via: Via) -> Scanners {
        Scanners::with_patience(launch, via, Patience::default())
    }

    /// As [`Scanners::new`], but with another idea of when a driver hangs. For tests: no scanner is known to
    /// need more than the default, and none gains by less.
    pub fn with_patience(launch: Launch, via: Via, patience: Patience) -> Scanners {
        let inner = Inner {
            launch,
            via,
            patience,
            worker: Arc::default(),
            scanning: AtomicBool::new(false),
            wanted: watch::Sender::new(0),
            last_list: std::sync::Mutex::new(None),
        };
        Scanners { inner: Arc::new(inner) }
    }

    /// The scanners there are now, looked for anew; while a scan is under way, those of the last look.
    ///
    /// Takes as long as the drivers take, seconds where network scanners are asked. An empty list is a list.
    /// Fails with [`ScanError::Busy`] when a scan is under way and there has been no look before it.
    pub async fn devices(&self) -> Result<Vec<Device>, ScanError> {
        if self.inner.scanning.load(Ordering::Acquire) {
            return self.inner.last_list().clone().ok_or(ScanError::Busy);
        }
        let mut slot = self.inner.slot().await;
        let mut talk = self.inner.talk(&mut slot, &Order::Devices).await?;
        let list = talk.devices().await;
        release(slot, talk);
        let list = list?;
        *self.inner.last_list() = Some(list.clone());
        Ok(list)
    }

    /// Scans, and returns the number of pages that `keep` kept.
    ///
    /// `keep` is called with every [`Progress`], one at a time, and may be an `async |progress| {..}` that changes
    /// what it captures only through a lock or a cell: a plain `AsyncFnMut` would make a future that cannot be
    /// proved `Send` and so not be spawned. The worker feeds the next sheet only after it has returned `Ok` for
    /// the page before. When it fails, scanning stops with [`ScanError::Keep`]. Pages kept
    /// before a failure stay the caller's: a jam at the fourth sheet has delivered three.
    ///
    /// Fails with [`ScanError::Busy`] when a scan is under way already, and as the variants of [`ScanError`]
    /// say. A cancel ends with [`ScanError::Cancelled`] at once, or as soon as a `keep` under way has returned;
    /// the worker then lets the device go, for which the next call waits.
    pub async fn scan<F>(
        &self,
        request: Request,
        mut keep: impl FnMut(Progress) -> F,
        cancel: CancellationToken,
    ) -> Result<u32, ScanError>
    where
        F: Future<Output = Result<(), KeepFailed>>,
    {
        let _turn = Turn::take(&self.inner.scanning)?;
        let beginning = async {
            let mut slot = self.inner.slot().await;
            let talk = self.inner.talk(&mut slot, &Order::Scan { request }).await?;
            Ok((slot, talk))
        };
        let (slot, mut talk) = unless(&cancel, beginning).await.unwrap_or(Err(ScanError::Cancelled))?;
        let pages = talk.scan(&mut keep, &cancel).await;
        release(slot, talk);
        pages
    }

    /// Watches the buttons of a device, as [`Device::buttons`] names them, until `stop` fires; `address` is where
    /// the device was seen last ([`Device::address`]), which spares a look at all the others.
    ///
    /// `pressed` is called once for every press, for one button at most once a second. A button that is held down
    /// when the watch begins has not been pressed. The worker belongs to the watch meanwhile, so one device can
    /// be watched at a time; scans and looks for scanners make it pause, and it goes on after them.
    ///
    /// Fails as [`Scanners::scan`] does, in particular when the scanner is unplugged, and with
    /// [`ScanError::Unsupported`] when the device has no buttons that tell.
    pub async fn buttons<F>(
        &self,
        device: &str,
        address: Option<&str>,
        mut pressed: F,
        stop: CancellationToken,
    ) -> Result<(), ScanError>
    where
        F: FnMut(String),
    {
        let order = Order::Watch { device: device.to_owned(), address: address.map(str::to_owned) };
        while !stop.is_cancelled() {
            let beginning = async {
                self.inner.nobody_waits().await;
                let mut slot = Arc::clone(&self.inner.worker).lock_owned().await;
                let talk = self.inner.talk(&mut slot, &order).await?;
                Ok((slot, talk))
            };
            let Some(begun) = unless(&stop, beginning).await else { return Ok(()) };
            let (slot, mut talk) = begun?;
            let fault = tokio::select! {
                biased;
                () = stop.cancelled() => None,
                () = self.inner.somebody_waits() => None,
                fault = talk.watch(&mut pressed) => Some(fault),
            };
            release(slot, talk);
            if let Some(fault) = fault {
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Waits until the device of the last scan is free, and stops the worker. For whoever is about to stop the
    /// box: a driver that is killed in mid-sheet leaves paper in the feeder.
    pub async fn close(&self) {
        drop(self.inner.slot().await.take());
    }
}

impl Inner {
    /// The right to the worker, once whoever has it has let go; buttons are not watched meanwhile.
    async fn slot(&self) -> Slot {
        let _wish = Wish::new(&self.wanted);
        Arc::clone(&self.worker).lock_owned().await
    }

    /// A talk about an order that has been heard.
    async fn talk(&self, slot: &mut Slot, order: &Order) -> Result<Talk, ScanError> {
        Talk::open(slot.take(), || Child::start(&self.launch, &self.via), order, self.patience).await
    }

    async fn somebody_waits(&self) {
        // Cannot fail: the sender is ours.
        let _ = self.wanted.subscribe().wait_for(|wanted| *wanted > 0).await;
    }

    async fn nobody_waits(&self) {
        let _ = self.wanted.subscribe().wait_for(|wanted| *wanted == 0).await;
    }

    fn last_list(&self) -> MutexGuard<'_, Option<Vec<Device>>> {
        self.last_list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a talk behind the caller's back; whoever wants the worker next waits for that.
fn release(mut slot: Slot, talk: Talk) {
    tokio::spawn(async move { *slot = talk.close().await });
}

/// What a future brings, unless it is cancelled before.
async fn unless<T>(cancel: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    let work = pin!(work);
    tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        outcome = work => Some(outcome),
    }
}

/// Somebody wants the worker, until dropped.
struct Wish<'a>(&'a watch::Sender<usize>);

impl Wish<'_> {
    fn new(wanted: &watch::Sender<usize>) -> Wish<'_> {
        wanted.send_modify(|wanted| *wanted += 1);
        Wish(wanted)
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|wanted| *wanted -= 1);
    }
}

/// The right to scan, given back by dropping.
struct Turn<'a>(&'a AtomicBool);

impl Turn<'_> {
    fn take(scanning: &AtomicBool) -> Result<Turn<'_>, ScanError> {
        if scanning.swap(true, Ordering::AcqRel) { Err(ScanError::Busy) } else { Ok(Turn(scanning)) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
