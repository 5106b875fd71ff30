//! An invented world of CAs, made by openssl while the tests run: nobody commits keys or certificates.
//!
//! One [`World`] is one temporary folder. A test makes what it needs (`issue`, `crl`, `ocsp`, `stamp`, `cms`); the
//! usual cast - root, intermediate, a person, a unit, a TSA, a responder - is made once and shared ([`cast`]).
//! Time stands still: [`World::now_ms`] is an hour after the first root began to be valid.

use chrono::DateTime;
use pki::{Cert, Evidence, Judgement, Purpose, Standing, Trust, Why, crl::Crl, judge, ocsp, tsp};
use std::{
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

pub(crate) const CA: &str = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n\
    subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n";
pub(crate) const SIGNER: &str = "basicConstraints = critical, CA:FALSE\n\
    keyUsage = critical, digitalSignature, nonRepudiation\nsubjectKeyIdentifier = hash\n\
    authorityKeyIdentifier = keyid\n";

pub(crate) struct World {
    folder: tempfile::TempDir,
    serial: AtomicU32,
}

/// What to ask a CA for. The defaults are a person's certificate on a P-256 key for ten years.
#[derive(Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) subject: &'a str,
    pub(crate) key: &'a str,
    /// Name of the issuer; none signs itself.
    pub(crate) by: Option<&'a str>,
    pub(crate) extensions: String,
    pub(crate) digest: &'a str,
    pub(crate) days: u32,
    pub(crate) string_mask: &'a str,
    /// Number, where a test needs a certain one.
    pub(crate) serial: Option<u32>,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Plan {
            subject: "/C=VN/O=Trường Tiểu học Giả Định/CN=Nguyễn Thị Ví Dụ",
            key: "P-256",
            by: None,
            extensions: SIGNER.into(),
            digest: "sha256",
            days: 3650,
            string_mask: "utf8only",
            serial: None,
        }
    }
}

