//! The box's end of one worker process: started, spoken to, waited for with limited patience, killed.
//!
//! ```text
//! Child::start -> order(..) -> report(patience) -> ... -> drop (killed, its process group with it)
//!            `- a task that waits for its end, so that one that leaves while idle is no zombie
//! ```

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};
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
    /// While devices are looked for, and until a driver has taken the sheet: lamps warm up, heads calibrate,
    /// network scanners are asked. There is no telling this from a hang, and a driver killed while it warms up
    /// never gets warm; whoever does not want to wait cancels, which does not wait for any driver.
    pub first_line: Duration,
    /// Everywhere else: until an order is heard, from the start of a page to its first line, from line to line.
    pub next_line: Duration,
    /// For letting the device go, behind the caller's back.
    pub cancel: Duration,
}

impl Default for Patience {
    /// What real scanners need, and what lets a hung one be replaced within ten seconds: 60 s, 8 s and 8 s.
    fn default() -> Patience {
        Patience {
            first_line: Duration::from_secs(60),
            next_line: Duration::from_secs(8),
            cancel: Duration::from_secs(8),
        }
    }
}

/// A report and the bytes behind it.
pub(crate) type Message = (Report, Vec<u8>);

/// A running worker. Dropping it kills it.
pub(crate) struct Child {
    group: Arc<Group>,
    orders: ChildStdin,
    reports: mpsc::Receiver<Message>,
    /// How it ended, once it has.
    end: watch::Receiver<Option<End>>,
}

/// The exit status, or why there is none, for the log.
type End = Result<ExitStatus, String>;

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
        let (Some(orders), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(cannot("no pipes".into()));
        };
        let group = Arc::new(Group(Mutex::new(process.id())));
        // One page may lie ready while the one before is being kept; no more.
        let (sender, reports) = mpsc::channel(1);
        tokio::spawn(hear_out(output, sender));
        let (ended, end) = watch::channel(None);
        let of_the_dead = Arc::clone(&group);
        tokio::spawn(async move {
            let how = process.wait().await;
            of_the_dead.kill();
            ended.send_replace(Some(how.map_err(|fault| fault.to_string())));
        });
        Ok(Child { group, orders, reports, end })
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&self) -> bool {
        self.end.borrow().is_none()
    }

    /// Gives an order. A worker that has gone is noticed when its answer is waited for; one that does not empty
    /// its pipe within `patience` is [`Silence::TooLong`].
    pub(crate) async fn order(&mut self, order: &Order, patience: Duration) -> Result<(), Silence> {
        let fault = |why: String| Silence::Died(ScanError::WorkerDied(why));
        let bytes = protocol::encode(order, 0).map_err(|e| fault(e.to_string()))?;
        match timeout(patience, self.orders.write_all(&bytes)).await {
            Err(_) => Err(Silence::TooLong),
            Ok(Err(e)) if e.kind() != io::ErrorKind::BrokenPipe => Err(fault(e.to_string())),
            Ok(_) => Ok(()),
        }
    }

    /// Waits for the next report. May be given up and called again: nothing is lost.
    pub(crate) async fn report(&mut self, patience: Duration) -> Result<Message, Silence> {
        let ended = async { drop(self.end.wait_for(Option::is_some).await) };
        let next = async {
            tokio::select! {
                biased;
                message = self.reports.recv() => message,
                // Readers that a driver forked may keep the pipe open after the worker's death.
                () = ended => timeout(LAST_WORDS, self.reports.recv()).await.unwrap_or(None),
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
        let died = |why: String| Silence::Died(ScanError::WorkerDied(why));
        match timeout(LAST_WORDS, self.end.wait_for(Option::is_some)).await {
            Ok(Ok(end)) => match &*end {
                Some(Ok(status)) if status.success() => Silence::Left,
                Some(Ok(status)) => died(status.to_string()),
                Some(Err(fault)) => died(fault.clone()),
                None => died("it ended unseen".into()),
            },
            Ok(Err(_)) => died("nobody saw its end".into()),
            Err(_) => died("it closed its pipe or wrote nonsense".into()),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.group.kill();
    }
}

/// Passes on what a worker says until it says nothing more, or nonsense, or nobody listens.
async fn hear_out(mut output: ChildStdout, sender: mpsc::Sender<Message>) {
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
}

/// The process group of a worker: its leader's number until it has been killed.
struct Group(Mutex<Option<u32>>);

impl Group {
    /// Kills what is left of the worker, readers that a driver forked included. Once only: the number may be
    /// another's later.
    fn kill(&self) {
        let leader = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(leader) = leader {
            kill_group(leader);
        }
    }
}
