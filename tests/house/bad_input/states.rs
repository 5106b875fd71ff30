//! Every state a scanner or a job can be in, brought about for once, and the sentence a clerk reads then. What the guide
//! lists is checked in `guide.rs`; that a page or a mark is told of right, by those who look at pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use office::scans::sentences;
use serde_json::{Value, json};
use xtask::demo::client::{Answer, Client, Trouble};

use super::feeder::{Feeder, Sheet};
use super::scanner::Mood;
use super::support::{School, folder, sane_configuration, scanned, scanner_of, wait_for, wish};
use crate::school;

/// Something that happens to a scanner, and the codes it shows.
struct Scene {
    codes: &'static [&'static str],
    play: fn(&mut Shown),
}

const SCENES: &[Scene] = &[
    Scene { codes: &["scan.no_libsane"], play: no_libsane },
    Scene { codes: &["scan.no_scanner"], play: no_scanner },
    Scene { codes: &["scanner.looking", "scanner.warming"], play: slow },
    Scene {
        codes: &["scanner.ready", "scanner.scanning", "scan.queued", "scan.scanner_gone", "scan.keep"],
        play: at_work,
    },
    Scene {
        codes: &[
            "scan.jammed",
            "scan.cover_open",
            "scan.feeder_empty",
            "scan.busy",
            "scan.access_denied",
            "scan.out_of_memory",
            "scan.unsupported",
            "scan.invalid",
            "scan.io",
            "scan.worker_died",
            "scan.cancelled",
            "scan.hung",
            "scanner.failed",
            "scanner.gone",
        ],
        play: moods,
    },
    Scene {
        codes: &["scan.double_feed", "scan.turning", "scan.sides_mismatch", "scan.interrupted"],
        play: stops_of_a_stack,
    },
    Scene { codes: &["count.fewer", "count.more", "side.missing"], play: what_came },
    Scene { codes: &["power.under_voltage", "usb.resets", "usb.over_current"], play: power },
];

/// Codes of a scanner or a job that no scene here shows, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("disk.full", "needs a disk of its own: full_disk.rs"),
    ("scan.too_many_pages", "a thousand sheets, in a test of its own below"),
];

/// What was read over HTTP, by code.
#[derive(Default)]
struct Shown(BTreeMap<String, BTreeSet<String>>);

impl Shown {
    /// A code and its sentence where the API gives both.
    #[track_caller]
    fn saying(&mut self, saying: &Value) {
        let word = |name| saying[name].as_str().unwrap_or_else(|| panic!("no {name}: {saying}"));
        self.reads(word("code"), word("sentence"));
    }

    fn reads(&mut self, code: &str, sentence: &str) {
        self.0.entry(code.into()).or_default().insert(sentence.into());
    }

