//! Routes of the scan desk that only look. What drives the scanner is the binary's.

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Stamp;

use super::model::{Origin, Paper, Scan, State};
use super::sentence;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{Office, Paged, Problem};
use crate::kit::all_under;
use crate::rights::{Actor, Role, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(show))
}

/// A job on the desk as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ScanView {
    id: Uuid,
    /// The device, or the file's name.
    device_label: String,
    state: State,
    #[schema(value_type = String)]
    started_at: Stamp,
    pages: Vec<PageView>,
    error: Option<ErrorView>,
    paper: Option<PaperView>,
    version: u64,
}

/// A page at rest.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PageView {
    number: u32,
    capture: String,
    width_px: u32,
    height_px: u32,
    dpi: u32,
    #[schema(value_type = String)]
    kept_at: Stamp,
}

/// Why it stopped.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorView {
    code: String,
    sentence: String,
}

/// The PDF made of it; its id is what a document is given as `paper`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperView {
    id: Uuid,
    name: String,
    pages: u32,
    bytes: u64,
    signed: bool,
}

impl PaperView {
    /// The paper of the job `id`.
    pub fn of(id: Uuid, paper: &Paper) -> Self {
        Self {
            id,
            name: paper.name.to_string(),
            pages: paper.pages,
            bytes: paper.bytes,
            signed: paper.signed,
        }
    }
}

impl From<Scan> for ScanView {
    fn from(scan: Scan) -> Self {
        let page = |page: super::Page| PageView {
            number: page.number,
            capture: page.capture.to_string(),
            width_px: page.width_px,
            height_px: page.height_px,
            dpi: page.dpi,
            kept_at: page.kept_at,
        };
        Self {
            id: scan.id,
            paper: scan.paper.as_ref().map(|paper| PaperView::of(scan.id, paper)),
            error: scan.error.map(|code| ErrorView { sentence: sentence(&code).into(), code }),
            device_label: match scan.origin {
                Origin::Scanner(settings) => settings.device_label,
                Origin::Upload { file_name } => file_name,
            },
            state: scan.state,
            started_at: scan.started_at,
            pages: scan.pages.into_iter().map(page).collect(),
            version: scan.version,
        }
    }
}

#[utoipa::path(get, path = "/api/scans", operation_id = "list_scans", tag = "scans",
    responses((status = 200, body = Paged<ScanView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(Shared(desk): Shared<Desk>, viewer: Viewer) -> Result<Json<Paged<ScanView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let mut scans: Vec<Scan> = desk.read(|rows| Ok(all_under(rows, "open", b"")?)).await?;
    scans.reverse();
    Ok(Json(Paged { items: scans.into_iter().map(ScanView::from).collect(), next: None }))
}

#[utoipa::path(get, path = "/api/scans/{id}", operation_id = "get_scans", tag = "scans", params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Json<ScanView>, Error> {
    Ok(Json(readable(&desk, &viewer, id).await?.into()))
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
