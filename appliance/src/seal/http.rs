//! Adding a key file, and asking for the seal.

use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::letters::Command as Letters;
use office::letters::model::Act;
use office::letters::view::LetterView;
use office::seals::http::CertificateView;
use office::seals::{Certificate, Command as Seals};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::Deserialize;
use token::{Pkcs12, Signer, TokenError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Stamp;

use super::{Unlocked, font, sentences};
use crate::{App, blocking};

/// A key file with its chain is a few thousand bytes.
const KEY_FILE_BYTES: usize = 256 << 10;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(seal))
}

/// A key file and what opens it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read one by one")]
struct KeyForm {
    /// PKCS#12.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Checked once and not kept.
    passphrase: String,
}

/// Adds the unit's certificate with its key; the passphrase is checked and forgotten.
#[utoipa::path(post, path = "/api/certificates", operation_id = "post_certificates", tag = "certificates",
    request_body(content = KeyForm, content_type = "multipart/form-data"),
    responses((status = 201, body = CertificateView), (status = 422, description = "key.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn add(
    viewer: Viewer,
    State(app): State<App>,
    mut form: Multipart,
) -> Result<(StatusCode, Json<CertificateView>), Error> {
    let actor = Actor::Person(viewer);
    actor.must_be(&[Role::Clerk])?;
    let (mut file, mut passphrase) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| incomplete())? {
        match field.name() {
            Some("file") => file = Some(all_of(field).await?),
            Some("passphrase") => passphrase = Some(field.text().await.map_err(|_| incomplete())?),
            _ => {}
        }
    }
    let (Some(file), Some(passphrase)) = (file, passphrase) else { return Err(incomplete().into()) };
    let now = app.desk.now();
    let journal = app.desk.journal().clone();
    let (key_file, facts) = blocking(move || -> Result<_, Error> {
        let key = Pkcs12::open(&file, &passphrase, now.unix_ms()).map_err(|error| refused(&error))?;
        let leaf = key.chain().first().ok_or_else(|| refused(&TokenError::NoKey))?;
        let facts = token::facts(leaf).map_err(|error| refused(&error))?;
        Ok((journal.blobs().put(&file)?, facts))
    })
    .await??;
    let facts = office::seals::CertificateFacts {
        subject: facts.subject_cn,
        organisation: facts.organisation.unwrap_or_default(),
        issuer: facts.issuer_cn,
        serial: facts.serial_hex,
        not_before: Stamp::from_unix_ms(facts.not_before_ms),
        not_after: Stamp::from_unix_ms(facts.not_after_ms),
    };
    let done = app.desk.execute(actor, Command::Seals(Seals::AddCertificate { key_file, facts })).await?;
    let added = done.id.ok_or_else(|| Error::Broken("a certificate was added without an id".into()))?;
    let row = app.desk.read(move |snapshot| Ok(snapshot.get::<Certificate>(&added.to_string())?)).await?;
    Ok((StatusCode::CREATED, Json(CertificateView::of(row.ok_or_else(Refusal::not_found)?, now))))
}

/// What the clerk unlocks the seal with.
#[derive(Deserialize, ToSchema)]
struct AskSeal {
    /// The version of the document seen.
    version: u64,
    /// With which certificate.
    certificate: Uuid,
    /// Opens the key, for this document only.
    pin: String,
}

/// Asks for the unit's seal on a document. The PIN is checked before anything is written.
#[utoipa::path(post, path = "/api/letters/{id}/seal", operation_id = "letters_seal", tag = "letters",
    params(("id" = Uuid, Path)),
    request_body = AskSeal,
    responses((status = 200, body = LetterView), (status = 422, description = "seal.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn seal(
    viewer: Viewer,
    State(app): State<App>,
    Path(letter): Path<Uuid>,
    Payload(ask): Payload<AskSeal>,
) -> Result<Json<LetterView>, Error> {
    let actor = Actor::Person(viewer.clone());
    actor.must_be(&[Role::Clerk])?;
    let key = unlock(&app, ask.certificate, ask.pin).await?;
    // The face is read once; a missing package is told now and not by a failed seal.
    blocking(font::face).await??;
    // Sealed as it is now, its bytes are nobody's to change.
    crate::followers::describe::now(&app, letter).await?;
    // The follower may wake before this handler does: the key must lie ready.
    let key = Arc::new(key);
    app.keys.hold(letter, Unlocked { certificate: ask.certificate, key: key.clone() });
    let act = Act::Seal { certificate: ask.certificate };
    let asked = Letters::Do { letter, version: ask.version, act };
    if let Err(error) = app.desk.execute(actor, Command::Letters(asked)).await {
        app.keys.take_back(letter, &key);
        return Err(error);
    }
    office::letters::http::view(&app.desk, viewer, letter).await
}

/// Opens the key of a certificate with the clerk's PIN.
async fn unlock(app: &App, certificate: Uuid, pin: String) -> Result<Pkcs12, Error> {
    let row =
        app.desk.read(move |snapshot| Ok(snapshot.get::<Certificate>(&certificate.to_string())?)).await?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let journal = app.desk.journal().clone();
    let now = app.desk.now();
    blocking(move || {
        let missing =
            || Error::Broken(format!("key file {} of certificate {certificate} is gone", row.key_file));
        let file = journal.blobs().read(&row.key_file)?.ok_or_else(missing)?;
        Pkcs12::open(&file, &pin, now.unix_ms()).map_err(|error| sentences::sealing(&error).into())
    })
    .await?
}

async fn all_of(mut field: Field<'_>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| incomplete())? {
        if bytes.len() + piece.len() > KEY_FILE_BYTES {
            return Err(sentences::adding(&TokenError::NotAKeyFile("too large".into())));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn refused(error: &TokenError) -> Error {
    sentences::adding(error).into()
}

fn incomplete() -> Refusal {
    Refusal::new(
        "key.incomplete",
        422,
        "Chưa đủ tệp khóa và mật khẩu. Hãy chọn tệp, gõ mật khẩu rồi bấm Thêm.",
    )
}
