//! Joining with a one-time code: twelve letters an operator reads out, good for seven days and for one box.

use std::net::SocketAddr;

use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;
use uuid::Uuid;
use wire::calls::{Enrol, Enrolled, code};
use wire::{Sha256, Stamp};

use crate::attempts::Secret;
use crate::problem::BoxProblem;
use crate::proof::spoken_secret;
use crate::sessions::{SMALL_BYTES, json};
use crate::{Fault, Hub, now};

const VALID_MS: i64 = 7 * 24 * 3600 * 1000;
/// Letters of a code: 60 bits, beyond trying within seven days.
const LETTERS: usize = 12;

/// A code as it is shown, once.
#[derive(Debug, Clone, Serialize)]
pub struct EnrolCode {
    /// What the clerk types.
    pub code: String,
    /// Until when.
    pub valid_until: Stamp,
    /// Whether a unit of this name is already there: its box will be replaced.
    pub replaces: bool,
}

pub(crate) fn routes() -> Router<Hub> {
    Router::new().route("/v1/enrol", post(enrol).layer(DefaultBodyLimit::max(SMALL_BYTES)))
}

/// Makes a code. A unit is known by the name its operator gives it: the same name is the same unit.
pub(crate) async fn new_code(hub: &Hub, unit_name: &str) -> Result<EnrolCode, Fault> {
    let name = unit_name.trim();
    let known = hub.store().unit_named(name).await?;
    let replaces = match known {
        Some(unit) => hub.store().unit(unit).await?.is_some(),
        None => false,
    };
    let code = spoken_secret::<LETTERS>()?;
    let valid_until = Stamp::from_unix_ms(now().unix_ms() + VALID_MS);
    let unit = known.unwrap_or_else(Uuid::now_v7);
    hub.store().keep_code(unit, &hash(&code), name, valid_until).await?;
    Ok(EnrolCode { code, valid_until, replaces })
}

async fn enrol(
    State(hub): State<Hub>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    ask: Result<Json<Enrol>, JsonRejection>,
) -> Result<Json<Enrolled>, BoxProblem> {
    let ask = json(ask)?;
    if hex::decode(&ask.device_key).map_or(0, |key| key.len()) != 32 {
        return Err(BoxProblem::invalid("the device key is not an Ed25519 public key"));
    }
    if let Some(minutes) = hub.0.attempts.locked(Secret::EnrolCode, from.ip()) {
        return Err(refused(format!("too many wrong codes; try again in {minutes} minutes")));
    }
    let Some(joined) = hub.store().join(&hash(&ask.code), &ask.device_key, &ask.version, now()).await? else {
        hub.0.attempts.wrong(Secret::EnrolCode, from.ip());
        return Err(refused("the code is unknown, used or lapsed"));
    };
    hub.0.attempts.right(Secret::EnrolCode, from.ip());
    tracing::info!(unit = %joined.unit, "a box joined");
    crate::trust::welcome(&hub, joined.unit).await?;
    Ok(Json(Enrolled { unit: joined.unit, unit_name: joined.name, hub_name: hub.name().await? }))
}

fn refused(detail: impl Into<String>) -> BoxProblem {
    BoxProblem::new(StatusCode::FORBIDDEN, code::ENROL_CODE, detail)
}

/// Of the letters alone: how a person groups or capitalises them does not matter.
fn hash(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::of(letters.to_ascii_uppercase().as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["abcd-efgh-2345", " ABCD EFGH 2345 ", "ABCDEFGH2345"] {
            assert_eq!(hash(typed), hash("ABCD-EFGH-2345"), "{typed:?}");
        }
        assert_ne!(hash("ABCD-EFGH-2346"), hash("ABCD-EFGH-2345"));
    }
}
