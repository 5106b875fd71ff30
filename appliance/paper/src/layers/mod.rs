//! A page taken apart: paper, coloured ink, black text.

use crate::jbig2::Ink;

/// What a page is made of, painted in this order.
pub(crate) struct Layered {
    /// The page as it lies, full resolution.
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    /// The paper, at low resolution, over the whole page; none is white.
    pub(crate) ground: Option<Picture>,
    /// Coloured ink and photographs.
    pub(crate) tiles: Vec<Tile>,
    /// Black text.
    pub(crate) stencils: Vec<Stencil>,
}

/// Continuous tone.
pub(crate) struct Picture {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) grey: bool,
    pub(crate) jpeg: Vec<u8>,
}

/// A picture of a part of the page.
pub(crate) struct Tile {
    /// The area of the page it covers, in the page's pixels.
    pub(crate) left_px: u32,
    pub(crate) top_px: u32,
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) picture: Picture,
}

/// Ink of one colour, pixel by pixel: where it is black, the colour is painted.
pub(crate) struct Stencil {
    pub(crate) left_px: u32,
    pub(crate) top_px: u32,
    pub(crate) ink: Ink,
    pub(crate) colour: [u8; 3],
}
