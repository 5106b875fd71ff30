//! A file as the sum of its saves, and how it looked after each: a [`View`].

use crate::{
    Fault,
    budget::Budget,
    object::{Dict, Id, Object},
    packed::unpack,
    sections::{Body, Entry, Section, chain, closing},
    syntax::{Parser, is_space},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    ops::Range,
    rc::Rc,
};

/// How many times from the end a readable state is looked for behind a broken tail.
const MOST_ATTEMPTS: usize = 16;

pub(crate) struct File<'a> {
    pub(crate) bytes: &'a [u8],
    /// Oldest first.
    pub(crate) sections: Vec<Section>,
    /// Behind the newest section stands something that is no save: a reader that repairs files would show it.
    pub(crate) leftover: bool,
    /// Why the newest save cannot be read, where an older one had to be taken.
    pub(crate) damage: Option<Fault>,
    pub(crate) budget: Budget,
    /// For each object number the sections that speak of it, oldest first.
    history: HashMap<u32, Vec<(usize, Entry)>>,
    containers: RefCell<HashMap<usize, Rc<Container>>>,
}

/// An object stream, unpacked.
struct Container {
    data: Vec<u8>,
    /// Object number and where it begins.
    places: Vec<(u32, usize)>,
}

/// The file after one of its saves.
#[derive(Clone, Copy)]
pub(crate) struct View<'f, 'a> {
    pub(crate) file: &'f File<'a>,
    /// Index of the newest section that counts.
    pub(crate) upto: usize,
}

/// An indirect object as found, and where.
pub(crate) struct Found {
    pub(crate) object: Object,
    pub(crate) spans: Vec<crate::syntax::Span>,
    pub(crate) stream: Option<Range<usize>>,
    /// Begin and end in the file; none when it is packed in an object stream.
    pub(crate) extent: Option<Range<usize>>,
}

impl<'a> File<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<File<'a>, Fault> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(Fault::NotPdf);
        }
        let budget = Budget::new();
        let mut first_fault = None;
        let mut upto = bytes.len();
        for _ in 0..MOST_ATTEMPTS {
            let Some(at) = last(&bytes[..upto], b"startxref") else { break };
            match File::from_startxref(bytes, at, &budget) {
                Ok((sections, end)) => {
                    let leftover = first_fault.is_some() || bytes[end..].iter().any(|&byte| !is_space(byte));
                    let history = history(&sections);
                    let containers = RefCell::default();
                    return Ok(File {
                        bytes,
                        sections,
                        leftover,
                        damage: first_fault,
                        budget,
                        history,
                        containers,
                    });
                }
                Err(fault @ (Fault::Encrypted | Fault::TooComplex)) => return Err(fault),
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
            upto = at;
        }
        Err(first_fault.unwrap_or(Fault::CrossReferences("no startxref")))
    }

    fn from_startxref(bytes: &[u8], at: usize, budget: &Budget) -> Result<(Vec<Section>, usize), Fault> {
        let (start, end) = closing(bytes, at).ok_or(Fault::CrossReferences("startxref is broken"))?;
        let sections = chain(bytes, start, budget)?;
        // Something between the section and its startxref is a tail of another save.
        let root = sections.last().and_then(|section| section.trailer.get("Root")).and_then(Object::as_ref);
        root.ok_or(Fault::CrossReferences("no /Root"))?;
        Ok((sections, end))
    }

    pub(crate) fn newest(&self) -> View<'_, 'a> {
        self.view(self.sections.len() - 1)
    }

    pub(crate) fn view(&self, upto: usize) -> View<'_, 'a> {
        View { file: self, upto }
    }

    fn container(&self, at: usize, dict: &Dict, data: &Range<usize>) -> Result<Rc<Container>, Fault> {
        if let Some(known) = self.containers.borrow().get(&at) {
            return Ok(known.clone());
        }
        let data = unpack(dict, &self.bytes[data.clone()], &self.budget)?;
        let places = places(dict, &data, &self.budget)?;
        let container = Rc::new(Container { data, places });
        self.containers.borrow_mut().insert(at, container.clone());
        Ok(container)
    }
}

