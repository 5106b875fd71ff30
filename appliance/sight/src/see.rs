//! The verdict on a page.

use crate::{Picture, codes, fingerprint::Fingerprint, ink::Inks, lines, paper::Paper, standing, verdict};
use serde::{Deserialize, Serialize};

/// What may be wrong with a page. A flag is a word to the clerk, nothing is ever dropped because of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Nothing but paper, show-through and dust. A lone stamp, a pencil line or a page number is not blank.
    Blank,
    /// There is text, and nowhere a sharp edge.
    Blurred,
    /// The paper itself is dark: lid open, lamp failing, a grey veil.
    Dark,
    /// Text, a stamp or a signature runs over an edge of the picture. Not a scanner's black border, not a form's frame.
    Clipped,
    /// More than about 8 degrees, or so crooked that ink is lost at an edge.
    Crooked,
}

/// What was seen on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// In the order of [`Flag`], each at most once; empty for a good page.
    pub flags: Vec<Flag>,
    /// By how much the lines of text fall to the right, -15 to 15 degrees; 0 where there are no lines to measure by.
    pub skew_degrees: f32,
    /// Straightened by that about its middle, some of its ink would lie beyond the page.
    pub overhangs: bool,
    /// By how many degrees it has to be turned clockwise to stand upright: 90, 180 or 270; 0 where it stands, or where it
    /// cannot be told without reading.
    pub turn_degrees: u16,
    /// Share of the page that is ink, 0 to 1. Borders, shadows, dust and show-through do not count.
    pub ink_share: f32,
    /// Knows the same sheet again.
    pub print: Fingerprint,
    /// The texts of the QR codes on the page, from top to bottom; see [`crate::mark::Mark::read`].
    pub codes: Vec<String>,
}

/// Looks at a page. Never fails: a page without anything on it is [`Flag::Blank`].
pub fn see(picture: &Picture) -> Seen {
    let paper = Paper::of(picture);
    let inks = Inks::on(&paper);
    let lines = lines::lines(&inks);
    let skew_degrees = lines.skew_degrees;
    Seen {
        flags: verdict::flags(&paper, &inks, skew_degrees),
        skew_degrees,
        overhangs: lines::overhangs(&inks, skew_degrees),
        turn_degrees: standing::turn_degrees(&inks, lines),
        ink_share: inks.share(),
        print: Fingerprint::of(&paper, &inks, skew_degrees),
        codes: codes::read(picture, &paper),
    }
}
