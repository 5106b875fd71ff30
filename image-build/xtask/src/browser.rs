//! The browser's walks: Playwright with Debian's Chromium against a furnished house of real programs. Beside the scanner
//! with the sample pages stands one whose tray is a folder, in which a walk lays what it wants to see fed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::demo::house::House;
use crate::demo::line::{Line, SEAL_PIN, SIGN_PIN};
use crate::demo::machines::Reach;
use crate::demo::{self, staff::SCHOOL};
use crate::place::{self, at};
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
    let mut house = House::build(&place::fresh_folder("browser")?, Reach::Here)?;
    let tray = plug_in_tray(&mut house)?;
    let tokens = plug_in_tokens(&mut house)?;
    let line = demo::furnish(house)?;
    let facts = line.house.folder.join("house.json");
    write(&facts, &facts_of(&line, &tray, &tokens))?;
    run(node::npm("tests/browser", &["test"]).env("VANTHU_HOUSE", &facts))
}

/// The scanner of `tests/browser/tray_sane.c`, and the folder that is its tray.
fn plug_in_tray(house: &mut House) -> Outcome<PathBuf> {
    let [drivers, tray] = ["drivers", "tray"].map(|name| house.folder.join(name));
    for folder in [&drivers, &tray] {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
    run(compile.arg(drivers.join("libsane-tray.so.1")).arg(at("tests/browser/tray_sane.c")))?;
    house.plug_in("tray", &drivers, vec![("TRAY".to_owned(), tray.display().to_string())])?;
    Ok(tray)
}

/// SoftHSM's configuration: the box's USB port, where a walk makes the token it wants.
fn plug_in_tokens(house: &mut House) -> Outcome<PathBuf> {
    let folder = house.folder.join("tokens");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let file = house.folder.join("softhsm2.conf");
    let told =
        format!("directories.tokendir = {}\nlog.level = ERROR\nslots.removable = true\n", folder.display());
    fs::write(&file, told).map_err(|why| format!("{}: {why}", file.display()))?;
    house.school.add_environment(vec![("SOFTHSM2_CONF".to_owned(), file.display().to_string())]);
    Ok(file)
}

/// What a walker must know of the house.
fn facts_of(line: &Line, tray: &Path, tokens: &Path) -> Value {
    let house = &line.house;
    let person = |person: &demo::staff::Person| json!({"username": person.username, "name": person.name, "password": person.password});
    let staff = &house.staff;
    json!({
        "school": {"name": SCHOOL, "url": house.school.base()},
        "hub": {"url": house.hub.base(), "password": house.operator_password},
        "staff": {"clerk": person(&staff.clerk), "head": person(&staff.head), "teacher": person(&staff.teacher),
                  "otherTeacher": person(&staff.other_teacher), "it": person(&staff.it)},
        "sealPin": SEAL_PIN,
        "headPin": SIGN_PIN,
        "tokens": tokens,
        "tray": tray,
    })
}

fn write(file: &Path, facts: &Value) -> Outcome {
    fs::write(file, facts.to_string()).map_err(|why| format!("{}: {why}", file.display()))
}
