//! Connections: who knocks is let in, has half a minute to say what she wants, and is shown out in order when the box stops.
//!
//! This is what `axum::serve` does, with a clock beside it: without one, a few hundred callers who begin a request and
//! never end it - a broken phone, a bored pupil - would hold every file handle the box may open.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Longest time from the first word of a request to the end of its head, and of silence between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// After a failure to accept - no file handle left - the box waits before it tries again.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);

/// Answers everybody with `router` until `stop`; then nobody new is let in, and this returns when all have been answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let open = GracefulShutdown::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                    continue;
                }
            },
        };
        answer(stream, peer, router.clone(), &open);
    }
    drop(listener);
    open.shutdown().await;
}

fn answer(stream: TcpStream, peer: SocketAddr, router: Router, open: &GracefulShutdown) {
    // The door counts wrong passwords by address.
    let service = router.map_request(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let connection = open.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
