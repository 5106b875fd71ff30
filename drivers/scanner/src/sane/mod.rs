//! Scanners through SANE, on the worker's one thread.
//!
//! ```text
//! Sane (this file)    which device, which sheet, when a scan is over
//!  |- settings        what a device's options mean to a clerk, and the order they are set in
//!  |- reading         one page: start, read, encode
//!  |- frame           bytes of frames -> lines of a Page
//!  |- buttons         which of them is being pressed
//!  |- session         the calls themselves: every handle of SANE stays in there
//!  |- options         what the options say, copied out of the backend's memory
//!  |- preset          the seam for tests and demonstrations
//!  |- usb             which device is plugged in where
//!  `- process         the system calls that std does not have
//! ```

mod buttons;
mod frame;
mod options;
mod preset;
pub(crate) mod process;
mod reading;
mod session;
mod settings;
mod usb;

use std::path::PathBuf;

use crate::device::{Device, Request, Source};
use crate::error::ScanError;
use crate::worker::{Desk, Driver};
use preset::Preset;
use reading::Reading;
use session::{Library, Listed, Session};

/// Drivers that answer `sane_start` at once and warm the lamp up and calibrate in the first `sane_read`, which may
/// take them most of a minute.
const WARM_UP_IN_READ: [&str; 4] = ["plustek:", "plustek_pp:", "u12:", "hp3500:"];
/// The sensor by which a device tells a double feed from a jam.
const DOUBLE_FEED: &str = "double-feed";

/// The driver behind [`Via::Sane`](crate::Via::Sane).
pub(crate) struct Sane {
    library_path: Option<PathBuf>,
    preset: Preset,
    library: Option<Library>,
    known: Vec<Device>,
}

/// Why a scan stopped, and whether the device had been opened by then.
enum Stop {
    NotOpened(ScanError),
    Opened(ScanError),
}

impl Sane {
    /// Reads the two variables of the worker's environment; loads nothing yet.
    ///
    /// Fails when the preset is not JSON of the right shape.
    pub(crate) fn from_environment() -> Result<Sane, ScanError> {
        let library_path = std::env::var_os("VANTHU_LIBSANE").map(PathBuf::from);
        let preset = Preset::parse(std::env::var("VANTHU_SCAN_PRESET").ok().as_deref())?;
        Ok(Sane { library_path, preset, library: None, known: Vec::new() })
    }

    /// Asks the drivers anew. They are shut down and started again for it, because many look at the bus only
    /// when they start.
    fn enumerate(&mut self) -> Result<(), ScanError> {
        self.known.clear();
        self.library = None;
        let library = self.library.insert(Library::start(self.library_path.as_deref())?);
        for listed in library.devices()? {
            let device = describe(library, listed, &self.preset);
            self.known.push(device);
        }
        tell_apart(&mut self.known);
        Ok(())
    }

    fn address_of(&self, id: &str) -> Option<String> {
        let called = self.known.iter().find(|device| device.id == id);
        let there = || self.known.iter().find(|device| usb::is_at(id, &device.address));
        called.or_else(there).map(|device| device.address.clone())
    }

    /// Where a device is now, after another look at the bus.
    fn find_again(&mut self, id: &str) -> Result<String, ScanError> {
        self.enumerate()?;
        match self.address_of(id) {
            Some(address) => Ok(address),
            None if self.known.is_empty() => Err(ScanError::NoScanner),
            None => Err(ScanError::ScannerGone),
        }
    }

    /// Where to try first: where the device was at our own last look, else where the box saw it, if that is
    /// still the same device. Asking every driver for its devices takes seconds, and one of them may hang.
    fn likely_address(&mut self, id: &str, last_seen: Option<&str>) -> Result<String, ScanError> {
        if let Some(address) = self.address_of(id) {
            return Ok(address);
        }
        match last_seen.filter(|address| usb::is_at(id, address)) {
            Some(address) => {
                if self.library.is_none() {
                    self.library = Some(Library::start(self.library_path.as_deref())?);
                }
                Ok(address.to_owned())
            }
            None => self.find_again(id),
        }
    }

    /// Visits the device where it is likely to be, and if it does not open there, where another look finds it.
    fn visit<T>(
        &mut self,
        id: &str,
        last_seen: Option<&str>,
        mut visit: impl FnMut(&mut Sane, &str) -> Result<T, Stop>,
    ) -> Result<T, ScanError> {
        let address = self.likely_address(id, last_seen)?;
        match visit(self, &address) {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Opened(fault)) => Err(fault),
            Err(Stop::NotOpened(
                fault @ (ScanError::Busy | ScanError::AccessDenied | ScanError::OutOfMemory),
            )) => Err(fault),
            // A scanner unplugged and plugged in again has another address: look once more.
            Err(Stop::NotOpened(_)) => {
                let address = self.find_again(id)?;
                visit(self, &address).map_err(|(Stop::NotOpened(fault) | Stop::Opened(fault))| fault)
            }
        }
    }

    fn scan_at(&mut self, address: &str, request: &Request, desk: &mut Desk) -> Result<u32, Stop> {
        let mut session = open(self.library.as_ref(), address)?;
        desk.warms_up(WARM_UP_IN_READ.iter().any(|driver| address.starts_with(driver)));
        let pages = settings::apply(&mut session, request, &self.preset)
            .and_then(|dpi| feed(&mut session, request, dpi, &mut self.preset, desk))
            .map_err(|fault| explain(fault, &session, address));
        desk.ending(&pages).map_err(Stop::Opened)?;
        drop(session); // cancels and closes, however the scan ended
        pages.map_err(Stop::Opened)
    }

    fn watch_at(&mut self, address: &str, desk: &mut Desk) -> Result<(), Stop> {
        let mut session = open(self.library.as_ref(), address)?;
        let buttons = settings::buttons(&session.options());
        buttons::watch(&mut session, buttons, desk)
            .map_err(|fault| Stop::Opened(explain(fault, &session, address)))
    }
}

