//! Bản điện tử “(đã ký và đóng dấu)”, for units without a scanner: made of the file the paper was printed from.

use axum::Json;
use axum::extract::{Path, State};
use office::http::{Payload, Problem};
use office::letters::Command as Letters;
use office::letters::http::readable;
use office::letters::model::Act;
use office::letters::transcript;
use office::letters::view::{LetterView, number_text};
use office::scans::Paper;
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::laid::{Laying, OfRegister, laid};
use crate::seal::make::blob;
use crate::{App, blocking};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(transcribe))
}

#[derive(Deserialize, ToSchema)]
struct Transcribe {
    /// The version of the document seen.
    version: u64,
}

/// Makes the file that stands for a paper signed and sealed: number, day and “(đã ký và đóng dấu)” on the brought file.
#[utoipa::path(post, path = "/api/letters/{id}/transcribe", operation_id = "letters_transcribe", tag = "letters",
    params(("id" = Uuid, Path)), request_body = Transcribe,
    responses((status = 200, body = LetterView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, description = "letter.state, transcript.*, print.*", body = Problem)))]
async fn transcribe(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Transcribe>,
) -> Result<Json<LetterView>, Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    // Number and day may be on their way into the file it is made of.
    crate::followers::describe::now(&app, id).await?;
    let reader = viewer.clone();
    let (from, on_paper) = app
        .desk
        .read(move |rows| {
            let letter = readable(rows, &reader, id)?;
            let from = transcript::of(&reader, &letter, form.version)?.paper.clone();
            let number = number_text(&letter).ok_or_else(Refusal::not_found)?;
            let day = letter.facts.issue_date.ok_or_else(Refusal::not_found)?;
            Ok((from, Laying::OnPaper(OfRegister::new(&number, day))))
        })
        .await?;
    let _room = app.bench.room().await;
    let (journal, name) = (app.desk.journal().clone(), from.name);
    let pdf = blocking(move || blob(&journal, name)).await??;
    let pdf = laid(&app, pdf, &on_paper).await?;
    let journal = app.desk.journal().clone();
    let (name, bytes) =
        blocking(move || journal.blobs().put(&pdf).map(|name| (name, pdf.len() as u64))).await??;
    let paper = Paper { name, bytes, ..from.clone() };
    let act = Act::Transcribe { from: from.name, paper };
    let command = Letters::Do { letter: id, version: form.version, act };
    app.desk.execute(actor, Command::Letters(command)).await?;
    office::letters::http::view(&app.desk, viewer, id).await
}
