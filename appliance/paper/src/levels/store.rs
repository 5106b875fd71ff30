//! The document security store (ISO 32000-2 §12.8.4.3; EN 319 142-1 §5.4): everything that is needed to check a signature
//! when nobody can be asked any more.

use super::{Found, LevelError, found};
use crate::{permits, sign::Signed, source::Source, standing::Standing, update::Update};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::BTreeMap;

/// What is needed to check a signature: certificates up to the root, and that none of them was revoked. All DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationData {
    /// The signature it belongs to, by its field's name; none for what belongs to the file.
    pub field: Option<String>,
    /// Certificates of signers, servers and authorities.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses (`OCSPResponse`).
    pub ocsps: Vec<Vec<u8>>,
}

/// The three kinds: name in the DSS, name in a VRI, name for people, where it stands in [`ValidationData`].
type Kind = (&'static [u8], &'static [u8], &'static str, fn(&ValidationData) -> &[Vec<u8>]);
const KINDS: [Kind; 3] = [
    (b"Certs", b"Cert", "certificate", |data| &data.certificates),
    (b"CRLs", b"CRL", "revocation list", |data| &data.crls),
    (b"OCSPs", b"OCSP", "OCSP response", |data| &data.ocsps),
];

/// Appends validation data (level B-LT) to what the file has already; nothing is written twice. Nothing comes back where
/// everything is there already.
pub fn add_validation_data<'a>(
    pdf: &'a [u8],
    data: &[ValidationData],
) -> Result<Option<Signed<'a>>, LevelError> {
    let standing = Standing::read(pdf)?;
    permits::update(&standing)?;
    let keys = keys(data, &found::in_standing(pdf, &standing))?;
    let mut store = Store::read(&Source::open(pdf)?, &standing);
    let mut update = Update::new(pdf, &standing.document);
    let before = store.dictionary.clone();
    for (data, key) in data.iter().zip(keys) {
        for kind in KINDS {
            store.take_in(kind, data, key.as_deref(), &mut update)?;
        }
    }
    if store.dictionary == before && store.vri == store.vri_before {
        return Ok(None);
    }
    store.write(&standing, &mut update);
    let name = update.state(b"DSS");
    Ok(Some(Signed::appended(pdf, update.write(&name).tail)))
}

/// The VRI key of each of `data` that belongs to a signature.
fn keys(data: &[ValidationData], found: &[Found]) -> Result<Vec<Option<String>>, LevelError> {
    let key = |field: &String| {
        let signature = found.iter().find(|signature| signature.field == *field);
        signature.map(Found::vri_key).ok_or_else(|| LevelError::NoSuchSignature(field.clone()))
    };
    data.iter().map(|data| data.field.as_ref().map(key).transpose()).collect()
}

/// The store as it is, and as it grows.
struct Store {
    id: Option<ObjectId>,
    dictionary: Dictionary,
    /// Per signature.
    vri: BTreeMap<Vec<u8>, Dictionary>,
    vri_before: BTreeMap<Vec<u8>, Dictionary>,
    /// What is in it already, by its kind and bytes.
    known: BTreeMap<(&'static [u8], Vec<u8>), ObjectId>,
}

impl Store {
    fn read(source: &Source<'_>, standing: &Standing) -> Store {
        let there = standing.catalog.get(b"DSS").ok();
        let id = there.and_then(|there| there.as_reference().ok());
        let read = |object: Option<&Object>| match source.follow(object?)? {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        };
        let mut dictionary = read(there).unwrap_or_default();
        let mut known = BTreeMap::new();
        for (name, ..) in KINDS {
            let listed = array(source, &dictionary, name);
            for id in listed.iter().filter_map(|object| object.as_reference().ok()) {
                if let Some(Object::Stream(stream)) = source.object(id)
                    && let Some(content) = source.content(&stream)
                {
                    known.entry((name, content)).or_insert(id);
                }
            }
            if !listed.is_empty() {
                dictionary.set(name, listed);
            }
        }
        let vri = read(dictionary.get(b"VRI").ok()).unwrap_or_default();
        let vri: BTreeMap<Vec<u8>, Dictionary> =
            vri.iter().filter_map(|(key, value)| Some((key.clone(), read(Some(value))?))).collect();
        let vri =
            vri.into_iter().map(|(key, entry)| (key, with_arrays(source, entry))).collect::<BTreeMap<_, _>>();
        Store { id, dictionary, vri_before: vri.clone(), vri, known }
    }

    fn take_in(
        &mut self,
        (name, vri_name, people, of): Kind,
        data: &ValidationData,
        vri: Option<&str>,
        update: &mut Update<'_>,
    ) -> Result<(), LevelError> {
        for der in of(data) {
            is_der(der).then_some(()).ok_or(LevelError::NotDer(people))?;
            let id = *self
                .known
                .entry((name, der.clone()))
                .or_insert_with(|| update.add_stream(Dictionary::new(), der.clone()));
            append(&mut self.dictionary, name, id);
            if let Some(key) = vri {
                append(self.vri.entry(key.as_bytes().to_vec()).or_default(), vri_name, id);
            }
        }
        Ok(())
    }

    fn write(mut self, standing: &Standing, update: &mut Update<'_>) {
        if !self.vri.is_empty() {
            let mut all = Dictionary::new();
            for (key, entry) in self.vri {
                all.set(key, entry);
            }
            self.dictionary.set("VRI", all);
        }
        match self.id {
            Some(id) => update.put(id, &self.dictionary.into()),
            None => {
                let mut catalog = standing.catalog.clone();
                catalog.set("DSS", update.add(self.dictionary));
                update.put(standing.catalog_id, &catalog.into());
            }
        }
    }
}

/// An entry of the VRI with its lists in it, wherever they stood.
fn with_arrays(source: &Source<'_>, mut entry: Dictionary) -> Dictionary {
    for (_, name, ..) in KINDS {
        let listed = array(source, &entry, name);
        if !listed.is_empty() {
            entry.set(name, listed);
        }
    }
    entry
}

fn array(source: &Source<'_>, dictionary: &Dictionary, name: &[u8]) -> Vec<Object> {
    match dictionary.get(name).ok().and_then(|listed| source.follow(listed)) {
        Some(Object::Array(listed)) => listed,
        _ => Vec::new(),
    }
}

fn append(dictionary: &mut Dictionary, name: &[u8], id: ObjectId) {
    let mut listed = dictionary.get(name).and_then(Object::as_array).cloned().unwrap_or_default();
    if !listed.contains(&Object::Reference(id)) {
        listed.push(id.into());
        dictionary.set(name, listed);
    }
}

/// One value, whole, and nothing behind it.
fn is_der(bytes: &[u8]) -> bool {
    !bytes.is_empty() && found::der_length(bytes) == Some(bytes.len())
}
