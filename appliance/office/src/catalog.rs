//! The catalogue: one line per domain. What can be asked, what happened, who projects it, and what the audit calls it
//! all come from here; the enums are closed, so a forgotten arm does not compile.

use journal::{Fault, Rows};
use serde::{Deserialize, Serialize};
use wire::{Header, RegisterLine, Sha256};

use crate::clock::Now;
use crate::error::Error;
use crate::kit::Told;
use crate::letters::Letter;
use crate::rights::{Actor, Author};
use crate::{accounts, delegations, letters, link, profiles, scans, seals, units, upkeep};

/// Number of the projection: a box that finds rows of another number replays its journal when it opens. Raise it with
/// every change of a row or of an `apply`.
pub const ROWS_VERSION: u32 = 6;

/// Everything that can be asked of the office.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "one per domain, documented there")]
pub enum Command {
    Accounts(accounts::Command),
    Units(units::Command),
    Letters(letters::Command),
    Scans(scans::Command),
    Profiles(profiles::Command),
    Seals(seals::Command),
    Delegations(delegations::Command),
    Link(link::Command),
    Upkeep(upkeep::Command),
}

/// Everything that can have happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "one per domain, documented there")]
pub enum Event {
    Accounts(accounts::Event),
    Units(units::Event),
    Letters(letters::Event),
    Scans(scans::Event),
    Profiles(profiles::Event),
    Seals(seals::Event),
    Delegations(delegations::Event),
    Link(link::Event),
    Upkeep(upkeep::Event),
}

impl From<letters::Event> for Event {
    fn from(event: letters::Event) -> Self {
        Self::Letters(event)
    }
}

impl From<scans::Event> for Event {
    fn from(event: scans::Event) -> Self {
        Self::Scans(event)
    }
}

impl From<seals::Event> for Event {
    fn from(event: seals::Event) -> Self {
        Self::Seals(event)
    }
}

/// The domain of a kind: what stands before the dot.
#[derive(Deserialize)]
struct Kind<'a> {
    kind: std::borrow::Cow<'a, str>,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
        Self::parse(text.get()).map_err(serde::de::Error::custom)
    }
}

impl Event {
    /// Reads an event as it was written.
    ///
    /// # Errors
    /// If it is of a kind this version does not know.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let kind = serde_json::from_str::<Kind<'_>>(text)?.kind;
        Ok(match kind.split('.').next().unwrap_or_default() {
            "account" => Self::Accounts(serde_json::from_str(text)?),
            "unit" => Self::Units(serde_json::from_str(text)?),
            "scan" => Self::Scans(serde_json::from_str(text)?),
            "profile" => Self::Profiles(serde_json::from_str(text)?),
            "certificate" | "impression" | "signing" | "trust" => Self::Seals(serde_json::from_str(text)?),
            "delegation" => Self::Delegations(serde_json::from_str(text)?),
            "link" => Self::Link(serde_json::from_str(text)?),
            "clock" => Self::Upkeep(serde_json::from_str(text)?),
            // Last, so that an unknown kind is reported with the longest list of known ones.
            _ => Self::Letters(serde_json::from_str(text)?),
        })
    }

    /// The blobs it names: they must be at rest before it is.
    pub fn blobs(&self) -> Vec<Sha256> {
        match self {
            Self::Letters(event) => event.blobs(),
            Self::Scans(event) => event.blobs(),
            Self::Seals(event) => event.blobs(),
            _ => Vec::new(),
        }
    }

    /// What browsers are told has changed.
    pub fn topic(&self) -> &'static str {
        match self {
            Self::Accounts(_) => "accounts",
            Self::Units(_) => "unit",
            Self::Letters(_) => "letters",
            Self::Scans(_) => "scans",
            Self::Profiles(_) => "profiles",
            Self::Seals(_) => "certificates",
            Self::Delegations(_) => "delegations",
            Self::Link(_) => "link",
            Self::Upkeep(_) => "clock",
        }
    }
}

