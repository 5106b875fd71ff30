//! How each mark looks, and how large it is. Lengths are millimetres.

use crate::typeset::{
    Faces, TypesetError,
    faces::{Type, bold, italic, regular},
    lines::broken,
    sheet::{Align, Area, Ink, MM, Sheet, line_mm},
    stamps,
};

/// What is laid over a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The arrival stamp (Appendix IV), filled in.
    Arrival {
        /// The unit.
        unit: String,
        /// Số đến.
        number: String,
        /// Ngày đến, as written.
        day: String,
    },
    /// How urgent the document is (Appendix I, box 10b).
    Urgency(Urgency),
    /// Who may keep it (box 11).
    Circulation(Circulation),
    /// What makes a copy a copy (Appendix I, part II).
    Copy(CopyBlock),
    /// A line along the lower edge of the page, in small letters.
    Edge(String),
}

/// Độ khẩn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// KHẨN
    Urgent,
    /// THƯỢNG KHẨN
    VeryUrgent,
    /// HỎA TỐC
    Flash,
}

/// Phạm vi lưu hành.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circulation {
    /// XEM XONG TRẢ LẠI
    ReturnAfterReading,
    /// LƯU HÀNH NỘI BỘ
    Internal,
}

/// The block under the last line of what was copied onto paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyBlock {
    /// SAO Y, SAO LỤC or TRÍCH SAO.
    pub form: String,
    /// The unit above, if it is named.
    pub parent: Option<String>,
    /// The unit that copies.
    pub unit: String,
    /// Number and symbol of the copy: `03/SY-THCSHP`.
    pub number: String,
    /// `Bình An, ngày 05 tháng 01 năm 2027`
    pub place_and_day: String,
    /// Who signs: `KT. HIỆU TRƯỞNG` / `PHÓ HIỆU TRƯỞNG`.
    pub title: String,
    /// The name under the signature.
    pub name: String,
    /// Nơi nhận, a line each.
    pub recipients: Vec<String>,
}

/// Of frames.
const WEIGHT: f32 = 0.4;
/// The decree's text area, 165 mm between a left margin of 30 and a right one of 15.
pub(super) const TEXT_WIDTH: f32 = 165.0;
const COLUMN: f32 = 76.0;
const SIGNATURE_ROOM: f32 = 26.0;
const EDGE_SIZE: Type = regular(8.0);

impl Mark {
    /// Width and height. Fails where the faces lack a letter.
    pub fn size_mm(&self, faces: &Faces) -> Result<(f32, f32), TypesetError> {
        Ok(match self {
            Mark::Arrival { .. } => (stamps::WIDTH, stamps::HEIGHT),
            Mark::Urgency(Urgency::Urgent) => (20.0, 8.0),
            Mark::Urgency(Urgency::VeryUrgent) => (40.0, 8.0),
            Mark::Urgency(Urgency::Flash) => (30.0, 8.0),
            Mark::Circulation(limit) => (faces.width(limit.words(), bold(13.0))? / MM + 6.0, 8.0),
            Mark::Copy(block) => (TEXT_WIDTH, block.height(faces)?),
            Mark::Edge(words) => (faces.width(words, EDGE_SIZE)? / MM + 1.0, line_mm(EDGE_SIZE)),
        })
    }

    pub(super) fn draw(&self, sheet: &mut Sheet<'_>) -> Result<(), TypesetError> {
        let (width, height) = self.size_mm(sheet.faces())?;
        let area = Area { left: 0.0, top: 0.0, width, height };
        match self {
            Mark::Arrival { unit, number, day } => {
                stamps::draw(sheet, area, [unit, number, day], None, [Ink::RED, Ink::BLUE])
            }
            Mark::Urgency(urgency) => {
                sheet.dip(Ink::RED);
                framed(sheet, area, urgency.words())
            }
            Mark::Circulation(limit) => framed(sheet, area, limit.words()),
            Mark::Copy(block) => block.draw(sheet),
            Mark::Edge(words) => sheet.text(area, words, EDGE_SIZE, Align::Centre).map(drop),
        }
    }
}

