//! Routes of letters: the books, the documents, and every verb.

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::form::{Amend, Draft, Register};
use super::list;
use super::model::{Act, Command, Letter, People, State};
use super::signers::{Naming, SigningOrder};
use super::types::{DOCUMENT_TYPES, DocumentType};
use super::view::{BookName, LetterLine, LetterView};
use crate::catalog;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::http::{After, Office, Paged, Payload, Problem};
use crate::rights::{Actor, Role, Viewer};

/// The cursor of the link above: the last entry the office above has acknowledged.
pub const LINK_CURSOR: &str = "link";

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(document_types))
        .routes(routes!(index, begin))
        .routes(routes!(show))
        .routes(routes!(submit))
        .routes(routes!(direct))
        .routes(routes!(assign))
        .routes(routes!(read))
        .routes(routes!(complete))
        .routes(routes!(approve))
        .routes(routes!(send_back))
        .routes(routes!(release))
        .routes(routes!(void))
        .routes(routes!(amend))
        .routes(routes!(attach))
        .routes(routes!(name_signers))
        .routes(routes!(unsign))
        .merge(super::annexes_http::routes())
}

#[utoipa::path(get, path = "/api/document-types", operation_id = "list_document_types", tag = "letters",
    responses((status = 200, body = Vec<DocumentType>), (status = 401, body = Problem)))]
async fn document_types(_viewer: Viewer) -> Json<Vec<DocumentType>> {
    Json(DOCUMENT_TYPES.to_vec())
}

/// Which lines of which book.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The book; both where none is named.
    pub book: Option<BookName>,
    /// Its year; this year where none is named.
    pub year: Option<i32>,
    /// Only documents in this state.
    pub state: Option<State>,
    /// Only documents that wait for me.
    pub waiting: Option<bool>,
    /// Only documents whose line has these words; marks and case do not matter.
    pub text: Option<String>,
}

#[utoipa::path(get, path = "/api/letters", operation_id = "list_letters", tag = "letters", params(Filter, After),
    responses((status = 200, body = Paged<LetterLine>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn index(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Query(filter): Query<Filter>,
    Query(after): Query<After>,
) -> Result<Json<Paged<LetterLine>>, Error> {
    must_read(&viewer)?;
    let today = desk.now().in_vietnam().date_naive();
    desk.read(move |rows| Ok(Json(list::page(rows, &viewer, &filter, &after, today)?))).await
}

/// IT runs the box and cannot read documents.
fn must_read(viewer: &Viewer) -> Result<(), Refusal> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])
}

