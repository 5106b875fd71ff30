//! Text broken into lines: between words, and inside a word only where it is longer than a whole line.

use super::{
    TypesetError,
    faces::{Faces, Type, clean},
};

/// One line, measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) words: String,
    pub(crate) width_pt: f32,
    /// The last of its paragraph, which is not stretched.
    pub(crate) ends: bool,
}

/// Sums of widths differ in their last digits; text that fits exactly must stay on its line.
const SLACK_PT: f32 = 0.01;
/// A word that must be torn is torn after one of these: numbers and symbols of documents, addresses.
const TEARS_AFTER: [char; 8] = ['/', '-', '.', ',', '_', '&', '@', '–'];

/// The lines of `text` in a column of `width_pt`. Empty text has no line.
pub(crate) fn broken(faces: &Faces, text: &str, how: Type, width_pt: f32) -> Result<Vec<Line>, TypesetError> {
    let text = clean(text);
    let mut lines = Vec::new();
    if text.trim().is_empty() {
        return Ok(lines);
    }
    for paragraph in text.lines() {
        let mut breaker = Breaker { faces, how, most: width_pt + SLACK_PT, lines: &mut lines };
        breaker.paragraph(paragraph)?;
        if let Some(last) = lines.last_mut() {
            last.ends = true;
        }
    }
    Ok(lines)
}

struct Breaker<'a> {
    faces: &'a Faces,
    how: Type,
    most: f32,
    lines: &'a mut Vec<Line>,
}

impl Breaker<'_> {
    fn paragraph(&mut self, words: &str) -> Result<(), TypesetError> {
        let blank = self.faces.width(" ", self.how)?;
        let mut begun = Line { words: String::new(), width_pt: 0.0, ends: false };
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            let width = self.faces.width(word, self.how)?;
            if !begun.words.is_empty() && begun.width_pt + blank + width <= self.most {
                begun.words.push(' ');
                begun.words.push_str(word);
                begun.width_pt += blank + width;
                continue;
            }
            if !begun.words.is_empty() {
                self.lines.push(begun);
            }
            begun = self.word(word, width)?;
        }
        self.lines.push(begun);
        Ok(())
    }

    /// A word that begins a line; of one too long all but its end becomes lines.
    fn word(&mut self, word: &str, width_pt: f32) -> Result<Line, TypesetError> {
        let (mut rest, mut width) = (word, width_pt);
        while width > self.most {
            let at = self.tear(rest)?;
            let (torn, further) = rest.split_at(at);
            self.lines.push(Line {
                words: torn.into(),
                width_pt: self.faces.width(torn, self.how)?,
                ends: false,
            });
            rest = further;
            width = self.faces.width(rest, self.how)?;
        }
        Ok(Line { words: rest.into(), width_pt: width, ends: false })
    }

    /// Where to tear: as late as fits, after a sign if one fits. At least one letter stays, however narrow the column.
    fn tear(&self, word: &str) -> Result<usize, TypesetError> {
        let mut letter = [0; 4];
        let (mut width, mut fits, mut sign) = (0.0, 0, 0);
        for (at, c) in word.char_indices() {
            width += self.faces.width(c.encode_utf8(&mut letter), self.how)?;
            if width > self.most && fits > 0 {
                break;
            }
            fits = at + c.len_utf8();
            if TEARS_AFTER.contains(&c) && fits < word.len() {
                sign = fits;
            }
        }
        Ok(if sign > 0 { sign } else { fits.min(last_letter(word)) })
    }
}

/// A word is never torn into itself and nothing.
fn last_letter(word: &str) -> usize {
    let (last, _) = word.char_indices().next_back().expect("a word has a letter");
    if last == 0 { word.len() } else { last }
}
