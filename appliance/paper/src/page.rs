//! One page as it stands in the file: what is painted, in which order, and the words unseen above it.
//!
//! A page in layers is painted in pixels of the capture, from below:
//!
//! ```text
//! q 0.24 0 0 0.24 0 0 cm                        pixels of a page of 300 dpi, turned as the sheet lay
//! q 2479.96 0 0 3507.96 0.02 0.02 cm /Im Do Q   the paper, at low resolution
//! q 603.96 0 0 603.96 1410.02 2600.02 cm /Im1 Do Q   a seal
//! 0 g q 2479.96 0 0 3507.96 0.02 0.02 cm /Im2 Do Q   black text through a stencil
//! Q
//! ```
//!
//! No transparency is needed for that (ISO 19005-2 §6.2.10), so every reader paints the same. A capture that is kept as it
//! is has one picture; where it lies askew, the matrix levels it and no sample is touched.

use crate::{
    file::{File, deflated},
    layers::{Layered, Picture},
    mask::Packed,
    text::PageText,
    turn::Turn,
    words::{self, Stand, Unseen},
};
use pdf_writer::{Chunk, Content, Filter, Name, Rect, Ref, writers::ImageXObject};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Content shorter than this is left as it is: deflated it would hardly be shorter, and people can read it.
const WORTH_DEFLATING: usize = 400;

/// A page that is ready to be written.
pub(crate) struct Sheet<'a> {
    /// Size of the capture as it lies, before it is turned.
    pub(crate) width_pt: f32,
    pub(crate) height_pt: f32,
    pub(crate) turn: Turn,
    pub(crate) straighten: Straighten,
    pub(crate) art: Art<'a>,
    pub(crate) text: Option<&'a PageText>,
}

/// What is seen of it.
pub(crate) enum Art<'a> {
    /// The capture byte for byte, or packed harder.
    Jpeg { width_px: u32, height_px: u32, grey: bool, bytes: Cow<'a, [u8]> },
    /// Every dot of a black-and-white capture.
    Bilevel(Packed),
    /// Layers of a capture that were levelled when they were taken apart; of each stencil of `page`, what is packed.
    Layered { page: Box<Layered>, stencils: Vec<Packed> },
}

/// How a page that lay askew is levelled: about its middle, clockwise, in tenths of a degree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Straighten {
    pub(crate) tenths: i16,
}

impl Straighten {
    fn sine_cosine(self) -> (f32, f32) {
        // In double precision and rounded, so that every machine writes the same digits.
        let (sine, cosine) = (f64::from(self.tenths) / 10.0).to_radians().sin_cos();
        let tidy = |number: f64| ((number * 1e6).round() / 1e6) as f32;
        (tidy(sine), tidy(cosine))
    }

    /// Where a point of the page comes to lie.
    pub(crate) fn point(self, (x, y): (f32, f32), width_pt: f32, height_pt: f32) -> (f32, f32) {
        if self.tenths == 0 {
            return (x, y);
        }
        let [a, b, c, d, e, f] = self.matrix(width_pt, height_pt);
        (a * x + c * y + e, b * x + d * y + f)
    }

    fn matrix(self, width_pt: f32, height_pt: f32) -> [f32; 6] {
        let (sine, cosine) = self.sine_cosine();
        let (x, y) = (width_pt / 2.0, height_pt / 2.0);
        let tidy = |number: f32| (number * 1000.0).round() / 1000.0;
        [cosine, -sine, sine, cosine, tidy(x - cosine * x - sine * y), tidy(y + sine * x - cosine * y)]
    }
}

/// Writes a page and all that belongs to it but the font; returns the page's object.
pub(crate) fn write(
    file: &mut File<'_, impl Write>,
    tree: Ref,
    sheet: &Sheet<'_>,
    unseen: &mut Unseen,
) -> io::Result<Ref> {
    let (width_pt, height_pt) = sheet.turn.page(sheet.width_pt, sheet.height_pt);
    let (page, content_id) = (file.next(), file.next());
    let mut content = Content::new();
    let base = sheet.turn.matrix(width_pt, height_pt);
    let images = match &sheet.art {
        Art::Layered { page, stencils } => write_layers(file, page, stencils, base, &mut content)?,
        kept => vec![write_kept(file, kept, base, (sheet.straighten, width_pt, height_pt), &mut content)?],
    };
    let font = sheet.text.and_then(|text| {
        let stand = Stand { width_pt, height_pt, straighten: sheet.straighten };
        unseen.write(text, &stand, &mut content, file)
    });
    let content = content.finish();
    file.object(content_id, |chunk| {
        if content.len() < WORTH_DEFLATING {
            chunk.stream(content_id, &content);
        } else {
            chunk.stream(content_id, &deflated(&content)).filter(Filter::FlateDecode);
        }
    })?;
    file.object(page, |chunk| {
        let mut dictionary = chunk.page(page);
        dictionary.parent(tree).media_box(Rect::new(0.0, 0.0, width_pt, height_pt)).contents(content_id);
        let mut resources = dictionary.resources();
        let mut named = resources.x_objects();
        for (index, id) in images.iter().enumerate() {
            named.pair(Name(image_name(index).as_bytes()), *id);
        }
        drop(named);
        if let Some(font) = font {
            resources.fonts().pair(words::NAME, font);
        }
    })?;
    Ok(page)
}

