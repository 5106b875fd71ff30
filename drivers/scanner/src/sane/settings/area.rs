//! Which papers fit, and where on the device the paper lies.
//!
//! ```text
//! glass 215.9 x 297.18      A4: tl 0,0  br 210,297
//! feeder 215.9, right edge  A4: tl 5.9,0  br 215.9,297      (adf-justification-x: right)
//! feeder with page-width    A4: page-width 210, page-height 297, then tl 0,0  br 210,297
//! ```
//!
//! A device that wants to know the sheet (`page-width`) puts it in the middle by itself: its area counts from
//! the sheet's corner.

use super::words::{is_centred, letters};
use super::{Controls, MILLIMETRES_PER_INCH, Panel};
use crate::device::{PaperSize, Source};
use crate::error::ScanError;
use crate::sane::options::{Constraint, OptionDescriptor, Options, Unit, Value};

/// What a paper may be larger than the device and still count as fitting: less than any margin.
const TOLERANCE_MM: f64 = 1.0;
/// Longest sheet taken where the paper is "all there is" and the feeder would take metres: legal, and for
/// wide feeders ledger.
const LONGEST_MM: f64 = 356.0;
const LONGEST_WIDE_MM: f64 = 432.0;
const WIDE_MM: f64 = 290.0;

/// How much a source sees, millimetres, as far as the device says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Reach {
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
}

impl Reach {
    /// What the options say; `dpi` for devices that count in pixels.
    pub(super) fn of(options: &Options, dpi: Option<u32>) -> Reach {
        let along = |sheet: [&str; 2], edge: &str| {
            let sheet = sheet.iter().find_map(|name| options.settable(name));
            let edge = options.find(edge).filter(|option| option.soft_select);
            sheet.into_iter().chain(edge).find_map(|option| longest(option, dpi))
        };
        Reach { width: along(SHEET_WIDTH, "br-x"), height: along(SHEET_HEIGHT, "br-y") }
    }

    /// Whether a paper lies whole on what the source sees.
    pub(super) fn takes(self, paper: PaperSize) -> bool {
        let fits = |reach: Option<f64>, side: f64| reach.is_some_and(|reach| side <= reach + TOLERANCE_MM);
        let Some((width, height)) = paper.millimetres() else { return true };
        // A scanner that says only how wide it is pulls sheets of any length.
        fits(self.width, width) && (self.height.is_none() || fits(self.height, height))
    }

    fn longest_sheet(self) -> f64 {
        if self.width.is_some_and(|width| width >= WIDE_MM) { LONGEST_WIDE_MM } else { LONGEST_MM }
    }
}

const SHEET_WIDTH: [&str; 2] = ["page-width", "pagewidth"];
const SHEET_HEIGHT: [&str; 2] = ["page-height", "pageheight"];

/// The largest value of a length.
fn longest(option: &OptionDescriptor, dpi: Option<u32>) -> Option<f64> {
    let most = match &option.constraint {
        Constraint::Range { max, .. } => *max,
        Constraint::Numbers(numbers) => numbers.iter().copied().max_by(f64::total_cmp)?,
        Constraint::None | Constraint::Texts(_) => return None,
    };
    match option.unit {
        Unit::Millimetre => Some(most),
        Unit::Pixel => Some(most / f64::from(dpi?) * MILLIMETRES_PER_INCH),
        Unit::Other => None,
    }
}

