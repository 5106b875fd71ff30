//! Route of the audit.

use axum::Json;
use axum::extract::{Query, State};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::sentences;
use crate::catalog::Body;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{After, Office, Paged, Problem};
use crate::rights::{Actor, Role, Viewer};

/// The route.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(index))
}

/// One entry in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditLine {
    seq: u64,
    #[schema(value_type = String)]
    at: Stamp,
    who: String,
    sentence: String,
}

#[utoipa::path(get, path = "/api/audit", operation_id = "get_audit", tag = "audit", params(After),
    responses((status = 200, body = Paged<AuditLine>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(
    State(desk): State<Desk>,
    viewer: Viewer,
    Query(after): Query<After>,
) -> Result<Json<Paged<AuditLine>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Head, Role::It])?;
    desk.read(move |rows| {
        let end = rows.head().seq + 1;
        let below: u64 = match &after.after {
            Some(text) => text.parse().map_err(|_| {
                Refusal::new("request.invalid", 400, "Trang danh sách đã cũ. Hãy tải lại trang.")
            })?,
            None => end,
        };
        let mut items = Vec::new();
        // A page that asks from far beyond the end is not walked there with.
        let mut seq = below.min(end);
        while seq > 1 && items.len() < after.limit() {
            seq -= 1;
            let Some(entry) = rows.entry(seq)? else { continue };
            let Some(body) = entry.body().and_then(|text| serde_json::from_str::<Body>(text).ok()) else {
                continue;
            };
            if let Some(sentence) = sentences::of(rows, &body.event)? {
                items.push(AuditLine {
                    seq,
                    at: entry.header().time,
                    who: sentences::who(rows, &body)?,
                    sentence,
                });
            }
        }
        Ok(Json(Paged { items, next: (seq > 1).then(|| seq.to_string()) }))
    })
    .await
}
