//! The child's side: one thread that does everything, and one that reads orders.
//!
//! ```text
//! stdin -> [reader] -> orders -> [main thread: Driver] -> heard, reports, pages -> stdout
//!             `- Cancel: a flag that the driver looks at between two reads
//! ```
//!
//! The main thread makes every call into a driver. It may be stuck in one for ever; the reader is not, and ends
//! the process when the box has gone, so that no orphan sits on the scanner.

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::capture::Capture;
use crate::device::{Device, Request, Via};
use crate::error::ScanError;
use crate::folder::Folder;
use crate::protocol::{self, Order, PageHead, Report};
use crate::sane::{Sane, process};

/// A worker without orders for this long leaves: drivers take memory, and some hold the device.
const IDLE: Duration = Duration::from_secs(30);
/// How long a driver may take to come back once the box has gone.
const ORPHAN: Duration = Duration::from_secs(5);
/// Not more often than this does the box hear of lines.
const LINES_EVERY: Duration = Duration::from_millis(100);
/// This often the box hears that buttons are being watched.
const WATCHING_EVERY: Duration = Duration::from_secs(1);

/// Something that scans.
pub(crate) trait Driver {
    /// The scanners there are now; looks anew every time.
    fn devices(&mut self) -> Result<Vec<Device>, ScanError>;

    /// Scans and hands every page to the desk; returns their number.
    ///
    /// Must look at [`Desk::cancelled`] often, and must leave the device free however the scan ends.
    fn scan(&mut self, request: &Request, desk: &mut Desk) -> Result<u32, ScanError>;

    /// Tells the desk of every press of a button, until [`Desk::wait`] says that it is time to stop.
    ///
    /// `address` is where the device was seen last. Fails with [`ScanError::Unsupported`] where there are none.
    fn watch(&mut self, _device: &str, _address: Option<&str>, _desk: &mut Desk) -> Result<(), ScanError> {
        Err(ScanError::Unsupported("no buttons".into()))
    }
}

/// Runs the worker until its standard input ends or nobody has wanted anything for half a minute. Exit code 0
/// means it left by itself and in order.
pub fn worker_main(via: Via) -> ExitCode {
    match serve(via) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!(%fault, "the scan worker cannot go on");
            ExitCode::from(3)
        }
    }
}

fn serve(via: Via) -> Result<(), ScanError> {
    let out = process::standard_output_for_ourselves()
        .map_err(|e| ScanError::WorkerDied(format!("standard output: {e}")))?;
    let cancel = Arc::new(AtomicBool::new(false));
    let (sender, orders) = mpsc::channel();
    let flag = Arc::clone(&cancel);
    thread::Builder::new()
        .name("orders".into())
        .spawn(move || read_orders(sender, &flag))
        .map_err(|e| ScanError::WorkerDied(format!("thread: {e}")))?;
    let mut desk = Desk { out, orders, cancel, told_lines: None, told_watching: None, warms_up: false };
    let mut driver: Box<dyn Driver> = match via {
        Via::Sane => Box::new(Sane::from_environment()?),
        Via::Folder(folder) => Box::new(Folder::new(folder)),
    };
    while let Some(order) = desk.next_order() {
        // What came too late for the scan it was meant for.
        if matches!(order, Order::Kept | Order::Cancel) {
            continue;
        }
        desk.heard()?;
        let answer = carry_out(order, driver.as_mut(), &mut desk);
        desk.answer(answer)?;
    }
    // Without the driver's own shutting down, which could hang: every device has been closed.
    std::mem::forget(driver);
    Ok(())
}

fn carry_out(order: Order, driver: &mut dyn Driver, desk: &mut Desk) -> Result<Report, ScanError> {
    match order {
        Order::Devices => driver.devices().map(|devices| Report::Devices { devices }),
        Order::Scan { request } => driver.scan(&request, desk).map(|pages| Report::Done { pages }),
        Order::Watch { device, address } => {
            driver.watch(&device, address.as_deref(), desk).map(|()| Report::Done { pages: 0 })
        }
        Order::Kept | Order::Cancel => Err(ScanError::Cancelled),
    }
}

/// The reader's whole life. A scan begins without a cancel; the flag is cleared here and not where the scan is
/// done, because a cancel that follows at once must not be lost.
fn read_orders(orders: Sender<Order>, cancel: &AtomicBool) {
    let mut stdin = std::io::stdin().lock();
    while let Ok(Some(order)) = protocol::read::<Order>(&mut stdin) {
        match order {
            Order::Scan { .. } | Order::Watch { .. } => cancel.store(false, Ordering::Relaxed),
            Order::Cancel => cancel.store(true, Ordering::Relaxed),
            Order::Devices | Order::Kept => {}
        }
        if orders.send(order).is_err() {
            return;
        }
    }
    cancel.store(true, Ordering::Relaxed);
    drop(orders); // ends what waits for a page to be kept or for the next order
    thread::sleep(ORPHAN);
    std::process::exit(1);
}