/// The body of an entry, as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Who.
    pub by: Author,
    /// The register line as it stands after the entry, where the entry states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<RegisterLine>,
    /// What happened.
    pub event: Event,
}

/// Reads what the rules need and lets them decide.
///
/// # Errors
/// A refusal, or the store's fault.
pub fn decide(rows: &Rows<'_>, actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    Ok(match command {
        Command::Accounts(command) => {
            let given = accounts::rules::gather(rows, actor, command)?;
            wrap(accounts::rules::decide(&given, actor, command, now)?, Event::Accounts)
        }
        Command::Units(command) => {
            let unit = units::rules::current(rows)?;
            wrap(units::rules::decide(unit.as_ref(), actor, command)?, Event::Units)
        }
        Command::Letters(command) => {
            let given = letters::given::gather(rows, actor, command, now)?;
            letters::rules::decide(&given, actor, command, now)?
        }
        Command::Scans(command) => {
            let given = scans::rules::gather(rows, command)?;
            wrap(scans::rules::decide(&given, actor, command, now)?, Event::Scans)
        }
        Command::Profiles(command) => {
            let known = rows.all()?;
            wrap(profiles::rules::decide(&known, actor, command, now)?, Event::Profiles)
        }
        Command::Seals(command) => {
            let given = seals::rules::gather(rows, command)?;
            seals::rules::decide(&given, actor, command, now)?
        }
        Command::Delegations(command) => {
            let given = delegations::rules::gather(rows, command)?;
            wrap(delegations::rules::decide(&given, actor, command, now)?, Event::Delegations)
        }
        Command::Link(command) => {
            wrap(link::rules::decide(&link::rules::current(rows)?, actor, command)?, Event::Link)
        }
        Command::Upkeep(command) => wrap(upkeep::decide(actor, command, now)?, Event::Upkeep),
    })
}

fn wrap<T>(events: Vec<T>, domain: fn(T) -> Event) -> Vec<Event> {
    events.into_iter().map(domain).collect()
}

/// Applies an entry to the rows; the same for a new entry, for `vanthu rebuild` and for `vanthu check`.
///
/// # Errors
/// If the store fails or the body is of a kind this version does not know.
pub fn project(rows: &mut Rows<'_>, header: &Header, body: &str) -> Result<(), Fault> {
    let body: Body =
        serde_json::from_str(body).map_err(|e| Fault::Projection(format!("entry {}: {e}", header.seq)))?;
    let told = Told { seq: header.seq, at: header.time, by: &body.by };
    let set = match &body.event {
        Event::Upkeep(event) => Some(event),
        _ => None,
    };
    upkeep::project(rows, &told, set)?;
    match &body.event {
        Event::Accounts(event) => accounts::rules::project(rows, &told, event),
        Event::Units(event) => units::rules::project(rows, event),
        Event::Letters(event) => project_letter(rows, &told, event),
        Event::Scans(event) => scans::rules::project(rows, &told, event),
        Event::Profiles(event) => profiles::rules::project(rows, &told, event),
        Event::Seals(event) => seals::rules::project(rows, event),
        Event::Delegations(event) => delegations::rules::project(rows, event),
        Event::Link(event) => link::rules::project(rows, &told, event),
        Event::Upkeep(_) => Ok(()),
    }
}

fn project_letter(rows: &mut Rows<'_>, told: &Told<'_>, event: &letters::Event) -> Result<(), Fault> {
    use letters::given::series;
    use wire::Book;
    // The journal refuses a number that is not the next one: here is where a gap or a double would stop.
    match event {
        letters::Event::Registered { number, year, .. } => {
            rows.take_number(series(Book::Incoming), *year, *number)?
        }
        letters::Event::Released { number, year, .. } => {
            rows.take_number(series(Book::Outgoing), *year, *number)?
        }
        _ => {}
    }
    let before: Option<Letter> = rows.get(&event.letter().to_string())?;
    match Letter::after(before, told, event) {
        Some(letter) => {
            letters::placement::remember(rows, &letter, event)?;
            rows.put(&letter)
        }
        None => Ok(()),
    }
}
