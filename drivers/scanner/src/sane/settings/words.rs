//! What makers call things: sources, modes, both sides, buttons.

use crate::device::{Colour, Source};
use crate::sane::options::{Kind, OptionDescriptor, Options, Value};

/// A setting: the option's name and its value.
pub(super) type Setting = (&'static str, Value);

/// Options that only a scanner has which pulls sheets through.
const FEEDER_SIGNS: [&str; 7] =
    ["feeder-mode", "manual-feed", "feed-timeout", "page-loaded", "adf-loaded", "double-feed", "dfeed"];

/// The options to set for a source, or `None` where the device has none like it. A device that does not speak
/// of sources, or in words nobody knows, has the one that it has: a feeder if it shows signs of one, else glass.
pub(super) fn source_settings(options: &Options, source: Source) -> Option<Vec<Setting>> {
    let option = options.find("source");
    let texts = option.map_or(&[][..], |option| option.constraint.texts());
    let choice = option.is_some_and(|option| option.active && option.soft_select);
    if !choice || texts.iter().all(|text| source_of(text).is_none()) {
        return the_only_source(options, texts, source);
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

/// As [`source_settings`], where there is nothing to choose between.
fn the_only_source(options: &Options, texts: &[String], source: Source) -> Option<Vec<Setting>> {
    let present = |name: &str| options.find(name).is_some_and(|option| option.active);
    let only = match texts.iter().find_map(|text| source_of(text)) {
        Some(Source::Feeder | Source::FeederDuplex) => Source::Feeder,
        // A sheet-fed scanner may call its slot a flatbed, but a flatbed has no sensor for paper.
        _ if FEEDER_SIGNS.iter().any(|name| present(name)) => Source::Feeder,
        _ => Source::Flatbed,
    };
    match source {
        Source::FeederDuplex if only == Source::Feeder => Some(vec![both_sides(options, true)?]),
        Source::Feeder if only == source => Some(both_sides(options, false).into_iter().collect()),
        Source::Flatbed if only == source => Some(Vec::new()),
        _ => None,
    }
}

/// The option by which some devices choose between one side and both.
fn both_sides(options: &Options, both: bool) -> Option<Setting> {
    if let Some(option) = options.find("adf-mode") {
        let wanted = if both { "duplex" } else { "simplex" };
        let text = option.constraint.texts().iter().find(|text| letters(text) == wanted)?;
        return Some(("adf-mode", Value::Text(text.clone())));
    }
    let option = options.find("duplex").filter(|option| option.soft_select)?;
    (option.kind == Kind::Bool).then_some(("duplex", Value::Bool(both)))
}

/// What a source is by its spelling. Film, cards and the back side alone are none a clerk needs.
fn source_of(text: &str) -> Option<Source> {
    let text = letters(text);
    let has = |part: &str| text.contains(part);
    let other = ["transparen", "negative", "positive", "slide", "film", "tpu", "tma", "back", "rear", "card"];
    let glass = ["flatbed", "platen", "documenttable", "normal", "glass"];
    if other.into_iter().any(has) {
        None
    } else if has("duplex") {
        Some(Source::FeederDuplex)
    } else if has("adf") || has("feed") || text == "simplex" {
        Some(Source::Feeder)
    } else if glass.into_iter().any(has) || text == "fb" {
        Some(Source::Flatbed)
    } else {
        None
    }
}

/// Whether a source by its spelling holds paper in the middle, and its driver leaves no other choice.
pub(super) fn is_centred(source: &str) -> bool {
    letters(source).contains("center") || letters(source).contains("central")
}

/// A device's word for a colour, the plainest where it has several.
pub(super) fn spelling(mode: &OptionDescriptor, wanted: Colour) -> Option<&str> {
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
    if has("negative") || has("infrared") {
        return None;
    }
    let dithered = ["halftone", "dither", "diffusion"].into_iter().any(has);
    let odd_depth = bits(&text).is_some_and(|bits| !matches!(bits, 1 | 8 | 24));
    let oddity = u8::from(odd_depth) + 2 * u8::from(dithered);
    if ["lineart", "blackwhite", "blackandwhite", "monochrome", "binary", "threshold"].into_iter().any(has) {
        // "Color Lineart" exists: eight colours, of use to nobody.
        (!has("color")).then_some((Colour::BlackWhite, oddity))
    } else if has("color") || has("colour") || has("rgb") {
        (!dithered).then_some((Colour::Colour, oddity))
    } else if has("gray") || has("grey") {
        Some((Colour::Grey, oddity))
    } else {
        None
    }
}

/// The number before "bit".
fn bits(letters: &str) -> Option<u32> {
    let before = letters.split_once("bit")?.0;
    before[before.trim_end_matches(|c: char| c.is_ascii_digit()).len()..].parse().ok()
}

/// Whether the device delivers a colour by itself.
pub(super) fn delivers(options: &Options, colour: Colour) -> bool {
    let Some(mode) = options.find("mode") else {
        let switch = options.find("gray").is_some();
        return colour == Colour::Colour || (colour == Colour::Grey && switch);
    };
    let one_bit = || options.find("depth").is_some_and(|depth| depth.constraint.allows(1.0));
    let grey_of_one_bit = || spelling(mode, Colour::Grey).is_some() && one_bit();
    spelling(mode, colour).is_some() || (colour == Colour::BlackWhite && grey_of_one_bit())
}

/// Names of the options by which a device tells that one of its buttons was pressed. What other sensors tell
/// (a cover, a loaded sheet, the number on a display) is none, nor is the switch that turns the device off.
pub(super) fn buttons(options: &Options) -> Vec<String> {
    const NAMES: [&str; 15] = [
        "scan", "start", "file", "email", "copy", "fax", "ocr", "print", "web", "newfile", "extra", "pdf1",
        "pdf2", "pdf3", "pdf4",
    ];
    let numbered = |name: &str| {
        name.strip_prefix("button").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_button = |option: &&OptionDescriptor| {
        let name = letters(&option.name);
        let read_only = option.active && !option.soft_select && option.is_one_word();
        read_only && (NAMES.contains(&name.as_str()) || numbered(&name))
    };
    options.0.iter().filter(is_button).map(|option| option.name.clone()).collect()
}

/// Letters and digits only, in lower case.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
