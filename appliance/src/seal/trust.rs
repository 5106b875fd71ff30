//! Whom the unit trusts: roots and revocation lists, brought as files by whoever keeps the box.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use journal::Journal;
use office::http::Problem;
use office::seals::{Command as Seals, Trusted};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use pki::Trust;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::make;
use crate::{App, blocking};

/// A revocation list of a national authority may have a hundred thousand lines.
const MOST_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).layer(DefaultBodyLimit::max(MOST_BYTES + 1))
}

/// Trusts the roots, or takes the revocation list, of a file as it was brought: PEM or DER.
#[utoipa::path(post, path = "/api/trust", operation_id = "post_trust", tag = "seals",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 422, description = "trust.*", body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
async fn add(viewer: Viewer, State(app): State<App>, file: Bytes) -> Result<StatusCode, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::It])?;
    if file.len() > MOST_BYTES {
        return Err(unreadable().into());
    }
    let journal = app.desk.journal().clone();
    let found = blocking(move || -> Result<Vec<Seals>, Error> { understood(&journal, &file) }).await??;
    for command in found {
        app.desk.execute(Actor::Person(viewer.clone()), Command::Seals(command)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What a file makes the unit trust; its parts are at rest when this returns.
pub(crate) fn understood(journal: &Journal, file: &[u8]) -> Result<Vec<Seals>, Error> {
    let (trust, _) = Trust::read([("file".to_owned(), file.to_vec())]);
    let mut found = Vec::new();
    for root in trust.roots() {
        let subject =
            if root.subject_cn().is_empty() { root.subject() } else { root.subject_cn().to_owned() };
        let until = Some(Stamp::from_unix_ms(root.not_after_ms()));
        found.push(Seals::Trust { file: journal.blobs().put(root.der())?, sort: "root", subject, until });
    }
    for crl in trust.crls() {
        let until = crl.next_update_ms().map(Stamp::from_unix_ms);
        let file = journal.blobs().put(crl.der())?;
        found.push(Seals::Trust { file, sort: "crl", subject: crl.issuer(), until });
    }
    if found.is_empty() { Err(unreadable().into()) } else { Ok(found) }
}

/// What signatures are judged by now.
pub(crate) async fn current(app: &App) -> Result<Trust, Error> {
    let journal = app.desk.journal().clone();
    let known: Vec<Trusted> = app.desk.read(|rows| Ok(rows.all()?)).await?;
    blocking(move || {
        let mut files = Vec::new();
        for trusted in known.into_iter().filter(|known| !known.dropped) {
            files.push((trusted.subject, make::blob(&journal, trusted.file)?));
        }
        Ok(Trust::read(files).0)
    })
    .await?
}

fn unreadable() -> Refusal {
    Refusal::field(
        "trust.unreadable",
        "file",
        "Tệp này không có chứng thư gốc hay danh sách thu hồi nào đọc được. Hãy chọn tệp .crt, .pem hoặc .crl mà nơi cấp công bố.",
    )
}
