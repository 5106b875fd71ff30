//! The operator's page: the fleet, the registers, the papers; and what it may say to boxes.

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;
use uuid::Uuid;
use wire::calls::Message;
use wire::{Book, RegisterLine, Sha256, Stamp};

use crate::operator::Operator;
use crate::problem::PageProblem;
use crate::sessions::SMALL_BYTES;
use crate::store::{FleetRow, LineFilter, LineRow, Store};
use crate::{EnrolCode, Fault, Hub, now};

const LINES: u32 = 50;
const MOST_LINES: u32 = 500;
/// Longest name of a unit and title of a notice, in characters.
const NAME_CHARS: usize = 200;
/// Longest text of a notice, in characters.
const TEXT_CHARS: usize = 4000;
/// What a page of ours may load: only what we serve.
const CONTENT_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     frame-src 'self' blob:; object-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

pub(crate) fn routes() -> Router<Hub> {
    Router::new()
        .route("/healthz", get(health))
        .route("/api/door", get(door))
        .route("/api/fleet", get(fleet))
        .route("/api/lines", get(lines))
        .route("/api/blobs/{name}", get(blob))
        .route("/api/enrol-codes", post(enrol_code))
        .route("/api/notices", post(notice))
        .route("/api/units/{unit}/shut-out", post(shut_out))
        .route("/api/units/{unit}/let-in", post(let_in))
        .layer(DefaultBodyLimit::max(SMALL_BYTES))
        .fallback(page)
}

/// Round every answer: no foreign page may act in the operator's name, and browsers are told what is allowed.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let ours = request.headers().get("x-requested-with").is_some_and(|value| value == "vanthu");
    let mut response = if request.uri().path().starts_with("/api/") && !reads && !ours {
        let detail = "Yêu cầu không đến từ trang của máy chủ này. Hãy mở lại trang và làm lại.";
        PageProblem::new(StatusCode::FORBIDDEN, "request.foreign", detail).into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Registers are not for a browser's disk; files that may stay say so themselves.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn health(State(hub): State<Hub>) -> Response {
    let ok = hub.name().await.is_ok();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"ok": ok, "version": env!("CARGO_PKG_VERSION")}))).into_response()
}

async fn door(State(hub): State<Hub>) -> Result<Response, PageProblem> {
    Ok(Json(json!({"hub_name": hub.name().await?, "version": env!("CARGO_PKG_VERSION")})).into_response())
}

#[derive(Serialize)]
struct FleetView {
    unit: Uuid,
    name: String,
    version: String,
    last_seen: Option<Stamp>,
    head_seq: u64,
    missing_blobs: u64,
    lines: u64,
    shut_out: bool,
    /// What a person must look at, as a sentence.
    alarm: Option<String>,
}

async fn fleet(State(hub): State<Hub>, _: Operator) -> Result<Json<Vec<FleetView>>, PageProblem> {
    let mut rows = hub.store().fleet().await?;
    {
        let seen = hub.0.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for row in &mut rows {
            row.last_seen = row.last_seen.max(seen.get(&row.unit).copied());
        }
    }
    // Trouble first: another history, shut out, papers missing, silent for longest.
    rows.sort_by_key(|row| (row.fork.is_none(), !row.shut_out, row.missing_blobs == 0, row.last_seen));
    Ok(Json(rows.into_iter().map(fleet_view).collect()))
}

fn fleet_view(row: FleetRow) -> FleetView {
    let alarm = row.fork.map(|(seq, at)| {
        format!(
            "Ngày {} hộp của đơn vị gửi lên nhật ký khác với bản đang giữ, từ dòng {seq}. Hãy gọi cho đơn vị: có thể hộp \
             đã được khôi phục từ bản sao cũ.",
            at.in_vietnam().format("%d/%m/%Y %H:%M")
        )
    });
    FleetView {
        unit: row.unit,
        name: row.name,
        version: row.version,
        last_seen: row.last_seen,
        head_seq: row.head_seq,
        missing_blobs: row.missing_blobs,
        lines: row.lines,
        shut_out: row.shut_out,
        alarm,
    }
}

#[derive(Deserialize)]
struct LineQuery {
    unit: Option<Uuid>,
    book: Option<Book>,
    after: Option<u64>,
    limit: Option<u32>,
}

/// A register line as pages and exports show it.
#[derive(Serialize)]
struct LineView {
    unit: Uuid,
    unit_name: String,
    received_at: Stamp,
    has_pdf: bool,
    /// Those of its annexes that are here.
    annexes_here: Vec<Sha256>,
    #[serde(flatten)]
    line: RegisterLine,
}

impl From<LineRow> for LineView {
    fn from(row: LineRow) -> Self {
        let LineRow { unit, unit_name, received_at, has_pdf, annexes_here, line, .. } = row;
        Self { unit, unit_name, received_at, has_pdf, annexes_here, line }
    }
}

async fn lines(
    State(hub): State<Hub>,
    _: Operator,
    query: Query<LineQuery>,
) -> Result<Response, PageProblem> {
    let limit = query.limit.unwrap_or(LINES).clamp(1, MOST_LINES);
    let filter = LineFilter { unit: query.unit, book: query.book, before: query.after, limit };
    let rows = hub.store().lines(&filter).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.place.to_string());
    let items: Vec<LineView> = rows.into_iter().map(LineView::from).collect();
    Ok(Json(json!({"items": items, "next": next})).into_response())
}

