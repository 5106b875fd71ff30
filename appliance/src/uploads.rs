//! Files that were brought: a PDF is kept byte for byte, a picture becomes a page. The body streams to the disk while
//! it comes, up to 64 MB, and is looked into before anything believes it.

use std::io::Write;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use office::http::Problem;
use office::scans::http::PaperView;
use office::scans::{Command as Scans, Paper};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use paper::{CaptureRef, InspectError, Kind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Sha256;

use crate::scan::http::PaperAnswer;
use crate::{App, blocking, compose};

/// The one route whose body may be large and slow.
pub(crate) const PATH: &str = "/api/uploads";
/// Most bytes of a file; what the national interchange takes is far below.
const MOST_BYTES: u64 = 64 << 20;
/// Longest silence while a file comes in.
const NEXT_PIECE: Duration = Duration::from_secs(30);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// Brings a PDF, JPEG or PNG to the desk.
#[utoipa::path(post, path = "/api/uploads", operation_id = "post_uploads", tag = "scans",
    params(("X-File-Name" = Option<String>, Header, description = "percent-encoded UTF-8")),
    request_body(content_type = "application/octet-stream"),
    responses((status = 201, body = PaperAnswer), (status = 413, description = "upload.too_large", body = Problem),
        (status = 422, description = "upload.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn upload(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<PaperAnswer>), Error> {
    let actor = Actor::Person(viewer);
    // Before 64 MB are read, not after.
    actor.must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let file_name = file_name(&headers);
    let name = received(&app, body).await?;
    let _room = app.bench.room().await;
    let about = compose::about(&app, &file_name).await?;
    let journal = app.desk.journal().clone();
    let paper = blocking(move || looked_into(&journal, name, &about)).await??;
    let done =
        app.desk.execute(actor, Command::Scans(Scans::Upload { file_name, paper: paper.clone() })).await?;
    let id = done.id.ok_or_else(|| Error::Broken("an upload came to the desk without an id".into()))?;
    Ok((StatusCode::CREATED, Json(PaperAnswer { paper: PaperView::of(id, &paper) })))
}

/// The body as a blob; one that is refused later is an orphan and swept at the next start.
async fn received(app: &App, body: Body) -> Result<Sha256, Error> {
    let journal = app.desk.journal().clone();
    let mut writer = blocking(move || journal.blobs().writer()).await??;
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = tokio::time::timeout(NEXT_PIECE, pieces.next()).await.map_err(|_| cut_off())? {
        let piece = piece.map_err(|_| cut_off())?;
        bytes += piece.len() as u64;
        if bytes > MOST_BYTES {
            return Err(too_large().into());
        }
        writer = blocking(move || writer.write_all(&piece).map(|()| writer)).await?.map_err(crate::disk)?;
    }
    Ok(blocking(move || writer.finish()).await??)
}

/// Believes nothing the file says of itself before it has been checked.
fn looked_into(journal: &journal::Journal, name: Sha256, about: &paper::About) -> Result<Paper, Error> {
    let bytes = journal.blobs().read(&name)?.ok_or(journal::Fault::MissingBlob(name))?;
    let upload = paper::inspect(&bytes).map_err(refused)?;
    match upload.kind {
        Kind::Pdf { pages, signed } => Ok(Paper { name, pages, bytes: bytes.len() as u64, signed }),
        Kind::Image { .. } => {
            let picture = paper::image_to_capture(&bytes)
                .map_err(|fault| refused(InspectError::Damaged(fault.to_string())))?;
            drop(bytes);
            let picture = CaptureRef { bytes: picture.bytes.into(), dpi: picture.dpi, turn_degrees: 0 };
            compose::from_picture(journal, picture, about)
        }
    }
}

fn refused(error: InspectError) -> Error {
    let refusal = match error {
        InspectError::NotPdfOrImage => Refusal::new(
            "upload.not_pdf_or_image",
            422,
            "Tệp này không phải PDF, JPEG hay PNG. Hãy lưu văn bản thành PDF (trong Word: Lưu thành, chọn PDF) rồi đưa lên lại.",
        ),
        InspectError::TooManyPages { claimed, most } => Refusal::new(
            "upload.too_many_pages",
            422,
            format!(
                "Tệp này khai có {claimed} trang; hộp nhận nhiều nhất {most} trang một tệp. Hãy tách thành nhiều tệp rồi đưa lên từng phần."
            ),
        ),
        InspectError::TooLarge { .. } | InspectError::TooManyPixels { .. } => too_large(),
        InspectError::Encrypted => Refusal::new(
            "upload.encrypted",
            422,
            "Tệp PDF này có mật khẩu nên không lưu vào sổ được. Hãy xin bản không đặt mật khẩu rồi đưa lên lại.",
        ),
        InspectError::Damaged(_) => Refusal::new(
            "upload.damaged",
            422,
            "Tệp này hỏng hoặc chưa tải về hết nên không đọc được. Hãy xin lại tệp từ nơi gửi rồi đưa lên lại.",
        ),
    };
    refusal.into()
}

fn too_large() -> Refusal {
    Refusal::new(
        "upload.too_large",
        413,
        "Tệp lớn quá mức hộp nhận (64 MB). Hãy quét lại ở 300 dpi hoặc tách thành nhiều tệp rồi đưa lên.",
    )
}

fn cut_off() -> Refusal {
    Refusal::new("upload.cut_off", 408, "Tệp chưa lên hết thì đường truyền bị ngắt. Hãy đưa lên lại.")
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
