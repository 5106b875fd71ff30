//! One certificate weighed: chain, purpose, revocation, time, in this order.
//!
//! **The time of proof** is the moment at which the signature is known to have existed: that of a trusted time stamp,
//! else now. Validity of every certificate of the chain is judged at that moment (the shell model of RFC 5280 §6.1),
//! and so is revocation: a certificate revoked *after* the proof leaves the signature good (EN 319 102-1 §5.6.2.2).
//! That holds for every reason, key compromise and "unspecified" included, because a thief of a key can sign but
//! cannot get a time stamp of last year; but where the CA states an invalidity date - since when the key may have been
//! in other hands - that earlier date counts instead of the revocation date. The later revocation stays visible in
//! [`Judgement::revocation`], to be told. Without a time stamp the proof is now, and any revocation counts.

use crate::{
    Cert, Evidence, Reason, Revocation, Source, Trust, path, revocation,
    usage::{may_issue, refusal, refusal_of_ca},
};

/// What a certificate is to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing a document, as a person or as a unit.
    DocumentSigning,
    /// Answering RFC 3161 requests.
    TimeStamping,
    /// Answering OCSP requests for a CA.
    OcspSigning,
    /// Signing CRLs.
    CrlSigning,
}

/// What is known of one certificate and of all above it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Leaf first; up to the root when one was found, else as far as it goes.
    pub chain: Vec<Cert>,
    /// The last of `chain` is one of the trusted roots.
    pub anchored: bool,
    /// The verdict.
    pub standing: Standing,
    /// For each of `chain` (same length): what is known of its revocation.
    pub revocation: Vec<Revocation>,
}

/// The verdict on a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Chain to a trusted root, fit for the purpose, in its time, not known to be revoked.
    Good,
    /// No such chain.
    Untrusted(Why),
    /// At the time of proof the validity of a certificate was over.
    Expired {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// Last second of validity, Unix ms.
        since_ms: i64,
    },
    /// At the time of proof the validity of a certificate had not begun.
    NotYetValid {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// First moment of validity, Unix ms.
        from_ms: i64,
    },
    /// Revoked at the time of proof.
    Revoked {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// When it ceased to be good, Unix ms.
        at_ms: i64,
        /// The reason its issuer gave.
        reason: Reason,
    },
}

/// Why no chain holds. The texts are for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The certificate signed itself and is not among the trusted roots.
    SelfSigned,
    /// The chain ends in a root that is not trusted (named).
    UnknownRoot(String),
    /// Nobody's certificate fits as issuer (named).
    NoIssuer(String),
    /// A signature inside the chain does not verify.
    BadSignature,
    /// MD5, SHA-1, or an RSA key under 2048 bits.
    Weak(String),
    /// An algorithm or curve that is not handled.
    Unsupported(String),
    /// An issuer (named) is no CA, or may not sign certificates.
    NotACa(String),
    /// More CAs below one another than one of them allows.
    PathTooLong,
    /// Key usage or extended key usage do not allow the purpose.
    WrongPurpose(String),
    /// A critical extension that is not understood.
    CriticalExtension(String),
    /// A name outside of what a CA above allows.
    NameConstraint(String),
}

impl Judgement {
    /// Good, and nothing else.
    pub fn is_good(&self) -> bool {
        self.standing == Standing::Good
    }

    /// As of when the whole chain is known not to be revoked, Unix ms: the oldest of the statements. None while one
    /// of the certificates that need one has none.
    pub fn revocation_known_as_of_ms(&self) -> Option<i64> {
        let needed = self.revocation.iter().filter(|said| !matches!(said, Revocation::NotNeeded));
        needed.map(Revocation::fresh_at_ms).min().flatten()
    }

    /// Certificates, CRLs and OCSP responses that carry this judgement: what a DSS has to hold.
    pub fn proof(&self) -> Evidence {
        let mut proof = Evidence { certs: self.chain.clone(), ..Evidence::default() };
        for source in self.revocation.iter().filter_map(Revocation::source) {
            match source {
                Source::Crl(crl) if !proof.crls.contains(crl) => proof.crls.push(crl.clone()),
                Source::Ocsp(ocsp) if !proof.ocsps.contains(ocsp) => proof.ocsps.push(ocsp.clone()),
                _ => {}
            }
        }
        proof
    }
}

/// Judges `leaf` for `purpose` at the time of proof `at_ms` (see the module), as known at `now_ms`. Of several chains
/// the one that stands best is told.
pub fn judge(
    leaf: &Cert,
    purpose: Purpose,
    evidence: &Evidence,
    trust: &Trust,
    at_ms: i64,
    now_ms: i64,
) -> Judgement {
    let case = Case { purpose, evidence, trust, at_ms, now_ms };
    let found = path::chains(leaf, evidence, trust);
    let mut best: Option<Judgement> = None;
    for chain in found.anchored {
        let judgement = case.of_anchored(chain);
        if best.as_ref().is_none_or(|best| rank(&judgement.standing) < rank(&best.standing)) {
            best = Some(judgement);
        }
    }
    best.unwrap_or_else(|| {
        let (chain, why) = found.broken.unwrap_or_else(|| (vec![leaf.clone()], Why::NoIssuer(leaf.issuer())));
        case.of_broken(chain, why)
    })
}

