//! What stands in the file before it is signed: catalogue, pages, form, earlier signatures.

use crate::{
    look::{Area, View},
    sign::SignError,
    source::Source,
};
use lopdf::{Dictionary, Document, Error as PdfError, Object, ObjectId};

/// Object streams are unpacked while loading; none that an office program writes comes near this.
pub(crate) const MOST_UNPACKED_BYTES: usize = 32 << 20;
/// A page tree is a few levels deep; a deeper one is a trap.
const MOST_LEVELS: usize = 64;

/// A file that can be read for sure.
pub(crate) struct Standing {
    pub(crate) document: Document,
    pub(crate) catalog_id: ObjectId,
    pub(crate) catalog: Dictionary,
    /// Page one: what is not seen belongs there.
    pub(crate) page_id: ObjectId,
}

impl Standing {
    pub(crate) fn read(pdf: &[u8]) -> Result<Standing, SignError> {
        let document = Source::open(pdf)?.document()?;
        let catalog_id = document.trailer.get(b"Root").and_then(Object::as_reference).map_err(damaged)?;
        let catalog = document.get_dictionary(catalog_id).map_err(damaged)?.clone();
        let page_id = document.page_iter().next().ok_or_else(|| SignError::Damaged("no pages".into()))?;
        Ok(Standing { document, catalog_id, catalog, page_id })
    }

    /// The page of this number, counted from 1.
    pub(crate) fn page(&self, number: u32) -> Result<ObjectId, SignError> {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let page = at.and_then(|at| self.document.page_iter().nth(at));
        let page = page.ok_or_else(|| SignError::Damaged(format!("no page {number}")))?;
        self.document.get_dictionary(page).map_err(damaged)?;
        Ok(page)
    }

    /// The part of a page that is seen, how it is turned, and its unit.
    pub(crate) fn view(&self, page: ObjectId) -> Result<View, SignError> {
        let area = |key: &[u8]| {
            Area::read(&self.document, inherited(&self.document, page, key)?).filter(|area| !area.is_empty())
        };
        let media = area(b"MediaBox").ok_or_else(|| SignError::Damaged("a page without a size".into()))?;
        let seen = area(b"CropBox").and_then(|crop| crop.within(&media)).unwrap_or(media);
        let number = |key: &[u8]| inherited(&self.document, page, key).and_then(|n| n.as_float().ok());
        let turned = number(b"Rotate").unwrap_or_default();
        Ok(View::new(seen, turned as i64, number(b"UserUnit").unwrap_or(1.0)))
    }

    /// Where earlier signatures are seen on a page.
    pub(crate) fn signature_areas(&self, page: ObjectId) -> Vec<Area> {
        let page = self.document.get_dictionary(page).ok();
        let widgets = page.and_then(|page| self.array(page, b"Annots")).unwrap_or_default();
        let signed =
            |widget: &Dictionary| self.is_signature(widget).then(|| self.area_in(widget, b"Rect")).flatten();
        widgets
            .iter()
            .filter_map(|widget| signed(self.dictionary(widget)?))
            .filter(|area| !area.is_empty())
            .collect()
    }

    /// The form's dictionary: its own object, or inside the catalogue.
    pub(crate) fn form(&self) -> (Option<ObjectId>, Dictionary) {
        match self.catalog.get(b"AcroForm") {
            Ok(Object::Reference(id)) => {
                (Some(*id), self.document.get_dictionary(*id).cloned().unwrap_or_default())
            }
            Ok(Object::Dictionary(form)) => (None, form.clone()),
            _ => (None, Dictionary::new()),
        }
    }

    /// A field name that no field of the form has yet.
    pub(crate) fn free_field_name(&self) -> String {
        let (_, form) = self.form();
        let fields = self.array(&form, b"Fields").unwrap_or_default();
        let names: Vec<&[u8]> = fields
            .iter()
            .filter_map(|field| self.dictionary(field)?.get_deref(b"T", &self.document).ok()?.as_str().ok())
            .collect();
        let free = (1..).map(|n: u32| format!("Signature{n}")).find(|name| !names.contains(&name.as_bytes()));
        free.expect("a form has fewer fields than there are numbers")
    }

    /// An array entry, followed if it is a reference.
    pub(crate) fn array(&self, dictionary: &Dictionary, key: &[u8]) -> Option<Vec<Object>> {
        dictionary.get_deref(key, &self.document).ok()?.as_array().ok().cloned()
    }

    fn dictionary<'a>(&'a self, object: &'a Object) -> Option<&'a Dictionary> {
        self.document.dereference(object).ok()?.1.as_dict().ok()
    }

    fn is_signature(&self, widget: &Dictionary) -> bool {
        let kind = widget.get_deref(b"FT", &self.document).or_else(|_| {
            // A field with several widgets keeps its kind in the parent.
            widget.get_deref(b"Parent", &self.document)?.as_dict()?.get_deref(b"FT", &self.document)
        });
        kind.and_then(Object::as_name).is_ok_and(|name| name == b"Sig")
    }

    fn area_in(&self, dictionary: &Dictionary, key: &[u8]) -> Option<Area> {
        Area::read(&self.document, dictionary.get(key).ok()?)
    }
}

/// A page attribute that may stand higher up in the page tree (§7.7.3.4).
pub(crate) fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..MOST_LEVELS {
        if let Ok(value) = node.get_deref(key, document) {
            return Some(value);
        }
        node = node.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

fn damaged(error: PdfError) -> SignError {
    SignError::Damaged(error.to_string())
}
