//! What scanners, people and post do to pages, by numbers.

use crate::draw::Sheet;
use image::{Rgb, RgbImage, imageops};

impl Sheet {
    /// JPEG bytes as a scanner's driver would store them.
    pub(crate) fn jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
        let (width, height) = (self.rgb.width() as u16, self.rgb.height() as u16);
        encoder.encode(self.rgb.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    }

    /// Gaussian blur; `sigma` in pixels of 300 dpi.
    pub(crate) fn blurred(mut self, sigma: f32) -> Self {
        if sigma > 0.0 {
            self.rgb = imageops::blur(&self.rgb, sigma * self.dpi / 300.0);
        }
        self
    }

    /// Smeared along the way the sheet moves; `length` in pixels of 300 dpi.
    pub(crate) fn smeared(mut self, length: usize) -> Self {
        let before = self.rgb.clone();
        let (width, height) = before.dimensions();
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0_usize; 3];
                for step in 0..length {
                    let pixel = before.get_pixel(x, (y + step as u32).min(height - 1));
                    sums.iter_mut().zip(pixel.0).for_each(|(sum, v)| *sum += usize::from(v));
                }
                self.rgb.put_pixel(x, y, Rgb(sums.map(|sum| (sum / length) as u8)));
            }
        }
        self
    }

    /// Every sample times `share`.
    pub(crate) fn darkened(mut self, share: f32) -> Self {
        self.rgb.iter_mut().for_each(|sample| *sample = (f32::from(*sample) * share) as u8);
        self
    }

    /// Turned about the middle (clockwise is positive) and then moved by millimetres; `beside` shows where there is no
    /// sheet.
    pub(crate) fn laid(mut self, degrees: f32, [dx, dy]: [f32; 2], beside: [u8; 3]) -> Self {
        let px = self.dpi / 25.4;
        let (width, height) = self.rgb.dimensions();
        let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let before = self.rgb.clone();
        for (x, y, pixel) in self.rgb.enumerate_pixels_mut() {
            let (u, v) = (x as f32 - cx - dx * px, y as f32 - cy - dy * px);
            *pixel = smooth(&before, u * cos + v * sin + cx, v * cos - u * sin + cy, beside);
        }
        self
    }

    /// Noise of the sensor; `deviation` in levels.
    pub(crate) fn noisy(mut self, deviation: f32, seed: u64) -> Self {
        let mut dice = Dice(seed);
        for sample in self.rgb.iter_mut() {
            // Four throws make a bell near enough.
            let bell = (0..4).map(|_| dice.throw() - 0.5).sum::<f32>() * 1.732;
            *sample = (f32::from(*sample) + bell * deviation).clamp(0.0, 255.0) as u8;
        }
        self
    }

    /// The other side shows through by `share`, mirrored and a little blurred.
    pub(crate) fn shown_through(mut self, back: &Sheet, share: f32) -> Self {
        let back = imageops::blur(&imageops::flip_horizontal(&back.rgb), 1.5 * self.dpi / 300.0);
        for (front, back) in self.rgb.iter_mut().zip(back.iter()) {
            *front = (f32::from(*front) - share * (238.0 - f32::from(*back)).max(0.0)).max(0.0) as u8;
        }
        self
    }

    /// Specks of 0.1 to 0.6 mm.
    pub(crate) fn dusty(mut self, specks: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (width, height) =
            (self.rgb.width() as f32 / self.dpi * 25.4, self.rgb.height() as f32 / self.dpi * 25.4);
        for _ in 0..specks {
            let (x, y, r) = (dice.throw() * width, dice.throw() * height, 0.05 + dice.throw() * 0.25);
            self.polygon(&[[x - r, y], [x, y - r], [x + r, y], [x, y + r]], [70, 70, 70]);
        }
        self
    }

    /// The sheet lies on a black lid that shows as a band of so many millimetres at the right and below.
    pub(crate) fn on_black(self, band: f32) -> Self {
        self.laid(0.0, [-band, -band], [12, 12, 14])
    }

    /// Dark towards the left edge, as beside a book's spine or under a lifted lid.
    pub(crate) fn shadowed(mut self, deepest: f32, over_mm: f32) -> Self {
        let over = over_mm * self.dpi / 25.4;
        for (x, _, pixel) in self.rgb.enumerate_pixels_mut() {
            let share = 1.0 - deepest * (1.0 - x as f32 / over).max(0.0);
            pixel.0.iter_mut().for_each(|sample| *sample = (f32::from(*sample) * share) as u8);
        }
        self
    }

    /// Noise of a halftone: a photograph in the middle of the page, printed in dots.
    pub(crate) fn halftone(mut self, [left, top]: [f32; 2], [right, bottom]: [f32; 2]) -> Self {
        let px = self.dpi / 25.4;
        for y in (top * px) as u32..(bottom * px) as u32 {
            for x in (left * px) as u32..(right * px) as u32 {
                let (u, v) = (x as f32 / px, y as f32 / px);
                let grey = 0.5 + 0.25 * (u / 7.0).sin() * (v / 9.0).cos() + 0.2 * ((u + v) / 3.0).sin();
                let dots = 0.5 + 0.5 * (u * 5.2 + v * 5.2).sin() * (u * 5.2 - v * 5.2).sin();
                let value = if dots > grey { 40 } else { 235 };
                self.rgb.put_pixel(x, y, Rgb([value; 3]));
            }
        }
        self
    }
}

/// Bilinear sample; outside lies `beside`.
pub(crate) fn smooth(picture: &RgbImage, x: f32, y: f32, beside: [u8; 3]) -> Rgb<u8> {
    let at = |x: i64, y: i64| {
        let inside = x >= 0 && y >= 0 && x < i64::from(picture.width()) && y < i64::from(picture.height());
        if inside { picture.get_pixel(x as u32, y as u32).0 } else { beside }
    };
    let (x0, y0) = (x.floor(), y.floor());
    let (u, v) = (x - x0, y - y0);
    let (x0, y0) = (x0 as i64, y0 as i64);
    let [a, b, c, d] = [at(x0, y0), at(x0 + 1, y0), at(x0, y0 + 1), at(x0 + 1, y0 + 1)];
    Rgb(std::array::from_fn(|i| {
        let mix = |p: u8, q: u8| f32::from(p) * (1.0 - u) + f32::from(q) * u;
        (mix(a[i], b[i]) * (1.0 - v) + mix(c[i], d[i]) * v).round() as u8
    }))
}

/// The same throws every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// 0 to 1.
    pub(crate) fn throw(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32) / (1_u64 << 24) as f32
    }
}
