//! The verdicts, over files that pyHanko signed and a knife changed; their truth stands in the table of the maker.
#![expect(clippy::unwrap_used, reason = "what cannot be had here ends the test and says where")]

mod mutations;
mod table;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The files, made once for all tests of this program.
pub(crate) struct Made {
    folder: tempfile::TempDir,
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
        std::fs::read(self.folder.path().join(format!("{name}.pdf"))).unwrap()
    }

    pub(crate) fn trust(&self, name: &str) -> pki::Trust {
        let files = std::fs::read_dir(self.folder.path().join(name)).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), std::fs::read(&path).unwrap())
        });
        let (trust, complaints) = pki::Trust::read(files);
        assert_eq!(complaints, []);
        trust
    }
}

pub(crate) fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = std::env::var_os("VANTHU_PYHANKO")
            .map_or_else(|| here.join("../../target/judges/bin/python"), PathBuf::from);
        let maker = here.join("tests/verify/make/make.py");
        // -B: no compiled Python is left behind in the project.
        let output = Command::new(&python).arg("-B").arg(maker).arg(folder.path()).output();
        let output =
            output.unwrap_or_else(|e| panic!("{e}: run `cargo xtask setup`, which installs pyHanko"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let table = std::fs::read(folder.path().join("table.json")).unwrap();
        Made { folder, table: serde_json::from_slice(&table).unwrap() }
    })
}
