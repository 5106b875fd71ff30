//! The scan desk of a box: how long a sheet takes from its last line to the clerk's screen, how many a minute come to
//! rest, and what a feeder full of paper costs in memory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::place::is_installed;

use super::{DPI, Device, PACED_GOAL, PACED_ROUNDS, PACES, ROUNDS, SHEETS, feeder_options, scanimage};
use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::programs::{Browser, Server, program};
use crate::school::School;
use crate::the_box::{children, memory, peak};

const GOAL_S: f64 = 1.0;
const GREAT_STACK: usize = 500;
const GROWTH_GOAL_BYTES: f64 = 50e6;
/// Sheets after which everything has been used once.
const SOON: usize = 20;
const LOOK_EVERY: usize = 5;

pub(super) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let data = folder.join("school");
    let school = School::found(&data)?;
    let desk = ScanDesk { cookie: school.cookie(&school.clerk)?, data, log: folder.join("box.log") };
    drop(school);
    let mut figures = last_line_to_screen(folder, &desk)?;
    if is_installed("scanimage") {
        figures.push(at_rest_beside_raw_files(folder, &desk)?);
    }
    figures.extend(great_stack(folder, &desk)?);
    Ok(figures)
}

/// A school whose clerk scans.
struct ScanDesk {
    data: PathBuf,
    log: PathBuf,
    cookie: String,
}

impl ScanDesk {
    fn with(&self, device: &Device) -> Outcome<(Server, Browser)> {
        let environment = device.environment.iter().map(|(name, value)| (name, value));
        let mut serve = Command::new(program("vanthu")?);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&self.data).envs(environment);
        let server = Server::start(&mut serve, &self.log)?;
        let clerk = Browser::new(server.base(), &self.cookie);
        Ok((server, clerk))
    }
}

/// A stack through the box, each page at rest before the next sheet is fed, beside one whose pages are only written.
fn at_rest_beside_raw_files(folder: &Path, desk: &ScanDesk) -> Outcome<Figure> {
    let (pace, rest) = PACES[PACES.len() - 1];
    let feeder = Device::feeder(folder, rest)?;
    let (server, clerk) = desk.with(&feeder)?;
    let ours = || {
        let began = Instant::now();
        watched(&clerk, "feeder", "max", SHEETS as usize)?;
        Ok(began.elapsed().as_secs_f64() / f64::from(SHEETS))
    };
    let theirs = || scanimage(&feeder, folder, &feeder_options("pnm", rest), SHEETS);
    let (ours, theirs) = in_turn(PACED_ROUNDS, ours, theirs)?;
    server.stop()?;
    Ok(Figure::new(format!("a sheet of a scanner of {pace} a minute, kept by the box"), Unit::Time, ours)
        .beside("scanimage --batch --format=pnm", theirs)
        .within(PACED_GOAL))
}

/// What a feeder full of paper costs in memory, and whether it costs more with every sheet.
fn great_stack(folder: &Path, desk: &ScanDesk) -> Outcome<Vec<Figure>> {
    let (server, clerk) = desk.with(&Device::stack(folder, GREAT_STACK)?)?;
    let scanners = clerk.get("/api/scanners")?;
    let before = memory(server.process(), "Pss")?;
    let mut live = clerk.live()?;
    let id = ordered(&clerk, &scanners, "feeder", "a4")?;
    let (mut pages, mut most, mut soon, mut worker) = (0, 0.0_f64, 0.0_f64, 0.0_f64);
    let began = Instant::now();
    while pages < GREAT_STACK {
        let (name, _) = live.next_event()?;
        if name != "page" {
            fails_early(&clerk, &id)?;
            continue;
        }
        pages += 1;
        if pages % LOOK_EVERY == 0 {
            let children = children(server.process())?;
            let with_children = children.iter().filter_map(|child| memory(*child, "Pss").ok());
            most = most.max(memory(server.process(), "Pss")? + with_children.sum::<f64>());
            worker = children.iter().filter_map(|child| peak(*child).ok()).fold(worker, f64::max);
            if pages <= SOON {
                soon = most;
            }
        }
    }
    let each = began.elapsed().as_secs_f64() / GREAT_STACK as f64;
    finish(&clerk, &id)?;
    server.stop()?;
    let figure =
        |what: &str, unit, number| Figure::new(format!("{GREAT_STACK} sheets: {what}"), unit, vec![number]);
    Ok(vec![
        figure("server and worker grow by (Pss)", Unit::Bytes, most - before).below(GROWTH_GOAL_BYTES),
        figure(&format!("of it, after the first {SOON}"), Unit::Bytes, most - soon),
        figure("most a worker ever held (Rss)", Unit::Bytes, worker),
        figure("kept by the box, no pace", Unit::PerSecond("pages"), each),
    ])
}

