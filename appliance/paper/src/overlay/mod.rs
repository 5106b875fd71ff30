//! What a clerk presses or writes on a page after it was made: the arrival stamp, marks of urgency and of circulation, the
//! block of a copy, a line at the edge. On paper it is a stamp or a sticker; here it is laid over the page of a derived
//! file, in the size the decree gives it (NĐ 30/2020, Appendices I and IV).
//!
//! What is laid is a small paper of its own, drawn by what draws the stickers ([`crate::typeset`]) and taken into the file
//! as a form; the page's content stays as it is and whatever it leaves open is closed before. A PDF/A-2b stays one. Signed
//! bytes are never touched: a file with a signature is refused.
//!
//! ```no_run
//! # fn example(pdf: &[u8], faces: &paper::typeset::Faces) -> Result<(), paper::overlay::OverlayError> {
//! use paper::overlay::{Mark, Overlay, lay};
//!
//! let stamp = Mark::Arrival { unit: "Trường THCS Hoa Phượng".into(), number: "412".into(), day: "21/11/2026".into() };
//! let place = stamp.place(pdf, faces)?;
//! let derived = lay(pdf, &[Overlay { mark: stamp, place }], faces)?;
//! # Ok(()) }
//! ```
//!
//! ```text
//! marks    how each looks, and how large it is      spots   where each belongs on a page
//! laid     a drawing taken into a file              unsigned_copy   for units without a scanner
//! numbered number and day in the blanks of a draft
//! ```

mod laid;
mod marks;
mod numbered;
mod spots;
mod unsigned_copy;

pub use marks::{Circulation, CopyBlock, Mark, Urgency};
pub use numbered::{NumberAndDay, numbered};
pub use unsigned_copy::signed_and_sealed_line;

use crate::{
    look::Place,
    place::PlaceError,
    sign::SignError,
    typeset::{Faces, TypesetError},
};

/// A mark and where it is laid. Of the place only page, left and top are asked: a mark has the size it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// What.
    pub mark: Mark,
    /// Where.
    pub place: Place,
}

/// Why nothing was laid over a file. The file itself was only read.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// Somebody signed it: what is laid over it would be a change after signing.
    #[error("the PDF is signed; nothing is laid over signed bytes")]
    Signed,
    /// The file cannot be read or added to.
    #[error("{0}")]
    Pdf(#[from] SignError),
    /// Its pages cannot be read.
    #[error("{0}")]
    Page(#[from] PlaceError),
    /// The words cannot be set.
    #[error("{0}")]
    Typeset(#[from] TypesetError),
    /// The block of a copy stands below the text on the same sheet (Appendix I, part II), and there is no room.
    #[error("{needed_mm} mm are needed under the text, {free_mm} are free")]
    NoRoom {
        /// Height of the block.
        needed_mm: f32,
        /// What is free.
        free_mm: f32,
    },
    /// No title of a signer with a name under it was found on any page.
    #[error("no signature block was found")]
    NoBlock,
    /// The page bears another number or another day.
    #[error("the page says {0:?}")]
    Contradiction(String),
    /// The page has neither the number or the day nor a blank to write it in.
    #[error("no blank for {0:?}")]
    NoBlank(String),
}

/// Lays marks over pages: the file with an update that holds them.
///
/// Fails where the file is signed, cannot be read for sure, lacks the page, or where a letter is missing in the faces.
pub fn lay(pdf: &[u8], overlays: &[Overlay], faces: &Faces) -> Result<Vec<u8>, OverlayError> {
    let drawings = overlays.iter().map(|overlay| {
        let (width_mm, height_mm) = overlay.mark.size_mm(faces)?;
        Ok(laid::Drawing {
            place: Place { width_mm, height_mm, ..overlay.place },
            draw: Box::new(move |sheet| overlay.mark.draw(sheet)),
        })
    });
    laid::lay(pdf, drawings.collect::<Result<_, TypesetError>>()?, faces)
}
