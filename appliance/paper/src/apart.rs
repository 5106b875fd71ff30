//! A PDF that is nothing but scanned pages - what copiers and phone apps make - taken apart into the captures it holds.
//!
//! Each page must show exactly one JPEG that fills it, and nothing else that an eye could see; text that is not painted
//! (what a copier's own OCR writes behind the picture) may be there. Anything else - drawn text, a second picture, an
//! annotation, a form, an attached file - stays a PDF: taken apart, it would lose something.
//!
//! ```no_run
//! # fn example(pdf: &[u8]) -> Result<(), paper::CaptureFault> {
//! if let Some(scanned) = paper::Scanned::of(pdf) {
//!     for place in 0..scanned.pages() {
//!         let (capture, turn_degrees) = scanned.page(place)?;
//!         println!("{} px wide, turned by {turn_degrees} degrees", capture.width_px);
//!     }
//! }
//! # Ok(()) }
//! ```

use crate::{
    capture::{CaptureFault, CaptureRef},
    convert::{Converted, ConvertedFormat},
    inspect::MOST_PIXELS,
    jpeg,
    look::Area,
    shown::{Shown, shown},
    standing::{MOST_UNPACKED_BYTES, inherited},
};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

/// How much of a page, in either direction, its picture must fill: phone apps leave a margin.
const LEAST_FILLED: f32 = 0.9;
/// How much of a picture must be seen on its page: what was cropped away is not to come to light.
const LEAST_SEEN: f32 = 0.98;
/// Resolutions across and along may differ by so much: sizes in points are rounded.
const MOST_SQUEEZED: f32 = 1.02;

/// A PDF of scanned pages only. Holds the file; hands out one page at a time.
pub struct Scanned {
    document: Document,
    leaves: Vec<Leaf>,
}

/// One page: the picture that fills it.
struct Leaf {
    picture: ObjectId,
    turn_degrees: u16,
    dpi: u32,
}

impl Scanned {
    /// Looks through all pages; `None` where one of them is more than one picture. The file is one that
    /// [`crate::inspect()`] let pass; a signed one should be kept as it is and not be asked about.
    pub fn of(pdf: &[u8]) -> Option<Scanned> {
        let options =
            LoadOptions { max_decompressed_size: Some(MOST_UNPACKED_BYTES), ..LoadOptions::default() };
        let document = Document::load_mem_with_options(pdf, options).ok()?;
        if document.is_encrypted() || document.was_encrypted() || holds_more_than_pages(&document) {
            return None;
        }
        let counted = crate::inspect::pages(&document).ok()? as usize;
        // One more than counted; and fewer come of a tree that lists a page twice, or in which a page is no object.
        let pages: Vec<ObjectId> = document.page_iter().take(counted + 1).collect();
        if pages.len() != counted {
            return None;
        }
        let leaves = pages.into_iter().map(|page| leaf(&document, page)).collect::<Option<_>>()?;
        Some(Scanned { document, leaves })
    }

    /// How many.
    pub fn pages(&self) -> usize {
        self.leaves.len()
    }

    /// The capture at a place, from 0, its samples untouched, and by how many degrees clockwise it is turned to stand
    /// upright.
    ///
    /// # Errors
    /// Where there is no such page.
    pub fn page(&self, place: usize) -> Result<(Converted, u16), CaptureFault> {
        let leaf = self.leaves.get(place).ok_or(CaptureFault::Damaged("no such page"))?;
        let stream = self.document.get_object(leaf.picture).and_then(Object::as_stream);
        let bytes = &stream.map_err(|_| CaptureFault::Damaged("picture of a page"))?.content;
        let capture = CaptureRef::new(bytes.as_slice(), leaf.dpi);
        let (width_px, height_px) = capture.picture().map(|picture| (picture.width_px, picture.height_px))?;
        // A reader of PDF takes no notice of an orientation in there; a browser would.
        let (bytes, format) = (jpeg::without_exif(bytes)?, ConvertedFormat::Jpeg);
        Ok((Converted { bytes, format, width_px, height_px, dpi: leaf.dpi }, leaf.turn_degrees))
    }
}

/// A form to fill, attached files: things beside the pages that a picture of them does not show.
fn holds_more_than_pages(document: &Document) -> bool {
    let Ok(catalog) = document.catalog() else { return true };
    let filled = |dictionary: &Dictionary, key: &[u8]| {
        dictionary.get_deref(key, document).and_then(Object::as_array).is_ok_and(|list| !list.is_empty())
    };
    let within = |key: &[u8]| catalog.get_deref(key, document).and_then(Object::as_dict).ok();
    within(b"AcroForm").is_some_and(|form| filled(form, b"Fields") || form.has(b"XFA"))
        || within(b"Names").is_some_and(|names| names.has(b"EmbeddedFiles"))
        || catalog.has(b"AF")
        || catalog.has(b"Collection")
        || catalog.has(b"OCProperties")
}

