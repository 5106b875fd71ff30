//! What a hub takes in: entries in batches, single register lines, one large document - each at rest above when it is
//! acknowledged. The box is simulated and costs nothing; agent, line, hub and disk are real.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use agent::{BoxFault, BoxSide, Enrolment, OpenBlob, enrol, sync_once};
use tokio::runtime::Runtime;
use uuid::Uuid;
use wire::calls::{BATCH_ENTRIES, DownlinkItem};
use wire::{Book, Entry, Head, JournalId, RegisterLine, Scope, Sha256, Stamp};

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::programs::{Server, program};
use crate::school::now;

const ROUNDS: usize = 5;
const ENTRIES: u64 = 5_000;
const SINGLE_LINES: u32 = 20;
const BLOB_BYTES: usize = 20_000_000;

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let hub = Hub::start(folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    Ok(vec![
        batches(&hub, &runtime, folder)?,
        single_lines(&hub, &runtime, folder)?,
        document(&hub, &runtime, folder)?,
    ])
}

/// An office above in a process of its own.
pub(crate) struct Hub {
    server: Server,
    data: PathBuf,
}

impl Hub {
    /// Starts one over `folder/hub`.
    ///
    /// # Errors
    /// When it does not listen.
    pub(crate) fn start(folder: &Path) -> Outcome<Self> {
        let data = folder.join("hub");
        let mut serve = Command::new(program("vanthu-hub")?);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        serve
            .args(["--operator-password-env", "VANTHU_OPERATOR"])
            .env("VANTHU_OPERATOR", "phu-sa-cau-vong-1618");
        Ok(Self { server: Server::start(&mut serve, &folder.join("hub.log"))?, data })
    }

    /// Where it listens.
    pub(crate) fn base(&self) -> &str {
        self.server.base()
    }

    /// A one-time code for a unit of this name.
    ///
    /// # Errors
    /// When it refuses.
    pub(crate) fn code(&self, unit: &str) -> Outcome<String> {
        let said = Command::new(program("vanthu-hub")?)
            .args(["enrol-code", "--unit", unit, "--data"])
            .arg(&self.data)
            .output()?;
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    }

    /// A new unit's box.
    fn joined(&self, runtime: &Runtime) -> Outcome<Enrolment> {
        let unit = format!("Trường Tiểu học {}", Uuid::now_v7());
        let code = self.code(&unit)?;
        Ok(runtime.block_on(enrol(self.base(), &code, &unit, "0.1.0"))?)
    }
}

/// A school that joins late brings its whole journal.
fn batches(hub: &Hub, runtime: &Runtime, folder: &Path) -> Outcome<Figure> {
    let mut log = File::create(folder.join("batches.log"))?;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            let (enrolment, side) = (hub.joined(runtime)?, SimulatedBox::with_lines(ENTRIES)?);
            sent(runtime, &enrolment, &side).map(|took| took / ENTRIES as f64)
        },
        || {
            let texts = SimulatedBox::with_lines(ENTRIES)?.texts()?;
            let began = Instant::now();
            for batch in texts.chunks(BATCH_ENTRIES) {
                log.write_all(batch.concat().as_bytes())?;
                log.sync_all()?;
            }
            Ok(began.elapsed().as_secs_f64() / ENTRIES as f64)
        },
    )?;
    Ok(Figure::new(
        format!("{ENTRIES} entries, all register lines, in batches"),
        Unit::PerSecond("entries"),
        ours,
    )
    .beside(format!("append, fsync every {BATCH_ENTRIES}"), theirs))
}

/// A clerk's day: one line after the other, each round its own session.
fn single_lines(hub: &Hub, runtime: &Runtime, folder: &Path) -> Outcome<Figure> {
    let (enrolment, side) = (hub.joined(runtime)?, SimulatedBox::with_lines(1)?);
    let text = side.texts()?.concat();
    let mut log = File::create(folder.join("single.log"))?;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            let began = Instant::now();
            for _ in 0..SINGLE_LINES {
                side.write(line(None))?;
                sent(runtime, &enrolment, &side)?;
            }
            Ok(began.elapsed().as_secs_f64() / f64::from(SINGLE_LINES))
        },
        || {
            let began = Instant::now();
            for _ in 0..SINGLE_LINES {
                log.write_all(text.as_bytes())?;
                log.sync_all()?;
            }
            Ok(began.elapsed().as_secs_f64() / f64::from(SINGLE_LINES))
        },
    )?;
    Ok(Figure::new("one register line: connect, prove, send, acknowledged", Unit::Time, ours)
        .beside("append + fsync", theirs))
}

fn document(hub: &Hub, runtime: &Runtime, folder: &Path) -> Outcome<Figure> {
    let enrolment = hub.joined(runtime)?;
    let side = SimulatedBox::with_lines(1)?;
    let mut seed = 0;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            seed += 1;
            let name = side.put(paper(seed));
            side.write(line(Some(name)))?;
            sent(runtime, &enrolment, &side)
        },
        || {
            let bytes = paper(u32::MAX);
            let began = Instant::now();
            let mut file = File::create(folder.join("document.part"))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(folder.join("document.part"), folder.join("document"))?;
            File::open(folder)?.sync_all()?;
            Ok(began.elapsed().as_secs_f64())
        },
    )?;
    Ok(Figure::new("a document of 20 MB with its line", Unit::Throughput(BLOB_BYTES as u64), ours)
        .beside("write, fsync, rename", theirs))
}

