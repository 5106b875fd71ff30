//! The office above: not there, slow, not what it says it is, or in possession of another history. The school works on,
//! every page says how the line stands, and what waits goes up when the line is right again.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use xtask::demo::client::Client;
use xtask::demo::machines::Machine;

use super::support::{
    School, copy, enrolment_code, free_address, hub, incoming, machine, refused, says_what_to_do, sound,
    wait_for,
};

/// Something that listens where a hub should be.
struct Impostor {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

/// What it says to whoever comes.
#[derive(Clone, Copy)]
enum Says {
    /// These bytes, whatever was asked.
    These(&'static str),
    /// Nothing, for as long as the other bears it.
    Nothing,
    /// More than anybody wants to hear.
    Endless,
    /// Closes the door at once.
    Hangs,
}

impl Impostor {
    fn at(address: SocketAddr, says: Says) -> Self {
        let listener = wait_for("the address to be free", || TcpListener::bind(address).ok());
        listener.set_nonblocking(true).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let listening = thread::spawn(move || {
            let mut silent = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => silent.extend(answer(stream, says)),
                    Err(_) => thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        Self { address, stop, listening: Some(listening) }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Gives the connection back where it is to stay open.
fn answer(mut stream: TcpStream, says: Says) -> Option<TcpStream> {
    let limit = Some(Duration::from_millis(500));
    let _ = (stream.set_nonblocking(false), stream.set_read_timeout(limit), stream.set_write_timeout(limit));
    let mut asked = [0; 4096];
    match says {
        Says::Hangs => return None,
        Says::Nothing => return Some(stream),
        Says::These(words) => {
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(words.as_bytes());
        }
        Says::Endless => {
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
            while stream.write_all(&[b' '; 4096]).is_ok() {}
        }
    }
    None
}

const PORTAL: &str = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\nConnection: close\r\n\r\n<html>Hello!</html>\n";
const OTHER_JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{\"unit\":12345}";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot here\n";
const NOT_HTTP: &str = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
const BROKEN: &str =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsql\n";

fn join(school: &School, url: &str, code: &str) -> xtask::demo::client::Answer {
    let it = school.as_person(&school.staff.it);
    it.post("/api/link/enrol", &json!({"hub_url": url, "code": code}))
}

/// How the link stands, once it stands so.
fn link(clerk: &Client, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    wait_for(what, || Some(clerk.get("/api/link").unwrap()).filter(|link| fits(link)))
}

fn all_received(clerk: &Client) {
    clerk.post("/api/link/send-now", &json!({})).unwrap();
    link(clerk, "the office above to have everything", |link| {
        link["state"] == "idle" && link["waiting_entries"] == 0 && link["waiting_blobs"] == 0
    });
}

#[test]
fn an_address_where_no_hub_answers_is_told_at_joining() {
    let school = School::open("joining", &[]);
    let nobody = free_address();
    refused(join(&school, &format!("http://{nobody}"), "ABCD"), 422, "link.unreachable");
    for address in ["", "không phải địa chỉ", "ftp://x", "http://", "file:///etc/passwd"] {
        refused(join(&school, address, "ABCD"), 422, "link.address");
    }
    for (says, code) in [
        (Says::These(PORTAL), "link.nonsense"),
        (Says::These(PAGE), "link.nonsense"),
        (Says::These(OTHER_JSON), "link.nonsense"),
        (Says::These(NOT_FOUND), "link.nonsense"),
        (Says::These(NOT_HTTP), "link.nonsense"),
        (Says::These(BROKEN), "link.hub_fault"),
        (Says::Endless, "link.nonsense"),
        (Says::Hangs, "link.unreachable"),
    ] {
        let impostor = Impostor::at(free_address(), says);
        refused(join(&school, &impostor.url(), "ABCD"), 422, code);
    }
    // The box is no hub either.
    refused(join(&school, school.base(), "ABCD"), 422, "link.nonsense");
    assert_eq!(school.clerk().get("/api/link").unwrap()["state"], "not_enrolled");
    school.goes_on();
    school.closes_sound();
}

/// A line on which nothing comes back: the person at the form hears of it before she gives up.
#[test]
fn a_hub_that_does_not_answer_is_told_at_joining_and_the_office_works_meanwhile() {
    let school = School::open("silent-hub", &[]);
    let impostor = Impostor::at(free_address(), Says::Nothing);
    let (it, body) =
        (school.cookie(&school.staff.it), json!({"hub_url": impostor.url(), "code": "ABCD"}).to_string());
    thread::scope(|scope| {
        let joining = scope.spawn(|| school.raw(&super::support::post("/api/link/enrol", &it, &body)));
        school.goes_on();
        super::support::refused_raw(&joining.join().unwrap(), 422, "link.slow");
    });
    school.closes_sound();
}

#[test]
fn a_line_that_breaks_or_lies_holds_nobody_up_and_what_waited_goes_up_afterwards() {
    let school = School::open("line", &[]);
    let mut above = hub(&school.folder);
    above.start().unwrap();
    let address: SocketAddr = above.base().trim_start_matches("http://").parse().unwrap();
    refused(join(&school, above.base(), "sai-ma"), 422, "link.enrol_code");
    join(&school, above.base(), &enrolment_code(&school.folder)).unwrap();
    refused(join(&school, above.base(), "nữa"), 422, "link.joined");
    let clerk = school.clerk();
    all_received(&clerk);

    above.stop().unwrap();
    let mut waiting = 0;
    for (n, says) in [
        Says::Hangs,
        Says::These(PORTAL),
        Says::These(PAGE),
        Says::These(OTHER_JSON),
        Says::These(NOT_HTTP),
        Says::These(BROKEN),
        Says::Endless,
    ]
    .into_iter()
    .enumerate()
    {
        let _impostor = Impostor::at(address, says);
        clerk.post("/api/letters", &incoming(&format!("{n}/line"))).unwrap();
        waiting += 1;
        clerk.post("/api/link/send-now", &json!({})).unwrap();
        let link = link(&clerk, "the page to say how the line stands", |link| {
            link["waiting_documents"] == waiting
                && !link["last_error"].is_null()
                && link["state"] == "waiting"
        });
        says_what_to_do(link["last_error"].as_str().unwrap());
        assert!(link["sentence"].as_str().unwrap().contains(&format!("còn {waiting} văn bản chờ")), "{link}");
        assert!(!link["next_try_at"].is_null(), "{link}");
    }
    above.start().unwrap();
    all_received(&clerk);
    school.goes_on();
    all_received(&clerk);
    school.closes_sound();
    above.stop().unwrap();
}

#[test]
fn two_boxes_with_one_history_are_stopped_at_the_fork_and_both_offices_work_on() {
    let mut school = School::open("fork", &[]);
    let mut above = hub(&school.folder);
    above.start().unwrap();
    join(&school, above.base(), &enrolment_code(&school.folder)).unwrap();
    all_received(&school.clerk());
    school.goes_on();
    all_received(&school.clerk());

    // Somebody copies the folder to a second box and lets both go on.
    school.machine.stop().unwrap();
    let other_data = school.folder.join("copied");
    copy(&school.folder.join("data"), &other_data);
    school.machine.start().unwrap();
    school.goes_on();
    all_received(&school.clerk());

    let folder = school.folder.join("other");
    std::fs::create_dir_all(&folder).unwrap();
    let copied: Machine = machine(&folder, &other_data, free_address(), &[]);
    let mut other = School { folder: folder.clone(), staff: school.staff.clone(), machine: copied };
    other.machine.start().unwrap();
    other.goes_on();
    let clerk = other.clerk();
    let link = link(&clerk, "the fork to be noticed", |link| link["state"] == "refused");
    let said = link["last_error"].as_str().unwrap();
    says_what_to_do(said);
    assert!(said.contains("không khớp") && link["next_try_at"].is_null(), "{link}");
    other.goes_on();
    // Asking again changes nothing above and loses nothing here.
    clerk.post("/api/link/send-now", &json!({})).unwrap();
    super::above::link(&clerk, "still the fork", |link| link["state"] == "refused");
    other.machine.stop().unwrap();
    sound(&other_data);

    // The box the office above knows goes on as before.
    school.goes_on();
    all_received(&school.clerk());
    school.closes_sound();
    above.stop().unwrap();
}
