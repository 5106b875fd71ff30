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
//!                    followers/  live . seal . link (the office above)
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

pub mod cli;
mod compose;
mod connections;
pub mod edge;
mod files;
mod followers;
mod link;
mod mdns;
pub mod scan;
pub mod seal;
pub mod serve;
mod surroundings;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::FromRef;
pub use journal::OpenError;
use office::{Clock, Desk, SystemClock};
use scanner::{Launch, Scanners, Via};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a box is opened with.
pub struct Settings {
    /// The one data directory.
    pub data: PathBuf,
    /// The program that is started as scan worker: this one.
    pub worker: PathBuf,
    /// Where paper comes from.
    pub via: Via,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// A box with real scanners and the machine's clock.
    pub fn new(data: impl AsRef<Path>, worker: impl AsRef<Path>) -> Self {
        Self {
            data: data.as_ref().to_owned(),
            worker: worker.as_ref().to_owned(),
            via: Via::Sane,
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
    /// Keys that were unlocked for one document each.
    pub keys: seal::Keys,
    /// The office above.
    pub link: link::Link,
    /// What browsers are told.
    pub live: followers::live::Feed,
    /// Pages to PDF: one at a time, so that memory is bounded by one document.
    pub bench: compose::Bench,
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
        let desk = tokio::task::spawn_blocking(move || Desk::open(&data, clock))
            .await
            .expect("opening a box does not panic")?;
        let stop = CancellationToken::new();
        let live = followers::live::Feed::new();
        let scanners = Scanners::new(launch(&settings), settings.via);
        let app = App {
            scans: scan::ScanDesk::new(desk.clone(), scanners, live.clone(), stop.clone()),
            keys: seal::Keys::default(),
            link: link::Link::open(&settings.data),
            bench: compose::Bench::default(),
            desk,
            live,
            stop,
        };
        app.scans.fail_interrupted().await;
        let followers = TaskTracker::new();
        followers::start(&app, &followers);
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
    Launch { program: settings.worker.clone(), args: vec!["scan-worker".into()], env: Vec::new() }
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
