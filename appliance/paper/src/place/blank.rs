//! Blank paper on a page, where something may be laid without covering what stands there. The page is drawn and looked at,
//! because a scan has no text to ask.

use super::{Drawn, PlaceError, Written, blocks, picture, text};
use crate::look::Place;

/// The page is looked at this finely.
const DPI: u32 = 50;
/// Darker than the paper by so much is ink: a stroke of a letter covers half a pixel.
const INK: u8 = 45;
/// So much of a place may be specks of the scan.
const FREE: f32 = 0.0008;
/// What is laid stays so far away from what stands there.
const AWAY_MM: f32 = 1.0;
/// A seal reaches so far out of the room between title and name.
const SEAL_MM: f32 = 18.0;
/// A blank place is looked for in such steps.
const STEP_MM: f32 = 1.5;
/// Of the sheet no printer reaches.
pub(crate) const RIM_MM: f32 = 5.0;

/// A page drawn, and its lines.
pub(crate) struct Seen {
    pub(crate) lines: Vec<Written>,
    pub(crate) width_mm: f32,
    pub(crate) height_mm: f32,
    /// Where signatures belong.
    rooms: Vec<Place>,
    /// Pixels of ink above and to the left of every corner between pixels.
    sums: Vec<u32>,
    width_px: usize,
    height_px: usize,
}

/// Where a blank place is looked for: from the top down, and on every row first around the middle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    pub(crate) left_mm: f32,
    pub(crate) top_mm: f32,
    pub(crate) right_mm: f32,
    pub(crate) bottom_mm: f32,
    /// Where the middle of what is laid would stand best.
    pub(crate) middle_mm: f32,
}

/// Room on page one for a seal of this size that is no part of a signature block, as near to the upper right corner as
/// there is blank paper, in the right half of the page before the left one. None where the page is full.
///
/// Fails where the file cannot be read.
pub fn seal_room(pdf: &[u8], (width_mm, height_mm): (f32, f32)) -> Result<Option<Place>, PlaceError> {
    let page = Seen::of(pdf, 1)?;
    let from_right = page.width_mm - RIM_MM - width_mm;
    let away = |(left, top): &(f32, f32)| (from_right - left).hypot(top - RIM_MM);
    let is_left = |(left, _): &(f32, f32)| left + width_mm / 2.0 < page.width_mm / 2.0;
    let mut places: Vec<(f32, f32)> = page.places(&page.whole(), (width_mm, height_mm)).collect();
    places.sort_by(|a, b| is_left(a).cmp(&is_left(b)).then(away(a).total_cmp(&away(b))));
    let found = places.into_iter().find(|place| page.is_blank(*place, (width_mm, height_mm)));
    Ok(found.map(|(left_mm, top_mm)| Place { page: 1, left_mm, top_mm, width_mm, height_mm }))
}

/// The darkest channel of most pixels.
fn paper(drawn: &Drawn) -> u8 {
    let mut counts = [0_usize; 256];
    let pixels = drawn.rgb.as_chunks::<3>().0.iter();
    pixels.for_each(|[red, green, blue]| counts[usize::from(*red.min(green).min(blue))] += 1);
    let mut left = drawn.rgb.len() / 6;
    let middle = (0..=u8::MAX).find(|&value| {
        let count = counts[usize::from(value)];
        let found = left < count;
        left = left.saturating_sub(count);
        found
    });
    middle.unwrap_or(u8::MAX)
}

/// Ink above and to the left of every corner between pixels, so that any place is asked with four of them.
fn sums(drawn: &Drawn) -> Vec<u32> {
    let least = paper(drawn).saturating_sub(INK);
    let width = drawn.width_px as usize;
    let mut sums = vec![0; width + 1];
    for row in drawn.rgb.as_chunks::<3>().0.chunks(width) {
        let mut in_row = 0;
        sums.push(0);
        for [red, green, blue] in row {
            in_row += u32::from(*red.min(green).min(blue) < least);
            sums.push(in_row + sums[sums.len() - width - 1]);
        }
    }
    sums
}

impl Seen {
    pub(crate) fn of(pdf: &[u8], page: u32) -> Result<Seen, PlaceError> {
        let drawn = picture(pdf, page, DPI)?;
        let mm = |px: u32| px as f32 * 25.4 / DPI as f32;
        let rooms = blocks(pdf)?.into_iter().map(|block| block.room).filter(|room| room.page == page);
        Ok(Seen {
            lines: text(pdf, page)?,
            width_mm: mm(drawn.width_px),
            height_mm: mm(drawn.height_px),
            rooms: rooms.collect(),
            sums: sums(&drawn),
            width_px: drawn.width_px as usize,
            height_px: drawn.height_px as usize,
        })
    }

