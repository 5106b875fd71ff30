//! The words of a page laid straight, in rows, measured in letters instead of pixels: a scan may be of any resolution
//! and lie askew by some degrees.

use paper::{PageText, TextWord};

use super::Area;
use super::shape::bare;

/// A word where it would lie on a straight page.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) seen: &'a TextWord,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
}

impl Word<'_> {
    /// Half way down.
    pub(super) fn level(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }

    /// Half way across.
    pub(super) fn centre(&self) -> f32 {
        (self.left + self.right) / 2.0
    }

    /// Whether it is the same ink.
    pub(super) fn is(&self, other: &Word<'_>) -> bool {
        std::ptr::eq(self.seen, other.seen)
    }
}

/// Words beside each other, from left to right; never empty.
#[derive(Clone)]
pub(super) struct Row<'a> {
    pub(super) words: Vec<Word<'a>>,
}

impl<'a> Row<'a> {
    pub(super) fn new(mut words: Vec<Word<'a>>) -> Option<Self> {
        words.sort_by(|a, b| a.left.total_cmp(&b.left));
        (!words.is_empty()).then_some(Self { words })
    }

    pub(super) fn text(&self) -> String {
        self.words.iter().map(|word| word.seen.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn left(&self) -> f32 {
        self.words[0].left
    }

    pub(super) fn right(&self) -> f32 {
        self.words.iter().fold(f32::MIN, |right, word| right.max(word.right))
    }

    pub(super) fn centre(&self) -> f32 {
        (self.left() + self.right()) / 2.0
    }

    pub(super) fn level(&self) -> f32 {
        self.words.iter().map(Word::level).sum::<f32>() / self.words.len() as f32
    }

    /// Parts with a gap of at least `gap` between them.
    pub(super) fn split(&self, gap: f32) -> Vec<Row<'a>> {
        let mut parts: Vec<Row<'a>> = Vec::new();
        for word in &self.words {
            match parts.last_mut() {
                Some(part) if word.left - part.right() < gap => part.words.push(*word),
                _ => parts.push(Row { words: vec![*word] }),
            }
        }
        parts
    }
}

/// A page, straight.
pub(super) struct Sheet<'a> {
    page: &'a PageText,
    /// The reader's own lines.
    pub(super) lines: Vec<Row<'a>>,
    /// Height of a middling word with its marks.
    pub(super) unit: f32,
    /// Where the text begins on the left.
    pub(super) left: f32,
    /// And ends on the right.
    pub(super) right: f32,
    /// Height of the page.
    pub(super) height: f32,
}

/// Single letters the reader is less sure of are dust; what it takes for a word is one, and makes doubtful what it is in.
const DUST: u8 = 40;

impl<'a> Sheet<'a> {
    /// Nothing of a page without words or size.
    pub(super) fn new(page: &'a PageText) -> Option<Self> {
        if page.width_px == 0 || page.height_px == 0 {
            return None;
        }
        let slope = slope(page);
        let lay = |seen: &'a TextWord| {
            let (x, y) = ((seen.left + seen.right) as f32 / 2.0, (seen.top + seen.bottom) as f32 / 2.0);
            let (half, rise) = ((seen.right - seen.left) as f32 / 2.0, (seen.bottom - seen.top) as f32 / 2.0);
            let (x, y) = (x + slope * y, y - slope * x);
            Word { seen, left: x - half, right: x + half, top: y - rise, bottom: y + rise }
        };
        let kept = |word: &&TextWord| {
            (word.confidence >= DUST || bare(&word.text).len() > 1)
                && word.left < word.right
                && word.top < word.bottom
                && word.text.chars().any(|c| c.is_alphanumeric() || "/-–".contains(c))
        };
        let lines = page.lines.iter();
        let lines: Vec<Row<'_>> =
            lines.filter_map(|line| Row::new(line.words.iter().filter(kept).map(lay).collect())).collect();
        let words =
            || lines.iter().flat_map(|line| &line.words).filter(|word| bare(&word.seen.text).len() > 1);
        let unit = share(words().map(|word| word.bottom - word.top).collect(), 0.5)?;
        let left = share(words().map(|word| word.left).collect(), 0.01)?;
        let right = share(words().map(|word| word.right).collect(), 0.99)?;
        Some(Self { page, unit, left, right, height: page.height_px as f32, lines })
    }

    /// Width of the text.
    pub(super) fn width(&self) -> f32 {
        (self.right - self.left).max(1.0)
    }

    /// All words, line by line.
    pub(super) fn words(&self) -> impl Iterator<Item = Word<'a>> + '_ {
        self.lines.iter().flat_map(|line| line.words.iter().copied())
    }

    /// Words in rows from top to bottom, whatever lines the reader took them for: it often reads two columns as one.
    pub(super) fn rows(&self, words: impl Iterator<Item = Word<'a>>) -> Vec<Row<'a>> {
        let mut words: Vec<Word<'a>> = words.collect();
        words.sort_by(|a, b| a.level().total_cmp(&b.level()));
        let mut rows: Vec<Vec<Word<'a>>> = Vec::new();
        let mut level = f32::MIN;
        for word in words {
            match rows.last_mut() {
                Some(row) if word.level() - level < 0.55 * self.unit => {
                    row.push(word);
                    level = row.iter().map(Word::level).sum::<f32>() / row.len() as f32;
                }
                _ => {
                    level = word.level();
                    rows.push(vec![word]);
                }
            }
        }
        rows.into_iter().filter_map(Row::new).collect()
    }

    /// Where words stand on the page as it was read, in shares of it.
    pub(super) fn area(&self, words: &[Word<'_>]) -> Option<Area> {
        let seen = || words.iter().map(|word| word.seen);
        let (left, top) = (seen().map(|word| word.left).min()?, seen().map(|word| word.top).min()?);
        let (right, bottom) = (seen().map(|word| word.right).max()?, seen().map(|word| word.bottom).max()?);
        let (width, height) = (self.page.width_px as f32, self.page.height_px as f32);
        Some(Area {
            left: left as f32 / width,
            top: top as f32 / height,
            width: (right - left) as f32 / width,
            height: (bottom - top) as f32 / height,
        })
    }
}

/// The value below which this share of all lies.
fn share(mut values: Vec<f32>, of: f32) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get((values.len().saturating_sub(1) as f32 * of).round() as usize).copied()
}

/// How much a line falls for each pixel to the right: the middling one of all long lines.
fn slope(page: &PageText) -> f32 {
    let long = page.lines.iter().filter(|line| line.words.len() >= 4);
    share(long.filter_map(|line| fall(&line.words)).collect(), 0.5).unwrap_or(0.0)
}

fn fall(words: &[TextWord]) -> Option<f32> {
    let points = || {
        words
            .iter()
            .map(|word| ((word.left + word.right) as f32 / 2.0, (word.top + word.bottom) as f32 / 2.0))
    };
    let count = words.len() as f32;
    let (x, y) = points().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let (over, under) = points().fold((0.0, 0.0), |(over, under), point| {
        (over + (point.0 - x) * (point.1 - y), under + (point.0 - x) * (point.0 - x))
    });
    let fall = over / under;
    // More than ten degrees is no line of text.
    (under > 0.0 && fall.abs() < 0.18).then_some(fall)
}
