//! A photograph made into a page.

use crate::{Corners, SightError, decode::Source, warp::Warp};
use image::{RgbImage, imageops};

/// JPEG quality of a page made here: no loss that an eye finds on paper.
const QUALITY: u8 = 92;
const THUMBNAIL_QUALITY: u8 = 80;
/// Long side of a thumbnail, pixels.
const THUMBNAIL_SIDE: u32 = 320;
/// No scan of ours is finer, and a photograph that is has only more noise.
const MOST_DPI: f32 = 300.0;
const LEAST_DPI: f32 = 60.0;
/// Pixels that a photograph is decoded to where it has them; up to four times as many come of it.
const MOST_DECODED: f32 = 12_000_000.0;
const MM_PER_INCH: f32 = 25.4;
/// Millimetres of the papers a school has: A4 (A3 and A5 have its proportions), F4, letter.
const PAPERS: [[f32; 2]; 3] = [[210.0, 297.0], [210.0, 330.0], [215.9, 279.4]];
/// Proportions this near a paper's are that paper's; by so much a hand misses a corner.
const NEAR: f32 = 0.045;
/// The focal length of a phone's main camera in diagonals of its picture, for when the picture itself does not tell.
const USUAL_FOCUS: f32 = 0.62;

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

/// The sheet in a photograph as a flat page: perspective taken out, in the proportions of A4 (or A5), F4 or letter
/// where it is near them, else in its own with the long side of A4. Finer than 300 dpi is reduced to that.
///
/// Fails where the corners are not usable ([`Corners::is_usable`]) or the bytes are no picture.
pub fn straightened(photo: &[u8], corners: &Corners) -> Result<Flat, SightError> {
    if !corners.is_usable() {
        return Err(SightError::BadCorners);
    }
    let source = Source::open(photo)?;
    let (width, height) = upright_size(&source);
    let (width, height) = (width as f32, height as f32);
    let placed = |scale: f32| corners.0.map(|[x, y]| [x * width * scale, y * height * scale]);
    let proportion = proportion(placed(1.0), [width, height]);
    let paper = paper(proportion);
    let long_mm = paper[0].max(paper[1]);
    let enough = MOST_DPI * long_mm / MM_PER_INCH / long_side(&placed(1.0));
    let rgb = source.turned(source.decode(worth(&source, enough))?);
    let corners = placed(rgb.width() as f32 / width);
    let dpi = (long_side(&corners) * MM_PER_INCH / long_mm).clamp(LEAST_DPI, MOST_DPI).round();
    let side = |mm: f32| (mm * dpi / MM_PER_INCH).round() as u32;
    let page = seen_flat(&rgb, corners, [side(paper[0]), side(paper[1])]).ok_or(SightError::BadCorners)?;
    drop(rgb);
    flat(&page, dpi as u32)
}

/// The whole photograph as a page, turned as its EXIF orientation says and otherwise as it is; its long side becomes
/// that of A4, finer than 300 dpi is reduced to about that.
pub fn upright(photo: &[u8]) -> Result<Flat, SightError> {
    let source = Source::open(photo)?;
    let long_mm = PAPERS[0][1];
    let most = (long_mm * MOST_DPI / MM_PER_INCH) as u32;
    let enough = most as f32 / source.width.max(source.height) as f32;
    let rgb = at_most(source.turned(source.decode(worth(&source, enough))?), most);
    let long_px = rgb.width().max(rgb.height()) as f32;
    flat(&rgb, (long_px * MM_PER_INCH / long_mm).round().max(1.0) as u32)
}

/// A small upright picture of a JPEG or PNG: JPEG, long side at most 320 pixels.
pub fn thumbnail(bytes: &[u8]) -> Result<Vec<u8>, SightError> {
    let source = Source::open(bytes)?;
    let rgb = source.decode(THUMBNAIL_SIDE)?;
    jpeg(&source.turned(at_most(rgb, THUMBNAIL_SIDE)), THUMBNAIL_QUALITY, None)
}

/// The long side to decode a photograph at for `enough` of its own. Decoders reduce by powers of two: what a half gives
/// almost is not worth four times the memory.
fn worth(source: &Source, enough: f32) -> u32 {
    let (width, height) = (source.width as f32, source.height as f32);
    let affordable = (MOST_DECODED / (width * height)).sqrt();
    (width.max(height) * (0.75 * enough).min(affordable).min(1.0)).ceil() as u32
}

fn upright_size(source: &Source) -> (u32, u32) {
    if source.lies_on_its_side() { (source.height, source.width) } else { (source.width, source.height) }
}

fn flat(page: &RgbImage, dpi: u32) -> Result<Flat, SightError> {
    let bytes = jpeg(page, QUALITY, Some(dpi))?;
    let small = at_most(page.clone(), THUMBNAIL_SIDE);
    let thumbnail = jpeg(&small, THUMBNAIL_QUALITY, None)?;
    Ok(Flat { bytes, width_px: page.width(), height_px: page.height(), dpi, thumbnail })
}

