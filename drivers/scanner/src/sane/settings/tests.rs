//! What plain settings come out of what devices say: words one by one, then whole devices.

mod families;
mod listings;

use super::sheet::Sheet;
use super::words::{buttons, source_settings, spelling};
use super::*;
use crate::sane::options::{Kind, Unit};
use Colour::{BlackWhite, Colour as InColour, Grey};
use PaperSize::{A3, A4, A5, F4, Letter, Max};
use Source::{Feeder, FeederDuplex, Flatbed};

#[test]
fn every_makers_word_for_a_source_is_understood() {
    let cases = [
        ("Flatbed", Some(Flatbed)),
        ("FlatBed", Some(Flatbed)),
        ("Normal", Some(Flatbed)),
        ("Document Table", Some(Flatbed)),
        ("Platen", Some(Flatbed)),
        ("fb", Some(Flatbed)),
        ("ADF", Some(Feeder)),
        ("adf", Some(Feeder)),
        ("Feeder", Some(Feeder)),
        ("ADF Front", Some(Feeder)),
        ("ADF Simplex", Some(Feeder)),
        ("Simplex", Some(Feeder)),
        ("Automatic Document Feeder", Some(Feeder)),
        ("Automatic Document Feeder(left aligned)", Some(Feeder)),
        ("Duplex", Some(FeederDuplex)),
        ("ADF Duplex", Some(FeederDuplex)),
        ("Automatic Document Feeder(left aligned,Duplex)", Some(FeederDuplex)),
        ("ADF Back", None),
        ("ADF Rear", None),
        ("Card Front", None),
        ("Card Duplex", None),
        ("cardfront", None),
        ("Transparency Unit", None),
        ("TMA Slides", None),
        ("Filmstrip", None),
        ("Negative", None),
        ("Auto", None),
    ];
    for (text, source) in cases {
        // A second one that is known, so that there is a choice.
        let other = if source == Some(Flatbed) { "ADF" } else { "Flatbed" };
        let options = Options(vec![text_option("source", &[text, other])]);
        let with_it = SOURCES.into_iter().find(|wanted| {
            let settings = source_settings(&options, *wanted);
            settings.is_some_and(|settings| settings[0] == ("source", Value::Text(text.into())))
        });
        assert_eq!(with_it, source, "{text}");
    }
}

#[test]
fn every_makers_word_for_a_mode_is_understood() {
    // what the device offers, then its word for colour, grey, black and white
    let cases: [(&[&str], [Option<&str>; 3]); 8] = [
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
        (
            &["Negative color", "Color (48 bits)", "Color", "16 bits gray"],
            [Some("Color"), Some("16 bits gray"), None],
        ),
        (&["Line Art", "4-Bit Gray", "8-Bit Gray", "Halftone"], [None, Some("8-Bit Gray"), Some("Line Art")]),
        (&["Color Halftone", "Infrared"], [None, None, None]),
        (&["auto", "Gray"], [None, Some("Gray"), None]),
    ];
    for (texts, words) in cases {
        let mode = text_option("mode", texts);
        let found = [InColour, Grey, BlackWhite].map(|colour| spelling(&mode, colour));
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
        source_settings(&options, FeederDuplex).unwrap(),
        [("source", value("Automatic Document Feeder")), ("adf-mode", value("Duplex"))]
    );
    assert_eq!(
        source_settings(&options, Feeder).unwrap(),
        [("source", value("Automatic Document Feeder")), ("adf-mode", value("Simplex"))]
    );
    assert_eq!(source_settings(&Options(vec![feeder]), FeederDuplex), None);
    let flatbed = Options(vec![text_option("source", &["Flatbed"])]);
    assert_eq!(source_settings(&flatbed, Feeder), None);
    assert_eq!(source_settings(&Options::default(), Flatbed).unwrap(), []);
}

