//! One job at work: from the first sheet to the last, and whatever ends it before.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use office::scans::{Command as Scan, Keep, Scan as Row};
use office::{Actor, Command, Error};
use scanner::{Capture, KeepFailed, Progress, Request, ScanError, Scanners};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wire::Sha256;

use super::desk::{SCAN_DESK, ScanDesk};
use super::lane::{Ticket, WONDER};
use crate::followers::live::{Event, Feeding, Kept};

/// How long the box waits before it tries again to write down how a job ended.
const SETTLE_AGAIN: Duration = Duration::from_secs(5);

impl ScanDesk {
    /// A job that waited is at work from now on; the code to fail it with otherwise.
    pub(super) async fn turn_comes(&self, ticket: &Ticket) -> Result<(), &'static str> {
        if !ticket.queued {
            return Ok(());
        }
        let begin = Command::Scans(Scan::Begin { scan: ticket.scan });
        match self.inner.desk.execute(SCAN_DESK, begin).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "a scan whose turn has come does not begin");
                Err(code_of(&error).unwrap_or("scan.interrupted"))
            }
        }
    }

    /// Scans, and says how to write down what became of it.
    pub(super) async fn scan(
        &self,
        scanners: &Scanners,
        scan: Uuid,
        request: Request,
        cancel: CancellationToken,
    ) -> (Actor, Scan) {
        let not_kept = Mutex::new(None);
        let keep = async |progress: Progress| {
            self.keep(scan, progress).await.map_err(|error| {
                let failed = KeepFailed(error.to_string());
                *not_kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                failed
            })
        };
        self.number_pages(scan).await;
        let outcome = async {
            // Somebody may be looking for scanners: that takes seconds, and "Dừng" must not wait for it.
            let _here = tokio::select! {
                here = self.inner.floor.to_scan() => here,
                () = cancel.cancelled() => return Err(ScanError::Cancelled),
            };
            let request = self.addressed(request);
            scanners.scan(request, keep, cancel.clone()).await
        };
        let outcome = tokio::select! {
            outcome = outcome => outcome,
            never = self.tell_when_it_gets_ready(scan) => match never {},
        };
        let not_kept = not_kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cancelled_by = self.with_running(scan, |job| job.cancelled_by.take()).flatten();
        match (outcome, cancelled_by) {
            (Ok(_pages), _) => (SCAN_DESK, Scan::Finish { scan }),
            (Err(ScanError::Cancelled), Some(viewer)) => (Actor::Person(viewer), Scan::Cancel { scan }),
            (Err(error), _) => {
                let code = self.why(&error, not_kept.as_ref());
                (SCAN_DESK, Scan::Fail { scan, code: code.into() })
            }
        }
    }

    /// Browsers ask again when people begin to wonder why nothing moves, and when it moves again.
    async fn tell_when_it_gets_ready(&self, scan: Uuid) -> Infallible {
        let mut told = false;
        loop {
            tokio::time::sleep(WONDER / 4).await;
            let now = self.with_running(scan, |job| job.is_getting_ready()).unwrap_or(false);
            if now != told {
                told = now;
                self.tell("scans");
            }
        }
    }

    /// Pages keep their ids for good: those of this run begin where the run before ended.
    async fn number_pages(&self, scan: Uuid) {
        match self.inner.desk.read(move |rows| Ok(rows.get::<Row>(&scan.to_string())?)).await {
            Ok(row) => {
                let first = row.map_or(1, |row| row.next_page);
                self.with_running(scan, |job| job.first_page = first);
            }
            Err(error) => tracing::error!(%error, "a scan begins whose row cannot be read"),
        }
    }

    /// The request as the driver understands it today: our name of the device may be another, and where it was seen
    /// last saves asking every driver.
    fn addressed(&self, request: Request) -> Request {
        match self.state().roster.get(&request.device) {
            Some(known) => {
                Request { device: known.device.id, address: Some(known.device.address), ..request }
            }
            None => request,
        }
    }

    /// The code the clerk's sentence is found by.
    fn why(&self, error: &ScanError, not_kept: Option<&Error>) -> &'static str {
        tracing::warn!(%error, "a scan stopped");
        match (error, not_kept) {
            _ if self.inner.stop.is_cancelled() => "scan.interrupted",
            (ScanError::Keep(_), Some(not_kept)) => code_of(not_kept).unwrap_or(error.code()),
            _ => {
                // It may have gone, or come back under another address.
                self.state().roster.distrust();
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
                self.with_running(scan, |job| job.moved_at = Instant::now());
                self.inner.live.tell(Event::Page(Kept { scan, number, capture: name.to_string() }));
            }
        }
        Ok(())
    }

    async fn keep_page(&self, scan: Uuid, capture: Capture) -> Result<(u32, Sha256), Error> {
        let journal = self.inner.desk.journal().clone();
        let (width_px, height_px, dpi) = (capture.width_px, capture.height_px, capture.dpi);
        let put = move || -> Result<_, journal::Fault> {
            Ok((journal.blobs().put(&capture.bytes)?, journal.blobs().put(&capture.thumbnail)?))
        };
        let (capture, thumbnail) = crate::blocking(put).await??;
        let page = Keep { capture, thumbnail, width_px, height_px, dpi, side: None, photo: None };
        self.inner.desk.execute(SCAN_DESK, Command::Scans(Scan::KeepPage { scan, page })).await?;
        let row = self.inner.desk.read(move |rows| Ok(rows.get::<Row>(&scan.to_string())?)).await?;
        Ok((row.map_or(0, |row| row.next_page.saturating_sub(1)), capture))
    }

    fn tell_lines(&self, scan: Uuid, page: u32, lines_done: u32, lines_of: Option<u32>) {
        let feeding = self.with_running(scan, |job| {
            let page = job.first_page.saturating_add(page).saturating_sub(1);
            if lines_done > 0 {
                job.moved_at = Instant::now();
            }
            job.feeding.insert(Feeding { scan, page, lines_done, lines_of }).clone()
        });
        if let Some(feeding) = feeding {
            self.inner.live.tell(Event::Scan(feeding));
        }
    }

    /// Writes down how a job ended, for as long as it takes: on a full disk the row would otherwise say
    /// "scanning" until the next start.
    pub(super) async fn settle(&self, actor: Actor, end: Scan) {
        loop {
            match self.inner.desk.execute(actor.clone(), Command::Scans(end.clone())).await {
                Ok(_) => return,
                Err(Error::Refusal(refusal)) => {
                    tracing::error!(code = refusal.code, "the end of a scan was refused");
                    return;
                }
                Err(fault) => {
                    let full = code_of(&fault) == Some("disk.full");
                    tracing::error!(%fault, "the end of a scan is not written yet");
                    if let Some(scan) = end.scan() {
                        self.with_running(scan, |job| job.no_room = full);
                    }
                }
            }
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(SETTLE_AGAIN) => {}
            }
        }
    }
}

/// What the clerk is told of an error that is hers to know.
fn code_of(error: &Error) -> Option<&'static str> {
    match error {
        Error::Refusal(refusal) => Some(refusal.code),
        Error::Fault(fault) if fault.is_disk_full() => Some("disk.full"),
        Error::Fault(_) | Error::Broken(_) => None,
    }
}
