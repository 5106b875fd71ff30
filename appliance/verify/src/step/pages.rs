//! What a save did to the pages: nothing may differ but their annotations.

use super::{Step, look};
use crate::{
    changes::Event,
    object::{Dict, Id, Object},
    uses::Slot,
};
use std::collections::HashSet;

/// Annotations that people add with a reader's pen (ISO 32000-1 table 169). Links, media and redactions are not among
/// them: they lead elsewhere, or take away what was signed.
const MARKUP: [&str; 16] = [
    "Text",
    "FreeText",
    "Line",
    "Square",
    "Circle",
    "Polygon",
    "PolyLine",
    "Highlight",
    "Underline",
    "Squiggly",
    "StrikeOut",
    "Stamp",
    "Caret",
    "Ink",
    "Popup",
    "FileAttachment",
];
/// Those that paint over what is below.
const COVERING: [&str; 7] = ["FreeText", "Stamp", "Square", "Circle", "Polygon", "Ink", "Line"];
/// Entries of an annotation that may differ where annotations may be changed at all.
const CHANGEABLE: [&[u8]; 22] = [
    b"AP",
    b"AS",
    b"BE",
    b"BS",
    b"Border",
    b"C",
    b"CA",
    b"Contents",
    b"F",
    b"IC",
    b"InkList",
    b"L",
    b"M",
    b"NM",
    b"Open",
    b"Popup",
    b"QuadPoints",
    b"RC",
    b"RD",
    b"Rect",
    b"Subj",
    b"T",
];

impl Step<'_, '_> {
    pub(super) fn pages(&mut self) {
        let (before, after) = (self.old.pages(), self.new.pages());
        if before != after {
            return self.forbid(page_count(&before, &after));
        }
        for (index, &page) in before.iter().enumerate() {
            let (Object::Dict(old), Object::Dict(new)) = (self.old.object(page), self.new.object(page))
            else {
                continue;
            };
            if self.modified.contains(&page.0) {
                self.explain(page.0);
                self.page(index + 1, &old, &new);
            }
            self.annotations(index + 1, page, &old, &new);
        }
    }

    fn page(&mut self, number: usize, old: &Dict, new: &Dict) {
        if new.ambiguous {
            self.forbid(format!("Trang {number} nói một điều hai lần."));
        }
        for key in old.differing(new) {
            let sentence = match key {
                b"Annots" => continue,
                b"Contents" => format!("Nội dung trang {number} bị thay."),
                b"Rotate" => format!("Trang {number} bị xoay."),
                b"MediaBox" | b"CropBox" | b"UserUnit" => {
                    format!("Khổ trang {number} bị thay, phần hiện ra khác lúc ký.")
                }
                b"Resources" => format!("Phông chữ hoặc hình ảnh của trang {number} bị thay."),
                b"AA" => format!("Trang {number} được gắn hành động tự chạy."),
                other => format!("Trang {number} bị thay ở mục {}.", String::from_utf8_lossy(other)),
            };
            self.forbid(sentence);
        }
    }

    fn annotations(&mut self, page_number: usize, page: Id, old: &Dict, new: &Dict) {
        let arrays = [old.get("Annots"), new.get("Annots")];
        for number in arrays.into_iter().flatten().filter_map(Object::as_ref).map(|id| id.0) {
            self.explain_at(number, Slot::new(page.0, "Annots"));
        }
        let (before, after) = (self.old.array(arrays[0]), self.new.array(arrays[1]));
        if before != after {
            self.listed(page_number, &before, &after);
        }
        for id in before.iter().filter_map(Object::as_ref) {
            self.altered(page_number, id);
        }
    }

    /// The list of annotations is also the order in which they are painted.
    fn listed(&mut self, page: usize, before: &[Object], after: &[Object]) {
        let ids = |items: &[Object]| items.iter().filter_map(Object::as_ref).collect::<HashSet<Id>>();
        let (old, new) = (ids(before), ids(after));
        let stayed = |items: &[Object], other: &HashSet<Id>| -> Vec<Object> {
            items.iter().filter(|item| item.as_ref().is_none_or(|id| other.contains(&id))).cloned().collect()
        };
        // Annotations that are no objects of their own cannot be told apart: they stay as they are.
        if stayed(before, &new) != stayed(after, &old) {
            self.forbid(format!("Thứ tự các phần chồng lên trang {page} bị thay."));
        }
        for id in before.iter().filter_map(Object::as_ref).filter(|id| !new.contains(id)) {
            self.removed(page, id);
        }
        for id in after.iter().filter_map(Object::as_ref).filter(|id| !old.contains(id)) {
            self.added(page, id);
        }
    }

