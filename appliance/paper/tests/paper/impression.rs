//! Impressions are cut out of scans and measured; seals on pages are recognised, and nothing else is.

use crate::{
    look::{drawn, ring_png},
    samples::{fixture, scan},
};
use image::{Rgb, RgbImage};
use paper::{
    Picture,
    impression::{Impression, ImpressionKind, Refused, SealSeen, cut, seals},
};

const RED: [u8; 3] = [196, 48, 62];

/// A small generator of the same grain for every run.
struct Grain(u64);

impl Grain {
    /// Between -1 and 1, more often near 0.
    fn next(&mut self) -> f32 {
        let mut one = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f32 / (1_u64 << 24) as f32
        };
        one() + one() - 1.0
    }
}

/// A sheet at `dpi`, with grain.
struct Sheet {
    pixels: Vec<[f32; 3]>,
    width: usize,
    height: usize,
    per_mm: f32,
    grain: Grain,
}

impl Sheet {
    fn new((width_mm, height_mm): (f32, f32), dpi: u32, tone: [f32; 3]) -> Sheet {
        let per_mm = dpi as f32 / 25.4;
        let (width, height) = ((width_mm * per_mm) as usize, (height_mm * per_mm) as usize);
        let mut grain = Grain(7);
        let pixels = (0..width * height).map(|_| {
            let light = 7.0 * grain.next();
            tone.map(|value| value + light + 2.0 * grain.next())
        });
        Sheet { pixels: pixels.collect(), width, height, per_mm, grain: Grain(11) }
    }

    fn white(size: (f32, f32), dpi: u32) -> Sheet {
        Sheet::new(size, dpi, [238.0, 234.0, 226.0])
    }

    /// Inks what is inside: `is` gives how much of a millimetre-place is covered.
    fn ink(mut self, ink: [u8; 3], strength: f32, cover: impl Fn(f32, f32) -> f32) -> Sheet {
        for y in 0..self.height {
            for x in 0..self.width {
                let at = |px: usize, part: f32| (px as f32 + part) / self.per_mm;
                let parts = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
                let covered = parts.map(|(dx, dy)| cover(at(x, dx), at(y, dy))).iter().sum::<f32>() / 4.0;
                if covered > 0.0 {
                    let amount = covered * strength * (1.0 - 0.12 * self.grain.next().abs());
                    let pixel = &mut self.pixels[y * self.width + x];
                    for (value, ink) in pixel.iter_mut().zip(ink) {
                        *value = *value * (1.0 - amount) + f32::from(ink) * amount;
                    }
                }
            }
        }
        self
    }

    /// A seal: two rings, letters between them, a star.
    fn seal(self, diameter: f32, (x0, y0): (f32, f32), ink: [u8; 3], strength: f32) -> Sheet {
        let radius = diameter / 2.0;
        self.ink(ink, strength, move |x, y| {
            let (dx, dy) = (x - x0, y - y0);
            if dx.abs() > radius || dy.abs() > radius {
                return 0.0;
            }
            let (away, angle) = (dx.hypot(dy), dy.atan2(dx));
            let ring = (radius - 0.8..radius).contains(&away)
                || (0.55 * radius..0.55 * radius + 0.35).contains(&away);
            let letters = (0.64 * radius..0.86 * radius).contains(&away)
                && (angle * 17.0).sin() > 0.1
                && (away * 2.9).sin() > -0.6;
            let star = away < 0.3 * radius * (0.62 + 0.38 * (5.0 * angle).cos());
            f32::from(u8::from(ring || letters || star))
        })
    }

    fn text(self, ink: [u8; 3], rows: std::ops::Range<usize>) -> Sheet {
        self.ink(ink, 1.0, move |x, y| {
            let row = (y / 8.0) as usize;
            let within = (y % 8.0) < 3.0 && (30.0..190.0).contains(&x);
            if !within || !rows.contains(&row) {
                return 0.0;
            }
            let letter = (x * 3.1).sin() + (x * 1.3 + y * 2.0).sin() + (y * 4.0).cos() > 0.7;
            f32::from(u8::from(letter))
        })
    }

