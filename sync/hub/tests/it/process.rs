//! The real program: killed in the middle, started twice, out of disk, asked by the command line.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use agent::{BoxSide, Enrolment};

use crate::support::{BRISK, Running, SCHOOL, SimulatedBox, line, paper, until};

const HUB: &str = env!("CARGO_BIN_EXE_vanthu-hub");
const PASSWORD: &str = "Mat-Khau-Thu-Nghiem";

struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .env("OPERATOR", PASSWORD)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://")));
        Self { child, url: url.expect("it says where it listens") }
    }

    fn serving(data: &Path, listen: &str) -> Self {
        Self::start(
            hub(&["serve", "--listen", listen, "--operator-password-env", "OPERATOR"])
                .arg("--data")
                .arg(data),
        )
    }

    fn listen(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hub(arguments: &[&str]) -> Command {
    let mut command = Command::new(HUB);
    command.args(arguments);
    command
}

fn run(arguments: &[&str], data: &Path) -> Output {
    hub(arguments).arg("--data").arg(data).output().unwrap()
}

async fn enrol(process: &Process, data: &Path) -> Enrolment {
    let said = run(&["enrol-code", "--unit", SCHOOL], data);
    assert!(said.status.success(), "{said:?}");
    let code = String::from_utf8(said.stdout).unwrap();
    agent::enrol(&process.url, code.trim(), "Suối Ngàn", "0.1.0").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_goes_on_and_holds_all_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("hub");
    let mut process = Process::serving(&data, "127.0.0.1:0");
    let listen = process.listen().to_owned();
    let enrolment = enrol(&process, &data).await;
    let side = SimulatedBox::new();
    let running = Running::start(&enrolment, &side, BRISK);
    let mut papers = 0;
    for day in 0..6_u8 {
        for number in 1..=3 {
            let pdf = side.put_blob(paper(day * 3 + number, 900_000));
            side.register(&line(u64::from(day * 3 + number), Some(pdf)));
            papers += 1;
        }
        side.write_local(200);
        // Each day it is killed at another moment of the sending.
        let before = side.acknowledged().seq;
        match day % 3 {
            0 => {}
            1 => until("entries are on their way", || side.acknowledged().seq > before).await,
            _ => drop(running.until("blobs are on their way", |state| state.waiting_blobs > 0).await),
        }
        process.kill();
        let promised = side.acknowledged().seq;
        let report = run(&["check", "--json"], &data);
        let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
        assert_eq!(report["faults"], serde_json::json!([]), "day {day}");
        assert!(report["entries"].as_u64().unwrap() >= promised, "day {day}: {report}, {promised} promised");
        process = Process::serving(&data, &listen);
    }
    until("every receipt is here", || side.receipts().len() == papers).await;
    let head = side.head().unwrap();
    running.until("all is above", |state| state.acknowledged == head && state.waiting_blobs == 0).await;
    drop(running);
    let checked = run(&["check"], &data);
    assert!(checked.status.success());
    assert_eq!(
        String::from_utf8(checked.stdout).unwrap(),
        format!("{} entries, {papers} blobs, {papers} lines\n", head.seq)
    );
    let exported = run(&["export"], &data);
    assert_eq!(exported.stdout.iter().filter(|byte| **byte == b'\n').count(), papers);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_when_asked_even_while_boxes_listen() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::serving(dir.path(), "127.0.0.1:0");
    let enrolment = enrol(&process, dir.path()).await;
    let side = SimulatedBox::new();
    let running = Running::start(&enrolment, &side, BRISK);
    running.until("listening", |state| state.acknowledged_at.is_some()).await;
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
}

#[test]
fn a_second_one_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Process::serving(dir.path(), "127.0.0.1:0");
    let second = run(&["serve", "--listen", "127.0.0.1:0"], dir.path());
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8(second.stderr).unwrap().contains("already serves"));
}

