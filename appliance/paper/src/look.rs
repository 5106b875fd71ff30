//! How a signature looks on page one, and where: the upper right corner as the reader sees it (NĐ 30/2020, Appendix I:
//! box 14), whatever the page's rotation and cropping. Letters 10 pt, upright, black.

use crate::{
    face::{Face, FaceError, Line},
    sign::SignError,
    standing::Standing,
    update::{Update, dictionary},
};
use lopdf::{Document, Object, ObjectId};

/// What is seen of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Lines of text in the upper right corner of page one; long lines are broken between words. For digitised paper:
    /// form of the copy, name of the body, time of signing.
    TextBlock {
        /// The lines, top to bottom.
        lines: Vec<String>,
    },
    /// Nothing.
    None,
}

/// What is seen of a signature, written into the file: where, and by which form; no form is nothing to be seen.
pub(crate) struct Appearance {
    pub(crate) page: ObjectId,
    /// In the page's own coordinates.
    pub(crate) area: Area,
    pub(crate) form: Option<ObjectId>,
}

impl Look {
    /// Draws the look into the file.
    pub(crate) fn appearance(
        &self,
        standing: &Standing,
        face: &Face,
        update: &mut Update<'_>,
    ) -> Result<Appearance, SignError> {
        let page = standing.page_id;
        match self {
            Look::None => Ok(Appearance { page, area: Area::NOTHING, form: None }),
            Look::TextBlock { lines } => {
                let block = Block::new(lines, face, standing.view()?, &standing.signature_areas())?;
                Ok(Appearance { page, area: block.area, form: Some(block.draw(face, update)?) })
            }
        }
    }
}

const SIZE_PT: f32 = 10.0;
const LINE_PT: f32 = 12.0;
/// From the baseline of the last line to the lower edge.
const DEPTH_PT: f32 = 3.0;
const MOST_WIDTH_PT: f32 = 210.0;
const FROM_RIGHT_PT: f32 = 28.0;
const FROM_TOP_PT: f32 = 14.0;
/// How finely a free place is looked for.
const STEP_PT: f32 = 4.0;

/// A rectangle in points: left, bottom, right, top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) bottom: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
}

impl Area {
    pub(crate) const NOTHING: Area = Area { left: 0.0, bottom: 0.0, right: 0.0, top: 0.0 };

