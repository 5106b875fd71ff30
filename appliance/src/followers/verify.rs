//! Looks at the signatures of every file that came in from elsewhere - by hub, upload or stick - without a line, and keeps
//! the verdict with the document.
//!
//! Whom the unit trusts changes: a root is brought, a revocation list comes with the line. Then files are looked at again
//! whose verdict was open - the signer not trusted, nothing known of revocation - and what is found otherwise is told; what
//! was told before stays in the journal. The journal's note [`SETTLED`] says by which trust list all of them were looked at.

use std::panic::{AssertUnwindSafe, catch_unwind};

use office::letters::Letter;
use office::letters::signing::{Found, Verdict};
use office::seals::{Command as Seals, Report};
use office::{Actor, Command, Error};
use pki::Trust;
use uuid::Uuid;
use verify::{Kind, Verdict as Word};
use wire::{Sha256, Stamp};

use super::Nudges;
use super::later::Later;
use crate::seal::make;
use crate::seal::trust::{self, Trusting};
use crate::{App, blocking};

/// Who the box is when it checks signatures.
const VERIFY: Actor = Actor::Machine("kiểm tra chữ ký");
const SETTLED: &str = "verify.settled";
/// What is said of a file that broke the judges: theirs is the fault, but nobody should rely on such a file.
const TOO_STRANGE: &str =
    "Máy không đọc hết được tệp này nên không biết chữ ký có đúng không. Hãy đề nghị nơi gửi ký và gửi lại.";

/// A file of a document.
type OfLetter = (Uuid, Sha256);

/// Open verdicts that are looked at again by another trust list.
#[derive(Default)]
struct Again {
    by: Option<Sha256>,
    left: Vec<OfLetter>,
    /// That nothing is left is at rest.
    noted: bool,
}

/// Looks for files at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    let (mut later, mut again) = (Later::default(), Again::default());
    while nudges.next().await {
        if let Err(error) = round(&app, &mut later, &mut again).await {
            tracing::error!(%error, "verify: this round was not finished");
        }
    }
}

async fn round(app: &App, later: &mut Later, again: &mut Again) -> Result<(), Error> {
    let trusting = trust::current(app).await?;
    if again.by != Some(trusting.state) {
        later.begin_anew();
        *again = Again { left: open(app, trusting.state).await?, by: Some(trusting.state), noted: false };
    }
    let unchecked = app
        .desk
        .read(|rows| {
            let letters: Vec<Letter> = office::kit::all_under(rows, "unchecked", b"")?;
            let files = letters.iter().flat_map(|letter| {
                letter.unchecked().map(|file| (letter.id, file.paper.name)).collect::<Vec<OfLetter>>()
            });
            Ok(files.collect::<Vec<_>>())
        })
        .await?;
    let due = |later: &Later, files: &[OfLetter]| -> Vec<OfLetter> {
        files.iter().copied().filter(|(_, of)| later.is_due(*of)).collect()
    };
    for (letter, of) in due(later, &[unchecked, again.left.clone()].concat()) {
        if app.stop.is_cancelled() {
            return Ok(());
        }
        match one(app, letter, of, &trusting).await {
            Ok(()) => {
                later.forget(of);
                again.left.retain(|left| *left != (letter, of));
            }
            Err(error) => {
                tracing::error!(%letter, file = %of, %error, "a file's signatures are not checked for now");
                later.put_off(of);
            }
        }
    }
    if let (false, true, Some(by)) = (again.noted, again.left.is_empty(), again.by) {
        note(app, by.to_string()).await?;
        again.noted = true;
    }
    Ok(())
}

/// Files whose verdicts another trust list left open; none once they have all been looked at by this one.
async fn open(app: &App, by: Sha256) -> Result<Vec<OfLetter>, Error> {
    let journal = app.desk.journal().clone();
    let settled = blocking(move || journal.recall(SETTLED)).await??;
    if settled == Some(by.to_string()) {
        return Ok(Vec::new());
    }
    let open = app.desk.read(move |rows| {
        let letters: Vec<Letter> = office::kit::all_under(rows, "open_verdict", b"")?;
        let of = |letter: &Letter| {
            let others = letter.open_verdicts().filter(|(_, judged_by)| *judged_by != by);
            others.map(|(of, _)| (letter.id, of)).collect::<Vec<OfLetter>>()
        };
        Ok(letters.iter().flat_map(of).collect())
    });
    let open = open.await?;
    // Should the list before this one come back, some have been judged by neither.
    note(app, String::new()).await?;
    Ok(open)
}

