//! The edge: everything between a socket and a handler, and nothing of the office.
//!
//! [`router`] puts together the office's routes, the routes that need a device, a key or a line ([`crate::scan`],
//! [`crate::bring`], [`crate::files`], [`crate::prints`], [`crate::search`], [`crate::seal`], [`crate::link`]), the live feed and the
//! page; around all of them lie, from the outside in:
//!
//! ```text
//! log        one line per request: method, route, status, time. No names, no bodies, no query
//! headers    nosniff, same-origin framing, no referrer
//! panic      becomes an incident and a sentence, not a cut connection
//! gzip       JSON and pages; never the live feed, never PDFs and images
//! in time    a handler answers within a bound; the live feed streams after its head, so it is not cut
//! own page   what changes something must come from our page (X-Requested-With)
//! in words   what the framework refuses becomes a sentence
//! size       1 MB; uploads count for themselves
//! ```

mod guard;
pub mod health;
pub mod live;
pub mod openapi;
pub mod pages;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::{Router, middleware};
use office::http::Office;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::App;

/// Most bytes of a request that is not an upload.
const REQUEST_BYTES: usize = 1 << 20;
/// How long a handler may think: longer than a driver may take to say which scanners there are.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// The whole box as one service.
pub fn router(app: App) -> Router {
    let document = Arc::new(OnceLock::new());
    let (router, described) = routes(app, document.clone()).split_for_parts();
    // The cell is new: this is its first and only filling.
    let _ = document.set(openapi::text(described));
    router.fallback(pages::page).layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn(guard::log))
            .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(fixed(header::X_FRAME_OPTIONS, "SAMEORIGIN"))
            .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
            .layer(fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
            .layer(fixed(header::CACHE_CONTROL, "no-store"))
            .layer(CatchPanicLayer::custom(guard::panicked))
            .layer(CompressionLayer::new().compress_when(worth_compressing()))
            .layer(middleware::from_fn(guard::in_time))
            .layer(middleware::from_fn(guard::own_page))
            .layer(middleware::from_fn(guard::in_words))
            .layer(DefaultBodyLimit::max(REQUEST_BYTES)),
    )
}

/// Every route of the box, described.
fn routes(app: App, document: Arc<OnceLock<Bytes>>) -> OpenApiRouter {
    let office =
        office::http::routes(Office { desk: app.desk.clone(), surroundings: crate::surroundings::of(&app) });
    OpenApiRouter::with_openapi(openapi::head())
        .merge(health::routes())
        .merge(live::routes())
        .merge(crate::scan::http::routes())
        .merge(crate::bring::routes())
        .merge(crate::files::routes())
        .merge(crate::prints::routes())
        .merge(crate::derived::routes())
        .merge(crate::search::http::routes())
        .merge(crate::seal::routes())
        .merge(crate::link::http::routes())
        .with_state(app)
        .merge(openapi::routes(document))
        .merge(office)
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn worth_compressing() -> impl Predicate {
    SizeAbove::new(512)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/pdf"))
}