/// One line of a CA's list: number, when revoked (Unix ms) and why in openssl's words; not revoked when none.
pub(crate) type Line<'a> = (&'a Cert, Option<(i64, &'a str)>);

impl World {
    pub(crate) fn new() -> World {
        World { folder: tempfile::tempdir().unwrap(), serial: AtomicU32::new(0x1001) }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.at(name), bytes).unwrap();
        self.at(name)
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.at(name)).unwrap()
    }

    /// Runs openssl in the folder; the words are split at spaces.
    pub(crate) fn openssl(&self, line: &str) {
        let (well, said) = self.try_openssl(&line.split_whitespace().collect::<Vec<_>>());
        assert!(well, "openssl {line}: {said}");
    }

    pub(crate) fn try_openssl(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new("openssl")
            .args(words)
            .current_dir(self.folder.path())
            .env("OPENSSL_CONF", "/dev/null")
            .output()
            .unwrap_or_else(|e| panic!("openssl is missing ({e}): run `cargo xtask setup`"));
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// A key file `NAME.key`.
    pub(crate) fn key(&self, name: &str, kind: &str) {
        match kind {
            "Ed25519" => self.openssl(&format!("genpkey -algorithm ED25519 -out {name}.key")),
            rsa if rsa.starts_with("RSA") => {
                let bits = &rsa[4..];
                self.openssl(&format!(
                    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out {name}.key"
                ));
            }
            curve => self.openssl(&format!(
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out {name}.key"
            )),
        }
    }

    /// A new key and its certificate, as `NAME.key` and `NAME.pem`.
    pub(crate) fn issue(&self, name: &str, plan: &Plan) -> Cert {
        self.key(name, plan.key);
        self.certify(name, name, plan)
    }

    /// A certificate `NAME.pem` for the key of `holder`.
    pub(crate) fn certify(&self, name: &str, holder: &str, plan: &Plan) -> Cert {
        let mask = plan.string_mask;
        let request = format!(
            "[req]\nprompt = no\nutf8 = yes\nstring_mask = {mask}\ndistinguished_name = dn\n[dn]\nCN = unused\n"
        );
        self.put("req.cnf", request);
        self.put(&format!("{name}.ext"), &plan.extensions);
        let wanted =
            ["req", "-new", "-utf8", "-config", "req.cnf", "-key", &format!("{holder}.key"), "-subj"];
        let wanted: Vec<&str> = wanted.into_iter().chain([plan.subject, "-out", "one.csr"]).collect();
        let (well, said) = self.try_openssl(&wanted);
        assert!(well, "{said}");
        let signed = match plan.by {
            Some(by) => format!("-CA {by}.pem -CAkey {by}.key"),
            None => format!("-signkey {holder}.key"),
        };
        let serial = plan.serial.unwrap_or_else(|| self.serial.fetch_add(1, Ordering::Relaxed));
        self.openssl(&format!(
            "x509 -req -in one.csr {signed} -set_serial {serial} -days {} -{} -extfile {name}.ext -out {name}.pem",
            plan.days, plan.digest
        ));
        self.cert(name)
    }

    pub(crate) fn cert(&self, name: &str) -> Cert {
        pki::certificates(&self.get(&format!("{name}.pem"))).pop().unwrap()
    }

    /// A CRL of `by`; `days` from its making to the next, `extensions` beyond the number.
    pub(crate) fn crl(&self, by: &str, lines: &[Line], last: i64, extensions: &str) -> Vec<u8> {
        self.index(lines);
        self.put(
            "ca.cnf",
            format!(
                "[ca]\ndefault_ca = one\n[one]\ndatabase = index.txt\ncrlnumber = number.txt\ndefault_md = sha256\n\
                 crl_extensions = more\n[more]\nauthorityKeyIdentifier = keyid\n{extensions}"
            ),
        );
        self.put("number.txt", "01\n");
        let (from, to) = (long(last), long(last + 7 * DAY_MS));
        self.openssl(&format!(
            "ca -gencrl -config ca.cnf -cert {by}.pem -keyfile {by}.key -crl_lastupdate {from} -crl_nextupdate {to} -out one.crl"
        ));
        self.openssl("crl -in one.crl -outform DER -out one.der");
        self.get("one.der")
    }

    /// An OCSP response about `cert`, asked for with our own request.
    pub(crate) fn ocsp(&self, cert: &Cert, issuer: &str, responder: &str, lines: &[Line]) -> Vec<u8> {
        self.index(lines);
        self.put("request.der", ocsp::request(cert, &self.cert(issuer), Some(b"0123456789")));
        self.openssl(&format!(
            "ocsp -index index.txt -CA {issuer}.pem -rsigner {responder}.pem -rkey {responder}.key -reqin request.der \
             -ndays 7 -respout response.der"
        ));
        self.get("response.der")
    }

    fn index(&self, lines: &[Line]) {
        let line = |(cert, revoked): &Line| {
            let (mark, when) = match revoked {
                Some((at_ms, reason)) => ('R', format!("{}{reason}", short(*at_ms))),
                None => ('V', String::new()),
            };
            let serial = cert.serial_hex().to_uppercase();
            format!("{mark}\t{}\t{when}\t{serial}\tunknown\t/CN={serial}\n", short(cert.not_after_ms()))
        };
        self.put("index.txt", lines.iter().map(line).collect::<String>());
        self.put("index.txt.attr", "unique_subject = no\n");
    }

    /// A reply of the time stamp server `NAME` to our own request.
    pub(crate) fn stamp(&self, name: &str, request: &[u8], more: &str) -> Vec<u8> {
        self.put(
            "tsa.cnf",
            format!(
                "[tsa]\ndefault_tsa = one\n[one]\nserial = tsa.serial\ndefault_policy = 1.2.3.4\ndigests = sha256\n\
                 signer_digest = sha256\naccuracy = secs:1, millisecs:500, microsecs:100\ness_cert_id_alg = sha256\n{more}"
            ),
        );
        self.put("tsa.serial", "0A\n");
        self.put("query.tsq", request);
        self.openssl(&format!(
            "ts -reply -config tsa.cnf -queryfile query.tsq -signer {name}.pem -inkey {name}.key -chain {name}.chain \
             -out reply.tsr"
        ));
        self.get("reply.tsr")
    }

    /// A token of [`cast`]'s time stamp server about these bytes.
    pub(crate) fn token(&self, about: &[u8]) -> Vec<u8> {
        let digest: [u8; 32] = pki::Hash::Sha256.digest(&[about]).try_into().unwrap();
        let reply = self.stamp("tsa", &tsp::request(&digest, Some(7)), "");
        tsp::reply(&reply, &digest, Some(7)).unwrap().bytes().to_vec()
    }

    /// A detached CMS by `name` over `data`, with openssl's own options.
    pub(crate) fn cms(&self, name: &str, data: &[u8], options: &str) -> Vec<u8> {
        self.put("data", data);
        self.openssl(&format!(
            "cms -sign -binary -in data -signer {name}.pem -inkey {name}.key -outform DER -md sha256 -out one.cms {options}"
        ));
        self.get("one.cms")
    }

    pub(crate) fn trust(&self, names: &[&str]) -> Trust {
        let files = names.iter().map(|name| (format!("{name}.pem"), self.get(&format!("{name}.pem"))));
        Trust::read(files).0
    }

    pub(crate) fn evidence(&self, names: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        names.iter().for_each(|name| assert!(evidence.add_cert(&self.get(&format!("{name}.pem")))));
        evidence
    }
}

