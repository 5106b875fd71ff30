//! Brings a fresh Debian machine to where the other commands can work, saying beforehand what and why.
//!
//! Three sources, each in its own file: [`debian`] (packages by name), [`judges`] (independent programs from
//! PyPI in a virtual environment of the project) and [`node`] (what the lock files of the pages name). Each does
//! nothing when nothing is missing, so every command simply calls what it needs.

pub mod debian;
pub mod judges;
pub mod node;

use crate::run::Outcome;
use debian::For;

/// What `demo` needs.
///
/// # Errors
/// With a sentence naming what to install by hand.
pub fn for_demo() -> Outcome {
    debian::ensure(For::Demo)?;
    node::ensure("web")
}

/// What `test` needs.
///
/// # Errors
/// With a sentence naming what to install by hand.
pub fn everything() -> Outcome {
    debian::ensure(For::Test)?;
    judges::ensure()?;
    node::ensure("web")?;
    node::ensure("tests/browser")
}
