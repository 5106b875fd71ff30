//! JPEG and PNG to RGB, smaller than they are: whoever looks at a page never needs all its pixels.

use crate::picture::{MOST_PIXELS, SightError};
use image::{DynamicImage, RgbImage, metadata::Orientation};
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};
use std::io::Cursor;

/// A progressive JPEG keeps two bytes of coefficients a sample until its last scan, an interlaced PNG all its rows.
const MOST_PIXELS_AT_ONCE: u64 = 25_000_000;

/// A picture whose header was read and found believable.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    kind: Kind,
    orientation: Orientation,
    /// As stored, before turning.
    pub(crate) width: u32,
    pub(crate) height: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Jpeg,
    Png,
}

impl<'a> Source<'a> {
    /// Reads the header only.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, SightError> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            open_jpeg(bytes)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            open_png(bytes)
        } else {
            Err(SightError::NotAPicture)
        }
    }

    /// Whether upright width and height are those stored the other way round.
    pub(crate) fn lies_on_its_side(&self) -> bool {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        matches!(self.orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
    }

    /// The picture as stored, reduced by a whole factor that leaves its long side at least `long_side` if it has that.
    pub(crate) fn decode(&self, long_side: u32) -> Result<RgbImage, SightError> {
        match self.kind {
            Kind::Jpeg => decode_jpeg(self.bytes, long_side),
            Kind::Png => decode_png(self.bytes, long_side),
        }
    }

    /// Turns what [`Source::decode`] gave upright.
    pub(crate) fn turned(&self, rgb: RgbImage) -> RgbImage {
        if self.orientation == Orientation::NoTransforms {
            return rgb;
        }
        let mut picture = DynamicImage::from(rgb);
        picture.apply_orientation(self.orientation);
        picture.into_rgb8()
    }
}

fn within_reason(width: u32, height: u32, all_at_once: bool) -> Result<(), SightError> {
    let pixels = u64::from(width) * u64::from(height);
    match pixels {
        0 => Err(SightError::Damaged),
        _ if pixels > MOST_PIXELS || (all_at_once && pixels > MOST_PIXELS_AT_ONCE) => {
            Err(SightError::TooLarge)
        }
        _ => Ok(()),
    }
}

fn open_jpeg(bytes: &[u8]) -> Result<Source<'_>, SightError> {
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(jpeg_fault)?;
    let info = decoder.info().ok_or(SightError::Damaged)?;
    if info.coding_process == CodingProcess::Lossless {
        return Err(SightError::Unsupported);
    }
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    within_reason(width, height, info.coding_process == CodingProcess::DctProgressive)?;
    let orientation = orientation(decoder.exif_data());
    Ok(Source { bytes, kind: Kind::Jpeg, orientation, width, height })
}

fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

fn jpeg_fault(fault: jpeg_decoder::Error) -> SightError {
    match fault {
        jpeg_decoder::Error::Unsupported(_) => SightError::Unsupported,
        _ => SightError::Damaged,
    }
}

fn decode_jpeg(bytes: &[u8], long_side: u32) -> Result<RgbImage, SightError> {
    let mut decoder = Decoder::new(bytes);
    let wanted = u16::try_from(long_side).unwrap_or(u16::MAX);
    // The factor is the smallest that reaches the wanted size in at least one direction: the long one.
    let (width, height) = decoder.scale(wanted, wanted).map_err(jpeg_fault)?;
    let samples = decoder.decode().map_err(jpeg_fault)?;
    let format = decoder.info().ok_or(SightError::Damaged)?.pixel_format;
    let rgb = match format {
        PixelFormat::RGB24 => samples,
        PixelFormat::L8 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        PixelFormat::L16 => samples.chunks_exact(2).flat_map(|grey| [grey[0]; 3]).collect(),
        PixelFormat::CMYK32 => {
            samples.chunks_exact(4).flat_map(|ink| on_paper([ink[0], ink[1], ink[2], ink[3]])).collect()
        }
    };
    RgbImage::from_raw(width.into(), height.into(), rgb).ok_or(SightError::Damaged)
}

