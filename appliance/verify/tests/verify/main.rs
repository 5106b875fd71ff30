//! The verdicts, over files that pyHanko signed and a knife changed; their truth stands in the table of the maker.
#![expect(clippy::unwrap_used, reason = "what cannot be had here ends the test and says where")]

mod mutations;
mod table;

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The files, made once for all tests.
pub(crate) struct Made {
    folder: PathBuf,
    pub(crate) table: serde_json::Value,
}

impl Made {
    pub(crate) fn now_ms(&self) -> i64 {
        self.table["now_ms"].as_i64().unwrap()
    }

    pub(crate) fn cases(&self) -> &[serde_json::Value] {
        self.table["cases"].as_array().unwrap()
    }

    pub(crate) fn pdf(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(format!("{name}.pdf"))).unwrap()
    }

    pub(crate) fn trust(&self, name: &str) -> pki::Trust {
        let files = fs::read_dir(self.folder.join(name)).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), fs::read(&path).unwrap())
        });
        let (trust, complaints) = pki::Trust::read(files);
        assert_eq!(complaints, []);
        trust
    }
}

pub(crate) fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let maker = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify/make");
        let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = all.join(format!("verify-{:016x}", fingerprint(&maker)));
        // Each test may be a process of its own: the first makes them, the others wait.
        let lock = File::create(all.join("verify.lock")).unwrap();
        lock.lock().unwrap();
        if !folder.exists() {
            let making = tempfile::tempdir_in(all).unwrap();
            make(&maker, making.path());
            fs::rename(making.keep(), &folder).unwrap();
        }
        let table = fs::read(folder.join("table.json")).unwrap();
        Made { folder, table: serde_json::from_slice(&table).unwrap() }
    })
}

/// Of everything the files are made by.
fn fingerprint(maker: &Path) -> u64 {
    let mut scripts: Vec<_> = fs::read_dir(maker).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.sort();
    let mut hasher = DefaultHasher::new();
    scripts.iter().filter(|path| path.is_file()).for_each(|path| fs::read(path).unwrap().hash(&mut hasher));
    hasher.finish()
}

fn make(maker: &Path, folder: &Path) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("VANTHU_PYHANKO")
        .map_or_else(|| here.join("../../target/judges/bin/python"), PathBuf::from);
    // -B: no compiled Python is left behind in the project.
    let output = Command::new(&python).arg("-B").arg(maker.join("make.py")).arg(folder).output();
    let output = output.unwrap_or_else(|e| panic!("{e}: run `cargo xtask setup`, which installs pyHanko"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
