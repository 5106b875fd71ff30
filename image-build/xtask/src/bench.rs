//! Figures. Each package keeps its own benchmarks; this finds and runs them.

use serde_json::Value;

use crate::run::{Outcome, cargo, read, run, say};
use crate::{setup, webpage};

/// Runs every benchmark, or the one called `name`.
///
/// # Errors
/// When there is none of that name (the sentence lists those there are) or one fails.
pub fn figures(name: Option<&str>) -> Outcome {
    setup::debian::ensure(setup::debian::For::Test)?;
    webpage::build()?;
    let all = benchmarks()?;
    let wanted: Vec<_> = all.iter().filter(|bench| name.is_none_or(|name| bench.name == name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = all.iter().map(|bench| bench.name.as_str()).collect();
        return Err(format!("there is no such benchmark; there are: {}", names.join(", ")));
    }
    for bench in wanted {
        say(&format!("{} ({})", bench.name, bench.package));
        run(&mut cargo(&["bench", "--quiet", "--package", &bench.package, "--bench", &bench.name]))?;
    }
    Ok(())
}

struct Bench {
    package: String,
    name: String,
}

fn benchmarks() -> Outcome<Vec<Bench>> {
    let facts = read(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let facts: Value = serde_json::from_str(&facts).map_err(|why| format!("cargo metadata: {why}"))?;
    let mut found = Vec::new();
    for package in items(&facts["packages"]) {
        for target in items(&package["targets"]) {
            if items(&target["kind"]).iter().any(|kind| kind == "bench") {
                found.push(Bench { package: text(&package["name"]), name: text(&target["name"]) });
            }
        }
    }
    Ok(found)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
