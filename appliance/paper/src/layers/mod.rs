//! A page taken apart: paper, coloured ink, black text.
//!
//! ```text
//! overview   the page from a distance                    where is colour, where is paper
//! ground     the paper under the ink                     one small picture
//! ink        black text, pixel by pixel                  a mask at full resolution
//! cells      what is neither: seals, pens, pencil         pictures of their own, at 200 dpi
//! proof      painted again and held against the capture  or the page stays as it came
//! ```
//!
//! A letter of one page with a seal comes to 35 to 48 KB that way, a twentieth of its JPEG, because each kind of thing is
//! kept as what it is: text is edges and nothing else, paper is a slow shade, a seal is colour. Whatever is none of the
//! three, or in doubt, goes into the pictures: that costs bytes and loses nothing. What the pictures cannot hold - a
//! photograph over the whole page, paper darker than its ink - is not taken apart at all.

mod areas;
mod black;
mod cells;
mod coverage;
mod ground;
mod ink;
mod overview;
mod pack;
mod photographs;
mod proof;
mod strokes;
mod tile;

use crate::{
    jbig2::Ink,
    making::{SizeStep, WhyPlain},
    raster::{Raster, rgb},
};
use cells::Kept;
use coverage::Coverage;
use ground::Ground;
use ink::Depths;
use overview::Overview;
use pack::Packing;
use photographs::photographs;

/// Of the page, in hundredths: with more in pictures it is one.
const MOST_IN_PICTURES: usize = 45;
/// A page shaded more than this, with less text on it in thousandths, is a photograph that has no edges.
const MOST_SHADE: u8 = 50;
const LEAST_TEXT: usize = 3;
/// A sheet is of one colour: letters stay below 3, also yellowed and stained ones. Sky and meadow are further apart.
const MOST_COLOURS: u8 = 20;
/// Paper darker than this is not what the page is printed on.
const DARKEST_PAPER: u8 = 90;

/// Takes a page apart, puts it together again and compares.
///
/// Fails with the reason why it has to stay as it is: it is a picture, or something would be lost.
pub(crate) fn layered(raster: &Raster, dpi: u32, size: SizeStep) -> Result<Layered, WhyPlain> {
    let mut page = Page::of(raster, dpi);
    let is_shaded =
        page.ground.spread() > MOST_SHADE && page.coverage.thousandths(page.overview.cell_px) < LEAST_TEXT;
    if page.ground.middle() < DARKEST_PAPER || page.ground.colours() > MOST_COLOURS || is_shaded {
        return Err(WhyPlain::Picture);
    }
    let packing = Packing::of(size);
    let mut kept = page.kept();
    // What is found lost goes into the pictures, twice; what is lost after that is lost for good.
    for _ in 0..3 {
        kept.fill();
        if kept.share() > MOST_IN_PICTURES {
            return Err(WhyPlain::Picture);
        }
        let layered = page.apart(&kept, packing);
        let lost = proof::lost(&layered, &page.overview, &page.ground, &page.coverage, &kept, packing)?;
        if lost.is_empty() {
            return Ok(layered);
        }
        let photographs = photographs(&lost, &kept, &page.overview);
        page.ground.forget_under(&photographs);
        page.leave_to_pictures(&photographs);
        page.leave_to_pictures(&lost);
        kept.add(&photographs);
        kept.add(&lost);
    }
    Err(WhyPlain::LosesInk)
}

/// A page and what was found on it.
struct Page<'a> {
    raster: &'a Raster,
    dpi: u32,
    overview: Overview,
    ground: Ground,
    coloured: Kept,
    depths: Depths,
    mask: Ink,
    coverage: Coverage,
}

