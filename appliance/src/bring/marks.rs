//! The QR codes that the pages for printing show: on sheets between documents, on a sheet before the paper of one
//! document, in the arrival stamp on the paper itself. What they say is in [`sight::mark`].

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use office::http::Problem;
use office::letters::http::readable;
use office::{Actor, Error, Role, Viewer};
use sight::mark::Mark;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(separator)).routes(routes!(sheet)).routes(routes!(stamp))
}

/// The mark of a sheet that only separates.
#[utoipa::path(get, path = "/api/marks/separator.svg", operation_id = "get_marks_separator", tag = "marks",
    responses((status = 200, content_type = "image/svg+xml"),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn separator(viewer: Viewer) -> Result<impl IntoResponse, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    Ok(svg(Mark::Separator))
}

/// The mark of a sheet that is laid before the paper of a document.
#[utoipa::path(get, path = "/api/marks/sheet/{file}", operation_id = "get_marks_sheet", tag = "marks",
    params(("file" = String, Path, description = "the document's id and `.svg`")),
    responses((status = 200, content_type = "image/svg+xml"), (status = 404, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn sheet(
    viewer: Viewer,
    State(app): State<App>,
    Path(file): Path<String>,
) -> Result<impl IntoResponse, Error> {
    Ok(svg(Mark::SheetOf(letter(&app, viewer, &file).await?)))
}

/// The mark in the arrival stamp of a document.
#[utoipa::path(get, path = "/api/marks/stamp/{file}", operation_id = "get_marks_stamp", tag = "marks",
    params(("file" = String, Path, description = "the document's id and `.svg`")),
    responses((status = 200, content_type = "image/svg+xml"), (status = 404, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn stamp(
    viewer: Viewer,
    State(app): State<App>,
    Path(file): Path<String>,
) -> Result<impl IntoResponse, Error> {
    Ok(svg(Mark::StampOf(letter(&app, viewer, &file).await?)))
}

/// A document the clerk may read, by the name of its picture.
async fn letter(app: &App, viewer: Viewer, file: &str) -> Result<Uuid, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    let id = file.strip_suffix(".svg").and_then(|id| id.parse::<Uuid>().ok());
    let id = id.ok_or_else(office::Refusal::not_found)?;
    Ok(app.desk.read(move |rows| readable(rows, &viewer, id)).await?.id)
}

fn svg(mark: Mark) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml")], mark.svg())
}
