//! Routes of the unit: what stands at the door, and the facts its IT officer keeps.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Command, Facts};
use super::rules;
use crate::catalog;
use crate::clock::ClockView;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{Office, Payload, Problem};
use crate::rights::{Actor, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(door)).routes(routes!(show)).routes(routes!(amend))
}

/// What anybody at the door may know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Door {
    unit: DoorUnit,
    version: String,
    clock: ClockView,
}

/// The letterhead.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DoorUnit {
    name: String,
    parent_name: String,
    address_line: String,
}

#[utoipa::path(get, path = "/api/door", operation_id = "get_door", tag = "unit", responses((status = 200, body = Door)))]
async fn door(State(desk): State<Desk>) -> Result<Json<Door>, Error> {
    let facts = desk.read(|rows| Ok(rules::current(rows)?)).await?.map(|unit| unit.facts).unwrap_or_default();
    Ok(Json(Door {
        unit: DoorUnit { name: facts.name, parent_name: facts.parent_name, address_line: facts.address_line },
        version: env!("CARGO_PKG_VERSION").into(),
        clock: desk.clock()?.into(),
    }))
}

/// The unit, with the version an amendment must name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UnitView {
    #[serde(flatten)]
    facts: Facts,
    version: u64,
}

#[utoipa::path(get, path = "/api/unit", operation_id = "get_unit", tag = "unit", responses((status = 200, body = UnitView), (status = 401, body = Problem)))]
async fn show(State(desk): State<Desk>, _viewer: Viewer) -> Result<Json<UnitView>, Error> {
    view(&desk).await
}

async fn view(desk: &Desk) -> Result<Json<UnitView>, Error> {
    let unit = desk.read(|rows| Ok(rules::current(rows)?)).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(UnitView { facts: unit.facts, version: unit.version }))
}

#[derive(Deserialize, utoipa::ToSchema)]
struct AmendUnit {
    version: u64,
    #[serde(flatten)]
    facts: Facts,
}

#[utoipa::path(post, path = "/api/unit/amend", operation_id = "unit_amend", tag = "unit", request_body = AmendUnit,
    responses((status = 200, body = UnitView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn amend(
    State(desk): State<Desk>,
    viewer: Viewer,
    Payload(form): Payload<AmendUnit>,
) -> Result<Json<UnitView>, Error> {
    let command = Command::Amend { version: form.version, facts: form.facts };
    desk.execute(Actor::Person(viewer), catalog::Command::Units(command)).await?;
    view(&desk).await
}
