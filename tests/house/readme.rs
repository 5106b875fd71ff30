//! The README tells the truth: the files of its journeys are there, and so is every word of its map.

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between backticks and looks like a path of the project.
fn named_paths(text: &str) -> Vec<&str> {
    let tops = ["appliance/", "drivers/", "sync/", "web/", "systemd/", "image-build/", "tests/", "docs/"];
    text.split('`').skip(1).step_by(2).filter(|code| tops.iter().any(|top| code.starts_with(top))).collect()
}

#[test]
fn every_file_the_readme_names_exists() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let named = named_paths(&readme);
    assert!(named.len() > 20, "the journeys name their files: {named:?}");
    let missing: Vec<_> = named.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "the README names what is not there: {missing:?}");
}

#[test]
fn the_readme_walks_both_journeys_in_order() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let journeys = [
        [
            "appliance/src/scan/http.rs",
            "appliance/src/scan/job.rs",
            "drivers/scanner/src/worker.rs",
            "drivers/scanner/src/sane/session.rs",
            "appliance/journal/src/blobs.rs",
            "appliance/paper/src/compose.rs",
            "appliance/office/src/letters/rules.rs",
            "appliance/src/followers/seal.rs",
        ],
        [
            "appliance/office/src/letters/http.rs",
            "appliance/office/src/desk.rs",
            "appliance/journal/src/commit.rs",
            "appliance/src/followers/link.rs",
            "sync/agent/src/push.rs",
            "sync/hub/src/receive.rs",
            "sync/hub/src/store/",
            "appliance/src/link/sentences.rs",
        ],
    ];
    for (title, stations) in ["One scanned page", "One register line"].into_iter().zip(journeys) {
        let journey =
            readme.split(title).nth(1).unwrap_or_else(|| panic!("the README lost the journey “{title}”"));
        let mut rest = journey;
        for station in stations {
            let at =
                rest.find(station).unwrap_or_else(|| panic!("“{title}” does not pass {station} in its turn"));
            rest = &rest[at..];
        }
    }
}
