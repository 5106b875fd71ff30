//! Figures: builds the programs as a box runs them and measures them (`tests/bench`).
//!
//! Everything is built by one call of cargo, so that nothing is compiled twice for the sake of another set of
//! packages. The table goes to standard output; its last line is JSON.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::run::{Outcome, cargo, say};
use crate::{setup, webpage};

/// Runs every benchmark, or the one called `name`.
///
/// # Errors
/// When something does not build, when there is none of that name (those there are are listed), or when one of them
/// could not be measured. Never because something is slow.
pub fn figures(name: Option<&str>) -> Outcome {
    setup::debian::ensure(setup::debian::For::Test)?;
    webpage::build()?;
    let status =
        Command::new(built()?).args(name).status().map_err(|why| format!("the benchmarks: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("the benchmarks ended with {status}")) }
}

/// The program that measures, with both of ours beside it.
fn built() -> Outcome<PathBuf> {
    let mut build = cargo(&["build", "--release", "--package", "vanthu", "--bin", "vanthu"]);
    build.args([
        "--package",
        "vanthu-hub",
        "--bin",
        "vanthu-hub",
        "--package",
        "tests",
        "--bench",
        "figures",
    ]);
    build.args(["--message-format", "json-render-diagnostics"]);
    say("cargo build --release: the first time takes minutes");
    let done = build.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let done = done.map_err(|why| format!("cannot start cargo: {why}"))?;
    if !done.status.success() {
        return Err(format!("cargo build --release ended with {}", done.status));
    }
    let messages = String::from_utf8_lossy(&done.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = messages.filter(|message| message["target"]["name"] == "figures").find_map(|message| {
        let program = message["executable"].as_str()?;
        Some(PathBuf::from(program))
    });
    program.ok_or_else(|| "cargo built no program that measures".to_owned())
}
