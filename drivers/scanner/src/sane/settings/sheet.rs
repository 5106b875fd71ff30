//! A sheet printed by `scanimage -A` plays the device it was printed of.
//!
//! ```text
//!     --source Flatbed|ADF [Flatbed]             choices, and the present one
//!     --page-height 0..876.7mm [inactive]
//!     --scan[=(yes|no)] [no] [hardware]
//!     -x 0..215.9mm (in steps of 0.1) [215.9]    br-x
//!     -y 0..page-height mm [279.4]               our own addition: as far as that option says now
//! when source is ADF|ADF Duplex:                 our own addition: from here on, what changes then
//!     --page-height 0..876.7mm [279.4]
//! ```
//!
//! It refuses what a driver would refuse: options that are not there or not active, and values not allowed.

use std::collections::BTreeMap;

use super::Controls;
use crate::error::ScanError;
use crate::sane::options::{Constraint, Kind, OptionDescriptor, Options, Unit, Value};

/// A device played from a sheet.
pub(super) struct Sheet {
    options: Vec<Line>,
    changes: Vec<Change>,
    values: BTreeMap<String, Value>,
    /// What was set, in order: `name=value`.
    pub(super) settings: Vec<String>,
}

/// What is different while an option has one of these values.
struct Change {
    cause: String,
    texts: Vec<String>,
    options: Vec<Line>,
}

/// An option of the sheet, and its value when it shows.
#[derive(Clone)]
struct Line {
    option: OptionDescriptor,
    value: Value,
    /// The option whose value is the upper limit of this one.
    limit: Option<String>,
}

impl Sheet {
    pub(super) fn new(text: &str) -> Sheet {
        let mut sheet = Sheet { options: vec![], changes: vec![], values: BTreeMap::new(), settings: vec![] };
        for line in text.lines() {
            if let Some(condition) = line.strip_prefix("when ") {
                let (cause, texts) =
                    condition.trim_end_matches(':').split_once(" is ").expect("when ... is ...");
                let texts = texts.split('|').map(str::to_owned).collect();
                sheet.changes.push(Change { cause: cause.into(), texts, options: vec![] });
            } else if let Some(line) = parse(line.trim_start()) {
                sheet.values.entry(line.option.name.clone()).or_insert_with(|| line.value.clone());
                let options =
                    sheet.changes.last_mut().map_or(&mut sheet.options, |change| &mut change.options);
                options.push(line);
            }
        }
        sheet
    }

    fn is_on(&self, change: &Change) -> bool {
        match self.values.get(&change.cause) {
            Some(Value::Text(text)) => change.texts.contains(text),
            _ => false,
        }
    }

    /// The option with the limit it has now.
    fn limited(&self, line: &Line) -> OptionDescriptor {
        let mut option = line.option.clone();
        let limit = line.limit.as_ref().and_then(|name| self.values.get(name));
        if let (Some(Value::Number(limit)), Constraint::Range { max, .. }) = (limit, &mut option.constraint) {
            *max = *limit;
        }
        option
    }
}

impl Controls for Sheet {
    fn options(&self) -> Options {
        let mut lines = self.options.clone();
        for change in self.changes.iter().filter(|change| self.is_on(change)) {
            lines.retain(|line| change.options.iter().all(|other| other.option.name != line.option.name));
            lines.extend(change.options.iter().cloned());
        }
        Options(lines.iter().map(|line| self.limited(line)).collect())
    }

    fn set(&mut self, _: &Options, name: &str, value: &Value) -> Result<bool, ScanError> {
        let refused = |why: &str| Err(ScanError::Invalid(format!("{name}={value:?}: {why}")));
        let options = self.options();
        let Some(option) = options.settable(name) else { return refused("not settable") };
        if option.encode(value).is_none() {
            return refused("of another kind");
        }
        let allowed = match (value, &option.constraint) {
            (Value::Text(text), Constraint::Texts(texts)) => texts.contains(text),
            (Value::Number(number), constraint) => constraint.allows(*number),
            _ => true,
        };
        if !allowed {
            return refused("not allowed");
        }
        self.settings.push(match value {
            Value::Text(text) => format!("{name}={text}"),
            Value::Bool(on) => format!("{name}={}", if *on { "yes" } else { "no" }),
            Value::Number(number) => format!("{name}={}", (number * 10.0).round() / 10.0),
        });
        self.values.insert(name.into(), value.clone());
        let shown = self.changes.iter().filter(|change| change.cause == name && self.is_on(change));
        for line in shown.flat_map(|change| change.options.clone()).collect::<Vec<_>>() {
            self.values.insert(line.option.name, line.value);
        }
        let limits = |line: &Line| line.limit.as_deref() == Some(name);
        let all = self.options.iter().chain(self.changes.iter().flat_map(|change| &change.options));
        Ok(all.into_iter().any(limits) || self.changes.iter().any(|change| change.cause == name))
    }

