//! The scanner: not there, jammed, hung, torn away. Every sheet that was fed stays.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use xtask::demo::client::Client;

use super::support::{
    School, failed, fixture, folder, refused, sane_configuration, says_what_to_do, scanned, scanner_of,
    upload, wait_for, wish,
};

fn begin(clerk: &Client, source: &str) -> Value {
    clerk.post("/api/scans", &wish(&scanner_of(clerk), source)).unwrap()
}

fn go_on(clerk: &Client, scan: &Value) -> Value {
    let path = format!("/api/scans/{}/continue", scan["id"].as_str().unwrap());
    scanned(clerk, &clerk.post(&path, &json!({})).unwrap())
}

/// What the desk and the home page say where no scanner is; those that were there once are listed as gone.
fn told(clerk: &Client, state: &str, gone: usize) {
    let list = clerk.get("/api/scanners").unwrap();
    let devices = list["devices"].as_array().unwrap();
    assert_eq!((list["state"].as_str(), devices.len()), (Some(state), gone), "{list}");
    assert!(devices.iter().all(|device| device["state"] == "gone"), "{list}");
    says_what_to_do(list["sentence"].as_str().unwrap());
    let home = wait_for("the home page to know", || {
        Some(clerk.get("/api/home").unwrap()).filter(|home| home["scanner"]["state"] == state)
    });
    says_what_to_do(home["scanner"]["sentence"].as_str().unwrap());
}

#[test]
fn without_libsane_the_package_is_named_and_files_can_still_be_brought() {
    let school = School::open("no-libsane", &[("VANTHU_LIBSANE", "/nowhere/libsane.so.1")]);
    let clerk = school.clerk();
    told(&clerk, "no_libsane", 0);
    let sentence = refused(clerk.post("/api/scans", &wish("any", "flatbed")), 422, "scan.no_libsane");
    assert!(sentence.contains("libsane1"), "{sentence}");
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    let cookie = school.cookie(&school.staff.clerk);
    let request = upload(&cookie, page.len(), &page);
    assert!(school.raw(&request).starts_with("HTTP/1.1 201"), "a picture is taken in");
    school.goes_on();
    school.closes_sound();
}

#[test]
fn without_a_scanner_the_clerk_is_told_where_to_look() {
    let configuration = sane_configuration("no-scanner", "");
    let school = School::open("no-scanner", &[("SANE_CONFIG_DIR", &configuration)]);
    let clerk = school.clerk();
    told(&clerk, "none", 0);
    refused(clerk.post("/api/scans", &wish("usb:04a9:220d", "flatbed")), 422, "scan.no_scanner");
    school.goes_on();
    school.closes_sound();
}

#[test]
fn a_jam_at_the_third_sheet_keeps_two_and_the_pile_goes_on() {
    let preset = r#"{"read-return-value": ["Default", "Default", "SANE_STATUS_JAMMED"]}"#;
    let school = School::with_test_scanner("jam", preset);
    let clerk = school.clerk();
    let scan = scanned(&clerk, &begin(&clerk, "feeder"));
    failed(&scan, "scan.jammed", 2);
    for page in ["1.jpg", "2.jpg", "2.jpg?size=small"] {
        let page = clerk.bytes(&format!("/api/scans/{}/pages/{page}", scan["id"].as_str().unwrap())).unwrap();
        assert!(page.starts_with(&[0xff, 0xd8]));
    }
    let scan = go_on(&clerk, &scan);
    failed(&scan, "scan.jammed", 4);
    let composed =
        clerk.post(&format!("/api/scans/{}/compose", scan["id"].as_str().unwrap()), &json!({})).unwrap();
    assert_eq!(composed["paper"]["pages"], 4, "what was kept can be filed");
    school.goes_on();
    school.closes_sound();
}

/// A driver whose mood a test changes while the box runs: it reads the word from a file at every call.
pub(super) struct Mood {
    library: String,
    file: String,
}

impl Mood {
    pub(super) fn well(folder: &Path) -> Self {
        let [library, file] = ["libmoody.so", "mood"].map(|name| folder.join(name).display().to_string());
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/house/bad_input/moody_sane.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", &library, source])
            .status()
            .expect("a C compiler (Debian package gcc) for the moody driver");
        assert!(compiled.success());
        let mood = Self { library, file };
        mood.is("well");
        mood
    }

    pub(super) fn variables(&self) -> [(&str, &str); 2] {
        [("VANTHU_LIBSANE", &self.library), ("MOOD", &self.file)]
    }

