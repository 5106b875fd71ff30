//! A USB token in one line: SoftHSM with keys and certificates made for this test, and if wanted a module before it that
//! misbehaves. Debian packages softhsm2, opensc and openssl.
#![allow(dead_code)] // each test file uses its own part

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use token::{Launch, Patience, Pin, Token, TokenError, TokenKey, Tokens};

/// The PIN of every token here.
pub(crate) const PIN: &str = "246810";
/// A moment at which the certificates are valid: they are made when the test runs, for ten years.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
/// Ten years and a day.
pub(crate) const AFTER_ITS_TIME_MS: i64 = 3_660 * 24 * 3_600_000;

const SOFTHSM: &[&str] = &[
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];

const CONFIGURATION: &str = "[req]\ndistinguished_name = name\n[name]\n[ca]\nbasicConstraints = critical,CA:TRUE\n\
    keyUsage = critical,keyCertSign,cRLSign\n[person]\nbasicConstraints = critical,CA:FALSE\n\
    keyUsage = critical,digitalSignature,nonRepudiation\n";

/// A token with one key for each kind that was asked for, a chain of three for each.
pub(crate) struct Stick {
    folder: TempDir,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    module: PathBuf,
    patience: Patience,
}

impl Stick {
    /// Kinds: `rsa:2048`, `rsa:3072`, `rsa:1024`, `ec:P-256`, `ec:P-384`, `ec:P-521`. The worker is `program` with `args`.
    pub(crate) fn with(program: &str, args: &[&str], kinds: &[&str]) -> Stick {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("tokens")).unwrap();
        let conf = format!(
            "directories.tokendir = {}\nlog.level = ERROR\nslots.removable = true\n",
            at("tokens").display()
        );
        std::fs::write(at("softhsm2.conf"), conf).unwrap();
        std::fs::write(at("openssl.cnf"), CONFIGURATION).unwrap();
        let env = vec![("SOFTHSM2_CONF".into(), at("softhsm2.conf").to_str().unwrap().into())];
        let stick = Stick {
            program: program.into(),
            args: args.iter().map(|word| (*word).to_owned()).collect(),
            env,
            module: softhsm(),
            patience: Patience::default(),
            folder,
        };
        stick.run("softhsm2-util", "--init-token --free --label Con-dau --so-pin 13579135 --pin 246810");
        stick.run("openssl", "genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out root.key");
        stick.run("openssl", "genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        let x509 = "req -x509 -config openssl.cnf -utf8 -days 3650";
        stick.run("openssl", &format!("{x509} -extensions ca -subj /CN=Gốc-thử -key root.key -out root.pem"));
        stick.run("openssl", &format!("{x509} -extensions ca -subj /CN=Cấp-phát-thử -key ca.key -CA root.pem -CAkey root.key -out ca.pem"));
        for name in ["root", "ca"] {
            stick.put_certificate(name, if name == "root" { "f0" } else { "f1" });
        }
        for (number, kind) in kinds.iter().enumerate() {
            stick.add(kind, &format!("a{number}"));
        }
        stick
    }

    /// One more key and its certificate.
    fn add(&self, kind: &str, id: &str) {
        let (algorithm, size) = kind.split_once(':').unwrap();
        let option = if algorithm == "rsa" { "rsa_keygen_bits" } else { "ec_paramgen_curve" };
        self.run(
            "openssl",
            &format!("genpkey -quiet -algorithm {algorithm} -pkeyopt {option}:{size} -out {id}.key"),
        );
        self.certify(id, &format!("/CN=Trường-thử-{size}/O=Trường-Tiểu-học-Thử"));
        self.run(
            "softhsm2-util",
            &format!("--import {id}.key --token Con-dau --label {id} --id {id} --pin {PIN}"),
        );
        self.put_certificate(id, id);
    }

    fn certify(&self, id: &str, subject: &str) {
        let x509 =
            "req -x509 -config openssl.cnf -utf8 -days 3650 -extensions person -CA ca.pem -CAkey ca.key";
        self.run("openssl", &format!("{x509} -subj {subject} -key {id}.key -out {id}.pem"));
    }

    /// Puts the certificate in `name.pem` onto the token under an identifier.
    pub(crate) fn put_certificate(&self, name: &str, id: &str) {
        self.run("openssl", &format!("x509 -in {name}.pem -outform DER -out {name}.der"));
        let module = softhsm();
        let put =
            format!("--login --pin {PIN} --write-object {name}.der --type cert --id {id} --label {name}");
        self.run("pkcs11-tool", &format!("--module {} {put}", module.display()));
    }

    /// A key without its certificate's identifier, or a certificate without its key: whatever a test wants odd.
    pub(crate) fn pkcs11_tool(&self, words: &str) {
        self.run("pkcs11-tool", &format!("--module {} --login --pin {PIN} {words}", softhsm().display()));
    }

    /// Another token beside it, with a PIN of its own and nothing on it.
    pub(crate) fn second_token(&self, label: &str) {
        self.run(
            "softhsm2-util",
            &format!("--init-token --free --label {label} --so-pin 13579135 --pin 135790"),
        );
    }

