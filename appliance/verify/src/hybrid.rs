//! Hybrid files (ISO 32000-1 §7.5.8.4): entries that only some readers look at. Office programs write them to hide the
//! structure tree from old readers, which is harmless; shadow attacks write them to show two documents.

use crate::{
    file::{File, View},
    object::Object,
    sections::Entry,
};
use std::collections::HashSet;

/// As of the save `upto`, readers that know these entries show something else than readers that do not.
pub(crate) fn shows_two_documents(file: &File, upto: usize) -> bool {
    let hidden: HashSet<u32> = file.sections[..=upto]
        .iter()
        .filter_map(|section| section.hybrid.as_ref())
        .flat_map(|entries| {
            entries.iter().filter(|(_, entry)| **entry != Entry::Free).map(|(&number, _)| number)
        })
        .collect();
    !hidden.is_empty() && reaches(file.view(upto), &hidden)
}

/// From the catalog, the structure of the text left out, one comes to an object of `hidden`.
fn reaches(view: View, hidden: &HashSet<u32>) -> bool {
    let Some(catalog) = view.catalog() else { return true };
    let mut waiting = Vec::new();
    for (_, value) in catalog.entries().iter().filter(|(key, _)| key != b"StructTreeRoot") {
        value.references(&mut |id| waiting.push(id));
    }
    waiting.extend(view.root_id());
    let mut seen: HashSet<u32> = view.root_id().into_iter().map(|id| id.0).collect();
    let root = view.root_id().map_or(0, |id| id.0);
    if hidden.contains(&root) {
        return true;
    }
    while let Some(id) = waiting.pop() {
        if hidden.contains(&id.0) {
            return true;
        }
        if seen.insert(id.0) {
            let object = view.object(id);
            // A page's number in the structure is no reference; a parent is where one came from.
            if let Object::Dict(dict) = &object {
                dict.entries().iter().for_each(|(_, value)| value.references(&mut |id| waiting.push(id)));
            } else {
                object.references(&mut |id| waiting.push(id));
            }
        }
    }
    false
}
