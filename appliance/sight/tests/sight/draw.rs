//! Draws pages: real letters of a real face, stamps, lines and codes, smoothed as a printer and a lens would.

use image::{Rgb, RgbImage};
use qrcode::{EcLevel, QrCode, types::Color};
use std::sync::LazyLock;
use ttf_parser::{Face, OutlineBuilder};

pub(crate) const BLACK: [u8; 3] = [30, 30, 34];
pub(crate) const RED: [u8; 3] = [205, 40, 48];
pub(crate) const BLUE: [u8; 3] = [40, 60, 170];
pub(crate) const PENCIL: [u8; 3] = [130, 130, 132];
const PAPER: [u8; 3] = [238, 236, 230];

static TINOS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    std::fs::read("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf")
        .expect("the face Tinos is missing: run `cargo xtask setup`, or install fonts-croscore")
});

/// A sheet of paper; places are millimetres from its upper left corner.
#[derive(Clone)]
pub(crate) struct Sheet {
    pub(crate) rgb: RgbImage,
    pub(crate) dpi: f32,
}

type Point = [f32; 2];

impl Sheet {
    pub(crate) fn a4(dpi: u32) -> Self {
        Self::of(210.0, 297.0, dpi)
    }

    pub(crate) fn of(width_mm: f32, height_mm: f32, dpi: u32) -> Self {
        let side = |mm: f32| (mm * dpi as f32 / 25.4).round() as u32;
        Self { rgb: RgbImage::from_pixel(side(width_mm), side(height_mm), Rgb(PAPER)), dpi: dpi as f32 }
    }

    pub(crate) fn text(mut self, x: f32, baseline: f32, points: f32, ink: [u8; 3], text: &str) -> Self {
        let face = Face::parse(&TINOS, 0).unwrap();
        let scale = points * 25.4 / 72.0 / f32::from(face.units_per_em());
        let mut pen = Outline { x, y: baseline, scale, ..Outline::default() };
        for letter in text.chars() {
            let glyph = face.glyph_index(letter).unwrap_or_default();
            face.outline_glyph(glyph, &mut pen);
            pen.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
        }
        self.fill(&pen.edges, ink);
        self
    }

    pub(crate) fn line(mut self, from: Point, to: Point, thick: f32, ink: [u8; 3]) -> Self {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let half = thick / 2.0 / dx.hypot(dy);
        let (nx, ny) = (-dy * half, dx * half);
        let corners = [
            [from[0] + nx, from[1] + ny],
            [to[0] + nx, to[1] + ny],
            [to[0] - nx, to[1] - ny],
            [from[0] - nx, from[1] - ny],
        ];
        self.polygon(&corners, ink);
        self
    }

    pub(crate) fn frame(self, [left, top]: Point, [right, bottom]: Point, thick: f32) -> Self {
        self.line([left, top], [right, top], thick, BLACK)
            .line([left, bottom], [right, bottom], thick, BLACK)
            .line([left, top], [left, bottom], thick, BLACK)
            .line([right, top], [right, bottom], thick, BLACK)
    }

    /// A round seal of 36 mm with a star.
    pub(crate) fn seal(mut self, [x, y]: Point) -> Self {
        for (radius, thick) in [(18.0, 0.9), (12.5, 0.5)] {
            let mut edges = circle([x, y], radius);
            edges.extend(circle([x, y], radius - thick).into_iter().map(|[a, b]| [b, a]));
            self.fill(&edges, RED);
        }
        let star: Vec<Point> = (0..10)
            .map(|i| {
                let (sin, cos) = (i as f32 * std::f32::consts::PI / 5.0).sin_cos();
                let radius = if i % 2 == 0 { 5.0 } else { 2.0 };
                [x + radius * sin, y - radius * cos]
            })
            .collect();
        self.polygon(&star, RED);
        self
    }

