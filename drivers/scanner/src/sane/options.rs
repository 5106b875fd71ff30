//! What a device's options say, copied out of the backend's memory.
//!
//! ```text
//! resolution: Fixed, dpi, settable, 50..=1200 in steps of 1
//! mode:       Text, settable, one of "Lineart" | "Gray" | "Color"
//! tl-x:       Fixed, mm, inactive
//! ```

use sane_sys::{ConstraintType, Unit as SaneUnit, ValueType, Word, cap};
use serde::Deserialize;

use super::session::copy_text;

/// Longest list of values copied; longest value of an option, bytes.
const MOST_VALUES: usize = 4096;
const MOST_BYTES: usize = 64 << 10;
const WORD_BYTES: usize = size_of::<Word>();

/// The options of one device at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options(pub(crate) Vec<OptionDescriptor>);

impl Options {
    pub(crate) fn find(&self, name: &str) -> Option<&OptionDescriptor> {
        self.0.iter().find(|option| option.name == name)
    }

    /// The option if it can be set at present.
    pub(crate) fn settable(&self, name: &str) -> Option<&OptionDescriptor> {
        self.find(name).filter(|option| option.active && option.soft_select)
    }
}

/// One option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OptionDescriptor {
    pub(crate) index: Word,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    /// Bytes of its value.
    pub(crate) size: usize,
    /// May be read and set at present.
    pub(crate) active: bool,
    /// May be set by a program at all.
    pub(crate) soft_select: bool,
    pub(crate) constraint: Constraint,
}

/// What an option holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Fixed,
    Text,
    /// Buttons, groups, and whatever else there may be.
    Other,
}

/// What a number counts, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Pixel,
    Millimetre,
    Other,
}

/// Which values are allowed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constraint {
    None,
    /// `step` is 0 where any value between will do.
    Range {
        min: f64,
        max: f64,
        step: f64,
    },
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

/// A value to set; also what a preset is written in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Constraint {
    /// The allowed value nearest to `wanted`.
    pub(crate) fn nearest(&self, wanted: f64) -> f64 {
        match self {
            Constraint::Range { min, max, step } if *step > 0.0 => {
                let stepped = min + ((wanted.clamp(*min, *max) - min) / step).round() * step;
                if stepped > *max { stepped - step } else { stepped }
            }
            Constraint::Range { min, max, .. } => wanted.clamp(*min, *max),
            Constraint::Numbers(numbers) => {
                let distance = |number: &&f64| (**number - wanted).abs();
                numbers.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).copied().unwrap_or(wanted)
            }
            Constraint::None | Constraint::Texts(_) => wanted,
        }
    }

    /// The smallest allowed value that is not below `wanted`, else the largest.
    pub(crate) fn at_least(&self, wanted: f64) -> f64 {
        let Constraint::Numbers(numbers) = self else { return self.nearest(wanted) };
        let enough = numbers.iter().copied().filter(|number| *number >= wanted).min_by(f64::total_cmp);
        enough.or_else(|| numbers.iter().copied().max_by(f64::total_cmp)).unwrap_or(wanted)
    }

    /// Whether a number may be set as it is.
    pub(crate) fn allows(&self, number: f64) -> bool {
        (self.nearest(number) - number).abs() < 1e-6
    }

    /// The texts of a list of texts, else none.
    pub(crate) fn texts(&self) -> &[String] {
        if let Constraint::Texts(texts) = self { texts } else { &[] }
    }
}

impl OptionDescriptor {
    /// Whether the value is one word, and not a string or a table of words.
    pub(crate) fn is_one_word(&self) -> bool {
        matches!(self.kind, Kind::Bool | Kind::Int | Kind::Fixed) && self.size == WORD_BYTES
    }

