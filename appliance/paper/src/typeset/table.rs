//! A ruled table over many pages: the head on every one, a row on one page if a page can hold it, a taller one parted
//! between its lines.

use super::{
    TypesetError,
    faces::{Faces, Type, bold, italic},
    lines::{Line, broken},
    sheet::{Align, Area, MM, Sheet, line_mm},
};
use std::ops::Range;

/// What is written into the columns, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    cells: Vec<String>,
    /// The words are struck out, as of a void number, which stays in the book; but the last column says why.
    pub struck: bool,
}

impl Row {
    /// Cells from the left; columns beyond them stay empty for the hand.
    pub fn new<T: Into<String>>(cells: impl IntoIterator<Item = T>) -> Row {
        Row { cells: cells.into_iter().map(Into::into).collect(), struck: false }
    }
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) head: &'static str,
    /// With its left rule.
    pub(crate) width: f32,
    pub(crate) align: Align,
}

/// The rules and types of a table. Lengths are millimetres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'t> {
    pub(crate) columns: &'t [Column],
    pub(crate) how: Type,
    /// A row is at least as high, so that a hand finds room to sign in it.
    pub(crate) least_row: f32,
}

/// The part of a row that stands on one page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    row: usize,
    lines: Range<usize>,
    height: f32,
}

const RULE: f32 = 0.2;
/// Between rule and text, beside and above it.
const BESIDE: f32 = 1.0;
const ABOVE: f32 = 0.9;
/// A row is not begun on a page for fewer lines.
const LEAST_LINES: usize = 2;