fn history(sections: &[Section]) -> HashMap<u32, Vec<(usize, Entry)>> {
    let mut history: HashMap<u32, Vec<(usize, Entry)>> = HashMap::new();
    for (index, section) in sections.iter().enumerate() {
        let mut put = |entries: &BTreeMap<u32, Entry>| {
            for (&number, &entry) in entries {
                history.entry(number).or_default().push((index, entry));
            }
        };
        // What the stream of a hybrid file says comes before what the table calls free (§7.5.8.4).
        put(&section.entries);
        if let Some(hidden) = &section.hybrid {
            put(hidden);
        }
    }
    history
}

/// Numbers and offsets at the head of an object stream (§7.5.7).
fn places(dict: &Dict, data: &[u8], budget: &Budget) -> Result<Vec<(u32, usize)>, Fault> {
    let broken = Fault::Syntax("an object stream is broken");
    let whole =
        |key: &str| dict.get(key).and_then(Object::as_whole).and_then(|number| usize::try_from(number).ok());
    let (Some(first), Some(count)) = (whole("First"), whole("N")) else { return Err(broken) };
    let mut parser = Parser::new(data, 0, 0);
    let mut places = Vec::new();
    for _ in 0..count {
        parser.skip_space();
        let number = parser.digits().and_then(|number| u32::try_from(number).ok()).ok_or(broken)?;
        parser.skip_space();
        let offset = parser.digits().and_then(|offset| usize::try_from(offset).ok()).ok_or(broken)?;
        let at = first.checked_add(offset).filter(|&at| at < data.len()).ok_or(broken)?;
        places.push((number, at));
    }
    budget.charge_nodes(count);
    Ok(places)
}

/// Where `word` stands last.
fn last(bytes: &[u8], word: &[u8]) -> Option<usize> {
    (0..bytes.len().saturating_sub(word.len() - 1))
        .rev()
        .find(|&at| bytes[at] == word[0] && bytes[at..].starts_with(word))
}

