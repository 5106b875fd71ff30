//! Layers as three readers that are not ours paint them: poppler, MuPDF, Ghostscript.

use super::*;
use crate::{
    compose::{About, Document},
    jbig2::Ink,
    layers::{Stencil, Tile},
    making::MaskCoding,
};
use image::RgbImage;
use std::{path::Path, process::Command};

/// A page of 4 by 6 inches at 300 dpi: a pale ground, a red tile with a gradient, black letters' stand-ins, a blue line.
fn page() -> Layered {
    let picture = |width: u32, height: u32, colour: fn(u32, u32) -> [u8; 3]| {
        let samples: Vec<u8> = (0..width * height).flat_map(|at| colour(at % width, at / width)).collect();
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
        encoder.encode(&samples, width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
        Picture { width_px: width, height_px: height, grey: false, jpeg }
    };
    let ink = |width: u32, height: u32, black: fn(u32, u32) -> bool| {
        let mut ink = Ink::new(width, height);
        for y in 0..height {
            for x in (0..width).filter(|x| black(*x, y)) {
                ink.row_mut(y)[x as usize / 8] |= 0x80 >> (x % 8);
            }
        }
        ink
    };
    Layered {
        width_px: 1200,
        height_px: 1800,
        ground: Some(picture(150, 225, |x, y| [250, 245 - (y / 20) as u8, 230 - (x / 10) as u8])),
        tiles: vec![Tile {
            left_px: 300,
            top_px: 900,
            width_px: 480,
            height_px: 360,
            picture: picture(240, 180, |x, _| [200, (x / 4) as u8, 40]),
        }],
        stencils: vec![
            Stencil {
                left_px: 0,
                top_px: 0,
                ink: ink(1200, 1800, |x, y| {
                    (90..700).contains(&y) && y / 30 % 3 == 0 && x / 60 % 4 != 0 && x < 1003
                }),
                colour: [0, 0, 0],
            },
            Stencil {
                left_px: 150,
                top_px: 1500,
                ink: ink(601, 45, |x, y| x % 100 > 20 && y > 5),
                colour: [20, 40, 160],
            },
        ],
    }
}

fn file(page: Layered, turn: Turn, coding: MaskCoding) -> Vec<u8> {
    let stencils: Vec<Packed> =
        page.stencils.iter().map(|stencil| Packed::of(&stencil.ink, coding)).collect();
    for (packed, stencil) in stencils.iter().zip(&page.stencils) {
        assert!(packed.unpack().as_ref() == Some(&stencil.ink), "{coding:?}");
    }
    let about = About {
        title: "Lớp".into(),
        subject: String::new(),
        author: String::new(),
        language: "vi-VN".into(),
        created: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
        register: None,
    };
    let mut pdf = Vec::new();
    let mut document = Document::begin(&mut pdf).unwrap();
    let art = Art::Layered { page: Box::new(page), stencils };
    let straighten = Straighten::default();
    document.add(&Sheet { width_pt: 288.0, height_pt: 432.0, turn, straighten, art, text: None }).unwrap();
    document.finish(&about).unwrap();
    pdf
}

/// The page at 100 dpi, as each reader has it; none of them finds anything to warn of.
fn painted(pdf: &[u8]) -> [RgbImage; 3] {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("page.pdf");
    std::fs::write(&path, pdf).unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let output = output.unwrap_or_else(|e| panic!("{program} is missing ({e}): run `cargo xtask setup`"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    };
    let open = |name: &str| image::open(Path::new(&at(name))).unwrap().into_rgb8();
    run("pdftoppm", &["-r", "100", "-singlefile", &at("page.pdf"), &at("poppler")]);
    run("mutool", &["draw", "-q", "-N", "-r", "100", "-c", "rgb", "-o", &at("mutool.ppm"), &at("page.pdf")]);
    let to = format!("-sOutputFile={}", at("gs.ppm"));
    run(
        "gs",
        &[
            "-q",
            "-dNOPAUSE",
            "-dBATCH",
            "-dSAFER",
            "-sDEVICE=ppmraw",
            "-dTextAlphaBits=4",
            "-dGraphicsAlphaBits=4",
            "-r100",
            &to,
            &at("page.pdf"),
        ],
    );
    [open("poppler.ppm"), open("mutool.ppm"), open("gs.ppm")]
}

#[test]
fn three_readers_paint_the_same_page_however_it_lay_and_its_ink_is_packed() {
    let page = page();
    let table = [
        (Turn::None, MaskCoding::Jbig2),
        (Turn::Right, MaskCoding::Jbig2),
        (Turn::Over, MaskCoding::CcittG4),
        (Turn::Left, MaskCoding::Jbig2),
        (Turn::None, MaskCoding::CcittG4),
    ];
    for (turn, coding) in table {
        let readers = painted(&file(page.clone(), turn, coding));
        for (reader, picture) in ["poppler", "mutool", "gs"].iter().zip(&readers) {
            let what = format!("{reader} {turn:?} {coding:?}");
            let upright = match turn {
                Turn::None => picture.clone(),
                Turn::Right => image::imageops::rotate270(picture),
                Turn::Over => image::imageops::rotate180(picture),
                Turn::Left => image::imageops::rotate90(picture),
            };
            assert_eq!(upright.dimensions(), (400, 600), "{what}");
            let is = |x, y, [r, g, b]: [i32; 3]| {
                let seen = upright.get_pixel(x, y).0.map(i32::from);
                let near = seen.iter().zip([r, g, b]).all(|(seen, wanted)| (seen - wanted).abs() < 24);
                assert!(near, "{what}: {seen:?} at {x}, {y}");
            };
            is(30, 35, [0, 0, 0]); // black ink: rows 90-119 of the capture are inked from column 60 on
            is(10, 35, [250, 244, 230]); // paper beside it
            is(30, 25, [250, 244, 228]); // and above it
            is(110, 360, [200, 2, 40]); // left edge of the red tile
            is(250, 360, [200, 56, 40]); // right edge of it
            is(65, 508, [20, 40, 160]); // blue ink
            is(53, 508, [250, 237, 225]); // between two strokes of it
        }
        let [poppler, others @ ..] = &readers;
        for other in others {
            let apart: u64 =
                poppler.as_raw().iter().zip(other.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = apart as f64 / poppler.as_raw().len() as f64;
            assert!(mean < 2.5, "{turn:?} {coding:?}: readers are {mean:.2} apart");
        }
    }
}

/// What is levelled by a matrix lies as what was levelled pixel by pixel: clockwise, about the middle.
#[test]
fn a_level_page_turns_clockwise_about_its_middle() {
    let quarter = Straighten { tenths: 900 };
    let (x, y) = quarter.point((200.0, 100.0), 200.0, 200.0);
    assert!((x - 100.0).abs() < 0.01 && y.abs() < 0.01, "{x} {y}: the right end of the middle goes down");
    let little = Straighten { tenths: 10 };
    let (x, y) = little.point((100.0, 300.0), 200.0, 300.0);
    assert!(x > 102.0 && y < 300.0, "{x} {y}: the top goes to the right");
    assert_eq!(Straighten::default().point((3.0, 4.0), 200.0, 300.0), (3.0, 4.0));
}