/// Seconds until the hub holds everything.
fn sent(runtime: &Runtime, enrolment: &Enrolment, side: &Arc<SimulatedBox>) -> Outcome<f64> {
    let began = Instant::now();
    let round = runtime.block_on(sync_once(enrolment, side.clone()))?;
    let took = began.elapsed().as_secs_f64();
    if let Some((name, why)) = round.left.first() {
        return Err(format!("blob {name} was left: {why}").into());
    }
    Ok(took)
}

/// A journal in memory.
struct SimulatedBox {
    journal: JournalId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Each with its length as JSON.
    entries: Vec<(Entry, usize)>,
    blobs: Vec<(Sha256, Arc<[u8]>)>,
    downlink_seen: u64,
}

impl SimulatedBox {
    fn with_lines(count: u64) -> Outcome<Arc<Self>> {
        let new = Self { journal: JournalId(Uuid::now_v7()), state: Mutex::default() };
        for _ in 0..count {
            new.write(line(None))?;
        }
        Ok(Arc::new(new))
    }

    fn write(&self, line: RegisterLine) -> Outcome {
        let blobs = line.pdf.into_iter().collect();
        let body = serde_json::json!({"line": line, "event": {"kind": "letter.line_stated"}}).to_string();
        let mut state = self.lock();
        let head = state.entries.last().map_or(Head::EMPTY, |(entry, _)| entry.head());
        let entry = Entry::write(self.journal, head, now(), Scope::Above, body, blobs)?;
        let bytes = serde_json::to_string(&entry)?.len();
        state.entries.push((entry, bytes));
        Ok(())
    }

    fn put(&self, bytes: Vec<u8>) -> Sha256 {
        let name = Sha256::of(&bytes);
        self.lock().blobs.push((name, bytes.into()));
        name
    }

    fn texts(&self) -> Outcome<Vec<String>> {
        self.lock().entries.iter().map(|(entry, _)| Ok(serde_json::to_string(entry)?)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BoxSide for SimulatedBox {
    fn journal(&self) -> JournalId {
        self.journal
    }

    fn head(&self) -> Result<Head, BoxFault> {
        Ok(self.lock().entries.last().map_or(Head::EMPTY, |(entry, _)| entry.head()))
    }

    fn entries(&self, after: u64, most: usize, most_bytes: usize) -> Result<Vec<Entry>, BoxFault> {
        let mut room = most_bytes;
        let state = self.lock();
        let fitting = state.entries.iter().skip(after as usize).take(most).enumerate();
        let fitting = fitting.take_while(|(index, (_, bytes))| {
            let fits = *bytes <= room || *index == 0;
            room = room.saturating_sub(*bytes);
            fits
        });
        Ok(fitting.map(|(_, (entry, _))| entry.clone()).collect())
    }

    fn open_blob(&self, name: &Sha256) -> Result<Option<OpenBlob>, BoxFault> {
        let state = self.lock();
        let found = state.blobs.iter().find(|(known, _)| known == name);
        Ok(found.map(|(_, bytes)| -> OpenBlob { (Box::new(Cursor::new(bytes.clone())), bytes.len() as u64) }))
    }

    fn acknowledged(&self, _: Head, _: Stamp) -> Result<(), BoxFault> {
        Ok(())
    }

    fn downlink_seen(&self) -> Result<u64, BoxFault> {
        Ok(self.lock().downlink_seen)
    }

    fn receive(&self, items: &[DownlinkItem]) -> Result<(), BoxFault> {
        let mut state = self.lock();
        state.downlink_seen = items.last().map_or(state.downlink_seen, |item| item.seq);
        Ok(())
    }
}

fn line(pdf: Option<Sha256>) -> RegisterLine {
    RegisterLine {
        document: Uuid::now_v7(),
        book: Book::Incoming,
        year: 2026,
        number: 1,
        reference_code: "147/PNV-VTLT".into(),
        issue_date: "2026-11-20".into(),
        entered_on: "2026-11-21".into(),
        issuing_body: "Phòng Văn hóa - Xã hội xã Suối Ngàn".into(),
        document_type: "Công văn".into(),
        subject: "V/v hướng dẫn số hóa hồ sơ, tài liệu lưu trữ cấp xã".into(),
        signatory: "Lò Văn Mẫu".into(),
        recipients: "Hiệu trưởng".into(),
        urgency: "normal".into(),
        state: "registered".into(),
        pdf,
        annexes: Vec::new(),
        note: String::new(),
    }
}

/// Bytes that look like a PDF and do not compress.
fn paper(seed: u32) -> Vec<u8> {
    let mut paper = b"%PDF-1.7\n".to_vec();
    let mut word = seed;
    while paper.len() < BLOB_BYTES {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        paper.extend_from_slice(&word.to_be_bytes());
    }
    paper.truncate(BLOB_BYTES);
    paper
}
