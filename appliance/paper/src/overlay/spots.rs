//! Where a mark belongs on a page: what the decree draws, moved to where nothing stands yet. The page is drawn and looked
//! at, because a scan has no text to ask.

use super::{
    OverlayError,
    marks::{Mark, TEXT_WIDTH},
};
use crate::{
    look::Place,
    place::{self, Drawn, Written},
    typeset::Faces,
};

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
/// A free place is looked for in such steps, so far down from where it should be.
const STEP_MM: f32 = 1.5;
const MOST_DOWN_MM: f32 = 45.0;
/// The head of a document ends here.
const HEAD_MM: f32 = 110.0;
/// Left margin and lower margin of the decree's text area.
const LEFT_MM: f32 = 30.0;
const LOWER_MM: f32 = 20.0;
/// Circulation marks stand in the top margin (box 11).
const CIRCULATION: (f32, f32) = (126.0, 8.0);
const EDGE_MM: f32 = 5.0;
/// Of the sheet no printer reaches.
const RIM_MM: f32 = 5.0;

impl Mark {
    /// Where the mark belongs on this file: the arrival stamp under number and symbol, under the subject of an official
    /// letter or under the day, urgency under the number, the block of a copy under the last line of the last page.
    ///
    /// Fails where the file cannot be read, and for a copy's block where there is no room.
    pub fn place(&self, pdf: &[u8], faces: &Faces) -> Result<Place, OverlayError> {
        let size = self.size_mm(faces)?;
        let at = |page: u32, (left_mm, top_mm): (f32, f32)| Place {
            page,
            left_mm,
            top_mm,
            width_mm: size.0,
            height_mm: size.1,
        };
        match self {
            Mark::Arrival { .. } => {
                let page = Seen::of(pdf, 1)?;
                Ok(at(1, page.free(&page.under_the_head(), size)))
            }
            Mark::Urgency(_) => {
                let page = Seen::of(pdf, 1)?;
                let number = page.line(is_number);
                let from =
                    (LEFT_MM + size.0 / 2.0, number.map_or(50.0, |line| line.place.bottom_mm() + 12.0));
                Ok(at(1, page.free(&[from], size)))
            }
            Mark::Circulation(_) => Ok(at(1, CIRCULATION)),
            Mark::Copy(_) => {
                let last = place::pages(pdf)?;
                let page = Seen::of(pdf, last)?;
                let top = page.last_ink_mm() + 4.0;
                let free_mm = page.height_mm - LOWER_MM - top;
                if free_mm < size.1 {
                    return Err(OverlayError::NoRoom { needed_mm: size.1, free_mm });
                }
                Ok(at(last, (LEFT_MM.min(page.width_mm - TEXT_WIDTH), top)))
            }
            Mark::Edge(_) => {
                let page = Seen::of(pdf, 1)?;
                Ok(at(1, ((page.width_mm - size.0) / 2.0, page.height_mm - EDGE_MM - size.1)))
            }
        }
    }
}

/// A page drawn, and its lines.
struct Seen {
    drawn: Drawn,
    /// The lightness of its paper.
    paper: u8,
    lines: Vec<Written>,
    /// Where signatures belong.
    rooms: Vec<Place>,
    width_mm: f32,
    height_mm: f32,
}

fn is_number(line: &str) -> bool {
    line.starts_with("Số:") || line.starts_with("Số :")
}

fn is_subject(line: &str) -> bool {
    line.starts_with("V/v") || line.starts_with("Về việc")
}

