//! What the box calls: which scanners are there, and scan.
//!
//! One worker at a time belongs to a [`Scanners`]. It is started when something is first wanted, leaves when it
//! has been idle, and is replaced after a death; callers notice none of that unless it happened to their scan.
//! Only a worker that ended its last order properly is ever used again: a scan that is given up half-way, even
//! by dropping the future, takes its worker with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::capture::Capture;
use crate::child::{Child, Launch, Patience, Silence};
use crate::device::{Device, Request, Via};
use crate::error::{KeepFailed, ScanError};
use crate::protocol::{Order, Report};

/// The scanners of a box. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Scanners {
    inner: Arc<Inner>,
}

struct Inner {
    launch: Launch,
    via: Via,
    patience: Patience,
    worker: Mutex<Option<Child>>,
    scanning: AtomicBool,
    /// The list last given, for those who ask while a scan has the worker.
    last_list: std::sync::Mutex<Option<Vec<Device>>>,
}

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
            worker: Mutex::new(None),
            scanning: AtomicBool::new(false),
            last_list: std::sync::Mutex::new(None),
        };
        Scanners { inner: Arc::new(inner) }
    }

    /// The scanners there are now, looked for anew; while a scan is under way, those of the last look.
    ///
    /// Takes as long as the drivers take, seconds where network scanners are asked. An empty list is a list.
    /// Fails with [`ScanError::Busy`] when a scan is under way and there has been no look before it.
    pub async fn devices(&self) -> Result<Vec<Device>, ScanError> {
        let mut slot = match self.inner.worker.try_lock() {
            Ok(slot) => slot,
            Err(_) if self.inner.scanning.load(Ordering::Acquire) => {
                return self.inner.last_list().clone().ok_or(ScanError::Busy);
            }
            Err(_) => self.inner.worker.lock().await,
        };
        let (mut talk, reused) = self.inner.talk(&mut slot)?;
        let mut list = talk.devices().await;
        if reused && matches!(list, Err(Ended::Left)) {
            talk = self.inner.talk(&mut slot)?.0;
            list = talk.devices().await;
        }
        *slot = talk.worker_if_over();
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
    /// say. A cancel ends with [`ScanError::Cancelled`], or with `Ok` when the last page had been kept anyway.
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
        if cancel.is_cancelled() {
            return Err(ScanError::Cancelled);
        }
        let mut slot = self.inner.worker.lock().await;
        let order = Order::Scan { request };
        let (mut talk, reused) = self.inner.talk(&mut slot)?;
        let mut pages = talk.scan(&order, &mut keep, &cancel).await;
        if reused && matches!(pages, Err(Ended::Left)) {
            talk = self.inner.talk(&mut slot)?.0;
            pages = talk.scan(&order, &mut keep, &cancel).await;
        }
        *slot = talk.worker_if_over();
        Ok(pages?)
    }
}

impl Inner {
    /// A talk with the worker there is (`true`), which may just be leaving, or with a new one.
    fn talk(&self, slot: &mut Option<Child>) -> Result<(Talk, bool), ScanError> {
        let idle = slot.take().and_then(|mut child| child.is_running().then_some(child));
        let reused = idle.is_some();
        let worker = match idle {
            Some(worker) => worker,
            None => Child::start(&self.launch, &self.via)?,
        };
        Ok((Talk { worker, patience: self.patience, over: false }, reused))
    }

    fn last_list(&self) -> MutexGuard<'_, Option<Vec<Device>>> {
        self.last_list.lock().unwrap_or_else(PoisonError::into_inner)
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

/// One order and its answers.
struct Talk {
    worker: Child,
    patience: Patience,
    /// The worker has given its last answer to the order.
    over: bool,
}

/// How a talk ended without what was wanted.
enum Ended {
    /// The worker left before it read the order: it had been idle. Another will do it.
    Left,
    Because(ScanError),
}

/// A scan that shall stop: until when the worker may take for it, and what the caller will be told.
struct Stopping {
    until: Instant,
    why: ScanError,
}

impl Talk {
    /// The worker, if it may be used again.
    fn worker_if_over(self) -> Option<Child> {
        self.over.then_some(self.worker)
    }

