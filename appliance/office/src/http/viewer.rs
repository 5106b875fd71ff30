//! Who asks: the session cookie, held against the rows.

use std::time::Instant;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::COOKIE as COOKIE_HEADER;
use axum::http::request::Parts;
use journal::Rows;
use wire::{Sha256, Stamp};

use crate::accounts::{Account, Session};
use crate::clock;
use crate::desk::Desk;
use crate::error::{Error, Refusal};
use crate::rights::Viewer;
use crate::sessions::LONGEST_MS;

/// Name of the session cookie.
pub const COOKIE: &str = "vanthu";

/// What somebody with a borrowed password may do before choosing her own.
const BEFORE_OWN_PASSWORD: [&str; 3] = ["/api/me", "/api/me/password", "/api/sessions/end"];

impl<S> FromRequestParts<S> for Viewer
where
    Desk: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Some(token) = cookie(parts) else {
            return Err(Refusal::new("session.none", 401, "Hãy đăng nhập để tiếp tục.").into());
        };
        let desk = Desk::from_ref(state);
        let name = Sha256::of(token.as_bytes());
        let found = desk.read(move |rows| find(rows, &name)).await?;
        let usable = found
            .filter(|(session, _)| !is_old(session, desk.now()) && desk.sessions.touch(name, Instant::now()));
        let Some((_, account)) = usable else {
            return Err(Refusal::new(
                "session.expired",
                401,
                "Phiên làm việc đã hết. Hãy đăng nhập lại; những gì đang gõ vẫn còn.",
            )
            .into());
        };
        if account.must_change_password && !BEFORE_OWN_PASSWORD.contains(&parts.uri.path()) {
            return Err(Refusal::new(
                "password.must_change",
                403,
                "Hãy đổi mật khẩu được cấp thành mật khẩu của riêng bạn trước khi làm việc.",
            )
            .into());
        }
        Ok(Self {
            id: account.id,
            username: account.username,
            name: account.name,
            role: account.role,
            session: name,
        })
    }
}

fn find(rows: &Rows<'_>, name: &Sha256) -> Result<Option<(Session, Account)>, Error> {
    let Some(session) = rows.get::<Session>(&name.to_string())? else { return Ok(None) };
    let account = rows.get::<Account>(&session.account.to_string())?;
    Ok(account.filter(|account| account.active).map(|account| (session, account)))
}

/// A session begun while the clock stood in 1970 is not old because the clock was set since.
fn is_old(session: &Session, now: Stamp) -> bool {
    clock::is_plausible(session.since) && now.unix_ms() - session.since.unix_ms() > LONGEST_MS
}

fn cookie(parts: &Parts) -> Option<String> {
    let values = parts.headers.get_all(COOKIE_HEADER).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.into_iter().find(|(name, _)| *name == COOKIE).map(|(_, token)| token.to_owned());
    token.filter(|token| !token.is_empty())
}
