//! The hub's words to a unit, by long poll: answered at once when there are some, else when they come.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use wire::calls::{Downlink, LONG_POLL_S};

use crate::Hub;
use crate::problem::BoxProblem;
use crate::sessions::Device;

pub(crate) fn routes() -> Router<Hub> {
    Router::new().route("/v1/downlink", get(downlink))
}

#[derive(Deserialize)]
struct After {
    after: u64,
}

async fn downlink(
    State(hub): State<Hub>,
    device: Device,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Json<Downlink>, BoxProblem> {
    let Query(After { after }) = query.map_err(|error| BoxProblem::invalid(error.body_text()))?;
    let until = Instant::now() + Duration::from_secs(LONG_POLL_S);
    // Before looking, so that nothing said in between is missed.
    let mut grown = hub.0.grown.subscribe();
    loop {
        let items = hub.store().downlink_after(device.unit, after).await?;
        if !items.is_empty() {
            return Ok(Json(Downlink { items }));
        }
        let more = tokio::select! {
            () = nudged(&mut grown, device.unit) => true,
            () = sleep_until(until) => false,
            () = hub.0.stop.cancelled() => false,
        };
        if !more {
            return Ok(Json(Downlink { items }));
        }
    }
}

/// Waits until this unit's downlink may have grown.
async fn nudged(grown: &mut Receiver<Uuid>, unit: Uuid) {
    loop {
        match grown.recv().await {
            Ok(of) if of != unit => {}
            // Missed some: one of them may have been for this unit.
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
