//! The words of a page, laid unseen over its picture, so that it can be searched and copied from (ISO 32000-1 §9.3.6,
//! text rendering mode 3).
//!
//! A line of two words becomes
//!
//! ```text
//! /T 12.1 Tf                   as high as its line
//! 97 Tz 48 791.3 Td (....)Tj   stretched to the width of its box; the space that follows it is in the string
//! 102 Tz 31.7 0 Td (....)Tj
//! ```
//!
//! The font has no shapes at all, only widths, and is in the file once: a space, and one glyph for all letters. Codes are
//! given in the order in which letters come, so that the way back to Unicode lists only what the document uses. All
//! words of a line have one size and one baseline: readers find lines by that, not by what the words say.
//!
//! Where the page is straightened the places go with it, and words are written level: so they lie on the levelled ink.

mod font;

use crate::{
    file::{File, deflated},
    page::Straighten,
    text::{PageText, TextLine},
};
use pdf_writer::{
    Chunk, Content, Filter, Name, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap},
};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use unicode_normalization::UnicodeNormalization;

/// What the font is called in the resources of a page.
pub(crate) const NAME: Name<'static> = Name(b"T");
const FONT_NAME: Name<'static> = Name(b"vanthu-unseen");
/// Widths in thousandths of the size.
const LETTER_WIDTH: u16 = 500;
const SPACE_WIDTH: u16 = 200;
const ASCENT: i16 = 800;
const DESCENT: i16 = -200;
/// The code, and the glyph, of the space; 0 is the glyph for what is missing, which may not be used (§6.2.11.8).
const SPACE: u16 = 1;
const LETTER_GLYPH: u16 = 2;
/// Words nearer to each other than this, in sizes, would be read as one.
const LEAST_GAP: f32 = 0.16;
/// ISO 19005-2 §6.1.13: no string above 32767 bytes.
const MOST_LETTERS: usize = 8000;

/// The font of a document: its objects, once a page needed it, and which letters it has got.
#[derive(Default)]
pub(crate) struct Unseen {
    objects: Option<Objects>,
    codes: BTreeMap<char, u16>,
}

struct Objects {
    font: Ref,
    descendant: Ref,
    descriptor: Ref,
    program: Ref,
    glyphs: Ref,
    unicode: Ref,
}

/// The page the words stand on, upright.
pub(crate) struct Stand {
    pub(crate) width_pt: f32,
    pub(crate) height_pt: f32,
    pub(crate) straighten: Straighten,
}

impl Unseen {
    /// Writes the words of a page; says which font that page needs. `None` for a page without words.
    pub(crate) fn write(
        &mut self,
        text: &PageText,
        stand: &Stand,
        content: &mut Content,
        file: &mut File<'_, impl Write>,
    ) -> Option<Ref> {
        let lines: Vec<Line> = text.lines.iter().filter_map(|line| self.line(line, text, stand)).collect();
        if lines.is_empty() {
            return None;
        }
        content.save_state().begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
        lines.iter().fold(Pen::default(), |pen, line| line.write(pen, content));
        content.end_text().restore_state();
        Some(self.objects.get_or_insert_with(|| Objects::numbered(file)).font)
    }

    fn line(&mut self, line: &TextLine, text: &PageText, stand: &Stand) -> Option<Line> {
        let (across, along) =
            (stand.width_pt / text.width_px as f32, stand.height_pt / text.height_px as f32);
        let mut words = Vec::new();
        for word in &line.words {
            let (right, bottom) = (word.right.min(text.width_px), word.bottom.min(text.height_px));
            // Nor on a page without a size, of which nothing can be inside.
            let is_on_page = word.left < right && word.top < bottom;
            let codes = self.codes(if is_on_page { &word.text } else { "" });
            if codes.is_empty() {
                continue;
            }
            let centre = (
                (word.left as f32 + right as f32) / 2.0 * across,
                stand.height_pt - (word.top as f32 + bottom as f32) / 2.0 * along,
            );
            let (x, y) = stand.straighten.point(centre, stand.width_pt, stand.height_pt);
            let (width, height) = ((right - word.left) as f32 * across, (bottom - word.top) as f32 * along);
            words.push(Word { codes, left: x - width / 2.0, bottom: y - height / 2.0, width, height });
        }
        Line::of(words)
    }

