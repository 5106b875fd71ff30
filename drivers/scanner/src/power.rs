//! A weak power supply, told where the kernel tells.
//!
//! A scanner that draws more than a Raspberry Pi's socket gives is reset in mid-page, or goes on with strange
//! colours. The kernel notices; this reads it, and asks nothing else of the machine:
//!
//! ```text
//! /sys/class/hwmon/*/name = rpi_volt, in0_lcrit_alarm = 1          UnderVoltage
//! /sys/devices/platform/soc/soc:firmware/get_throttled = 50005     UnderVoltage (bits 0 and 16)
//! /dev/kmsg  hwmon hwmon1: Undervoltage detected!                  UnderVoltage
//!            usb 1-1.3: reset high-speed USB device number 4 ...   UsbResets, at the third within a minute
//!            usb usb1-port2: over-current change #1                OverCurrent
//! ```
//!
//! Where a file is not there or may not be read, it says nothing. A kernel log is read from where it ends at the
//! start: yesterday's troubles are no news.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::plugged::plugged;

/// Longest record of the kernel's log, bytes.
const RECORD_BYTES: usize = 8 << 10;
/// Records taken in one look; the rest is read at the next.
const MOST_RECORDS: usize = 4096;
/// One reset is a driver's way to begin; so many within so long are a device that does not hold.
const MANY_RESETS: usize = 3;
const SHORT: Duration = Duration::from_secs(60);
/// Bits of `get_throttled`: too little voltage now, and at some time since the machine was started.
const LOW_NOW: u32 = 1;
const LOW_ONCE: u32 = 1 << 16;

/// What is wrong with the power.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The machine's own power supply is too weak, or its cable too long.
    UnderVoltage,
    /// The kernel resets a device of the USB again and again.
    UsbResets {
        /// Its maker and model, or its socket where it no longer says.
        device: String,
    },
    /// A device draws more than its socket gives.
    OverCurrent,
}

impl Trouble {
    /// Stays the same in every version.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::UnderVoltage => "power.under_voltage",
            Trouble::UsbResets { .. } => "usb.resets",
            Trouble::OverCurrent => "usb.over_current",
        }
    }
}

/// Watches the power. Look every few seconds.
#[derive(Debug)]
pub struct Power {
    sys: PathBuf,
    log: Option<KernelLog>,
    /// What told of too low a voltage at the last look.
    was_low: Low,
    resets: HashMap<String, Vec<Instant>>,
    told: HashMap<Trouble, Instant>,
}

/// The signs of too low a voltage, each for itself: one of them never goes away again.
#[derive(Debug, Clone, Copy, Default)]
struct Low {
    alarm: bool,
    now: bool,
    once: bool,
}

impl Low {
    fn begins_after(self, before: Low) -> bool {
        (self.alarm && !before.alarm) || (self.now && !before.now) || (self.once && !before.once)
    }
}

impl Default for Power {
    fn default() -> Power {
        Power::new()
    }
}

impl Power {
    /// Of this machine.
    pub fn new() -> Power {
        Power::at(PathBuf::from("/sys"), Some(PathBuf::from("/dev/kmsg")))
    }

    /// Of a kernel whose `/sys` and log are kept elsewhere.
    pub fn at(sys: PathBuf, kernel_log: Option<PathBuf>) -> Power {
        let log = kernel_log.and_then(KernelLog::open);
        Power { sys, log, was_low: Low::default(), resets: HashMap::new(), told: HashMap::new() }
    }

    /// What was noticed since the last look. The same trouble is told at most once a minute.
    pub fn look(&mut self) -> Vec<Trouble> {
        self.look_at(Instant::now())
    }

    fn look_at(&mut self, now: Instant) -> Vec<Trouble> {
        let mut noticed = Vec::new();
        let low = self.low_voltage();
        if low.begins_after(self.was_low) {
            noticed.push(Trouble::UnderVoltage);
        }
        self.was_low = low;
        for record in self.log.as_mut().map(KernelLog::records).unwrap_or_default() {
            noticed.extend(self.trouble_in(&record, now));
        }
        self.told.retain(|_, at| now.duration_since(*at) < SHORT);
        noticed.retain(|trouble| self.told.insert(trouble.clone(), now).is_none());
        noticed
    }