    fn jpeg(&self) -> Vec<u8> {
        let rgb = RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            Rgb(self.pixels[y as usize * self.width + x as usize].map(|value| value.clamp(0.0, 255.0) as u8))
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
        rgb.write_with_encoder(encoder).unwrap();
        bytes.into_inner()
    }
}

fn wave(x: f32, y: f32) -> f32 {
    let line = 30.0 + 9.0 * (x * 0.55).sin() * (0.4 + 0.6 * (x * 0.11).cos().abs());
    let slope = 1.0 + 3.5 * (x * 0.55).cos().abs();
    f32::from(u8::from((25.0..68.0).contains(&x) && (y - line).abs() < 0.3 * slope))
}

#[test]
fn a_seal_is_measured_to_three_tenths_of_a_millimetre() {
    for dpi in [200, 300, 600] {
        for diameter in [28.0, 36.0, 42.5] {
            let scan = Sheet::white((70.0, 70.0), dpi).seal(diameter, (36.0, 33.0), RED, 1.0).jpeg();
            let Impression { png, width_mm, height_mm, diameter_mm } =
                cut(&scan, dpi, ImpressionKind::Seal).unwrap();
            let measured = diameter_mm.unwrap();
            assert!((measured - diameter).abs() < 0.3, "{dpi} dpi: {measured} for {diameter}");
            assert!((width_mm - diameter - 1.0).abs() < 0.5 && (height_mm - width_mm).abs() < 0.2);
            let picture = Picture::parse(&png).unwrap();
            assert!(
                (picture.size_mm().0 - width_mm).abs() < 0.05,
                "the picture has the size that was measured"
            );
        }
    }
}

#[test]
fn paper_goes_and_ink_keeps_its_colour_and_its_soft_edges() {
    for (strength, what) in [(1.0, "full"), (0.45, "faint")] {
        let scan = Sheet::white((70.0, 70.0), 300).seal(36.0, (35.0, 35.0), RED, strength).jpeg();
        let png = cut(&scan, 300, ImpressionKind::Seal).unwrap().png;
        let cut = image::load_from_memory(&png).unwrap().into_rgba8();
        let pixels: Vec<[u8; 4]> = cut.pixels().map(|pixel| pixel.0).collect();
        let share =
            |of: fn(u8) -> bool| pixels.iter().filter(|p| of(p[3])).count() as f32 / pixels.len() as f32;
        assert!(share(|alpha| alpha == 0) > 0.5, "{what}: paper left");
        assert!(share(|alpha| alpha > 220) > 0.05, "{what}: no full ink");
        assert!(share(|alpha| (40..220).contains(&alpha)) > 0.02, "{what}: hard edges");
        let reds = pixels.iter().filter(|p| p[3] > 100);
        assert!(reds.clone().all(|[r, g, b, _]| r > g && r > b), "{what}: another colour");
        // Between star and inner ring there is bare paper.
        let (side, bare) = (cut.width(), 0.30);
        let at = |angle: f32| {
            let away = 0.5 * side as f32 * (0.42 + bare * 0.1);
            cut.get_pixel(
                (side as f32 / 2.0 + away * angle.cos()) as u32,
                (side as f32 / 2.0 + away * angle.sin()) as u32,
            )
        };
        let dirty = (0..120).filter(|ray| at(*ray as f32 * 0.052).0[3] > 0).count();
        assert!(dirty <= 2, "{what}: {dirty} of 120 places of bare paper are not bare");
    }
}

