//! Number and day written into the blanks of a document that was born digital: `Số:      /QĐ-THCSHM`,
//! `ngày     tháng     năm 2026`. An outgoing document is numbered and dated, then signed, then sealed; so this is done
//! when it has its number and before anybody signs.
//!
//! ```no_run
//! # fn example(draft: &[u8], faces: &paper::typeset::Faces) -> Result<(), paper::overlay::OverlayError> {
//! let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default();
//! let facts = paper::overlay::NumberAndDay { number: "05".into(), symbol: "QĐ-THCSHM".into(), day };
//! let to_be_signed = paper::overlay::numbered(draft, &facts, faces)?;
//! # Ok(()) }
//! ```

use super::{
    OverlayError,
    laid::{Drawing, lay},
};
use crate::{
    look::Place,
    place::{self, Blank, Slot, Slots},
    typeset::{
        Faces,
        faces::Type,
        sheet::{Align, Area, BASELINE, Ink, MM, line_mm},
    },
};
use chrono::{Datelike, NaiveDate};

/// What the register gives a document at its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberAndDay {
    /// The number alone, as it is written before the stroke: `12`, or `05`.
    pub number: String,
    /// What is written behind it; where the page has another, it is another document's.
    pub symbol: String,
    /// The day it bears.
    pub day: NaiveDate,
}

/// The file with number and day in its blanks, in the type of their lines; the same for the same file and facts. `None`
/// where there is nothing to write: both stand there, or there is no blank, or one too narrow. Of a day all parts are
/// written or none.
///
/// Fails where the page bears another number, symbol or day, where the file is signed, and where it cannot be read or added to.
pub fn numbered(pdf: &[u8], facts: &NumberAndDay, faces: &Faces) -> Result<Option<Vec<u8>>, OverlayError> {
    let blanks = Parts::of(place::slots(pdf)?, facts, faces);
    let mut drawings = Vec::new();
    for part in [blanks.number, blanks.day] {
        match part {
            Ok(found) => drawings.extend(found),
            Err(OverlayError::NoBlank(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if drawings.is_empty() { Ok(None) } else { lay(pdf, drawings, faces).map(Some) }
}

/// What is to be written of number and day, each by itself.
pub(super) struct Parts<'d> {
    pub(super) number: Result<Vec<Drawing<'d>>, OverlayError>,
    pub(super) day: Result<Vec<Drawing<'d>>, OverlayError>,
}

impl Parts<'_> {
    pub(super) fn of(slots: Slots, facts: &NumberAndDay, faces: &Faces) -> Self {
        if !is_same(&slots.symbol, &facts.symbol) {
            let other = || Err(OverlayError::Contradiction(slots.symbol.clone()));
            return Parts { number: other(), day: other() };
        }
        let pad = |n: u32, below: u32| if n < below { format!("{n:02}") } else { n.to_string() };
        let parts = [
            (slots.day, pad(facts.day.day(), 10)),
            // The decree pads the first two months alone.
            (slots.month, pad(facts.day.month(), 3)),
            (slots.year, facts.day.year().to_string()),
        ];
        let filled = |(slot, value)| filled(slot, value, faces).transpose();
        Parts {
            number: filled((slots.number, facts.number.clone())).into_iter().collect(),
            day: parts.into_iter().filter_map(filled).collect(),
        }
    }
}

/// However it was typed: capitals, strokes and dashes make no other symbol.
fn is_same(written: &str, symbol: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let (written, symbol): (String, String) = (bare(written), bare(symbol));
    written.is_empty() || symbol.is_empty() || written == symbol
}

/// What is written into a blank; nothing where it stands there already.
fn filled<'d>(slot: Slot, value: String, faces: &Faces) -> Result<Option<Drawing<'d>>, OverlayError> {
    let same = |written: &str| written.trim_start_matches('0') == value.trim_start_matches('0');
    match slot {
        Slot::Written(written) if same(&written) => Ok(None),
        Slot::Written(written) => Err(OverlayError::Contradiction(written)),
        Slot::Missing => Err(OverlayError::NoBlank(value)),
        Slot::Blank(blank) => match value.strip_prefix(blank.begun.as_str()) {
            Some(rest) => written(&blank, rest.to_owned(), faces).map(Some),
            None => Err(OverlayError::Contradiction(blank.begun)),
        },
    }
}

fn written<'d>(blank: &Blank, words: String, faces: &Faces) -> Result<Drawing<'d>, OverlayError> {
    let how = Type { style: blank.style, size_pt: blank.size_pt };
    let (needed, room) = (faces.width(&words, how)? / MM, blank.right_mm - blank.left_mm);
    if needed > room {
        return Err(OverlayError::NoBlank(words));
    }
    let place = Place {
        page: 1,
        left_mm: blank.left_mm,
        top_mm: blank.baseline_mm - BASELINE * how.size_pt / MM,
        width_mm: room,
        height_mm: line_mm(how),
    };
    let column = Area { left: 0.0, top: 0.0, width: room, height: place.height_mm };
    let align = if blank.open || !blank.begun.is_empty() { Align::Left } else { Align::Centre };
    let dots = blank.dotted.then(|| dots(column, how));
    Ok(Drawing {
        place,
        draw: Box::new(move |sheet| {
            if let Some(dots) = dots {
                sheet.dip(Ink::WHITE);
                sheet.fill(dots);
                sheet.dip(Ink::BLACK);
            }
            sheet.text(column, &words, how, align).map(drop)
        }),
    })
}

/// The dots a blank is drawn with: they would be read with the digits over them. Letters beside it keep their edges.
fn dots(column: Area, how: Type) -> Area {
    let em = how.size_pt / MM;
    let edge = 0.04 * em;
    Area { left: edge, top: (BASELINE - 0.2) * em, width: column.width - 2.0 * edge, height: 0.24 * em }
}