    fn number(&self, options: &Options, name: &str) -> Option<f64> {
        options.find(name).filter(|option| option.active)?;
        if let Some(Value::Number(number)) = self.values.get(name) { Some(*number) } else { None }
    }

    fn text(&self, options: &Options, name: &str) -> Option<String> {
        options.find(name).filter(|option| option.active)?;
        if let Some(Value::Text(text)) = self.values.get(name) { Some(text.clone()) } else { None }
    }
}

/// An option and its present value, or the first allowed one where the sheet does not say.
fn parse(line: &str) -> Option<Line> {
    let (head, marks) = marks(line);
    let is = |mark: &str| marks.contains(&mark);
    let (name, values) = name_and_values(head)?;
    let (values, step) = match values.split_once(" (in steps of ") {
        Some((values, step)) => (values, step.trim_end_matches(')').parse().ok()?),
        None => (values, 0.0),
    };
    let known = ["inactive", "hardware", "read-only", "advanced", "emulated"];
    let present = marks.iter().rev().find(|mark| !known.contains(mark)).copied();
    let limit = values.strip_prefix("0..").and_then(|limit| limit.strip_suffix(" mm")).map(str::to_owned);
    let (kind, unit, constraint) = match limit {
        Some(_) => (Kind::Fixed, Unit::Millimetre, Constraint::Range { min: 0.0, max: 0.0, step }),
        None => meaning(values, step),
    };
    let value = match (kind, &constraint) {
        (Kind::Bool, _) => Value::Bool(present == Some("yes")),
        (Kind::Text, Constraint::Texts(texts)) => {
            Value::Text(present.or(texts.first().map(String::as_str)).unwrap_or_default().into())
        }
        (Kind::Text, _) => Value::Text(present.unwrap_or_default().into()),
        _ => Value::Number(present.and_then(|text| text.parse().ok()).unwrap_or(0.0)),
    };
    let size = if kind == Kind::Text { 256 } else { 4 };
    let option = OptionDescriptor {
        index: 1,
        name: name.into(),
        kind,
        unit,
        size: if values.ends_with(",...") { 1024 } else { size },
        active: !is("inactive"),
        soft_select: !is("hardware") && !is("read-only"),
        constraint,
    };
    Some(Line { option, value, limit })
}

/// Cuts what stands in brackets at the end of a line: `[Gray[Fast]] [advanced]`.
fn marks(line: &str) -> (&str, Vec<&str>) {
    let (mut head, mut marks) = (line.trim_end(), Vec::new());
    while let Some((at, most)) = head.rfind(" [").zip(head.strip_suffix(']')) {
        marks.push(&most[at + 2..]);
        head = head[..at].trim_end();
    }
    (head, marks)
}

fn name_and_values(head: &str) -> Option<(&str, &str)> {
    for (short, name) in [("-l ", "tl-x"), ("-t ", "tl-y"), ("-x ", "br-x"), ("-y ", "br-y")] {
        if let Some(values) = head.strip_prefix(short) {
            return Some((name, values));
        }
    }
    let head = head.strip_prefix("--")?;
    // A switch, whose name may have a space in it: `button 1[=(yes|no)]`.
    match head.split_once("[=(") {
        Some((name, _)) => Some((name, "yes|no")),
        None => Some(head.split_once(' ').unwrap_or((head, ""))),
    }
}

fn meaning(values: &str, step: f64) -> (Kind, Unit, Constraint) {
    if values == "yes|no" {
        return (Kind::Bool, Unit::Other, Constraint::None);
    }
    if values.is_empty() {
        return (Kind::Other, Unit::Other, Constraint::None);
    }
    if values.starts_with('<') {
        let kind = if values == "<string>" { Kind::Text } else { Kind::Int };
        return (kind, Unit::Other, Constraint::None);
    }
    let values = values.trim_start_matches("auto|");
    let bare = values.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = match &values[bare.len()..] {
        "mm" => Unit::Millimetre,
        "pel" => Unit::Pixel,
        _ => Unit::Other,
    };
    if let Some((min, max)) = bare.split_once("..")
        && let (Ok(min), Ok(max)) = (min.parse(), max.parse())
    {
        return (Kind::Fixed, unit, Constraint::Range { min, max, step });
    }
    let texts: Vec<&str> = values.split('|').filter(|text| !text.is_empty()).collect();
    let numbers: Option<Vec<f64>> =
        bare.split('|').filter(|text| !text.is_empty()).map(|text| text.trim().parse().ok()).collect();
    match numbers.filter(|numbers| !numbers.is_empty()) {
        Some(numbers) => (Kind::Int, unit, Constraint::Numbers(numbers)),
        None => (Kind::Text, Unit::Other, Constraint::Texts(texts.into_iter().map(str::to_owned).collect())),
    }
}
