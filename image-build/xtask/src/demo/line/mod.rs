//! The line: one sheet of paper from the scanner to the office above, station by station, as people walk it.
//!
//! A station looks before it acts and asks afterwards whether what it wanted holds. So it may be passed again
//! after the box was unplugged in the middle of it: what the box had acknowledged is adopted, the rest is done.
//! [`Line::lost`] then says what the box no longer knows although it had acknowledged it.
//!
//! ```no_run
//! # use xtask::demo::{furnished, line::STATIONS, machines::Reach};
//! # fn main() -> Result<(), String> {
//! let mut line = furnished("crash", Reach::Here)?;
//! for station in STATIONS {
//!     (station.pass)(&mut line)?;
//!     line.house.school.unplug();
//!     line.house.school.start()?;
//!     assert_eq!(line.lost()?, Vec::<String>::new());
//! }
//! # Ok(()) }
//! ```

mod above;
mod furnishing;
mod incoming;
mod kept;
mod outgoing;
mod scanning;

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Answer, Client, Trouble};
use super::facts::{items, number, text};
use super::house::House;
use super::staff::{Person, sign_in};
use kept::Kept;

pub use furnishing::{SEAL_PIN, SIGN_PIN};

const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// Longest any one thing may take; far above what is usual, so that a slow machine is not called broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// One place the paper passes.
#[derive(Clone, Copy)]
pub struct Station {
    /// As the JSON line names it.
    pub name: &'static str,
    /// Passing it.
    pub pass: fn(&mut Line) -> Answer<()>,
}

/// Before the first paper: people, the keys of seal and head, the office above.
pub const FURNISHING: &[Station] = &[
    Station { name: "staff", pass: furnishing::staff_moves_in },
    Station { name: "certificate", pass: furnishing::keys_are_deposited },
    Station { name: "enrol", pass: furnishing::box_joins_hub },
];

/// The straight line.
pub const STATIONS: &[Station] = &[
    Station { name: "sign_in", pass: furnishing::people_sign_in },
    Station { name: "scan", pass: incoming::paper_is_scanned },
    Station { name: "compose", pass: incoming::pages_become_a_document },
    Station { name: "register", pass: incoming::clerk_registers },
    Station { name: "submit", pass: incoming::clerk_submits },
    Station { name: "direct", pass: incoming::head_directs },
    Station { name: "complete", pass: incoming::teacher_completes },
    Station { name: "draft", pass: outgoing::clerk_drafts },
    Station { name: "approve", pass: outgoing::head_approves },
    Station { name: "release", pass: outgoing::clerk_releases },
    Station { name: "sign", pass: outgoing::head_signs },
    Station { name: "seal", pass: outgoing::clerk_seals },
    Station { name: "sync", pass: above::everything_is_acknowledged },
    Station { name: "fetch", pass: above::office_above_has_it },
    Station { name: "receipt", pass: above::word_comes_back },
];

/// The walk so far.
#[derive(Debug)]
pub struct Line {
    /// Where it is walked.
    pub house: House,
    sessions: Vec<(&'static str, Client)>,
    /// Papers by what they are for: id of the scan.
    incoming_paper: Option<Paper>,
    outgoing_paper: Option<Paper>,
    incoming: Option<String>,
    outgoing: Option<String>,
    sealed_pdf: Option<PathBuf>,
    held_above: Value,
    kept: Kept,
}

/// A scan and the document made of it.
#[derive(Debug, Clone, Default)]
struct Paper {
    scan: String,
    composed: Option<String>,
}

impl Line {
    /// At the door of a house whose machines run.
    pub fn new(house: House) -> Self {
        Self {
            house,
            sessions: Vec::new(),
            incoming_paper: None,
            outgoing_paper: None,
            incoming: None,
            outgoing: None,
            sealed_pdf: None,
            held_above: Value::Null,
            kept: Kept::default(),
        }
    }

    /// What the walk brought, as the JSON line of `demo --smoke` shows it.
    pub fn summary(&self) -> Value {
        json!({
            "pdf": self.sealed_pdf,
            "register": {"incoming": self.kept.number_of(self.incoming.as_deref()),
                         "outgoing": self.kept.number_of(self.outgoing.as_deref())},
            "hub": self.held_above,
        })
    }

    /// What the box had acknowledged and does not know any more, and numbers given twice or left out; one
    /// sentence each. Empty is what it must be.
    ///
    /// # Errors
    /// When the box does not answer.
    pub fn lost(&mut self) -> Answer<Vec<String>> {
        // Before the clerk has an account nobody can ask, and there is nothing to ask for.
        if self.kept.is_empty() {
            return Ok(Vec::new());
        }
        let clerk = self.clerk()?;
        self.kept.lost(&clerk)
    }

    fn clerk(&mut self) -> Answer<Client> {
        let person = self.house.staff.clerk.clone();
        self.session_of(&person)
    }

    fn head(&mut self) -> Answer<Client> {
        let person = self.house.staff.head.clone();
        self.session_of(&person)
    }

    fn teacher(&mut self) -> Answer<Client> {
        let person = self.house.staff.teacher.clone();
        self.session_of(&person)
    }

    fn it(&mut self) -> Answer<Client> {
        let person = self.house.staff.it.clone();
        self.session_of(&person)
    }

    fn session_of(&mut self, person: &Person) -> Answer<Client> {
        if let Some((_, client)) = self.sessions.iter().find(|(username, _)| *username == person.username) {
            return Ok(client.clone());
        }
        let client = sign_in(self.house.school.base(), person)?;
        self.sessions.push((person.username, client.clone()));
        Ok(client)
    }

    /// Does `verb` to a document if the page offers it to this person, and expects the document to be in one of
    /// `then` afterwards. Not being offered it is no fault when it is already there: the plug was pulled after
    /// the box had done it and before we heard.
    fn act(&mut self, who: &Client, letter: &str, verb: &str, mut body: Value, then: &[&str]) -> Answer<()> {
        let before = who.get(&format!("/api/letters/{letter}"))?;
        if items(&before["may"]).iter().any(|may| may == verb) {
            body["version"] = number(&before, "/version")?.into();
            who.post(&format!("/api/letters/{letter}/{verb}"), &body)?;
        }
        let after = who.get(&format!("/api/letters/{letter}"))?;
        self.kept.note_letter(&after)?;
        let state = text(&after, "/state")?;
        if then.contains(&state) {
            return Ok(());
        }
        Err(Trouble::Wrong(format!(
            "after {verb} the document is in state {state}, not {}; it may: {}",
            then.join(" or "),
            before["may"]
        )))
    }

    /// A person of the staff as the others see her when choosing recipients.
    fn id_of(&mut self, username: &str) -> Answer<String> {
        let accounts = self.it()?.get("/api/accounts?limit=100")?;
        let account = items(&accounts).iter().find(|account| account["username"] == username);
        account.map_or_else(
            || Err(Trouble::Wrong(format!("{username} has no account"))),
            |account| text(account, "/id").map(str::to_owned),
        )
    }
}

/// Looks again and again until `look` has found what it wants.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Answer<Option<T>>) -> Answer<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(Trouble::Wrong(format!("waited {} s in vain: {what}", PATIENCE.as_secs())));
        }
        sleep(LOOK_AGAIN);
    }
}

fn known<'a>(id: Option<&'a String>, what: &str) -> Answer<&'a str> {
    id.map(String::as_str).ok_or_else(|| Trouble::Wrong(format!("{what} has not passed its station")))
}