impl Driver for Sane {
    fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        self.enumerate()?;
        Ok(self.known.clone())
    }

    fn scan(&mut self, request: &Request, desk: &mut Desk) -> Result<u32, ScanError> {
        let last_seen = request.address.as_deref();
        self.visit(&request.device, last_seen, |sane, address| sane.scan_at(address, request, desk))
    }

    fn watch(&mut self, device: &str, address: Option<&str>, desk: &mut Desk) -> Result<(), ScanError> {
        self.visit(device, address, |sane, address| sane.watch_at(address, desk))
    }
}

fn open<'l>(library: Option<&'l Library>, address: &str) -> Result<Session<'l>, Stop> {
    library.ok_or(ScanError::ScannerGone).and_then(|library| library.open(address)).map_err(Stop::NotOpened)
}

/// What a fault really is, as far as the device or the kernel knows more than the status that was returned.
fn explain(fault: ScanError, session: &Session<'_>, address: &str) -> ScanError {
    match fault {
        ScanError::Io(_) if usb::unplugged(address) => ScanError::ScannerGone,
        // Drivers have one status for all that stops the paper, and some have a sensor that tells more.
        ScanError::Jammed if session.number(&session.options(), DOUBLE_FEED) == Some(1.0) => {
            ScanError::DoubleFeed
        }
        other => other,
    }
}

/// Sheet after sheet until the feeder is empty; one page from the glass.
fn feed(
    session: &mut Session<'_>,
    request: &Request,
    dpi: u32,
    preset: &mut Preset,
    desk: &mut Desk,
) -> Result<u32, ScanError> {
    let mut pages = 0;
    loop {
        let reading = preset
            .lay_sheet(session, request.source, pages)
            .and_then(|()| Reading::start(session, pages + 1, request.colour, dpi, desk));
        let capture = match reading.and_then(Reading::finish) {
            // All sheets are through: what a feeder is there for.
            Err(ScanError::FeederEmpty) if pages > 0 => return Ok(pages),
            other => other?,
        };
        pages += 1;
        desk.page(pages, capture)?;
        if request.source == Source::Flatbed {
            return Ok(pages);
        }
    }
}

/// A device of the drivers' list in the clerk's words. One that does not open keeps its place in the list.
fn describe(library: &Library, listed: Listed, preset: &Preset) -> Device {
    let offer = match library.open(&listed.address) {
        Ok(mut session) => settings::offer(&mut session, preset),
        Err(fault) => {
            tracing::warn!(device = listed.address, %fault, "a scanner does not open");
            settings::Offer::default()
        }
    };
    // Where a driver has no maker to name it says so, or names the protocol.
    let vendor =
        if ["Noname", "eSCL", "WSD"].contains(&listed.vendor.as_str()) { "" } else { &listed.vendor };
    let label = if listed.model.starts_with(vendor) {
        listed.model.clone()
    } else {
        format!("{vendor} {}", listed.model)
    };
    Device {
        id: usb::identity(&listed.address),
        label,
        address: listed.address,
        vendor: listed.vendor,
        model: listed.model,
        sources: offer.sources,
        resolutions_dpi: offer.resolutions_dpi,
        colours: offer.colours,
        papers: offer.papers,
        buttons: offer.buttons,
        senses_double_feed: offer.senses_double_feed,
    }
}

/// Two scanners of one make, or one that answers through two drivers, get a number behind the label; two that
/// share even their identity are told apart by driver, and two of one driver by address.
fn tell_apart(devices: &mut [Device]) {
    for later in 1..devices.len() {
        let (before, rest) = devices.split_at_mut(later);
        let device = &mut rest[0];
        let namesakes = before
            .iter()
            .filter(|other| (&other.vendor, &other.model) == (&device.vendor, &device.model))
            .count();
        if namesakes > 0 {
            device.label = format!("{} ({})", device.label, namesakes + 1);
        }
        if before.iter().any(|other| other.id == device.id) {
            let id = usb::through_driver(&device.id, &device.address);
            let taken = before.iter().any(|other| other.id == id);
            device.id = if taken { format!("{}@{}", device.id, device.address) } else { id };
        }
    }
}
