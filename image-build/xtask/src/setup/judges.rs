//! Independent judges from PyPI (pyHanko, zeroconf), pinned in `tests/judges.txt`, in `target/judges`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::place::{at, target};
use crate::run::{Outcome, run, say};

/// The Python that has the judges.
pub fn python() -> PathBuf {
    target().join("judges/bin/python")
}

/// Installs the judges when `tests/judges.txt` has changed since they were installed.
///
/// # Errors
/// When Python cannot make a virtual environment or PyPI cannot be reached.
pub fn ensure() -> Outcome {
    let list = at("tests/judges.txt");
    let wanted = fs::read_to_string(&list).map_err(|why| format!("{}: {why}", list.display()))?;
    let receipt = target().join("judges/installed.txt");
    if fs::read_to_string(&receipt).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say("the judges (pyHanko and others, from PyPI) will be installed into target/judges");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(target().join("judges")))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(python()).args(pip).arg(&list))?;
    fs::write(&receipt, wanted).map_err(|why| format!("{}: {why}", receipt.display()))
}
