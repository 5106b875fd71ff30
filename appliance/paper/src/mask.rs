//! Black and white as it stands in a file: packed without loss, and unpacked again for the proof.
//!
//! ```text
//! let packed = Packed::of(&ink, MaskCoding::Jbig2);
//! assert!(packed.unpack() == Some(ink));
//! ```

use crate::{
    ccitt,
    jbig2::{self, Ink},
    making::MaskCoding,
};
use pdf_writer::{Filter, writers::ImageXObject};

/// One picture of one bit a pixel. A reader of PDF finds 0 where it is black, in either coding (ISO 32000-1 §7.4.6,
/// §7.4.7): as a grey picture it is right as it is, and as a stencil it paints what is black.
pub(crate) struct Packed {
    width_px: u32,
    height_px: u32,
    coding: MaskCoding,
    bytes: Vec<u8>,
}

impl Packed {
    pub(crate) fn of(ink: &Ink, coding: MaskCoding) -> Packed {
        let (width_px, height_px) = (ink.width_px(), ink.height_px());
        let g4 = if coding == MaskCoding::CcittG4 { ccitt::encode(ink) } else { None };
        let (coding, bytes) = match g4 {
            Some(bytes) => (MaskCoding::CcittG4, bytes),
            // Also where group 4 cannot count so far.
            None => (MaskCoding::Jbig2, jbig2::encode(ink)),
        };
        Packed { width_px, height_px, coding, bytes }
    }

    /// What a reader will see; `None` if it is nothing.
    pub(crate) fn unpack(&self) -> Option<Ink> {
        match self.coding {
            MaskCoding::Jbig2 => jbig2::decode(&self.bytes),
            MaskCoding::CcittG4 => ccitt::decode(&self.bytes, self.width_px, self.height_px),
        }
    }

    /// As they stand in the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Size and coding; whether it is a grey picture or a stencil is the caller's to say.
    pub(crate) fn describe(&self, image: &mut ImageXObject<'_>) {
        let side = |px: u32| i32::try_from(px).expect("a page side was checked");
        let (width, height) = (side(self.width_px), side(self.height_px));
        image.width(width).height(height).bits_per_component(1);
        match self.coding {
            MaskCoding::Jbig2 => {
                image.filter(Filter::Jbig2Decode);
            }
            MaskCoding::CcittG4 => {
                image.filter(Filter::CcittFaxDecode);
                image.decode_parms().k(-1).columns(width).rows(height);
            }
        }
    }
}
