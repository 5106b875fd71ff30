//! The office above: verifies, keeps and shows what boxes send. It has no office rules of its own; all it may
//! read of an entry is the header and the register line the box wrote out in full.
//!
//! One example, a register line's way to rest (the box's half is told in the crate `agent`):
//!
//! ```text
//! POST /v1/entries   sessions.rs   whose token is this, and is the batch signed with that unit's device key
//!                    receive.rs    unpack within bounds, walk the chain on from what is held
//!                    store/        ONE transaction: entries, head, blobs named, lines, receipts; fsync; answer
//! PATCH /v1/blobs/…  blobs.rs      piece by piece into the folder; hash at the end; receipt "arrived"
//! GET /v1/downlink   downlink.rs   the waiting call of that unit wakes up and carries the receipt
//! GET /api/lines     pages.rs      the operator's browser shows the line and its PDF
//! ```
//!
//! An answer is a promise: what was answered with success is at rest (SQLite in WAL mode with
//! `synchronous=FULL`; blobs fsynced with their folder). Everything a box sends may come twice or be cut
//! anywhere; receiving is idempotent, so a box never has to know what became of a call that got no answer.
//!
//! Sessions are not stored: tokens carry their own proof under a key that dies with the process. After a restart
//! every box opens a new one and every operator signs in again; that was preferred to a table that must be swept.
#![forbid(unsafe_code)]

mod attempts;
mod blobs;
mod check;
mod downlink;
mod enrol;
mod operator;
mod pages;
mod problem;
mod proof;
mod receive;
mod sessions;
mod store;
mod trust;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use uuid::Uuid;
use wire::Stamp;

pub use check::Report;
pub use enrol::EnrolCode;
pub use store::Fault;
pub use trust::Trusted;

use attempts::Attempts;
use proof::Proofs;
use store::Store;

/// Longest a box may take over one request: a piece of a blob on the slowest line it still uses.
const LONGEST_REQUEST: Duration = Duration::from_secs(300);
/// After `stop`, requests under way have this long.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// What a hub calls itself until told otherwise.
const NAME: &str = "Cấp trên";

/// The hub over one data directory. Clones are the same hub.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    store: Store,
    proofs: Proofs,
    attempts: Attempts,
    /// One password is hashed at a time: each takes 19 MiB.
    hashing: tokio::sync::Semaphore,
    /// Units whose downlink grew.
    grown: broadcast::Sender<Uuid>,
    /// When each unit was last heard; the database learns of it with the next write.
    seen: Mutex<HashMap<Uuid, Stamp>>,
    stop: CancellationToken,
}

impl Hub {
    /// Opens the data directory; creates everything when it is empty.
    ///
    /// # Errors
    /// [`Fault::Newer`] if a newer program wrote it; else what the disk says.
    pub async fn open(dir: &Path) -> Result<Self, Fault> {
        Ok(Self(Arc::new(Inner {
            store: Store::open(dir).await?,
            proofs: Proofs::new()?,
            attempts: Attempts::default(),
            hashing: tokio::sync::Semaphore::new(1),
            grown: broadcast::channel(256).0,
            seen: Mutex::default(),
            stop: CancellationToken::new(),
        })))
    }

    /// Answers on `listener` until `stop`; then lets requests under way end.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(&self, listener: TcpListener, stop: CancellationToken) -> std::io::Result<()> {
        let inner = self.0.clone();
        let begin_to_end = async move {
            stop.cancelled().await;
            inner.stop.cancel();
        };
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(begin_to_end);
        let patience = async {
            self.0.stop.cancelled().await;
            tokio::time::sleep(LAST_REQUESTS).await;
        };
        tokio::select! {
            ended = serving => ended,
            () = patience => Ok(()),
        }
    }

    fn router(&self) -> Router {
        Router::new()
            .merge(enrol::routes())
            .merge(sessions::routes())
            .merge(receive::routes())
            .merge(blobs::routes())
            .merge(downlink::routes())
            .merge(operator::routes())
            .merge(pages::routes())
            .layer(axum::middleware::from_fn(pages::guard))
            .layer(CatchPanicLayer::new())
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST))
            .with_state(self.clone())
    }

    /// A one-time code with which the box of `unit_name` joins. A unit of that name that is already there gets
    /// a new box with it: the old one is shut out once the code is used.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub async fn enrol_code(&self, unit_name: &str) -> Result<EnrolCode, Fault> {
        enrol::new_code(self, unit_name).await
    }

    /// Gives every box a root certificate or revocation list to judge signatures by, now and when it joins.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub async fn trust(&self, name: &str, file: &[u8]) -> Result<Trusted, Fault> {
        trust::give(self, name, file).await
    }

    /// Sets what the hub calls itself.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub async fn set_name(&self, name: &str) -> Result<(), Fault> {
        self.store().set_setting("name", name).await
    }

    /// What the hub calls itself.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn name(&self) -> Result<String, Fault> {
        Ok(self.store().setting("name").await?.unwrap_or_else(|| NAME.to_owned()))
    }

    /// Makes an operator password if there is none yet and answers it, for the one time it is shown.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub async fn first_operator_password(&self) -> Result<Option<String>, Fault> {
        operator::first_password(self).await
    }

    /// Sets the operator's password.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub async fn set_operator_password(&self, password: &str) -> Result<(), Fault> {
        operator::set_password(self, password).await
    }

    /// Walks chains, blobs and lines.
    ///
    /// # Errors
    /// If the data cannot be read at all; what is wrong with it stands in the report.
    pub async fn check(&self) -> Result<Report, Fault> {
        check::check(self.store()).await
    }

    /// Hands every register line to `write`, as one JSON text each, in order of arrival.
    ///
    /// # Errors
    /// If the data cannot be read or `write` fails.
    pub async fn export(&self, write: impl FnMut(&str) -> std::io::Result<()>) -> Result<(), Fault> {
        pages::export(self.store(), write).await
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    /// Wakes the waiting downlink call of a unit.
    fn nudge(&self, unit: Uuid) {
        // Nobody waiting is no fault.
        let _ = self.0.grown.send(unit);
    }
}

/// The hub's clock, which boxes trust.
fn now() -> Stamp {
    Stamp::from_unix_ms(chrono::Utc::now().timestamp_millis())
}
