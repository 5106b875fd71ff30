//! A furnished school in a moment: the first test furnishes one, every other copies its folder.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::demo::client::{Answer, Client, Trouble};
use xtask::demo::facts::text;
use xtask::demo::house;
use xtask::demo::line::SEAL_PIN;
use xtask::demo::machines::Machine;
use xtask::demo::staff::{ABOVE, Person, SCHOOL, Staff, sign_in};
use xtask::place::{at, fresh_folder, program};

/// Longest any one thing may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Every house has an address of its own, so the port may be the same.
const PORT: u16 = 18_080;

/// A school whose box runs.
pub(super) struct School {
    pub(super) folder: PathBuf,
    pub(super) staff: Staff,
    pub(super) machine: Machine,
}

/// The folder every school is copied from: everybody has an account, the seal's key is deposited.
struct Furnished {
    data: PathBuf,
    staff: Staff,
}

impl School {
    /// A school in `target/bad-input/PROCESS/NAME`, its box running with these variables set.
    pub(super) fn open(name: &str, variables: &[(&str, &str)]) -> Self {
        let mut school = Self::closed(name, variables);
        school.machine.start().unwrap();
        school
    }

    /// The same with the box switched off.
    pub(super) fn closed(name: &str, variables: &[(&str, &str)]) -> Self {
        let furnished = furnished();
        let folder = folder(name);
        copy(&furnished.data, &folder.join("data"));
        let machine = machine(&folder, &folder.join("data"), free_address(), variables);
        Self { folder, staff: furnished.staff.clone(), machine }
    }

    /// With libsane's virtual scanner `test`.
    pub(super) fn with_test_scanner(name: &str, preset: &str) -> Self {
        let configuration = sane_configuration(name, "test\n");
        School::open(name, &[("SANE_CONFIG_DIR", &configuration), ("VANTHU_SCAN_PRESET", preset)])
    }

    pub(super) fn base(&self) -> &str {
        self.machine.base()
    }

    pub(super) fn as_person(&self, person: &Person) -> Client {
        sign_in(self.base(), person).unwrap()
    }

    pub(super) fn clerk(&self) -> Client {
        self.as_person(&self.staff.clerk)
    }

    pub(super) fn raw(&self, request: &[u8]) -> String {
        raw(self.base(), request)
    }

    pub(super) fn connect(&self) -> TcpStream {
        connect(self.base())
    }

    pub(super) fn cookie(&self, person: &Person) -> String {
        cookie(self.base(), person)
    }

    /// Registers a document and demands the number that comes next; what a box that goes on can do.
    pub(super) fn goes_on(&self) -> Value {
        let clerk = self.clerk();
        let before = clerk.get("/api/letters?book=incoming&limit=1").unwrap();
        let last = before["items"][0]["number"].as_u64().unwrap_or_default();
        let letter = clerk.post("/api/letters", &incoming(&format!("{}/goes-on", last + 1))).unwrap();
        assert_eq!(letter["number"], last + 1);
        letter
    }

    /// Stops the box in order and looks at everything it keeps.
    pub(super) fn closes_sound(mut self) {
        self.machine.stop().unwrap();
        sound(&self.folder.join("data"));
    }
}

pub(super) fn connect(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A request as its bytes, and the whole answer as text; for what no honest client sends.
pub(super) fn raw(base: &str, request: &[u8]) -> String {
    let mut stream = connect(base);
    // A box that refuses before the end of a body may close while we still write.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Hears the clerk's live feed from now on: one message for each change that is about this topic.
pub(super) fn told_of(school: &School, topic: &'static str) -> mpsc::Receiver<()> {
    let cookie = school.cookie(&school.staff.clerk);
    let mut stream = school.connect();
    write!(stream, "GET /api/live HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines();
    let head = lines.next().unwrap().unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let about = format!("\"{topic}\"");
        while let Some(Ok(line)) = lines.next() {
            if line.contains(&about) && tell.send(()).is_err() {
                return;
            }
        }
    });
    told
}

/// The session cookie of a person, for raw requests.
pub(super) fn cookie(base: &str, person: &Person) -> String {
    let body = json!({"username": person.username, "password": person.password}).to_string();
    let answer = raw(base, &post("/api/sessions", "", &body));
    let line = answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie:"));
    let line = line.unwrap_or_else(|| panic!("no cookie in {answer}"));
    line.split_once(' ').unwrap().1.split(';').next().unwrap().to_owned()
}

/// The raw bytes of an upload that says it has so many bytes.
pub(super) fn upload(cookie: &str, length: usize, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /api/uploads HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\nCookie: {cookie}\r\n\
         X-File-Name: ..%2F..%2Fetc%2Fpasswd%00.pdf\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), file].concat()
}

