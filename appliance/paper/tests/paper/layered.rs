//! Pages of paper taken apart, as readers that are not ours see them: all three the same, and as the capture was.

use crate::judges::{
    hold, jbig2dec, painted, pdfimages, pdfimages_decoded, pdfinfo, poppler, qpdf_is_content,
};
use crate::samples::{about, scan};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use paper::{CaptureRef, Composed, Making, MaskCoding, PageMade, SizeStep, WhyPlain, compose};

const DPI: u32 = 300;
/// Colours are held against each other in squares of this many pixels: a third of a letter.
const SQUARE: u32 = 8;

fn apart(pages: &[Vec<u8>], turn_degrees: u16, making: Making) -> (Vec<u8>, Composed) {
    let captures = pages
        .iter()
        .map(|bytes| Ok::<_, std::io::Error>(CaptureRef::new(bytes.as_slice(), DPI).turned(turn_degrees)));
    let mut pdf = Vec::new();
    let composed = compose(captures, &about(), making, &mut pdf).unwrap();
    (pdf, composed)
}

/// The mean colours of a page's squares.
fn squares(page: &RgbImage) -> Vec<[f32; 3]> {
    let (across, down) = (page.width() / SQUARE, page.height() / SQUARE);
    let mut sums = vec![[0.0; 3]; (across * down) as usize];
    for (x, y, pixel) in page.enumerate_pixels() {
        let (x, y) = (x / SQUARE, y / SQUARE);
        if x < across && y < down {
            let sum = &mut sums[(y * across + x) as usize];
            for (sum, sample) in sum.iter_mut().zip(pixel.0) {
                *sum += f32::from(sample) / (SQUARE * SQUARE) as f32;
            }
        }
    }
    sums
}

/// How far the colours of two pages are from each other: on the mean, and all but one in a thousand squares at most.
fn difference(one: &RgbImage, other: &RgbImage) -> (f32, f32) {
    assert_eq!(one.dimensions(), other.dimensions());
    let far = |(a, b): ([f32; 3], [f32; 3])| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let mut far: Vec<f32> = squares(one).into_iter().zip(squares(other)).map(far).collect();
    far.sort_by(f32::total_cmp);
    (far.iter().sum::<f32>() / far.len() as f32, far[far.len() * 999 / 1000])
}

#[test]
fn three_readers_paint_a_letter_with_a_seal_alike_and_like_its_capture() {
    let capture = scan(1);
    let seen = image::load_from_memory(&capture).unwrap().into_rgb8();
    for (turn_degrees, mask) in [(0, MaskCoding::Jbig2), (180, MaskCoding::CcittG4)] {
        let making = Making { mask, ..Making::default() };
        let (pdf, composed) = apart(std::slice::from_ref(&capture), turn_degrees, making);
        assert_eq!(composed.made, [PageMade::Layered]);
        assert!(pdf.len() < capture.len() / 10, "{} of {}", pdf.len(), capture.len());
        qpdf_is_content(&pdf);
        let lies = if turn_degrees == 180 { image::imageops::rotate180(&seen) } else { seen.clone() };
        let readers = painted(&pdf, DPI);
        for (name, reader) in ["poppler", "MuPDF", "Ghostscript"].iter().zip(&readers) {
            let (mean, most) = difference(reader, &lies);
            assert!(mean < 3.0 && most < 40.0, "{name}, {mask:?}: {mean} and {most} from the capture");
            let (mean, most) = difference(reader, &readers[0]);
            assert!(mean < 1.0 && most < 12.0, "{name}, {mask:?}: {mean} and {most} from poppler");
        }
    }
}

#[test]
fn every_sample_page_is_taken_apart_and_stays_true_to_scale() {
    let pages: Vec<Vec<u8>> = (1..=4).map(scan).collect();
    let (pdf, composed) = apart(&pages, 0, Making::default());
    assert_eq!(composed.made, [PageMade::Layered; 4]);
    qpdf_is_content(&pdf);
    assert!(pdfinfo(&pdf).contains("595.2 x 841.92 pts (A4)"), "{}", pdfinfo(&pdf));
    let (again, _) = apart(&pages, 0, Making::default());
    assert!(pdf == again, "the same pages gave other bytes");
}