/// Which of two chains says more for the certificate.
fn rank(standing: &Standing) -> u8 {
    match standing {
        Standing::Good => 0,
        Standing::Expired { .. } => 1,
        Standing::NotYetValid { .. } => 2,
        Standing::Revoked { .. } => 3,
        Standing::Untrusted(_) => 4,
    }
}

struct Case<'a> {
    purpose: Purpose,
    evidence: &'a Evidence,
    trust: &'a Trust,
    at_ms: i64,
    now_ms: i64,
}

impl Case<'_> {
    fn of_anchored(&self, chain: Vec<Cert>) -> Judgement {
        let revocation = self.revocation(&chain, true);
        let standing = structure(&chain, self.purpose)
            .map(Standing::Untrusted)
            .or_else(|| self.revoked(&revocation))
            .or_else(|| self.out_of_time(&chain))
            .unwrap_or(Standing::Good);
        Judgement { chain, anchored: true, standing, revocation }
    }

    fn of_broken(&self, chain: Vec<Cert>, why: Why) -> Judgement {
        let revocation = self.revocation(&chain, false);
        Judgement { chain, anchored: false, standing: Standing::Untrusted(why), revocation }
    }

    fn revocation(&self, chain: &[Cert], anchored: bool) -> Vec<Revocation> {
        let one = |place: usize| {
            let is_root = anchored && place + 1 == chain.len();
            let responder = place == 0 && self.purpose == Purpose::OcspSigning;
            if is_root || (responder && chain[0].extensions().ocsp_no_check) {
                return Revocation::NotNeeded;
            }
            revocation::of(&chain[place], &chain[place + 1..], self.evidence, self.trust, self.now_ms)
        };
        (0..chain.len()).map(one).collect()
    }

    fn revoked(&self, revocation: &[Revocation]) -> Option<Standing> {
        revocation.iter().enumerate().find_map(|(cert, said)| match said {
            Revocation::Revoked { at_ms, reason, .. } if *at_ms <= self.at_ms => {
                Some(Standing::Revoked { cert, at_ms: *at_ms, reason: *reason })
            }
            _ => None,
        })
    }

    fn out_of_time(&self, chain: &[Cert]) -> Option<Standing> {
        chain.iter().enumerate().find_map(|(place, cert)| {
            if cert.is_valid_at(self.at_ms) {
                None
            } else if self.at_ms < cert.not_before_ms() {
                Some(Standing::NotYetValid { cert: place, from_ms: cert.not_before_ms() })
            } else {
                Some(Standing::Expired { cert: place, since_ms: cert.not_after_ms() })
            }
        })
    }
}

/// What is wrong with a chain whose signatures hold (RFC 5280 §6.1.4), whenever it is looked at.
fn structure(chain: &[Cert], purpose: Purpose) -> Option<Why> {
    let weak_key = chain.iter().find_map(|cert| cert.key().is_strong().err());
    if let Some(problem) = weak_key {
        return Some(problem.into());
    }
    let unknown = chain.iter().find_map(|cert| cert.extensions().critical_unknown.first());
    if let Some(unknown) = unknown {
        return Some(Why::CriticalExtension(unknown.clone()));
    }
    if let Some(why) = refusal(&chain[0], purpose) {
        return Some(Why::WrongPurpose(why));
    }
    // CAs that stand between one and the leaf; a CA that renews its own key does not count (§6.1.4 l).
    let mut below = 0;
    for (place, cert) in chain.iter().enumerate().skip(1) {
        let is_root = place + 1 == chain.len();
        if !may_issue(cert, is_root) {
            return Some(Why::NotACa(cert.subject()));
        }
        if cert.extensions().basic.and_then(|(_, most)| most).is_some_and(|most| below > most) {
            return Some(Why::PathTooLong);
        }
        if let Some(why) = refusal_of_ca(cert, purpose).filter(|_| !is_root) {
            return Some(Why::WrongPurpose(why));
        }
        if let Some(name) = offence(cert, &chain[..place]) {
            return Some(Why::NameConstraint(name));
        }
        below += u32::from(!cert.is_self_issued());
    }
    None
}

/// The first name below `authority` that its name constraints do not allow. Self-issued CAs below are exempt (§6.1.4 b);
/// the leaf never is.
fn offence(authority: &Cert, below: &[Cert]) -> Option<String> {
    let constraints = authority.extensions().constraints.as_ref()?;
    let held = below.iter().enumerate().filter(|(place, cert)| *place == 0 || !cert.is_self_issued());
    held.map(|(_, cert)| cert)
        .find_map(|cert| constraints.offended_by(cert.subject_name(), &cert.extensions().alternative))
}
