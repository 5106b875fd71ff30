//! Blobs come in, piece by piece, resumable by offset in the manner of tus.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::head;
use uuid::Uuid;
use wire::Sha256;
use wire::calls::{BLOB_BYTES, LENGTH_HEADER, OFFSET_HEADER, PIECE_BYTES, code};

use crate::problem::BoxProblem;
use crate::sessions::{self, Device};
use crate::store::Piece;
use crate::{Hub, now};

pub(crate) fn routes() -> Router<Hub> {
    Router::new()
        .route("/v1/blobs/{name}", head(offset).patch(piece).layer(DefaultBodyLimit::max(PIECE_BYTES)))
}

/// How much of it is here.
async fn offset(
    State(hub): State<Hub>,
    device: Device,
    Path(name): Path<String>,
) -> Result<Response, BoxProblem> {
    let name = wanted(&hub, device.unit, &name).await?;
    let unit = device.unit;
    let (whole, come) = hub
        .store()
        .on_folder(move |folder| Ok((folder.whole(unit, &name)?, folder.come(unit, &name)?)))
        .await?;
    if whole.is_some() {
        settle(&hub, unit, &name).await?;
    }
    Ok(stands_at(StatusCode::OK, whole.unwrap_or(come)))
}

async fn piece(
    State(hub): State<Hub>,
    device: Device,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, BoxProblem> {
    let piece = sessions::bytes(body)?;
    let offset = number(&headers, OFFSET_HEADER)?;
    let length = number(&headers, LENGTH_HEADER)?;
    if length > BLOB_BYTES {
        return Err(BoxProblem::too_large(format!("a blob has at most {BLOB_BYTES} bytes")));
    }
    if offset.saturating_add(piece.len() as u64) > length {
        return Err(BoxProblem::invalid("the piece goes beyond the blob's end"));
    }
    let unit = device.unit;
    let name = wanted(&hub, unit, &name).await?;
    match hub.store().on_folder(move |folder| folder.take(unit, &name, offset, length, &piece)).await? {
        Piece::Come(now) => Ok(stands_at(StatusCode::NO_CONTENT, now)),
        Piece::Whole => {
            settle(&hub, unit, &name).await?;
            Ok(stands_at(StatusCode::NO_CONTENT, length))
        }
        Piece::Elsewhere => {
            Err(BoxProblem::new(StatusCode::CONFLICT, code::OFFSET, "the copy ends elsewhere; ask HEAD"))
        }
        Piece::Wrong => Err(BoxProblem::invalid("the bytes are not the ones the name says; begin again")),
    }
}

/// The blob's bytes are at rest. The database learns it here, be it now or, if the process was killed between the
/// two, when the box asks again.
async fn settle(hub: &Hub, unit: Uuid, name: &Sha256) -> Result<(), BoxProblem> {
    if hub.store().blob(unit, name).await? == Some(false)
        && hub.store().blob_is_whole(unit, name, now()).await?
    {
        hub.nudge(unit);
    }
    Ok(())
}

/// Only what an entry of this unit names is taken: the hub is no place to leave things.
async fn wanted(hub: &Hub, unit: Uuid, name: &str) -> Result<Sha256, BoxProblem> {
    let name: Sha256 = name.parse().map_err(|_| BoxProblem::invalid("not the name of a blob"))?;
    match hub.store().blob(unit, &name).await? {
        Some(_) => Ok(name),
        None => Err(BoxProblem::invalid("no entry names this blob")),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, BoxProblem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| BoxProblem::invalid(format!("{name} is missing")))
}

fn stands_at(status: StatusCode, offset: u64) -> Response {
    (status, [(OFFSET_HEADER, offset.to_string())]).into_response()
}
