//! What the rules of letters look at, read from the rows before they decide.

use std::collections::HashMap;

use journal::{Fault, Rows};
use uuid::Uuid;
use wire::Book;

use super::form::Amend;
use super::model::{Act, Command, Facts, Letter};
use super::reference;
use super::signing::Look;
use crate::accounts::Account;
use crate::clock::Now;
use crate::delegations::{self, Delegation};
use crate::kit::{PersonRef, all_under, text};
use crate::rights::{Actor, Role};
use crate::scans::Scan;
use crate::seals::{Certificate, Impression};
use crate::units::{self, Unit};

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The document the command is about.
    pub letter: Option<Letter>,
    /// The unit.
    pub unit: Option<Unit>,
    /// Active people, by id.
    pub people: HashMap<Uuid, Person>,
    /// The number the book gives next.
    pub next_number: u64,
    /// Documents in the book with the same reference code, issuer and year.
    pub same: Vec<Letter>,
    /// The scan or upload the command names.
    pub paper: Option<Scan>,
    /// The certificate the command names.
    pub certificate: Option<Certificate>,
    /// The image the look names.
    pub impression: Option<Impression>,
    /// Who may sign in the head's place today.
    pub deputies: Vec<Uuid>,
    /// What the person may sign in the head's place today.
    pub delegations: Vec<Delegation>,
}

/// An active person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Id and name.
    pub reference: PersonRef,
    /// Role.
    pub role: Role,
}

/// Name of a book's number series.
pub fn series(book: Book) -> &'static str {
    match book {
        Book::Incoming => "incoming",
        Book::Outgoing => "outgoing",
    }
}

/// The same for two documents that have reference code, issuer and year in common.
pub fn duplicate_key(facts: &Facts) -> String {
    let year = facts.issue_date.map(|date| chrono::Datelike::year(&date)).unwrap_or_default();
    // The last part ends too, or a longer name of an issuer would be found under a shorter one.
    format!("{year}\0{}\0{}\0", reference::key(&facts.reference_code), text::fold(&facts.issuing_body))
}

/// Reads what the rules need.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, actor: &Actor, command: &Command, now: &Now) -> Result<Given, Fault> {
    let mut given = Given { unit: units::rules::current(rows)?, people: people(rows)?, ..Given::default() };
    let year = chrono::Datelike::year(&now.today());
    let (letter, paper) = match command {
        Command::Register(form) => {
            given.next_number = rows.last_number(series(Book::Incoming), year)? + 1;
            if let Ok(facts) = form.facts(now.today()) {
                given.same = all_under(rows, "reference", duplicate_key(&facts).as_bytes())?;
            }
            (form.id, form.paper)
        }
        Command::Draft(form) => (form.id, form.paper),
        Command::Do { letter, act: Act::Amend(form), .. } => {
            if let Amend::Incoming(form) = form.as_ref()
                && let Ok(facts) = form.facts(now.today())
            {
                given.same = all_under(rows, "reference", duplicate_key(&facts).as_bytes())?;
            }
            (Some(*letter), None)
        }
        Command::Do { letter, act: Act::Attach { paper } | Act::AddAnnex { paper, .. }, .. } => {
            (Some(*letter), Some(*paper))
        }
        Command::Do { letter, act: Act::Seal { certificate, look, .. }, .. } => {
            given.for_key(rows, *certificate, look)?;
            (Some(*letter), None)
        }
        Command::Do { letter, act: Act::Sign(ask), .. } => {
            given.for_key(rows, ask.certificate, &ask.look)?;
            (Some(*letter), None)
        }
        Command::Do { letter, act: Act::Submit { to: Some(_) }, .. } => {
            let all: Vec<Delegation> = rows.all()?;
            let holding = all.into_iter().filter(|held| held.holds_on(now.today()));
            given.deputies = holding.map(|held| held.to.id).collect();
            (Some(*letter), None)
        }
        Command::Do { letter, act: Act::Release, .. } => {
            given.next_number = rows.last_number(series(Book::Outgoing), year)? + 1;
            (Some(*letter), None)
        }
        Command::Do { letter, .. } | Command::Read { letter } | Command::Describe { letter, .. } => {
            (Some(*letter), None)
        }
    };
    if let Actor::Person(viewer) = actor {
        given.delegations = delegations::of_person(rows, viewer.id, now.today())?;
    }
    if let Some(id) = letter {
        given.letter = rows.get(&id.to_string())?;
    }
    if let Some(id) = paper {
        given.paper = rows.get(&id.to_string())?;
    }
    Ok(given)
}

impl Given {
    fn for_key(&mut self, rows: &Rows<'_>, certificate: Uuid, look: &Look) -> Result<(), Fault> {
        self.certificate = rows.get(&certificate.to_string())?;
        if let Some(id) = look.impression {
            self.impression = rows.get(&id.to_string())?;
        }
        Ok(())
    }
}

fn people(rows: &Rows<'_>) -> Result<HashMap<Uuid, Person>, Fault> {
    let accounts: Vec<Account> = rows.all()?;
    let active = accounts.into_iter().filter(|account| account.active);
    Ok(active
        .map(|account| {
            let reference = PersonRef { id: account.id, name: account.name };
            (account.id, Person { reference, role: account.role })
        })
        .collect())
}