    fn low_voltage(&self) -> Low {
        let text = |path: PathBuf| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
        let monitors = fs::read_dir(self.sys.join("class/hwmon")).into_iter().flatten().flatten();
        let alarm = monitors.map(|monitor| monitor.path()).any(|monitor| {
            text(monitor.join("name")).as_deref() == Some("rpi_volt")
                && text(monitor.join("in0_lcrit_alarm")).as_deref() == Some("1")
        });
        let throttled = text(self.sys.join("devices/platform/soc/soc:firmware/get_throttled"))
            .and_then(|hex| u32::from_str_radix(hex.trim_start_matches("0x"), 16).ok())
            .unwrap_or(0);
        Low { alarm, now: throttled & LOW_NOW != 0, once: throttled & LOW_ONCE != 0 }
    }

    fn trouble_in(&mut self, record: &str, now: Instant) -> Option<Trouble> {
        let lower = record.to_ascii_lowercase();
        if lower.contains("undervoltage detected") || lower.contains("under-voltage detected") {
            return Some(Trouble::UnderVoltage);
        }
        if lower.contains("over-current") && (lower.contains("usb ") || lower.contains("hub ")) {
            return Some(Trouble::OverCurrent);
        }
        let port = reset_port(record)?;
        let resets = self.resets.entry(port.to_owned()).or_default();
        resets.retain(|at| now.duration_since(*at) < SHORT);
        resets.push(now);
        if resets.len() < MANY_RESETS {
            return None;
        }
        resets.clear();
        let devices = plugged(&self.sys.join("bus/usb/devices"));
        let name = devices.into_iter().find(|device| device.port == port).map(|device| device.name);
        Some(Trouble::UsbResets { device: name.unwrap_or_else(|| port.to_owned()) })
    }
}

/// The socket of a device that was reset, or that would not answer when it should have been.
fn reset_port(record: &str) -> Option<&str> {
    const SIGNS: [&str; 3] = ["reset ", "device descriptor read", "device not accepting address"];
    let (_, rest) = record.split_once("usb ")?;
    let (port, what) = rest.split_once(": ")?;
    let is_port = port.starts_with(|c: char| c.is_ascii_digit()) && !port.contains(' ');
    (is_port && SIGNS.iter().any(|sign| what.starts_with(sign))).then_some(port)
}

/// The end of the kernel's log, as it grows.
#[derive(Debug)]
struct KernelLog {
    file: File,
    /// A line that was not yet whole.
    begun: String,
}

impl KernelLog {
    /// `None` where there is none, or none for us: many kernels show their log to nobody but the administrator.
    fn open(path: PathBuf) -> Option<KernelLog> {
        let mut file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok()?;
        file.seek(SeekFrom::End(0)).ok()?;
        Some(KernelLog { file, begun: String::new() })
    }

