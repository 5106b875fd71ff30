//! What the signatures of a file on the desk are worth, before anybody registers it.

use axum::Json;
use axum::extract::{Path, State};
use office::http::Problem;
use office::letters::signing::Verdict;
use office::scans::http::readable;
use office::{Actor, Error, Refusal, Role, Viewer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{make, trust};
use crate::followers::verify::judged;
use crate::{App, blocking};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verdict))
}

/// Checks the signatures of a file that lies on the desk, without a line. Kept with the document once it is registered.
#[utoipa::path(get, path = "/api/scans/{id}/verdict", operation_id = "get_scans_verdict", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Verdict), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn verdict(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<Verdict>, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let scan = readable(&app.desk, &viewer, id).await?;
    let paper = scan.paper.ok_or_else(Refusal::not_found)?;
    let trust = trust::current(&app).await?.trust;
    // Room for one file at a time, however often the page is loaded.
    let _room = app.bench.room().await;
    let (journal, now) = (app.desk.journal().clone(), app.desk.now());
    blocking(move || {
        let pdf = make::blob(&journal, paper.name)?;
        Ok(Json(judged(&pdf, &trust, now).0))
    })
    .await?
}