/// Every line, oldest arrival first.
pub(crate) async fn export(
    store: &Store,
    mut write: impl FnMut(&str) -> std::io::Result<()>,
) -> Result<(), Fault> {
    let mut pages = Vec::new();
    let mut filter = LineFilter { limit: MOST_LINES, ..LineFilter::default() };
    // Pages come newest first; only their borders are remembered on the way back.
    loop {
        let rows = store.lines(&filter).await?;
        let Some(oldest) = rows.last() else { break };
        pages.push(filter.before);
        filter.before = Some(oldest.place);
    }
    for before in pages.into_iter().rev() {
        let rows = store.lines(&LineFilter { before, limit: MOST_LINES, ..LineFilter::default() }).await?;
        for row in rows.into_iter().rev() {
            let line = serde_json::to_string(&LineView::from(row))
                .map_err(|error| Fault::Broken(error.to_string()))?;
            write(&line)?;
        }
    }
    Ok(())
}

async fn blob(
    State(hub): State<Hub>,
    _: Operator,
    Path(name): Path<String>,
) -> Result<Response, PageProblem> {
    let name: Sha256 = name.parse().map_err(|_| PageProblem::not_found())?;
    let unit = hub.store().blob_owner(&name).await?.ok_or_else(PageProblem::not_found)?;
    let found = hub.store().on_folder(move |folder| folder.read(unit, &name)).await?;
    let mut file = tokio::fs::File::from_std(found.ok_or_else(PageProblem::not_found)?);
    let length = file.metadata().await.map_err(Fault::from)?.len();
    let mut start = vec![0; usize::try_from(length.min(8)).unwrap_or(0)];
    file.read_exact(&mut start).await.map_err(Fault::from)?;
    let kind = kind_of(&start);
    let body = Body::from_stream(ReaderStream::new(std::io::Cursor::new(start).chain(file)));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
        (header::ETAG, format!("\"{name}\"")),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// What a browser may show in place; everything else it can only save.
fn kind_of(start: &[u8]) -> &'static str {
    match start {
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        _ => "application/octet-stream",
    }
}

#[derive(Deserialize)]
struct NewCode {
    unit_name: String,
}

async fn enrol_code(
    State(hub): State<Hub>,
    _: Operator,
    ask: Result<Json<NewCode>, JsonRejection>,
) -> Result<(StatusCode, Json<EnrolCode>), PageProblem> {
    let NewCode { unit_name } = asked(ask)?;
    within("unit.name", "Tên đơn vị", &unit_name, NAME_CHARS)?;
    Ok((StatusCode::CREATED, Json(hub.enrol_code(&unit_name).await?)))
}

#[derive(Deserialize)]
struct NewNotice {
    unit: Option<Uuid>,
    title: String,
    text: String,
}

async fn notice(
    State(hub): State<Hub>,
    _: Operator,
    ask: Result<Json<NewNotice>, JsonRejection>,
) -> Result<StatusCode, PageProblem> {
    let NewNotice { unit, title, text } = asked(ask)?;
    within("notice.title", "Tiêu đề", &title, NAME_CHARS)?;
    within("notice.text", "Nội dung", &text, TEXT_CHARS)?;
    let units = match unit {
        None => hub.store().all_units().await?,
        Some(unit) if hub.store().unit(unit).await?.is_some() => vec![unit],
        Some(_) => return Err(PageProblem::not_found()),
    };
    hub.store().tell(&units, &Message::Notice { title, text }, now()).await?;
    units.into_iter().for_each(|unit| hub.nudge(unit));
    Ok(StatusCode::NO_CONTENT)
}

async fn shut_out(
    State(hub): State<Hub>,
    _: Operator,
    Path(unit): Path<Uuid>,
) -> Result<StatusCode, PageProblem> {
    admit(&hub, unit, false).await
}

async fn let_in(
    State(hub): State<Hub>,
    _: Operator,
    Path(unit): Path<Uuid>,
) -> Result<StatusCode, PageProblem> {
    admit(&hub, unit, true).await
}

async fn admit(hub: &Hub, unit: Uuid, admitted: bool) -> Result<StatusCode, PageProblem> {
    let there = hub.store().set_shut_out(unit, !admitted).await?;
    if there { Ok(StatusCode::NO_CONTENT) } else { Err(PageProblem::not_found()) }
}

fn asked<T>(ask: Result<Json<T>, JsonRejection>) -> Result<T, PageProblem> {
    ask.map(|Json(ask)| ask).map_err(|_| {
        let detail = "Yêu cầu không đúng dạng. Hãy tải lại trang và làm lại.";
        PageProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "request.malformed", detail)
    })
}

fn within(code: &'static str, what: &str, text: &str, most: usize) -> Result<(), PageProblem> {
    let said = match text.trim().chars().count() {
        0 => format!("{what} đang trống. Hãy điền rồi làm lại."),
        chars if chars > most => {
            format!("{what} dài {chars} ký tự, nhiều nhất là {most}. Hãy viết ngắn lại.")
        }
        _ => return Ok(()),
    };
    Err(PageProblem::new(StatusCode::UNPROCESSABLE_ENTITY, code, said))
}

/// Everything else is a file of the page, or a place inside it.
async fn page(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    let reads = matches!(method, Method::GET | Method::HEAD);
    let of_an_api = path.starts_with("/v1/") || path.starts_with("/api/");
    let Some(asset) = web::hub(path).filter(|_| reads && !of_an_api) else {
        return PageProblem::not_found().into_response();
    };
    let keep = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::ETAG, asset.etag),
        (header::CACHE_CONTROL, keep.to_owned()),
    ];
    (headers, Body::from(asset.bytes)).into_response()
}
