//! What a reviewer would otherwise have to say by hand.

use crate::place::is_installed;
use crate::run::{Outcome, cargo, run, say};
use crate::{setup, webpage};

/// Format, lints, documentation, the page, and - where cargo-deny is installed - licences and advisories.
///
/// # Errors
/// At the first complaint.
pub fn everything() -> Outcome {
    setup::for_demo()?;
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    // The binaries embed the built page: without it they do not compile.
    webpage::build()?;
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    run(cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"])
        .env("RUSTDOCFLAGS", "--deny warnings"))?;
    webpage::judge()?;
    if is_installed("cargo-deny") {
        return run(&mut cargo(&["deny", "check"]));
    }
    say("cargo-deny is not installed: licences and advisories were not looked at");
    Ok(())
}
