//! Jobs: from the first sheet to the last, and whatever ends them before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use journal::Page;
use office::scans::Command as Scan;
use office::{Actor, Command, Desk, Error, Refusal, Viewer};
use scanner::{Capture, Device, KeepFailed, Progress, Request, ScanError, Scanners};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wire::Sha256;

use crate::followers::live::{Event, Feed, Feeding, Kept};

/// Who the box is when it scans.
const SCAN_DESK: Actor = Actor::Machine("bàn quét");
/// How long the box waits before it tries again to write down how a job ended.
const SETTLE_AGAIN: Duration = Duration::from_secs(5);
/// How long the start waits for the jobs of before to be written off.
const SETTLE_AT_START: Duration = Duration::from_secs(2);
/// How long a person waits to see that her "Dừng" took effect.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);
/// How long one look for scanners is believed by who asks for scanners.
const LOOK_HOLDS: Duration = Duration::from_secs(5);
/// How long it is believed by pages that only say how the scanner is: a look costs drivers seconds.
const GLANCE_HOLDS: Duration = Duration::from_secs(300);
/// The same where nothing was found: somebody may be plugging it in.
const NOTHING_HOLDS: Duration = Duration::from_secs(30);
/// More jobs than any school leaves open.
const MOST_UNFINISHED: usize = 1000;

/// The scan desk of a box: one worker, one job at a time.
#[derive(Clone)]
pub struct ScanDesk {
    desk: Desk,
    scanners: Scanners,
    live: Feed,
    stop: CancellationToken,
    tasks: TaskTracker,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    looked: Option<Looked>,
    /// A look nobody waits for is under way.
    glancing: bool,
}

/// The job with a task behind it.
struct Running {
    scan: Uuid,
    cancel: CancellationToken,
    /// Who stopped it: the end of the job is written in her name.
    cancelled_by: Option<Viewer>,
    feeding: Option<Feeding>,
    /// Cancelled when the task has written down how the job ended.
    ended: CancellationToken,
    /// The job is over, but a full disk does not let its end be written down.
    no_room: bool,
}

/// What the last look for scanners brought.
#[derive(Clone)]
struct Looked {
    at: Instant,
    found: Result<Vec<Device>, ScanError>,
}

impl Looked {
    fn holds_for_a_glance(&self) -> bool {
        self.at.elapsed() < if self.found.is_ok() { GLANCE_HOLDS } else { NOTHING_HOLDS }
    }
}

impl ScanDesk {
    pub(crate) fn new(desk: Desk, scanners: Scanners, live: Feed, stop: CancellationToken) -> Self {
        Self { desk, scanners, live, stop, tasks: TaskTracker::new(), state: Arc::default() }
    }

    /// The scanners there are; while one is at work, those known from before.
    ///
    /// # Errors
    /// No libsane, no scanner, a worker that died.
    pub async fn devices(&self) -> Result<Vec<Device>, ScanError> {
        let known = self.state().looked.clone();
        match known {
            Some(known) if known.at.elapsed() < LOOK_HOLDS && known.found.is_ok() => known.found,
            _ => self.look().await,
        }
    }

    /// Looks for scanners now. Takes seconds where drivers ask the network.
    async fn look(&self) -> Result<Vec<Device>, ScanError> {
        let listed = self.scanners.devices().await;
        let found = listed.and_then(|all| if all.is_empty() { Err(ScanError::NoScanner) } else { Ok(all) });
        self.state().looked = Some(Looked { at: Instant::now(), found: found.clone() });
        found
    }

    /// What the last look brought, for pages that must not wait; one that is old asks for the next.
    pub fn glance(&self) -> Option<Result<Vec<Device>, ScanError>> {
        let mut state = self.state();
        let known = state.looked.clone();
        let fresh = known.as_ref().is_some_and(Looked::holds_for_a_glance);
        if !fresh && !state.glancing && state.running.is_none() {
            state.glancing = true;
            let desk = self.clone();
            self.tasks.spawn(async move {
                tokio::select! {
                    _ = desk.look() => {}
                    () = desk.stop.cancelled() => {}
                }
                desk.state().glancing = false;
            });
        }
        known.map(|known| known.found)
    }

