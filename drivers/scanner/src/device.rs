//! Scanners and scans in the clerk's words: which device, from the glass or the feeder, in colour or not, on
//! what paper. What a driver calls these things is settled in `sane/settings.rs`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a worker drives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Whatever libsane finds.
    Sane,
    /// One make-believe scanner whose feeder holds the images of this folder, in the order of their names.
    Folder(PathBuf),
}

/// A scanner and what it can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Stays the same when the scanner is plugged in elsewhere: `usb:vendor:product:serial` as far as known,
    /// else the driver's name for it. Two of a kind without serial numbers are told apart by their sockets:
    /// `usb:vendor:product@1-1.3`, as long as both are plugged in.
    pub id: String,
    /// SANE's name for it today, for the log.
    pub address: String,
    /// Maker, as the driver says.
    pub vendor: String,
    /// Model, as the driver says.
    pub model: String,
    /// What a list shows; different for every device of one list.
    pub label: String,
    /// Where it takes paper from. Empty when the device did not let itself be opened (busy, no access): a scan
    /// of it says why.
    pub sources: Vec<Source>,
    /// Resolutions worth offering, ascending, dots per inch.
    pub resolutions_dpi: Vec<u32>,
    /// Colours it delivers by itself. Any may be asked for: richer pages are reduced.
    pub colours: Vec<Colour>,
    /// Papers that fit the largest of its sources whole; [`PaperSize::Max`] always last.
    pub papers: Vec<PaperSize>,
    /// Its buttons, as the driver calls them: `scan`, `email`, `button-1` ... Empty where it has none that
    /// tell a program that they were pressed.
    pub buttons: Vec<String>,
    /// It notices two sheets fed as one and stops for it: a scan from its feeder switches that on.
    pub senses_double_feed: bool,
}

/// Where the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// On the glass: one page a scan.
    Flatbed,
    /// In the feeder, front sides: all sheets there are.
    Feeder,
    /// In the feeder, both sides, front before back.
    FeederDuplex,
}

/// How much of the colour to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// One bit a pixel.
    BlackWhite,
    /// 256 greys.
    Grey,
    /// 24 bits: what the law asks of a digitised document.
    Colour,
}

/// The size of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperSize {
    /// 210 × 297 mm.
    A4,
    /// 148 × 210 mm.
    A5,
    /// 297 × 420 mm.
    A3,
    /// 210 × 330 mm, the long sheet of Vietnamese forms.
    F4,
    /// 215.9 × 279.4 mm.
    Letter,
    /// All the scanner sees.
    Max,
}

impl PaperSize {
    /// All there are, the most usual first, [`PaperSize::Max`] last.
    pub const ALL: [PaperSize; 6] =
        [PaperSize::A4, PaperSize::A5, PaperSize::A3, PaperSize::F4, PaperSize::Letter, PaperSize::Max];

    /// Width and height in millimetres; nothing for [`PaperSize::Max`].
    pub fn millimetres(self) -> Option<(f64, f64)> {
        match self {
            PaperSize::A4 => Some((210.0, 297.0)),
            PaperSize::A5 => Some((148.0, 210.0)),
            PaperSize::A3 => Some((297.0, 420.0)),
            PaperSize::F4 => Some((210.0, 330.0)),
            PaperSize::Letter => Some((215.9, 279.4)),
            PaperSize::Max => None,
        }
    }
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`Device::id`].
    pub device: String,
    /// [`Device::address`] where it was seen last: tried first, without asking every driver for its devices.
    pub address: Option<String>,
    /// Glass or feeder.
    pub source: Source,
    /// Colour of the captures.
    pub colour: Colour,
    /// Dots per inch. A device that lacks it scans with its next finer one, or with its finest;
    /// [`Capture::dpi`](crate::Capture::dpi) says which it was.
    pub dpi: u32,
    /// What part of the glass; a sheet larger than the scanner is cut to what it sees.
    pub paper: PaperSize,
}

/// The name by which a network scanner announces itself (by mDNS), if `address` is that of one which does. Its
/// announcement carries a UUID, which outlives even another name.
pub fn network_name(address: &str) -> Option<&str> {
    let (kind, rest) = address.strip_prefix("airscan:")?.split_once(':')?;
    let by_hand = kind.eq_ignore_ascii_case("escl") || kind.eq_ignore_ascii_case("wsd");
    // Put in by hand, the address follows the name: `airscan:escl:Office MFP:http://192.0.2.7/eSCL`.
    let end = [":http://", ":https://", ":unix://"].iter().find_map(|scheme| rest.find(scheme));
    let name = if by_hand { &rest[..end?] } else { rest };
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_scanners_are_known_by_the_name_they_announce() {
        let cases = [
            ("airscan:e0:Canon TR8500 series", Some("Canon TR8500 series")),
            ("airscan:w12:CANON INC. TR8500 series", Some("CANON INC. TR8500 series")),
            ("airscan:escl:Office MFP:http://192.0.2.7:9095/eSCL", Some("Office MFP")),
            ("airscan:wsd:Office MFP:http://192.0.2.7:5358/Scan", Some("Office MFP")),
            ("airscan:escl:Office MFP", None),
            ("airscan:e0:", None),
            ("escl:http://192.0.2.7:80", None),
            ("plustek:libusb:001:003", None),
        ];
        for (address, name) in cases {
            assert_eq!(network_name(address), name, "{address}");
        }
    }
}
