//! Debian packages, by name, with the reason each is wanted. The names hold in Debian 12 and 13.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::is_installed;
use crate::run::{Outcome, read, run, say};

/// Which of the commands needs a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// `demo`, and therefore `test` as well.
    Demo,
    /// `test` only.
    Test,
}

struct Package {
    name: &'static str,
    why: &'static str,
    needed: For,
}

const PACKAGES: &[Package] = &[
    Package { name: "gcc", why: "compiles the C parts of SQLite, zstd and ring", needed: For::Demo },
    Package { name: "libsane1", why: "drives scanners", needed: For::Demo },
    Package { name: "sane-airscan", why: "drives scanners on the network (eSCL, WSD)", needed: For::Demo },
    Package { name: "libsane-common", why: "the scanners' configuration", needed: For::Demo },
    Package {
        name: "netpbm",
        why: "turns the sample pages into what SANE's virtual scanner reads",
        needed: For::Demo,
    },
    Package { name: "tesseract-ocr", why: "reads the words on scanned pages", needed: For::Demo },
    Package { name: "tesseract-ocr-vie", why: "knows Vietnamese", needed: For::Demo },
    Package { name: "fonts-croscore", why: "the face of the text block on sealed pages", needed: For::Demo },
    Package { name: "poppler-utils", why: "an independent judge of signatures (pdfsig)", needed: For::Demo },
    Package {
        name: "sane-utils",
        why: "scanimage, the measure our scanning is compared with",
        needed: For::Test,
    },
    Package { name: "qpdf", why: "an independent judge of PDF files", needed: For::Test },
    Package { name: "jbig2dec", why: "an independent judge of black-and-white pages", needed: For::Test },
    Package {
        name: "mupdf-tools",
        why: "paints and reads pages independently of poppler",
        needed: For::Test,
    },
    Package { name: "ghostscript", why: "paints and reads pages independently of both", needed: For::Test },
    Package {
        name: "libjpeg-turbo-progs",
        why: "the measure our pages are compared with",
        needed: For::Test,
    },
    Package { name: "openssl", why: "makes and reads the test certificates", needed: For::Test },
    Package {
        name: "softhsm2",
        why: "a USB token made of files, for the tests of tokens",
        needed: For::Test,
    },
    Package { name: "opensc", why: "puts certificates onto that token (pkcs11-tool)", needed: For::Test },
    Package { name: "iproute2", why: "gives the announcement test its own network", needed: For::Test },
    Package { name: "procps", why: "kill, with which the tests pull the plug", needed: For::Test },
    Package { name: "python3", why: "runs the judges from PyPI", needed: For::Test },
    Package { name: "python3-venv", why: "keeps the judges from PyPI inside the project", needed: For::Test },
    Package { name: "chromium", why: "walks the pages as clerk, head and teacher", needed: For::Test },
];

/// Installs what is missing for `purpose`.
///
/// # Errors
/// Without Debian's tools or the right to use them: the sentence carries the line to type as root.
pub fn ensure(purpose: For) -> Outcome {
    let missing: Vec<&Package> =
        PACKAGES.iter().filter(|package| is_wanted(package, purpose) && !is_present(package.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say("these Debian packages are missing and will be installed:");
    for package in &missing {
        eprintln!("    {:16} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let by_hand = format!("apt-get install --no-install-recommends {}", names.join(" "));
    if !is_installed("apt-get") {
        return Err(format!("this is no Debian machine; install what corresponds to: {by_hand}"));
    }
    install(&names).map_err(|why| format!("{why}; as root, try: {by_hand}"))?;
    match names.iter().find(|name| !is_present(name)) {
        None => Ok(()),
        Some(name) => Err(format!("{name} is still missing; as root, try: {by_hand}")),
    }
}

fn is_wanted(package: &Package, purpose: For) -> bool {
    purpose == For::Test || package.needed == For::Demo
}

fn is_present(name: &str) -> bool {
    let asked = read(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", name]));
    asked.is_ok_and(|status| status == "installed")
}

/// Once, and once more after mending: when systemd comes along as a dependency, its set-up sweeps /tmp under
/// apt's feet and leaves packages half configured.
fn install(names: &[&str]) -> Outcome {
    let mut words = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
    words.extend(names);
    run(&mut as_root(&["apt-get", "update"])?)?;
    let Err(first) = run(&mut as_root(&words)?) else { return Ok(()) };
    say(&format!("{first}; mending and trying once more"));
    if !Path::new("/tmp").is_dir() {
        run(&mut as_root(&["install", "--directory", "--mode=1777", "/tmp"])?)?;
    }
    run(&mut as_root(&["dpkg", "--configure", "--all"])?)?;
    run(&mut as_root(&words)?)
}

fn as_root(words: &[&str]) -> Outcome<Command> {
    let quietly = ["DEBIAN_FRONTEND=noninteractive"];
    let mut command = if is_root() {
        Command::new("env")
    } else if is_installed("sudo") {
        let mut command = Command::new("sudo");
        // A build machine has nobody to type a password.
        if std::env::var_os("CI").is_some() {
            command.arg("--non-interactive");
        }
        command.arg("env");
        command
    } else {
        return Err("packages can only be installed as root, and sudo is not there".into());
    };
    command.args(quietly).args(words).stdin(Stdio::inherit());
    Ok(command)
}

/// Whether we are root.
pub fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
