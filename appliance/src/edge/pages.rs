//! The embedded page: every path that is not the API's. A place inside the page (`/letters/…`) gets the page
//! itself, so a link can be opened, sent and reloaded.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use office::Refusal;

/// What the page may load and where it may stand. Scripts and styles come from the box alone; the frame is the
/// browser's PDF viewer beside a form, showing a document of the box or (`blob:`) a file just chosen. The one other
/// machine it may speak to is its own: the helper that lends it the token of that PC.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     font-src 'self'; connect-src 'self' http://127.0.0.1:9163; manifest-src 'self'; worker-src 'self'; \
     frame-src 'self' blob:; object-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// Answers with a file of the page, or 304 where the browser's copy is the same.
pub async fn page(uri: Uri, asked: HeaderMap) -> Response {
    if uri.path().starts_with("/api/") {
        return Refusal::new(
            "not_found",
            404,
            "Không có địa chỉ này trên hộp. Hãy tải lại trang; nếu vẫn gặp, báo cho phụ trách CNTT.",
        )
        .into_response();
    }
    let Some(asset) = web::page(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let keep = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::ETAG, asset.etag.clone()),
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY.to_owned()),
    ];
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == asset.etag.as_bytes());
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let bytes = match asset.bytes {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    (headers, [(header::CONTENT_TYPE, asset.content_type)], bytes).into_response()
}
