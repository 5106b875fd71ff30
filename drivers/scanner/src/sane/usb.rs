//! Which device is plugged in where.
//!
//! SANE names a USB scanner by the socket and the moment it was plugged in (`plustek:libusb:001:003`): pull the
//! plug, and it has another name. The kernel knows better: vendor, product and, with luck, a serial number.
//!
//! ```text
//! plustek:libusb:001:003  ->  usb:04a9:220d            no serial number
//! fujitsu:libusb:002:007  ->  usb:04c5:132b:A1B2C3
//! airscan:e0:Office MFP   ->  airscan:Office MFP       the number before the name changes
//! test:0                  ->  test:0
//! ```
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

const KERNEL: &str = "/sys/bus/usb/devices";

/// A name for the device at `address` that outlives being plugged in elsewhere.
pub(crate) fn identity(address: &str) -> String {
    identity_in(Path::new(KERNEL), address)
}

/// Whether `address` is a USB device that is not there any more.
pub(crate) fn unplugged(address: &str) -> bool {
    unplugged_in(Path::new(KERNEL), address)
}

fn identity_in(kernel: &Path, address: &str) -> String {
    if let Some(folder) = bus_and_device(address).and_then(|(bus, device)| find(kernel, bus, device)) {
        let fact = |name: &str| fs::read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned());
        if let (Some(vendor), Some(product)) = (fact("idVendor"), fact("idProduct")) {
            let serial = fact("serial").filter(|serial| !serial.is_empty());
            return match serial {
                Some(serial) => format!("usb:{vendor}:{product}:{serial}"),
                None => format!("usb:{vendor}:{product}"),
            };
        }
    }
    match address.strip_prefix("airscan:").and_then(|rest| rest.split_once(':')) {
        Some((_, name)) => format!("airscan:{name}"),
        None => address.to_owned(),
    }
}

fn unplugged_in(kernel: &Path, address: &str) -> bool {
    bus_and_device(address)
        .is_some_and(|(bus, device)| kernel.is_dir() && find(kernel, bus, device).is_none())
}

/// The two numbers behind `libusb:`.
fn bus_and_device(address: &str) -> Option<(u32, u32)> {
    let mut numbers = address.split_once("libusb:")?.1.split(':').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The kernel's folder for the device with these numbers.
fn find(kernel: &Path, bus: u32, device: u32) -> Option<PathBuf> {
    let number = |path: PathBuf| fs::read_to_string(path).ok()?.trim().parse::<u32>().ok();
    let folders = fs::read_dir(kernel).ok()?.flatten().map(|entry| entry.path());
    folders.into_iter().find(|folder| {
        number(folder.join("busnum")) == Some(bus) && number(folder.join("devnum")) == Some(device)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_keeps_its_identity_when_it_is_plugged_in_again() {
        let kernel = tempfile::tempdir().unwrap();
        let plug = |socket: &str, facts: &[(&str, &str)]| {
            let folder = kernel.path().join(socket);
            fs::create_dir_all(&folder).unwrap();
            facts.iter().for_each(|(name, text)| fs::write(folder.join(name), format!("{text}\n")).unwrap());
        };
        plug("1-1", &[("busnum", "1"), ("devnum", "3"), ("idVendor", "04a9"), ("idProduct", "220d")]);
        plug(
            "2-4",
            &[
                ("busnum", "2"),
                ("devnum", "7"),
                ("idVendor", "04c5"),
                ("idProduct", "132b"),
                ("serial", "A1B2C3"),
            ],
        );
        let cases = [
            ("plustek:libusb:001:003", "usb:04a9:220d"),
            ("fujitsu:libusb:002:007", "usb:04c5:132b:A1B2C3"),
            ("plustek:libusb:001:009", "plustek:libusb:001:009"),
            ("airscan:e0:Office MFP", "airscan:Office MFP"),
            ("test:0", "test:0"),
            ("pixma:04A91766_004AE4", "pixma:04A91766_004AE4"),
        ];
        for (address, identity) in cases {
            assert_eq!(identity_in(kernel.path(), address), identity, "{address}");
        }
        plug("2-4", &[("devnum", "8")]);
        assert_eq!(identity_in(kernel.path(), "fujitsu:libusb:002:008"), "usb:04c5:132b:A1B2C3");
        assert!(unplugged_in(kernel.path(), "fujitsu:libusb:002:007"));
        assert!(!unplugged_in(kernel.path(), "fujitsu:libusb:002:008"));
        assert!(!unplugged_in(kernel.path(), "test:0"));
    }
}
