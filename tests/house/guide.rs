//! The guide lists what the scan desk says, word for word: whoever reads a sentence on the screen finds it there.

use std::collections::BTreeMap;
use std::fs;

use office::scans::sentences;
use xtask::place::at;

/// `<dt data-code="scan.jammed">..</dt><dd>sentence</dd>`
fn listed(guide: &str) -> BTreeMap<&str, String> {
    let mut listed = BTreeMap::new();
    for entry in guide.split("data-code=\"").skip(1) {
        let (code, rest) = entry.split_once('"').unwrap();
        let (_, rest) = rest.split_once("<dd>").unwrap_or_else(|| panic!("{code} has no sentence"));
        let sentence = rest.split_once("</dd>").unwrap().0;
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ").replace("&amp;", "&");
        assert!(listed.insert(code, sentence).is_none(), "{code} is listed twice");
    }
    listed
}

#[test]
fn the_guide_lists_every_sentence_of_the_scan_desk_and_no_other() {
    let guide = fs::read_to_string(at("web/public/huong-dan.html")).unwrap();
    let said: BTreeMap<&str, String> =
        sentences::all().iter().map(|(code, sentence)| (*code, (*sentence).to_owned())).collect();
    let listed = listed(&guide);
    for (code, sentence) in &said {
        assert_eq!(listed.get(code), Some(sentence), "{code} in web/public/huong-dan.html");
    }
    let unknown: Vec<_> = listed.keys().filter(|code| !said.contains_key(*code)).collect();
    assert!(unknown.is_empty(), "the guide lists what the box never says: {unknown:?}");
}
