//! The five settings a clerk knows, whatever a device calls them.
//!
//! Every maker names things his own way: the feeder is `ADF`, `ADF Front`, `Automatic Document Feeder` or
//! `Automatic Document Feeder(left aligned)`; colour is `Color`, `24bitColor` or `24bit Color[Fast]`; both sides
//! are a source with one and an option of its own with another. [`offer`] reads what a device can do out of its
//! options, [`apply`] sets what was asked for. Both go by the same tables, so that what is offered can be set.
//!
//! The order matters: source, mode, depth, resolution, area. Each may change what the next allows, so the
//! options are read again whenever the driver says so.

use super::options::{Constraint, Kind, OptionDescriptor, Options, Unit, Value};
use super::preset::Preset;
use super::session::Session;
use crate::device::{Colour, PaperSize, Request, Source};
use crate::error::ScanError;

/// Resolutions worth offering where a device takes any, dots per inch.
const USUAL_DPI: [u32; 8] = [75, 100, 150, 200, 300, 400, 600, 1200];
const MILLIMETRES_PER_INCH: f64 = 25.4;

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

/// Reads what a device can do from its options.
pub(crate) fn offer(options: &Options, preset: &Preset) -> Offer {
    let sources = [Source::Flatbed, Source::Feeder, Source::FeederDuplex];
    let stack = |source| source == Source::Feeder && preset.has_stack_for(options);
    let mut colours = vec![Colour::Colour, Colour::Grey, Colour::BlackWhite];
    colours.retain(|colour| delivers(options, *colour));
    Offer {
        sources: sources
            .into_iter()
            .filter(|s| source_settings(options, *s).is_some() || stack(*s))
            .collect(),
        resolutions_dpi: resolutions(options),
        colours,
        papers: vec![PaperSize::Max],
        buttons: Vec::new(),
        senses_double_feed: false,
    }
}

/// Sets what was asked for and says which resolution it came to, dots per inch. Options of the preset are set
/// as they are and otherwise left alone.
///
/// Fails with [`ScanError::Unsupported`] when the device has no such source.
pub(crate) fn apply(session: &mut Session<'_>, request: &Request, preset: &Preset) -> Result<u32, ScanError> {
    let options = session.options();
    let mut panel = Panel { session, options, preset };
    panel.preset()?;
    panel.source(request.source)?;
    panel.mode(request.colour)?;
    panel.depth(request.colour)?;
    let dpi = panel.resolution(request.dpi)?;
    panel.area(request.paper, dpi)?;
    // Again, because some could not be set before the mode was: colour passes want colour.
    panel.preset()?;
    Ok(dpi)
}

/// A device whose options are always the present ones.
struct Panel<'a, 'l> {
    session: &'a mut Session<'l>,
    options: Options,
    preset: &'a Preset,
}

impl Panel<'_, '_> {
    /// Sets an option if it can be set at present and is not preset; `false` when it was not touched.
    fn set(&mut self, name: &str, value: Value) -> Result<bool, ScanError> {
        if self.preset.names(name) || self.options.settable(name).is_none() {
            return Ok(false);
        }
        self.set_anyway(name, &value)?;
        Ok(true)
    }

