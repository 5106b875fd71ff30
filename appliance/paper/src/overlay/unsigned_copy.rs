//! For units without a scanner: the file of a document that was signed and sealed on paper. It bears number, day, title
//! and name, and between the last two the line "(đã ký và đóng dấu)", as the founding letter of 2013 asks; and it says of
//! itself what it is, so that nobody takes it for a signed one.

use super::{
    OverlayError,
    laid::{Drawing, lay},
};
use crate::{
    look::Place,
    place::{self, Slot},
    typeset::{
        Faces,
        faces::{Type, italic, regular},
        sheet::{Align, Area, Ink, MM, Sheet, line_mm},
    },
};
use chrono::{Datelike, NaiveDate};

/// What was written on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOnPaper {
    /// The number alone: `12`, or `05`.
    pub number: String,
    /// The day of signing.
    pub day: NaiveDate,
}

const LINE: &str = "(đã ký và đóng dấu)";
const LINE_TYPE: Type = italic(13.0);
/// What the file says of itself, in the top margin.
const SAYS: [&str; 2] = ["Bản điện tử không có chữ ký số", "Bản giấy đã ký và đóng dấu, lưu tại văn thư"];
const SAYS_TYPE: Type = regular(10.0);
const SAYS_WIDTH_MM: f32 = 76.0;
const FROM_RIGHT_MM: f32 = 10.0;
const FROM_TOP_MM: f32 = 5.0;
/// From the top of a line to its baseline, in sizes.
const BASELINE: f32 = 0.94;

/// The copy of a file that stands for the paper signed and sealed: number and day are written where they are blank.
///
/// Fails where no title with a name under it is found, where the page bears another number or day, or no blank for them,
/// and where the file is signed: then there is nothing to stand for.
pub fn signed_and_sealed_line(
    pdf: &[u8],
    paper: &SignedOnPaper,
    faces: &Faces,
) -> Result<Vec<u8>, OverlayError> {
    let block = place::find(pdf)?.filter(|block| !block.name.is_empty()).ok_or(OverlayError::NoBlock)?;
    let slots = place::slots(pdf)?;
    let month = paper.day.month();
    let pad = |n: u32, below: u32| if n < below { format!("{n:02}") } else { n.to_string() };
    let facts = [
        (slots.number, paper.number.clone()),
        (slots.day, pad(paper.day.day(), 10)),
        // The decree pads the first two months alone.
        (slots.month, pad(month, 3)),
        (slots.year, paper.day.year().to_string()),
    ];
    let mut drawings = Vec::new();
    for (slot, value) in facts {
        drawings.extend(filled(slot, value, faces)?);
    }
    let middle = block.room.top_mm + block.room.height_mm / 2.0;
    let width_mm = faces.width(LINE, LINE_TYPE)? / MM + 1.0;
    let centre = block.room.left_mm + block.room.width_mm / 2.0;
    drawings.push(one_line(
        Place {
            page: block.room.page,
            left_mm: centre - width_mm / 2.0,
            top_mm: middle - line_mm(LINE_TYPE) / 2.0,
            width_mm,
            height_mm: line_mm(LINE_TYPE),
        },
        LINE.into(),
        LINE_TYPE,
    ));
    let left_mm = place::width_mm(pdf, 1)? - FROM_RIGHT_MM - SAYS_WIDTH_MM;
    let height_mm = 2.0 * line_mm(SAYS_TYPE);
    drawings.push(Drawing {
        place: Place { page: 1, left_mm, top_mm: FROM_TOP_MM, width_mm: SAYS_WIDTH_MM, height_mm },
        draw: Box::new(says),
    });
    lay(pdf, drawings, faces)
}

fn says(sheet: &mut Sheet<'_>) -> Result<(), crate::typeset::TypesetError> {
    sheet.dip(Ink::RED);
    let mut column = Area { left: 0.0, top: 0.0, width: SAYS_WIDTH_MM, height: line_mm(SAYS_TYPE) };
    for words in SAYS {
        column.top = sheet.text(column, words, SAYS_TYPE, Align::Right)?;
    }
    Ok(())
}

/// What is written into a blank; nothing where it stands there already.
fn filled<'d>(slot: Slot, value: String, faces: &Faces) -> Result<Option<Drawing<'d>>, OverlayError> {
    let same = |written: &str| written.trim_start_matches('0') == value.trim_start_matches('0');
    match slot {
        Slot::Written(written) if same(&written) => Ok(None),
        Slot::Written(written) => Err(OverlayError::Contradiction(written)),
        Slot::Missing => Err(OverlayError::NoBlank(value)),
        Slot::Blank { page, left_mm, right_mm, baseline_mm, size_pt } => {
            let how = regular(size_pt);
            let needed = faces.width(&value, how)? / MM;
            if needed > right_mm - left_mm {
                return Err(OverlayError::NoBlank(value));
            }
            let place = Place {
                page,
                left_mm,
                top_mm: baseline_mm - BASELINE * size_pt / MM,
                width_mm: right_mm - left_mm,
                height_mm: line_mm(how),
            };
            Ok(Some(one_line(place, value, how)))
        }
    }
}

fn one_line<'d>(place: Place, words: String, how: Type) -> Drawing<'d> {
    let column = Area { left: 0.0, top: 0.0, width: place.width_mm, height: place.height_mm };
    Drawing { place, draw: Box::new(move |sheet| sheet.text(column, &words, how, Align::Centre).map(drop)) }
}
