//! The looks of fields and annotations (ISO 32000-1 §12.5.5): which objects make up `/AP`.

use super::{Step, look};
use crate::{
    file::View,
    object::{Dict, Object},
    uses::Slot,
};

/// Objects of `/AP` and who refers to them: the dictionary itself, the dictionaries of states, the streams.
pub(super) fn objects(view: View, owner: u32, dict: &Dict) -> Vec<(u32, Slot)> {
    let mut objects = Vec::new();
    let Some(value) = dict.get("AP") else { return objects };
    let mut slot = Slot::new(owner, "AP");
    if let Some((number, _)) = value.as_ref() {
        objects.push((number, slot));
        slot = Slot::new(number, "");
    }
    for (key, look_of) in view.dict(Some(value)).unwrap_or_default().entries() {
        let slot = if slot.key.is_empty() { Slot::new(slot.by, key) } else { slot.clone() };
        let mut inner = slot.clone();
        if let Some((number, _)) = look_of.as_ref() {
            objects.push((number, slot));
            if is_stream(view, number) {
                continue;
            }
            inner = Slot::new(number, "");
        }
        for (state, picture) in view.dict(Some(look_of)).unwrap_or_default().entries() {
            let slot = if inner.key.is_empty() { Slot::new(inner.by, state) } else { inner.clone() };
            objects.extend(picture.as_ref().map(|id| (id.0, slot)));
        }
    }
    objects
}

pub(super) fn is_stream(view: View, number: u32) -> bool {
    let found = view.find(super::id_in(view, number));
    found.is_ok_and(|found| found.is_some_and(|found| found.stream.is_some()))
}

/// Something is drawn: one of the streams of `/AP` is not empty.
pub(super) fn draws(view: View, owner: u32, dict: &Dict) -> bool {
    objects(view, owner, dict).into_iter().any(|(number, _)| {
        let found = view.find(super::id_in(view, number)).ok().flatten();
        found
            .and_then(|found| found.stream)
            .is_some_and(|stream| !view.file.bytes[stream].trim_ascii().is_empty())
    })
}

impl Step<'_, '_> {
    /// Explains the looks of `owner`; true when one of them is another than before.
    pub(super) fn looks_changed(&mut self, owner: u32) -> bool {
        let mut changed = false;
        for view in [self.old, self.new] {
            let Object::Dict(dict) = look(view, owner) else { continue };
            for (number, slot) in objects(view, owner, &dict) {
                if self.modified.contains(&number) {
                    changed = true;
                    self.explain_at(number, slot);
                }
            }
        }
        changed
    }
}
