//! Routes of accounts: the door, one's own password, the staff.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::model::{Account, Command};
use super::{passwords, rules};
use crate::catalog;
use crate::desk::{Desk, off_the_loop};
use crate::error::{Error, Refusal};
use crate::http::{COOKIE, Office, Paged, Payload, Problem};
use crate::rights::{Actor, Role, Viewer};
use crate::units;

/// The routes.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(me))
        .routes(routes!(change_password))
        .routes(routes!(people))
        .routes(routes!(list, open))
        .routes(routes!(reset))
        .routes(routes!(close))
        .routes(routes!(reopen))
}

/// The person signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    id: Uuid,
    username: String,
    name: String,
    role: Role,
    role_name: String,
    section: String,
    must_change_password: bool,
    unit_name: String,
}

/// Somebody who can be given work.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PersonView {
    id: Uuid,
    name: String,
    role: Role,
    role_name: String,
    section: String,
}

/// An account, as its administrator sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    id: Uuid,
    username: String,
    name: String,
    role: Role,
    role_name: String,
    section: String,
    active: bool,
    #[schema(value_type = Option<String>)]
    last_sign_in: Option<Stamp>,
    version: u64,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            username: account.username,
            name: account.name,
            role: account.role,
            role_name: account.role.name().into(),
            section: account.section,
            active: account.active,
            last_sign_in: account.last_sign_in,
            version: account.version,
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
struct SignIn {
    username: String,
    password: String,
}

#[utoipa::path(post, path = "/api/sessions", operation_id = "post_sessions", tag = "accounts", request_body = SignIn,
    responses((status = 201, body = Me), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn sign_in(
    State(desk): State<Desk>,
    extensions: Extensions,
    Payload(form): Payload<SignIn>,
) -> Result<(StatusCode, HeaderMap, Json<Me>), Error> {
    let address = address(&extensions);
    // Within one's turn: guesses that come at once are counted as if they came one after the other.
    let turn = passwords::turn().await;
    desk.lockout.check(&form.username, address, Instant::now())?;
    let username = form.username.clone();
    let account = desk.read(move |rows| Ok(rules::by_username(rows, &username)?)).await?.filter(|a| a.active);
    let kept = account.as_ref().map(|account| account.password.clone());
    let right = off_the_loop(move || Ok(passwords::matches(&form.password, kept.as_deref()))).await?;
    let Some(account) = account.filter(|_| right) else {
        desk.lockout.wrong(&form.username, address, Instant::now());
        return Err(Refusal::field(
            "session.wrong_password",
            "password",
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy xem phím Caps Lock và bộ gõ, rồi thử lại.",
        )
        .into());
    };
    desk.lockout.right(&form.username);
    drop(turn);
    let token = fresh_token()?;
    let command = Command::SignIn { account: account.id, token: Sha256::of(token.as_bytes()) };
    desk.execute(Actor::Visitor, catalog::Command::Accounts(command)).await?;
    let headers =
        set_cookie(&format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800"))?;
    Ok((StatusCode::CREATED, headers, Json(who(&desk, account.id).await?)))
}

/// Requests without a peer address come from tests inside the process.
fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.0.ip())
}

fn fresh_token() -> Result<String, Error> {
    let mut token = [0; 32];
    let filled = ring::rand::SystemRandom::new().fill(&mut token);
    filled.map_err(|_| Error::Broken("the machine gives no randomness".into()))?;
    Ok(hex::encode(token))
}

fn set_cookie(cookie: &str) -> Result<HeaderMap, Error> {
    let value = HeaderValue::from_str(cookie).map_err(|e| Error::Broken(format!("session cookie: {e}")))?;
    Ok(HeaderMap::from_iter([(header::SET_COOKIE, value)]))
}

#[utoipa::path(post, path = "/api/sessions/end", operation_id = "sessions_end", tag = "accounts", responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out(State(desk): State<Desk>, viewer: Viewer) -> Result<(StatusCode, HeaderMap), Error> {
    desk.sessions.forget(&viewer.session);
    desk.execute(Actor::Person(viewer), catalog::Command::Accounts(Command::SignOut)).await?;
    let headers = set_cookie(&format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"))?;
    Ok((StatusCode::NO_CONTENT, headers))
}

#[utoipa::path(get, path = "/api/me", operation_id = "get_me", tag = "accounts", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn me(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Me>, Error> {
    Ok(Json(who(&desk, viewer.id).await?))
}

