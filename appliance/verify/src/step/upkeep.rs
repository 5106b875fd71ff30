//! What keeps signatures alive: validation data (EN 319 142-1 §5.4) and the metadata that writers bring up to date.

use super::{Step, look};
use crate::{
    changes::Event,
    object::{Dict, Object},
    uses::{Slot, TRAILER},
};

impl Step<'_, '_> {
    pub(super) fn validation(&mut self, root: u32, old: &Dict, new: &Dict) {
        let slot = Slot::new(root, "DSS");
        let mut touched = old.get("DSS") != new.get("DSS");
        if new.get("DSS").is_none() {
            // Taking validation data away makes nothing visible; what it proved is then missing.
            return;
        }
        let Some(store) = self.new.dict(new.get("DSS")) else {
            return self.forbid("Dữ liệu kiểm chứng kèm theo không còn đọc được.");
        };
        touched |= self.plain(new.get("DSS"), slot.clone());
        let by = new.get("DSS").and_then(Object::as_ref).map_or(slot, |id| Slot::new(id.0, ""));
        let at = |by: &Slot, key: &str| {
            if by.key.is_empty() { Slot::new(by.by, key) } else { by.clone() }
        };
        for key in ["Certs", "CRLs", "OCSPs"] {
            touched |= self.plain(store.get(key), at(&by, key));
        }
        touched |= self.plain(store.get("VRI"), at(&by, "VRI"));
        let related = self.new.dict(store.get("VRI")).unwrap_or_default();
        let related_by = store.get("VRI").and_then(Object::as_ref).map(|id| id.0);
        for (name, entry) in related.entries() {
            let slot = related_by.map_or_else(|| at(&by, "VRI"), |by| Slot::new(by, name));
            touched |= self.plain(Some(entry), slot.clone());
            let parts = self.new.dict(Some(entry)).unwrap_or_default();
            for key in ["Cert", "CRL", "OCSP"] {
                let slot = entry.as_ref().map_or_else(|| slot.clone(), |id| Slot::new(id.0, key));
                touched |= self.plain(parts.get(key), slot);
            }
        }
        if touched {
            self.tell(
                Event::Validation,
                "Thêm dữ liệu để sau này vẫn kiểm tra được chữ ký (chứng thư, CRL, OCSP).",
            );
        }
    }

    /// A dictionary or array of the store, wherever it is kept; streams in it may be added but not exchanged.
    fn plain(&mut self, value: Option<&Object>, slot: Slot) -> bool {
        let Some((number, _)) = value.and_then(Object::as_ref) else { return false };
        if matches!(look(self.new, number), Object::Dict(_) | Object::Array(_)) {
            self.explain_at(number, slot);
        }
        self.is_touched(number)
    }

    pub(super) fn metadata(&mut self, root: u32, old: &Dict, new: &Dict) {
        let stream = new.get("Metadata").and_then(Object::as_ref).map(|id| id.0);
        let is_metadata = stream.is_none_or(|number| {
            look(self.new, number).as_dict().is_some_and(|dict| dict.is("Type", "Metadata"))
        });
        let touched = stream.is_some_and(|number| self.is_touched(number));
        if !touched && old.get("Metadata") == new.get("Metadata") {
            return;
        }
        if !is_metadata {
            return self.forbid("Thông tin mô tả (XMP) của văn bản bị thay bằng thứ khác.");
        }
        if let Some(number) = stream {
            self.explain_at(number, Slot::new(root, "Metadata"));
        }
        self.tell_metadata();
    }

    /// The document information dictionary, which only the trailer may refer to.
    pub(super) fn info(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let numbers = [old, new].map(|info| info.and_then(Object::as_ref).map(|id| id.0));
        let touched = numbers.into_iter().flatten().any(|number| self.is_touched(number));
        for number in numbers.into_iter().flatten() {
            self.explain_at(number, Slot::new(TRAILER, "Info"));
        }
        // A trailer that forgets the information of the one before is a slip of writers, not a change.
        if touched || (old != new && new.is_some()) {
            self.tell_metadata();
        }
    }

    fn tell_metadata(&mut self) {
        self.tell(
            Event::Metadata,
            "Thông tin mô tả tệp (tiêu đề, tác giả, phần mềm, ngày sửa) được ghi lại.",
        );
    }
}
