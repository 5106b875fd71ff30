//! A small disk: a tmpfs in a mount namespace of its own, which a keeper process holds open so that the box may come
//! and go. Nobody else on the machine sees it.

use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use xtask::demo::machines::Machine;
use xtask::place::program;

use super::support::wait_for;

/// Where the small disk lies, and who holds it.
pub(super) struct SmallDisk {
    keeper: Child,
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts it over `at`. `None` where the person running the tests said that mounting is not to be tried.
    pub(super) fn mount(at: &Path, size: &str) -> Option<Self> {
        if std::env::var_os("VANTHU_NO_MOUNT").is_some_and(|said| said == "1") {
            eprintln!("VANTHU_NO_MOUNT=1: the test of a full disk is left out");
            return None;
        }
        fs::create_dir_all(at).unwrap();
        let ready = at.with_extension("mounted");
        let script =
            "mount -t tmpfs -o size=$0,mode=755 small-disk \"$1\" && touch \"$2\" && exec sleep infinity";
        // Root may have a mount namespace for the asking; anybody else gets one together with a user namespace.
        let namespaces: &[&str] =
            if is_root() { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] };
        let keeper = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare"])
            .args(namespaces)
            .args(["sh", "-c", script, size])
            .arg(at)
            .arg(&ready)
            .stdin(Stdio::null())
            .spawn()
            .expect("unshare (Debian package util-linux)");
        let mut disk = Self { keeper, at: at.to_owned() };
        let mounted = wait_for("the small disk", || match disk.keeper.try_wait().unwrap() {
            Some(ended) => Some(Err(ended)),
            None => ready.exists().then_some(Ok(())),
        });
        if let Err(ended) = mounted {
            panic!(
                "a tmpfs could not be mounted in a namespace of its own ({ended}). The full disk can only be tried on a \
                 disk that is really full: run the tests as root, or allow user namespaces \
                 (sysctl kernel.unprivileged_userns_clone=1); VANTHU_NO_MOUNT=1 leaves these tests out."
            );
        }
        Some(disk)
    }

    /// The disk as this process reaches it.
    pub(super) fn seen_from_here(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(self.at.strip_prefix("/").unwrap())
    }

    /// A command that runs where the disk is mounted.
    pub(super) fn inside(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(self.way_in());
        command
    }

    /// The box's data folder, for those inside.
    pub(super) fn data(&self) -> PathBuf {
        self.at.join("data")
    }

    fn way_in(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        let mut words = vec!["--target".into(), target, "--mount".into()];
        if !is_root() {
            words.extend(["--user".into(), "--preserve-credentials".into()]);
        }
        words
    }

    /// The box with its data on this disk.
    pub(super) fn machine(&self, folder: &Path, address: SocketAddr) -> Machine {
        let way_in = self.way_in();
        let way_in: Vec<&str> = way_in.iter().map(String::as_str).collect();
        Machine::new("box", Path::new("nsenter"), folder, address)
            .with_arguments(&way_in)
            .with_arguments(&["--", &program("vanthu").display().to_string()])
            .with_arguments(&["serve", "--data", &self.data().display().to_string()])
            .with_arguments(&["--listen", &address.to_string()])
    }

    /// Fills it but for `left` bytes.
    pub(super) fn fill_but(&self, left: u64) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let piece = [0_u8; 4096];
        while filler.write_all(&piece).is_ok() {}
        let full = filler.metadata().unwrap().len();
        filler.set_len(full.saturating_sub(left)).unwrap();
    }

    /// Makes room again.
    pub(super) fn free(&self) {
        let _ = fs::remove_file(self.filler());
    }

    fn filler(&self) -> PathBuf {
        self.seen_from_here().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0)
}
