//! Routes of the scan desk that need no device: looking at jobs, and the clerk's hands on their pages. What drives the
//! scanner, makes PDFs or takes in files is the binary's.

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::commands::Command;
use super::model::{Placed, Scan};
use super::view::Live;
pub use super::view::{PaperView, ScanLine, ScanView};
use crate::catalog;
use crate::clock::nth_id;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{Office, Paged, Payload, Problem};
use crate::kit::all_under;
use crate::rights::{Actor, Role, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(show))
        .routes(routes!(arrange))
        .routes(routes!(split))
        .routes(routes!(merge))
        .routes(routes!(settle))
}

/// Which pages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct FromPlace {
    /// The place to begin at, from 1; all where it is missing.
    #[serde(default)]
    from: usize,
}

/// The version seen.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct ScanSeen {
    version: u64,
}

/// The whole order as it shall be.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct ArrangeScan {
    /// The version seen.
    version: u64,
    /// What is left out goes to the bin; what lies there comes back.
    pages: Vec<PlacedPage>,
}

/// A page in its place.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct PlacedPage {
    /// Its id.
    page: u32,
    /// 0, 90, 180, 270 degrees clockwise.
    #[serde(default)]
    turn: u16,
    /// A document begins here.
    #[serde(default)]
    opens: bool,
    /// Tenths of a degree clockwise, -100 to 100, by which it is made straight; 0: as it lies; nothing: as was seen.
    #[serde(default)]
    straighten: Option<i16>,
    /// Dark strips along its borders stay.
    #[serde(default)]
    keep_edges: bool,
}

impl From<&PlacedPage> for Placed {
    fn from(form: &PlacedPage) -> Self {
        let PlacedPage { page, turn, opens, straighten, keep_edges } = *form;
        Self { page, turn, opens, straighten, keep_edges }
    }
}

/// The job whose pages come behind.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct MergeScans {
    /// The version seen.
    version: u64,
    /// The other job.
    from: Uuid,
    /// The version seen of it.
    from_version: u64,
}

#[utoipa::path(get, path = "/api/scans", operation_id = "list_scans", tag = "scans",
    responses((status = 200, body = Paged<ScanLine>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(Shared(office): Shared<Office>, viewer: Viewer) -> Result<Json<Paged<ScanLine>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let live = office.surroundings.scan;
    let read = office.desk.read(move |rows| {
        let scans: Vec<Scan> = all_under(rows, "open", b"")?;
        let lines = scans.iter().rev().map(|scan| ScanLine::read(rows, scan, live(scan.id)));
        Ok(lines.collect::<Result<Vec<_>, _>>()?)
    });
    Ok(Json(Paged { items: read.await?, next: None }))
}

#[utoipa::path(get, path = "/api/scans/{id}", operation_id = "get_scans", tag = "scans", params(("id" = Uuid, Path), FromPlace),
    responses((status = 200, body = ScanView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(
    Shared(office): Shared<Office>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Query(FromPlace { from }): Query<FromPlace>,
) -> Result<Json<ScanView>, Error> {
    let live = (office.surroundings.scan)(id);
    Ok(Json(seen(&office.desk, &viewer, id, from, live).await?))
}

#[utoipa::path(post, path = "/api/scans/{id}/arrange", operation_id = "scans_arrange", tag = "scans",
    params(("id" = Uuid, Path)), request_body = ArrangeScan,
    responses((status = 200, body = ScanView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn arrange(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(scan): Path<Uuid>,
    Payload(form): Payload<ArrangeScan>,
) -> Result<Json<ScanView>, Error> {
    let pages = form.pages.iter().map(Placed::from).collect();
    let command = Command::Arrange { scan, version: form.version, pages };
    desk.execute(Actor::Person(viewer.clone()), catalog::Command::Scans(command)).await?;
    Ok(Json(view(&desk, &viewer, scan, Live::default()).await?))
}

#[utoipa::path(post, path = "/api/scans/{id}/split", operation_id = "scans_split", tag = "scans",
    params(("id" = Uuid, Path)), request_body = ScanSeen,
    responses((status = 200, description = "the job and its new parts", body = Paged<ScanView>),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn split(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<ScanSeen>,
) -> Result<Json<Paged<ScanView>>, Error> {
    let command = Command::Split { scan: id, version: form.version };
    let done = desk.execute(Actor::Person(viewer), catalog::Command::Scans(command)).await?;
    let read = desk.read(move |rows| {
        let parts = (0..).map_while(|n| done.id.map(|first| nth_id(first, n)));
        let mut items = Vec::new();
        for part in [id].into_iter().chain(parts) {
            let Some(scan) = rows.get::<Scan>(&part.to_string())? else { break };
            let read = if part == id { ScanView::read } else { ScanView::alone };
            items.push(read(rows, &scan, 0, Live::default())?);
        }
        Ok(items)
    });
    Ok(Json(Paged { items: read.await?, next: None }))
}

#[utoipa::path(post, path = "/api/scans/{id}/merge", operation_id = "scans_merge", tag = "scans",
    params(("id" = Uuid, Path)), request_body = MergeScans,
    responses((status = 200, body = ScanView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn merge(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(scan): Path<Uuid>,
    Payload(form): Payload<MergeScans>,
) -> Result<Json<ScanView>, Error> {
    let MergeScans { version, from, from_version } = form;
    let command = Command::Merge { scan, version, from, from_version };
    desk.execute(Actor::Person(viewer.clone()), catalog::Command::Scans(command)).await?;
    Ok(Json(view(&desk, &viewer, scan, Live::default()).await?))
}

#[utoipa::path(post, path = "/api/scans/{id}/settle", operation_id = "scans_settle", tag = "scans",
    params(("id" = Uuid, Path)), request_body = ScanSeen,
    responses((status = 200, body = ScanView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn settle(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(scan): Path<Uuid>,
    Payload(form): Payload<ScanSeen>,
) -> Result<Json<ScanView>, Error> {
    let command = Command::Settle { scan, version: form.version };
    desk.execute(Actor::Person(viewer.clone()), catalog::Command::Scans(command)).await?;
    Ok(Json(view(&desk, &viewer, scan, Live::default()).await?))
}

/// The job, where this person may see it.
///
/// # Errors
/// 403 for IT, 404 where it is somebody else's.
pub async fn readable(desk: &Desk, viewer: &Viewer, id: Uuid) -> Result<Scan, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let scan: Option<Scan> = desk.read(move |rows| Ok(rows.get(&id.to_string())?)).await?;
    Ok(scan.filter(|scan| scan.readable_by(viewer)).ok_or_else(Refusal::not_found)?)
}

/// The job with all its pages as this person sees it, with what the scan desk at work knows of it.
///
/// # Errors
/// As [`readable`].
pub async fn view(desk: &Desk, viewer: &Viewer, id: Uuid, live: Live) -> Result<ScanView, Error> {
    seen(desk, viewer, id, 0, live).await
}

/// Job and pages at one moment: between two looks pages may have moved to another job.
async fn seen(desk: &Desk, viewer: &Viewer, id: Uuid, from: usize, live: Live) -> Result<ScanView, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let viewer = viewer.clone();
    desk.read(move |rows| {
        let scan: Option<Scan> = rows.get(&id.to_string())?;
        let scan = scan.filter(|scan| scan.readable_by(&viewer)).ok_or_else(Refusal::not_found)?;
        Ok(ScanView::read(rows, &scan, from, live)?)
    })
    .await
}