    /// A code for every letter; what is no letter - control characters, what Unicode keeps for nobody - is left out.
    fn codes(&mut self, word: &str) -> Vec<u16> {
        let is_letter = |letter: &char| {
            let nobodys = u32::from(*letter) & 0xFFFE == 0xFFFE || *letter == '\u{FEFF}';
            !letter.is_control() && !nobodys
        };
        let letters = word.trim().nfc().filter(is_letter).take(MOST_LETTERS);
        letters.filter_map(|letter| self.code(letter)).collect()
    }

    fn code(&mut self, letter: char) -> Option<u16> {
        if letter.is_whitespace() {
            return Some(SPACE);
        }
        let next = u16::try_from(self.codes.len()).ok()?.checked_add(SPACE + 1)?;
        Some(*self.codes.entry(letter).or_insert(next))
    }

    /// Writes the font, if a page has asked for it.
    pub(crate) fn finish(self, file: &mut File<'_, impl Write>) -> io::Result<()> {
        let Some(objects) = self.objects else { return Ok(()) };
        let mut letters = vec![' '; self.codes.len() + 1];
        for (letter, code) in self.codes {
            letters[usize::from(code - SPACE)] = letter;
        }
        objects.write(&letters, file)
    }
}

/// A word in its place on the page, in points.
struct Word {
    codes: Vec<u16>,
    left: f32,
    bottom: f32,
    width: f32,
    height: f32,
}

struct Line {
    words: Vec<Word>,
    size: f32,
    /// Height of the baseline at the left edge of the page, and how much it rises to the right.
    baseline: (f32, f32),
}

impl Line {
    fn of(mut words: Vec<Word>) -> Option<Line> {
        let mut heights: Vec<f32> = words.iter().map(|word| word.height).collect();
        heights.sort_by(f32::total_cmp);
        // The highest boxes are as high as the line, but for a bracket or a smudge.
        let size = *heights.get(heights.len() * 3 / 4)?;
        let (bottom, rise) = fitted(&words, size);
        let least = LEAST_GAP * size;
        let lefts: Vec<f32> = words.iter().skip(1).map(|word| word.left).collect();
        for (word, next) in words.iter_mut().zip(lefts) {
            let free = next - word.left - least;
            if free > 0.0 {
                word.width = word.width.min(free.max(word.width / 2.0));
            }
        }
        let descent = size * f32::from(DESCENT) / 1000.0;
        Some(Line { words, size, baseline: (bottom - descent, rise) })
    }

    /// From where the line before began to where this one ends.
    fn write(&self, mut pen: Pen, content: &mut Content) -> Pen {
        let size = tenths(self.size).max(1);
        if size != pen.size {
            content.set_font(NAME, size as f32 / 10.0);
            pen.size = size;
        }
        for word in &self.words {
            let natural = word.codes.iter().map(|code| f32::from(width(*code))).sum::<f32>() / 1000.0
                * size as f32
                / 10.0;
            let stretch = ((word.width / natural * 100.0).round() as i32).max(1);
            if stretch != pen.stretch {
                content.set_horizontal_scaling(stretch as f32);
                pen.stretch = stretch;
            }
            let x = tenths(word.left);
            let y = tenths(self.baseline.0 + self.baseline.1 * (word.left + word.width / 2.0));
            content.next_line((x - pen.x) as f32 / 10.0, (y - pen.y) as f32 / 10.0);
            (pen.x, pen.y) = (x, y);
            let shown: Vec<u8> =
                word.codes.iter().chain(&[SPACE]).flat_map(|code| code.to_be_bytes()).collect();
            content.show(Str(&shown));
        }
        pen
    }
}

/// What the operators before have left; places in tenths of a point, so that nothing adds up.
#[derive(Default)]
struct Pen {
    x: i32,
    y: i32,
    size: i32,
    stretch: i32,
}

