//! What is fetched over a line: time stamps, OCSP answers, revocation lists, certificates of issuers.

use std::time::Duration;

use pki::{Evidence, Want, tsp};
use reqwest::header::CONTENT_TYPE;

use super::{NO_ANSWER, NO_LINE, Waits};

/// A time stamp server of the state was measured to take two minutes.
const STAMP: Duration = Duration::from_secs(150);
/// An OCSP answer is small; the revocation list of a national authority is not.
const FETCH: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// Larger than any list in use, smaller than what would hurt the box.
const MOST_BYTES: usize = 16 << 20;

/// The line and the servers that stamp times.
pub(crate) struct Line {
    http: reqwest::Client,
    stamp_urls: Vec<String>,
}

impl Line {
    /// Asks these servers for time stamps, in this order.
    ///
    /// # Errors
    /// If there are no root certificates to speak TLS with.
    pub(crate) fn new(stamp_urls: Vec<String>) -> Result<Self, reqwest::Error> {
        // Another part of the program may have chosen the provider already; then this does nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .user_agent(concat!("vanthu/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, stamp_urls })
    }

    /// Whether anybody can be asked for a time stamp.
    pub(super) fn has_stamp_servers(&self) -> bool {
        !self.stamp_urls.is_empty()
    }

    /// A time stamp token over a digest, of the first server that gives one.
    pub(super) async fn time_stamp(&mut self, imprint: [u8; 32]) -> Result<Vec<u8>, Waits> {
        let mut worst = NO_LINE;
        let nonce = nonce(&imprint);
        for url in &self.stamp_urls {
            let ask = self.http.post(url).header(CONTENT_TYPE, "application/timestamp-query");
            let answer = read(ask.body(tsp::request(&imprint, Some(nonce))), STAMP).await;
            match answer.map(|bytes| tsp::reply(&bytes, &imprint, Some(nonce))) {
                Ok(Ok(token)) => return Ok(token.bytes().to_vec()),
                Ok(Err(error)) => {
                    tracing::warn!(%url, %error, "a time stamp server gave no usable stamp");
                    worst = NO_ANSWER;
                }
                Err(Waits(code)) => {
                    tracing::info!(%url, code, "a time stamp server was not reached");
                    if code == NO_ANSWER.0 {
                        worst = NO_ANSWER;
                    }
                }
            }
        }
        Err(worst)
    }

    /// Fetches one thing that is wanted into the evidence; of several addresses the first that answers.
    pub(super) async fn fetch(&mut self, want: &Want, evidence: &mut Evidence) -> Result<(), Waits> {
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
            match read(ask, FETCH).await {
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
                Err(Waits(code)) if code == NO_ANSWER.0 => worst = NO_ANSWER,
                Err(_) => {}
            }
        }
        Err(worst)
    }
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