async fn note(app: &App, settled: String) -> Result<(), Error> {
    let journal = app.desk.journal().clone();
    Ok(blocking(move || journal.remember(SETTLED, &settled)).await??)
}

async fn one(app: &App, letter: Uuid, of: Sha256, trusting: &Trusting) -> Result<(), Error> {
    let verdict = {
        let _room = app.bench.room().await;
        let (journal, now, trust) = (app.desk.journal().clone(), app.desk.now(), trusting.trust.clone());
        blocking(move || -> Result<_, Error> { Ok(judged(&make::blob(&journal, of)?, &trust, now)) })
            .await??
    };
    let (verdict, open) = verdict;
    let open_by = open.then_some(trusting.state);
    let report = Report::Verified { letter, of, verdict, open_by };
    app.desk.execute(VERIFY, Command::Seals(Seals::Report(report))).await?;
    Ok(())
}

/// What the signatures of a file are worth, and whether another trust list may say otherwise. Whatever a stranger's bytes
/// do to the judges, there is a word for it.
pub(crate) fn judged(pdf: &[u8], trust: &Trust, now: Stamp) -> (Verdict, bool) {
    worded(|| verify::verify(pdf, trust, now.unix_ms()), now)
}

fn worded(judge: impl FnOnce() -> verify::Report, now: Stamp) -> (Verdict, bool) {
    match catch_unwind(AssertUnwindSafe(judge)) {
        Ok(report) => (told(&report, now), is_open(&report)),
        Err(_) => {
            tracing::error!("the judges panicked over a file");
            let (word, sentence) = (Word::Malformed.word().into(), TOO_STRANGE.into());
            (Verdict { word, sentence, checked_at: now, signatures: Vec::new() }, false)
        }
    }
}

/// Whether who is trusted makes a difference: not where what was signed is no longer what is seen.
fn is_open(report: &verify::Report) -> bool {
    let unknown = |found: &verify::SignatureReport| {
        found.verdict == Word::Untrusted
            || (found.kind == Kind::Signature && found.not_revoked_as_of_ms.is_none())
    };
    report.verdict < Word::ChangedAfterSigningForbidden && report.signatures.iter().any(unknown)
}

/// A report in the office's words, as it is kept.
fn told(report: &verify::Report, now: Stamp) -> Verdict {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(word: Word, not_revoked_as_of_ms: Option<i64>) -> verify::Report {
        let report = serde_json::json!({"verdict": word, "why": "…", "signatures": [{
            "verdict": word, "covers_whole": true, "is_unit": false, "kind": "signature", "level": "B-B", "field": "S",
            "chain": [], "not_revoked_as_of_ms": not_revoked_as_of_ms, "changes": [], "why": "…",
        }]});
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn a_verdict_is_open_where_another_trust_list_may_say_otherwise() {
        let table = [
            (Word::Good, Some(1), false),
            (Word::Good, None, true),
            (Word::ChangedAfterSigningAllowed, None, true),
            (Word::Untrusted, Some(1), true),
            (Word::Untrusted, None, true),
            (Word::Revoked, Some(1), false),
            (Word::Altered, None, false),
            (Word::ChangedAfterSigningForbidden, None, false),
            (Word::Malformed, None, false),
        ];
        for (word, known, open) in table {
            assert_eq!(is_open(&signed(word, known)), open, "{word:?}, revocation known: {known:?}");
        }
    }

    #[test]
    fn a_file_that_breaks_the_judges_has_a_word_too() {
        let now = Stamp::from_unix_ms(1_795_222_800_000);
        let (verdict, open) = worded(|| unreachable!("a file nobody has thought of"), now);
        assert_eq!((verdict.word.as_str(), open, verdict.is_broken()), ("malformed", false, true));
        assert!(verdict.sentence.contains("Hãy "));
    }
}