fn width(code: u16) -> u16 {
    if code == SPACE { SPACE_WIDTH } else { LETTER_WIDTH }
}

fn tenths(points: f32) -> i32 {
    (points * 10.0).round() as i32
}

/// The straight line through the lower edges of the words: where it meets the page's left edge, and how it rises.
fn fitted(words: &[Word], size: f32) -> (f32, f32) {
    let count = words.len() as f32;
    let mean = |value: fn(&Word) -> f32| words.iter().map(value).sum::<f32>() / count;
    let (x, y) = (mean(|word| word.left + word.width / 2.0), mean(|word| word.bottom));
    let (mut spread, mut along) = (0.0, 0.0);
    let (mut first, mut last) = (f32::MAX, f32::MIN);
    for word in words {
        let centre = word.left + word.width / 2.0;
        spread += (centre - x) * (centre - x);
        along += (centre - x) * (word.bottom - y);
        (first, last) = (first.min(centre), last.max(centre));
    }
    let rise = if spread > 0.0 { along / spread } else { 0.0 };
    // As much comes of letters that reach below the line; and poppler reads a line that rises word by word backwards.
    let rise = if (rise * (last - first)).abs() < size { 0.0 } else { rise };
    (y - rise * x, rise)
}

impl Objects {
    fn numbered(file: &mut File<'_, impl Write>) -> Objects {
        Objects {
            font: file.next(),
            descendant: file.next(),
            descriptor: file.next(),
            program: file.next(),
            glyphs: file.next(),
            unicode: file.next(),
        }
    }

    /// `letters` in the order of their codes, the space first.
    fn write(&self, letters: &[char], file: &mut File<'_, impl Write>) -> io::Result<()> {
        const IDENTITY: SystemInfo<'_> =
            SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        file.object(self.font, |chunk| {
            let mut font = chunk.type0_font(self.font);
            font.base_font(FONT_NAME).encoding_predefined(Name(b"Identity-H"));
            font.descendant_font(self.descendant).to_unicode(self.unicode);
        })?;
        file.object(self.descendant, |chunk| {
            let mut font = chunk.cid_font(self.descendant);
            font.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(IDENTITY);
            font.font_descriptor(self.descriptor).default_width(f32::from(LETTER_WIDTH));
            font.widths().consecutive(SPACE, [f32::from(SPACE_WIDTH)]);
            font.cid_to_gid_map_stream(self.glyphs);
        })?;
        file.object(self.descriptor, |chunk| self.descriptor(chunk))?;
        let program = font::program();
        let length = i32::try_from(program.len()).expect("a font of a few hundred bytes");
        file.object(self.program, |chunk| {
            let packed = deflated(&program);
            chunk.stream(self.program, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        })?;
        let glyphs =
            std::iter::once(0).chain([SPACE]).chain(std::iter::repeat_n(LETTER_GLYPH, letters.len() - 1));
        let glyphs: Vec<u8> = glyphs.flat_map(u16::to_be_bytes).collect();
        file.object(self.glyphs, |chunk| {
            chunk.stream(self.glyphs, &deflated(&glyphs)).filter(Filter::FlateDecode);
        })?;
        let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
        let mut unicode = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), system);
        for (code, letter) in (SPACE..).zip(letters) {
            unicode.pair(code, *letter);
        }
        let unicode = deflated(&unicode.finish());
        file.object(self.unicode, |chunk| {
            chunk.stream(self.unicode, &unicode).filter(Filter::FlateDecode);
        })
    }

    fn descriptor(&self, chunk: &mut Chunk) {
        let (ascent, descent) = (f32::from(ASCENT), f32::from(DESCENT));
        let mut descriptor = chunk.font_descriptor(self.descriptor);
        descriptor.name(FONT_NAME).flags(FontFlags::SYMBOLIC);
        descriptor.bbox(Rect::new(0.0, descent, f32::from(LETTER_WIDTH), ascent)).italic_angle(0.0);
        descriptor.ascent(ascent).descent(descent).cap_height(ascent).stem_v(80.0).font_file2(self.program);
    }
}
