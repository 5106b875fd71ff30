//! The pages that are measured: those of the project, and whatever folder `VANTHU_PAGES` names.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;
use xtask::place::at;

use crate::figures::Outcome;

/// A page as a scanner gave it.
pub(crate) struct Page {
    /// Of its file, without the ending.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// As its JPEG says; 300 where it says nothing.
    pub(crate) dpi: u32,
    /// What stands on it, where somebody wrote that beside it (`NAME.txt`).
    pub(crate) truth: Option<String>,
}

/// Pages that are told of together.
pub(crate) struct Set {
    pub(crate) what: &'static str,
    pub(crate) pages: Vec<Page>,
}

/// The six of the project, and the folder of `VANTHU_PAGES` if one is named.
///
/// # Errors
/// When a folder cannot be read or is empty of JPEGs.
pub(crate) fn sets() -> Outcome<Vec<Set>> {
    let mut own = within(&at("tests/fixtures/pages"))?;
    own.extend(within(&at("tests/fixtures/further-pages"))?);
    let mut sets = vec![Set { what: "sample pages", pages: own }];
    if let Some(folder) = std::env::var_os("VANTHU_PAGES") {
        sets.push(Set { what: "pages of VANTHU_PAGES", pages: within(Path::new(&folder))? });
    }
    Ok(sets)
}

impl Page {
    /// Its pixels.
    ///
    /// # Errors
    /// When it is no picture.
    pub(crate) fn pixels(&self) -> Outcome<RgbImage> {
        Ok(image::open(&self.path).map_err(|why| format!("{}: {why}", self.path.display()))?.into_rgb8())
    }
}

fn within(folder: &Path) -> Outcome<Vec<Page>> {
    let listed = fs::read_dir(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "jpg" || kind == "jpeg"));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: no JPEG in there", folder.display()).into());
    }
    paths.into_iter().map(page).collect()
}

fn page(path: PathBuf) -> Outcome<Page> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let dpi = density(&fs::read(&path)?).unwrap_or(300);
    let truth = fs::read_to_string(path.with_extension("txt")).ok();
    Ok(Page { name, path, dpi, truth })
}

/// Dots per inch of a JFIF header.
fn density(jpeg: &[u8]) -> Option<u32> {
    let start = jpeg.windows(5).take(4096).position(|window| window == b"JFIF\0")?;
    let [unit, high, low] = *jpeg.get(start + 7..start + 10)? else { return None };
    let dots = u32::from(high) << 8 | u32::from(low);
    match unit {
        1 => Some(dots),
        2 => Some((dots * 254 + 50) / 100),
        _ => None,
    }
    .filter(|dpi| *dpi >= 50)
}
