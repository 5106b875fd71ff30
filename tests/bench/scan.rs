//! The scan worker against `scanimage` on the same virtual device, and how long a sheet takes from its last line to
//! the clerk's screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use scanner::{
    CancellationToken, Colour, KeepFailed, Launch, PaperSize, Progress, Request, Scanners, Source, Via,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use xtask::demo::sheets;
use xtask::place::{is_installed, target};

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::programs::{Browser, Server, program};
use crate::school::School;

const ROUNDS: usize = 7;
const SHEETS: u32 = 10;
const DPI: u32 = 300;
/// All that the `test` backend's glass has, in millimetres.
const SIDE_MM: &str = "200";
/// A page of the virtual scanner then takes seconds, as real ones do, and its last line is known to a tenth of one.
const SLOW: [(&str, &str); 2] = [("read-delay", "true"), ("read-delay-duration", "5000")];
const GOAL_S: f64 = 1.0;
const SCANIMAGE_DEADLINE: Duration = Duration::from_secs(10);
const SCANIMAGE_TRIES: u32 = 5;

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    if is_installed("scanimage") {
        figures.extend(beside_scanimage(folder)?);
    } else {
        xtask::run::say(
            "scanimage (package sane-utils) is missing: the worker has no peer and is not measured",
        );
    }
    figures.extend(last_line_to_screen(folder)?);
    Ok(figures)
}

/// One virtual scanner, for both.
struct Device {
    environment: Vec<(String, String)>,
    source: Source,
    paper: PaperSize,
}

impl Device {
    /// SANE's `test` backend: a feeder with ten ruled sheets.
    fn feeder(folder: &Path, more: &[(&str, &str)]) -> Outcome<Self> {
        let configuration = folder.join("sane-test");
        fs::create_dir_all(&configuration)?;
        fs::write(configuration.join("dll.conf"), "test\n")?;
        let mut preset = json!({"test-picture": "Grid"});
        for (option, value) in more {
            preset[*option] = serde_json::from_str(value)?;
        }
        let environment = vec![
            ("SANE_CONFIG_DIR".to_owned(), configuration.display().to_string()),
            ("VANTHU_SCAN_PRESET".to_owned(), preset.to_string()),
        ];
        Ok(Self { environment, source: Source::Feeder, paper: PaperSize::Max })
    }

    /// SANE's `pnm` backend: a real A4 page on the glass.
    fn glass(folder: &Path) -> Outcome<Self> {
        let laid = sheets::lay(folder)?;
        Ok(Self { environment: laid.environment, source: Source::Flatbed, paper: PaperSize::A4 })
    }

    fn scanners(&self) -> Outcome<Scanners> {
        let launch = Launch {
            program: program("vanthu")?,
            args: vec!["scan-worker".into()],
            env: self.environment.clone(),
        };
        Ok(Scanners::new(launch, Via::Sane))
    }

    fn request(&self, device: String) -> Request {
        Request {
            device,
            address: None,
            source: self.source,
            colour: Colour::Colour,
            dpi: DPI,
            paper: self.paper,
        }
    }
}

fn beside_scanimage(folder: &Path) -> Outcome<Vec<Figure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut figures = Vec::new();

    let feeder = Device::feeder(folder, &[])?;
    let id = first_device(&runtime, &feeder)?;
    let ours = || scanned(&runtime, &feeder.scanners()?, &feeder.request(id.clone()), folder, SHEETS);
    let (rounds, theirs) =
        in_turn(ROUNDS, ours, || scanimage(&feeder, folder, &feeder_options("jpeg"), SHEETS))?;
    figures.push(
        Figure::new("10 sheets from the feeder, worker started for it", Unit::PerSecond("pages"), rounds)
            .beside("scanimage --format=jpeg", theirs),
    );
    let (rounds, theirs) =
        in_turn(ROUNDS, ours, || scanimage(&feeder, folder, &feeder_options("pnm"), SHEETS))?;
    figures.push(
        Figure::new("the same, the peer not compressing", Unit::PerSecond("pages"), rounds)
            .beside("scanimage --format=pnm", theirs),
    );

    let glass = Device::glass(folder)?;
    let id = first_device(&runtime, &glass)?;
    let page = target().join("sheets/p01.ppm");
    let cold = || scanned(&runtime, &glass.scanners()?, &glass.request(id.clone()), folder, 1);
    let (rounds, theirs) = in_turn(ROUNDS, cold, || scanimage(&glass, folder, &glass_options(&page), 1))?;
    figures.push(
        Figure::new("one A4 page from the glass, worker started for it", Unit::Time, rounds)
            .beside("scanimage --format=jpeg", theirs),
    );
    let scanners = glass.scanners()?;
    runtime.block_on(scanners.devices())?;
    let warm = || scanned(&runtime, &scanners, &glass.request(id.clone()), folder, 1);
    let (rounds, theirs) = in_turn(ROUNDS, warm, || scanimage(&glass, folder, &glass_options(&page), 1))?;
    figures.push(
        Figure::new("the same, worker there already", Unit::Time, rounds)
            .beside("scanimage --format=jpeg", theirs),
    );
    Ok(figures)
}

