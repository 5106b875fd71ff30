//! A simulated box, a hub that can be killed, a line that can be cut.

use std::collections::HashMap;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use agent::{Agent, BoxFault, BoxSide, Enrolment, LinkState, OpenBlob, Pace, ReadSeek};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vanthu_hub::Hub;
use wire::calls::{DownlinkItem, Message};
use wire::{Book, Entry, Head, JournalId, RegisterLine, Scope, Sha256, Stamp};

pub(crate) const SCHOOL: &str = "Trường Tiểu học Suối Ngàn";

/// Nothing here takes this long; a test that would wait for ever fails instead.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A box without an office: a journal in memory that outlives every agent.
pub(crate) struct SimulatedBox {
    journal: JournalId,
    state: Mutex<State>,
    tip: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    blobs: HashMap<Sha256, Vec<u8>>,
    downlink: Vec<DownlinkItem>,
    acknowledged: Option<Head>,
}

impl SimulatedBox {
    pub(crate) fn new() -> Arc<Self> {
        let journal = JournalId(Uuid::now_v7());
        Arc::new(Self { journal, state: Mutex::default(), tip: watch::channel(0).0 })
    }

    /// The same journal with only its first entries: a box restored from an old backup.
    pub(crate) fn restored(&self, entries: usize) -> Arc<Self> {
        let state = State { entries: self.lock().entries[..entries].to_vec(), ..State::default() };
        Arc::new(Self { journal: self.journal, state: Mutex::new(state), tip: watch::channel(0).0 })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn write(&self, scope: Scope, body: String, blobs: Vec<Sha256>) -> Entry {
        let mut state = self.lock();
        let head = state.entries.last().map_or(Head::EMPTY, Entry::head);
        let entry =
            Entry::write(self.journal, head, Stamp::from_unix_ms(1_790_000_000_000), scope, body, blobs)
                .unwrap();
        state.entries.push(entry.clone());
        self.tip.send_replace(entry.header().seq);
        entry
    }

    /// Entries of no interest above.
    pub(crate) fn write_local(&self, count: usize) {
        for _ in 0..count {
            self.write(Scope::Local, r#"{"event":{"kind":"note","words":"riêng tư"}}"#.into(), vec![]);
        }
    }

    pub(crate) fn put_blob(&self, bytes: Vec<u8>) -> Sha256 {
        let name = Sha256::of(&bytes);
        self.lock().blobs.insert(name, bytes);
        name
    }

    pub(crate) fn lose_blob(&self, name: &Sha256) {
        self.lock().blobs.remove(name);
    }

    /// What lies under a name is no longer what the name says: a rotten disk.
    pub(crate) fn spoil_blob(&self, name: &Sha256) {
        self.lock().blobs.get_mut(name).unwrap()[0] ^= 1;
    }

    /// A register line, with its paper if there is one.
    pub(crate) fn register(&self, line: &RegisterLine) -> Entry {
        let body = serde_json::json!({"line": line, "event": {"kind": "letter_registered"}});
        self.write(Scope::Above, body.to_string(), line.files().collect())
    }

    pub(crate) fn received(&self) -> Vec<DownlinkItem> {
        self.lock().downlink.clone()
    }

    /// Documents for which receipts came, in order.
    pub(crate) fn receipts(&self) -> Vec<Uuid> {
        let documents = self.received().into_iter().filter_map(|item| match item.message {
            Message::Receipt { document, .. } => Some(document),
            Message::Notice { .. } | Message::Trust { .. } => None,
        });
        documents.collect()
    }

    pub(crate) fn acknowledged(&self) -> Head {
        self.lock().acknowledged.unwrap_or(Head::EMPTY)
    }

    pub(crate) fn tip(&self) -> watch::Receiver<u64> {
        self.tip.subscribe()
    }
}

impl BoxSide for SimulatedBox {
    fn journal(&self) -> JournalId {
        self.journal
    }

    fn head(&self) -> Result<Head, BoxFault> {
        Ok(self.lock().entries.last().map_or(Head::EMPTY, Entry::head))
    }

    fn entries(&self, after: u64, most: usize, most_bytes: usize) -> Result<Vec<Entry>, BoxFault> {
        let mut room = most_bytes;
        let state = self.lock();
        let from = state.entries.iter().skip(after as usize).take(most);
        let fitting = from.enumerate().take_while(|(index, entry)| {
            let bytes = serde_json::to_vec(entry).unwrap().len();
            let fits = bytes <= room || *index == 0;
            room = room.saturating_sub(bytes);
            fits
        });
        Ok(fitting.map(|(_, entry)| entry.clone()).collect())
    }

    fn open_blob(&self, name: &Sha256) -> Result<Option<OpenBlob>, BoxFault> {
        let bytes = self.lock().blobs.get(name).cloned();
        Ok(bytes.map(|bytes| {
            let length = bytes.len() as u64;
            (Box::new(Cursor::new(bytes)) as Box<dyn ReadSeek>, length)
        }))
    }

    fn acknowledged(&self, head: Head, _: Stamp) -> Result<(), BoxFault> {
        self.lock().acknowledged = Some(head);
        Ok(())
    }

    fn downlink_seen(&self) -> Result<u64, BoxFault> {
        Ok(self.lock().downlink.last().map_or(0, |item| item.seq))
    }

    fn receive(&self, items: &[DownlinkItem]) -> Result<(), BoxFault> {
        let mut state = self.lock();
        for item in items {
            let seen = state.downlink.last().map_or(0, |item| item.seq);
            if item.seq > seen {
                assert_eq!(item.seq, seen + 1, "the downlink has no gaps");
                state.downlink.push(item.clone());
            }
        }
        Ok(())
    }
}

/// A line of the incoming book.
pub(crate) fn line(number: u64, pdf: Option<Sha256>) -> RegisterLine {
    RegisterLine {
        document: Uuid::now_v7(),
        book: Book::Incoming,
        year: 2026,
        number,
        reference_code: format!("{number}/PGDĐT-VP"),
        issue_date: "2026-11-20".into(),
        entered_on: "2026-11-21".into(),
        issuing_body: "Phòng Văn hóa - Xã hội xã Suối Ngàn".into(),
        document_type: "Công văn".into(),
        subject: "Về việc kiểm kê thiết bị dạy học".into(),
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
pub(crate) fn paper(seed: u8, bytes: usize) -> Vec<u8> {
    let mut paper = b"%PDF-1.7\n".to_vec();
    let mut word = u32::from(seed) + 1;
    while paper.len() < bytes {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        paper.extend_from_slice(&word.to_be_bytes());
    }
    paper.truncate(bytes);
    paper
}

/// A hub in its own runtime: dropping it kills every task where it stands.
pub(crate) struct TestHub {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) hub: Hub,
    runtime: Option<Runtime>,
}

impl TestHub {
    pub(crate) fn start() -> Self {
        Self::over(tempfile::tempdir().unwrap(), SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    fn over(dir: tempfile::TempDir, address: SocketAddr) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let path = dir.path().to_owned();
        let opening = async move {
            let hub = Hub::open(&path).await.unwrap();
            let listener = bind(address).await;
            (hub, listener)
        };
        // Not block_on: the test itself is async.
        let (sender, opened) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let (hub, listener) = opening.await;
            sender.send((hub.clone(), listener.local_addr().unwrap())).unwrap();
            hub.serve(listener, CancellationToken::new()).await.unwrap();
        });
        let (hub, address) = opened.recv_timeout(DEADLINE).unwrap();
        Self { dir, address, hub, runtime: Some(runtime) }
    }

    /// Kills it and starts it again over what was at rest, at the same address.
    pub(crate) fn restart(mut self) -> Self {
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap());
        self.restart_over(dir)
    }

    /// Kills it and starts another over this directory, at the same address.
    pub(crate) fn restart_over(self, dir: tempfile::TempDir) -> Self {
        let address = self.address;
        drop(self);
        Self::over(dir, address)
    }

    /// A copy of its database as it is now; nothing is being written.
    pub(crate) fn backup(&self) -> tempfile::TempDir {
        let backup = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.dir.path()).unwrap().flatten().filter(|file| file.path().is_file())
        {
            std::fs::copy(file.path(), backup.path().join(file.file_name())).unwrap();
        }
        backup
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn enrol(&self) -> Enrolment {
        let code = self.hub.enrol_code(SCHOOL).await.unwrap().code;
        agent::enrol(&self.url(), &code, "Suối Ngàn", "0.1.0").await.unwrap()
    }

    /// Everything at rest is as promised; how many entries, blobs and lines.
    pub(crate) async fn sound(&self) -> (u64, u64, u64) {
        let report = self.hub.check().await.unwrap();
        assert_eq!(report.faults, Vec::<String>::new());
        (report.entries, report.blobs, report.lines)
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The port of a hub just killed may be held for a moment.
async fn bind(address: SocketAddr) -> TcpListener {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) if Instant::now() >= deadline => panic!("{error}"),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// An agent at work, with a pace that does not make tests wait.
pub(crate) struct Running {
    pub(crate) state: watch::Receiver<LinkState>,
    pub(crate) now: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

pub(crate) const BRISK: Pace = Pace {
    first_wait: Duration::from_millis(10),
    longest_wait: Duration::from_millis(50),
    answer: Duration::from_secs(20),
    repair: Duration::from_secs(300),
};

impl Running {
    pub(crate) fn start(enrolment: &Enrolment, side: &Arc<SimulatedBox>, pace: Pace) -> Self {
        let agent = Agent::new(enrolment, side.clone(), pace).unwrap();
        let (state, now) = (agent.status(), Arc::new(Notify::new()));
        let task = tokio::spawn(agent.run(side.tip(), now.clone(), CancellationToken::new()));
        Self { state, now, task }
    }

    /// Waits until the link is in a state like this.
    pub(crate) async fn until(&self, what: &str, like: impl FnMut(&LinkState) -> bool) -> LinkState {
        let mut waiting = self.state.clone();
        match tokio::time::timeout(DEADLINE, waiting.wait_for(like)).await {
            Ok(state) => state.expect("the agent runs").clone(),
            Err(_) => panic!("never {what}; the link is {:?}", self.state.borrow()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits for a condition of something that cannot be subscribed to.
pub(crate) async fn until(what: &str, mut like: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !like() {
        assert!(Instant::now() < deadline, "never {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A line to `hub` that is cut whenever so many bytes went up since the last cut.
pub(crate) struct CuttingLine {
    pub(crate) address: SocketAddr,
    /// Bytes that went up in all.
    pub(crate) carried: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl CuttingLine {
    pub(crate) async fn to(hub: SocketAddr, cut_after: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let carried = Arc::new(AtomicU64::new(0));
        let count = carried.clone();
        let task = tokio::spawn(async move {
            let left = Arc::new(tokio::sync::Mutex::new(cut_after));
            loop {
                let (from, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(from, hub, cut_after, left.clone(), count.clone()));
            }
        });
        Self { address, carried, task }
    }
}

impl Drop for CuttingLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(
    mut from: TcpStream,
    hub: SocketAddr,
    cut_after: u64,
    left: Arc<tokio::sync::Mutex<u64>>,
    carried: Arc<AtomicU64>,
) {
    let Ok(mut to) = TcpStream::connect(hub).await else { return };
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            read = from.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                let mut left = left.lock().await;
                if *left < read as u64 {
                    let last = usize::try_from(*left).unwrap();
                    let _ = to.write_all(&up[..last]).await;
                    carried.fetch_add(*left, Ordering::Relaxed);
                    *left = cut_after;
                    return;
                }
                *left -= read as u64;
                carried.fetch_add(read as u64, Ordering::Relaxed);
                if to.write_all(&up[..read]).await.is_err() { return }
            }
            read = to.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                if from.write_all(&down[..read]).await.is_err() { return }
            }
        }
    }
}

/// The same enrolment, through another address.
pub(crate) fn through(enrolment: &Enrolment, address: SocketAddr) -> Enrolment {
    Enrolment { hub_url: format!("http://{address}"), ..enrolment.clone() }
}

/// Whether a file of the hub's folder is there.
pub(crate) fn parts(dir: &Path) -> usize {
    std::fs::read_dir(dir.join("parts"))
        .unwrap()
        .flatten()
        .map(|unit| std::fs::read_dir(unit.path()).unwrap().count())
        .sum()
}