#[test]
fn the_black_of_a_page_is_the_same_for_two_decoders() {
    let (pdf, _) = apart(&[scan(3)], 0, Making::default());
    let stored = pdfimages(&pdf);
    let decoded = pdfimages_decoded(&pdf);
    let is_text = |picture: &image::GrayImage| picture.dimensions() == (2480, 3508);
    let of_poppler = decoded.iter().find(|picture| is_text(picture)).expect("a mask of the whole page");
    // A JPEG begins with its marker, a JBIG2 page with the number of its first segment.
    let stream = stored.iter().find(|bytes| bytes.starts_with(&[0, 0, 0])).expect("a JBIG2 stream");
    let other = jbig2dec(stream);
    // A stencil has no colours: poppler shows what is painted as white or as black, by its version.
    let differing =
        of_poppler.as_raw().iter().zip(other.as_raw()).filter(|(one, other)| one != other).count();
    assert!(differing == 0 || differing == of_poppler.as_raw().len(), "{differing} dots differ");
}

/// The words of each row poppler lists for the pictures of a file.
fn listed(pdf: &[u8]) -> Vec<Vec<String>> {
    let held = hold(pdf);
    let list = poppler("pdfimages", &["-list", held.path.to_str().unwrap()]);
    list.lines().skip(2).map(|row| row.split_whitespace().map(String::from).collect()).collect()
}

#[test]
fn each_sample_page_is_small_and_its_text_is_a_lossless_mask_of_full_resolution() {
    for page in (1..=4).map(scan) {
        let (pdf, _) = apart(std::slice::from_ref(&page), 0, Making::default());
        assert!(pdf.len() < 60_000, "{} bytes", pdf.len());
        let rows = listed(&pdf);
        let stencils: Vec<_> = rows.iter().filter(|row| row[2] == "stencil").collect();
        let [mask] = stencils.as_slice() else { panic!("{rows:?}") };
        let [size, coding, resolution] = [&mask[3..5], &mask[8..9], &mask[12..14]];
        assert_eq!((size, coding), (&["2480", "3508"].map(String::from)[..], &["jbig2".to_owned()][..]));
        assert_eq!(resolution, ["300", "300"]);
        let of_capture = image::load_from_memory(&page).unwrap().into_rgb8();
        for (name, reader) in ["poppler", "MuPDF", "Ghostscript"].iter().zip(painted(&pdf, 72)) {
            let capture = image::imageops::thumbnail(&of_capture, reader.width(), reader.height());
            let (mean, most) = difference(&reader, &capture);
            assert!(mean < 4.0 && most < 40.0, "{name}: {mean} and {most} from the capture");
        }
    }
}

#[test]
fn a_step_tighter_is_never_larger_and_keeps_the_text() {
    for page in (1..=4).map(scan) {
        let made = [SizeStep::Usual, SizeStep::Tight, SizeStep::Tightest].map(|size| {
            let (pdf, composed) = apart(std::slice::from_ref(&page), 0, Making { size, ..Making::default() });
            assert_eq!(composed.made, [PageMade::Layered], "{size:?}");
            qpdf_is_content(&pdf);
            pdf
        });
        let bytes = made.each_ref().map(Vec::len);
        assert!(bytes.is_sorted_by(|looser, tighter| looser >= tighter), "{bytes:?}");
        for pdf in made {
            assert!(listed(&pdf).iter().any(|row| row[2] == "stencil"), "the text is not a mask");
        }
    }
}

#[test]
fn both_codings_of_the_mask_are_the_same_picture() {
    for page in (1..=4).map(scan) {
        let [jbig2, g4] = [MaskCoding::Jbig2, MaskCoding::CcittG4].map(|mask| {
            let (pdf, composed) = apart(std::slice::from_ref(&page), 0, Making { mask, ..Making::default() });
            assert_eq!(composed.made, [PageMade::Layered]);
            pdf
        });
        assert!(listed(&g4).iter().any(|row| row[2] == "stencil" && row[8] == "ccitt"));
        let [jbig2, g4] = [jbig2, g4].map(|pdf| painted(&pdf, 150));
        assert!(jbig2 == g4, "the coding of the mask is seen");
    }
}

