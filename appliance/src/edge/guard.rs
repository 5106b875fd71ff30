//! The layers written here: the log, the time bound, the check that a change comes from our own page, sentences for
//! what the framework refuses, and what a panic becomes.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use office::Refusal;
use office::http::Problem;
use uuid::Uuid;

use super::ANSWER_WITHIN;

/// What our page puts on every request that changes something. A form or script of another site cannot set it
/// without asking first, and nobody here answers such a question.
const OWN_PAGE: (&str, &str) = ("x-requested-with", "vanthu");

/// One line per request, after it was answered. The route's pattern is logged, not the address: addresses carry
/// search words.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = begun.elapsed().as_millis() as u64;
    let route = route.as_deref().unwrap_or("page");
    if status >= 500 {
        tracing::warn!(%method, route, status, ms, "answered");
    } else {
        tracing::debug!(%method, route, status, ms, "answered");
    }
    response
}

/// Gives up on a handler that hangs. Work already handed to the desk runs to its end all the same, so nothing is
/// half done; the page asks again and sees what became of it. Uploads watch their own time, piece by piece.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    if request.uri().path() == crate::bring::PATH {
        return next.run(request).await;
    }
    let Ok(response) = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await else {
        return Refusal::new(
            "request.slow",
            503,
            "Hộp đang bận nên chưa trả lời kịp. Hãy tải lại trang để xem việc đã xong chưa rồi mới làm lại.",
        )
        .into_response();
    };
    response
}

/// Refuses a change that another site's page caused in the browser of a signed-in person.
pub(super) async fn own_page(request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let ours = request.headers().get(OWN_PAGE.0).is_some_and(|value| value == OWN_PAGE.1);
    if only_reads || ours {
        return next.run(request).await;
    }
    Refusal::new(
        "request.foreign",
        403,
        "Yêu cầu này không đến từ trang của hộp nên bị từ chối. Hãy mở lại trang của trường rồi làm lại.",
    )
    .into_response()
}

/// What the framework itself refuses - an address that is no id, a wrong method, a body of the wrong kind - is said in
/// its own English; people get a sentence.
pub(super) async fn in_words(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let said =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if !is_api || said || !response.status().is_client_error() {
        return response;
    }
    let (code, sentence) = match response.status() {
        StatusCode::NOT_FOUND => ("not_found", "Không có địa chỉ này trên hộp. Hãy quay lại trang trước."),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("request.method", "Địa chỉ này không làm được việc đó. Hãy tải lại trang.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("request.too_large", "Nội dung gửi lên quá dài. Hãy rút ngắn rồi gửi lại.")
        }
        _ => ("request.invalid", "Trang gửi lên nội dung máy không hiểu. Hãy tải lại trang rồi làm lại."),
    };
    Refusal::new(code, response.status().as_u16(), sentence).into_response()
}

/// A panic is our mistake: the person gets a number to tell us, the log gets the rest.
pub(super) fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let incident = incident();
    let cause = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(incident, cause, "a handler panicked");
    let fault = Refusal::new(
        "fault",
        500,
        "Hộp gặp lỗi bên trong. Hãy tải lại trang để xem việc đã xong chưa; nếu vẫn gặp, báo số sự cố cho phụ trách CNTT.",
    );
    Problem { incident: Some(incident), ..Problem::from(fault) }.into_response()
}

/// Eight characters that a person can read out over the telephone.
fn incident() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_owned()
}
