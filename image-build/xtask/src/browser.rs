//! The browser's walks: Playwright with Debian's Chromium against a furnished house of real programs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::demo::line::{Line, SEAL_PIN};
use crate::demo::machines::Reach;
use crate::demo::{self, staff::SCHOOL};
use crate::run::{Outcome, run};
use crate::setup::{self, node};
use crate::webpage;

/// `cargo xtask browser`: installs, builds and walks.
///
/// # Errors
/// When a walk fails.
pub fn walks() -> Outcome {
    setup::everything()?;
    webpage::build()?;
    demo::house::build_programs()?;
    in_the_browser()
}

/// Walks as clerk, head and teacher through a house of its own.
///
/// # Errors
/// When a walk fails; Playwright's own report is above it.
pub fn in_the_browser() -> Outcome {
    let line = demo::furnished("browser", Reach::Here)?;
    let facts = line.house.folder.join("house.json");
    write(&facts, &facts_of(&line))?;
    run(node::npm("tests/browser", &["test"]).env("VANTHU_HOUSE", &facts))
}

/// What a walker must know of the house.
fn facts_of(line: &Line) -> Value {
    let house = &line.house;
    let person = |person: &demo::staff::Person| json!({"username": person.username, "name": person.name, "password": person.password});
    let staff = &house.staff;
    json!({
        "school": {"name": SCHOOL, "url": house.school.base()},
        "hub": {"url": house.hub.base(), "password": house.operator_password},
        "staff": {"clerk": person(&staff.clerk), "head": person(&staff.head), "teacher": person(&staff.teacher),
                  "otherTeacher": person(&staff.other_teacher), "it": person(&staff.it)},
        "sealPin": SEAL_PIN,
    })
}

fn write(file: &Path, facts: &Value) -> Outcome {
    fs::write(file, facts.to_string()).map_err(|why| format!("{}: {why}", file.display()))
}