#[utoipa::path(get, path = "/api/letters/{id}", operation_id = "get_letters", tag = "letters", params(("id" = Uuid, Path)),
    responses((status = 200, body = LetterView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Json<LetterView>, Error> {
    view(&desk, viewer, id).await
}

/// The document's page for this person.
///
/// # Errors
/// 404 where the person may not know of it.
pub async fn view(desk: &Desk, viewer: Viewer, id: Uuid) -> Result<Json<LetterView>, Error> {
    must_read(&viewer)?;
    let today = desk.now().in_vietnam().date_naive();
    let acknowledged = desk.journal().cursor(LINK_CURSOR)?;
    desk.read(move |rows| {
        let letter = readable(rows, &viewer, id)?;
        let held = crate::delegations::of_person(rows, viewer.id, today)?;
        let heads: Vec<Uuid> = held.into_iter().map(|held| held.from.id).collect();
        Ok(Json(LetterView::of(&letter, &viewer, today, acknowledged, &heads)))
    })
    .await
}

/// The document, where this person may know of it.
///
/// # Errors
/// 404 otherwise.
pub fn readable(rows: &journal::Rows<'_>, viewer: &Viewer, id: Uuid) -> Result<Letter, Error> {
    let letter: Option<Letter> = rows.get(&id.to_string())?;
    Ok(letter.filter(|letter| letter.readable_by(viewer)).ok_or_else(Refusal::not_found)?)
}

/// Vào sổ văn bản đến, or a draft of an outgoing one.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "book", rename_all = "snake_case")]
pub enum Begin {
    /// Registers; the number is given at once.
    Incoming(Box<Register>),
    /// Drafts; the number comes at release.
    Outgoing(Box<Draft>),
}

#[utoipa::path(post, path = "/api/letters", operation_id = "post_letters", tag = "letters", request_body = Begin,
    responses((status = 201, body = LetterView), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn begin(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Payload(form): Payload<Begin>,
) -> Result<(StatusCode, Json<LetterView>), Error> {
    let command = match form {
        Begin::Incoming(form) => Command::Register(form),
        Begin::Outgoing(form) => Command::Draft(form),
    };
    let done = desk.execute(Actor::Person(viewer.clone()), catalog::Command::Letters(command)).await?;
    let id = done.id.ok_or_else(|| Error::Broken("a document was begun without an id".into()))?;
    Ok((StatusCode::CREATED, view(&desk, viewer, id).await?))
}

pub(super) async fn act(
    desk: Desk,
    viewer: Viewer,
    letter: Uuid,
    version: u64,
    act: Act,
) -> Result<Json<LetterView>, Error> {
    let command = Command::Do { letter, version, act };
    desk.execute(Actor::Person(viewer.clone()), catalog::Command::Letters(command)).await?;
    view(&desk, viewer, letter).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Submit {
    version: u64,
    to: Option<Uuid>,
}

#[utoipa::path(post, path = "/api/letters/{id}/submit", operation_id = "letters_submit", tag = "letters", params(("id" = Uuid, Path)), request_body = Submit,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn submit(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Submit>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Submit { to: form.to }).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Direct {
    version: u64,
    words: String,
    lead: Option<Uuid>,
    #[serde(default)]
    cooperating: Vec<Uuid>,
    due_date: Option<NaiveDate>,
}

#[utoipa::path(post, path = "/api/letters/{id}/direct", operation_id = "letters_direct", tag = "letters", params(("id" = Uuid, Path)), request_body = Direct,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn direct(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Direct>,
) -> Result<Json<LetterView>, Error> {
    let people =
        form.lead.map(|lead| People { lead, cooperating: form.cooperating, due_date: form.due_date });
    act(desk, viewer, id, form.version, Act::Direct { words: form.words, people }).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Assign {
    version: u64,
    lead: Uuid,
    #[serde(default)]
    cooperating: Vec<Uuid>,
    due_date: Option<NaiveDate>,
}

#[utoipa::path(post, path = "/api/letters/{id}/assign", operation_id = "letters_assign", tag = "letters", params(("id" = Uuid, Path)), request_body = Assign,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn assign(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Assign>,
) -> Result<Json<LetterView>, Error> {
    let people = People { lead: form.lead, cooperating: form.cooperating, due_date: form.due_date };
    act(desk, viewer, id, form.version, Act::Assign(people)).await
}

#[utoipa::path(post, path = "/api/letters/{id}/read", operation_id = "letters_read", tag = "letters", params(("id" = Uuid, Path)),
    responses((status = 200, body = LetterView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn read(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Json<LetterView>, Error> {
    must_read(&viewer)?;
    let command = catalog::Command::Letters(Command::Read { letter: id });
    desk.execute(Actor::Person(viewer.clone()), command).await?;
    view(&desk, viewer, id).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Report {
    version: u64,
    report: String,
}

#[utoipa::path(post, path = "/api/letters/{id}/complete", operation_id = "letters_complete", tag = "letters", params(("id" = Uuid, Path)), request_body = Report,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn complete(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Report>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Complete { report: form.report }).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Approve {
    version: u64,
    #[serde(default)]
    words: String,
}

#[utoipa::path(post, path = "/api/letters/{id}/approve", operation_id = "letters_approve", tag = "letters", params(("id" = Uuid, Path)), request_body = Approve,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn approve(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Approve>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Approve { words: form.words }).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Reason {
    version: u64,
    reason: String,
}

#[utoipa::path(post, path = "/api/letters/{id}/return", operation_id = "letters_return", tag = "letters", params(("id" = Uuid, Path)), request_body = Reason,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn send_back(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Reason>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Return { reason: form.reason }).await
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct Seen {
    pub(super) version: u64,
}

#[utoipa::path(post, path = "/api/letters/{id}/release", operation_id = "letters_release", tag = "letters", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn release(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Seen>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Release).await
}

#[utoipa::path(post, path = "/api/letters/{id}/void", operation_id = "letters_void", tag = "letters", params(("id" = Uuid, Path)), request_body = Reason,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn void(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Reason>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Void { reason: form.reason }).await
}

/// The slip anew, and the version it was filled from.
#[derive(Deserialize, utoipa::ToSchema)]
struct AmendLetter {
    version: u64,
    #[serde(flatten)]
    slip: Amend,
}

#[utoipa::path(post, path = "/api/letters/{id}/amend", operation_id = "letters_amend", tag = "letters",
    params(("id" = Uuid, Path)), request_body = AmendLetter,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn amend(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<AmendLetter>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Amend(Box::new(form.slip))).await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Attach {
    version: u64,
    paper: Uuid,
}

#[utoipa::path(post, path = "/api/letters/{id}/attach", operation_id = "letters_attach", tag = "letters", params(("id" = Uuid, Path)), request_body = Attach,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn attach(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Attach>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Attach { paper: form.paper }).await
}

/// Who has to sign, and in which order.
#[derive(Deserialize, utoipa::ToSchema)]
struct NameSigners {
    version: u64,
    /// Nobody is the head.
    signers: Vec<Naming>,
    #[serde(default)]
    order: SigningOrder,
}

#[utoipa::path(post, path = "/api/letters/{id}/name_signers", operation_id = "letters_name_signers", tag = "letters",
    params(("id" = Uuid, Path)), request_body = NameSigners,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn name_signers(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<NameSigners>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::NameSigners { signers: form.signers, order: form.order }).await
}

#[utoipa::path(post, path = "/api/letters/{id}/unsign", operation_id = "letters_unsign", tag = "letters", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn unsign(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Seen>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::Unsign).await
}