impl<C: Controls> Panel<'_, C> {
    /// Sets what part of the device is the paper. A paper larger than the device is cut to what it sees.
    pub(super) fn area(&mut self, paper: PaperSize, source: Source, dpi: u32) -> Result<(), ScanError> {
        self.named_size(paper)?;
        let (mut width, height) = match paper.millimetres() {
            Some(sides) => sides,
            None if source == Source::Flatbed => (f64::INFINITY, f64::INFINITY),
            None => (f64::INFINITY, Reach::of(&self.options, Some(dpi)).longest_sheet()),
        };
        for name in SHEET_WIDTH {
            self.length(name, width, dpi)?;
        }
        for name in SHEET_HEIGHT {
            self.length(name, height, dpi)?;
        }
        if paper == PaperSize::Max && source != Source::Flatbed {
            // The sheet's own length, where the scanner finds its lower edge. Not with a paper that was
            // named: what it takes for the edge may be a dark line.
            self.wish("ald", Value::Bool(true));
        }
        let left = match self.lies(source) {
            Lies::Left => 0.0,
            Lies::Off(share) => self.spare(width, dpi) * share,
            Lies::SomewhereInTheMiddle => {
                width = f64::INFINITY;
                0.0
            }
        };
        for (from, to, start, length) in [("tl-x", "br-x", left, width), ("tl-y", "br-y", 0.0, height)] {
            self.length(from, start, dpi)?;
            self.length(to, start + length, dpi)?;
        }
        Ok(())
    }

    /// How much wider the device is than the paper, millimetres.
    fn spare(&self, width: f64, dpi: u32) -> f64 {
        let reach = Reach::of(&self.options, Some(dpi)).width.unwrap_or(width);
        if reach > width { reach - width } else { 0.0 }
    }

    /// Where paper lies that is narrower than the source.
    fn lies(&self, source: Source) -> Lies {
        if source == Source::Flatbed || SHEET_WIDTH.iter().any(|name| self.options.settable(name).is_some()) {
            return Lies::Left;
        }
        let told = self.controls.text(&self.options, "adf-justification-x").unwrap_or_default();
        match letters(&told).as_str() {
            "center" | "centre" => Lies::Off(0.5),
            "right" => Lies::Off(1.0),
            _ => match self.controls.text(&self.options, "source") {
                Some(source) if is_centred(&source) => Lies::SomewhereInTheMiddle,
                _ => Lies::Left,
            },
        }
    }

    /// Chooses the paper by its name, where a device has a list of them: it then knows how its feeder holds
    /// it. A paper without a name gets the free size, after which the area can be set, or the next longer one.
    fn named_size(&mut self, paper: PaperSize) -> Result<(), ScanError> {
        for name in ["paper-size", "scan-area"] {
            let Some(option) = self.options.settable(name) else { continue };
            let texts = option.constraint.texts();
            let called = |names: &[&str]| texts.iter().find(|text| is_upright(text, names));
            let found = called(names(paper)).or_else(|| called(&FREE)).or_else(|| called(&["legal"]));
            if let Some(text) = found.cloned() {
                self.set(name, Value::Text(text))?;
            }
        }
        Ok(())
    }

    /// Sets a length to what is allowed nearest to it; a device that sees less gives what it sees.
    fn length(&mut self, name: &str, millimetres: f64, dpi: u32) -> Result<(), ScanError> {
        let Some(option) = self.options.settable(name) else { return Ok(()) };
        let wanted = match option.unit {
            Unit::Millimetre => millimetres,
            Unit::Pixel => millimetres * f64::from(dpi) / MILLIMETRES_PER_INCH,
            Unit::Other => return Ok(()),
        };
        let fitting = option.constraint.nearest(wanted);
        // "All there is" of a device that does not say how much: its own default stands.
        if fitting.is_infinite() {
            return Ok(());
        }
        self.set(name, Value::Number(fitting)).map(drop)
    }
}

/// Where narrow paper lies in a feeder.
enum Lies {
    Left,
    /// This share of the spare width to the right of the left edge.
    Off(f64),
    /// The driver's source says that it is centred, but no driver says whether it then moves the area itself.
    /// The whole width is scanned: a margin too many costs nobody a word.
    SomewhereInTheMiddle,
}

/// What makers call the size that is not named.
const FREE: [&str; 4] = ["user", "userdef", "custom", "manual"];

/// What makers call a paper.
fn names(paper: PaperSize) -> &'static [&'static str] {
    match paper {
        PaperSize::A4 => &["a4"],
        PaperSize::A5 => &["a5"],
        PaperSize::A3 => &["a3"],
        PaperSize::F4 => &["f4", "folio", "foolscap"],
        PaperSize::Letter => &["letter"],
        PaperSize::Max => &["max", "maximum"],
    }
}

/// Whether a maker's text has one of the names in it, and the paper is not on its side: `ISO/A4/Portrait`.
fn is_upright(text: &str, names: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    !lower.contains("landscape") && words.any(|word| names.contains(&word))
}
