//! Where a signature belongs on a page that others wrote, and what that page shows.
//!
//! A document out of an office program ends with the signer's title, some empty lines and the signer's name. [`find`]
//! looks for the two in the text of the file - as the program wrote it, or as the reading of a scan laid it unseen over
//! the page - and says where picture and seal go between them. What was found may be wrong: it is shown, by [`picture`],
//! as what will be signed, and a person may move it.
//!
//! ```no_run
//! # fn example(pdf: &[u8], signature: &paper::Picture) -> Option<()> {
//! let found = paper::place::find(pdf).ok()??;
//! assert_eq!(found.title, "KT. HIỆU TRƯỞNG\nPHÓ HIỆU TRƯỞNG");
//! let places = found.places(signature.size_mm(), (36.0, 36.0));
//! assert!(places.seal.left_mm < places.signature.left_mm);
//! # Some(()) }
//! ```
//!
//! Files that come from elsewhere are read here by a library that has seen many; whoever calls it with them does so where
//! time and memory are bounded, as with every reader of foreign files.
//!
//! ```text
//! glyphs   letters of a page and where they stand      lines   lines and columns made of them
//! titles   what a title and a name look like           block   signature blocks among the lines
//! picture  a page drawn                                slots   number and day at the head
//! blank    paper that nothing stands on
//! ```

mod blank;
mod block;
mod glyphs;
mod lines;
mod picture;
mod slots;
mod titles;

pub use blank::seal_room;
pub(crate) use blank::{RIM_MM, Region, Seen};
pub use block::{Found, How, Places, blocks, find};
pub use lines::Written;
pub use picture::{Drawn, picture};
pub(crate) use slots::{Blank, Slot, Slots, slots};

use hayro::hayro_syntax::{Pdf, content::ops::TypedInstruction, page::Page};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a page of a file was not read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlaceError {
    /// Not a PDF, encrypted, or too broken for its reader.
    #[error("the PDF cannot be read")]
    Unreadable,
    /// The file has fewer pages.
    #[error("the PDF has no page {0}")]
    NoPage(u32),
    /// The page would have too many pixels, or none.
    #[error("the page cannot be drawn with {0} dpi")]
    WrongSize(u32),
}

/// The lines of a page from top to bottom, left column before right one.
pub fn text(pdf: &[u8], page: u32) -> Result<Vec<Written>, PlaceError> {
    read(pdf, |pdf| Ok(lines::of(page, &glyphs::of(nth(pdf, page)?, pdf))))
}

/// Runs `with` on a file. Its reader promises never to panic, and has been known not to keep that.
fn read<T>(pdf: &[u8], with: impl for<'a> FnOnce(&'a Pdf) -> Result<T, PlaceError>) -> Result<T, PlaceError> {
    let whole = AssertUnwindSafe(|| {
        let pdf = Pdf::new(pdf.to_vec()).map_err(|_| PlaceError::Unreadable)?;
        with(&pdf)
    });
    catch_unwind(whole).unwrap_or(Err(PlaceError::Unreadable))
}

/// The page of this number, counted from 1.
fn nth(pdf: &Pdf, page: u32) -> Result<&Page<'_>, PlaceError> {
    let at = usize::try_from(page).ok().and_then(|page| page.checked_sub(1));
    at.and_then(|at| pdf.pages().get(at)).ok_or(PlaceError::NoPage(page))
}

/// Points of the sheet in a unit of the page (ISO 32000-1 §7.7.3.3): its reader does not ask.
fn unit(page: &Page<'_>) -> f64 {
    let unit = page.raw().get::<f64>(b"UserUnit".as_slice()).unwrap_or(1.0);
    if unit.is_finite() && unit > 0.0 { unit } else { 1.0 }
}

/// How many pages the file has.
pub fn pages(pdf: &[u8]) -> Result<u32, PlaceError> {
    read(pdf, |pdf| u32::try_from(pdf.pages().len()).map_err(|_| PlaceError::Unreadable))
}

/// Width and height of a page as it is seen.
pub(crate) fn sheet_mm(pdf: &[u8], page: u32) -> Result<(f32, f32), PlaceError> {
    read(pdf, |pdf| {
        let page = nth(pdf, page)?;
        let ((width, height), mm) = (page.render_dimensions(), unit(page) as f32 * 25.4 / 72.0);
        Ok((width * mm, height * mm))
    })
}

/// Graphics states a page does not leave as it found them (ISO 32000-1 §8.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenStates {
    /// It restores so many it never saved: they have to be saved before it begins.
    pub(crate) to_save: usize,
    /// It leaves so many saved, counting those.
    pub(crate) to_close: usize,
}

/// Counts the states a page saves and restores.
pub(crate) fn open_states(pdf: &[u8], page: u32) -> Result<OpenStates, PlaceError> {
    read(pdf, |pdf| {
        let (mut depth, mut least) = (0_i64, 0_i64);
        let mut instructions = nth(pdf, page)?.typed_operations();
        while let Some(instruction) = instructions.next() {
            match instruction {
                TypedInstruction::SaveState(_) => depth += 1,
                TypedInstruction::RestoreState(_) => depth -= 1,
                _ => {}
            }
            least = least.min(depth);
        }
        let states = |n: i64| usize::try_from(n).map_err(|_| PlaceError::Unreadable);
        Ok(OpenStates { to_save: states(-least)?, to_close: states(depth - least)? })
    })
}
