//! One order to a worker and its answers, up to the moment its device is free again.
//!
//! ```text
//! Talk::open(Scan)   a worker that has heard the order, another one if the first was deaf or just leaving
//!  .scan(keep, ..)   lines and pages until it is known how the scan ends, or somebody cancels
//!  .close()          behind the caller's back: the device is let go, and the worker is there for the next
//! ```
//!
//! The caller is told the outcome as soon as it is known. What a driver makes of its device afterwards (parking
//! the head, ejecting a sheet, hanging) costs nobody's time but that of the next order.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::child::{Child, Message, Patience, Silence};
use crate::device::Device;
use crate::error::{KeepFailed, ScanError};
use crate::protocol::{Order, Report};
use crate::scanners::Progress;

/// One order and its answers. Dropping it kills the worker.
pub(crate) struct Talk {
    worker: Child,
    patience: Patience,
    /// How long the worker may say nothing now.
    silence: Duration,
    stage: Stage,
}

/// How far the worker is with its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// At work.
    Working,
    /// The outcome is known; the driver is letting the device go.
    Ending,
    /// The last answer is here.
    Over,
    /// Nothing it says is of use any more: it hangs, has died, or talks nonsense.
    Lost,
}

impl Talk {
    /// Gives the order to the idle worker, else to one from `start`, and returns when it has been heard.
    ///
    /// A worker that was idle may be deaf, dead or just leaving; the order is given once more then, which is
    /// safe, because only an order that was heard is ever carried out.
    pub(crate) async fn open(
        idle: Option<Child>,
        start: impl Fn() -> Result<Child, ScanError>,
        order: &Order,
        patience: Patience,
    ) -> Result<Talk, ScanError> {
        if let Some(worker) = idle.filter(Child::is_running) {
            match Talk::with(worker, order, patience).await {
                Ok(talk) => return Ok(talk),
                Err(fault) => tracing::info!(%fault, "an idle scan worker did not answer and is replaced"),
            }
        }
        Talk::with(start()?, order, patience).await
    }

    async fn with(worker: Child, order: &Order, patience: Patience) -> Result<Talk, ScanError> {
        let mut talk = Talk { worker, patience, silence: patience.next_line, stage: Stage::Working };
        talk.order(order).await?;
        match talk.next().await? {
            (Report::Heard, _) => Ok(talk),
            (other, _) => Err(talk.out_of_turn(&other)),
        }
    }

    /// The answer to [`Order::Devices`].
    pub(crate) async fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        match self.next().await? {
            (Report::Devices { devices }, _) => Ok(devices),
            (Report::Failed { error }, _) => Err(error),
            (other, _) => Err(self.out_of_turn(&other)),
        }
    }

    /// The answers to [`Order::Scan`], until its outcome is known.
    pub(crate) async fn scan<F>(
        &mut self,
        keep: &mut impl FnMut(Progress) -> F,
        cancel: &CancellationToken,
    ) -> Result<u32, ScanError>
    where
        F: Future<Output = Result<(), KeepFailed>>,
    {
        let not_kept = |KeepFailed(why)| ScanError::Keep(why);
        loop {
            let (report, bytes) = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(ScanError::Cancelled),
                message = self.next() => message?,
            };
            match report {
                Report::Heard => {}
                Report::Lines { page, done, of, .. } => {
                    keep(Progress::Lines { page, done, of }).await.map_err(not_kept)?;
                }
                Report::Page { page, head } => {
                    let capture = head.join(bytes).map_err(|e| self.nonsense(e.to_string()))?;
                    keep(Progress::Page { page, capture }).await.map_err(not_kept)?;
                    self.order(&Order::Kept).await?;
                }
                Report::Ending { pages, error } => return error.map_or(Ok(pages), Err),
                Report::Done { pages } => return Ok(pages),
                Report::Failed { error } => return Err(error),
                other => return Err(self.out_of_turn(&other)),
            }
        }
    }

    /// The answers to [`Order::Watch`]; returns only when the watch has come to nothing.
    pub(crate) async fn watch(&mut self, pressed: &mut impl FnMut(String)) -> ScanError {
        loop {
            match self.next().await {
                Ok((Report::Watching, _)) => {}
                Ok((Report::Pressed { button }, _)) => pressed(button),
                Ok((Report::Failed { error }, _)) => return error,
                Ok((other, _)) => return self.out_of_turn(&other),
                Err(fault) => return fault,
            }
        }
    }

    /// Has the worker stop what is still under way and let the device go. The worker, if it may be used again;
    /// one that does not come back in time is killed.
    pub(crate) async fn close(mut self) -> Option<Child> {
        let until = Instant::now() + self.patience.cancel;
        if self.stage == Stage::Working {
            self.worker.order(&Order::Cancel, self.patience.cancel).await.ok()?;
        }
        while matches!(self.stage, Stage::Working | Stage::Ending) {
            self.silence = until.duration_since(Instant::now());
            self.next().await.ok()?;
        }
        (self.stage == Stage::Over).then_some(self.worker)
    }

    async fn order(&mut self, order: &Order) -> Result<(), ScanError> {
        self.silence = self.patience.next_line;
        self.worker.order(order, self.silence).await.map_err(|silence| self.lost(silence))
    }

    /// The next report; what it means for the worker and for the wait for the one after it is noted.
    async fn next(&mut self) -> Result<Message, ScanError> {
        let message = self.worker.report(self.silence).await.map_err(|silence| self.lost(silence))?;
        let Patience { first_line, next_line, cancel } = self.patience;
        (self.stage, self.silence) = match &message.0 {
            Report::Ending { .. } => (Stage::Ending, cancel),
            Report::Done { .. } | Report::Failed { .. } | Report::Devices { .. } => (Stage::Over, cancel),
            // The driver is called now, or may be as slow as if it were.
            Report::Heard | Report::Lines { warming_up: true, .. } => (self.stage, first_line),
            Report::Lines { .. } | Report::Page { .. } | Report::Watching | Report::Pressed { .. } => {
                (self.stage, next_line)
            }
        };
        Ok(message)
    }

    fn lost(&mut self, silence: Silence) -> ScanError {
        self.stage = Stage::Lost;
        match silence {
            Silence::TooLong => ScanError::Hung,
            Silence::Died(fault) => fault,
            Silence::Left => ScanError::WorkerDied("it left without an answer".into()),
        }
    }

    /// A worker that answers what it was not asked is not to be trusted with another order.
    fn out_of_turn(&mut self, report: &Report) -> ScanError {
        self.nonsense(format!("an answer out of turn: {report:?}"))
    }

    fn nonsense(&mut self, what: String) -> ScanError {
        self.stage = Stage::Lost;
        ScanError::WorkerDied(what)
    }
}