fn is_day(line: &str) -> bool {
    line.contains("ngày") && line.contains("tháng") && line.contains("năm")
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

impl Seen {
    fn of(pdf: &[u8], page: u32) -> Result<Seen, OverlayError> {
        let drawn = place::picture(pdf, page, DPI)?;
        let mm = |px: u32| px as f32 * 25.4 / DPI as f32;
        let (width_mm, height_mm) = (mm(drawn.width_px), mm(drawn.height_px));
        let rooms = place::blocks(pdf)?.into_iter().map(|block| block.room).filter(|room| room.page == page);
        let (paper, rooms) = (paper(&drawn), rooms.collect());
        Ok(Seen { drawn, paper, lines: place::text(pdf, page)?, rooms, width_mm, height_mm })
    }

    fn line(&self, is: impl Fn(&str) -> bool) -> Option<&Written> {
        self.lines.iter().find(|line| line.place.top_mm < HEAD_MM && is(&line.text))
    }

    /// Middles and upper edges of the places an arrival stamp may have, in the order of the guidance: under the subject
    /// of an official letter, else under number and symbol, else under the day.
    fn under_the_head(&self) -> Vec<(f32, f32)> {
        let under = |line: &Written| (line.centre_mm(), line.place.bottom_mm() + 1.5);
        let number = self.line(is_number);
        // The subject of a named type stands in the middle of the page and is no place for a stamp.
        let subject = self.line(is_subject).filter(|line| line.centre_mm() < 0.42 * self.width_mm);
        let found: Vec<(f32, f32)> =
            [subject, number, self.line(is_day)].into_iter().flatten().map(under).collect();
        if found.is_empty() { vec![(LEFT_MM + 36.0, 50.0), (145.0, 50.0)] } else { found }
    }

    /// The first place without ink at or below one of these; on a page that is full there, the first anywhere on it; where
    /// there is none, the emptiest.
    fn free(&self, from: &[(f32, f32)], size: (f32, f32)) -> (f32, f32) {
        let mut best = (f32::MAX, (RIM_MM, RIM_MM));
        for &(centre, top) in from {
            for down in 0..(MOST_DOWN_MM / STEP_MM) as u32 {
                for aside in [0.0, -6.0, 6.0, -12.0, 12.0] {
                    let left =
                        (centre + aside - size.0 / 2.0).min(self.width_mm - RIM_MM - size.0).max(RIM_MM);
                    let place = (left, (top + down as f32 * STEP_MM).min(self.height_mm - RIM_MM - size.1));
                    let ink = self.ink(place, size);
                    if ink <= FREE {
                        return place;
                    }
                    if ink < best.0 {
                        best = (ink, place);
                    }
                }
            }
        }
        self.anywhere(size).unwrap_or(best.1)
    }

    /// The first free place between the margins, from the top down and from the left; never over a signature.
    fn anywhere(&self, (width, height): (f32, f32)) -> Option<(f32, f32)> {
        let steps = |from: f32, to: f32| {
            (0..).map(move |n| from + n as f32 * 2.0 * STEP_MM).take_while(move |at| *at <= to)
        };
        let rows = steps(4.0 * RIM_MM, self.height_mm - LOWER_MM / 2.0 - height);
        let columns = || steps(2.0 * RIM_MM, self.width_mm - RIM_MM - width);
        rows.flat_map(|top| columns().map(move |left| (left, top)))
            .find(|place| self.ink(*place, (width, height)) <= FREE)
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
        let px = |mm: f32| (mm * DPI as f32 / 25.4).max(0.0) as u32;
        let (mut all, mut ink) = (0, 0);
        for y in px(top - AWAY_MM)..px(top + height + AWAY_MM).min(self.drawn.height_px) {
            for x in px(left - AWAY_MM)..px(left + width + AWAY_MM).min(self.drawn.width_px) {
                all += 1;
                ink += u32::from(self.is_ink(x, y));
            }
        }
        ink as f32 / all.max(1) as f32
    }

    fn is_ink(&self, x: u32, y: u32) -> bool {
        let at = (y * self.drawn.width_px + x) as usize * 3;
        let darkest = self.drawn.rgb[at..at + 3].iter().min().copied().unwrap_or(u8::MAX);
        darkest < self.paper.saturating_sub(INK)
    }

    /// The lower edge of the lowest line of the page; its number and the shadows at its rim do not count.
    fn last_ink_mm(&self) -> f32 {
        let rim = (10.0 * DPI as f32 / 25.4) as u32;
        let rows = rim..self.drawn.height_px.saturating_sub(rim);
        let columns = || rim..self.drawn.width_px.saturating_sub(rim);
        let has_ink = |y: &u32| columns().filter(|&x| self.is_ink(x, *y)).count() > 1;
        rows.rev().find(has_ink).map_or(LOWER_MM, |y| (y + 1) as f32 * 25.4 / DPI as f32)
    }
}
