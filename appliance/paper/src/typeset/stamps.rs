//! Arrival stamps on sheets of labels (appendix IV, V: 50 x 35 mm), with a code by which the paper finds its own line of
//! the book when it is scanned.

use super::{
    Faces, TypesetError,
    faces::{Style, Type, bold, regular},
    lines::broken,
    sheet::{A4, Align, Area, Dash, Ink, MM, Modules, Paper, Sheet, line_mm},
};
use crate::About;

/// One arrival stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The unit.
    pub unit: String,
    /// Số đến.
    pub number: String,
    /// Ngày đến, as written.
    pub day: String,
    /// The code in it, with its quiet zone.
    pub code: Modules,
}

/// Where labels lie on a sheet of A4. All lengths are millimetres from the sheet's upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labels {
    columns: usize,
    rows: usize,
    /// The first label's corner.
    left: f32,
    top: f32,
    /// From one label to the next.
    across: f32,
    down: f32,
    /// The label itself; on plain paper the stamp.
    width: f32,
    height: f32,
}

impl Labels {
    /// Plain paper, cut along the frames.
    pub const PLAIN: Labels = Labels {
        columns: 3,
        rows: 7,
        left: 20.0,
        top: 13.0,
        across: 60.0,
        down: 39.33,
        width: 50.0,
        height: 35.0,
    };
    /// Adhesive labels of 52.5 x 35 mm.
    pub const L52X35: Labels = Labels {
        columns: 4,
        rows: 8,
        left: 0.0,
        top: 8.5,
        across: 52.5,
        down: 35.0,
        width: 52.5,
        height: 35.0,
    };
    /// Adhesive labels of 70 x 37 mm.
    pub const L70X37: Labels = Labels {
        columns: 3,
        rows: 8,
        left: 0.0,
        top: 0.5,
        across: 70.0,
        down: 37.0,
        width: 70.0,
        height: 37.0,
    };

    /// How many there are on a sheet.
    pub fn per_sheet(&self) -> usize {
        self.columns * self.rows
    }

    /// The stamp on the label at `place`, counted from 0 along the rows: in the label's middle.
    fn spot(&self, place: usize) -> Area {
        let (row, column) = (place / self.columns, place % self.columns);
        Area {
            left: self.left + column as f32 * self.across + (self.width - WIDTH) / 2.0,
            top: self.top + row as f32 * self.down + (self.height - HEIGHT) / 2.0,
            width: WIDTH,
            height: HEIGHT,
        }
    }
}

/// A stamp as the decree has it.
pub(crate) const WIDTH: f32 = 50.0;
pub(crate) const HEIGHT: f32 = 35.0;
/// Of its frame.
const WEIGHT: f32 = 0.35;
const UNIT_HEIGHT: f32 = 7.0;
/// With its quiet zone: smaller, and a page scanned at 200 dpi no longer shows it clearly.
const CODE: f32 = 16.5;

/// Sheets of stamps as PDF/A-2b, beginning at the label `first`, counted from 1; those before were used up earlier.
///
/// # Errors
/// [`TypesetError::NoLetter`] with the place of the stamp among those given; [`TypesetError::NotWritten`] without any.
pub fn stamps(
    labels: Labels,
    first: usize,
    stamps: &[Stamp],
    faces: &Faces,
    about: &About,
) -> Result<Vec<u8>, TypesetError> {
    if stamps.is_empty() {
        return Err(TypesetError::NotWritten("no stamps".into()));
    }
    let most = labels.per_sheet();
    let skipped = first.clamp(1, most) - 1;
    let mut paper = Paper::new(faces, about)?;
    for page in 0..(skipped + stamps.len()).div_ceil(most) {
        paper.page(A4, |sheet| {
            for place in 0..most {
                let Some(at) = (page * most + place).checked_sub(skipped) else { continue };
                let Some(stamp) = stamps.get(at) else { break };
                let inks = [Ink::BLACK; 2];
                let Stamp { unit, number, day, code } = stamp;
                draw(sheet, labels.spot(place), [unit, number, day], Some(code), inks)
                    .map_err(|error| error.in_row(at))?;
            }
            Ok(())
        })?;
    }
    paper.finish()
}

