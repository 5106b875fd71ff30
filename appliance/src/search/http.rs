//! `GET /api/search`.

use axum::Json;
use axum::extract::{Query, State};
use office::http::{After, Problem, cursor_text};
use office::letters::view::LetterLine;
use office::{Actor, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::excerpt::Excerpt;
use super::index::Standing;
use super::wanted::Wanted;
use crate::{App, blocking};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Question {
    /// Words, a number with its symbol, a phrase in quotation marks; with or without Vietnamese marks. All of it must be
    /// there; the last word may be half typed.
    #[serde(default)]
    q: String,
}

/// A document found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub(super) struct Hit {
    pub(super) letter: LetterLine,
    /// Where the words stand.
    pub(super) matched: Vec<Excerpt>,
}

/// One page of what was found: the best first, of equals the newest.
#[derive(Debug, Serialize, ToSchema)]
struct SearchResult {
    items: Vec<Hit>,
    /// `after` of the next page; none at the end.
    next: Option<String>,
    /// False while the box makes its index anew: more may be found in a few minutes.
    complete: bool,
}

#[utoipa::path(get, path = "/api/search", operation_id = "search", tag = "letters", params(Question, After),
    responses((status = 200, body = SearchResult), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn search(
    viewer: Viewer,
    State(app): State<App>,
    Query(question): Query<Question>,
    Query(after): Query<After>,
) -> Result<Json<SearchResult>, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let from = match after.key()? {
        Some(key) => Some(Standing::of(&key).ok_or_else(old_page)?),
        None => None,
    };
    let wanted = Wanted::read(&question.q);
    if wanted.is_empty() {
        return Ok(Json(SearchResult { items: Vec::new(), next: None, complete: true }));
    }
    let (search, journal, today) = (app.search.clone(), app.desk.journal().clone(), app.today());
    let found = blocking(move || search.find(&journal, &viewer, &wanted, (from, after.limit()), today));
    let found = found.await??;
    let next = found.next.map(|standing| cursor_text(&standing.key()));
    Ok(Json(SearchResult { items: found.hits, next, complete: found.is_complete }))
}

fn old_page() -> Refusal {
    Refusal::new("request.invalid", 400, "Trang danh sách đã cũ. Hãy tải lại trang.")
}