impl Urgency {
    fn words(self) -> &'static str {
        match self {
            Urgency::Urgent => "KHẨN",
            Urgency::VeryUrgent => "THƯỢNG KHẨN",
            Urgency::Flash => "HỎA TỐC",
        }
    }
}

impl Circulation {
    fn words(self) -> &'static str {
        match self {
            Circulation::ReturnAfterReading => "XEM XONG TRẢ LẠI",
            Circulation::Internal => "LƯU HÀNH NỘI BỘ",
        }
    }
}

/// Capitals in a single frame, in its middle.
fn framed(sheet: &mut Sheet<'_>, area: Area, words: &str) -> Result<(), TypesetError> {
    sheet.frame(area, WEIGHT);
    // Fourteen points fill the frame of THƯỢNG KHẨN; thirteen are allowed.
    let how = bold(13.0);
    let top = area.top + (area.height - line_mm(how)) / 2.0 + 0.2;
    sheet.text(Area { top, ..area }, words, how, Align::Centre).map(drop)
}

impl CopyBlock {
    fn draw(&self, sheet: &mut Sheet<'_>) -> Result<(), TypesetError> {
        sheet.across(0.0, TEXT_WIDTH, 0.3, 0.25);
        self.set(sheet.faces())?.into_iter().try_for_each(|line| {
            let Set { column, words, how, align, .. } = line;
            sheet.text(column, &words, how, align).map(drop)
        })
    }

    fn height(&self, faces: &Faces) -> Result<f32, TypesetError> {
        Ok(self.set(faces)?.iter().map(|line| line.column.top + line.height).fold(0.0, f32::max) + 1.0)
    }

    /// Every part in its place: body and number at the left, form and day at the right; below them recipients and signer.
    fn set(&self, faces: &Faces) -> Result<Vec<Set>, TypesetError> {
        let mut left = Column { faces, left: 0.0, top: 3.0, lines: Vec::new() };
        let mut right = Column { faces, left: TEXT_WIDTH - COLUMN, top: 3.0, lines: Vec::new() };
        if let Some(parent) = &self.parent {
            left.put(parent, regular(13.0), Align::Centre)?;
        }
        left.put(&self.unit.to_uppercase(), bold(13.0), Align::Centre)?;
        right.put(&self.form.to_uppercase(), bold(14.0), Align::Centre)?;
        let top = left.top.max(right.top) + 1.5;
        (left.top, right.top) = (top, top);
        left.put(&format!("Số: {}", self.number), regular(13.0), Align::Centre)?;
        right.put(&self.place_and_day, italic(13.0), Align::Centre)?;
        let top = left.top.max(right.top) + 3.0;
        (left.top, right.top) = (top, top);
        for line in self.title.lines() {
            right.put(line, bold(13.0), Align::Centre)?;
        }
        right.top += SIGNATURE_ROOM;
        right.put(&self.name, bold(13.0), Align::Centre)?;
        left.put("Nơi nhận:", italic(12.0), Align::Left)?;
        for recipient in &self.recipients {
            left.put(recipient, regular(11.0), Align::Left)?;
        }
        Ok([left.lines, right.lines].concat())
    }
}

/// Words in their column.
#[derive(Clone)]
struct Set {
    column: Area,
    words: String,
    how: Type,
    align: Align,
    height: f32,
}

struct Column<'f> {
    faces: &'f Faces,
    left: f32,
    top: f32,
    lines: Vec<Set>,
}

impl Column<'_> {
    fn put(&mut self, words: &str, how: Type, align: Align) -> Result<(), TypesetError> {
        let height = broken(self.faces, words, how, COLUMN * MM)?.len() as f32 * line_mm(how);
        let column = Area { left: self.left, top: self.top, width: COLUMN, height };
        self.lines.push(Set { column, words: words.into(), how, align, height });
        self.top += height;
        Ok(())
    }
}