    /// The value as SANE takes it: words, as many as the option's size needs, so that no driver reads past the
    /// end. `None` when the value is of another kind or too long.
    pub(super) fn encode(&self, value: &Value) -> Option<Vec<Word>> {
        let word = match (self.kind, value) {
            (Kind::Text, Value::Text(text)) => return self.encode_text(text),
            (Kind::Bool, Value::Bool(on)) => Word::from(*on),
            (Kind::Int, Value::Number(number)) => number.round() as Word,
            (Kind::Fixed, Value::Number(number)) => {
                (number * f64::from(1 << sane_sys::FIXED_SCALE_SHIFT)).round() as Word
            }
            _ => return None,
        };
        self.is_one_word().then(|| vec![word])
    }

    fn encode_text(&self, text: &str) -> Option<Vec<Word>> {
        if text.len() >= self.size || text.contains('\0') {
            return None;
        }
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(self.size.next_multiple_of(WORD_BYTES), 0);
        Some(bytes.as_chunks().0.iter().map(|word| Word::from_ne_bytes(*word)).collect())
    }
}

/// Copies a descriptor. `None` for null, for one without a name, and for one of absurd size.
///
/// # Safety
/// `descriptor` must be null or point to a descriptor as SANE defines it: strings that are null or end in a
/// zero, and the member of the constraint set that its type names.
pub(super) unsafe fn copy_descriptor(
    index: Word,
    descriptor: *const sane_sys::OptionDescriptor,
) -> Option<OptionDescriptor> {
    // SAFETY: null or valid by the caller's promise.
    let descriptor = unsafe { descriptor.as_ref() }?;
    let size = usize::try_from(descriptor.size).ok().filter(|size| *size <= MOST_BYTES)?;
    // SAFETY: null or a C string by the caller's promise.
    let name = unsafe { copy_text(descriptor.name) };
    if name.is_empty() {
        return None;
    }
    let kind = match descriptor.value_type {
        ValueType::BOOL => Kind::Bool,
        ValueType::INT => Kind::Int,
        ValueType::FIXED => Kind::Fixed,
        ValueType::STRING => Kind::Text,
        _ => Kind::Other,
    };
    let unit = match descriptor.unit {
        SaneUnit::PIXEL => Unit::Pixel,
        SaneUnit::MM => Unit::Millimetre,
        _ => Unit::Other,
    };
    // SAFETY: the caller promises that the constraint is what its type says.
    let constraint = unsafe { copy_constraint(descriptor, kind) };
    Some(OptionDescriptor {
        index,
        name,
        kind,
        unit,
        size,
        active: descriptor.cap & cap::INACTIVE == 0,
        soft_select: descriptor.cap & cap::SOFT_SELECT != 0,
        constraint,
    })
}

/// Copies what a constraint points to.
///
/// # Safety
/// As for [`copy_descriptor`].
unsafe fn copy_constraint(descriptor: &sane_sys::OptionDescriptor, kind: Kind) -> Constraint {
    let number = |word: Word| match kind {
        Kind::Fixed => f64::from(word) / f64::from(1 << sane_sys::FIXED_SCALE_SHIFT),
        _ => f64::from(word),
    };
    match descriptor.constraint_type {
        ConstraintType::RANGE => {
            // SAFETY: the type says that `range` is set; it is null or valid by the caller's promise.
            let Some(range) = (unsafe { descriptor.constraint.range.as_ref() }) else {
                return Constraint::None;
            };
            let (min, max) = (number(range.min), number(range.max));
            // A range the wrong way round would make `clamp` panic.
            if min > max {
                return Constraint::None;
            }
            Constraint::Range { min, max, step: number(range.quant) }
        }
        ConstraintType::WORD_LIST => {
            // SAFETY: the type says that `word_list` is set.
            let list = unsafe { descriptor.constraint.word_list };
            // SAFETY: the list is null or at least its own length by the caller's promise.
            Constraint::Numbers(unsafe { copy_words(list) }.into_iter().map(number).collect())
        }
        ConstraintType::STRING_LIST => {
            // SAFETY: the type says that `string_list` is set.
            let list = unsafe { descriptor.constraint.string_list };
            // SAFETY: the list is null or ended by null, its strings end in zeros, by the caller's promise.
            Constraint::Texts(unsafe { copy_texts(list) })
        }
        _ => Constraint::None,
    }
}