impl<'f, 'a> View<'f, 'a> {
    pub(crate) fn section(&self) -> &'f Section {
        &self.file.sections[self.upto]
    }

    pub(crate) fn entry(&self, number: u32) -> Entry {
        let history = self.file.history.get(&number).map_or(&[][..], Vec::as_slice);
        history.iter().rev().find(|(index, _)| *index <= self.upto).map_or(Entry::Free, |(_, entry)| *entry)
    }

    /// Every object number in use.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> =
            self.file.history.keys().copied().filter(|&number| self.entry(number) != Entry::Free).collect();
        numbers.sort_unstable();
        numbers
    }

    /// An indirect object. None when it does not exist; a fault when it stands where it cannot be read.
    pub(crate) fn find(&self, id: Id) -> Result<Option<Found>, Fault> {
        match self.entry(id.0) {
            Entry::Free => Ok(None),
            Entry::At { offset, generation } if generation == id.1 => self.find_at(id, offset),
            Entry::At { .. } => Ok(None),
            Entry::In { container, index } if id.1 == 0 => self.find_in(id.0, container, index),
            Entry::In { .. } => Ok(None),
        }
    }

    fn find_at(&self, id: Id, offset: usize) -> Result<Option<Found>, Fault> {
        let file = self.file;
        let body =
            if offset < file.bytes.len() { Body::read(file.bytes, offset, &file.budget)? } else { None };
        let Some(mut body) = body.filter(|body| body.id == id) else {
            return Err(Fault::CrossReferences("an object does not stand where the table says"));
        };
        let mut stream = None;
        if body.data.is_some() {
            let length = body.object.as_dict().and_then(|dict| dict.get("Length"));
            let length = match length {
                // The length of a stream is never packed in a stream whose length it is: one step is enough.
                Some(Object::Ref(length)) if *length != id => self.length(*length),
                Some(length) => length.as_whole(),
                None => None,
            };
            let length = length.and_then(|length| usize::try_from(length).ok());
            let data = length.and_then(|length| body.stream(file.bytes, length));
            stream = Some(data.ok_or(Fault::Syntax("a stream is not as long as it says"))?);
        }
        Ok(Some(Found { object: body.object, spans: body.spans, stream, extent: Some(offset..body.end) }))
    }

    fn length(&self, id: Id) -> Option<u64> {
        match self.entry(id.0) {
            Entry::At { offset, .. } => {
                let body = Body::read(self.file.bytes, offset, &self.file.budget).ok()??;
                (body.id == id).then(|| body.object.as_whole())?
            }
            Entry::In { container, index } => {
                // Only through a container whose own length stands beside it.
                let Entry::At { offset, .. } = self.entry(container) else { return None };
                let body = Body::read(self.file.bytes, offset, &self.file.budget).ok()??;
                body.object.as_dict()?.get("Length")?.as_whole()?;
                self.find_in(id.0, container, index).ok()??.object.as_whole()
            }
            Entry::Free => None,
        }
    }

    fn find_in(&self, number: u32, container: u32, index: u32) -> Result<Option<Found>, Fault> {
        let broken = Fault::Syntax("an object stream is broken");
        let Entry::At { offset, generation: 0 } = self.entry(container) else { return Err(broken) };
        let found = self.find_at((container, 0), offset)?.ok_or(broken)?;
        let (Some(dict), Some(data)) = (found.object.as_dict(), &found.stream) else { return Err(broken) };
        if !dict.is("Type", "ObjStm") {
            return Err(broken);
        }
        let unpacked = self.file.container(offset, dict, data)?;
        let place = unpacked.places.get(index as usize).filter(|(own, _)| *own == number);
        let &(_, at) = place.ok_or(broken)?;
        let mut parser = Parser::new(&unpacked.data, at, self.file.budget.nodes());
        let object = parser.object();
        self.file.budget.charge_nodes(parser.nodes);
        if object == Err(Fault::TooComplex) {
            return Err(self.file.budget.overdrawn());
        }
        Ok(Some(Found { object: object?, spans: Vec::new(), stream: None, extent: None }))
    }

    /// As [`View::find`], what cannot be read counting as null, as readers have it.
    pub(crate) fn object(&self, id: Id) -> Object {
        self.find(id).ok().flatten().map_or(Object::Null, |found| found.object)
    }

    /// A value, followed to where it really is.
    pub(crate) fn resolve(&self, value: Option<&Object>) -> Object {
        let mut value = value.cloned().unwrap_or(Object::Null);
        for _ in 0..8 {
            let Object::Ref(id) = value else { return value };
            value = self.object(id);
        }
        Object::Null
    }

    pub(crate) fn dict(&self, value: Option<&Object>) -> Option<Dict> {
        match self.resolve(value) {
            Object::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(crate) fn array(&self, value: Option<&Object>) -> Vec<Object> {
        match self.resolve(value) {
            Object::Array(items) => items,
            _ => Vec::new(),
        }
    }

    pub(crate) fn root_id(&self) -> Option<Id> {
        self.section().trailer.get("Root").and_then(Object::as_ref)
    }

    pub(crate) fn catalog(&self) -> Option<Dict> {
        self.dict(self.section().trailer.get("Root"))
    }

    /// Pages in order. Trees that run in a circle or without end are walked once and no further.
    pub(crate) fn pages(&self) -> Vec<Id> {
        let mut pages = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let catalog = self.catalog().unwrap_or_default();
        let mut waiting: Vec<Id> = catalog.get("Pages").and_then(Object::as_ref).into_iter().collect();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Object::Dict(node) = self.object(id) else { continue };
            if node.get("Kids").is_some() {
                let kids = self.array(node.get("Kids"));
                waiting.extend(kids.iter().rev().filter_map(Object::as_ref));
            } else {
                pages.push(id);
            }
        }
        pages
    }
}
