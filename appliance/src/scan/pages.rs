//! Page images: the captures themselves, as they left the scanner. Browsers show them while the PDF is not made yet,
//! and beside a form faster than a PDF viewer could.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use office::scans::Page;
use office::{Error, Refusal};
use tokio_util::io::ReaderStream;
use wire::Sha256;

use crate::{App, blocking};

/// Which picture of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// The capture.
    Whole,
    /// The thumbnail, 320 pixels.
    Small,
}

/// Answers with the picture of page `number`, if it is there.
pub(crate) async fn picture(app: &App, pages: &[Page], number: u32, size: Size) -> Result<Response, Error> {
    let page = pages.iter().find(|page| page.number == number).ok_or_else(Refusal::not_found)?;
    let name = if size == Size::Small { page.thumbnail } else { page.capture };
    blob(app, name).await
}

async fn blob(app: &App, name: Sha256) -> Result<Response, Error> {
    let journal = app.desk.journal().clone();
    let opened = blocking(move || -> Result<_, journal::Fault> {
        let Some(mut file) = journal.blobs().open(&name)? else { return Ok(None) };
        let mut begin = [0; 4];
        std::io::Read::read_exact(&mut file, &mut begin)?;
        std::io::Seek::rewind(&mut file)?;
        let bytes = file.metadata()?.len();
        Ok(Some((file, bytes, kind(begin))))
    })
    .await??;
    let (file, bytes, kind) = opened.ok_or(journal::Fault::MissingBlob(name))?;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        // The address of a page may show another capture after one was dropped; the capture itself never changes.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::ETAG, format!("\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)))).into_response())
}

/// 1-bit captures are PNG; the address says jpg all the same, browsers go by this.
fn kind(begin: [u8; 4]) -> &'static str {
    if begin == *b"\x89PNG" { "image/png" } else { "image/jpeg" }
}
