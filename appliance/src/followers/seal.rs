//! Carries out what somebody has asked for and unlocked: signs the document of record with the person's or the unit's
//! key, brings the signed file to rest and says so. For a key that is elsewhere it prepares the file and its digest.
//!
//! It can be cut off anywhere. A signed file without its entry is an orphan; the request still stands, but the key is
//! gone with the process: the page then asks for the PIN again, and whoever types it unlocks the same request.
//!
//! Annexes come after their document, one look at the rows for each: the key stays until none waits.
//!
//! Each request is asked for once more right before its key is used: while a stack was worked through, its document may
//! have been voided or its signature called off. Unlocked keys that nothing waits for are let go of here as well.

use std::time::Instant;

use journal::{Fault, Rows};
use office::accounts::Session;
use office::seals::Certificate;
use office::seals::{Command as Seals, Report, SigningRequest};
use office::{Actor, Command, Error};
use uuid::Uuid;
use wire::Sha256;

use super::Nudges;
use crate::seal::make;
use crate::{App, blocking};

/// Who the box is when it carries out a person's signature or, without one, the unit's seal.
pub(crate) fn hand(signature: Option<Uuid>) -> Actor {
    Actor::Machine(if signature.is_some() { "ký số" } else { "đóng dấu" })
}

/// Looks for requests at every nudge.
pub(super) async fn follow(app: App) {
    let mut nudges = Nudges::of(&app);
    while nudges.next().await {
        app.keys.lapse(Instant::now());
        // Before the snapshot: it says nothing about what is unlocked after it.
        let (ready, open) = (app.keys.ready(), app.keys.left_open());
        let seen =
            app.desk.read(move |rows| Ok((office::seals::waiting(rows)?, deserted(rows, open)?))).await;
        match seen {
            Ok((waiting, deserted)) => {
                deserted.iter().for_each(|(session, certificate)| app.keys.close_at(*session, *certificate));
                let awaited = |letter, certificate| {
                    waiting.iter().any(|found| (found.letter, found.certificate) == (letter, certificate))
                };
                let done = ready.iter().filter(|ready| !awaited(ready.letter, ready.certificate));
                done.for_each(|ready| app.keys.forget(ready));
                for request in waiting.into_iter().take_while(|_| !app.stop.is_cancelled()) {
                    carry_out(&app, request).await;
                }
            }
            Err(fault) => tracing::error!(%fault, "seal: the journal does not answer"),
        }
    }
}

/// Keys left open by somebody who has signed out, or whose certificate serves no longer.
fn deserted(rows: &Rows<'_>, open: Vec<(Sha256, Uuid)>) -> Result<Vec<(Sha256, Uuid)>, Fault> {
    let mut deserted = Vec::new();
    for (session, certificate) in open {
        let known: Option<Certificate> = rows.get(&certificate.to_string())?;
        let serves = known.is_some_and(|known| !known.withdrawn);
        if !serves || rows.get::<Session>(&session.to_string())?.is_none() {
            deserted.push((session, certificate));
        }
    }
    Ok(deserted)
}

async fn carry_out(app: &App, request: SigningRequest) {
    let (letter, signature, annex) = (request.letter, request.signature, request.annex);
    let certificate = request.certificate;
    let done = if request.key.is_here() {
        let Some(key) = app.keys.of(letter, certificate) else { return };
        work(app, request, move |journal, request, at| make::signed(journal, request, key.as_ref(), at)).await
    } else if request.prepared {
        return;
    } else {
        work(app, request, make::prepared_for_later).await
    };
    let report = match done {
        Ok(Some(report)) => report,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(%letter, %error, "a signature failed");
            let code = code_of(&error);
            if code.starts_with("seal.token") {
                app.keys.close(certificate);
            }
            Report::Failed { letter, signature, annex, certificate, code: code.into() }
        }
    };
    if let Err(error) = app.desk.execute(hand(signature), Command::Seals(Seals::Report(report))).await {
        // A full disk: the request waits and the key stays; the timer tries again.
        tracing::error!(%letter, %error, "the end of a signature is not written yet");
    }
}

/// What came of it; nothing where the request was called off meanwhile.
async fn work(
    app: &App,
    request: SigningRequest,
    make: impl FnOnce(&journal::Journal, &SigningRequest, wire::Stamp) -> Result<Report, Error> + Send + 'static,
) -> Result<Option<Report>, Error> {
    let _room = app.bench.room().await;
    let asked = request.clone();
    if !app.desk.read(move |rows| Ok(office::seals::stands(rows, &asked)?)).await? {
        return Ok(None);
    }
    let signed_at = app.desk.now();
    let journal = app.desk.journal().clone();
    blocking(move || make(&journal, &request, signed_at)).await?.map(Some)
}

/// Why, for the document's page.
fn code_of(error: &Error) -> &'static str {
    match error {
        Error::Refusal(refusal) => refusal.code,
        Error::Fault(fault) if fault.is_disk_full() => "disk.full",
        Error::Fault(_) | Error::Broken(_) => "seal.failed",
    }
}
