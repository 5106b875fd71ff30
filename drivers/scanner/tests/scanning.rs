//! Scanning through the real worker and the real libsane, with its virtual devices `test` and `pnm`.
#![allow(clippy::unwrap_used, reason = "a test whose helper cannot go on has failed")]

mod support;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::process::Command;

use scanner::{
    CancellationToken, CaptureFormat, Colour, KeepFailed, PaperSize, Progress, Request, ScanError, Source,
};
use support::{Desk, captures, device, from_feeder, in_colour, pixels, request, scan};

#[tokio::test]
async fn devices_are_described_in_the_clerks_words() {
    let devices = Desk::with_backend("test").scanners().devices().await.unwrap();
    let first = device(&devices, "test:0");
    assert_eq!(first.sources, [Source::Flatbed, Source::Feeder]);
    assert_eq!(first.colours, [Colour::Colour, Colour::Grey, Colour::BlackWhite]);
    assert!(first.resolutions_dpi.contains(&300), "{first:?}");
    let labels: Vec<&str> = devices.iter().map(|device| device.label.as_str()).collect();
    assert_eq!(labels, ["frontend-tester", "frontend-tester (2)"]);

    let devices = Desk::with_backend("pnm").scanners().devices().await.unwrap();
    let pnm = device(&devices, "pnm:0");
    assert_eq!((&pnm.sources[..], &pnm.colours[..]), (&[Source::Flatbed][..], &[Colour::Colour][..]));
    assert!(pnm.resolutions_dpi.contains(&300), "{pnm:?}");
}

#[tokio::test]
async fn a_feeder_gives_all_its_sheets_and_its_end_is_success() {
    let scanners = Desk::with_backend("test").scanners();
    assert_eq!(captures(&scanners, from_feeder("test:0")).await.len(), 10);
    // The worker is still good, for the glass as for another stack.
    assert_eq!(captures(&scanners, request("test:0")).await.len(), 1);
    assert_eq!(captures(&scanners, from_feeder("test:1")).await.len(), 10);
}

#[tokio::test]
async fn the_next_sheet_waits_until_the_page_before_is_kept() {
    let scanners = Desk::with_backend("test").scanners();
    let told = RefCell::new(Vec::new());
    let keep = async |progress| {
        match progress {
            Progress::Lines { page, done: 0, .. } => told.borrow_mut().push(format!("feeds {page}")),
            Progress::Lines { .. } => {}
            Progress::Page { page: 3, .. } => return Err(KeepFailed("disk full".into())),
            Progress::Page { page, .. } => {
                // Time enough for a worker that does not wait to be caught at it.
                for _ in 0..1000 {
                    tokio::task::yield_now().await;
                }
                told.borrow_mut().push(format!("kept {page}"));
            }
        }
        Ok(())
    };
    let outcome = scanners.scan(from_feeder("test:0"), keep, CancellationToken::new()).await;
    assert_eq!(outcome, Err(ScanError::Keep("disk full".into())));
    assert_eq!(told.into_inner(), ["feeds 1", "kept 1", "feeds 2", "kept 2", "feeds 3"]);
    assert_eq!(captures(&scanners, from_feeder("test:0")).await.len(), 10, "and a new scan begins at 1");
}

