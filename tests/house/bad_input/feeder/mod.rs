//! A scanner whose feeder is a file: what it fed is out of the tray whoever dies, as paper is, and each page tells the
//! number that its sheet carries.
//!
//! ```text
//! feeder.lay(&[vec![2, 3], vec![4, 5]])     two sheets, numbers on both sides
//! ... the box scans, is killed, scans ...
//! feeder.left()                             sheets that were not pulled in
//! number_on(&jpeg)                          what stands on a page: 4
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the driver draws: so many stripes, and a line for each bit.
const BITS: u32 = 16;

/// A sheet by the numbers on it: its front, and its back where something reads that too.
pub(super) type Sheet = Vec<u32>;

/// The feeder's driver, its tray and its mood.
pub(super) struct Feeder {
    library: String,
    folder: PathBuf,
}

impl Feeder {
    /// An empty feeder in this folder.
    pub(super) fn empty(folder: &Path) -> Self {
        let library = folder.join("libfeeder.so").display().to_string();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/house/bad_input/feeder/feeder_sane.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", &library, source])
            .status()
            .expect("a C compiler (Debian package gcc) for the feeder's driver");
        assert!(compiled.success());
        let feeder = Self { library, folder: folder.join("feeder") };
        fs::create_dir_all(&feeder.folder).unwrap();
        feeder.is("well");
        feeder.lay(&[]);
        feeder
    }

    pub(super) fn variables(&self) -> [(&str, &str); 2] {
        [
            ("VANTHU_LIBSANE", &self.library),
            ("FEEDER", self.folder.to_str().expect("our folders are named in ASCII")),
        ]
    }

    /// Lays these sheets into the tray, the first on top. What lay there is taken out.
    pub(super) fn lay(&self, sheets: &[Sheet]) {
        let line = |sheet: &Sheet| sheet.iter().map(|side| format!("{side} ")).collect::<String>() + "\n";
        self.put("tray", &sheets.iter().map(line).collect::<String>());
    }

    /// Sheets that are still in the tray.
    pub(super) fn left(&self) -> usize {
        fs::read_to_string(self.folder.join("tray")).unwrap().lines().count()
    }

    pub(super) fn is(&self, mood: &str) {
        self.put("mood", mood);
    }

    /// In one step: the driver must never read half a file.
    fn put(&self, name: &str, text: &str) {
        let beside = self.folder.join(format!("{name}.next"));
        fs::write(&beside, text).unwrap();
        fs::rename(&beside, self.folder.join(name)).unwrap();
    }
}

/// The number drawn on a page.
pub(super) fn number_on(jpeg: &[u8]) -> u32 {
    let page = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap().into_luma8();
    let (stripe, middle) = (page.width() / BITS, page.height() / 2);
    (0..BITS).fold(0, |number, bit| {
        let black = page.get_pixel(bit * stripe + stripe / 2, middle).0[0] < 128;
        number << 1 | u32::from(black)
    })
}
