//! Captures in, archival signed PDF out.
//!
//! A page of paper becomes a document of record in two steps, and both are plain functions over bytes: no clock, no
//! store, no network, no async. The time that is written into a file comes in through an argument, so the same input
//! gives the same bytes.
//!
//! **Compose.** [`compose()`] takes captures one after another - JPEG as the scanner made it, or 1-bit PNG - and streams
//! PDF/A-2b (ISO 19005-2): pages in true size, the bytes of a JPEG untouched, black and white as lossless JBIG2, the words
//! of a page unseen above it, sRGB output intent, XMP, one cross-reference table. It holds one page at a time. When the
//! document has been registered, [`describe()`] writes into the file what the register says of it, as long as nobody signed.
//!
//! **Sign.** [`Prepared`] -> [`Digested`] -> [`Signed`] is PAdES B-B (ETSI EN 319 142-1), cut where the standard cuts
//! it: reserve a hole, digest all but the hole, let a key sign, put the CMS into the hole. Each step consumes the one
//! before, so the order cannot be wrong, and a [`Digested`] can be stored until the person with the key comes. A
//! signature is appended to the file; bytes that are there already are never touched, so earlier signatures stay valid.
//! [`levels`] makes a signature last: time stamps, validation data, and the stamp over all that is renewed.
//!
//! ```
//! # fn key_signs(_: &[u8]) -> Result<Vec<u8>, String> { Err("no key in this example".into()) }
//! use paper::{About, CaptureRef, Face, Look, Making, Prepared, SignatureFacts, compose};
//!
//! fn seal(scan: &[u8], tinos: Vec<u8>, chain: &[Vec<u8>]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//!     let at = chrono::DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00")?;
//!     let unit = "Trường THCS Hoa Phượng";
//!     let mut pdf = Vec::new();
//!     let about = About {
//!         title: "Kế hoạch năm học".into(), subject: String::new(), author: unit.into(),
//!         language: "vi-VN".into(), created: at, register: None,
//!     };
//!     let pages = [Ok::<_, std::io::Error>(CaptureRef::new(scan, 300))];
//!     compose(pages.into_iter(), &about, Making::default(), &mut pdf)?;
//!
//!     let look = Look::TextBlock { lines: vec!["Bản số hóa".into(), unit.into(), "21-11-2026 14:05:09 +07:00".into()] };
//!     let facts = SignatureFacts { reason: None, location: None, name: unit.into(), signed_at: at };
//!     let signed = Prepared::new(&pdf, &look, &Face::parse(tinos)?, &facts)?.digest().sign_with(chain, key_signs)?;
//!     Ok(signed.into_bytes())
//! }
//! ```
//!
//! **Take in.** [`inspect()`] says what an uploaded file is before anything expensive is done with it, and
//! [`image_to_capture`] turns a picture into a capture, [`TiffPages`] a copier's stack into several; [`Scanned`] takes a
//! PDF apart that is nothing but scanned pages.
//!
//! **Show.** [`upright`] says in a picture's own bytes how a browser has to turn it.
//!
//! **Write.** [`typeset`] sets the papers that are printed and not scanned: registers, slips, stamps, separators.
//!
//! **See.** [`Look`] is what is seen of a signature and where; [`place`] finds the signer's title and name on pages others
//! wrote and draws pages; [`impression`] makes pictures of seals and signatures from scans of them and recognises seals on
//! paper; [`overlay`] lays stamps and marks over derived files, never onto signed bytes.
//!
//! What of the standards is kept, and by whom it is checked, stands in `CONFORMANCE.md` beside this crate.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod apart;
mod art;
mod bands;
mod capture;
mod ccitt;
mod cms;
mod coarser;
mod compose;
mod convert;
mod describe;
mod face;
mod file;
mod hole;
mod icc;
mod imported;
pub mod impression;
mod inspect;
mod jbig2;
mod jpeg;
mod layers;
pub mod levels;
mod look;
mod making;
mod mask;
pub mod overlay;
mod page;
mod pdftext;
mod permits;
pub mod place;
mod png;
mod raster;
mod register;
mod shown;
mod sign;
mod source;
mod standing;
mod straight;
mod text;
mod tiff;
mod turn;
pub mod typeset;
mod update;
mod words;
mod xmp;

pub use apart::Scanned;
pub use capture::{CaptureFault, CaptureRef};
pub use compose::{About, ComposeError, Composed, compose};
pub use convert::{Converted, ConvertedFormat, image_to_capture};
pub use describe::describe;
pub use face::{Face, FaceError};
pub use inspect::{ImageFormat, InspectError, Kind, MOST_BYTES, MOST_PAGES, MOST_PIXELS, Upload, inspect};
pub use look::{Look, Picture, PictureError, Place};
pub use making::{Dress, Layers, Making, MaskCoding, PageMade, SizeStep, WhyPlain};
pub use register::RegisterFacts;
pub use sign::{Digested, Prepared, SignError, SignatureFacts, Signed};
pub use text::{PageText, TextLine, TextWord};
pub use tiff::TiffPages;
pub use turn::upright;
