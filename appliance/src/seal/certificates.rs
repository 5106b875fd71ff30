//! Adding certificates: a key file, a certificate on a token in the box, one whose key is elsewhere.

use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::seals::http::CertificateView;
use office::seals::{Certificate, CertificateFacts, Command as Seals, Key};
use office::{Actor, Command, Error, Refusal, Role, Viewer};
use serde::{Deserialize, Serialize};
use token::{Pkcs12, Signer, Token, TokenError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Stamp;

use super::sentences;
use crate::{App, blocking};

/// A key file with its chain is a few thousand bytes.
const KEY_FILE_BYTES: usize = 256 << 10;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(tokens)).routes(routes!(enlist))
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
    /// `1`: one's own; the unit's otherwise.
    mine: Option<String>,
    /// `1`: it names another body, and that is right so.
    other_unit: Option<String>,
}

/// What the form said, field by field.
#[derive(Default)]
struct KeyFormRead {
    file: Option<Vec<u8>>,
    passphrase: Option<String>,
    mine: bool,
    other_unit: bool,
}

/// Adds a certificate with its key file; the passphrase is checked and forgotten.
#[utoipa::path(post, path = "/api/certificates", operation_id = "post_certificates", tag = "certificates",
    request_body(content = KeyForm, content_type = "multipart/form-data"),
    responses((status = 201, body = CertificateView), (status = 422, description = "key.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn add(
    viewer: Viewer,
    State(app): State<App>,
    form: Multipart,
) -> Result<(StatusCode, Json<CertificateView>), Error> {
    must_sign(&viewer)?;
    let form = read(form).await?;
    let (Some(file), Some(passphrase)) = (form.file, form.passphrase) else {
        return Err(incomplete().into());
    };
    let now = app.desk.now();
    let journal = app.desk.journal().clone();
    // The file says how much work its passphrase is; one at a time.
    let room = app.bench.room().await;
    let (file, facts) = blocking(move || -> Result<_, Error> {
        let key = Pkcs12::open(&file, &passphrase, now.unix_ms()).map_err(|error| refused(&error))?;
        let leaf = key.chain().first().ok_or_else(|| refused(&TokenError::NoKey))?;
        Ok((journal.blobs().put(&file)?, facts_of(leaf)?))
    })
    .await??;
    drop(room);
    let (unit, other_unit) = (!form.mine, form.other_unit);
    let add = Seals::AddCertificate { key: Key::File { file }, chain: None, facts, unit, other_unit };
    added(&app, viewer, add).await
}

/// A certificate on a token in the box.
#[derive(Serialize, ToSchema)]
struct OnToken {
    /// The token's label.
    token: String,
    /// Its serial number.
    token_serial: String,
    /// SHA-256 of the certificate, which names it.
    certificate: String,
    subject: String,
    organisation: String,
    issuer: String,
    #[schema(value_type = String)]
    not_after: Stamp,
    /// What the token tells of its PIN: `fine`, `few_tries`, `last_try`, `locked`, `not_ready`.
    #[schema(value_type = String)]
    pin: token::PinState,
    /// The PIN is typed into the vendor's window or on a PIN pad.
    pin_typed_elsewhere: bool,
}

/// What is plugged in at the box.
#[utoipa::path(get, path = "/api/tokens", operation_id = "list_tokens", tag = "certificates",
    responses((status = 200, body = Vec<OnToken>), (status = 422, description = "token.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn tokens(viewer: Viewer, State(app): State<App>) -> Result<Json<Vec<OnToken>>, Error> {
    must_sign(&viewer)?;
    let (_, tokens) = plugged_in(&app).await?;
    let all = tokens.iter().flat_map(|token| token.certificates.iter().map(move |found| (token, found)));
    let shown = all.map(|(token, found)| OnToken {
        token: token.label.clone(),
        token_serial: token.serial.clone(),
        certificate: found.facts.sha256_hex.clone(),
        subject: found.facts.subject_cn.clone(),
        organisation: found.facts.organisation.clone().unwrap_or_default(),
        issuer: found.facts.issuer_cn.clone(),
        not_after: Stamp::from_unix_ms(found.facts.not_after_ms),
        pin: token.pin,
        pin_typed_elsewhere: token.pin_typed_elsewhere,
    });
    Ok(Json(shown.collect()))
}

async fn plugged_in(app: &App) -> Result<(String, Vec<Token>), Error> {
    let settings = app.desk.read(|rows| Ok(office::seals::rules::settings(rows)?)).await?;
    let module = settings.token_module;
    if module.is_empty() {
        return Err(Refusal::new(
            "token.no_setting",
            422,
            "Chưa khai báo thư viện của thẻ ký số. Nhờ người phụ trách CNTT ghi đường dẫn ở mục Chứng thư số.",
        )
        .into());
    }
    let named = module.clone();
    blocking(move || super::library::vouched_for(&named))
        .await?
        .map_err(|error| sentences::adding(&error))?;
    let tokens = app.tokens.list(&module).await?.map_err(|error| sentences::adding(&error))?;
    Ok((module, tokens))
}

/// A certificate whose key is not a file on the box.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "place", rename_all = "snake_case")]
enum Place {
    /// On a token in the box; its SHA-256 as [`OnToken`] tells it.
    Token { certificate: String },
    /// On a token in one's own PC; the certificates as the helper there tells them, DER in base64, its own first.
    Helper { chain: Vec<String> },
    /// Anywhere else; certificates as PEM, its own first.
    Elsewhere { pem: String },
}

/// A certificate and whose it is.
#[derive(Deserialize, ToSchema)]
struct Enlist {
    #[serde(flatten)]
    place: Place,
    /// One's own; the unit's otherwise.
    #[serde(default)]
    mine: bool,
    /// It names another body, and that is right so.
    #[serde(default)]
    other_unit: bool,
}

/// Adds a certificate whose key is on a token or elsewhere.
#[utoipa::path(post, path = "/api/certificates/enlist", operation_id = "enlist_certificate", tag = "certificates",
    request_body = Enlist,
    responses((status = 201, body = CertificateView), (status = 422, description = "key.*, token.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn enlist(
    viewer: Viewer,
    State(app): State<App>,
    Payload(form): Payload<Enlist>,
) -> Result<(StatusCode, Json<CertificateView>), Error> {
    must_sign(&viewer)?;
    let (key, chain) = match form.place {
        Place::Token { certificate } => on_token(&app, certificate).await?,
        Place::Helper { chain } => {
            let der = chain.iter().map(|text| super::away::from_base64(text)).collect::<Option<Vec<_>>>();
            (Key::Helper, der.ok_or_else(unreadable)?)
        }
        Place::Elsewhere { pem } => {
            let found = pki::certificates(pem.as_bytes());
            (Key::Elsewhere, found.iter().map(|cert| cert.der().to_vec()).collect())
        }
    };
    let leaf = chain.first().ok_or_else(unreadable)?;
    let facts = facts_of(leaf)?;
    let journal = app.desk.journal().clone();
    let stored = blocking(move || journal.blobs().put(&kept_chain(&chain))).await??;
    let (unit, other_unit) = (!form.mine, form.other_unit);
    let add = Seals::AddCertificate { key, chain: Some(stored), facts, unit, other_unit };
    added(&app, viewer, add).await
}

async fn on_token(app: &App, certificate: String) -> Result<(Key, Vec<Vec<u8>>), Error> {
    let (module, tokens) = plugged_in(app).await?;
    for token in tokens {
        if let Some(found) = token.certificates.iter().find(|found| found.facts.sha256_hex == certificate) {
            let chain = found.chain.iter().map(|der| der.0.clone()).collect();
            return Ok((Key::Token { module, token: token.serial, certificate }, chain));
        }
    }
    Err(sentences::adding(&TokenError::OtherToken).into())
}

/// A chain as it is kept: PEM, one certificate after the other.
fn kept_chain(chain: &[Vec<u8>]) -> Vec<u8> {
    chain.iter().flat_map(|der| pem_of(der).into_bytes()).collect()
}

fn pem_of(der: &[u8]) -> String {
    let text = super::away::to_base64(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|byte| char::from(*byte)));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

async fn added(app: &App, viewer: Viewer, add: Seals) -> Result<(StatusCode, Json<CertificateView>), Error> {
    let done = app.desk.execute(Actor::Person(viewer.clone()), Command::Seals(add)).await?;
    let added = done.id.ok_or_else(|| Error::Broken("a certificate was added without an id".into()))?;
    let row = app.desk.read(move |rows| Ok(rows.get::<Certificate>(&added.to_string())?)).await?;
    let row = row.ok_or_else(Refusal::not_found)?;
    Ok((StatusCode::CREATED, Json(CertificateView::of(row, &viewer, app.desk.now()))))
}

/// Whoever may have a certificate: the rules say whose.
pub(super) fn must_sign(viewer: &Viewer) -> Result<(), Refusal> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])
}