    /// The same private key once more, with another attribute.
    pub(crate) fn replace_key(&self, id: &str, attribute: &str) {
        self.run("openssl", &format!("pkey -in {id}.key -outform DER -out {id}.key.der"));
        self.pkcs11_tool(&format!("--delete-object --type privkey --id {id}"));
        self.pkcs11_tool(&format!(
            "--write-object {id}.key.der --type privkey --id {id} --usage-sign {attribute}"
        ));
    }

    /// A new key in `name.key` with a certificate in `name.pem`; nothing of it is on the token yet.
    pub(crate) fn make_key(&self, name: &str) {
        self.run(
            "openssl",
            &format!("genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"),
        );
        self.certify(name, "/CN=Ngoài-token");
    }

    /// The same certificate and key as a key file, with the PIN as its passphrase.
    pub(crate) fn key_file(&self, id: &str) -> PathBuf {
        let export = format!(
            "pkcs12 -export -in {id}.pem -inkey {id}.key -certfile ca.pem -passout pass:{PIN} -out {id}.p12"
        );
        self.run("openssl", &export);
        self.folder.path().join(format!("{id}.p12"))
    }

    /// With the misbehaving module of `faulty_pkcs11.c` before it, and little patience.
    pub(crate) fn fault(self, fault: &str) -> Stick {
        let behind = softhsm().to_str().unwrap().to_owned();
        let module = faulty_module(self.folder.path());
        let short = Duration::from_secs(2);
        // A person may take longer than any test: the patience for that is not shortened by accident.
        let patience = Patience { open: short, person: short, sign: short, close: short };
        Stick { module, patience, ..self }.env("FAULT_MODULE", &behind).env("FAULT", fault)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Stick {
        self.env.push((name.into(), value.into()));
        self
    }

    pub(crate) fn module(mut self, path: &Path) -> Stick {
        self.module = path.into();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn module_path(&self) -> &Path {
        &self.module
    }

    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.env
    }

    pub(crate) fn tokens(&self) -> Tokens {
        let launch = Launch { program: self.program.clone(), args: self.args.clone(), env: self.env.clone() };
        Tokens::with_patience(launch, self.module.clone(), self.patience)
    }

    /// The token as it shows itself.
    pub(crate) fn look(&self) -> Token {
        let mut tokens = self.tokens().list().unwrap();
        assert_eq!(tokens.len(), 1, "{tokens:?}");
        tokens.remove(0)
    }

    /// SHA-256 of the certificate made for a key.
    pub(crate) fn certificate(&self, id: &str) -> String {
        token::facts(&std::fs::read(self.path(&format!("{id}.der"))).unwrap()).unwrap().sha256_hex
    }

    /// Unlocks the first key.
    pub(crate) fn unlock(&self) -> Result<TokenKey, TokenError> {
        self.tokens().unlock(&self.certificate("a0"), &Pin::from(PIN), now())
    }

    /// Whether openssl finds the signature to be one over the message, by the certificate of a key.
    pub(crate) fn openssl_agrees(&self, id: &str, digest: &str, message: &[u8], signature: &[u8]) -> bool {
        std::fs::write(self.path("message"), message).unwrap();
        std::fs::write(self.path("signature"), signature).unwrap();
        self.run("openssl", &format!("x509 -in {id}.pem -pubkey -noout -out {id}.pub"));
        self.runs("openssl", &format!("dgst -{digest} -verify {id}.pub -signature signature message"))
    }

    fn run(&self, program: &str, words: &str) {
        assert!(self.runs(program, words), "{program} {words}");
    }

    fn runs(&self, program: &str, words: &str) -> bool {
        let mut command = Command::new(program);
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let output = command
            .output()
            .unwrap_or_else(|e| panic!("{program}: {e} (Debian packages softhsm2, opensc, openssl)"));
        if !output.status.success() {
            eprintln!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        output.status.success()
    }
}

/// Debian's SoftHSM.
pub(crate) fn softhsm() -> PathBuf {
    let found = SOFTHSM.iter().map(PathBuf::from).find(|path| path.exists());
    found.expect("SoftHSM (Debian package softhsm2)")
}

/// Compiles the misbehaving module, once per test program; a moment of `cc` keeps it out of the repository as a binary.
fn faulty_module(folder: &Path) -> PathBuf {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = MODULE.get_or_init(|| {
        let (source, module) = (folder.join("faulty.c"), folder.join("libfaulty.so"));
        std::fs::write(&source, include_str!("faulty_pkcs11.c")).unwrap();
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&module, &source])
            .arg("-ldl")
            .status()
            .expect("a C compiler (Debian package gcc) for the misbehaving module");
        assert!(status.success());
        std::fs::read(&module).unwrap()
    });
    let module = folder.join("libfaulty.so");
    std::fs::write(&module, bytes).unwrap();
    module
}

/// Waits until something is so.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
