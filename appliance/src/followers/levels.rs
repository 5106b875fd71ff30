//! Completes signatures when a line exists: one file at a time, one level at a time, again later where nobody answers.
//!
//! A level that was reached is journalled with its file; one that has to wait is journalled once, with why. Cut off
//! anywhere, the file before is the document and is tried again. A file that cannot go on holds up no other.

use std::sync::Arc;

use office::letters::signing::Level;
use office::scans::Paper;
use office::seals::{Command as Seals, Incomplete, Report, SigningSettings, rules};
use office::{Actor, Command, Error};
use pki::Trust;
use wire::Sha256;

use super::Nudges;
use super::later::Later;
use crate::levels::{Line, NO_GAIN, Wish, advance};
use crate::seal::trust::Trusting;
use crate::seal::{make, trust};
use crate::{App, blocking};

/// Who the box is when it completes signatures.
const LEVELS: Actor = Actor::Machine("bằng chứng chữ ký");

/// What is tried again later, and by which line. Whoever has just mended an address or added a root does not wait a day
/// to see that it helped.
#[derive(Default)]
struct Upkeep {
    later: Later,
    line: Option<Arc<Line>>,
    /// Version of the settings, and trust list.
    grounds: Option<(u64, Sha256)>,
}

/// Looks for files at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    let mut upkeep = Upkeep::default();
    while nudges.next().await {
        if let Err(error) = round(&app, &mut upkeep).await {
            tracing::error!(%error, "levels: this round was not finished");
        }
    }
}

async fn round(app: &App, upkeep: &mut Upkeep) -> Result<(), Error> {
    let now = app.desk.now();
    let asked = app.desk.read(move |rows| {
        let settings = rules::settings(rows)?;
        let waiting = office::seals::incomplete(rows, settings.target, now)?;
        Ok((settings, waiting))
    });
    let (settings, waiting) = asked.await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let trusting = trust::current(app).await?;
    let line = upkeep.by(app, &settings, &trusting)?;
    for found in waiting.into_iter().filter(|found| upkeep.later.is_due(found.of)).collect::<Vec<_>>() {
        if app.stop.is_cancelled() {
            return Ok(());
        }
        let (letter, of) = (found.letter, found.of);
        // A person's signature that still waits for the seal takes a time stamp and no more: the file is to grow again.
        let most = if found.sealed { settings.target } else { settings.target.min(Level::T) };
        if let Err(error) = one(app, found, most, &trusting.trust, &line, &mut upkeep.later).await {
            // A full disk, most likely. A stamp that could not be kept was paid for.
            tracing::error!(%letter, %error, "a signature does not reach its next level for now");
            upkeep.later.put_off(of);
        }
    }
    Ok(())
}

impl Upkeep {
    fn by(&mut self, app: &App, settings: &SigningSettings, trusting: &Trusting) -> Result<Arc<Line>, Error> {
        let grounds = Some((settings.version, trusting.state));
        if let Some(line) = self.line.as_ref().filter(|_| self.grounds == grounds) {
            return Ok(line.clone());
        }
        let line = Line::new(settings.time_stamp_urls.clone(), app.stop.clone())
            .map_err(|error| Error::Broken(format!("no line can be opened: {error}")))?;
        let line = Arc::new(line);
        self.later.begin_anew();
        (self.line, self.grounds) = (Some(line.clone()), grounds);
        Ok(line)
    }
}

async fn one(
    app: &App,
    found: Incomplete,
    most: Level,
    trust: &Arc<Trust>,
    line: &Arc<Line>,
    later: &mut Later,
) -> Result<(), Error> {
    let Incomplete { letter, of, pages, renew, .. } = found;
    let (journal, now_ms, trust, line) =
        (app.desk.journal().clone(), app.desk.now().unix_ms(), trust.clone(), line.clone());
    let advanced = blocking(move || -> Result<_, Error> {
        let pdf = make::blob(&journal, of)?;
        let wish = Wish { trust: &trust, now_ms, target: most, renew };
        let grown = match advance(&pdf, &wish, &line) {
            Ok(Some(grown)) => grown,
            Ok(None) => return Ok(Ok(None)),
            Err(waits) => return Ok(Err(waits)),
        };
        let name = journal.blobs().put(&grown.pdf)?;
        let paper = Paper { name, pages, bytes: grown.pdf.len() as u64, signed: true };
        let (level, renew_at) = (grown.level, grown.renew_at);
        Ok(Ok(Some(Report::Level { letter, of, paper, level, renew_at })))
    });
    let report = match advanced.await?? {
        Ok(Some(report)) => report,
        Ok(None) => {
            later.put_off(of);
            return Ok(());
        }
        // What was cut off by the box's own end says nothing of a server.
        Err(_) if app.stop.is_cancelled() => return Ok(()),
        Err(waits) => {
            tracing::info!(%letter, code = waits.code, "a signature waits for its next level");
            if waits.passes {
                later.put_off(of);
            } else {
                later.put_off_for_a_day(of);
            }
            if waits.code == NO_GAIN.code {
                return Ok(());
            }
            Report::Waits { letter, of, code: waits.code.into() }
        }
    };
    let is_reached = matches!(report, Report::Level { .. });
    app.desk.execute(LEVELS, Command::Seals(Seals::Report(report))).await?;
    if is_reached {
        later.forget(of);
    }
    Ok(())
}
