//! A sheet of paper measured in millimetres from its upper left corner, and the file it becomes a page of.
//!
//! krilla writes the file: its validator lets nothing out that is not PDF/A-2b, its bytes are the same for the same
//! input, and its one cross-reference table is what a signature can be appended to.

use super::{
    TypesetError,
    faces::{Faces, Type},
    lines::{Line, broken},
};
use crate::{About, xmp};
use chrono::{Datelike, Timelike};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    page::PageSettings,
    paint::{Fill, Stroke, StrokeDash},
    surface::Surface,
};

/// Points in a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;
/// From one baseline to the next, in sizes.
const LEADING: f32 = 1.2;
/// From the top of a line to its baseline, in sizes: Times stands 0.89 above and 0.22 below its baseline.
pub(crate) const BASELINE: f32 = 0.94;

/// Width and height of a sheet, in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Format {
    pub(crate) width: f32,
    pub(crate) height: f32,
}

pub(crate) const A4: Format = Format { width: 210.0, height: 297.0 };
pub(crate) const A4_LANDSCAPE: Format = Format { width: 297.0, height: 210.0 };

/// A rectangle on a sheet, in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    pub(crate) fn right(&self) -> f32 {
        self.left + self.width
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.top + self.height
    }

    /// Smaller on every side.
    pub(crate) fn inside(&self, by: f32) -> Area {
        let (width, height) = (self.width - 2.0 * by, self.height - 2.0 * by);
        Area { left: self.left + by, top: self.top + by, width, height }
    }
}

/// How lines stand in their column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
    Justified,
}

/// Height of one line in millimetres.
pub(crate) fn line_mm(how: Type) -> f32 {
    how.size_pt * LEADING / MM
}

/// A file that grows page by page. What is drawn is packed at once; a page of a register weighs some kilobytes.
pub(crate) struct Paper<'f> {
    document: Document,
    faces: &'f Faces,
}

impl<'f> Paper<'f> {
    pub(crate) fn new(faces: &'f Faces, about: &About) -> Result<Self, TypesetError> {
        let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
        let configuration = configuration.map_err(|e| TypesetError::NotWritten(format!("{e:?}")))?;
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        document.set_metadata(metadata(about));
        Ok(Paper { document, faces })
    }

    pub(crate) fn page(
        &mut self,
        format: Format,
        draw: impl FnOnce(&mut Sheet<'_>) -> Result<(), TypesetError>,
    ) -> Result<(), TypesetError> {
        let settings = PageSettings::from_wh(format.width * MM, format.height * MM)
            .ok_or_else(|| TypesetError::NotWritten(format!("{format:?}")))?;
        let mut page = self.document.start_page_with(settings);
        let mut surface = page.surface();
        surface.set_fill(Some(Fill::default()));
        let drawn = draw(&mut Sheet { surface, faces: self.faces, ink: Ink::BLACK });
        page.finish();
        drawn
    }

    /// The bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>, TypesetError> {
        let mut bytes = self.document.finish().map_err(|e| TypesetError::NotWritten(format!("{e:?}")))?;
        // A signature is appended on a line of its own.
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn metadata(about: &About) -> Metadata {
    let at = &about.created;
    let small = |part: u32| u8::try_from(part).expect("a part of a date under 60");
    let minutes = at.offset().local_minus_utc() / 60;
    let created = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(i8::try_from(minutes / 60).expect("at most a day"))
        .utc_offset_minute(small(minutes.unsigned_abs() % 60));
    let authors = Some(about.author.clone()).filter(|author| !author.is_empty());
    Metadata::new()
        .title(about.title.clone())
        .description(about.subject.clone())
        .authors(authors.into_iter().collect())
        .language(about.language.clone())
        .creator(xmp::PRODUCER.into())
        .producer(xmp::PRODUCER.into())
        .creation_date(created)
}

/// One page while it is drawn. Lengths are millimetres; sizes of type are points.
pub(crate) struct Sheet<'s> {
    surface: Surface<'s>,
    faces: &'s Faces,
    ink: Ink,
}

/// What is drawn with: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ink(u8, u8, u8);

impl Ink {
    pub(crate) const BLACK: Ink = Ink(0, 0, 0);
    /// Covers what it is laid over.
    pub(crate) const WHITE: Ink = Ink(255, 255, 255);
    /// Of stamps.
    pub(crate) const RED: Ink = Ink(204, 0, 20);
    /// What a clerk fills in by hand.
    pub(crate) const BLUE: Ink = Ink(20, 40, 140);

    fn fill(self) -> Fill {
        if self == Ink::BLACK {
            return Fill::default();
        }
        Fill { paint: rgb::Color::new(self.0, self.1, self.2).into(), ..Fill::default() }
    }
}

impl Sheet<'_> {
    pub(crate) fn faces(&self) -> &Faces {
        self.faces
    }

    /// Everything drawn from here on is drawn with this.
    pub(crate) fn dip(&mut self, ink: Ink) {
        self.ink = ink;
        self.surface.set_fill(Some(ink.fill()));
    }