    /// A scanner that was there at the last look, or is now.
    ///
    /// # Errors
    /// As [`ScanDesk::devices`], and `ScannerGone` when others are there.
    pub async fn device(&self, id: &str) -> Result<Device, ScanError> {
        let among = |devices: Vec<Device>| devices.into_iter().find(|device| device.id == id);
        let known = self.state().looked.clone().and_then(|looked| among(looked.found.ok()?));
        match known {
            Some(device) => Ok(device),
            None => among(self.look().await?).ok_or(ScanError::ScannerGone),
        }
    }

    /// Whether a job is at work.
    pub fn is_busy(&self) -> bool {
        self.state().running.is_some()
    }

    /// How far the page that is coming in is.
    pub fn feeding(&self, scan: Uuid) -> Option<Feeding> {
        self.state().running.as_ref().filter(|job| job.scan == scan)?.feeding.clone()
    }

    /// Begins or continues a job whose row says so; the task is the box's.
    ///
    /// # Errors
    /// `scan.busy` when another job is at work; the row is failed then.
    pub async fn begin(&self, scan: Uuid, request: Request) -> Result<(), Refusal> {
        let (cancel, ended) = (self.stop.child_token(), CancellationToken::new());
        let job = Running {
            scan,
            cancel: cancel.clone(),
            cancelled_by: None,
            feeding: None,
            ended: ended.clone(),
            no_room: false,
        };
        if !self.take(job) {
            self.settle(SCAN_DESK, Scan::Fail { scan, code: "scan.busy".into() }).await;
            return Err(self.busy());
        }
        let desk = self.clone();
        self.tasks.spawn(async move {
            desk.run(scan, request, cancel).await;
            ended.cancel();
        });
        Ok(())
    }

    fn take(&self, job: Running) -> bool {
        let mut state = self.state();
        let free = state.running.is_none();
        if free {
            state.running = Some(job);
        }
        free
    }

    /// What a second job gets: the scanner is at work, or the end of the first finds no room on the disk.
    pub(crate) fn busy(&self) -> Refusal {
        let no_room = self.state().running.as_ref().is_some_and(|job| job.no_room);
        let (code, status) = if no_room { ("disk.full", 507) } else { ("scan.busy", 409) };
        Refusal::new(code, status, office::scans::sentence(code))
    }

    /// Stops a job and waits a moment for its end; false when it does not run.
    ///
    /// # Errors
    /// `disk.full` when it is over and that cannot be written down.
    pub async fn cancel(&self, scan: Uuid, by: &Viewer) -> Result<bool, Refusal> {
        let ended = {
            let mut state = self.state();
            let Some(job) = state.running.as_mut().filter(|job| job.scan == scan) else { return Ok(false) };
            if job.no_room {
                drop(state);
                return Err(self.busy());
            }
            job.cancelled_by.get_or_insert_with(|| by.clone());
            job.cancel.cancel();
            job.ended.clone()
        };
        // A driver that hangs is killed in its own time; the row tells when it is over.
        let _ = tokio::time::timeout(CANCEL_WITHIN, ended.cancelled()).await;
        Ok(true)
    }

    /// Jobs a power cut or a kill left open: failed, with their pages kept.
    pub(crate) async fn fail_interrupted(&self) {
        let unfinished = Page::of("scanning", b"", MOST_UNFINISHED);
        let open = self.desk.read(|snapshot| Ok(snapshot.list::<office::scans::Scan>(unfinished)?.0)).await;
        match open {
            Ok(open) => {
                let desk = self.clone();
                let settled = self.tasks.spawn(async move {
                    for scan in open {
                        let failed = Scan::Fail { scan: scan.id, code: "scan.interrupted".into() };
                        desk.settle(SCAN_DESK, failed).await;
                    }
                });
                // A full disk must not keep the box from starting: it is where people learn of it.
                let _ = tokio::time::timeout(SETTLE_AT_START, settled).await;
            }
            Err(error) => tracing::error!(%error, "unfinished scans were not found"),
        }
    }