fn first_device(runtime: &Runtime, device: &Device) -> Outcome<String> {
    let devices = runtime.block_on(device.scanners()?.devices())?;
    Ok(devices.into_iter().next().ok_or("the virtual scanner is not there")?.id)
}

/// Seconds a page, each written to a file as the peer does.
fn scanned(
    runtime: &Runtime,
    scanners: &Scanners,
    request: &Request,
    folder: &Path,
    pages: u32,
) -> Outcome<f64> {
    let keep = async |progress: Progress| match progress {
        Progress::Page { page, capture } => fs::write(folder.join(format!("ours-{page}.jpg")), capture.bytes)
            .map_err(|error| KeepFailed(error.to_string())),
        Progress::Lines { .. } => Ok(()),
    };
    let began = Instant::now();
    let kept = runtime.block_on(scanners.scan(request.clone(), keep, CancellationToken::new()))?;
    let took = began.elapsed().as_secs_f64();
    if kept == pages { Ok(took / f64::from(pages)) } else { Err(format!("{kept} pages, not {pages}").into()) }
}

fn feeder_options(format: &str) -> Vec<String> {
    let options =
        ["-d", "test:0", "--source", "Automatic Document Feeder", "--mode", "Color", "--depth", "8"];
    let area = ["-x", SIDE_MM, "-y", SIDE_MM, "--test-picture", "Grid", "--resolution"];
    let mut options: Vec<String> = options.iter().chain(&area).map(|word| (*word).to_owned()).collect();
    options.push(DPI.to_string());
    options.push(format!("--format={format}"));
    options
}

fn glass_options(page: &Path) -> Vec<String> {
    vec!["-d".into(), "pnm:0".into(), "--filename".into(), page.display().to_string(), "--format=jpeg".into()]
}

/// Seconds a page.
fn scanimage(device: &Device, folder: &Path, options: &[String], pages: u32) -> Outcome<f64> {
    let environment = device.environment.iter().map(|(name, value)| (name, value));
    let mut command = Command::new("scanimage");
    command.args(options).arg(format!("--batch={}/theirs-%d", folder.display())).envs(environment);
    if device.source == Source::Flatbed {
        command.arg("--batch-count=1");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for _ in 0..SCANIMAGE_TRIES {
        let began = Instant::now();
        let ended = ends_by_itself(&mut command.spawn()?)?;
        let took = began.elapsed().as_secs_f64();
        // How it ended does not tell: 7 is an empty feeder, which is what it was to come to.
        let last: PathBuf = folder.join(format!("theirs-{pages}"));
        fs::remove_file(&last).map_err(|why| format!("scanimage brought no {}: {why}", last.display()))?;
        if ended {
            return Ok(took / f64::from(pages));
        }
        xtask::run::say("scanimage hung after its last page and was ended; it is asked again");
    }
    Err("scanimage hangs".into())
}

/// The `test` backend now and then waits for ever for its own thread when it is closed: no figure, and no reason to
/// stop measuring.
fn ends_by_itself(child: &mut Child) -> Outcome<bool> {
    let deadline = Instant::now() + SCANIMAGE_DEADLINE;
    while Instant::now() < deadline {
        if child.try_wait()?.is_some() {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

fn last_line_to_screen(folder: &Path) -> Outcome<Vec<Figure>> {
    let data = folder.join("school");
    let school = School::found(&data)?;
    let cookie = school.cookie(&school.clerk)?;
    drop(school);

    let slow = Device::feeder(folder, &SLOW)?;
    let clerk_at = |device: &Device| -> Outcome<(Server, Browser)> {
        let environment = device.environment.iter().map(|(name, value)| (name, value));
        let mut serve = Command::new(program("vanthu")?);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).envs(environment);
        let server = Server::start(&mut serve, &folder.join("box.log"))?;
        let clerk = Browser::new(server.base(), &cookie);
        Ok((server, clerk))
    };

    let (server, clerk) = clerk_at(&slow)?;
    let slow_pages = watched(&clerk, "feeder", "max", 3)?;
    server.stop()?;
    let (server, clerk) = clerk_at(&Device::glass(folder)?)?;
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
    let device = &scanners["devices"][0]["id"];
    let mut live = clerk.live()?;
    let order = json!({"device": device, "source": source, "colour": "colour", "dpi": DPI, "paper": paper});
    let scan = clerk.post("/api/scans", &order)?;
    let id = scan["id"].as_str().ok_or("a scan without an id")?.to_owned();

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
