//! Drawings taken into a file. Each is set as a page of its own size in a small file that is thrown away; its content and
//! what it needs - faces, colours - are copied over as a form (ISO 32000-1 §8.10).

use super::OverlayError;
use crate::{
    About,
    look::Place,
    place,
    sign::SignError,
    source::Source,
    standing::{Standing, inherited},
    typeset::{
        Faces, TypesetError,
        sheet::{Format, Paper, Sheet},
    },
    update::{Update, Written, dictionary},
};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// A reference into a drawing goes a few levels deep: font, face, file.
const MOST_LEVELS: usize = 32;

/// Draws on a sheet of the drawing's own size.
type Draw<'d> = Box<dyn Fn(&mut Sheet<'_>) -> Result<(), TypesetError> + 'd>;

/// What is drawn, and where it is laid.
pub(super) struct Drawing<'d> {
    pub(super) place: Place,
    pub(super) draw: Draw<'d>,
}

pub(super) fn lay(pdf: &[u8], drawings: Vec<Drawing<'_>>, faces: &Faces) -> Result<Vec<u8>, OverlayError> {
    if is_signed(pdf) {
        return Err(OverlayError::Signed);
    }
    let source = Source::open(pdf)?;
    let standing = Standing::read(pdf)?;
    let set = set(&drawings, faces)?;
    let mut update = Update::new(pdf, &standing.document);
    let forms = taken_over(&set, &mut update)?;
    let pages: BTreeSet<u32> = drawings.iter().map(|drawing| drawing.place.page).collect();
    for number in pages {
        let here = drawings.iter().zip(&forms).filter(|(drawing, _)| drawing.place.page == number);
        let here: Vec<(&Place, ObjectId)> = here.map(|(drawing, form)| (&drawing.place, *form)).collect();
        let page = standing.page(number)?;
        let open = place::open_states(pdf, number)?;
        let laid = over(&Page { source: &source, standing: &standing, page }, &here, open, &mut update)?;
        update.put(page, &laid.into());
    }
    let state = update.state(&set.len().to_be_bytes());
    let Written { tail, .. } = update.write(&state);
    Ok([pdf, &tail].concat())
}

/// Every signature says which bytes it covers, and that cannot be packed away.
fn is_signed(pdf: &[u8]) -> bool {
    pdf.windows(10).any(|bytes| bytes == b"/ByteRange")
}

/// The drawings as pages of a file that nobody sees.
fn set(drawings: &[Drawing<'_>], faces: &Faces) -> Result<Vec<u8>, TypesetError> {
    let about = About {
        title: String::new(),
        subject: String::new(),
        author: String::new(),
        language: "vi-VN".into(),
        created: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
        register: None,
    };
    let mut paper = Paper::new(faces, &about)?;
    for Drawing { place, draw } in drawings {
        paper.page(Format { width: place.width_mm, height: place.height_mm }, |sheet| draw(sheet))?;
    }
    paper.finish()
}

/// Each page of the drawn file as a form in the other one.
fn taken_over(set: &[u8], update: &mut Update<'_>) -> Result<Vec<ObjectId>, OverlayError> {
    let damaged = |e: lopdf::Error| OverlayError::Pdf(SignError::Damaged(e.to_string()));
    let drawn = Document::load_mem(set).map_err(damaged)?;
    let mut copies = Copies { drawn: &drawn, copied: BTreeMap::new() };
    let mut forms = Vec::new();
    for page in drawn.page_iter() {
        let entry = |key: &[u8]| inherited(&drawn, page, key).cloned();
        let (Some(sides), Some(resources)) = (entry(b"MediaBox"), entry(b"Resources")) else {
            return Err(SignError::Damaged("a drawing without a size".into()).into());
        };
        let form = dictionary([
            ("Type", Object::Name(b"XObject".to_vec())),
            ("Subtype", Object::Name(b"Form".to_vec())),
            ("BBox", sides),
            ("Resources", copies.of(&resources, update, 0)),
        ]);
        forms.push(update.add_stream(form, drawn.get_page_content(page)));
    }
    Ok(forms)
}

/// Objects copied from one file to another, each once.
struct Copies<'d> {
    drawn: &'d Document,
    copied: BTreeMap<ObjectId, ObjectId>,
}

