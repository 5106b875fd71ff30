//! From a capture to what is seen of it in the file.
//!
//! ```text
//! black and white              every dot, packed without loss
//! grey or colour               taken apart into layers, if that proves whole and is smaller
//!   more pixels than are held   the same, band by band, where the capture is cut into strips
//!   otherwise                   the JPEG byte for byte; at a tighter step packed harder, if that proves whole
//! ```
//!
//! Whatever cannot be taken apart is not a failure: the page stays a picture, and it is said why.

use crate::{
    bands,
    capture::{CaptureFault, CaptureRef, Coding, Picture},
    coarser::{Coarser, coarser},
    jbig2::Ink,
    layers::{self, Layered},
    making::{Layers, Making, MaskCoding, PageMade, SizeStep, WhyPlain},
    mask::Packed,
    page::Art,
    raster::{self, Raster},
    straight::{edges_cleaned, ink_straightened, straightened},
};
use std::borrow::Cow;

/// Pixels that are decoded at once: A4 at 600 dpi. Three bytes each.
pub(crate) const MOST_AT_ONCE: u64 = 40_000_000;

/// What is seen of a capture, and what became of it.
///
/// Fails if black and white does not come back as it went in.
pub(crate) fn art<'a>(
    capture: &CaptureRef<'_>,
    picture: &'a Picture<'_>,
    making: Making,
) -> Result<(Art<'a>, PageMade), CaptureFault> {
    match &picture.coding {
        Coding::Bilevel { ink } => Ok((bilevel(ink, capture, making.mask)?, PageMade::Bilevel)),
        Coding::Jpeg { bytes, grey } => Ok(match apart(bytes, capture, picture, making) {
            Ok((page, stencils)) => (Art::Layered { page: Box::new(page), stencils }, PageMade::Layered),
            Err(why) => (kept(bytes, *grey, capture, picture, making.size, why), PageMade::Plain(why)),
        }),
    }
}

/// A page that stays a picture.
fn kept<'a>(
    bytes: &'a [u8],
    grey: bool,
    capture: &CaptureRef<'_>,
    picture: &Picture<'_>,
    size: SizeStep,
    why: WhyPlain,
) -> Art<'a> {
    let repacked = match why {
        WhyPlain::Picture | WhyPlain::LosesInk | WhyPlain::NoGain => coarser(bytes, capture.dpi, size),
        // Asked for byte for byte; or there are no pixels to pack.
        WhyPlain::Asked | WhyPlain::TooLarge | WhyPlain::Undecodable => None,
    };
    match repacked {
        Some(Coarser { width_px, height_px, grey, jpeg }) => {
            Art::Jpeg { width_px, height_px, grey, bytes: jpeg.into() }
        }
        None => {
            let (width_px, height_px) = (picture.width_px, picture.height_px);
            Art::Jpeg { width_px, height_px, grey, bytes: bytes.into() }
        }
    }
}

fn bilevel<'a>(ink: &Ink, capture: &CaptureRef<'_>, coding: MaskCoding) -> Result<Art<'a>, CaptureFault> {
    let ink = match capture.dress.straighten_tenths {
        0 => Cow::Borrowed(ink),
        tenths => Cow::Owned(ink_straightened(ink, tenths)),
    };
    let whole = proven(&ink, coding).ok_or(CaptureFault::Damaged("black and white did not come back"))?;
    Ok(Art::Bilevel(whole))
}

/// Packed so that every dot comes back.
fn proven(ink: &Ink, coding: MaskCoding) -> Option<Packed> {
    let packed = Packed::of(ink, coding);
    (packed.unpack().as_ref() == Some(ink)).then_some(packed)
}

fn apart(
    jpeg: &[u8],
    capture: &CaptureRef<'_>,
    picture: &Picture<'_>,
    making: Making,
) -> Result<(Layered, Vec<Packed>), WhyPlain> {
    if making.layers == Layers::Plain {
        return Err(WhyPlain::Asked);
    }
    let pixels = u64::from(picture.width_px) * u64::from(picture.height_px);
    let page = if pixels > MOST_AT_ONCE {
        if capture.dress.straighten_tenths != 0 {
            // Straightened as it is, by the matrix it is drawn with: no band can be turned alone.
            return Err(WhyPlain::TooLarge);
        }
        bands::layered(jpeg, capture.dpi, making.size)?
    } else {
        let raster = dressed(raster::decoded(jpeg).map_err(|_| WhyPlain::Undecodable)?, capture);
        layers::layered(&raster, capture.dpi, making.size)?
    };
    let stencils: Option<Vec<Packed>> =
        page.stencils.iter().map(|stencil| proven(&stencil.ink, making.mask)).collect();
    let stencils = stencils.ok_or(WhyPlain::LosesInk)?;
    let packed: usize = stencils.iter().map(|stencil| stencil.bytes().len()).sum();
    if page.pictures_bytes() + packed >= jpeg.len() {
        return Err(WhyPlain::NoGain);
    }
    Ok((page, stencils))
}

/// The edges first: turned before that, a dark strip would no longer lie along the border.
fn dressed(mut raster: Raster, capture: &CaptureRef<'_>) -> Raster {
    if capture.dress.clean_edges {
        edges_cleaned(&mut raster);
    }
    match capture.dress.straighten_tenths {
        0 => raster,
        tenths => straightened(&raster, tenths),
    }
}
