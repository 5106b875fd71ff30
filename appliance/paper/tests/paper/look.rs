//! What is seen of a signature stands where the law puts it, on pages of every kind, measured on what poppler draws.

use crate::{
    judges::{hold, poppler, pyhanko, qpdf_is_content},
    pdf_a::is_pdf_a,
    samples::{LINES, blank, document, key, prepared, signed},
};
use lopdf::{Document, Object, Stream, dictionary};
use paper::{Look, Picture, PictureError, Place, SignError, place};

/// A red ring that fills its picture, with a green mark in its upper left, so that turned ones are told.
pub(crate) fn ring_png(diameter_mm: f32, dpi: u32) -> Vec<u8> {
    let side = (diameter_mm * dpi as f32 / 25.4).round() as u32;
    let middle = side as f32 / 2.0;
    let mut picture = image::RgbaImage::new(side, side);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let away = (x as f32 + 0.5 - middle).hypot(y as f32 + 0.5 - middle);
        let cover = (middle - away).clamp(0.0, 1.0) * (away - 0.85 * middle).clamp(0.0, 1.0);
        *pixel = image::Rgba([205, 30, 45, (cover * 255.0) as u8]);
        let is_mark = (0.3..0.45).contains(&(x as f32 / side as f32))
            && (0.25..0.35).contains(&(y as f32 / side as f32));
        if is_mark {
            *pixel = image::Rgba([0, 150, 0, 255]);
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(picture.as_raw()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A page as poppler draws it.
pub(crate) fn drawn(pdf: &[u8], page: u32, dpi: u32) -> image::RgbImage {
    let held = hold(pdf);
    let root = held.beside("page");
    let (page, dpi) = (page.to_string(), dpi.to_string());
    let (file, out) = (held.path.to_str().unwrap(), root.to_str().unwrap());
    poppler("pdftoppm", &["-cropbox", "-r", &dpi, "-f", &page, "-l", &page, "-singlefile", file, out]);
    image::open(held.beside("page.ppm")).unwrap().into_rgb8()
}

/// Left, top, right and bottom of the pixels that are so.
pub(crate) fn box_of(page: &image::RgbImage, is: impl Fn([u8; 3]) -> bool) -> Option<[f32; 4]> {
    let mut found: Option<[u32; 4]> = None;
    for (x, y, pixel) in page.enumerate_pixels() {
        if is(pixel.0) {
            let [left, top, right, bottom] = found.unwrap_or([x, y, x, y]);
            found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
    }
    found.map(|[left, top, right, bottom]| [left, top, right + 1, bottom + 1].map(|px| px as f32))
}

pub(crate) fn is_red([red, green, blue]: [u8; 3]) -> bool {
    red > 150 && green < 150 && blue < 150 && red - green > 60
}

fn is_green([red, green, blue]: [u8; 3]) -> bool {
    green > 100 && red < 80 && blue < 80
}

/// A page whose content scales, shifts and saves, and puts nothing back.
fn leaky(entries: &str, content: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&blank(entries)).unwrap();
    let stream = document.add_object(Object::Stream(Stream::new(dictionary! {}, content.into())));
    let page = document.page_iter().next().unwrap();
    document.get_dictionary_mut(page).unwrap().set("Contents", stream);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    pdf
}

const LEAKS: &str = "q 0.24 0 0 0.24 17 -9 cm q q 3 0 0 3 0 0 cm 0.5 g BT";

#[test]
fn a_seal_stands_where_the_law_puts_it_to_a_pixel_on_every_kind_of_page() {
    let seal = Picture::parse(&ring_png(30.0, 300)).unwrap();
    let crop = "/CropBox[20 30 180 280]";
    // Poppler draws a page as if its unit were the point, whatever it says.
    let table = [
        ("plain", blank(""), 1.0),
        ("cropped", blank(crop), 1.0),
        ("turned by 90", blank("/Rotate 90"), 1.0),
        ("turned by 180", blank("/Rotate 180"), 1.0),
        ("turned by 270", blank("/Rotate 270"), 1.0),
        ("turned back and cropped", blank("/Rotate -90/CropBox[20 30 180 280]"), 1.0),
        ("turned over and cropped", blank("/Rotate 180/CropBox[20 30 180 280]"), 1.0),
        ("an origin below zero", blank("/MediaBox[-300 -500 -100 -200]"), 1.0),
        (
            "an origin below zero, cropped and turned",
            blank("/MediaBox[-300 -500 -100 -200]/CropBox[-290 -480 -110 -210]/Rotate 90"),
            1.0,
        ),
        ("corners the other way round", blank("/MediaBox[200 300 0 0]"), 1.0),
        ("landscape", blank("/MediaBox[0 0 300 200]"), 1.0),
        ("a unit of two points", blank("/MediaBox[0 0 200 300]/UserUnit 2"), 0.5),
        ("a unit of two points, turned", blank("/MediaBox[0 0 200 300]/UserUnit 2/Rotate 270"), 0.5),
        ("leaky content", leaky("", LEAKS), 1.0),
        ("leaky content, turned", leaky("/Rotate 90", LEAKS), 1.0),
        ("more restored than saved", leaky("", "Q Q 2 0 0 2 0 0 cm"), 1.0),
    ];
    for (what, pdf, unit) in table {
        let place = Place { page: 1, left_mm: 11.3, top_mm: 17.9, width_mm: 30.0, height_mm: 30.0 };
        let look = Look::Picture { picture: seal.clone(), place };
        let pdf = signed(&pdf, &look, &key("unit.p12"));
        let page = drawn(&pdf, 1, 200);
        let found = box_of(&page, is_red).unwrap_or_else(|| panic!("{what}: no seal"));
        let px = |mm: f32| mm * 200.0 / 25.4 * unit;
        let lawful = [11.3, 17.9, 41.3, 47.9].map(px);
        for (found, lawful) in found.into_iter().zip(lawful) {
            assert!((found - lawful).abs() <= 1.0, "{what}: {found} px for {lawful}");
        }
        let mark = box_of(&page, is_green).unwrap_or_else(|| panic!("{what}: no mark"));
        let middle = |at: usize| (found[at] + found[at + 2]) / 2.0;
        assert!(mark[2] < middle(0) && mark[3] < middle(1), "{what}: not upright");
    }
}

#[test]
fn signature_and_seal_stand_as_the_decree_draws_them_and_stay_pdf_a() {
    let scan = document();
    let seal = Picture::parse(&ring_png(36.0, 300)).unwrap();
    let place = Place { page: 1, left_mm: 100.0, top_mm: 180.0, width_mm: 36.0, height_mm: 36.0 };
    let once = signed(&scan, &Look::Picture { picture: seal.clone(), place }, &key("head-p256.p12"));
    let lines = LINES.map(String::from).to_vec();
    let seal_place = place::seal_room(&once, seal.size_mm()).unwrap().expect("blank paper");
    let twice = signed(&once, &Look::SealWithText { seal, lines, seal_place }, &key("unit.p12"));
    for pdf in [&once, &twice] {
        qpdf_is_content(pdf);
        is_pdf_a(pdf);
    }
    let verdicts = pyhanko(&twice);
    assert!(verdicts.len() == 2 && verdicts.iter().all(|verdict| verdict.good), "{verdicts:?}");
    let page = drawn(&twice, 1, 100);
    let px = |mm: f32| (mm * 100.0 / 25.4) as u32;
    let aside = image::imageops::crop_imm(&page, px(160.0), 0, px(50.0), page.height()).to_image();
    let [left, top, right, bottom] = box_of(&aside, is_red).expect("the seal beside its text");
    let mm = |px: f32| px * 25.4 / 100.0;
    assert!((mm(right - left) - 36.0).abs() < 0.6 && (mm(bottom - top) - 36.0).abs() < 0.6);
    assert!((160.0 + mm(left) - seal_place.left_mm).abs() < 0.6, "{seal_place:?}, found {left}");
    assert!((mm(top) - seal_place.top_mm).abs() < 0.6, "{seal_place:?}, found {top}");
}

#[test]
fn the_page_that_is_shown_is_the_page_that_is_signed() {
    let pdf = crate::samples::fixture("blocks/deputy.pdf");
    let found = place::find(&pdf).unwrap().expect("a block");
    let seal = Picture::parse(&ring_png(36.0, 300)).unwrap();
    let places = found.places((40.0, 15.0), seal.size_mm());
    let signed = signed(&pdf, &Look::Picture { picture: seal, place: places.seal }, &key("unit.p12"));
    let shown = place::picture(&signed, 1, 100).unwrap();
    let ours = image::RgbImage::from_raw(shown.width_px, shown.height_px, shown.rgb.clone()).unwrap();
    let theirs = drawn(&signed, 1, 100);
    let (ours_box, theirs_box) = (box_of(&ours, is_red).unwrap(), box_of(&theirs, is_red).unwrap());
    for (ours, theirs) in ours_box.into_iter().zip(theirs_box) {
        assert!((ours - theirs).abs() <= 1.0, "{ours_box:?} {theirs_box:?}");
    }
    let png = image::load_from_memory(&shown.png()).unwrap();
    assert_eq!((png.width(), png.height()), (shown.width_px, shown.height_px));
}

#[test]
fn what_is_no_picture_of_ink_is_refused() {
    let ring = ring_png(36.0, 300);
    let opaque = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(20, 20).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let nothing = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(20, 20).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    assert!(matches!(Picture::sized(b"GIF89a", 36.0), Err(PictureError::Unreadable(_))));
    assert!(matches!(Picture::sized(&ring[..900], 36.0), Err(PictureError::Unreadable(_))));
    assert_eq!(Picture::sized(&opaque, 36.0), Err(PictureError::Opaque));
    assert_eq!(Picture::sized(&nothing, 36.0), Err(PictureError::Empty));
    assert_eq!(Picture::parse(&nothing), Err(PictureError::NoSize));
    assert_eq!(Picture::sized(&ring, 400.0), Err(PictureError::WrongSize(400)));
    let picture = Picture::parse(&ring).unwrap();
    assert!((picture.size_mm().0 - 36.0).abs() < 0.05, "{picture:?}");
    let place = Place { page: 2, left_mm: 0.0, top_mm: 0.0, width_mm: 36.0, height_mm: 36.0 };
    let nowhere = Look::Picture { picture, place };
    assert!(matches!(prepared(&document(), &nowhere), Err(SignError::Damaged(_))));
}