#[test]
fn buttons_are_told_from_other_sensors() {
    let sheet = Sheet::new(
        "--scan[=(yes|no)] [no] [hardware]\n--button 1[=(yes|no)] [no] [hardware]\n--button-2 <int> [0] [read-only]\n\
         --email[=(yes|no)] [inactive]\n--copy[=(yes|no)] [no]\n--button-controlled[=(yes|no)] [no]\n\
         --cover-open[=(yes|no)] [no] [hardware]\n--button-update\n--power[=(yes|no)] [no] [hardware]",
    );
    assert_eq!(buttons(&sheet.options()), ["scan", "button 1", "button-2"]);
}

/// A family of scanners, what it offers, and what scans of it set.
struct Family {
    sheet: &'static str,
    sources: &'static [Source],
    colours: &'static [Colour],
    resolutions_dpi: &'static [u32],
    papers: &'static [PaperSize],
    buttons: &'static [&'static str],
    senses_double_feed: bool,
    /// Source, paper and the settings of a scan in colour at 300 dpi.
    scans: &'static [(Source, PaperSize, &'static str)],
}

const ALL_COLOURS: &[Colour] = &[InColour, Grey, BlackWhite];
const GLASS: &[Source] = &[Flatbed];
const GLASS_AND_FEEDER: &[Source] = &[Flatbed, Feeder];
const EVERY_SOURCE: &[Source] = &[Flatbed, Feeder, FeederDuplex];
const FEEDER_ONLY: &[Source] = &[Feeder, FeederDuplex];
const TO_A3: &[PaperSize] = &[A4, A5, A3, F4, Letter, Max];
const TO_LEGAL: &[PaperSize] = &[A4, A5, F4, Letter, Max];
const TO_A4: &[PaperSize] = &[A4, A5, Letter, Max];

#[test]
fn families_of_scanners_are_understood() {
    for (text, family) in families::FAMILIES {
        check_offer(text, family);
        for (source, paper, settings) in family.scans {
            let mut sheet = Sheet::new(text);
            let dpi = apply(&mut sheet, &request(*source, *paper), &Preset::default());
            assert_eq!(sheet.settings.join(", "), *settings, "{} {source:?} {paper:?}", family.sheet);
            assert!(dpi.is_ok_and(|dpi| dpi >= 300), "{}", family.sheet);
        }
    }
}

fn check_offer(text: &str, family: &Family) {
    let name = family.sheet;
    let offer = offer(&mut Sheet::new(text), &Preset::default());
    assert_eq!(offer.sources, family.sources, "{name}");
    assert_eq!(offer.colours, family.colours, "{name}");
    assert_eq!(offer.resolutions_dpi, family.resolutions_dpi, "{name}");
    assert_eq!(offer.papers, family.papers, "{name}");
    assert_eq!(offer.buttons, family.buttons, "{name}");
    assert_eq!(offer.senses_double_feed, family.senses_double_feed, "{name}");
}

/// Whatever is offered can be set, by every sheet there is.
#[test]
fn nothing_is_offered_that_a_scan_then_refuses() {
    for (text, family) in families::FAMILIES {
        let offer = offer(&mut Sheet::new(text), &Preset::default());
        for source in &offer.sources {
            for paper in PaperSize::ALL {
                for colour in [InColour, Grey, BlackWhite] {
                    let request = Request { colour, ..request(*source, paper) };
                    let applied = apply(&mut Sheet::new(text), &request, &Preset::default());
                    assert!(applied.is_ok(), "{} {request:?}: {applied:?}", family.sheet);
                }
            }
        }
        for source in SOURCES.iter().filter(|source| !offer.sources.contains(source)) {
            let applied = apply(&mut Sheet::new(text), &request(*source, A4), &Preset::default());
            assert!(matches!(applied, Err(ScanError::Unsupported(_))), "{} {source:?}", family.sheet);
        }
    }
}

fn request(source: Source, paper: PaperSize) -> Request {
    Request { device: "any".into(), address: None, source, colour: InColour, dpi: 300, paper }
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
