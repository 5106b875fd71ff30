//! What a machine, a copier or a stranger brings that is not a clean scan: what comes out of each is said here.
//!
//! Each goes the way of an upload - made a capture, composed as every document is - and the file is read by programs that
//! are not ours. Either it is refused with its reason, or everybody sees what was brought.

use crate::{
    judges::{painted, qpdf_is_content, render},
    samples::{about, scan},
};
use image::{DynamicImage, ImageFormat, LumaA, Rgb, RgbImage, imageops};
use jpeg_encoder::{ColorType, Encoder, PixelDensity};
use paper::{
    CaptureFault, CaptureRef, ComposeError, Converted, Making, PageMade, WhyPlain, compose, image_to_capture,
};
use std::{io, process::Command};

/// Small enough that grain is gone, large enough that letters are seen.
const SEEN_AT_DPI: u32 = 75;

fn jpeg(page: &[u8], (width, height): (u32, u32), colours: ColorType, dpi: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_density(PixelDensity::dpi(dpi));
    encoder.encode(page, width as u16, height as u16, colours).unwrap();
    bytes
}

fn colour(page: &RgbImage) -> Vec<u8> {
    jpeg(page, page.dimensions(), ColorType::Rgb, 300)
}

fn png(page: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = io::Cursor::new(Vec::new());
    page.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn letter() -> RgbImage {
    image::load_from_memory(&scan(1)).unwrap().into_rgb8()
}

/// Each pixel of a letter, by its lightness, as something else.
fn letter_as(of: impl Fn(u8) -> [u8; 3]) -> RgbImage {
    let grey = imageops::grayscale(&letter());
    RgbImage::from_fn(grey.width(), grey.height(), |x, y| Rgb(of(grey.get_pixel(x, y).0[0])))
}

fn written(bytes: &[u8], dpi: u32) -> Result<(Vec<u8>, PageMade), ComposeError> {
    let mut pdf = Vec::new();
    let page = std::iter::once(Ok::<_, io::Error>(CaptureRef::new(bytes, dpi)));
    let composed = compose(page, &about(), Making::default(), &mut pdf)?;
    Ok((pdf, composed.made[0]))
}

/// What became of an upload that no reader warns of, and that has to be seen as `meant`: within two in the hundred on the
/// mean, and every letter at its place. Ghostscript takes one dot of many for each it shows, so it is not held against it.
fn comes_of(bytes: &[u8], meant: &RgbImage) -> PageMade {
    let Converted { bytes, dpi, .. } = image_to_capture(bytes).unwrap();
    let (pdf, made) = written(&bytes, dpi).unwrap();
    qpdf_is_content(&pdf);
    for (reader, page) in ["poppler", "MuPDF"].iter().zip(painted(&pdf, SEEN_AT_DPI)) {
        let meant = imageops::thumbnail(meant, page.width(), page.height());
        let [all, ink] = strays(&page, &meant);
        assert!(all < 5.0 && ink < 25.0, "{reader}, {made:?}: {all} everywhere, {ink} where there is ink");
    }
    made
}

/// How far one page is from the other on the mean: everywhere, and where there is something on the paper.
fn strays(page: &RgbImage, meant: &RgbImage) -> [f32; 2] {
    let middle = [0, 1, 2].map(|channel| {
        let mut samples: Vec<u8> = meant.pixels().map(|pixel| pixel.0[channel]).collect();
        samples.sort_unstable();
        samples[samples.len() / 2]
    });
    let (mut sums, mut counts) = ([0.0_f32; 2], [0.0_f32; 2]);
    for (is, meant) in page.pixels().zip(meant.pixels()) {
        let far = is.0.iter().zip(meant.0).map(|(a, b)| f32::from(a.abs_diff(b))).sum::<f32>() / 3.0;
        let is_ink = meant.0.iter().zip(middle).any(|(sample, middle)| sample.abs_diff(middle) > 60);
        for of in 0..1 + usize::from(is_ink) {
            sums[of] += far;
            counts[of] += 1.0;
        }
    }
    [0, 1].map(|of| sums[of] / counts[of].max(1.0))
}

fn frame_at(jpeg: &[u8]) -> usize {
    jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap()
}

/// A JPEG that says of itself what it is not.
fn claiming(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let at = frame_at(&jpeg);
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn promising(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(DynamicImage::new_rgb8(1, 1));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[test]
fn a_capture_cut_short_is_refused() {
    let whole = scan(1);
    for length in [2, 20, 700, whole.len() / 2, whole.len() - 2] {
        let cut = &whole[..length];
        assert!(matches!(image_to_capture(cut), Err(CaptureFault::Damaged(_))), "{length}");
        let fault = written(cut, 300).unwrap_err();
        assert!(matches!(fault, ComposeError::Page { fault: CaptureFault::Damaged(_), .. }), "{length}");
    }
}

/// Some of it is better than nothing of it: viewers show the rows that came.
#[test]
fn a_capture_without_its_end_stays_as_it_is_if_it_was_closed() {
    let whole = scan(1);
    let mut closed = whole[..whole.len() / 2].to_vec();
    closed.extend([0xFF, 0xD9]);
    let kept = image_to_capture(&closed).unwrap();
    assert!(kept.bytes == closed);
    let (pdf, made) = written(&kept.bytes, kept.dpi).unwrap();
    assert_eq!(made, PageMade::Plain(WhyPlain::Undecodable));
    qpdf_is_content(&pdf);
    let (width, _, samples) = render(&pdf);
    let top: Vec<u8> = samples[..width * 100].to_vec();
    assert!(top.iter().any(|dot| *dot < 120) && top.iter().any(|dot| *dot > 200), "nothing of it is seen");
}

/// A picture that comes in several scans is whole, only blurred, as soon as the first is there.
#[test]
fn a_progressive_capture_without_its_end_stays_as_it_is_if_it_was_closed() {
    for colours in [ColorType::Rgb, ColorType::Luma] {
        let page = if colours == ColorType::Luma {
            DynamicImage::from(imageops::grayscale(&letter())).into_bytes()
        } else {
            letter().into_raw()
        };
        let mut whole = Vec::new();
        let mut encoder = Encoder::new(&mut whole, 85);
        encoder.set_density(PixelDensity::dpi(300));
        encoder.set_progressive(true);
        encoder.encode(&page, 2480, 3508, colours).unwrap();
        assert_eq!(written(&whole, 300).unwrap().1, PageMade::Layered);
        for hundredths in [30, 70, 90, 99] {
            let mut closed = whole[..whole.len() * hundredths / 100].to_vec();
            closed.extend([0xFF, 0xD9]);
            let kept = image_to_capture(&closed).unwrap();
            let (pdf, made) = written(&kept.bytes, kept.dpi).unwrap();
            assert_eq!(made, PageMade::Plain(WhyPlain::Undecodable), "{hundredths} in the hundred");
            qpdf_is_content(&pdf);
        }
    }
}

#[test]
fn a_capture_with_flipped_bytes_stays_as_it_is() {
    let mut flipped = scan(1);
    let middle = flipped.len() / 2;
    for at in middle..middle + 400 {
        // No marker comes and none goes: those would be found by walking them.
        let other = flipped[at] ^ 0x55;
        if flipped[at - 1] != 0xFF && flipped[at] != 0xFF && other != 0xFF {
            flipped[at] = other;
        }
    }
    let kept = image_to_capture(&flipped).unwrap();
    assert!(kept.bytes == flipped);
    let (pdf, made) = written(&kept.bytes, kept.dpi).unwrap();
    assert_eq!(made, PageMade::Plain(WhyPlain::Undecodable));
    qpdf_is_content(&pdf);
    render(&pdf);
}

#[test]
fn a_picture_without_a_size_is_refused() {
    for (width, height) in [(0, 3508), (2480, 0), (0, 0)] {
        let flat = claiming(scan(1), width, height);
        assert!(matches!(image_to_capture(&flat), Err(CaptureFault::Damaged(_))));
        assert!(written(&flat, 300).is_err());
        let flat = promising(width.into(), height.into());
        assert!(matches!(image_to_capture(&flat), Err(CaptureFault::Damaged(_))));
        assert!(written(&flat, 300).is_err());
    }
}

/// Which of the two would be believed is up to each reader.
#[test]
fn a_picture_with_two_sizes_is_refused() {
    let honest = scan(1);
    let at = frame_at(&honest);
    let length = 2 + usize::from(u16::from_be_bytes([honest[at + 2], honest[at + 3]]));
    let frame = claiming(honest[at..at + length].to_vec(), 60_000, 60_000);
    let (end, small) = (honest.len() - 2, claiming(honest[at..at + length].to_vec(), 2480, 3508));
    for lying in [
        [&honest[..at], &frame, &honest[at..]].concat(),
        [&honest[..at], &frame, &honest[at + length..end], &small, &honest[end..]].concat(),
    ] {
        assert!(matches!(image_to_capture(&lying), Err(CaptureFault::Damaged(_))));
        assert!(matches!(
            written(&lying, 300),
            Err(ComposeError::Page { fault: CaptureFault::Damaged(_), .. })
        ));
    }
}

#[test]
fn printers_colours_become_a_page_in_layers() {
    let page = letter();
    let inks: Vec<u8> = page.pixels().flat_map(|Rgb([r, g, b])| [255 - r, 255 - g, 255 - b, 0]).collect();
    let cmyk = jpeg(&inks, page.dimensions(), ColorType::Cmyk, 300);
    assert!(matches!(written(&cmyk, 300), Err(ComposeError::Page { fault: CaptureFault::Cmyk, .. })));
    assert_eq!(comes_of(&cmyk, &page), PageMade::Layered);
}

#[test]
fn sixteen_bits_become_a_page_in_layers() {
    let page = letter();
    let deep = png(DynamicImage::from(page.clone()).into_rgb16());
    assert!(matches!(written(&deep, 300), Err(ComposeError::Page { fault: CaptureFault::Depth(16), .. })));
    assert_eq!(comes_of(&deep, &page), PageMade::Layered);
}

/// Cut out of its paper: the letters are opaque, and what was paper is not there.
#[test]
fn grey_with_transparency_is_laid_on_white() {
    let grey = imageops::grayscale(&letter());
    let cut_out = image::ImageBuffer::from_fn(grey.width(), grey.height(), |x, y| {
        LumaA([0, 255 - grey.get_pixel(x, y).0[0]])
    });
    let meant = DynamicImage::from(grey).into_rgb8();
    assert_eq!(comes_of(&png(DynamicImage::ImageLumaA8(cut_out)), &meant), PageMade::Layered);
}

#[test]
fn a_palette_becomes_a_page_in_layers() {
    let page = imageops::grayscale(&letter());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, page.width(), page.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    let tone = |step: u8| step * 16 + 15;
    encoder.set_palette((0..16).flat_map(|step| [tone(step); 3]).collect::<Vec<u8>>());
    // The lightest is not there at all.
    encoder.set_trns([[255; 15].as_slice(), &[0]].concat());
    let mut writer = encoder.write_header().unwrap();
    let steps: Vec<u8> = page.as_raw().iter().map(|grey| grey / 16).collect();
    writer.write_image_data(&steps).unwrap();
    writer.finish().unwrap();
    let meant = letter_as(|grey| [grey / 16 * 16 + 15; 3]);
    assert_eq!(comes_of(&bytes, &meant), PageMade::Layered);
}

#[test]
fn a_photo_that_says_how_it_was_held_stands_upright() {
    let upright = letter();
    for (orientation, lying) in [
        (3, imageops::rotate180(&upright)),
        (6, imageops::rotate270(&upright)),
        (8, imageops::rotate90(&upright)),
    ] {
        let stored = colour(&lying);
        let mut exif =
            b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif[29] = orientation;
        let held = [&stored[..2], &exif, &stored[2..]].concat();
        assert_eq!(comes_of(&held, &upright), PageMade::Layered, "{orientation}");
    }
}

#[test]
fn one_pixel_is_no_page() {
    let one = jpeg(&[0; 3], (1, 1), ColorType::Rgb, 300);
    for dot in [one.clone(), png(DynamicImage::new_rgb8(1, 1)), png(DynamicImage::new_luma8(1, 3508))] {
        let refused = image_to_capture(&dot).unwrap_err();
        assert!(matches!(refused, CaptureFault::Size { .. }), "{refused:?}");
    }
    assert!(matches!(written(&one, 300), Err(ComposeError::Page { fault: CaptureFault::Size { .. }, .. })));
}

/// As small as a page may be, whatever the resolution: it has to come out somehow.
#[test]
fn a_few_pixels_are_a_page_if_they_are_coarse_enough() {
    for (width, height, dpi) in [(1, 1, 1), (1, 40, 20), (40, 1, 20), (2, 3, 40), (9, 9, 72), (33, 17, 300)] {
        let page = RgbImage::from_fn(width, height, |x, y| Rgb([if (x + y) % 2 == 0 { 20 } else { 240 }; 3]));
        let (pdf, made) = written(&colour(&page), dpi).unwrap();
        assert!(matches!(made, PageMade::Plain(_)), "{width} x {height}: {made:?}");
        qpdf_is_content(&pdf);
    }
}

/// Run by the next test in a process of its own, whose memory is nobody else's.
#[test]
#[ignore = "run by the test that measures its memory, in a process of its own"]
fn pages_of_no_use_one_by_one() {
    let lying = claiming(scan(1), 20_000, 20_000);
    assert!(matches!(image_to_capture(&lying), Err(CaptureFault::Unsupported(_))));
    let (pdf, made) = written(&lying, 300).unwrap();
    assert_eq!(made, PageMade::Plain(WhyPlain::TooLarge));
    qpdf_is_content(&pdf);
    for bomb in [promising(20_000, 20_000), packed_white(20_000, 20_000)] {
        assert!(matches!(image_to_capture(&bomb), Err(CaptureFault::Unsupported(_))));
    }
    // More than A3 has at 1200 dpi.
    let refused = written(&packed_white(30_000, 30_000), 1200).unwrap_err();
    assert!(matches!(refused, ComposeError::Page { fault: CaptureFault::Unsupported(_), .. }), "{refused:?}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u32 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 60_000, "{kilobytes} kB at the most");
}

/// A few hundred KB that are as many pixels as they say.
fn packed_white(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let row = vec![0xFF; width.div_ceil(8) as usize];
    (0..height).for_each(|_| io::Write::write_all(&mut rows, &row).unwrap());
    rows.finish().unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn pages_of_20_000_by_20_000_cost_no_memory() {
    let name = format!("{}::pages_of_no_use_one_by_one", module_path!().split_once("::").unwrap().1);
    let alone = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &name])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&alone.stdout);
    assert!(alone.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn all_black_stays_black() {
    let black = RgbImage::from_pixel(2480, 3508, Rgb([0; 3]));
    assert_eq!(comes_of(&colour(&black), &black), PageMade::Plain(WhyPlain::Picture));
}

#[test]
fn all_white_stays_white() {
    let white = RgbImage::from_pixel(2480, 3508, Rgb([255; 3]));
    assert_eq!(comes_of(&colour(&white), &white), PageMade::Layered);
}

/// Black paper is nothing a mask of black text can lie on.
#[test]
fn white_on_black_is_kept_as_a_picture() {
    let inverted = letter_as(|grey| [255 - grey; 3]);
    assert_eq!(comes_of(&colour(&inverted), &inverted), PageMade::Plain(WhyPlain::Picture));
}

#[test]
fn text_on_red_paper_is_still_text_on_red_paper() {
    let red = letter_as(|grey| [grey / 8 + grey / 16 * 13, grey / 5, grey / 5]);
    assert_eq!(comes_of(&colour(&red), &red), PageMade::Layered);
}

/// Strong, and so faint that it is hardly seen: no part of it becomes black and none is taken for paper.
#[test]
fn a_page_that_is_one_large_seal_stays_one() {
    for faint in [0, 90, 150] {
        let seal = RgbImage::from_fn(2480, 3508, |x, y| {
            let (right, down) = (x as f32 - 1240.0, y as f32 - 1754.0);
            let from_middle = right.hypot(down);
            let rays = (down.atan2(right) * 24.0).sin() > 0.2;
            let inked = (1050.0..1150.0).contains(&from_middle)
                || (800.0..980.0).contains(&from_middle) && rays
                || from_middle < 400.0 && (down.atan2(right) * 5.0).cos() * 200.0 + 200.0 > from_middle;
            if inked { Rgb([200, 30 + faint, 40 + faint]) } else { Rgb([250, 249, 246]) }
        });
        assert_eq!(comes_of(&colour(&seal), &seal), PageMade::Layered, "{faint}");
    }
}

#[test]
fn a_grey_capture_becomes_a_grey_page_in_layers() {
    let grey = imageops::grayscale(&letter());
    let capture = jpeg(&grey, grey.dimensions(), ColorType::Luma, 300);
    let meant = DynamicImage::from(grey).into_rgb8();
    assert_eq!(comes_of(&capture, &meant), PageMade::Layered);
}

/// A receipt, a stamp cut out: 30 mm square.
#[test]
fn a_tiny_page_is_a_page() {
    let tiny = imageops::crop_imm(&letter(), 300, 300, 360, 360).to_image();
    assert_eq!(comes_of(&colour(&tiny), &tiny), PageMade::Layered);
}

#[test]
fn a_photograph_is_kept_as_one() {
    let mut seed = 1_u32;
    let mut grain = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as f32 / 8.0 - 16.0
    };
    let photo = RgbImage::from_fn(1240, 1754, |x, y| {
        let (x, y) = (x as f32 / 1240.0, y as f32 / 1754.0);
        let hill = ((x * 9.0).sin() + (y * 7.0 + x * 3.0).cos()) * 55.0;
        let byte = |value: f32| value.clamp(0.0, 255.0) as u8;
        let grain = grain();
        Rgb([
            byte(120.0 + hill + grain),
            byte(60.0 + 160.0 * y + grain),
            byte(200.0 - hill - 90.0 * x + grain),
        ])
    });
    let capture = jpeg(&photo, photo.dimensions(), ColorType::Rgb, 150);
    assert_eq!(comes_of(&capture, &photo), PageMade::Plain(WhyPlain::Picture));
}
