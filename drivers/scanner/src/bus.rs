//! Scanners coming and going on the USB, without asking a single driver.
//!
//! The box looks every two seconds. A look reads a few dozen small files of the kernel and says what changed:
//!
//! ```text
//! look -> []                                        whatever is there at first is no news
//! look -> [Came    usb:04c5:132b:A1B2C3  "FUJITSU ScanSnap"]
//! look -> [Went    usb:04c5:132b:A1B2C3 ...]        switched off
//! look -> [Came ..., Looping ...]                   the third return within a minute: a bad cable or power supply
//! ```
//!
//! The identities are those of [`Device::id`](crate::Device::id), so that the box knows which profile came back. A
//! device that went and came between two looks (a reset, a plug wiggled) is told as both.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::plugged::{KERNEL, plugged};

/// So many returns within so long are no hand on the plug.
const MANY_RETURNS: usize = 3;
const SHORT: Duration = Duration::from_secs(60);

/// Something on the USB that may be a scanner came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was plugged in or switched on.
    Came {
        /// As [`Device::id`](crate::Device::id).
        id: String,
        /// Maker and model, as the device says.
        name: String,
    },
    /// It was unplugged or switched off.
    Went {
        /// As [`Device::id`](crate::Device::id).
        id: String,
        /// Maker and model, as the device said.
        name: String,
    },
    /// It came back for the third time within a minute. Told once, until it has been quiet for a minute.
    Looping {
        /// As [`Device::id`](crate::Device::id).
        id: String,
        /// Maker and model, as the device says.
        name: String,
    },
}

/// What was plugged in at the last look.
#[derive(Debug)]
pub struct Bus {
    kernel: PathBuf,
    /// By identity; nothing before the first look.
    present: Option<BTreeMap<String, Seen>>,
    /// When each that was here before came back.
    returns: HashMap<String, Vec<Instant>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    name: String,
    /// Bus and device number: others after every plugging in.
    numbers: (u32, u32),
}

impl Default for Bus {
    fn default() -> Bus {
        Bus::new()
    }
}

impl Bus {
    /// The USB of this machine.
    pub fn new() -> Bus {
        Bus::at(PathBuf::from(KERNEL))
    }

    /// A kernel's list of USB devices kept elsewhere than in `/sys/bus/usb/devices`.
    pub fn at(sysfs_usb_devices: PathBuf) -> Bus {
        Bus { kernel: sysfs_usb_devices, present: None, returns: HashMap::new() }
    }

    /// What changed since the last look. Nothing at the first, and nothing where there is no USB.
    pub fn look(&mut self) -> Vec<Change> {
        self.look_at(Instant::now())
    }

    fn look_at(&mut self, now: Instant) -> Vec<Change> {
        let here = self.scanners();
        let Some(before) = self.present.replace(here.clone()) else {
            self.returns.extend(here.into_keys().map(|id| (id, Vec::new())));
            return Vec::new();
        };
        let gone = before.iter().filter(|(id, seen)| here.get(*id) != Some(*seen));
        let mut changes: Vec<Change> =
            gone.map(|(id, seen)| Change::Went { id: id.clone(), name: seen.name.clone() }).collect();
        for (id, seen) in here.iter().filter(|(id, seen)| before.get(*id) != Some(*seen)) {
            changes.push(Change::Came { id: id.clone(), name: seen.name.clone() });
            if self.came_back_often(id, now) {
                changes.push(Change::Looping { id: id.clone(), name: seen.name.clone() });
            }
        }
        changes
    }

    /// Notes a return; `true` for the one that makes it a loop.
    fn came_back_often(&mut self, id: &str, now: Instant) -> bool {
        let Some(returns) = self.returns.get_mut(id) else {
            self.returns.insert(id.to_owned(), Vec::new());
            return false; // here for the first time
        };
        // Kept from the first of a loop on: it ends when a minute has passed without a return.
        let looping = returns.len() >= MANY_RETURNS;
        let fresh = |at: &Instant| now.duration_since(*at) < SHORT;
        if !looping || !returns.last().is_some_and(fresh) {
            returns.retain(fresh);
        }
        returns.push(now);
        if returns.len() > MANY_RETURNS {
            returns.remove(0);
            return false;
        }
        returns.len() == MANY_RETURNS
    }

