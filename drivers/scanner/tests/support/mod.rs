//! A scanner on the table in one line: the real worker, the real libsane, a private configuration that names
//! one backend only.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use scanner::{
    CancellationToken, Capture, Colour, Device, KeepFailed, Launch, PaperSize, Patience, Progress, Request,
    ScanError, Scanners, Source, Via,
};
use tempfile::TempDir;

/// Far longer than anything here takes; a test that waits this long has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Desk {
    pub(crate) folder: Arc<TempDir>,
    env: Vec<(String, String)>,
    via: Via,
    patience: Patience,
}

impl Desk {
    /// With one of libsane's virtual backends: `test` or `pnm`.
    pub(crate) fn with_backend(name: &str) -> Desk {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        std::fs::write(folder.path().join("dll.conf"), format!("{name}\n")).unwrap();
        let env = vec![("SANE_CONFIG_DIR".into(), folder.path().to_str().unwrap().into())];
        Desk { folder, env, via: Via::Sane, patience: Patience::default() }
    }

    /// With the misbehaving library of `tests/support/faulty_sane.c`, told how to misbehave.
    pub(crate) fn with_faulty_library(fault: &str) -> Desk {
        let desk = Desk::with_backend("test");
        desk.env("VANTHU_LIBSANE", faulty_library().to_str().unwrap()).env("FAULT", fault).impatient()
    }

    /// With a folder of images, made by the caller in `folder`.
    pub(crate) fn with_folder() -> Desk {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let via = Via::Folder(folder.path().to_owned());
        Desk { folder, env: Vec::new(), via, patience: Patience::default() }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Desk {
        self.env.push((name.into(), value.into()));
        self
    }

    pub(crate) fn preset(self, json: &str) -> Desk {
        self.env("VANTHU_SCAN_PRESET", json)
    }

    pub(crate) fn impatient(self) -> Desk {
        let short = Duration::from_secs(2);
        self.patience(Patience { first_line: short, next_line: short, cancel: short })
    }

    pub(crate) fn patience(mut self, patience: Patience) -> Desk {
        self.patience = patience;
        self
    }

    /// A worker with nobody behind it, its standard input open.
    pub(crate) fn worker_alone(&self) -> tokio::process::Child {
        tokio::process::Command::new(env!("CARGO_BIN_EXE_scan-worker"))
            .envs(self.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    pub(crate) fn scanners(&self) -> Table {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_scan-worker"));
        let launch = Launch { program, args: Vec::new(), env: self.env.clone() };
        let scanners = Scanners::with_patience(launch, self.via.clone(), self.patience);
        Table { scanners, _folder: Arc::clone(&self.folder) }
    }
}

/// The scanners, and the folder of their configuration for as long.
pub(crate) struct Table {
    scanners: Scanners,
    _folder: Arc<TempDir>,
}

impl Deref for Table {
    type Target = Scanners;

    fn deref(&self) -> &Scanners {
        &self.scanners
    }
}

/// Grey from the glass at a low resolution: the cheapest scan there is.
pub(crate) fn request(device: &str) -> Request {
    Request {
        device: device.into(),
        address: None,
        source: Source::Flatbed,
        colour: Colour::Grey,
        dpi: 75,
        paper: PaperSize::A5,
    }
}

pub(crate) fn from_feeder(device: &str) -> Request {
    Request { source: Source::Feeder, ..request(device) }
}

pub(crate) fn in_colour(device: &str) -> Request {
    Request { colour: Colour::Colour, ..request(device) }
}

pub(crate) fn device<'a>(devices: &'a [Device], id: &str) -> &'a Device {
    devices.iter().find(|device| device.id == id).unwrap_or_else(|| panic!("{id} in {devices:?}"))
}

/// Scans to the end and gives what was kept, whatever the outcome.
pub(crate) async fn scan(scanners: &Scanners, request: Request) -> (Result<u32, ScanError>, Vec<Capture>) {
    let captures = RefCell::new(Vec::new());
    let keep = async |progress| {
        if let Progress::Page { page, capture } = progress {
            captures.borrow_mut().push(capture);
            assert_eq!(page as usize, captures.borrow().len(), "pages come in order");
        }
        Ok::<(), KeepFailed>(())
    };
    let outcome = scanners.scan(request, keep, CancellationToken::new());
    let outcome = tokio::time::timeout(DEADLINE, outcome).await.expect("a scan ends");
    (outcome, captures.into_inner())
}

/// Scans and expects all to go well.
pub(crate) async fn captures(scanners: &Scanners, request: Request) -> Vec<Capture> {
    let (outcome, captures) = scan(scanners, request).await;
    assert_eq!(outcome, Ok(captures.len() as u32));
    captures
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// The pixels of a capture, as grey or colour.
pub(crate) fn pixels(capture: &Capture) -> image::DynamicImage {
    let image = image::load_from_memory(&capture.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (capture.width_px, capture.height_px));
    image
}

/// Compiles the misbehaving library, once; a moment of `cc` keeps it out of the repository as a binary.
fn faulty_library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faulty_sane.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (library, unfinished) =
            (folder.join("libfaulty.so"), folder.join(format!("libfaulty.{}", std::process::id())));
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([unfinished.as_os_str(), source.as_os_str()])
            .status()
            .expect("a C compiler (Debian package gcc) for the misbehaving library");
        assert!(status.success());
        // Another run of these tests may have it open.
        std::fs::rename(&unfinished, &library).unwrap();
        library
    })
}
