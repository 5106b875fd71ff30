//! Routes of certificates that need no key. What opens a key file is the binary's.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Stamp;

use super::model::{Certificate, Command};
use crate::catalog;
use crate::desk::Desk;
use crate::error::Error;
use crate::http::{Office, Problem};
use crate::rights::{Actor, Role, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(withdraw))
}

/// A certificate as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CertificateView {
    id: Uuid,
    subject: String,
    organisation: String,
    issuer: String,
    serial: String,
    #[schema(value_type = String)]
    not_after: Stamp,
    /// `valid`, `expired`, `not_yet`.
    state: String,
    /// Whether a seal can be set with it today.
    usable: bool,
}

impl CertificateView {
    /// The certificate as it stands at `now`.
    pub fn of(certificate: Certificate, now: Stamp) -> Self {
        let facts = certificate.facts;
        let state = match now {
            now if now > facts.not_after => "expired",
            now if now < facts.not_before => "not_yet",
            _ => "valid",
        };
        Self {
            id: certificate.id,
            subject: facts.subject,
            organisation: facts.organisation,
            issuer: facts.issuer,
            serial: facts.serial,
            not_after: facts.not_after,
            state: state.into(),
            usable: state == "valid" && !certificate.withdrawn,
        }
    }
}

#[utoipa::path(get, path = "/api/certificates", operation_id = "list_certificates", tag = "seals",
    responses((status = 200, body = Vec<CertificateView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<CertificateView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::Head, Role::It])?;
    let certificates: Vec<Certificate> = desk.read(|rows| Ok(rows.all()?)).await?;
    let kept = certificates.into_iter().filter(|certificate| !certificate.withdrawn);
    Ok(Json(kept.map(|certificate| CertificateView::of(certificate, desk.now())).collect()))
}

#[utoipa::path(post, path = "/api/certificates/{id}/withdraw", operation_id = "certificates_withdraw", tag = "seals", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn withdraw(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    let command = catalog::Command::Seals(Command::Withdraw { certificate: id });
    desk.execute(Actor::Person(viewer), command).await?;
    Ok(StatusCode::NO_CONTENT)
}