#[test]
fn a_signature_is_cut_blue_or_black() {
    for ink in [[35, 55, 150], [30, 30, 34], [110, 125, 190]] {
        let scan = Sheet::white((100.0, 60.0), 300).ink(ink, 1.0, wave).jpeg();
        let cut = cut(&scan, 300, ImpressionKind::Signature).unwrap();
        assert_eq!(cut.diameter_mm, None);
        assert!((cut.width_mm - 44.0).abs() < 1.5 && (15.0..23.0).contains(&cut.height_mm), "{cut:?}");
        let pixels = image::load_from_memory(&cut.png).unwrap().into_rgba8();
        let bare =
            pixels.pixels().filter(|pixel| pixel.0[3] == 0).count() as f32 / pixels.pixels().len() as f32;
        assert!((0.7..0.98).contains(&bare), "{ink:?}: {bare} is bare");
    }
}

#[test]
fn what_cannot_be_cut_is_refused_with_its_reason() {
    let sheet = || Sheet::white((120.0, 70.0), 300);
    let seal = |sheet: Sheet, x: f32| sheet.seal(36.0, (x, 35.0), RED, 1.0);
    let grey = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(900, 900).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let oval = sheet().ink(RED, 1.0, |x, y| {
        let away = ((x - 60.0) / 24.0).hypot((y - 35.0) / 17.0);
        f32::from(u8::from((0.94..1.0).contains(&away) || away < 0.3))
    });
    let is = ImpressionKind::Seal;
    type Row = (&'static str, Vec<u8>, u32, ImpressionKind, fn(&Refused) -> bool);
    let table: [Row; 10] = [
        ("nothing", sheet().jpeg(), 300, is, |e| *e == Refused::Nothing),
        ("no signature", sheet().jpeg(), 300, ImpressionKind::Signature, |e| *e == Refused::Nothing),
        ("a blue seal", sheet().seal(36.0, (60.0, 35.0), [40, 60, 190], 1.0).jpeg(), 300, is, |e| {
            *e == Refused::Nothing
        }),
        ("two seals", seal(seal(sheet(), 30.0), 90.0).jpeg(), 300, is, |e| *e == Refused::Several),
        ("cut off", seal(sheet(), 10.0).jpeg(), 300, is, |e| *e == Refused::CutOff),
        ("too small", sheet().seal(14.0, (60.0, 35.0), RED, 1.0).jpeg(), 300, is, |e| {
            matches!(e, Refused::WrongSize(_))
        }),
        ("oval", oval.jpeg(), 300, is, |e| *e == Refused::NotRound),
        ("coarse", seal(sheet(), 60.0).jpeg(), 150, is, |e| *e == Refused::TooCoarse(150)),
        ("grey", grey, 300, is, |e| *e == Refused::Grey),
        ("no picture", b"%PDF-1.7".to_vec(), 300, is, |e| matches!(e, Refused::Unreadable(_))),
    ];
    for (what, scan, dpi, kind, expected) in table {
        let refused = cut(&scan, dpi, kind).expect_err(what);
        assert!(expected(&refused), "{what}: {refused:?}");
    }
}

#[test]
fn a_seal_on_a_page_is_recognised_and_nothing_else_is_one() {
    let page = || Sheet::white((210.0, 297.0), 100).text([40, 40, 44], 8..22);
    let round = |x0: f32, y0: f32, of: fn(f32) -> bool| {
        move |x: f32, y: f32| f32::from(u8::from(of((x - x0).hypot(y - y0))))
    };
    let at = (129.0, 219.0);
    let stained = Sheet::new((210.0, 297.0), 100, [236.0, 226.0, 190.0]).text([40, 40, 44], 8..22);
    let table: Vec<(&str, Sheet, usize)> = vec![
        ("strong", page().seal(36.0, at, RED, 1.0), 1),
        ("faint", page().seal(36.0, at, RED, 0.3), 1),
        ("very faint", page().seal(36.0, at, RED, 0.18), 1),
        ("small", page().seal(27.0, at, RED, 0.8), 1),
        ("large", page().seal(42.0, at, RED, 0.8), 1),
        ("nearly pink", page().seal(36.0, at, [215, 60, 110], 0.8), 1),
        ("nearly orange", page().seal(36.0, at, [215, 80, 50], 0.8), 1),
        ("over text", page().seal(36.0, (100.0, 110.0), RED, 0.8), 1),
        ("on old paper", stained.seal(36.0, at, RED, 0.6), 1),
        ("two", page().seal(36.0, at, RED, 0.8).seal(36.0, (50.0, 219.0), RED, 0.8), 2),
        ("plain", page(), 0),
        ("red text", Sheet::white((210.0, 297.0), 100).text([200, 30, 40], 3..22), 0),
        (
            "red rules",
            page()
                .ink([210, 40, 50], 1.0, |x, y| f32::from(u8::from(y % 8.0 > 7.3 && x > 30.0 && x < 180.0))),
            0,
        ),
        (
            "a pink marker",
            page().ink([255, 150, 205], 0.8, |x, y| {
                f32::from(u8::from(y % 24.0 < 7.0 && x > 30.0 && x < 150.0))
            }),
            0,
        ),
        ("an orange disc", page().ink([255, 180, 90], 1.0, round(80.0, 80.0, |r| r < 18.0)), 0),
        (
            "a ring drawn by hand",
            page().ink([215, 40, 50], 1.0, round(130.0, 220.0, |r| (16.2..17.0).contains(&r))),
            0,
        ),
        ("a red disc", page().ink([205, 40, 50], 1.0, round(130.0, 220.0, |r| r < 17.0)), 0),
        ("a blue seal", page().seal(36.0, at, [50, 60, 190], 1.0), 0),
        ("a small badge", page().seal(17.0, (40.0, 25.0), RED, 1.0), 0),
        (
            "a stamp with corners",
            page().ink(RED, 1.0, |x, y| {
                let (dx, dy) = ((x - 130.0).abs(), (y - 220.0).abs());
                f32::from(u8::from(
                    (dx < 25.0 && dy < 17.5)
                        && (dx > 24.4 || dy > 17.0 || (dy < 3.0 && (x * 2.0).sin() > 0.0)),
                ))
            }),
            0,
        ),
        (
            "a photograph of skin and cloth",
            page().ink([190, 120, 100], 0.9, |x, y| {
                let within = (60.0..150.0).contains(&x) && (190.0..270.0).contains(&y);
                if within { 0.5 + 0.5 * (x * 0.21).sin() * (y * 0.17).cos() } else { 0.0 }
            }),
            0,
        ),
    ];
    for (what, sheet, count) in table {
        let found = seals(&sheet.jpeg(), 100).unwrap();
        assert_eq!(found.len(), count, "{what}: {found:?}");
        if let ([SealSeen { left_mm, top_mm, diameter_mm }], true) = (&found[..], what == "strong") {
            let off = [left_mm - 111.0, top_mm - 201.0, diameter_mm - 36.0].map(f32::abs);
            assert!(off.iter().all(|mm| *mm < 1.0), "{found:?}");
        }
    }
}

#[test]
fn the_sample_pages_bear_their_seals() {
    for (page, count) in [(1, 1), (2, 0), (3, 1), (4, 1)] {
        let found = seals(&scan(page), 300).unwrap();
        assert_eq!(found.len(), count, "p{page}: {found:?}");
        assert!(found.iter().all(|seal| (seal.diameter_mm - 36.0).abs() < 1.0), "p{page}: {found:?}");
    }
    for (page, count) in [(5, 0), (6, 1)] {
        let found = seals(&fixture(&format!("further-pages/p{page:02}.jpg")), 300).unwrap();
        assert_eq!(found.len(), count, "p{page}: {found:?}");
    }
    let ring = ring_png(36.0, 300);
    assert!(Picture::parse(&ring).is_ok());
    // What a page of text alone looks like when it is drawn.
    let clean = drawn(&fixture("blocks/p04.pdf"), 1, 100);
    let mut png = std::io::Cursor::new(Vec::new());
    clean.write_to(&mut png, image::ImageFormat::Png).unwrap();
    assert_eq!(seals(png.get_ref(), 100).unwrap(), []);
}
