//! A signed-in person's browser, as far as HTTP is concerned.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

/// Larger than any PDF of the demonstration, so that a fault cannot fill the memory.
const LARGEST_ANSWER_BYTES: u64 = 256 << 20;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a call did not bring what was asked for.
#[derive(Debug)]
pub enum Trouble {
    /// No answer, or none to the end: the program is down or was killed in mid-call. Nothing is known about
    /// whether the work was done.
    Unanswered(String),
    /// The program answered, and the answer is no.
    Refused {
        /// Method and path.
        call: String,
        /// HTTP status.
        status: u16,
        /// The problem's code, such as `letter.duplicate`.
        code: String,
        /// The problem's sentence for people.
        detail: String,
    },
    /// The answer is a yes that does not say what it must.
    Wrong(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(why) => write!(f, "no answer: {why}"),
            Self::Refused { call, status, code, detail } => write!(f, "{call}: {status} {code}: {detail}"),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

impl From<Trouble> for String {
    fn from(trouble: Trouble) -> Self {
        trouble.to_string()
    }
}

/// What the calls give back.
pub type Answer<T = Value> = Result<T, Trouble>;

/// One person's session with the box or the hub.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    cookie: String,
}

impl Client {
    /// A browser at the door of `base` (`http://host:port`), not signed in.
    pub fn at(base: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIMEOUT))
            // Our own machines are never behind a proxy, and a connection kept from before a restart is dead.
            .proxy(None)
            .max_idle_connections(0)
            .build()
            .into();
        Self { agent, base: base.trim_end_matches('/').to_owned(), cookie: String::new() }
    }

    /// Signs in with the fields the door asks for: name and password at the box, the password at the hub.
    ///
    /// # Errors
    /// When the door refuses.
    pub fn sign_in(base: &str, fields: &Value) -> Answer<Self> {
        let mut client = Self::at(base);
        let mut response = client.send_json("/api/sessions", fields)?;
        let cookies =
            response.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let cookies: Vec<String> =
            cookies.filter_map(|cookie| cookie.split(';').next().map(str::to_owned)).collect();
        expect_success("POST /api/sessions", &mut response)?;
        client.cookie = cookies.join("; ");
        Ok(client)
    }

    /// `GET`, an answer in JSON.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn get(&self, path: &str) -> Answer {
        let bytes = self.bytes(path)?;
        serde_json::from_slice(&bytes).map_err(|why| Trouble::Wrong(format!("GET {path}: no JSON: {why}")))
    }

    /// `GET`, the answer as it came.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn bytes(&self, path: &str) -> Answer<Vec<u8>> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let mut response = request.call().map_err(unanswered)?;
        expect_success(&format!("GET {path}"), &mut response)
    }

    /// `POST` with a JSON body; the answer in JSON, `null` when there is none.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let mut response = self.send_json(path, body)?;
        json_of(&format!("POST {path}"), &mut response)
    }

    /// `POST` of a form with one file, as the page sends a key file.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn post_file(&self, path: &str, file_name: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
        const BOUNDARY: &str = "----vanthu-demonstration";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let mut response = self.prepared(path).content_type(kind).send(&body[..]).map_err(unanswered)?;
        json_of(&format!("POST {path}"), &mut response)
    }

    fn send_json(&self, path: &str, body: &Value) -> Answer<Response<Body>> {
        self.prepared(path).send_json(body).map_err(unanswered)
    }

    fn prepared(&self, path: &str) -> ureq::RequestBuilder<ureq::typestate::WithBody> {
        let request = self.agent.post(format!("{}{path}", self.base));
        request.header("cookie", &self.cookie).header("x-requested-with", "vanthu")
    }
}

/// The fields of the box's door.
pub fn door(username: &str, password: &str) -> Value {
    json!({"username": username, "password": password})
}

fn json_of(call: &str, response: &mut Response<Body>) -> Answer {
    let bytes = expect_success(call, response)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|why| Trouble::Wrong(format!("{call}: no JSON: {why}")))
}

fn expect_success(call: &str, response: &mut Response<Body>) -> Answer<Vec<u8>> {
    let status = response.status();
    let body =
        response.body_mut().with_config().limit(LARGEST_ANSWER_BYTES).read_to_vec().map_err(unanswered)?;
    if status.is_success() {
        return Ok(body);
    }
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let word = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    Err(Trouble::Refused {
        call: call.to_owned(),
        status: status.as_u16(),
        code: word("code"),
        detail: word("detail"),
    })
}

fn unanswered(why: ureq::Error) -> Trouble {
    Trouble::Unanswered(why.to_string())
}
