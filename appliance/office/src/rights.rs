//! Who may do what. Four roles, one table per domain (`right` beside each domain's commands).
//!
//! May not know a thing exists: 404. May see it but not do this: 403 and why. IT runs the box and cannot read
//! documents.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Sha256;

use crate::error::Refusal;

/// What a person is in this office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Văn thư: the only one who registers, numbers, seals and releases (article 32).
    Clerk,
    /// Hiệu trưởng: signs, directs, answers for everything.
    Head,
    /// Giáo viên, nhân viên: receives, handles, reports.
    Teacher,
    /// Phụ trách công nghệ thông tin: accounts and upkeep, no documents.
    It,
}

impl Role {
    /// Every role, in the order of the screens.
    pub const ALL: [Self; 4] = [Self::Clerk, Self::Head, Self::Teacher, Self::It];

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clerk => "Văn thư",
            Self::Head => "Hiệu trưởng",
            Self::Teacher => "Giáo viên",
            Self::It => "Phụ trách CNTT",
        }
    }
}

/// A person who is signed in: what reading and doing are measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The account.
    pub id: Uuid,
    /// Sign-in name.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Hash of the session's token.
    pub session: Sha256,
}

/// Who gives a command.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Somebody signed in.
    Person(Viewer),
    /// Somebody at the door, not signed in yet.
    Visitor,
    /// A part of the box doing what a person asked for before; named for the audit.
    Machine(&'static str),
}

impl Actor {
    /// The person, where only a person may act.
    ///
    /// # Errors
    /// `rights.missing` for visitors and machines.
    pub fn person(&self) -> Result<&Viewer, Refusal> {
        match self {
            Self::Person(viewer) => Ok(viewer),
            Self::Visitor | Self::Machine(_) => Err(Refusal::forbidden(
                "Việc này phải do một người đã đăng nhập làm. Hãy đăng nhập rồi làm lại.",
            )),
        }
    }

    /// Passes persons of one of these roles.
    ///
    /// # Errors
    /// `rights.missing` for everybody else, saying whose work it is.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Refusal> {
        let viewer = self.person()?;
        if roles.contains(&viewer.role) {
            return Ok(());
        }
        let whose = roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" hoặc ");
        Err(Refusal::forbidden(format!("Việc này là của {whose}. Hãy nhờ {whose} làm.")))
    }

    /// Passes only parts of the box itself.
    ///
    /// # Errors
    /// `rights.missing` for persons and visitors.
    pub fn must_be_machine(&self) -> Result<(), Refusal> {
        match self {
            Self::Machine(_) => Ok(()),
            Self::Person(_) | Self::Visitor => {
                Err(Refusal::forbidden("Việc này máy tự làm, không cần ai bấm."))
            }
        }
    }

    /// For the entry: who it was, for good.
    pub fn author(&self) -> Author {
        match self {
            Self::Person(viewer) => Author { person: Some(viewer.id), name: viewer.name.clone() },
            Self::Visitor => Author { person: None, name: "khách".into() },
            Self::Machine(part) => Author { person: None, name: (*part).into() },
        }
    }
}

/// Who wrote an entry, as kept in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The account; none for the box itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// The name as it was then.
    pub name: String,
}
