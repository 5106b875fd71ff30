//! The disk is full, at one station of the line after the other. What was acknowledged stays, everything can still be
//! read, the refusal says so, and once there is room the box goes on without having been started anew.

use std::fs;

use serde_json::json;
use xtask::demo::client::{Answer, Client};
use xtask::demo::line::SEAL_PIN;
use xtask::demo::machines::Machine;
use xtask::demo::staff::{Staff, sign_in};
use xtask::place::program;

use super::disk::SmallDisk;
use super::keys::certificate;
use super::scanner::Mood;
use super::support::{
    School, cookie, copy, failed, fixture, folder, free_address, incoming, raw, refused, says_what_to_do,
    scanned, scanner_of, upload, wait_for, wish,
};

/// A school on a disk of 24 MB.
struct Cramped {
    disk: SmallDisk,
    machine: Machine,
    staff: Staff,
}

impl Cramped {
    fn open(name: &str, dressed: impl FnOnce(Machine) -> Machine) -> Option<Self> {
        let folder = folder(name);
        let disk = SmallDisk::mount(&folder.join("disk"), "24m")?;
        let school = School::closed(&format!("{name}-before"), &[]);
        copy(&school.folder.join("data"), &disk.seen_from_here().join("data"));
        let mut machine = dressed(disk.machine(&folder, free_address()));
        machine.start().unwrap();
        Some(Self { disk, machine, staff: school.staff.clone() })
    }

    fn clerk(&self) -> Client {
        sign_in(self.machine.base(), &self.staff.clerk).unwrap()
    }

    fn upload(&self, cookie: &str, file: &[u8]) -> String {
        raw(self.machine.base(), &upload(cookie, file.len(), file))
    }

    /// Everything the clerk may look at is still there to look at.
    fn can_be_read(&self, clerk: &Client, letters: &[String]) {
        for path in ["/healthz", "/api/home", "/api/letters?book=incoming", "/api/scans", "/api/link"] {
            clerk.get(path).unwrap_or_else(|trouble| panic!("{path} on a full disk: {trouble}"));
        }
        for letter in letters {
            let seen =
                clerk.get(letter).unwrap_or_else(|trouble| panic!("{letter} on a full disk: {trouble}"));
            for file in seen["files"].as_array().unwrap() {
                let pdf = clerk.bytes(&format!("{letter}/files/{}", file["name"].as_str().unwrap())).unwrap();
                assert!(pdf.starts_with(b"%PDF-"));
            }
        }
    }

    fn closes_sound(mut self) {
        self.machine.stop().unwrap();
        let data = self.disk.seen_from_here().join("data");
        assert_eq!(fs::read_dir(data.join("tmp")).unwrap().count(), 0, "nothing half written is left");
        let mut check = self.disk.inside();
        check.arg("--").arg(program("vanthu")).args(["check", "--json", "--data"]).arg(self.disk.data());
        let check = check.output().unwrap();
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    }
}

/// Asks for the same until the box says yes; each no must be the full disk.
#[track_caller]
fn once_there_is_room<T: std::fmt::Debug>(ask: impl Fn() -> Answer<T>) -> T {
    ask().expect("there is room again, and the box was not started anew")
}

