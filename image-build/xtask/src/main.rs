//! `cargo xtask COMMAND`: see the library's page for what there is.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use xtask::{bench, browser, check, demo, run::Outcome, setup, suite, webpage};

const USAGE: &str = "cargo xtask COMMAND

  demo             a hub and one school's box with people, paper and passwords, until Ctrl-C
  demo --smoke     the whole line without a person; ends with one JSON line
  test             everything that must be green
  bench [NAME]     figures
  check            format, lints, documentation, types of the page, licences
  setup            only install what is missing
  web              only build the page
  browser          only the browser's walks
  netns            only the announcement on the network
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["setup"] => setup::everything(),
        ["web"] => webpage::build(),
        ["demo"] => demo::stay_up(),
        ["demo", "--smoke"] => demo::smoke(),
        ["test"] => suite::everything(),
        ["netns"] => suite::announcement(),
        ["browser"] => browser::walks(),
        ["bench"] => bench::figures(None),
        ["bench", name] => bench::figures(Some(name)),
        ["check"] => check::everything(),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    report(outcome)
}

fn report(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
