//! Routes of the scan desk that move paper. Looking at jobs is the office's own.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::scans::http::{PaperView, ScanView, readable};
use office::scans::{Command as Scans, Origin, Settings};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use scanner::{Colour, Device, PaperSize, Request, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::{App, compose, surroundings};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(scanners))
        .routes(routes!(start))
        .routes(routes!(cancel))
        .routes(routes!(more))
        .routes(routes!(composed))
        .routes(routes!(drop_page))
        .routes(routes!(discard))
}

/// The scanners, and in words how they are.
#[derive(Serialize, ToSchema)]
struct ScannerList {
    /// `ready`, `none`, `no_libsane`, `busy`, `failed`.
    state: &'static str,
    sentence: String,
    devices: Vec<DeviceView>,
}

/// One scanner.
#[derive(Serialize, ToSchema)]
struct DeviceView {
    /// The same after it was plugged in elsewhere.
    id: String,
    label: String,
    /// `flatbed`, `feeder`, `feeder_duplex`.
    sources: Vec<String>,
    /// `colour`, `grey`, `black_white`.
    colours: Vec<String>,
    resolutions_dpi: Vec<u32>,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self {
            sources: device.sources.iter().map(word).collect(),
            colours: device.colours.iter().map(word).collect(),
            id: device.id,
            label: device.label,
            resolutions_dpi: device.resolutions_dpi,
        }
    }
}

/// Which scanners there are.
#[utoipa::path(get, path = "/api/scanners", operation_id = "list_scanners", tag = "scans",
    responses((status = 200, body = ScannerList),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn scanners(viewer: Viewer, State(app): State<App>) -> Result<Json<ScannerList>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let list = match app.scans.devices().await {
        Ok(devices) => {
            let busy = app.scans.is_busy();
            let (state, sentence) = if busy {
                ("busy", surroundings::BUSY.into())
            } else {
                ("ready", surroundings::ready(&devices))
            };
            ScannerList { state, sentence, devices: devices.into_iter().map(DeviceView::from).collect() }
        }
        Err(error) => {
            tracing::info!(%error, "no scanner to offer");
            let sentence = office::scans::sentence(error.code()).to_owned();
            ScannerList { state: surroundings::state_of(&error), sentence, devices: Vec::new() }
        }
    };
    Ok(Json(list))
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
}

/// Begins a scan. It is the box's from here on: closing the page changes nothing.
#[utoipa::path(post, path = "/api/scans", operation_id = "post_scans", tag = "scans", request_body = StartScan,
    responses((status = 201, body = ScanView), (status = 409, description = "scan.busy", body = Problem),
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
    };
    let request = request(&settings)?;
    settings.device_label = label(&app, &settings.device).await?;
    if app.scans.is_busy() {
        return Err(app.scans.busy().into());
    }
    let done = app.desk.execute(actor, Command::Scans(Scans::Start(settings))).await?;
    let id = done.id.ok_or_else(|| Error::Broken("a scan began without an id".into()))?;
    app.scans.begin(id, request).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &viewer, id).await?)))
}

/// Stops a scan; its pages stay.
#[utoipa::path(post, path = "/api/scans/{id}/cancel", operation_id = "scans_cancel", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanView),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn cancel(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<ScanView>, Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    readable(&app.desk, &viewer, id).await?;
    if !app.scans.cancel(id, &viewer).await? {
        app.desk.execute(actor, Command::Scans(Scans::Cancel { scan: id })).await?;
    }
    Ok(Json(view(&app, &viewer, id).await?))
}

/// Feeds more sheets into the same scan.
#[utoipa::path(post, path = "/api/scans/{id}/continue", operation_id = "scans_continue", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanView), (status = 409, description = "scan.busy", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn more(viewer: Viewer, State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<ScanView>, Error> {
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
    let request = request(&settings)?;
    label(&app, &settings.device).await?;
    if app.scans.is_busy() {
        return Err(app.scans.busy().into());
    }
    app.desk.execute(actor, Command::Scans(Scans::Continue { scan: id })).await?;
    app.scans.begin(id, request).await?;
    Ok(Json(view(&app, &viewer, id).await?))
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
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    readable(&app.desk, &viewer, id).await?;
    let paper = compose::paper_of(&app, id).await?;
    Ok(Json(PaperAnswer { paper: PaperView::of(id, &paper) }))
}

