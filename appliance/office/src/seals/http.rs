//! Routes of certificates, images and settings that need no key and no picture. What opens a key file, cuts an image,
//! reads a root or names a library is the binary's.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Stamp;

use super::model::{Certificate, Command, Impression, ImpressionKind, Key, SigningSettings, Trusted};
use super::rules;
use crate::catalog;
use crate::desk::Desk;
use crate::error::Error;
use crate::http::{After, Office, Paged, Problem};
use crate::letters::Letter;
use crate::letters::signing::Level;
use crate::letters::{signing_view, view};
use crate::rights::{Actor, Role, Viewer};

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(withdraw))
        .routes(routes!(impressions))
        .routes(routes!(withdraw_impression))
        .routes(routes!(settings))
        .routes(routes!(trusted))
        .routes(routes!(distrust))
        .routes(routes!(signings))
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
    /// Whether something can be signed with it today.
    usable: bool,
    /// `file`, `token`, `helper`, `elsewhere`.
    place: String,
    /// The unit's; otherwise a person's.
    unit: bool,
    /// Whose.
    holder: Option<String>,
    /// One's own.
    mine: bool,
}

impl CertificateView {
    /// The certificate as it stands at `now` for this person.
    pub fn of(certificate: Certificate, viewer: &Viewer, now: Stamp) -> Self {
        let facts = certificate.facts;
        let state = match now {
            now if now > facts.not_after => "expired",
            now if now < facts.not_before => "not_yet",
            _ => "valid",
        };
        let place = match certificate.key {
            Key::File { .. } => "file",
            Key::Token { .. } => "token",
            Key::Helper => "helper",
            Key::Elsewhere => "elsewhere",
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
            place: place.into(),
            unit: certificate.holder.is_none(),
            mine: certificate.holder.as_ref().is_some_and(|holder| holder.id == viewer.id),
            holder: certificate.holder.map(|holder| holder.name),
        }
    }
}

#[utoipa::path(get, path = "/api/certificates", operation_id = "list_certificates", tag = "seals",
    responses((status = 200, body = Vec<CertificateView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<CertificateView>>, Error> {
    let certificates: Vec<Certificate> = desk.read(|rows| Ok(rows.all()?)).await?;
    // A teacher sees her own and nobody else's.
    let seen = |certificate: &Certificate| match &certificate.holder {
        None => viewer.role != Role::Teacher,
        Some(holder) => viewer.role != Role::Teacher || holder.id == viewer.id,
    };
    let kept = certificates.into_iter().filter(|certificate| !certificate.withdrawn).filter(seen);
    Ok(Json(kept.map(|certificate| CertificateView::of(certificate, &viewer, desk.now())).collect()))
}

#[utoipa::path(post, path = "/api/certificates/{id}/withdraw", operation_id = "certificates_withdraw", tag = "seals", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn withdraw(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    told(&desk, viewer, Command::Withdraw { certificate: id }).await
}

/// The image of a seal or signature as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ImpressionView {
    id: Uuid,
    kind: ImpressionKind,
    holder: Option<String>,
    mine: bool,
    width_mm: f32,
    height_mm: f32,
}

impl ImpressionView {
    /// The image for this person.
    pub fn of(impression: Impression, viewer: &Viewer) -> Self {
        Self {
            id: impression.id,
            kind: impression.kind,
            mine: impression.holder.as_ref().is_some_and(|holder| holder.id == viewer.id),
            holder: impression.holder.map(|holder| holder.name),
            width_mm: impression.width_mm,
            height_mm: impression.height_mm,
        }
    }
}

/// Whether this person may see the image: the seal's keepers, and whose signature it is.
pub fn may_see(impression: &Impression, viewer: &Viewer) -> bool {
    match &impression.holder {
        None => matches!(viewer.role, Role::Clerk | Role::Head),
        Some(holder) => holder.id == viewer.id,
    }
}

#[utoipa::path(get, path = "/api/impressions", operation_id = "list_impressions", tag = "seals",
    responses((status = 200, body = Vec<ImpressionView>), (status = 401, body = Problem)))]
