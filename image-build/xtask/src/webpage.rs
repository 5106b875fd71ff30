//! Building and checking the page.

use crate::run::{Outcome, run};
use crate::setup::node;

/// Builds `web/dist`, which both binaries embed.
///
/// # Errors
/// When Node is missing or the page does not build.
pub fn build() -> Outcome {
    node::ensure("web")?;
    run(&mut node::npm("web", &["run", "build"]))
}

/// Types, lints and the page's own tests.
///
/// # Errors
/// When one of them complains.
pub fn judge() -> Outcome {
    node::ensure("web")?;
    run(&mut node::npm("web", &["run", "check"]))?;
    run(&mut node::npm("web", &["test"]))
}