    /// Waits until every job has written down how it ended.
    pub(crate) async fn wait(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn run(&self, scan: Uuid, request: Request, cancel: CancellationToken) {
        let not_kept = Mutex::new(None);
        let keep = async |progress: Progress| {
            self.keep(scan, progress).await.map_err(|error| {
                let failed = KeepFailed(error.to_string());
                *not_kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                failed
            })
        };
        let outcome = self.scanners.scan(request, keep, cancel).await;
        let not_kept = not_kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cancelled_by = self.state().running.as_mut().and_then(|job| job.cancelled_by.take());
        let (actor, end) = match (outcome, cancelled_by) {
            (Ok(_pages), _) => (SCAN_DESK, Scan::Finish { scan }),
            (Err(ScanError::Cancelled), Some(viewer)) => (Actor::Person(viewer), Scan::Cancel { scan }),
            (Err(error), _) => {
                (SCAN_DESK, Scan::Fail { scan, code: self.why(&error, not_kept.as_ref()).into() })
            }
        };
        self.settle(actor, end).await;
        self.state().running = None;
    }

    /// The code the clerk's sentence is found by.
    fn why(&self, error: &ScanError, not_kept: Option<&Error>) -> &'static str {
        tracing::warn!(%error, "a scan stopped");
        match (error, not_kept) {
            _ if self.stop.is_cancelled() => "scan.interrupted",
            (ScanError::Keep(_), Some(Error::Fault(fault))) if fault.is_disk_full() => "disk.full",
            (ScanError::Keep(_), Some(Error::Refusal(refusal))) => refusal.code,
            _ => {
                // It may have gone, or come back under another address.
                self.state().looked = None;
                error.code()
            }
        }
    }

    /// Takes what the worker says. A page is at rest when this returns; only then the next sheet is fed.
    async fn keep(&self, scan: Uuid, progress: Progress) -> Result<(), Error> {
        match progress {
            Progress::Lines { page, done, of } => self.tell_lines(scan, page, done, of),
            Progress::Page { capture, .. } => {
                let (number, name) = self.keep_page(scan, capture).await?;
                self.live.tell(Event::Page(Kept { scan, number, capture: name.to_string() }));
            }
        }
        Ok(())
    }

    async fn keep_page(&self, scan: Uuid, capture: Capture) -> Result<(u32, Sha256), Error> {
        let journal = self.desk.journal().clone();
        let (width_px, height_px, dpi) = (capture.width_px, capture.height_px, capture.dpi);
        let put = move || -> Result<_, journal::Fault> {
            Ok((journal.blobs().put(&capture.bytes)?, journal.blobs().put(&capture.thumbnail)?))
        };
        let (capture, thumbnail) = crate::blocking(put).await??;
        let page = Scan::KeepPage { scan, capture, thumbnail, width_px, height_px, dpi };
        self.desk.execute(SCAN_DESK, Command::Scans(page)).await?;
        let row = self
            .desk
            .read(move |snapshot| Ok(snapshot.get::<office::scans::Scan>(&scan.to_string())?))
            .await?;
        let number = row.and_then(|row| row.pages.last().map(|page| page.number)).unwrap_or_default();
        Ok((number, capture))
    }

    fn tell_lines(&self, scan: Uuid, page: u32, lines_done: u32, lines_of: Option<u32>) {
        let feeding = Feeding { scan, page, lines_done, lines_of };
        if let Some(job) = self.state().running.as_mut() {
            job.feeding = Some(feeding.clone());
        }
        self.live.tell(Event::Scan(feeding));
    }

    /// Writes down how a job ended, for as long as it takes: on a full disk the row would otherwise say
    /// "scanning" until the next start.
    async fn settle(&self, actor: Actor, end: Scan) {
        loop {
            match self.desk.execute(actor.clone(), Command::Scans(end.clone())).await {
                Ok(_) => return,
                Err(Error::Refusal(refusal)) => {
                    tracing::error!(code = refusal.code, "the end of a scan was refused");
                    return;
                }
                Err(fault) => {
                    let full = matches!(&fault, Error::Fault(fault) if fault.is_disk_full());
                    tracing::error!(%fault, "the end of a scan is not written yet");
                    if let (Some(scan), Some(job)) = (end.scan(), self.state().running.as_mut()) {
                        job.no_room = full && job.scan == scan;
                    }
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(SETTLE_AGAIN) => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while holding it leaves plain values that are still true.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
