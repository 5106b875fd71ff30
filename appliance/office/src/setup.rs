//! The first hour of a box: the unit's name and the first IT officer.

use crate::accounts;
use crate::catalog::Command;
use crate::desk::Desk;
use crate::error::Error;
use crate::rights::{Actor, Role};
use crate::units;

/// What `vanthu init` asks for.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The unit.
    pub unit: units::Facts,
    /// Sign-in name of the first IT officer.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Password, already chosen by its holder.
    pub password: String,
}

impl Desk {
    /// Whether the box was set up.
    ///
    /// # Errors
    /// If the store fails.
    pub fn is_founded(&self) -> Result<bool, Error> {
        let rows = self.journal().read()?;
        Ok(units::rules::current(&rows)?.is_some())
    }

    /// Founds the office. Interrupted between the two steps it can be run again.
    ///
    /// # Errors
    /// A refusal for names or passwords that do not do, or if the box is set up already.
    pub fn set_up(&self, set_up: &SetUp) -> Result<(), Error> {
        let machine = Actor::Machine("cài đặt");
        accounts::passwords::accept(&set_up.password, &set_up.username, "password")?;
        let rows = self.journal().read()?;
        let officer = accounts::rules::by_username(&rows, &set_up.username)?;
        drop(rows);
        if officer.is_none() && !self.is_founded()? {
            let open = accounts::Command::Open {
                username: set_up.username.clone(),
                name: set_up.name.clone(),
                role: Role::It,
                section: String::new(),
                password: accounts::passwords::hash(&set_up.password)?,
                must_change_password: false,
            };
            self.execute_here(&machine, &Command::Accounts(open))?;
        }
        self.execute_here(&machine, &Command::Units(units::Command::Found { facts: set_up.unit.clone() }))?;
        Ok(())
    }
}
