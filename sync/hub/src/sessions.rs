//! A box shows with its device key who it is and gets a token for an hour; a request carries the token.

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use ring::signature::{ED25519, UnparsedPublicKey};
use uuid::Uuid;
use wire::calls::{self, Challenge, OpenSession, Session, code};

use crate::problem::BoxProblem;
use crate::proof::{Proofs, chance};
use crate::store::UnitRow;
use crate::{Hub, now};

const NONCE_MS: i64 = 60_000;
const SESSION_S: u64 = 3600;
const NONCE: &str = "nonce";
const SESSION: &str = "session";
/// Longest request that carries no data.
pub(crate) const SMALL_BYTES: usize = 16 << 10;

pub(crate) fn routes() -> Router<Hub> {
    Router::new().route("/v1/session", get(challenge).post(open).layer(DefaultBodyLimit::max(SMALL_BYTES)))
}

async fn challenge(State(hub): State<Hub>) -> Result<Json<Challenge>, BoxProblem> {
    let time = now();
    let nonce = hub.0.proofs.give(NONCE, time.unix_ms() + NONCE_MS, &hex::encode(chance::<16>()?), "");
    Ok(Json(Challenge { nonce, time }))
}

async fn open(
    State(hub): State<Hub>,
    headers: HeaderMap,
    ask: Result<Json<OpenSession>, JsonRejection>,
) -> Result<Json<Session>, BoxProblem> {
    let ask = json(ask)?;
    let time = now();
    if hub.0.proofs.payload(NONCE, &ask.nonce, time.unix_ms(), "").is_none() {
        return Err(BoxProblem::no_session());
    }
    let row = admitted(hub.store().unit(ask.unit).await?)?;
    // A right nonce and a wrong signature: another box was enrolled in this one's place.
    let signed = calls::session_message(ask.unit, &ask.nonce);
    verify(&row.device_key, &signed, &ask.signature).map_err(|_| shut_out())?;
    if !hub.0.proofs.use_up(&ask.nonce, time.unix_ms(), time.unix_ms() + NONCE_MS) {
        return Err(BoxProblem::no_session());
    }
    let program = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let version = program.and_then(|program| program.strip_prefix("vanthu/"));
    hub.store().seen(ask.unit, version, time).await?;
    let until_ms = time.unix_ms() + i64::try_from(SESSION_S * 1000).expect("an hour fits");
    let token = hub.0.proofs.give(SESSION, until_ms, &ask.unit.to_string(), &row.device_key);
    Ok(Json(Session { token, valid_s: SESSION_S, time }))
}

/// The box a request comes from.
pub(crate) struct Device {
    pub(crate) unit: Uuid,
    key: String,
}

impl FromRequestParts<Hub> for Device {
    type Rejection = BoxProblem;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, BoxProblem> {
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = shown.and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(BoxProblem::no_session)?;
        let claim = Proofs::claim(token).and_then(|unit| unit.parse::<Uuid>().ok());
        let unit = claim.ok_or_else(BoxProblem::no_session)?;
        let Some(row) = hub.store().unit(unit).await? else { return Err(BoxProblem::no_session()) };
        let time = now();
        // Bound to the key: a box whose place was taken loses its open sessions with it.
        if hub.0.proofs.payload(SESSION, token, time.unix_ms(), &row.device_key).is_none() {
            return Err(BoxProblem::no_session());
        }
        let row = admitted(Some(row))?;
        hub.0.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(unit, time);
        Ok(Self { unit, key: row.device_key })
    }
}

impl Device {
    /// Whether these bytes were signed, as they are, with the box's key.
    pub(crate) fn signed(&self, bytes: &[u8], headers: &HeaderMap) -> Result<(), BoxProblem> {
        let signature =
            headers.get(calls::SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        verify(&self.key, bytes, signature)
            .map_err(|_| BoxProblem::invalid("the batch is not signed by this box"))
    }
}

fn verify(key: &str, message: &[u8], signature: &str) -> Result<(), ring::error::Unspecified> {
    let key = hex::decode(key).map_err(|_| ring::error::Unspecified)?;
    let signature = hex::decode(signature).map_err(|_| ring::error::Unspecified)?;
    UnparsedPublicKey::new(&ED25519, key).verify(message, &signature)
}

fn admitted(row: Option<UnitRow>) -> Result<UnitRow, BoxProblem> {
    row.filter(|row| !row.shut_out).ok_or_else(shut_out)
}

fn shut_out() -> BoxProblem {
    BoxProblem::new(StatusCode::FORBIDDEN, code::SHUT_OUT, "this box is not, or no longer, one of ours")
}

/// A body that is the JSON asked for.
pub(crate) fn json<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, BoxProblem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(BoxProblem::too_large(error.body_text()))
        }
        Err(error) => Err(BoxProblem::invalid(error.body_text())),
    }
}

/// A body within its bound.
pub(crate) fn bytes(
    body: Result<axum::body::Bytes, BytesRejection>,
) -> Result<axum::body::Bytes, BoxProblem> {
    body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => BoxProblem::too_large(error.body_text()),
        _ => BoxProblem::invalid(error.body_text()),
    })
}
