//! The table: what a page weighs, costs and loses, with the goals.

use std::path::Path;
use std::time::Instant;

use chrono::DateTime;
use paper::{About, CaptureRef, Making, MaskCoding, compose};
use xtask::run::say;

use super::judged::{Judged, Made, composed, judged};
use super::letters::Letters;
use super::pages::{Set, sets};
use super::{crops, masks};
use crate::figures::{Figure, Outcome, Unit};

const JPEG: &str = "cjpeg -quality 85";
const PAGE_BYTES: f64 = 40e3;
/// Below this many dots an inch it is a copier's page, of 200 dpi mostly.
const COPIER_DPI: u32 = 250;
const COPIER_PAGE_BYTES: f64 = 45e3;
const SIMILARITY: f64 = 0.96;
const DISTANCE: f64 = 10.0;
const CPU_S: f64 = 0.30;
const CPU_OF_JPEG: f64 = 10.0;
const MEMORY_BYTES: f64 = 90e6;
const MASK_S: f64 = 0.060;
/// A letter, the samples, a thick file, a year's book.
const DOCUMENTS: [usize; 4] = [1, 6, 100, 500];
const MASK_ROUNDS: usize = 9;

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for (index, set) in sets()?.iter().enumerate() {
        let folder = folder.join(format!("pages-{index}"));
        std::fs::create_dir_all(&folder)?;
        let judged = all(set, &folder)?;
        println!("{}:\n{}", set.what, rows(&judged));
        figures.extend(summary(set.what, &judged));
        if index == 0 {
            figures.extend(mask_figures(&judged, &folder)?);
            figures.extend(memory(set, &folder)?);
        }
        let seals: Vec<_> = judged.iter().flat_map(|page| &page.seals).collect();
        for (path, pages) in crops::sheets(&seals, &folder, &index.to_string())? {
            println!("capture | ours | JPEG 85: {} ({})", path.display(), pages.join(", "));
        }
        println!();
    }
    Ok(figures)
}

fn all(set: &Set, folder: &Path) -> Outcome<Vec<Judged>> {
    let mut all = Vec::new();
    for page in &set.pages {
        say(&format!("paper: {}", page.name));
        all.push(judged(page, folder)?);
    }
    Ok(all)
}

/// Of every page, ours before the stroke and JPEG's behind it.
fn rows(pages: &[Judged]) -> String {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
    };
    let both = |page: &Judged, digits: usize, of: &dyn Fn(&Made) -> Option<f64>| {
        format!("{:>6} |{:>6}", number(of(&page.ours), digits), number(of(&page.jpeg), digits))
    };
    let mut rows = format!(
        "{:24} {:>4} {:8} {:>14} {:>15} {:>14} {:>14} {:>14}\n",
        "page", "dpi", "kept", "kB", "similarity", "colour", "wrong, %", "CPU, ms"
    );
    for page in pages {
        let wrong = |made: &Made| Some(made.letters?.share() * 100.0);
        rows.push_str(&format!(
            "{:24} {:>4} {:8} {} {:>15} {} {} {}\n",
            page.name,
            page.dpi,
            if page.is_layered { "layers" } else { "as it is" },
            both(page, 1, &|made| Some(made.bytes / 1e3)),
            format!("{} | {}", number(page.ours.similarity, 4), number(page.jpeg.similarity, 4)),
            both(page, 1, &|made| made.distance),
            both(page, 2, &wrong),
            both(page, 0, &|made| Some(made.cpu_s * 1e3)),
        ));
    }
    rows
}

