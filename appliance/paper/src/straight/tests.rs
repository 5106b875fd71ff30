use super::{edges_cleaned, ink_straightened, straightened};
use crate::{jbig2::Ink, raster::Raster};

const PAPER: [u8; 3] = [228, 126, 131];
const INK: [u8; 3] = [40, 128, 128];
const LID: [u8; 3] = [18, 128, 128];

/// A4 at 75 dpi; 2.95 pixels a millimetre.
const MM: f32 = 877.0 / 297.0;

fn page(channels: u8) -> Raster {
    let (width_px, height_px) = (620, 877);
    let pixel = &PAPER[..usize::from(channels)];
    Raster { width_px, height_px, channels, samples: pixel.repeat(620 * 877) }
}

fn put(page: &mut Raster, x: usize, y: usize, colour: [u8; 3]) {
    let channels = usize::from(page.channels);
    let at = (y * page.width_px as usize + x) * channels;
    page.samples[at..at + channels].copy_from_slice(&colour[..channels]);
}

fn at(page: &Raster, x: usize, y: usize) -> [u8; 3] {
    super::tone::pixel(page, x, y)
}

/// Colours whatever pleases, by places in millimetres.
fn painted(mut page: Raster, colour: [u8; 3], pleases: impl Fn(f32, f32) -> bool) -> Raster {
    for y in 0..page.height_px as usize {
        for x in 0..page.width_px as usize {
            if pleases(x as f32 / MM, y as f32 / MM) {
                put(&mut page, x, y, colour);
            }
        }
    }
    page
}

fn lines(page: Raster) -> Raster {
    painted(page, INK, |x, y| (20.0..190.0).contains(&x) && (30.0..250.0).contains(&y) && y % 8.0 < 1.0)
}

fn grain(page: &mut Raster, deviation: i32) {
    let mut dice = 7_u32;
    for sample in &mut page.samples {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let by = (dice >> 24) as i32 % (2 * deviation + 1) - deviation;
        *sample = (i32::from(*sample) + by).clamp(0, 255) as u8;
    }
}

/// Mean difference in lightness, a frame of so many pixels left out.
fn difference(one: &Raster, other: &Raster, frame: usize) -> f32 {
    let (width, height) = (one.width_px as usize, one.height_px as usize);
    let (mut sum, mut count) = (0_u32, 0_u32);
    for y in frame..height - frame {
        for x in frame..width - frame {
            sum += u32::from(at(one, x, y)[0].abs_diff(at(other, x, y)[0]));
            count += 1;
        }
    }
    sum as f32 / count as f32
}

#[test]
fn a_page_turned_and_turned_back_is_the_page() {
    for channels in [1, 3] {
        let page = lines(page(channels));
        for tenths in [1, 7, -23, 100] {
            let turned = straightened(&page, tenths);
            assert_eq!((turned.width_px, turned.height_px), (620, 877), "scale is one to one");
            let back = straightened(&turned, -tenths);
            // Half a pixel astray makes 8.
            assert!(difference(&page, &back, 130) < 6.0, "{tenths}: {}", difference(&page, &back, 130));
        }
    }
}

#[test]
fn tenths_count_clockwise_about_the_middle() {
    let dot = |x: f32, y: f32| painted(page(1), INK, move |u, v| (u - x).hypot(v - y) < 1.5);
    let turned = straightened(&dot(205.0, 148.5), 50);
    let (mut x, mut y, mut mass) = (0.0, 0.0, 0.0);
    for v in 0..877 {
        for u in 0..620 {
            let dark = f32::from(PAPER[0].saturating_sub(at(&turned, u, v)[0]));
            (x, y, mass) = (x + dark * u as f32, y + dark * v as f32, mass + dark);
        }
    }
    let (sin, cos) = 5_f32.to_radians().sin_cos();
    let (wanted_x, wanted_y) = (309.5 + 295.5 * cos, 438.0 + 295.5 * sin);
    assert!(
        (x / mass - wanted_x).abs() < 0.6 && (y / mass - wanted_y).abs() < 0.6,
        "{} {}",
        x / mass,
        y / mass
    );
}

#[test]
fn corners_that_come_in_are_paper() {
    let mut crooked = lines(page(3));
    grain(&mut crooked, 3);
    for tenths in [-100, -20, 20, 100] {
        let turned = straightened(&crooked, tenths);
        for (x, y) in [(0, 0), (619, 0), (0, 876), (619, 876), (310, 0), (0, 400)] {
            let found = at(&turned, x, y);
            let is_paper = found.iter().zip(PAPER).all(|(found, paper)| found.abs_diff(paper) < 8);
            assert!(is_paper, "{tenths} at {x},{y}: {found:?}");
        }
    }
}

#[test]
fn even_paper_stays_even_and_odd_sizes_stay_what_they_are() {
    let even = page(3);
    assert_eq!(straightened(&even, 33), even);
    assert_eq!(straightened(&lines(page(1)), 0), lines(page(1)));
    for (width_px, height_px) in [(1, 1), (1, 300), (300, 1), (7, 5)] {
        let samples = vec![200; (width_px * height_px) as usize];
        let small = Raster { width_px, height_px, channels: 1, samples };
        assert_eq!(straightened(&small, 100), small);
        let mut cleaned = small.clone();
        edges_cleaned(&mut cleaned);
        assert_eq!(cleaned, small);
    }
}