    pub(crate) fn read(document: &Document, object: &Object) -> Option<Area> {
        let corners = document.dereference(object).ok()?.1.as_array().ok()?;
        let number = |corner: &Object| document.dereference(corner).ok()?.1.as_float().ok();
        let [a, b, c, d] = corners.iter().filter_map(number).collect::<Vec<f32>>()[..] else { return None };
        Some(Area { left: a.min(c), bottom: b.min(d), right: a.max(c), top: b.max(d) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.right <= self.left || self.top <= self.bottom
    }

    /// The common part, if there is one.
    pub(crate) fn within(&self, other: &Area) -> Option<Area> {
        let common = Area {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (!common.is_empty()).then_some(common)
    }

    pub(crate) fn object(&self) -> Object {
        // Hundredths are finer than any printer, and keep long fractions out of the file.
        let tidy = |value: f32| Object::Real((value * 100.0).round() / 100.0);
        [self.left, self.bottom, self.right, self.top].map(tidy).to_vec().into()
    }
}

/// How page one is seen: which part, and by how many quarter turns clockwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    seen: Area,
    turns: i64,
}

impl View {
    pub(crate) fn new(seen: Area, rotate_degrees: i64) -> View {
        View { seen, turns: rotate_degrees.div_euclid(90).rem_euclid(4) }
    }

    fn size(&self) -> (f32, f32) {
        let (width, height) = (self.seen.right - self.seen.left, self.seen.top - self.seen.bottom);
        if self.turns % 2 == 0 { (width, height) } else { (height, width) }
    }

    /// From the page as seen (origin lower left) to the page's own coordinates.
    fn to_page(self, on_view: &Area) -> Area {
        let (width, height) = (self.seen.right - self.seen.left, self.seen.top - self.seen.bottom);
        let point = |x: f32, y: f32| match self.turns {
            0 => (x, y),
            1 => (width - y, x),
            2 => (width - x, height - y),
            _ => (y, height - x),
        };
        let (a, b) = (point(on_view.left, on_view.bottom), point(on_view.right, on_view.top));
        Area {
            left: self.seen.left + a.0.min(b.0),
            bottom: self.seen.bottom + a.1.min(b.1),
            right: self.seen.left + a.0.max(b.0),
            top: self.seen.bottom + a.1.max(b.1),
        }
    }

    /// Turns the block back, so that it stands upright on the turned page.
    fn matrix(self, width: f32, height: f32) -> [f32; 6] {
        match self.turns {
            0 => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            1 => [0.0, 1.0, -1.0, 0.0, height, 0.0],
            2 => [-1.0, 0.0, 0.0, -1.0, width, height],
            _ => [0.0, -1.0, 1.0, 0.0, 0.0, width],
        }
    }
}

/// A block of text that has been broken into lines, measured and given its place.
pub(crate) struct Block {
    lines: Vec<Line>,
    width: f32,
    height: f32,
    matrix: [f32; 6],
    /// Where it stands, in the page's own coordinates.
    pub(crate) area: Area,
}

impl Block {
    /// Finds the place in the upper right corner, clear of blocks that stand there already.
    pub(crate) fn new(words: &[String], face: &Face, view: View, taken: &[Area]) -> Result<Block, FaceError> {
        let (page_width, page_height) = view.size();
        let most_width = MOST_WIDTH_PT.min(page_width - 2.0 * FROM_RIGHT_PT).max(SIZE_PT);
        let mut lines = Vec::new();
        for sentence in words {
            break_line(sentence, face, most_width, &mut lines)?;
        }
        let width = lines.iter().map(|line| line.width_em * SIZE_PT).fold(SIZE_PT, f32::max);
        let height = lines.len() as f32 * LINE_PT + DEPTH_PT;
        let placed = |right: f32, top: f32| {
            view.to_page(&Area { left: right - width, bottom: top - height, right, top })
        };
        let free = |area: &Area| taken.iter().all(|other| area.within(other).is_none());
        // To the left of a block that stands there already, because below it the letterhead begins.
        let area = steps(page_height - FROM_TOP_PT, height)
            .flat_map(|top| steps(page_width - FROM_RIGHT_PT, width).map(move |right| (right, top)))
            .map(|(right, top)| placed(right, top))
            .find(free)
            .unwrap_or_else(|| placed(page_width - FROM_RIGHT_PT, page_height - FROM_TOP_PT));
        Ok(Block { lines, width, height, matrix: view.matrix(width, height), area })
    }

    /// Writes font and appearance into the file; returns the appearance.
    pub(crate) fn draw(&self, face: &Face, update: &mut Update<'_>) -> Result<ObjectId, FaceError> {
        let embedded = face.embed(&self.lines, update)?;
        let mut content = format!("BT\n0 g\n/F1 {SIZE_PT} Tf\n");
        let mut baseline = self.height - LINE_PT + DEPTH_PT / 2.0;
        for line in &self.lines {
            let left = (self.width - line.width_em * SIZE_PT) / 2.0;
            content.push_str(&format!("1 0 0 1 {left:.2} {baseline:.2} Tm\n<{}> Tj\n", embedded.show(line)));
            baseline -= LINE_PT;
        }
        content.push_str("ET\n");
        let fonts = dictionary([("F1", embedded.font.into())]);
        let form = dictionary([
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Form".to_vec())),
            ("BBox", Area { left: 0.0, bottom: 0.0, right: self.width, top: self.height }.object()),
            ("Matrix", self.matrix.map(|n| Object::Real((n * 100.0).round() / 100.0)).to_vec().into()),
            ("Resources", dictionary([("Font", fonts.into())]).into()),
        ]);
        Ok(update.add_stream(form, content.into_bytes()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corner_is_the_one_the_reader_sees() {
        // A page of 100 x 200 whose seen part begins at (10, 20); a mark in the seen upper right corner.
        let seen = Area { left: 10.0, bottom: 20.0, right: 110.0, top: 220.0 };
        let corner = |left, bottom, right, top| Area { left, bottom, right, top };
        let table = [
            (0, corner(105.0, 210.0, 110.0, 220.0)),
            (90, corner(10.0, 215.0, 20.0, 220.0)),
            (180, corner(10.0, 20.0, 15.0, 30.0)),
            (270, corner(100.0, 20.0, 110.0, 25.0)),
            (-90, corner(100.0, 20.0, 110.0, 25.0)),
            (450, corner(10.0, 215.0, 20.0, 220.0)),
        ];
        for (degrees, expected) in table {
            let view = View::new(seen, degrees);
            let (width, height) = view.size();
            let mark = Area { left: width - 5.0, bottom: height - 10.0, right: width, top: height };
            assert_eq!(view.to_page(&mark), expected, "turned by {degrees}");
        }
    }
}
