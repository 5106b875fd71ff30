//! The five settings a clerk knows, whatever a device calls them.
//!
//! Every maker names things his own way: the feeder is `ADF`, `ADF Front`, `Automatic Document Feeder` or
//! `Automatic Document Feeder(left aligned)`; colour is `Color`, `24bitColor` or `24bit Color[Fast]`; both sides
//! are a source with one and an option of its own with another. [`offer`] reads what a device can do out of its
//! options, [`apply`] sets what was asked for. Both go by the same tables, so that what is offered can be set:
//!
//! ```text
//! settings        what is offered, and the order things are set in
//!  |- words       what makers call sources, modes and buttons
//!  |- area        which papers fit, and where on the device the paper lies
//!  `- feeding     what a feeder is told besides: stop at a double feed, give every page as it is
//! ```
//!
//! The order matters: source, mode, depth, resolution, feeding, area. Each may change what the next allows, so
//! the options are read again whenever the driver says so. For the same reason [`offer`] tries each source: a
//! feeder's limits, sensors and second side often show only once it is chosen.

mod area;
mod feeding;
#[cfg(test)]
mod sheet;
#[cfg(test)]
mod tests;
mod words;

use super::options::{Constraint, OptionDescriptor, Options, Value};
use super::preset::Preset;
use super::session::Session;
use crate::device::{Colour, PaperSize, Request, Source};
use crate::error::ScanError;
use area::Reach;

/// Resolutions worth offering where a device takes any, dots per inch.
const USUAL_DPI: [u32; 8] = [75, 100, 150, 200, 300, 400, 600, 1200];
const MILLIMETRES_PER_INCH: f64 = 25.4;
const SOURCES: [Source; 3] = [Source::Flatbed, Source::Feeder, Source::FeederDuplex];

/// What a device can do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) sources: Vec<Source>,
    pub(crate) resolutions_dpi: Vec<u32>,
    pub(crate) colours: Vec<Colour>,
    pub(crate) papers: Vec<PaperSize>,
    pub(crate) buttons: Vec<String>,
    pub(crate) senses_double_feed: bool,
}

/// What settings are read from and made on: an open device, or the sheet that plays one in tests.
pub(crate) trait Controls {
    /// What can be set at present.
    fn options(&self) -> Options;
    /// Sets an option. `true` when the options have changed and must be read again.
    fn set(&mut self, options: &Options, name: &str, value: &Value) -> Result<bool, ScanError>;
    /// The present value of an option that holds one number.
    fn number(&self, options: &Options, name: &str) -> Option<f64>;
    /// The present value of an option that holds a text.
    fn text(&self, options: &Options, name: &str) -> Option<String>;
}

impl Controls for Session<'_> {
    fn options(&self) -> Options {
        self.options()
    }

    fn set(&mut self, options: &Options, name: &str, value: &Value) -> Result<bool, ScanError> {
        self.set(options, name, value)
    }

    fn number(&self, options: &Options, name: &str) -> Option<f64> {
        self.number(options, name)
    }

    fn text(&self, options: &Options, name: &str) -> Option<String> {
        self.text(options, name)
    }
}

/// Reads what a device can do from its options, choosing each of its sources in turn. Close it afterwards: the
/// last source stays chosen.
pub(crate) fn offer(controls: &mut impl Controls, preset: &Preset) -> Offer {
    let options = controls.options();
    let mut offer = Offer { buttons: buttons(&options), ..Offer::default() };
    let mut panel = Panel { controls, options, preset };
    for source in SOURCES {
        match panel.source(source) {
            Ok(()) => {
                offer.sources.push(source);
                panel.add_to(&mut offer);
            }
            Err(ScanError::Unsupported(_)) => {}
            // The driver would not have it now (a feeder without paper, say): as much is known without.
            Err(fault) => {
                tracing::debug!(?source, %fault, "a source could not be chosen to see what it allows");
                offer.sources.push(source);
                panel.add_to(&mut offer);
            }
        }
    }
    offer
}

/// Names of the options that are buttons of the device.
pub(crate) fn buttons(options: &Options) -> Vec<String> {
    words::buttons(options)
}

/// Sets what was asked for and says which resolution it came to, dots per inch. Options of the preset are set
/// as they are and otherwise left alone.
///
/// Fails with [`ScanError::Unsupported`] when the device has no such source.
pub(crate) fn apply(
    controls: &mut impl Controls,
    request: &Request,
    preset: &Preset,
) -> Result<u32, ScanError> {
    let options = controls.options();
    let mut panel = Panel { controls, options, preset };
    panel.preset()?;
    panel.source(request.source)?;
    panel.mode(request.colour)?;
    panel.depth(request.colour)?;
    let dpi = panel.resolution(request.dpi)?;
    if request.source != Source::Flatbed {
        panel.feeding();
    }
    panel.area(request.paper, request.source, dpi)?;
    // Again, because some could not be set before the mode was: colour passes want colour.
    panel.preset()?;
    Ok(dpi)
}

/// A device whose options are always the present ones.
struct Panel<'a, C> {
    controls: &'a mut C,
    options: Options,
    preset: &'a Preset,
}

