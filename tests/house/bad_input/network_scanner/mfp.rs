//! A copier on the network as driverless scanning sees it: an eSCL server that hands out real pages.
//!
//! ```text
//! sane-airscan                          Mfp
//!   GET  /eSCL/ScannerCapabilities  ->  glass, feeder, both sides; A4; 300 dpi; its UUID
//!   POST /eSCL/ScanJobs             ->  201, Location: /eSCL/ScanJobs/1
//!   GET  .../ScanJobs/1/NextDocument -> a page, as JPEG; 404 when the feeder is empty
//!   GET  /eSCL/ScannerStatus        ->  why there was none: empty, jammed, cover open
//!   DELETE .../ScanJobs/1           ->  what has not been fed stays in the feeder
//! ```
//!
//! After the eSCL specification of the Mopria Alliance, as far as sane-airscan asks.

use std::collections::VecDeque;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as InPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// What the copier's panel says of itself.
const NAME: &str = "Bluebird Office 300";
/// Its identity on every network.
pub(super) const UUID: &str = "4e1f3b7a-0c55-4d6e-9a2b-5f60718293a4";

/// What a sheet takes. Not to be left out: where the whole stack has come before `sane_start` is awake, sane-airscan says
/// that there was no paper, and no copier made of metal is as fast.
const A_SHEET_TAKES: Duration = Duration::from_millis(100);

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A sheet sticks after so many pages.
    JamAfter(u32),
    /// Somebody opens the lid after so many pages.
    CoverOpenAfter(u32),
    /// The line breaks in the middle of the page after so many.
    CutAfter(u32),
    /// Somebody copies.
    Busy,
}

/// A copier. Dropping switches it off.
pub(super) struct Mfp {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
    runtime: Runtime,
    power: Option<CancellationToken>,
}

#[derive(Default)]
struct Inside {
    feeder: VecDeque<Bytes>,
    glass: Option<Bytes>,
    trouble: Option<Trouble>,
    jobs: u32,
    job: Option<Job>,
}

struct Job {
    number: u32,
    from_feeder: bool,
    pages: u32,
}

type Shared = Arc<Mutex<Inside>>;

impl Mfp {
    /// A copier at this address, switched on.
    pub(super) fn at(address: SocketAddr) -> Mfp {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut mfp = Mfp { address, inside: Arc::default(), runtime, power: None };
        mfp.switch_on();
        mfp
    }

    pub(super) fn switch_on(&mut self) {
        let off = CancellationToken::new();
        let listener = std::net::TcpListener::bind(self.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let (routes, stop) = (routes(self.inside.clone()), off.clone());
        self.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            tokio::select! {
                _ = axum::serve(listener, routes) => {}
                () = stop.cancelled() => {}
            }
        });
        self.power = Some(off);
    }

    /// Nobody listens at its address when this returns.
    pub(super) fn switch_off(&mut self) {
        if let Some(power) = self.power.take() {
            power.cancel();
        }
        while std::net::TcpStream::connect(self.address).is_ok() {
            std::thread::yield_now();
        }
    }

    /// Lays these pages into the feeder.
    pub(super) fn load(&self, pages: impl IntoIterator<Item = Vec<u8>>) {
        inside(&self.inside).feeder = pages.into_iter().map(Bytes::from).collect();
    }

    /// Lays a page on the glass.
    pub(super) fn lay(&self, page: Vec<u8>) {
        inside(&self.inside).glass = Some(page.into());
    }

    pub(super) fn suffers(&self, trouble: Option<Trouble>) {
        inside(&self.inside).trouble = trouble;
    }

    /// Sheets that were not fed.
    pub(super) fn left(&self) -> usize {
        inside(&self.inside).feeder.len()
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A configuration of libsane that knows this copier and nothing else.
    pub(super) fn sane_configuration(&self, folder: &Path) -> String {
        self.sane_configuration_as(NAME, folder)
    }

    /// The same where the school calls it something else.
    pub(super) fn sane_configuration_as(&self, name: &str, folder: &Path) -> String {
        let configuration = folder.join("sane");
        fs::create_dir_all(&configuration).unwrap();
        fs::write(configuration.join("dll.conf"), "airscan\n").unwrap();
        let airscan = format!(
            "[devices]\n\"{name}\" = http://{}/eSCL, eSCL\n[options]\ndiscovery = disable\nws-discovery = off\n",
            self.address
        );
        fs::write(configuration.join("airscan.conf"), airscan).unwrap();
        configuration.display().to_string()
    }
}

impl Drop for Mfp {
    fn drop(&mut self) {
        if let Some(power) = self.power.take() {
            power.cancel();
        }
    }
}

fn inside(shared: &Shared) -> MutexGuard<'_, Inside> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn routes(inside: Shared) -> Router {
    Router::new()
        .route("/eSCL/ScannerCapabilities", get(|| async { xml(capabilities()) }))
        .route("/eSCL/ScannerStatus", get(status))
        .route("/eSCL/ScanJobs", post(begin))
        .route("/eSCL/ScanJobs/{job}", delete(end))
        .route("/eSCL/ScanJobs/{job}/NextDocument", get(next))
        .with_state(inside)
}

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml")], text).into_response()
}

