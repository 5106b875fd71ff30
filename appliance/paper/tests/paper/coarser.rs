//! Pages that stay pictures weigh less at each step too, and nobody sees it but by the file's size.

use crate::{
    judges::{hold, painted, pdfimages, pdfinfo, poppler, qpdf_is_content},
    pdf_a::is_pdf_a,
    samples::about,
};
use image::{Rgb, RgbImage, imageops};
use jpeg_encoder::{ColorType, Encoder};
use paper::{CaptureRef, Making, PageMade, SizeStep, WhyPlain, compose};

const STEPS: [SizeStep; 3] = [SizeStep::Usual, SizeStep::Tight, SizeStep::Tightest];

/// A view over roofs at dusk, too dark for paper: slopes of colour, tiles with their shadows, and the grain of a camera, all over the sheet.
fn photograph(width: u32, height: u32) -> RgbImage {
    let mut grain = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (grain >> 28) as f32 - 8.0;
        let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
        let hills = 0.5 + 0.2 * (across * 9.0).sin() + 0.1 * (across * 31.0).cos();
        let roof = (x / 60 + y / 90) % 3 == 0;
        let shadow = 45.0 * ((x / 7 + y / 11) as f32 * 0.9).sin();
        let tone = match (down < hills, roof) {
            (true, _) => [90.0 + 90.0 * down, 130.0 + 60.0 * down, 205.0],
            (false, true) => [150.0, 70.0 + 60.0 * across, 50.0],
            (false, false) => [60.0 + 90.0 * down, 110.0, 40.0 + 60.0 * across],
        };
        Rgb(tone.map(|tone| (0.5 * (tone + shadow) + grain).clamp(0.0, 255.0) as u8))
    })
}

fn jpeg(page: &RgbImage, kind: ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let samples = match kind {
        ColorType::Luma => imageops::grayscale(page).into_raw(),
        _ => page.as_raw().clone(),
    };
    let encoder = Encoder::new(&mut bytes, 88);
    encoder.encode(&samples, page.width() as u16, page.height() as u16, kind).unwrap();
    bytes
}

fn made(capture: CaptureRef<'_>, size: SizeStep) -> (Vec<u8>, PageMade) {
    let mut pdf = Vec::new();
    let page = std::iter::once(Ok::<_, std::io::Error>(capture));
    let composed = compose(page, &about(), Making { size, ..Making::default() }, &mut pdf).unwrap();
    (pdf, composed.made[0])
}

fn mean_difference(one: &RgbImage, other: &RgbImage) -> f32 {
    let far = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| f32::from(a.abs_diff(*b)));
    far.sum::<f32>() / one.as_raw().len() as f32
}

#[test]
fn a_photograph_weighs_less_at_each_step_and_stays_what_it_is() {
    let seen = photograph(1240, 1754);
    for kind in [ColorType::Rgb, ColorType::Luma] {
        let capture = jpeg(&seen, kind);
        let steps = STEPS.map(|size| {
            let (pdf, made) = made(CaptureRef::new(&capture, 300).turned(90), size);
            assert_eq!(made, PageMade::Plain(WhyPlain::Picture), "{size:?}");
            qpdf_is_content(&pdf);
            is_pdf_a(&pdf);
            assert!(pdfinfo(&pdf).contains("Page size:       420.96 x 297.6 pts"), "{}", pdfinfo(&pdf));
            pdf
        });
        let [usual, tight, tightest] = steps.each_ref().map(Vec::len);
        assert!(usual * 2 > tight * 3 && tight * 3 > tightest * 4, "{usual} {tight} {tightest}");
        assert!(pdfimages(&steps[0])[0] == capture, "as usual the capture stays byte for byte");
        let list = |pdf: &[u8]| poppler("pdfimages", &["-list", hold(pdf).path.to_str().unwrap()]);
        assert!(steps[1..].iter().all(|pdf| list(pdf).contains(" 827  1170 ")), "{}", list(&steps[1]));
        let [as_it_was, tight, tightest] = steps.map(|pdf| painted(&pdf, 75));
        // Ghostscript takes one dot of many for each it shows.
        for reader in 0..2 {
            let means = [&tight, &tightest].map(|is| mean_difference(&is[reader], &as_it_was[reader]));
            assert!(means.iter().all(|mean| *mean < 6.0), "{means:?} from the capture");
        }
    }
}

/// The law asks for 200 dots an inch: what came with no more keeps them, and what is packed well already stays.
#[test]
fn no_step_takes_dots_below_the_floor_or_makes_a_page_larger() {
    let seen = photograph(1000, 1400);
    let capture = jpeg(&seen, ColorType::Rgb);
    for dpi in [150, 200] {
        let [usual, tight, tightest] = STEPS.map(|size| {
            let (pdf, _) = made(CaptureRef::new(&capture, dpi), size);
            let picture = image::load_from_memory(&pdfimages(&pdf)[0]).unwrap();
            assert_eq!((picture.width(), picture.height()), (1000, 1400), "{dpi} dpi, {size:?}");
            pdf.len()
        });
        assert!(usual > tight && tight > tightest, "{dpi}: {usual} {tight} {tightest}");
    }
    let mut packed = Vec::new();
    let encoder = Encoder::new(&mut packed, 12);
    encoder.encode(seen.as_raw(), 1000, 1400, ColorType::Rgb).unwrap();
    for size in STEPS {
        let (pdf, _) = made(CaptureRef::new(&packed, 200), size);
        assert!(pdfimages(&pdf)[0] == packed, "{size:?}");
    }
}

#[test]
fn who_asks_for_every_byte_gets_it_at_every_step() {
    let capture = jpeg(&photograph(620, 877), ColorType::Rgb);
    for size in STEPS {
        let mut pdf = Vec::new();
        let page = std::iter::once(Ok::<_, std::io::Error>(CaptureRef::new(&capture, 300)));
        compose(page, &about(), Making { size, ..Making::PLAIN }, &mut pdf).unwrap();
        assert!(pdfimages(&pdf)[0] == capture, "{size:?}");
    }
}
