//! Was a certificate revoked, as far as the statements at hand tell?
//!
//! All of them are asked, CRLs and OCSP responses, old and new:
//! - Revoked stays revoked: any statement that says so counts, also one whose time is over.
//! - Except `certificateHold`, which can be lifted: there the newest statement counts.
//! - "Not revoked" is known as of the newest statement that says it, and says nothing of the time after.

use crate::{
    Cert, Evidence, Trust,
    crl::Crl,
    ocsp::{Response, Said},
};

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// None given, "unspecified", or one that is not known.
    Unspecified,
    /// The key is in other hands.
    KeyCompromise,
    /// The CA's key is in other hands.
    CaCompromise,
    /// The holder's name or place changed.
    AffiliationChanged,
    /// Replaced by another.
    Superseded,
    /// No longer used.
    CessationOfOperation,
    /// Set aside for the moment.
    CertificateHold,
    /// Taken off a list of changes.
    RemoveFromCrl,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key is in other hands.
    AaCompromise,
}

impl Reason {
    pub(crate) fn of(code: u32) -> Reason {
        match code {
            1 => Reason::KeyCompromise,
            2 => Reason::CaCompromise,
            3 => Reason::AffiliationChanged,
            4 => Reason::Superseded,
            5 => Reason::CessationOfOperation,
            6 => Reason::CertificateHold,
            8 => Reason::RemoveFromCrl,
            9 => Reason::PrivilegeWithdrawn,
            10 => Reason::AaCompromise,
            _ => Reason::Unspecified,
        }
    }
}

/// What is known of one certificate's revocation.
#[derive(Clone, Debug)]
pub enum Revocation {
    /// A trusted root, or a responder with ocsp-nocheck.
    NotNeeded,
    /// Nothing usable at hand.
    Unknown,
    /// As of `fresh_at_ms` not revoked.
    NotRevoked {
        /// When the statement was made, Unix ms.
        fresh_at_ms: i64,
        /// When its maker promised a newer one.
        next_ms: Option<i64>,
        /// The statement.
        by: Source,
    },
    /// Revoked; whether that counts depends on the time of proof (see [`crate::Standing::Revoked`]).
    Revoked {
        /// From when it counts, Unix ms: the earlier of revocation date and invalidity date.
        at_ms: i64,
        /// The reason given.
        reason: Reason,
        /// When the statement was made, Unix ms.
        fresh_at_ms: i64,
        /// The statement.
        by: Source,
    },
}

impl Revocation {
    /// When the statement was made, Unix ms; none when there is none.
    pub fn fresh_at_ms(&self) -> Option<i64> {
        match self {
            Revocation::NotNeeded | Revocation::Unknown => None,
            Revocation::NotRevoked { fresh_at_ms, .. } | Revocation::Revoked { fresh_at_ms, .. } => {
                Some(*fresh_at_ms)
            }
        }
    }

    /// The statement.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Revocation::NotNeeded | Revocation::Unknown => None,
            Revocation::NotRevoked { by, .. } | Revocation::Revoked { by, .. } => Some(by),
        }
    }
}

/// Who said it.
#[derive(Clone, Debug)]
pub enum Source {
    /// A CRL.
    Crl(Crl),
    /// An OCSP response.
    Ocsp(Response),
}

/// Statements of a document that are looked at for one certificate. Those of the trust folder are always looked at: a
/// document cannot bury them, and it could as well leave its own out.
const MOST: usize = 64;

/// A clock that is a little behind must not make a fresh statement look forged.
const FUTURE_ALLOWED_MS: i64 = 3_600_000;

/// `above` is the chain from the issuer of `cert` upwards.
pub(crate) fn of(cert: &Cert, above: &[Cert], evidence: &Evidence, trust: &Trust, now_ms: i64) -> Revocation {
    let crls = Crls { above, evidence, trust };
    let statements = crls.about(cert).chain(ocsp(cert, above, evidence, &crls));
    let statements: Vec<Revocation> = statements.filter(|said| is_possible(said, now_ms)).collect();
    weigh(statements)
}

/// "Not revoked" out of the future is not believed; "revoked" always is.
fn is_possible(said: &Revocation, now_ms: i64) -> bool {
    match said {
        Revocation::NotRevoked { fresh_at_ms, .. } => {
            *fresh_at_ms <= now_ms.saturating_add(FUTURE_ALLOWED_MS)
        }
        _ => true,
    }
}

