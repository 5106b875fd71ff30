//! Which buttons of a device are being pressed.
//!
//! A driver does not call when somebody presses a button; it shows the state of each as an option, which has to
//! be looked at again and again. Some forget a press when it has been read, others show the button for as long
//! as a finger is on it: a press is the moment at which a button that was up is down.
//!
//! ```text
//! scan:   0 0 1 1 1 0 0 1      look every fifth of a second
//!             ^         ^      pressed
//! ```

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::session::Session;
use crate::error::ScanError;
use crate::worker::Desk;

/// Between two looks: short enough for a finger, long enough for a bus.
const EVERY: Duration = Duration::from_millis(200);
/// A button is not pressed twice within this; some bounce.
const APART: Duration = Duration::from_secs(1);
/// The options by which some drivers are told to look at their buttons.
const REFRESH: &str = "button-update";

/// Tells the desk of every press until it is time to stop.
///
/// Fails with [`ScanError::Unsupported`] when there are no buttons, and as soon as none can be read any more.
pub(super) fn watch(session: &mut Session<'_>, names: Vec<String>, desk: &mut Desk) -> Result<(), ScanError> {
    if names.is_empty() {
        return Err(ScanError::Unsupported("the scanner has no buttons that tell".into()));
    }
    let mut buttons = Buttons::default();
    loop {
        for (name, down) in states(session, &names)? {
            if buttons.is_press(name, down, Instant::now()) {
                desk.pressed(name)?;
            }
        }
        if !desk.wait(EVERY)? {
            return Ok(());
        }
    }
}

/// Every button and whether it is down now.
fn states<'n>(session: &mut Session<'_>, names: &'n [String]) -> Result<Vec<(&'n str, bool)>, ScanError> {
    let options = session.options();
    if options.find(REFRESH).is_some() {
        session.press(&options, REFRESH)?;
    }
    let state = |name: &'n String| Some((name.as_str(), session.number(&options, name)? != 0.0));
    let states: Vec<(&str, bool)> = names.iter().filter_map(state).collect();
    if states.is_empty() { Err(ScanError::Io("the buttons cannot be read".into())) } else { Ok(states) }
}

/// What was seen of each button before.
#[derive(Default)]
struct Buttons(HashMap<String, Seen>);

struct Seen {
    down: bool,
    /// When it was last taken for a press.
    pressed: Option<Instant>,
}

impl Buttons {
    /// Whether this look at a button is a press. The first look only shows how things are: what a driver
    /// remembers from before the watch is no wish of today.
    fn is_press(&mut self, name: &str, down: bool, now: Instant) -> bool {
        let Some(seen) = self.0.get_mut(name) else {
            self.0.insert(name.to_owned(), Seen { down, pressed: None });
            return false;
        };
        let fresh = seen.pressed.is_none_or(|at| now.duration_since(at) >= APART);
        let is_press = down && !seen.down && fresh;
        seen.down = down;
        if is_press {
            seen.pressed = Some(now);
        }
        is_press
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_is_the_moment_a_button_goes_down_once_a_second_at_most() {
        // what is seen every 200 ms, and which looks are presses
        let cases: [(&[u8], &[usize]); 6] = [
            (&[0, 0, 1, 1, 1, 0], &[2]),
            (&[1, 1, 0, 0], &[]),
            (&[1, 0, 1], &[2]),
            (&[0, 1, 0, 1, 0, 0, 1], &[1, 6]),
            (&[0, 1, 0, 0, 0, 0, 1], &[1, 6]),
            (&[0, 0, 0], &[]),
        ];
        let begin = Instant::now();
        for (looks, presses) in cases {
            let mut buttons = Buttons::default();
            let found: Vec<usize> = (0..looks.len())
                .filter(|at| buttons.is_press("scan", looks[*at] == 1, begin + EVERY * *at as u32))
                .collect();
            assert_eq!(found, presses, "{looks:?}");
        }
    }

    #[test]
    fn one_button_does_not_hide_another() {
        let (mut buttons, now) = (Buttons::default(), Instant::now());
        for name in ["scan", "email"] {
            assert!(!buttons.is_press(name, false, now));
        }
        for name in ["scan", "email"] {
            assert!(buttons.is_press(name, true, now), "{name}");
        }
    }
}
