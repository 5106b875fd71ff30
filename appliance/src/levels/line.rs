//! What is fetched over a line: time stamps, OCSP answers, revocation lists, certificates of issuers. Everything round it
//! works on a thread that may block; the line alone is waited for, and a box that stops does not wait for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pki::{Evidence, Purpose, Want, judge, tsp};
use reqwest::header::CONTENT_TYPE;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::{NO_ANSWER, NO_GAIN, NO_LINE, NO_SERVER, UNTRUSTED, Waits, Wish};

/// A time stamp server of the state was measured to take two minutes.
const STAMP: Duration = Duration::from_secs(150);
const _: () = assert!(STAMP.as_secs() > 120);
/// An OCSP answer is small; the revocation list of a national authority is not.
const FETCH: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// Larger than any list in use, smaller than what would hurt the box.
const MOST_BYTES: usize = 16 << 20;
/// How long a server is not asked that would be paid for nothing; it may get another certificate.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The line and the servers that stamp times.
pub(crate) struct Line {
    http: reqwest::Client,
    runtime: Handle,
    stop: CancellationToken,
    stamp_urls: Vec<String>,
    known: Mutex<HashMap<String, Known>>,
}

/// What the last stamp of a server showed.
#[derive(Clone, Copy)]
struct Known {
    since: Instant,
    /// When its certificate ends, Unix ms; none where it is not to be relied on.
    ends_ms: Option<i64>,
}

impl Line {
    /// Asks these servers for time stamps, in this order. To be opened on the runtime that drives the line.
    ///
    /// # Errors
    /// If there are no root certificates to speak TLS with.
    pub(crate) fn new(stamp_urls: Vec<String>, stop: CancellationToken) -> Result<Self, reqwest::Error> {
        // Another part of the program may have chosen the provider already; then this does nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .user_agent(concat!("vanthu/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, runtime: Handle::current(), stop, stamp_urls, known: Mutex::default() })
    }

    /// A time stamp token over a digest, of the first server that gives one which is to be relied on - and, where one is
    /// renewed, for longer than `outlast_ms`. Stamps are paid for: a server known for less is not asked.
    pub(super) fn time_stamp(
        &self,
        imprint: [u8; 32],
        wish: &Wish<'_>,
        outlast_ms: Option<i64>,
    ) -> Result<Vec<u8>, Waits> {
        let mut waits: Option<Waits> = None;
        for url in &self.stamp_urls {
            match self.stamped(url, imprint, wish, outlast_ms) {
                Ok(token) => return Ok(token),
                Err(why) => waits = Some(waits.map_or(why, |waits| waits.or(why))),
            }
        }
        Err(waits.unwrap_or(NO_SERVER))
    }

    fn stamped(
        &self,
        url: &str,
        imprint: [u8; 32],
        wish: &Wish<'_>,
        outlast_ms: Option<i64>,
    ) -> Result<Vec<u8>, Waits> {
        self.known(url).map_or(Ok(()), |known| known.is_enough(outlast_ms))?;
        let nonce = nonce(&imprint);
        let ask = self.http.post(url).header(CONTENT_TYPE, "application/timestamp-query");
        let answer = self.read(ask.body(tsp::request(&imprint, Some(nonce))), STAMP);
        let bytes = answer.inspect_err(|waits| {
            tracing::info!(%url, code = waits.code, "a time stamp server was not reached");
        })?;
        let token = tsp::reply(&bytes, &imprint, Some(nonce)).map_err(|error| {
            tracing::warn!(%url, %error, "a time stamp server gave no usable stamp");
            NO_ANSWER
        })?;
        let known = Known { since: Instant::now(), ends_ms: relied_on_until(&token, wish) };
        self.all_known().insert(url.to_owned(), known);
        known.is_enough(outlast_ms).inspect_err(|waits| {
            tracing::warn!(%url, code = waits.code, "the stamp of a server is thrown away");
        })?;
        Ok(token.bytes().to_vec())
    }

