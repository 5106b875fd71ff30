//! The box of one unit: wiring, and whatever needs a device, a key, a font or a line.
//!
//! The office ([`office`]) decides and the journal keeps; here is what brings them work and carries it out:
//!
//! ```text
//!            browser                    scanner            clock, fonts
//!               |                          |                    |
//!   edge/  HTTP, live feed, page    scan/  one job per sheet pile    seal/  keys unlocked for one document
//!               |                          |                    |
//!               +------- Desk::execute / Desk::read ------------+
//!                                  |  tip
//!                    followers/  live . sight . reading . search . seal . link (the office above)
//! ```
//!
//! A whole box in a test, without sockets:
//!
//! ```no_run
//! # async fn example() -> Result<(), vanthu::OpenError> {
//! let settings = vanthu::Settings::new("/tmp/school", "/usr/bin/vanthu");
//! let school = vanthu::Box::open(settings).await?;
//! let service = vanthu::edge::router(school.app());
//! # drop(service);
//! school.close().await;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "a program is read with its private items")]

mod bring;
mod child;
pub mod cli;
mod compose;
mod connections;
mod derived;
pub mod edge;
mod files;
mod followers;
mod levels;
mod link;
mod mdns;
mod prints;
pub mod reading;
pub mod scan;
pub mod seal;
mod search;
pub mod serve;
mod surroundings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::FromRef;
pub use bring::{Places, Word};
pub use journal::OpenError;
use office::{Clock, Desk, SystemClock};
use scanner::{Bus, Launch, Power, Via};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a box is opened with.
pub struct Settings {
    /// The one data directory.
    pub data: PathBuf,
    /// The program that is started as scan worker: this one.
    pub worker: PathBuf,
    /// Added to the scan worker's surroundings, for virtual scanners.
    pub worker_env: Vec<(String, String)>,
    /// Where paper comes from.
    pub via: Via,
    /// Where paper is looked for that was not scanned here.
    pub places: Places,
    /// Who reads pages; nobody, if nothing is said.
    pub reader: Option<reading::Reader>,
    /// Who turns files of Word into PDF.
    pub word: Word,
    /// What is plugged in.
    pub bus: Bus,
    /// Whether there is power enough.
    pub power: Power,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// A box with real scanners and the machine's clock.
    pub fn new(data: impl AsRef<Path>, worker: impl AsRef<Path>) -> Self {
        Self {
            data: data.as_ref().to_owned(),
            worker: worker.as_ref().to_owned(),
            worker_env: Vec::new(),
            via: Via::Sane,
            places: Places { inbox: data.as_ref().join("inbox"), sticks: "/media/vanthu".into() },
            reader: None,
            word: Word::new("soffice"),
            bus: Bus::new(),
            power: Power::new(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// What a request handler or a follower may reach.
#[derive(Clone)]
pub struct App {
    /// The office.
    pub desk: Desk,
    /// The scan desk.
    pub scans: scan::ScanDesk,
    /// Keys that were unlocked.
    pub keys: seal::Keys,
    /// Wrong PINs of key files.
    pub guesses: seal::Guesses,
    /// Tokens in the box's USB port.
    pub tokens: seal::TokenPort,
    /// Whom the unit trusts.
    pub trust: seal::TrustList,
    /// Who reads and draws pages of files that came from elsewhere.
    pub pages: seal::Pages,
    /// The office above.
    pub link: link::Link,
    /// Where paper is looked for that was not scanned here.
    pub places: Places,
    /// Who reads pages.
    pub reader: Option<reading::Reader>,
    /// Who turns files of Word into PDF.
    pub word: Word,
    /// What can be found.
    pub search: search::Search,
    /// What browsers are told.
    pub live: followers::live::Feed,
    /// Pages to PDF: one at a time, so that memory is bounded by one document.
    pub bench: compose::Bench,
    /// Papers that are being made to fit.
    pub fits: scan::Fits,
    /// Ends everything that waits.
    pub stop: CancellationToken,
}

impl App {
    /// The day, for sentences: `14:05` today, with the date otherwise.
    fn today(&self) -> chrono::NaiveDate {
        self.desk.now().in_vietnam().date_naive()
    }
}

impl FromRef<App> for Desk {
    fn from_ref(app: &App) -> Self {
        app.desk.clone()
    }
}

/// An open box with its followers running.
pub struct Box {
    app: App,
    followers: TaskTracker,
}

impl Box {
    /// Opens the data directory, mends what a power cut left half done, starts the followers.
    ///
    /// # Errors
    /// What the journal says: a newer format, a second process on the directory, a damaged store, a full disk.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let data = settings.data.clone();
        let clock = settings.clock.clone();
        let (desk, search) = tokio::task::spawn_blocking(move || {
            // The journal first: it sees to it that only one box is on the directory.
            Desk::open(&data, clock).map(|desk| (desk, search::Search::open(&data)))
        })
        .await
        .expect("opening a box does not panic")?;
        let stop = CancellationToken::new();
        let live = followers::live::Feed::new();
        let app = App {
            scans: scan::ScanDesk::new(
                desk.clone(),
                launch(&settings),
                settings.via,
                live.clone(),
                stop.clone(),
            ),
            keys: seal::Keys::default(),
            guesses: seal::Guesses::default(),
            tokens: seal::TokenPort::new(&settings.worker),
            trust: seal::TrustList::default(),
            pages: seal::Pages::new(&settings.worker),
            link: link::Link::open(&settings.data),
            bench: compose::Bench::default(),
            fits: scan::Fits::default(),
            places: settings.places,
            reader: settings.reader,
            word: settings.word,
            search,
            desk,
            live,
            stop,
        };
        app.scans.fail_interrupted().await;
        let followers = TaskTracker::new();
        followers::start(&app, &followers);
        followers.spawn(scan::watch::hot_plug(app.scans.clone(), settings.bus));
        followers.spawn(scan::watch::power(app.scans.clone(), settings.power));
        followers.spawn(bring::inbox::watch(app.clone()));
        Ok(Self { app, followers })
    }

    /// What [`edge::router`] needs.
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Ends live feeds, running scans and followers, and waits for them.
    pub async fn close(self) {
        self.app.stop.cancel();
        self.app.scans.wait().await;
        self.followers.close();
        self.followers.wait().await;
    }
}

/// How the scan worker is started: this program, with the same surroundings.
fn launch(settings: &Settings) -> Launch {
    let (program, env) = (settings.worker.clone(), settings.worker_env.clone());
    Launch { program, args: vec!["scan-worker".into()], env }
}

/// Runs what blocks - the store, the disk, a key - outside the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, office::Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| office::Error::Broken(format!("blocking work: {error}")))
}

/// A failed file beside the journal, with a full disk told apart.
fn disk(error: std::io::Error) -> office::Error {
    office::Error::Fault(error.into())
}