impl Page<'_> {
    fn of(raster: &Raster, dpi: u32) -> Page<'_> {
        let overview = Overview::of(raster, dpi);
        let ground = Ground::of(&overview);
        let mut coloured = cells::coloured(&overview, &ground);
        let hidden = cells::hidden(&overview, &ground, &coloured);
        coloured.add(&hidden);
        let depths = Depths::of(raster, &overview, &ground, &coloured);
        let mut mask = ink::mask(raster, &overview, &ground, &depths);
        black::only_black(&mut mask, raster, &overview, &ground, &depths, [&coloured, &hidden]);
        let coverage = Coverage::of(&mask, &overview);
        Page { raster, dpi, overview, ground, coloured, depths, mask, coverage }
    }

    fn kept(&self) -> Kept {
        let mut kept = cells::soft(&self.overview, &self.ground, &self.coverage);
        kept.add(&self.coloured);
        kept
    }

    /// Takes out of the mask what no mask can show.
    fn leave_to_pictures(&mut self, cells: &Kept) {
        let width = self.mask.width_px() as usize;
        let cell_px = self.overview.cell_px;
        for (x, y) in cells.cells() {
            for row in y * cell_px..((y + 1) * cell_px).min(self.mask.height_px() as usize) {
                let row = self.mask.row_mut(row as u32);
                (x * cell_px..((x + 1) * cell_px).min(width)).for_each(|x| row[x / 8] &= !(0x80 >> (x % 8)));
            }
        }
        self.coverage = Coverage::of(&self.mask, &self.overview);
    }

    fn apart(&self, kept: &Kept, packing: Packing) -> Layered {
        let grey = self.raster.channels == 1;
        let tiles = areas::areas(kept, &self.overview)
            .into_iter()
            .map(|area| tile::tile(self, kept, area, packing))
            .collect();
        let ground = pack::paper(&self.ground.blocks, self.ground.width, self.ground.height, grey);
        let colour = ink::colour(self.raster, &self.mask, &self.ground, &self.depths);
        let stencil = Stencil { left_px: 0, top_px: 0, ink: self.mask.clone(), colour: rgb(colour) };
        Layered {
            width_px: self.raster.width_px,
            height_px: self.raster.height_px,
            ground: Some(ground),
            tiles,
            stencils: if self.coverage.is_empty() { Vec::new() } else { vec![stencil] },
        }
    }
}

/// What a page is made of, painted in this order.
#[derive(Clone)]
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

impl Layered {
    /// A page with nothing on it.
    pub(crate) fn empty(width_px: u32, height_px: u32) -> Layered {
        Layered { width_px, height_px, ground: None, tiles: Vec::new(), stencils: Vec::new() }
    }

    /// Lays a band of the page at its place.
    pub(crate) fn take(&mut self, band: Layered, top_px: u32) {
        let (width_px, height_px) = (band.width_px, band.height_px);
        let ground = band.ground.map(|picture| Tile { left_px: 0, top_px: 0, width_px, height_px, picture });
        let tiles = ground.into_iter().chain(band.tiles);
        self.tiles.extend(tiles.map(|tile| Tile { top_px: tile.top_px + top_px, ..tile }));
        let stencils = band.stencils.into_iter();
        self.stencils.extend(stencils.map(|stencil| Stencil { top_px: stencil.top_px + top_px, ..stencil }));
    }

    /// What paper and pictures weigh.
    pub(crate) fn pictures_bytes(&self) -> usize {
        let pictures = self.ground.iter().chain(self.tiles.iter().map(|tile| &tile.picture));
        pictures.map(|picture| picture.jpeg.len()).sum()
    }
}

/// Continuous tone.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) grey: bool,
    pub(crate) jpeg: Vec<u8>,
}

/// A picture of a part of the page.
#[derive(Clone)]
pub(crate) struct Tile {
    /// The area of the page it covers, in the page's pixels.
    pub(crate) left_px: u32,
    pub(crate) top_px: u32,
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) picture: Picture,
}

/// Ink of one colour, pixel by pixel: where it is black, the colour is painted.
#[derive(Clone)]
pub(crate) struct Stencil {
    pub(crate) left_px: u32,
    pub(crate) top_px: u32,
    pub(crate) ink: Ink,
    pub(crate) colour: [u8; 3],
}
