//! Routes of delegations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::model::{Command, Delegation, Grant};
use crate::catalog;
use crate::desk::Desk;
use crate::error::Error;
use crate::http::{Office, Payload, Problem};
use crate::rights::{Actor, Role, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(index, grant)).routes(routes!(end))
}

/// A delegation as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DelegationView {
    #[serde(flatten)]
    delegation: Delegation,
    /// `KT.`
    mark: String,
    /// Whether it holds today.
    holds: bool,
}

#[utoipa::path(get, path = "/api/delegations", operation_id = "list_delegations", tag = "delegations",
    responses((status = 200, body = Vec<DelegationView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<DelegationView>>, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let today = desk.now().in_vietnam().date_naive();
    let all: Vec<Delegation> = desk.read(|rows| Ok(rows.all()?)).await?;
    // A teacher sees what she may sign; the clerk must know whose signature carries a document.
    let seen = |found: &Delegation| viewer.role != Role::Teacher || found.to.id == viewer.id;
    let mut shown: Vec<_> = all
        .into_iter()
        .filter(seen)
        .map(|delegation| DelegationView {
            mark: delegation.capacity.mark().into(),
            holds: delegation.holds_on(today),
            delegation,
        })
        .collect();
    shown.sort_by_key(|view| (!view.holds, std::cmp::Reverse(view.delegation.from_day)));
    Ok(Json(shown))
}

#[utoipa::path(post, path = "/api/delegations", operation_id = "post_delegations", tag = "delegations", request_body = Grant,
    responses((status = 201, body = DelegationView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn grant(
    State(desk): State<Desk>,
    viewer: Viewer,
    Payload(form): Payload<Grant>,
) -> Result<(StatusCode, Json<DelegationView>), Error> {
    let command = catalog::Command::Delegations(Command::Grant(form));
    let done = desk.execute(Actor::Person(viewer), command).await?;
    let id = done.id.ok_or_else(|| Error::Broken("a delegation was given without an id".into()))?;
    let today = desk.now().in_vietnam().date_naive();
    let delegation: Delegation = desk
        .read(move |rows| rows.get(&id.to_string())?.ok_or_else(|| Error::Broken("no delegation".into())))
        .await?;
    let (mark, holds) = (delegation.capacity.mark().into(), delegation.holds_on(today));
    Ok((StatusCode::CREATED, Json(DelegationView { delegation, mark, holds })))
}

#[utoipa::path(post, path = "/api/delegations/{id}/end", operation_id = "delegations_end", tag = "delegations", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn end(State(desk): State<Desk>, viewer: Viewer, Path(id): Path<Uuid>) -> Result<StatusCode, Error> {
    let command = catalog::Command::Delegations(Command::End { delegation: id });
    desk.execute(Actor::Person(viewer), command).await?;
    Ok(StatusCode::NO_CONTENT)
}
