//! Asking for a signature or the seal, on one document or on many with one PIN.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use office::http::{Payload, Problem};
use office::letters::Command as Letters;
use office::letters::acts::AskSignature;
use office::letters::model::Act;
use office::letters::signing::{Capacity, Look};
use office::letters::view::LetterView;
use office::seals::{Certificate, Key};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use token::Pkcs12;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::certificates::must_sign;
use super::{font, guesses, keys, make, proposal, sentences};
use crate::{App, blocking};

/// As many documents as a clerk lays on one stack.
const MOST_AT_ONCE: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign)).routes(routes!(seal)).routes(routes!(batch))
}

/// Which hand signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hand {
    /// A person, with her own certificate.
    Sign,
    /// The unit, by its clerk.
    Seal,
}

/// How the key is opened.
#[derive(Clone, Deserialize, ToSchema)]
struct Unlock {
    /// With which certificate.
    certificate: Uuid,
    /// Opens the key; nothing where it was left open, or is not at the box.
    #[serde(default)]
    pin: String,
    /// Leaves it open for a quarter of an hour.
    #[serde(default)]
    keep_open: bool,
}

/// What a person signs with, and how it is to look.
#[derive(Deserialize, ToSchema)]
struct AskSign {
    /// The version of the document seen.
    version: u64,
    #[serde(flatten)]
    unlock: Unlock,
    /// In whose place, where it is her own right.
    #[serde(default)]
    capacity: Capacity,
    /// By which delegation, where it is not.
    delegation: Option<Uuid>,
    /// How it is to look; as proposed where nothing is said.
    look: Option<Look>,
}

