//! A photograph made flat anew, by corners that a person has moved. The photograph itself is never touched.

use axum::Json;
use axum::extract::{Path, State};
use journal::Fault;
use office::http::{Payload, Problem};
use office::scans::http::{ScanView, readable, view};
use office::scans::view::Live;
use office::scans::{Command as Scans, Photo, ScanPage};
use office::{Actor, Command, Error, Refusal, Viewer};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::opened::flattened;
use crate::{App, blocking};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(straighten))
}

/// Where the sheet lies.
#[derive(Deserialize, ToSchema)]
struct Straighten {
    /// The version seen.
    version: u64,
    /// The corners of the sheet - top left, top right, bottom right, bottom left - as shares of the upright photograph's
    /// width and height; none: the whole picture.
    corners: Option<[[f32; 2]; 4]>,
}

/// Makes the page of a photograph anew.
#[utoipa::path(post, path = "/api/scans/{id}/pages/{page}/straighten", operation_id = "scans_pages_straighten",
    tag = "scans", params(("id" = Uuid, Path), ("page" = u32, Path, description = "the page's id")),
    request_body = Straighten,
    responses((status = 200, body = ScanView), (status = 409, description = "version.stale", body = Problem),
        (status = 422, description = "page.*", body = Problem), (status = 404, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn straighten(
    viewer: Viewer,
    State(app): State<App>,
    Path((id, page)): Path<(Uuid, u32)>,
    Payload(wish): Payload<Straighten>,
) -> Result<Json<ScanView>, Error> {
    readable(&app.desk, &viewer, id).await?;
    let key = ScanPage::key(id, page);
    let row = app.desk.read(move |rows| Ok(rows.get::<ScanPage>(&key)?)).await?;
    let Some(Photo { original, .. }) = row.ok_or_else(Refusal::not_found)?.photo else {
        return Err(Refusal::new(
            "page.no_photo",
            422,
            "Trang này không phải ảnh chụp nên không nắn được. Hãy quét lại trang nếu bị lệch.",
        )
        .into());
    };
    let _room = app.bench.room().await;
    let journal = app.desk.journal().clone();
    let corners = wish.corners;
    let picture = blocking(move || {
        let bytes = journal.blobs().read(&original)?.ok_or(Fault::MissingBlob(original))?;
        flattened(journal.blobs(), original, &bytes, corners)
    });
    let picture = picture.await??;
    let redo = Scans::Redo { scan: id, version: wish.version, page, picture };
    app.desk.execute(Actor::Person(viewer.clone()), Command::Scans(redo)).await?;
    Ok(Json(view(&app.desk, &viewer, id, Live::default()).await?))
}