    pub(super) fn is(&self, mood: &str) {
        // In one step: the driver must never read half a word.
        let beside = format!("{}.next", self.file);
        fs::write(&beside, mood).unwrap();
        fs::rename(&beside, &self.file).unwrap();
    }
}

/// A school with such a driver.
struct Moody {
    school: School,
    mood: Mood,
}

impl Moody {
    fn new(name: &str) -> Self {
        let mood = Mood::well(&folder(name));
        Self { school: School::open(name, &mood.variables()), mood }
    }

    fn is(&self, mood: &str) {
        self.mood.is(mood);
    }
}

#[test]
fn whatever_the_scanner_says_the_pages_stay_and_the_same_scan_goes_on_once_it_is_mended() {
    let scanner = Moody::new("moods");
    let clerk = scanner.school.clerk();
    let mut scan = scanned(&clerk, &begin(&clerk, "flatbed"));
    assert_eq!(scan["state"], "done", "{scan}");
    let mut pages = 1;
    for (mood, code) in [
        ("jammed", "scan.jammed"),
        ("cover-open", "scan.cover_open"),
        ("feeder-empty", "scan.feeder_empty"),
        ("busy", "scan.busy"),
        ("denied", "scan.access_denied"),
        ("no-memory", "scan.out_of_memory"),
        ("io-in-mid-page", "scan.io"),
        ("jammed-in-mid-page", "scan.jammed"),
        ("crash-in-mid-page", "scan.worker_died"),
        ("cancelled-at-the-scanner", "scan.cancelled"),
    ] {
        scanner.is(mood);
        scan = go_on(&clerk, &scan);
        failed(&scan, code, pages);
        scanner.is("well");
        scan = go_on(&clerk, &scan);
        pages += 1;
        assert_eq!(
            (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
            (Some("done"), pages),
            "after {mood}: {scan}"
        );
    }
    // Torn away: it is not in the list any more when somebody looks.
    scanner.is("torn-away");
    scan = go_on(&clerk, &scan);
    failed(&scan, "scan.io", pages);
    let path = format!("/api/scans/{}/continue", scan["id"].as_str().unwrap());
    refused(clerk.post(&path, &json!({})), 422, "scan.no_scanner");
    told(&clerk, "none", 1);
    scanner.is("well");
    scan = go_on(&clerk, &scan);
    assert_eq!(scan["pages"].as_array().unwrap().len(), pages + 1);
    scanner.school.goes_on();
    scanner.school.closes_sound();
}

#[test]
fn a_scanner_that_hangs_in_mid_page_is_given_up_and_can_be_stopped_before_that() {
    let scanner = Moody::new("hung");
    let clerk = scanner.school.clerk();
    let scan = scanned(&clerk, &begin(&clerk, "flatbed"));
    scanner.is("hang-in-mid-page");
    let path = format!("/api/scans/{}", scan["id"].as_str().unwrap());
    clerk.post(&format!("{path}/continue"), &json!({})).unwrap();
    // The office works while the driver hangs.
    scanner.school.goes_on();
    let waiting = begin(&clerk, "flatbed");
    assert_eq!((waiting["state"].as_str(), waiting["queue_place"].as_u64()), (Some("queued"), Some(1)));
    let left = format!("/api/scans/{}/cancel", waiting["id"].as_str().unwrap());
    assert_eq!(clerk.post(&left, &json!({})).unwrap()["state"], "cancelled");
    refused(clerk.post(&format!("{path}/discard"), &json!({})), 409, "scan.at_work");
    let scan = scanned(&clerk, &scan);
    failed(&scan, "scan.hung", 1);

    clerk.post(&format!("{path}/continue"), &json!({})).unwrap();
    let _ = clerk.post(&format!("{path}/cancel"), &json!({})).unwrap();
    let scan = scanned(&clerk, &scan);
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("cancelled"), 1),
        "{scan}"
    );
    scanner.is("well");
    assert_eq!(go_on(&clerk, &scan)["pages"].as_array().unwrap().len(), 2);
    scanner.school.closes_sound();
}

#[test]
fn a_box_told_to_stop_while_the_driver_hangs_stops_and_comes_back() {
    let mut scanner = Moody::new("hung-at-stop");
    let clerk = scanner.school.clerk();
    scanner.is("hang-in-mid-page");
    let scan = begin(&clerk, "flatbed");
    scanner.school.machine.stop().unwrap();
    scanner.is("well");
    scanner.school.machine.start().unwrap();
    let scan = scanned(&scanner.school.clerk(), &scan);
    failed(&scan, "scan.interrupted", 0);
    scanner.school.closes_sound();
}
