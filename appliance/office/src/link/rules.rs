//! Rules of the link above.

use journal::{Fault, Rows};
use wire::calls::{Message, Receipt};

use super::model::{Command, Event, Line, Notice};
use crate::error::{Error, Refusal};
use crate::kit::Told;
use crate::letters::Letter;
use crate::rights::{Actor, Role};

/// Notices a page shows.
const SHOWN_NOTICES: usize = 50;

/// The line above, once there is one.
///
/// # Errors
/// If the store fails.
pub fn current(rows: &Rows<'_>) -> Result<Line, Fault> {
    Ok(rows.get(Line::ID)?.unwrap_or_default())
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(line: &Line, actor: &Actor, command: &Command) -> Result<Vec<Event>, Error> {
    match command {
        Command::Enrolled { hub_name, unit } => {
            actor.must_be(&[Role::It])?;
            Ok(vec![Event::Enrolled { hub_name: hub_name.clone(), unit: *unit }])
        }
        Command::Receive { items } => {
            actor.must_be_machine()?;
            let mut heard = line.heard;
            let mut events = Vec::new();
            for item in items.iter().filter(|item| item.seq > line.heard) {
                if item.seq != heard + 1 {
                    let gap =
                        Refusal::new("link.gap", 409, "Cấp trên gửi xuống thiếu thứ tự. Máy sẽ tự hỏi lại.");
                    return Err(gap.into());
                }
                heard = item.seq;
                events.push(Event::Heard {
                    seq: item.seq,
                    said_at: item.time,
                    message: item.message.clone(),
                });
            }
            Ok(events)
        }
    }
}

/// Applies an event to the rows.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, told: &Told<'_>, event: &Event) -> Result<(), Fault> {
    let line = current(rows)?;
    match event {
        Event::Enrolled { hub_name, unit } => {
            let heard = if line.unit == Some(*unit) { line.heard } else { 0 };
            rows.put(&Line { hub_name: hub_name.clone(), unit: Some(*unit), heard })
        }
        Event::Heard { seq, said_at, message } => {
            rows.put(&Line { heard: *seq, ..line })?;
            match message {
                Message::Notice { title, text } => {
                    rows.put(&Notice { seq: *seq, at: *said_at, title: title.clone(), text: text.clone() })
                }
                Message::Receipt { document, receipt: Receipt::Arrived, .. } => {
                    let Some(mut letter) = rows.get::<Letter>(&document.to_string())? else { return Ok(()) };
                    letter.received_above(told, *said_at);
                    rows.put(&letter)
                }
                // The file itself is trusted by a command of its own before this is kept.
                Message::Receipt { .. } | Message::Trust { .. } => Ok(()),
            }
        }
    }
}

/// The last notices of the office above, newest first.
///
/// # Errors
/// If the store fails.
pub fn notices(rows: &Rows<'_>) -> Result<Vec<Notice>, Fault> {
    let mut notices: Vec<Notice> = rows.all()?;
    notices.reverse();
    notices.truncate(SHOWN_NOTICES);
    Ok(notices)
}
