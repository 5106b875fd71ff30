//! Who refers to the objects that later saves touch. A change that is allowed in one place - the look of a filled
//! field - must not reach another: the same object may be painted on a page.

use crate::{
    file::{File, View},
    object::Object,
    sections::Entry,
};
use std::collections::{HashMap, HashSet};

/// The trailer, as one who refers.
pub(crate) const TRAILER: u32 = 0;

/// Something refers to an object: by which of its own entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slot {
    pub(crate) by: u32,
    /// Key of the outermost dictionary; empty in an array.
    pub(crate) key: Vec<u8>,
}

impl Slot {
    pub(crate) fn new(by: u32, key: impl AsRef<[u8]>) -> Slot {
        Slot { by, key: key.as_ref().to_vec() }
    }
}

pub(crate) struct Uses {
    /// For each touched object who refers to it, and since which section the one who does is as he is.
    of: HashMap<u32, HashSet<(Slot, usize)>>,
    /// For each object the sections after the base that define it, oldest first.
    versions: HashMap<u32, Vec<usize>>,
    base: usize,
    /// Behind the last byte of any object of the base.
    pub(crate) base_reaches: usize,
}

impl Uses {
    /// Everything that refers to what is touched after the section `base`.
    pub(crate) fn since(file: &File, base: usize) -> Uses {
        let later = base + 1..file.sections.len();
        let touched: HashSet<u32> =
            later.clone().flat_map(|index| file.sections[index].entries.keys().copied()).collect();
        let mut uses = Uses { of: HashMap::new(), versions: HashMap::new(), base, base_reaches: 0 };
        uses.look(file.view(base), &file.view(base).numbers(), base, &touched);
        for index in later {
            let view = file.view(index);
            let numbers: Vec<u32> = view.section().entries.keys().copied().collect();
            for &number in &numbers {
                uses.versions.entry(number).or_default().push(index);
            }
            uses.look(view, &numbers, index, &touched);
        }
        uses
    }

    fn look(&mut self, view: View, numbers: &[u32], since: usize, touched: &HashSet<u32>) {
        if touched.is_empty() {
            return;
        }
        let trailer = Object::Dict(view.section().trailer.clone());
        self.note(TRAILER, &trailer, since, touched);
        for &number in numbers {
            let generation = match view.entry(number) {
                Entry::At { generation, .. } => generation,
                _ => 0,
            };
            let Ok(Some(found)) = view.find((number, generation)) else { continue };
            if since == self.base {
                self.base_reaches = self.base_reaches.max(found.extent.map_or(0, |extent| extent.end));
            }
            let object = found.object;
            // What a cross-reference stream says besides is the trailer's.
            if !object.as_dict().is_some_and(|dict| dict.is("Type", "XRef")) {
                self.note(number, &object, since, touched);
            }
        }
    }

    fn note(&mut self, by: u32, object: &Object, since: usize, touched: &HashSet<u32>) {
        let mut put = |value: &Object, key: &[u8]| {
            value.references(&mut |(number, _)| {
                if touched.contains(&number) {
                    self.of.entry(number).or_default().insert((Slot::new(by, key), since));
                }
            });
        };
        match object {
            Object::Dict(dict) => dict.entries().iter().for_each(|(key, value)| put(value, key)),
            other => put(other, b""),
        }
    }

    /// Who refers to `number` in `view`, itself left out.
    pub(crate) fn of(&self, number: u32, view: View) -> Vec<&Slot> {
        let all = self.of.get(&number);
        all.into_iter()
            .flatten()
            .filter(|(slot, since)| slot.by != number && self.version(slot.by, view.upto) == *since)
            .map(|(slot, _)| slot)
            .collect()
    }

    fn version(&self, number: u32, upto: usize) -> usize {
        if number == TRAILER {
            return upto;
        }
        let versions = self.versions.get(&number).map_or(&[][..], Vec::as_slice);
        versions.iter().rev().copied().find(|&index| index <= upto).unwrap_or(self.base)
    }
}
