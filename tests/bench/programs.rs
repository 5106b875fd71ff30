//! Our programs as processes, and what a browser asks of them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::Body;
use ureq::http::Response;

use crate::figures::Outcome;

const LARGEST_ANSWER_BYTES: u64 = 256 << 20;
const STOP_DEADLINE: Duration = Duration::from_secs(15);

/// A program of ours, built in the same profile as this one and lying beside it.
///
/// # Errors
/// When it was not built.
pub(crate) fn program(name: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let built = own.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    let found = built.clone().find(|path| path.is_file());
    found.ok_or_else(|| format!("{name} is not built beside {}: use cargo xtask bench", own.display()).into())
}

/// A server that runs. Dropping it pulls its plug.
pub(crate) struct Server {
    child: Child,
    base: String,
    /// Kept open: the far end of the program's standard output.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a program and waits until it says where it listens. Its log goes to `log`.
    ///
    /// # Errors
    /// When it ends without saying so.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Outcome<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let said = child.stdout.take().ok_or("no standard output")?;
        let mut said = BufReader::new(said);
        let mut line = String::new();
        while said.read_line(&mut line)? > 0 {
            if let Some(at) = line.find("http://") {
                let base = line[at..].trim().trim_end_matches('/').to_owned();
                return Ok(Self { child, base, _said: said });
            }
            line.clear();
        }
        let how = child.wait()?;
        Err(format!("{command:?} ended ({how}) without listening").into())
    }

    /// `http://host:port`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as systemd does, and waits.
    ///
    /// # Errors
    /// When it does not, or says it went wrong.
    pub(crate) fn stop(mut self) -> Outcome {
        let process = self.child.id().to_string();
        // Without unsafe code a signal is sent by somebody else.
        Command::new("sh").args(["-c", "kill -TERM \"$0\"", &process]).status()?;
        let deadline = Instant::now() + STOP_DEADLINE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { Err(format!("stopped with {status}").into()) };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("did not stop".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person's browser: connections are kept, answers may come compressed.
#[derive(Clone)]
pub(crate) struct Browser {
    agent: Agent,
    base: String,
    cookie: String,
}

impl Browser {
    /// With a session's cookie, or with none.
    pub(crate) fn new(base: &str, cookie: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        Self { agent, base: base.to_owned(), cookie: cookie.to_owned() }
    }

    /// Signs in at the box's door, as a person does.
    ///
    /// # Errors
    /// When the door refuses.
    pub(crate) fn sign_in(base: &str, username: &str, password: &str) -> Outcome<Self> {
        let door = Self::new(base, "");
        let fields = serde_json::json!({"username": username, "password": password});
        let mut response = door.send("/api/sessions", &fields)?;
        let cookie = response.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
        answered("/api/sessions", &mut response)?;
        Ok(Self { cookie, ..door })
    }

    /// What a path answers, as a browser gets it.
    ///
    /// # Errors
    /// When it is no success.
    pub(crate) fn bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let mut response = request.header("accept-encoding", "gzip").call()?;
        answered(path, &mut response)
    }

    /// A text, not compressed.
    ///
    /// # Errors
    /// As [`Browser::bytes`].
    pub(crate) fn text(&self, path: &str) -> Outcome<String> {
        let mut response =
            self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookie).call()?;
        Ok(String::from_utf8(answered(path, &mut response)?)?)
    }

    /// A JSON answer.
    ///
    /// # Errors
    /// As [`Browser::bytes`].
    pub(crate) fn get(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.text(path)?)?)
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Browser::bytes`].
    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let mut response = self.send(path, body)?;
        let answer = answered(path, &mut response)?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? })
    }

    /// The live feed, event after event.
    ///
    /// # Errors
    /// When it is not given.
    pub(crate) fn live(&self) -> Outcome<Live> {
        let response =
            self.agent.get(format!("{}/api/live", self.base)).header("cookie", &self.cookie).call()?;
        if !response.status().is_success() {
            return Err(format!("/api/live: {}", response.status()).into());
        }
        Ok(Live(BufReader::new(Box::new(response.into_body().into_reader()))))
    }

    fn send(&self, path: &str, body: &Value) -> Outcome<Response<Body>> {
        let request = self.agent.post(format!("{}{path}", self.base));
        Ok(request.header("cookie", &self.cookie).header("x-requested-with", "vanthu").send_json(body)?)
    }
}

/// Server-sent events.
pub(crate) struct Live(BufReader<Box<dyn Read + Send>>);

impl Live {
    /// The next event's name and data.
    ///
    /// # Errors
    /// When the feed ends.
    pub(crate) fn next_event(&mut self) -> Outcome<(String, Value)> {
        let (mut name, mut line) = (String::new(), String::new());
        while self.0.read_line(&mut line)? > 0 {
            if let Some(event) = line.strip_prefix("event:") {
                name = event.trim().to_owned();
            } else if let Some(data) = line.strip_prefix("data:") {
                return Ok((name, serde_json::from_str(data)?));
            }
            line.clear();
        }
        Err("the live feed ended".into())
    }
}

fn answered(path: &str, response: &mut Response<Body>) -> Outcome<Vec<u8>> {
    let status = response.status();
    let body = response.body_mut().with_config().limit(LARGEST_ANSWER_BYTES).read_to_vec()?;
    if status.is_success() {
        return Ok(body);
    }
    Err(format!("{path}: {status} {}", String::from_utf8_lossy(&body)).into())
}
