//! Completes signatures when a line exists: one file at a time, one level at a time, again later where nobody answers.
//!
//! A level that was reached is journalled with its file; one that has to wait is journalled once, with why. Cut off
//! anywhere, the file before is the document and is tried again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use office::letters::signing::Level;
use office::scans::Paper;
use office::seals::{Command as Seals, Report, Trusted, rules};
use office::{Actor, Command, Error};
use uuid::Uuid;
use wire::Sha256;

use super::Nudges;
use crate::levels::{Line, Waits, Wish, advance};
use crate::seal::{make, trust};
use crate::{App, blocking};

/// Who the box is when it completes signatures.
const LEVELS: Actor = Actor::Machine("bằng chứng chữ ký");
/// First wait where nobody answered; doubled up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A file that is to reach its next level.
struct Next {
    letter: Uuid,
    of: Sha256,
    pages: u32,
    renew: bool,
    /// A person's signature that still waits for the seal takes a time stamp and no more: the file is to grow again.
    most: Level,
}

/// Looks for files at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    let mut later = Later::default();
    while nudges.next().await {
        if let Err(error) = round(&app, &mut later).await {
            tracing::error!(%error, "levels: this round was not finished");
        }
    }
}

async fn round(app: &App, later: &mut Later) -> Result<(), Error> {
    let now = app.desk.now();
    let (settings, waiting, trusted) = app
        .desk
        .read(move |rows| {
            let settings = rules::settings(rows)?;
            let waiting = office::seals::incomplete(rows, settings.target, now)?;
            let known: Vec<Trusted> = rows.all()?;
            let trusted = known.into_iter().filter(|known| !known.dropped).map(|known| known.id).collect();
            Ok((settings, waiting, trusted))
        })
        .await?;
    later.begin_anew_if_other((settings.version, trusted));
    let due: Vec<_> = waiting.into_iter().filter(|next| later.is_due(next.of)).collect();
    if due.is_empty() {
        return Ok(());
    }
    let trust = trust::current(app).await?;
    let mut line = Line::new(settings.time_stamp_urls.clone())
        .map_err(|error| Error::Broken(format!("no line can be opened: {error}")))?;
    for found in due {
        if app.stop.is_cancelled() {
            return Ok(());
        }
        let most = if found.sealed { settings.target } else { settings.target.min(Level::T) };
        let next = Next { letter: found.letter, of: found.of, pages: found.pages, renew: found.renew, most };
        one(app, next, &trust, &mut line, later).await?;
    }
    Ok(())
}

async fn one(
    app: &App,
    next: Next,
    trust: &pki::Trust,
    line: &mut Line,
    later: &mut Later,
) -> Result<(), Error> {
    let journal = app.desk.journal().clone();
    let of = next.of;
    let pdf = blocking(move || make::blob(&journal, of)).await??;
    let wish = Wish { trust, now_ms: app.desk.now().unix_ms(), target: next.most, renew: next.renew };
    // Servers may take minutes, and a box that is told to stop does not wait for them.
    let advanced = tokio::select! {
        () = app.stop.cancelled() => return Ok(()),
        advanced = advance(&pdf, &wish, line) => advanced,
    };
    let report = match advanced {
        Ok(Some(grown)) => {
            later.forget(of);
            let journal = app.desk.journal().clone();
            let (bytes, level, renew_at) = (grown.pdf.len() as u64, grown.level, grown.renew_at);
            let name = blocking(move || journal.blobs().put(&grown.pdf)).await??;
            let paper = Paper { name, pages: next.pages, bytes, signed: true };
            Report::Level { letter: next.letter, of, paper, level, renew_at }
        }
        Ok(None) => {
            later.put_off(of);
            return Ok(());
        }
        Err(Waits(code)) => {
            tracing::info!(letter = %next.letter, code, "a signature waits for its next level");
            later.put_off(of);
            Report::Waits { letter: next.letter, of, code: code.into() }
        }
    };
    app.desk.execute(LEVELS, Command::Seals(Seals::Report(report))).await?;
    Ok(())
}

/// The settings and the trust list by which a file had to wait.
type Grounds = (u64, Vec<Uuid>);

/// What is tried again later. In memory: after a restart everything is tried at once.
#[derive(Default)]
struct Later {
    files: HashMap<Sha256, (Instant, Duration)>,
    grounds: Grounds,
}

impl Later {
    /// Whoever has just mended an address or added a root does not wait an hour to see that it helped.
    fn begin_anew_if_other(&mut self, grounds: Grounds) {
        if self.grounds != grounds {
            self.grounds = grounds;
            self.files.clear();
        }
    }

    fn is_due(&self, file: Sha256) -> bool {
        self.files.get(&file).is_none_or(|(at, _)| *at <= Instant::now())
    }

    fn put_off(&mut self, file: Sha256) {
        let pause = self.files.get(&file).map_or(SHORTEST, |(_, pause)| (*pause * 2).min(LONGEST));
        self.files.insert(file, (Instant::now() + pause, pause));
    }

    fn forget(&mut self, file: Sha256) {
        self.files.remove(&file);
    }
}