async fn begin(State(shared): State<Shared>, asked: String) -> Response {
    let mut inside = inside(&shared);
    if inside.trouble == Some(Trouble::Busy) || inside.job.is_some() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let from_feeder = asked.contains("Feeder");
    if from_feeder && inside.feeder.is_empty() || inside.trouble == Some(Trouble::CoverOpenAfter(0)) {
        return StatusCode::CONFLICT.into_response();
    }
    inside.jobs += 1;
    let number = inside.jobs;
    inside.job = Some(Job { number, from_feeder, pages: 0 });
    let place = format!("/eSCL/ScanJobs/{number}");
    (StatusCode::CREATED, [(header::LOCATION, place)]).into_response()
}

/// Word of the end of a job may come after the next has begun.
async fn end(State(shared): State<Shared>, InPath(number): InPath<u32>) -> StatusCode {
    inside(&shared).job.take_if(|job| job.number == number);
    StatusCode::OK
}

async fn next(State(shared): State<Shared>, InPath(number): InPath<u32>) -> Response {
    tokio::time::sleep(A_SHEET_TAKES).await;
    let mut inside = inside(&shared);
    let trouble = inside.trouble;
    let Some(job) = inside.job.as_mut().filter(|job| job.number == number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (fed, from_feeder) = (job.pages, job.from_feeder);
    match trouble {
        Some(Trouble::JamAfter(pages) | Trouble::CoverOpenAfter(pages)) if fed >= pages => {
            return StatusCode::CONFLICT.into_response();
        }
        Some(Trouble::CutAfter(pages)) if fed >= pages => return cut_off(),
        _ => {}
    }
    job.pages += 1;
    let page = match from_feeder {
        true => inside.feeder.pop_front(),
        false if fed == 0 => inside.glass.clone(),
        false => None,
    };
    match page {
        Some(page) => ([(header::CONTENT_TYPE, "image/jpeg")], page).into_response(),
        None => {
            inside.job = None;
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

/// The beginning of a page, and then nobody.
fn cut_off() -> Response {
    let pieces =
        [Ok(Bytes::from_static(&[0xff, 0xd8, 0xff, 0xe0])), Err(std::io::Error::other("the line broke"))];
    let body = Body::from_stream(tokio_stream::iter(pieces));
    ([(header::CONTENT_TYPE, "image/jpeg"), (header::CONTENT_LENGTH, "900000")], body).into_response()
}

async fn status(State(shared): State<Shared>) -> Response {
    let inside = inside(&shared);
    let fed = inside.job.as_ref().map_or(0, |job| job.pages);
    let adf = match inside.trouble {
        Some(Trouble::JamAfter(pages)) if fed >= pages => "ScannerAdfJam",
        Some(Trouble::CoverOpenAfter(pages)) if fed >= pages => "ScannerAdfDoorOpen",
        _ if inside.feeder.is_empty() => "ScannerAdfEmpty",
        _ => "ScannerAdfLoaded",
    };
    let state =
        if inside.trouble == Some(Trouble::Busy) || inside.job.is_some() { "Processing" } else { "Idle" };
    xml(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>2.6</pwg:Version><pwg:State>{state}</pwg:State><scan:AdfState>{adf}</scan:AdfState></scan:ScannerStatus>"#
    ))
}

fn capabilities() -> String {
    let caps = |height: u32| {
        format!(
            "<scan:MinWidth>300</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>\
             <scan:MinHeight>300</scan:MinHeight><scan:MaxHeight>{height}</scan:MaxHeight>\
             <scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>\
             <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>\
             <scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>\
             <scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>\
             <scan:SupportedResolutions><scan:DiscreteResolutions><scan:DiscreteResolution>\
             <scan:XResolution>300</scan:XResolution><scan:YResolution>300</scan:YResolution>\
             </scan:DiscreteResolution></scan:DiscreteResolutions></scan:SupportedResolutions>\
             </scan:SettingProfile></scan:SettingProfiles>\
             <scan:SupportedIntents><scan:Intent>Document</scan:Intent></scan:SupportedIntents>\
             <scan:MaxOpticalXResolution>300</scan:MaxOpticalXResolution><scan:MaxOpticalYResolution>300</scan:MaxOpticalYResolution>"
        )
    };
    let (glass, feeder) = (caps(3508), caps(4200));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>2.6</pwg:Version><pwg:MakeAndModel>{NAME}</pwg:MakeAndModel><pwg:SerialNumber>BB300-0042</pwg:SerialNumber>
<scan:UUID>{UUID}</scan:UUID>
<scan:Platen><scan:PlatenInputCaps>{glass}</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>{feeder}</scan:AdfSimplexInputCaps><scan:AdfDuplexInputCaps>{feeder}</scan:AdfDuplexInputCaps>
<scan:FeederCapacity>50</scan:FeederCapacity><scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf>
</scan:ScannerCapabilities>"#
    )
}
