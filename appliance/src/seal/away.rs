//! Keys that are not at the box: the digest goes out, the signature comes back, in a minute through the helper on the
//! clerk's PC or days later as a file.
//!
//! What goes out is [`Digest`]: for the helper the signed attributes of the certificate that was named, for anything else
//! the digest of the document. What comes back is a raw signature over those attributes, or a whole CMS.

use axum::Json;
use axum::extract::{Path, State};
use office::http::{Payload, Problem};
use office::letters::http::readable;
use office::letters::signing::Prepared;
use office::letters::view::LetterView;
use office::seals::{Command as Seals, Report, SigningRequest, requests};
use office::{Command, Error, Refusal, Viewer};
use paper::{Digested, SignError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Sha256;

use super::make;
use crate::followers::seal::hand;
use crate::{App, blocking};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(digest)).routes(routes!(answer))
}

/// What a key that is elsewhere has to sign.
#[derive(Serialize, ToSchema)]
struct Digest {
    /// Names the prepared file; comes back with the answer.
    prepared: String,
    /// SHA-256 of the document, hexadecimal: the message digest of the CMS.
    digest: String,
    /// DER of the signed attributes, base64: what a raw key signs.
    attributes: String,
    /// SHA-256 of the certificate that signs, hexadecimal.
    certificate: String,
    /// The document in words, for whoever holds the key.
    document: String,
}

/// What a key that is elsewhere has to sign; 404 until the box has prepared it.
#[utoipa::path(get, path = "/api/letters/{id}/signing-digest", operation_id = "get_letters_signing_digest", tag = "letters",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Digest), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn digest(
    viewer: Viewer,
    State(app): State<App>,
    Path(letter): Path<Uuid>,
) -> Result<Json<Digest>, Error> {
    let waiting = waiting(&app, &viewer, letter).await?;
    let journal = app.desk.journal().clone();
    blocking(move || {
        let pdf = make::blob(&journal, waiting.request.pdf)?;
        let stored = make::blob(&journal, waiting.prepared.file)?;
        let digested = Digested::from_bytes(&stored, &pdf).map_err(make::not_signed)?;
        let chain = chain(&journal, &waiting.request)?;
        let leaf = chain.first().map(|leaf| Sha256::of(leaf).to_string()).unwrap_or_default();
        let attributes = digested.signed_attributes(&chain).map_err(make::not_signed)?;
        Ok(Json(Digest {
            prepared: waiting.prepared.file.to_string(),
            digest: Sha256::from_bytes(digested.digest()).to_string(),
            attributes: to_base64(&attributes),
            certificate: leaf,
            document: in_words(&waiting.request),
        }))
    })
    .await?
}

/// An annex is told from its document by its name.
fn in_words(request: &SigningRequest) -> String {
    if request.annex.is_some() { request.reason.clone() } else { request.lines.join(" · ") }
}

/// What the key made of it.
#[derive(Deserialize, ToSchema)]
struct Answer {
    /// The prepared file it is for.
    prepared: String,
    /// The raw signature over the attributes, base64.
    #[serde(default)]
    signature: String,
    /// Or the whole CMS: DER in base64, or PEM.
    #[serde(default)]
    cms: String,
}