    /// A QR code whose modules fill `side` mm, its upper left corner at `[x, y]`, turned by `degrees` about its middle.
    pub(crate) fn code(mut self, text: &str, [x, y]: Point, side: f32, degrees: f32, ink: [u8; 3]) -> Self {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let modules = code.width();
        let module = side / modules as f32;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turned = |u: f32, v: f32| {
            let (u, v) = (u * module - side / 2.0, v * module - side / 2.0);
            [x + side / 2.0 + u * cos - v * sin, y + side / 2.0 + u * sin + v * cos]
        };
        let mut edges = Vec::new();
        for (at, _) in code.to_colors().iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
            let (u, v) = ((at % modules) as f32, (at / modules) as f32);
            let corners = [turned(u, v), turned(u + 1.0, v), turned(u + 1.0, v + 1.0), turned(u, v + 1.0)];
            edges.extend((0..4).map(|i| [corners[i], corners[(i + 1) % 4]]));
        }
        self.fill(&edges, ink);
        self
    }

    pub(crate) fn polygon(&mut self, corners: &[Point], ink: [u8; 3]) {
        let edges: Vec<_> =
            (0..corners.len()).map(|i| [corners[i], corners[(i + 1) % corners.len()]]).collect();
        self.fill(&edges, ink);
    }

    /// Lays ink on whatever the edges enclose, one way round or the other, by the share of each pixel that is covered.
    fn fill(&mut self, edges: &[[Point; 2]], ink: [u8; 3]) {
        let px = self.dpi / 25.4;
        let points = || edges.iter().flatten();
        let bound = |axis: usize, most: u32| {
            let low = points().map(|p| p[axis] * px).fold(f32::MAX, f32::min).floor().clamp(0.0, most as f32);
            let high = points().map(|p| p[axis] * px).fold(f32::MIN, f32::max).ceil().clamp(0.0, most as f32);
            (low as usize, high as usize)
        };
        let (width, height) = self.rgb.dimensions();
        let ((left, right), (top, bottom)) = (bound(0, width), bound(1, height));
        if left >= right || top >= bottom {
            return;
        }
        let columns = right - left;
        let mut covered = vec![0.0_f32; (columns + 2) * (bottom - top)];
        const PARTS: usize = 4;
        for [from, to] in edges {
            let (from, to) = (from.map(|mm| mm * px), to.map(|mm| mm * px));
            let (low, high, way) = if from[1] < to[1] { (from, to, 1.0) } else { (to, from, -1.0) };
            let first = ((low[1] * PARTS as f32 - 0.5).ceil()).max((top * PARTS) as f32) as usize;
            let last = ((high[1] * PARTS as f32 - 0.5).ceil()).clamp(0.0, (bottom * PARTS) as f32) as usize;
            for part in first..last {
                let y = (part as f32 + 0.5) / PARTS as f32;
                let x = low[0] + (high[0] - low[0]) * (y - low[1]) / (high[1] - low[1]);
                let x = (x - left as f32).clamp(0.0, columns as f32);
                let row = (part / PARTS - top) * (columns + 2);
                let share = x.fract();
                covered[row + x as usize] += way * (1.0 - share) / PARTS as f32;
                covered[row + x as usize + 1] += way * share / PARTS as f32;
            }
        }
        for (row, line) in covered.chunks(columns + 2).enumerate() {
            let mut sum = 0.0;
            for (column, step) in line[..columns].iter().enumerate() {
                sum += step;
                let share = sum.abs().min(1.0);
                if share > 0.002 {
                    let pixel = self.rgb.get_pixel_mut((left + column) as u32, (top + row) as u32);
                    for (under, ink) in pixel.0.iter_mut().zip(ink) {
                        // Ink is laid on ink: what is darker shows.
                        let over = f32::from(*under).min(f32::from(ink));
                        *under = (f32::from(*under) * (1.0 - share) + over * share).round() as u8;
                    }
                }
            }
        }
    }
}

fn circle([x, y]: Point, radius: f32) -> Vec<[Point; 2]> {
    let at = |i: usize| {
        let (sin, cos) = (i as f32 / 180.0 * std::f32::consts::TAU).sin_cos();
        [x + radius * cos, y + radius * sin]
    };
    (0..180).map(|i| [at(i), at(i + 1)]).collect()
}

/// Flattens the outlines of letters into edges.
#[derive(Default)]
struct Outline {
    x: f32,
    y: f32,
    scale: f32,
    edges: Vec<[Point; 2]>,
    start: Point,
    at: Point,
}

impl Outline {
    fn place(&self, x: f32, y: f32) -> Point {
        [self.x + x * self.scale, self.y - y * self.scale]
    }

