//! The form of a view: its field tree as readers walk it (ISO 32000-1 §12.7.3).

use crate::{
    file::View,
    object::{Dict, Id, Object},
    words::text,
};
use std::collections::HashSet;

/// More fields than any form has.
const MOST_FIELDS: usize = 100_000;

/// A field, a group of fields, or one of several widgets of a field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) id: Id,
    /// The node above, as the tree has it; what `/Parent` claims may be another.
    pub(crate) parent: Option<Id>,
    /// Full name, its parts joined by dots.
    pub(crate) name: String,
    /// `/FT`, own or of a field above.
    pub(crate) kind: Vec<u8>,
    pub(crate) dict: Dict,
    /// Has no name of its own: a mere widget.
    pub(crate) is_widget: bool,
}

impl Field {
    pub(crate) fn is_signature(&self) -> bool {
        self.kind == b"Sig" && !self.is_widget
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.is_signature() && self.dict.get("V").is_some()
    }
}

/// The form's dictionary.
pub(crate) fn form(view: View) -> Option<Dict> {
    view.dict(view.catalog()?.get("AcroForm"))
}

/// Every node of the field tree, parents before children.
pub(crate) fn fields(view: View) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut seen = HashSet::new();
    let roots = form(view).map(|form| view.array(form.get("Fields"))).unwrap_or_default();
    let mut waiting: Vec<(Id, Option<Id>, String, Vec<u8>)> = Vec::new();
    waiting.extend(
        roots.iter().rev().filter_map(Object::as_ref).map(|id| (id, None, String::new(), Vec::new())),
    );
    while let Some((id, parent, above, kind)) = waiting.pop() {
        if fields.len() >= MOST_FIELDS || !seen.insert(id) {
            continue;
        }
        let Object::Dict(dict) = view.object(id) else { continue };
        let own = view.resolve(dict.get("T")).as_text().map(text);
        let kind = match view.resolve(dict.get("FT")) {
            Object::Name(own) => own,
            _ => kind,
        };
        let name = match &own {
            Some(own) if above.is_empty() => own.clone(),
            Some(own) => format!("{above}.{own}"),
            None => above,
        };
        let kids = view.array(dict.get("Kids"));
        waiting.extend(
            kids.iter()
                .rev()
                .filter_map(Object::as_ref)
                .map(|kid| (kid, Some(id), name.clone(), kind.clone())),
        );
        fields.push(Field { id, parent, name, kind, dict, is_widget: own.is_none() });
    }
    fields
}