/// The first, which on most pages is the only one, without a number.
fn image_name(index: usize) -> String {
    if index == 0 { "Im".to_owned() } else { format!("Im{index}") }
}

fn write_kept(
    file: &mut File<'_, impl Write>,
    art: &Art<'_>,
    base: [f32; 6],
    (straighten, width_pt, height_pt): (Straighten, f32, f32),
    content: &mut Content,
) -> io::Result<Ref> {
    content.save_state();
    // The dots of black and white were turned before they were packed.
    if straighten.tenths != 0 && matches!(art, Art::Jpeg { .. }) {
        content.transform(straighten.matrix(width_pt, height_pt));
    }
    content.transform(inset(base)).x_object(Name(image_name(0).as_bytes())).restore_state();
    let id = file.next();
    file.object(id, |chunk| match art {
        Art::Jpeg { width_px, height_px, grey, bytes } => {
            jpeg(chunk, id, (*width_px, *height_px), *grey, bytes)
        }
        Art::Bilevel(packed) => {
            let mut image = chunk.image_xobject(id, packed.bytes());
            packed.describe(&mut image);
            image.color_space().device_gray();
        }
        Art::Layered { .. } => {}
    })?;
    Ok(id)
}

fn write_layers(
    file: &mut File<'_, impl Write>,
    page: &Layered,
    stencils: &[Packed],
    base: [f32; 6],
    content: &mut Content,
) -> io::Result<Vec<Ref>> {
    let mut images = Vec::new();
    content.save_state().transform(in_pixels(base, page));
    let ground = page.ground.iter().map(|ground| ((0, 0, page.width_px, page.height_px), ground));
    let tiles = page
        .tiles
        .iter()
        .map(|tile| ((tile.left_px, tile.top_px, tile.width_px, tile.height_px), &tile.picture));
    for (area, picture) in ground.chain(tiles) {
        paint(content, page, area, images.len());
        let id = file.next();
        file.object(id, |chunk| write_picture(chunk, id, picture))?;
        images.push(id);
    }
    for (stencil, packed) in page.stencils.iter().zip(stencils) {
        colour(content, stencil.colour);
        let (width, height) = (stencil.ink.width_px(), stencil.ink.height_px());
        paint(content, page, (stencil.left_px, stencil.top_px, width, height), images.len());
        let id = file.next();
        file.object(id, |chunk| {
            let mut image = chunk.image_xobject(id, packed.bytes());
            packed.describe(&mut image);
            image.image_mask(true);
        })?;
        images.push(id);
    }
    content.restore_state();
    Ok(images)
}

/// Smaller by a two-hundredth of a point on each side. A picture that ends exactly where a pixel of the screen ends is
/// stretched over one more by poppler, which takes half a pixel from every letter at one end of the page.
fn inset([a, b, c, d, e, f]: [f32; 6]) -> [f32; 6] {
    const POINTS: f32 = 0.005;
    let (across, up) = (POINTS / a.hypot(b), POINTS / c.hypot(d));
    let tidy = |number: f32| (number * 1000.0).round() / 1000.0;
    let shorter = |side: f32, part: f32| tidy(side - 2.0 * part * side);
    [
        shorter(a, across),
        shorter(b, across),
        shorter(c, up),
        shorter(d, up),
        tidy(e + a * across + c * up),
        tidy(f + b * across + d * up),
    ]
}

/// The page's matrix, which is for a unit square, for pixels instead.
fn in_pixels([a, b, c, d, e, f]: [f32; 6], page: &Layered) -> [f32; 6] {
    let (width, height) = (page.width_px as f32, page.height_px as f32);
    [a / width, b / width, c / height, d / height, e, f]
}

/// Puts a picture over an area: left, top, width, height in pixels.
fn paint(
    content: &mut Content,
    page: &Layered,
    (left, top, width, height): (u32, u32, u32, u32),
    index: usize,
) {
    let bottom = page.height_px as f32 - top as f32 - height as f32;
    // As in `inset`.
    const PIXELS: f32 = 0.02;
    let (width, height) = (width as f32 - 2.0 * PIXELS, height as f32 - 2.0 * PIXELS);
    content.save_state().transform([width, 0.0, 0.0, height, left as f32 + PIXELS, bottom + PIXELS]);
    content.x_object(Name(image_name(index).as_bytes())).restore_state();
}

fn colour(content: &mut Content, [red, green, blue]: [u8; 3]) {
    let share = |sample: u8| (f32::from(sample) * 1000.0 / 255.0).round() / 1000.0;
    if red == green && green == blue {
        content.set_fill_gray(share(red));
    } else {
        content.set_fill_rgb(share(red), share(green), share(blue));
    }
}

fn write_picture(chunk: &mut Chunk, id: Ref, picture: &Picture) {
    jpeg(chunk, id, (picture.width_px, picture.height_px), picture.grey, &picture.jpeg);
}

fn jpeg(chunk: &mut Chunk, id: Ref, (width_px, height_px): (u32, u32), grey: bool, bytes: &[u8]) {
    let side = |px: u32| i32::try_from(px).expect("a side of a JPEG has 16 bits");
    let mut image: ImageXObject<'_> = chunk.image_xobject(id, bytes);
    image.width(side(width_px)).height(side(height_px)).bits_per_component(8).filter(Filter::DctDecode);
    if grey { image.color_space().device_gray() } else { image.color_space().device_rgb() }
}

#[cfg(test)]
mod judged;
