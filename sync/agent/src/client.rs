//! The calls of [`wire::calls`], one function each; everything a wire can do to an answer becomes an
//! [`AgentError`] here and nowhere else.

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response, StatusCode};
use ring::signature::Ed25519KeyPair;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use uuid::Uuid;
use wire::calls::{self, code};
use wire::{JournalId, Sha256, Stamp};

use crate::status::box_time;
use crate::{AgentError, Enrolment, Pace};

/// Longest connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// Slowest line on which a request may still succeed, in bytes per second.
const SLOWEST: u64 = 2048;
/// Longest answer worth reading; the largest true one, a full downlink, stays far below.
const ANSWER_BYTES: usize = 4 << 20;
/// A session is renewed this long before it lapses.
const RENEW_S: u64 = 30;

/// A box's connection to its hub.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    unit: Uuid,
    key: Ed25519KeyPair,
    answer: Duration,
    session: Mutex<Option<Opened>>,
}

#[derive(Clone)]
struct Opened {
    token: String,
    at: Instant,
    hub_time: Stamp,
    valid: Duration,
}

impl Opened {
    fn hub_time_now(&self) -> Stamp {
        let passed = i64::try_from(self.at.elapsed().as_millis()).unwrap_or(i64::MAX);
        Stamp::from_unix_ms(self.hub_time.unix_ms().saturating_add(passed))
    }
}

impl Client {
    pub(crate) fn new(enrolment: &Enrolment, pace: &Pace) -> Result<Self, AgentError> {
        let key = Ed25519KeyPair::from_pkcs8(&enrolment.device_key_pkcs8)
            .map_err(|cause| AgentError::Key(cause.to_string()))?;
        Ok(Self {
            http: http()?,
            base: crate::enrol::address(&enrolment.hub_url)?,
            unit: enrolment.unit,
            key,
            answer: pace.answer,
            session: Mutex::new(None),
        })
    }

    /// What the hub's clock says now, and by how many milliseconds it is ahead of the box's. `None` before the
    /// first session. The time between is measured without the box's clock, which may jump.
    pub(crate) async fn hub_time(&self) -> Option<(Stamp, i64)> {
        let now = self.session.lock().await.as_ref()?.hub_time_now();
        Some((now, now.unix_ms().saturating_sub(box_time().unix_ms())))
    }

    /// What the hub holds of a journal. `seen` is the last downlink seq the box has.
    pub(crate) async fn head(&self, journal: JournalId, seen: u64) -> Result<calls::Held, AgentError> {
        let path = format!("/v1/head?journal={journal}&seen={seen}");
        self.authorised(self.answer, |http, base| http.get(format!("{base}{path}"))).await?.json()
    }

    /// Sends a batch as compressed; the signature is over exactly these bytes.
    pub(crate) async fn entries(&self, batch: Vec<u8>) -> Result<calls::Held, AgentError> {
        let signature = hex::encode(self.key.sign(&batch));
        let bytes = batch.len();
        let send = |http: &reqwest::Client, base: &str| {
            http.post(format!("{base}/v1/entries"))
                .header(CONTENT_TYPE, "application/zstd")
                .header(calls::SIGNATURE_HEADER, &signature)
                .body(batch.clone())
        };
        self.authorised(self.patience(bytes), send).await?.json()
    }

    /// How many bytes of a blob the hub holds.
    pub(crate) async fn blob_offset(&self, name: &Sha256) -> Result<u64, AgentError> {
        self.authorised(self.answer, |http, base| http.head(format!("{base}/v1/blobs/{name}")))
            .await?
            .offset()
    }

    /// Sends one piece; answers where the hub's copy ends now.
    pub(crate) async fn piece(
        &self,
        name: &Sha256,
        offset: u64,
        whole: u64,
        piece: &[u8],
    ) -> Result<u64, AgentError> {
        let send = |http: &reqwest::Client, base: &str| {
            http.patch(format!("{base}/v1/blobs/{name}"))
                .header(CONTENT_TYPE, "application/offset+octet-stream")
                .header(calls::OFFSET_HEADER, offset)
                .header(calls::LENGTH_HEADER, whole)
                .body(piece.to_vec())
        };
        self.authorised(self.patience(piece.len()), send).await?.offset()
    }

    /// Waits up to [`calls::LONG_POLL_S`] for something after `after`.
    pub(crate) async fn downlink(&self, after: u64) -> Result<calls::Downlink, AgentError> {
        let patience = self.answer + Duration::from_secs(calls::LONG_POLL_S);
        let ask = |http: &reqwest::Client, base: &str| http.get(format!("{base}/v1/downlink?after={after}"));
        self.authorised(patience, ask).await?.json()
    }

    /// How long to wait for the answer to a request of so many bytes.
    fn patience(&self, bytes: usize) -> Duration {
        self.answer + Duration::from_secs(bytes as u64 / SLOWEST)
    }

    /// Sends with the session's token, and once more with a new one if the hub has forgotten it.
    async fn authorised(
        &self,
        patience: Duration,
        build: impl Fn(&reqwest::Client, &str) -> RequestBuilder,
    ) -> Result<Answer, AgentError> {
        let token = self.token().await?;
        match send(build(&self.http, &self.base).bearer_auth(token), patience).await {
            Err(AgentError::Session) => {
                *self.session.lock().await = None;
                let token = self.token().await?;
                send(build(&self.http, &self.base).bearer_auth(token), patience).await
            }
            answer => answer,
        }
    }

