//! Codes are read at the sizes they are printed in, however the sheet came to lie.

use crate::draw::{BLACK, BLUE, RED, Sheet, letter};
use sight::{Picture, mark::Mark, see};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x0193_5b5e_7a10_7d2c_8c1f_0123_4567_89ab);

fn codes(sheet: &Sheet) -> Vec<String> {
    see(&Picture::read(&sheet.jpeg(85), sheet.dpi as u32).unwrap()).codes
}

#[test]
fn a_code_of_14_mm_is_read_however_it_lies() {
    let text = Mark::StampOf(ID).text();
    let mut missed = Vec::new();
    for dpi in [200, 300] {
        let page = Sheet::of(90.0, 90.0, dpi).text(5.0, 9.0, 14.0, BLACK, "Số đến: 17   Ngày đến: 21/11");
        // 14 mm with the quiet zone leaves 10.6 mm for the modules.
        for side in [10.6, 14.0, 22.0, 45.0] {
            for degrees in [0.0, 1.3, 7.0, 20.0, 44.0, 90.0, 181.0, 270.0] {
                let place = [45.0 - side / 2.0, 49.0 - side / 2.0];
                let sheet = page.clone().code(&text, place, side, degrees, BLACK).noisy(5.0, 3);
                if codes(&sheet) != [text.as_str()] {
                    missed.push((dpi, side, degrees));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_spoiled_code_is_read() {
    let text = Mark::SheetOf(ID).text();
    let page = |ink| Sheet::a4(300).code(&text, [90.0, 120.0], 14.0, 3.0, ink);
    let rows = [
        ("5 % noise", page(BLACK).noisy(12.75, 1)),
        ("red", page(RED)),
        ("blue", page(BLUE)),
        ("under a red stamp", page(BLACK).seal([98.0, 126.0])),
        ("out of focus a little", page(BLACK).blurred(1.5)),
        ("dark page", page(BLACK).darkened(0.5)),
        ("dusty", page(BLACK).dusty(400, 2)),
        ("coloured paper", {
            let mut sheet = page(BLACK);
            sheet.rgb.pixels_mut().for_each(|p| p.0[2] = (u32::from(p.0[2]) * 150 / 255) as u8);
            sheet
        }),
        ("upside down and crooked", page(BLACK).laid(177.0, [4.0, 5.0], [220; 3])),
        ("beside a photograph", page(BLACK).halftone([20.0, 150.0], [190.0, 280.0])),
    ];
    let missed: Vec<&str> =
        rows.iter().filter(|(_, sheet)| codes(sheet) != [text.as_str()]).map(|(what, _)| *what).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn every_code_on_a_page_is_read_from_top_to_bottom() {
    let (stamp, other) = (Mark::StampOf(ID).text(), "https://hoaphuong.example/tra-cuu?so=17".to_string());
    let separator = Mark::Separator.text();
    let sheet = letter(300, 2)
        .code(&other, [170.0, 250.0], 18.0, 2.0, BLACK)
        .code(&stamp, [12.0, 40.0], 14.0, -4.0, RED)
        .code(&separator, [12.0, 130.0], 14.0, 10.0, BLACK);
    assert_eq!(codes(&sheet), [stamp, separator, other]);
}

#[test]
fn a_photograph_full_of_dots_takes_no_longer_than_a_page() {
    let sheet = Sheet::a4(300).halftone([0.0, 0.0], [210.0, 297.0]);
    let picture = Picture::read(&sheet.jpeg(90), 300).unwrap();
    let begin = Instant::now();
    assert_eq!(see(&picture).codes, [] as [String; 0]);
    // Not a speed: whoever tries every three of ten thousand corners needs hours.
    assert!(begin.elapsed() < Duration::from_secs(20));
}
