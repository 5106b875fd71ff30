//! Listings of real scanners, which are not the project's to keep: read in place where they are at hand.

use super::*;

/// What each is expected to offer.
const EXPECTED: &[Family] = &[
    Family {
        sheet: "scanimage-a1",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
        papers: TO_A4,
        buttons: &["button 0", "button 1", "button 2"],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a2",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 300, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a3",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 300, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a4",
        sources: GLASS_AND_FEEDER,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a5",
        sources: GLASS_AND_FEEDER,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 150, 300, 600, 1200],
        papers: TO_LEGAL,
        buttons: &["button-1", "button-2"],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a6",
        sources: EVERY_SOURCE,
        colours: ALL_COLOURS,
        resolutions_dpi: &[100, 150, 200, 300, 400, 600, 1200],
        papers: TO_LEGAL,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a7",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a8",
        sources: GLASS,
        colours: &[InColour, Grey],
        resolutions_dpi: &[75, 150, 300, 600],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a9",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a10",
        sources: FEEDER_ONLY,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
        papers: TO_LEGAL,
        buttons: &["scan"],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a11",
        sources: EVERY_SOURCE,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 300, 600, 1200],
        papers: TO_A3,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a12-adf",
        sources: EVERY_SOURCE,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
        papers: TO_LEGAL,
        buttons: &["email", "scan"],
        senses_double_feed: true,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a12-flatbed",
        sources: EVERY_SOURCE,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
        papers: TO_A4,
        buttons: &["email", "scan"],
        senses_double_feed: true,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a13",
        sources: GLASS,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 600, 1200],
        papers: TO_A4,
        buttons: &[],
        senses_double_feed: false,
        scans: &[],
    },
    Family {
        sheet: "scanimage-a14",
        sources: FEEDER_ONLY,
        colours: ALL_COLOURS,
        resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
        papers: TO_LEGAL,
        buttons: &["email", "scan"],
        senses_double_feed: true,
        scans: &[],
    },
];

#[test]
fn listings_of_real_scanners_are_understood_where_they_are_at_hand() {
    let Some(folder) = std::env::var_os("VANTHU_OPTION_SHEETS") else {
        eprintln!("VANTHU_OPTION_SHEETS names no folder: the project's own sheets must do");
        return;
    };
    for expected in EXPECTED {
        let path = std::path::Path::new(&folder).join(expected.sheet).with_extension("txt");
        let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let text = String::from_utf8_lossy(&text);
        check_offer(&text, expected);
        for source in expected.sources {
            for paper in PaperSize::ALL {
                let dpi = apply(&mut Sheet::new(&text), &request(*source, paper), &Preset::default());
                assert!(dpi.is_ok_and(|dpi| dpi >= 300), "{} {source:?} {paper:?}", expected.sheet);
            }
        }
    }
}