    async fn token(&self) -> Result<String, AgentError> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.as_ref().filter(|open| open.at.elapsed() < open.valid) {
            return Ok(open.token.clone());
        }
        let opened = self.open_session().await?;
        let token = opened.token.clone();
        *session = Some(opened);
        Ok(token)
    }

    async fn open_session(&self) -> Result<Opened, AgentError> {
        let url = format!("{}/v1/session", self.base);
        let challenge: calls::Challenge = send(self.http.get(&url), self.answer).await?.json()?;
        let signature = self.key.sign(&calls::session_message(self.unit, &challenge.nonce));
        let ask = calls::OpenSession {
            unit: self.unit,
            nonce: challenge.nonce,
            signature: hex::encode(signature.as_ref()),
        };
        let asked = Instant::now();
        let session: calls::Session = send(self.http.post(&url).json(&ask), self.answer).await?.json()?;
        // The hub read its clock somewhere between asking and hearing: half way is the best guess.
        let way_back_ms = i64::try_from(asked.elapsed().as_millis() / 2).unwrap_or(0);
        Ok(Opened {
            token: session.token,
            at: Instant::now(),
            hub_time: Stamp::from_unix_ms(session.time.unix_ms().saturating_add(way_back_ms)),
            valid: Duration::from_secs(session.valid_s.saturating_sub(RENEW_S).max(1)),
        })
    }
}

/// Longest wait for the answer to an enrolment: somebody sits before the form, and it is tried more than once.
const ENROL_ANSWER: Duration = Duration::from_secs(10);

/// `POST /v1/enrol`, the one call without a session.
pub(crate) async fn enrol(base: &str, ask: &calls::Enrol) -> Result<calls::Enrolled, AgentError> {
    send(http()?.post(format!("{base}/v1/enrol")).json(ask), ENROL_ANSWER).await?.json()
}

fn http() -> Result<reqwest::Client, AgentError> {
    // Another part of the program may have chosen the provider already; then this does nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        // A hub never redirects; a portal in front of the internet does.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("vanthu/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|cause| AgentError::Address(chain(&cause)))
}

/// A successful answer, read to its end.
struct Answer {
    status: StatusCode,
    is_json: bool,
    offset: Option<u64>,
    body: Vec<u8>,
}

impl Answer {
    fn json<T: DeserializeOwned>(self) -> Result<T, AgentError> {
        if !self.is_json {
            return Err(AgentError::Nonsense(format!("{} without JSON", self.status)));
        }
        serde_json::from_slice(&self.body).map_err(|cause| AgentError::Nonsense(cause.to_string()))
    }

    fn offset(self) -> Result<u64, AgentError> {
        self.offset
            .ok_or_else(|| AgentError::Nonsense(format!("{} without {}", self.status, calls::OFFSET_HEADER)))
    }
}

async fn send(request: RequestBuilder, patience: Duration) -> Result<Answer, AgentError> {
    let told = |cause| explain(&cause, patience);
    let mut response = request.timeout(patience).send().await.map_err(told)?;
    let status = response.status();
    let is_json = header(&response, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("json"));
    let offset = header(&response, calls::OFFSET_HEADER).and_then(|text| text.parse().ok());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(told)? {
        if body.len() + piece.len() > ANSWER_BYTES {
            return Err(AgentError::Nonsense(format!("an answer of more than {ANSWER_BYTES} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    match status {
        status if status.is_success() => Ok(Answer { status, is_json, offset, body }),
        status if body.is_empty() => Err(without_words(status)),
        status => Err(refused(status, &body)),
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// What an answer that is no success means.
fn refused(status: StatusCode, body: &[u8]) -> AgentError {
    let Ok(problem) = serde_json::from_slice::<calls::Problem>(body) else {
        return foreign(status);
    };
    match problem.code.as_str() {
        code::GAP => AgentError::Gap { expected: problem.expected.unwrap_or_default() },
        code::FORK => AgentError::Fork { seq: problem.expected.unwrap_or_default() },
        code::SESSION => AgentError::Session,
        code::ENROL_CODE => AgentError::EnrolCode(problem.detail),
        code::SHUT_OUT => AgentError::ShutOut,
        code::OFFSET => AgentError::Offset,
        code::INVALID => AgentError::Invalid(problem.detail),
        code::TOO_LARGE => AgentError::TooLarge(problem.detail),
        code::FULL => AgentError::HubFull,
        code::FAULT => AgentError::HubFault(problem.detail),
        other => AgentError::Nonsense(format!("{status}, code {other:?}")),
    }
}

/// Answers to HEAD have no body; the status has to do.
fn without_words(status: StatusCode) -> AgentError {
    match status {
        StatusCode::UNAUTHORIZED => AgentError::Session,
        StatusCode::FORBIDDEN => AgentError::ShutOut,
        StatusCode::UNPROCESSABLE_ENTITY => AgentError::Invalid("the hub does not want this blob".into()),
        StatusCode::INSUFFICIENT_STORAGE => AgentError::HubFull,
        StatusCode::INTERNAL_SERVER_ERROR => AgentError::HubFault("without words".into()),
        other => foreign(other),
    }
}

/// A proxy in front of a hub writes its own answers.
fn foreign(status: StatusCode) -> AgentError {
    match status {
        StatusCode::INTERNAL_SERVER_ERROR
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => AgentError::HubFault(format!("{status} in words that are not ours")),
        other => AgentError::Nonsense(format!("{other} without a problem document")),
    }
}

/// What a failed exchange means.
fn explain(cause: &reqwest::Error, patience: Duration) -> AgentError {
    let text = chain(cause);
    if text.contains("invalid HTTP") || text.contains("message head is too large") {
        return AgentError::Nonsense(text);
    }
    match cause {
        cause if cause.is_connect() => AgentError::Unreachable(text),
        cause if cause.is_timeout() => AgentError::Slow(patience.as_secs()),
        _ => AgentError::Unreachable(text),
    }
}

/// An error with its causes. The address is left out: it is in the log line already.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