async fn impressions(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<ImpressionView>>, Error> {
    let all: Vec<Impression> = desk.read(|rows| Ok(rows.all()?)).await?;
    let seen = all.into_iter().filter(|found| !found.withdrawn && may_see(found, &viewer));
    Ok(Json(seen.map(|found| ImpressionView::of(found, &viewer)).collect()))
}

#[utoipa::path(post, path = "/api/impressions/{id}/withdraw", operation_id = "impressions_withdraw", tag = "seals", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn withdraw_impression(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    told(&desk, viewer, Command::WithdrawImpression { impression: id }).await
}

#[utoipa::path(get, path = "/api/signing-settings", operation_id = "get_signing_settings", tag = "seals",
    responses((status = 200, body = SigningSettings), (status = 401, body = Problem)))]
async fn settings(State(desk): State<Desk>, _viewer: Viewer) -> Result<Json<SigningSettings>, Error> {
    desk.read(|rows| Ok(Json(rules::settings(rows)?))).await
}

/// A root or revocation list as the page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TrustedView {
    id: Uuid,
    /// `root`, `intermediate` or `crl`.
    sort: String,
    subject: String,
    #[schema(value_type = Option<String>)]
    until: Option<Stamp>,
    /// Its time is over.
    stale: bool,
}

#[utoipa::path(get, path = "/api/trust", operation_id = "list_trust", tag = "seals",
    responses((status = 200, body = Vec<TrustedView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn trusted(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<TrustedView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::It, Role::Clerk, Role::Head])?;
    let all: Vec<Trusted> = desk.read(|rows| Ok(rows.all()?)).await?;
    let now = desk.now();
    let view = |known: Trusted| TrustedView {
        id: known.id,
        sort: known.sort,
        subject: known.subject,
        until: known.until,
        stale: known.until.is_some_and(|until| until < now),
    };
    Ok(Json(all.into_iter().filter(|known| !known.dropped).map(view).collect()))
}

#[utoipa::path(post, path = "/api/trust/{id}/drop", operation_id = "trust_drop", tag = "seals", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn distrust(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    told(&desk, viewer, Command::Distrust { trusted: id }).await
}

/// A document signed here, and how far its proof is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SigningLine {
    letter: Uuid,
    number_text: Option<String>,
    subject: String,
    level: Option<Level>,
    /// `level.*`, where the next level has to wait.
    waits: Option<String>,
    sentence: String,
    #[schema(value_type = Option<String>)]
    since: Option<Stamp>,
}

/// Documents signed here, the latest first.
#[utoipa::path(get, path = "/api/signings", operation_id = "list_signings", tag = "seals", params(After),
    responses((status = 200, body = Paged<SigningLine>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn signings(
    State(desk): State<Desk>,
    viewer: Viewer,
    Query(after): Query<After>,
) -> Result<Json<Paged<SigningLine>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::Head])?;
    let (limit, key) = (after.limit(), after.key()?);
    desk.read(move |rows| {
        let page = journal::Page::of("signed", b"", limit).backwards().after(key);
        let (letters, next) = rows.list::<Letter>(page)?;
        let items = letters.iter().map(line).collect();
        Ok(Json(Paged { items, next: next.map(hex::encode) }))
    })
    .await
}

fn line(letter: &Letter) -> SigningLine {
    let proof = letter.last_proof();
    let waits = proof.and_then(|proof| proof.waits.as_ref());
    let level = letter.level();
    SigningLine {
        letter: letter.id,
        number_text: view::number_text(letter),
        subject: letter.facts.subject.clone(),
        level,
        sentence: level.map(|level| signing_view::level_sentence(level, waits)).unwrap_or_default(),
        since: waits.map(|waits| waits.since),
        waits: waits.map(|waits| waits.code.clone()),
    }
}

async fn told(desk: &Desk, viewer: Viewer, command: Command) -> Result<StatusCode, Error> {
    desk.execute(Actor::Person(viewer), catalog::Command::Seals(command)).await?;
    Ok(StatusCode::NO_CONTENT)
}
