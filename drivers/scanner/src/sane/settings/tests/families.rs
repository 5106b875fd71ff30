//! The project's own sheets (`tests/sheets`), and what each family offers and sets.

use super::{
    ALL_COLOURS, EVERY_SOURCE, FEEDER_ONLY, Family, GLASS, GLASS_AND_FEEDER, TO_A3, TO_A4, TO_LEGAL,
};
use crate::device::Colour::{Colour as InColour, Grey};
use crate::device::PaperSize::{A4, F4, Max};
use crate::device::Source::{Feeder, FeederDuplex, Flatbed};

/// Text of the sheet, and what is expected of it.
pub(super) const FAMILIES: &[(&str, Family)] = &[
    (
        include_str!("../../../../tests/sheets/airscan-brother.txt"),
        Family {
            sheet: "airscan-brother",
            sources: EVERY_SOURCE,
            colours: &[InColour, Grey],
            resolutions_dpi: &[100, 200, 300, 600],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=297.2",
                ),
                (Feeder, A4, "source=ADF, mode=Color, resolution=300, tl-x=3, br-x=213, tl-y=0, br-y=297"),
                (
                    Feeder,
                    Max,
                    "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, tl-x=3, br-x=213, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/airscan-epson.txt"),
        Family {
            sheet: "airscan-epson",
            sources: GLASS_AND_FEEDER,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=297.2",
                ),
                (
                    Feeder,
                    A4,
                    "source=ADF, mode=Color, resolution=300, tl-x=5.9, br-x=215.9, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/avision.txt"),
        Family {
            sheet: "avision",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Normal, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Normal, mode=Color, resolution=300, tl-x=0, br-x=216.1, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    A4,
                    "source=ADF Front, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF Front, mode=Color, resolution=300, tl-x=0, br-x=216.1, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/brother4.txt"),
        Family {
            sheet: "brother4",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 150, 200, 300, 400, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=FlatBed, mode=24bit Color[Fast], resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=FlatBed, mode=24bit Color[Fast], resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    Feeder,
                    A4,
                    "source=Automatic Document Feeder(left aligned), mode=24bit Color[Fast], resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=Automatic Document Feeder(left aligned), mode=24bit Color[Fast], resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=Automatic Document Feeder(left aligned,Duplex), mode=24bit Color[Fast], resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/brother5-centre.txt"),
        Family {
            sheet: "brother5-centre",
            sources: FEEDER_ONLY,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 150, 200, 300, 400, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: true,
            scans: &[
                (
                    Feeder,
                    A4,
                    "source=Automatic Document Feeder(center aligned), mode=24bit Color[Fast], resolution=300, SkipBlankPage=no, MultifeedDetection=yes, tl-x=0, br-x=215.9, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=Automatic Document Feeder(center aligned), mode=24bit Color[Fast], resolution=300, SkipBlankPage=no, MultifeedDetection=yes, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=Automatic Document Feeder(center aligned,Duplex), mode=24bit Color[Fast], resolution=300, SkipBlankPage=no, MultifeedDetection=yes, tl-x=0, br-x=215.9, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/canon_dr.txt"),
        Family {
            sheet: "canon_dr",
            sources: FEEDER_ONLY,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &["start", "button-3", "newfile"],
            senses_double_feed: true,
            scans: &[
                (
                    Feeder,
                    A4,
                    "source=ADF Front, mode=Color, resolution=300, swcrop=no, buffermode=no, df-thickness=yes, page-width=210, page-height=297, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF Front, mode=Color, resolution=300, swcrop=no, buffermode=no, df-thickness=yes, page-width=219.4, page-height=356, tl-x=0, br-x=219.4, tl-y=0, br-y=356",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, swcrop=no, buffermode=no, df-thickness=yes, page-width=210, page-height=330, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/epjitsu.txt"),
        Family {
            sheet: "epjitsu",
            sources: FEEDER_ONLY,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &["scan"],
            senses_double_feed: false,
            scans: &[
                (
                    Feeder,
                    A4,
                    "source=ADF Front, mode=Color, resolution=300, page-width=210, page-height=297, tl-y=0",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF Front, mode=Color, resolution=300, page-width=219.4, page-height=356, tl-y=0",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, page-width=210, page-height=330, tl-y=0",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/epson2.txt"),
        Family {
            sheet: "epson2",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
            papers: TO_A3,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, depth=8, resolution=300, tl-x=0, br-x=309.9, tl-y=0, br-y=436.9",
                ),
                (
                    Feeder,
                    A4,
                    "source=Automatic Document Feeder, adf-mode=Simplex, mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=Automatic Document Feeder, adf-mode=Simplex, mode=Color, depth=8, resolution=300, tl-x=0, br-x=304.8, tl-y=0, br-y=432",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=Automatic Document Feeder, adf-mode=Duplex, mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/epsonds.txt"),
        Family {
            sheet: "epsonds",
            sources: FEEDER_ONLY,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Feeder,
                    A4,
                    "source=ADF Front, mode=Color, depth=8, resolution=300, adf-crp=no, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF Front, mode=Color, depth=8, resolution=300, adf-crp=no, tl-x=0, br-x=215.9, tl-y=0, br-y=356",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, depth=8, resolution=300, adf-crp=no, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/fujitsu.txt"),
        Family {
            sheet: "fujitsu",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &["email", "scan"],
            senses_double_feed: true,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=221.1, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    A4,
                    "source=ADF Front, mode=Color, resolution=300, swskip=0, swcrop=no, buffermode=Off, df-action=Stop, df-thickness=yes, page-width=210, page-height=297, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF Front, mode=Color, resolution=300, swskip=0, swcrop=no, buffermode=Off, df-action=Stop, df-thickness=yes, page-width=224.8, page-height=356, ald=yes, tl-x=0, br-x=224.8, tl-y=0, br-y=356",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, swskip=0, swcrop=no, buffermode=Off, df-action=Stop, df-thickness=yes, page-width=210, page-height=330, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/genesys-sheetfed.txt"),
        Family {
            sheet: "genesys-sheetfed",
            sources: &[Feeder],
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 600],
            papers: TO_LEGAL,
            buttons: &["scan"],
            senses_double_feed: false,
            scans: &[
                (Feeder, A4, "mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Feeder, Max, "mode=Color, resolution=300, tl-x=0, br-x=216, tl-y=0, br-y=356"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/genesys.txt"),
        Family {
            sheet: "genesys",
            sources: GLASS,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 600, 1200],
            papers: TO_A4,
            buttons: &["scan", "file", "email", "copy"],
            senses_double_feed: false,
            scans: &[
                (Flatbed, A4, "mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Flatbed, Max, "mode=Color, depth=8, resolution=300, tl-x=0, br-x=216.7, tl-y=0, br-y=297.5"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/hp5590.txt"),
        Family {
            sheet: "hp5590",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 200, 300, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=297.7",
                ),
                (Feeder, A4, "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (
                    Feeder,
                    Max,
                    "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/hpaio.txt"),
        Family {
            sheet: "hpaio",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 600, 1200],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    A4,
                    "source=ADF, duplex=no, mode=Color, resolution=300, batch-scan=yes, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF, duplex=no, mode=Color, resolution=300, batch-scan=yes, tl-x=0, br-x=215.9, tl-y=0, br-y=356",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF, duplex=yes, mode=Color, resolution=300, batch-scan=yes, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/kodakaio.txt"),
        Family {
            sheet: "kodakaio",
            sources: GLASS,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 150, 300, 600, 1200],
            papers: TO_A4,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (Flatbed, A4, "mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Flatbed, Max, "mode=Color, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=297"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/kvs20xx.txt"),
        Family {
            sheet: "kvs20xx",
            sources: FEEDER_ONLY,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: true,
            scans: &[
                (
                    Feeder,
                    A4,
                    "duplex=no, mode=Color, resolution=300, fit-to-page=no, double-feed=yes, paper-size=A4",
                ),
                (
                    Feeder,
                    Max,
                    "duplex=no, mode=Color, resolution=300, fit-to-page=no, double-feed=yes, paper-size=user_def, tl-x=0, br-x=216, tl-y=0, br-y=355",
                ),
                (
                    FeederDuplex,
                    F4,
                    "duplex=yes, mode=Color, resolution=300, fit-to-page=no, double-feed=yes, paper-size=user_def, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/kvs40xx.txt"),
        Family {
            sheet: "kvs40xx",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[100, 150, 200, 300, 400, 600],
            papers: TO_A3,
            buttons: &[],
            senses_double_feed: true,
            scans: &[
                (Flatbed, A4, "source=fb, mode=Color, resolution=300, paper-size=A4"),
                (
                    Flatbed,
                    Max,
                    "source=fb, mode=Color, resolution=300, paper-size=user_def, tl-x=0, br-x=297, tl-y=0, br-y=432",
                ),
                (
                    Feeder,
                    A4,
                    "source=adf, duplex=no, mode=Color, resolution=300, crop=no, fit-to-page=no, dfeed=yes, dfstop=no, paper-size=A4",
                ),
                (
                    Feeder,
                    Max,
                    "source=adf, duplex=no, mode=Color, resolution=300, crop=no, fit-to-page=no, dfeed=yes, dfstop=no, paper-size=user_def, tl-x=0, br-x=297, tl-y=0, br-y=432",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=adf, duplex=yes, mode=Color, resolution=300, crop=no, fit-to-page=no, dfeed=yes, dfstop=no, paper-size=user_def, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/microtek2.txt"),
        Family {
            sheet: "microtek2",
            sources: GLASS_AND_FEEDER,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, depth=8, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
                (
                    Feeder,
                    A4,
                    "source=ADF, mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=ADF, mode=Color, depth=8, resolution=300, tl-x=0, br-x=215.9, tl-y=0, br-y=355.6",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/pixels.txt"),
        Family {
            sheet: "pixels",
            sources: GLASS,
            colours: &[InColour, Grey],
            resolutions_dpi: &[300],
            papers: TO_A4,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (Flatbed, A4, "mode=color, resolution=300, tl-x=0, br-x=2480, tl-y=0, br-y=3507"),
                (Flatbed, Max, "mode=color, resolution=300, tl-x=0, br-x=2549, tl-y=0, br-y=3507"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/pixma.txt"),
        Family {
            sheet: "pixma",
            sources: EVERY_SOURCE,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 150, 300, 600, 1200],
            papers: TO_LEGAL,
            buttons: &["button-1", "button-2"],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=216.1, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    A4,
                    "source=Automatic Document Feeder, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Feeder,
                    Max,
                    "source=Automatic Document Feeder, mode=Color, resolution=300, tl-x=0, br-x=216.1, tl-y=0, br-y=355.6",
                ),
                (
                    FeederDuplex,
                    F4,
                    "source=ADF Duplex, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=330",
                ),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/plustek.txt"),
        Family {
            sheet: "plustek",
            sources: GLASS,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 400, 600, 1200],
            papers: TO_A4,
            buttons: &["button 0", "button 1"],
            senses_double_feed: false,
            scans: &[
                (Flatbed, A4, "mode=Color, depth=8, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Flatbed, Max, "mode=Color, depth=8, resolution=300, tl-x=0, br-x=215, tl-y=0, br-y=297"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/umax1220u.txt"),
        Family {
            sheet: "umax1220u",
            sources: GLASS,
            colours: &[InColour, Grey],
            resolutions_dpi: &[75, 150, 300, 600],
            papers: TO_A4,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (Flatbed, A4, "gray=no, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Flatbed, Max, "gray=no, resolution=300, tl-x=0, br-x=228.6, tl-y=0, br-y=298"),
            ],
        },
    ),
    (
        include_str!("../../../../tests/sheets/xerox_mfp.txt"),
        Family {
            sheet: "xerox_mfp",
            sources: GLASS_AND_FEEDER,
            colours: ALL_COLOURS,
            resolutions_dpi: &[75, 100, 150, 200, 300, 600],
            papers: TO_LEGAL,
            buttons: &[],
            senses_double_feed: false,
            scans: &[
                (
                    Flatbed,
                    A4,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297",
                ),
                (
                    Flatbed,
                    Max,
                    "source=Flatbed, mode=Color, resolution=300, tl-x=0, br-x=215, tl-y=0, br-y=355",
                ),
                (Feeder, A4, "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=210, tl-y=0, br-y=297"),
                (Feeder, Max, "source=ADF, mode=Color, resolution=300, tl-x=0, br-x=215, tl-y=0, br-y=355"),
            ],
        },
    ),
];