fn weigh(statements: Vec<Revocation>) -> Revocation {
    let is_held =
        |said: &Revocation| matches!(said, Revocation::Revoked { reason: Reason::CertificateHold, .. });
    let (revoked, others): (Vec<_>, Vec<_>) =
        statements.into_iter().partition(|said| matches!(said, Revocation::Revoked { .. }) && !is_held(said));
    let since = |said: &Revocation| match said {
        Revocation::Revoked { at_ms, .. } => *at_ms,
        _ => i64::MAX,
    };
    let earliest = revoked.into_iter().min_by_key(since);
    // Of two made in the same second the stricter.
    let newest = others.into_iter().max_by_key(|said| (said.fresh_at_ms(), is_held(said)));
    earliest.or(newest).unwrap_or(Revocation::Unknown)
}

struct Crls<'a> {
    above: &'a [Cert],
    evidence: &'a Evidence,
    trust: &'a Trust,
}

impl Crls<'_> {
    fn about<'a>(&'a self, cert: &'a Cert) -> impl Iterator<Item = Revocation> + 'a {
        let all = self.evidence.crls.iter().chain(&self.trust.crls);
        all.filter(|crl| crl.issuer_name() == cert.issuer_name() && self.is_of_the_issuer(crl)).filter_map(
            |crl| {
                let (fresh_at_ms, by) = (crl.this_update_ms(), Source::Crl(crl.clone()));
                match crl.entry(cert) {
                    Some((at_ms, reason)) => Some(Revocation::Revoked { at_ms, reason, fresh_at_ms, by }),
                    None if crl.would_list(cert) => {
                        Some(Revocation::NotRevoked { fresh_at_ms, next_ms: crl.next_update_ms(), by })
                    }
                    None => None,
                }
            },
        )
    }

    /// Signed by the issuer's key, or by another key of the same CA (a renewed one) that the same CA above, or a
    /// root, vouches for (RFC 5280 §6.3.3 f).
    fn is_of_the_issuer(&self, crl: &Crl) -> bool {
        let Some((issuer, further)) = self.above.split_first() else { return false };
        if crl.is_signed_by(issuer) {
            return true;
        }
        let vouched = |cert: &Cert| {
            self.trust.roots.contains(cert)
                || further.iter().chain(&self.trust.roots).chain([issuer]).any(|authority| {
                    authority.subject_name() == cert.issuer_name() && cert.verify_by(authority).is_ok()
                })
        };
        let others = self.trust.roots.iter().chain(&self.trust.others).chain(&self.evidence.certs);
        others
            .filter(|cert| cert.is_ca() && cert.subject_name() == issuer.subject_name() && cert != &issuer)
            .take(8)
            .any(|cert| crl.is_signed_by(cert) && vouched(cert))
    }
}

fn ocsp<'a>(
    cert: &'a Cert,
    above: &'a [Cert],
    evidence: &'a Evidence,
    crls: &'a Crls,
) -> impl Iterator<Item = Revocation> + 'a {
    let about =
        move |response: &&Response| above.first().is_some_and(|issuer| response.mentions(cert, issuer));
    evidence.ocsps.iter().filter(about).take(MOST).filter_map(move |response| {
        let status = response.status(cert, above.first()?)?;
        // A responder that was itself revoked when it answered is not believed.
        let unsound = status.delegate.as_ref().filter(|delegate| !delegate.extensions().ocsp_no_check).is_some_and(
            |delegate| {
                let revoked_before = |said| matches!(said, Revocation::Revoked { at_ms, .. } if at_ms <= response.produced_at_ms());
                crls.about(delegate).any(revoked_before)
            },
        );
        let (fresh_at_ms, by) = (status.this_update_ms, Source::Ocsp(response.clone()));
        match status.said {
            _ if unsound => None,
            Said::Good => Some(Revocation::NotRevoked { fresh_at_ms, next_ms: status.next_update_ms, by }),
            Said::Revoked(at_ms, reason) => Some(Revocation::Revoked { at_ms, reason, fresh_at_ms, by }),
            Said::Unknown => None,
        }
    })
}
