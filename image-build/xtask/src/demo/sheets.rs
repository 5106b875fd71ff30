//! The paper in the scanner: sample pages that go through the real libsane and its virtual scanner `pnm`, or,
//! where libsane is missing, through a folder of images.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use serde_json::json;

use crate::place::{at, target};
use crate::run::{Outcome, say};

/// How the box is told where its paper comes from.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// For the box's environment.
    pub environment: Vec<(String, String)>,
    /// For the box's command line.
    pub arguments: Vec<String>,
}

/// Lays every sample page into the scanner; `folder` takes its configuration.
///
/// # Errors
/// When a page cannot be converted or written.
pub fn lay(folder: &Path) -> Outcome<Sheets> {
    if !has_libsane() {
        say("libsane is missing: the pages come from a folder instead of a scanner");
        let pages = at("tests/fixtures/pages").display().to_string();
        return Ok(Sheets { environment: Vec::new(), arguments: vec!["--scan-folder".into(), pages] });
    }
    let configuration = folder.join("sane");
    write(&configuration.join("dll.conf"), b"pnm\n")?;
    let stack: Vec<String> = pages()?.iter().map(|page| page.display().to_string()).collect();
    let environment = vec![
        ("SANE_CONFIG_DIR".to_owned(), configuration.display().to_string()),
        // From the glass each scan takes the next sheet; from the feeder all of them.
        ("VANTHU_SCAN_PRESET".to_owned(), json!({"filename": stack}).to_string()),
    ];
    Ok(Sheets { environment, arguments: Vec::new() })
}

/// Names one more driver to libsane in the configuration [`lay`] wrote.
///
/// # Errors
/// When it cannot be written.
pub fn also_through(folder: &Path, driver: &str) -> Outcome {
    // libsane asks the drivers from the last line up, and the sample pages stay the first scanner.
    write(&folder.join("sane/dll.conf"), format!("{driver}\npnm\n").as_bytes())
}

fn has_libsane() -> bool {
    // The pnm backend is what is driven; it lies in Debian's multi-architecture folder, whose name we need not know.
    let backends = "sane/libsane-pnm.so.1";
    ["/usr/lib", "/usr/lib64"].iter().any(|lib| {
        let folders = fs::read_dir(lib).into_iter().flatten().flatten();
        Path::new(lib).join(backends).exists()
            || folders.into_iter().any(|entry| entry.path().join(backends).exists())
    })
}

/// The sample pages as PNM, converted once for all runs: 26 MB each, too large to keep in the project.
fn pages() -> Outcome<Vec<PathBuf>> {
    let folder = at("tests/fixtures/pages");
    let listed = fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut photographs: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    photographs.retain(|path| path.extension().is_some_and(|kind| kind == "jpg"));
    photographs.sort();
    photographs.iter().map(|photograph| as_pnm(photograph)).collect()
}

fn as_pnm(photograph: &Path) -> Outcome<PathBuf> {
    let name = photograph.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let wanted = target().join("sheets").join(format!("{name}.ppm"));
    if modified(&wanted) > modified(photograph) {
        return Ok(wanted);
    }
    // Written beside and renamed, because two runs may convert at once.
    let draft = target().join("sheets").join(format!("{name}.{}.tmp", std::process::id()));
    write(&draft, b"")?;
    let out = File::create(&draft).map_err(|why| format!("{}: {why}", draft.display()))?;
    let converted =
        Command::new("jpegtopnm").arg("-quiet").arg(photograph).stdin(Stdio::null()).stdout(out).status();
    let succeeded = converted.map_err(|why| format!("jpegtopnm (package netpbm): {why}"))?.success();
    if !succeeded {
        return Err(format!("jpegtopnm cannot convert {}", photograph.display()));
    }
    fs::rename(&draft, &wanted).map_err(|why| format!("{}: {why}", wanted.display()))?;
    Ok(wanted)
}

fn write(file: &Path, bytes: &[u8]) -> Outcome {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, bytes))
        .map_err(|why| format!("{}: {why}", file.display()))
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|facts| facts.modified()).ok()
}
