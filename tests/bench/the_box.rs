//! The box itself: how soon it answers after being switched on, what it needs at rest, and how fast its pages come
//! when the book has been kept for years.
//!
//! At rest means: joined to the office above with everything sent, one page looked at, the scan worker gone home.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::run::say;

use crate::figures::{Figure, Outcome, Unit, in_turn};
use crate::hub::Hub;
use crate::machine::kilobytes;
use crate::programs::{Browser, Server, program};
use crate::school::{IT, NAME, prepared};

const STARTS: usize = 5;
const ASKED: u32 = 10;
const ROUNDS: usize = 7;
const LETTERS: u64 = 10_000;
/// Not dealt with yet.
const WAITING: u64 = 100;
const START_GOAL_S: f64 = 1.0;
const MEMORY_GOAL_BYTES: f64 = 60e6;
/// The scan worker leaves after half a minute, and a whole journal goes up in this time.
const REST_DEADLINE: Duration = Duration::from_secs(180);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub(crate) fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let hub = Hub::start(folder)?;
    let new = School::furnished(folder, "new", 0)?;
    say(&format!("keeping a book of {LETTERS} documents"));
    let old = School::furnished(folder, "old", LETTERS)?;

    let mut figures = vec![
        started(&new, "new box, after an orderly stop", Server::stop)?,
        started(&old, "10,000 documents, after an orderly stop", Server::stop)?,
        started(&old, "10,000 documents, after a power cut", |server| {
            drop(server);
            Ok(())
        })?,
    ];
    figures.extend(at_rest(&new, &hub, "new box")?);
    figures.extend(at_rest(&old, &hub, "10,000 documents")?);
    figures.extend(at_work(&old)?);
    Ok(figures)
}

/// A school's data directory and who works there.
struct School {
    data: PathBuf,
    log: PathBuf,
    clerk: String,
    head: String,
}

impl School {
    fn furnished(folder: &Path, name: &str, letters: u64) -> Outcome<Self> {
        let data = folder.join(name);
        let (clerk, head) = prepared(&data, |school| {
            school.fill(letters, WAITING)?;
            Ok((school.cookie(&school.clerk)?, school.cookie(&school.head)?))
        })?;
        Ok(Self { data, log: folder.join(format!("{name}.log")), clerk, head })
    }

