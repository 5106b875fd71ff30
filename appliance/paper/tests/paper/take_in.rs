//! Uploads are known before they cost anything, and photos become captures.

use crate::{
    judges::qpdf,
    samples::{blank, block, composed, document, key, scan, signed},
};
use image::{DynamicImage, GenericImageView, ImageFormat as Coding, Rgb, RgbImage, RgbaImage};
use lopdf::{Document, Stream, dictionary};
use paper::{
    CaptureFault, ConvertedFormat, ImageFormat, InspectError, Kind, MOST_PAGES, image_to_capture, inspect,
};
use std::io::Cursor;

fn coded(picture: &DynamicImage, coding: Coding) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, coding).unwrap();
    bytes.into_inner()
}

/// A page tree that claims `claimed` pages and lists one page `listed` times.
fn pages(claimed: u32, listed: usize) -> Vec<u8> {
    let kids = "3 0 R ".repeat(listed);
    let base = String::from_utf8_lossy(&blank("")).into_owned();
    base.replace("/Kids[3 0 R]/Count 1", &format!("/Kids[{kids}]/Count {claimed}")).into_bytes()
}

/// A few hundred KB that claim to be an object stream and unpack to 200 MB.
fn bomb() -> Vec<u8> {
    let mut document = Document::load_mem(&blank("")).unwrap();
    let mut stream =
        Stream::new(dictionary! { "Type" => "ObjXXX", "N" => 1, "First" => 4 }, vec![b' '; 200 << 20]);
    stream.compress().unwrap();
    document.add_object(stream);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf).unwrap();
    let at = pdf.windows(6).position(|window| window == b"ObjXXX").unwrap();
    pdf[at..at + 6].copy_from_slice(b"ObjStm");
    pdf
}

/// A PNG header that promises more than any memory.
fn promising(width: u32, height: u32) -> Vec<u8> {
    let mut png = coded(&DynamicImage::new_luma8(1, 1), Coding::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    png
}

#[test]
fn an_upload_is_what_it_is_and_not_what_it_is_called() {
    let pdf = |pages, signed| Kind::Pdf { pages, signed };
    let image = |format, width_px, height_px, dpi| Kind::Image { format, width_px, height_px, dpi };
    let two_pages = composed(&[(scan(1), 300), (scan(2), 300)]).0;
    let table = [
        ("composed", two_pages.clone(), pdf(2, false)),
        ("object streams", qpdf(&two_pages, &["--object-streams=generate"]), pdf(2, false)),
        ("signed", signed(&document(), &block(), &key("unit.p12")), pdf(1, true)),
        ("scan", scan(1), image(ImageFormat::Jpeg, 2480, 3508, Some(300))),
        ("png", coded(&DynamicImage::new_rgb8(20, 30), Coding::Png), image(ImageFormat::Png, 20, 30, None)),
    ];
    for (what, bytes, kind) in table {
        let upload = inspect(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!((upload.kind, upload.bytes), (kind, bytes.len() as u64), "{what}");
    }
}

#[test]
fn uploads_that_lie_or_cannot_be_read_are_refused() {
    let base = document();
    type Row = (&'static str, Vec<u8>, fn(&InspectError) -> bool);
    let table: [Row; 12] = [
        ("claims 40,000 pages", pages(40_000, 1), |e| {
            *e == InspectError::TooManyPages { claimed: 40_000, most: MOST_PAGES }
        }),
        ("hides 3,000 pages", pages(1, 3000), |e| matches!(e, InspectError::TooManyPages { .. })),
        ("unpacks to 200 MB", bomb(), |e| matches!(e, InspectError::Damaged(_))),
        ("no pages", pages(0, 0), |e| matches!(e, InspectError::Damaged(_))),
        ("encrypted", qpdf(&base, &["--encrypt", "mat", "owner", "256", "--"]), |e| {
            *e == InspectError::Encrypted
        }),
        ("encrypted, empty password", qpdf(&base, &["--encrypt", "", "o", "256", "--"]), |e| {
            *e == InspectError::Encrypted
        }),
        ("cut PDF", base[..5000].to_vec(), |e| matches!(e, InspectError::Damaged(_))),
        ("cut JPEG", scan(1)[..5000].to_vec(), |e| matches!(e, InspectError::Damaged(_))),
        ("huge PNG", promising(100_000, 100_000), |e| matches!(e, InspectError::TooManyPixels { .. })),
        ("text", b"xin chao".to_vec(), |e| *e == InspectError::NotPdfOrImage),
        ("empty", Vec::new(), |e| *e == InspectError::NotPdfOrImage),
        ("Word", b"PK\x03\x04 word/document.xml".to_vec(), |e| *e == InspectError::NotPdfOrImage),
    ];
    for (what, bytes, expected) in table {
        let error = inspect(&bytes).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[test]
fn a_scan_keeps_its_bytes() {
    let converted = image_to_capture(&scan(1)).unwrap();
    assert!(converted.bytes == scan(1), "a capture was recoded");
    assert_eq!((converted.width_px, converted.height_px, converted.dpi), (2480, 3508, 300));
    assert_eq!(converted.format, ConvertedFormat::Jpeg);
}

#[test]
fn a_phone_photo_is_turned_upright_and_given_a_page_size() {
    let photo =
        RgbImage::from_fn(400, 300, |x, _| if x < 40 { Rgb([200, 0, 0]) } else { Rgb([250, 250, 250]) });
    let jpeg = coded(&photo.into(), Coding::Jpeg);
    // Orientation 6: the camera was held upright; the left edge of the stored picture is the top of the page.
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let converted = image_to_capture(&turned).unwrap();
    assert_eq!((converted.width_px, converted.height_px), (300, 400));
    assert_eq!(converted.dpi, 34, "the long side is that of A4");
    let upright = image::load_from_memory(&converted.bytes).unwrap();
    assert!(
        upright.get_pixel(150, 5).0[1] < 60 && upright.get_pixel(150, 390).0[1] > 200,
        "red is not on top"
    );
    assert!(converted.bytes[20..].windows(2).any(|marker| marker == [0xFF, 0xC0]), "not baseline");
    composed(&[(converted.bytes, converted.dpi)]);
}

#[test]
fn other_pictures_become_what_can_be_archived() {
    let clear = RgbaImage::from_pixel(64, 64, image::Rgba([0, 0, 0, 0]));
    let converted = image_to_capture(&coded(&clear.into(), Coding::Png)).unwrap();
    let paper = image::load_from_memory(&converted.bytes).unwrap().into_rgb8();
    assert!(
        paper.pixels().all(|pixel| pixel.0.iter().all(|&sample| sample > 250)),
        "transparent is not white"
    );

    let deep = image_to_capture(&coded(&DynamicImage::new_luma16(64, 64), Coding::Png)).unwrap();
    assert_eq!(image::load_from_memory(&deep.bytes).unwrap().color(), image::ColorType::L8);

    let mut cmyk = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut cmyk, 80);
    encoder.encode(&[0; 64 * 64 * 4], 64, 64, jpeg_encoder::ColorType::Cmyk).unwrap();
    let rgb = image_to_capture(&cmyk).unwrap();
    composed(&[(deep.bytes, deep.dpi), (rgb.bytes, rgb.dpi)]);

    assert_eq!(image_to_capture(b"xin chao").unwrap_err(), CaptureFault::NotAnImage);
    assert!(matches!(image_to_capture(&promising(50_000, 50_000)), Err(CaptureFault::Unsupported(_))));
}
