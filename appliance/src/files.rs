//! Bytes for browsers: the PDFs of a document, and page images - the captures themselves, as they left the scanner,
//! shown beside a form faster than a PDF viewer could. On the desk they are shown as they lie, and the page turns them;
//! the pages of a document come upright.
//!
//! A blob's name is its content's hash, so an answer never goes stale; the browser asks again all the same
//! (`no-cache`), because the right to read may have ended.

use std::fs::File;
use std::io::{Read, Seek};

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use office::http::Problem;
use office::letters::http::readable as readable_letter;
use office::letters::model::LetterFile;
use office::scans::http::readable as readable_scan;
use office::scans::{Scan, ScanPage};
use office::{Error, Refusal, Role, Viewer};
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Sha256;

use crate::{App, blocking};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(file))
        .routes(routes!(letter_page))
        .routes(routes!(scan_page))
        .routes(routes!(scan_paper))
}

/// To look at or to keep.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Purpose {
    /// `1`: the browser saves it instead of showing it.
    #[serde(default)]
    download: Option<u8>,
}

/// A file of a document, byte for byte.
#[utoipa::path(get, path = "/api/letters/{id}/files/{name}", operation_id = "get_letters_files", tag = "letters",
    params(("id" = Uuid, Path), ("name" = String, Path, description = "SHA-256")),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn file(
    viewer: Viewer,
    State(app): State<App>,
    Path((id, name)): Path<(Uuid, String)>,
    Query(purpose): Query<Purpose>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    documents_only(&viewer)?;
    let name: Sha256 = name.parse().map_err(|_| Refusal::not_found())?;
    let letter = app.desk.read(move |rows| readable_letter(rows, &viewer, id)).await?;
    // A page that was opened before the file was described still asks for it as it was.
    let named = |file: &&LetterFile| file.paper.name == name || file.was(&name);
    let file = letter.all_files().find(named).ok_or_else(Refusal::not_found)?;
    let title = match letter.number {
        Some(number) => format!("{} {}-{}.pdf", file.title, number, letter.year),
        None => format!("{}.pdf", file.title),
    };
    let shown = if purpose.download == Some(1) { "attachment" } else { "inline" };
    let mut response = blob(&app, name, &asked).await?;
    let disposition = format!("{shown}; filename*=UTF-8''{}", encoded(&title));
    let disposition = HeaderValue::from_str(&disposition).expect("percent-encoded text is ASCII");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// Which picture of a page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `small`: the thumbnail, 320 pixels.
    #[serde(default)]
    size: Option<String>,
    /// `1`: the photograph as it was taken, before it was made flat.
    #[serde(default)]
    original: Option<u8>,
    /// The annex of the document whose page it is; the document of record where none is named.
    #[serde(default)]
    annex: Option<Uuid>,
}

impl Which {
    /// Its bytes.
    fn of(&self, page: &ScanPage) -> Result<Sha256, Refusal> {
        match (self.original, &page.photo) {
            (Some(1), Some(photo)) => Ok(photo.original),
            (Some(1), None) => Err(Refusal::not_found()),
            _ if self.size.as_deref() == Some("small") => Ok(page.thumbnail),
            _ => Ok(page.capture),
        }
    }
}

/// A page of a document that was scanned here.
#[utoipa::path(get, path = "/api/letters/{id}/pages/{page}", operation_id = "get_letters_pages", tag = "letters",
    params(("id" = Uuid, Path), ("page" = String, Path, description = "`1.jpg`")),
    responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn letter_page(
    viewer: Viewer,
    State(app): State<App>,
    Path((id, page)): Path<(Uuid, String)>,
    Query(which): Query<Which>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    documents_only(&viewer)?;
    let place = number(&page)?.checked_sub(1).ok_or_else(Refusal::not_found)? as usize;
    let found = app.desk.read(move |rows| {
        let letter = readable_letter(rows, &viewer, id)?;
        // Of the document of record only: pages of a scan that another file has replaced would be read for it.
        let file = match which.annex {
            Some(id) => letter.annexes.iter().find(|annex| annex.id == id).map(|annex| &annex.file),
            None => letter.files.last(),
        };
        let Some(scan) = file.and_then(|file| file.scan) else { return Ok(None) };
        let Some(scan) = rows.get::<Scan>(&scan.to_string())? else { return Ok(None) };
        let Some(placed) = scan.order.get(place) else { return Ok(None) };
        Ok(rows.get::<ScanPage>(&ScanPage::key(scan.id, placed.page))?.map(|page| (page, placed.turn)))
    });
    let (page, turn) = found.await?.ok_or_else(Refusal::not_found)?;
    let name = which.of(&page)?;
    if turn == 0 { blob(&app, name, &asked).await } else { turned(&app, name, turn, &asked).await }
}