    fn switch_on(&self) -> Outcome<Server> {
        let mut serve = Command::new(program("vanthu")?);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&self.data);
        Server::start(&mut serve, &self.log)
    }

    fn clerk(&self, server: &Server) -> Browser {
        Browser::new(server.base(), &self.clerk)
    }

    /// The IT officer signs in - which takes memory for the password - and types the code.
    fn joins(&self, server: &Server, hub: &Hub) -> Outcome {
        let it = Browser::sign_in(server.base(), IT.0, IT.1)?;
        let unit = format!("{NAME} {}", self.data.display());
        it.post("/api/link/enrol", &json!({"hub_url": hub.base(), "code": hub.code(&unit)?}))?;
        Ok(())
    }

    /// What a browser asks for when the clerk opens her page.
    fn looks_once(&self, server: &Server) -> Outcome {
        let clerk = self.clerk(server);
        let page = clerk.text("/")?;
        for asset in page.split('"').filter(|word| word.starts_with("/assets/")) {
            clerk.bytes(asset)?;
        }
        for path in ["/api/me", "/api/home", "/api/letters?book=incoming"] {
            clerk.bytes(path)?;
        }
        Ok(())
    }

    /// Waits until the office above holds everything.
    fn has_sent_all(&self, server: &Server) -> Outcome {
        let clerk = self.clerk(server);
        until("everything is sent", || {
            let link = clerk.get("/api/link")?;
            Ok(link["waiting_entries"] == 0 && link["state"] == "idle" && !link["acknowledged_at"].is_null())
        })
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> Outcome<bool>) -> Outcome {
    let deadline = Instant::now() + REST_DEADLINE;
    while !is_so()? {
        if Instant::now() > deadline {
            return Err(format!("waited in vain until {what}").into());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(())
}

/// From the start of the process to the first healthy answer.
fn started(school: &School, what: &str, ended: impl Fn(Server) -> Outcome) -> Outcome<Figure> {
    let mut rounds = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = school.switch_on()?;
        Browser::new(server.base(), "").bytes("/healthz")?;
        rounds.push(began.elapsed().as_secs_f64());
        ended(server)?;
    }
    Ok(Figure::new(format!("switched on → healthy, {what}"), Unit::Time, rounds).below(START_GOAL_S))
}

fn at_rest(school: &School, hub: &Hub, called: &str) -> Outcome<Vec<Figure>> {
    let server = school.switch_on()?;
    let entries = school.clerk(&server).get("/healthz")?["journal"]["seq"].as_f64().unwrap_or(f64::NAN);
    let began = Instant::now();
    school.joins(&server, hub)?;
    school.has_sent_all(&server)?;
    let each = began.elapsed().as_secs_f64() / entries;
    school.looks_once(&server)?;
    say(&format!("waiting until the scan worker leaves: {called}"));
    let mut worker: f64 = 0.0;
    until("the scan worker leaves", || {
        let children = children(server.process())?;
        worker = worker.max(children.iter().filter_map(|child| memory(*child, "Pss").ok()).sum());
        Ok(children.is_empty())
    })?;

    let of = |what: &str| memory(server.process(), what);
    let mut figures = vec![
        Figure::new(format!("memory at rest (Rss), {called}"), Unit::Bytes, vec![of("Rss")?])
            .below(MEMORY_GOAL_BYTES),
        Figure::new(format!("memory at rest (Pss), {called}"), Unit::Bytes, vec![of("Pss")?])
            .below(MEMORY_GOAL_BYTES),
        Figure::new(
            format!("of it, not of the program's file, {called}"),
            Unit::Bytes,
            vec![of("Anonymous")?],
        ),
        Figure::new(format!("most it ever was, {called}"), Unit::Bytes, vec![peak(server.process())?]),
        Figure::new("a scan worker beside it, for half a minute (Pss)", Unit::Bytes, vec![worker]),
    ];
    if entries > 1_000.0 {
        let what = format!("joining, {entries:.0} entries to the office above");
        figures.push(Figure::new(what, Unit::PerSecond("entries"), vec![each]));
    }
    server.stop()?;
    Ok(figures)
}

/// Pages of a full book, and what the box has grown to after them.
fn at_work(school: &School) -> Outcome<Vec<Figure>> {
    let server = school.switch_on()?;
    let (clerk, head) = (school.clerk(&server), Browser::new(server.base(), &school.head));
    let book = clerk.get("/api/letters?book=incoming&limit=1")?;
    let letter = format!("/api/letters/{}", book["items"][0]["id"].as_str().ok_or("an empty book")?);
    until("the search index is made", || Ok(clerk.get("/api/search?q=a")?["complete"] == true))?;
    let looks: [(&str, &Browser, &str); 8] = [
        ("GET /api/home, clerk", &clerk, "/api/home"),
        ("GET /api/home, head", &head, "/api/home"),
        ("GET /api/letters, newest page", &clerk, "/api/letters?book=incoming"),
        (
            "GET /api/letters, words found nowhere",
            &clerk,
            "/api/letters?book=incoming&text=kh%C3%B4ng+c%C3%B3",
        ),
        ("GET /api/letters/{id}", &clerk, &letter),
        ("GET /api/search, half a word of 2,500", &clerk, "/api/search?q=trang%20thiet%20b&limit=7"),
        ("GET /api/search, a number", &clerk, "/api/search?q=4711%2FCV-VP&limit=7"),
        ("GET /api/search, words found nowhere", &clerk, "/api/search?q=kh%C3%B4ng%20c%C3%B3%20xyz&limit=7"),
    ];
    let mut figures = Vec::new();
    for (what, browser, path) in looks {
        let (ours, theirs) = in_turn(ROUNDS, || asked(browser, path), || asked(&clerk, "/healthz"))?;
        figures.push(
            Figure::new(format!("{what}, 10,000 documents"), Unit::Time, ours).beside("GET /healthz", theirs),
        );
    }
    let mut count = 0;
    let (ours, theirs) = in_turn(
        ROUNDS,
        || {
            let began = Instant::now();
            for _ in 0..ASKED {
                count += 1;
                clerk.post("/api/letters", &form(count))?;
            }
            Ok(began.elapsed().as_secs_f64() / f64::from(ASKED))
        },
        || asked(&clerk, "/healthz"),
    )?;
    figures.push(
        Figure::new("POST /api/letters, 10,000 documents", Unit::Time, ours).beside("GET /healthz", theirs),
    );
    let grown = memory(server.process(), "Pss")?;
    figures.push(Figure::new("memory after all this (Pss)", Unit::Bytes, vec![grown]));
    server.stop()?;
    Ok(figures)
}

fn form(count: u32) -> Value {
    json!({
        "book": "incoming", "issuing_body": "Sở Nội vụ", "reference_code": format!("{count}/SNV"),
        "issue_date": "2026-01-02", "document_type": "official_letter", "subject": "V/v sắp xếp kho lưu trữ",
    })
}

/// Seconds for an answer.
fn asked(browser: &Browser, path: &str) -> Outcome<f64> {
    let began = Instant::now();
    for _ in 0..ASKED {
        browser.bytes(path)?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(ASKED))
}

/// Bytes of a process, shared pages counted by share where `what` is `Pss`.
pub(crate) fn memory(process: u32, what: &str) -> Outcome<f64> {
    let found = kilobytes(&format!("/proc/{process}/smaps_rollup"), &format!("{what}:"));
    found.map(|bytes| bytes as f64).ok_or_else(|| format!("the kernel does not tell {what}").into())
}

/// The most a process ever held.
pub(crate) fn peak(process: u32) -> Outcome<f64> {
    let found = kilobytes(&format!("/proc/{process}/status"), "VmHWM");
    found.map(|bytes| bytes as f64).ok_or_else(|| "the kernel does not tell VmHWM".into())
}

/// Processes this one has started and that still take memory; one that has ended and was not asked after takes none.
pub(crate) fn children(process: u32) -> Outcome<Vec<u32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
        // A thread may end while we look.
        let text = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        children.extend(text.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    children.retain(|child| memory(*child, "Rss").is_ok());
    Ok(children)
}
