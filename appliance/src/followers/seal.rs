//! Carries out what a clerk has asked for and unlocked: signs the document of record with the unit's key, in the look
//! of Decree 30/2020 for digitised paper, brings the sealed file to rest and says so.
//!
//! It can be cut off anywhere. A sealed file without its entry is an orphan; the request still stands, but the key is
//! gone with the process: the page then asks for the PIN again, and whoever types it unlocks the same request.

use std::sync::Arc;

use office::scans::Paper;
use office::seals::{Command as Seals, SealRequest};
use office::{Actor, Command, Error, Refusal};
use paper::{Look, Prepared, SignError, SignatureFacts};
use token::{Pkcs12, Signer};
use wire::Stamp;

use super::Nudges;
use crate::seal::font;
use crate::{App, blocking};

/// Who the box is when it seals.
const SEAL: Actor = Actor::Machine("đóng dấu");

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

async fn carry_out(app: &App, request: SealRequest) {
    let letter = request.letter;
    let Some(key) = app.keys.of(letter, request.certificate) else { return };
    let end = sealed(app, request, key).await.unwrap_or_else(|error| {
        tracing::error!(%letter, %error, "a seal failed");
        Seals::Failed { letter, code: code_of(&error).into() }
    });
    match app.desk.execute(SEAL, Command::Seals(end)).await {
        Ok(_) => app.keys.forget(letter),
        // A full disk: the request waits and the key stays; the timer tries again.
        Err(error) => tracing::error!(%letter, %error, "the end of a seal is not written yet"),
    }
}

async fn sealed(app: &App, request: SealRequest, key: Arc<Pkcs12>) -> Result<Seals, Error> {
    let _room = app.bench.room().await;
    let signed_at = app.desk.now();
    let journal = app.desk.journal().clone();
    blocking(move || {
        let pdf = journal.blobs().read(&request.pdf)?.ok_or(journal::Fault::MissingBlob(request.pdf))?;
        let face = font::face()?;
        let facts = SignatureFacts {
            reason: None,
            location: None,
            name: request.lines.last().cloned().unwrap_or_default(),
            signed_at: signed_at.in_vietnam(),
        };
        let look = Look::TextBlock { lines: lines(request.lines, signed_at) };
        let signed = Prepared::new(&pdf, &look, face, &facts)
            .map_err(not_signed)?
            .digest()
            .sign_with(key.chain(), |message| key.sign(message))
            .map_err(not_signed)?
            .into_bytes();
        let name = journal.blobs().put(&signed)?;
        let paper = Paper { name, pages: request.pages, bytes: signed.len() as u64, signed: true };
        Ok(Seals::Sealed { letter: request.letter, of: request.pdf, paper, signed_at })
    })
    .await?
}

/// What is wrong with the document is the clerk's to know; what is wrong with us is the log's.
fn not_signed(error: SignError) -> Error {
    match error {
        SignError::Encrypted => Refusal::new("seal.encrypted", 422, "Tệp PDF có mật khẩu.").into(),
        SignError::Certified => {
            Refusal::new("seal.locked", 422, "Tệp PDF đã khóa, không cho ký thêm.").into()
        }
        SignError::Damaged(what) => {
            tracing::warn!(what, "a document that cannot be signed");
            Refusal::new("seal.damaged", 422, "Tệp PDF hỏng.").into()
        }
        other => Error::Broken(format!("signing: {other}")),
    }
}

/// The text block of appendix I: form of copy or number, the unit, and the signing time with Vietnam's zone.
fn lines(mut lines: Vec<String>, signed_at: Stamp) -> Vec<String> {
    lines.push(time_line(signed_at));
    lines
}

/// `21-11-2026 14:05:09 +07:00`
pub(crate) fn time_line(signed_at: Stamp) -> String {
    signed_at.in_vietnam().format("%d-%m-%Y %H:%M:%S %:z").to_string()
}

/// Why, for the document's page.
fn code_of(error: &Error) -> &'static str {
    match error {
        Error::Refusal(refusal) => refusal.code,
        Error::Fault(fault) if fault.is_disk_full() => "disk.full",
        Error::Fault(_) | Error::Broken(_) => "seal.failed",
    }
}
