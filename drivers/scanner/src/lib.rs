//! Scanning in a disposable worker process.
//!
//! A scanner is driven by its vendor's code, and a vendor's code may hang for ever, crash, or write where it
//! should not. The office must not go down with it. So nothing of SANE is ever loaded into the box itself:
//! [`Scanners`] starts the same binary once more as a child (`vanthu scan-worker`), which alone opens libsane,
//! and talks to it over two pipes. A child that says nothing for too long is killed; the next call starts
//! another.
//!
//! One scan of a feeder, as it goes over the pipes (`protocol.rs`):
//!
//! ```text
//! box (Scanners)                    worker (worker_main)           libsane
//!  | Scan {source: feeder, ...}  ->  |                              |
//!  |  <- Heard                       |  open, set options, start -> |
//!  |  <- Lines {page 1, 0 of 3508}   |  read, read, read ...        |
//!  |  <- Lines {page 1, 1200 ...}    |                              |
//!  |  <- Page {1} + JPEG             |  encodes, and waits          |
//!  |  (keep: written and fsynced)    |                              |
//!  | Kept                        ->  |  start -> next sheet         |
//!  |  <- Heard, Lines, Page {2}      |                              |
//!  | Kept                        ->  |  start -> "out of documents" |
//!  |  <- Ending {2}                  |  cancel, close            -> |
//!  |  <- Done {2}                    |                              |
//! ```
//!
//! The worker feeds the next sheet only after [`Scanners::scan`]'s `keep` has returned `Ok` for the page
//! before: a power cut costs at most the sheet in the feeder.
//!
//! ```no_run
//! # async fn example() -> Result<(), scanner::ScanError> {
//! use scanner::{CancellationToken, Colour, Launch, PaperSize, Progress, Request, Scanners, Source, Via};
//!
//! let launch = Launch { program: "/usr/bin/vanthu".into(), args: vec!["scan-worker".into()], env: vec![] };
//! let scanners = Scanners::new(launch, Via::Sane);
//! let device = scanners.devices().await?.remove(0);
//! let request = Request {
//!     device: device.id,
//!     address: Some(device.address),
//!     source: Source::Feeder,
//!     colour: Colour::Colour,
//!     dpi: 300,
//!     paper: PaperSize::A4,
//! };
//! let pages = scanners
//!     .scan(
//!         request,
//!         async |progress| {
//!             if let Progress::Page { page, capture } = progress {
//!                 println!("page {page}: {} bytes", capture.bytes.len()); // make it durable here
//!             }
//!             Ok(())
//!         },
//!         CancellationToken::new(),
//!     )
//!     .await?;
//! println!("{pages} pages");
//! # Ok(()) }
//! ```
//!
//! What a caller gets without asking: the settings that matter (source, colour, resolution, paper) whatever a
//! device calls them; an end of the feeder after at least one page is success; a device found again after it
//! was unplugged and plugged in ([`Device::id`] is not its USB address); a quick cancel; a worker that leaves
//! when it has been idle for a while, so that a box at rest does not carry eighty drivers in memory.
//!
//! # How long a driver may be silent
//!
//! | the worker is                                 | for ([`Patience`]) | then                                   |
//! |-----------------------------------------------|--------------------|----------------------------------------|
//! | to hear an order                              | 8 s                | killed; another gets the order, if the first had been idle |
//! | looking for devices, opening one, in `sane_start` | 60 s           | killed: [`ScanError::Hung`]            |
//! | reading a page, looking at buttons            | 8 s                | killed: [`ScanError::Hung`]            |
//! | letting the device go                         | 8 s                | killed; nobody hears of it             |
//!
//! A minute, because lamps warm up and heads calibrate there, and nobody can tell that from a hang. Drivers that
//! do so in their first `sane_read` are known by name (`sane/mod.rs`). A cancel waits for none of this.
//!
//! # Why like this
//!
//! - *A process and not a thread*: a thread stuck in `sane_read` cannot be killed, and a segfault takes
//!   everybody.
//! - *One thread for every SANE call*, the worker's main one: backends need not be thread-safe. The other threads
//!   only read orders and encode. `sane_cancel` is therefore also called by the main thread, between two reads; a read
//!   that does not come back is answered by killing the worker.
//! - *Pages travel encoded*: A4 in colour at 300 dpi is 26 MB raw. The worker encodes the lines as they come
//!   (`ahead.rs`), and holds a whole raw page only of a device that reads each colour in a pass of its own.
//! - *The folder of images* ([`Via::Folder`]) goes through the same worker, pages and pipes, so that those
//!   without libsane exercise everything but SANE.
//!
//! # Three variables for tests and demonstrations
//!
//! The worker reads them from its environment ([`Launch::env`]); a box in a school sets none of them.
//!
//! - `VANTHU_LIBSANE`: path of the library to load in place of `libsane.so.1` (a deliberately faulty one, say).
//! - `VANTHU_SCAN_PRESET`: JSON object, option name to value, set as they are on every device that is opened
//!   and then left alone by our own settings: `{"read-return-value": "SANE_STATUS_JAMMED"}`. A list of values
//!   is one value per sheet: `{"filename": ["a.ppm", "b.ppm"]}` makes SANE's `pnm` device a feeder with two
//!   sheets, and its flatbed gives one after the other, starting over after the last.
//! - `SANE_CONFIG_DIR` is libsane's own: a folder with a `dll.conf` that names the backends to use.
#![deny(unsafe_code, missing_docs)]

mod ahead;
mod bus;
mod capture;
mod child;
mod device;
mod error;
mod folder;
mod page;
mod plugged;
mod power;
mod protocol;
#[expect(unsafe_code, reason = "the only place: every block there says why it is sound")]
mod sane;
mod scanners;
mod talk;
mod worker;

pub use bus::{Bus, Change};
pub use capture::{Capture, CaptureFormat};
pub use child::{Launch, Patience};
pub use device::{Colour, Device, PaperSize, Request, Source, Via, network_name};
pub use error::{KeepFailed, ScanError};
pub use power::{Power, Trouble};
pub use scanners::{Progress, Scanners};
pub use tokio_util::sync::CancellationToken;
pub use worker::worker_main;
