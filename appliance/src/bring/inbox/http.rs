//! What lies in the copiers' folder, for the clerk.

use axum::Json;
use axum::extract::State;
use office::http::Problem;
use office::{Actor, Error, Role, Viewer};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::folder::Folder;
use crate::{App, blocking};

pub(in super::super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(inbox))
}

/// The copiers' folder.
#[derive(Serialize, ToSchema)]
struct InboxView {
    /// Where it lies on the box.
    folder: String,
    /// Not taken yet.
    waiting: Vec<WaitingView>,
    /// Not taken at all, the newest first.
    refused: Vec<RefusedView>,
}

/// A file that is not taken yet: it is still being written, or it is its turn soon.
#[derive(Serialize, ToSchema)]
struct WaitingView {
    name: String,
    bytes: u64,
}

/// A file that was refused.
#[derive(Serialize, ToSchema)]
struct RefusedView {
    name: String,
    sentence: String,
    #[schema(value_type = String)]
    at: Stamp,
}

/// What lies in the folder that copiers scan to.
#[utoipa::path(get, path = "/api/inbox", operation_id = "get_inbox", tag = "inbox",
    responses((status = 200, body = InboxView), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn inbox(viewer: Viewer, State(app): State<App>) -> Result<Json<InboxView>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let root = app.places.inbox.clone();
    let shown = root.display().to_string();
    let folder = Folder::new(&root);
    // A share that is away is a folder with nothing in it; the log says why.
    let (waiting, refused) =
        blocking(move || (folder.waiting().unwrap_or_default(), folder.refused().unwrap_or_default()))
            .await?;
    let waiting = waiting
        .into_iter()
        .map(|file| WaitingView { name: file.name.to_string_lossy().into_owned(), bytes: file.bytes });
    let refused =
        refused.into_iter().map(|file| RefusedView { name: file.name, sentence: file.sentence, at: file.at });
    Ok(Json(InboxView { folder: shown, waiting: waiting.collect(), refused: refused.collect() }))
}
