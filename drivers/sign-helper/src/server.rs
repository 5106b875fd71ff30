//! HTTP on loopback: who is let in, what is asked, how it is answered.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpListener, TcpStream};

use crate::api::Hello;
use crate::desk::Desk;
use crate::gate;
use crate::trouble::Trouble;

/// Largest request, bytes: two hundred documents take a fifth of it.
const MOST_BYTES: usize = 1 << 20;
/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(10);
/// This often idle sessions are looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// After a connection that could not be taken.
const BREATH: Duration = Duration::from_millis(100);

/// An answer with its body.
type Answer = Response<Full<Bytes>>;

/// Serves every listener until the future is dropped.
pub(crate) async fn serve(desk: Arc<Desk>, listeners: Vec<TcpListener>, port: u16) {
    for listener in listeners {
        tokio::spawn(accept(Arc::clone(&desk), listener, port));
    }
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        sweep.tick().await;
        desk.close_idle();
    }
}

async fn accept(desk: Arc<Desk>, listener: TcpListener, port: u16) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(talk(Arc::clone(&desk), stream, port))),
            Err(fault) => {
                tracing::warn!(%fault, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

async fn talk(desk: Arc<Desk>, stream: TcpStream, port: u16) {
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(answer(desk, request, port).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    if let Err(fault) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%fault, "a connection ended");
    }
}

/// Lets in, then answers. Whoever is not let in gets no CORS headers.
async fn answer(desk: Arc<Desk>, request: Request<Incoming>, port: u16) -> Answer {
    let origin = match admitted(&desk, request.headers(), request.uri().path(), port) {
        Ok(origin) => origin,
        Err(trouble) => return problem(&trouble),
    };
    let mut answer = if request.method() == Method::OPTIONS {
        let mut answer = Answer::default();
        *answer.status_mut() = StatusCode::NO_CONTENT;
        gate::allow_ahead(answer.headers_mut(), request.headers());
        answer
    } else {
        route(desk, &origin, request).await.unwrap_or_else(|trouble| problem(&trouble))
    };
    gate::allow(answer.headers_mut(), &origin);
    answer
}

/// The origin of a request that may be answered at all.
fn admitted(desk: &Desk, headers: &HeaderMap, path: &str, port: u16) -> Result<String, Trouble> {
    if !gate::is_our_host(headers, port) {
        return Err(Trouble::foreign_host());
    }
    let origin = gate::origin(headers).ok_or_else(Trouble::foreign_origin)?;
    let may_pair = desk.is_pairing(origin) && matches!(path, "/v1/hello" | "/v1/pair");
    if desk.knows(origin) || may_pair { Ok(origin.into()) } else { Err(Trouble::foreign_origin()) }
}

async fn route(desk: Arc<Desk>, origin: &str, request: Request<Incoming>) -> Result<Answer, Trouble> {
    let paired = gate::secret(request.headers()).is_some_and(|secret| desk.is_paired(origin, secret));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let origin = origin.to_owned();
    match (method, path.as_str()) {
        (Method::GET, "/v1/hello") => Ok(json(&Hello {
            helper: "vanthu-sign-helper",
            version: env!("CARGO_PKG_VERSION"),
            paired,
            pairing: desk.is_pairing(&origin),
        })),
        (Method::POST, "/v1/pair") => {
            work(body(request).await?, move |asked| desk.pair(&origin, asked)).await
        }
        _ if !paired => Err(Trouble::not_paired()),
        (Method::GET, "/v1/holders") => Ok(json(&desk.holders())),
        (Method::POST, "/v1/tokens") => {
            work(body(request).await?, move |asked: crate::api::ListTokens| desk.tokens(&asked.module)).await
        }
        (Method::POST, "/v1/open") => {
            work(body(request).await?, move |asked| desk.open(&origin, &asked)).await
        }
        (Method::POST, "/v1/sign") => {
            work(body(request).await?, move |asked| desk.sign(&origin, &asked)).await
        }
        (Method::POST, "/v1/close") => {
            work(body(request).await?, move |asked: crate::api::Close| desk.close(&origin, &asked.session))
                .await
        }
        _ => Err(Trouble::nonsense(404)),
    }
}

/// Does what waits for a token or a disk where waiting harms nobody.
async fn work<Q: Send + 'static, A: Serialize + Send + 'static>(
    asked: Q,
    work: impl FnOnce(Q) -> Result<A, Trouble> + Send + 'static,
) -> Result<Answer, Trouble> {
    let done = tokio::task::spawn_blocking(move || work(asked)).await;
    done.unwrap_or_else(|fault| Err(Trouble::fault(&fault))).map(|answer| json(&answer))
}

async fn body<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, Trouble> {
    if !gate::is_json(request.headers()) {
        return Err(Trouble::nonsense(415));
    }
    let body = Limited::new(request.into_body(), MOST_BYTES).collect().await;
    let bytes = body.map_err(|_| Trouble::nonsense(413))?.to_bytes();
    serde_json::from_slice(&bytes).map_err(|_| Trouble::nonsense(400))
}

fn json(value: &impl Serialize) -> Answer {
    written(StatusCode::OK, "application/json", value)
}

fn problem(trouble: &Trouble) -> Answer {
    let status = StatusCode::from_u16(trouble.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    written(status, "application/problem+json", trouble)
}

fn written(status: StatusCode, kind: &'static str, value: &impl Serialize) -> Answer {
    // Plain data: numbers, strings and lists of them always become JSON.
    let mut answer = Answer::new(Full::from(serde_json::to_vec(value).unwrap_or_default()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