#[test]
fn a_disk_that_fills_at_any_station_loses_nothing_and_the_box_goes_on_when_there_is_room() {
    // Every sheet another one, so that each needs room.
    let sheets = fixture("pages").display().to_string();
    let fed = |machine: Machine| machine.with_arguments(&["--scan-folder", &sheets]);
    let Some(box_) = Cramped::open("full-disk", fed) else { return };
    let clerk = box_.clerk();
    let device = scanner_of(&clerk);
    let first = clerk.post("/api/letters", &incoming("1/before")).unwrap();
    let mut letters = vec![format!("/api/letters/{}", first["id"].as_str().unwrap())];

    // Registering. The journal keeps some room of its own, so that a few more find their place.
    let mut registered = 1;
    for disk in 0..2 {
        box_.disk.fill_but(0);
        let refusal = loop {
            match clerk.post("/api/letters", &incoming(&format!("{registered}/{disk}"))) {
                Ok(letter) => {
                    registered += 1;
                    assert_eq!(letter["number"], registered);
                    letters.push(format!("/api/letters/{}", letter["id"].as_str().unwrap()));
                }
                refusal => break refusal,
            }
        };
        refused(refusal, 507, "disk.full");
        for _ in 0..3 {
            refused(clerk.post("/api/letters", &incoming("x/full")), 507, "disk.full");
        }
        if disk == 0 {
            box_.disk.free();
            let letter = once_there_is_room(|| clerk.post("/api/letters", &incoming("between")));
            registered += 1;
            assert_eq!(letter["number"], registered, "no number was spent on what was refused");
        }
    }
    box_.can_be_read(&clerk, &letters);
    refused(sign_in(box_.machine.base(), &box_.staff.head).map(drop), 507, "disk.full");
    refused(clerk.post("/api/scans", &wish(&device, "flatbed")), 507, "disk.full");
    box_.disk.free();
    let second = once_there_is_room(|| clerk.post("/api/letters", &incoming("2/after")));
    registered += 1;
    assert_eq!(second["number"], registered, "no number was spent on what was refused");

    // A page on its way to the disk: there is room for the job, not for the sheet.
    let mut stopped = 0;
    for left in [128 << 10, 1 << 20, 3 << 20] {
        let asked = wish(&device, "feeder");
        box_.disk.fill_but(left);
        match clerk.post("/api/scans", &asked) {
            Ok(begun) => {
                let path = format!("/api/scans/{}", begun["id"].as_str().unwrap());
                stopped += 1;
                // It says so as soon as it can write it down, at the latest when there is room.
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        wait_for("the page that does not fit", || {
                            let log = fs::read_to_string(box_.machine.log()).unwrap();
                            (log.matches("a scan stopped").count() == stopped).then_some(())
                        });
                        box_.can_be_read(&clerk, &letters);
                        box_.disk.free();
                    });
                });
                let scan = scanned(&clerk, &clerk.get(&path).unwrap());
                let kept = scan["pages"].as_array().unwrap().len();
                failed(&scan, "disk.full", kept);
            }
            refused_at_once => {
                refused(refused_at_once, 507, "disk.full");
                box_.disk.free();
            }
        }
    }
    let small = scanned(&clerk, &once_there_is_room(|| clerk.post("/api/scans", &wish(&device, "flatbed"))));
    assert_eq!(small["state"], "done", "{small}");
    assert!(stopped > 0, "no scan began");

    // Making the PDF.
    let compose = format!("/api/scans/{}/compose", small["id"].as_str().unwrap());
    box_.disk.fill_but(0);
    refused(clerk.post(&compose, &json!({})), 507, "disk.full");
    box_.disk.free();
    once_there_is_room(|| clerk.post(&compose, &json!({})));
    let mut form = incoming("3/with-paper");
    form["paper"] = small["id"].clone();
    let third = clerk.post("/api/letters", &form).unwrap();
    let letter = &format!("/api/letters/{}", third["id"].as_str().unwrap());
    letters.push(letter.clone());

    // Bringing a file: the disk fills while it comes, or after.
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    let cookie = cookie(box_.machine.base(), &box_.staff.clerk);
    for left in [0, 128 << 10, page.len() as u64 + (4 << 10)] {
        box_.disk.fill_but(left);
        let answer = box_.upload(&cookie, &page);
        assert!(answer.starts_with("HTTP/1.1 507") && answer.contains("disk.full"), "{left} left: {answer}");
        box_.can_be_read(&clerk, &letters);
        box_.disk.free();
        let tmp = box_.disk.seen_from_here().join("data/tmp");
        assert_eq!(fs::read_dir(tmp).unwrap().count(), 0, "the refused file is gone");
    }
    assert!(box_.upload(&cookie, &page).starts_with("HTTP/1.1 201"));

    // Sealing. The request still finds its place in the journal, the sealed file does not; then neither does.
    let version = || clerk.get(letter).unwrap()["version"].clone();
    let ask = || json!({"version": version(), "certificate": certificate(&clerk), "pin": SEAL_PIN});
    let seal = || clerk.get(letter).unwrap()["seal"].clone();
    wait_for("the journal to have some room of its own", || {
        box_.disk.fill_but(0);
        let asked = clerk.post(&format!("{letter}/seal"), &ask());
        if asked.is_err() {
            refused(asked, 507, "disk.full");
            box_.disk.free();
            once_there_is_room(|| clerk.post("/api/letters", &incoming(&format!("{registered}/room"))));
            registered += 1;
            return None;
        }
        Some(())
    });
    let not_sealed =
        wait_for("the seal to fail", || Some(seal()).filter(|seal| seal["state"] != "requested"));
    assert_eq!(not_sealed["state"], "failed", "{not_sealed}");
    says_what_to_do(not_sealed["sentence"].as_str().unwrap());
    while let Ok(letter) = clerk.post("/api/letters", &incoming(&format!("{registered}/seal"))) {
        registered += 1;
        assert!(letter["number"].as_u64().unwrap() > registered);
    }
    refused(clerk.post(&format!("{letter}/seal"), &ask()), 507, "disk.full");
    assert_eq!(seal()["state"], "failed");
    box_.can_be_read(&clerk, &letters);
    box_.disk.free();
    once_there_is_room(|| clerk.post(&format!("{letter}/seal"), &ask()));
    let sealed = wait_for("the seal", || Some(seal()).filter(|seal| seal["state"] != "requested"));
    assert_eq!(sealed["state"], "sealed", "{sealed}");

    let last = clerk.post("/api/letters", &incoming("4/last")).unwrap();
    assert_eq!(last["number"], registered + 2);
    box_.closes_sound();
}

