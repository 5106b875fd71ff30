//! Which device is plugged in where.
//!
//! SANE names a USB scanner by the socket and the moment it was plugged in (`plustek:libusb:001:003`): pull the
//! plug, and it has another name. The kernel knows better: vendor, product and, with luck, a serial number.
//!
//! ```text
//! plustek:libusb:001:003                    ->  usb:04a9:220d              no serial number
//! plustek:libusb:001:003, one of two        ->  usb:04a9:220d@1-1.3        told apart by socket
//! fujitsu:libusb:002:007                    ->  usb:04c5:132b:A1B2C3
//! pixma:04A91766_004AE4                     ->  usb:04a9:1766:004AE4
//! utsushi:esci:usb:/sys/devices/.../1-1.2:1.0  ->  that of the device in socket 1-1.2
//! brother4:bus9;dev1                        ->  that of the only Brother there is
//! airscan:e0:Office MFP                     ->  airscan:Office MFP         the number before the name changes
//! net:office:fujitsu:libusb:002:007         ->  net:office:fujitsu         another machine's USB is not ours
//! test:0                                    ->  test:0
//! ```
#![forbid(unsafe_code)]

use std::path::Path;

use crate::device::network_name;
use crate::plugged::{KERNEL, Plugged, plugged};

/// USB number of the maker whose own driver counts its devices by itself.
const BROTHER: &str = "04f9";

