//! A page on a table, seen by a phone.

use crate::{
    draw::{Sheet, letter},
    spoil::{Dice, smooth},
};
use image::{Rgb, RgbImage};
use sight::{Corners, Picture, see, sheet_in, straightened, upright};

/// A camera above a table; the sheet lies flat, turned, and is seen slantwise.
struct Shot {
    sheet: Sheet,
    turned: f32,
    tilted: [f32; 2],
    /// Share of the picture's long side that the sheet's long side takes about.
    size: f32,
    behind: bool,
    table: [f32; 3],
    light: f32,
}

impl Shot {
    fn of(sheet: Sheet) -> Self {
        Self {
            sheet,
            turned: 0.0,
            tilted: [0.0, 0.0],
            size: 0.8,
            behind: false,
            table: [150.0, 105.0, 65.0],
            light: 0.0,
        }
    }

    const WIDTH: u32 = 1500;
    const HEIGHT: u32 = 2000;
    /// A phone's main camera: focus in pixels of this picture.
    const FOCUS: f32 = 1550.0;

    /// Where a place of the table, in millimetres from the middle of the sheet, is seen.
    fn seen(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.turned.to_radians().sin_cos();
        let (x, y) = (x * cos - y * sin, x * sin + y * cos);
        let [(sa, ca), (sb, cb)] = self.tilted.map(|degrees| degrees.to_radians().sin_cos());
        let away = Self::FOCUS * 297.0 / (self.size * Self::HEIGHT as f32);
        let (px, py, pz) = (x * cb, y * ca + x * sb * sa, away + y * sa - x * sb * ca);
        [Self::WIDTH as f32 / 2.0 + Self::FOCUS * px / pz, Self::HEIGHT as f32 / 2.0 + Self::FOCUS * py / pz]
    }

    fn size_mm(&self) -> [f32; 2] {
        [self.sheet.rgb.width() as f32, self.sheet.rgb.height() as f32].map(|px| px * 25.4 / self.sheet.dpi)
    }

    fn corners(&self) -> [[f32; 2]; 4] {
        let [w, h] = self.size_mm().map(|mm| mm / 2.0);
        [[-w, -h], [w, -h], [w, h], [-w, h]].map(|place| self.seen(place))
    }

    /// Takes the picture: for each pixel the place on the table is sought, and what lies there.
    fn taken(&self) -> RgbImage {
        let [w, h] = self.size_mm();
        let inverse = self.inverse();
        let mut dice = Dice(7);
        let grain: Vec<f32> = (0..400).map(|_| dice.throw()).collect();
        RgbImage::from_fn(Self::WIDTH, Self::HEIGHT, |px, py| {
            let [x, y] = inverse([px as f32 + 0.5, py as f32 + 0.5]);
            let mut colour = self.table.map(|v| {
                let along = (y * 0.35 + 2.0 * (x * 0.02).sin()).rem_euclid(398.0);
                let (at, share) = (along as usize, along.fract());
                let stripe = grain[at] * (1.0 - share) + grain[at + 1] * share;
                v * (0.75 + 0.4 * stripe)
            });
            let paper = |x: f32, y: f32| x.abs() < w / 2.0 && y.abs() < h / 2.0;
            if self.behind && paper(x - 45.0, y + 30.0) {
                // The upper sheet throws a thin shadow on the lower one.
                let near = (x.abs() - w / 2.0).max(y.abs() - h / 2.0).max(0.0);
                colour = [214.0, 212.0, 206.0].map(|v| v * (1.0 - 0.35 * (-near / 2.5).exp()));
            }
            if paper(x, y) {
                let dots = self.sheet.dpi / 25.4;
                let ink = smooth(&self.sheet.rgb, (x + w / 2.0) * dots, (y + h / 2.0) * dots, [235; 3]);
                colour = ink.0.map(f32::from);
            }
            let light =
                1.0 - self.light * (px as f32 / Self::WIDTH as f32 + py as f32 / Self::HEIGHT as f32) / 2.0;
            let noise = (dice.throw() - 0.5) * 10.0;
            Rgb(colour.map(|v| (v * light + noise).clamp(0.0, 255.0) as u8))
        })
    }