    async fn devices(&mut self) -> Result<Vec<Device>, Ended> {
        self.worker.order(&Order::Devices).await?;
        let (report, _) = self.worker.report(self.patience.first_line).await?;
        self.over = true;
        match report {
            Report::Devices { devices } => Ok(devices),
            Report::Failed { error } => Err(error.into()),
            other => Err(self.out_of_turn(&other)),
        }
    }

    async fn scan<F>(
        &mut self,
        order: &Order,
        keep: &mut impl FnMut(Progress) -> F,
        cancel: &CancellationToken,
    ) -> Result<u32, Ended>
    where
        F: Future<Output = Result<(), KeepFailed>>,
    {
        self.worker.order(order).await?;
        let mut patience = self.patience.first_line;
        let mut stopping: Option<Stopping> = None;
        let mut ending = None;
        let mut heard = false;
        loop {
            let message = match &stopping {
                Some(stopping) => self.worker.report(stopping.until.duration_since(Instant::now())).await,
                None => tokio::select! {
                    biased;
                    () = cancel.cancelled() => {
                        stopping = Some(self.stop(ScanError::Cancelled).await?);
                        continue;
                    }
                    message = self.worker.report(patience) => message,
                },
            };
            let (report, bytes) = match (message, &stopping) {
                (Ok(message), _) => message,
                // However the worker took the stop, it is stopped: it will not be used again.
                (Err(_), Some(Stopping { why, .. })) => return Err(why.clone().into()),
                // The driver does not let go of the device: the worker goes, what it said of the scan holds.
                (Err(_), None) if ending.is_some() => {
                    return ending.unwrap_or(Err(ScanError::Hung)).map_err(Ended::from);
                }
                // Half-way through is no time to leave: nobody may begin such a scan again unasked.
                (Err(Silence::Left), None) if heard => return Err(ScanError::from(Ended::Left).into()),
                (Err(silence), None) => return Err(silence.into()),
            };
            heard = true;
            let kept = match report {
                Report::Done { pages } => {
                    self.over = true;
                    return match stopping {
                        Some(Stopping { why: why @ ScanError::Keep(_), .. }) => Err(why.into()),
                        _ => Ok(pages),
                    };
                }
                Report::Failed { error } => {
                    self.over = true;
                    return Err(stopping.map_or(error, |stopping| stopping.why).into());
                }
                Report::Ending { pages, error } => {
                    patience = self.patience.cancel;
                    ending = Some(error.map_or(Ok(pages), Err));
                    continue;
                }
                // What was on its way when the stop was ordered.
                Report::Lines { .. } | Report::Page { .. } if stopping.is_some() => continue,
                Report::Lines { page, done, of } => {
                    patience = if done == 0 { self.patience.first_line } else { self.patience.next_line };
                    keep(Progress::Lines { page, done, of }).await
                }
                Report::Page { page, head } => {
                    patience = self.patience.first_line;
                    let capture = head.join(bytes).map_err(|e| ScanError::WorkerDied(e.to_string()))?;
                    let kept = keep(Progress::Page { page, capture }).await;
                    if kept.is_ok() {
                        self.worker.order(&Order::Kept).await?;
                    }
                    kept
                }
                other @ Report::Devices { .. } => return Err(self.out_of_turn(&other)),
            };
            if let Err(KeepFailed(why)) = kept {
                stopping = Some(self.stop(ScanError::Keep(why)).await?);
            }
        }
    }

    async fn stop(&mut self, why: ScanError) -> Result<Stopping, ScanError> {
        self.worker.order(&Order::Cancel).await?;
        Ok(Stopping { until: Instant::now() + self.patience.cancel, why })
    }

    /// A worker that answers what it was not asked is not to be trusted with another order.
    fn out_of_turn(&mut self, report: &Report) -> Ended {
        self.over = false;
        ScanError::WorkerDied(format!("an answer out of turn: {report:?}")).into()
    }
}

impl From<ScanError> for Ended {
    fn from(fault: ScanError) -> Ended {
        Ended::Because(fault)
    }
}

impl From<Silence> for Ended {
    fn from(silence: Silence) -> Ended {
        match silence {
            Silence::TooLong => ScanError::Hung.into(),
            Silence::Died(fault) => fault.into(),
            Silence::Left => Ended::Left,
        }
    }
}

impl From<Ended> for ScanError {
    fn from(ended: Ended) -> ScanError {
        match ended {
            Ended::Because(fault) => fault,
            Ended::Left => ScanError::WorkerDied("it left without an answer".into()),
        }
    }
}
