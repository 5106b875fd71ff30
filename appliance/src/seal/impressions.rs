//! Images of the unit's seal and of people's signatures, cut from a scan of the impression on white paper.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use office::http::Problem;
use office::scans::ScanPage;
use office::scans::http::readable as readable_scan;
use office::seals::http::{ImpressionView, may_see};
use office::seals::{Command as Seals, Impression, ImpressionKind};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use paper::impression::Refused;
use paper::{Kind, inspect};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::certificates::must_sign;
use super::make;
use crate::{App, blocking};

/// A sheet of paper in colour at 600 dpi.
const MOST_BYTES: usize = 64 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .routes(routes!(picture))
}

/// What the scan shows.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct What {
    /// `seal` or `signature`.
    kind: ImpressionKind,
    /// Dots per inch, where the file does not say it.
    dpi: Option<u32>,
    /// A scan on the desk instead of a file.
    scan: Option<Uuid>,
    /// Which of its pages, by its id.
    page: Option<u32>,
}

/// Cuts the impression out of a scan of paper: a page on the desk, or a JPEG or PNG in colour as it was brought.
#[utoipa::path(post, path = "/api/impressions", operation_id = "post_impressions", tag = "seals", params(What),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ImpressionView), (status = 422, description = "impression.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn add(
    viewer: Viewer,
    State(app): State<App>,
    Query(what): Query<What>,
    scan: Bytes,
) -> Result<(StatusCode, Json<ImpressionView>), Error> {
    match what.kind {
        ImpressionKind::Seal => Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?,
        ImpressionKind::Signature => must_sign(&viewer)?,
    }
    let journal = app.desk.journal().clone();
    let kind = what.kind;
    let page = match what.scan {
        Some(id) => Some(on_desk(&app, &viewer, id, what.page.unwrap_or(1)).await?),
        None => None,
    };
    let _room = app.bench.room().await;
    let (scan, dpi) = match page {
        Some(page) => {
            let journal = journal.clone();
            (Bytes::from(blocking(move || make::blob(&journal, page.capture)).await??), page.dpi)
        }
        None => {
            let dpi = dpi(&scan, what.dpi)?;
            (scan, dpi)
        }
    };
    let cut = app.pages.cut(&scan, dpi, kind).await.map_err(|fault| {
        tracing::warn!(%fault, "an impression cannot be cut");
        unreadable()
    })?;
    let cut = cut.map_err(|refused| sentence(&refused))?;
    let keep = blocking(move || -> Result<Seals, Error> {
        let image = journal.blobs().put(&cut.png)?;
        Ok(Seals::KeepImpression { kind, image, width_mm: cut.width_mm, height_mm: cut.height_mm })
    })
    .await??;
    let done = app.desk.execute(Actor::Person(viewer.clone()), Command::Seals(keep)).await?;
    let id = done.id.ok_or_else(|| Error::Broken("an image was kept without an id".into()))?;
    let row = found(&app, &viewer, id).await?;
    Ok((StatusCode::CREATED, Json(ImpressionView::of(row, &viewer))))
}

/// A page of a scan that lies on this person's desk.
async fn on_desk(app: &App, viewer: &Viewer, scan: Uuid, page: u32) -> Result<ScanPage, Error> {
    readable_scan(&app.desk, viewer, scan).await?;
    let row = app.desk.read(move |rows| Ok(rows.get::<ScanPage>(&ScanPage::key(scan, page))?)).await?;
    Ok(row.ok_or_else(Refusal::not_found)?)
}

/// The image, with nothing where the paper was.
#[utoipa::path(get, path = "/api/impressions/{id}/picture.png", operation_id = "get_impressions_picture", tag = "seals",
    params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "image/png"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn picture(viewer: Viewer, State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Error> {
    let row = found(&app, &viewer, id).await?;
    let journal = app.desk.journal().clone();
    let png = blocking(move || make::blob(&journal, row.image)).await??;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response())
}

async fn found(app: &App, viewer: &Viewer, id: Uuid) -> Result<Impression, Error> {
    let row = app.desk.read(move |rows| Ok(rows.get::<Impression>(&id.to_string())?)).await?;
    Ok(row.filter(|row| may_see(row, viewer)).ok_or_else(Refusal::not_found)?)
}

/// What the file says of itself, else what the person says. A picture's head is read and no more.
fn dpi(scan: &[u8], said: Option<u32>) -> Result<u32, Refusal> {
    if scan.starts_with(b"%PDF-") {
        return Err(unreadable());
    }
    let upload = inspect(scan).map_err(|_| unreadable())?;
    match upload.kind {
        Kind::Image { dpi, .. } => dpi.or(said).ok_or_else(|| {
            Refusal::field(
                "impression.no_dpi",
                "dpi",
                "Tệp ảnh không ghi độ phân giải nên không đo được cỡ thật. Hãy quét tại máy quét của hộp, hoặc ghi số dpi đã quét.",
            )
        }),
        Kind::Pdf { .. } | Kind::Tiff { .. } => Err(unreadable()),
    }
}

fn unreadable() -> Refusal {
    Refusal::field(
        "impression.unreadable",
        "file",
        "Tệp này không phải ảnh JPEG hay PNG đọc được. Hãy quét tờ giấy có dấu hoặc chữ ký rồi chọn ảnh đó.",
    )
}

fn sentence(refused: &Refused) -> Refusal {
    let (code, sentence) = match refused {
        Refused::Unreadable(_) => return unreadable(),
        Refused::Grey => (
            "impression.grey",
            "Ảnh đen trắng không thấy được màu mực. Hãy quét màu rồi chọn lại.".to_owned(),
        ),
        Refused::TooCoarse(dpi) => {
            ("impression.coarse", format!("Ảnh {dpi} dpi quá thô. Hãy quét ở 300 dpi trở lên."))
        }
        Refused::Nothing => (
            "impression.nothing",
            "Không thấy dấu hay chữ ký nào trong ảnh. Hãy đóng dấu hoặc ký đậm lên giấy trắng rồi quét lại."
                .to_owned(),
        ),
        Refused::Several => (
            "impression.several",
            "Trong ảnh có nhiều hơn một dấu hoặc chữ ký. Hãy quét tờ giấy chỉ có một.".to_owned(),
        ),
        Refused::CutOff => (
            "impression.cut_off",
            "Dấu hoặc chữ ký bị cắt ở mép ảnh. Hãy đặt giấy vào giữa rồi quét lại.".to_owned(),
        ),
        Refused::WrongSize(spot) => (
            "impression.size",
            format!(
                "Hình đo được {:.0} x {:.0} mm, không phải cỡ của dấu hay chữ ký. Hãy quét lại ở đúng tỷ lệ 100 %.",
                spot.width_mm, spot.height_mm
            ),
        ),
        Refused::NotRound => (
            "impression.not_round",
            "Dấu trong ảnh bị méo hoặc nhòe. Hãy đóng lại một dấu tròn, rõ trên giấy trắng rồi quét lại."
                .to_owned(),
        ),
    };
    Refusal::field(code, "file", sentence)
}
