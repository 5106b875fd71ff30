//! An invented certification authority with its servers, made by openssl while a test runs: root, intermediate, people and
//! units, a time stamp server, an OCSP responder, revocation lists. Nobody commits keys or certificates.
//!
//! ```ignore
//! let authority = Authority::open();
//! let head = authority.person("head", "Trần Văn Bách");   // head.p12, opened by PIN
//! authority.revoke("head");                               // OCSP says so from now on
//! authority.unplug();                                     // no line
//! ```

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;

use crate::school::UNIT;

/// Opens every key file here.
pub(crate) const PIN: &str = "ma-pin";

const PORT: u16 = 18_090;
/// Longer than programs usually wait for one another.
const SLOW: Duration = Duration::from_secs(10);

pub(crate) struct Authority {
    place: Arc<Place>,
    serial: AtomicU32,
    line: Mutex<Option<Line>>,
}

/// Where it keeps its books, and how its servers answer.
struct Place {
    folder: TempDir,
    address: SocketAddr,
    /// They answer with an error.
    ill: AtomicBool,
    /// openssl counts in files.
    counting: Mutex<()>,
    /// How often each path was asked for.
    asked: Mutex<HashMap<String, u32>>,
}

/// Servers that listen.
struct Line {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Authority {
    /// With its servers listening.
    pub(crate) fn open() -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let [high, low] = (std::process::id() as u16).to_be_bytes();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let host = Ipv4Addr::new(127, high.max(1), low, number);
        let place = Place {
            folder: tempfile::tempdir().unwrap(),
            address: SocketAddr::new(host.into(), PORT),
            ill: AtomicBool::new(false),
            counting: Mutex::new(()),
            asked: Mutex::default(),
        };
        let authority =
            Self { place: Arc::new(place), serial: AtomicU32::new(0x1001), line: Mutex::new(None) };
        authority.found(number);
        authority.plug_in();
        authority
    }

    /// No two of them have one name.
    fn found(&self, number: u8) {
        let place = &self.place;
        std::fs::write(place.at("x.cnf"), configuration(&place.base())).unwrap();
        for (name, text) in [
            ("root.txt", ""),
            ("inter.txt", ""),
            ("root.number", "01\n"),
            ("inter.number", "01\n"),
            ("tsa.number", "01\n"),
        ] {
            std::fs::write(place.at(name), text).unwrap();
        }
        place.openssl("genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out root.key", &[]);
        let root = "req -new -x509 -config x.cnf -utf8 -extensions authority -key root.key -days 14600 -out root.pem";
        place.openssl(root, &["-subj", &format!("/C=VN/O=Gốc giả định/CN=Gốc {number}")]);
        self.issue(
            "inter",
            "intermediate",
            "root",
            "P-256",
            &format!("/C=VN/O=Cấp phát giả định/CN=Cấp phát {number}"),
        );
        self.issue("tsa", "tsa", "inter", "RSA", "/C=VN/O=Dấu giờ giả định/CN=Dấu giờ giả định");
        self.issue("ocsp", "ocsp", "inter", "P-256", "/C=VN/O=Tình trạng giả định/CN=Tình trạng giả định");
    }

    /// A person's key file.
    pub(crate) fn person(&self, name: &str, full_name: &str) -> Vec<u8> {
        self.issue(name, "signer", "inter", "P-256", &format!("/C=VN/O={UNIT}/CN={full_name}"));
        self.packed(name)
    }

    /// The unit's key file.
    pub(crate) fn unit(&self, name: &str) -> Vec<u8> {
        self.body(name, UNIT)
    }

    /// The key file of any body.
    pub(crate) fn body(&self, name: &str, body: &str) -> Vec<u8> {
        self.issue(name, "signer", "inter", "RSA", &format!("/C=VN/O={body}/CN={body}"));
        self.packed(name)
    }

    fn packed(&self, name: &str) -> Vec<u8> {
        let pack = format!(
            "pkcs12 -export -inkey {name}.key -in {name}.pem -certfile inter.pem -passout pass:{PIN} -out {name}.p12"
        );
        self.place.openssl(&pack, &[]);
        self.read(&format!("{name}.p12"))
    }

