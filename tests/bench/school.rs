//! A data directory as a school has it: staff, sessions, and a book that has been kept for years.

use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use office::letters::form::Register;
use office::letters::model::{Act, People};
use office::letters::{self, Letter};
use office::{Actor, Command, Desk, Role, SetUp, SystemClock, Viewer, accounts, units};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::figures::Outcome;

/// The IT officer's door.
pub(crate) const IT: (&str, &str) = ("quantri", "tre-nga-song-xanh-2718");
/// The school.
pub(crate) const NAME: &str = "Trường THCS Hoa Phượng";

/// An office under our own hand. Drop it before a box opens the same directory.
pub(crate) struct School {
    /// The desk.
    pub(crate) desk: Desk,
    /// Văn thư.
    pub(crate) clerk: Viewer,
    /// Hiệu trưởng.
    pub(crate) head: Viewer,
    teacher: Viewer,
}

impl School {
    /// A unit with an IT officer who can sign in, and a clerk, a head and a teacher.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn found(data: &Path) -> Outcome<Self> {
        let desk = Desk::open(data, Arc::new(SystemClock))?;
        desk.set_up(&SetUp {
            unit: units::Facts {
                name: NAME.into(),
                parent_name: "Ủy ban nhân dân xã Bình An".into(),
                abbreviation: "THCSHP".into(),
                place: "Bình An".into(),
                ..units::Facts::default()
            },
            username: IT.0.into(),
            name: "Đinh Quang Khải".into(),
            password: IT.1.into(),
        })?;
        Ok(Self {
            clerk: hire(&desk, "vanthu", "Lê Thị Mai Hương", Role::Clerk)?,
            head: hire(&desk, "hieutruong", "Nguyễn Hữu Phước", Role::Head)?,
            teacher: hire(&desk, "giaovien", "Trần Thu Ngân", Role::Teacher)?,
            desk,
        })
    }

    /// The cookie of somebody at work.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn cookie(&self, who: &Viewer) -> Outcome<String> {
        let token = Uuid::now_v7().to_string();
        let sign_in = accounts::Command::SignIn { account: who.id, token: Sha256::of(token.as_bytes()) };
        self.desk.execute_here(&Actor::Visitor, &Command::Accounts(sign_in))?;
        Ok(format!("{}={token}", office::http::COOKIE))
    }

    /// The clerk enters an incoming document.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn register(&self, count: u64) -> Outcome<Uuid> {
        let command = Command::Letters(letters::Command::Register(Box::new(incoming(count))));
        let done = self.desk.execute_here(&Actor::Person(self.clerk.clone()), &command)?;
        done.id.ok_or_else(|| "registered without an id".into())
    }

    /// Fills the incoming book: everything done but the last `waiting` documents, as in a school that keeps up.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn fill(&self, letters: u64, waiting: u64) -> Outcome {
        for count in 1..=letters {
            let letter = self.register(count)?;
            if count + waiting > letters {
                continue;
            }
            let people = People { lead: self.teacher.id, cooperating: vec![], due_date: None };
            self.act(&self.clerk, letter, Act::Assign(people))?;
            self.act(&self.head, letter, Act::Complete { report: "Đã thực hiện xong.".into() })?;
        }
        Ok(())
    }

    fn act(&self, who: &Viewer, letter: Uuid, act: Act) -> Outcome {
        let row: Option<Letter> = self.desk.journal().read()?.get(&letter.to_string())?;
        let version = row.ok_or("a document is gone")?.version;
        let command = Command::Letters(letters::Command::Do { letter, version, act });
        self.desk.execute_here(&Actor::Person(who.clone()), &command)?;
        Ok(())
    }
}

/// As a clerk writes it into the book.
fn incoming(count: u64) -> Register {
    const BODIES: [&str; 4] =
        ["Phòng Nội vụ", "Sở Giáo dục và Đào tạo", "Ủy ban nhân dân xã Bình An", "Công an xã Bình An"];
    const SUBJECTS: [&str; 4] = [
        "V/v hướng dẫn số hóa hồ sơ, tài liệu lưu trữ cấp xã",
        "V/v báo cáo tình hình trang thiết bị dạy học đầu năm học",
        "Kế hoạch tổ chức hội khỏe Phù Đổng cấp xã",
        "V/v phối hợp bảo đảm an ninh, trật tự trường học",
    ];
    let turn = count as usize % BODIES.len();
    Register {
        issuing_body: BODIES[turn].into(),
        reference_code: format!("{count}/CV-VP"),
        issue_date: chrono::NaiveDate::from_ymd_opt(2026, 1, 1),
        document_type: "official_letter".into(),
        subject: SUBJECTS[turn].into(),
        signatory: "Phạm Văn Mẫu".into(),
        ..Register::default()
    }
}

fn hire(desk: &Desk, username: &str, name: &str, role: Role) -> Outcome<Viewer> {
    let open = accounts::Command::Open {
        username: username.into(),
        name: name.into(),
        role,
        section: String::new(),
        // Nobody signs in with it: sessions are opened by `cookie`.
        password: "$argon2id$none".into(),
        must_change_password: false,
    };
    let done = desk.execute_here(&Actor::Machine("set-up"), &Command::Accounts(open))?;
    let id = done.id.ok_or("hired without an id")?;
    Ok(Viewer { id, username: username.into(), name: name.into(), role, session: Sha256::ZERO })
}

/// Makes a data directory where syncing costs nothing and lays it down at `data`: tens of thousands of commits that
/// are no part of what is measured.
///
/// # Errors
/// When a disk refuses.
pub(crate) fn prepared<T>(data: &Path, make: impl FnOnce(&School) -> Outcome<T>) -> Outcome<T> {
    let memory = Path::new("/dev/shm");
    if !memory.is_dir() {
        return make(&School::found(data)?);
    }
    let draft = tempfile::tempdir_in(memory)?;
    let school = School::found(draft.path())?;
    let made = make(&school)?;
    drop(school);
    let copied = Process::new("cp").arg("-r").arg(draft.path()).arg(data).status()?;
    if copied.success() { Ok(made) } else { Err(format!("cp to {} failed", data.display()).into()) }
}

/// The present moment, for entries written past the office.
pub(crate) fn now() -> Stamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Stamp::from_unix_ms(since.map_or(0, |past| past.as_millis() as i64))
}
