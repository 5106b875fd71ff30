//! The cuts of the typeface and how wide their letters are.

use super::TypesetError;
use crate::face::Face;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// A typeface in three cuts: regular, bold, italic. Made once, used for every paper.
pub struct Faces([Cut; 3]);

impl std::fmt::Debug for Faces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Faces").field(&self.0.iter().map(|cut| cut.letters.len()).collect::<Vec<_>>()).finish()
    }
}

/// One of the cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Regular,
    Bold,
    Italic,
}

/// A style at a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(crate) style: Style,
    pub(crate) size_pt: f32,
}

pub(crate) const fn regular(size_pt: f32) -> Type {
    Type { style: Style::Regular, size_pt }
}

pub(crate) const fn bold(size_pt: f32) -> Type {
    Type { style: Style::Bold, size_pt }
}

pub(crate) const fn italic(size_pt: f32) -> Type {
    Type { style: Style::Italic, size_pt }
}

struct Cut {
    font: Font,
    letters: HashMap<char, (GlyphId, f32)>,
}

impl Cut {
    fn new(face: &Face) -> Result<Cut, TypesetError> {
        let font = Font::new(face.bytes().to_vec().into(), 0).ok_or_else(|| {
            TypesetError::NotWritten("a face that is read here is not read by krilla".into())
        })?;
        let letters = face.letters().into_iter();
        let letters = letters.map(|(letter, glyph, advance)| (letter, (GlyphId::new(glyph.into()), advance)));
        Ok(Cut { font, letters: letters.collect() })
    }
}

impl Faces {
    /// Takes the cuts in the order regular, bold, italic.
    pub fn new(cuts: [&Face; 3]) -> Result<Faces, TypesetError> {
        let [regular, bold, italic] = cuts.map(Cut::new);
        Ok(Faces([regular?, bold?, italic?]))
    }

    fn cut(&self, style: Style) -> &Cut {
        &self.0[style as usize]
    }

    pub(crate) fn font(&self, style: Style) -> Font {
        self.cut(style).font.clone()
    }

    fn letter(&self, style: Style, letter: char) -> Result<(GlyphId, f32), TypesetError> {
        let found = self.cut(style).letters.get(&letter);
        found.copied().ok_or(TypesetError::NoLetter { letter, row: None })
    }

    /// Width of `words` as one line, in points.
    pub(crate) fn width(&self, words: &str, how: Type) -> Result<f32, TypesetError> {
        let mut width_em = 0.0;
        for letter in words.chars() {
            width_em += self.letter(how.style, letter)?.1;
        }
        Ok(width_em * how.size_pt)
    }

    /// The glyphs of one line, every blank wider by `stretch_pt`.
    pub(crate) fn glyphs(
        &self,
        words: &str,
        how: Type,
        stretch_pt: f32,
    ) -> Result<Vec<KrillaGlyph>, TypesetError> {
        let glyph = |(at, letter): (usize, char)| {
            let (glyph, advance_em) = self.letter(how.style, letter)?;
            let stretch_em = if letter == ' ' { stretch_pt / how.size_pt } else { 0.0 };
            let place = at..at + letter.len_utf8();
            Ok(KrillaGlyph::new(glyph, advance_em + stretch_em, 0.0, 0.0, 0.0, place, None))
        };
        words.char_indices().map(glyph).collect()
    }
}

/// As text is written on paper: marks joined to their letters, any blank a plain one, and nothing that cannot be seen -
/// zero-width joints, soft hyphens and direction marks come along when text is copied from the web.
pub(crate) fn clean(words: &str) -> String {
    let unseen = |letter: &char| {
        matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
    };
    let plain = |letter: char| if letter.is_whitespace() && letter != '\n' { ' ' } else { letter };
    let seen = words.nfc().filter(|letter| !unseen(letter)).map(plain);
    seen.filter(|letter| *letter == '\n' || !letter.is_control()).collect()
}
