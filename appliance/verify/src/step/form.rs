//! What a save did to the form: filled fields, new signatures, new fields.

use super::{Step, looks};
use crate::{
    changes::Event,
    fields::{Field, form},
    file::View,
    object::{Dict, Id, Object},
    uses::Slot,
    words::{short, text},
};
use std::collections::HashMap;

/// Bits of `/F` (table 165) that only make a widget printable or harder to change.
const HARMLESS_FLAGS: u64 = 4 | 64 | 128 | 512;
/// Bit of `/Ff` (table 221) that makes a field read-only, as locking does.
const READ_ONLY: u64 = 1;

impl Step<'_, '_> {
    pub(super) fn form(&mut self) {
        self.form_dictionary();
        let old: HashMap<Id, Field> = self.old_fields.iter().map(|field| (field.id, field.clone())).collect();
        let new: HashMap<Id, Field> = self.new_fields.iter().map(|field| (field.id, field.clone())).collect();
        for before in self.old_fields.clone() {
            match new.get(&before.id) {
                Some(after) => self.field(&before, after, signing_of(after, &old, &new)),
                None => self.forbid(format!("Ô “{}” bị bỏ khỏi văn bản.", short(&before.name))),
            }
        }
        for after in self.new_fields.clone() {
            if !old.contains_key(&after.id) {
                self.new_field(&after, signing_of(&after, &old, &new));
            }
        }
    }

    fn form_dictionary(&mut self) {
        let Some(new) = form(self.new) else {
            if form(self.old).is_some() {
                self.forbid("Biểu mẫu của văn bản bị bỏ, cùng với các ô chữ ký.");
            }
            return;
        };
        let old = form(self.old).unwrap_or_default();
        let root = self.new.root_id().map_or(0, |id| id.0);
        let holder =
            |view: View| view.catalog().and_then(|catalog| catalog.get("AcroForm")?.as_ref()).map(|id| id.0);
        for number in [self.old, self.new].into_iter().filter_map(holder) {
            self.explain(number);
        }
        let by = holder(self.new);
        let slot = |key: &str| by.map_or(Slot::new(root, "AcroForm"), |number| Slot::new(number, key));
        for key in old.differing(&new) {
            self.form_entry(key, &old, &new);
        }
        self.grows(old.get("Fields"), new.get("Fields"), slot("Fields"), "Danh sách ô của biểu mẫu");
        self.resources(old.get("DR"), new.get("DR"), slot("DR"));
    }

    fn form_entry(&mut self, key: &[u8], old: &Dict, new: &Dict) {
        let absent = !old.has(key);
        match key {
            b"Fields" | b"DR" | b"SigFlags" => {}
            b"DA" if absent => {}
            b"NeedAppearances" if new.get("NeedAppearances") != Some(&Object::Bool(true)) => {
                // The looks in the file are shown from now on, not those that readers made of the values.
                if old.get("NeedAppearances") == Some(&Object::Bool(true)) && self.has_fields_to_fill() {
                    let name = "mọi ô";
                    let sentence =
                        "Các ô từ nay hiện theo hình có sẵn trong tệp, không theo giá trị đã nhập.";
                    self.tell(Event::FormFill { field: name.into() }, sentence);
                }
            }
            b"NeedAppearances" => {
                self.forbid("Các ô được yêu cầu vẽ lại theo giá trị, có thể khác hình đã ký.")
            }
            b"XFA" => self.forbid("Biểu mẫu XFA được thêm hoặc thay sau khi ký."),
            other => self.forbid(format!("Biểu mẫu bị thay ở mục {}.", String::from_utf8_lossy(other))),
        }
    }

    fn has_fields_to_fill(&self) -> bool {
        self.old_fields.iter().any(|field| field.kind != b"Sig" && !field.kind.is_empty())
    }

    /// An array of references may get more of them; the old ones stay, in their order.
    pub(super) fn grows(&mut self, old: Option<&Object>, new: Option<&Object>, slot: Slot, what: &str) {
        for number in [old, new].into_iter().flatten().filter_map(Object::as_ref).map(|id| id.0) {
            self.explain_at(number, slot.clone());
        }
        let (before, after) = (self.old.array(old), self.new.array(new));
        let mut rest = after.iter();
        if !before.iter().all(|item| rest.any(|other| other == item)) {
            self.forbid(format!("{what} bị bớt hoặc đổi thứ tự."));
        }
    }

