//! Carries out what somebody has asked for and unlocked: signs the document of record with the person's or the unit's
//! key, brings the signed file to rest and says so. For a key that is elsewhere it prepares the file and its digest.
//!
//! It can be cut off anywhere. A signed file without its entry is an orphan; the request still stands, but the key is
//! gone with the process: the page then asks for the PIN again, and whoever types it unlocks the same request.

use office::seals::{Command as Seals, Report, SigningRequest};
use office::{Actor, Command, Error};
use uuid::Uuid;

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
        match app.desk.read(|snapshot| Ok(office::seals::waiting(snapshot)?)).await {
            Ok(waiting) => {
                for request in waiting.into_iter().take_while(|_| !app.stop.is_cancelled()) {
                    carry_out(&app, request).await;
                }
            }
            Err(fault) => tracing::error!(%fault, "seal: the journal does not answer"),
        }
    }
}

async fn carry_out(app: &App, request: SigningRequest) {
    let (letter, signature, certificate) = (request.letter, request.signature, request.certificate);
    let done = if request.key.is_here() {
        let Some(key) = app.keys.of(letter, certificate) else { return };
        work(app, request, move |journal, request, at| make::signed(journal, request, key.as_ref(), at)).await
    } else if request.prepared {
        return;
    } else {
        work(app, request, make::prepared_for_later).await
    };
    let report = done.unwrap_or_else(|error| {
        tracing::error!(%letter, %error, "a signature failed");
        let code = code_of(&error);
        if code.starts_with("seal.token") {
            app.keys.close(certificate);
        }
        Report::Failed { letter, signature, code: code.into() }
    });
    match app.desk.execute(hand(signature), Command::Seals(Seals::Report(report))).await {
        Ok(_) => app.keys.forget(letter),
        // A full disk: the request waits and the key stays; the timer tries again.
        Err(error) => tracing::error!(%letter, %error, "the end of a signature is not written yet"),
    }
}

async fn work(
    app: &App,
    request: SigningRequest,
    make: impl FnOnce(&journal::Journal, &SigningRequest, wire::Stamp) -> Result<Report, Error> + Send + 'static,
) -> Result<Report, Error> {
    let _room = app.bench.room().await;
    let signed_at = app.desk.now();
    let journal = app.desk.journal().clone();
    blocking(move || make(&journal, &request, signed_at)).await?
}

/// Why, for the document's page.
fn code_of(error: &Error) -> &'static str {
    match error {
        Error::Refusal(refusal) => refusal.code,
        Error::Fault(fault) if fault.is_disk_full() => "disk.full",
        Error::Fault(_) | Error::Broken(_) => "seal.failed",
    }
}
