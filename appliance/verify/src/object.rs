//! What a PDF is made of (ISO 32000-1 §7.3), as read.

/// An object number and its generation.
pub(crate) type Id = (u32, u16);

/// A direct object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    /// Whole and broken numbers alike: readers see no difference between 612 and 612.0.
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    Ref(Id),
}

/// A dictionary, sorted by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dict {
    entries: Vec<(Vec<u8>, Object)>,
    /// A key occurs more than once: readers differ in which one counts.
    pub(crate) ambiguous: bool,
}

impl Dict {
    pub(crate) fn of(mut entries: Vec<(Vec<u8>, Object)>) -> Dict {
        // A stable order: of two equal keys the first stays first, so that equal bytes give equal dictionaries. An entry
        // whose value is null is as good as none (§7.3.7).
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let ambiguous = entries.windows(2).any(|pair| pair[0].0 == pair[1].0);
        entries.retain(|(_, value)| *value != Object::Null);
        Dict { entries, ambiguous }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.all(key.as_bytes()).first().map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &[u8]) -> bool {
        !self.all(key).is_empty()
    }

    /// Every entry of this key: one, unless the dictionary is ambiguous.
    fn all(&self, key: &[u8]) -> &[(Vec<u8>, Object)] {
        let begin = self.entries.partition_point(|(own, _)| own.as_slice() < key);
        let count = self.entries[begin..].iter().take_while(|(own, _)| own == key).count();
        &self.entries[begin..begin + count]
    }

    pub(crate) fn entries(&self) -> &[(Vec<u8>, Object)] {
        &self.entries
    }

    pub(crate) fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).is_some_and(|value| value.is_name(name))
    }

    /// Keys whose values are not written alike in the two, in order of the alphabet.
    pub(crate) fn differing<'a>(&'a self, other: &'a Dict) -> Vec<&'a [u8]> {
        let mut keys: Vec<&[u8]> =
            self.entries.iter().chain(&other.entries).map(|(key, _)| key.as_slice()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| self.all(key) != other.all(key));
        keys
    }
}

impl Object {
    pub(crate) fn is_name(&self, name: &str) -> bool {
        matches!(self, Object::Name(own) if own == name.as_bytes())
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Object::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_whole(&self) -> Option<u64> {
        let number = self.as_number()?;
        // f64 holds every whole number below 2^53; offsets and counts are far below.
        (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as u64)
    }

    pub(crate) fn as_dict(&self) -> Option<&Dict> {
        match self {
            Object::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Object]> {
        match self {
            Object::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&[u8]> {
        match self {
            Object::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_ref(&self) -> Option<Id> {
        match self {
            Object::Ref(id) => Some(*id),
            _ => None,
        }
    }

    /// Calls `found` with every reference inside.
    pub(crate) fn references(&self, found: &mut impl FnMut(Id)) {
        match self {
            Object::Ref(id) => found(*id),
            Object::Array(items) => items.iter().for_each(|item| item.references(found)),
            Object::Dict(dict) => dict.entries.iter().for_each(|(_, value)| value.references(found)),
            _ => {}
        }
    }
}
