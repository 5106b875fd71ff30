//! Pages as a scanner delivers them: the project's own, and more where `VANTHU_CORPUS` says.

use sight::{Flag, Picture, see};
use std::path::PathBuf;

pub(crate) fn pages() -> Vec<(String, Vec<u8>)> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/pages"));
    let more = std::env::var_os("VANTHU_CORPUS").map(PathBuf::from);
    let mut pages = Vec::new();
    for folder in [Some(own), more].into_iter().flatten() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "jpg") {
                pages.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    pages.sort();
    assert!(pages.len() >= 4, "the pages in tests/fixtures/pages are missing");
    pages
}

#[test]
fn a_clean_page_raises_no_flag() {
    for (name, bytes) in pages() {
        let seen = see(&Picture::read(&bytes, 300).unwrap());
        assert_eq!(seen.flags, [] as [Flag; 0], "{name}");
        assert!((0.005..0.2).contains(&seen.ink_share), "{name}: {}", seen.ink_share);
        assert!(seen.skew_degrees.abs() < 4.0, "{name}: {}", seen.skew_degrees);
        assert_eq!(seen.codes, [] as [String; 0], "{name}");
    }
}