    fn scanners(&self) -> BTreeMap<String, Seen> {
        let all = plugged(&self.kernel);
        let scanners = all.iter().filter(|device| device.may_scan());
        scanners
            .map(|device| {
                let seen = Seen { name: device.name.clone(), numbers: (device.bus, device.device) };
                (device.identity(&all), seen)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugged::tests::{plug, pull};

    const FUJITSU: &str = "usb:04c5:132b:A1B2C3";

    fn fujitsu(kernel: &tempfile::TempDir, port: &str, devnum: &str) {
        let facts = [
            ("busnum", "1"),
            ("devnum", devnum),
            ("idVendor", "04c5"),
            ("idProduct", "132b"),
            ("serial", "A1B2C3"),
            ("manufacturer", "Hãng Thử"),
            ("product", "Máy quét 7"),
        ];
        plug(kernel.path(), port, "ff", &facts);
    }

    fn came(id: &str) -> Change {
        Change::Came { id: id.into(), name: "Hãng Thử Máy quét 7".into() }
    }

    fn went(id: &str) -> Change {
        Change::Went { id: id.into(), name: "Hãng Thử Máy quét 7".into() }
    }

    #[test]
    fn a_scanner_is_noticed_and_known_again_in_another_socket() {
        let kernel = tempfile::tempdir().unwrap();
        let stick = [("busnum", "1"), ("devnum", "2"), ("idVendor", "0781"), ("idProduct", "5581")];
        plug(kernel.path(), "1-2", "08", &stick);
        let mut bus = Bus::at(kernel.path().into());
        assert_eq!(bus.look(), [], "the first look tells nothing");
        fujitsu(&kernel, "1-1.3", "4");
        assert_eq!(bus.look(), [came(FUJITSU)]);
        assert_eq!(bus.look(), []);
        pull(kernel.path(), "1-1.3");
        pull(kernel.path(), "1-2");
        assert_eq!(bus.look(), [went(FUJITSU)], "nobody asks after a USB stick here");
        fujitsu(&kernel, "1-1.1", "5");
        assert_eq!(bus.look(), [came(FUJITSU)]);
        // Pulled and plugged in between two looks.
        fujitsu(&kernel, "1-1.1", "6");
        assert_eq!(bus.look(), [went(FUJITSU), came(FUJITSU)]);
    }

    #[test]
    fn a_device_the_kernel_does_not_know_yet_comes_when_it_does() {
        let kernel = tempfile::tempdir().unwrap();
        let mut bus = Bus::at(kernel.path().into());
        bus.look();
        fujitsu(&kernel, "1-1", "4");
        std::fs::remove_dir_all(kernel.path().join("1-1/1-1:1.0")).unwrap();
        assert_eq!(bus.look(), []);
        fujitsu(&kernel, "1-1", "4");
        assert_eq!(bus.look(), [came(FUJITSU)]);
    }

    #[test]
    fn a_scanner_that_keeps_coming_back_is_told_once() {
        let kernel = tempfile::tempdir().unwrap();
        let mut bus = Bus::at(kernel.path().into());
        let start = Instant::now();
        bus.look_at(start);
        let mut looping_at = |seconds: u64| {
            fujitsu(&kernel, "1-1", &seconds.to_string());
            let changes = bus.look_at(start + Duration::from_secs(seconds));
            changes.iter().any(|change| matches!(change, Change::Looping { .. }))
        };
        let told: Vec<u64> = [
            2, 10, 20, // plugged in, and two returns
            100, 110, 120, 130, // the third of these
            240, 300, 301, // over: a minute without, then two
            302, // and again
        ]
        .into_iter()
        .filter(|at| looping_at(*at))
        .collect();
        assert_eq!(told, [120, 302]);
    }
}