/// Draws the stamp of `unit` with its `number` and `day`; `inks` of the stamp and of what is filled in.
pub(crate) fn draw(
    sheet: &mut Sheet<'_>,
    area: Area,
    [name, number, day]: [&str; 3],
    code: Option<&Modules>,
    [ink, filled]: [Ink; 2],
) -> Result<(), TypesetError> {
    let Area { left, top, .. } = area;
    sheet.dip(ink);
    sheet.frame(area, WEIGHT);
    let unit = Area { left: left + 1.0, top: top + WEIGHT, width: WIDTH - 2.0, height: UNIT_HEIGHT };
    fitted(sheet, unit, &name.to_uppercase())?;
    sheet.across(left, area.right(), unit.bottom(), 0.2);
    // Without a code there is room for larger figures, and the word stands in the middle.
    let (width, size_pt) = if code.is_some() { (29.0, 9.0) } else { (WIDTH - 3.6, 11.0) };
    let below = |down: f32, how: Type| Area {
        left: left + 1.8,
        top: unit.bottom() + down,
        width: width + 2.0,
        height: line_mm(how),
    };
    sheet.text(Area { width, ..below(1.0, bold(14.0)) }, "ĐẾN", bold(14.0), Align::Centre)?;
    for (down, label, value) in [(7.2, "Số: ", number), (11.7, "Ngày: ", day)] {
        let place = below(down, regular(size_pt));
        sheet.text(place, label, regular(size_pt), Align::Left)?;
        let beside = sheet.faces().width(label, regular(size_pt))? / MM;
        sheet.dip(filled);
        sheet.text(Area { left: place.left + beside, ..place }, value, bold(size_pt), Align::Left)?;
        sheet.dip(ink);
    }
    if let Some(code) = code {
        let left = area.right() - CODE - 0.5;
        sheet.modules(Area { left, top: unit.bottom() + 0.2, width: CODE, height: CODE }, code);
    }
    for (up, label) in [(9.9, "Chuyển:"), (4.9, "Số và ký hiệu HS:")] {
        let how = regular(8.0);
        let place =
            Area { left: left + 1.8, top: area.bottom() - up, width: WIDTH - 3.6, height: line_mm(how) };
        sheet.text(place, label, how, Align::Left)?;
        let from = place.left + sheet.faces().width(label, how)? / MM + 1.0;
        sheet.broken_rule(from, place.right(), place.top + 0.98 * how.size_pt / MM, Dash::DOTS);
    }
    Ok(())
}

/// A name as large as its box allows, in its middle.
fn fitted(sheet: &mut Sheet<'_>, area: Area, words: &str) -> Result<(), TypesetError> {
    for size_pt in [7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5, 4.0] {
        let how = Type { style: Style::Bold, size_pt };
        let lines = broken(sheet.faces(), words, how, area.width * MM)?;
        let height = lines.len() as f32 * line_mm(how);
        if height <= area.height || size_pt <= 4.0 {
            let most = (area.height / line_mm(how)) as usize;
            let shown = &lines[..lines.len().min(most)];
            let free = area.height - shown.len() as f32 * line_mm(how);
            sheet.lines(Area { top: area.top + free / 2.0, ..area }, shown, how, Align::Centre)?;
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stamp_stays_on_the_paper_and_apart_from_the_next() {
        for labels in [Labels::PLAIN, Labels::L52X35, Labels::L70X37] {
            let spots: Vec<Area> = (0..labels.per_sheet()).map(|place| labels.spot(place)).collect();
            for (at, spot) in spots.iter().enumerate() {
                assert!(
                    spot.left >= 0.0 && spot.top >= 0.0 && spot.right() <= 210.0 && spot.bottom() <= 297.0
                );
                for other in &spots[..at] {
                    let apart = other.right() <= spot.left || other.bottom() <= spot.top;
                    assert!(apart || spot.right() <= other.left, "{labels:?}: {spot:?} and {other:?}");
                }
            }
        }
    }
}
