//! Completes signatures when a line exists: a time stamp (B-T), chain and revocation data (B-LT), a time stamp over all of
//! it (B-LTA), and that one again before it lapses.
//!
//! ```text
//! sealed, B-B ─ time stamp server ─→ B-T ─ OCSP, CRL ─→ B-LT ─ time stamp server ─→ B-LTA ─ before it lapses ─→ B-LTA
//! ```
//!
//! [`advance`] takes a file one level further. It never claims one: after every step the grown file is verified as any
//! reader would, against the unit's own trust list, and what does not hold is thrown away. The file only grows, or takes a
//! token into the hole of its last signature; whatever goes wrong, the file before is as good as it was.

mod line;
mod proof;

pub(crate) use line::Line;

use office::letters::signing::Level;
use paper::Signed;
use paper::levels::{LevelError, Unstamped, add_validation_data, document_to_stamp, signature_to_stamp};
use pki::Trust;
use wire::Stamp;

/// A time stamp is renewed this long before its server's certificate ends.
const BEFORE_LAPSE_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// A file at its next level.
pub(crate) struct Grown {
    /// The file.
    pub(crate) pdf: Vec<u8>,
    /// What it has reached.
    pub(crate) level: Level,
    /// When its last time stamp has to be renewed.
    pub(crate) renew_at: Option<Stamp>,
}

/// Why the next level is not there: `level.*`, told on the document's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Waits(pub(crate) &'static str);

/// No line at all.
pub(crate) const NO_LINE: Waits = Waits("level.no_line");
/// Servers were reached and did not answer.
pub(crate) const NO_ANSWER: Waits = Waits("level.no_answer");
const NO_SERVER: Waits = Waits("level.no_server");
const UNTRUSTED: Waits = Waits("level.untrusted");
const NO_REVOCATION: Waits = Waits("level.no_revocation");
const REVOKED: Waits = Waits("level.revoked");
const EXPIRED: Waits = Waits("level.expired");
const FAILED: Waits = Waits("level.failed");

/// What a file is to become, and by what it is judged.
pub(crate) struct Wish<'a> {
    /// Whom the unit trusts.
    pub(crate) trust: &'a Trust,
    /// Now, Unix ms.
    pub(crate) now_ms: i64,
    /// How far at most.
    pub(crate) target: Level,
    /// The last time stamp is about to lapse: once more from B-LT.
    pub(crate) renew: bool,
}

/// Takes a signed file one level further; nothing where it has reached its target.
///
/// # Errors
/// Why it has to wait.
pub(crate) async fn advance(pdf: &[u8], wish: &Wish<'_>, line: &mut Line) -> Result<Option<Grown>, Waits> {
    let reached = reached(pdf, wish)?;
    if reached >= wish.target && !wish.renew {
        return Ok(None);
    }
    let (pdf, level) = match reached {
        Level::B => (stamped(pdf, line).await?, Level::T),
        Level::T => (proved(pdf, wish, line).await?, Level::Lt),
        Level::Lt => (archived(pdf, line).await?, Level::Lta),
        Level::Lta => {
            let proved = proved(pdf, wish, line).await?;
            (archived(&proved, line).await?, Level::Lta)
        }
    };
    let after = self::reached(&pdf, wish)?;
    if after < level {
        tracing::warn!(?after, ?level, "a grown file was found to be less than it should be");
        return Err(match level {
            Level::B | Level::T | Level::Lta => UNTRUSTED,
            Level::Lt => NO_REVOCATION,
        });
    }
    let renew_at = if level == Level::Lta { proof::lapses_ms(&pdf) } else { None };
    let renew_at = renew_at.map(|lapses| Stamp::from_unix_ms(lapses - BEFORE_LAPSE_MS));
    Ok(Some(Grown { pdf, level, renew_at }))
}

/// The level of the last signature that holds; a document time stamp behind it belongs to it.
fn reached(pdf: &[u8], wish: &Wish<'_>) -> Result<Level, Waits> {
    use verify::Verdict as V;
    let report = verify::verify(pdf, wish.trust, wish.now_ms);
    let mut signatures = report.signatures.iter().filter(|found| found.kind == verify::Kind::Signature);
    let last = signatures.next_back().ok_or(FAILED)?;
    match last.verdict {
        V::Good | V::ChangedAfterSigningAllowed => Ok(match last.level {
            verify::Level::B => Level::B,
            verify::Level::T => Level::T,
            verify::Level::Lt => Level::Lt,
            verify::Level::Lta => Level::Lta,
        }),
        V::Untrusted => Err(UNTRUSTED),
        V::Expired => Err(EXPIRED),
        V::Revoked => Err(REVOKED),
        V::NotSigned | V::ChangedAfterSigningForbidden | V::Altered | V::Malformed => {
            tracing::error!(why = last.why, "a file signed here does not verify");
            Err(FAILED)
        }
    }
}

async fn stamped(pdf: &[u8], line: &mut Line) -> Result<Vec<u8>, Waits> {
    let unstamped = match signature_to_stamp(pdf) {
        // Stamped, and not believed: another stamp over all of it is the way on.
        Err(LevelError::Stamped | LevelError::Covered) => document_to_stamp(pdf),
        other => other,
    };
    complete(unstamped, line).await
}

async fn archived(pdf: &[u8], line: &mut Line) -> Result<Vec<u8>, Waits> {
    complete(document_to_stamp(pdf), line).await
}

async fn complete(unstamped: Result<Unstamped<'_>, LevelError>, line: &mut Line) -> Result<Vec<u8>, Waits> {
    let unstamped = unstamped.map_err(failed)?;
    if !line.has_stamp_servers() {
        return Err(NO_SERVER);
    }
    let token = line.time_stamp(unstamped.imprint()).await?;
    unstamped.stamp(&token).map(Signed::into_bytes).map_err(failed)
}

async fn proved(pdf: &[u8], wish: &Wish<'_>, line: &mut Line) -> Result<Vec<u8>, Waits> {
    let data = proof::gathered(pdf, wish, line).await?;
    match add_validation_data(pdf, &data).map_err(failed)? {
        Some(grown) => Ok(grown.into_bytes()),
        None => Ok(pdf.to_vec()),
    }
}

fn failed(error: LevelError) -> Waits {
    tracing::error!(%error, "a signature does not reach its next level");
    FAILED
}