    /// Text in a column, downwards from `top`; returns where the next line would begin. What does not fit goes on below:
    /// who has a limit measures first.
    pub(crate) fn text(
        &mut self,
        column: Area,
        words: &str,
        how: Type,
        align: Align,
    ) -> Result<f32, TypesetError> {
        let lines = broken(self.faces, words, how, column.width * MM)?;
        self.lines(column, &lines, how, align)
    }

    /// Lines that were broken before.
    pub(crate) fn lines(
        &mut self,
        column: Area,
        lines: &[Line],
        how: Type,
        align: Align,
    ) -> Result<f32, TypesetError> {
        let mut top = column.top;
        for line in lines {
            self.line(Area { top, ..column }, line, how, align)?;
            top += line_mm(how);
        }
        Ok(top)
    }

    /// One line; returns nothing of its place, because it has one line's height.
    pub(crate) fn line(
        &mut self,
        column: Area,
        line: &Line,
        how: Type,
        align: Align,
    ) -> Result<(), TypesetError> {
        let free = column.width * MM - line.width_pt;
        let blanks = line.words.matches(' ').count();
        let (shift, stretch) = match align {
            Align::Left => (0.0, 0.0),
            Align::Centre => (free / 2.0, 0.0),
            Align::Right => (free, 0.0),
            Align::Justified if line.ends || blanks == 0 => (0.0, 0.0),
            Align::Justified => (0.0, free.max(0.0) / blanks as f32),
        };
        let glyphs = self.faces.glyphs(&line.words, how, stretch)?;
        let start = Point::from_xy(column.left * MM + shift, column.top * MM + how.size_pt * BASELINE);
        let font = self.faces.font(how.style);
        self.surface.draw_glyphs(start, &glyphs, font, &line.words, how.size_pt, false);
        Ok(())
    }

    /// A filled rectangle: rules and modules are drawn as areas, so that they are as wide as they say.
    pub(crate) fn fill(&mut self, area: Area) {
        let mut path = PathBuilder::new();
        push(&mut path, area);
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    /// A horizontal rule whose middle is at `y`.
    pub(crate) fn across(&mut self, left: f32, right: f32, y: f32, weight: f32) {
        self.fill(Area { left, top: y - weight / 2.0, width: right - left, height: weight });
    }

    /// A vertical rule whose middle is at `x`.
    pub(crate) fn down(&mut self, x: f32, top: f32, bottom: f32, weight: f32) {
        self.fill(Area { left: x - weight / 2.0, top, width: weight, height: bottom - top });
    }

    /// A frame whose outer edge is the area.
    pub(crate) fn frame(&mut self, area: Area, weight: f32) {
        let Area { left, top, width, height } = area;
        self.fill(Area { left, top, width, height: weight });
        self.fill(Area { left, top: area.bottom() - weight, width, height: weight });
        self.fill(Area { left, top, width: weight, height });
        self.fill(Area { left: area.right() - weight, top, width: weight, height });
    }

    /// Dots or dashes to write on or to cut along.
    pub(crate) fn broken_rule(&mut self, left: f32, right: f32, y: f32, dash: Dash) {
        let mut path = PathBuilder::new();
        path.move_to(left * MM, y * MM);
        path.line_to(right * MM, y * MM);
        let Some(path) = path.finish() else { return };
        let array = vec![dash.mark * MM, dash.gap * MM];
        self.surface.set_stroke(Some(Stroke {
            width: dash.weight * MM,
            dash: Some(StrokeDash { array, offset: 0.0 }),
            paint: self.ink.fill().paint,
            ..Stroke::default()
        }));
        self.surface.set_fill(None);
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(self.ink.fill()));
    }

    /// A code of dark and light squares that fills the area.
    pub(crate) fn modules(&mut self, area: Area, code: &Modules) {
        let side = area.width / code.side as f32;
        let mut path = PathBuilder::new();
        for (y, row) in code.dark.chunks(code.side).enumerate() {
            // Squares beside each other become one, or hairlines of light would show between them.
            let mut x = 0;
            while x < row.len() {
                let run = row[x..].iter().take_while(|dark| **dark).count();
                if run > 0 {
                    let (left, top) = (area.left + x as f32 * side, area.top + y as f32 * side);
                    push(&mut path, Area { left, top, width: run as f32 * side, height: side });
                }
                x += run.max(1);
            }
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }
}

/// How a broken rule is broken, in millimetres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dash {
    pub(crate) weight: f32,
    pub(crate) mark: f32,
    pub(crate) gap: f32,
}

impl Dash {
    /// To be written on.
    pub(crate) const DOTS: Dash = Dash { weight: 0.25, mark: 0.25, gap: 0.6 };
}

/// A square code: what it says is its maker's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Rows of modules from the upper left, with their quiet zone. `None` if they are no square.
    pub fn new(dark: Vec<bool>) -> Option<Modules> {
        let side = dark.len().isqrt();
        (side > 0 && side * side == dark.len()).then_some(Modules { side, dark })
    }
}

fn push(path: &mut PathBuilder, area: Area) {
    let rect = Rect::from_xywh(area.left * MM, area.top * MM, area.width * MM, area.height * MM);
    if let Some(rect) = rect {
        path.push_rect(rect);
    }
}
