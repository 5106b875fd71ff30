//! The PKCS#11 modules that are in use in Vietnam, and where their installers put them.
//!
//! None of these is ever loaded to see what it is: a setting names one, and this list only helps to choose.

use std::path::{Path, PathBuf};

/// A module that is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownModule {
    /// Whose tokens it is for, as people call them.
    pub name: &'static str,
    /// The library.
    pub path: PathBuf,
}

/// Where Debian and the installers put libraries; a name is looked for in each.
#[cfg(unix)]
const FOLDERS: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu/pkcs11",
    "/usr/lib/x86_64-linux-gnu/softhsm",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu/pkcs11",
    "/usr/lib/aarch64-linux-gnu/softhsm",
    "/usr/lib",
    "/usr/lib/pkcs11",
    "/usr/lib/softhsm",
    "/usr/lib/bit4id",
    "/usr/local/lib",
    "/opt/viettel-ca",
    "/opt/vnpt-ca",
    "/lib64",
    "/usr/lib64",
];

#[cfg(windows)]
const FOLDERS: &[&str] = &["C:\\Windows\\System32", "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11"];

/// Names by vendor. The vendors' own first: OpenSC drives many cards, but not their signature slots.
#[cfg(unix)]
const LIBRARIES: &[(&str, &str)] = &[
    ("SafeNet eToken (Ban Cơ yếu Chính phủ, VGCA)", "libeToken.so"),
    ("SafeNet eToken (Ban Cơ yếu Chính phủ, VGCA)", "libeTPkcs11.so"),
    ("Gemalto IDPrime", "libgclib.so"),
    ("Bit4id", "libbit4xpki.so"),
    ("Bit4id", "libbit4ipki.so"),
    ("Feitian ePass2003", "libcastle.so.1.0.0"),
    ("Feitian ePass2003", "libcastle.so"),
    ("Feitian ePass2003", "libcastle_v2.so.1.0.0"),
    ("Viettel-CA", "libviettel-ca_v6.so"),
    ("Viettel-CA", "viettel-ca_v6.so"),
    ("VNPT-CA", "libvnpt-ca_v6.so"),
    ("VNPT-CA", "libvnptca_p11_v8.so"),
    ("FPT-CA", "libfptca_v6.so"),
    ("OpenSC", "opensc-pkcs11.so"),
    ("SoftHSM 2", "libsofthsm2.so"),
];

#[cfg(windows)]
const LIBRARIES: &[(&str, &str)] = &[
    ("SafeNet eToken (Ban Cơ yếu Chính phủ, VGCA)", "eTPKCS11.dll"),
    ("Gemalto IDPrime", "gclib.dll"),
    ("Bit4id", "bit4xpki.dll"),
    ("Bit4id", "bit4ipki.dll"),
    ("Feitian ePass2003", "eps2003csp11.dll"),
    ("Viettel-CA", "viettel-ca_v6.dll"),
    ("Viettel-CA", "viettel-ca_v5.dll"),
    ("VNPT-CA", "vnpt-ca_v6.dll"),
    ("VNPT-CA", "vnptca_p11_v8.dll"),
    ("FPT-CA", "fptca_v6.dll"),
    ("BkavCA", "BkavCA.dll"),
    ("OpenSC", "opensc-pkcs11.dll"),
];

/// The known modules that are on this machine, each library once.
pub fn modules() -> Vec<KnownModule> {
    found_in(FOLDERS.iter().map(Path::new))
}

fn found_in<'a>(folders: impl Iterator<Item = &'a Path> + Clone) -> Vec<KnownModule> {
    let mut found: Vec<KnownModule> = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    for (name, library) in LIBRARIES {
        for folder in folders.clone() {
            let path = folder.join(library);
            // Distributions link the same library into several folders.
            let Ok(real) = path.canonicalize() else { continue };
            if real.is_file() && !seen.contains(&real) {
                seen.push(real);
                found.push(KnownModule { name, path });
            }
        }
    }
    found
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_listed_once_by_the_name_people_know() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        for folder in [&one, &other] {
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::write(one.join("libbit4xpki.so"), "").unwrap();
        std::os::unix::fs::symlink(one.join("libbit4xpki.so"), other.join("libbit4xpki.so")).unwrap();
        std::fs::write(other.join("libunheard-of.so"), "").unwrap();
        std::os::unix::fs::symlink(folder.path().join("gone"), other.join("opensc-pkcs11.so")).unwrap();
        let found = found_in([one.as_path(), other.as_path()].into_iter());
        assert_eq!(found, [KnownModule { name: "Bit4id", path: one.join("libbit4xpki.so") }]);
    }
}
