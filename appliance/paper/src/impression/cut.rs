//! Ink cut out of a scan: what is ink, how much of it, and of which colour.

use super::{
    Refused, Spot,
    circle::{Circle, edge},
    pixels::{Map, Pixels, Window, darkness, redness},
    stains::{Stain, stains},
};

/// Stains are looked for at about this resolution.
const OVERVIEW_DPI: u32 = 75;
/// Redder or darker than paper by so much is ink, in the overview.
const LEAST_RED: f32 = 14.0;
const LEAST_DARK: f32 = 28.0;
/// The strokes of a signature lie apart, the dot over an i from its stem; rings of a seal less.
const SIGNATURE_GAP_MM: f32 = 8.0;
const SEAL_GAP_MM: f32 = 2.5;
/// What is smaller is dust.
const DUST_MM: f32 = 3.0;
/// A second stain counts when it has this part of the ink of the first.
const SECOND: f32 = 0.15;
/// Ink nearer to the edge of the scan was cut off by it.
const EDGE_MM: f32 = 0.7;
/// White left around what is cut.
const MARGIN_MM: f32 = 0.5;
/// Of unit seals (25 to 45 mm), with what pressing and smearing may add.
const SEAL_MM: std::ops::RangeInclusive<f32> = 18.0..=52.0;
const SIGNATURE_MM: std::ops::RangeInclusive<f32> = 6.0..=120.0;
/// Higher than wide by more than this is no circle.
const MOST_OVAL: f32 = 1.12;

/// What is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Red,
    Pen,
}

/// Ink on nothing.
pub(super) struct Cut {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgba: Vec<[u8; 4]>,
    pub(super) diameter_px: Option<f32>,
}

/// Where the one stain is, in pixels of the scan.
pub(super) fn spot(scan: &Pixels, dpi: u32, kind: Kind) -> Result<Window, Refused> {
    let by = (dpi / OVERVIEW_DPI).max(1) as usize;
    let small = scan.reduced(by);
    let per_mm = dpi as f32 / by as f32 / 25.4;
    let paper = small.paper();
    let (map, least, gap) = match kind {
        Kind::Red => (small.map(|pixel| redness(pixel, paper)), LEAST_RED, SEAL_GAP_MM),
        Kind::Pen => (small.map(|pixel| pen(pixel, paper)), LEAST_DARK, SIGNATURE_GAP_MM),
    };
    let found = stains(&map, least, (gap * per_mm) as usize);
    let size = |stain: &Stain| stain.window.width().max(stain.window.height()) as f32 / per_mm;
    let mut found: Vec<Stain> = found
        .into_iter()
        .filter(|stain| size(stain) >= DUST_MM && !(kind == Kind::Pen && is_shadow(stain, &map)))
        .collect();
    if found.is_empty() {
        return Err(Refused::Nothing);
    }
    let first = found.remove(0);
    // The star of a seal lies within its ring, and either may have more ink.
    let window = found.iter().filter(|stain| stain.window.holds(&first.window)).map(|stain| stain.window);
    let window = window.max_by_key(Window::width).unwrap_or(first.window);
    found.retain(|stain| !window.holds(&stain.window));
    if found.iter().any(|stain| stain.ink as f32 > SECOND * first.ink as f32) {
        return Err(Refused::Several);
    }
    let edge = (EDGE_MM * per_mm).ceil() as usize;
    if window.left < edge
        || window.top < edge
        || window.right + edge > map.width
        || window.bottom + edge > map.height
    {
        return Err(Refused::CutOff);
    }
    let (width, height) = (window.width() as f32 / per_mm, window.height() as f32 / per_mm);
    let fits = match kind {
        Kind::Red => SEAL_MM.contains(&width) && SEAL_MM.contains(&height),
        Kind::Pen => SIGNATURE_MM.contains(&width.max(height)),
    };
    if !fits {
        return Err(Refused::WrongSize(Spot { width_mm: width, height_mm: height }));
    }
    if kind == Kind::Red && width.max(height) > MOST_OVAL * width.min(height) {
        return Err(Refused::NotRound);
    }
    let margin = (2.0 * per_mm) as usize;
    Ok(Window {
        left: window.left.saturating_sub(margin) * by,
        top: window.top.saturating_sub(margin) * by,
        right: ((window.right + margin) * by).min(scan.width),
        bottom: ((window.bottom + margin) * by).min(scan.height),
    })
}