    /// Pixel to place on the table, by solving the camera backwards.
    fn inverse(&self) -> impl Fn([f32; 2]) -> [f32; 2] + '_ {
        move |[px, py]| {
            let mut place = [0.0_f32, 0.0];
            for _ in 0..6 {
                let [u, v] = self.seen(place);
                let [ux, vx] = self.seen([place[0] + 1.0, place[1]]);
                let [uy, vy] = self.seen([place[0], place[1] + 1.0]);
                let (a, b, c, d) = (ux - u, uy - u, vx - v, vy - v);
                let determinant = a * d - b * c;
                let (du, dv) = (px - u, py - v);
                place =
                    [place[0] + (d * du - b * dv) / determinant, place[1] + (a * dv - c * du) / determinant];
                if du.abs() + dv.abs() < 0.01 {
                    break;
                }
            }
            place
        }
    }
}

fn jpeg(rgb: &RgbImage) -> Vec<u8> {
    Sheet { rgb: rgb.clone(), dpi: 300.0 }.jpeg(90)
}

fn shots() -> Vec<(&'static str, Shot)> {
    let page = || letter(150, 1);
    vec![
        ("from above", Shot::of(page())),
        ("turned", Shot { turned: 12.0, ..Shot::of(page()) }),
        ("turned far", Shot { turned: -28.0, size: 0.7, ..Shot::of(page()) }),
        ("tilted", Shot { tilted: [25.0, 0.0], size: 0.75, ..Shot::of(page()) }),
        ("tilted both ways", Shot { tilted: [-20.0, 14.0], turned: 6.0, size: 0.7, ..Shot::of(page()) }),
        ("uneven light", Shot { light: 0.6, tilted: [12.0, -8.0], ..Shot::of(page()) }),
        ("a second sheet behind", Shot { behind: true, turned: 5.0, size: 0.65, ..Shot::of(page()) }),
        ("a dark table", Shot { table: [45.0, 42.0, 40.0], turned: -7.0, ..Shot::of(page()) }),
        ("a light table", Shot { table: [196.0, 180.0, 160.0], tilted: [8.0, 8.0], ..Shot::of(page()) }),
        ("on its side", Shot { turned: 90.0, size: 0.65, ..Shot::of(page()) }),
        ("a seal on an empty sheet", Shot { turned: 3.0, ..Shot::of(Sheet::a4(150).seal([90.0, 90.0])) }),
    ]
}