/// # Safety
/// `list` must be null or point to a word that says how many words follow it, and those words.
unsafe fn copy_words(list: *const Word) -> Vec<Word> {
    // SAFETY: null or valid by the caller's promise.
    let Some(length) = (unsafe { list.as_ref() }) else { return Vec::new() };
    let length = usize::try_from(*length).unwrap_or(0).min(MOST_VALUES);
    // SAFETY: `length` words follow the first, by the caller's promise.
    unsafe { std::slice::from_raw_parts(list.add(1), length) }.to_vec()
}

/// # Safety
/// `list` must be null or point to pointers to C strings, the last pointer null.
unsafe fn copy_texts(list: *const *const std::ffi::c_char) -> Vec<String> {
    let mut texts = Vec::new();
    if list.is_null() {
        return texts;
    }
    for at in 0..MOST_VALUES {
        // SAFETY: the entries before `at` were not null, so by the caller's promise there is one here.
        let text = unsafe { *list.add(at) };
        if text.is_null() {
            break;
        }
        // SAFETY: not null, so a C string by the caller's promise.
        texts.push(unsafe { copy_text(text) });
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fitted_to_what_the_device_allows() {
        let range = Constraint::Range { min: 50.0, max: 600.0, step: 0.0 };
        let stepped = Constraint::Range { min: 0.0, max: 10.0, step: 3.0 };
        let list = Constraint::Numbers(vec![75.0, 150.0, 300.0, 600.0]);
        // constraint, wanted, nearest, at least
        let cases = [
            (&range, 300.0, 300.0, 300.0),
            (&range, 1200.0, 600.0, 600.0),
            (&range, 20.0, 50.0, 50.0),
            (&stepped, 4.0, 3.0, 3.0),
            (&stepped, 10.0, 9.0, 9.0),
            (&list, 200.0, 150.0, 300.0),
            (&list, 1200.0, 600.0, 600.0),
            (&Constraint::None, 200.0, 200.0, 200.0),
            (&Constraint::Numbers(Vec::new()), 200.0, 200.0, 200.0),
        ];
        for (constraint, wanted, nearest, at_least) in cases {
            assert_eq!(constraint.nearest(wanted), nearest, "{constraint:?} {wanted}");
            assert_eq!(constraint.at_least(wanted), at_least, "{constraint:?} {wanted}");
        }
        assert!(list.allows(300.0) && !list.allows(200.0));
    }

    #[test]
    fn a_value_takes_exactly_the_room_of_its_option_or_is_refused() {
        let option = |kind, size| OptionDescriptor {
            index: 1,
            name: "x".into(),
            kind,
            unit: Unit::Other,
            size,
            active: true,
            soft_select: true,
            constraint: Constraint::None,
        };
        let text = |text: &str| Value::Text(text.into());
        let cases = [
            (option(Kind::Fixed, 4), Value::Number(1.5), Some(vec![0x1_8000])),
            (option(Kind::Bool, 4), Value::Bool(true), Some(vec![1])),
            (option(Kind::Int, 4), Value::Number(-3.0), Some(vec![-3])),
            (option(Kind::Int, 1024), Value::Number(1.0), None),
            (option(Kind::Text, 5), text("ab"), Some(vec![Word::from_ne_bytes(*b"ab\0\0"), 0])),
            (option(Kind::Text, 2), text("ab"), None),
            (option(Kind::Text, 0), text(""), None),
            (option(Kind::Bool, 4), text("yes"), None),
        ];
        for (option, value, words) in cases {
            assert_eq!(option.encode(&value), words, "{option:?} {value:?}");
        }
    }
}