/// `vanthu check` finds nothing.
pub(super) fn sound(data: &Path) {
    let check =
        Command::new(program("vanthu")).args(["check", "--json", "--data"]).arg(data).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// A folder for this test alone; it stays for a look until the next run.
pub(super) fn folder(name: &str) -> PathBuf {
    let folder = fresh_folder("bad-input").unwrap().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A configuration of libsane that names these drivers only.
pub(super) fn sane_configuration(name: &str, drivers: &str) -> String {
    let configuration = folder(name).join("sane");
    fs::create_dir_all(&configuration).unwrap();
    fs::write(configuration.join("dll.conf"), drivers).unwrap();
    configuration.display().to_string()
}

/// An address nobody else has: every loopback address is ours.
pub(super) fn free_address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [high, low] = (std::process::id() as u16).to_be_bytes();
    let host = Ipv4Addr::new(127, high.max(1), low, NEXT.fetch_add(1, Ordering::Relaxed));
    SocketAddr::new(host.into(), PORT)
}

/// The box over a data folder.
pub(super) fn machine(
    folder: &Path,
    data: &Path,
    address: SocketAddr,
    variables: &[(&str, &str)],
) -> Machine {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Machine::new("box", &program("vanthu"), folder, address)
        .with_arguments(&["serve", "--data", &data.display().to_string(), "--listen", &address.to_string()])
        .with_environment(variables.iter().map(own).collect())
}

/// The office above, in the same folder.
pub(super) fn hub(folder: &Path) -> Machine {
    let address = free_address();
    Machine::new("hub", &program("vanthu-hub"), folder, address)
        .with_arguments(&["serve", "--data", &folder.join("hub").display().to_string()])
        .with_arguments(&["--listen", &address.to_string(), "--name", ABOVE])
        .with_arguments(&["--operator-password-env", "VANTHU_OPERATOR_PASSWORD"])
        .with_environment(vec![("VANTHU_OPERATOR_PASSWORD".into(), "mười hai con giáp".into())])
}

/// A one-time code of the hub in that folder.
pub(super) fn enrolment_code(folder: &Path) -> String {
    let mut command = Command::new(program("vanthu-hub"));
    command.args(["enrol-code", "--json", "--unit", SCHOOL, "--data"]).arg(folder.join("hub"));
    let said: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    said["code"].as_str().unwrap().to_owned()
}

pub(super) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success(), "cp {} {}", from.display(), to.display());
}

fn furnished() -> &'static Furnished {
    static FURNISHED: OnceLock<Furnished> = OnceLock::new();
    FURNISHED.get_or_init(|| {
        house::build_programs().unwrap();
        let (folder, staff) = (folder("furnished"), Staff::invent().unwrap());
        let data = folder.join("data");
        set_up(&data, &staff);
        let mut machine = machine(&folder, &data, free_address(), &[]);
        machine.start().unwrap();
        let it = sign_in(machine.base(), &staff.it).unwrap();
        staff.move_in(&it, machine.base()).unwrap();
        let clerk = sign_in(machine.base(), &staff.clerk).unwrap();
        let key = fs::read(fixture("pki/unit.p12")).unwrap();
        clerk.post_file("/api/certificates", "unit.p12", &key, &[("passphrase", SEAL_PIN)]).unwrap();
        machine.stop().unwrap();
        Furnished { data, staff }
    })
}