    fn issue(&self, name: &str, section: &str, by: &str, key: &str, subject: &str) {
        let place = &self.place;
        let kind = match key {
            "RSA" => "RSA -pkeyopt rsa_keygen_bits:2048".to_owned(),
            curve => format!("EC -pkeyopt ec_paramgen_curve:{curve}"),
        };
        place.openssl(&format!("genpkey -quiet -algorithm {kind} -out {name}.key"), &[]);
        let days = if section == "intermediate" { 14_600 } else { 3_650 };
        self.certify(name, section, by, subject, days);
    }

    /// A certificate for a key that is there.
    fn certify(&self, name: &str, section: &str, by: &str, subject: &str, days: u32) {
        let place = &self.place;
        place.openssl(
            &format!("req -new -utf8 -config x.cnf -key {name}.key -out {name}.csr"),
            &["-subj", subject],
        );
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        place.openssl(
            &format!(
                "x509 -req -in {name}.csr -CA {by}.pem -CAkey {by}.key -set_serial {serial} -days {days} -sha256 \
                 -extfile x.cnf -extensions {section} -out {name}.pem"
            ),
            &[],
        );
        self.book(by, &format!("V\t361231235959Z\t\t{serial:04X}\tunknown\t/CN={name}\n"));
    }

    fn book(&self, by: &str, line: &str) {
        let path = self.place.at(&format!("{by}.txt"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + line).unwrap();
    }

    /// Takes a certificate of the intermediate back, since a minute after it was made.
    pub(crate) fn revoke(&self, name: &str) {
        let path = self.place.at("inter.txt");
        let text = std::fs::read_to_string(&path).unwrap();
        let at = chrono::Utc::now() - chrono::TimeDelta::seconds(30);
        let revoked = format!("{},keyCompromise", at.format("%y%m%d%H%M%SZ"));
        let line = |line: &str| match line.ends_with(&format!("/CN={name}")) {
            true => line.replace("V\t361231235959Z\t\t", &format!("R\t361231235959Z\t{revoked}\t")),
            false => line.to_owned(),
        };
        std::fs::write(path, text.lines().map(|text| line(text) + "\n").collect::<String>()).unwrap();
    }

    /// Where time stamps are asked for.
    pub(crate) fn stamps(&self) -> String {
        format!("{}/tsa", self.place.base())
    }

    /// Where time stamps are asked for of a server of its own, whose certificate ends in so many days.
    pub(crate) fn stamps_for(&self, name: &str, days: u32) -> String {
        self.place.openssl(&format!("genpkey -quiet -algorithm RSA -out {name}.key"), &[]);
        self.certify(name, "tsa", "inter", &format!("/C=VN/O=Dấu giờ giả định/CN={name}"), days);
        format!("{}/tsa/{name}", self.place.base())
    }

    /// Where time stamps come after ten seconds.
    pub(crate) fn slow_stamps(&self) -> String {
        format!("{}/slow/tsa", self.place.base())
    }

    /// Where nothing ever comes.
    pub(crate) fn no_stamps(&self) -> String {
        format!("{}/never", self.place.base())
    }

    /// How often this address was asked for something.
    pub(crate) fn times_asked(&self, url: &str) -> u32 {
        let path = url.strip_prefix(&self.place.base()).unwrap();
        self.place.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    /// The list of what `root` or `inter` has taken back until now, DER.
    pub(crate) fn list(&self, by: &str) -> Vec<u8> {
        self.place.made(&format!("/{by}.crl"), &[])
    }

    /// A file of its folder.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.place.at(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.at(name)
    }

    /// A certificate with the one that vouches for it, as PEM.
    pub(crate) fn chain(&self, name: &str) -> String {
        let pem = [self.read(&format!("{name}.pem")), self.read("inter.pem")].concat();
        String::from_utf8(pem).unwrap()
    }

    /// What a raw key makes of a message.
    pub(crate) fn sign(&self, name: &str, message: &[u8]) -> Vec<u8> {
        std::fs::write(self.place.at("message"), message).unwrap();
        self.place.openssl(&format!("dgst -sha256 -sign {name}.key -out signature message"), &[]);
        self.read("signature")
    }

    /// There is no line: nobody listens.
    pub(crate) fn unplug(&self) {
        if let Some(line) = self.line.lock().unwrap().take() {
            line.over.store(true, Ordering::Relaxed);
            // Wakes it.
            let _ = TcpStream::connect(self.place.address);
            line.thread.join().unwrap();
        }
    }

    /// There is a line again.
    pub(crate) fn plug_in(&self) {
        let listener = TcpListener::bind(self.place.address).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (place, told) = (self.place.clone(), over.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if told.load(Ordering::Relaxed) {
                    return;
                }
                let place = place.clone();
                thread::spawn(move || place.answer(stream.unwrap()));
            }
        });
        *self.line.lock().unwrap() = Some(Line { over, thread });
    }

    /// Servers answer with an error, or well again.
    pub(crate) fn is_ill(&self, ill: bool) {
        self.place.ill.store(ill, Ordering::Relaxed);
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.unplug();
    }
}

