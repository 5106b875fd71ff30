//! The scanners this box has met since it started, and how the last look for them went. One that was unplugged stays
//! in the list as gone: the clerk sees that it is known, and what to do with its cable.
//!
//! ```text
//! driver's name today      driver's identity       ours
//! fujitsu:libusb:002:007   usb:04c5:132b:A1B2C3    usb:04c5:132b:A1B2C3
//! airscan:e0:Phòng MFP     airscan:Phòng MFP       net:4509a320-…    the UUID its announcement carries
//! ```
//!
//! A network scanner that gets another name at the school keeps its UUID, and with it its profiles.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use scanner::{Device, ScanError};

/// How long one look is believed by who asks for scanners.
const LOOK_HOLDS: Duration = Duration::from_secs(5);
/// How long it is believed by pages that only say how the scanner is: a look costs drivers seconds.
const GLANCE_HOLDS: Duration = Duration::from_secs(300);
/// The same where nothing was found: somebody may be plugging it in.
const NOTHING_HOLDS: Duration = Duration::from_secs(30);

/// One scanner of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What profiles and jobs know it by.
    pub id: String,
    /// What it can do, as it was seen last.
    pub device: Device,
    /// It was here and is not any more.
    pub gone: bool,
}

/// What the looks brought.
#[derive(Default)]
pub(super) struct Roster {
    met: Vec<Met>,
    looked: Option<(Instant, Result<(), ScanError>)>,
    /// Network scanners by the name they announce.
    announced: HashMap<String, Announced>,
}

struct Met {
    device: Device,
    gone: bool,
}

/// What the network says of a scanner. Its UUID stays when it takes its leave: it is listed as gone under it.
#[derive(Default)]
struct Announced {
    uuid: Option<String>,
    here: bool,
}

impl Roster {
    /// Takes in what a look brought; a look that failed says nothing about who is there.
    pub(super) fn looked(&mut self, found: &Result<Vec<Device>, ScanError>) {
        let nothing = match found {
            Ok(devices) => {
                self.take_in(devices);
                devices.is_empty()
            }
            Err(_) => false,
        };
        let outcome = match found {
            Ok(_) if nothing => Err(ScanError::NoScanner),
            Ok(_) => Ok(()),
            Err(error) => Err(error.clone()),
        };
        self.looked = Some((Instant::now(), outcome));
    }

    fn take_in(&mut self, devices: &[Device]) {
        for met in &mut self.met {
            met.gone = true;
        }
        for device in devices {
            let met = Met { device: device.clone(), gone: false };
            match self.met.iter_mut().find(|known| known.device.id == device.id) {
                Some(known) => *known = met,
                None => self.met.push(met),
            }
        }
    }

    /// A network scanner said who it is; not every announcement carries the UUID. True when something was news.
    pub(super) fn introduced(&mut self, name: &str, uuid: Option<&str>) -> bool {
        let known = self.announced.entry(name.to_owned()).or_default();
        let told = uuid.is_some() && known.uuid.as_deref() != uuid;
        if told {
            known.uuid = uuid.map(str::to_owned);
        }
        !std::mem::replace(&mut known.here, true) || told
    }

    /// A network scanner took its leave. True when that was news.
    pub(super) fn left(&mut self, name: &str) -> bool {
        self.announced.get_mut(name).is_some_and(|known| std::mem::take(&mut known.here))
    }

