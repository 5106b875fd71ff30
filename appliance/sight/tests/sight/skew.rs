//! By how much a page lies askew, to a tenth of a degree: whoever straightens it by less leaves it crooked.

use crate::{
    draw::{BLACK, RED, Sheet, form, letter},
    scanned,
};
use sight::{Picture, see};

/// The furthest a measured angle may be from the true one.
const NEAR: f32 = 0.1;

fn skew(sheet: &Sheet) -> f32 {
    see(&Picture::read(&sheet.jpeg(88), sheet.dpi as u32).unwrap()).skew_degrees
}

fn few_lines() -> Sheet {
    Sheet::a4(150)
        .text(30.0, 60.0, 14.0, BLACK, "Kính gửi: Phòng Giáo dục và Đào tạo")
        .text(30.0, 70.0, 14.0, BLACK, "Nhà trường xin gửi kèm danh sách học sinh.")
        .text(130.0, 90.0, 14.0, BLACK, "HIỆU TRƯỞNG")
}

fn table() -> Sheet {
    let mut sheet = Sheet::a4(150).frame([15.0, 30.0], [195.0, 250.0], 0.35);
    for row in 0..22 {
        let y = 40.0 + row as f32 * 10.0;
        sheet = sheet
            .line([15.0, y], [195.0, y], 0.25, BLACK)
            .text(17.0, y - 3.0, 11.0, BLACK, &format!("{}", row + 1))
            .text(
                30.0,
                y - 3.0,
                11.0,
                BLACK,
                ["Nguyễn Thị Hoa", "Trần Văn Bưởi", "Lê Thị Mơ", "Phạm Cam"][row % 4],
            );
    }
    for x in [27.0, 90.0, 120.0, 150.0] {
        sheet = sheet.line([x, 30.0], [x, 250.0], 0.25, BLACK);
    }
    sheet
}

#[test]
fn the_angle_of_a_drawn_page_is_measured_to_a_tenth_of_a_degree() {
    let pages: [(&str, Sheet); 6] = [
        ("a letter", letter(150, 3)),
        ("a letter at 300 dpi", letter(300, 5)),
        ("a form", form(150, "Lê Thị Mơ", "2/9/2012", "7A")),
        ("few lines", few_lines()),
        ("a table", table()),
        ("on its side", Sheet { rgb: image::imageops::rotate90(&letter(150, 4).rgb), dpi: 150.0 }),
    ];
    let mut wrong = Vec::new();
    for (name, page) in &pages {
        for degrees in [-5.0, -3.3, -2.15, -1.0, -0.62, -0.3, 0.0, 0.25, 0.48, 0.87, 1.55, 2.6, 4.1, 5.0] {
            let seen = skew(&page.clone().laid(degrees, [0.0, 0.0], [228, 226, 220]).noisy(4.0, 9));
            if (seen - degrees).abs() > NEAR {
                wrong.push(format!("{name} at {degrees}: {seen}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_angle_of_a_scanned_page_is_measured_to_a_tenth_of_a_degree() {
    let mut wrong = Vec::new();
    for (name, bytes) in scanned::pages() {
        let rgb = image::load_from_memory(&bytes).unwrap().thumbnail(1240, 1754).into_rgb8();
        let page = Sheet { rgb, dpi: 150.0 };
        let lies = skew(&page);
        for degrees in [-4.7, -2.9, -1.2, -0.75, -0.35, 0.2, 0.55, 1.05, 2.3, 4.4] {
            let seen = skew(&page.clone().laid(degrees, [0.0, 0.0], [228, 226, 220]));
            if (seen - lies - degrees).abs() > NEAR {
                wrong.push(format!("{name} lies {lies} at {degrees}: {} ({seen})", seen - lies));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_without_lines_has_no_angle() {
    let stamp = |sheet: Sheet| sheet.seal([120.0, 150.0]);
    for (name, page) in [
        ("empty", Sheet::a4(150)),
        ("a seal alone", stamp(Sheet::a4(150))),
        ("a number alone", Sheet::a4(150).text(105.0, 285.0, 12.0, BLACK, "12")),
        ("a photograph", Sheet::a4(150).halftone([0.0, 0.0], [210.0, 297.0])),
        ("a stroke", Sheet::a4(150).line([30.0, 200.0], [90.0, 170.0], 0.6, RED)),
    ] {
        for degrees in [0.0, 2.0, -4.0] {
            assert_eq!(
                skew(&page.clone().laid(degrees, [0.0, 0.0], [238, 236, 230])),
                0.0,
                "{name} at {degrees}"
            );
        }
    }
}
