//! One page through our program and through `cjpeg -quality 85`, and what each made of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use xtask::run::read;

use super::colour::{Area, Coloured};
use super::letters::{self, Letters};
use super::likeness::{self, Luma};
use super::pages::Page;
use crate::figures::{Outcome, median};
use crate::programs::program;
use crate::spent;

/// CPU time of a page is the median of so many runs.
const ROUNDS: usize = 3;
/// What a page in layers has and a page as it came has not.
const STENCIL: &[u8] = b"/ImageMask true";

/// What became of a page, and how it compares with its capture.
pub(crate) struct Made {
    pub(crate) bytes: f64,
    pub(crate) cpu_s: f64,
    /// Inside ink; `None` on an empty page.
    pub(crate) similarity: Option<f64>,
    /// Of what is coloured; `None` without colour.
    pub(crate) distance: Option<f64>,
    /// Where the text is known.
    pub(crate) letters: Option<Letters>,
}

/// A page that was judged.
pub(crate) struct Judged {
    pub(crate) name: String,
    pub(crate) dpi: u32,
    pub(crate) ours: Made,
    pub(crate) jpeg: Made,
    pub(crate) is_layered: bool,
    pub(crate) pdf: PathBuf,
    pub(crate) seals: Vec<Seal>,
}

/// A seal in the capture, in our page, and as JPEG.
pub(crate) struct Seal {
    pub(crate) page: String,
    pub(crate) pictures: [RgbImage; 3],
}

/// What a page is compared with.
struct Original<'a> {
    page: &'a Page,
    pixels: &'a RgbImage,
    luma: &'a Luma,
    coloured: &'a Coloured,
}

/// Makes both and looks at them; `folder` keeps what was made.
///
/// # Errors
/// When a program that is needed is missing or refuses a page.
pub(crate) fn judged(page: &Page, folder: &Path) -> Outcome<Judged> {
    let pixels = page.pixels()?;
    let (pdf, jpeg) =
        (folder.join(&page.name).with_extension("pdf"), folder.join(&page.name).with_extension("jpg"));
    let raw = folder.join("page.ppm");
    fs::write(&raw, ppm(&pixels))?;
    let (mut our_cpu, mut their_cpu) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_cpu.push(composed(&[&page.path], page.dpi, &pdf)?.cpu_s);
        let coded = ["-quality", "85", "-outfile", text(&jpeg)?, text(&raw)?];
        their_cpu.push(spent::by(Path::new("cjpeg"), &coded)?.cpu_s);
    }
    let (luma, coloured) = (Luma::of(&pixels), Coloured::of(&pixels));
    let original = Original { page, pixels: &pixels, luma: &luma, coloured: &coloured };
    let large = painted(&pdf, page.dpi, &folder.join("large"))?;
    let decoded = image::open(&jpeg)?.into_rgb8();

    let small = compared(&pdf, page.dpi, &large, folder)?;
    let averaged = Luma::of(&decoded).averaged(small.width, small.height);
    let ours = original.made(&pdf, median(&our_cpu), &small, &large, &folder.join("large.ppm"))?;
    let theirs = original.made(&jpeg, median(&their_cpu), &averaged, &decoded, &jpeg)?;
    let seals = original.seals(&large, &decoded);
    let is_layered = fs::read(&pdf)?.windows(STENCIL.len()).any(|window| window == STENCIL);
    Ok(Judged { name: page.name.clone(), dpi: page.dpi, ours, jpeg: theirs, is_layered, pdf, seals })
}

/// As cjpeg reads it.
fn ppm(pixels: &RgbImage) -> Vec<u8> {
    let mut ppm = format!("P6\n{} {}\n255\n", pixels.width(), pixels.height()).into_bytes();
    ppm.extend_from_slice(pixels.as_raw());
    ppm
}

impl Original<'_> {
    fn made(
        &self,
        file: &Path,
        cpu_s: f64,
        small: &Luma,
        large: &RgbImage,
        read_from: &Path,
    ) -> Outcome<Made> {
        let capture = self.luma.averaged(small.width, small.height);
        let ink = likeness::ink(&capture);
        let truth = self.page.truth.as_deref();
        let letters = truth.map(|truth| letters::wrong(read_from, self.page.dpi, truth)).transpose()?;
        let same_size = large.dimensions() == self.pixels.dimensions();
        Ok(Made {
            bytes: fs::metadata(file)?.len() as f64,
            cpu_s,
            similarity: likeness::similarity(&capture, small, &ink),
            distance: if same_size { self.coloured.distance(large) } else { None },
            letters,
        })
    }

    fn seals(&self, ours: &RgbImage, jpeg: &RgbImage) -> Vec<Seal> {
        let cut = |picture: &RgbImage, (left, top, right, bottom): Area| {
            image::imageops::crop_imm(picture, left, top, right - left, bottom - top).to_image()
        };
        let areas = self.coloured.seals(self.page.dpi);
        let seal = |area| Seal {
            page: self.page.name.clone(),
            pictures: [self.pixels, ours, jpeg].map(|picture| cut(picture, area)),
        };
        areas.into_iter().map(seal).collect()
    }
}

/// The document of these pages by the program itself.
///
/// # Errors
/// When it refuses.
pub(crate) fn composed(pages: &[&Path], dpi: u32, pdf: &Path) -> Outcome<spent::Spent> {
    let dpi = dpi.to_string();
    let mut arguments = vec!["compose", "--dpi", &dpi, "--output", text(pdf)?];
    for page in pages {
        arguments.push(text(page)?);
    }
    spent::by(&program("vanthu")?, &arguments)
}

/// A page at the resolution pages are compared at. Where that is no whole fraction of the capture's, poppler drops
/// pixels of any picture, even of one that is kept as it is; then it is averaged by us.
fn compared(pdf: &Path, dpi: u32, large: &RgbImage, folder: &Path) -> Outcome<Luma> {
    if dpi.is_multiple_of(likeness::DPI) {
        return Ok(Luma::of(&painted(pdf, likeness::DPI, &folder.join("small"))?));
    }
    let side = |pixels: u32| (pixels * likeness::DPI).div_ceil(dpi) as usize;
    Ok(Luma::of(large).averaged(side(large.width()), side(large.height())))
}

/// A page as poppler paints it.
fn painted(pdf: &Path, dpi: u32, root: &Path) -> Outcome<RgbImage> {
    read(Command::new("pdftoppm").args(["-singlefile", "-r", &dpi.to_string()]).arg(pdf).arg(root))?;
    Ok(image::open(root.with_extension("ppm"))?.into_rgb8())
}

fn text(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()).into())
}
