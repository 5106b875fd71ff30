//! Route of upkeep: the head confirms the time.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::Command;
use crate::catalog;
use crate::clock::ClockView;
use crate::desk::Desk;
use crate::error::Error;
use crate::http::{Office, Payload, Problem};
use crate::rights::{Actor, Viewer};

/// The route.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(confirm))
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Confirm {
    /// The time on the head's device.
    #[schema(value_type = String)]
    now: Stamp,
}

#[utoipa::path(post, path = "/api/clock/confirm", operation_id = "clock_confirm", tag = "unit", request_body = Confirm,
    responses((status = 200, body = ClockView), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn confirm(
    State(desk): State<Desk>,
    viewer: Viewer,
    Payload(form): Payload<Confirm>,
) -> Result<Json<ClockView>, Error> {
    let command = Command::SetClock { right: form.now };
    desk.execute(Actor::Person(viewer), catalog::Command::Upkeep(command)).await?;
    Ok(Json(desk.clock()?.into()))
}
