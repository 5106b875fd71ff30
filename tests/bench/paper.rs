//! Pages to PDF/A: what a page weighs, costs and loses, and what the writer adds to captures that go in as they are.
//!
//! ```text
//! pages.rs     the samples, and a folder of further captures (VANTHU_PAGES=FOLDER, NAME.jpg with NAME.txt)
//! judged.rs    each through `vanthu compose` and through `cjpeg -quality 85`, painted by poppler
//! likeness.rs  colour.rs  letters.rs                  what was lost, in three measures
//! masks.rs     (and spent.rs beside this)             what it cost
//! goals.rs     the figures with their goals           crops.rs    every seal, to be looked at
//! ```

mod colour;
mod crops;
mod goals;
mod judged;
mod letters;
mod likeness;
mod masks;
mod pages;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::DateTime;
use paper::{About, CaptureRef, Making, compose};
use xtask::place::at;

use crate::figures::{Figure, Outcome, Unit, in_turn};

const ROUNDS: usize = 9;
/// A letter, and a thick report.
const DOCUMENTS: [usize; 2] = [1, 40];
const DPI: u32 = 300;

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let mut figures = goals::figures(folder)?;
    for pages in DOCUMENTS {
        let pictures = pictures(pages)?;
        let (ours, theirs) = in_turn(
            ROUNDS,
            || each(pages, || composed(&pictures, Making::PLAIN, &folder.join("composed.pdf"))),
            || each(pages, || copied(&pictures, &folder.join("copied.bin"))),
        )?;
        let what = format!("captures as they are to PDF/A, A4 colour {DPI} dpi, {pages} in a file");
        figures.push(
            Figure::new(what, Unit::PerSecond("pages"), ours)
                .beside("reading + writing the same bytes", theirs),
        );
        let weight = fs::metadata(folder.join("composed.pdf"))?.len() as f64;
        let above = weight - fs::metadata(folder.join("copied.bin"))?.len() as f64;
        let page = weight / pages as f64;
        figures.push(Figure::new(format!("a page of {pages} in the PDF"), Unit::Bytes, vec![page]));
        figures.push(Figure::new(
            format!("of it, above the picture ({:.2} %)", above / weight * 100.0),
            Unit::Bytes,
            vec![above / pages as f64],
        ));
    }
    Ok(figures)
}

/// `pages` sample pages, as the scanner's worker gives them.
pub(crate) fn pictures(pages: usize) -> Outcome<Vec<PathBuf>> {
    let listed = fs::read_dir(at("tests/fixtures/pages"))?.flatten().map(|entry| entry.path());
    let mut samples: Vec<PathBuf> =
        listed.filter(|path| path.extension().is_some_and(|kind| kind == "jpg")).collect();
    samples.sort();
    Ok(samples.into_iter().cycle().take(pages).collect())
}

/// The document of these pictures.
pub(crate) fn composed(pictures: &[PathBuf], making: Making, into: &Path) -> Outcome {
    let about = About {
        title: "Bản số hóa".into(),
        subject: String::new(),
        author: crate::school::NAME.into(),
        language: "vi-VN".into(),
        created: DateTime::parse_from_rfc3339("2026-11-21T14:05:09+07:00")?,
        register: None,
    };
    let captures = pictures.iter().map(|picture| fs::read(picture).map(|bytes| CaptureRef::new(bytes, DPI)));
    let mut out = BufWriter::new(File::create(into)?);
    compose(captures, &about, making, &mut out)?;
    Ok(out.flush()?)
}

fn copied(pictures: &[PathBuf], into: &Path) -> Outcome {
    let mut out = BufWriter::new(File::create(into)?);
    for picture in pictures {
        out.write_all(&fs::read(picture)?)?;
    }
    Ok(out.flush()?)
}

fn each(pages: usize, mut work: impl FnMut() -> Outcome) -> Outcome<f64> {
    // A page takes milliseconds: the more rounds in one, the less the clock matters.
    let times = (40 / pages).max(1);
    let began = Instant::now();
    for _ in 0..times {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64() / (times * pages) as f64)
}
