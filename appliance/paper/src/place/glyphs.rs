//! The letters of a page and where they stand, in points of the sheet from its upper left corner.

use crate::typeset::faces::Style;
use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
        InterpreterSettings, RenderContent, SoftMask, TransformExt,
        font::{Glyph, GlyphRun},
        hayro_cmap::BfString,
        interpret_page,
    },
    hayro_syntax::{Pdf, page::Page},
    kurbo::{Affine, BezPath, Point, Rect},
};

/// A page of text has five thousand letters.
const MOST_GLYPHS: usize = 100_000;
/// Glyphs are a thousand units high.
const EM: f64 = 1000.0;
/// Where a face does not say how far a letter advances.
const ADVANCE: f64 = 500.0;

/// A letter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Letter {
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Its baseline, from the upper edge.
    pub(super) baseline: f64,
    /// The size of its type.
    pub(super) size: f64,
    /// The cut of its face.
    pub(super) style: Style,
    /// Laid over a scan for searching.
    pub(super) unseen: bool,
}

/// The letters in the order of the file. Those that do not lie level are none: stamps, water marks.
pub(super) fn of(page: &Page<'_>, pdf: &Pdf) -> Vec<Letter> {
    let unit = super::unit(page);
    let (width, height) = page.render_dimensions();
    let sheet = Rect::new(0.0, 0.0, f64::from(width) * unit, f64::from(height) * unit);
    let upright = Affine::scale(unit) * page.initial_transform(true).to_kurbo();
    let cache = InterpreterCache::new();
    // What is signed is the page; notes and earlier signatures on it are not its text.
    let settings =
        InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
    let mut context = Context::new(upright, sheet, &cache, pdf.xref(), settings);
    let mut reader = Reader { letters: Vec::new(), sheet };
    interpret_page(page, &mut context, &mut reader);
    reader.letters
}

struct Reader {
    letters: Vec<Letter>,
    sheet: Rect,
}

impl Reader {
    fn letter(
        &self,
        text: String,
        advance: Option<f32>,
        place: Affine,
        (style, unseen): (Style, bool),
    ) -> Option<Letter> {
        let advance = advance.map_or(ADVANCE, f64::from);
        let (start, end, above) =
            (place * Point::ZERO, place * Point::new(advance, 0.0), place * Point::new(0.0, EM));
        let (along, size) = (end - start, start.y - above.y);
        let is_level = along.x >= 0.0 && along.y.abs() <= 0.1 * along.x.max(size) && size > 0.5;
        let is_on_page = self.sheet.contains(start);
        (is_level && is_on_page).then_some(Letter {
            text,
            left: start.x,
            right: end.x,
            baseline: start.y,
            size,
            style,
            unseen,
        })
    }
}

/// Programs that embed part of a face keep its name, and do not always say more.
fn style(glyph: &Glyph<'_>) -> Style {
    let Glyph::Outline(outline) = glyph else { return Style::Regular };
    let Some(face) = outline.font_data() else { return Style::Regular };
    let is_named = |cut: &str| face.postscript_name.as_ref().is_some_and(|name| name.contains(cut));
    if face.is_italic || is_named("Italic") || is_named("Oblique") {
        Style::Italic
    } else if face.weight.is_some_and(|weight| weight >= 600) || is_named("Bold") {
        Style::Bold
    } else {
        Style::Regular
    }
}

impl<'a> Device<'a> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let unseen = matches!(mode, DrawMode::Invisible);
        let style = run.glyphs().first().map_or(Style::Regular, |glyph| style(glyph));
        for glyph in run.glyphs() {
            let Some(text) = glyph.as_unicode() else { continue };
            let text = match text {
                BfString::Char(letter) => letter.to_string(),
                BfString::String(letters) => letters,
            };
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let letter = self.letter(text, advance, props.transform * glyph.transform(), (style, unseen));
            if self.letters.len() < MOST_GLYPHS {
                self.letters.extend(letter);
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
