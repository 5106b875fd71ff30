//! `cargo xtask test`: everything that must be green, cheapest first.

use std::process::Command;
use std::time::Instant;

use crate::demo::house::BUILT;
use crate::place::{at, is_installed, program};
use crate::run::{Outcome, cargo, run, say};
use crate::setup::{self, judges};
use crate::{browser, demo, webpage};

type Part = (&'static str, fn() -> Outcome);

const PARTS: &[Part] = &[
    ("set-up", setup::everything),
    ("page", page),
    ("programs and tests", compile),
    ("Rust tests", rust_tests),
    ("documentation's examples", || run(&mut cargo(&["test", "--workspace", "--doc", "--quiet"]))),
    ("announcement on the network", in_its_own_network),
    ("smoke", demo::walk_through),
    ("browser", browser::in_the_browser),
];

/// Installs, builds and tests everything.
///
/// # Errors
/// At the first part that is not green; the sentence names it.
pub fn everything() -> Outcome {
    let mut report = Vec::new();
    for (name, part) in PARTS {
        say(&format!("=== {name}"));
        let began = Instant::now();
        part().map_err(|why| format!("{name}: {why}"))?;
        report.push(format!("{name} {:.0} s", began.elapsed().as_secs_f32()));
    }
    say(&format!("all green: {}", report.join(", ")));
    Ok(())
}

fn page() -> Outcome {
    webpage::build()?;
    webpage::judge()
}

/// With all tests at once: cargo then builds the programs as well, and every library a single time.
fn compile() -> Outcome {
    run(&mut cargo(&["test", "--workspace", "--no-run", "--quiet"]))
}

fn rust_tests() -> Outcome {
    if is_installed("cargo-nextest") {
        return run(cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]).env(BUILT, "1"));
    }
    say("cargo-nextest is not installed; cargo's own runner does it, only slower");
    let runner = ["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"];
    run(cargo(&runner).env(BUILT, "1"))
}

/// `cargo xtask netns`: the announcement alone.
///
/// # Errors
/// When the resolver in the other network does not find what it should.
pub fn announcement() -> Outcome {
    setup::everything()?;
    webpage::build()?;
    demo::house::build_programs()?;
    in_its_own_network()
}

fn in_its_own_network() -> Outcome {
    if std::env::var_os("VANTHU_NO_NETNS").is_some() {
        say("VANTHU_NO_NETNS is set: the announcement on the network was NOT tested");
        return Ok(());
    }
    run(Command::new(judges::python()).arg(at("tests/netns/announcement.py")).arg(program("vanthu")))
}