/// Takes the signature back; it is checked against certificate and document before anything is written.
#[utoipa::path(post, path = "/api/letters/{id}/signing-answer", operation_id = "letters_signing_answer", tag = "letters",
    params(("id" = Uuid, Path)), request_body = Answer,
    responses((status = 200, body = LetterView), (status = 422, description = "seal.*", body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn answer(
    viewer: Viewer,
    State(app): State<App>,
    Path(letter): Path<Uuid>,
    Payload(answer): Payload<Answer>,
) -> Result<Json<LetterView>, Error> {
    app.desk.clock()?.trusted()?;
    let waiting = waiting(&app, &viewer, letter).await?;
    if answer.prepared != waiting.prepared.file.to_string() {
        return Err(Refusal::new(
            "seal.changed",
            409,
            "Chữ ký này là của lần chuẩn bị trước. Hãy tải lại trang, lấy tệp mã băm mới rồi ký lại.",
        )
        .into());
    }
    let journal = app.desk.journal().clone();
    let signature = waiting.request.signature;
    let report = blocking(move || -> Result<Report, Error> {
        let pdf = make::blob(&journal, waiting.request.pdf)?;
        let stored = make::blob(&journal, waiting.prepared.file)?;
        let digested = Digested::from_bytes(&stored, &pdf).map_err(make::not_signed)?;
        let digest = Sha256::from_bytes(digested.digest());
        let signed = match (decoded(&answer.signature)?, decoded(&answer.cms)?) {
            (Some(signature), _) => digested.seal(&chain(&journal, &waiting.request)?, &signature),
            (None, Some(cms)) => {
                is_of(&cms, &chain(&journal, &waiting.request)?)?;
                digested.import_cms(&cms)
            }
            (None, None) => return Err(no_answer().into()),
        };
        let signed = signed.map_err(not_taken)?.into_bytes();
        make::at_rest(&journal, &waiting.request, signed, waiting.prepared.signed_at, digest)
    })
    .await??;
    app.desk.execute(hand(signature), Command::Seals(Seals::Report(report))).await?;
    office::letters::http::view(&app.desk, viewer, letter).await
}

/// A request whose digest has gone out.
struct Waiting {
    request: SigningRequest,
    prepared: Prepared,
}

/// The request of a document that waits for this person's key; the unit's key is the clerk's.
async fn waiting(app: &App, viewer: &Viewer, id: Uuid) -> Result<Waiting, Error> {
    let (viewer, now) = (viewer.clone(), app.desk.now());
    app.desk
        .read(move |rows| {
            let letter = readable(rows, &viewer, id)?;
            let unit = office::units::rules::current(rows)?.map(|unit| unit.facts.name).unwrap_or_default();
            let request = requests::of_letter(rows, &letter, &unit)?.ok_or_else(Refusal::not_found)?;
            let prepared = requests::prepared(&letter).ok_or_else(Refusal::not_found)?;
            if !requests::is_holder(&letter, &request, &viewer) {
                return Err(Refusal::forbidden(
                    "Chữ ký này là của người khác. Hãy nhờ chính người giữ khóa làm.",
                )
                .into());
            }
            requests::may_still(rows, &letter, &request, now)?;
            Ok(Waiting { request, prepared })
        })
        .await
}

fn chain(journal: &journal::Journal, request: &SigningRequest) -> Result<Vec<Vec<u8>>, Error> {
    let kept = request.chain.ok_or_else(|| Error::Broken("a certificate without a chain".into()))?;
    let pem = make::blob(journal, kept)?;
    Ok(pki::certificates(&pem).iter().map(|cert| cert.der().to_vec()).collect())
}

/// A CMS brings its own certificate: it has to be the one that was asked for, not merely one that signed this document.
fn is_of(cms: &[u8], chain: &[Vec<u8>]) -> Result<(), Error> {
    let Ok(cms) = pki::Cms::parse(cms) else { return Err(not_taken(SignError::NotCms("no CMS".into()))) };
    match (cms.signer(), chain.first()) {
        (Some(signer), Some(leaf)) if signer.der() == leaf.as_slice() => Ok(()),
        _ => Err(make::not_signed(SignError::WrongSignature)),
    }
}

fn not_taken(error: SignError) -> Error {
    let sentence = match &error {
        SignError::NotCms(_) => {
            "Tệp gửi về không phải chữ ký CMS tách rời (.p7s). Hãy tạo lại chữ ký từ đúng tệp mã băm rồi gửi lại."
        }
        SignError::NoSigningCertificate => {
            "Chữ ký gửi về không ghi chứng thư đã ký (signing-certificate-v2). Hãy chọn kiểu ký CAdES trong phần mềm ký rồi làm lại."
        }
        _ => return make::not_signed(error),
    };
    Refusal::field("seal.not_cms", "cms", sentence).into()
}

fn no_answer() -> Refusal {
    Refusal::field(
        "seal.no_answer",
        "cms",
        "Chưa có chữ ký nào trong phần gửi lên. Hãy chọn tệp .p7s rồi gửi lại.",
    )
}

/// Base64 or PEM; nothing where nothing was sent.
fn decoded(text: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    if body.trim().is_empty() {
        return Ok(None);
    }
    from_base64(&body).map(Some).ok_or_else(no_answer)
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text: String = text.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
