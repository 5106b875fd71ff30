//! The seam for tests and demonstrations: options set from outside, as they are.
//!
//! SANE's virtual devices are steered by options that no scanner has, such as the file that `pnm` takes for
//! paper. `VANTHU_SCAN_PRESET` sets them:
//!
//! ```text
//! {"test-picture": "Grid", "read-limit": true}     on every device that is opened
//! {"filename": ["p1.ppm", "p2.ppm"]}               a list: one value per sheet
//! ```
//!
//! A box in a school sets no preset.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::options::{Options, Value};
use super::session::Session;
use crate::device::Source;
use crate::error::ScanError;

/// What is preset. Empty by default.
#[derive(Debug, Default)]
pub(crate) struct Preset {
    fixed: Vec<(String, Value)>,
    stack: Option<Stack>,
}

/// Sheets lying on a device that has no feeder: an option and its value for each.
#[derive(Debug)]
struct Stack {
    option: String,
    sheets: Vec<Value>,
    /// Which of them a scan from the glass takes next.
    next_on_glass: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Every(Value),
    EachSheet(Vec<Value>),
}

impl Preset {
    /// Reads a preset; no text is none.
    ///
    /// Fails when the text is not JSON of that shape, or has more than one list, or an empty one.
    pub(crate) fn parse(text: Option<&str>) -> Result<Preset, ScanError> {
        let invalid = |why: String| ScanError::Invalid(format!("VANTHU_SCAN_PRESET: {why}"));
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Preset::default()) };
        let given: BTreeMap<String, Given> =
            serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
        let mut preset = Preset::default();
        for (option, given) in given {
            match given {
                Given::Every(value) => preset.fixed.push((option, value)),
                Given::EachSheet(sheets) if preset.stack.is_none() && !sheets.is_empty() => {
                    preset.stack = Some(Stack { option, sheets, next_on_glass: 0 });
                }
                Given::EachSheet(_) => return Err(invalid("one list that is not empty, please".into())),
            }
        }
        Ok(preset)
    }

    /// Whether an option is preset, and so none of our business.
    pub(crate) fn names(&self, option: &str) -> bool {
        self.fixed.iter().any(|(name, _)| name == option)
    }

    /// Whether there is a stack for this device: it then has a feeder.
    pub(crate) fn has_stack_for(&self, options: &Options) -> bool {
        self.stack.as_ref().is_some_and(|stack| options.find(&stack.option).is_some())
    }

    /// The options that are the same for every sheet.
    pub(crate) fn fixed(&self) -> &[(String, Value)] {
        &self.fixed
    }

    /// Puts the next sheet in place, if there is a stack. `fed` is how many this scan has had.
    ///
    /// Fails with [`ScanError::FeederEmpty`] behind the last.
    pub(crate) fn lay_sheet(
        &mut self,
        session: &mut Session<'_>,
        source: Source,
        fed: u32,
    ) -> Result<(), ScanError> {
        let options = session.options();
        let Some(stack) = self.stack.as_mut().filter(|stack| options.find(&stack.option).is_some()) else {
            return Ok(());
        };
        let at = if source == Source::Flatbed {
            let at = stack.next_on_glass % stack.sheets.len();
            stack.next_on_glass += 1;
            at
        } else {
            fed as usize
        };
        let sheet = stack.sheets.get(at).ok_or(ScanError::FeederEmpty)?;
        // The page before must be over for good: a flatbed gives one page and no second.
        session.cancel();
        session.set(&options, &stack.option, sheet)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_an_object_with_at_most_one_list() {
        let preset = Preset::parse(Some(r#"{"depth": 16, "filename": ["a", "b"], "gray": true}"#)).unwrap();
        assert!(preset.names("depth") && preset.names("gray") && !preset.names("filename"));
        assert_eq!(preset.stack.unwrap().sheets, [Value::Text("a".into()), Value::Text("b".into())]);
        assert!(Preset::parse(None).unwrap().fixed().is_empty());
        assert!(Preset::parse(Some(" ")).unwrap().stack.is_none());
        for nonsense in ["nonsense", r#"{"a": []}"#, r#"{"a": ["x"], "b": ["y"]}"#, r#"{"a": null}"#] {
            assert!(Preset::parse(Some(nonsense)).is_err(), "{nonsense}");
        }
    }
}
