//! Where things lie in the project.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::run::Outcome;

/// The project's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the package lies two folders below the project").to_path_buf()
}

/// A path below the project's top folder.
pub fn at(relative: &str) -> PathBuf {
    root().join(relative)
}

/// What cargo and this program make; never committed.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), |dir| root().join(dir))
}

/// A program of ours as `cargo build` left it.
pub fn program(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// An empty folder `target/KIND/PROCESS`, so that two runs never share one. Folders of runs that have ended
/// are swept, so that the last run's files can still be looked at.
///
/// # Errors
/// When the disk refuses.
pub fn fresh_folder(kind: &str) -> Outcome<PathBuf> {
    let all = target().join(kind);
    for old in std::fs::read_dir(&all).into_iter().flatten().flatten() {
        if old.path().is_dir() && !is_running(&old.file_name()) {
            std::fs::remove_dir_all(old.path()).map_err(|why| format!("{}: {why}", old.path().display()))?;
        }
    }
    let mine = all.join(std::process::id().to_string());
    std::fs::create_dir_all(&mine).map_err(|why| format!("{}: {why}", mine.display()))?;
    Ok(mine)
}

fn is_running(process: &OsStr) -> bool {
    Path::new("/proc").join(process).exists()
}

/// Whether a program of this name can be started.
pub fn is_installed(program: &str) -> bool {
    let everywhere = std::env::var_os("PATH").unwrap_or_default();
    // An administrator's tools are often not in an ordinary user's PATH although they may be run.
    let also = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&everywhere).chain(also).any(|folder| folder.join(program).is_file())
}
