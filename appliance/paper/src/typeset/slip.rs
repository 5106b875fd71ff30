//! Phiếu giải quyết văn bản đến (appendix IV, VII): travels with an arrived document; what was said already stands in it,
//! the rest is written by hand.

use super::{
    Faces, TypesetError,
    faces::{bold, italic, regular},
    flow::Flow,
    sheet::{A4, Align, Area, MM, Paper, Sheet},
};
use crate::About;

/// One thing that is asked for, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlipItem {
    /// What is asked for.
    pub label: String,
    /// What was said; empty leaves room to write.
    pub said: String,
    /// Dotted lines below, where nothing was said.
    pub lines: usize,
}

/// What the slip says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slip {
    /// The unit.
    pub unit: String,
    /// Place and date under the motto: `Bình An, ngày 21 tháng 11 năm 2026`.
    pub place_and_date: String,
    /// Type, number and symbol, day, issuer and abstract of the document.
    pub document: String,
    /// Number and day of arrival.
    pub arrival: String,
    /// Ý kiến của lãnh đạo cơ quan, tổ chức.
    pub leader: Vec<SlipItem>,
    /// Ý kiến của lãnh đạo đơn vị.
    pub section: Vec<SlipItem>,
    /// Ý kiến đề xuất của người giải quyết.
    pub handler: Vec<SlipItem>,
}

/// Margins of appendix I.
const BODY: Area = Area { left: 30.0, top: 20.0, width: 165.0, height: 257.0 };
const SIZE_PT: f32 = 13.0;

/// The slip as PDF/A-2b; one page unless much was said.
///
/// # Errors
/// [`TypesetError::NoLetter`] where the face cannot write something.
pub fn slip(slip: &Slip, faces: &Faces, about: &About) -> Result<Vec<u8>, TypesetError> {
    let mut flow = Flow::new(faces, BODY.width);
    for (heading, items) in [
        ("1. Ý kiến của lãnh đạo cơ quan, tổ chức", &slip.leader),
        ("2. Ý kiến của lãnh đạo đơn vị", &slip.section),
        ("3. Ý kiến đề xuất của người giải quyết", &slip.handler),
    ] {
        flow.gap(3.0);
        flow.paragraph(heading, bold(SIZE_PT), Align::Left)?;
        for item in items {
            flow.gap(1.0);
            if item.said.trim().is_empty() {
                flow.by_hand(&format!("- {}:", item.label), regular(SIZE_PT), item.lines)?;
            } else {
                flow.paragraph(
                    &format!("- {}: {}", item.label, item.said),
                    regular(SIZE_PT),
                    Align::Justified,
                )?;
            }
        }
    }
    let mut paper = Paper::new(faces, about)?;
    flow.onto(&mut paper, A4, BODY, |sheet| head(sheet, slip))?;
    paper.finish()
}

fn head(sheet: &mut Sheet<'_>, slip: &Slip) -> Result<f32, TypesetError> {
    let unit = Area { width: 70.0, ..BODY };
    let motto = Area { left: BODY.left + 72.0, width: BODY.width - 72.0, ..BODY };
    let ends = sheet.text(unit, &slip.unit.to_uppercase(), bold(12.0), Align::Centre)? + 1.0;
    under(sheet, unit, ends, 22.0);
    let top = sheet.text(motto, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold(12.0), Align::Centre)?;
    let below =
        sheet.text(Area { top, ..motto }, "Độc lập - Tự do - Hạnh phúc", bold(13.0), Align::Centre)? + 1.0;
    let words = sheet.faces().width("Độc lập - Tự do - Hạnh phúc", bold(13.0))? / MM;
    under(sheet, motto, below, words);
    let top =
        sheet.text(Area { top: below + 2.0, ..motto }, &slip.place_and_date, italic(13.0), Align::Centre)?;
    let mut column = Area { top: top.max(ends) + 6.0, ..BODY };
    column.top = sheet.text(column, "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN", bold(15.0), Align::Centre)? + 1.0;
    column.top = sheet.text(column, &slip.document, regular(SIZE_PT), Align::Centre)? + 1.0;
    column.top = sheet.text(column, &slip.arrival, regular(SIZE_PT), Align::Centre)? + 1.5;
    under(sheet, column, column.top, 30.0);
    Ok(column.top + 2.0)
}

/// A rule of `length` under the middle of a column.
fn under(sheet: &mut Sheet<'_>, column: Area, y: f32, length: f32) {
    let middle = column.left + column.width / 2.0;
    sheet.across(middle - length / 2.0, middle + length / 2.0, y, 0.2);
}
