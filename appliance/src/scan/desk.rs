//! The scan desk of a box: which scanners there are, who asked for which, and what is stopped.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use journal::Page;
use office::scans::view::{Live, PageFeeding};
use office::scans::{Aim, Command as Scan, Settings};
use office::{Actor, Command, Desk, Error, Refusal, Viewer};
use scanner::{Launch, Request, ScanError, Scanners, Via};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::floor::Floor;
use super::lane::{Lane, Running, Ticket};
use super::roster::{Known, Roster};
use crate::followers::live::{Changed, Event, Feed};

/// Who the box is when it scans.
pub(super) const SCAN_DESK: Actor = Actor::Machine("bàn quét");
/// How long the start waits for the jobs of before to be written off.
const SETTLE_AT_START: Duration = Duration::from_secs(2);
/// How long a person waits to see that her "Dừng" took effect.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);
/// How long a scan waits for a look: longer than network scanners take to answer, shorter than a driver that hangs.
const LOOK_YIELDS: Duration = Duration::from_secs(10);
/// More jobs than any school leaves open.
const MOST_UNFINISHED: usize = 1000;

/// The scan desk of a box: a lane for each scanner, one job at a time in each. Cheap to clone.
#[derive(Clone)]
pub struct ScanDesk {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) desk: Desk,
    pub(super) live: Feed,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) floor: Floor,
    launch: Launch,
    via: Via,
    /// Looks for scanners and never scans: a worker of its own, so that a look and a hung driver do not meet.
    pub(super) looker: Scanners,
    /// Rung when the network has news of a scanner.
    pub(super) news: tokio::sync::Notify,
    /// One at a time asks whether a scanner is free and stands in its queue.
    asking: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) lanes: HashMap<String, Lane>,
    pub(super) roster: Roster,
    /// A look nobody waits for is under way.
    glancing: bool,
    /// `usb.*` and `power.*`, and when the machine last said so.
    pub(super) troubles: BTreeMap<&'static str, Instant>,
}

/// The desk at one moment, for the page.
pub struct Overview {
    /// Every scanner met, those that are here first, and whether it is at work.
    pub devices: Vec<(Known, bool)>,
    /// How the last look ended; nothing before the first.
    pub outcome: Option<Result<(), ScanError>>,
    /// `usb.*` and `power.*`.
    pub troubles: Vec<&'static str>,
    /// Jobs that wait for their turn.
    pub queue_length: usize,
}

impl Overview {
    /// Whether a job is at work on some scanner.
    pub fn is_busy(&self) -> bool {
        self.devices.iter().any(|(_, at_work)| *at_work)
    }

    /// The scanners that are here.
    pub fn here(&self) -> impl Iterator<Item = &Known> {
        self.devices.iter().map(|(known, _)| known).filter(|known| !known.gone)
    }
}

