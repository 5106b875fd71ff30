//! Golden bytes: the body of one entry of every kind, as version 1 of the program wrote it.
//!
//! If one of these no longer reads, the journals in schools no longer read either: mend the code, never the file. A file
//! is made once, when its kind is new, and is not edited afterwards.

use std::collections::BTreeSet;
use std::path::PathBuf;

use office::catalog::{Body, Event};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/v1")
}

/// Every kind the program knows, as serde itself lists them when it meets one it does not.
fn kinds() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for domain in [
        "account",
        "unit",
        "letter",
        "scan",
        "profile",
        "certificate",
        "impression",
        "signing",
        "trust",
        "delegation",
        "link",
        "clock",
    ] {
        let unknown = format!(r#"{{"kind":"{domain}.unheard_of"}}"#);
        let complaint = Event::parse(&unknown).unwrap_err().to_string();
        let known = complaint.split('`').skip(3).step_by(2).map(str::to_owned);
        kinds.extend(known.filter(|kind| kind.starts_with(&format!("{domain}."))));
    }
    kinds
}

#[test]
fn every_kind_of_entry_ever_written_still_reads_and_is_still_written_so() {
    let mut seen = BTreeSet::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let body: Body =
            serde_json::from_str(text.trim_end()).unwrap_or_else(|e| panic!("{kind} no longer reads: {e}"));
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            text.trim_end(),
            "{kind} would be written otherwise now"
        );
        assert!(text.contains(&format!(r#""kind":"{kind}""#)), "{kind} lies under another name");
        seen.insert(kind);
    }
    let missing: Vec<_> = kinds().difference(&seen).cloned().collect();
    assert!(
        missing.is_empty(),
        "no golden file for {missing:?}: write one entry of the kind with this version and keep its body as \
         tests/golden/v1/<kind>.json"
    );
    assert!(kinds().len() > 30, "the list of kinds was not understood: {:?}", kinds());
}