impl Place {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The words of a line, and those that hold blanks.
    fn openssl(&self, words: &str, more: &[&str]) {
        let output = Command::new("openssl")
            .args(words.split_whitespace())
            .args(more)
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is missing: run `cargo xtask setup`");
        assert!(output.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// One request, one answer. Whoever leaves early leaves.
    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(&stream);
        let (mut line, mut length) = (String::new(), 0);
        let _ = reader.read_line(&mut line);
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        loop {
            let mut head = String::new();
            if reader.read_line(&mut head).unwrap_or(0) < 3 {
                break;
            }
            if let Some((name, value)) = head.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        *self.asked.lock().unwrap().entry(path.clone()).or_default() += 1;
        let path = match path.strip_prefix("/slow") {
            Some(path) => {
                thread::sleep(SLOW);
                path.to_owned()
            }
            None if path == "/never" => {
                thread::park();
                return;
            }
            None => path,
        };
        let (status, answer) = match self.ill.load(Ordering::Relaxed) {
            true => ("500 Internal Server Error", Vec::new()),
            false => ("200 OK", self.made(&path, &body)),
        };
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
        let _ = (&stream).write_all(&[head.as_bytes(), &answer].concat());
    }

    fn made(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let _one = self.counting.lock().unwrap();
        std::fs::write(self.at("asked"), body).unwrap();
        let stamp = "ts -reply -config x.cnf -section server -queryfile asked -out said";
        let said = match path {
            "/tsa" => stamp.to_owned(),
            path if path.starts_with("/tsa/") => {
                let name = &path["/tsa/".len()..];
                format!("{stamp} -signer {name}.pem -inkey {name}.key")
            }
            "/ocsp" => "ocsp -index inter.txt -CA inter.pem -rsigner ocsp.pem -rkey ocsp.key -reqin asked -respout said \
                        -ndays 7"
                .to_owned(),
            list => {
                let Some(by) = list.strip_prefix('/').and_then(|list| list.strip_suffix(".crl")) else {
                    return Vec::new();
                };
                let make = "ca -gencrl -config x.cnf -crldays 7 -out list.pem";
                self.openssl(&format!("{make} -name {by} -cert {by}.pem -keyfile {by}.key"), &[]);
                "crl -in list.pem -outform DER -out said".to_owned()
            }
        };
        self.openssl(&said, &[]);
        std::fs::read(self.at("said")).unwrap()
    }
}

fn configuration(base: &str) -> String {
    let authority = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n\
                     subjectKeyIdentifier = hash";
    let end =
        "basicConstraints = critical, CA:FALSE\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid";
    format!(
        "[req]\ndistinguished_name = dn\nstring_mask = utf8only\nprompt = no\n[dn]\ncommonName = x\n\
         [root]\ndatabase = root.txt\ncrlnumber = root.number\ndefault_md = sha256\n\
         [inter]\ndatabase = inter.txt\ncrlnumber = inter.number\ndefault_md = sha256\n\
         [authority]\n{authority}\n\
         [intermediate]\n{authority}\nauthorityKeyIdentifier = keyid\ncrlDistributionPoints = URI:{base}/root.crl\n\
         [signer]\n{end}\nkeyUsage = critical, digitalSignature, nonRepudiation\n\
         authorityInfoAccess = OCSP;URI:{base}/ocsp\n\
         [tsa]\n{end}\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n\
         authorityInfoAccess = OCSP;URI:{base}/ocsp\n\
         [ocsp]\n{end}\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\nnoCheck = ignored\n\
         [server]\nserial = tsa.number\nsigner_cert = tsa.pem\ncerts = inter.pem\nsigner_key = tsa.key\n\
         signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_alg = sha256\n"
    )
}