/// Blue and black ink, and no red.
fn pen(pixel: [f32; 3], paper: [f32; 3]) -> f32 {
    (darkness(pixel, paper) - 1.5 * redness(pixel, paper)).max(0.0)
}

/// The lid of a scanner leaves a dark band along the sheet's edge.
fn is_shadow(stain: &Stain, map: &Map) -> bool {
    let Window { left, top, right, bottom } = stain.window;
    let along_side = (left == 0 || right == map.width) && (bottom - top) * 2 > map.height;
    let along_end = (top == 0 || bottom == map.height) && (right - left) * 2 > map.width;
    along_side || along_end
}

/// Cuts the stain out of this part of a scan.
pub(super) fn cut(part: &Pixels, dpi: u32, kind: Kind) -> Result<Cut, Refused> {
    let paper = part.paper();
    let strength = match kind {
        Kind::Red => part.map(|pixel| redness(pixel, paper)),
        Kind::Pen => part.map(|pixel| pen(pixel, paper)),
    };
    let inks = inks(&strength).ok_or(Refused::Nothing)?;
    let cover = cleaned(&strength, &inks, dpi);
    let per_mm = dpi as f32 / 25.4;
    let margin = MARGIN_MM * per_mm;
    let (window, diameter_px, keep) = match kind {
        Kind::Red => {
            let middle = Circle {
                x: part.width as f32 / 2.0,
                y: part.height as f32 / 2.0,
                radius: part.width.min(part.height) as f32 / 2.0 - per_mm,
            };
            let circle = edge(&cover, middle, 0.3 * per_mm).ok_or(Refused::NotRound)?;
            let reach = circle.radius + margin;
            let window = around(
                (circle.x - reach, circle.y - reach, circle.x + reach + 1.0, circle.y + reach + 1.0),
                part,
            );
            (window, Some(2.0 * circle.radius), Some((circle, reach)))
        }
        Kind::Pen => {
            let inked = inked(&cover).ok_or(Refused::Nothing)?;
            let sides = (
                inked.left as f32 - margin,
                inked.top as f32 - margin,
                inked.right as f32 + margin,
                inked.bottom as f32 + margin,
            );
            (around(sides, part), None, None)
        }
    };
    let tones = Tones::new(part, &strength, inks.full, (0.8 * per_mm) as usize);
    let mut rgba = Vec::with_capacity(window.width() * window.height());
    for y in window.top..window.bottom {
        for x in window.left..window.right {
            let outside =
                keep.is_some_and(|(circle, reach)| (x as f32 - circle.x).hypot(y as f32 - circle.y) > reach);
            let cover = if outside { 0.0 } else { cover.at(x, y) };
            // Sixteen steps are more than an eye tells apart, and weigh half.
            let alpha = (cover * 15.0).round() as u8 * 17;
            let [red, green, blue] = tones.at(x, y);
            rgba.push([red, green, blue, alpha]);
        }
    }
    Ok(Cut { width: window.width(), height: window.height(), rgba, diameter_px })
}

fn around((left, top, right, bottom): (f32, f32, f32, f32), part: &Pixels) -> Window {
    Window {
        left: left.max(0.0) as usize,
        top: top.max(0.0) as usize,
        right: (right.ceil() as usize).min(part.width),
        bottom: (bottom.ceil() as usize).min(part.height),
    }
}

/// From how much on a strength is no grain of paper any more, and what full ink has.
struct Inks {
    grain: f32,
    full: f32,
}

/// Steps of strength that are told apart.
const STEPS: usize = 256;

/// Paper and ink are the two heaps that lie furthest from each other (Otsu); the grain is what paper scatters.
fn inks(strength: &Map) -> Option<Inks> {
    let mut counts = [0_usize; STEPS];
    for value in &strength.values {
        counts[(*value as usize).min(STEPS - 1)] += 1;
    }
    let border = border(&counts)?;
    let middle = |of: &[usize]| {
        let mut left = of.iter().sum::<usize>() / 2;
        of.iter().position(|&count| {
            let found = left < count;
            left = left.saturating_sub(count);
            found
        })
    };
    let full = (border + middle(&counts[border..])?) as f32 * 1.05;
    let bare = &counts[..border];
    let usual = middle(bare)? as f32;
    let count = bare.iter().sum::<usize>() as f32;
    let spread =
        bare.iter().enumerate().map(|(value, n)| (value as f32 - usual).abs() * *n as f32).sum::<f32>();
    let grain = (usual + 4.5 * spread / count).clamp(0.08 * full, 0.45 * full);
    Some(Inks { grain, full })
}