/// A sheet at 600 dpi: what a letter shows at 300, twice as large and over again. Side in pixels.
const LARGE_PX: u32 = 6400;

fn large_sheet() -> Vec<u8> {
    let letter = image::load_from_memory(&scan(3)).unwrap().into_rgb8();
    let mut sheet = Vec::with_capacity(LARGE_PX as usize * LARGE_PX as usize * 3);
    for y in 0..LARGE_PX {
        for x in 0..LARGE_PX {
            sheet.extend(letter.get_pixel(x / 2 % letter.width(), y / 2 % letter.height()).0);
        }
    }
    sheet
}

fn large_jpeg(sheet: &[u8], rows_in_a_strip: u16) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 85);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_restart_interval(rows_in_a_strip / 8 * (LARGE_PX / 8) as u16);
    encoder.encode(sheet, LARGE_PX as u16, LARGE_PX as u16, ColorType::Rgb).unwrap();
    jpeg
}

/// More pixels than are ever held: our scanner's strips are taken apart some at a time, another's sheet stays as it is.
#[test]
fn a_sheet_too_large_to_hold_is_taken_apart_band_by_band() {
    let sheet = large_sheet();
    let [(strips, in_bands), (whole, kept)] = [32, 0].map(|rows| {
        let jpeg = large_jpeg(&sheet, rows);
        let mut pdf = Vec::new();
        let page = std::iter::once(Ok::<_, std::io::Error>(CaptureRef::new(jpeg, 600)));
        let composed = compose(page, &about(), Making::default(), &mut pdf).unwrap();
        qpdf_is_content(&pdf);
        (pdf, composed.made)
    });
    assert_eq!(in_bands, [PageMade::Layered]);
    assert_eq!(kept, [PageMade::Plain(WhyPlain::TooLarge)]);
    assert!(strips.len() < whole.len() / 6, "{} of {}", strips.len(), whole.len());
    let as_it_was = &painted(&whole, 72)[0];
    for (name, reader) in ["poppler", "MuPDF", "Ghostscript"].iter().zip(painted(&strips, 72)) {
        let (mean, most) = difference(&reader, as_it_was);
        assert!(mean < 4.0 && most < 40.0, "{name}: {mean} and {most} from the sheet");
    }
}

/// Greys by place, with grain of so many steps on them, as a desktop scanner's grey JPEG.
fn grey_jpeg((width, height): (u32, u32), steps: f32, mut lightness: impl FnMut(u32, u32) -> f32) -> Vec<u8> {
    let mut seed = 1_u32;
    let samples: Vec<u8> = (0..width * height)
        .map(|at| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = ((seed >> 24) as f32 / 128.0 - 1.0) * steps;
            (lightness(at % width, at / width) + grain).clamp(0.0, 255.0) as u8
        })
        .collect();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90).encode(&samples, width as u16, height as u16, ColorType::Luma).unwrap();
    jpeg
}

fn made_at(jpeg: Vec<u8>, dpi: u32) -> PageMade {
    let page = std::iter::once(Ok::<_, std::io::Error>(CaptureRef::new(jpeg, dpi)));
    compose(page, &about(), Making::default(), &mut Vec::new()).unwrap().made[0]
}

/// Of a place on the page, from 0 to 1 across and down.
type Shade = fn(f32, f32) -> f32;

