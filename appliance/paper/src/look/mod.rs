//! How a signature looks, and where (NĐ 30/2020, Appendix I).
//!
//! Born digital, the person's signature is a blue picture between title and name, and the unit's seal a red one in true
//! size over about the left third of it: [`Look::Picture`] at the place that [`crate::place`] finds. Digitised paper and
//! copies, and annexes in files of their own, bear text in the upper right corner of page one: [`Look::TextBlock`]; where
//! the unit wants it, with the picture of the seal on blank paper near it: [`Look::SealWithText`].
//!
//! What is drawn is a form of its own (ISO 32000-1 §12.5.5), so that nothing the page does - turned, cropped, scaled,
//! left with an open graphics state - moves or bends it.
//!
//! ```text
//! view      the page as it is seen, and the way to its own coordinates
//! block     lines of text and the free corner      picture   a PNG with its size in millimetres
//! ```

mod block;
mod picture;
mod view;

pub use picture::{Picture, PictureError};
pub use view::Place;
pub(crate) use view::{Area, View};

use crate::{
    face::Face,
    sign::SignError,
    standing::Standing,
    update::{Update, dictionary},
};
use block::{Block, corner};
use lopdf::{Dictionary, Object, ObjectId};

/// What is seen of a signature.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// Lines of text in the upper right corner of page one; long lines are broken between words. For digitised paper:
    /// form of the copy, name of the body, time of signing.
    TextBlock {
        /// The lines, top to bottom.
        lines: Vec<String>,
    },
    /// A person's signature or a unit's seal, as large as the place allows without bending it, in the place's middle.
    Picture {
        /// Blue or red on nothing.
        picture: Picture,
        /// Where.
        place: Place,
    },
    /// The lines in the upper right corner of page one and the red seal in true size on blank paper of that page, as units
    /// wish it that keep the older custom of 2019 for digitised paper. The decree of 2020 asks for the lines only, and in
    /// its corner stand motto and day: a seal does not fit there without covering them.
    SealWithText {
        /// The seal; its own size is what is drawn.
        seal: Picture,
        /// The lines, top to bottom.
        lines: Vec<String>,
        /// The seal's place on page one, found by [`crate::place::seal_room`]; only its left and upper edge are asked.
        seal_place: Place,
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

/// Between a seal and its text.
const SEAL_GAP_PT: f32 = 6.0;

impl Look {
    /// Draws the look into the file.
    ///
    /// Fails where the page is not there, or the face lacks a letter.
    pub(crate) fn appearance(
        &self,
        standing: &Standing,
        face: &Face,
        update: &mut Update<'_>,
    ) -> Result<Appearance, SignError> {
        let number = if let Look::Picture { place, .. } = self { place.page } else { 1 };
        let page = standing.page(number)?;
        let drawn = |view: View, on_view: Area, form: Form, update: &mut Update<'_>| Appearance {
            page,
            area: view.to_page(&on_view),
            form: Some(form.write(view, update)),
        };
        match self {
            Look::None => Ok(Appearance { page, area: Area::NOTHING, form: None }),
            Look::TextBlock { lines } => {
                let view = standing.view(page)?;
                let block = Block::new(lines, face, view)?;
                let on_view = corner(view, &block, &standing.signature_areas(page));
                let mut form = Form::new(on_view.size());
                form.text(&block, (0.0, block.height), face, update)?;
                Ok(drawn(view, on_view, form, update))
            }
            Look::Picture { picture, place } => {
                let view = standing.view(page)?;
                let on_view = view.area(place);
                let mut form = Form::new(on_view.size());
                form.picture(picture, picture.fitted(form.size), update);
                Ok(drawn(view, on_view, form, update))
            }
            Look::SealWithText { seal, lines, seal_place } => {
                let view = standing.view(page)?;
                let (width_mm, height_mm) = seal.size_mm();
                let sealed = view.area(&Place { width_mm, height_mm, ..*seal_place });
                let block = Block::new(lines, face, view)?;
                let taken = standing.signature_areas(page);
                let beside = view.to_page(&sealed.grown(SEAL_GAP_PT));
                let text = corner(view, &block, &[taken, vec![beside]].concat());
                let on_view = text.around(&sealed);
                let mut form = Form::new(on_view.size());
                form.text(&block, (text.left - on_view.left, text.top - on_view.bottom), face, update)?;
                form.picture(seal, sealed.measured_from(&on_view), update);
                Ok(drawn(view, on_view, form, update))
            }
        }
    }
}

/// A form while it is drawn; lengths are points from its lower left corner.
struct Form {
    size: (f32, f32),
    content: String,
    fonts: Dictionary,
    pictures: Dictionary,
}

impl Form {
    fn new(size: (f32, f32)) -> Form {
        Form { size, content: String::new(), fonts: Dictionary::new(), pictures: Dictionary::new() }
    }

    /// Lines of text, their upper left corner so far right of the left edge and above the lower one.
    fn text(
        &mut self,
        block: &Block,
        corner: (f32, f32),
        face: &Face,
        update: &mut Update<'_>,
    ) -> Result<(), SignError> {
        let embedded = face.embed(&block.lines, update)?;
        self.content.push_str(&block.content(&embedded, "F1", corner));
        self.fonts.set("F1", embedded.font);
        Ok(())
    }

    fn picture(&mut self, picture: &Picture, area: Area, update: &mut Update<'_>) {
        let Area { left, bottom, right, top } = area;
        let (width, height) = (right - left, top - bottom);
        self.content.push_str(&format!("q {width:.3} 0 0 {height:.3} {left:.3} {bottom:.3} cm /I1 Do Q\n"));
        self.pictures.set("I1", picture.embed(update));
    }

    fn write(self, view: View, update: &mut Update<'_>) -> ObjectId {
        let (width, height) = self.size;
        let tidy = |n: f32| Object::Real((n * 100.0).round() / 100.0);
        let mut resources = Dictionary::new();
        for (kind, named) in [("Font", self.fonts), ("XObject", self.pictures)] {
            if !named.is_empty() {
                resources.set(kind, named);
            }
        }
        let form = dictionary([
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Form".to_vec())),
            ("BBox", Area { left: 0.0, bottom: 0.0, right: width, top: height }.object()),
            ("Matrix", view.matrix(width, height).map(tidy).to_vec().into()),
            ("Resources", resources.into()),
        ]);
        update.add_stream(form, self.content.into_bytes())
    }
}
