//! The scan worker against `scanimage` on the same virtual device. What the box makes of its pages is in `scan/desk.rs`.
//!
//! A real scanner has a pace, and the paced figures are those that matter: whoever writes raw files has nothing to do
//! between two sheets, so what we are slower is what we make the feeder wait. Without a pace it is `memcpy` against a
//! JPEG encoder, which shows how much faster a scanner could become.

mod desk;

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
use crate::programs::program;

const ROUNDS: usize = 7;
const SHEETS: u32 = 10;
const DPI: u32 = 300;
/// All that the `test` backend's glass has, in millimetres.
const SIDE_MM: &str = "200";
/// Paces of office scanners, sheets a minute, and the rest that makes the virtual scanner as slow: microseconds before
/// each of the eleven pieces that it sends a page of this size in.
const PACES: [(u32, u32); 3] = [(30, 178_000), (60, 87_000), (120, 42_000)];
const PACED_ROUNDS: usize = 3;
/// Times the time of a peer that writes raw files.
const PACED_GOAL: f64 = 1.05;
/// Longer than any stack here takes.
const SCANIMAGE_DEADLINE: Duration = Duration::from_secs(40);
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
    figures.extend(desk::figures(folder)?);
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
    /// It rests before each piece of a page for so many microseconds, or not at all.
    fn feeder(folder: &Path, rest: u32) -> Outcome<Self> {
        let configuration = folder.join("sane-test");
        fs::create_dir_all(&configuration)?;
        fs::write(configuration.join("dll.conf"), "test\n")?;
        let mut preset = json!({"test-picture": "Grid"});
        if rest > 0 {
            preset["read-delay"] = true.into();
            preset["read-delay-duration"] = rest.into();
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

    /// As many real A4 pages in the feeder of `pnm`.
    fn stack(folder: &Path, sheets: usize) -> Outcome<Self> {
        let mut device = Self::glass(folder)?;
        for (name, value) in &mut device.environment {
            if name == "VANTHU_SCAN_PRESET" {
                let laid: Value = serde_json::from_str(value)?;
                let pages = laid["filename"].as_array().ok_or("no paper for the feeder")?;
                let stack: Vec<&Value> = pages.iter().cycle().take(sheets).collect();
                *value = json!({"filename": stack}).to_string();
            }
        }
        Ok(Self { source: Source::Feeder, ..device })
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

    for (pace, rest) in PACES {
        let feeder = Device::feeder(folder, rest)?;
        let id = first_device(&runtime, &feeder)?;
        let ours = || scanned(&runtime, &feeder.scanners()?, &feeder.request(id.clone()), folder, SHEETS);
        let (rounds, theirs) =
            in_turn(PACED_ROUNDS, ours, || scanimage(&feeder, folder, &feeder_options("pnm", rest), SHEETS))?;
        figures.push(
            Figure::new(format!("a sheet of a scanner of {pace} a minute"), Unit::Time, rounds)
                .beside("scanimage --batch --format=pnm", theirs)
                .within(PACED_GOAL),
        );
    }

    let feeder = Device::feeder(folder, 0)?;
    let id = first_device(&runtime, &feeder)?;
    let ours = || scanned(&runtime, &feeder.scanners()?, &feeder.request(id.clone()), folder, SHEETS);
    let (rounds, theirs) =
        in_turn(ROUNDS, ours, || scanimage(&feeder, folder, &feeder_options("jpeg", 0), SHEETS))?;
    figures.push(
        Figure::new("10 sheets from the feeder, worker started for it", Unit::PerSecond("pages"), rounds)
            .beside("scanimage --format=jpeg", theirs),
    );
    let (rounds, theirs) =
        in_turn(ROUNDS, ours, || scanimage(&feeder, folder, &feeder_options("pnm", 0), SHEETS))?;
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

fn feeder_options(format: &str, rest: u32) -> Vec<String> {
    let options =
        ["-d", "test:0", "--source", "Automatic Document Feeder", "--mode", "Color", "--depth", "8"];
    let area = ["-x", SIDE_MM, "-y", SIDE_MM, "--test-picture", "Grid", "--resolution"];
    let mut options: Vec<String> = options.iter().chain(&area).map(|word| (*word).to_owned()).collect();
    options.push(DPI.to_string());
    options.push(format!("--format={format}"));
    if rest > 0 {
        options.extend(["--read-delay=yes".into(), "--read-delay-duration".into(), rest.to_string()]);
    }
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
