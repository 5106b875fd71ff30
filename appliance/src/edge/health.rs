//! `/healthz`: for systemd, for a monitor and for tests that wait until the box is up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health))
}

/// Whether the box can do its work.
#[derive(Serialize, ToSchema)]
struct Health {
    ok: bool,
    version: &'static str,
    journal: JournalHealth,
}

#[derive(Serialize, ToSchema)]
struct JournalHealth {
    /// Last entry; absent when the store does not answer.
    seq: Option<u64>,
}

/// Is the store readable?
#[utoipa::path(get, path = "/healthz", operation_id = "get_healthz", tag = "box", security(()),
    responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let head = app.desk.journal().head();
    if let Err(fault) = &head {
        tracing::error!(%fault, "the journal does not answer");
    }
    let seq = head.ok().map(|head| head.seq);
    let status = if seq.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let health =
        Health { ok: seq.is_some(), version: env!("CARGO_PKG_VERSION"), journal: JournalHealth { seq } };
    (status, Json(health))
}
