//! Lines of text in the upper right corner of page one (NĐ 30/2020, Appendix I: box 14). Letters 10 pt, upright, black.

use super::view::{Area, View};
use crate::face::{Embedded, Face, FaceError, Line};

const SIZE_PT: f32 = 10.0;
const LINE_PT: f32 = 12.0;
/// From the baseline of the last line to the lower edge.
const DEPTH_PT: f32 = 3.0;
const MOST_WIDTH_PT: f32 = 210.0;
const FROM_RIGHT_PT: f32 = 28.0;
const FROM_TOP_PT: f32 = 14.0;
/// How finely a free place is looked for.
const STEP_PT: f32 = 4.0;

/// Text that has been broken into lines and measured.
pub(crate) struct Block {
    pub(crate) lines: Vec<Line>,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Block {
    /// Long lines are broken between words.
    pub(crate) fn new(words: &[String], face: &Face, view: View) -> Result<Block, FaceError> {
        let (page_width, _) = view.size();
        let most_width = MOST_WIDTH_PT.min(page_width - 2.0 * FROM_RIGHT_PT).max(SIZE_PT);
        let mut lines = Vec::new();
        for sentence in words {
            break_line(sentence, face, most_width, &mut lines)?;
        }
        let width = lines.iter().map(|line| line.width_em * SIZE_PT).fold(SIZE_PT, f32::max);
        let height = lines.len() as f32 * LINE_PT + DEPTH_PT;
        Ok(Block { lines, width, height })
    }

    /// Writes the lines under each other, their upper left corner so many points right of the form's left edge and above
    /// its lower one.
    pub(crate) fn content(&self, embedded: &Embedded, font: &str, (from, top): (f32, f32)) -> String {
        let mut content = format!("BT\n0 g\n/{font} {SIZE_PT} Tf\n");
        let mut baseline = top - LINE_PT + DEPTH_PT / 2.0;
        for line in &self.lines {
            let left = from + (self.width - line.width_em * SIZE_PT) / 2.0;
            content.push_str(&format!("1 0 0 1 {left:.2} {baseline:.2} Tm\n<{}> Tj\n", embedded.show(line)));
            baseline -= LINE_PT;
        }
        content.push_str("ET\n");
        content
    }
}

/// The place of a block in the upper right corner, clear of what stands there already. On the view.
pub(crate) fn corner(view: View, block: &Block, taken: &[Area]) -> Area {
    let (width, height) = (block.width, block.height);
    let (page_width, page_height) = view.size();
    let placed = |right: f32, top: f32| Area { left: right - width, bottom: top - height, right, top };
    let free = |area: &Area| taken.iter().all(|other| view.to_page(area).within(other).is_none());
    // To the left of a block that stands there already, because below it the letterhead begins.
    steps(page_height - FROM_TOP_PT, height)
        .flat_map(|top| steps(page_width - FROM_RIGHT_PT, width).map(move |right| (right, top)))
        .map(|(right, top)| placed(right, top))
        .find(free)
        .unwrap_or_else(|| placed(page_width - FROM_RIGHT_PT, page_height - FROM_TOP_PT))
}

/// From `start` towards zero, as long as something of `length` fits.
fn steps(start: f32, length: f32) -> impl Iterator<Item = f32> {
    std::iter::successors(Some(start), |at| Some(at - STEP_PT)).take_while(move |at| *at >= length)
}

/// Breaks between words; a single word that is too long stays whole.
fn break_line(sentence: &str, face: &Face, most_width: f32, lines: &mut Vec<Line>) -> Result<(), FaceError> {
    let mut begun = String::new();
    for word in sentence.split_whitespace() {
        let longer = if begun.is_empty() { word.to_owned() } else { format!("{begun} {word}") };
        if !begun.is_empty() && face.line(&longer)?.width_em * SIZE_PT > most_width {
            lines.push(face.line(&begun)?);
            begun = word.to_owned();
        } else {
            begun = longer;
        }
    }
    lines.push(face.line(&begun)?);
    Ok(())
}