    /// The first blank place in the first of these regions that has one.
    pub(crate) fn first(&self, regions: &[Region], size: (f32, f32)) -> Option<(f32, f32)> {
        regions.iter().find_map(|region| self.places(region, size).find(|place| self.is_blank(*place, size)))
    }

    /// The place along the four edges of the page that covers least of what stands there; of equal ones the highest, and
    /// of those the leftmost.
    pub(crate) fn least_in_the_margins(&self, size: (f32, f32)) -> (f32, f32) {
        let whole = self.whole();
        let (right, bottom) = (self.width_mm - RIM_MM - size.0, self.height_mm - RIM_MM - size.1);
        let far = STEP_MM;
        let is_at_edge = |(left, top): &(f32, f32)| {
            *left < RIM_MM + far || *left > right - far || *top < RIM_MM + far || *top > bottom - far
        };
        let at_edges = self.places(&whole, size).filter(is_at_edge);
        at_edges.min_by(|a, b| self.ink(*a, size).total_cmp(&self.ink(*b, size))).unwrap_or((RIM_MM, RIM_MM))
    }

    /// Everything a printer reaches, from the left.
    pub(crate) fn whole(&self) -> Region {
        Region {
            left_mm: RIM_MM,
            top_mm: RIM_MM,
            right_mm: self.width_mm - RIM_MM,
            bottom_mm: self.height_mm - RIM_MM,
            middle_mm: 0.0,
        }
    }

    fn places(&self, region: &Region, (width, height): (f32, f32)) -> impl Iterator<Item = (f32, f32)> {
        let left = region.left_mm.max(RIM_MM);
        let right = region.right_mm.min(self.width_mm - RIM_MM) - width;
        let bottom = region.bottom_mm.min(self.height_mm - RIM_MM) - height;
        let best = (region.middle_mm - width / 2.0).min(right).max(left);
        let top = region.top_mm.max(RIM_MM);
        let rows = (0..).map(move |n| top + n as f32 * STEP_MM).take_while(move |top| *top <= bottom);
        let asides = move || {
            let most = ((best - left).max(right - best) / STEP_MM).max(0.0) as u32;
            let both = |n: u32| [-(n as f32), n as f32].into_iter().skip(usize::from(n == 0));
            let asides = (0..=most).flat_map(both).map(move |n| best + n * STEP_MM);
            asides.filter(move |at| (left..=right).contains(at))
        };
        rows.flat_map(move |top| asides().map(move |left| (left, top)))
    }

    /// Whether nothing stands there, and no signature belongs there.
    pub(crate) fn is_blank(&self, place: (f32, f32), size: (f32, f32)) -> bool {
        self.ink(place, size) <= FREE
    }

    /// How much of a place is ink; all of it where a signature belongs.
    fn ink(&self, (left, top): (f32, f32), (width, height): (f32, f32)) -> f32 {
        let is_over = |room: &Place| {
            left < room.right_mm() + SEAL_MM
                && left + width > room.left_mm - SEAL_MM
                && top < room.bottom_mm()
                && top + height > room.top_mm
        };
        if self.rooms.iter().any(is_over) {
            return 1.0;
        }
        let px = |mm: f32, most: usize| ((mm * DPI as f32 / 25.4).max(0.0) as usize).min(most);
        let (from_x, to_x) = (px(left - AWAY_MM, self.width_px), px(left + width + AWAY_MM, self.width_px));
        let (from_y, to_y) = (px(top - AWAY_MM, self.height_px), px(top + height + AWAY_MM, self.height_px));
        let above = |x: usize, y: usize| self.sums[y * (self.width_px + 1) + x];
        let ink = above(to_x, to_y) + above(from_x, from_y) - above(from_x, to_y) - above(to_x, from_y);
        ink as f32 / ((to_x - from_x) * (to_y - from_y)).max(1) as f32
    }

    /// The lower edge of the lowest line of the page; its number and the shadows at its rim do not count.
    pub(crate) fn last_ink_mm(&self) -> Option<f32> {
        let rim = (10.0 * DPI as f32 / 25.4) as usize;
        let (left, right) = (rim, self.width_px.saturating_sub(rim).max(rim));
        let above = |x: usize, y: usize| self.sums[y * (self.width_px + 1) + x];
        let in_row = |y: usize| above(right, y + 1) + above(left, y) - above(left, y + 1) - above(right, y);
        let rows = rim..self.height_px.saturating_sub(rim);
        let last = rows.rev().find(|y| in_row(*y) > 1);
        last.map(|y| (y + 1) as f32 * 25.4 / DPI as f32)
    }
}
