//! What a feeder is told besides the source: stop at a double feed, and give every page as it is.
//!
//! None of it is asked for by anybody, so none of it may fail a scan: what a device does not take is left.

use super::words::letters;
use crate::sane::options::{Constraint, Kind, OptionDescriptor, Options, Value};

/// What an option shall be if the device has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wish {
    On,
    Off,
    /// The text of these letters.
    Word(&'static str),
}

/// Options by which drivers stop the feeder when two sheets come as one, in the order they must be set in.
///
/// Only thickness is watched (by ultrasound, mostly). Sensing by length would stop at every half sheet in a
/// stack of whole ones, and office stacks are mixed.
const DOUBLE_FEED: [(&str, Wish); 10] = [
    // fujitsu: the sensors can be chosen once the action is.
    ("df-action", Wish::Word("stop")),
    // fujitsu, canon_dr
    ("df-thickness", Wish::On),
    // kvs1025, kvs20xx; Epson's own drivers
    ("double-feed", Wish::On),
    ("double-feed-detection", Wish::Word("normal")),
    ("double-feed-detection-sensitivity", Wish::Word("normal")),
    // kvs40xx; the second is "do not stop after a double feed".
    ("dfeed", Wish::On),
    ("dfstop", Wish::Off),
    // Brother's own driver; PFU's own driver
    ("MultifeedDetection", Wish::On),
    ("multifeed-detection", Wish::Word("stop")),
    ("mf-overlapping", Wish::On),
];

/// Those of them that are a sensor. An action without one stops nothing.
const SENSORS: [&str; 8] = [
    "df-thickness",
    "double-feed",
    "double-feed-detection",
    "double-feed-detection-sensitivity",
    "dfeed",
    "MultifeedDetection",
    "multifeed-detection",
    "mf-overlapping",
];

/// Options that would cut, turn or drop what lay in the feeder, or feed sheets that are not yet wanted. A page
/// is judged and mended by people later on; what a driver has cut off is gone.
const AS_IT_IS: [(&str, Wish); 13] = [
    // Pages found blank are thrown away (fujitsu, canon_dr, genesys: a share of dark pixels below which).
    ("swskip", Wish::Off),
    ("blank-threshold", Wish::Off),
    ("SkipBlankPage", Wish::Off),
    // The edges a driver finds are not always those of the paper; a seal near the edge is the first to go.
    ("swcrop", Wish::Off),
    ("hwdeskewcrop", Wish::Off),
    ("hwcrop", Wish::Off),
    ("adf-crp", Wish::Off),
    ("crop", Wish::Off),
    ("swdespeck", Wish::Off),
    // Turned by a driver's guess: a table scanned on its side would come out as neither.
    ("swderotate", Wish::Off),
    // Several sheets fed into the scanner's memory: lost in a power cut, though they lie in the tray.
    ("buffermode", Wish::Word("off")),
    // hpaio rewinds its feeder after every page unless told that more are to come.
    ("batch-scan", Wish::On),
    // Shrunk to fit (kvs): the law wants scale 1:1.
    ("fit-to-page", Wish::Off),
];

/// What to set for a scan from a feeder, in this order. Each is looked up when its turn comes, because one
/// may make the next settable.
pub(super) fn wishes() -> impl Iterator<Item = (&'static str, Wish)> {
    AS_IT_IS.into_iter().chain(DOUBLE_FEED)
}

/// Whether the device has a double-feed sensor that can be switched on. One that is not active at present
/// counts: it becomes so with the feeder or the action.
pub(super) fn senses_double_feed(options: &Options) -> bool {
    let can = |option: &OptionDescriptor| {
        let wish = DOUBLE_FEED.iter().find(|(name, _)| *name == option.name);
        option.soft_select && wish.is_some_and(|(_, wish)| wish.value(option).is_some())
    };
    SENSORS.iter().any(|name| options.find(name).is_some_and(can))
}

impl Wish {
    /// The option's value for it, if it has one.
    pub(super) fn value(self, option: &OptionDescriptor) -> Option<Value> {
        match (self, option.kind) {
            (Wish::On, Kind::Bool) => Some(Value::Bool(true)),
            (Wish::Off, Kind::Bool) => Some(Value::Bool(false)),
            (Wish::Off, Kind::Int | Kind::Fixed) => {
                let none = option.is_one_word() && option.constraint.allows(0.0);
                none.then_some(Value::Number(0.0))
            }
            (Wish::Word(word), Kind::Text) => word_of(&option.constraint, word),
            // The same option is a switch with one maker and a list with another.
            (Wish::Word(word), Kind::Bool) => Some(Value::Bool(word != "off")),
            (Wish::On, Kind::Text) => word_of(&option.constraint, "on"),
            (Wish::Off, Kind::Text) => word_of(&option.constraint, "off"),
            _ => None,
        }
    }
}

fn word_of(constraint: &Constraint, word: &str) -> Option<Value> {
    let text = constraint.texts().iter().find(|text| letters(text) == word)?;
    Some(Value::Text(text.clone()))
}
