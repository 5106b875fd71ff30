//! A page drawn: what a person sees before signing is drawn from the very file that will be signed.

use super::{PlaceError, nth, read, unit};
use hayro::{
    PixmapSettings, RenderCache, RenderSettings, hayro_interpret::InterpreterSettings, render,
    vello_cpu::color::palette::css::WHITE,
};

/// A4 at 600 dpi has 35 million.
const MOST_PIXELS: f32 = 36_000_000.0;
/// The drawer counts in 16 bits.
const MOST_SIDE_PX: f32 = 32_000.0;
const INCH_PT: f32 = 72.0;

/// A drawn page.
#[derive(Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Pixels in a row.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// Red, green, blue of each pixel, from the upper left.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drawn({}x{} px)", self.width_px, self.height_px)
    }
}

impl Drawn {
    /// For a browser.
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut bytes, self.width_px, self.height_px);
        encoder.set_color(::png::ColorType::Rgb);
        encoder.set_depth(::png::BitDepth::Eight);
        encoder.set_compression(::png::Compression::Fast);
        let mut writer = encoder.write_header().expect("a page has a size, and a Vec takes every byte");
        writer.write_image_data(&self.rgb).expect("as many samples as the size says");
        drop(writer);
        bytes
    }
}

/// A page as it is seen and as it is printed, with its notes and signatures.
///
/// Fails where the file cannot be read, or the page would have more than 36 million pixels.
pub fn picture(pdf: &[u8], page: u32, dpi: u32) -> Result<Drawn, PlaceError> {
    read(pdf, |pdf| {
        let page = nth(pdf, page)?;
        let scale = dpi as f32 / INCH_PT * unit(page) as f32;
        let (width, height) = page.render_dimensions();
        let (width, height) = (width * scale, height * scale);
        let is_drawable = |side: f32| (1.0..=MOST_SIDE_PX).contains(&side);
        if !is_drawable(width) || !is_drawable(height) || width * height > MOST_PIXELS {
            return Err(PlaceError::WrongSize(dpi));
        }
        let pixmap = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let drawn = render(
            page,
            &RenderCache::new(),
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &pixmap,
        );
        let rgb = drawn.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
        Ok(Drawn { width_px: drawn.width().into(), height_px: drawn.height().into(), rgb })
    })
}