impl Table<'_> {
    fn width(&self) -> f32 {
        self.columns.iter().map(|column| column.width).sum()
    }

    fn cell(
        &self,
        faces: &Faces,
        column: &Column,
        words: &str,
        how: Type,
    ) -> Result<Vec<Line>, TypesetError> {
        broken(faces, words, how, (column.width - 2.0 * BESIDE) * MM)
    }

    fn row(&self, faces: &Faces, row: &Row) -> Result<Vec<Vec<Line>>, TypesetError> {
        let cells = self.columns.iter().zip(&row.cells);
        cells.map(|(column, words)| self.cell(faces, column, words, self.how)).collect()
    }

    fn height(&self, lines: usize) -> f32 {
        (lines as f32 * line_mm(self.how) + 2.0 * ABOVE).max(self.least_row)
    }

    /// Lays the rows onto pages that have `room` millimetres below the head. There is always one page.
    pub(crate) fn paged(
        &self,
        faces: &Faces,
        rows: &[Row],
        room: f32,
    ) -> Result<Vec<Vec<Piece>>, TypesetError> {
        let mut pages = Pages { all: vec![Vec::new()], used: 0.0, room };
        for (at, row) in rows.iter().enumerate() {
            let cells = self.row(faces, row).map_err(|error| error.in_row(at))?;
            let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
            let height = self.height(lines);
            if height > pages.free() && height <= room {
                pages.turn();
            }
            if height <= pages.free() {
                pages.lay(Piece { row: at, lines: 0..lines, height });
            } else {
                self.part(&mut pages, at, lines);
            }
        }
        Ok(pages.all)
    }

    /// Parts a row that no page can hold.
    fn part(&self, pages: &mut Pages, row: usize, lines: usize) {
        let mut from = 0;
        while from < lines {
            let fits = ((pages.free() - 2.0 * ABOVE) / line_mm(self.how)).floor().max(0.0) as usize;
            if fits < LEAST_LINES && pages.used > 0.0 {
                pages.turn();
                continue;
            }
            let to = lines.min(from + fits.max(1));
            pages.lay(Piece { row, lines: from..to, height: self.height(to - from) });
            from = to;
        }
    }

    /// Height of the head: names of the columns, and their numbers as the forms of the decree have them.
    pub(crate) fn head_height(&self, faces: &Faces) -> Result<f32, TypesetError> {
        let mut most = 0;
        for column in self.columns {
            most = most.max(self.cell(faces, column, column.head, self.head_type())?.len());
        }
        Ok(most as f32 * line_mm(self.head_type()) + 2.0 * ABOVE + self.numbers_height())
    }

    fn head_type(&self) -> Type {
        bold(self.how.size_pt)
    }

    fn numbers_type(&self) -> Type {
        italic(self.how.size_pt - 1.0)
    }

    fn numbers_height(&self) -> f32 {
        line_mm(self.numbers_type()) + ABOVE
    }

    /// Draws the head and one page of rows; returns where the table ends.
    pub(crate) fn draw(
        &self,
        sheet: &mut Sheet<'_>,
        corner: (f32, f32),
        rows: &[Row],
        pieces: &[Piece],
    ) -> Result<f32, TypesetError> {
        let (left, top) = corner;
        let mut y = self.draw_head(sheet, corner)?;
        for piece in pieces {
            self.draw_piece(sheet, (left, y), &rows[piece.row], piece)
                .map_err(|error| error.in_row(piece.row))?;
            y += piece.height;
            self.across(sheet, left, y);
        }
        let mut x = left;
        for width in self.columns.iter().map(|column| column.width).chain([0.0]) {
            sheet.down(x, top, y, RULE);
            x += width;
        }
        Ok(y)
    }

    /// A rule from edge to edge, corners included.
    fn across(&self, sheet: &mut Sheet<'_>, left: f32, y: f32) {
        sheet.across(left - RULE / 2.0, left + self.width() + RULE / 2.0, y, RULE);
    }

    fn draw_head(&self, sheet: &mut Sheet<'_>, (left, top): (f32, f32)) -> Result<f32, TypesetError> {
        let height = self.head_height(sheet.faces())?;
        let numbers = top + height - self.numbers_height();
        let mut x = left;
        for (at, column) in self.columns.iter().enumerate() {
            let inside =
                |top, height| Area { left: x + BESIDE, top, width: column.width - 2.0 * BESIDE, height };
            let lines = self.cell(sheet.faces(), column, column.head, self.head_type())?;
            let free = numbers - top - lines.len() as f32 * line_mm(self.head_type());
            sheet.lines(inside(top + free / 2.0, 0.0), &lines, self.head_type(), Align::Centre)?;
            let number = format!("({})", at + 1);
            sheet.text(inside(numbers + ABOVE / 2.0, 0.0), &number, self.numbers_type(), Align::Centre)?;
            x += column.width;
        }
        for y in [top, numbers, top + height] {
            self.across(sheet, left, y);
        }
        Ok(top + height)
    }

    fn draw_piece(
        &self,
        sheet: &mut Sheet<'_>,
        (left, top): (f32, f32),
        row: &Row,
        piece: &Piece,
    ) -> Result<(), TypesetError> {
        let mut x = left;
        let cells = self.row(sheet.faces(), row)?;
        for (at, (column, lines)) in self.columns.iter().zip(cells).enumerate() {
            let shown = lines.get(piece.lines.start..).unwrap_or_default();
            let shown = &shown[..shown.len().min(piece.lines.len())];
            let area = Area {
                left: x + BESIDE,
                top: top + ABOVE,
                width: column.width - 2.0 * BESIDE,
                height: piece.height,
            };
            sheet.lines(area, shown, self.how, column.align)?;
            if row.struck && at + 1 < self.columns.len() {
                self.strike(sheet, area, shown, column.align);
            }
            x += column.width;
        }
        Ok(())
    }

    fn strike(&self, sheet: &mut Sheet<'_>, area: Area, lines: &[Line], align: Align) {
        for (at, line) in lines.iter().enumerate() {
            let width = line.width_pt / MM;
            let left = match align {
                Align::Centre => area.left + (area.width - width) / 2.0,
                Align::Right => area.left + area.width - width,
                Align::Left | Align::Justified => area.left,
            };
            // Through the middle of small letters.
            let y = area.top + at as f32 * line_mm(self.how) + 0.7 * self.how.size_pt / MM;
            sheet.across(left, left + width, y, RULE);
        }
    }
}

struct Pages {
    all: Vec<Vec<Piece>>,
    used: f32,
    room: f32,
}

impl Pages {
    fn free(&self) -> f32 {
        self.room - self.used
    }

    fn turn(&mut self) {
        self.all.push(Vec::new());
        self.used = 0.0;
    }

    fn lay(&mut self, piece: Piece) {
        self.used += piece.height;
        self.all.last_mut().expect("there is always one page").push(piece);
    }
}

/// Height of what stands on one page, below the head.
pub(crate) fn taken(pieces: &[Piece]) -> f32 {
    pieces.iter().map(|piece| piece.height).sum()
}
