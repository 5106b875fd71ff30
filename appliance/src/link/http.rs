//! `/api/link`: how the line stands, joining, and "gửi ngay".

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use office::http::{LinkBrief, Payload, Problem};
use office::link::Notice;
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sentences;
use crate::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(link))
        .routes(routes!(details))
        .routes(routes!(enrol))
        .routes(routes!(send_now))
}

/// How the line to the office above stands.
#[utoipa::path(get, path = "/api/link", operation_id = "get_link", tag = "link", responses((status = 200,
    body = LinkBrief),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn link(_viewer: Viewer, State(app): State<App>) -> Json<LinkBrief> {
    Json(view(&app))
}

/// The line, and what the office above has said.
#[derive(Serialize, ToSchema)]
struct LinkDetails {
    #[serde(flatten)]
    link: LinkBrief,
    /// Newest first.
    notices: Vec<Notice>,
}

/// The line and the notices from above.
#[utoipa::path(get, path = "/api/link/details", operation_id = "list_link_details", tag = "link",
    responses((status = 200, body = LinkDetails),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn details(viewer: Viewer, State(app): State<App>) -> Result<Json<LinkDetails>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::Head, Role::It])?;
    let notices = app.desk.read(|rows| Ok(office::link::rules::notices(rows)?)).await?;
    Ok(Json(LinkDetails { link: view(&app), notices }))
}

/// What the office above gave the school.
#[derive(Deserialize, ToSchema)]
struct Join {
    /// Address of the hub.
    hub_url: String,
    /// One-time code.
    code: String,
}

/// Joins the office above with a one-time code.
#[utoipa::path(post, path = "/api/link/enrol", operation_id = "link_enrol", tag = "link", request_body = Join,
    responses((status = 200, body = LinkBrief), (status = 422, description = "link.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn enrol(
    viewer: Viewer,
    State(app): State<App>,
    Payload(join): Payload<Join>,
) -> Result<Json<LinkBrief>, Error> {
    let actor = Actor::Person(viewer);
    actor.must_be(&[Role::It])?;
    if matches!(view(&app).state.as_str(), "idle" | "sending" | "waiting") {
        return Err(Refusal::new(
            "link.joined",
            422,
            "Hộp này đã nối với cấp trên rồi, không cần nhập mã nữa. Muốn gửi ngay, hãy bấm “Gửi ngay”.",
        )
        .into());
    }
    let unit_name = crate::compose::unit_name(&app).await?;
    let enrolment = agent::enrol(&join.hub_url, &join.code, &unit_name, env!("CARGO_PKG_VERSION"))
        .await
        .map_err(|error| {
            tracing::warn!(code = error.code(), %error, "joining failed");
            Refusal::new(error.code(), 422, sentences::of(error.code()))
        })?;
    let enrolled =
        office::link::Command::Enrolled { hub_name: enrolment.hub_name.clone(), unit: enrolment.unit };
    // The key first: a hub that knows this box and a box that lost its key would need a new code.
    let (link, kept) = (app.link.clone(), enrolment.clone());
    crate::blocking(move || link.keep(&kept)).await?.map_err(crate::disk)?;
    app.desk.execute(actor, Command::Link(enrolled)).await?;
    app.link.begin(enrolment);
    Ok(Json(view(&app)))
}

/// Tries now instead of when the pause ends.
#[utoipa::path(post, path = "/api/link/send-now", operation_id = "link_send_now", tag = "link",
    responses((status = 204),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn send_now(viewer: Viewer, State(app): State<App>) -> Result<StatusCode, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::It])?;
    app.link.send_now().notify_one();
    Ok(StatusCode::NO_CONTENT)
}

fn view(app: &App) -> LinkBrief {
    app.link.view(app.today())
}