    /// The lines written since the last time.
    fn records(&mut self) -> Vec<String> {
        let mut buffer = [0; RECORD_BYTES];
        for _ in 0..MOST_RECORDS {
            match self.file.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => self.begun.push_str(&String::from_utf8_lossy(&buffer[..length])),
                // Records were overwritten before they were read; those after them still come.
                Err(fault) if fault.kind() == ErrorKind::BrokenPipe => {}
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let whole = self.begun.rfind('\n').map_or(0, |at| at + 1);
        let lines = self.begun.drain(..whole).collect::<String>();
        lines.lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::*;
    use crate::plugged::tests::plug;

    /// A made-up machine.
    struct Machine {
        folder: tempfile::TempDir,
    }

    impl Machine {
        fn new() -> Machine {
            let machine = Machine { folder: tempfile::tempdir().unwrap() };
            machine.write("kmsg", "4,1,1,-;usb usb1-port1: over-current change #1\n");
            machine
        }

        fn power(&self) -> Power {
            Power::at(self.folder.path().join("sys"), Some(self.folder.path().join("kmsg")))
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn log(&self, text: &str) {
            let path = self.folder.path().join("kmsg");
            OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
        }
    }

    #[test]
    fn too_little_voltage_is_told_when_it_begins() {
        let machine = Machine::new();
        machine.write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
        machine.write("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n");
        machine.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
        let alarm = "sys/class/hwmon/hwmon1/in0_lcrit_alarm";
        let mut power = machine.power();
        let start = Instant::now();
        let mut told = |seconds: u64, on: &str| {
            machine.write(alarm, on);
            power.look_at(start + Duration::from_secs(seconds))
        };
        assert_eq!(told(0, "0\n"), []);
        assert_eq!(told(2, "1\n"), [Trouble::UnderVoltage]);
        assert_eq!(told(4, "1\n"), []);
        assert_eq!(told(6, "0\n"), []);
        assert_eq!(told(8, "1\n"), [], "once a minute is enough");
        assert_eq!(told(10, "0\n"), []);
        assert_eq!(told(100, "1\n"), [Trouble::UnderVoltage]);
    }

    #[test]
    fn the_firmware_says_so_too() {
        for (bits, low) in
            [("0\n", false), ("50005\n", true), ("0x10000", true), ("20002\n", false), ("?", false)]
        {
            let machine = Machine::new();
            machine.write("sys/devices/platform/soc/soc:firmware/get_throttled", bits);
            assert_eq!(!machine.power().look().is_empty(), low, "{bits}");
        }
    }

    #[test]
    fn a_raspberry_pis_log_is_understood() {
        let resets = || Trouble::UsbResets { device: "1-1.3".into() };
        let reset = "6,2,2,-;usb 1-1.3: reset high-speed USB device number 4 using xhci_hcd\n";
        let cases = [
            ("4,2,2,-;hwmon hwmon1: Undervoltage detected!\n", vec![Trouble::UnderVoltage]),
            ("4,2,2,-;Under-voltage detected! (0x00050005)\n", vec![Trouble::UnderVoltage]),
            ("6,2,2,-;hwmon hwmon1: Voltage normalised\n", vec![]),
            ("4,2,2,-;usb usb1-port2: over-current change #3\n", vec![Trouble::OverCurrent]),
            ("4,2,2,-;hub 1-1:1.0: over-current condition\n", vec![Trouble::OverCurrent]),
            (reset, vec![]),
            (&reset.repeat(2), vec![]),
            (&reset.repeat(3), vec![resets()]),
            (&reset.repeat(9), vec![resets()]),
            (
                "3,2,2,-;usb 1-1.3: device descriptor read/64, error -71\n\
                 3,3,3,-;usb 1-1.3: device not accepting address 5, error -71\n\
                 3,4,4,-;usb 1-1.3: device descriptor read/64, error -71\n",
                vec![resets()],
            ),
            ("6,2,2,-;usb 1-1.3: new high-speed USB device number 5 using xhci_hcd\n", vec![]),
            (
                "6,2,2,-;usb 1-1.3: USB disconnect, device number 4\n SUBSYSTEM=usb\n DEVICE=+usb:1-1.3\n",
                vec![],
            ),
        ];
        for (lines, expected) in cases {
            let machine = Machine::new();
            let mut power = machine.power();
            assert_eq!(power.look(), [], "what was there before is no news");
            machine.log(lines);
            assert_eq!(power.look(), expected, "{lines}");
            assert_eq!(power.look(), []);
        }
    }

    #[test]
    fn resets_far_apart_are_no_loop_and_a_loop_names_its_device() {
        let machine = Machine::new();
        let facts = [
            ("busnum", "1"),
            ("devnum", "4"),
            ("idVendor", "04a9"),
            ("idProduct", "220d"),
            ("product", "Máy quét phẳng"),
        ];
        plug(&machine.folder.path().join("sys/bus/usb/devices"), "1-1.3", "ff", &facts);
        let mut power = machine.power();
        let start = Instant::now();
        let mut told = |seconds: u64| {
            machine.log("6,2,2,-;usb 1-1.3: reset high-speed USB device number 4 using xhci_hcd\n");
            power.look_at(start + Duration::from_secs(seconds))
        };
        for seconds in [0, 50, 100, 150] {
            assert_eq!(told(seconds), [], "{seconds}");
        }
        assert_eq!(told(151), [Trouble::UsbResets { device: "Máy quét phẳng".into() }]);
    }

    #[test]
    fn a_record_is_read_when_it_is_whole() {
        let machine = Machine::new();
        let mut power = machine.power();
        machine.log("4,2,2,-;hwmon hwmon1: Undervolt");
        assert_eq!(power.look(), []);
        machine.log("age detected!\n");
        assert_eq!(power.look(), [Trouble::UnderVoltage]);
    }

    #[test]
    fn a_machine_that_tells_nothing_is_left_in_peace() {
        let mut power = Power::at("/nonexistent/sys".into(), Some("/nonexistent/kmsg".into()));
        assert_eq!(power.look(), []);
        // A log that may be opened but not read.
        let mut power = Power::at("/nonexistent/sys".into(), Some(Path::new("/").into()));
        assert_eq!(power.look(), []);
    }

    #[test]
    fn every_trouble_has_its_code() {
        let troubles =
            [Trouble::UnderVoltage, Trouble::UsbResets { device: String::new() }, Trouble::OverCurrent];
        let codes = troubles.map(|trouble| trouble.code());
        assert_eq!(codes, ["power.under_voltage", "usb.resets", "usb.over_current"]);
    }
}