    /// Everybody met so far, those that are here first.
    pub(super) fn known(&self) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        let (here, gone): (Vec<&Met>, Vec<&Met>) = self.met.iter().partition(|met| !met.gone);
        for met in here.into_iter().chain(gone) {
            let id = self.identity(&met.device);
            if known.iter().all(|other| other.id != id) {
                known.push(Known { id, device: met.device.clone(), gone: met.gone });
            } else if !met.gone {
                // Seen through two drivers: the second keeps the driver's name for it.
                known.push(Known { id: met.device.id.clone(), device: met.device.clone(), gone: false });
            }
        }
        known
    }

    /// One of them.
    pub(super) fn get(&self, id: &str) -> Option<Known> {
        self.known().into_iter().find(|known| known.id == id)
    }

    fn identity(&self, device: &Device) -> String {
        let uuid =
            scanner::network_name(&device.address).and_then(|name| self.announced.get(name)?.uuid.as_ref());
        uuid.map_or_else(|| device.id.clone(), |uuid| format!("net:{uuid}"))
    }

    /// How the last look ended; nothing before the first.
    pub(super) fn outcome(&self) -> Option<&Result<(), ScanError>> {
        self.looked.as_ref().map(|(_, outcome)| outcome)
    }

    /// The next who asks shall have a new look.
    pub(super) fn distrust(&mut self) {
        self.looked = None;
    }

    /// Whether the last look is young enough for who asks for scanners.
    pub(super) fn is_fresh(&self) -> bool {
        self.looked.as_ref().is_some_and(|(at, outcome)| outcome.is_ok() && at.elapsed() < LOOK_HOLDS)
    }

    /// Whether it is for pages that must not wait.
    pub(super) fn holds_for_a_glance(&self) -> bool {
        self.looked.as_ref().is_some_and(|(at, outcome)| {
            at.elapsed() < if outcome.is_ok() { GLANCE_HOLDS } else { NOTHING_HOLDS }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, address: &str) -> Device {
        Device {
            id: id.into(),
            address: address.into(),
            vendor: "Hoa".into(),
            model: "Mai".into(),
            label: "Hoa Mai".into(),
            sources: vec![],
            resolutions_dpi: vec![],
            colours: vec![],
            papers: vec![],
            buttons: vec![],
            senses_double_feed: false,
        }
    }

    fn ids(roster: &Roster) -> Vec<(String, bool)> {
        roster.known().into_iter().map(|known| (known.id, known.gone)).collect()
    }

    #[test]
    fn who_was_unplugged_stays_as_gone_and_comes_back_as_itself() {
        let mut roster = Roster::default();
        assert!(roster.outcome().is_none() && !roster.is_fresh());
        let one = device("usb:1:2:a", "x:libusb:001:003");
        let two = device("usb:1:2:b", "x:libusb:001:004");
        roster.looked(&Ok(vec![one.clone(), two.clone()]));
        roster.looked(&Ok(vec![two.clone()]));
        assert_eq!(ids(&roster), [("usb:1:2:b".into(), false), ("usb:1:2:a".into(), true)]);
        roster.looked(&Err(ScanError::Hung));
        assert_eq!(ids(&roster)[0], ("usb:1:2:b".into(), false), "a look that failed says nothing");
        roster.looked(&Ok(vec![]));
        assert_eq!(roster.outcome(), Some(&Err(ScanError::NoScanner)));
        let again = Device { address: "x:libusb:002:009".into(), ..one };
        roster.looked(&Ok(vec![again]));
        let back = roster.get("usb:1:2:a").unwrap();
        assert_eq!((back.gone, back.device.address.as_str()), (false, "x:libusb:002:009"));
    }

    #[test]
    fn a_network_scanner_is_known_by_its_uuid_whatever_it_is_called() {
        let mut roster = Roster::default();
        roster.looked(&Ok(vec![device("airscan:Máy A", "airscan:e0:Máy A")]));
        assert_eq!(ids(&roster), [("airscan:Máy A".into(), false)]);
        assert!(
            roster.introduced("Máy A", Some("4509a320")) && !roster.introduced("Máy A", Some("4509a320"))
        );
        assert_eq!(ids(&roster), [("net:4509a320".into(), false)]);
        assert!(roster.left("Máy A") && !roster.left("Máy A") && !roster.left("Máy B"));
        assert_eq!(ids(&roster), [("net:4509a320".into(), false)]);
        assert!(roster.introduced("Máy A", None), "it is back, and is who it was");
        roster.introduced("Máy A mới", Some("4509a320"));
        roster.looked(&Ok(vec![device("airscan:Máy A mới", "airscan:e0:Máy A mới")]));
        assert_eq!(ids(&roster), [("net:4509a320".into(), false)], "the old name is not listed as gone");
    }
}
