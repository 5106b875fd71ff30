//! What a page looks like, before the paper leaves the desk.
//!
//! A clerk who learns a week later that page 7 was blurred no longer has page 7. So every page that is at rest is
//! looked at once, in the background, and what is wrong with it is said while the sheet still lies beside the scanner.
//! The crate only looks: it flags and never drops, turns or changes a scan. Plain functions over bytes, no clock, no
//! store, nobody of ours.
//!
//! **A page.** [`Picture::read`] decodes a capture at about 150 dpi - enough for every question asked here, and a
//! quarter of the memory - and [`see()`] answers: [`Flag`]s, how crooked, how much ink, what QR codes say, and a
//! [`Fingerprint`] that knows the same sheet when it comes through the scanner twice.
//!
//! **A photograph.** [`sheet_in`] finds where the sheet lies, a person may move the corners, and [`straightened`] makes
//! the flat page of it.
//!
//! **A reader.** [`Legible`] is a capture as somebody can read it: grey, upright, at most 300 dpi.
//!
//! **Marks.** [`mark::Mark`] is what our own QR codes say, on separator sheets and arrival stamps.
//!
//! ```
//! use sight::{Flag, Picture, SightError, mark::Mark, see};
//!
//! fn verdict(capture: &[u8], dpi: u32) -> Result<String, SightError> {
//!     let seen = see(&Picture::read(capture, dpi)?);
//!     if seen.codes.iter().any(|text| Mark::read(text) == Some(Mark::Separator)) {
//!         return Ok("a new document begins".into());
//!     }
//!     Ok(if seen.flags.contains(&Flag::Blurred) { "scan it again" } else { "fine" }.into())
//! }
//! ```
//!
//! A false alarm costs more than a missed one: whoever reads three flags that are wrong reads no fourth. Every limit
//! in here is set so that clean pages pass with room to spare, and the tests hold that room.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod codes;
mod decode;
mod fingerprint;
mod flat;
mod ink;
mod legible;
mod lines;
pub mod mark;
mod paper;
mod picture;
mod see;
mod sheet;
mod standing;
mod verdict;
mod warp;

pub use fingerprint::Fingerprint;
pub use flat::{Flat, straightened, thumbnail, upright};
pub use legible::Legible;
pub use picture::{MOST_PIXELS, Picture, SightError};
pub use see::{Flag, Seen, see};
pub use sheet::{Corners, sheet_in};