#[test]
fn black_and_white_is_turned_like_grey() {
    let page = lines(page(1));
    let parted = |page: &Raster| -> Vec<bool> { page.samples.iter().map(|&grey| grey < 128).collect() };
    let dots = parted(&page);
    let mut ink = Ink::new(620, 877);
    for (y, row) in (0..).zip(dots.chunks(620)) {
        for (x, _) in row.iter().enumerate().filter(|(_, black)| **black) {
            ink.row_mut(y)[x / 8] |= 0x80 >> (x % 8);
        }
    }
    let unpacked = |ink: &Ink| -> Vec<bool> {
        ink.rows().flat_map(|row| (0..620).map(|x| row[x / 8] & (0x80 >> (x % 8)) != 0)).collect()
    };
    assert_eq!(unpacked(&ink_straightened(&ink, 0)), dots);
    for tenths in [-9, 40] {
        let grey = parted(&straightened(&page, tenths));
        let black = unpacked(&ink_straightened(&ink, tenths));
        let (wrong, all) = (
            grey.iter().zip(&black).filter(|(grey, black)| grey != black).count(),
            grey.iter().filter(|black| **black).count(),
        );
        assert!(wrong * 30 < all, "{tenths}: {wrong} of {all}");
    }
}

#[test]
fn strips_of_a_lid_become_paper() {
    let wedge = |degrees: f32| move |x: f32, y: f32| x < (y * degrees.to_radians().tan());
    type Dark = Box<dyn Fn(f32, f32) -> bool>;
    let table: [(&str, Dark); 8] = [
        ("below", Box::new(|_, y| y > 290.0)),
        ("right", Box::new(|x, _| x > 204.0)),
        ("right and below", Box::new(|x, y| x > 200.0 || y > 285.0)),
        ("all round", Box::new(|x, y| !(4.0..206.0).contains(&x) || !(4.0..293.0).contains(&y))),
        ("a wedge at the left", Box::new(wedge(1.5))),
        ("a steep wedge", Box::new(wedge(5.0))),
        ("a part of an edge", Box::new(|x, y| y < 5.0 && x > 120.0)),
        ("two wedges", Box::new(move |x, y| wedge(2.0)(x, y) || wedge(2.0)(210.0 - x, 297.0 - y))),
    ];
    for (what, dark) in table {
        for channels in [1, 3] {
            let mut page = painted(lines(page(channels)), LID, &dark);
            grain(&mut page, 4);
            let before = page.clone();
            assert!(edges_cleaned(&mut page), "{what}");
            let left = (0..877 * 620)
                .filter(|i| dark((i % 620) as f32 / MM, (i / 620) as f32 / MM))
                .filter(|i| at(&page, i % 620, i / 620)[0] < 190)
                .count();
            assert!(left < 620, "{what}: {left} dark pixels are left");
            let inside = |p: &Raster| {
                (90..240)
                    .flat_map(|y| (90..530).map(move |x| (x, y)))
                    .map(|(x, y)| at(p, x, y))
                    .collect::<Vec<_>>()
            };
            assert_eq!(inside(&before), inside(&page), "{what}: what is not at the edge stays");
        }
    }
}

#[test]
fn a_copiers_shadow_fades_into_paper() {
    let mut page = lines(page(1));
    for y in 0..877 {
        for x in 0..620 {
            let deep = x as f32 / MM;
            if deep < 6.0 {
                put(&mut page, x, y, [(60.0 + deep / 6.0 * 168.0) as u8, 128, 128]);
            }
        }
    }
    edges_cleaned(&mut page);
    let darkest = (0..877).map(|y| (0..20).map(|x| at(&page, x, y)[0]).min().unwrap()).min().unwrap();
    assert!(darkest > 185, "{darkest}");
}

#[test]
fn what_is_printed_near_an_edge_stays() {
    let blue = [90, 190, 100];
    type Where = fn(f32, f32) -> bool;
    let table: [(&str, [u8; 3], Where); 9] = [
        ("a rule at the edge", INK, |x, y| x < 1.0 && (20.0..280.0).contains(&y)),
        ("a frame", INK, |x, y| {
            (3.0..207.0).contains(&x)
                && (3.0..294.0).contains(&y)
                && !((3.8..206.2).contains(&x) && (3.8..293.2).contains(&y))
        }),
        ("rules running out", INK, |_, y| y % 10.0 < 0.7),
        ("letters cut by the edge", INK, |x, y| x < 4.0 && y % 7.0 < 3.0),
        ("a photograph at the edge", INK, |x, y| x < 70.0 && (40.0..120.0).contains(&y)),
        ("a coloured band", blue, |_, y| y < 12.0),
        ("a thumb", LID, |x, y| (x).hypot(y - 150.0) < 14.0),
        ("a seal over the edge", [110, 110, 210], |x, y| ((x - 210.0).hypot(y - 200.0) - 15.0).abs() < 1.0),
        ("a black page", LID, |_, _| true),
    ];
    for (what, colour, dark) in table {
        let mut page = painted(page(3), colour, dark);
        grain(&mut page, 4);
        let before = page.clone();
        assert!(!edges_cleaned(&mut page), "{what}");
        assert!(before == page, "{what} was taken for a strip");
    }
    let mut photo = page(3);
    for y in 0..300 {
        for x in 0..40 {
            let grey = 60 + ((x * 7 + y * 13) % 90) as u8;
            put(&mut photo, x, y, [grey, 128, 128]);
        }
    }
    let before = photo.clone();
    edges_cleaned(&mut photo);
    assert!(before == photo, "a narrow photograph was taken for a strip");
}
