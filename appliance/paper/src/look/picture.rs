//! A picture of a signature or a seal: ink on nothing, with the size it has on paper.

use super::view::Area;
use crate::update::{Update, dictionary};
use flate2::{Compression, write::ZlibEncoder};
use image::{ImageFormat, ImageReader, Limits};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::{
    io::{Cursor, Write},
    sync::Arc,
};

/// A seal of 45 mm at 1200 dpi has two thousand.
const MOST_SIDE_PX: u32 = 4000;
/// Larger than any seal or signature, smaller than a page.
const MOST_SIDE_MM: f32 = 150.0;
const LEAST_SIDE_MM: f32 = 2.0;

/// Ink on nothing, ready to be put into a file. A copy of it shares its bytes.
#[derive(Clone, PartialEq)]
pub struct Picture {
    samples: Arc<Samples>,
    width_mm: f32,
    height_mm: f32,
}

/// Deflated once, for all the files of a batch.
#[derive(PartialEq)]
struct Samples {
    width_px: u32,
    height_px: u32,
    colour: Vec<u8>,
    cover: Vec<u8>,
}

/// Why a file is no picture of a signature or a seal.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PictureError {
    /// Not a PNG, or a broken one.
    #[error("not a readable PNG: {0}")]
    Unreadable(String),
    /// It would cover what stands beneath.
    #[error("the PNG has no transparent ground")]
    Opaque,
    /// Everything in it is transparent.
    #[error("nothing can be seen in the PNG")]
    Empty,
    /// It does not say how large it is on paper (`pHYs`), and nobody said it.
    #[error("the PNG does not say its size on paper")]
    NoSize,
    /// Its size on paper cannot be that of a seal or a signature.
    #[error("{0} mm is no size of a seal or a signature")]
    WrongSize(u32),
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Picture { samples, width_mm, height_mm } = self;
        write!(f, "Picture({}x{} px, {width_mm}x{height_mm} mm)", samples.width_px, samples.height_px)
    }
}

impl Picture {
    /// A PNG that says itself how large it is on paper, as [`crate::impression::cut`] makes them.
    pub fn parse(png: &[u8]) -> Result<Picture, PictureError> {
        let head = crate::png::read(png).map_err(|e| PictureError::Unreadable(e.to_string()))?;
        let dpi = head.dpi.ok_or(PictureError::NoSize)?;
        Picture::sized(png, head.width_px as f32 * 25.4 / dpi as f32)
    }

    /// A PNG that is `width_mm` wide on paper, and as high as that makes it.
    pub fn sized(png: &[u8], width_mm: f32) -> Result<Picture, PictureError> {
        let pixels = pixels(png)?;
        let (width_px, height_px) = pixels.dimensions();
        let height_mm = width_mm * height_px as f32 / width_px as f32;
        for side in [width_mm, height_mm] {
            if !(LEAST_SIDE_MM..=MOST_SIDE_MM).contains(&side) {
                return Err(PictureError::WrongSize(side as u32));
            }
        }
        let mut colour = Vec::with_capacity(pixels.len() / 4 * 3);
        let mut cover = Vec::with_capacity(pixels.len() / 4);
        for &image::Rgba([red, green, blue, alpha]) in pixels.pixels() {
            // What is not seen weighs nothing when it is all the same.
            colour.extend(if alpha == 0 { [255; 3] } else { [red, green, blue] });
            cover.push(alpha);
        }
        if cover.iter().all(|&alpha| alpha == 0) {
            return Err(PictureError::Empty);
        }
        if !cover.contains(&0) {
            return Err(PictureError::Opaque);
        }
        let samples = Samples { width_px, height_px, colour: deflated(&colour), cover: deflated(&cover) };
        Ok(Picture { samples: Arc::new(samples), width_mm, height_mm })
    }

    /// Width and height on paper, in millimetres.
    pub fn size_mm(&self) -> (f32, f32) {
        (self.width_mm, self.height_mm)
    }

    /// As large as a form of this size allows, in its middle.
    pub(super) fn fitted(&self, (width, height): (f32, f32)) -> Area {
        let scale = (width / self.width_mm).min(height / self.height_mm);
        let (across, up) = (self.width_mm * scale, self.height_mm * scale);
        let (left, bottom) = ((width - across) / 2.0, (height - up) / 2.0);
        Area { left, bottom, right: left + across, top: bottom + up }
    }

    /// Writes colour and cover into the file. DeviceRGB means sRGB under our output intent (ISO 19005-2 §6.2.4.3).
    pub(super) fn embed(&self, update: &mut Update<'_>) -> ObjectId {
        let Samples { colour, cover, .. } = &*self.samples;
        let mask = self.image("DeviceGray", cover, dictionary([]), update);
        self.image("DeviceRGB", colour, dictionary([("SMask", mask.into())]), update)
    }

    fn image(&self, space: &str, data: &[u8], more: Dictionary, update: &mut Update<'_>) -> ObjectId {
        let mut image = dictionary([
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Image".to_vec())),
            ("Width", i64::from(self.samples.width_px).into()),
            ("Height", i64::from(self.samples.height_px).into()),
            ("ColorSpace", Object::Name(space.into())),
            ("BitsPerComponent", 8.into()),
            ("Filter", Object::Name(b"FlateDecode".to_vec())),
        ]);
        image.extend(&more);
        let id = update.reserve();
        update.put(id, &Object::Stream(Stream::new(image, data.to_vec())));
        id
    }
}

fn pixels(png: &[u8]) -> Result<image::RgbaImage, PictureError> {
    let unreadable = |e: image::ImageError| PictureError::Unreadable(e.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE_PX);
    limits.max_image_height = Some(MOST_SIDE_PX);
    reader.limits(limits);
    let picture = reader.decode().map_err(unreadable)?;
    if !picture.color().has_alpha() {
        return Err(PictureError::Opaque);
    }
    Ok(picture.into_rgba8())
}

fn deflated(samples: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(samples).and_then(|()| encoder.finish()).expect("a Vec takes every byte")
}
