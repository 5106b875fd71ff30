//! A lane for each scanner: its queue, what is plugged in and out, and the buttons on the device. With the real libsane
//! and its virtual devices.

use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::school::{Person, School, at_rest, id, with_backend};

/// Each page takes a while, so that there is something to wait behind.
fn slow() -> Value {
    json!({"read-delay": true, "read-delay-duration": 100_000})
}

fn wish(device: &str, source: &str) -> Value {
    json!({"device": device, "source": source, "colour": "grey", "dpi": 75, "paper": "a5"})
}

/// Asks for a scan; its address.
async fn ask(clerk: &Person<'_>, device: &str, source: &str) -> String {
    let begun = clerk.post("/api/scans", wish(device, source)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.json());
    format!("/api/scans/{}", id(&begun.json()["id"]))
}

fn state(scan: &Value) -> (&str, Option<u64>) {
    (scan["state"].as_str().unwrap(), scan["queue_place"].as_u64())
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_on_one_scanner_wait_their_turn_and_keep_their_order() {
    let school = School::with_backend("test", slow()).await;
    let clerk = school.clerk().await;
    let first = ask(&clerk, "test:0", "feeder").await;
    let second = ask(&clerk, "test:0", "flatbed").await;
    let third = ask(&clerk, "test:0", "flatbed").await;
    let fourth = ask(&clerk, "test:0", "flatbed").await;
    assert_eq!(state(&clerk.get(&first).await.json()), ("scanning", None));
    let waits = clerk.get(&second).await.json();
    assert_eq!(state(&waits), ("queued", Some(1)));
    assert_eq!(waits["note"]["code"], "scan.queued");
    assert_eq!(state(&clerk.get(&third).await.json()), ("queued", Some(2)));
    let listed = clerk.get("/api/scanners").await.json();
    assert_eq!((listed["state"].as_str(), listed["queue_length"].as_u64()), (Some("busy"), Some(3)));
    assert_eq!(listed["devices"][0]["state"], "scanning", "{listed}");

    let left = clerk.post(&format!("{second}/cancel"), json!({})).await.json();
    assert_eq!(state(&left), ("cancelled", None), "{left}");
    assert_eq!(state(&clerk.get(&third).await.json()), ("queued", Some(1)), "who stood behind moves up");
    let stopped = clerk.post(&format!("{first}/cancel"), json!({})).await.json();
    assert_eq!(stopped["state"], "cancelled", "{stopped}");

    let third = clerk.until(&third, at_rest).await;
    let fourth = clerk.until(&fourth, at_rest).await;
    for scan in [&third, &fourth] {
        assert_eq!((scan["state"].as_str(), scan["pages_total"].as_u64()), (Some("done"), Some(1)), "{scan}");
    }
    let kept_at = |scan: &Value| scan["pages"][0]["kept_at"].as_str().unwrap().to_owned();
    assert!(kept_at(&third) < kept_at(&fourth));
    assert_eq!(clerk.get(&second).await.json()["pages_total"], 0, "who left the queue was never scanned");
    assert_eq!(clerk.get("/api/scanners").await.json()["devices"][0]["last"]["source"], "flatbed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_scanners_work_at_the_same_time() {
    let school = School::with_backend("test", slow()).await;
    let clerk = school.clerk().await;
    let (one, other) = (ask(&clerk, "test:0", "feeder").await, ask(&clerk, "test:1", "feeder").await);
    for path in [&one, &other] {
        clerk.until(path, |scan| scan["pages_total"] != 0 || at_rest(scan)).await;
    }
    for path in [&one, &other] {
        assert_eq!(state(&clerk.get(path).await.json()), ("scanning", None), "neither waited for the other");
    }
    for path in [&one, &other] {
        let scan = clerk.until(path, at_rest).await;
        assert_eq!(
            (scan["state"].as_str(), scan["pages_total"].as_u64()),
            (Some("done"), Some(10)),
            "{scan}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_writes_off_who_scanned_and_who_waited_and_both_go_on_where_they_were() {
    let school = School::with_backend("test", slow()).await;
    let clerk = school.clerk().await;
    let mut counted = wish("test:0", "feeder");
    counted["sheets_expected"] = json!(20);
    let begun = clerk.post("/api/scans", counted).await.json();
    let first = format!("/api/scans/{}", id(&begun["id"]));
    let second = ask(&clerk, "test:0", "flatbed").await;
    clerk.until(&first, |scan| scan["pages_total"].as_u64().unwrap() >= 2).await;
    let folder = school.closed().await;
    let settings = with_backend(&folder, "test", slow());
    let school = School::open_as(folder, settings).await;
    let clerk = school.clerk().await;

    let stopped = clerk.get(&first).await.json();
    let kept = stopped["pages_total"].as_u64().unwrap();
    assert_eq!(
        (stopped["state"].as_str(), stopped["error"]["code"].as_str()),
        (Some("failed"), Some("scan.interrupted"))
    );
    assert_eq!(
        (stopped["resume"]["sheet"].as_u64(), stopped["resume"]["sheets_left"].as_u64()),
        (Some(kept + 1), Some(20 - kept)),
        "{stopped}"
    );
    assert_eq!(clerk.get(&second).await.json()["error"]["code"], "scan.interrupted");

    for path in [&first, &second] {
        let answer = clerk.post(&format!("{path}/continue"), json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    }
    let first = clerk.until(&first, at_rest).await;
    assert_eq!(
        (first["state"].as_str(), first["pages_total"].as_u64()),
        (Some("done"), Some(kept + 10)),
        "{first}"
    );
    let ids: Vec<_> =
        first["pages"].as_array().unwrap().iter().map(|page| page["page"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=kept + 10).collect::<Vec<_>>());
    assert_eq!(clerk.until(&second, at_rest).await["pages_total"], 1);
}

/// The kernel's list of what is plugged in.
struct Usb(PathBuf);

impl Usb {
    fn plug(&self) {
        let device = self.0.join("1-1");
        let interface = device.join("1-1:1.0");
        std::fs::create_dir_all(&interface).unwrap();
        std::fs::write(interface.join("bInterfaceClass"), "ff\n").unwrap();
        for (name, fact) in [("busnum", "1"), ("devnum", "7"), ("idVendor", "04c5"), ("idProduct", "132b")] {
            std::fs::write(device.join(name), format!("{fact}\n")).unwrap();
        }
    }

    fn unplug(&self) {
        std::fs::remove_dir_all(self.0.join("1-1")).unwrap();
    }
}

/// Reads what browsers are told until it is about scanners.
async fn hear_of_scanners(told: &mut axum::body::BodyDataStream) {
    let heard = async {
        let mut text = String::new();
        while !text.contains(r#""scanners""#) {
            text += std::str::from_utf8(&told.next().await.unwrap().unwrap()).unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.expect("browsers hear of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_is_plugged_in_or_out_is_noticed_without_asking() {
    let folder = TempDir::new().unwrap();
    let usb = Usb(folder.path().join("usb"));
    std::fs::create_dir_all(&usb.0).unwrap();
    let settings = with_backend(&folder, "", slow());
    let drivers = folder.path().join("sane/dll.conf");
    let school = School::founded(folder, settings).await;
    let clerk = school.clerk().await;
    assert_eq!(clerk.get("/api/scanners").await.json()["state"], "none");
    let live = clerk.request(Method::GET, "/api/live", "", Body::empty(), &[]);
    let mut told = school.send(live).await.into_body().into_data_stream();

    std::fs::write(&drivers, "test\n").unwrap();
    usb.plug();
    hear_of_scanners(&mut told).await;
    assert_eq!(clerk.get("/api/home").await.json()["scanner"]["state"], "ready");

    // Pulled out in the middle of a scan on another one: the look for who is left waits for its end.
    let scan = ask(&clerk, "test:1", "feeder").await;
    clerk.until(&scan, |scan| scan["pages_total"] != 0).await;
    std::fs::write(&drivers, "\n").unwrap();
    usb.unplug();
    let scan = clerk.until(&scan, at_rest).await;
    assert_eq!((scan["state"].as_str(), scan["pages_total"].as_u64()), (Some("done"), Some(10)), "{scan}");
    let gone = clerk.until("/api/home", |home| home["scanner"]["state"] == "none").await;
    assert!(gone["scanner"]["sentence"].as_str().unwrap().contains("Không thấy máy quét"), "{gone}");
    let listed = clerk.get("/api/scanners").await.json();
    assert_eq!(listed["devices"].as_array().unwrap().len(), 2, "known devices stay listed: {listed}");
    assert!(listed["devices"].as_array().unwrap().iter().all(|device| device["state"] == "gone"), "{listed}");
    clerk.post("/api/scans", wish("test:0", "flatbed")).await.refused(422, "scan.no_scanner");
}

/// The misbehaving library of the scanner's own tests, which here behaves.
fn library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drivers/scanner/tests/support/faulty_sane.c");
    let library = folder.join("libfaulty.so");
    let built = Program::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).status();
    assert!(built.expect("a C compiler (Debian package gcc)").success());
    library
}

async fn wait_for(what: &str, fits: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fits() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_the_scanner_starts_the_profile_bound_to_it() {
    let folder = TempDir::new().unwrap();
    let fingers = folder.path().join("fingers");
    std::fs::create_dir_all(&fingers).unwrap();
    let mut settings = with_backend(&folder, "test", json!({}));
    let library = library(folder.path());
    for (name, path) in [("VANTHU_LIBSANE", &library), ("FAULT_BUTTONS", &fingers)] {
        settings.worker_env.push((name.into(), path.to_str().unwrap().into()));
    }
    let school = School::founded(folder, settings).await;
    let clerk = school.clerk().await;
    let device = clerk.get("/api/scanners").await.json()["devices"][0].clone();
    assert_eq!(device["buttons"], json!(["scan", "email"]), "{device}");
    let profile = json!({"name": "Công văn đến", "device": device["id"], "device_label": device["label"],
        "source": "feeder", "colour": "grey", "dpi": 75, "paper": "a5", "button": "scan"});
    let saved = clerk.post("/api/profiles", profile).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.json());

    let watched = async || {
        for _ in 0..2 {
            let _ = std::fs::remove_file(fingers.join("looked"));
            wait_for("somebody looks at the buttons", || fingers.join("looked").exists()).await;
        }
    };
    for presses in 1..=2 {
        watched().await;
        std::fs::write(fingers.join("scan"), "").unwrap();
        let all = |list: &Value| list["items"].as_array().unwrap().iter().all(at_rest);
        let begun = |list: &Value| list["items"].as_array().unwrap().len() == presses && all(list);
        let scans = clerk.until("/api/scans", begun).await;
        let scan = &scans["items"][0];
        assert_eq!((scan["state"].as_str(), scan["pages_total"].as_u64()), (Some("done"), Some(3)), "{scan}");
        assert_eq!(scan["owner"]["name"], "Lê Thị Mai Hương", "whose profile it is");
        watched().await;
        std::fs::remove_file(fingers.join("scan")).unwrap();
    }
    // By hand it goes on working, too.
    assert_eq!(clerk.scan().await["state"], "done");
}
