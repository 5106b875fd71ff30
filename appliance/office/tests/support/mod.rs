//! An office in a temporary folder, with staff and a clock held in the hand.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses its own part"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use office::letters::form::{Draft, Register};
use office::letters::model::{Act, People, Seal};
use office::letters::signing::Look;
use office::letters::{self, Letter};
use office::rights::Actor;
use office::scans::Paper;
use office::{Clock, Command, Desk, Done, Error, Refusal, Role, Viewer, accounts, scans, seals, units};
use uuid::Uuid;
use wire::{Sha256, Stamp};

/// 2026-11-21 08:00 in Vietnam.
pub const MORNING: i64 = 1_795_222_800_000;
pub const DAY_MS: i64 = 86_400_000;

pub struct HeldClock(pub AtomicI64);

impl Clock for HeldClock {
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

pub struct TestOffice {
    pub desk: Desk,
    pub clock: Arc<HeldClock>,
    pub folder: tempfile::TempDir,
    pub clerk: Viewer,
    pub head: Viewer,
    pub teacher: Viewer,
    pub other_teacher: Viewer,
    pub it: Viewer,
}

impl TestOffice {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HeldClock(AtomicI64::new(MORNING)));
        let desk = Desk::open(folder.path(), clock.clone()).unwrap();
        let facts = units::Facts {
            name: "Trường THCS Hoa Phượng".into(),
            parent_name: "Ủy ban nhân dân xã Bình An".into(),
            abbreviation: "THCSHP".into(),
            place: "Bình An".into(),
            ..units::Facts::default()
        };
        let machine = Actor::Machine("set-up");
        desk.execute_here(&machine, &Command::Units(units::Command::Found { facts })).unwrap();
        let hire = |username: &str, name: &str, role| hire(&desk, username, name, role);
        Self {
            clerk: hire("thu", "Lê Thị Thư", Role::Clerk),
            head: hire("truong", "Trần Văn Trưởng", Role::Head),
            teacher: hire("giang", "Phạm Thị Giảng", Role::Teacher),
            other_teacher: hire("day", "Võ Văn Dạy", Role::Teacher),
            it: hire("may", "Đỗ Văn Máy", Role::It),
            desk,
            clock,
            folder,
        }
    }

    pub fn set_clock(&self, unix_ms: i64) {
        self.clock.0.store(unix_ms, Ordering::SeqCst);
    }

    pub fn ask(&self, who: &Viewer, command: Command) -> Result<Done, Error> {
        self.desk.execute_here(&Actor::Person(who.clone()), &command)
    }

    pub fn machine(&self, command: Command) -> Result<Done, Error> {
        self.desk.execute_here(&Actor::Machine("test"), &command)
    }

    pub fn register(&self, form: Register) -> Result<Uuid, Error> {
        let command = Command::Letters(letters::Command::Register(Box::new(form)));
        self.ask(&self.clerk, command).map(|done| done.id.unwrap())
    }

    pub fn draft(&self, who: &Viewer, form: Draft) -> Result<Uuid, Error> {
        self.ask(who, Command::Letters(letters::Command::Draft(Box::new(form)))).map(|done| done.id.unwrap())
    }

    pub fn act(&self, who: &Viewer, letter: Uuid, act: Act) -> Result<Done, Error> {
        let version = self.letter(letter).version;
        self.ask(who, Command::Letters(letters::Command::Do { letter, version, act }))
    }

    pub fn letter(&self, id: Uuid) -> Letter {
        self.desk.journal().read().unwrap().get(&id.to_string()).unwrap().unwrap()
    }

    /// A PDF on the desk of this person, ready to be filed.
    pub fn upload(&self, who: &Viewer, bytes: &[u8]) -> Uuid {
        let paper = self.paper(bytes);
        let command =
            scans::Command::Upload { file_name: "ban-quet.pdf".into(), paper, way: scans::Way::File };
        self.ask(who, Command::Scans(command)).unwrap().id.unwrap()
    }

    /// A page of paper on the desk of this person, composed and ready to be filed.
    pub fn scanned(&self, who: &Viewer, bytes: &[u8]) -> Uuid {
        let settings = scans::Settings {
            device: "usb:1".into(),
            source: "glass".into(),
            dpi: 300,
            ..Default::default()
        };
        let start = scans::Command::Start { settings, queued: false, owner: None };
        let scan = self.ask(who, Command::Scans(start)).unwrap().id.unwrap();
        let blobs = self.desk.journal().blobs();
        let (capture, thumbnail) = (blobs.put(b"a page").unwrap(), blobs.put(b"small").unwrap());
        let page = scans::Keep {
            capture,
            thumbnail,
            width_px: 10,
            height_px: 10,
            dpi: 300,
            side: None,
            photo: None,
        };
        self.machine(Command::Scans(scans::Command::KeepPage { scan, page })).unwrap();
        self.machine(Command::Scans(scans::Command::Finish { scan })).unwrap();
        let row: scans::Scan = self.desk.journal().read().unwrap().get(&scan.to_string()).unwrap().unwrap();
        let compose = scans::Command::Compose {
            scan,
            version: row.version,
            paper: self.paper(bytes),
            words: None,
            dressed: vec![],
            made: scans::Made::default(),
        };
        self.machine(Command::Scans(compose)).unwrap();
        scan
    }

    /// What a follower says when it has signed a file; no `signature` is the unit's seal.
    pub fn signed(&self, letter: Uuid, signature: Option<Uuid>, of: Sha256, bytes: &[u8]) -> seals::Command {
        let paper = Paper { signed: true, ..self.paper(bytes) };
        let (signed_at, digest) = (Stamp::from_unix_ms(MORNING), Sha256::of(bytes));
        let asked = self.letter(letter);
        let of_person =
            |id| asked.signatures.iter().find(|found| found.id == id).map(|found| found.certificate);
        let certificate = match (signature, &asked.seal) {
            (Some(id), _) => of_person(id),
            (None, Seal::Requested { certificate, .. }) => Some(*certificate),
            _ => None,
        };
        let certificate = certificate.unwrap_or_default();
        seals::Command::Report(seals::Report::Signed {
            letter,
            signature,
            annex: None,
            certificate,
            of,
            paper,
            signed_at,
            digest,
        })
    }

    pub fn paper(&self, bytes: &[u8]) -> Paper {
        let name = self.desk.journal().blobs().put(bytes).unwrap();
        Paper { name, pages: 1, bytes: bytes.len() as u64, signed: false }
    }

    pub fn certificate(&self) -> Uuid {
        self.certificate_of(&self.clerk, true)
    }

    /// The unit's certificate, or the own of whoever adds it.
    pub fn certificate_of(&self, who: &Viewer, unit: bool) -> Uuid {
        let key_file = self.desk.journal().blobs().put(b"key file").unwrap();
        let facts = seals::CertificateFacts {
            subject: if unit { "Trường THCS Hoa Phượng".into() } else { who.name.clone() },
            organisation: "Trường THCS Hoa Phượng".into(),
            issuer: "CA thử nghiệm".into(),
            serial: format!("{} {unit} {}", who.name, *self.desk.journal().tip().borrow()),
            not_before: Stamp::from_unix_ms(MORNING - DAY_MS),
            not_after: Stamp::from_unix_ms(MORNING + 365 * DAY_MS),
        };
        let command = seals::Command::AddCertificate {
            key: seals::Key::File { file: key_file },
            chain: None,
            facts,
            unit,
            other_unit: false,
        };
        self.ask(who, Command::Seals(command)).unwrap().id.unwrap()
    }

    /// How many entries of a kind the journal has.
    pub fn entries(&self, kind: &str) -> usize {
        let rows = self.desk.journal().read().unwrap();
        let entries = rows.entries(0, usize::MAX, usize::MAX).unwrap();
        let named = format!(r#""kind":"{kind}""#);
        entries.iter().filter(|entry| entry.body().is_some_and(|body| body.contains(&named))).count()
    }

    /// Every register line the office above would have, newest statement of each document.
    pub fn lines_above(&self) -> Vec<wire::RegisterLine> {
        let rows = self.desk.journal().read().unwrap();
        let mut lines = std::collections::BTreeMap::new();
        for entry in rows.entries(0, usize::MAX, usize::MAX).unwrap() {
            if let Some(body) = entry.for_above().body() {
                let body: wire::Body<'_> = serde_json::from_str(body).unwrap();
                let line = body.line.expect("only register lines leave the box");
                lines.insert(line.document, line);
            }
        }
        lines.into_values().collect()
    }
}