    fn known(&self, url: &str) -> Option<Known> {
        self.all_known().get(url).copied().filter(|known| known.since.elapsed() < KNOWN_FOR)
    }

    fn all_known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches one thing that is wanted into the evidence; of several addresses the first that answers.
    pub(super) fn fetch(&self, want: &Want, evidence: &mut Evidence) -> Result<(), Waits> {
        let mut worst = NO_LINE;
        let urls = match want {
            Want::Ocsp { urls, .. } | Want::Crl { urls, .. } | Want::Issuer { urls, .. } => urls,
        };
        for url in urls.iter().filter(|url| url.starts_with("http://") || url.starts_with("https://")) {
            let ask = match want {
                Want::Ocsp { request, .. } => {
                    let ask = self.http.post(url).header(CONTENT_TYPE, "application/ocsp-request");
                    ask.body(request.clone())
                }
                Want::Crl { .. } | Want::Issuer { .. } => self.http.get(url),
            };
            match self.read(ask, FETCH) {
                Ok(bytes) => {
                    let taken = match want {
                        Want::Ocsp { .. } => evidence.add_ocsp(&bytes),
                        Want::Crl { .. } => evidence.add_crl(&bytes),
                        Want::Issuer { .. } => evidence.add_cert(&bytes),
                    };
                    if taken {
                        return Ok(());
                    }
                    tracing::warn!(%url, "what was fetched cannot be read");
                    worst = NO_ANSWER;
                }
                Err(waits) if waits == NO_ANSWER => worst = NO_ANSWER,
                Err(_) => {}
            }
        }
        Err(worst)
    }

    /// Waits for an answer. Servers may take minutes, and a box that is told to stop does not.
    fn read(&self, ask: reqwest::RequestBuilder, patience: Duration) -> Result<Vec<u8>, Waits> {
        self.runtime.block_on(async {
            tokio::select! {
                () = self.stop.cancelled() => Err(NO_LINE),
                answer = read(ask, patience) => answer,
            }
        })
    }
}

impl Known {
    /// Whether a stamp of this server is worth its money.
    fn is_enough(self, outlast_ms: Option<i64>) -> Result<(), Waits> {
        match self.ends_ms {
            None => Err(UNTRUSTED),
            Some(ends_ms) if outlast_ms.is_some_and(|outlast_ms| ends_ms <= outlast_ms) => Err(NO_GAIN),
            Some(_) => Ok(()),
        }
    }
}

/// When the certificate behind a token ends; none where it is not to be relied on.
fn relied_on_until(token: &tsp::Token, wish: &Wish<'_>) -> Option<i64> {
    let cert = token.check().ok()?;
    let mut evidence = Evidence::default();
    evidence.add_cms(token.cms());
    let judged = judge(&cert, Purpose::TimeStamping, &evidence, wish.trust, wish.now_ms, wish.now_ms);
    judged.is_good().then(|| cert.not_after_ms())
}

/// A number nobody else sends with this digest: an old answer must not serve for a new question.
fn nonce(imprint: &[u8; 32]) -> u64 {
    let mut bytes = [0; 8];
    match ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes) {
        // The first bit stays clear: some servers read the number as signed.
        Ok(()) => u64::from_be_bytes(bytes) >> 1,
        Err(_) => u64::from_be_bytes(*imprint.first_chunk().expect("32 bytes hold 8")) >> 1,
    }
}

async fn read(ask: reqwest::RequestBuilder, patience: Duration) -> Result<Vec<u8>, Waits> {
    let told = |error: reqwest::Error| if error.is_connect() { NO_LINE } else { NO_ANSWER };
    let mut answer = ask.timeout(patience).send().await.map_err(told)?;
    if !answer.status().is_success() {
        return Err(NO_ANSWER);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(told)? {
        if bytes.len() + piece.len() > MOST_BYTES {
            return Err(NO_ANSWER);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