impl ScanDesk {
    pub(crate) fn new(desk: Desk, launch: Launch, via: Via, live: Feed, stop: CancellationToken) -> Self {
        let looker = Scanners::new(launch.clone(), via.clone());
        let inner = Inner {
            desk,
            live,
            stop,
            tasks: TaskTracker::new(),
            floor: Floor::default(),
            launch,
            via,
            looker,
            news: tokio::sync::Notify::default(),
            asking: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The desk with the scanners there are now; while one is at work, those known from before.
    pub async fn overview_now(&self) -> Overview {
        if !self.state().roster.is_fresh() {
            self.look().await;
        }
        self.overview()
    }

    /// The desk as it was at the last look.
    pub fn overview(&self) -> Overview {
        let state = self.state();
        let at_work = |known: &Known| state.lanes.get(&known.id).is_some_and(Lane::is_at_work);
        Overview {
            devices: state.roster.known().into_iter().map(|known| (known.clone(), at_work(&known))).collect(),
            outcome: state.roster.outcome().cloned(),
            troubles: state.troubles.keys().copied().collect(),
            queue_length: state.lanes.values().map(Lane::queue_length).sum(),
        }
    }

    /// The same, for pages that must not wait: an old look asks for the next.
    pub fn glance(&self) -> Overview {
        let wanted = {
            let mut state = self.state();
            let wanted = !state.roster.holds_for_a_glance() && !state.glancing;
            state.glancing |= wanted;
            wanted
        };
        if wanted {
            let desk = self.clone();
            self.inner.tasks.spawn(async move {
                tokio::select! {
                    _ = desk.look() => {}
                    () = desk.inner.stop.cancelled() => {}
                }
                desk.state().glancing = false;
            });
        }
        self.overview()
    }

    /// Looks for scanners now, which takes seconds where drivers ask the network, or waits for the look that is under
    /// way. Not at all while somebody scans, and then says so by `false`.
    pub(super) async fn look(&self) -> bool {
        let Some(_here) = self.inner.floor.to_look().await else {
            self.inner.floor.looked().await;
            return false;
        };
        let in_the_way = async {
            tokio::time::sleep(LOOK_YIELDS).await;
            self.inner.floor.wanted().await;
        };
        let found = tokio::select! {
            found = self.inner.looker.devices() => found,
            () = in_the_way => {
                tracing::warn!("a look for scanners takes too long and gives way to a scan");
                return false;
            }
        };
        if let Err(error) = &found {
            tracing::info!(%error, "no scanner to offer");
        }
        let (changed, known) = {
            let mut state = self.state();
            let before = (state.roster.known(), state.roster.outcome().cloned());
            state.roster.looked(&found);
            let known = state.roster.known();
            let changed = before != (known.clone(), state.roster.outcome().cloned());
            (changed, known)
        };
        for known in known.iter().filter(|known| !known.gone) {
            self.lane_of(&known.id);
        }
        if changed {
            self.tell_scanners();
            self.ring_all();
        }
        true
    }

    /// Every lane looks again at what it watches.
    pub(super) fn ring_all(&self) {
        self.state().lanes.values().for_each(Lane::ring);
    }

    /// Resolves when no scanner is at work.
    pub(crate) async fn still(&self) {
        self.inner.floor.still().await;
    }

    /// Resolves when one is.
    pub(crate) async fn moving(&self) {
        self.inner.floor.moving().await;
    }

    /// Browsers that show scanners ask again.
    pub(super) fn tell_scanners(&self) {
        self.tell("scanners");
    }

    /// Browsers that show this ask again, though no entry says that anything changed.
    pub(super) fn tell(&self, topic: &'static str) {
        let seq = *self.inner.desk.journal().tip().borrow();
        self.inner.live.tell(Event::Changed(Changed { seq, topics: vec![topic] }));
    }

    /// A scanner that was there at the last look, or is now. After a failure nobody believes the last look.
    ///
    /// # Errors
    /// What the look met; `ScannerGone` when others are there.
    pub async fn device(&self, id: &str) -> Result<Known, ScanError> {
        let known = |state: &State| state.roster.get(id).filter(|known| !known.gone);
        let believed = {
            let state = self.state();
            state.roster.outcome().and_then(|_| known(&state))
        };
        if let Some(known) = believed {
            return Ok(known);
        }
        self.look().await;
        let state = self.state();
        known(&state).ok_or_else(|| match state.roster.outcome() {
            Some(Err(error)) => error.clone(),
            _ => ScanError::ScannerGone,
        })
    }

    /// Begins a job, now or when its turn comes; from then on it is the box's. `owner` is whose it is when the box
    /// itself begins it.
    ///
    /// # Errors
    /// What the office refuses; `disk.full` while the end of the job before finds no room.
    pub async fn start(
        &self,
        actor: Actor,
        settings: Settings,
        owner: Option<office::kit::PersonRef>,
        request: Request,
    ) -> Result<Uuid, Error> {
        let device = settings.device.clone();
        let begins = move |queued| Scan::Start { settings, queued, owner };
        self.ask(actor, device, request, None, begins).await
    }

    /// Feeds more sheets into a job.
    ///
    /// # Errors
    /// As [`ScanDesk::start`].
    pub async fn go_on(
        &self,
        actor: Actor,
        (scan, device): (Uuid, String),
        aim: Option<Aim>,
        request: Request,
    ) -> Result<(), Error> {
        let continues = move |queued| Scan::Continue { scan, aim, queued };
        self.ask(actor, device, request, Some(scan), continues).await.map(drop)
    }

    /// Writes the row and stands in the queue, as a task of the box: a browser that leaves in between must not leave a
    /// row behind that nobody works on.
    async fn ask(
        &self,
        actor: Actor,
        device: String,
        request: Request,
        scan: Option<Uuid>,
        command: impl FnOnce(bool) -> Scan + Send + 'static,
    ) -> Result<Uuid, Error> {
        let desk = self.clone();
        let asked = self.inner.tasks.spawn(async move {
            let _alone = desk.inner.asking.lock().await;
            let queued = {
                let state = desk.state();
                let lane = state.lanes.get(&device);
                if lane.is_some_and(Lane::has_no_room) {
                    return Err(no_room().into());
                }
                lane.is_some_and(Lane::is_at_work)
            };
            let done = desk.inner.desk.execute(actor, Command::Scans(command(queued))).await?;
            let begun = || done.id.ok_or_else(|| Error::Broken("a scan began without an id".into()));
            let scan = scan.map_or_else(begun, Ok)?;
            desk.lane_of(&device);
            if let Some(lane) = desk.state().lanes.get_mut(&device) {
                lane.stand(Ticket { scan, request, queued });
            }
            Ok(scan)
        });
        asked.await.unwrap_or_else(|error| Err(Error::Broken(format!("a scan was asked for: {error}"))))
    }

    /// The worker and the queue of a scanner, made when it is first met.
    pub(super) fn lane_of(&self, device: &str) {
        let mut state = self.state();
        if state.lanes.contains_key(device) {
            return;
        }
        let lane = Lane::new(Scanners::new(self.inner.launch.clone(), self.inner.via.clone()));
        state.lanes.insert(device.to_owned(), lane);
        self.inner.tasks.spawn(super::lane::work(self.clone(), device.to_owned()));
    }

    /// What of a job is not in its row: its place in the queue, and the page that is coming in.
    pub fn live(&self, scan: Uuid) -> Live {
        let state = self.state();
        let running = state.lanes.values().find_map(|lane| lane.running(scan));
        let feeding = running.and_then(|job| job.feeding.as_ref());
        Live {
            getting_ready: running.is_some_and(Running::is_getting_ready),
            queue_place: state.lanes.values().find_map(|lane| lane.place(scan)),
            feeding: feeding.map(|feeding| PageFeeding {
                page: feeding.page,
                lines_done: feeding.lines_done,
                lines_of: feeding.lines_of,
            }),
        }
    }

    /// Stops a job and waits a moment for its end, or takes it out of the queue.
    ///
    /// # Errors
    /// What the office refuses; `disk.full` when it is over and that cannot be written down.
    pub async fn cancel(&self, scan: Uuid, by: Viewer) -> Result<(), Error> {
        if self.with_running(scan, |_| ()).is_none() {
            let cancel = Command::Scans(Scan::Cancel { scan });
            self.inner.desk.execute(Actor::Person(by.clone()), cancel).await?;
            // Only now: a full disk must not leave a row that waits for ever.
            if self.state().lanes.values_mut().any(|lane| lane.leave(scan)) {
                return Ok(());
            }
        }
        let Some(running) = self.with_running(scan, |job| (!job.no_room).then(|| job.cancel(&by))) else {
            return Ok(());
        };
        let ended = running.ok_or_else(no_room)?;
        // A driver that hangs is killed in its own time; the row tells when it is over.
        let _ = tokio::time::timeout(CANCEL_WITHIN, ended.cancelled()).await;
        match self.with_running(scan, |job| job.no_room) {
            Some(true) => Err(no_room().into()),
            _ => Ok(()),
        }
    }

    /// Jobs a power cut or a kill left open, and those that waited behind them: failed, with their pages kept.
    pub(crate) async fn fail_interrupted(&self) {
        let open = self.inner.desk.read(|snapshot| {
            let of = |index| snapshot.list::<office::scans::Scan>(Page::of(index, b"", MOST_UNFINISHED));
            Ok([of("scanning")?.0, of("queued")?.0].concat())
        });
        match open.await {
            Ok(open) => {
                let desk = self.clone();
                let settled = self.inner.tasks.spawn(async move {
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
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// Changes the job at work, if it still is.
    pub(super) fn with_running<T>(&self, scan: Uuid, change: impl FnOnce(&mut Running) -> T) -> Option<T> {
        self.state().lanes.values_mut().find_map(|lane| lane.running_mut(scan)).map(change)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while holding it leaves plain values that are still true.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a job gets behind one whose end finds no room on the disk.
fn no_room() -> Refusal {
    Refusal::new("disk.full", 507, office::scans::sentence("disk.full"))
}
