//! Whom the unit trusts: roots, authorities between them and people, and revocation lists, brought as files by whoever keeps the box.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use journal::Journal;
use office::http::Problem;
use office::seals::{Command as Seals, Edition, TrustPart, Trusted};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use pki::Trust;
use tokio::sync::Mutex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::{Sha256, Stamp};

use super::make;
use crate::{App, blocking};

/// A revocation list of a national authority may have a hundred thousand lines.
const MOST_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).layer(DefaultBodyLimit::max(MOST_BYTES + 1))
}

/// Trusts the roots, takes the authorities between and the revocation lists, of a file as it was brought: PEM or DER.
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
    let parts = blocking(move || understood(&journal, &file)).await??;
    let trust = Seals::Trust { name: None, parts };
    app.desk.execute(Actor::Person(viewer), Command::Seals(trust)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a file makes the unit trust; its parts are at rest when this returns.
pub(crate) fn understood(journal: &Journal, file: &[u8]) -> Result<Vec<TrustPart>, Error> {
    let (trust, _) = Trust::read([("file".to_owned(), file.to_vec())]);
    let mut found = Vec::new();
    let roots = trust.roots().iter().map(|root| (root, "root"));
    // Many a token bears its own certificate and nobody else's: who issued it has to be told.
    let between = trust.intermediates().map(|cert| (cert, "intermediate"));
    for (cert, sort) in roots.chain(between) {
        let subject =
            if cert.subject_cn().is_empty() { cert.subject() } else { cert.subject_cn().to_owned() };
        let until = Some(Stamp::from_unix_ms(cert.not_after_ms()));
        let file = journal.blobs().put(cert.der())?;
        found.push(TrustPart { file, sort, subject, until, list: None });
    }
    for crl in trust.crls() {
        let until = crl.next_update_ms().map(Stamp::from_unix_ms);
        let list = Edition { scope: crl.scope(), made_at: Stamp::from_unix_ms(crl.this_update_ms()) };
        let file = journal.blobs().put(crl.der())?;
        found.push(TrustPart { file, sort: "crl", subject: crl.issuer(), until, list: Some(list) });
    }
    if found.is_empty() { Err(unreadable().into()) } else { Ok(found) }
}

/// Whom the unit trusts, as last read: a revocation list of megabytes is not read anew for each document.
#[derive(Clone, Default)]
pub struct TrustList(Arc<Mutex<Option<Trusting>>>);

/// What signatures are judged by at one time.
#[derive(Clone)]
pub(crate) struct Trusting {
    /// Roots and lists.
    pub(crate) trust: Arc<Trust>,
    /// Names what is in it: another list, another name.
    pub(crate) state: Sha256,
}

/// What signatures are judged by now.
pub(crate) async fn current(app: &App) -> Result<Trusting, Error> {
    // Held while reading: who comes meanwhile takes what is read.
    let mut last = app.trust.0.lock().await;
    let known: Vec<Trusted> = app.desk.read(|rows| Ok(rows.all()?)).await?;
    let known: BTreeMap<Sha256, String> =
        known.into_iter().filter(|known| !known.dropped).map(|known| (known.file, known.subject)).collect();
    let names: Vec<u8> = known.keys().flat_map(Sha256::as_bytes).copied().collect();
    let state = Sha256::of(&names);
    if let Some(last) = last.as_ref().filter(|last| last.state == state) {
        return Ok(last.clone());
    }
    let journal = app.desk.journal().clone();
    let (trust, whole) = blocking(move || read(&journal, known)).await?;
    let now = Trusting { trust: Arc::new(trust), state };
    *last = whole.then(|| now.clone());
    Ok(now)
}

/// One file that cannot be read does not end all judging; then the second is false.
fn read(journal: &Journal, known: BTreeMap<Sha256, String>) -> (Trust, bool) {
    let (mut files, mut whole) = (Vec::new(), true);
    for (file, subject) in known {
        match make::blob(journal, file) {
            Ok(bytes) => files.push((subject, bytes)),
            Err(error) => {
                tracing::error!(%file, subject, %error, "a root or revocation list cannot be read");
                whole = false;
            }
        }
    }
    (Trust::read(files).0, whole)
}

fn unreadable() -> Refusal {
    Refusal::field(
        "trust.unreadable",
        "file",
        "Tệp này không có chứng thư gốc, chứng thư trung gian hay danh sách thu hồi nào đọc được. Hãy chọn tệp .crt, .pem hoặc .crl mà nơi cấp công bố.",
    )
}
