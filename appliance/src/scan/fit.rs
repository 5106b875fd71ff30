//! A paper is made to fit in so many MB, step by step, before it is filed. The steps are the box's work, not a request's:
//! a stack of a hundred pages takes minutes, and whoever asked sees each step as it was made.
//!
//! ```text
//! POST /api/scans/{id}/fit   {"most_bytes": 3000000}          {"most_bytes": null}: as usual again
//!   usual:    4,2 MB, too large, thrown away
//!   tight:    2,9 MB, fits -> Compose: the job's paper        none fits: what was stays, and why is said
//! GET  /api/scans/{id}/fit   the steps so far
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use office::http::{Payload, Problem};
use office::letters::Letter;
use office::scans::fit::{Next, Plain, Tried, may_fit, next, told, too_large};
use office::scans::http::{PaperView, readable};
use office::scans::{Made, Paper, Scan, SizeStep, Words};
use office::{Error, Refusal, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::App;
use crate::compose::{Laid, Packed};

/// How long what came of it is told to who asks late.
const TOLD_FOR: Duration = Duration::from_secs(600);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(fit, fitting))
}

/// Papers that are being made to fit, and those that just were. Forgotten with the process: what was not finished was
/// not begun.
#[derive(Clone, Default)]
pub struct Fits(Arc<Mutex<HashMap<Uuid, Fit>>>);

/// One of them.
#[derive(Clone, Default)]
struct Fit {
    most_bytes: Option<u64>,
    tried: Vec<Tried>,
    /// When it ended, and why not well.
    ended: Option<(Instant, Option<Problem>)>,
}

impl Fits {
    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, Fit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is to be done; the same wish while it is at work is the same work.
    fn begin(&self, scan: Uuid, most_bytes: Option<u64>) -> Result<bool, Refusal> {
        let mut all = self.all();
        all.retain(|_, fit| fit.ended.as_ref().is_none_or(|(at, _)| at.elapsed() < TOLD_FOR));
        match all.get(&scan).filter(|fit| fit.ended.is_none()) {
            Some(fit) if fit.most_bytes == most_bytes => Ok(false),
            Some(_) => Err(Refusal::new(
                "fit.at_work",
                409,
                "Hộp đang làm gọn bản này theo cỡ khác. Hãy chờ xong rồi chọn lại.",
            )),
            None => {
                all.insert(scan, Fit { most_bytes, ..Fit::default() });
                Ok(true)
            }
        }
    }

    fn tell(&self, scan: Uuid, tried: &[Tried]) {
        if let Some(fit) = self.all().get_mut(&scan) {
            fit.tried = tried.to_vec();
        }
    }

    fn end(&self, scan: Uuid, done: Result<(), Error>) {
        if let Some(fit) = self.all().get_mut(&scan) {
            fit.ended = Some((Instant::now(), done.err().map(Problem::from)));
        }
    }

    fn of(&self, scan: Uuid) -> Fit {
        let none = || Fit { ended: Some((Instant::now(), None)), ..Fit::default() };
        self.all().get(&scan).cloned().unwrap_or_else(none)
    }
}

/// What it shall fit in.
#[derive(Deserialize, ToSchema)]
struct FitScan {
    /// Bytes, 100.000 to 1.000.000.000; nothing: as usual again.
    most_bytes: Option<u64>,
}

/// How far it is.
#[derive(Serialize, ToSchema)]
struct ScanFit {
    /// Steps are still being made.
    working: bool,
    /// What it shall fit in.
    most_bytes: Option<u64>,
    /// The steps made so far, in their order.
    steps: Vec<FitStep>,
    /// `Như thường: 4,2 MB · Gọn: 2,9 MB`
    told: String,
    /// Why what was stays.
    refused: Option<Problem>,
    /// The paper as it is now.
    paper: Option<PaperView>,
}

/// A step that was made.
#[derive(Serialize, ToSchema)]
struct FitStep {
    step: SizeStep,
    /// `Gọn`
    name: &'static str,
    bytes: u64,
    fits: bool,
}

