//! Rules of the unit.

use std::collections::BTreeMap;

use journal::{Fault, Rows};

use super::model::{Command, Event, Facts, Unit};
use crate::error::{Error, Refusal};
use crate::kit::text;
use crate::rights::{Actor, Role};

/// Longest name (appendix VI: OrganName S200).
const NAME_CHARS: usize = 200;

/// The unit, once founded.
///
/// # Errors
/// If the store fails.
pub fn current(rows: &Rows<'_>) -> Result<Option<Unit>, Fault> {
    rows.get(Unit::ID)
}

/// Decides.
///
/// # Errors
/// A refusal.
pub fn decide(unit: Option<&Unit>, actor: &Actor, command: &Command) -> Result<Vec<Event>, Error> {
    match command {
        Command::Found { facts } => {
            actor.must_be_machine()?;
            if unit.is_some() {
                return Err(Refusal::new(
                    "unit.founded",
                    409,
                    "Thư mục dữ liệu này đã được thiết lập cho một đơn vị. Hãy chạy vanthu serve, hoặc chọn thư mục khác.",
                )
                .into());
            }
            Ok(vec![Event::Founded { facts: checked(facts)? }])
        }
        Command::Amend { version, facts } => {
            actor.must_be(&[Role::It])?;
            let unit = unit.ok_or_else(Refusal::not_found)?;
            if unit.version != *version {
                return Err(Refusal::stale().into());
            }
            Ok(vec![Event::Amended { facts: checked(facts)? }])
        }
    }
}

fn checked(facts: &Facts) -> Result<Facts, Refusal> {
    let facts = Facts {
        name: text::tidy(&facts.name),
        parent_name: text::tidy(&facts.parent_name),
        address_line: text::tidy(&facts.address_line),
        abbreviation: text::tidy(&facts.abbreviation),
        place: text::tidy(&facts.place),
    };
    let mut fields = BTreeMap::new();
    if facts.name.is_empty() {
        fields.insert("name", "Hãy ghi tên đơn vị như trên con dấu.".to_owned());
    }
    // Groups of a symbol are joined by `-` without blanks (appendix I), so the abbreviation has none.
    let symbol = |c: char| c.is_alphanumeric() || "&-.".contains(c);
    if facts.abbreviation.is_empty() || !facts.abbreviation.chars().all(symbol) {
        fields.insert("abbreviation", "Hãy ghi chữ viết tắt của đơn vị, viết liền, ví dụ THCSHP.".to_owned());
    }
    let lengths = [
        ("name", &facts.name),
        ("parent_name", &facts.parent_name),
        ("address_line", &facts.address_line),
        ("abbreviation", &facts.abbreviation),
        ("place", &facts.place),
    ];
    for (field, value) in lengths {
        if value.chars().count() > NAME_CHARS {
            fields.insert(field, format!("Dài quá {NAME_CHARS} chữ. Hãy rút ngắn."));
        }
    }
    if fields.is_empty() { Ok(facts) } else { Err(Refusal::fields("unit.invalid", fields)) }
}

/// Applies an event to the row.
///
/// # Errors
/// If the store fails.
pub fn project(rows: &mut Rows<'_>, event: &Event) -> Result<(), Fault> {
    let (Event::Founded { facts } | Event::Amended { facts }) = event;
    let version = current(rows)?.map_or(1, |unit| unit.version + 1);
    rows.put(&Unit { facts: facts.clone(), version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_is_one_word() {
        for (abbreviation, good) in
            [("THCSHP", true), ("PGD&ĐT", true), ("TH-THCS", true), ("THCS HP", false), ("", false)]
        {
            let facts = Facts {
                name: "Trường THCS Hoa Phượng".into(),
                abbreviation: abbreviation.into(),
                ..Facts::default()
            };
            let verdict = decide(None, &Actor::Machine("set-up"), &Command::Found { facts });
            assert_eq!(verdict.is_ok(), good, "{abbreviation}");
        }
    }
}