/// Asks for one's own signature on a document. The PIN is checked before anything is written.
#[utoipa::path(post, path = "/api/letters/{id}/sign", operation_id = "letters_sign", tag = "letters",
    params(("id" = Uuid, Path)), request_body = AskSign,
    responses((status = 200, body = LetterView), (status = 422, description = "seal.*, sign.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn sign(
    viewer: Viewer,
    State(app): State<App>,
    Path(letter): Path<Uuid>,
    Payload(ask): Payload<AskSign>,
) -> Result<Json<LetterView>, Error> {
    must_sign(&viewer)?;
    let key = unlocked(&app, &viewer, &ask.unlock).await?;
    let (look, _) = look(&app, &viewer, letter, Hand::Sign, ask.look).await?;
    let certificate = ask.unlock.certificate;
    let act =
        Act::Sign(AskSignature { certificate, capacity: ask.capacity, delegation: ask.delegation, look });
    asked(&app, &viewer, letter, ask.version, act, certificate, key).await?;
    office::letters::http::view(&app.desk, viewer, letter).await
}

/// What the clerk seals with, and how it is to look.
#[derive(Deserialize, ToSchema)]
struct AskSeal {
    /// The version of the document seen.
    version: u64,
    #[serde(flatten)]
    unlock: Unlock,
    /// How it is to look; as proposed where nothing is said.
    look: Option<Look>,
}

/// Asks for the unit's seal on a document. The PIN is checked before anything is written.
#[utoipa::path(post, path = "/api/letters/{id}/seal", operation_id = "letters_seal", tag = "letters",
    params(("id" = Uuid, Path)), request_body = AskSeal,
    responses((status = 200, body = LetterView), (status = 422, description = "seal.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn seal(
    viewer: Viewer,
    State(app): State<App>,
    Path(letter): Path<Uuid>,
    Payload(ask): Payload<AskSeal>,
) -> Result<Json<LetterView>, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    let key = unlocked(&app, &viewer, &ask.unlock).await?;
    let (look, shows_seal) = look(&app, &viewer, letter, Hand::Seal, ask.look).await?;
    let certificate = ask.unlock.certificate;
    let act = Act::Seal { certificate, look, shows_seal };
    asked(&app, &viewer, letter, ask.version, act, certificate, key).await?;
    office::letters::http::view(&app.desk, viewer, letter).await
}

/// Many documents, one key.
#[derive(Deserialize, ToSchema)]
struct Batch {
    /// Which hand.
    hand: Hand,
    #[serde(flatten)]
    unlock: Unlock,
    /// In whose place, where it is her own right.
    #[serde(default)]
    capacity: Capacity,
    /// By which delegation, where it is not.
    delegation: Option<Uuid>,
    /// The documents.
    letters: Vec<Uuid>,
}

/// What came of asking for one document of a batch.
#[derive(Serialize, ToSchema)]
struct BatchLine {
    letter: Uuid,
    /// Whether it was asked for; how it goes on, its page and the list of signings tell.
    asked: bool,
    /// Why not.
    code: Option<String>,
    sentence: Option<String>,
}

/// Asks for signatures or seals on many documents with one PIN; each by itself is asked for or refused.
#[utoipa::path(post, path = "/api/signing-batches", operation_id = "post_signing_batches", tag = "letters",
    request_body = Batch,
    responses((status = 200, body = Vec<BatchLine>), (status = 422, description = "seal.*, sign.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn batch(
    viewer: Viewer,
    State(app): State<App>,
    Payload(batch): Payload<Batch>,
) -> Result<Json<Vec<BatchLine>>, Error> {
    must_sign(&viewer)?;
    if batch.letters.is_empty() || batch.letters.len() > MOST_AT_ONCE {
        return Err(Refusal::field(
            "sign.batch",
            "letters",
            format!("Mỗi lần ký từ 1 đến {MOST_AT_ONCE} văn bản. Hãy chọn lại."),
        )
        .into());
    }
    let key = unlocked(&app, &viewer, &batch.unlock).await?;
    let mut lines = Vec::with_capacity(batch.letters.len());
    for letter in &batch.letters {
        lines.push(match one_of(&app, &viewer, &batch, *letter, key.clone()).await {
            Ok(()) => BatchLine { letter: *letter, asked: true, code: None, sentence: None },
            Err(Error::Refusal(refusal)) => BatchLine {
                letter: *letter,
                asked: false,
                code: Some(refusal.code.into()),
                sentence: Some(refusal.detail),
            },
            Err(fault) => return Err(fault),
        });
    }
    Ok(Json(lines))
}

async fn one_of(
    app: &App,
    viewer: &Viewer,
    batch: &Batch,
    letter: Uuid,
    key: Option<keys::Key>,
) -> Result<(), Error> {
    let certificate = batch.unlock.certificate;
    let (reader, id) = (viewer.clone(), letter);
    let version =
        app.desk.read(move |rows| Ok(office::letters::http::readable(rows, &reader, id)?.version)).await?;
    let (look, shows_seal) = look(app, viewer, letter, batch.hand, None).await?;
    let act = match batch.hand {
        Hand::Sign => Act::Sign(AskSignature {
            certificate,
            capacity: batch.capacity,
            delegation: batch.delegation,
            look,
        }),
        Hand::Seal => Act::Seal { certificate, look, shows_seal },
    };
    asked(app, viewer, letter, version, act, certificate, key).await
}

/// The look asked for, or the one the box would propose; and whether the page shows a seal already.
async fn look(
    app: &App,
    viewer: &Viewer,
    letter: Uuid,
    hand: Hand,
    asked: Option<Look>,
) -> Result<(Look, bool), Error> {
    let found = proposal::found(app, viewer, letter, hand).await?;
    // Where the box had found the place is its own word, not the page's.
    let asked = asked.map(|look| Look { found: found.place, ..look });
    let asked = asked.map(|look| proposal::on_blank_paper(look, found.seal_room));
    Ok((asked.unwrap_or(found.look), found.shows_seal))
}

/// Writes the request, with the key lying ready for the follower, which may wake before this does.
async fn asked(
    app: &App,
    viewer: &Viewer,
    letter: Uuid,
    version: u64,
    act: Act,
    certificate: Uuid,
    key: Option<keys::Key>,
) -> Result<(), Error> {
    // What the register says goes into the file before anybody signs it; afterwards it stays as it is.
    crate::followers::describe::now(app, letter).await?;
    let command = Letters::Do { letter, version, act };
    let Some(key) = key else {
        app.desk.execute(Actor::Person(viewer.clone()), Command::Letters(command)).await?;
        return Ok(());
    };
    // The face is read once; a missing package is told now and not by a failed seal.
    blocking(font::face).await??;
    app.keys.hold(letter, certificate, key.clone());
    let asked = app.desk.execute(Actor::Person(viewer.clone()), Command::Letters(command)).await;
    app.keys.answered(letter, &key, asked.is_ok());
    asked.map(drop)
}

/// Opens the key of a certificate with its holder's PIN; none for a key that is not at the box. Whose certificate it is
/// and whether it may serve here, the rules say; a wrong PIN is told before.
async fn unlocked(app: &App, viewer: &Viewer, unlock: &Unlock) -> Result<Option<keys::Key>, Error> {
    // By a clock that stands in 1970 no certificate is valid yet; the clock is what has to be mended.
    app.desk.clock()?.trusted()?;
    let id = unlock.certificate;
    let row = app.desk.read(move |rows| Ok(rows.get::<Certificate>(&id.to_string())?)).await?;
    let row = row.filter(|row| !row.withdrawn).ok_or_else(Refusal::not_found)?;
    // A PIN is not to be tried on somebody else's key, nor a token locked by whoever may not use it.
    let is_keeper = match &row.holder {
        Some(holder) => holder.id == viewer.id,
        None => viewer.role == Role::Clerk,
    };
    if !is_keeper {
        return Err(Refusal::not_found().into());
    }
    if !row.key.is_here() {
        return Ok(None);
    }
    if unlock.pin.is_empty()
        && let Some(open) = app.keys.open(viewer.session, id, Instant::now())
    {
        return Ok(Some(open));
    }
    let key = tried(app, id, row.key, unlock.pin.clone()).await?;
    if unlock.keep_open {
        app.keys.keep_open(viewer.session, id, key.clone(), Instant::now());
    }
    Ok(Some(key))
}

/// Opens a key; who guesses at a key file has to wait. A token counts for itself.
async fn tried(app: &App, certificate: Uuid, key: Key, pin: String) -> Result<keys::Key, Error> {
    let Key::File { .. } = key else { return opened(app, key, pin).await };
    let left = app.guesses.begin(certificate, Instant::now())?;
    match opened(app, key, pin).await {
        Err(Error::Refusal(refusal)) if refusal.code == "seal.wrong_pin" => {
            Err(guesses::told(refusal, left).into())
        }
        other => {
            app.guesses.forgive(certificate);
            other
        }
    }
}

async fn opened(app: &App, key: Key, pin: String) -> Result<keys::Key, Error> {
    let (journal, port, now) = (app.desk.journal().clone(), app.tokens.clone(), app.desk.now().unix_ms());
    blocking(move || -> Result<keys::Key, Error> {
        let refused = |error| Error::from(sentences::sealing(&error));
        match key {
            Key::File { file } => {
                let file = make::blob(&journal, file)?;
                Ok(Arc::new(Pkcs12::open(&file, &pin, now).map_err(refused)?))
            }
            Key::Token { module, certificate, .. } => {
                let key = port.unlock(&module, &certificate, &pin.as_str().into(), now).map_err(refused)?;
                Ok(Arc::new(key))
            }
            Key::Helper | Key::Elsewhere => Err(Refusal::not_found().into()),
        }
    })
    .await?
}
