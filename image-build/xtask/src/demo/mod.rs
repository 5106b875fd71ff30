//! The demonstration: a hub, one school's box, its people, its paper - for a person to try or for a program to
//! walk through.
//!
//! ```text
//! place::fresh_folder ─> House::build ─> Line::new ─> stations …
//!                        (house.rs)      (line/)
//! ```
//!
//! [`machines`] starts and stops the programs, [`sheets`] lays paper into the scanner, [`staff`] invents people,
//! [`client`] is a person's browser, [`mod@line`] the stations from scanner to office above, [`card`] what is printed.

pub mod card;
pub mod client;
pub mod facts;
pub mod house;
pub mod line;
pub mod machines;
pub mod sheets;
pub mod staff;

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{Outcome, say};
use crate::{place, setup, webpage};
use house::House;
use line::{FURNISHING, Line, STATIONS, Station};
use machines::Reach;

/// Installs and builds what a house needs.
///
/// # Errors
/// When something is missing that cannot be installed, or does not compile.
pub fn prepare() -> Outcome {
    setup::for_demo()?;
    webpage::build()?;
    house::build_programs()
}

/// `cargo xtask demo`: a furnished house, its card on the terminal, until Ctrl-C.
///
/// # Errors
/// When a machine does not start, or ends by itself.
pub fn stay_up() -> Outcome {
    prepare()?;
    let mut line = furnished("demo", Reach::Network)?;
    print!("{}", card::of(&line.house));
    loop {
        // Ctrl-C reaches the machines as well (same terminal), and they stop as they do under systemd; whoever
        // ends only us ends them too, because they were started to die with their parent.
        sleep(Duration::from_millis(300));
        for machine in [&mut line.house.school, &mut line.house.hub] {
            if let Some(how) = machine.ended() {
                return Err(format!("a machine ended by itself ({how}): {}", machine.last_words()));
            }
        }
    }
}

/// A house with its people in, its seal certificate deposited and its box enrolled, both machines running.
///
/// # Errors
/// When a machine does not start or a station fails.
pub fn furnished(kind: &str, reach: Reach) -> Outcome<Line> {
    furnish(House::build(&place::fresh_folder(kind)?, reach)?)
}

/// The same for a house that is built and still off.
///
/// # Errors
/// As [`furnished`].
pub fn furnish(mut house: House) -> Outcome<Line> {
    house.hub.start()?;
    house.school.start()?;
    let mut line = Line::new(house);
    for station in FURNISHING {
        (station.pass)(&mut line).map_err(|trouble| format!("{}: {trouble}", station.name))?;
    }
    Ok(line)
}

/// `cargo xtask demo --smoke`: the whole line, then one JSON line on standard output.
///
/// # Errors
/// When a station fails; the JSON line names it too.
pub fn smoke() -> Outcome {
    match prepare() {
        Ok(()) => walk_through(),
        Err(why) => Log::default().close(Err(("build".to_owned(), why))),
    }
}

/// The walk of `demo --smoke` with programs that are already built.
///
/// # Errors
/// As [`smoke`].
pub fn walk_through() -> Outcome {
    let mut log = Log::default();
    let walked = walk(&mut log);
    log.close(walked)
}

type Failed = (String, String);

fn walk(log: &mut Log) -> Result<Value, Failed> {
    let build = || House::build(&place::fresh_folder("smoke")?, Reach::Here);
    let mut house = log.time("set_up", build)?;
    log.time("hub", || house.hub.start())?;
    log.time("box", || house.school.start())?;
    let mut line = Line::new(house);
    for Station { name, pass } in FURNISHING.iter().chain(STATIONS) {
        log.time(name, || pass(&mut line).map_err(String::from))?;
    }
    log.time("stop", || line.house.school.stop().and(line.house.hub.stop()))?;
    Ok(line.summary())
}

#[derive(Default)]
struct Log {
    lines: Vec<Value>,
}

impl Log {
    fn time<T>(&mut self, station: &str, pass: impl FnOnce() -> Outcome<T>) -> Result<T, Failed> {
        let began = Instant::now();
        let done = pass().map_err(|why| (station.to_owned(), why))?;
        let ms = began.elapsed().as_millis() as u64;
        say(&format!("{station}: {ms} ms"));
        self.lines.push(json!({"name": station, "ms": ms}));
        Ok(done)
    }

    /// Prints the JSON line.
    fn close(self, walked: Result<Value, Failed>) -> Outcome {
        let (mut line, outcome) = match walked {
            Ok(facts) => (facts, Ok(())),
            Err((station, why)) => {
                let sentence = format!("station {station} failed: {why}");
                (json!({"failed": {"station": station, "why": why}}), Err(sentence))
            }
        };
        line["ok"] = outcome.is_ok().into();
        line["stations"] = self.lines.into();
        println!("{line}");
        outcome
    }
}