fn leaf(document: &Document, page: ObjectId) -> Option<Leaf> {
    let dictionary = document.get_dictionary(page).ok()?;
    let noted = dictionary.get_deref(b"Annots", document).and_then(Object::as_array);
    if noted.is_ok_and(|notes| !notes.is_empty()) || dictionary.has(b"UserUnit") {
        return None;
    }
    let media = Area::read(document, inherited(document, page, b"MediaBox")?)?;
    let crop = inherited(document, page, b"CropBox").and_then(|crop| Area::read(document, crop));
    let seen = crop.and_then(|crop| crop.within(&media)).unwrap_or(media);
    let shown = shown(document, page, &seen)?;
    let (width_px, height_px) = size_in_pixels(document, shown.picture)?;
    let rotated = inherited(document, page, b"Rotate").and_then(|angle| angle.as_i64().ok()).unwrap_or(0);
    let turn = (i64::from(shown.turned_degrees()?) + rotated).rem_euclid(360);
    if turn % 90 != 0 || !fills(&shown, &seen) {
        return None;
    }
    let (width_pt, height_pt) = shown.size_pt();
    let (across, along) = (width_px as f32 * 72.0 / width_pt, height_px as f32 * 72.0 / height_pt);
    let squeezed = (across / along).max(along / across);
    if !squeezed.is_finite() || squeezed > MOST_SQUEEZED {
        return None;
    }
    let dpi = ((across + along) / 2.0).round() as u32;
    (18..=2400).contains(&dpi).then_some(())?;
    Some(Leaf { picture: shown.picture, turn_degrees: u16::try_from(turn).ok()?, dpi })
}

fn fills(shown: &Shown, seen: &Area) -> bool {
    let area = shown.area();
    let Some(common) = area.within(seen) else { return false };
    let size = |area: &Area| (area.right - area.left, area.top - area.bottom);
    let ((width, height), page, picture) = (size(&common), size(seen), size(&area));
    width >= page.0 * LEAST_FILLED
        && height >= page.1 * LEAST_FILLED
        && width >= picture.0 * LEAST_SEEN
        && height >= picture.1 * LEAST_SEEN
}

/// The size of a picture that is a plain JPEG: no mask, no other decoding, colours that a browser shows as a reader of
/// PDF does.
fn size_in_pixels(document: &Document, picture: ObjectId) -> Option<(u32, u32)> {
    let stream = document.get_object(picture).and_then(Object::as_stream).ok()?;
    let told = &stream.dict;
    let other =
        [b"SMask".as_slice(), b"Mask", b"ImageMask", b"Decode", b"DecodeParms", b"OC", b"SMaskInData"];
    if other.iter().any(|key| told.has(key)) || !is_plain_jpeg(document, told) {
        return None;
    }
    let facts = jpeg::read(&stream.content).ok()?;
    let number = |key: &[u8]| told.get_deref(key, document).and_then(Object::as_i64).ok();
    let stated = (number(b"Width")?, number(b"Height")?);
    let plain = facts.bits == 8
        && stated == (facts.width_px.into(), facts.height_px.into())
        && u64::from(facts.width_px) * u64::from(facts.height_px) <= MOST_PIXELS
        && colours(document, told) == Some(facts.components);
    plain.then_some((facts.width_px, facts.height_px))
}

fn is_plain_jpeg(document: &Document, told: &Dictionary) -> bool {
    let filter = told.get_deref(b"Filter", document);
    let single = |filter: &Object| match filter {
        Object::Array(filters) => match &filters[..] {
            [one] => {
                document.dereference(one).ok().and_then(|(_, one)| one.as_name().ok().map(<[u8]>::to_vec))
            }
            _ => None,
        },
        other => other.as_name().ok().map(<[u8]>::to_vec),
    };
    filter.ok().and_then(single).is_some_and(|name| name == b"DCTDecode" || name == b"DCT")
}

/// How many components the colour space of a picture has; `None` for palettes, inks and printers' colours.
fn colours(document: &Document, told: &Dictionary) -> Option<u8> {
    let space = told.get_deref(b"ColorSpace", document).ok()?;
    let (name, rest) = match space {
        Object::Array(parts) => {
            let (name, rest) = parts.split_first()?;
            (document.dereference(name).ok()?.1.as_name().ok()?, rest)
        }
        other => (other.as_name().ok()?, &[][..]),
    };
    match name {
        b"DeviceGray" | b"G" | b"CalGray" => Some(1),
        b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(3),
        b"ICCBased" => {
            let profile = document.dereference(rest.first()?).ok()?.1.as_stream().ok()?;
            let components = profile.dict.get_deref(b"N", document).and_then(Object::as_i64).ok()?;
            u8::try_from(components).ok().filter(|components| matches!(components, 1 | 3))
        }
        _ => None,
    }
}