    #[track_caller]
    fn refusal<T: std::fmt::Debug>(&mut self, answer: Answer<T>) {
        match answer {
            Err(Trouble::Refused { code, detail, .. }) => self.reads(&code, &detail),
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// How a scanner of the list is.
    #[track_caller]
    fn device(&mut self, list: &Value, state: &str) {
        let device = &list["devices"][0];
        assert_eq!(device["state"], state, "{list}");
        self.reads(&format!("scanner.{state}"), device["sentence"].as_str().unwrap());
    }
}

#[test]
fn every_state_of_a_scanner_or_a_job_is_told_in_its_own_sentence() {
    for scene in SCENES {
        let mut shown = Shown::default();
        (scene.play)(&mut shown);
        let codes: BTreeSet<&str> = shown.0.keys().map(String::as_str).collect();
        assert_eq!(codes, scene.codes.iter().copied().collect(), "{:?}", shown.0);
        for (code, read) in &shown.0 {
            let known = BTreeSet::from([sentences::sentence(code).to_owned()]);
            assert_eq!(*read, known, "{code}");
        }
    }
}

#[test]
fn no_state_of_a_scanner_or_a_job_is_without_a_scene() {
    let of_paper = |code: &&str| code.starts_with("page.") || code.starts_with("mark.");
    let all: BTreeSet<&str> =
        sentences::all().iter().map(|(code, _)| *code).filter(|code| !of_paper(code)).collect();
    let scenes = SCENES.iter().flat_map(|scene| scene.codes).copied();
    let told: BTreeSet<&str> = scenes.chain(ELSEWHERE.iter().map(|(code, _)| *code)).collect();
    assert_eq!(all, told);
}

fn begin(clerk: &Client, wish: &Value) -> Value {
    clerk.post("/api/scans", wish).unwrap()
}

fn no_libsane(shown: &mut Shown) {
    let school = School::open("states-libsane", &[("VANTHU_LIBSANE", "/nowhere/libsane.so.1")]);
    let clerk = school.clerk();
    shown.refusal(clerk.post("/api/scans", &wish("any", "flatbed")));
    let list = clerk.get("/api/scanners").unwrap();
    assert_eq!(list["state"], "no_libsane");
    shown.reads("scan.no_libsane", list["sentence"].as_str().unwrap());
}

fn no_scanner(shown: &mut Shown) {
    let configuration = sane_configuration("states-none", "");
    let school = School::open("states-none", &[("SANE_CONFIG_DIR", &configuration)]);
    let clerk = school.clerk();
    shown.refusal(clerk.post("/api/scans", &wish("any", "flatbed")));
    let list = clerk.get("/api/scanners").unwrap();
    assert_eq!(list["state"], "none");
    shown.reads("scan.no_scanner", list["sentence"].as_str().unwrap());
}

fn moody(name: &str) -> (Mood, School) {
    let mood = Mood::well(&folder(name));
    let school = School::open(name, &mood.variables());
    (mood, school)
}

/// A scanner that takes its time: to be found, and to begin.
fn slow(shown: &mut Shown) {
    let mood = Mood::well(&folder("states-slow"));
    mood.is("wait-in-the-list");
    let school = School::open("states-slow", &mood.variables());
    let clerk = school.clerk();
    let home = clerk.get("/api/home").unwrap();
    shown.reads("scanner.looking", home["scanner"]["sentence"].as_str().unwrap());
    mood.is("well");
    let wish = wish(&scanner_of(&clerk), "flatbed");
    mood.is("wait-in-start");
    let path = format!("/api/scans/{}", begin(&clerk, &wish)["id"].as_str().unwrap());
    shown.saying(&wait_for("the box to say why nothing moves", || {
        let note = clerk.get(&path).unwrap()["note"].clone();
        (!note.is_null()).then_some(note)
    }));
    mood.is("well");
}

fn at_work(shown: &mut Shown) {
    let (mood, school) = moody("states-work");
    let clerk = school.clerk();
    shown.device(&clerk.get("/api/scanners").unwrap(), "ready");
    let wish_here = wish(&scanner_of(&clerk), "flatbed");
    shown.refusal(clerk.post("/api/scans", &wish("usb:04a9:220d", "flatbed")));
    mood.is("wait-in-mid-page");
    let first = begin(&clerk, &wish_here);
    shown.device(&clerk.get("/api/scanners").unwrap(), "scanning");
    shown.saying(&begin(&clerk, &wish_here)["note"]);

    // The folder in which pages are made is no folder any more; nothing can be written, and the disk is not full.
    let making = school.folder.join("data/tmp");
    let aside = school.folder.join("aside");
    fs::rename(&making, &aside).unwrap();
    fs::write(&making, "").unwrap();
    mood.is("well");
    shown.saying(&scanned(&clerk, &first)["error"]);
    fs::remove_file(&making).unwrap();
    fs::rename(&aside, &making).unwrap();
}

fn moods(shown: &mut Shown) {
    let (mood, school) = moody("states-moods");
    let clerk = school.clerk();
    let wish = wish(&scanner_of(&clerk), "flatbed");
    for name in [
        "jammed",
        "cover-open",
        "feeder-empty",
        "busy",
        "denied",
        "no-memory",
        "unsupported",
        "invalid",
        "io-in-mid-page",
        "crash-in-mid-page",
        "cancelled-at-the-scanner",
        "hang-in-mid-page",
    ] {
        mood.is("well");
        wait_for("the scanner to be looked at", || {
            (clerk.get("/api/scanners").unwrap()["devices"][0]["state"] == "ready").then_some(())
        });
        mood.is(name);
        shown.saying(&scanned(&clerk, &begin(&clerk, &wish))["error"]);
    }
    let told = |state: &str| {
        wait_for(state, || {
            Some(clerk.get("/api/scanners").unwrap()).filter(|list| list["devices"][0]["state"] == state)
        })
    };
    mood.is("denied");
    shown.device(&told("failed"), "failed");
    mood.is("torn-away");
    shown.device(&told("gone"), "gone");
}

/// A scanner with a feeder, and sheets that carry numbers on both sides.
fn feeder(name: &str) -> (Feeder, School) {
    let feeder = Feeder::empty(&folder(name));
    let school = School::open(name, &feeder.variables());
    (feeder, school)
}

fn sheets(count: u32) -> Vec<Sheet> {
    (1..=count).map(|sheet| vec![2 * sheet, 2 * sheet + 1]).collect()
}

fn from_feeder(clerk: &Client, more: &Value) -> Value {
    let mut wish = wish(&scanner_of(clerk), "feeder");
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    wish
}

fn stops_of_a_stack(shown: &mut Shown) {
    let (feeder, mut school) = feeder("states-stops");
    let clerk = school.clerk();
    let both = from_feeder(&clerk, &json!({"both_sides_by_hand": true}));
    feeder.lay(&sheets(3));
    let fronts = scanned(&clerk, &begin(&clerk, &both));
    assert_eq!(fronts["state"], "turning");
    shown.saying(&fronts["note"]);
    feeder.lay(&sheets(2));
    let path = format!("/api/scans/{}/continue", fronts["id"].as_str().unwrap());
    shown.saying(&scanned(&clerk, &clerk.post(&path, &json!({})).unwrap())["error"]);

    feeder.lay(&sheets(2));
    feeder.is("double-feed");
    shown.saying(&scanned(&clerk, &begin(&clerk, &from_feeder(&clerk, &json!({}))))["error"]);

    feeder.is("wait-in-mid-page");
    let cut = begin(&clerk, &from_feeder(&clerk, &json!({})));
    school.machine.unplug();
    feeder.is("well");
    school.machine.start().unwrap();
    shown.saying(&scanned(&school.clerk(), &cut)["error"]);
}

fn what_came(shown: &mut Shown) {
    let (feeder, school) = feeder("states-count");
    let clerk = school.clerk();
    for (laid, counted) in [(2, 3), (3, 2)] {
        feeder.lay(&sheets(laid));
        let wish = from_feeder(&clerk, &json!({"sheets_expected": counted}));
        let scan = scanned(&clerk, &begin(&clerk, &wish));
        let counts =
            scan["warnings"].as_array().unwrap().iter().find(|warning| warning["pages"] == json!([]));
        shown.saying(counts.unwrap_or_else(|| panic!("nobody counts: {scan}")));
    }
    // The feeder lets the last sheet fall before its back was read.
    let mut stack = sheets(2);
    stack[1].pop();
    feeder.lay(&stack);
    let wish = from_feeder(&clerk, &json!({"source": "feeder_duplex"}));
    let scan = scanned(&clerk, &begin(&clerk, &wish));
    let missing =
        scan["warnings"].as_array().unwrap().iter().find(|warning| warning["code"] == "side.missing");
    let missing = missing.unwrap_or_else(|| panic!("no side is missing: {scan}"));
    assert_eq!(missing["pages"], json!([3]));
    shown.saying(missing);
}

/// The kernel of a Raspberry Pi, made of files.
fn power(shown: &mut Shown) {
    let kernel = folder("states-power");
    let monitor = kernel.join("sys/class/hwmon/hwmon1");
    fs::create_dir_all(&monitor).unwrap();
    fs::write(monitor.join("name"), "rpi_volt\n").unwrap();
    fs::write(monitor.join("in0_lcrit_alarm"), "1\n").unwrap();
    let log = kernel.join("kmsg");
    fs::write(&log, "").unwrap();
    let power = scanner::Power::at(kernel.join("sys"), Some(log.clone()));
    fs::write(&log, kernel_log()).unwrap();
    let list = told_in_process(power, kernel.join("no-bus").as_path());
    list["troubles"].as_array().unwrap().iter().for_each(|trouble| shown.saying(trouble));
}

fn kernel_log() -> String {
    let reset = "6,1203,98125,-;usb 1-1.3: reset high-speed USB device number 4 using xhci_hcd\n";
    reset.repeat(3) + "4,1204,98131,-;usb usb1-port2: over-current change #1\n"
}

/// The scanners of a box in this process that has this kernel, once all three troubles are noticed.
fn told_in_process(power: scanner::Power, bus: &Path) -> Value {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let bus = scanner::Bus::at(bus.to_owned());
        let school =
            school::School::open_with(|settings| (settings.bus, settings.power) = (bus, power)).await;
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let list = loop {
            let list = school.see(&school.staff[0], "/api/scanners").await;
            if list["troubles"].as_array().is_some_and(|troubles| troubles.len() == 3) {
                break list;
            }
            assert!(std::time::Instant::now() < deadline, "{list}");
            tokio::task::yield_now().await;
        };
        school.close().await;
        list
    })
}

/// Most pages a scan may have, and one sheet more.
#[test]
fn a_stack_that_never_ends_stops_at_a_thousand_pages_and_keeps_them() {
    let (feeder, school) = feeder("endless-stack");
    let clerk = school.clerk();
    feeder.lay(&sheets(1_001));
    let begun = begin(&clerk, &from_feeder(&clerk, &json!({})));
    let scan = wait_for("the feeder to be stopped", || {
        let line = clerk.get("/api/scans").unwrap()["items"][0].clone();
        (line["state"] != "scanning").then_some(line)
    });
    assert_eq!((&scan["id"], scan["pages_total"].as_u64()), (&begun["id"], Some(1_000)), "{scan}");
    assert_eq!(scan["error"]["code"], "scan.too_many_pages");
    assert_eq!(scan["error"]["sentence"], sentences::sentence("scan.too_many_pages"));
    assert_eq!(feeder.left(), 0, "the sheet that was on its way");
    school.closes_sound();
}