impl ScanFit {
    fn of(fit: Fit, scan: &Scan) -> Self {
        let Fit { most_bytes, tried, ended } = fit;
        let fits = |bytes| most_bytes.is_none_or(|most| bytes <= most);
        let step = |tried: &Tried| FitStep {
            step: tried.step,
            name: tried.step.name(),
            bytes: tried.bytes,
            fits: fits(tried.bytes),
        };
        Self {
            working: ended.is_none(),
            most_bytes,
            steps: tried.iter().map(step).collect(),
            told: told(&tried),
            refused: ended.and_then(|(_, refused)| refused),
            paper: PaperView::read(scan),
        }
    }
}

/// Begins to make the paper of a scan fit; how far it is, is asked for.
#[utoipa::path(post, path = "/api/scans/{id}/fit", operation_id = "scans_fit", tag = "scans",
    params(("id" = Uuid, Path)), request_body = FitScan,
    responses((status = 202, body = ScanFit), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "paper.signed, paper.filed", body = Problem),
        (status = 422, description = "fit.*", body = Problem)))]
async fn fit(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Payload(FitScan { most_bytes }): Payload<FitScan>,
) -> Result<(StatusCode, Json<ScanFit>), Error> {
    let scan = readable(&app.desk, &viewer, id).await?;
    let filed_in = scan.filed_in;
    let letter = app.desk.read(move |rows| {
        let letter = filed_in.map(|letter| rows.get::<Letter>(&letter.to_string())).transpose()?;
        Ok(letter.flatten())
    });
    may_fit(&scan, letter.await?.as_ref(), most_bytes)?;
    if app.fits.begin(id, most_bytes)? {
        tokio::spawn(at_work(app.clone(), id, most_bytes));
    }
    Ok((StatusCode::ACCEPTED, Json(ScanFit::of(app.fits.of(id), &scan))))
}

/// How far the paper of a scan is with being made to fit.
#[utoipa::path(get, path = "/api/scans/{id}/fit", operation_id = "get_scans_fit", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanFit), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn fitting(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<ScanFit>, Error> {
    readable(&app.desk, &viewer, id).await?;
    // Before the row is read: what ended by then is in the row.
    let fit = app.fits.of(id);
    let scan = readable(&app.desk, &viewer, id).await?;
    Ok(Json(ScanFit::of(fit, &scan)))
}

/// Does it, and says how it ended whatever happens.
async fn at_work(app: App, scan: Uuid, most_bytes: Option<u64>) {
    let work = tokio::spawn(fitted(app.clone(), scan, most_bytes)).await;
    let done = work.unwrap_or_else(|error| Err(Error::Broken(format!("making a paper fit: {error}"))));
    app.fits.end(scan, done);
}

/// Makes the steps until one fits.
async fn fitted(app: App, scan: Uuid, most_bytes: Option<u64>) -> Result<(), Error> {
    let laid = app.desk.read(move |rows| Laid::read(rows, scan)).await?;
    let mut tried = Vec::new();
    let mut kept: Option<(Paper, Vec<Plain>)> = None;
    // A paper made as usual that lacks nothing is that step.
    if let Some(paper) = laid.row.paper.as_ref().filter(|_| is_as_usual(&laid.row)) {
        tried.push(Tried { step: SizeStep::Usual, bytes: paper.bytes });
        kept = Some((paper.clone(), laid.row.made.plain.clone()));
    }
    let step = loop {
        app.fits.tell(scan, &tried);
        match next(&tried, most_bytes.unwrap_or(u64::MAX)) {
            Next::Take(step) => break step,
            Next::NoneFits(smallest) => {
                return Err(too_large(smallest, most_bytes.unwrap_or(u64::MAX)).into());
            }
            Next::Try(step) => {
                // One step at a time: others want the bench too.
                let _room = app.bench.room().await;
                if app.stop.is_cancelled() {
                    return Ok(());
                }
                let packed = laid.packed(&app, step, most_bytes).await?;
                let Packed { tried: now, paper, plain } = packed;
                tried.push(now);
                kept = paper.map(|paper| (paper, plain));
            }
        }
    };
    let (paper, plain) = kept.ok_or_else(|| Error::Broken("the step that fits was not kept".into()))?;
    laid.keep(&app, &paper, &Made { step, most_bytes, plain }).await
}

fn is_as_usual(scan: &Scan) -> bool {
    scan.words == Words::In && scan.made.step == SizeStep::Usual
}