fn hire(desk: &Desk, username: &str, name: &str, role: Role) -> Viewer {
    let command = accounts::Command::Open {
        username: username.into(),
        name: name.into(),
        role,
        section: String::new(),
        password: "$argon2id$test".into(),
        must_change_password: false,
    };
    let done = desk.execute_here(&Actor::Machine("set-up"), &Command::Accounts(command)).unwrap();
    Viewer {
        id: done.id.unwrap(),
        username: username.into(),
        name: name.into(),
        role,
        session: Sha256::of(name.as_bytes()),
    }
}

pub fn incoming(reference_code: &str) -> Register {
    Register {
        issuing_body: "Phòng Nội vụ".into(),
        reference_code: reference_code.into(),
        issue_date: chrono::NaiveDate::from_ymd_opt(2026, 11, 12),
        document_type: "official_letter".into(),
        subject: "Về việc hướng dẫn số hóa hồ sơ".into(),
        ..Register::default()
    }
}

pub fn outgoing(document_type: &str) -> Draft {
    Draft {
        document_type: document_type.into(),
        subject: "Về việc khen thưởng học sinh".into(),
        recipients: "Các tổ chuyên môn".into(),
        signatory: "Trần Văn Trưởng".into(),
        ..Draft::default()
    }
}

/// The unit's seal as text in the corner.
pub fn seal(certificate: Uuid) -> Act {
    Act::Seal { certificate, look: Look::default(), shows_seal: false }
}

pub fn lead(person: &Viewer) -> People {
    People { lead: person.id, cooperating: vec![], due_date: None }
}

pub fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refusal(refusal)) => refusal,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}
