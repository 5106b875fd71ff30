//! What opens a key.

use serde::{Deserialize, Serialize};

/// A PIN or passphrase on its way to the key. It cannot be printed by accident; it is written nowhere but into the
/// worker's pipe.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pin(String);

impl Pin {
    /// The characters, for whoever hands them to the key.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Pin {
    fn from(typed: &str) -> Pin {
        Pin(typed.to_owned())
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Pin;

    #[test]
    fn a_pin_never_stands_in_a_log() {
        assert!(!format!("{:?}", Some(Pin::from("246810"))).contains("246810"));
    }
}