/// Where the two heaps part.
fn border(counts: &[usize; STEPS]) -> Option<usize> {
    let all: f64 = counts.iter().sum::<usize>() as f64;
    let sum: f64 = counts.iter().enumerate().map(|(value, count)| value as f64 * *count as f64).sum();
    let (mut below, mut sum_below, mut best) = (0.0, 0.0, (0.0, None));
    for (value, count) in counts.iter().enumerate() {
        below += *count as f64;
        sum_below += value as f64 * *count as f64;
        let above = all - below;
        if below > 0.0 && above > 0.0 {
            let between = below * above * (sum_below / below - (sum - sum_below) / above).powi(2);
            if between > best.0 {
                best = (between, Some(value + 1));
            }
        }
    }
    best.1
}

/// Ink from none to full, without grain and dust.
fn cleaned(strength: &Map, inks: &Inks, dpi: u32) -> Map {
    let Inks { grain, full } = inks;
    let ramp = |value: f32| ((value - grain) / (0.92 * full - grain)).clamp(0.0, 1.0);
    let values: Vec<f32> = strength.values.iter().copied().map(ramp).collect();
    let mut cover = Map { width: strength.width, height: strength.height, values };
    let per_mm = dpi as f32 / 25.4;
    // A speck is dust when it is pale, or when it is smaller than a dot and lies by itself.
    sweep(&mut cover, 0, (0.25 * per_mm).powi(2), 0.45);
    sweep(&mut cover, (2.5 * per_mm) as usize, (0.6 * per_mm).powi(2), 1.1);
    cover
}

/// Takes away what hangs together within `gap`, has fewer than `least` pixels and is nowhere stronger than `peak`.
fn sweep(cover: &mut Map, gap: usize, least: f32, peak: f32) {
    for stain in stains(cover, 0.02, gap) {
        let Window { left, top, right, bottom } = stain.window;
        let width = cover.width;
        let rows = || (top..bottom).map(|y| y * width + left..y * width + right);
        let strongest =
            rows().flat_map(|row| &cover.values[row]).fold(0.0_f32, |peak, value| peak.max(*value));
        let is_compact = ((right - left) * (bottom - top)) as f32 <= 12.0 * least;
        if (stain.ink as f32) < least && is_compact && strongest < peak {
            rows().for_each(|row| cover.values[row].fill(0.0));
        }
    }
}

fn inked(cover: &Map) -> Option<Window> {
    let mut window = Window { left: cover.width, top: cover.height, right: 0, bottom: 0 };
    for y in 0..cover.height {
        for x in (0..cover.width).filter(|&x| cover.at(x, y) > 0.0) {
            window.left = window.left.min(x);
            window.top = window.top.min(y);
            window.right = window.right.max(x + 1);
            window.bottom = window.bottom.max(y + 1);
        }
    }
    (window.right > 0).then_some(window)
}

/// The colour of the ink from place to place: of what is ink through and through, because at an edge it is half paper.
struct Tones {
    side: usize,
    columns: usize,
    tones: Vec<[u8; 3]>,
}

impl Tones {
    fn new(part: &Pixels, strength: &Map, full: f32, side: usize) -> Tones {
        let side = side.max(4);
        let (columns, rows) = (part.width.div_ceil(side), part.height.div_ceil(side));
        let mut sums = vec![([0.0_f32; 3], 0.0_f32); columns * rows];
        let mut all = ([0.0_f32; 3], 0.0_f32);
        for (at, pixel) in part.rgb.iter().enumerate() {
            let weight = (strength.values[at] / full - 0.7).max(0.0);
            let tile = at / part.width / side * columns + at % part.width / side;
            for sum in [&mut sums[tile], &mut all] {
                sum.0.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += weight * f32::from(*value));
                sum.1 += weight;
            }
        }
        // A tile with little ink leans on the ink of the whole.
        let lean = 2.0;
        let mean = all.0.map(|sum| sum / all.1.max(f32::EPSILON));
        let tone = |(sum, weight): &([f32; 3], f32)| {
            [0, 1, 2].map(|channel: usize| {
                let value = (sum[channel] + lean * mean[channel]) / (weight + lean);
                // Steps of four: neighbours become equal and weigh little.
                ((value / 4.0).round() * 4.0).clamp(0.0, 255.0) as u8
            })
        };
        Tones { side, columns, tones: sums.iter().map(tone).collect() }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.tones[y / self.side * self.columns + x / self.side]
    }
}
