//! For units without a scanner: the file of a document that was signed and sealed on paper. It bears number, day, title
//! and name, and between the last two the line "(đã ký và đóng dấu)", as the founding letter of 2013 asks; and it says of
//! itself what it is, in words that stay true when the unit's digital seal follows.

use super::{
    NumberAndDay, OverlayError,
    laid::{Drawing, lay},
    numbered::Parts,
};
use crate::{
    look::Place,
    place,
    typeset::{
        Faces,
        faces::{Type, italic, regular},
        sheet::{Align, Area, Ink, MM, line_mm},
    },
};

const LINE: &str = "(đã ký và đóng dấu)";
const LINE_TYPE: Type = italic(13.0);
/// What the file says of itself, along the lower edge of page one: texts of signatures and seals stand in the upper margin.
const SAYS: &str = "Bản điện tử của văn bản giấy đã ký và đóng dấu; bản giấy lưu tại văn thư";
const SAYS_TYPE: Type = regular(10.0);
const FROM_EDGE_MM: f32 = 6.0;

/// The copy of a file that stands for the paper signed and sealed: number and day are written where they are blank.
///
/// Fails where no title with a name under it is found, where the page bears another number or day, or no blank for them,
/// and where the file is signed: then there is nothing to stand for.
pub fn signed_and_sealed_line(
    pdf: &[u8],
    facts: &NumberAndDay,
    faces: &Faces,
) -> Result<Vec<u8>, OverlayError> {
    let block = place::find(pdf)?.filter(|block| !block.name.is_empty()).ok_or(OverlayError::NoBlock)?;
    let parts = Parts::of(place::slots(pdf)?, facts, faces);
    let mut drawings = parts.number?;
    drawings.extend(parts.day?);
    let middle = block.room.top_mm + block.room.height_mm / 2.0;
    let centre = block.room.left_mm + block.room.width_mm / 2.0;
    let (width_mm, height_mm) = (faces.width(LINE, LINE_TYPE)? / MM + 1.0, line_mm(LINE_TYPE));
    let (left_mm, top_mm) = (centre - width_mm / 2.0, middle - height_mm / 2.0);
    let place = Place { page: block.room.page, left_mm, top_mm, width_mm, height_mm };
    drawings.push(one_line(place, LINE, LINE_TYPE, Ink::BLACK));
    let (width_mm, height_mm) = (faces.width(SAYS, SAYS_TYPE)? / MM + 1.0, line_mm(SAYS_TYPE));
    let sheet = place::sheet_mm(pdf, 1)?;
    let (left_mm, top_mm) = ((sheet.0 - width_mm) / 2.0, sheet.1 - FROM_EDGE_MM - height_mm);
    let place = Place { page: 1, left_mm, top_mm, width_mm, height_mm };
    drawings.push(one_line(place, SAYS, SAYS_TYPE, Ink::RED));
    lay(pdf, drawings, faces)
}

fn one_line<'d>(place: Place, words: &'static str, how: Type, ink: Ink) -> Drawing<'d> {
    let column = Area { left: 0.0, top: 0.0, width: place.width_mm, height: place.height_mm };
    Drawing {
        place,
        draw: Box::new(move |sheet| {
            sheet.dip(ink);
            sheet.text(column, words, how, Align::Centre).map(drop)
        }),
    }
}
