//! Validation data in the file (DSS): certificates, CRLs and OCSP responses (EN 319 142-1 §5.4).

use crate::{
    file::View,
    object::{Dict, Id, Object},
    packed::unpack,
};
use std::collections::HashSet;

/// More of a kind than any chain needs.
const MOST_STREAMS: usize = 2000;

/// Everything in the validation data of `view`; what cannot be read proves nothing and is left out.
pub(crate) fn in_store(view: View) -> pki::Evidence {
    let mut evidence = pki::Evidence::default();
    let Some(store) = view.catalog().and_then(|catalog| view.dict(catalog.get("DSS"))) else {
        return evidence;
    };
    let mut dicts = vec![(store.clone(), ["Certs", "CRLs", "OCSPs"])];
    let related = view.dict(store.get("VRI")).unwrap_or_default();
    for (_, entry) in related.entries().iter().take(MOST_STREAMS) {
        dicts.extend(view.dict(Some(entry)).map(|entry| (entry, ["Cert", "CRL", "OCSP"])));
    }
    let mut seen = HashSet::new();
    for (dict, [certificates, lists, answers]) in &dicts {
        for der in streams(view, dict, certificates, &mut seen) {
            evidence.add_cert(&der);
        }
        for der in streams(view, dict, lists, &mut seen) {
            evidence.add_crl(&der);
        }
        for der in streams(view, dict, answers, &mut seen) {
            evidence.add_ocsp(&der);
        }
    }
    evidence
}

fn streams(view: View, dict: &Dict, key: &str, seen: &mut HashSet<Id>) -> Vec<Vec<u8>> {
    let items = view.array(dict.get(key));
    let new =
        items.iter().filter_map(Object::as_ref).filter(|id| seen.len() < MOST_STREAMS && seen.insert(*id));
    new.filter_map(|id| {
        let found = view.find(id).ok()??;
        let data = &view.file.bytes[found.stream?];
        unpack(found.object.as_dict()?, data, &view.file.budget).ok()
    })
    .collect()
}
