//! The box's end of one worker process: started, spoken to, waited for with limited patience, killed.
//!
//! ```text
//! Child::start -> order(..) -> report(patience) -> ... -> drop (killed, its process group with it)
//! ```

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{self, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::device::Via;
use crate::error::ScanError;
use crate::protocol::{self, Order, Report};
use crate::sane::process::kill_group;

/// After a worker's death, how long what it had still written may take to come through its pipe.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How to start a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, normally the box's own.
    pub program: PathBuf,
    /// Its arguments, normally `scan-worker`; `--folder DIR` is added for [`Via::Folder`].
    pub args: Vec<String>,
    /// Added to the worker's environment.
    pub env: Vec<(String, String)>,
}

/// How long a silent worker is believed to be working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before the first line of a page and while devices are looked for: lamps warm up, sheets are pulled in,
    /// network scanners are asked.
    pub first_line: Duration,
    /// From line to line, and while a page is encoded.
    pub next_line: Duration,
    /// After a cancel.
    pub cancel: Duration,
}

impl Default for Patience {
    /// What real scanners need: 60 s, 20 s and 5 s.
    fn default() -> Patience {
        Patience {
            first_line: Duration::from_secs(60),
            next_line: Duration::from_secs(20),
            cancel: Duration::from_secs(5),
        }
    }
}

/// A report and the bytes behind it.
pub(crate) type Message = (Report, Vec<u8>);

/// A running worker. Dropping it kills it.
pub(crate) struct Child {
    process: process::Child,
    /// Its number, which is also that of its process group.
    leader: Option<u32>,
    orders: ChildStdin,
    reports: mpsc::Receiver<Message>,
}

/// How waiting for a report ended without one.
#[derive(Debug)]
pub(crate) enum Silence {
    /// The patience is at its end.
    TooLong,
    /// The worker left by itself, in order: it had been idle.
    Left,
    /// The worker died.
    Died(ScanError),
}

impl Child {
    /// Starts a worker.
    pub(crate) fn start(launch: &Launch, via: &Via) -> Result<Child, ScanError> {
        let mut command = Command::new(&launch.program);
        command.args(&launch.args).envs(launch.env.iter().map(|(name, value)| (name, value)));
        if let Via::Folder(folder) = via {
            command.arg("--folder").arg(folder);
        }
        // A group of its own, so that what a driver forks can be killed with it.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0).kill_on_drop(true);
        let cannot = |why: String| ScanError::WorkerDied(format!("cannot start: {why}"));
        let mut process = command.spawn().map_err(|e| cannot(e.to_string()))?;
        let (Some(orders), Some(mut output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(cannot("no pipes".into()));
        };
        // One page may lie ready while the one before is being kept; no more.
        let (sender, reports) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                match protocol::receive(&mut output).await {
                    Ok(Some(message)) => {
                        if sender.send(message).await.is_err() {
                            return; // the worker has been dropped
                        }
                    }
                    Ok(None) => return,
                    Err(fault) => {
                        tracing::error!(%fault, "the scan worker writes nonsense");
                        return;
                    }
                }
            }
        });
        let leader = process.id();
        Ok(Child { process, leader, orders, reports })
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Gives an order. A worker that has gone is noticed when its answer is waited for.
    pub(crate) async fn order(&mut self, order: &Order) -> Result<(), ScanError> {
        let bytes = protocol::encode(order, 0).map_err(|e| ScanError::Invalid(e.to_string()))?;
        match self.orders.write_all(&bytes).await {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(ScanError::WorkerDied(e.to_string())),
            _ => Ok(()),
        }
    }

    /// Waits for the next report. May be given up and called again: nothing is lost.
    pub(crate) async fn report(&mut self, patience: Duration) -> Result<Message, Silence> {
        let next = async {
            tokio::select! {
                biased;
                message = self.reports.recv() => message,
                // Readers that a driver forked may keep the pipe open after the worker's death.
                _ = self.process.wait() => timeout(LAST_WORDS, self.reports.recv()).await.unwrap_or(None),
            }
        };
        match timeout(patience, next).await {
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(self.obituary().await),
            Err(_) => Err(Silence::TooLong),
        }
    }

    /// How a worker ended that says nothing more.
    async fn obituary(&mut self) -> Silence {
        let end = timeout(LAST_WORDS, self.process.wait()).await;
        self.kill_group();
        match end {
            Ok(Ok(status)) if status.success() => Silence::Left,
            Ok(Ok(status)) => Silence::Died(ScanError::WorkerDied(status.to_string())),
            Ok(Err(fault)) => Silence::Died(ScanError::WorkerDied(fault.to_string())),
            Err(_) => Silence::Died(ScanError::WorkerDied("it closed its pipe or wrote nonsense".into())),
        }
    }
}

impl Child {
    /// Kills what is left of the worker, readers that a driver forked included. Once only: the number may be
    /// another's later.
    fn kill_group(&mut self) {
        if let Some(leader) = self.leader.take() {
            kill_group(leader);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill_group();
    }
}