fn last_line_to_screen(folder: &Path, desk: &ScanDesk) -> Outcome<Vec<Figure>> {
    let slow = Device::feeder(folder, PACES[0].1)?;
    let (server, clerk) = desk.with(&slow)?;
    let slow_pages = watched(&clerk, "feeder", "max", 3)?;
    server.stop()?;
    let (server, clerk) = desk.with(&Device::glass(folder)?)?;
    let mut real_pages = Vec::new();
    for _ in 0..ROUNDS {
        real_pages.extend(watched(&clerk, "flatbed", "a4", 1)?);
    }
    server.stop()?;

    let told = |pages: &[Seen]| pages.iter().map(|seen| seen.told.as_secs_f64()).collect();
    let shown = |pages: &[Seen]| pages.iter().map(|seen| seen.shown.as_secs_f64()).collect();
    Ok(vec![
        Figure::new(
            "last line heard of → page at rest and told, slow scanner",
            Unit::Time,
            told(&slow_pages),
        )
        .below(GOAL_S),
        Figure::new("last line heard of → its picture on the scan desk", Unit::Time, shown(&slow_pages))
            .below(GOAL_S),
        Figure::new(
            "first line of a real A4 page → its picture on the scan desk",
            Unit::Time,
            shown(&real_pages),
        )
        .below(GOAL_S),
    ])
}

/// How long after the last word of a moving sheet the clerk was told of the page, and had its picture.
struct Seen {
    told: Duration,
    shown: Duration,
}

/// Scans as the clerk's page does, and watches the first `pages` come in.
fn watched(clerk: &Browser, source: &str, paper: &str, pages: usize) -> Outcome<Vec<Seen>> {
    let scanners = clerk.get("/api/scanners")?;
    let mut live = clerk.live()?;
    let id = ordered(clerk, &scanners, source, paper)?;
    let mut seen = Vec::new();
    let mut last_line = Instant::now();
    while seen.len() < pages {
        let (name, event) = live.next_event()?;
        match name.as_str() {
            "scan" => last_line = Instant::now(),
            "page" => {
                let told = last_line.elapsed();
                let number = &event["number"];
                clerk.bytes(&format!("/api/scans/{id}/pages/{number}.jpg?size=small"))?;
                seen.push(Seen { told, shown: last_line.elapsed() });
            }
            _ => fails_early(clerk, &id)?,
        }
    }
    finish(clerk, &id)?;
    Ok(seen)
}

/// Orders a scan from the first scanner there is; its id.
fn ordered(clerk: &Browser, scanners: &Value, source: &str, paper: &str) -> Outcome<String> {
    let device = &scanners["devices"][0]["id"];
    let order = json!({"device": device, "source": source, "colour": "colour", "dpi": DPI, "paper": paper});
    let scan = clerk.post("/api/scans", &order)?;
    Ok(scan["id"].as_str().ok_or("a scan without an id")?.to_owned())
}

/// A scan that failed sends no more pages.
fn fails_early(clerk: &Browser, id: &str) -> Outcome {
    let scan = clerk.get(&format!("/api/scans/{id}"))?;
    if scan["state"] == "failed" { Err(format!("the scan failed: {}", scan["error"]).into()) } else { Ok(()) }
}

/// The desk is free again.
fn finish(clerk: &Browser, id: &str) -> Outcome {
    let scan = clerk.get(&format!("/api/scans/{id}"))?;
    if scan["state"] == "scanning" {
        clerk.post(&format!("/api/scans/{id}/cancel"), &Value::Null)?;
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let scan = clerk.get(&format!("/api/scans/{id}"))?;
        if scan["state"] != "scanning" {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err("the scan does not end".into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
