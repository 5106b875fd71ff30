//! Rules of accounts.

use std::collections::BTreeMap;

use journal::{Fault, Rows};

use super::model::{Account, Command, Event, Session};
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{Told, all_under, text};
use crate::rights::{Actor, Role};

/// Shortest and longest sign-in name.
const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 2..=32;
/// Longest full name and section (appendix VI: FullName S50; we are kinder).
const NAME_CHARS: usize = 100;

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The account the command is about.
    pub account: Option<Account>,
    /// Whether another account has the wanted sign-in name.
    pub username_taken: bool,
    /// Active IT accounts, so that the last one is never closed.
    pub it_accounts: usize,
}

/// Reads what [`decide`] needs.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, actor: &Actor, command: &Command) -> Result<Given, Fault> {
    let mut given = Given::default();
    let id = match command {
        Command::Open { username, .. } => {
            given.username_taken = by_username(rows, username)?.is_some();
            None
        }
        Command::Reset { account, .. }
        | Command::Reopen { account, .. }
        | Command::SignIn { account, .. } => Some(*account),
        Command::Close { account, .. } => {
            let all: Vec<Account> = rows.all()?;
            given.it_accounts = all.iter().filter(|a| a.active && a.role == Role::It).count();
            Some(*account)
        }
        Command::ChangePassword { .. } | Command::SignOut => actor.person().ok().map(|viewer| viewer.id),
    };
    if let Some(id) = id {
        given.account = rows.get(&id.to_string())?;
    }
    Ok(given)
}

/// The account with this sign-in name.
///
/// # Errors
/// If the store fails.
pub fn by_username(rows: &Rows<'_>, username: &str) -> Result<Option<Account>, Fault> {
    rows.one("username", text::tidy(username).to_lowercase().as_bytes())
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(given: &Given, actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    permit(actor, command)?;
    let event = match command {
        Command::Open { username, name, role, section, password, must_change_password } => {
            let (username, name, section) =
                (text::tidy(username).to_lowercase(), text::tidy(name), text::tidy(section));
            check_names(&username, &name, &section, given.username_taken)?;
            Event::Opened {
                id: now.id,
                username,
                name,
                role: *role,
                section,
                password: password.clone(),
                must_change_password: *must_change_password,
            }
        }
        Command::Reset { version, password, .. } => {
            Event::Reset { id: seen(given, *version)?.id, password: password.clone() }
        }
        Command::Close { version, .. } => {
            let account = seen(given, *version)?;
            if account.role == Role::It && account.active && given.it_accounts < 2 {
                return Err(Refusal::new(
                    "account.last_it",
                    422,
                    "Đây là tài khoản CNTT cuối cùng; khóa đi thì không ai quản trị được máy. Hãy mở một tài khoản CNTT khác trước.",
                )
                .into());
            }
            Event::Closed { id: account.id }
        }
        Command::Reopen { version, .. } => Event::Reopened { id: seen(given, *version)?.id },
        Command::ChangePassword { password } => {
            let viewer = actor.person()?;
            Event::PasswordChanged { id: viewer.id, password: password.clone(), keep: viewer.session }
        }
        Command::SignIn { token, .. } => {
            let account = given.account.as_ref().filter(|a| a.active).ok_or_else(Refusal::not_found)?;
            Event::SignedIn { id: account.id, token: *token }
        }
        Command::SignOut => {
            let viewer = actor.person()?;
            Event::SignedOut { id: viewer.id, token: viewer.session }
        }
    };
    Ok(vec![event])
}

fn permit(actor: &Actor, command: &Command) -> Result<(), Refusal> {
    match (command, actor) {
        // Set-up opens the first account before anybody can sign in.
        (Command::Open { .. }, Actor::Machine(_)) | (Command::SignIn { .. }, Actor::Visitor) => Ok(()),
        (Command::SignIn { .. }, _) => {
            Err(Refusal::forbidden("Bạn đang đăng nhập rồi. Hãy đăng xuất trước."))
        }
        (Command::ChangePassword { .. } | Command::SignOut, _) => actor.person().map(|_| ()),
        _ => actor.must_be(&[Role::It]),
    }
}

fn seen(given: &Given, version: u64) -> Result<&Account, Refusal> {
    let account = given.account.as_ref().ok_or_else(Refusal::not_found)?;
    if account.version == version { Ok(account) } else { Err(Refusal::stale()) }
}

fn check_names(username: &str, name: &str, section: &str, taken: bool) -> Result<(), Refusal> {
    let mut fields = BTreeMap::new();
    let plain = username.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c));
    if !plain || !USERNAME_CHARS.contains(&username.chars().count()) {
        fields.insert(
            "username",
            "Tên đăng nhập gồm 2 đến 32 chữ thường không dấu, chữ số, dấu chấm hoặc gạch.".into(),
        );
    } else if taken {
        fields.insert("username", format!("Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác."));
    }
    if name.is_empty() || name.chars().count() > NAME_CHARS {
        fields.insert("name", format!("Hãy ghi họ và tên, không quá {NAME_CHARS} chữ."));
    }
    if section.chars().count() > NAME_CHARS {
        fields.insert("section", format!("Tên tổ, bộ phận dài quá {NAME_CHARS} chữ. Hãy rút ngắn."));
    }
    if fields.is_empty() { Ok(()) } else { Err(Refusal::fields("account.invalid", fields)) }
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Opened { id, username, name, role, section, password, must_change_password } => {
            rows.put(&Account {
                id: *id,
                username: username.clone(),
                name: name.clone(),
                role: *role,
                section: section.clone(),
                password: password.clone(),
                must_change_password: *must_change_password,
                active: true,
                last_sign_in: None,
                version: 1,
            })
        }
        Event::Reset { id, password } => {
            end_sessions(rows, *id, None)?;
            change(rows, *id, |account| {
                account.password.clone_from(password);
                account.must_change_password = true;
                account.version += 1;
            })
        }
        Event::Closed { id } => {
            end_sessions(rows, *id, None)?;
            change(rows, *id, |account| {
                account.active = false;
                account.version += 1;
            })
        }
        Event::Reopened { id } => change(rows, *id, |account| {
            account.active = true;
            account.version += 1;
        }),
        Event::PasswordChanged { id, password, keep } => {
            end_sessions(rows, *id, Some(*keep))?;
            change(rows, *id, |account| {
                account.password.clone_from(password);
                account.must_change_password = false;
            })
        }
        Event::SignedIn { id, token } => {
            rows.put(&Session { token: *token, account: *id, since: told.at })?;
            change(rows, *id, |account| account.last_sign_in = Some(told.at))
        }
        Event::SignedOut { token, .. } => rows.remove::<Session>(&token.to_string()).map(drop),
    }
}

fn change(rows: &mut Rows<'_>, id: uuid::Uuid, edit: impl FnOnce(&mut Account)) -> Result<(), Fault> {
    let Some(mut account) = rows.get::<Account>(&id.to_string())? else { return Ok(()) };
    edit(&mut account);
    rows.put(&account)
}

fn end_sessions(rows: &mut Rows<'_>, account: uuid::Uuid, keep: Option<wire::Sha256>) -> Result<(), Fault> {
    let sessions: Vec<Session> = all_under(rows, "account", account.to_string().as_bytes())?;
    for session in sessions.iter().filter(|session| Some(session.token) != keep) {
        rows.remove::<Session>(&session.token.to_string())?;
    }
    Ok(())
}
