//! A public key infrastructure made for the tests, with servers: openssl's time stamp authority and OCSP responder.

use crate::judges::{run, text};
use paper::levels::ValidationData;
use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};
use token::Pkcs12;

pub(crate) const KEYS: [&str; 5] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"];

pub(crate) static PKI: LazyLock<Pki> = LazyLock::new(Pki::make);

pub(crate) struct Pki {
    folder: tempfile::TempDir,
}

impl Pki {
    fn make() -> Pki {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paper/pki.sh");
        let made = run("sh", &[script.to_str().unwrap(), folder.path().to_str().unwrap()], "");
        assert!(made.status.success(), "pki.sh: {}", text(&made));
        Pki { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn key(&self, name: &str) -> Pkcs12 {
        let now = chrono::Utc::now().timestamp_millis();
        Pkcs12::open(&self.read(&format!("{name}.p12")), "ma-pin", now).unwrap()
    }

    /// The token that the time stamp server gives for an imprint.
    pub(crate) fn token(&self, imprint: [u8; 32]) -> Vec<u8> {
        let own = tempfile::tempdir().unwrap();
        let [query, reply] =
            ["q.tsq", "token.der"].map(|name| own.path().join(name).to_str().unwrap().to_owned());
        let digest: String = imprint.iter().map(|byte| format!("{byte:02x}")).collect();
        self.openssl(&["ts", "-query", "-digest", &digest, "-sha256", "-cert", "-out", &query]);
        // The server counts its tokens in a file.
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _one = ONE_AT_A_TIME.lock();
        self.openssl(&[
            "ts",
            "-reply",
            "-config",
            "x.cnf",
            "-section",
            "server",
            "-queryfile",
            &query,
            "-token_out",
            "-out",
            &reply,
        ]);
        std::fs::read(reply).unwrap()
    }

    /// What is needed to check a signature of `key` in `field`, and the stamps.
    pub(crate) fn validation_data(&self, field: &str, key: &str) -> ValidationData {
        ValidationData {
            field: Some(field.into()),
            certificates: ["root", "inter", "tsa", "ocsp", key]
                .map(|name| self.read(&format!("{name}.der")))
                .to_vec(),
            crls: ["root.crl", "inter.crl"].map(|name| self.read(name)).to_vec(),
            ocsps: vec![self.read(&format!("{key}.ocsp"))],
        }
    }

    /// openssl, called in the folder of the keys.
    pub(crate) fn openssl(&self, arguments: &[&str]) -> String {
        let within = format!("cd '{}' && exec openssl \"$@\"", self.folder.path().display());
        let output = run("sh", &[&["-c", &within, "openssl"], arguments].concat(), "install openssl");
        assert!(output.status.success(), "openssl {arguments:?}: {}", text(&output));
        text(&output)
    }
}