/// A page of a scan.
#[utoipa::path(get, path = "/api/scans/{id}/pages/{page}", operation_id = "get_scans_pages", tag = "scans",
    params(("id" = Uuid, Path), ("page" = String, Path, description = "`1.jpg`")),
    responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn scan_page(
    viewer: Viewer,
    State(app): State<App>,
    Path((id, page)): Path<(Uuid, String)>,
    Query(which): Query<Which>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let number = number(&page)?;
    readable_scan(&app.desk, &viewer, id).await?;
    let page = app.desk.read(move |rows| Ok(rows.get::<ScanPage>(&ScanPage::key(id, number))?));
    let page = page.await?.ok_or_else(Refusal::not_found)?;
    blob(&app, which.of(&page)?, &asked).await
}

/// The PDF of a scan while it lies on the desk: made of its pages, or brought.
#[utoipa::path(get, path = "/api/scans/{id}/paper", operation_id = "get_scans_paper", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn scan_paper(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let scan = readable_scan(&app.desk, &viewer, id).await?;
    let paper = scan.paper.ok_or_else(Refusal::not_found)?;
    blob(&app, paper.name, &asked).await
}

/// IT runs the box and cannot read documents.
fn documents_only(viewer: &Viewer) -> Result<(), Refusal> {
    office::Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])
}

/// `7.jpg`
fn number(page: &str) -> Result<u32, Refusal> {
    let number = page.strip_suffix(".jpg").and_then(|number| number.parse().ok());
    number.ok_or_else(Refusal::not_found)
}

/// A picture that lay on its side, upright; at most a few MB, so it is not streamed.
async fn turned(app: &App, name: Sha256, turn: u16, asked: &HeaderMap) -> Result<Response, Error> {
    let kept = kept_by(format!("\"{name}-{turn}\""));
    if has_already(&kept, asked) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let journal = app.desk.journal().clone();
    let bytes = blocking(move || {
        let bytes = journal.blobs().read(&name)?.ok_or(journal::Fault::MissingBlob(name))?;
        paper::upright(bytes, turn).map_err(|fault| Error::Broken(format!("turning a page: {fault}")))
    });
    let bytes = bytes.await??;
    let about = [(header::CONTENT_TYPE, kind(&bytes))];
    Ok((kept, about, bytes).into_response())
}

/// Streams a blob, or says that the browser's copy is the same.
async fn blob(app: &App, name: Sha256, asked: &HeaderMap) -> Result<Response, Error> {
    let kept = kept_by(format!("\"{name}\""));
    if has_already(&kept, asked) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let journal = app.desk.journal().clone();
    let opened = blocking(move || -> Result<_, journal::Fault> {
        let Some(file) = journal.blobs().open(&name)? else { return Err(journal::Fault::MissingBlob(name)) };
        Ok(looked_at(file)?)
    });
    let (file, bytes, kind) = opened.await??;
    let about = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_LENGTH, bytes.to_string())];
    let stream = ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 << 10);
    Ok((kept, about, Body::from_stream(stream)).into_response())
}

/// How a browser keeps an answer: by its tag, and asks each time.
type Kept = [(header::HeaderName, String); 2];

fn kept_by(tag: String) -> Kept {
    [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())]
}

fn has_already(kept: &Kept, asked: &HeaderMap) -> bool {
    let [(_, tag), _] = kept;
    asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes())
}

fn looked_at(mut file: File) -> std::io::Result<(File, u64, &'static str)> {
    let mut begin = Vec::new();
    file.by_ref().take(4).read_to_end(&mut begin)?;
    file.rewind()?;
    let bytes = file.metadata()?.len();
    Ok((file, bytes, kind(&begin)))
}

/// What the bytes are: 1-bit captures are PNG although their address says jpg.
fn kind(begin: &[u8]) -> &'static str {
    match begin {
        [0x89, b'P', b'N', b'G'] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'%', b'P', b'D', b'F'] => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// RFC 8187: what is not a plain letter or digit as `%xx`.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vietnamese_title_travels_in_a_header() {
        assert_eq!(encoded("Bản quét 1.pdf"), "B%E1%BA%A3n%20qu%C3%A9t%201.pdf");
    }

    #[test]
    fn bytes_are_named_by_what_they_are() {
        for (begin, expected) in [
            (&b"\xff\xd8\xff\xe0"[..], "image/jpeg"),
            (b"\x89PNG", "image/png"),
            (b"%PDF", "application/pdf"),
            (b"<htm", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(kind(begin), expected);
        }
    }
}
