//! Rules of delegations.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use journal::{Fault, Rows};
use uuid::Uuid;

use super::model::{Command, Delegation, Event, Grant};
use crate::accounts::Account;
use crate::clock::Now;
use crate::error::{Error, Refusal};
use crate::kit::{PersonRef, all_under, text};
use crate::letters::signing::Capacity;
use crate::rights::{Actor, Role};

/// Longest title or scope, in characters.
const MOST_CHARS: usize = 300;

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Given {
    /// The delegation the command is about.
    pub delegation: Option<Delegation>,
    /// The person it is for.
    pub person: Option<Account>,
}

/// Reads what [`decide`] needs.
///
/// # Errors
/// If the store fails.
pub fn gather(rows: &Rows<'_>, command: &Command) -> Result<Given, Fault> {
    Ok(match command {
        Command::Grant(grant) => Given { person: rows.get(&grant.to.to_string())?, delegation: None },
        Command::End { delegation } => Given { delegation: rows.get(&delegation.to_string())?, person: None },
    })
}

/// The delegations of a person that hold on a day.
///
/// # Errors
/// If the store fails.
pub fn of_person(rows: &Rows<'_>, person: Uuid, day: NaiveDate) -> Result<Vec<Delegation>, Fault> {
    let all: Vec<Delegation> = all_under(rows, "to", person.to_string().as_bytes())?;
    Ok(all.into_iter().filter(|delegation| delegation.holds_on(day)).collect())
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(given: &Given, actor: &Actor, command: &Command, now: &Now) -> Result<Vec<Event>, Error> {
    actor.must_be(&[Role::Head])?;
    let head = actor.person()?;
    match command {
        Command::Grant(grant) => {
            now.clock.trusted()?;
            let from = PersonRef { id: head.id, name: head.name.clone() };
            Ok(vec![granted(given, from, grant, now)?])
        }
        Command::End { .. } => match &given.delegation {
            None => Err(Refusal::not_found().into()),
            Some(known) if known.ended => Ok(vec![]),
            Some(known) => Ok(vec![Event::Ended { delegation: known.id }]),
        },
    }
}

fn granted(given: &Given, from: PersonRef, grant: &Grant, now: &Now) -> Result<Event, Refusal> {
    let today = now.today();
    let from_day = grant.from_day.unwrap_or(today);
    let (title, scope) = (text::tidy(&grant.title), text::tidy(&grant.scope));
    let mut fields = BTreeMap::new();
    let person = given.person.as_ref().filter(|account| account.active && account.role != Role::It);
    if person.is_none_or(|account| account.id == from.id) {
        fields.insert("to", "Hãy chọn người khác trong danh bạ của đơn vị.".to_owned());
    }
    if grant.capacity == Capacity::Own {
        fields.insert("capacity", "Hãy chọn KT., TL., TUQ., TM. hoặc Q.".into());
    }
    if title.is_empty() {
        fields.insert("title", "Hãy ghi chức vụ của người ký, ví dụ PHÓ HIỆU TRƯỞNG.".into());
    }
    if grant.until_day.is_some_and(|until| until < from_day || until < today) {
        fields.insert("until_day", "Ngày cuối phải từ hôm nay và sau ngày đầu.".into());
    }
    if grant.capacity == Capacity::Tuq && (grant.until_day.is_none() || scope.is_empty()) {
        let sentence = "Ủy quyền (TUQ.) phải có thời hạn và nội dung. Hãy ghi ngày cuối và việc được ký.";
        fields.insert(if scope.is_empty() { "scope" } else { "until_day" }, sentence.into());
    }
    for (field, words) in [("title", &title), ("scope", &scope)] {
        if words.chars().count() > MOST_CHARS {
            fields.insert(field, format!("Dài quá {MOST_CHARS} chữ. Hãy rút ngắn."));
        }
    }
    match person {
        Some(account) if fields.is_empty() => Ok(Event::Granted {
            delegation: now.id,
            from,
            to: PersonRef { id: account.id, name: account.name.clone() },
            capacity: grant.capacity,
            title,
            from_day,
            until_day: grant.until_day,
            scope,
        }),
        _ => Err(Refusal::fields("delegation.invalid", fields)),
    }
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, event: &Event) -> Result<(), Fault> {
    match event.clone() {
        Event::Granted { delegation, from, to, capacity, title, from_day, until_day, scope } => {
            rows.put(&Delegation {
                id: delegation,
                from,
                to,
                capacity,
                title,
                from_day,
                until_day,
                scope,
                ended: false,
            })
        }
        Event::Ended { delegation } => match rows.get::<Delegation>(&delegation.to_string())? {
            Some(known) => rows.put(&Delegation { ended: true, ..known }),
            None => Ok(()),
        },
    }
}