async fn who(desk: &Desk, id: Uuid) -> Result<Me, Error> {
    desk.read(move |rows| {
        let account: Account = rows.get(&id.to_string())?.ok_or_else(Refusal::not_found)?;
        let unit = units::rules::current(rows)?;
        Ok(Me {
            id,
            username: account.username,
            name: account.name,
            role: account.role,
            role_name: account.role.name().into(),
            section: account.section,
            must_change_password: account.must_change_password,
            unit_name: unit.map(|unit| unit.facts.name).unwrap_or_default(),
        })
    })
    .await
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ChangePassword {
    current: String,
    new: String,
}

#[utoipa::path(post, path = "/api/me/password", operation_id = "me_password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change_password(
    State(desk): State<Desk>,
    viewer: Viewer,
    extensions: Extensions,
    Payload(form): Payload<ChangePassword>,
) -> Result<StatusCode, Error> {
    passwords::accept(&form.new, &viewer.username, "new")?;
    let address = address(&extensions);
    let turn = passwords::turn().await;
    desk.lockout.check(&viewer.username, address, Instant::now())?;
    let id = viewer.id;
    let account = desk.read(move |rows| Ok(rows.get::<Account>(&id.to_string())?)).await?;
    let hashed = off_the_loop(move || {
        let right = passwords::matches(&form.current, account.as_ref().map(|a| a.password.as_str()));
        if right { passwords::hash(&form.new).map(Some) } else { Ok(None) }
    })
    .await?;
    let Some(password) = hashed else {
        desk.lockout.wrong(&viewer.username, address, Instant::now());
        return Err(
            Refusal::field("password.wrong", "current", "Mật khẩu đang dùng chưa đúng. Hãy gõ lại.").into()
        );
    };
    drop(turn);
    desk.execute(Actor::Person(viewer), catalog::Command::Accounts(Command::ChangePassword { password }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/api/people", operation_id = "get_people", tag = "accounts",
    responses((status = 200, body = Vec<PersonView>), (status = 401, body = Problem)))]
async fn people(State(desk): State<Desk>, _viewer: Viewer) -> Result<Json<Vec<PersonView>>, Error> {
    let accounts: Vec<Account> = desk.read(|rows| Ok(rows.all()?)).await?;
    let people = accounts.into_iter().filter(|account| account.active).map(|account| PersonView {
        id: account.id,
        name: account.name,
        role: account.role,
        role_name: account.role.name().into(),
        section: account.section,
    });
    Ok(Json(people.collect()))
}

#[utoipa::path(get, path = "/api/accounts", operation_id = "list_accounts", tag = "accounts",
    responses((status = 200, body = Paged<AccountView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Paged<AccountView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::It, Role::Head])?;
    let accounts: Vec<Account> = desk.read(|rows| Ok(rows.all()?)).await?;
    Ok(Json(Paged { items: accounts.into_iter().map(AccountView::from).collect(), next: None }))
}

#[derive(Deserialize, utoipa::ToSchema)]
struct OpenAccount {
    username: String,
    name: String,
    role: Role,
    #[serde(default)]
    section: String,
    password: String,
}

#[utoipa::path(post, path = "/api/accounts", operation_id = "post_accounts", tag = "accounts", request_body = OpenAccount,
    responses((status = 201, body = AccountView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn open(
    State(desk): State<Desk>,
    viewer: Viewer,
    Payload(form): Payload<OpenAccount>,
) -> Result<(StatusCode, Json<AccountView>), Error> {
    let actor = Actor::Person(viewer);
    actor.must_be(&[Role::It])?;
    passwords::accept(&form.password, &form.username, "password")?;
    let password = hashed(form.password).await?;
    let command = Command::Open {
        username: form.username,
        name: form.name,
        role: form.role,
        section: form.section,
        password,
        must_change_password: true,
    };
    let done = desk.execute(actor, catalog::Command::Accounts(command)).await?;
    let id = done.id.ok_or_else(|| Error::Broken("an account was opened without an id".into()))?;
    Ok((StatusCode::CREATED, Json(view(&desk, id).await?)))
}

async fn hashed(password: String) -> Result<String, Error> {
    let _turn = passwords::turn().await;
    off_the_loop(move || passwords::hash(&password)).await
}

async fn view(desk: &Desk, id: Uuid) -> Result<AccountView, Error> {
    let account: Option<Account> = desk.read(move |rows| Ok(rows.get(&id.to_string())?)).await?;
    Ok(account.ok_or_else(Refusal::not_found)?.into())
}

#[derive(Deserialize, utoipa::ToSchema)]
struct Seen {
    version: u64,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct ResetPassword {
    version: u64,
    password: String,
}

#[utoipa::path(post, path = "/api/accounts/{id}/reset", operation_id = "accounts_reset", tag = "accounts", params(("id" = Uuid, Path)), request_body = ResetPassword,
    responses((status = 200, body = AccountView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn reset(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<ResetPassword>,
) -> Result<Json<AccountView>, Error> {
    let actor = Actor::Person(viewer);
    actor.must_be(&[Role::It])?;
    let username = view(&desk, id).await?.username;
    passwords::accept(&form.password, &username, "password")?;
    let password = hashed(form.password).await?;
    change(&desk, actor, id, Command::Reset { account: id, version: form.version, password }).await
}

#[utoipa::path(post, path = "/api/accounts/{id}/close", operation_id = "accounts_close", tag = "accounts", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = AccountView), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn close(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Seen>,
) -> Result<Json<AccountView>, Error> {
    change(&desk, Actor::Person(viewer), id, Command::Close { account: id, version: form.version }).await
}

#[utoipa::path(post, path = "/api/accounts/{id}/reopen", operation_id = "accounts_reopen", tag = "accounts", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = AccountView), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn reopen(
    State(desk): State<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<Seen>,
) -> Result<Json<AccountView>, Error> {
    change(&desk, Actor::Person(viewer), id, Command::Reopen { account: id, version: form.version }).await
}

async fn change(desk: &Desk, actor: Actor, id: Uuid, command: Command) -> Result<Json<AccountView>, Error> {
    desk.execute(actor, catalog::Command::Accounts(command)).await?;
    Ok(Json(view(desk, id).await?))
}
