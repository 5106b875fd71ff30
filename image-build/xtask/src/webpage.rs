//! Building and checking the page.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::place::at;
use crate::run::{Outcome, run};
use crate::setup::node;

/// What the built page is made from.
const SOURCES: &[&str] = &["src", "public", "index.html", "hub.html", "package-lock.json", "vite.config.ts"];

/// Builds `web/dist`, which both binaries embed, unless it is newer than everything it is made from: building it
/// again would make cargo link both binaries again.
///
/// # Errors
/// When Node is missing or the page does not build.
pub fn build() -> Outcome {
    node::ensure("web")?;
    // Only a real build makes this folder; a placeholder page, with which the binaries compile, does not.
    let built = newest(&at("web/dist/assets"));
    let written = SOURCES.iter().filter_map(|source| newest(&at("web").join(source))).max();
    if built.is_some() && built >= written {
        return Ok(());
    }
    run(&mut node::npm("web", &["run", "build"]))
}

/// Types, lints and the page's own tests; types of the browser's walks.
///
/// # Errors
/// When one of them complains.
pub fn judge() -> Outcome {
    node::ensure("web")?;
    node::ensure("tests/browser")?;
    run(&mut node::npm("web", &["run", "check"]))?;
    run(&mut node::npm("tests/browser", &["run", "check"]))?;
    run(&mut node::npm("web", &["test"]))
}

/// When anything in a file or folder was last written.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).ok()?.modified().ok();
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    inside.filter_map(|entry| newest(&entry.path())).max().max(own)
}
