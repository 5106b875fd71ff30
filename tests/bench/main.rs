//! `cargo xtask bench [NAME]`: how fast, how large, and against what.
//!
//! ```text
//! school.rs   a data directory with staff and, where wanted, a full book
//! programs.rs vanthu and vanthu-hub as processes, a browser to ask them
//! NAME.rs     each times our work and a peer's in turn, round by round  ─→ Figure
//! figures.rs  median, spread, ratio, goal                              ─→ table, one JSON line
//! ```
//!
//! A figure alone says little on a machine whose disk and neighbours nobody knows; so wherever there is one, a peer
//! does the least that could be done in the same minute on the same disk (append and fsync, `scanimage`, one bare
//! signature), and the ratio is what may be compared between machines. Ours and the peer's alternate, so that what else
//! the machine is doing falls on both. Nothing here fails for being slow.
//!
//! The programs are those beside this one in the build folder. The last line of standard output is JSON.
#![forbid(unsafe_code)]

mod figures;
mod hub;
mod journal;
mod machine;
mod paper;
mod programs;
mod scan;
mod school;
mod sign;
mod spent;
mod the_box;

use std::path::Path;
use std::process::ExitCode;

use figures::{Figure, Outcome};
use xtask::place;
use xtask::run::say;

/// One group of figures.
struct Bench {
    name: &'static str,
    run: fn(&Path) -> Outcome<Vec<Figure>>,
}

const BENCHES: [Bench; 6] = [
    Bench { name: "journal", run: journal::figures },
    Bench { name: "scan", run: scan::figures },
    Bench { name: "paper", run: paper::figures },
    Bench { name: "sign", run: sign::figures },
    Bench { name: "hub", run: hub::figures },
    Bench { name: "box", run: the_box::figures },
];

fn main() -> ExitCode {
    // `cargo bench` adds `--bench` of its own accord.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|name| BENCHES.iter().all(|bench| bench.name != **name)) {
        let names = BENCHES.map(|bench| bench.name).join(", ");
        eprintln!("there is no benchmark {unknown}; there are: {names}");
        return ExitCode::from(2);
    }
    match measured(&wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every one of them came to its end; one that did not keeps no other from being shown.
fn measured(wanted: &[String]) -> Outcome<bool> {
    let folder = place::fresh_folder("bench")?;
    let machine = machine::Machine::look(&folder)?;
    let mut groups = Vec::new();
    let mut complete = true;
    for bench in &BENCHES {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == bench.name) {
            continue;
        }
        say(bench.name);
        let own = folder.join(bench.name);
        std::fs::create_dir_all(&own)?;
        match (bench.run)(&own) {
            Ok(figures) => groups.push((bench.name, figures)),
            Err(why) => {
                say(&format!("{} was not measured: {why}", bench.name));
                complete = false;
            }
        }
    }
    print!("{machine}{}", figures::table(&groups));
    println!("{}", figures::json(machine.json(), &groups));
    Ok(complete)
}
