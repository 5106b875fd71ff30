//! Where a mark belongs on a page: what the decree draws, moved to where nothing stands yet. Where its box is full, the
//! next best is taken in an order that is always the same, and at last the margin.

use super::{
    OverlayError,
    marks::{Mark, TEXT_WIDTH},
};
use crate::{
    look::Place,
    place::{self, RIM_MM, Region, Seen, Written},
    typeset::{Faces, stamps},
};

/// The head of a document ends here.
const HEAD_MM: f32 = 110.0;
/// The decree's text area: margins at the left, above and below, and both at the sides.
const LEFT_MM: f32 = 30.0;
const UPPER_MM: f32 = 20.0;
const LOWER_MM: f32 = 20.0;
const SIDES_MM: f32 = 45.0;
/// From a line down to what is laid under it.
const UNDER_MM: f32 = 1.5;
/// Where the number stands on a page that was not read: 6 to 11 % down the text area (Appendix I, IV: box 3).
const USUAL_NUMBER_MM: f32 = 40.0;
/// Box 10b ends 29 % down the text area.
const URGENCY_END_MM: f32 = 95.0;
/// Of the text area's width, the middle of box 11, and where the left column ends (box 2).
const CIRCULATION: f32 = 0.715;
const LEFT_COLUMN: f32 = 0.46;
/// An arrival stamp is looked for so far down from the line it belongs under.
const MOST_DOWN_MM: f32 = 45.0;

impl Mark {
    /// Where the mark belongs on this file: the arrival stamp under the subject of an official letter, under number and
    /// symbol or under the day; urgency under number and subject at the left (box 10b); circulation in the upper margin
    /// (box 11); the block of a copy under the last line of the last page. Where that is full, elsewhere on blank paper of
    /// the same page; where there is none, along an edge where it covers least.
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
        if let Mark::Copy(_) = self {
            let last = place::pages(pdf)?;
            let page = Seen::of(pdf, last)?;
            let top = page.last_ink_mm().unwrap_or(LOWER_MM) + 4.0;
            let free_mm = page.height_mm - LOWER_MM - top;
            if free_mm < size.1 {
                return Err(OverlayError::NoRoom { needed_mm: size.1, free_mm });
            }
            return Ok(at(last, (LEFT_MM.min(page.width_mm - TEXT_WIDTH), top)));
        }
        let head = Head(Seen::of(pdf, 1)?);
        let regions = match self {
            Mark::Arrival { .. } => head.for_arrival(),
            Mark::Urgency(_) => head.for_urgency(size.0),
            Mark::Circulation(_) => head.for_circulation(),
            Mark::Edge(_) | Mark::Copy(_) => head.for_edge(size.1),
        };
        let blank = head.0.first(&regions, size);
        Ok(at(1, blank.unwrap_or_else(|| head.0.least_in_the_margins(size))))
    }
}

/// Page one, with what stands at its head.
struct Head(Seen);

fn is_number(line: &str) -> bool {
    line.starts_with("Số:") || line.starts_with("Số :")
}

fn is_subject(line: &str) -> bool {
    line.starts_with("V/v") || line.starts_with("Về việc")
}

fn is_day(line: &str) -> bool {
    line.contains("ngày") && line.contains("tháng") && line.contains("năm")
}

/// Lines of one subject follow each other closer.
const NEXT_LINE_MM: f32 = 3.5;

impl Head {
    fn line(&self, is: impl Fn(&str) -> bool) -> Option<&Written> {
        self.0.lines.iter().find(|line| line.place.top_mm < HEAD_MM && is(&line.text))
    }

    /// The left column: number, symbol and the subject of an official letter.
    fn column_end_mm(&self) -> f32 {
        LEFT_MM + LEFT_COLUMN * (self.0.width_mm - SIDES_MM)
    }