impl Copies<'_> {
    fn of(&mut self, object: &Object, update: &mut Update<'_>, level: usize) -> Object {
        if level > MOST_LEVELS {
            return Object::Null;
        }
        match object {
            Object::Reference(id) => self.reference(*id, update, level).into(),
            Object::Array(items) => {
                items.iter().map(|item| self.of(item, update, level + 1)).collect::<Vec<_>>().into()
            }
            Object::Dictionary(entries) => self.dictionary(entries, update, level).into(),
            Object::Stream(stream) => {
                let entries = self.dictionary(&stream.dict, update, level);
                Object::Stream(Stream { dict: entries, ..stream.clone() })
            }
            other => other.clone(),
        }
    }

    fn dictionary(&mut self, entries: &Dictionary, update: &mut Update<'_>, level: usize) -> Dictionary {
        let mut copy = Dictionary::new();
        for (key, value) in entries.iter() {
            copy.set(key.clone(), self.of(value, update, level + 1));
        }
        copy
    }

    fn reference(&mut self, id: ObjectId, update: &mut Update<'_>, level: usize) -> ObjectId {
        if let Some(copy) = self.copied.get(&id) {
            return *copy;
        }
        let copy = update.reserve();
        self.copied.insert(id, copy);
        let object = self.drawn.get_object(id).cloned().unwrap_or(Object::Null);
        let object = self.of(&object, update, level + 1);
        update.put(copy, &object);
        copy
    }
}

/// A page that something is laid over.
struct Page<'p> {
    source: &'p Source<'p>,
    standing: &'p Standing,
    page: ObjectId,
}

/// The page's dictionary with the forms laid over its content: all the page draws stands between states saved and
/// restored, so that whatever it leaves scaled or shifted is as it was.
fn over(
    page: &Page<'_>,
    forms: &[(&Place, ObjectId)],
    open: place::OpenStates,
    update: &mut Update<'_>,
) -> Result<Dictionary, OverlayError> {
    let view = page.standing.view(page.page)?;
    let damaged = |e: lopdf::Error| OverlayError::Pdf(SignError::Damaged(e.to_string()));
    let mut entries = page.standing.document.get_dictionary(page.page).map_err(damaged)?.clone();
    let mut resources = page.resources();
    let mut named = page.dictionary(resources.get(b"XObject").ok());
    let mut content = "Q\n".repeat(open.to_close + 1);
    for (place, form) in forms {
        let free = (1..).map(|n: u32| format!("Vt{n}")).find(|name| !named.has(name.as_bytes()));
        let name = free.expect("a page has fewer names than there are numbers");
        let [a, b, c, d, e, f] = view.laid(&view.area(place));
        content.push_str(&format!("q {a:.5} {b:.5} {c:.5} {d:.5} {e:.3} {f:.3} cm /{name} Do Q\n"));
        named.set(name, *form);
    }
    resources.set("XObject", named);
    entries.set("Resources", resources);
    let saved = "q\n".repeat(open.to_save + 1).into_bytes();
    let mut contents: Vec<Object> = vec![update.add_stream(dictionary([]), saved).into()];
    contents.extend(page.contents(&entries));
    contents.push(update.add_stream(dictionary([]), content.into_bytes()).into());
    entries.set("Contents", contents);
    Ok(entries)
}

impl Page<'_> {
    fn resources(&self) -> Dictionary {
        let mut node = self.page;
        for _ in 0..MOST_LEVELS {
            let Some(Object::Dictionary(entries)) = self.source.object(node) else { break };
            if let Ok(resources) = entries.get(b"Resources") {
                return self.dictionary(Some(resources));
            }
            let Ok(parent) = entries.get(b"Parent").and_then(Object::as_reference) else { break };
            node = parent;
        }
        Dictionary::new()
    }

    fn dictionary(&self, object: Option<&Object>) -> Dictionary {
        match object.and_then(|object| self.source.follow(object)) {
            Some(Object::Dictionary(entries)) => entries,
            _ => Dictionary::new(),
        }
    }

    /// References to the streams of the page.
    fn contents(&self, entries: &Dictionary) -> Vec<Object> {
        let Ok(contents) = entries.get(b"Contents") else { return Vec::new() };
        match self.source.follow(contents) {
            Some(Object::Array(streams)) => streams,
            Some(_) => vec![contents.clone()],
            None => Vec::new(),
        }
    }
}
