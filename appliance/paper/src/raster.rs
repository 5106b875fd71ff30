//! Pixels.

/// A page's samples, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    /// 1 is grey, 3 is RGB.
    pub(crate) channels: u8,
    /// `width_px * height_px * channels` of them.
    pub(crate) samples: Vec<u8>,
}
