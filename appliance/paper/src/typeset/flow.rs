//! Paragraphs and lines to write on, one below the other, over as many pages as they need.

use super::{
    TypesetError,
    faces::{Faces, Type},
    lines::{Line, broken},
    sheet::{Align, Area, Dash, Format, MM, Paper, Sheet, line_mm},
};

/// One line's worth of a page.
enum Strip {
    Words {
        line: Line,
        how: Type,
        align: Align,
    },
    /// Words, then dots to the end of the line; no words: dots all along.
    Dotted {
        line: Option<Line>,
        how: Type,
    },
    Gap(f32),
}

impl Strip {
    fn height(&self) -> f32 {
        match self {
            Strip::Words { how, .. } => line_mm(*how),
            // A hand needs more room than type.
            Strip::Dotted { line: None, .. } => 9.0,
            Strip::Dotted { how, .. } => line_mm(*how),
            Strip::Gap(height) => *height,
        }
    }
}

/// Strips that wait for their pages.
pub(crate) struct Flow<'f> {
    faces: &'f Faces,
    width: f32,
    strips: Vec<Strip>,
}

impl<'f> Flow<'f> {
    pub(crate) fn new(faces: &'f Faces, width: f32) -> Self {
        Flow { faces, width, strips: Vec::new() }
    }

    pub(crate) fn paragraph(&mut self, words: &str, how: Type, align: Align) -> Result<(), TypesetError> {
        let lines = broken(self.faces, words, how, self.width * MM)?;
        self.strips.extend(lines.into_iter().map(|line| Strip::Words { line, how, align }));
        Ok(())
    }

    /// A label whose value is written by hand: dots after it, and `more` dotted lines.
    pub(crate) fn by_hand(&mut self, label: &str, how: Type, more: usize) -> Result<(), TypesetError> {
        let mut lines = broken(self.faces, label, how, (self.width - 30.0) * MM)?;
        let last = lines.pop();
        self.strips.extend(lines.into_iter().map(|line| Strip::Words { line, how, align: Align::Left }));
        self.strips.push(Strip::Dotted { line: last, how });
        self.strips.extend((0..more).map(|_| Strip::Dotted { line: None, how }));
        Ok(())
    }

    pub(crate) fn gap(&mut self, height: f32) {
        self.strips.push(Strip::Gap(height));
    }

    /// Lays the strips onto pages; `head` draws the top of the first and says where it ends.
    pub(crate) fn onto(
        self,
        paper: &mut Paper<'_>,
        format: Format,
        body: Area,
        head: impl FnOnce(&mut Sheet<'_>) -> Result<f32, TypesetError>,
    ) -> Result<(), TypesetError> {
        let mut strips = self.strips.into_iter().peekable();
        let mut head = Some(head);
        while head.is_some() || strips.peek().is_some() {
            paper.page(format, |sheet| {
                let mut top = match head.take() {
                    Some(draw) => draw(sheet)?,
                    None => body.top,
                };
                // A strip higher than a page would never end; none is.
                while let Some(strip) = strips.next_if(|strip| top + strip.height() <= body.bottom()) {
                    draw(sheet, &strip, Area { top, ..body })?;
                    top += strip.height();
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

fn draw(sheet: &mut Sheet<'_>, strip: &Strip, column: Area) -> Result<(), TypesetError> {
    match strip {
        Strip::Words { line, how, align } => sheet.line(column, line, *how, *align),
        Strip::Dotted { line, how } => {
            let mut left = column.left;
            if let Some(line) = line {
                sheet.line(column, line, *how, Align::Left)?;
                left += line.width_pt / MM + 1.0;
            }
            let baseline = column.top + strip.height() - 0.26 * how.size_pt / MM;
            sheet.broken_rule(left, column.right(), baseline, Dash::DOTS);
            Ok(())
        }
        Strip::Gap(_) => Ok(()),
    }
}
