//! Red, green and blue of a scan, and how much ink there is in a pixel.

/// A scan.
pub(super) struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<[u8; 3]>,
}

/// One number a pixel.
pub(super) struct Map {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A rectangle of pixels; right and bottom are behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Window {
    pub(super) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(super) fn height(&self) -> usize {
        self.bottom - self.top
    }

    pub(super) fn holds(&self, other: &Window) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }
}

impl Pixels {
    /// Each pixel the mean of `by` x `by`; rests at the right and lower edge fall away.
    pub(super) fn reduced(&self, by: usize) -> Pixels {
        let (width, height) = (self.width / by, self.height / by);
        let mut rgb = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0_u32; 3];
                for row in y * by..(y + 1) * by {
                    for pixel in &self.rgb[row * self.width + x * by..][..by] {
                        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
                    }
                }
                let count = (by * by) as u32;
                rgb.push(sum.map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        Pixels { width, height, rgb }
    }

    pub(super) fn cut(&self, window: &Window) -> Pixels {
        let rows =
            (window.top..window.bottom).map(|y| &self.rgb[y * self.width..][window.left..window.right]);
        Pixels { width: window.width(), height: window.height(), rgb: rows.flatten().copied().collect() }
    }

    /// The colour of the paper: the middle one of those at least as light as most.
    pub(super) fn paper(&self) -> [f32; 3] {
        let light = |pixel: &[u8; 3]| pixel.iter().map(|value| u32::from(*value)).sum::<u32>();
        let mut counts = [0_usize; 766];
        self.rgb.iter().for_each(|pixel| counts[light(pixel) as usize] += 1);
        let mut left = self.rgb.len() / 2;
        let middle = counts.iter().position(|&count| {
            let found = left < count.max(1);
            left = left.saturating_sub(count);
            found
        });
        let least = middle.unwrap_or_default() as u32;
        let paper: Vec<&[u8; 3]> = self.rgb.iter().filter(|pixel| light(pixel) >= least).collect();
        [0, 1, 2].map(|channel| {
            let mut counts = [0_usize; 256];
            paper.iter().for_each(|pixel| counts[usize::from(pixel[channel])] += 1);
            let mut left = paper.len() / 2;
            let middle = counts.iter().position(|&count| {
                let found = left < count.max(1);
                left = left.saturating_sub(count);
                found
            });
            middle.unwrap_or(255) as f32
        })
    }

    pub(super) fn map(&self, of: impl Fn([f32; 3]) -> f32) -> Map {
        let values = self.rgb.iter().map(|pixel| of(pixel.map(f32::from))).collect();
        Map { width: self.width, height: self.height, values }
    }
}

/// How much redder than the paper: 0 for black, blue and grey, about 150 for the full ink of a seal. Orange and pink -
/// markers, skin, old paper - are no red of a seal, however strong.
pub(super) fn redness([red, green, blue]: [f32; 3], paper: [f32; 3]) -> f32 {
    let over_green = (red - green) - (paper[0] - paper[1]);
    let over_blue = (red - blue) - (paper[0] - paper[2]);
    if over_green <= 0.0 {
        return 0.0;
    }
    // Ink of a seal takes as much green away as blue.
    let hue = over_blue / over_green;
    let fits = ((hue - 0.35) / 0.2).min((1.75 - hue) / 0.25).clamp(0.0, 1.0);
    over_green * fits
}

/// How much darker than the paper, in its most different channel.
pub(super) fn darkness(pixel: [f32; 3], paper: [f32; 3]) -> f32 {
    (0..3).map(|channel| paper[channel] - pixel[channel]).fold(0.0, f32::max)
}

impl Map {
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Between four pixels; 0 outside.
    pub(super) fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 || left + 1.0 >= self.width as f32 || top + 1.0 >= self.height as f32 {
            return 0.0;
        }
        let (across, down) = (x - left, y - top);
        let (column, row) = (left as usize, top as usize);
        let upper = self.at(column, row) * (1.0 - across) + self.at(column + 1, row) * across;
        let lower = self.at(column, row + 1) * (1.0 - across) + self.at(column + 1, row + 1) * across;
        upper * (1.0 - down) + lower * down
    }
}