#[test]
fn a_box_whose_disk_is_full_starts_and_can_be_read() {
    let Some(mut box_) = Cramped::open("full-start", |machine| machine) else { return };
    let letter = box_.clerk().post("/api/letters", &incoming("1/before")).unwrap();
    let session = box_.clerk();
    box_.machine.stop().unwrap();
    box_.disk.fill_but(0);
    box_.machine.start().unwrap();
    box_.can_be_read(&session, &[format!("/api/letters/{}", letter["id"].as_str().unwrap())]);
    refused(session.post("/api/letters", &incoming("2/full")), 507, "disk.full");
    // And after a power cut, which leaves the journal to be verified.
    box_.machine.unplug();
    box_.machine.start().unwrap();
    box_.can_be_read(&session, &[]);
    box_.disk.free();
    assert_eq!(session.post("/api/letters", &incoming("2/after")).unwrap()["number"], 2);
    box_.closes_sound();
}

/// Not even that the scan has failed finds its place in the journal: whoever asks is told why nothing moves.
#[test]
fn a_scan_whose_end_finds_no_room_says_so_and_ends_when_there_is_room() {
    let mood = Mood::well(&folder("full-scan"));
    let variables = mood.variables().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let moody = |machine: Machine| machine.with_environment(variables.to_vec());
    let Some(box_) = Cramped::open("full-scan", moody) else { return };
    let clerk = box_.clerk();
    let wish = wish(&scanner_of(&clerk), "flatbed");
    mood.is("wait-in-mid-page");
    let scan = clerk.post("/api/scans", &wish).unwrap();
    box_.disk.fill_but(0);
    let mut registered = 0;
    while clerk.post("/api/letters", &incoming(&format!("{registered}/full"))).is_ok() {
        registered += 1;
    }
    mood.is("well");
    wait_for("the scan to find no room", || {
        let log = fs::read_to_string(box_.machine.log()).unwrap();
        log.contains("the end of a scan is not written yet").then_some(())
    });
    refused(clerk.post("/api/scans", &wish), 507, "disk.full");
    let path = format!("/api/scans/{}", scan["id"].as_str().unwrap());
    refused(clerk.post(&format!("{path}/cancel"), &json!({})), 507, "disk.full");
    box_.disk.free();
    failed(&scanned(&clerk, &scan), "disk.full", 0);
    clerk.post(&format!("{path}/continue"), &json!({})).unwrap();
    let scan = scanned(&clerk, &scan);
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("done"), 1),
        "{scan}"
    );
    assert_eq!(clerk.post("/api/letters", &incoming("after")).unwrap()["number"], registered + 1);
    box_.closes_sound();
}
