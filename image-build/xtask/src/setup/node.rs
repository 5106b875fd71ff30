//! What the pages and the browser's walks need from npm, exactly as their lock files say.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::place::{at, is_installed};
use crate::run::{Outcome, run};

/// What the page's builder asks for; Debian 13 has it.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Installs what `folder`'s lock file names when it is newer than what is there.
///
/// # Errors
/// Without Node: the sentence says what to install.
pub fn ensure(folder: &str) -> Outcome {
    let here = at(folder);
    let lock = modified(&here.join("package-lock.json"));
    // npm writes this file last, so an interrupted installation counts as none.
    let installed = modified(&here.join("node_modules/.package-lock.json"));
    if lock.is_some() && installed >= lock {
        return Ok(());
    }
    is_usable()?;
    run(&mut npm(folder, &["ci", "--no-audit", "--no-fund"]))
}

/// `npm` in a folder of the project. It may never fetch a browser: Debian's is used.
pub fn npm(folder: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(at(folder)).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

fn is_usable() -> Outcome {
    let advice = "install Node.js 20.19 or newer with npm: `apt-get install nodejs npm` does on Debian 13; \
                  Debian 12's own is too old";
    if !is_installed("node") || !is_installed("npm") {
        return Err(format!("Node.js or npm is missing; {advice}"));
    }
    let version = crate::run::read(Command::new("node").arg("--version"))?;
    let mut numbers = version.trim().trim_start_matches('v').split('.').map_while(|n| n.parse::<u32>().ok());
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= OLDEST_NODE {
        return Ok(());
    }
    Err(format!("Node.js {} is too old for the page; {advice}", version.trim()))
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|facts| facts.modified()).ok()
}