/// A cloudy sky, a wall, a face out of focus: no edge in it, and yet none of it is paper.
#[test]
fn a_smooth_grey_photograph_stays_a_picture() {
    const SIDES: (u32, u32) = (1240, 1754);
    let table: [(&str, Shade); 4] = [
        ("from dark to light", |x, y| 40.0 + 90.0 * x + 90.0 * y),
        ("from light to grey", |x, _| 230.0 - 90.0 * x),
        ("a light in the middle", |x, y| 220.0 - 260.0 * ((x - 0.5).powi(2) + (y - 0.4).powi(2))),
        ("clouds", |x, y| 150.0 + 35.0 * (x * 9.0).sin() + 35.0 * (y * 7.0 + x * 3.0).cos()),
    ];
    // By its grain too: coarse, it is neither paper nor picture; fine, all of it could be the shade of paper.
    for (name, lightness) in table {
        for grain in [16.0, 8.0, 3.0, 0.0] {
            let photograph = grey_jpeg(SIDES, grain, |x, y| {
                lightness(x as f32 / SIDES.0 as f32, y as f32 / SIDES.1 as f32)
            });
            let made = made_at(photograph, 150);
            assert_eq!(made, PageMade::Plain(WhyPlain::Picture), "{name}, grain {grain}");
        }
    }
}

/// Sky, meadow and houses whose windows could be taken for print: no sheet of paper is of two colours.
#[test]
fn a_photograph_of_even_colours_stays_a_picture() {
    const SIDES: (u32, u32) = (1240, 1754);
    let mut seed = 1_u32;
    let mut samples = Vec::new();
    for at in 0..SIDES.0 * SIDES.1 {
        let (x, y) = (at % SIDES.0, at / SIDES.0);
        let is_house = (700..1400).contains(&y) && x % 400 > 180;
        let colour = match (is_house, x % 60 < 24 && y % 110 < 50) {
            (true, true) => [40, 48, 70],
            (true, false) => [190, 150, 110],
            _ if y < 1000 + x / 8 => [120, 165, 220],
            _ => [70, 140, 50],
        };
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 27) as i32 - 16;
        samples.extend(colour.map(|sample: i32| (sample + grain).clamp(0, 255) as u8));
    }
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90).encode(&samples, SIDES.0 as u16, SIDES.1 as u16, ColorType::Rgb).unwrap();
    assert_eq!(made_at(jpeg, 150), PageMade::Plain(WhyPlain::Picture));
}

/// The back of a letter: no ink to tell grain from.
#[test]
fn a_bare_page_is_paper_and_nothing_else() {
    for grain in [3.0, 8.0, 16.0] {
        let bare = grey_jpeg((2480, 3508), grain, |_, y| 225.0 - y as f32 / 500.0);
        let (pdf, composed) = apart(std::slice::from_ref(&bare), 0, Making::default());
        assert_eq!(composed.made, [PageMade::Layered], "grain {grain}");
        assert!(pdf.len() < 15_000, "grain {grain}: {} bytes", pdf.len());
    }
}

/// A letter under a lamp, beside a lid that does not close: shaded as much as a photograph, and it has text.
#[test]
fn a_shaded_letter_is_taken_apart_all_the_same() {
    let letter = image::load_from_memory(&scan(2)).unwrap().into_luma8();
    let (width, height) = letter.dimensions();
    let table: [(&str, Shade); 3] = [
        ("a lamp at one corner", |x, y| 1.0 - 0.4 * (x + y) / 2.0),
        ("a lid that stands open on the left", |x, _| 1.0 - 0.55 * (-x * 14.0).exp()),
        (
            "the shadow of a telephone",
            |x, y| if x + y > 1.0 { 1.0 - 0.6 * (x + y - 1.0).min(0.5) } else { 1.0 },
        ),
    ];
    for (name, light) in table {
        let shaded = grey_jpeg((width, height), 16.0, |x, y| {
            f32::from(letter.get_pixel(x, y).0[0]) * light(x as f32 / width as f32, y as f32 / height as f32)
        });
        assert_eq!(made_at(shaded, DPI), PageMade::Layered, "{name}");
    }
}

/// No scanner sees so finely; a capture may say so.
#[test]
fn a_capture_of_any_resolution_is_a_page() {
    for dpi in [19_000, 24_000] {
        let black = grey_jpeg((1100, 1100), 16.0, |x, _| if x < 500 { 20.0 } else { 230.0 });
        let made = made_at(black, dpi);
        assert!(made != PageMade::Plain(WhyPlain::Undecodable), "{made:?} at {dpi}");
    }
}

