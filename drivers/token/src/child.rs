//! The box's end of one worker process: started, asked, waited for with limited patience, killed.

use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::process;
use crate::protocol::{self, Order, Report};
use crate::{Launch, TokenError};

/// A running worker. Dropping it kills it.
pub(crate) struct Worker {
    process: Option<Child>,
    orders: Sender<Vec<u8>>,
    reports: Receiver<Report>,
}

impl Worker {
    /// Starts a worker for one module.
    pub(crate) fn start(launch: &Launch, module: &Path) -> Result<Worker, TokenError> {
        let cannot = |why: String| TokenError::WorkerDied(format!("cannot start: {why}"));
        let mut command = Command::new(&launch.program);
        command.args(&launch.args).arg("--module").arg(module);
        command.envs(launch.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        process::set_apart(&mut command);
        let mut process = command.spawn().map_err(|e| cannot(e.to_string()))?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(cannot("no pipes".into()));
        };
        let (orders, to_write) = mpsc::channel();
        let (heard, reports) = mpsc::channel();
        // Made first, so that a thread that cannot be started still has the process killed.
        let worker = Worker { process: Some(process), orders, reports };
        spawn("token-orders", move || pass_on(input, &to_write))?;
        spawn("token-reports", move || hear_out(output, &heard))?;
        Ok(worker)
    }

    /// Gives an order and waits for its answer. After an error the worker is of no more use.
    pub(crate) fn ask(&mut self, order: &Order, patience: Duration) -> Result<Report, TokenError> {
        let bytes = protocol::encode(order).map_err(|e| TokenError::Failed(e.to_string()))?;
        // A worker that has gone is noticed when its answer is waited for.
        let _ = self.orders.send(bytes);
        match self.reports.recv_timeout(patience) {
            Ok(report) => Ok(report),
            Err(RecvTimeoutError::Timeout) => Err(TokenError::Hung),
            Err(RecvTimeoutError::Disconnected) => Err(TokenError::WorkerDied(self.obituary())),
        }
    }

    /// How a worker ended that says nothing more. It may only have closed its pipe or written nonsense: so it is killed
    /// first, which does nothing to one that has ended.
    fn obituary(&mut self) -> String {
        let Some(mut process) = self.process.take() else { return "it ended unseen".into() };
        let ended = process.try_wait();
        process::kill(&mut process);
        match (ended, process.wait()) {
            (Ok(Some(status)), _) | (Ok(None), Ok(status)) => status.to_string(),
            (Err(fault), _) | (_, Err(fault)) => fault.to_string(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        process::kill(&mut process);
        // One that hangs in the kernel, as a pulled token can make it, is not waited for here.
        let _ = spawn("token-reaper", move || drop(process.wait()));
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), TokenError> {
    let thread = thread::Builder::new().name(name.into()).spawn(work);
    thread.map(drop).map_err(|e| TokenError::WorkerDied(format!("thread: {e}")))
}

/// Writes orders until there are no more: a worker that does not read holds up this thread only. The end of the pipe
/// tells the worker to log out and leave.
fn pass_on(mut input: ChildStdin, orders: &Receiver<Vec<u8>>) {
    use std::io::Write;
    while let Ok(order) = orders.recv() {
        if input.write_all(&order).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

/// Passes on what a worker says until it says nothing more, or nonsense, or nobody listens.
fn hear_out(mut output: ChildStdout, heard: &Sender<Report>) {
    loop {
        match protocol::read(&mut output) {
            Ok(Some(report)) => {
                if heard.send(report).is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(fault) => {
                tracing::error!(%fault, "the token worker writes nonsense");
                return;
            }
        }
    }
}
