//! A copier on the network through the real sane-airscan: real pages over eSCL, and all that a copier across the corridor
//! meets - a jam, an open lid, somebody copying, a cable pulled in the middle of a page, switched off over night.

mod mfp;
mod presence;

use std::fs;

use serde_json::{Value, json};
use xtask::demo::client::Client;

use super::support::{
    School, failed, fixture, folder, free_address, says_what_to_do, scanned, scanner_of, wait_for,
};
use mfp::{Mfp, Trouble};

/// A school whose only scanner is the copier.
struct Corridor {
    school: School,
    mfp: Mfp,
}

impl Corridor {
    fn new(name: &str) -> Self {
        let mfp = Mfp::at(free_address());
        let configuration = mfp.sane_configuration(&folder(name));
        Self { school: School::open(name, &[("SANE_CONFIG_DIR", &configuration)]), mfp }
    }

    fn begin(&self, clerk: &Client, source: &str) -> Value {
        let device = scanner_of(clerk);
        let wish = json!({"device": device, "source": source, "colour": "colour", "dpi": 300, "paper": "a4"});
        scanned(clerk, &clerk.post("/api/scans", &wish).unwrap())
    }

    fn go_on(&self, clerk: &Client, scan: &Value) -> Value {
        let path = format!("/api/scans/{}/continue", scan["id"].as_str().unwrap());
        scanned(clerk, &clerk.post(&path, &json!({})).unwrap())
    }
}

/// The pages of the fixtures, over and over.
fn pages(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|n| fs::read(fixture(&format!("pages/p0{}.jpg", n % 4 + 1))).unwrap())
}

#[track_caller]
fn done(scan: &Value, pages: usize) {
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("done"), pages),
        "{scan}"
    );
}

#[test]
fn a_copier_on_the_network_gives_its_glass_its_feeder_and_both_sides() {
    let corridor = Corridor::new("escl");
    let clerk = corridor.school.clerk();
    let list = clerk.get("/api/scanners").unwrap();
    let device = &list["devices"][0];
    assert_eq!(device["label"], "Bluebird Office 300", "{list}");
    assert_eq!(device["sources"], json!(["flatbed", "feeder", "feeder_duplex"]));
    assert_eq!(device["resolutions_dpi"], json!([300]));

    corridor.mfp.lay(pages(1).next().unwrap());
    let glass = corridor.begin(&clerk, "flatbed");
    done(&glass, 1);
    let page = &glass["pages"][0];
    assert_eq!(
        (&page["width_px"], &page["height_px"], &page["dpi"]),
        (&json!(2480), &json!(3508), &json!(300))
    );

    corridor.mfp.load(pages(5));
    done(&corridor.begin(&clerk, "feeder"), 5);
    corridor.mfp.load(pages(6));
    let both = corridor.begin(&clerk, "feeder_duplex");
    done(&both, 6);
    let sides: Vec<_> =
        both["pages"].as_array().unwrap().iter().map(|page| page["side"].as_str().unwrap()).collect();
    assert_eq!(sides, ["front", "back", "front", "back", "front", "back"]);
    assert_eq!(corridor.mfp.left(), 0);
    corridor.school.closes_sound();
}

#[test]
fn what_stops_a_copier_in_mid_stack_keeps_its_pages_and_says_what_to_do() {
    let corridor = Corridor::new("escl-troubles");
    let clerk = corridor.school.clerk();
    for (trouble, code, kept) in [
        (Trouble::JamAfter(2), "scan.jammed", 2),
        (Trouble::CoverOpenAfter(2), "scan.cover_open", 2),
        (Trouble::CutAfter(3), "scan.io", 3),
    ] {
        corridor.mfp.load(pages(4));
        corridor.mfp.suffers(Some(trouble));
        let scan = corridor.begin(&clerk, "feeder");
        failed(&scan, code, kept);
        corridor.mfp.suffers(None);
        // The sheet that was on its way is laid back on top.
        corridor.mfp.load(pages(4).skip(kept));
        done(&corridor.go_on(&clerk, &scan), 4);
    }
    corridor.mfp.load([]);
    failed(&corridor.begin(&clerk, "feeder"), "scan.feeder_empty", 0);
    corridor.school.goes_on();
    corridor.school.closes_sound();
}

#[test]
fn a_copier_switched_off_is_gone_and_switched_on_again_is_the_same() {
    let mut corridor = Corridor::new("escl-off");
    let clerk = corridor.school.clerk();
    corridor.mfp.load(pages(2));
    let scan = corridor.begin(&clerk, "feeder");
    done(&scan, 2);
    let before = scanner_of(&clerk);

    corridor.mfp.switch_off();
    let scan = corridor.go_on(&clerk, &scan);
    assert_eq!(scan["state"], "failed", "{scan}");
    says_what_to_do(scan["error"]["sentence"].as_str().unwrap());
    assert_eq!(scan["pages"].as_array().unwrap().len(), 2);

    corridor.mfp.switch_on();
    let again = wait_for("the copier to be back", || {
        let list = clerk.get("/api/scanners").unwrap();
        list["devices"].as_array()?.iter().find(|device| device["state"] == "ready").cloned()
    });
    assert_eq!(again["id"], before.as_str());
    corridor.mfp.load(pages(1));
    done(&corridor.go_on(&clerk, &scan), 3);
    corridor.school.closes_sound();
}
