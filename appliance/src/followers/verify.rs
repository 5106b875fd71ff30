//! Looks at the signatures of every file that came in from elsewhere - by hub, upload or stick - without a line, and keeps
//! the verdict with the document.

use office::letters::Letter;
use office::letters::signing::{Found, Verdict};
use office::seals::{Command as Seals, Report};
use office::{Actor, Command, Error};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use super::Nudges;
use crate::seal::{make, trust};
use crate::{App, blocking};

/// Who the box is when it checks signatures.
const VERIFY: Actor = Actor::Machine("kiểm tra chữ ký");

/// Looks for files at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    while nudges.next().await {
        if let Err(error) = round(&app).await {
            tracing::error!(%error, "verify: this round was not finished");
        }
    }
}

async fn round(app: &App) -> Result<(), Error> {
    let unchecked = app
        .desk
        .read(|rows| {
            let letters: Vec<Letter> = office::kit::all_under(rows, "unchecked", b"")?;
            let files = letters.iter().flat_map(|letter| {
                letter.unchecked().map(|file| (letter.id, file.paper.name)).collect::<Vec<(Uuid, Sha256)>>()
            });
            Ok(files.collect::<Vec<_>>())
        })
        .await?;
    if unchecked.is_empty() {
        return Ok(());
    }
    let trust = trust::current(app).await?;
    for (letter, of) in unchecked.into_iter().take_while(|_| !app.stop.is_cancelled()) {
        let (journal, now, trust) = (app.desk.journal().clone(), app.desk.now(), trust.clone());
        let verdict = blocking(move || -> Result<Verdict, Error> {
            let pdf = make::blob(&journal, of)?;
            Ok(told(&verify::verify(&pdf, &trust, now.unix_ms()), now))
        })
        .await??;
        let report = Report::Verified { letter, of, verdict };
        app.desk.execute(VERIFY, Command::Seals(Seals::Report(report))).await?;
    }
    Ok(())
}

/// A report in the office's words, as it is kept.
pub(crate) fn told(report: &verify::Report, now: Stamp) -> Verdict {
    let word = |verdict: verify::Verdict| verdict.word().to_owned();
    let signatures = report.signatures.iter().map(|found| Found {
        word: word(found.verdict),
        sentence: found.why.clone(),
        signer: found.signer.clone().unwrap_or_default(),
        organisation: found.organisation.clone().unwrap_or_default(),
        unit: found.is_unit,
        kind: written(&found.kind),
        level: written(&found.level),
        at: found.proved_at_ms.or(found.claimed_at_ms).map(Stamp::from_unix_ms),
        stamped: found.proved_at_ms.is_some(),
    });
    Verdict {
        word: word(report.verdict),
        sentence: report.why.clone(),
        checked_at: now,
        signatures: signatures.collect(),
    }
}

/// The word serde writes for a plain enum variant.
fn written(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