    fn go(&mut self, to: Point) {
        self.edges.push([self.at, to]);
        self.at = to;
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.place(x, y);
        self.start = self.at;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.go(self.place(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (from, by, to) = (self.at, self.place(x1, y1), self.place(x, y));
        for step in 1..=6 {
            let t = step as f32 / 6.0;
            let mix =
                |i: usize| (1.0 - t) * (1.0 - t) * from[i] + 2.0 * t * (1.0 - t) * by[i] + t * t * to[i];
            self.go([mix(0), mix(1)]);
        }
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        // Tinos has quadratic outlines only.
        self.quad_to((x1 + x2) / 2.0, (y1 + y2) / 2.0, x, y);
    }

    fn close(&mut self) {
        self.go(self.start);
    }
}

/// A letter of a school as the rules on layout want it, its body made of `seed`.
pub(crate) fn letter(dpi: u32, seed: usize) -> Sheet {
    let mut sheet = Sheet::a4(dpi)
        .text(35.0, 25.0, 13.0, BLACK, "PHÒNG GD&ĐT HOA PHƯỢNG")
        .text(38.0, 31.0, 13.0, BLACK, "TRƯỜNG THCS HOA PHƯỢNG")
        .text(110.0, 25.0, 13.0, BLACK, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        .text(125.0, 31.0, 13.0, BLACK, "Độc lập - Tự do - Hạnh phúc")
        .line([132.0, 33.0], [172.0, 33.0], 0.3, BLACK)
        .text(40.0, 42.0, 13.0, BLACK, &format!("Số: {}/THCS-VP", 17 + seed * 13));
    for line in 0..24 {
        sheet = sheet.text(30.0, 62.0 + line as f32 * 6.5, 14.0, BLACK, &sentence(seed * 31 + line));
    }
    sheet.text(130.0, 228.0, 14.0, BLACK, "HIỆU TRƯỞNG").seal([128.0, 244.0]).text(
        128.0,
        264.0,
        14.0,
        BLACK,
        "Đặng Thị Hoa Mơ",
    )
}

fn sentence(seed: usize) -> String {
    const WORDS: [&str; 24] = [
        "nhà",
        "trường",
        "đề",
        "nghị",
        "các",
        "tổ",
        "chuyên",
        "môn",
        "báo",
        "cáo",
        "kết",
        "quả",
        "học",
        "kỳ",
        "theo",
        "mẫu",
        "gửi",
        "kèm",
        "trước",
        "ngày",
        "thứ",
        "sáu",
        "tuần",
        "này",
    ];
    (0..15)
        .map(|i| WORDS[(seed * 7 + i * (5 + seed % 3) + i * i % 11) % WORDS.len()])
        .collect::<Vec<_>>()
        .join(" ")
}

/// A form of a school, filled in by hand.
pub(crate) fn form(dpi: u32, name: &str, born: &str, class: &str) -> Sheet {
    let mut sheet = Sheet::a4(dpi)
        .text(60.0, 30.0, 16.0, BLACK, "ĐƠN XIN NGHỈ HỌC")
        .text(
            30.0,
            50.0,
            13.0,
            BLACK,
            "Họ và tên học sinh: ......................................................",
        )
        .text(30.0, 60.0, 13.0, BLACK, "Ngày sinh: ............................   Lớp: ..................")
        .text(75.0, 49.0, 15.0, BLUE, name)
        .text(55.0, 59.0, 15.0, BLUE, born)
        .text(112.0, 59.0, 15.0, BLUE, class)
        .frame([30.0, 80.0], [180.0, 160.0], 0.35);
    for row in 0..7 {
        let y = 90.0 + row as f32 * 10.0;
        sheet = sheet.line([30.0, y], [180.0, y], 0.25, BLACK).text(
            33.0,
            y - 2.5,
            12.0,
            BLACK,
            &format!("{}. Buổi học xin nghỉ và lý do của gia đình", row + 1),
        );
    }
    for line in 0..8 {
        sheet = sheet.text(30.0, 180.0 + line as f32 * 7.0, 13.0, BLACK, &sentence(line));
    }
    sheet.text(130.0, 250.0, 13.0, BLACK, "Phụ huynh ký tên")
}