/// The usual cast, made once and copied for each test, since tests write beside it:
/// root (RSA 3072) > sub (P-384) > person (RSA 2048), unit (P-256), tsa, responder.
pub(crate) fn cast() -> World {
    static CAST: LazyLock<World> = LazyLock::new(|| {
        let world = World::new();
        let ca = |extra: &str| format!("{CA}{extra}");
        world.issue(
            "root",
            &Plan {
                subject: "/C=VN/O=Cơ quan giả định/CN=Gốc",
                key: "RSA 3072",
                extensions: CA.into(),
                ..Plan::default()
            },
        );
        let sub = Plan {
            subject: "/C=VN/O=Cơ quan giả định/CN=Cấp dưới",
            key: "P-384",
            by: Some("root"),
            extensions: ca("crlDistributionPoints = URI:http://pki.example/root.crl\n"),
            ..Plan::default()
        };
        world.issue("sub", &sub);
        let addresses = "authorityInfoAccess = OCSP;URI:http://ocsp.example/,caIssuers;URI:http://pki.example/sub.p7c\n\
            crlDistributionPoints = URI:http://pki.example/sub.crl\n";
        let person = Plan {
            key: "RSA 2048",
            by: Some("sub"),
            extensions: format!("{SIGNER}extendedKeyUsage = clientAuth, emailProtection\n{addresses}"),
            ..Plan::default()
        };
        world.issue("person", &person);
        let unit = Plan {
            subject: "/C=VN/O=Trường Tiểu học Giả Định/CN=Trường Tiểu học Giả Định",
            by: Some("sub"),
            ..Plan::default()
        };
        world.issue("unit", &unit);
        let tsa = Plan {
            subject: "/C=VN/CN=Dấu thời gian giả định",
            by: Some("sub"),
            extensions: format!("{SIGNER}extendedKeyUsage = critical, timeStamping\n"),
            ..Plan::default()
        };
        world.issue("tsa", &tsa);
        let chain = [world.get("tsa.pem"), world.get("sub.pem")].concat();
        world.put("tsa.chain", chain);
        let responder = Plan {
            subject: "/C=VN/CN=Trả lời giả định",
            by: Some("sub"),
            extensions: format!("{SIGNER}extendedKeyUsage = OCSPSigning\n1.3.6.1.5.5.7.48.1.5 = ASN1:NULL\n"),
            ..Plan::default()
        };
        world.issue("responder", &responder);
        world
    });
    let copy = World::new();
    for file in std::fs::read_dir(CAST.folder.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.folder.path().join(file.file_name())).unwrap();
    }
    copy.serial.store(0x2001, Ordering::Relaxed);
    copy
}

impl World {
    pub(crate) fn now_ms(&self) -> i64 {
        self.cert("root").not_before_ms() + HOUR_MS
    }

    /// Judges as [`judge`] does, at [`World::now_ms`].
    pub(crate) fn judge(
        &self,
        name: &str,
        purpose: Purpose,
        evidence: &Evidence,
        trust: &Trust,
    ) -> Judgement {
        judge(&self.cert(name), purpose, evidence, trust, self.now_ms(), self.now_ms())
    }
}

/// A verdict as one word or two, for tables.
pub(crate) fn word(standing: &Standing) -> String {
    match standing {
        Standing::Good => "good".into(),
        Standing::Expired { cert, .. } => format!("expired {cert}"),
        Standing::NotYetValid { cert, .. } => format!("not yet {cert}"),
        Standing::Revoked { cert, reason, .. } => format!("revoked {cert} {reason:?}"),
        Standing::Untrusted(why) => match why {
            Why::SelfSigned => "self-signed",
            Why::UnknownRoot(_) => "unknown root",
            Why::NoIssuer(_) => "no issuer",
            Why::BadSignature => "bad signature",
            Why::Weak(_) => "weak",
            Why::Unsupported(_) => "unsupported",
            Why::NotACa(_) => "no CA",
            Why::PathTooLong => "too long",
            Why::WrongPurpose(_) => "wrong purpose",
            Why::CriticalExtension(_) => "critical",
            Why::NameConstraint(_) => "name constraint",
            _ => "another",
        }
        .into(),
    }
}

pub(crate) fn parse_crl(bytes: &[u8]) -> Crl {
    Crl::parse(bytes).unwrap()
}

fn long(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap().format("%Y%m%d%H%M%SZ").to_string()
}

fn short(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap().format("%y%m%d%H%M%SZ").to_string()
}