/// What an address says of the place of a USB device.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    Numbers { bus: u32, device: u32 },
    Port(&'a str),
    Model { vendor: String, product: String, serial: &'a str },
    OnlyOf { vendor: &'static str },
}

/// A name for the device at `address` that outlives being plugged in elsewhere.
pub(crate) fn identity(address: &str) -> String {
    identity_in(Path::new(KERNEL), address)
}

/// Whether `address` is a USB device that is not there any more.
pub(crate) fn unplugged(address: &str) -> bool {
    unplugged_in(Path::new(KERNEL), address)
}

/// Whether the device at `address` is (still) the one called `id`.
pub(crate) fn is_at(id: &str, address: &str) -> bool {
    is_at_in(Path::new(KERNEL), id, address)
}

/// The name of a device that answers through two drivers, told apart by them: `usb:04b8:0131@epson2`.
pub(crate) fn through_driver(id: &str, address: &str) -> String {
    format!("{id}@{}", driver(address))
}

fn driver(address: &str) -> &str {
    address.split(':').next().unwrap_or(address)
}

fn is_at_in(kernel: &Path, id: &str, address: &str) -> bool {
    let here = identity_in(kernel, address);
    // One of two of a kind stays itself in its socket while the other is switched off.
    let marked = |(model, mark): (&str, &str)| {
        let devices = plugged(kernel);
        let port = Place::of(address).and_then(|place| Some(place.find(&devices)?.port.clone()));
        model == here && (mark == driver(address) || mark == address || port.as_deref() == Some(mark))
    };
    id == here || id.rsplit_once('@').is_some_and(marked)
}

fn identity_in(kernel: &Path, address: &str) -> String {
    if let Some(place) = Place::of(address) {
        let devices = plugged(kernel);
        if let Some(device) = place.find(&devices) {
            return device.identity(&devices);
        }
    }
    if let Some(name) = network_name(address) {
        return format!("airscan:{name}");
    }
    match address.split_once(":libusb:") {
        Some((remote, _)) if address.starts_with("net:") => remote.to_owned(),
        _ => address.to_owned(),
    }
}

fn unplugged_in(kernel: &Path, address: &str) -> bool {
    Place::of(address)
        .is_some_and(|place| kernel.is_dir() && !plugged(kernel).iter().any(|device| place.may_be(device)))
}

impl<'a> Place<'a> {
    /// `None` for what is not on this machine's USB, or does not say where.
    fn of(address: &'a str) -> Option<Place<'a>> {
        let (driver, rest) = address.split_once(':')?;
        if driver == "net" {
            return None;
        }
        let numbers = ["libusb:", "interpreter:"].iter().find_map(|word| address.split_once(word));
        if let Some((_, numbers)) = numbers {
            let mut numbers = numbers.split(':').map(str::parse);
            return Some(Place::Numbers { bus: numbers.next()?.ok()?, device: numbers.next()?.ok()? });
        }
        if let Some((_, path)) = rest.split_once("/sys/devices/") {
            let (port, _) = path.rsplit('/').next()?.split_once(':')?;
            return Some(Place::Port(port));
        }
        if driver == "pixma" {
            return Place::of_pixma(rest);
        }
        let by_itself = driver.starts_with("brother") && rest.starts_with("bus");
        by_itself.then_some(Place::OnlyOf { vendor: BROTHER })
    }

    /// `04A91766_004AE4`: vendor, product, serial number. On the network it is a model and an address.
    fn of_pixma(rest: &'a str) -> Option<Place<'a>> {
        let (model, serial) = rest.split_once('_')?;
        let is_model = model.len() == 8 && model.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_model.then(|| {
            let model = model.to_ascii_lowercase();
            Place::Model { vendor: model[..4].to_owned(), product: model[4..].to_owned(), serial }
        })
    }

    /// The device there. `None` when there is none, and when it might be any of several.
    fn find<'d>(&self, devices: &'d [Plugged]) -> Option<&'d Plugged> {
        let mut there = devices.iter().filter(|device| self.may_be(device) && self.serial_fits(device));
        there.next().filter(|_| there.next().is_none())
    }

    fn may_be(&self, device: &Plugged) -> bool {
        match self {
            Place::Numbers { bus, device: number } => (device.bus, device.device) == (*bus, *number),
            Place::Port(port) => device.port == *port,
            Place::Model { vendor, product, .. } => (&device.vendor, &device.product) == (vendor, product),
            Place::OnlyOf { vendor } => device.vendor == *vendor,
        }
    }

    fn serial_fits(&self, device: &Plugged) -> bool {
        match (self, &device.serial) {
            (Place::Model { serial, .. }, Some(known)) => known == serial,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugged::tests::{plug, pull};

    fn office() -> tempfile::TempDir {
        let kernel = tempfile::tempdir().unwrap();
        let devices: [(&str, [&str; 5]); 4] = [
            ("1-1", ["1", "3", "04a9", "220d", ""]),
            ("1-1.2", ["1", "9", "04b8", "013a", ""]),
            ("2-3", ["2", "5", "04a9", "1766", "004AE4"]),
            ("2-4", ["2", "7", "04c5", "132b", "A1B2C3"]),
        ];
        for (port, facts) in devices {
            let names = ["busnum", "devnum", "idVendor", "idProduct", "serial"];
            let facts: Vec<_> = names.into_iter().zip(facts).collect();
            plug(kernel.path(), port, "ff", &facts);
        }
        kernel
    }

    #[test]
    fn a_scanner_keeps_its_identity_when_it_is_plugged_in_again() {
        let kernel = office();
        let cases = [
            ("plustek:libusb:001:003", "usb:04a9:220d"),
            ("fujitsu:libusb:002:007", "usb:04c5:132b:A1B2C3"),
            ("epkowa:interpreter:001:009", "usb:04b8:013a"),
            ("plustek:libusb:001:019", "plustek:libusb:001:019"),
            ("pixma:04A91766_004AE4", "usb:04a9:1766:004AE4"),
            ("pixma:04A91766_00FFFF", "pixma:04A91766_00FFFF"),
            ("pixma:MF4800_192.0.2.7", "pixma:MF4800_192.0.2.7"),
            ("utsushi:esci:usb:/sys/devices/platform/soc/usb1/1-1/1-1.2/1-1.2:1.0", "usb:04b8:013a"),
            ("fujitsu:ScanSnap S1500:8176", "fujitsu:ScanSnap S1500:8176"),
            (
                "hpaio:/usb/PSC_1600_series?serial=XX0000000000",
                "hpaio:/usb/PSC_1600_series?serial=XX0000000000",
            ),
            ("airscan:e0:Office MFP", "airscan:Office MFP"),
            ("airscan:w1:Office MFP: room 2", "airscan:Office MFP: room 2"),
            ("net:192.0.2.4:xerox_mfp:libusb:001:003", "net:192.0.2.4:xerox_mfp"),
            ("brother4:bus9;dev1", "brother4:bus9;dev1"),
            ("test:0", "test:0"),
        ];
        for (address, identity) in cases {
            assert_eq!(identity_in(kernel.path(), address), identity, "{address}");
        }
        let brother = [("busnum", "3"), ("devnum", "2"), ("idVendor", "04f9"), ("idProduct", "02d0")];
        plug(kernel.path(), "3-1", "07", &brother);
        assert_eq!(identity_in(kernel.path(), "brother4:bus9;dev1"), "usb:04f9:02d0");
        plug(kernel.path(), "2-4", "ff", &[("devnum", "8")]);
        assert_eq!(identity_in(kernel.path(), "fujitsu:libusb:002:008"), "usb:04c5:132b:A1B2C3");
        let gone = [
            ("fujitsu:libusb:002:007", true),
            ("fujitsu:libusb:002:008", false),
            ("pixma:04A91766_004AE4", false),
            ("pixma:04A91767_004AE4", true),
            ("net:192.0.2.4:xerox_mfp:libusb:009:003", false),
            ("test:0", false),
        ];
        for (address, unplugged) in gone {
            assert_eq!(unplugged_in(kernel.path(), address), unplugged, "{address}");
        }
    }

    #[test]
    fn two_of_a_kind_without_serial_numbers_are_told_apart_by_their_sockets() {
        let kernel = office();
        let twin = [("busnum", "1"), ("devnum", "4"), ("idVendor", "04a9"), ("idProduct", "220d")];
        plug(kernel.path(), "1-1.4", "ff", &twin);
        let both = ["plustek:libusb:001:003", "plustek:libusb:001:004"];
        let identities = both.map(|address| identity_in(kernel.path(), address));
        assert_eq!(identities, ["usb:04a9:220d@1-1", "usb:04a9:220d@1-1.4"]);
        assert!(is_at_in(kernel.path(), &identities[1], both[1]));
        assert!(!is_at_in(kernel.path(), &identities[1], both[0]));
        assert!(!is_at_in(kernel.path(), "usb:04a9:220d", both[0]), "it might be either");
        // Off and on again: another number, the same socket.
        plug(kernel.path(), "1-1.4", "ff", &[("devnum", "30")]);
        assert_eq!(identity_in(kernel.path(), "plustek:libusb:001:030"), "usb:04a9:220d@1-1.4");
        // The other is switched off.
        pull(kernel.path(), "1-1");
        assert_eq!(identity_in(kernel.path(), "plustek:libusb:001:030"), "usb:04a9:220d");
        assert!(is_at_in(kernel.path(), "usb:04a9:220d@1-1.4", "plustek:libusb:001:030"));
        assert!(!is_at_in(kernel.path(), "usb:04a9:220d@1-1", "plustek:libusb:001:030"));
    }

    #[test]
    fn one_device_through_two_drivers_is_two() {
        let kernel = office();
        let id = through_driver("usb:04b8:013a", "epson2:libusb:001:009");
        assert_eq!(id, "usb:04b8:013a@epson2");
        assert!(is_at_in(kernel.path(), &id, "epson2:libusb:001:009"));
        assert!(!is_at_in(kernel.path(), &id, "epkowa:interpreter:001:009"));
        assert!(is_at_in(kernel.path(), "usb:04b8:013a", "epkowa:interpreter:001:009"));
    }
}
