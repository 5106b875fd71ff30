//! Which way up a page lies.

use crate::{
    draw::{BLACK, Sheet, form, letter},
    scanned,
};
use image::imageops::{rotate90, rotate180, rotate270};
use sight::{Picture, see};

fn turn(sheet: &Sheet) -> u16 {
    see(&Picture::read(&sheet.jpeg(85), sheet.dpi as u32).unwrap()).turn_degrees
}

/// The page as it lies when it has to be turned by this to stand.
fn lying(page: &Sheet, turn: u16) -> Sheet {
    let rgb = match turn {
        90 => rotate270(&page.rgb),
        180 => rotate180(&page.rgb),
        270 => rotate90(&page.rgb),
        _ => page.rgb.clone(),
    };
    Sheet { rgb, dpi: page.dpi }
}

fn pages() -> Vec<(String, Sheet)> {
    let scanned = scanned::pages().into_iter().map(|(name, bytes)| {
        let rgb = image::load_from_memory(&bytes).unwrap().thumbnail(1240, 1754).into_rgb8();
        (name, Sheet { rgb, dpi: 150.0 })
    });
    let mut pages: Vec<_> = scanned.collect();
    pages.extend((0..4).map(|seed| (format!("letter {seed}"), letter(150, seed))));
    pages.push(("form".into(), form(150, "Lê Thị Mơ", "2/9/2012", "7A")));
    pages
}

fn spoilt(page: &Sheet) -> Vec<(&'static str, Sheet)> {
    let beside = [226, 224, 220];
    vec![
        ("as it is", page.clone()),
        ("noisy", page.clone().noisy(12.0, 3)),
        ("soft", page.clone().blurred(2.0)),
        ("askew", page.clone().laid(1.3, [1.0, -2.0], beside)),
        ("askew the other way", page.clone().laid(-3.1, [0.0, 0.0], beside).noisy(6.0, 8)),
        ("dark and dusty", page.clone().darkened(0.8).dusty(120, 5)),
    ]
}

#[test]
fn a_page_is_never_said_to_lie_otherwise_than_it_does() {
    let (mut wrong, mut missed, mut all) = (Vec::new(), Vec::new(), 0);
    for (name, page) in pages() {
        for (how, page) in spoilt(&page) {
            for wanted in [0, 90, 180, 270] {
                all += 1;
                match turn(&lying(&page, wanted)) {
                    seen if seen == wanted => {}
                    0 => missed.push(format!("{name}, {how}, {wanted}: not told")),
                    seen => wrong.push(format!("{name}, {how}, {wanted}: {seen}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}: {}", wrong.len(), wrong.join("\n"));
    assert!(missed.len() * 8 < all, "{} of {all}: {}", missed.len(), missed.join("\n"));
}

#[test]
fn what_has_no_text_is_not_spoken_of() {
    for page in [
        Sheet::a4(150),
        Sheet::a4(150).seal([100.0, 100.0]),
        Sheet::a4(150).halftone([0.0, 0.0], [210.0, 297.0]),
        Sheet::a4(150).text(30.0, 50.0, 14.0, BLACK, "Trang 1"),
    ] {
        for lies in [0, 90, 180] {
            assert_eq!(turn(&lying(&page, lies)), 0);
        }
    }
}