#[test]
fn looking_at_nothing_creates_nothing_and_a_first_start_prints_its_password() {
    let dir = tempfile::tempdir().unwrap();
    for command in ["check", "export"] {
        assert_eq!(run(&[command], &dir.path().join("not-there")).status.code(), Some(3));
    }
    assert!(!dir.path().join("not-there").exists());
    assert_eq!(run(&["enrol-code", "--unit", " "], dir.path()).status.code(), Some(2));

    for prints in [true, false] {
        let mut child = hub(&["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut before = lines.take_while(|line| !line.starts_with("http://"));
        assert_eq!(before.next().is_some_and(|line| line.starts_with("Mật khẩu")), prints);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_directory_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(Process::serving(dir.path(), "127.0.0.1:0"));
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', 1, x'00', 0)";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("hub.sqlite"));
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query(insert).execute(&pool).await.unwrap();
        pool.close().await;
    });
    let newer = run(&["serve", "--listen", "127.0.0.1:0"], dir.path());
    assert_eq!(newer.status.code(), Some(3));
    assert!(String::from_utf8(newer.stderr).unwrap().contains("newer"));
}

/// A hub on a disk of 6 MiB, in a mount namespace of its own. The disk is reached from here through /proc.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_sending_goes_on_once_there_is_room() {
    if !Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("no mount namespaces here: the full disk is not tried");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().to_str().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=6m none {disk} && exec {HUB} serve --data {disk}/hub --listen 127.0.0.1:0 \
         --operator-password-env OPERATOR"
    );
    let process = Process::start(Command::new("unshare").args(["-rm", "sh", "-c", &script]));
    let inside = format!("/proc/{}/root{disk}", process.child.id());
    let code = code_by_page(&process.url).await;
    let enrolment = agent::enrol(&process.url, &code, "Suối Ngàn", "0.1.0").await.unwrap();

    let filler = format!("{inside}/filler");
    let full = (1..64).find_map(|quarter| std::fs::write(&filler, vec![1; quarter * (256 << 10)]).err());
    assert!(full.is_some(), "the disk is full now");
    let side = SimulatedBox::new();
    let pdf = side.put_blob(paper(1, 2 << 20));
    side.register(&line(1, Some(pdf)));
    side.write(wire::Scope::Above, format!(r#"{{"event":"{}"}}"#, "x".repeat(900_000)), vec![]);
    let running = Running::start(&enrolment, &side, BRISK);
    let full = |state: &agent::LinkState| {
        state.last_error.as_ref().is_some_and(|(code, _)| *code == "link.hub_full")
    };
    running.until("told of the full disk", full).await;
    assert!(side.receipts().is_empty());

    std::fs::remove_file(&filler).unwrap();
    until("the receipt is here", || side.receipts().len() == 1).await;
    let head = side.head().unwrap();
    running.until("all is above", |state| state.acknowledged == head && state.waiting_blobs == 0).await;
    let pid = process.child.id().to_string();
    let on_disk = |command: &[&str]| {
        let there = ["--target", &pid, "--user", "--mount", "--preserve-credentials"];
        let done = Command::new("nsenter").args(there).args(command).output().unwrap();
        assert!(done.status.success(), "{command:?}: {done:?}");
    };

    // A paper larger than what is left: its line is above all the same, and the paper follows.
    let pdf = side.put_blob(paper(2, 6 << 20));
    let head = side.register(&line(2, Some(pdf))).head();
    let state = running.until("told of the full disk again", full).await;
    assert_eq!((state.acknowledged, state.waiting_blobs), (head, 1));
    on_disk(&["mount", "-o", "remount,size=32m", disk]);
    until("the second receipt is here", || side.receipts().len() == 2).await;
    on_disk(&[HUB, "check", "--data", &format!("{disk}/hub")]);
}

/// A code as the operator gets it on the page.
async fn code_by_page(url: &str) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let ask =
        |path: &str, body| http.post(format!("{url}{path}")).header("x-requested-with", "vanthu").json(&body);
    let signed_in = ask("/api/sessions", serde_json::json!({"password": PASSWORD})).send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let code = ask("/api/enrol-codes", serde_json::json!({"unit_name": SCHOOL})).header("cookie", cookie);
    let code: serde_json::Value = code.send().await.unwrap().json().await.unwrap();
    code["code"].as_str().unwrap().to_owned()
}
