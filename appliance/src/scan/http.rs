//! Routes of the scan desk that move paper. Looking at jobs and arranging their pages is the office's own.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::scans::http::{PaperView, ScanView, readable, view as read_view};
use office::scans::{Aim, Command as Scans, Origin, Settings};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::wish::request;
use super::{devices, fit, proposals, roster::Known};
use crate::{App, compose};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(devices::scanners))
        .routes(routes!(start))
        .routes(routes!(cancel))
        .routes(routes!(more))
        .routes(routes!(composed))
        .routes(routes!(discard))
        .merge(proposals::routes())
        .merge(fit::routes())
}

/// How to scan.
#[derive(Deserialize, ToSchema)]
struct StartScan {
    /// A scanner's id.
    device: String,
    /// `flatbed`, `feeder`, `feeder_duplex`.
    source: String,
    /// `colour`, `grey`, `black_white`.
    colour: String,
    /// Dots per inch, 75 to 1200.
    dpi: u32,
    /// `a4`, `a5`, `a3`, `f4`, `letter`, `max`.
    paper: String,
    /// How many sheets were put in, where somebody counted.
    #[serde(default)]
    sheets_expected: Option<u32>,
    /// Fronts first, then the stack turned over, on a feeder that reads one side.
    #[serde(default)]
    both_sides_by_hand: bool,
    /// Backs come upside down.
    #[serde(default)]
    turn_backs: bool,
    /// Name of the profile it comes from.
    #[serde(default)]
    profile: Option<String>,
}

/// Begins a scan, or puts it in the queue of its scanner. It is the box's from here on: closing the page changes
/// nothing.
#[utoipa::path(post, path = "/api/scans", operation_id = "post_scans", tag = "scans", request_body = StartScan,
    responses((status = 201, body = ScanView),
        (status = 422, description = "scan.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn start(
    viewer: Viewer,
    State(app): State<App>,
    Payload(asked): Payload<StartScan>,
) -> Result<(StatusCode, Json<ScanView>), Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    let mut settings = Settings {
        device: asked.device,
        device_label: String::new(),
        source: asked.source,
        colour: asked.colour,
        dpi: asked.dpi,
        paper: asked.paper,
        sheets_expected: asked.sheets_expected,
        both_sides_by_hand: asked.both_sides_by_hand,
        turn_backs: asked.turn_backs,
        profile: asked.profile,
    };
    let request = request(&settings)?;
    settings.device_label = there(&app, &settings.device).await?.device.label;
    let id = app.scans.start(actor, settings, None, request).await?;
    Ok((StatusCode::CREATED, view(&app, &viewer, id).await?))
}

/// Stops a scan, or takes it out of the queue; its pages stay.
#[utoipa::path(post, path = "/api/scans/{id}/cancel", operation_id = "scans_cancel", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanView),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn cancel(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<ScanView>, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    readable(&app.desk, &viewer, id).await?;
    app.scans.cancel(id, viewer.clone()).await?;
    view(&app, &viewer, id).await
}

/// Where the next page goes; nothing: behind the last, or the backs of a stack that was turned over.
#[derive(Deserialize, ToSchema)]
struct ContinueScan {
    /// Before all others.
    #[serde(default)]
    first: bool,
    /// Behind this page.
    #[serde(default)]
    after: Option<u32>,
    /// In the place of this page.
    #[serde(default)]
    in_place_of: Option<u32>,
}

impl ContinueScan {
    fn aim(&self) -> Result<Option<Aim>, Refusal> {
        match (self.first, self.after, self.in_place_of) {
            (false, None, None) => Ok(None),
            (true, None, None) => Ok(Some(Aim::First)),
            (false, Some(page), None) => Ok(Some(Aim::After(page))),
            (false, None, Some(page)) => Ok(Some(Aim::InPlaceOf(page))),
            _ => Err(Refusal::new(
                "scan.aim",
                422,
                "Hãy chọn một chỗ cho trang quét thêm: lên đầu, sau một trang, hoặc thay một trang.",
            )),
        }
    }
}

/// Feeds more sheets into the same scan.
#[utoipa::path(post, path = "/api/scans/{id}/continue", operation_id = "scans_continue", tag = "scans",
    params(("id" = Uuid, Path)), request_body = ContinueScan,
    responses((status = 200, body = ScanView), (status = 422, description = "scan.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn more(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Payload(wish): Payload<ContinueScan>,
) -> Result<Json<ScanView>, Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    let Origin::Scanner(settings) = readable(&app.desk, &viewer, id).await?.origin else {
        return Err(Refusal::new(
            "scan.not_scanned",
            422,
            "Đây là tệp đưa lên, không quét tiếp được. Hãy bấm Quét để bắt đầu lần quét mới.",
        )
        .into());
    };
    let (aim, request) = (wish.aim()?, request(&settings)?);
    there(&app, &settings.device).await?;
    app.scans.go_on(actor, (id, settings.device), aim, request).await?;
    view(&app, &viewer, id).await
}

/// Makes the PDF of a scan; the same one again while its pages are the same.
#[utoipa::path(post, path = "/api/scans/{id}/compose", operation_id = "scans_compose", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = PaperAnswer), (status = 422, description = "scan.no_pages", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn composed(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<PaperAnswer>, Error> {
    readable(&app.desk, &viewer, id).await?;
    let scan = compose::paper_of(&app, id).await?;
    let paper = PaperView::read(&scan).ok_or_else(|| Error::Broken("a scan was made no paper of".into()))?;
    Ok(Json(PaperAnswer { paper }))
}

/// Clears a scan or a brought file off the desk.
#[utoipa::path(post, path = "/api/scans/{id}/discard", operation_id = "scans_discard", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanView),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn discard(
    viewer: Viewer,
    State(app): State<App>,
    Path(scan): Path<Uuid>,
) -> Result<Json<ScanView>, Error> {
    app.desk.execute(Actor::Person(viewer.clone()), Command::Scans(Scans::Discard { scan })).await?;
    view(&app, &viewer, scan).await
}

/// The PDF of a scan.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaperAnswer {
    pub(crate) paper: PaperView,
}

async fn view(app: &App, viewer: &Viewer, id: Uuid) -> Result<Json<ScanView>, Error> {
    let live = app.scans.live(id);
    read_view(&app.desk, viewer, id, live).await.map(Json)
}

/// A scanner that is there.
async fn there(app: &App, device: &str) -> Result<Known, Error> {
    let found = app.scans.device(device).await;
    let sentence = |code| office::scans::sentence(code);
    Ok(found.map_err(|error| Refusal::new(error.code(), 422, sentence(error.code())))?)
}