#[tokio::test]
async fn every_status_of_sane_becomes_the_fault_a_clerk_can_act_on() {
    // what sane_read returns, the code, whether the clerk may try again
    let cases = [
        ("SANE_STATUS_UNSUPPORTED", "scan.unsupported", false),
        ("SANE_STATUS_CANCELLED", "scan.cancelled", true),
        ("SANE_STATUS_DEVICE_BUSY", "scan.busy", true),
        ("SANE_STATUS_INVAL", "scan.invalid", false),
        ("SANE_STATUS_EOF", "scan.io", true), // a page without a line
        ("SANE_STATUS_JAMMED", "scan.jammed", true),
        ("SANE_STATUS_NO_DOCS", "scan.feeder_empty", true),
        ("SANE_STATUS_COVER_OPEN", "scan.cover_open", true),
        ("SANE_STATUS_IO_ERROR", "scan.io", true),
        ("SANE_STATUS_NO_MEM", "scan.out_of_memory", true),
        ("SANE_STATUS_ACCESS_DENIED", "scan.access_denied", false),
    ];
    for (status, code, retryable) in cases {
        let desk = Desk::with_backend("test").preset(&format!(r#"{{"read-return-value": "{status}"}}"#));
        for request in [request("test:0"), from_feeder("test:0")] {
            let (outcome, captures) = scan(&desk.scanners(), request).await;
            let fault = outcome.unwrap_err();
            assert_eq!((fault.code(), fault.is_retryable()), (code, retryable), "{status}");
            assert!(ScanError::CODES.contains(&fault.code()));
            assert!(captures.is_empty());
        }
    }
}

#[tokio::test]
async fn no_scanner_and_no_such_scanner_are_told_apart() {
    let nothing = Desk::with_backend("");
    assert_eq!(nothing.scanners().devices().await, Ok(vec![]));
    assert_eq!(scan(&nothing.scanners(), request("test:0")).await.0, Err(ScanError::NoScanner));
    let other = Desk::with_backend("test");
    assert_eq!(scan(&other.scanners(), request("pnm:0")).await.0, Err(ScanError::ScannerGone));
    let without = Desk::with_backend("test").env("VANTHU_LIBSANE", "/nonexistent/libsane.so.1");
    assert!(matches!(without.scanners().devices().await, Err(ScanError::NoLibsane(_))));
    assert!(matches!(scan(&without.scanners(), request("test:0")).await.0, Err(ScanError::NoLibsane(_))));
}

#[tokio::test]
async fn what_a_device_does_not_have_is_refused() {
    let scanners = Desk::with_backend("test").scanners();
    let duplex = Request { source: Source::FeederDuplex, ..request("test:0") };
    assert_eq!(scan(&scanners, duplex).await.0.unwrap_err().code(), "scan.unsupported");
    let scanners = Desk::with_backend("pnm").scanners();
    assert_eq!(scan(&scanners, from_feeder("pnm:0")).await.0.unwrap_err().code(), "scan.unsupported");
}

/// The picture of the `test` device that shows something in every mode.
const GRID: &str = r#""test-picture": "Grid""#;

#[tokio::test]
async fn every_way_a_page_may_travel_gives_the_same_picture() {
    // 8 bits in one piece is the measure; everything else must look like it.
    let measure = {
        let scanners = Desk::with_backend("test").preset(&format!("{{{GRID}}}")).scanners();
        pixels(&captures(&scanners, in_colour("test:0")).await[0]).into_rgb8()
    };
    let mean = measure.iter().map(|s| u64::from(*s)).sum::<u64>() / measure.len() as u64;
    assert!((64..192).contains(&mean), "a grid is half black, half white: {mean}");
    let ways = [
        r#""depth": 16"#,
        r#""three-pass": true, "three-pass-order": "RGB""#,
        r#""three-pass": true, "three-pass-order": "RBG""#,
        r#""three-pass": true, "three-pass-order": "GBR""#,
        r#""three-pass": true, "three-pass-order": "GRB""#,
        r#""three-pass": true, "three-pass-order": "BRG""#,
        r#""three-pass": true, "three-pass-order": "BGR""#,
        r#""three-pass": true, "depth": 16"#,
        r#""read-limit": true, "read-limit-size": 7"#,
        r#""fuzzy-parameters": true"#,
        r#""non-blocking": true"#,
    ];
    for way in ways {
        let scanners = Desk::with_backend("test").preset(&format!("{{{GRID}, {way}}}")).scanners();
        let picture = pixels(&captures(&scanners, in_colour("test:0")).await[0]).into_rgb8();
        assert_eq!(picture.dimensions(), measure.dimensions(), "{way}");
        assert!(unlike(&picture, &measure) < 2.0, "{way}: {}", unlike(&picture, &measure));
    }
}

#[tokio::test]
async fn colours_come_out_as_themselves_whatever_the_passes() {
    let pattern = r#"{"test-picture": "Color pattern"#;
    let measure = {
        let scanners = Desk::with_backend("test").preset(&format!(r#"{pattern}"}}"#)).scanners();
        pixels(&captures(&scanners, in_colour("test:0")).await[0]).into_rgb8()
    };
    let coloured = measure.pixels().filter(|p| p.0.iter().max().unwrap() - p.0.iter().min().unwrap() > 100);
    assert!(coloured.count() > 1000, "the pattern has colours");
    for order in ["RGB", "RBG", "GBR", "GRB", "BRG", "BGR"] {
        let preset = format!(r#"{pattern}", "three-pass": true, "three-pass-order": "{order}"}}"#);
        let scanners = Desk::with_backend("test").preset(&preset).scanners();
        let picture = pixels(&captures(&scanners, in_colour("test:0")).await[0]).into_rgb8();
        assert!(unlike(&picture, &measure) < 2.0, "{order}: {}", unlike(&picture, &measure));
    }
}

#[tokio::test]
async fn colours_of_one_bit_are_the_eight_pure_ones_and_bright_when_set() {
    let picture = async |preset: &str| {
        let scanners = Desk::with_backend("test").preset(&format!(r#"{{"depth": 1, {preset}}}"#)).scanners();
        pixels(&captures(&scanners, in_colour("test:0")).await[0]).into_rgb8()
    };
    let white = picture(r#""test-picture": "Solid white""#).await;
    assert!(white.iter().all(|sample| *sample > 250));
    let in_one = picture(r#""test-picture": "Color pattern""#).await;
    let in_three = picture(r#""test-picture": "Color pattern", "three-pass": true"#).await;
    assert!(unlike(&in_one, &in_three) < 2.0, "{}", unlike(&in_one, &in_three));
    // The pattern begins with black, blue, green, cyan, red ... of 16 pixels each.
    let found = [8, 24, 40, 56, 72].map(|x| in_one.get_pixel(x, 8).0.map(|sample| sample > 127));
    assert_eq!(
        found,
        [
            [false, false, false],
            [false, false, true],
            [false, true, false],
            [false, true, true],
            [true, false, false]
        ]
    );
}

#[tokio::test]
async fn padding_is_not_part_of_the_picture() {
    let preset = format!(r#"{{{GRID}, "ppl-loss": 30}}"#);
    let padded = captures(&Desk::with_backend("test").preset(&preset).scanners(), request("test:0")).await;
    let plain =
        captures(&Desk::with_backend("test").preset(&format!("{{{GRID}}}")).scanners(), request("test:0"))
            .await;
    assert_eq!(padded[0].width_px, plain[0].width_px - 30);
    let cut = pixels(&plain[0]).crop_imm(0, 0, padded[0].width_px, plain[0].height_px).into_rgb8();
    assert!(unlike(&pixels(&padded[0]).into_rgb8(), &cut) < 2.0);
}

#[tokio::test]
async fn a_height_unknown_before_the_end_is_the_height_that_came() {
    let scanners = Desk::with_backend("test").preset(r#"{"hand-scanner": true}"#).scanners();
    let (of, page) = (Cell::new(Some(0)), RefCell::new(None));
    let keep = async |progress| {
        match progress {
            Progress::Lines { of: announced, .. } => of.set(announced),
            Progress::Page { capture, .. } => _ = page.replace(Some(capture)),
        }
        Ok(())
    };
    scanners.scan(request("test:0"), keep, CancellationToken::new()).await.unwrap();
    assert_eq!(of.get(), None);
    let page = page.into_inner().unwrap();
    // The make-believe hand scanner is 11 cm wide and goes over 17 cm.
    assert_eq!((page.width_px, page.height_px), (324, 501));
}

#[tokio::test]
async fn black_and_white_is_one_bit_with_the_black_where_it_was() {
    for (picture, sample) in [("Solid black", 0), ("Solid white", 255)] {
        let scanners =
            Desk::with_backend("test").preset(&format!(r#"{{"test-picture": "{picture}"}}"#)).scanners();
        let one_bit = Request { colour: Colour::BlackWhite, ..request("test:0") };
        let capture = &captures(&scanners, one_bit).await[0];
        assert_eq!(capture.format, CaptureFormat::Png);
        assert!(pixels(capture).into_luma8().iter().all(|s| *s == sample), "{picture}");
        let thumbnail = image::load_from_memory(&capture.thumbnail).unwrap().into_luma8();
        assert!(thumbnail.iter().all(|s| s.abs_diff(sample) < 3), "{picture}");
    }
}

#[tokio::test]
async fn the_paper_is_cut_to_what_the_device_sees_at_the_resolution_it_has() {
    let scanners = Desk::with_backend("test").scanners();
    // The make-believe glass is 200 mm x 200 mm: A4 does not fit, A5 is cut at the lower edge.
    let cases = [(PaperSize::A4, 787, 787), (PaperSize::A5, 582, 787), (PaperSize::Max, 787, 787)];
    for (paper, width, height) in cases {
        let capture = &captures(&scanners, Request { paper, dpi: 100, ..request("test:0") }).await[0];
        assert_eq!((capture.width_px, capture.height_px, capture.dpi), (width, height, 100), "{paper:?}");
    }
    let finest = Request { dpi: 2400, paper: PaperSize::A5, colour: Colour::BlackWhite, ..request("test:0") };
    assert_eq!(captures(&scanners, finest).await[0].dpi, 1200);
}

#[tokio::test]
async fn a_real_page_arrives_as_it_lies_on_the_glass() {
    let desk = Desk::with_backend("pnm");
    let paper = desk.folder.path().join("page.ppm");
    let original = letter(620, 877);
    lay_paper(&paper, &original);
    for more in ["", r#", "three-pass": true"#, r#", "hand-scanner": true"#] {
        let desk =
            Desk::with_backend("pnm").preset(&format!(r#"{{"filename": "{}"{more}}}"#, paper.display()));
        let request = Request { dpi: 300, ..in_colour("pnm:0") };
        let capture = &captures(&desk.scanners(), request).await[0];
        assert_eq!((capture.dpi, capture.format), (300, CaptureFormat::Jpeg));
        let page = pixels(capture).into_rgb8();
        assert_eq!(page.dimensions(), original.dimensions(), "{more}");
        assert!(unlike(&page, &original) < 3.0, "{more}: {}", unlike(&page, &original));
        let small = image::load_from_memory(&capture.thumbnail).unwrap();
        assert_eq!((small.width(), small.height()), (226, 320));
    }
}

#[tokio::test]
async fn colour_is_reduced_where_the_device_has_only_colour() {
    let desk = Desk::with_backend("pnm");
    let paper = desk.folder.path().join("page.ppm");
    lay_paper(&paper, &letter(100, 140));
    let desk = desk.preset(&format!(r#"{{"filename": "{}"}}"#, paper.display()));
    let cases = [
        (Colour::Grey, CaptureFormat::Jpeg, image::ColorType::L8),
        (Colour::BlackWhite, CaptureFormat::Png, image::ColorType::L8),
    ];
    for (colour, format, samples) in cases {
        let capture = &captures(&desk.scanners(), Request { colour, ..request("pnm:0") }).await[0];
        assert_eq!((capture.format, pixels(capture).color()), (format, samples));
    }
}

#[tokio::test]
async fn a_stack_of_real_pages_goes_through_a_device_without_a_feeder() {
    let desk = Desk::with_backend("pnm");
    let names: Vec<String> = (1..=3)
        .map(|n| {
            let path = desk.folder.path().join(format!("p{n}.ppm"));
            lay_paper(&path, &letter(60 + n, 80));
            path.to_str().unwrap().to_owned()
        })
        .collect();
    let desk = desk.preset(&format!(r#"{{"filename": {names:?}}}"#));
    let scanners = desk.scanners();
    let devices = scanners.devices().await.unwrap();
    assert_eq!(device(&devices, "pnm:0").sources, [Source::Flatbed, Source::Feeder]);
    let widths = async |request| -> Vec<u32> {
        captures(&scanners, request).await.iter().map(|capture| capture.width_px).collect()
    };
    assert_eq!(widths(from_feeder("pnm:0")).await, [61, 62, 63]);
    assert_eq!(widths(from_feeder("pnm:0")).await, [61, 62, 63], "the stack is laid in anew for every scan");
    for width in [61, 62, 63, 61] {
        assert_eq!(widths(request("pnm:0")).await, [width], "from the glass, one after the other");
    }
}

#[tokio::test]
async fn scanimage_sees_the_same_page() {
    let desk = Desk::with_backend("test");
    let theirs = desk.folder.path().join("theirs.pnm");
    let status = Command::new("scanimage")
        .env("SANE_CONFIG_DIR", desk.folder.path())
        .args(["-d", "test:0", "--mode", "Color", "--resolution", "75", "-x", "148", "-y", "200"])
        .args(["--test-picture", "Color pattern", "--format=pnm", "-o"])
        .arg(&theirs)
        .status()
        .expect("scanimage (Debian package sane-utils)");
    assert!(status.success());
    let theirs = image::open(Path::new(&theirs)).unwrap().into_rgb8();
    let desk = desk.preset(r#"{"test-picture": "Color pattern"}"#);
    let ours = pixels(&captures(&desk.scanners(), in_colour("test:0")).await[0]).into_rgb8();
    assert_eq!(ours.dimensions(), theirs.dimensions());
    // Patches of 4 pixels at full saturation are the worst a JPEG can meet; a wrong channel would be 40 off.
    assert!(unlike(&ours, &theirs) < 5.0, "{}", unlike(&ours, &theirs));
}

#[tokio::test]
async fn a_folder_of_images_is_a_feeder() {
    let desk = Desk::with_folder();
    let folder = desk.folder.path();
    letter(50, 70).save(folder.join("b.png")).unwrap();
    letter(40, 70).save(folder.join("a.jpg")).unwrap();
    std::fs::write(folder.join("notes.txt"), "no image").unwrap();
    let scanners = desk.scanners();
    let devices = scanners.devices().await.unwrap();
    assert_eq!(devices.len(), 1);
    let id = devices[0].id.clone();
    let widths: Vec<u32> = captures(&scanners, from_feeder(&id)).await.iter().map(|c| c.width_px).collect();
    assert_eq!(widths, [40, 50]);
    for width in [40, 50, 40] {
        assert_eq!(captures(&scanners, request(&id)).await[0].width_px, width);
    }
    std::fs::write(folder.join("c.png"), "not really").unwrap();
    let (outcome, kept) = scan(&scanners, from_feeder(&id)).await;
    assert_eq!((outcome.unwrap_err().code(), kept.len()), ("scan.invalid", 2));

    let empty = Desk::with_folder();
    assert_eq!(scan(&empty.scanners(), from_feeder(&id)).await.0, Err(ScanError::FeederEmpty));
    let gone = Desk::with_folder();
    std::fs::remove_dir(gone.folder.path()).unwrap();
    assert_eq!(gone.scanners().devices().await, Err(ScanError::NoScanner));
}

/// Writes a page as the `pnm` device wants it: size and maximum on lines of their own.
fn lay_paper(path: &Path, page: &image::RgbImage) {
    let mut bytes = format!("P6\n{} {}\n255\n", page.width(), page.height()).into_bytes();
    bytes.extend_from_slice(page);
    std::fs::write(path, bytes).unwrap();
}

/// A page with black text lines, a red ring and a blue stroke on paper.
fn letter(width: u32, height: u32) -> image::RgbImage {
    image::RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x.abs_diff(width * 2 / 3), y.abs_diff(height * 2 / 3));
        let ring = (dx * dx + dy * dy).isqrt();
        image::Rgb(match () {
            () if ring.abs_diff(width / 8) < 3 => [200, 20, 30],
            () if y > height / 2 && x.abs_diff(y - height / 2) < 2 => [20, 40, 160],
            () if y % 16 < 6 && (width / 8..width * 7 / 8).contains(&x) && y < height / 2 => [20, 20, 22],
            () => [246, 244, 238],
        })
    })
}

/// Mean difference of two pictures of one size, in steps of 256.
fn unlike(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}
