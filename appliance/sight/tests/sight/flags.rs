//! Which flag at which spoil. A row is a page, what was done to it, and the flags it must raise: all of them, no other.

use crate::draw::{BLACK, BLUE, PENCIL, RED, Sheet, form, letter};
use sight::{Flag, Flag::*, Picture, Seen, see};

fn seen(sheet: &Sheet) -> Seen {
    see(&Picture::read(&sheet.jpeg(88), sheet.dpi as u32).unwrap())
}

fn assert_flags(rows: Vec<(&str, Sheet, &[Flag])>) {
    let wrong: Vec<String> = rows
        .into_iter()
        .map(|(what, sheet, wanted)| (what, seen(&sheet), wanted))
        .filter(|(_, seen, wanted)| seen.flags != *wanted)
        .map(|(what, seen, wanted)| format!("{what}: wanted {wanted:?}, saw {:?} ({seen:?})", seen.flags))
        .map(|line| line.chars().take(300).collect())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_good_page_is_left_alone_however_it_was_scanned() {
    let page = || letter(300, 1);
    assert_flags(vec![
        ("as it is", page(), &[]),
        ("200 dpi", letter(200, 2), &[]),
        ("100 dpi", letter(100, 2), &[]),
        ("600 dpi", letter(600, 3), &[]),
        ("a form", form(300, "Lê Thị Mơ", "2/9/2012", "7A"), &[]),
        ("coded hard", { page().noisy(3.0, 1) }, &[]),
        ("lens of a cheap scanner", page().blurred(1.0), &[]),
        ("soft but legible", page().blurred(1.5), &[]),
        ("noisy", page().noisy(12.0, 2), &[]),
        ("dusty", page().dusty(150, 3), &[]),
        ("show-through", page().shown_through(&letter(300, 9), 0.08), &[]),
        ("a little dark", page().darkened(0.75), &[]),
        ("crooked by 2 degrees", page().laid(2.0, [0.0, 0.0], [225, 225, 222]), &[]),
        ("crooked by 5 degrees", page().laid(-5.0, [0.0, 0.0], [225, 225, 222]), &[]),
        ("moved by 8 mm", page().laid(0.5, [8.0, -6.0], [225, 225, 222]), &[]),
        ("a black lid beside a smaller sheet", page().on_black(12.0), &[]),
        ("crooked on a black lid", page().laid(1.5, [-6.0, -6.0], [10, 10, 10]), &[]),
        ("a spine's shadow", page().shadowed(0.45, 25.0), &[]),
        ("a photograph in the page", page().halftone([40.0, 80.0], [150.0, 150.0]), &[]),
        (
            "a frame over all edges",
            page()
                .frame([3.0, 3.0], [207.0, 294.0], 0.5)
                .line([0.0, 200.0], [210.0, 200.0], 0.3, BLACK)
                .line([0.0, 210.0], [210.0, 210.0], 0.3, BLACK)
                .line([0.0, 220.0], [210.0, 220.0], 0.3, BLACK)
                .line([0.0, 230.0], [210.0, 230.0], 0.3, BLACK),
            &[],
        ),
        (
            "streaks of a dirty feeder",
            page()
                .line([50.0, 0.0], [50.0, 297.0], 0.2, [120, 120, 120])
                .line([90.0, 0.0], [90.0, 297.0], 0.3, [150, 120, 120])
                .line([92.0, 0.0], [92.0, 297.0], 0.2, [90, 90, 90])
                .line([140.0, 0.0], [140.0, 297.0], 0.2, [90, 90, 90]),
            &[],
        ),
        ("laid on its side", Sheet { rgb: image::imageops::rotate90(&page().rgb), dpi: 300.0 }, &[]),
        (
            "a smaller sheet under a black lid",
            page().laid(1.0, [-70.0, -60.0], [14; 3]).laid(0.0, [60.0, 50.0], [14; 3]),
            &[],
        ),
        (
            "a sheet in colours to its edges",
            (0..4).fold(page(), |sheet, i| {
                let y = 10.0 + 90.0 * i as f32;
                sheet.line([0.0, y], [210.0, y + 2.0], 9.0, RED).line(
                    [200.0, y + 20.0],
                    [210.0, y + 24.0],
                    12.0,
                    BLUE,
                )
            }),
            &[],
        ),
        ("a photograph to the edges", page().halftone([0.0, 0.0], [210.0, 297.0]), &[]),
        (
            "faint print",
            {
                let mut sheet = page();
                sheet.rgb.iter_mut().for_each(|v| *v = 120 + *v / 2);
                sheet
            },
            &[],
        ),
        ("upside down", Sheet { rgb: image::imageops::rotate180(&page().rgb), dpi: 300.0 }, &[]),
    ]);
}

#[test]
fn a_page_in_black_and_white_or_grey_is_looked_at_like_any_other() {
    let grey = image::DynamicImage::from(letter(300, 3).laid(1.0, [0.0, 0.0], [228; 3]).rgb).into_luma8();
    let mut black = grey.clone();
    black.iter_mut().for_each(|v| *v = if *v < 128 { 0 } else { 255 });
    let png = |picture: &image::GrayImage| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    for picture in [&grey, &black] {
        let seen = see(&Picture::read(&png(picture), 300).unwrap());
        assert_eq!(seen.flags, [] as [Flag; 0]);
        assert!((seen.skew_degrees - 1.0).abs() < 0.2, "{}", seen.skew_degrees);
    }
    let empty = image::GrayImage::from_pixel(2480, 3508, image::Luma([255]));
    assert_eq!(see(&Picture::read(&png(&empty), 300).unwrap()).flags, [Blank]);
}

#[test]
fn coloured_paper_is_no_dark_page() {
    for paper in [[246, 232, 150], [250, 200, 205], [190, 225, 190], [180, 205, 240], [214, 208, 196]] {
        let mut sheet = letter(200, 4);
        let tint = |v: u8, p: u8| (u32::from(v) * u32::from(p) / 238).min(255) as u8;
        sheet
            .rgb
            .pixels_mut()
            .for_each(|pixel| pixel.0 = std::array::from_fn(|i| tint(pixel.0[i], paper[i])));
        assert_eq!(seen(&sheet).flags, [] as [Flag; 0], "{paper:?}");
    }
}

#[test]
fn a_page_without_writing_is_blank() {
    let empty = || Sheet::a4(300);
    let hole = |sheet: Sheet, y: f32| {
        let mut sheet = sheet;
        let disc: Vec<[f32; 2]> = (0..60)
            .map(|i| (i as f32 * 0.10472).sin_cos())
            .map(|(s, c)| [12.0 + 3.0 * c, y + 3.0 * s])
            .collect();
        sheet.polygon(&disc, [40, 40, 40]);
        sheet
    };
    assert_flags(vec![
        ("nothing", empty(), &[Blank]),
        ("nothing, noisy", empty().noisy(12.0, 5), &[Blank]),
        ("dust", empty().dusty(120, 6).noisy(4.0, 7), &[Blank]),
        ("show-through", empty().shown_through(&letter(300, 1), 0.08).noisy(4.0, 8), &[Blank]),
        ("a border", empty().on_black(9.0).noisy(4.0, 9), &[Blank]),
        ("crooked on a black lid", empty().laid(2.0, [3.0, 3.0], [10, 10, 10]), &[Blank]),
        ("a spine's shadow", empty().shadowed(0.5, 20.0), &[Blank]),
        ("punched", hole(hole(empty(), 108.0), 188.0), &[Blank]),
        (
            "edge of a smaller sheet",
            empty().line([205.0, 0.0], [204.0, 297.0], 0.5, [170, 170, 170]),
            &[Blank],
        ),
    ]);
}

#[test]
fn a_page_with_any_writing_is_not_blank() {
    let empty = || Sheet::a4(300).noisy(3.0, 10);
    assert_flags(vec![
        ("a red stamp", empty().seal([150.0, 240.0]), &[]),
        ("a pale stamp", empty().seal([150.0, 240.0]).noisy(2.0, 1).darkened(0.98), &[]),
        ("a pencil line", empty().line([40.0, 100.0], [90.0, 104.0], 0.4, PENCIL), &[]),
        ("a page number", empty().text(103.0, 285.0, 12.0, BLACK, "2"), &[]),
        ("a page number 1", empty().text(103.0, 15.0, 13.0, BLACK, "1"), &[]),
        ("a word in blue", empty().text(50.0, 60.0, 14.0, BLUE, "Đã xem"), &[]),
        (
            "a tick in red",
            empty().line([50.0, 50.0], [52.0, 53.0], 0.5, RED).line([52.0, 53.0], [58.0, 44.0], 0.5, RED),
            &[],
        ),
        ("a photograph only", empty().halftone([20.0, 20.0], [190.0, 270.0]), &[]),
        (
            "dotted lines",
            (0..12).fold(empty(), |sheet, i| {
                sheet.text(30.0, 40.0 + i as f32 * 12.0, 12.0, BLACK, &".".repeat(120))
            }),
            &[],
        ),
    ]);
}

#[test]
fn a_page_out_of_focus_is_blurred() {
    assert_flags(vec![
        ("hardly legible", letter(300, 1).blurred(3.2), &[Blurred]),
        ("illegible", letter(300, 1).blurred(4.0), &[Blurred]),
        ("with noise", letter(300, 1).blurred(3.6).noisy(5.0, 1), &[Blurred]),
        ("200 dpi", letter(200, 2).blurred(3.6), &[Blurred]),
        ("smeared by a feeder", letter(300, 1).smeared(16), &[Blurred]),
        ("a form", form(300, "Lê Thị Mơ", "2/9/2012", "7A").blurred(3.6), &[Blurred]),
    ]);
}

#[test]
fn a_page_in_the_dark_is_dark() {
    assert_flags(vec![
        ("lid open", letter(300, 1).darkened(0.45), &[Dark]),
        ("grey veil", letter(300, 1).darkened(0.55).noisy(4.0, 2), &[Dark]),
        ("nothing under an open lid", Sheet::a4(300).darkened(0.2), &[Dark]),
    ]);
}

#[test]
fn text_over_an_edge_is_clipped() {
    let beside = [228, 228, 226];
    assert_flags(vec![
        ("left", letter(300, 1).laid(0.0, [-36.0, 0.0], beside), &[Clipped]),
        ("right", letter(300, 2).laid(0.3, [34.0, 0.0], beside), &[Clipped]),
        ("above", letter(300, 3).laid(0.0, [0.0, -23.5], beside), &[Clipped]),
        ("below", letter(200, 4).laid(0.0, [0.0, 86.5], beside), &[Clipped]),
        ("left, black lid at the right", letter(300, 1).laid(0.0, [-36.0, 0.0], [12, 12, 12]), &[Clipped]),
        ("a seal", Sheet::a4(300).text(30.0, 60.0, 14.0, BLACK, "Kính gửi").seal([200.0, 200.0]), &[Clipped]),
    ]);
}

#[test]
fn a_page_beyond_turning_is_crooked_and_every_turn_is_measured() {
    let beside = [225, 225, 222];
    for tenths in [-150, -110, -90, -60, -31, -14, -5, 0, 3, 8, 22, 45, 77, 90, 120, 148] {
        let degrees = tenths as f32 / 10.0;
        let seen = seen(&letter(200, 5).laid(degrees, [0.0, 0.0], beside));
        let off = (seen.skew_degrees - degrees).abs();
        assert!(off < 0.25, "turned by {degrees}, measured {}", seen.skew_degrees);
        assert_eq!(seen.flags.contains(&Crooked), degrees.abs() > 8.0, "{degrees}: {:?}", seen.flags);
    }
    let lost = seen(&letter(200, 5).laid(6.0, [-34.0, 0.0], beside));
    assert_eq!(lost.flags, [Clipped, Crooked]);
}

#[test]
fn what_has_no_lines_is_not_crooked() {
    for sheet in [
        Sheet::a4(200).seal([100.0, 100.0]),
        Sheet::a4(200).line([40.0, 40.0], [140.0, 65.0], 0.5, BLUE),
        Sheet::a4(200).halftone([20.0, 20.0], [190.0, 270.0]),
        Sheet::a4(200).dusty(300, 4),
    ] {
        assert_eq!(seen(&sheet).skew_degrees, 0.0);
    }
}