impl<C: Controls> Panel<'_, C> {
    /// Sets an option if it can be set at present and is not preset; `false` when it was not touched.
    fn set(&mut self, name: &str, value: Value) -> Result<bool, ScanError> {
        if self.preset.names(name) || self.options.settable(name).is_none() {
            return Ok(false);
        }
        self.set_anyway(name, &value)?;
        Ok(true)
    }

    fn set_anyway(&mut self, name: &str, value: &Value) -> Result<(), ScanError> {
        if self.controls.set(&self.options, name, value)? {
            self.options = self.controls.options();
        }
        Ok(())
    }

    /// Sets an option nobody asked for, if the device takes it.
    fn wish(&mut self, name: &str, value: Value) {
        if let Err(fault) = self.set(name, value) {
            tracing::debug!(name, %fault, "an option was left as it was");
        }
    }

    fn preset(&mut self) -> Result<(), ScanError> {
        for (name, value) in self.preset.fixed() {
            if self.options.settable(name).is_some() {
                self.set_anyway(name, value)?;
            }
        }
        Ok(())
    }

    fn source(&mut self, source: Source) -> Result<(), ScanError> {
        let Some(settings) = words::source_settings(&self.options, source) else {
            let stack = source == Source::Feeder && self.preset.has_stack_for(&self.options);
            return if stack { Ok(()) } else { Err(no_such(source)) };
        };
        for (name, value) in settings {
            let set = self.set(name, value)?;
            if !set && name != "source" && source == Source::FeederDuplex {
                return Err(no_such(source));
            }
        }
        Ok(())
    }

    fn mode(&mut self, wanted: Colour) -> Result<(), ScanError> {
        let Some(mode) = self.options.find("mode") else {
            // The one other way there is: a switch.
            return self.set("gray", Value::Bool(wanted != Colour::Colour)).map(drop);
        };
        // What the device lacks is made from something richer, and where there is nothing richer, from less.
        let richer = [Colour::BlackWhite, Colour::Grey, Colour::Colour].into_iter().filter(|c| *c >= wanted);
        let poorer = [Colour::Grey, Colour::BlackWhite].into_iter().filter(|c| *c < wanted);
        let spelling =
            richer.chain(poorer).find_map(|colour| words::spelling(mode, colour)).map(str::to_owned);
        match spelling {
            Some(spelling) => self.set("mode", Value::Text(spelling)).map(drop),
            None => Ok(()),
        }
    }

    fn depth(&mut self, wanted: Colour) -> Result<(), ScanError> {
        let Some(depth) = self.options.settable("depth") else { return Ok(()) };
        let bits = if wanted == Colour::BlackWhite { [1.0, 8.0, 16.0] } else { [8.0, 16.0, 1.0] };
        match bits.into_iter().find(|bits| depth.constraint.allows(*bits)) {
            Some(bits) => self.set("depth", Value::Number(bits)).map(drop),
            None => Ok(()),
        }
    }

    fn resolution(&mut self, wanted: u32) -> Result<u32, ScanError> {
        let Some(option) = resolution_option(&self.options) else { return Ok(wanted) };
        let (name, fitting) = (option.name.clone(), option.constraint.at_least(f64::from(wanted)));
        self.set(&name, Value::Number(fitting))?;
        if name == "x-resolution" {
            self.set("y-resolution", Value::Number(fitting))?;
        }
        let set = self.controls.number(&self.options, &name).unwrap_or(fitting);
        Ok(set.round().max(1.0) as u32)
    }

    fn feeding(&mut self) {
        for (name, wish) in feeding::wishes() {
            let value = self.options.settable(name).and_then(|option| wish.value(option));
            if let Some(value) = value {
                self.wish(name, value);
            }
        }
    }

    /// Adds what the source chosen at present allows.
    fn add_to(&self, offer: &mut Offer) {
        let options = &self.options;
        let dpi = resolution_option(options).and_then(|option| self.controls.number(options, &option.name));
        let reach = Reach::of(options, dpi.map(|dpi| dpi.round() as u32).filter(|dpi| *dpi > 0));
        offer.papers = offered(PaperSize::ALL, |paper| offer.papers.contains(paper) || reach.takes(*paper));
        let colours = [Colour::Colour, Colour::Grey, Colour::BlackWhite];
        offer.colours =
            offered(colours, |colour| offer.colours.contains(colour) || words::delivers(options, *colour));
        offer.resolutions_dpi.extend(resolutions(options));
        offer.resolutions_dpi.sort_unstable();
        offer.resolutions_dpi.dedup();
        offer.senses_double_feed |= feeding::senses_double_feed(options);
    }
}

fn offered<T>(all: impl IntoIterator<Item = T>, is_offered: impl FnMut(&T) -> bool) -> Vec<T> {
    all.into_iter().filter(is_offered).collect()
}

fn no_such(source: Source) -> ScanError {
    ScanError::Unsupported(format!("the scanner has no {source:?}"))
}

fn resolution_option(options: &Options) -> Option<&OptionDescriptor> {
    options.find("resolution").or_else(|| options.find("x-resolution"))
}

/// The usual resolutions a device has; all it has where none is usual.
fn resolutions(options: &Options) -> Vec<u32> {
    let Some(option) = resolution_option(options) else { return Vec::new() };
    let usual = USUAL_DPI.into_iter().filter(|dpi| option.constraint.allows(f64::from(*dpi)));
    let usual: Vec<u32> = usual.collect();
    match &option.constraint {
        Constraint::Numbers(numbers) if usual.is_empty() => {
            let mut all: Vec<u32> = numbers.iter().map(|dpi| dpi.round() as u32).collect();
            all.sort_unstable();
            all
        }
        _ => usual,
    }
}