fn facts_of(leaf: &[u8]) -> Result<CertificateFacts, Error> {
    let facts = token::facts(leaf).map_err(|error| refused(&error))?;
    Ok(CertificateFacts {
        subject: facts.subject_cn,
        organisation: facts.organisation.unwrap_or_default(),
        issuer: facts.issuer_cn,
        serial: facts.serial_hex,
        not_before: Stamp::from_unix_ms(facts.not_before_ms),
        not_after: Stamp::from_unix_ms(facts.not_after_ms),
    })
}

async fn read(mut form: Multipart) -> Result<KeyFormRead, Error> {
    let mut read = KeyFormRead::default();
    while let Some(field) = form.next_field().await.map_err(|_| incomplete())? {
        match field.name() {
            Some("file") => read.file = Some(all_of(field).await?),
            Some("passphrase") => read.passphrase = Some(text(field).await?),
            Some("mine") => read.mine = text(field).await? == "1",
            Some("other_unit") => read.other_unit = text(field).await? == "1",
            _ => {}
        }
    }
    Ok(read)
}

async fn text(field: Field<'_>) -> Result<String, Refusal> {
    field.text().await.map_err(|_| incomplete())
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

fn unreadable() -> Refusal {
    Refusal::field(
        "key.no_certificate",
        "file",
        "Không đọc được chứng thư nào trong phần gửi lên. Hãy chọn tệp chứng thư (.cer, .crt, .pem) mà nơi cấp gửi.",
    )
}

fn incomplete() -> Refusal {
    Refusal::new(
        "key.incomplete",
        422,
        "Chưa đủ tệp khóa và mật khẩu. Hãy chọn tệp, gõ mật khẩu rồi bấm Thêm.",
    )
}