#[test]
fn the_sheet_is_found_where_it_lies() {
    let mut wrong = Vec::new();
    for (what, shot) in shots() {
        let picture = Picture::read(&jpeg(&shot.taken()), 300).unwrap();
        let Some(Corners(found)) = sheet_in(&picture) else {
            wrong.push(format!("{what}: not found"));
            continue;
        };
        // In which corner a turned sheet begins is for the reader to say; the four places count.
        for [x, y] in shot.corners() {
            let off = found
                .iter()
                .map(|[u, v]| (u * Shot::WIDTH as f32 - x).hypot(v * Shot::HEIGHT as f32 - y))
                .fold(f32::MAX, f32::min);
            if off > 0.015 * Shot::WIDTH as f32 {
                wrong.push(format!("{what}: corner {x:.0},{y:.0} missed by {off:.1} px"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_sheet_is_seen_where_there_is_none() {
    for table in [[150.0, 105.0, 65.0], [45.0, 42.0, 40.0], [210.0, 205.0, 200.0]] {
        let mut shot = Shot { table, light: 0.4, ..Shot::of(Sheet::of(1.0, 1.0, 50)) };
        shot.turned = 9.0;
        let picture = Picture::read(&jpeg(&shot.taken()), 300).unwrap();
        assert_eq!(sheet_in(&picture), None, "{table:?}");
    }
}

#[test]
fn a_straightened_page_has_straight_lines_and_its_own_proportions() {
    let papers = [("A4", 210.0, 297.0), ("F4", 210.0, 330.0), ("letter", 215.9, 279.4)];
    for (paper, width, height) in papers {
        for (tilted, turned) in [([22.0, 0.0], 3.0), ([-15.0, 12.0], -6.0), ([0.0, 0.0], 4.0)] {
            let mut sheet = Sheet::of(width, height, 150);
            for line in 0..20 {
                sheet = sheet.text(
                    25.0,
                    30.0 + line as f32 * 11.0,
                    14.0,
                    [30; 3],
                    "kế hoạch năm học của nhà trường và các tổ",
                );
            }
            let shot = Shot { tilted, turned, size: 0.72, ..Shot::of(sheet) };
            let photo = jpeg(&shot.taken());
            let corners = sheet_in(&Picture::read(&photo, 300).unwrap()).unwrap();
            let flat = straightened(&photo, &corners).unwrap();
            let long = flat.height_px as f32 * 25.4 / flat.dpi as f32;
            let proportion = flat.width_px as f32 / flat.height_px as f32;
            assert!((long - height).abs() < 2.0, "{paper} {tilted:?}: {long} mm long");
            assert!((proportion - width / height).abs() < 0.004, "{paper} {tilted:?}: {proportion}");
            let seen = see(&Picture::read(&flat.bytes, flat.dpi).unwrap());
            assert!(seen.skew_degrees.abs() < 0.3, "{paper} {tilted:?}: {}", seen.skew_degrees);
            let small = image::load_from_memory(&flat.thumbnail).unwrap();
            assert!(small.width().max(small.height()) <= 320);
        }
    }
}

#[test]
fn a_card_keeps_the_proportions_it_has() {
    let shot = Shot {
        tilted: [14.0, 6.0],
        size: 1.9,
        ..Shot::of(Sheet::of(86.0, 54.0, 300).text(8.0, 20.0, 14.0, [30; 3], "Thẻ thư viện"))
    };
    let photo = jpeg(&shot.taken());
    let flat = straightened(&photo, &Corners(shot.corners().map(|[x, y]| [x / 1500.0, y / 2000.0]))).unwrap();
    let proportion = flat.width_px as f32 / flat.height_px as f32;
    assert!((proportion / (86.0 / 54.0) - 1.0).abs() < 0.03, "{proportion}");
}

#[test]
fn a_photograph_is_turned_as_its_camera_says() {
    let plain = Sheet::of(60.0, 40.0, 100).text(5.0, 20.0, 14.0, [30; 3], "Đã nhận").jpeg(90);
    // EXIF with one entry: orientation 6, a quarter turn clockwise.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut turned = plain[..2].to_vec();
    turned.extend([0xFF, 0xE1, 0, exif.len() as u8 + 2]);
    turned.extend(exif);
    turned.extend(&plain[2..]);
    let (lies, stands) = (upright(&plain).unwrap(), upright(&turned).unwrap());
    assert_eq!((lies.width_px, lies.height_px), (stands.height_px, stands.width_px));
    let picture = Picture::read(&turned, 100).unwrap();
    assert!(picture.height() > picture.width());
    let flat = straightened(&turned, &Corners::whole()).unwrap();
    assert!(flat.height_px > flat.width_px);
}

#[test]
fn corners_that_enclose_nothing_are_refused() {
    let rows = [
        ("crossed", [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]),
        ("against the clock", [[0.1, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1]]),
        ("tiny", [[0.5, 0.5], [0.55, 0.5], [0.55, 0.55], [0.5, 0.55]]),
        ("on a line", [[0.1, 0.1], [0.5, 0.1], [0.9, 0.1], [0.5, 0.9]]),
        ("no number", [[f32::NAN, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]),
        ("far outside", [[-3.0, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]),
    ];
    let photo = Sheet::of(60.0, 40.0, 100).jpeg(80);
    for (what, corners) in rows {
        assert!(!Corners(corners).is_usable(), "{what}");
        assert!(straightened(&photo, &Corners(corners)).is_err(), "{what}");
    }
    assert!(Corners::whole().is_usable());
    let text = serde_json::to_string(&Corners::whole()).unwrap();
    assert_eq!(text, "[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,1.0]]");
}