/// Black print and a blue pen on a sheet of this colour, as a copier's JPEG with coarse colour; and where the pen is.
fn signed_on(paper: [f32; 3], print: &image::GrayImage) -> (Vec<u8>, Vec<(u32, u32)>) {
    // Of red, green and blue: what ink lets through, and the paper gives back.
    const PEN: [f32; 3] = [0.1, 0.12, 0.34];
    const SWINGS_PX: f32 = 260.0;
    let (width, height) = print.dimensions();
    let mut pen = Vec::new();
    let mut seed = 1_u32;
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for (x, y, pixel) in print.enumerate_pixels() {
        let from_middle =
            y as f32 - (height as f32 * 0.8 + 90.0 * (x as f32 * std::f32::consts::TAU / SWINGS_PX).sin());
        let is_pen = (600..1800).contains(&x) && from_middle.abs() < 6.0;
        if is_pen && from_middle.abs() < 3.0 {
            pen.push((x, y));
        }
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 24) as f32 / 16.0 - 8.0;
        let printed = f32::from(pixel.0[0]) / 245.0;
        for (channel, paper) in paper.iter().enumerate() {
            let through = if is_pen { PEN[channel] } else { 1.0 };
            samples.push((paper * printed * through + grain).clamp(0.0, 255.0) as u8);
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 75);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&samples, width as u16, height as u16, ColorType::Rgb).unwrap();
    (jpeg, pen)
}

/// Of these places, how many in a hundred a mask paints.
fn share(mask: &image::GrayImage, places: &[(u32, u32)]) -> usize {
    // A stencil has no colours; what is painted is always the lesser part of a page.
    let white = mask.as_raw().iter().filter(|dot| **dot > 127).count();
    let paints_white = white * 2 < mask.as_raw().len();
    let painted = places.iter().filter(|(x, y)| (mask.get_pixel(*x, *y).0[0] > 127) == paints_white);
    painted.count() * 100 / places.len()
}

fn mean_at(page: &RgbImage, places: &[(u32, u32)]) -> [f32; 3] {
    let sums = places.iter().fold([0.0; 3], |mut sums, (x, y)| {
        let pixel = page.get_pixel(*x, *y);
        sums.iter_mut().zip(pixel.0).for_each(|(sum, sample)| *sum += f32::from(sample));
        sums
    });
    sums.map(|sum| sum / places.len() as f32)
}

/// A signature is told from print by its colour; on coloured paper too it has to keep it.
#[test]
fn a_blue_pen_stays_blue_and_print_stays_a_mask_on_coloured_paper() {
    let print = image::load_from_memory(&scan(2)).unwrap().into_luma8();
    let letters: Vec<_> =
        print.enumerate_pixels().filter(|(.., dot)| dot.0[0] < 60).map(|(x, y, _)| (x, y)).collect();
    let table = [
        ("white", [245.0, 245.0, 243.0]),
        ("old", [222.0, 205.0, 165.0]),
        ("yellow", [241.0, 221.0, 114.0]),
        ("pink", [250.0, 190.0, 205.0]),
        ("green", [170.0, 220.0, 170.0]),
    ];
    for (name, paper) in table {
        let (jpeg, pen) = signed_on(paper, &print);
        let (pdf, composed) = apart(std::slice::from_ref(&jpeg), 0, Making::default());
        assert_eq!(composed.made, [PageMade::Layered], "{name}");
        let pictures = pdfimages_decoded(&pdf);
        let mask = pictures.iter().find(|picture| picture.dimensions() == print.dimensions());
        let mask = mask.expect("a mask of the whole page");
        let (of_pen, of_print) = (share(mask, &pen), share(mask, &letters));
        assert!(of_pen <= 5 && of_print >= 97, "{name}: of the pen {of_pen} %, of print {of_print} %");
        let seen = image::load_from_memory(&jpeg).unwrap().into_rgb8();
        let [was, is] = [&seen, &painted(&pdf, DPI)[0]].map(|page| mean_at(page, &pen));
        let far = was.iter().zip(is).map(|(was, is)| (was - is).abs()).fold(0.0, f32::max);
        assert!(far < 10.0, "{name}: the pen was {was:?} and is {is:?}");
    }
}