fn set_up(data: &Path, staff: &Staff) {
    let output = Command::new(program("vanthu"))
        .args(["init", "--unit", SCHOOL, "--parent", ABOVE, "--abbreviation", "THCSHP", "--place", "Bình An"])
        .args(["--admin", staff.it.username, "--password-env", "VANTHU_PASSWORD", "--data"])
        .arg(data)
        .env("VANTHU_PASSWORD", &staff.it.password)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub(super) fn fixture(path: &str) -> PathBuf {
    at("tests/fixtures").join(path)
}

/// The line of an incoming document with this number and symbol.
pub(super) fn incoming(reference_code: &str) -> Value {
    json!({
        "book": "incoming", "issuing_body": "Phòng Nội vụ huyện Thanh Hà Sơn", "reference_code": reference_code,
        "issue_date": "2026-03-12", "document_type": "official_letter", "subject": "V/v kiểm kê thiết bị dạy học",
    })
}

/// The raw bytes of a request that changes something.
pub(super) fn post(path: &str, cookie: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\nCookie: {cookie}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Demands a refusal with this status and code whose sentence says what to do next; gives the sentence.
#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(answer: Answer<T>, status: u16, code: &str) -> String {
    match answer {
        Err(Trouble::Refused { status: got, code: said, detail, call }) => {
            assert_eq!((got, said.as_str()), (status, code), "{call}: {detail}");
            says_what_to_do(&detail);
            detail
        }
        other => panic!("expected {status} {code}, got {other:?}"),
    }
}

/// The same of an answer as text.
#[track_caller]
pub(super) fn refused_raw(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body = body.find('{').map_or("", |begin| &body[begin..=body.rfind('}').unwrap()]);
    let problem: Value =
        serde_json::from_str(body).unwrap_or_else(|_| panic!("no problem document: {answer}"));
    assert_eq!(problem["code"], code, "{problem}");
    says_what_to_do(problem["detail"].as_str().unwrap());
}

/// A sentence is Vietnamese, ends, and names something to do with one's hands.
#[track_caller]
pub(super) fn says_what_to_do(sentence: &str) {
    let next = ["Hãy ", "hãy ", "Nhờ ", "nhờ ", "bấm "].iter().any(|verb| sentence.contains(verb));
    assert!(next && sentence.ends_with('.'), "no next step: {sentence:?}");
}

/// Looks again and again until `look` finds what it wants.
#[track_caller]
pub(super) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(LOOK_AGAIN);
    }
}

/// The first scanner there is.
pub(super) fn scanner_of(clerk: &Client) -> String {
    let list = clerk.get("/api/scanners").unwrap();
    text(&list, "/devices/0/id").unwrap_or_else(|trouble| panic!("{trouble}: {list}")).to_owned()
}

/// The cheapest wish there is.
pub(super) fn wish(device: &str, source: &str) -> Value {
    json!({"device": device, "source": source, "colour": "grey", "dpi": 75, "paper": "a5"})
}

/// Waits until a job is over.
pub(super) fn scanned(clerk: &Client, scan: &Value) -> Value {
    let path = format!("/api/scans/{}", text(scan, "/id").unwrap());
    wait_for("the scan to end", || Some(clerk.get(&path).unwrap()).filter(|scan| !is_at_work(scan)))
}

/// Whether a job has the scanner or waits for it.
pub(super) fn is_at_work(scan: &Value) -> bool {
    ["queued", "scanning"].iter().any(|state| scan["state"] == *state)
}

/// A job that failed with this code, a sentence and so many pages kept.
#[track_caller]
pub(super) fn failed(scan: &Value, code: &str, pages: usize) {
    let kept = scan["pages"].as_array().map_or(0, Vec::len);
    let got = (scan["state"].as_str(), scan["error"]["code"].as_str(), kept);
    assert_eq!(got, (Some("failed"), Some(code), pages), "{scan}");
    says_what_to_do(scan["error"]["sentence"].as_str().unwrap());
}
