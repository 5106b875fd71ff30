//! A photograph made into a page.

use crate::{Corners, SightError};

/// A page made of a photograph.
#[derive(Clone, Debug)]
pub struct Flat {
    /// JPEG, quality 92, no chroma subsampling, with its resolution said in the file.
    pub bytes: Vec<u8>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Such that the page has the size of the paper.
    pub dpi: u32,
    /// JPEG, long side at most 320 pixels.
    pub thumbnail: Vec<u8>,
}

/// The sheet in a photograph as a flat page.
pub fn straightened(_photo: &[u8], _corners: &Corners) -> Result<Flat, SightError> {
    Err(SightError::Unsupported)
}

/// The whole photograph.
pub fn upright(_photo: &[u8]) -> Result<Flat, SightError> {
    Err(SightError::Unsupported)
}

/// A small picture.
pub fn thumbnail(_bytes: &[u8]) -> Result<Vec<u8>, SightError> {
    Err(SightError::Unsupported)
}
