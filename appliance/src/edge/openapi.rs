//! `/api/openapi.json`: made from the handlers once at start; the web client's types and the permission test are
//! made from it.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The document before any route is in it.
pub(super) fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("vanthu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The records office on a small box."))
        .build();
    OpenApiBuilder::new().info(info).build()
}

pub(super) fn text(document: OpenApi) -> Bytes {
    document.to_json().expect("a document made of strings and maps is JSON").into()
}

/// Filled when every route is known.
#[derive(Clone)]
struct Document(Arc<OnceLock<Bytes>>);

pub(super) fn routes(document: Arc<OnceLock<Bytes>>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(openapi)).with_state(Document(document))
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "get_openapi_json", tag = "box", security(()),
    responses((status = 200, content_type = "application/json")))]
async fn openapi(State(document): State<Document>) -> Response {
    let bytes = document.0.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}
