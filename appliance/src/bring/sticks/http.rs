//! What lies on the sticks, and one file of it to the desk. Clerks only: a stick in the box is on the clerk's table.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::scans::Way;
use office::{Actor, Error, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::copied::{NotCopied, copied};
use super::super::http::{BroughtAnswer, answer};
use super::super::{File, refused, to_desk};
use super::{Stick, gone, opened, sticks};
use crate::{App, blocking};

pub(in super::super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(bring))
}

/// The sticks that are plugged in.
#[derive(Serialize, ToSchema)]
struct Sticks {
    items: Vec<Stick>,
}

/// What lies on the USB sticks in the box.
#[utoipa::path(get, path = "/api/sticks", operation_id = "list_sticks", tag = "sticks",
    responses((status = 200, body = Sticks), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(viewer: Viewer, State(app): State<App>) -> Result<Json<Sticks>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let root = app.places.sticks.clone();
    Ok(Json(Sticks { items: blocking(move || sticks(&root)).await? }))
}

/// Which file.
#[derive(Deserialize, ToSchema)]
struct BringFromStick {
    /// A stick's id.
    stick: String,
    /// A file's path on it.
    path: String,
}

/// Copies a file of a stick to the desk.
#[utoipa::path(post, path = "/api/sticks/bring", operation_id = "sticks_bring", tag = "sticks",
    request_body = BringFromStick,
    responses((status = 201, body = BroughtAnswer), (status = 413, description = "upload.too_large", body = Problem),
        (status = 422, description = "stick.*, upload.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn bring(
    viewer: Viewer,
    State(app): State<App>,
    Payload(wish): Payload<BringFromStick>,
) -> Result<(StatusCode, Json<BroughtAnswer>), Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    let file_name = wish.path.rsplit('/').next().unwrap_or_default().to_owned();
    let (root, journal) = (app.places.sticks.clone(), app.desk.journal().clone());
    let name = blocking(move || -> Result<_, Error> {
        let file = opened(&root, &wish.stick, &wish.path)?;
        copied(journal.blobs(), file).map_err(|not| match not {
            NotCopied::TooLarge => refused::too_large().into(),
            NotCopied::Unread(error) => {
                tracing::info!(%error, "a stick was not read to the end");
                gone().into()
            }
            NotCopied::Unwritten(fault) => fault.into(),
        })
    });
    let name = name.await??;
    let scan = to_desk(&app, actor, File { name, file_name, way: Way::Stick }).await?;
    Ok((StatusCode::CREATED, Json(answer(&app, &viewer, scan).await?)))
}
