//! What the kernel knows of the devices on the USB, read from `/sys/bus/usb/devices`.
//!
//! ```text
//! 1-1.3/            the socket, as a path of hubs
//!   idVendor        04c5
//!   idProduct       132b
//!   serial          A1B2C3         many have none
//!   busnum, devnum  1, 7           another number at every plugging in
//!   1-1.3:1.0/bInterfaceClass      ff
//! ```

use std::fs;
use std::path::Path;

/// Where the kernel keeps them.
pub(crate) const KERNEL: &str = "/sys/bus/usb/devices";

/// Classes of interfaces by which no scanner speaks: sound, serial lines, keyboards, disks, hubs, smart cards,
/// cameras that film, Bluetooth.
const NO_SCANNERS: [&str; 9] = ["01", "02", "03", "08", "09", "0a", "0b", "0e", "e0"];

/// A device on the USB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plugged {
    /// The socket it is in: `1-1.3`.
    pub(crate) port: String,
    pub(crate) bus: u32,
    pub(crate) device: u32,
    pub(crate) vendor: String,
    pub(crate) product: String,
    pub(crate) serial: Option<String>,
    /// Maker and model as the device says, else the two numbers.
    pub(crate) name: String,
    /// Classes of its interfaces. None while the kernel is still getting to know it.
    pub(crate) classes: Vec<String>,
}

impl Plugged {
    /// The same whichever socket it is in: `usb:vendor:product:serial`, without the last where it has none.
    fn model(&self) -> String {
        let serial = self.serial.iter().map(|serial| format!(":{serial}"));
        format!("usb:{}:{}{}", self.vendor, self.product, serial.collect::<String>())
    }

    /// Its identity `among` all that are plugged in. Two of a kind that have no serial number, or one and the
    /// same, can only be told apart by their sockets: `usb:04a9:220d@1-1.3`. Each then keeps its identity as
    /// long as both are plugged in, each in its own.
    pub(crate) fn identity(&self, among: &[Plugged]) -> String {
        let twins = among.iter().filter(|other| other.model() == self.model()).count();
        if twins > 1 { format!("{}@{}", self.model(), self.port) } else { self.model() }
    }

    /// Whether it may be a scanner. Printers count: most of those in offices scan as well.
    pub(crate) fn may_scan(&self) -> bool {
        self.classes.iter().any(|class| !NO_SCANNERS.contains(&class.as_str()))
    }
}

/// All devices, in the order of their sockets. None where the kernel has no USB.
pub(crate) fn plugged(kernel: &Path) -> Vec<Plugged> {
    let folders = fs::read_dir(kernel).into_iter().flatten().flatten();
    let mut devices: Vec<Plugged> = folders.filter_map(|folder| describe(&folder.path())).collect();
    devices.sort_by(|a, b| a.port.cmp(&b.port));
    devices
}

fn describe(folder: &Path) -> Option<Plugged> {
    let port = folder.file_name()?.to_str()?.to_owned();
    let fact = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).ok()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    // Interfaces lie beside the devices, and have no vendor.
    let (vendor, product) = (fact("idVendor")?, fact("idProduct")?);
    let words = [fact("manufacturer"), fact("product")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = if words.is_empty() { format!("USB {vendor}:{product}") } else { words };
    let interfaces = fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| {
        entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix(&port))
            .is_some_and(|n| n.starts_with(':'))
    });
    let class =
        |path: &Path| Some(fs::read_to_string(path.join("bInterfaceClass")).ok()?.trim().to_lowercase());
    Some(Plugged {
        bus: fact("busnum")?.parse().ok()?,
        device: fact("devnum")?.parse().ok()?,
        serial: fact("serial"),
        classes: interfaces.filter_map(|entry| class(&entry.path())).collect(),
        port,
        vendor,
        product,
        name,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Plugs a made-up device into a made-up kernel: `facts` are the files of its folder.
    pub(crate) fn plug(kernel: &Path, port: &str, class: &str, facts: &[(&str, &str)]) {
        let folder = kernel.join(port);
        let interface = folder.join(format!("{port}:1.0"));
        fs::create_dir_all(&interface).unwrap();
        fs::write(interface.join("bInterfaceClass"), format!("{class}\n")).unwrap();
        facts.iter().for_each(|(name, text)| fs::write(folder.join(name), format!("{text}\n")).unwrap());
    }

    pub(crate) fn pull(kernel: &Path, port: &str) {
        fs::remove_dir_all(kernel.join(port)).unwrap();
    }

    #[test]
    fn only_what_may_scan_counts_as_a_scanner() {
        let kernel = tempfile::tempdir().unwrap();
        let facts = [("busnum", "1"), ("devnum", "2"), ("idVendor", "1234"), ("idProduct", "5678")];
        let cases = [("ff", true), ("06", true), ("07", true), ("08", false), ("03", false), ("09", false)];
        for (class, expected) in cases {
            plug(kernel.path(), "1-1", class, &facts);
            let devices = plugged(kernel.path());
            assert_eq!((devices.len(), devices[0].may_scan()), (1, expected), "{class}");
        }
        // A printer that scans and has a card reader.
        fs::create_dir(kernel.path().join("1-1/1-1:1.1")).unwrap();
        fs::write(kernel.path().join("1-1/1-1:1.1/bInterfaceClass"), "07\n").unwrap();
        assert!(plugged(kernel.path())[0].may_scan());
        assert_eq!(plugged(Path::new("/nonexistent")), []);
    }
}