    fn set_anyway(&mut self, name: &str, value: &Value) -> Result<(), ScanError> {
        if self.session.set(&self.options, name, value)? {
            self.options = self.session.options();
        }
        Ok(())
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
        let Some(settings) = source_settings(&self.options, source) else {
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
        let spelling = richer.chain(poorer).find_map(|colour| spelling(mode, colour)).map(str::to_owned);
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
        let set = self.session.number(&self.options, &name).unwrap_or(fitting);
        Ok(set.round().max(1.0) as u32)
    }

    fn area(&mut self, paper: PaperSize, dpi: u32) -> Result<(), ScanError> {
        let millimetres = paper.millimetres();
        if let Some((width, height)) = millimetres {
            // What document scanners want to know of the sheet before they allow an area on it.
            self.length("page-width", width, dpi)?;
            self.length("page-height", height, dpi)?;
        }
        let (width, height) = millimetres.unwrap_or((f64::INFINITY, f64::INFINITY));
        for (from, to, length) in [("tl-x", "br-x", width), ("tl-y", "br-y", height)] {
            self.length(from, 0.0, dpi)?;
            self.length(to, length, dpi)?;
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

fn no_such(source: Source) -> ScanError {
    ScanError::Unsupported(format!("the scanner has no {source:?}"))
}

/// The options to set for a source, or `None` where the device has none like it. A device that does not speak
/// of sources is a flatbed.
fn source_settings(options: &Options, source: Source) -> Option<Vec<(&'static str, Value)>> {
    let texts = options.find("source").map_or(&[][..], |option| option.constraint.texts());
    if texts.is_empty() {
        return (source == Source::Flatbed).then(Vec::new);
    }
    let spelled = |wanted| texts.iter().find(|text| source_of(text) == Some(wanted));
    let setting = |text: &String| ("source", Value::Text(text.clone()));
    match source {
        Source::Flatbed => Some(vec![setting(spelled(source)?)]),
        Source::Feeder => {
            let mut settings = vec![setting(spelled(source)?)];
            settings.extend(both_sides(options, false));
            Some(settings)
        }
        Source::FeederDuplex => match spelled(source) {
            Some(text) => Some(vec![setting(text)]),
            None => Some(vec![setting(spelled(Source::Feeder)?), both_sides(options, true)?]),
        },
    }
}

/// The option by which some devices choose between one side and both.
fn both_sides(options: &Options, both: bool) -> Option<(&'static str, Value)> {
    if let Some(option) = options.find("adf-mode") {
        let wanted = if both { "duplex" } else { "simplex" };
        let text = option.constraint.texts().iter().find(|text| letters(text) == wanted)?;
        return Some(("adf-mode", Value::Text(text.clone())));
    }
    let option = options.find("duplex")?;
    (option.kind == Kind::Bool).then_some(("duplex", Value::Bool(both)))
}

/// What a source is by its spelling. Film and the back side alone are none a clerk needs.
fn source_of(text: &str) -> Option<Source> {
    let text = letters(text);
    let has = |part: &str| text.contains(part);
    if ["transparen", "negative", "positive", "slide", "film", "tpu", "back"].into_iter().any(has) {
        None
    } else if has("duplex") {
        Some(Source::FeederDuplex)
    } else if has("adf") || has("feeder") {
        Some(Source::Feeder)
    } else if ["flatbed", "platen", "documenttable", "normal", "glass"].into_iter().any(has) {
        Some(Source::Flatbed)
    } else {
        None
    }
}

/// A device's word for a colour, the plainest where it has several.
fn spelling(mode: &OptionDescriptor, wanted: Colour) -> Option<&str> {
    let ranked = mode.constraint.texts().iter().filter_map(|text| {
        let (colour, oddity) = mode_of(text)?;
        (colour == wanted).then_some((oddity, text))
    });
    ranked.min_by_key(|(oddity, _)| *oddity).map(|(_, text)| text.as_str())
}

/// What a mode is by its spelling, and how far it is from the plain kind of it.
fn mode_of(text: &str) -> Option<(Colour, u8)> {
    let text = letters(text);
    let has = |part: &str| text.contains(part);
    let dithered = ["halftone", "dither", "diffusion"].into_iter().any(has);
    let deep = ["16bit", "48bit", "30bit", "36bit", "infrared"].into_iter().any(has);
    let oddity = u8::from(deep) + 2 * u8::from(dithered);
    if ["lineart", "blackwhite", "blackandwhite", "monochrome", "binary", "threshold"].into_iter().any(has) {
        // "Color Lineart" exists: eight colours, of use to nobody.
        (!has("color")).then_some((Colour::BlackWhite, oddity))
    } else if has("color") || has("colour") || has("rgb") {
        Some((Colour::Colour, oddity))
    } else if has("gray") || has("grey") {
        Some((Colour::Grey, oddity))
    } else {
        None
    }
}

/// Letters and digits only, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn delivers(options: &Options, colour: Colour) -> bool {
    let Some(mode) = options.find("mode") else {
        let switch = options.find("gray").is_some();
        return colour == Colour::Colour || (colour == Colour::Grey && switch);
    };
    let one_bit = || options.find("depth").is_some_and(|depth| depth.constraint.allows(1.0));
    let grey_of_one_bit = || spelling(mode, Colour::Grey).is_some() && one_bit();
    spelling(mode, colour).is_some() || (colour == Colour::BlackWhite && grey_of_one_bit())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_makers_word_for_a_source_is_understood() {
        let cases = [
            ("Flatbed", Some(Source::Flatbed)),
            ("FlatBed", Some(Source::Flatbed)),
            ("Normal", Some(Source::Flatbed)),
            ("Document Table", Some(Source::Flatbed)),
            ("Platen", Some(Source::Flatbed)),
            ("ADF", Some(Source::Feeder)),
            ("ADF Front", Some(Source::Feeder)),
            ("ADF Simplex", Some(Source::Feeder)),
            ("Automatic Document Feeder", Some(Source::Feeder)),
            ("Automatic Document Feeder(left aligned)", Some(Source::Feeder)),
            ("ADF Duplex", Some(Source::FeederDuplex)),
            ("Automatic Document Feeder(left aligned,Duplex)", Some(Source::FeederDuplex)),
            ("ADF Back", None),
            ("Transparency Unit", None),
            ("Negative", None),
            ("Auto", None),
        ];
        for (text, source) in cases {
            assert_eq!(source_of(text), source, "{text}");
        }
    }

    #[test]
    fn every_makers_word_for_a_mode_is_understood() {
        // what the device offers, then its word for colour, grey, black and white
        let cases: [(&[&str], [Option<&str>; 3]); 5] = [
            (&["Lineart", "Gray", "Color"], [Some("Color"), Some("Gray"), Some("Lineart")]),
            (
                &["Black & White", "Gray[Error Diffusion]", "True Gray", "24bit Color[Fast]"],
                [Some("24bit Color[Fast]"), Some("True Gray"), Some("Black & White")],
            ),
            (&["Lineart", "Gray", "24bitColor"], [Some("24bitColor"), Some("Gray"), Some("Lineart")]),
            (
                &["48bits Color", "Color Lineart", "Monochrome", "Grayscale", "Colour"],
                [Some("Colour"), Some("Grayscale"), Some("Monochrome")],
            ),
            (&["auto", "Gray"], [None, Some("Gray"), None]),
        ];
        for (texts, words) in cases {
            let mode = text_option("mode", texts);
            let found = [Colour::Colour, Colour::Grey, Colour::BlackWhite].map(|c| spelling(&mode, c));
            assert_eq!(found, words, "{texts:?}");
        }
    }

    #[test]
    fn both_sides_may_be_an_option_of_its_own() {
        let feeder = text_option("source", &["Flatbed", "Automatic Document Feeder"]);
        let adf_mode = text_option("adf-mode", &["Simplex", "Duplex"]);
        let options = Options(vec![feeder.clone(), adf_mode]);
        let value = |text: &str| Value::Text(text.into());
        assert_eq!(
            source_settings(&options, Source::FeederDuplex).unwrap(),
            [("source", value("Automatic Document Feeder")), ("adf-mode", value("Duplex"))]
        );
        assert_eq!(
            source_settings(&options, Source::Feeder).unwrap(),
            [("source", value("Automatic Document Feeder")), ("adf-mode", value("Simplex"))]
        );
        assert_eq!(source_settings(&Options(vec![feeder]), Source::FeederDuplex), None);
        let flatbed = Options(vec![text_option("source", &["Flatbed"])]);
        assert_eq!(source_settings(&flatbed, Source::Feeder), None);
        assert_eq!(source_settings(&Options::default(), Source::Flatbed).unwrap(), []);
    }

    /// The options of a sheet printed by `scanimage -A`, as far as settings look at them.
    fn options_of(sheet: &str) -> Options {
        let described = sheet.lines().filter_map(|line| {
            let (name, rest) = line.trim().strip_prefix("--")?.split_once([' ', '['])?;
            let values = rest.split(" [").next()?.split(" (in").next()?;
            let number = |text: &str| text.trim_end_matches(|c: char| c.is_alphabetic()).parse::<f64>().ok();
            let texts: Vec<&str> = values.split('|').filter(|text| !text.is_empty()).collect();
            let numbers: Vec<f64> = texts.iter().filter_map(|text| number(text)).collect();
            let mut option = text_option(name, &texts);
            if let Some((min, max)) = values.split_once("..") {
                option.constraint = Constraint::Range { min: number(min)?, max: number(max)?, step: 0.0 };
            } else if !numbers.is_empty() && name != "mode" {
                option.constraint = Constraint::Numbers(numbers);
            } else if values.starts_with("=(") {
                option.kind = Kind::Bool;
            }
            Some(option)
        });
        Options(described.collect())
    }

    #[test]
    fn whole_devices_are_understood() {
        use Colour::{BlackWhite, Colour as InColour, Grey};
        use Source::{Feeder, FeederDuplex, Flatbed};
        let cases = [
            (
                include_str!("../../tests/sheets/office-mfp.txt"),
                vec![Flatbed, Feeder, FeederDuplex],
                vec![InColour, Grey, BlackWhite],
                vec![100, 150, 200, 300, 400, 600, 1200],
            ),
            (
                include_str!("../../tests/sheets/sheet-fed.txt"),
                vec![Feeder, FeederDuplex],
                vec![InColour, Grey, BlackWhite],
                vec![75, 100, 150, 200, 300, 400, 600],
            ),
            (
                include_str!("../../tests/sheets/switches.txt"),
                vec![Flatbed, Feeder, FeederDuplex],
                vec![InColour, Grey],
                vec![75, 150, 300, 600],
            ),
        ];
        for (sheet, sources, colours, resolutions) in cases {
            let offer = offer(&options_of(sheet), &Preset::default());
            assert_eq!(offer.sources, sources, "{sheet}");
            assert_eq!(offer.colours, colours, "{sheet}");
            assert_eq!(offer.resolutions_dpi, resolutions, "{sheet}");
        }
    }

    #[test]
    fn sheets_of_real_scanners_where_they_are_at_hand() {
        let Some(folder) = std::env::var_os("VANTHU_OPTION_SHEETS") else {
            eprintln!("VANTHU_OPTION_SHEETS names no folder: the project's own sheets must do");
            return;
        };
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let sheet = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
            if !name.starts_with("scanimage-a") || !sheet.contains("--resolution") {
                continue;
            }
            let offer = offer(&options_of(&sheet), &Preset::default());
            eprintln!("{name}: {offer:?}");
            assert!(!offer.sources.is_empty(), "{name}");
            assert!(offer.colours.contains(&Colour::Colour), "{name}");
            assert!(offer.resolutions_dpi.contains(&300), "{name}");
        }
    }

    fn text_option(name: &str, texts: &[&str]) -> OptionDescriptor {
        OptionDescriptor {
            index: 1,
            name: name.into(),
            kind: Kind::Text,
            unit: Unit::Other,
            size: 64,
            active: true,
            soft_select: true,
            constraint: Constraint::Texts(texts.iter().map(|t| t.to_string()).collect()),
        }
    }
}