/// The driver's line to the box.
pub(crate) struct Desk {
    out: File,
    orders: Receiver<Order>,
    cancel: Arc<AtomicBool>,
    /// When the box last heard of lines, of which page, and whether of any that had been read.
    told_lines: Option<(u32, bool, Instant)>,
    /// When the box last heard that buttons are watched.
    told_watching: Option<Instant>,
    /// See [`Desk::warms_up`].
    warms_up: bool,
}

impl Desk {
    /// Whether to stop: somebody cancelled, or the box has gone.
    pub(crate) fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Tells how far a page is: at once that it begins and that its first lines are there, which ends the patience
    /// with a lamp, then not too often.
    pub(crate) fn lines(&mut self, page: u32, done: u32, of: Option<u32>) -> Result<(), ScanError> {
        let begun = done > 0;
        let told = self.told_lines.filter(|(of, _, _)| *of == page);
        if told.is_some_and(|(_, told_begun, at)| told_begun == begun && at.elapsed() < LINES_EVERY) {
            return Ok(());
        }
        self.told_lines = Some((page, begun, Instant::now()));
        let warming_up = done == 0 && self.warms_up;
        self.report(&Report::Lines { page, done, of, warming_up }, &[])
    }

    /// Says whether this scan's driver may keep silent for a minute after it has taken the sheet, because it
    /// calibrates only when it is read from. Any other that does has hung.
    pub(crate) fn warms_up(&mut self, warms_up: bool) {
        self.warms_up = warms_up;
    }

    /// Hands over a page and waits until it is kept.
    ///
    /// Fails with [`ScanError::Cancelled`] when the answer is a cancel, or none will come.
    pub(crate) fn page(&mut self, page: u32, capture: Capture) -> Result<(), ScanError> {
        let (head, bytes) = PageHead::split(capture);
        self.report(&Report::Page { page, head }, &bytes)?;
        drop(bytes);
        loop {
            match self.orders.recv() {
                Ok(Order::Kept) => return self.heard(),
                Ok(Order::Cancel) | Err(_) => return Err(ScanError::Cancelled),
                Ok(out_of_turn) => tracing::warn!(?out_of_turn, "an order in the middle of a scan"),
            }
        }
    }

    /// Tells of a press of a button.
    pub(crate) fn pressed(&mut self, button: &str) -> Result<(), ScanError> {
        self.report(&Report::Pressed { button: button.to_owned() }, &[])
    }

    /// Waits between two looks at the buttons, and lets the box know that they are being looked at; `false` when
    /// it is time to stop.
    pub(crate) fn wait(&mut self, moment: Duration) -> Result<bool, ScanError> {
        if self.told_watching.is_none_or(|at| at.elapsed() >= WATCHING_EVERY) {
            self.told_watching = Some(Instant::now());
            self.report(&Report::Watching, &[])?;
        }
        // An order in the middle of a watch can only be its end.
        let order = self.orders.recv_timeout(moment);
        Ok(matches!(order, Err(RecvTimeoutError::Timeout)) && !self.cancelled())
    }

    /// Tells how the scan ends, before the driver lets the device go: a driver that hangs there costs the box its
    /// worker, but not what it already knows of its pages.
    pub(crate) fn ending(&mut self, outcome: &Result<u32, ScanError>) -> Result<(), ScanError> {
        let report = match outcome {
            Ok(pages) => Report::Ending { pages: *pages, error: None },
            Err(error) => Report::Ending { pages: 0, error: Some(error.clone()) },
        };
        self.report(&report, &[])
    }

    fn answer(&mut self, outcome: Result<Report, ScanError>) -> Result<(), ScanError> {
        (self.told_lines, self.told_watching, self.warms_up) = (None, None, false);
        let report = outcome.unwrap_or_else(|error| Report::Failed { error });
        self.report(&report, &[])
    }

    fn heard(&mut self) -> Result<(), ScanError> {
        self.report(&Report::Heard, &[])
    }

    fn report(&mut self, report: &Report, payload: &[u8]) -> Result<(), ScanError> {
        protocol::write(&mut self.out, report, payload)
            .map_err(|e| ScanError::WorkerDied(format!("the box has gone: {e}")))
    }

    /// The next order; `None` when it is time to leave.
    fn next_order(&self) -> Option<Order> {
        self.orders.recv_timeout(IDLE).ok()
    }
}
