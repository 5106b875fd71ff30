//! What later saves changed, and whether that was allowed.
//!
//! [`crate::step`] says what happened; here stands whether a signature bears it. The two are kept apart because the
//! same change may be allowed by one signature and forbidden by another.

use crate::{
    file::View,
    object::{Dict, Object},
    words::text,
};

/// What happened in one later save, as far as it matters to the signatures before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// One more signature in the field of this name.
    Signature { field: String },
    /// A document time stamp.
    TimeStamp,
    /// Validation data (DSS).
    Validation,
    /// Title, author, producer, XMP.
    Metadata,
    /// A signature field waiting for its signature.
    EmptyField { field: String },
    /// A field got another value or look.
    FormFill { field: String },
    /// A note, a mark, a stamp on a page.
    Annotation,
    /// What no signature bears.
    Forbidden,
}

/// An event and what a clerk reads of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) event: Event,
    pub(crate) sentence: String,
}

/// How much a change weighs for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Signing further and keeping signatures alive: the signature stays good.
    Upkeep,
    /// Allowed, but readers see something else than what was signed.
    Allowed,
    Forbidden,
}

/// What the signatures that stand in a file allow to be changed (ISO 32000-1 §12.8.2).
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    /// The strictest certification: 1 nothing, 2 forms, 3 forms and annotations.
    certified: Option<u8>,
    locks: Vec<Lock>,
}

#[derive(Clone, Debug)]
enum Lock {
    All,
    Only(Vec<String>),
    AllBut(Vec<String>),
}

impl Policy {
    /// Adds what the signature `dict` in a field with the lock `field_lock` demands of everybody after it.
    pub(crate) fn add(&mut self, view: View, dict: &Dict, field_lock: Option<&Dict>) {
        for reference in view.array(dict.get("Reference")) {
            let Some(reference) = view.dict(Some(&reference)) else { continue };
            let parameters = view.dict(reference.get("TransformParams")).unwrap_or_default();
            match view.resolve(reference.get("TransformMethod")) {
                Object::Name(method) if method == b"DocMDP" => self.certify(parameters.get("P"), 2),
                Object::Name(method) if method == b"FieldMDP" => self.locks.extend(lock(view, &parameters)),
                _ => {}
            }
        }
        if let Some(field_lock) = field_lock {
            self.locks.extend(lock(view, field_lock));
            // ISO 32000-2 §12.7.5.5: a lock may also speak for the whole document.
            if field_lock.get("P").is_some() {
                self.certify(field_lock.get("P"), 1);
            }
        }
    }

    fn certify(&mut self, level: Option<&Object>, otherwise: u8) {
        let level = match level.map(Object::as_whole) {
            None => otherwise,
            Some(Some(level @ 1..=3)) => level as u8,
            // A level nobody defined allows nothing.
            Some(_) => 1,
        };
        self.certified = Some(self.certified.map_or(level, |known| known.min(level)));
    }

    fn is_locked(&self, field: &str) -> bool {
        let within = |names: &[String]| {
            names.iter().any(|name| {
                field == name || field.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with('.'))
            })
        };
        self.locks.iter().any(|lock| match lock {
            Lock::All => true,
            Lock::Only(names) => within(names),
            Lock::AllBut(names) => !within(names),
        })
    }

    /// What one event weighs; `among` are all events of the same save.
    pub(crate) fn weigh(&self, event: &Event, among: &[Told]) -> Weight {
        let nothing = self.certified == Some(1);
        let allowed = |is_allowed: bool, weight: Weight| if is_allowed { weight } else { Weight::Forbidden };
        match event {
            Event::TimeStamp | Event::Validation => Weight::Upkeep,
            Event::Signature { field } => allowed(!nothing && !self.is_locked(field), Weight::Upkeep),
            // Whoever signs writes the time of it into the metadata too.
            Event::Metadata if among.iter().any(|told| told.event.is_signing()) => Weight::Upkeep,
            Event::Metadata => allowed(!nothing, Weight::Allowed),
            Event::EmptyField { field } => allowed(!nothing && !self.is_locked(field), Weight::Upkeep),
            Event::FormFill { field } => allowed(!nothing && !self.is_locked(field), Weight::Allowed),
            Event::Annotation => allowed(self.certified == Some(3), Weight::Allowed),
            Event::Forbidden => Weight::Forbidden,
        }
    }
}

impl Event {
    fn is_signing(&self) -> bool {
        matches!(
            self,
            Event::Signature { .. } | Event::EmptyField { .. } | Event::TimeStamp | Event::Validation
        )
    }

    /// Stable name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Event::Signature { .. } => "signature",
            Event::TimeStamp => "time_stamp",
            Event::Validation => "validation_data",
            Event::Metadata => "metadata",
            Event::EmptyField { .. } => "signature_field",
            Event::FormFill { .. } => "form_fill",
            Event::Annotation => "annotation",
            Event::Forbidden => "content",
        }
    }
}

fn lock(view: View, parameters: &Dict) -> Option<Lock> {
    let names = || {
        let names = view.array(parameters.get("Fields"));
        names.iter().filter_map(|name| view.resolve(Some(name)).as_text().map(text)).collect()
    };
    match view.resolve(parameters.get("Action")) {
        Object::Name(action) if action == b"All" => Some(Lock::All),
        Object::Name(action) if action == b"Include" => Some(Lock::Only(names())),
        Object::Name(action) if action == b"Exclude" => Some(Lock::AllBut(names())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Weight::{Allowed, Forbidden, Upkeep};

    fn policy(certified: Option<u8>, locks: Vec<Lock>) -> Policy {
        Policy { certified, locks }
    }

    #[test]
    fn each_level_of_certification_allows_what_the_standard_says() {
        let field = || "a".to_owned();
        // none, 1, 2, 3
        for (event, weights) in [
            (Event::TimeStamp, [Upkeep, Upkeep, Upkeep, Upkeep]),
            (Event::Validation, [Upkeep, Upkeep, Upkeep, Upkeep]),
            (Event::Signature { field: field() }, [Upkeep, Forbidden, Upkeep, Upkeep]),
            (Event::EmptyField { field: field() }, [Upkeep, Forbidden, Upkeep, Upkeep]),
            (Event::Metadata, [Allowed, Forbidden, Allowed, Allowed]),
            (Event::FormFill { field: field() }, [Allowed, Forbidden, Allowed, Allowed]),
            (Event::Annotation, [Forbidden, Forbidden, Forbidden, Allowed]),
            (Event::Forbidden, [Forbidden; 4]),
        ] {
            let found =
                [None, Some(1), Some(2), Some(3)].map(|level| policy(level, vec![]).weigh(&event, &[]));
            assert_eq!(found, weights, "{event:?}");
        }
    }

    #[test]
    fn a_locked_field_takes_nothing_and_its_group_neither() {
        let names = || vec!["lop".to_owned()];
        for (lock, locked, free) in [
            (Lock::All, "bất kỳ", None),
            (Lock::Only(names()), "lop.ten", Some("lop2")),
            (Lock::AllBut(names()), "lop2", Some("lop")),
        ] {
            let policy = policy(None, vec![lock]);
            let fill = |field: &str| policy.weigh(&Event::FormFill { field: field.into() }, &[]);
            assert_eq!(fill(locked), Forbidden);
            assert!(free.is_none_or(|free| fill(free) == Allowed));
        }
    }
}
