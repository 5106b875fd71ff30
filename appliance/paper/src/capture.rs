//! One capture: what a scanner or a camera made of one side of a sheet, and what of it PDF/A can carry without loss.

use crate::{jbig2::Ink, jpeg, making::Dress, png, text::PageText, turn::Turn};
use std::borrow::Cow;

/// One capture to be composed, in the order of the pages.
#[derive(Clone, Debug)]
pub struct CaptureRef<'a> {
    /// JPEG (grey or colour, 8 bits a sample) or PNG (grey, 1 bit), as stored.
    pub bytes: Cow<'a, [u8]>,
    /// Dots per inch: decides the size of the page (A4 at 300 dpi is 2480 x 3508 px).
    pub dpi: u32,
    /// Clockwise, so that the page stands upright: 0, 90, 180 or 270.
    pub turn_degrees: u16,
    /// What else is done to it.
    pub dress: Dress,
    /// Its words, if they have been read: they go unseen into the page.
    pub text: Option<Cow<'a, PageText>>,
}

impl<'a> CaptureRef<'a> {
    /// A page that lies as it should, unread.
    pub fn new(bytes: impl Into<Cow<'a, [u8]>>, dpi: u32) -> Self {
        Self { bytes: bytes.into(), dpi, turn_degrees: 0, dress: Dress::default(), text: None }
    }

    /// The same, turned clockwise by 0, 90, 180 or 270 degrees.
    #[must_use]
    pub fn turned(self, turn_degrees: u16) -> Self {
        Self { turn_degrees, ..self }
    }
}

/// Why a capture cannot stand in a document of record.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CaptureFault {
    /// Neither JPEG nor PNG.
    #[error("neither JPEG nor PNG")]
    NotAnImage,
    /// Cut short or inconsistent.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// Four colour components: printers' colours, which the sRGB output intent does not describe.
    #[error("CMYK picture; only grey and RGB can be archived")]
    Cmyk,
    /// More or fewer bits a sample than a scan has.
    #[error("{0} bits a sample; only 8 (JPEG) or 1 (PNG) can be archived as they are")]
    Depth(u8),
    /// A coding that is valid but not carried as it is; convert it to a capture first.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// The resolution gives a page that PDF cannot have (3 to 14400 points a side).
    #[error("{width_px} x {height_px} px at {dpi} dpi is no possible page")]
    Size {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
        /// Resolution asked for.
        dpi: u32,
    },
}

/// A capture whose header has been checked, ready to be embedded without changing a sample. Its sizes are those of
/// the capture as it lies, before it is turned.
pub(crate) struct Picture<'a> {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) width_pt: f32,
    pub(crate) height_pt: f32,
    pub(crate) turn: Turn,
    pub(crate) coding: Coding<'a>,
}

/// The samples, as what they go into a PDF.
pub(crate) enum Coding<'a> {
    /// `/DCTDecode`, 8 bits.
    Jpeg { bytes: &'a [u8], grey: bool },
    /// `/JBIG2Decode`, 1 bit grey; not coded yet.
    Bilevel { ink: Ink },
}

impl CaptureRef<'_> {
    pub(crate) fn picture(&self) -> Result<Picture<'_>, CaptureFault> {
        let (width_px, height_px, coding) = if jpeg::is_jpeg(&self.bytes) {
            self.jpeg()?
        } else if png::is_png(&self.bytes) {
            self.bilevel()?
        } else {
            return Err(CaptureFault::NotAnImage);
        };
        let (width_pt, height_pt) = page_size(width_px, height_px, self.dpi)?;
        let turn = Turn::of(self.turn_degrees)?;
        Ok(Picture { width_px, height_px, width_pt, height_pt, turn, coding })
    }

    fn jpeg(&self) -> Result<(u32, u32, Coding<'_>), CaptureFault> {
        let facts = jpeg::read(&self.bytes)?;
        let grey = match (facts.components, facts.bits) {
            (4, _) => return Err(CaptureFault::Cmyk),
            (_, bits) if bits != 8 => return Err(CaptureFault::Depth(bits)),
            (1, _) => true,
            (3, _) => false,
            _ => return Err(CaptureFault::Damaged("JPEG with an odd number of components")),
        };
        Ok((facts.width_px, facts.height_px, Coding::Jpeg { bytes: &self.bytes[..facts.end], grey }))
    }

    fn bilevel(&self) -> Result<(u32, u32, Coding<'_>), CaptureFault> {
        let facts = png::read(&self.bytes)?;
        if facts.bits != 1 {
            return Err(CaptureFault::Depth(facts.bits));
        }
        if facts.colour_type != 0 || facts.interlaced || facts.transparent {
            return Err(CaptureFault::Unsupported("1-bit PNG with palette, transparency or interlacing"));
        }
        let ink = Ink::of_grey(facts.width_px, facts.height_px, png::bits(&self.bytes)?);
        Ok((facts.width_px, facts.height_px, Coding::Bilevel { ink }))
    }
}

/// True size in points, to a hundredth: fine enough for 14400 points, and the same number on every machine.
pub(crate) fn page_size(width_px: u32, height_px: u32, dpi: u32) -> Result<(f32, f32), CaptureFault> {
    let points = |px: u32| {
        let hundredths = (u64::from(px) * 7200 + u64::from(dpi) / 2).checked_div(u64::from(dpi))?;
        (300..=1_440_000).contains(&hundredths).then_some(hundredths as f32 / 100.0)
    };
    points(width_px).zip(points(height_px)).ok_or(CaptureFault::Size { width_px, height_px, dpi })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_true_size() {
        let table = [
            (2480, 3508, 300, Ok((595.2, 841.92))),
            (1654, 2339, 200, Ok((595.44, 842.04))),
            (4960, 7016, 600, Ok((595.2, 841.92))),
            (12, 3508, 300, Err(())),
            (2480, 3508, 0, Err(())),
            (60_000, 60_000, 300, Ok((14400.0, 14400.0))),
            (60_001, 60_000, 300, Err(())),
        ];
        for (width_px, height_px, dpi, expected) in table {
            assert_eq!(page_size(width_px, height_px, dpi).map_err(|_| ()), expected, "{width_px} at {dpi}");
        }
    }
}