    /// The lower edge of the subject of an official letter, to its last line, and its middle. The subject of a named type
    /// stands in the middle of the page and is not asked.
    fn subject(&self) -> Option<(f32, f32)> {
        let is_left = |line: &&Written| line.centre_mm() < self.column_end_mm();
        let first = self.line(is_subject).filter(is_left)?;
        let below = self.0.lines.iter().filter(is_left).filter(|line| line.place.top_mm > first.place.top_mm);
        let bottom = below.fold(first.place.bottom_mm(), |bottom, line| {
            let is_next = line.place.top_mm - bottom < NEXT_LINE_MM
                && (line.centre_mm() - first.centre_mm()).abs() < NEXT_LINE_MM;
            if is_next { line.place.bottom_mm().max(bottom) } else { bottom }
        });
        Some((bottom, first.centre_mm()))
    }

    fn number(&self) -> Option<(f32, f32)> {
        self.line(is_number).map(|line| (line.place.bottom_mm(), line.centre_mm()))
    }

    /// Under the subject of an official letter, under number and symbol, under the day; then any blank paper, from the top
    /// down and from the left.
    fn for_arrival(&self) -> Vec<Region> {
        let middle = LEFT_MM + (self.column_end_mm() - LEFT_MM) / 2.0;
        let under = |from: f32, (bottom, middle_mm): (f32, f32)| Region {
            left_mm: from,
            top_mm: bottom + UNDER_MM,
            right_mm: if from > RIM_MM { self.0.width_mm } else { self.column_end_mm() },
            bottom_mm: bottom + MOST_DOWN_MM,
            middle_mm,
        };
        let number = self.subject().or_else(|| self.number());
        let day = self.line(is_day).map(|line| (line.place.bottom_mm(), line.centre_mm()));
        let mut regions = vec![under(RIM_MM, number.unwrap_or((USUAL_NUMBER_MM, middle)))];
        regions.extend(day.map(|day| under(self.column_end_mm(), day)));
        regions.push(Region { middle_mm: LEFT_MM + stamps::WIDTH / 2.0, ..self.0.whole() });
        regions
    }

    /// Box 10b: at the left of the text area, under number and subject; farther right there would be room behind the last
    /// line of any paragraph. Then the upper margin over the issuing body, the
    /// whole upper margin, any blank paper.
    fn for_urgency(&self, width: f32) -> Vec<Region> {
        let (bottom, _) = self.subject().or_else(|| self.number()).unwrap_or((USUAL_NUMBER_MM, 0.0));
        let at_the_left = Region {
            left_mm: LEFT_MM - RIM_MM,
            right_mm: LEFT_MM + width + RIM_MM,
            middle_mm: LEFT_MM + width / 2.0,
            ..self.upper()
        };
        let bottom_mm = URGENCY_END_MM.max(bottom + MOST_DOWN_MM / 2.0);
        let box_10b = Region { top_mm: bottom + UNDER_MM, bottom_mm, ..at_the_left };
        vec![box_10b, at_the_left, self.upper(), self.0.whole()]
    }

    /// Box 11, in the upper margin; then the rest of that margin, any blank paper.
    fn for_circulation(&self) -> Vec<Region> {
        let middle_mm = LEFT_MM + CIRCULATION * (self.0.width_mm - SIDES_MM);
        vec![Region { middle_mm, ..self.upper() }, self.0.whole()]
    }

    /// The middle of the lower edge, higher up where a page number stands there, else the upper edge.
    fn for_edge(&self, height: f32) -> Vec<Region> {
        let middle_mm = self.0.width_mm / 2.0;
        let (least, lowest) = (self.0.height_mm - LOWER_MM, self.0.height_mm - RIM_MM);
        let lines = (0..).map(|n| lowest - n as f32 * height).take_while(|bottom| bottom - height >= least);
        let line = |bottom_mm: f32| Region {
            left_mm: RIM_MM,
            top_mm: bottom_mm - height,
            right_mm: self.0.width_mm,
            bottom_mm,
            middle_mm,
        };
        lines.map(line).chain([Region { middle_mm, ..self.upper() }]).collect()
    }

    fn upper(&self) -> Region {
        Region { bottom_mm: UPPER_MM, middle_mm: 0.0, ..self.0.whole() }
    }
}
