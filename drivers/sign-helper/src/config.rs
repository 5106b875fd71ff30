//! What the helper remembers: with whom it is paired, and which modules and key files it was told of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the page looks for the helper on its own PC.
pub const PORT: u16 = 9163;

/// The file in the user's own folder of settings.
const FILE: &str = "sign-helper.json";

/// Everything that is remembered. No PIN, no passphrase, and of the pairing secrets only their digests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) pairings: Vec<Pairing>,
    /// Modules beside the known ones.
    #[serde(default)]
    pub(crate) modules: Vec<PathBuf>,
    /// PKCS#12 files.
    #[serde(default)]
    pub(crate) key_files: Vec<PathBuf>,
}

/// One way in which a box is reached from this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pairing {
    /// `http://192.168.1.5` or `http://vanthu.local`.
    pub(crate) origin: String,
    /// The box as people call it; its page said so, and nothing rests on it.
    pub(crate) box_name: String,
    /// SHA-256 of the secret, hexadecimal.
    pub(crate) secret_sha256: String,
}

impl Config {
    /// Reads what is remembered; nothing when there is no file yet.
    pub(crate) fn load(folder: &Path) -> io::Result<Config> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes it, readable by this user only, whole or not at all.
    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let unfinished = folder.join(format!("{FILE}.new"));
        private_file(&unfinished, &serde_json::to_vec_pretty(self)?)?;
        fs::rename(&unfinished, folder.join(FILE))
    }
}

#[cfg(unix)]
fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// On Windows the user's own folder is already closed to others.
#[cfg(not(unix))]
fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)
}

/// The user's folder of settings; `None` on an account that has none.
pub(crate) fn folder() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = if cfg!(windows) {
        from("APPDATA")
    } else {
        from("XDG_CONFIG_HOME").or_else(|| from("HOME").map(|home| home.join(".config")))
    };
    settings.map(|settings| settings.join("vanthu"))
}