fn summary(what: &str, pages: &[Judged]) -> Vec<Figure> {
    let ours = |of: &dyn Fn(&Made) -> Option<f64>| pages.iter().filter_map(|page| of(&page.ours)).collect();
    let jpeg = |of: &dyn Fn(&Made) -> Option<f64>| pages.iter().filter_map(|page| of(&page.jpeg)).collect();
    let figure = |name: &str, unit, of: &dyn Fn(&Made) -> Option<f64>| {
        Figure::new(format!("{what}: {name}"), unit, ours(of)).beside(JPEG, jpeg(of))
    };
    let mut figures = weights(what, pages);
    figures.extend([
        figure("similarity inside ink", Unit::Similarity, &|made| made.similarity).at_least(SIMILARITY),
        figure("colour off by (CIE76)", Unit::Distance, &|made| made.distance).at_most(DISTANCE),
        figure("CPU time of a page, one core", Unit::Time, &|made| Some(made.cpu_s)).at_most(CPU_S),
        figure("that beside one JPEG encoder", Unit::Time, &|made| Some(made.cpu_s)).within(CPU_OF_JPEG),
    ]);
    let errors = |of: &dyn Fn(&Judged) -> Option<Letters>| {
        pages.iter().filter_map(of).reduce(Letters::and).map(|letters| vec![letters.share()])
    };
    let (our_errors, their_errors) = (errors(&|page| page.ours.letters), errors(&|page| page.jpeg.letters));
    if let Some((ours, theirs)) = our_errors.zip(their_errors) {
        let name = format!("{what}: letters tesseract reads wrong");
        figures.push(Figure::new(name, Unit::PerCent, ours).beside(JPEG, theirs).no_worse());
    }
    figures
}

/// By resolution: copiers send 200 dpi.
fn weights(what: &str, pages: &[Judged]) -> Vec<Figure> {
    let (coarse, fine): (Vec<&Judged>, Vec<&Judged>) = pages.iter().partition(|page| page.dpi < COPIER_DPI);
    let figure = |name: &str, pages: &[&Judged], goal| {
        let of = |made: fn(&Judged) -> &Made| pages.iter().map(|page| made(page).bytes).collect();
        let ours = Figure::new(format!("{what}: {name}"), Unit::Bytes, of(|page| &page.ours));
        ours.beside(JPEG, of(|page| &page.jpeg)).at_most(goal)
    };
    let both = [("a page", fine, PAGE_BYTES), ("a page of 200 dpi", coarse, COPIER_PAGE_BYTES)];
    let some = both.into_iter().filter(|(_, pages, _)| !pages.is_empty());
    some.map(|(name, pages, goal)| figure(name, &pages, goal)).collect()
}

/// The masks of the pages as black-and-white captures: to JBIG2 and to group 4.
fn mask_figures(pages: &[Judged], folder: &Path) -> Outcome<Vec<Figure>> {
    let (mut took, mut jbig2, mut g4) = (Vec::new(), Vec::new(), Vec::new());
    for page in pages {
        let Some(mask) = masks::of(&page.pdf, folder)? else { continue };
        let mut best = f64::INFINITY;
        for _ in 0..MASK_ROUNDS {
            let began = Instant::now();
            bytes_of(&mask, page.dpi, MaskCoding::Jbig2)?;
            best = best.min(began.elapsed().as_secs_f64());
        }
        took.push(best);
        jbig2.push(bytes_of(&mask, page.dpi, MaskCoding::Jbig2)?);
        g4.push(bytes_of(&mask, page.dpi, MaskCoding::CcittG4)?);
    }
    if took.is_empty() {
        say("no page was taken apart: there is no mask to measure");
        return Ok(Vec::new());
    }
    Ok(vec![
        Figure::new("black mask to JBIG2, its PNG read as well", Unit::Time, took).at_most(MASK_S),
        Figure::new("black mask alone, in a file", Unit::Bytes, jbig2).beside("CCITT group 4", g4),
    ])
}

fn bytes_of(mask: &[u8], dpi: u32, coding: MaskCoding) -> Outcome<f64> {
    let about = About {
        title: "Bản số hóa".into(),
        subject: String::new(),
        author: String::new(),
        language: "vi-VN".into(),
        created: DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00")?,
        register: None,
    };
    let pages = std::iter::once(Ok::<_, std::io::Error>(CaptureRef::new(mask, dpi)));
    let making = Making { mask: coding, ..Making::default() };
    Ok(compose(pages, &about, making, &mut std::io::sink())?.bytes as f64)
}

fn memory(set: &Set, folder: &Path) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for pages in DOCUMENTS {
        say(&format!("paper: {pages} pages in one document"));
        let paths: Vec<&Path> =
            set.pages.iter().map(|page| page.path.as_path()).cycle().take(pages).collect();
        let spent = composed(&paths, set.pages[0].dpi, &folder.join("many.pdf"))?;
        let what = format!("most memory held, {pages} in a document");
        figures.push(Figure::new(what, Unit::Bytes, vec![spent.peak_bytes]).at_most(MEMORY_BYTES));
    }
    Ok(figures)
}
