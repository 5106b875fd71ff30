//! What one later save changed, compared object by object with the state before it.
//!
//! Every object that the save redefines must be explained: by the form, by the annotations of a page, by validation
//! data, by metadata. Each explanation looks at the old and the new state and says which entries may differ. What is
//! left unexplained, and somebody refers to it, is a change of the document. An explanation may also say from where
//! alone the object may be referred to: the look of a field that is painted on a page as well is not a look.
//!
//! Example: a save redefines page 3, with one more entry in `/Annots`, and adds a widget and a signature. The form
//! explains widget and signature, the annotations explain the page. Had the page another `/Contents` too, it would
//! have been said that page 3 shows something else.

mod form;
mod looks;
mod pages;
mod upkeep;

use crate::{
    changes::{Event, Told},
    fields::{Field, fields},
    file::{File, View},
    layout,
    object::{Dict, Id, Object},
    sections::Entry,
    uses::{Slot, Uses},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Nobody reads further; what comes after changes no verdict.
const MOST_TOLD: usize = 100;

/// One save, looked at from the state before it.
pub(crate) struct Step<'f, 'a> {
    old: View<'f, 'a>,
    new: View<'f, 'a>,
    uses: &'f Uses,
    old_fields: Vec<Field>,
    new_fields: Vec<Field>,
    old_ids: HashSet<Id>,
    new_ids: HashSet<Id>,
    /// Objects with another meaning than before.
    modified: BTreeSet<u32>,
    /// Objects that were not there before.
    fresh: BTreeSet<u32>,
    /// Explained objects, each with the only places that may refer to it, where that matters.
    explained: BTreeMap<u32, Option<HashSet<Slot>>>,
    told: Vec<Told>,
}

/// Events of the save whose section is `index` and which begins in the file at `begin`.
pub(crate) fn events(file: &File, uses: &Uses, index: usize, begin: usize) -> Vec<Told> {
    if let Err(untidy) = layout::check(file, index, begin) {
        let sentence = format!(
            "Tệp được ghi thêm theo cách khiến các phần mềm đọc ra nội dung khác nhau ({}).",
            untidy.0
        );
        return vec![Told { event: Event::Forbidden, sentence }];
    }
    let (old, new) = (file.view(index - 1), file.view(index));
    let (old_fields, new_fields) = (fields(old), fields(new));
    let ids = |fields: &[Field]| fields.iter().map(|field| field.id).collect();
    let mut step = Step {
        old,
        new,
        uses,
        old_ids: ids(&old_fields),
        new_ids: ids(&new_fields),
        old_fields,
        new_fields,
        modified: BTreeSet::new(),
        fresh: BTreeSet::new(),
        explained: BTreeMap::new(),
        told: Vec::new(),
    };
    step.sort_objects();
    step.trailer();
    step.catalog();
    step.form();
    step.pages();
    step.unexplained();
    step.told.dedup();
    step.told
}

impl Step<'_, '_> {
    fn tell(&mut self, event: Event, sentence: impl Into<String>) {
        let told = Told { event, sentence: sentence.into() };
        let room = self.told.len() < MOST_TOLD || (told.event == Event::Forbidden && !self.is_forbidden());
        if room && !self.told.contains(&told) {
            self.told.push(told);
        }
    }

    fn is_forbidden(&self) -> bool {
        self.told.iter().any(|told| told.event == Event::Forbidden)
    }

    fn forbid(&mut self, sentence: impl Into<String>) {
        self.tell(Event::Forbidden, sentence);
    }

    /// The object may differ, wherever it is referred to: only entries that mean nothing elsewhere do.
    fn explain(&mut self, number: u32) {
        self.explained.entry(number).or_insert(None);
    }

    /// The object may differ as long as nobody but `slot` (and others given the same way) refers to it.
    fn explain_at(&mut self, number: u32, slot: Slot) {
        if let Some(slots) = self.explained.entry(number).or_insert_with(|| Some(HashSet::new())) {
            slots.insert(slot);
        }
    }

    fn is_touched(&self, number: u32) -> bool {
        self.modified.contains(&number) || self.fresh.contains(&number)
    }

    fn sort_objects(&mut self) {
        let entries: Vec<(u32, Entry)> = self.new.section().entries.iter().map(|(&n, &e)| (n, e)).collect();
        for (number, entry) in entries {
            let before = self.old.entry(number);
            if entry == before {
                continue;
            }
            if before == Entry::Free {
                self.fresh.insert(number);
            } else if !same(self.old, self.new, number) {
                self.modified.insert(number);
            }
        }
        self.hidden_objects();
        self.containers();
    }

    /// A number that somebody referred to in vain comes to life: the document was prepared for it before signing.
    fn hidden_objects(&mut self) {
        let waited_for: Vec<u32> =
            self.fresh.iter().copied().filter(|&number| !self.uses.of(number, self.old).is_empty()).collect();
        for number in waited_for {
            self.forbid(format!(
                "Một phần đã được cài sẵn trong văn bản lúc ký nay mới được cho hiện ra (đối tượng {number})."
            ));
        }
    }

    /// An object stream that is exchanged would carry all objects in it along.
    fn containers(&mut self) {
        let of = |number: u32| match self.old.entry(number) {
            Entry::In { container, .. } if self.new.entry(number) == self.old.entry(number) => {
                Some(container)
            }
            _ => None,
        };
        let containers: HashSet<u32> = self.old.numbers().into_iter().filter_map(of).collect();
        if self.modified.iter().any(|number| containers.contains(number)) {
            self.forbid("Một khối nhiều đối tượng đã ký bị thay bằng khối khác.");
        }
    }

    fn trailer(&mut self) {
        let (old, new) = (&self.old.section().trailer, &self.new.section().trailer);
        if old.get("Root") != new.get("Root") {
            self.forbid("Toàn bộ văn bản bị thay bằng một văn bản khác (gốc của tệp trỏ sang nơi khác).");
        }
        let first =
            |trailer: &Dict| trailer.get("ID").and_then(Object::as_array).and_then(|id| id.first().cloned());
        if first(old).is_some() && first(new).is_some_and(|id| Some(id) != first(old)) {
            self.forbid("Mã nhận dạng gốc của tệp bị thay.");
        }
        self.info(old.get("Info").cloned().as_ref(), new.get("Info").cloned().as_ref());
    }

    fn catalog(&mut self) {
        let (Some(old), Some(new), Some((root, _))) =
            (self.old.catalog(), self.new.catalog(), self.new.root_id())
        else {
            return self.forbid("Mục gốc của văn bản không còn đọc được.");
        };
        if new.ambiguous {
            self.forbid("Mục gốc của văn bản nói một điều hai lần.");
        }
        self.explain(root);
        for key in old.differing(&new) {
            match key {
                b"AcroForm" | b"DSS" | b"Metadata" | b"Extensions" | b"Version" => {}
                other => self.forbid(catalog_sentence(other)),
            }
        }
        self.validation(root, &old, &new);
        self.metadata(root, &old, &new);
    }

    /// What nobody explained and somebody refers to; and what was explained but is used elsewhere too.
    fn unexplained(&mut self) {
        let modified: Vec<u32> = self.modified.iter().copied().collect();
        for number in modified {
            match self.explained.get(&number).cloned() {
                Some(None) => {}
                Some(Some(slots)) => self.only_at(number, &slots),
                None if self.is_invisible(number) => {}
                None if self.told.len() >= MOST_TOLD && self.is_forbidden() => return,
                None => {
                    let sentence = self.describe(number);
                    self.forbid(sentence);
                }
            }
        }
    }

    fn only_at(&mut self, number: u32, slots: &HashSet<Slot>) {
        let views = [self.old, self.new];
        let elsewhere = views
            .into_iter()
            .any(|view| self.uses.of(number, view).into_iter().any(|slot| !slots.contains(slot)));
        if elsewhere {
            self.forbid(format!(
                "Một phần được phép thay đổi cũng đang được dùng ở chỗ khác của văn bản (đối tượng {number})."
            ));
        }
    }

    fn is_invisible(&self, number: u32) -> bool {
        self.uses.of(number, self.old).is_empty() && self.uses.of(number, self.new).is_empty()
    }

    fn describe(&self, number: u32) -> String {
        let object = match look(self.old, number) {
            Object::Null => look(self.new, number),
            object => object,
        };
        let name = |key: &str| match object.as_dict().and_then(|dict| dict.get(key)) {
            Some(Object::Name(name)) => String::from_utf8_lossy(name).into_owned(),
            _ => String::new(),
        };
        let page = self.page_painting(number);
        let what = match (name("Type").as_str(), name("Subtype").as_str()) {
            _ if page.is_some() => return format!("Nội dung trang {} bị thay.", page.unwrap_or_default()),
            ("Page", _) => "một trang",
            ("Pages", _) => "thứ tự hoặc cách hiển thị các trang",
            ("Font" | "FontDescriptor", _) => "phông chữ (chữ hiện ra có thể khác chữ đã ký)",
            (_, "Image") => "hình ảnh trên trang",
            ("XObject", _) | (_, "Form") => "một phần hình vẽ trên trang",
            ("ExtGState", _) => "cách vẽ trên trang",
            ("OCG" | "OCMD", _) => "lớp ẩn hiện",
            ("Action", _) => "hành động tự chạy",
            ("StructElem" | "StructTreeRoot", _) => "cấu trúc nội dung",
            ("Annot", _) => "chú thích hoặc ô trên trang",
            _ => "một phần của văn bản",
        };
        format!("Sau khi ký, {what} bị thay (đối tượng {number}).")
    }

    /// Number of the page whose contents are drawn by this stream.
    fn page_painting(&self, number: u32) -> Option<usize> {
        self.old
            .pages()
            .iter()
            .position(|&page| {
                let dict = self.old.object(page);
                let contents = dict.as_dict().and_then(|dict| dict.get("Contents")).cloned();
                let mut paints = contents.as_ref().and_then(Object::as_ref).is_some_and(|id| id.0 == number);
                let parts = Object::Array(self.old.array(contents.as_ref()));
                parts.references(&mut |id| paints |= id.0 == number);
                paints
            })
            .map(|index| index + 1)
    }
}

fn catalog_sentence(key: &[u8]) -> String {
    match key {
        b"Pages" => "Cây trang của văn bản bị thay bằng cây khác.".into(),
        b"OCProperties" => "Các lớp ẩn hiện của văn bản bị thay.".into(),
        b"OpenAction" | b"AA" => "Văn bản được gắn hành động tự chạy khi mở.".into(),
        b"Names" => "Tên, tệp đính kèm hoặc mã lệnh của văn bản bị thay.".into(),
        b"Perms" => "Quyền sửa đổi của văn bản bị thay.".into(),
        other => format!("Mục {} của văn bản bị thay.", String::from_utf8_lossy(other)),
    }
}

/// The object with its generation in `view`.
pub(crate) fn id_in(view: View, number: u32) -> Id {
    match view.entry(number) {
        Entry::At { generation, .. } => (number, generation),
        _ => (number, 0),
    }
}

pub(crate) fn look(view: View, number: u32) -> Object {
    view.object(id_in(view, number))
}

/// Means the same in both: equal objects, equal streams. What cannot be read equals nothing.
fn same(old: View, new: View, number: u32) -> bool {
    let (was, is) = (id_in(old, number), id_in(new, number));
    let (Ok(Some(before)), Ok(Some(after))) = (old.find(was), new.find(is)) else { return false };
    let bytes = |view: View, range: &Option<std::ops::Range<usize>>| {
        range.clone().map(|range| view.file.bytes[range].to_vec())
    };
    was == is && before.object == after.object && bytes(old, &before.stream) == bytes(new, &after.stream)
}