/// Four inks on white paper, without a colour profile: enough to look at. The decoder has already set them upright
/// (0 is no ink).
fn on_paper([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let left = |ink: u8| ((255 - u32::from(ink)) * (255 - u32::from(k)) / 255) as u8;
    [left(c), left(m), left(y)]
}

fn png_reader(bytes: &[u8]) -> Result<png::Reader<Cursor<&[u8]>>, SightError> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: 64 << 20 });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    decoder.read_info().map_err(|_| SightError::Damaged)
}

fn open_png(bytes: &[u8]) -> Result<Source<'_>, SightError> {
    let reader = png_reader(bytes)?;
    let info = reader.info();
    within_reason(info.width, info.height, info.interlaced)?;
    let orientation = orientation(info.exif_metadata.as_deref());
    Ok(Source { bytes, kind: Kind::Png, orientation, width: info.width, height: info.height })
}

fn decode_png(bytes: &[u8], long_side: u32) -> Result<RgbImage, SightError> {
    let mut reader = png_reader(bytes)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let factor = (width.max(height) / long_side.max(1)).clamp(1, width.min(height));
    let samples = reader.output_color_type().0.samples();
    let mut small = Shrink::new(width, height, factor, samples);
    if reader.info().interlaced {
        let mut all = vec![0; reader.output_buffer_size().ok_or(SightError::TooLarge)?];
        reader.next_frame(&mut all).map_err(|_| SightError::Damaged)?;
        all.chunks_exact(width as usize * samples).for_each(|row| small.take(row));
    } else {
        while let Some(row) = reader.next_row().map_err(|_| SightError::Damaged)? {
            small.take(row.data());
        }
    }
    small.done()
}

/// Averages blocks of `factor` by `factor` pixels, one row at a time; what does not fill a block at the right and the
/// lower edge is left out.
struct Shrink {
    factor: usize,
    samples: usize,
    width: usize,
    height: usize,
    sums: Vec<u32>,
    rows_in_sums: usize,
    rgb: Vec<u8>,
}

impl Shrink {
    fn new(width: u32, height: u32, factor: u32, samples: usize) -> Self {
        let (width, height) = ((width / factor) as usize, (height / factor) as usize);
        let rgb = Vec::with_capacity(width * height * 3);
        Self {
            factor: factor as usize,
            samples,
            width,
            height,
            sums: vec![0; width * 3],
            rows_in_sums: 0,
            rgb,
        }
    }

    fn take(&mut self, row: &[u8]) {
        if self.rgb.len() == self.width * self.height * 3 {
            return;
        }
        let block = self.factor * self.samples;
        for (sum, pixels) in self.sums.chunks_exact_mut(3).zip(row.chunks_exact(block)) {
            for pixel in pixels.chunks_exact(self.samples) {
                for (sum, sample) in sum.iter_mut().zip(opaque(pixel)) {
                    *sum += u32::from(sample);
                }
            }
        }
        self.rows_in_sums += 1;
        if self.rows_in_sums == self.factor {
            let area = (self.factor * self.factor) as u32;
            self.rgb.extend(self.sums.iter().map(|&sum| ((sum + area / 2) / area) as u8));
            self.sums.fill(0);
            self.rows_in_sums = 0;
        }
    }

    fn done(self) -> Result<RgbImage, SightError> {
        RgbImage::from_raw(self.width as u32, self.height as u32, self.rgb).ok_or(SightError::Damaged)
    }
}

/// Paper is white: what is transparent shows it.
fn opaque(pixel: &[u8]) -> [u8; 3] {
    let over = |sample: u8, alpha: u8| {
        let alpha = u32::from(alpha);
        ((u32::from(sample) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    match *pixel {
        [grey, alpha] => [over(grey, alpha); 3],
        [r, g, b] => [r, g, b],
        [r, g, b, alpha] => [over(r, alpha), over(g, alpha), over(b, alpha)],
        [grey, ..] => [grey; 3],
        [] => [255; 3],
    }
}
