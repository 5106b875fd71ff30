//! A copier comes onto the network and goes: the list says so, open browsers are told, nobody restarts anything, and it is
//! always the same copier.

use std::fs;

use mdns_sd::{ServiceDaemon, ServiceInfo};
use serde_json::{Value, json};
use xtask::demo::client::Client;

use super::super::support::{School, folder, free_address, told_of, wait_for};
use super::mfp::{Mfp, UUID};

/// The list once a scanner of it is in this state.
fn once(clerk: &Client, state: &str) -> Value {
    wait_for(state, || {
        let list = clerk.get("/api/scanners").unwrap();
        list["devices"].as_array()?.iter().find(|device| device["state"] == state).cloned()
    })
}

#[test]
fn a_copier_that_comes_and_goes_is_noticed_without_a_restart_and_is_always_the_same() {
    let mut mfp = Mfp::at(free_address());
    let configuration = mfp.sane_configuration(&folder("presence"));
    mfp.switch_off();
    let school = School::open("presence", &[("SANE_CONFIG_DIR", &configuration)]);
    let clerk = school.clerk();
    let list = clerk.get("/api/scanners").unwrap();
    assert_eq!(
        list["devices"].as_array().unwrap().iter().filter(|device| device["state"] == "ready").count(),
        0,
        "{list}"
    );

    let told = told_of(&school, "scanners");
    mfp.switch_on();
    let came = once(&clerk, "ready");
    wait_for("browsers to be told that it came", || told.try_recv().ok());
    for _ in 0..2 {
        let _ = told.try_iter().count();
        mfp.switch_off();
        // Its driver was told its address and lists it always: it is there and does not answer.
        assert_eq!(once(&clerk, "failed")["id"], came["id"]);
        wait_for("browsers to be told that it went", || told.try_recv().ok());
        mfp.switch_on();
        assert_eq!(once(&clerk, "ready")["id"], came["id"]);
        wait_for("browsers to be told that it is back", || told.try_recv().ok());
    }
    school.closes_sound();
}

/// A name no other test's copier has: every box on this machine hears it.
const NAMES: [&str; 2] = ["Bluebird Office 300 in the staff room", "Bluebird Office 300 in the library"];

#[test]
fn a_copier_that_was_given_another_name_keeps_its_way_of_scanning() {
    let Some(network) = Network::join() else { return };
    let mfp = Mfp::at(free_address());
    let configuration = mfp.sane_configuration_as(NAMES[0], &folder("renamed"));
    let school = School::open("renamed", &[("SANE_CONFIG_DIR", &configuration)]);
    let clerk = school.clerk();
    let known = |name: &str| {
        wait_for("the box to know who it is", || {
            let list = clerk.get("/api/scanners").unwrap();
            let devices = list["devices"].as_array()?.clone();
            devices.into_iter().find(|device| {
                (&device["id"], &device["label"]) == (&json!(format!("net:{UUID}")), &json!(name))
            })
        })
    };
    network.announce(NAMES[0], &mfp);
    let before = known(NAMES[0]);
    let profile = json!({
        "name": "Hồ sơ hai mặt", "device": before["id"], "device_label": before["label"],
        "source": "feeder_duplex", "colour": "grey", "dpi": 300, "paper": "a4",
    });
    clerk.post("/api/profiles", &profile).unwrap();

    network.take_back(NAMES[0]);
    mfp.sane_configuration_as(NAMES[1], &folder("renamed"));
    network.announce(NAMES[1], &mfp);
    let after = known(NAMES[1]);
    let profiles = clerk.get("/api/profiles").unwrap();
    assert_eq!(profiles["items"][0]["settings"]["device"], after["id"], "{profiles}");
    let gone = clerk.get("/api/scanners").unwrap()["devices"].as_array().unwrap().len();
    assert_eq!(gone, 1, "the old name is not listed any more");
    mfp.lay(fs::read(super::fixture("pages/p01.jpg")).unwrap());
    let wish =
        json!({"device": after["id"], "source": "flatbed", "colour": "grey", "dpi": 300, "paper": "a4"});
    super::done(&super::scanned(&clerk, &clerk.post("/api/scans", &wish).unwrap()), 1);
    school.closes_sound();
}

/// Whoever announces copiers.
struct Network(ServiceDaemon);

impl Network {
    /// Nothing where this machine has no multicast, which is said.
    fn join() -> Option<Self> {
        let heard = || -> Result<bool, mdns_sd::Error> {
            let (speaks, listens) = (ServiceDaemon::new()?, ServiceDaemon::new()?);
            let events = listens.browse(KIND)?;
            speaks.register(service("Bluebird that only calls", 9)?)?;
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
            while let Ok(event) = events.recv_deadline(deadline) {
                if matches!(event, mdns_sd::ServiceEvent::ServiceResolved(_)) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match heard() {
            Ok(true) => Some(Self(ServiceDaemon::new().unwrap())),
            nothing => {
                eprintln!(
                    "this machine has no multicast ({nothing:?}): copiers that announce themselves are left out"
                );
                None
            }
        }
    }

    fn announce(&self, name: &str, mfp: &Mfp) {
        self.0.register(service(name, mfp.address().port()).unwrap()).unwrap();
    }

    fn take_back(&self, name: &str) {
        self.0.unregister(&format!("{name}.{KIND}")).unwrap().recv().unwrap();
    }
}

const KIND: &str = "_uscan._tcp.local.";

fn service(name: &str, port: u16) -> Result<ServiceInfo, mdns_sd::Error> {
    let properties = [("UUID", UUID), ("rs", "eSCL"), ("ty", "Bluebird Office 300")];
    ServiceInfo::new(KIND, name, "bluebird.local.", "", port, &properties[..])
        .map(ServiceInfo::enable_addr_auto)
}