fn at_most(rgb: RgbImage, long_side: u32) -> RgbImage {
    let long = rgb.width().max(rgb.height());
    if long <= long_side {
        return rgb;
    }
    let side = |px: u32| (u64::from(px) * u64::from(long_side) / u64::from(long)).max(1) as u32;
    imageops::thumbnail(&rgb, side(rgb.width()), side(rgb.height()))
}

fn jpeg(rgb: &RgbImage, quality: u8, dpi: Option<u32>) -> Result<Vec<u8>, SightError> {
    let side = |px: u32| u16::try_from(px).map_err(|_| SightError::TooLarge);
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    if let Some(dpi) = dpi {
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
        encoder.set_density(jpeg_encoder::PixelDensity::dpi(u16::try_from(dpi).unwrap_or(u16::MAX)));
    }
    encoder
        .encode(rgb.as_raw(), side(rgb.width())?, side(rgb.height())?, jpeg_encoder::ColorType::Rgb)
        .map_err(|_| SightError::TooLarge)?;
    Ok(bytes)
}

fn length([ax, ay]: [f32; 2], [bx, by]: [f32; 2]) -> f32 {
    (ax - bx).hypot(ay - by)
}

/// Pixels of the longer side of the sheet where the camera was nearest to it.
fn long_side(corners: &[[f32; 2]; 4]) -> f32 {
    (0..4).map(|i| length(corners[i], corners[(i + 1) % 4])).fold(1.0, f32::max)
}

/// Width by height of the sheet itself. A camera that sees a rectangle slantwise shows by how the sides converge how
/// long its focus is, and with that how slanted the sheet lies (Zhang and He, whiteboard scanning, 2007).
fn proportion(corners: [[f32; 2]; 4], [width, height]: [f32; 2]) -> f32 {
    type Three = [f64; 3];
    let from_middle = |[x, y]: [f32; 2]| [f64::from(x - width / 2.0), f64::from(y - height / 2.0), 1.0];
    let [m1, m2, m4, m3] = corners.map(from_middle);
    let cross = |a: Three, b: Three| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let dot = |a: Three, b: Three| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let k2 = dot(cross(m1, m4), m3) / dot(cross(m2, m4), m3);
    let k3 = dot(cross(m1, m4), m2) / dot(cross(m3, m4), m2);
    let side = |k: f64, m: Three| [k * m[0] - m1[0], k * m[1] - m1[1], k * m[2] - m1[2]];
    let (across, down) = (side(k2, m2), side(k3, m3));
    let diagonal = f64::from(width.hypot(height));
    let usual = (f64::from(USUAL_FOCUS) * diagonal).powi(2);
    let told = -(across[0] * down[0] + across[1] * down[1]) / (across[2] * down[2]);
    let is_told = across[2].abs() > 0.04 && down[2].abs() > 0.04 && (0.15..8.0).contains(&(told / usual));
    let focus = if is_told { told } else { usual };
    let size = |v: Three| ((v[0] * v[0] + v[1] * v[1]) / focus + v[2] * v[2]).sqrt();
    (size(across) / size(down)) as f32
}

/// Width and height in millimetres of the paper that has these proportions.
fn paper(proportion: f32) -> [f32; 2] {
    let lies = proportion > 1.0;
    let long_by_short = if lies { proportion } else { 1.0 / proportion };
    let off = |paper: &[f32; 2]| (long_by_short / (paper[1] / paper[0]) - 1.0).abs();
    let nearest =
        PAPERS.into_iter().filter(|paper| off(paper) < NEAR).min_by(|a, b| off(a).total_cmp(&off(b)));
    let [short, long] = nearest.unwrap_or([PAPERS[0][1] / long_by_short.min(8.0), PAPERS[0][1]]);
    if lies { [long, short] } else { [short, long] }
}

fn seen_flat(rgb: &RgbImage, corners: [[f32; 2]; 4], [width, height]: [u32; 2]) -> Option<RgbImage> {
    let warp = Warp::unit_square_to(corners.map(|corner| corner.map(f64::from)))?;
    let mut page = RgbImage::new(width, height);
    for (y, row) in page.rows_mut().enumerate() {
        for (x, pixel) in row.enumerate() {
            let share = [(x as f64 + 0.5) / f64::from(width), (y as f64 + 0.5) / f64::from(height)];
            let [u, v] = warp.map(share);
            *pixel = between(rgb, u as f32 - 0.5, v as f32 - 0.5);
        }
    }
    Some(page)
}

/// The colour between pixels; beyond the edge that of the edge.
fn between(rgb: &RgbImage, x: f32, y: f32) -> image::Rgb<u8> {
    let (right, bottom) = (rgb.width() - 1, rgb.height() - 1);
    let (x, y) = (x.clamp(0.0, right as f32), y.clamp(0.0, bottom as f32));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(right), (y0 + 1).min(bottom));
    let (u, v) = (((x - x0 as f32) * 256.0) as u32, ((y - y0 as f32) * 256.0) as u32);
    let [a, b, c, d] = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| rgb.get_pixel(x, y).0);
    image::Rgb(std::array::from_fn(|i| {
        let mix = |p: u8, q: u8| u32::from(p) * (256 - u) + u32::from(q) * u;
        ((mix(a[i], b[i]) * (256 - v) + mix(c[i], d[i]) * v + (1 << 15)) >> 16) as u8
    }))
}
