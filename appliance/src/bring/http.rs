//! `POST /api/uploads`: the body streams to the disk while it comes, up to 64 MB, and is looked into before anything
//! believes it.

use std::io::Write;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use office::http::Problem;
use office::scans::http::{PaperView, ScanView, readable, view};
use office::scans::view::Live;
use office::scans::{Origin, Scan, Way};
use office::{Actor, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Sha256;

use super::opened::Content;
use super::{File, MOST_BYTES, keep, looked_into, refused, row, to_desk, upright, whoever_leaves};
use crate::{App, blocking};

/// The one route whose body may be large and slow.
pub(crate) const PATH: &str = "/api/uploads";
/// Longest silence while a file comes in.
const NEXT_PIECE: Duration = Duration::from_secs(30);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// What came of a file.
#[derive(Serialize, ToSchema)]
pub(super) struct BroughtAnswer {
    /// As it lies on the desk.
    scan: ScanView,
    /// The PDF, where it was one; pages become one when they are composed.
    paper: Option<PaperView>,
}

/// Where a file belongs.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wish {
    /// Behind the pages of this, which was brought before.
    #[serde(default)]
    scan: Option<Uuid>,
    /// `photo`: the sheet is looked for in it and straightened.
    #[serde(default)]
    way: Option<Way>,
}

/// Brings a PDF, JPEG, PNG or TIFF to the desk.
#[utoipa::path(post, path = "/api/uploads", operation_id = "post_uploads", tag = "scans",
    params(("X-File-Name" = Option<String>, Header, description = "percent-encoded UTF-8")),
    request_body(content_type = "application/octet-stream"),
    responses((status = 201, body = BroughtAnswer), (status = 413, description = "upload.too_large", body = Problem),
        (status = 404, body = Problem), (status = 422, description = "upload.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn upload(
    viewer: Viewer,
    State(app): State<App>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<BroughtAnswer>), Error> {
    let actor = Actor::Person(viewer.clone());
    // Before 64 MB are read, not after.
    actor.must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    // A folder and a stick are not a browser's to name.
    let way = wish.way.filter(|way| *way == Way::Photo).unwrap_or_default();
    if let Some(scan) = wish.scan {
        takes_pages(&readable(&app.desk, &viewer, scan).await?)?;
    }
    let file_name = file_name(&headers);
    let name = received(&app, body).await?;
    let scan = match wish.scan {
        Some(scan) => {
            let app = app.clone();
            whoever_leaves(async move { behind(&app, actor, scan, name, way).await }).await?
        }
        None => to_desk(&app, actor, File { name, file_name, way }).await?,
    };
    Ok((StatusCode::CREATED, Json(answer(&app, &viewer, scan).await?)))
}

/// How a paper that was brought lies on the desk now.
pub(super) async fn answer(app: &App, viewer: &Viewer, scan: Uuid) -> Result<BroughtAnswer, Error> {
    let paper = row(&app.desk, scan).await?.as_ref().and_then(PaperView::read);
    Ok(BroughtAnswer { scan: view(&app.desk, viewer, scan, Live::default()).await?, paper })
}

/// Lays pages behind those of a paper that was brought before.
async fn behind(app: &App, actor: Actor, scan: Uuid, name: Sha256, way: Way) -> Result<Uuid, Error> {
    let _room = app.bench.room().await;
    let Content::Pages { pages, .. } = looked_into(app, name, way).await? else {
        return Err(Refusal::new(
            "upload.whole_pdf",
            422,
            "Tệp PDF này không tách ra từng trang được nên không thêm vào sau được. Hãy đưa tệp lên riêng, hoặc thêm ảnh chụp từng trang.",
        )
        .into());
    };
    // Somebody may have filed it while the file came in.
    let before = row(&app.desk, scan).await?.ok_or_else(Refusal::not_found)?;
    takes_pages(&before)?;
    keep(app, scan, pages.iter()).await?;
    upright(app, actor, scan, before.next_page, &pages).await?;
    Ok(scan)
}

/// Passes what was brought as pages and still lies on the desk.
fn takes_pages(scan: &Scan) -> Result<(), Refusal> {
    if matches!(scan.origin, Origin::Scanner(_)) {
        return Err(Refusal::new(
            "scan.not_brought",
            422,
            "Bản này do máy quét quét nên không thêm tệp vào được. Hãy bấm Quét tiếp, hoặc đưa tệp lên riêng rồi gộp lại.",
        ));
    }
    if scan.paper.is_some() && scan.order.is_empty() && scan.bin.is_empty() {
        return Err(Refusal::new(
            "scan.whole_pdf",
            422,
            "Bản này là một tệp PDF giữ nguyên nên không thêm trang được. Hãy đưa ảnh lên riêng.",
        ));
    }
    if !scan.is_open() {
        return Err(Refusal::new(
            "scan.off_desk",
            409,
            "Bản này không còn ở bàn quét nên không thêm trang được. Hãy đưa tệp lên riêng.",
        ));
    }
    Ok(())
}

/// The body as a blob; one that is refused later is an orphan and swept at the next start.
async fn received(app: &App, body: Body) -> Result<Sha256, Error> {
    let journal = app.desk.journal().clone();
    let mut writer = blocking(move || journal.blobs().writer()).await??;
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    let silent = |_| refused::cut_off();
    while let Some(piece) = tokio::time::timeout(NEXT_PIECE, pieces.next()).await.map_err(silent)? {
        let piece = piece.map_err(|_| refused::cut_off())?;
        bytes += piece.len() as u64;
        if bytes > MOST_BYTES {
            return Err(refused::too_large().into());
        }
        writer = blocking(move || writer.write_all(&piece).map(|()| writer)).await?.map_err(crate::disk)?;
    }
    Ok(blocking(move || writer.finish()).await??)
}

/// The name the page sent, percent-encoded because headers are ASCII.
fn file_name(headers: &HeaderMap) -> String {
    let sent = headers.get("x-file-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(sent.len());
    let mut rest = sent.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = after.get(..2).filter(|_| *first == b'%');
        let mut decoded = [0];
        match pair.map(|pair| hex::decode_to_slice(pair, &mut decoded)) {
            Some(Ok(())) => {
                bytes.push(decoded[0]);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vietnamese_file_name_comes_through_the_header() {
        for (sent, name) in [
            ("k%E1%BA%BF%20ho%E1%BA%A1ch.pdf", "kế hoạch.pdf"),
            ("100%.pdf", "100%.pdf"),
            ("100%zz.pdf", "100%zz.pdf"),
            ("", ""),
        ] {
            let headers = HeaderMap::from_iter([("x-file-name".parse().unwrap(), sent.parse().unwrap())]);
            assert_eq!(file_name(&headers), name);
        }
    }
}