/// Which page is not wanted.
#[derive(Deserialize, ToSchema)]
struct DropPage {
    /// The version seen.
    version: u64,
    /// Which, from 1.
    number: u32,
}

/// Takes a page off the scan; its capture stays on the disk.
#[utoipa::path(post, path = "/api/scans/{id}/drop-page", operation_id = "scans_drop_page", tag = "scans",
    params(("id" = Uuid, Path)), request_body = DropPage,
    responses((status = 200, body = ScanView), (status = 409, description = "version.stale", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn drop_page(
    viewer: Viewer,
    State(app): State<App>,
    Path(scan): Path<Uuid>,
    Payload(page): Payload<DropPage>,
) -> Result<Json<ScanView>, Error> {
    let command = Scans::DropPage { scan, version: page.version, number: page.number };
    app.desk.execute(Actor::Person(viewer.clone()), Command::Scans(command)).await?;
    Ok(Json(view(&app, &viewer, scan).await?))
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
    Ok(Json(view(&app, &viewer, scan).await?))
}

/// A paper on the desk.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaperAnswer {
    pub(crate) paper: PaperView,
}

async fn view(app: &App, viewer: &Viewer, id: Uuid) -> Result<ScanView, Error> {
    Ok(readable(&app.desk, viewer, id).await?.into())
}

/// The label of a scanner that is there.
async fn label(app: &App, device: &str) -> Result<String, Error> {
    let found = app.scans.device(device).await;
    let found =
        found.map_err(|error| Refusal::new(error.code(), 422, office::scans::sentence(error.code())))?;
    Ok(found.label)
}

/// Words into what the scanner understands.
fn request(settings: &Settings) -> Result<Request, Refusal> {
    let wrong = |field, sentence: &str| Refusal::field("scan.setting", field, sentence);
    if !(75..=1200).contains(&settings.dpi) {
        return Err(wrong("dpi", "Độ phân giải phải từ 75 đến 1200 dpi. Hãy chọn 300 dpi."));
    }
    Ok(Request {
        device: settings.device.clone(),
        address: None,
        source: known::<Source>(&settings.source).ok_or_else(|| {
            wrong("source", "Hãy chọn nguồn giấy: mặt kính, khay nạp một mặt hoặc hai mặt.")
        })?,
        colour: known::<Colour>(&settings.colour)
            .ok_or_else(|| wrong("colour", "Hãy chọn màu, xám hoặc đen trắng."))?,
        paper: known::<PaperSize>(&settings.paper)
            .ok_or_else(|| wrong("paper", "Hãy chọn khổ giấy, ví dụ A4."))?,
        dpi: settings.dpi,
    })
}

/// The scanner's own spelling of its settings is the API's.
fn known<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

fn word(setting: &impl Serialize) -> String {
    let word = serde_json::to_value(setting).expect("a setting is a word");
    word.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use scanner::ScanError;

    use super::*;

    #[test]
    fn every_code_of_the_scanner_has_a_sentence_of_its_own() {
        let unknown = office::scans::sentence("scan.something_new");
        for code in ScanError::CODES {
            assert_ne!(office::scans::sentence(code), unknown, "{code}");
        }
    }

    #[test]
    fn settings_are_read_from_their_words_and_wrong_ones_are_refused_beside_their_field() {
        let good = Settings {
            device: "usb:1:2:3".into(),
            device_label: String::new(),
            source: "feeder_duplex".into(),
            colour: "black_white".into(),
            dpi: 300,
            paper: "a4".into(),
        };
        let read = request(&good).unwrap();
        assert_eq!(
            (read.source, read.colour, read.paper),
            (Source::FeederDuplex, Colour::BlackWhite, PaperSize::A4)
        );
        for (field, settings) in [
            ("source", Settings { source: "tray".into(), ..good.clone() }),
            ("colour", Settings { colour: String::new(), ..good.clone() }),
            ("paper", Settings { paper: "a0".into(), ..good.clone() }),
            ("dpi", Settings { dpi: 100_000, ..good }),
        ] {
            assert!(request(&settings).unwrap_err().fields.contains_key(field), "{field}");
        }
    }
}
