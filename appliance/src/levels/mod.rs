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

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A time stamp is renewed this long before its server's certificate ends, or half way to there if that is later.
const BEFORE_LAPSE_MS: i64 = 90 * DAY_MS;

/// A file at its next level.
pub(crate) struct Grown {
    /// The file.
    pub(crate) pdf: Vec<u8>,
    /// What it has reached.
    pub(crate) level: Level,
    /// When its last time stamp has to be renewed.
    pub(crate) renew_at: Option<Stamp>,
}

/// Why the next level is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub(crate) struct Waits {
    /// `level.*`, told on the document's page.
    pub(crate) code: &'static str,
    /// It may pass by itself; otherwise a day is early enough to look again.
    pub(crate) passes: bool,
}

impl Waits {
    const fn soon(code: &'static str) -> Self {
        Self { code, passes: true }
    }

    const fn long(code: &'static str) -> Self {
        Self { code, passes: false }
    }

    /// Of two servers' reasons the one somebody can do something about; what passes with one of them passes.
    fn or(self, other: Self) -> Self {
        let weight = |waits: &Self| {
            let known = [NO_LINE, NO_ANSWER, NO_GAIN, UNTRUSTED];
            known.iter().position(|known| known.code == waits.code)
        };
        let code = if weight(&other) > weight(&self) { other.code } else { self.code };
        Self { code, passes: self.passes || other.passes }
    }
}

/// No line at all.
pub(crate) const NO_LINE: Waits = Waits::soon("level.no_line");
/// Servers were reached and did not answer.
pub(crate) const NO_ANSWER: Waits = Waits::soon("level.no_answer");
/// A stamp can be had that would hold no longer than the one there is. Nothing anybody has to know of.
pub(crate) const NO_GAIN: Waits = Waits::long("level.no_gain");
const NO_SERVER: Waits = Waits::soon("level.no_server");
const UNTRUSTED: Waits = Waits::long("level.untrusted");
const NO_REVOCATION: Waits = Waits::soon("level.no_revocation");
const REVOKED: Waits = Waits::long("level.revoked");
const EXPIRED: Waits = Waits::long("level.expired");
const FAILED: Waits = Waits::long("level.failed");

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

/// Takes a signed file one level further; nothing where it has reached its target. Blocks: digests and judges megabytes,
/// and waits for the line.
///
/// # Errors
/// Why it has to wait.
pub(crate) fn advance(pdf: &[u8], wish: &Wish<'_>, line: &Line) -> Result<Option<Grown>, Waits> {
    let reached = reached(pdf, wish)?;
    if reached >= wish.target && !wish.renew {
        return Ok(None);
    }
    let (pdf, level) = match reached {
        Level::B => (stamped(pdf, wish, line)?, Level::T),
        Level::T => (proved(pdf, wish, line)?, Level::Lt),
        Level::Lt => (complete(document_to_stamp(pdf), wish, line, None)?, Level::Lta),
        Level::Lta => {
            let lapses_ms = proof::lapses_ms(pdf);
            let proved = proved(pdf, wish, line)?;
            (complete(document_to_stamp(&proved), wish, line, lapses_ms)?, Level::Lta)
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
    let lapses_ms = if level == Level::Lta { proof::lapses_ms(&pdf) } else { None };
    let renew_at = lapses_ms.map(|lapses_ms| Stamp::from_unix_ms(renew_at_ms(lapses_ms, wish.now_ms)));
    Ok(Some(Grown { pdf, level, renew_at }))
}

/// Never at once: a server may stamp with a certificate that ends in a month, and would be asked for ever.
fn renew_at_ms(lapses_ms: i64, now_ms: i64) -> i64 {
    (lapses_ms - BEFORE_LAPSE_MS).max(now_ms + (lapses_ms - now_ms) / 2).max(now_ms + DAY_MS)
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

fn stamped(pdf: &[u8], wish: &Wish<'_>, line: &Line) -> Result<Vec<u8>, Waits> {
    let unstamped = match signature_to_stamp(pdf) {
        // Stamped, and not believed: another stamp over all of it is the way on.
        Err(LevelError::Stamped | LevelError::Covered) => document_to_stamp(pdf),
        other => other,
    };
    complete(unstamped, wish, line, None)
}

fn complete(
    unstamped: Result<Unstamped<'_>, LevelError>,
    wish: &Wish<'_>,
    line: &Line,
    outlast_ms: Option<i64>,
) -> Result<Vec<u8>, Waits> {
    let unstamped = unstamped.map_err(failed)?;
    let token = line.time_stamp(unstamped.imprint(), wish, outlast_ms)?;
    unstamped.stamp(&token).map(Signed::into_bytes).map_err(failed)
}

fn proved(pdf: &[u8], wish: &Wish<'_>, line: &Line) -> Result<Vec<u8>, Waits> {
    let data = proof::gathered(pdf, wish, line)?;
    match add_validation_data(pdf, &data).map_err(failed)? {
        Some(grown) => Ok(grown.into_bytes()),
        None => Ok(pdf.to_vec()),
    }
}

fn failed(error: LevelError) -> Waits {
    tracing::error!(%error, "a signature does not reach its next level");
    FAILED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_renewed_before_it_lapses_and_never_at_once() {
        for (lapses_in, renewed_in) in
            [(3650, 3560), (200, 110), (180, 90), (100, 50), (30, 15), (2, 1), (1, 1), (0, 1), (-5, 1)]
        {
            let now_ms = 1_795_222_800_000;
            let renew_at_ms = renew_at_ms(now_ms + lapses_in * DAY_MS, now_ms);
            assert_eq!((renew_at_ms - now_ms) / DAY_MS, renewed_in, "lapses in {lapses_in} days");
        }
    }

    #[test]
    fn of_several_servers_reasons_the_one_that_helps_is_told() {
        let table = [
            (NO_LINE, NO_ANSWER, "level.no_answer", true),
            (UNTRUSTED, NO_LINE, "level.untrusted", true),
            (NO_ANSWER, UNTRUSTED, "level.untrusted", true),
            (UNTRUSTED, NO_GAIN, "level.untrusted", false),
            (NO_GAIN, NO_GAIN, "level.no_gain", false),
        ];
        for (one, other, code, passes) in table {
            assert_eq!(one.or(other), Waits { code, passes }, "{one} and {other}");
        }
    }
}
