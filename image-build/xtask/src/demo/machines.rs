//! Two programs as two machines: switched on, found healthy, switched off - or unplugged.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::client::Client;
use crate::run::Outcome;

const START_DEADLINE: Duration = Duration::from_secs(20);
const STOP_DEADLINE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A program that serves HTTP. Dropping it stops it.
#[derive(Debug)]
pub struct Machine {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    log: PathBuf,
    base: String,
    running: Option<Child>,
}

impl Machine {
    /// A machine that is still off. Its log is written to `folder/NAME.log`; `listen` is where it will be found.
    pub fn new(name: &'static str, program: &Path, folder: &Path, listen: SocketAddr) -> Self {
        let found_at = if listen.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { listen.ip() };
        Self {
            name,
            program: program.to_path_buf(),
            arguments: Vec::new(),
            environment: Vec::new(),
            log: folder.join(format!("{name}.log")),
            base: format!("http://{}", SocketAddr::new(found_at, listen.port())),
            running: None,
        }
    }

    /// Adds command-line words.
    #[must_use]
    pub fn with_arguments(mut self, words: &[&str]) -> Self {
        self.arguments.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// Adds environment variables.
    #[must_use]
    pub fn with_environment(mut self, variables: Vec<(String, String)>) -> Self {
        self.add_environment(variables);
        self
    }

    /// Adds environment variables, for the next time it is switched on.
    pub fn add_environment(&mut self, variables: Vec<(String, String)>) {
        self.environment.extend(variables);
    }

    /// Where it is found: `http://host:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it has logged so far.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(Child::id)
    }

    /// Switches on and waits until it says it is healthy. Logs of earlier runs are kept.
    ///
    /// # Errors
    /// When it ends at once or is not healthy in time: the sentence carries the end of its log.
    pub fn start(&mut self) -> Outcome {
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(|why| format!("{}: {why}", self.log.display()))?;
        let copy = log.try_clone().map_err(|why| format!("{}: {why}", self.log.display()))?;
        // setpriv becomes the program itself, after asking the kernel to end it should we be killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM"])
            .arg(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(copy)
            .spawn()
            .map_err(|why| format!("cannot start {}: {why}", self.program.display()))?;
        self.running = Some(child);
        self.wait_until_healthy()
    }

    fn wait_until_healthy(&mut self) -> Outcome {
        let deadline = Instant::now() + START_DEADLINE;
        let door = Client::at(&self.base);
        loop {
            let healthy = door.bytes("/healthz").is_ok();
            // Asked after the door: another program at the same address must not pass for ours.
            if let Some(ended) = self.ended() {
                return Err(format!("the {} ended at once ({ended}): {}", self.name, self.last_words()));
            }
            if healthy {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("the {} does not become healthy: {}", self.name, self.last_words()));
            }
            sleep(LOOK_AGAIN);
        }
    }

    /// Asks it to stop, as systemd does, and waits.
    ///
    /// # Errors
    /// When it does not stop in time (it is then killed) or ends with a fault.
    pub fn stop(&mut self) -> Outcome {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        let process = child.id().to_string();
        // Without unsafe code there is no other way to send a signal than to ask somebody who can.
        let _ = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &process]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + STOP_DEADLINE;
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("the {} stopped with {status}", self.name)),
                Err(why) => return Err(format!("the {}: {why}", self.name)),
                Ok(None) if Instant::now() > deadline => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!(
                        "the {} did not stop and was killed: {}",
                        self.name,
                        self.last_words()
                    ));
                }
                Ok(None) => sleep(LOOK_AGAIN),
            }
        }
    }

    /// Pulls the plug: SIGKILL, no farewell.
    pub fn unplug(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.running.as_mut()?.try_wait().ok().flatten()?;
        Some(status.to_string())
    }

    /// The last lines it logged.
    pub fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n    ")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// Who may reach the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This computer only.
    Here,
    /// The local network as well, so that a phone can be tried.
    Network,
}

impl Reach {
    /// An address nobody listens at. People get the `preferred` port where it is free; on this computer only, any
    /// port does, so that houses of tests that run side by side never meet.
    ///
    /// # Errors
    /// When no port at all is free.
    pub fn free_address(self, preferred: u16) -> Outcome<SocketAddr> {
        let tried = match self {
            Self::Here => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
            Self::Network => {
                let host = Ipv4Addr::UNSPECIFIED;
                TcpListener::bind((host, preferred)).or_else(|_| TcpListener::bind((host, 0)))
            }
        };
        tried.and_then(|listener| listener.local_addr()).map_err(|why| format!("no free port: {why}"))
    }
}

/// This computer's address in the local network, if it is in one.
pub fn address_in_network() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Connecting a datagram socket sends nothing; it only makes the kernel choose a way out. The address is one
    // of those set apart for documentation.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}
