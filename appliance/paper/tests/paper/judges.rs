//! The judges: how they are called and what they must say.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file in a temporary directory that goes with it.
pub(crate) struct Held {
    directory: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn hold(bytes: &[u8]) -> Held {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("judged.pdf");
    std::fs::write(&path, bytes).unwrap();
    Held { directory, path }
}

impl Held {
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

pub(crate) fn run(program: &str, arguments: &[&str], remedy: &str) -> Output {
    Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        // pdfsig would take the certificates of this user's browser into account.
        .env("HOME", "/nonexistent")
        .output()
        .unwrap_or_else(|e| panic!("the judge {program} is missing ({e}): {remedy}"))
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn poppler(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments, "run `cargo xtask setup`, or install poppler-utils");
    assert!(output.status.success(), "{program} {arguments:?}: {}", text(&output));
    text(&output)
}

pub(crate) fn pdfinfo(bytes: &[u8]) -> String {
    let held = hold(bytes);
    poppler("pdfinfo", &["-box", held.path.to_str().unwrap()])
}

pub(crate) fn pdfsig(bytes: &[u8]) -> String {
    let held = hold(bytes);
    poppler("pdfsig", &["-no-ocsp", held.path.to_str().unwrap()])
}

pub(crate) fn pdftotext(bytes: &[u8], arguments: &[&str]) -> String {
    let held = hold(bytes);
    poppler("pdftotext", &[arguments, &[held.path.to_str().unwrap(), "-"]].concat())
}

/// The pictures of a file exactly as they are stored in it.
pub(crate) fn pdfimages(bytes: &[u8]) -> Vec<Vec<u8>> {
    taken_out(bytes, "-all")
}

/// The pictures of a file as poppler decodes them.
pub(crate) fn pdfimages_decoded(bytes: &[u8]) -> Vec<image::GrayImage> {
    let decoded = |picture: &Vec<u8>| image::load_from_memory(picture).unwrap().into_luma8();
    taken_out(bytes, "-png").iter().map(decoded).collect()
}

fn taken_out(bytes: &[u8], how: &str) -> Vec<Vec<u8>> {
    let held = hold(bytes);
    let root = held.beside("image");
    poppler("pdfimages", &[how, held.path.to_str().unwrap(), root.to_str().unwrap()]);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(held.directory.path()).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("image"));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What the other decoder makes of a JBIG2 stream as PDF embeds it; it finds nothing to warn of.
pub(crate) fn jbig2dec(stream: &[u8]) -> image::GrayImage {
    let held = hold(stream);
    let out = held.beside("out.pbm");
    let arguments =
        ["--embedded", "--format", "pbm", "--output", out.to_str().unwrap(), held.path.to_str().unwrap()];
    let output = run("jbig2dec", &arguments, "run `cargo xtask setup`, or install jbig2dec");
    let said = text(&output);
    assert!(output.status.success() && said.is_empty(), "jbig2dec: {said}");
    image::open(out).unwrap().into_luma8()
}

/// Page one as grey pixels at 72 dpi: width, height, samples.
pub(crate) fn render(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let held = hold(bytes);
    let root = held.beside("page");
    let arguments = [
        "-cropbox",
        "-r",
        "72",
        "-gray",
        "-l",
        "1",
        "-singlefile",
        held.path.to_str().unwrap(),
        root.to_str().unwrap(),
    ];
    poppler("pdftoppm", &arguments);
    let picture = image::open(held.beside("page.pgm")).unwrap().into_luma8();
    (picture.width() as usize, picture.height() as usize, picture.into_raw())
}

/// qpdf on a file: `arguments` before the input; the result, if `output` is wanted.
pub(crate) fn qpdf(bytes: &[u8], arguments: &[&str]) -> Vec<u8> {
    let held = hold(bytes);
    let out = held.beside("out.pdf");
    let paths = [held.path.to_str().unwrap(), out.to_str().unwrap()];
    let output = run("qpdf", &[arguments, &paths].concat(), "run `cargo xtask setup`, or install qpdf");
    assert!(output.status.success(), "qpdf {arguments:?}: {}", text(&output));
    std::fs::read(out).unwrap()
}

/// qpdf finds nothing wrong, not even a warning.
pub(crate) fn qpdf_is_content(bytes: &[u8]) {
    let held = hold(bytes);
    let output =
        run("qpdf", &["--check", held.path.to_str().unwrap()], "run `cargo xtask setup`, or install qpdf");
    let said = text(&output);
    assert!(output.status.success() && !said.contains("WARNING"), "qpdf --check: {said}");
}

/// What pyHanko says of one signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) field: String,
    pub(crate) good: bool,
    pub(crate) whole: bool,
    pub(crate) changes: String,
    pub(crate) details: String,
}

pub(crate) fn pyhanko(bytes: &[u8]) -> Vec<Verdict> {
    let held = hold(bytes);
    let python = std::env::var_os("VANTHU_PYHANKO")
        .map_or_else(|| workspace().join("target/judges/bin/python"), PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paper/judge.py");
    let trusted = workspace().join("tests/fixtures/pki/ca.pem");
    let arguments = [script.to_str().unwrap(), held.path.to_str().unwrap(), trusted.to_str().unwrap()];
    let output = run(python.to_str().unwrap(), &arguments, "run `cargo xtask setup`, which installs pyHanko");
    assert!(output.status.success(), "pyHanko: {}", text(&output));
    let verdicts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    verdicts.as_array().unwrap().iter().map(verdict).collect()
}

fn verdict(said: &serde_json::Value) -> Verdict {
    let yes = |key: &str| said[key].as_bool().unwrap();
    Verdict {
        field: said["field"].as_str().unwrap().into(),
        good: ["intact", "valid", "trusted", "bottom_line"].into_iter().all(yes),
        whole: yes("whole"),
        changes: said["changes"].as_str().unwrap().into(),
        details: said.to_string(),
    }
}

/// What pyHanko says of files at their levels, with its LTV profile where that is claimed.
pub(crate) fn judged_levels(root: &Path, rungs: &[crate::levels::Rung]) -> Vec<serde_json::Value> {
    let folder = tempfile::tempdir().unwrap();
    let python = std::env::var_os("VANTHU_PYHANKO")
        .map_or_else(|| workspace().join("target/judges/bin/python"), PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paper/judge_levels.py");
    let mut arguments = vec![script.to_str().unwrap().to_owned(), root.to_str().unwrap().to_owned()];
    for (n, rung) in rungs.iter().enumerate() {
        let path = folder.path().join(format!("{n}.pdf"));
        std::fs::write(&path, &rung.pdf).unwrap();
        arguments.extend([rung.level.to_owned(), path.to_str().unwrap().to_owned()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run(python.to_str().unwrap(), &arguments, "run `cargo xtask setup`, which installs pyHanko");
    assert!(output.status.success(), "pyHanko: {}", text(&output));
    let said: Vec<serde_json::Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    assert_eq!(said.len(), rungs.len());
    said
}

/// The text of a file as MuPDF finds it.
pub(crate) fn mutool(bytes: &[u8]) -> String {
    let held = hold(bytes);
    let arguments = ["draw", "-q", "-N", "-F", "txt", held.path.to_str().unwrap()];
    quiet("mutool", &arguments, "run `cargo xtask setup`, or install mupdf-tools")
}

/// The text of a file as Ghostscript finds it.
pub(crate) fn ghostscript(bytes: &[u8]) -> String {
    let held = hold(bytes);
    let arguments = [
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        "-dSAFER",
        "-sDEVICE=txtwrite",
        "-sOutputFile=-",
        held.path.to_str().unwrap(),
    ];
    quiet("gs", &arguments, "run `cargo xtask setup`, or install ghostscript")
}

/// Page one as poppler, MuPDF and Ghostscript paint it, in this order; none of them finds anything to warn of.
pub(crate) fn painted(bytes: &[u8], dpi: u32) -> [image::RgbImage; 3] {
    let held = hold(bytes);
    let file = held.path.to_str().unwrap();
    let at = |name: &str| held.beside(name).to_str().unwrap().to_owned();
    let (dots, remedy) = (dpi.to_string(), "run `cargo xtask setup`");
    quiet("pdftoppm", &["-singlefile", "-r", &dots, file, &at("poppler")], remedy);
    let colour = ["draw", "-q", "-N", "-c", "rgb"];
    quiet("mutool", &[&colour[..], &["-r", &dots, "-o", &at("mutool.ppm"), file, "1"]].concat(), remedy);
    let resolution = format!("-r{dpi}");
    let to = format!("-sOutputFile={}", at("gs.ppm"));
    let calmly = ["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-dLastPage=1", "-sDEVICE=ppmraw"];
    quiet("gs", &[&calmly[..], &[&resolution, &to, file]].concat(), remedy);
    ["poppler.ppm", "mutool.ppm", "gs.ppm"].map(|name| image::open(held.beside(name)).unwrap().into_rgb8())
}

/// What a judge says who has nothing to warn of.
fn quiet(program: &str, arguments: &[&str], remedy: &str) -> String {
    let output = run(program, arguments, remedy);
    let warned = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && warned.is_empty(), "{program} {arguments:?}: {}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
