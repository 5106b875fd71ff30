//! Reading answers: a missing fact is a fault of the box and is named, never guessed.

use serde_json::Value;

use super::client::{Answer, Trouble};

/// A text that must be there.
///
/// # Errors
/// When it is not.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Answer<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| missing(value, pointer))
}

/// A number that must be there.
///
/// # Errors
/// When it is not.
pub fn number(value: &Value, pointer: &str) -> Answer<u64> {
    value.pointer(pointer).and_then(Value::as_u64).ok_or_else(|| missing(value, pointer))
}

/// The lines of a list, whether bare or as `{items, next}`.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().or_else(|| value["items"].as_array()).map_or(&[], Vec::as_slice)
}

/// Ends a station when something that must hold does not.
///
/// # Errors
/// When `holds` is false.
pub fn demand(holds: bool, otherwise: impl Into<String>) -> Answer<()> {
    if holds { Ok(()) } else { Err(Trouble::Wrong(otherwise.into())) }
}

fn missing(value: &Value, pointer: &str) -> Trouble {
    let mut shown = value.to_string();
    if let Some((end, _)) = shown.char_indices().nth(400) {
        shown.truncate(end);
    }
    Trouble::Wrong(format!("the answer lacks {pointer}: {shown}"))
}