    /// Resources of the form may get more fonts; what a name means stays.
    fn resources(&mut self, old: Option<&Object>, new: Option<&Object>, slot: Slot) {
        let Some(before) = self.old.dict(old) else { return };
        let after = self.new.dict(new).unwrap_or_default();
        let by = self.resource_holder(old, new, slot);
        for (kind, names) in before.entries() {
            let key = String::from_utf8_lossy(kind).into_owned();
            let now = after.get(&key);
            let slot = if by.key.is_empty() { Slot::new(by.by, kind) } else { by.clone() };
            self.resource_holder(Some(names), now, slot);
            let same = match (self.old.dict(Some(names)), self.new.dict(now)) {
                (Some(was), Some(is)) => was.differing(&is).iter().all(|name| !was.has(name)),
                _ => Some(names) == now,
            };
            if !same {
                self.forbid("Phông chữ hoặc hình vẽ dùng cho các ô của biểu mẫu bị thay.");
            }
        }
    }

    fn resource_holder(&mut self, old: Option<&Object>, new: Option<&Object>, slot: Slot) -> Slot {
        let numbers = [old, new].map(|value| value.and_then(Object::as_ref).map(|id| id.0));
        for number in numbers.into_iter().flatten() {
            self.explain_at(number, slot.clone());
        }
        numbers[1].map_or(slot, |number| Slot::new(number, ""))
    }

    fn field(&mut self, before: &Field, after: &Field, signing: Signing) {
        let name = short(&after.name);
        if before.name != after.name || before.kind != after.kind || before.parent != after.parent {
            self.forbid(format!("Ô “{}” bị đổi tên hoặc đổi loại.", short(&before.name)));
        }
        self.explain(after.id.0);
        if after.dict.ambiguous && before.dict != after.dict {
            self.forbid(format!("Ô “{name}” nói một điều hai lần."));
        }
        let looks = self.looks_changed(after.id.0);
        let mut filled = looks || self.value_changed(before, after);
        for key in before.dict.differing(&after.dict) {
            match self.entry(key, before, after, signing == Signing::Now) {
                Entry::Harmless => {}
                Entry::Fill => filled = true,
                Entry::Forbidden => {
                    let key = String::from_utf8_lossy(key).into_owned();
                    self.forbid(format!("Ô “{name}” bị sửa (mục {key})."));
                }
            }
        }
        let value_kept = before.dict.get("V") == after.dict.get("V");
        match signing {
            Signing::Before if filled || !value_kept => {
                self.forbid(format!("Chữ ký trong ô “{name}” bị bỏ, bị thay hoặc hiện ra khác lúc ký."));
            }
            Signing::Now if !after.is_widget => self.signing(after),
            Signing::Never if filled => {
                self.forbid(format!("Ô “{name}” vẽ hình lên văn bản mà không có chữ ký nào."))
            }
            Signing::NoSignature if filled => {
                self.tell(Event::FormFill { field: after.name.clone() }, filling(after, self.new));
            }
            _ => {}
        }
    }

    /// The value of a field may be an object of its own.
    fn value_changed(&mut self, before: &Field, after: &Field) -> bool {
        if after.is_signature() {
            return false;
        }
        let values = [before, after].map(|field| field.dict.get("V").and_then(Object::as_ref).map(|id| id.0));
        let mut changed = false;
        for number in values.into_iter().flatten() {
            changed |= self.modified.contains(&number);
            self.explain_at(number, Slot::new(after.id.0, "V"));
        }
        changed
    }

    fn entry(&mut self, key: &[u8], before: &Field, after: &Field, signs: bool) -> Entry {
        let signature = after.kind == b"Sig";
        let number =
            |field: &Field, key: &str| field.dict.get(key).and_then(Object::as_whole).unwrap_or_default();
        let gained = |key: &str, harmless: u64| {
            let (was, is) = (number(before, key), number(after, key));
            was & !is == 0 && is & !was & !harmless == 0
        };
        match key {
            // Signing brings value and look; whether a signature is replaced is asked by the caller.
            b"V" | b"AP" | b"AS" if signature => {
                if signs || key == b"V" {
                    Entry::Harmless
                } else {
                    Entry::Fill
                }
            }
            b"M" => Entry::Harmless,
            b"F" if gained("F", HARMLESS_FLAGS) => Entry::Harmless,
            b"Ff" if gained("Ff", READ_ONLY) => Entry::Harmless,
            b"DA" | b"MK" | b"DR" | b"Lock" | b"SV" if signs => Entry::Harmless,
            b"V" | b"AP" | b"AS" | b"I" | b"TI" | b"RV" | b"DA" | b"Q" => Entry::Fill,
            b"P" if before.dict.get("P").is_none() => Entry::Harmless,
            b"Kids" => {
                let (old, new) = (before.dict.get("Kids"), after.dict.get("Kids"));
                self.grows(old, new, Slot::new(after.id.0, "Kids"), "Danh sách ô của biểu mẫu");
                Entry::Harmless
            }
            _ => Entry::Forbidden,
        }
    }

