//! Rows, commands and events of accounts.

use journal::Entity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::rights::Role;

/// One person's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The person, for good.
    pub id: Uuid,
    /// Name typed at the door: lower case.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Tổ, bộ phận.
    pub section: String,
    /// argon2id in PHC form.
    pub password: String,
    /// Somebody else knows the password: it must be changed at the next sign-in.
    pub must_change_password: bool,
    /// Closed accounts cannot sign in.
    pub active: bool,
    /// When the person last came in.
    pub last_sign_in: Option<Stamp>,
    /// Counts changes an administrator must have seen.
    pub version: u64,
}

impl Entity for Account {
    const KIND: &'static str = "account";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("username", self.username.clone().into_bytes())]
    }
}

/// A person at work: the cookie's hash and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the cookie.
    pub token: Sha256,
    /// Whose.
    pub account: Uuid,
    /// Since when.
    pub since: Stamp,
}

impl Entity for Session {
    const KIND: &'static str = "session";

    fn id(&self) -> String {
        self.token.to_string()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("account", self.account.to_string().into_bytes())]
    }
}

/// What can be asked of accounts. Passwords come hashed: hashing takes tens of milliseconds and must not hold the
/// one writer.
#[derive(Debug, Clone)]
pub enum Command {
    /// Opens an account; the IT officer, or set-up for the first one.
    Open {
        /// Name typed at the door.
        username: String,
        /// Full name.
        name: String,
        /// Role.
        role: Role,
        /// Tổ, bộ phận.
        section: String,
        /// argon2id in PHC form.
        password: String,
        /// Whether its holder must choose another at the first sign-in.
        must_change_password: bool,
    },
    /// Gives a new password to somebody who lost hers.
    Reset {
        /// Whose.
        account: Uuid,
        /// The version seen.
        version: u64,
        /// argon2id in PHC form.
        password: String,
    },
    /// Closes an account; its sessions end.
    Close {
        /// Which.
        account: Uuid,
        /// The version seen.
        version: u64,
    },
    /// Opens a closed account again.
    Reopen {
        /// Which.
        account: Uuid,
        /// The version seen.
        version: u64,
    },
    /// Changes one's own password; other sessions of the account end.
    ChangePassword {
        /// argon2id in PHC form.
        password: String,
    },
    /// The password was right: the person is in.
    SignIn {
        /// Who.
        account: Uuid,
        /// SHA-256 of the cookie.
        token: Sha256,
    },
    /// Leaves.
    SignOut,
}

/// What happened to accounts. Never leaves the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Event {
    /// An account was opened.
    #[serde(rename = "account.opened")]
    Opened {
        /// The person, for good.
        id: Uuid,
        /// Name typed at the door.
        username: String,
        /// Full name.
        name: String,
        /// Role.
        role: Role,
        /// Tổ, bộ phận.
        section: String,
        /// argon2id in PHC form.
        password: String,
        /// To be changed at the first sign-in.
        must_change_password: bool,
    },
    /// An administrator gave a new password.
    #[serde(rename = "account.reset")]
    Reset {
        /// Whose.
        id: Uuid,
        /// argon2id in PHC form.
        password: String,
    },
    /// An account was closed.
    #[serde(rename = "account.closed")]
    Closed {
        /// Which.
        id: Uuid,
    },
    /// A closed account was opened again.
    #[serde(rename = "account.reopened")]
    Reopened {
        /// Which.
        id: Uuid,
    },
    /// A person changed her password.
    #[serde(rename = "account.password_changed")]
    PasswordChanged {
        /// Whose.
        id: Uuid,
        /// argon2id in PHC form.
        password: String,
        /// The session that goes on.
        keep: Sha256,
    },
    /// A person came in.
    #[serde(rename = "account.signed_in")]
    SignedIn {
        /// Who.
        id: Uuid,
        /// SHA-256 of the cookie.
        token: Sha256,
    },
    /// A person left.
    #[serde(rename = "account.signed_out")]
    SignedOut {
        /// Who.
        id: Uuid,
        /// SHA-256 of the cookie.
        token: Sha256,
    },
}
