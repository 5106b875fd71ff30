//! Sheets that are laid between papers: the machine parts the stack at them. One kind only separates; the other leads
//! what follows to a document that is in the book already.

use super::{
    Faces, TypesetError,
    faces::{Type, bold, regular},
    lines::broken,
    sheet::{A4, Align, Area, Dash, MM, Modules, Paper, Sheet},
};
use crate::About;

/// What a separator sheet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Separator {
    /// The code on it, with its quiet zone.
    pub code: Modules,
    /// The document that the papers behind it belong to; none: they are a new one.
    pub of: Option<SeparatorOf>,
}

/// The document a separator leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeparatorOf {
    /// `Văn bản đến số 12`.
    pub name: String,
    /// Type and abstract; what does not fit on three lines is left out.
    pub subject: String,
}

const BODY: Area = Area { left: 18.0, top: 12.0, width: 174.0, height: 273.0 };
const CODE: f32 = 100.0;
const SUBJECT_LINES: usize = 3;

/// As many equal sheets as asked for, at least one, as PDF/A-2b.
///
/// # Errors
/// [`TypesetError::NoLetter`] where the face cannot write something.
pub fn separators(
    separator: &Separator,
    sheets: u32,
    faces: &Faces,
    about: &About,
) -> Result<Vec<u8>, TypesetError> {
    let mut paper = Paper::new(faces, about)?;
    for _ in 0..sheets.max(1) {
        paper.page(A4, |sheet| draw(sheet, separator))?;
    }
    paper.finish()
}

fn draw(sheet: &mut Sheet<'_>, separator: &Separator) -> Result<(), TypesetError> {
    let mut column = BODY;
    let edge = "↑ Cạnh này vào máy trước, mặt có chữ cùng phía với mặt trước của giấy ↑";
    column.top = centred(sheet, column, edge, regular(13.0))? + 4.0;
    sheet.broken_rule(column.left, column.right(), column.top, Dash { weight: 0.6, mark: 1.8, gap: 1.8 });
    column.top = centred(sheet, Area { top: column.top + 14.0, ..column }, "TỜ NGĂN", bold(64.0))? + 4.0;
    let left = column.left + (column.width - CODE) / 2.0;
    sheet.modules(Area { left, top: column.top, width: CODE, height: CODE }, &separator.code);
    column.top += CODE + 4.0;
    let does = match &separator.of {
        Some(of) => {
            column.top = centred(sheet, column, &of.name, bold(26.0))?;
            let how = regular(14.0);
            let lines = broken(sheet.faces(), &of.subject, how, column.width * MM)?;
            let shown = &lines[..lines.len().min(SUBJECT_LINES)];
            column.top = sheet.lines(column, shown, how, Align::Centre)?;
            "Giấy xếp sau tờ này, đến tờ ngăn kế tiếp, tự gắn vào văn bản này trong sổ."
        }
        None => "Giấy xếp sau tờ này là một văn bản mới.",
    };
    column.top = centred(sheet, Area { top: column.top + 8.0, ..column }, does, regular(20.0))? + 6.0;
    centred(sheet, column, "Tờ này không vào sổ. Quét xong cất lại để dùng lần sau.", regular(13.0))?;
    Ok(())
}

fn centred(sheet: &mut Sheet<'_>, column: Area, words: &str, how: Type) -> Result<f32, TypesetError> {
    sheet.text(column, words, how, Align::Centre)
}
