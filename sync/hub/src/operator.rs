//! The one person who may look: the operator, with one password.

use std::net::SocketAddr;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

use crate::attempts::Secret;
use crate::problem::PageProblem;
use crate::proof::spoken_secret;
use crate::sessions::SMALL_BYTES;
use crate::{Fault, Hub, now};

const COOKIE: &str = "vanthu_hub";
const SIGNED_IN: &str = "operator";
const SIGNED_IN_S: i64 = 12 * 3600;
const PASSWORD: &str = "operator_password";

pub(crate) fn routes() -> Router<Hub> {
    Router::new()
        .route("/api/sessions", post(sign_in).layer(DefaultBodyLimit::max(SMALL_BYTES)))
        .route("/api/sessions/end", post(sign_out))
}

/// The operator, signed in.
pub(crate) struct Operator;

impl FromRequestParts<Hub> for Operator {
    type Rejection = PageProblem;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, PageProblem> {
        let Some(proof) = cookie(&parts.headers) else {
            let detail = "Bạn chưa đăng nhập. Hãy đăng nhập để xem.";
            return Err(PageProblem::new(StatusCode::UNAUTHORIZED, "session.none", detail));
        };
        // Bound to the password's hash: a changed password ends every session.
        let hash = hub.store().setting(PASSWORD).await?.unwrap_or_default();
        if hub.0.proofs.payload(SIGNED_IN, proof, now().unix_ms(), &hash).is_none() {
            let detail = "Phiên làm việc đã hết. Hãy đăng nhập lại.";
            return Err(PageProblem::new(StatusCode::UNAUTHORIZED, "session.expired", detail));
        }
        Ok(Self)
    }
}

#[derive(Deserialize)]
struct SignIn {
    password: String,
}

async fn sign_in(
    State(hub): State<Hub>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    ask: Result<Json<SignIn>, JsonRejection>,
) -> Result<Response, PageProblem> {
    let Ok(Json(SignIn { password })) = ask else { return Err(wrong_password()) };
    if let Some(minutes) = hub.0.attempts.locked(Secret::Password, from.ip()) {
        let detail = format!("Sai mật khẩu quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại.");
        return Err(PageProblem::new(StatusCode::TOO_MANY_REQUESTS, "session.locked", detail));
    }
    let hash = hub.store().setting(PASSWORD).await?.unwrap_or_default();
    let shown = hash.clone();
    let right =
        hashing(&hub, move |argon2| Ok(argon2.verify_password(password.as_bytes(), shown.as_str()).is_ok()))
            .await?;
    if !right {
        hub.0.attempts.wrong(Secret::Password, from.ip());
        return Err(wrong_password());
    }
    hub.0.attempts.right(Secret::Password, from.ip());
    let proof = hub.0.proofs.give(SIGNED_IN, now().unix_ms() + SIGNED_IN_S * 1000, "", &hash);
    Ok(with_cookie(&proof, SIGNED_IN_S))
}

async fn sign_out() -> Response {
    with_cookie("", 0)
}

fn with_cookie(proof: &str, max_age_s: i64) -> Response {
    let cookie = format!("{COOKIE}={proof}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn wrong_password() -> PageProblem {
    let detail = "Mật khẩu không đúng. Hãy thử lại; nếu quên, người quản trị máy chủ đặt lại bằng --operator-password-env.";
    PageProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "session.wrong_password", detail)
}

/// Makes a password if there is none yet.
pub(crate) async fn first_password(hub: &Hub) -> Result<Option<String>, Fault> {
    if hub.store().setting(PASSWORD).await?.is_some() {
        return Ok(None);
    }
    let password = spoken_secret::<16>()?;
    set_password(hub, &password).await?;
    Ok(Some(password))
}

/// Keeps the argon2id hash of a password. The same one again changes nothing, so that a start with the password
/// in the environment leaves sessions alone.
pub(crate) async fn set_password(hub: &Hub, password: &str) -> Result<(), Fault> {
    let old = hub.store().setting(PASSWORD).await?;
    let password = password.to_owned();
    let hash = hashing(hub, move |argon2| {
        if old.is_some_and(|old| argon2.verify_password(password.as_bytes(), old.as_str()).is_ok()) {
            return Ok(None);
        }
        let hash: argon2::PasswordHash = argon2
            .hash_password(password.as_bytes())
            .map_err(|error| Fault::Broken(format!("hashing a password: {error}")))?;
        Ok(Some(hash.to_string()))
    })
    .await?;
    match hash {
        Some(hash) => hub.store().set_setting(PASSWORD, &hash).await,
        None => Ok(()),
    }
}

/// One at a time, where blocking blocks nobody.
async fn hashing<T: Send + 'static>(
    hub: &Hub,
    work: impl FnOnce(Argon2<'static>) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let _one_at_a_time = hub.0.hashing.acquire().await;
    let worked = tokio::task::spawn_blocking(move || work(Argon2::default())).await;
    worked.map_err(|error| Fault::Broken(error.to_string()))?
}
