//! One scanner's lane: its worker, the job at work on it, those that wait behind in the order they were asked for, and,
//! while there is nothing to do, an eye on its buttons.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use office::Viewer;
use office::scans::Command as Scan;
use scanner::{Request, Scanners};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::desk::{SCAN_DESK, ScanDesk};
use crate::followers::live::Feeding;

/// The lane of one scanner.
pub(super) struct Lane {
    scanners: Scanners,
    waiting: VecDeque<Ticket>,
    running: Option<Running>,
    /// Rung when there is something to do or the buttons may have changed.
    bell: Arc<Notify>,
}

/// A job that waits for the scanner.
pub(super) struct Ticket {
    pub(super) scan: Uuid,
    pub(super) request: Request,
    /// Its row says that it waits.
    pub(super) queued: bool,
}

/// The job at work.
pub(super) struct Running {
    scan: Uuid,
    cancel: CancellationToken,
    /// Who stopped it: the end of the job is written in her name.
    pub(super) cancelled_by: Option<Viewer>,
    pub(super) feeding: Option<Feeding>,
    /// When a line or a page came last.
    pub(super) moved_at: Instant,
    /// Id of the first page of this run.
    pub(super) first_page: u32,
    /// Cancelled when it is written down how the job ended.
    ended: CancellationToken,
    /// The job is over, but a full disk does not let its end be written down.
    pub(super) no_room: bool,
}

/// A scanner that brings no line for so long is getting ready, and people begin to wonder.
pub(super) const WONDER: Duration = Duration::from_secs(4);

impl Running {
    /// Whether it lets people wait for the first line of a page.
    pub(super) fn is_getting_ready(&self) -> bool {
        let between_pages = self.feeding.as_ref().is_none_or(|feeding| feeding.lines_done == 0);
        between_pages && self.moved_at.elapsed() >= WONDER
    }

    /// Stops it in her name; the token fires when its end is written down.
    pub(super) fn cancel(&mut self, by: &Viewer) -> CancellationToken {
        self.cancelled_by.get_or_insert_with(|| by.clone());
        self.cancel.cancel();
        self.ended.clone()
    }
}

impl Lane {
    pub(super) fn new(scanners: Scanners) -> Self {
        Self { scanners, waiting: VecDeque::new(), running: None, bell: Arc::default() }
    }

    /// Stands at the end of the queue.
    pub(super) fn stand(&mut self, ticket: Ticket) {
        self.waiting.push_back(ticket);
        self.bell.notify_one();
    }

    /// Leaves the queue; false for who did not stand in it.
    pub(super) fn leave(&mut self, scan: Uuid) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|ticket| ticket.scan != scan);
        self.waiting.len() < before
    }

    /// Place in the queue, from 1.
    pub(super) fn place(&self, scan: Uuid) -> Option<u32> {
        let place =
            self.waiting.iter().filter(|ticket| ticket.queued).position(|ticket| ticket.scan == scan)?;
        u32::try_from(place + 1).ok()
    }

    pub(super) fn queue_length(&self) -> usize {
        self.waiting.iter().filter(|ticket| ticket.queued).count()
    }

    /// Whether a job is at work on it, or about to be.
    pub(super) fn is_at_work(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty()
    }

    /// Whether the end of its job finds no room on the disk.
    pub(super) fn has_no_room(&self) -> bool {
        self.running.as_ref().is_some_and(|job| job.no_room)
    }

    pub(super) fn running(&self, scan: Uuid) -> Option<&Running> {
        self.running.as_ref().filter(|job| job.scan == scan)
    }

    pub(super) fn running_mut(&mut self, scan: Uuid) -> Option<&mut Running> {
        self.running.as_mut().filter(|job| job.scan == scan)
    }

    /// Looks again at what there is to do.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    /// The next job goes to work.
    fn next(&mut self, stop: &CancellationToken) -> Option<(Ticket, CancellationToken, CancellationToken)> {
        let ticket = self.waiting.pop_front()?;
        let (cancel, ended) = (stop.child_token(), CancellationToken::new());
        self.running = Some(Running {
            scan: ticket.scan,
            cancel: cancel.clone(),
            cancelled_by: None,
            feeding: None,
            moved_at: Instant::now(),
            first_page: 1,
            ended: ended.clone(),
            no_room: false,
        });
        Some((ticket, cancel, ended))
    }
}

/// Works off the lane of `device` until the box stops. Jobs that still wait then are written off at the next start.
pub(super) async fn work(desk: ScanDesk, device: String) {
    let Some((scanners, bell)) =
        desk.state().lanes.get(&device).map(|lane| (lane.scanners.clone(), lane.bell.clone()))
    else {
        return;
    };
    let stop = desk.inner.stop.clone();
    while !stop.is_cancelled() {
        let next = desk.state().lanes.get_mut(&device).and_then(|lane| lane.next(&stop));
        match next {
            Some((ticket, cancel, ended)) => {
                job(&desk, &scanners, ticket, cancel).await;
                if let Some(lane) = desk.state().lanes.get_mut(&device) {
                    lane.running = None;
                }
                ended.cancel();
                desk.tell_scanners();
            }
            None => {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = desk.idle(&device, &scanners, &bell) => {}
                }
            }
        }
    }
    // A driver that is killed in mid-sheet leaves paper in the feeder.
    scanners.close().await;
}

/// One job: its turn, its pages, its end.
async fn job(desk: &ScanDesk, scanners: &Scanners, ticket: Ticket, cancel: CancellationToken) {
    let scan = ticket.scan;
    desk.tell_scanners();
    let (actor, end) = match desk.turn_comes(&ticket).await {
        Ok(()) => desk.scan(scanners, scan, ticket.request, cancel).await,
        Err(code) => (SCAN_DESK, Scan::Fail { scan, code: code.into() }),
    };
    desk.settle(actor, end).await;
}