    fn new_field(&mut self, field: &Field, signing: Signing) {
        let name = short(&field.name);
        let holds_fields = field.kind.is_empty() && field.dict.get("Kids").is_some();
        if !self.fresh.contains(&field.id.0) {
            return self.forbid(format!("Một phần có sẵn từ lúc ký nay mới hiện ra như ô “{name}”."));
        }
        if (field.kind != b"Sig" && !holds_fields) || field.dict.ambiguous {
            return self.forbid(format!("Ô mới “{name}” được đặt lên văn bản sau khi ký."));
        }
        if field.dict.has(b"A") || field.dict.has(b"AA") {
            return self.forbid(format!("Ô mới “{name}” mang theo hành động tự chạy."));
        }
        if signing != Signing::Now && looks::draws(self.new, field.id.0, &field.dict) {
            return self
                .forbid(format!("Ô “{name}” vẽ hình lên văn bản sau khi ký mà không có chữ ký nào mới."));
        }
        if holds_fields || field.is_widget {
            return;
        }
        if signing == Signing::Now {
            self.signing(field);
        } else {
            let sentence = format!("Thêm ô “{name}” chờ chữ ký.");
            self.tell(Event::EmptyField { field: field.name.clone() }, sentence);
        }
    }

    /// A signature that was made in this save: its dictionary must be new, not one taken from elsewhere in the file.
    fn signing(&mut self, field: &Field) {
        let value = field.dict.get("V").and_then(Object::as_ref);
        if !value.is_some_and(|id| self.fresh.contains(&id.0)) {
            let name = short(&field.name);
            return self.forbid(format!("Ô “{name}” được gán một chữ ký có sẵn ở chỗ khác trong tệp."));
        }
        let dict = self.new.dict(field.dict.get("V")).unwrap_or_default();
        let place = self.placed(field);
        if dict.is("Type", "DocTimeStamp") || dict.is("SubFilter", "ETSI.RFC3161") {
            // A time stamp is nothing to be seen (EN 319 142-1 §5.4.3).
            let event = if place.is_some() {
                Event::Signature { field: field.name.clone() }
            } else {
                Event::TimeStamp
            };
            return self.tell(event, format!("Thêm dấu thời gian{}.", place.unwrap_or_default()));
        }
        let sentence = format!("Thêm chữ ký ở ô “{}”{}.", short(&field.name), place.unwrap_or_default());
        self.tell(Event::Signature { field: field.name.clone() }, sentence);
    }

    /// Where the widget stands and how large it is: it may lie over what was signed before.
    fn placed(&self, field: &Field) -> Option<String> {
        let widget = match field.dict.get("Rect") {
            Some(_) => field,
            None => {
                self.new_fields.iter().find(|widget| widget.is_widget && widget.parent == Some(field.id))?
            }
        };
        let corners: Vec<f64> =
            self.new.array(widget.dict.get("Rect")).iter().filter_map(Object::as_number).collect();
        let &[x1, y1, x2, y2] = corners.as_slice() else { return None };
        // 72 units of PDF are an inch (§8.3.2.3).
        let (wide, high) = ((x2 - x1).abs() / 72.0 * 25.4, (y2 - y1).abs() / 72.0 * 25.4);
        if wide < 0.5 || high < 0.5 || !looks::draws(self.new, widget.id.0, &widget.dict) {
            return None;
        }
        let page = self.page_of(widget.id).map(|page| format!(" ở trang {page}")).unwrap_or_default();
        Some(format!(
            ", hình chữ ký rộng {wide:.0} mm, cao {high:.0} mm{page}: xem kỹ hình ấy có che chữ bên dưới không"
        ))
    }
}

/// When a field, or the one that a widget belongs to, was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signing {
    /// It is for something else than signing.
    NoSignature,
    /// It waits for a signature still.
    Never,
    /// In the save at hand.
    Now,
    Before,
}

fn signing_of(field: &Field, old: &HashMap<Id, Field>, new: &HashMap<Id, Field>) -> Signing {
    if field.kind != b"Sig" {
        return Signing::NoSignature;
    }
    let owner = if field.is_widget { field.parent.unwrap_or(field.id) } else { field.id };
    let signed = |fields: &HashMap<Id, Field>| fields.get(&owner).is_some_and(Field::is_signed);
    match (signed(old), signed(new)) {
        (true, _) => Signing::Before,
        (false, true) => Signing::Now,
        (false, false) => Signing::Never,
    }
}

/// What may be said of an entry that differs.
enum Entry {
    Harmless,
    Fill,
    Forbidden,
}

fn filling(field: &Field, view: View) -> String {
    let name = short(&field.name);
    match view.resolve(field.dict.get("V")) {
        Object::Text(value) => format!("Ô “{name}” được điền: “{}”.", short(&text(&value))),
        Object::Name(value) => format!("Ô “{name}” được chọn: “{}”.", short(&text(&value))),
        _ => format!("Ô “{name}” được điền hoặc hiện ra khác."),
    }
}