    fn removed(&mut self, page: usize, id: Id) {
        let annotation = self.old.dict(Some(&Object::Ref(id))).unwrap_or_default();
        if is_among(&annotation, &MARKUP) {
            self.tell(Event::Annotation, format!("Một chú thích ở trang {page} bị bỏ."));
        } else {
            self.forbid(format!("Một ô hoặc liên kết ở trang {page} bị bỏ."));
        }
    }

    fn added(&mut self, page: usize, id: Id) {
        // Fields and their widgets have been judged with the form.
        let is_field = self.new_ids.contains(&id);
        if is_field && (self.fresh.contains(&id.0) || self.is_unsigned_before(id)) {
            return;
        }
        if !self.fresh.contains(&id.0) {
            return self
                .forbid(format!("Một phần có sẵn từ lúc ký nay mới được cho hiện ra ở trang {page}."));
        }
        let annotation = self.new.dict(Some(&Object::Ref(id))).unwrap_or_default();
        let acts = ["A", "AA", "Dest"].iter().any(|key| annotation.get(key).is_some());
        if annotation.ambiguous || acts || !is_among(&annotation, &MARKUP) {
            return self.forbid(format!("Trang {page} có thêm {} sau khi ký.", kind(&annotation)));
        }
        let covers =
            if is_among(&annotation, &COVERING) { ", có thể che nội dung đã ký" } else { "" };
        self.tell(
            Event::Annotation,
            format!("Trang {page} có thêm chú thích ({}){covers}.", kind(&annotation)),
        );
    }

    /// A field that waited for its signature without being shown may be shown when it is signed.
    fn is_unsigned_before(&self, id: Id) -> bool {
        self.old_fields.iter().any(|field| field.id == id && field.is_signature() && !field.is_signed())
    }

    fn altered(&mut self, page: usize, id: Id) {
        if self.new_ids.contains(&id) || self.old_ids.contains(&id) {
            return;
        }
        let (Object::Dict(old), Object::Dict(new)) = (look(self.old, id.0), look(self.new, id.0)) else {
            return;
        };
        let markup = is_among(&old, &MARKUP);
        let looks = markup && self.looks_changed(id.0);
        if !self.modified.contains(&id.0) {
            if looks {
                self.tell(Event::Annotation, format!("Một chú thích ở trang {page} được vẽ lại."));
            }
            return;
        }
        let bearable = old.differing(&new).iter().all(|key| CHANGEABLE.contains(key)) && !new.ambiguous;
        if markup && bearable {
            self.explain(id.0);
            self.tell(Event::Annotation, format!("Một chú thích ở trang {page} bị sửa."));
        }
    }

    /// Number of the page on which a widget is shown.
    pub(super) fn page_of(&self, widget: Id) -> Option<usize> {
        let shown = |page: &Id| {
            let dict = self.new.object(*page);
            let annotations = dict.as_dict().and_then(|dict| dict.get("Annots"));
            self.new.array(annotations).contains(&Object::Ref(widget))
        };
        self.new.pages().iter().position(shown).map(|index| index + 1)
    }
}

fn is_among(annotation: &Dict, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| annotation.is("Subtype", kind))
}

fn kind(annotation: &Dict) -> String {
    let Some(Object::Name(kind)) = annotation.get("Subtype") else { return "một phần lạ".into() };
    match kind.as_slice() {
        b"Text" => "ghi chú".into(),
        b"FreeText" => "khung chữ".into(),
        b"Stamp" => "hình con dấu".into(),
        b"Highlight" | b"Underline" | b"Squiggly" | b"StrikeOut" => "tô hoặc gạch chữ".into(),
        b"Ink" => "nét vẽ tay".into(),
        b"Link" => "liên kết".into(),
        b"Widget" => "ô không thuộc biểu mẫu".into(),
        b"Redact" => "vùng bôi xóa nội dung".into(),
        other => String::from_utf8_lossy(other).into_owned(),
    }
}

fn page_count(before: &[Id], after: &[Id]) -> String {
    let (old, new): (HashSet<&Id>, HashSet<&Id>) = (before.iter().collect(), after.iter().collect());
    match (new.difference(&old).count(), old.difference(&new).count()) {
        (0, 0) => "Thứ tự các trang bị đổi.".into(),
        (added, 0) => format!("Thêm {added} trang sau khi ký (lúc ký có {} trang).", before.len()),
        (0, removed) => format!("Bớt {removed} trang sau khi ký (lúc ký có {} trang).", before.len()),
        (added, removed) => format!("Thay trang sau khi ký: thêm {added}, bớt {removed}."),
    }
}
