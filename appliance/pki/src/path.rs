//! Chains from a certificate to a root (RFC 4158 tells how many ways there may be).
//!
//! Issuers are sought by name, those first that the key identifiers point to; the signature decides. Cross
//! certificates and renewed CA keys make several candidates, so every way is tried, roots first, until the budget is
//! spent: a document may carry certificates made to send a reader round and round.

use crate::{Cert, Evidence, Trust, Why, algorithm::Problem, trust::is_self_signed};

/// Certificates in a chain, leaf and root counted.
const LONGEST: usize = 10;
/// Signatures checked while one chain is sought.
const MOST_SIGNATURES: usize = 128;
/// Chains to a root that are compared.
const MOST_CHAINS: usize = 8;

pub(crate) struct Chains {
    /// Leaf first, root last.
    pub(crate) anchored: Vec<Vec<Cert>>,
    /// The longest that leads to no root, and why it ends there.
    pub(crate) broken: Option<(Vec<Cert>, Why)>,
}

pub(crate) fn chains(leaf: &Cert, evidence: &Evidence, trust: &Trust) -> Chains {
    let mut search = Search {
        pool: trust.roots.iter().chain(&trust.others).chain(&evidence.certs).collect(),
        roots: &trust.roots,
        signatures: MOST_SIGNATURES,
        found: Chains { anchored: Vec::new(), broken: None },
    };
    search.extend(&mut vec![leaf.clone()]);
    search.found
}

struct Search<'a> {
    pool: Vec<&'a Cert>,
    roots: &'a [Cert],
    signatures: usize,
    found: Chains,
}

impl Search<'_> {
    fn extend(&mut self, chain: &mut Vec<Cert>) {
        let last = chain[chain.len() - 1].clone();
        if self.roots.contains(&last) {
            self.found.anchored.push(chain.clone());
            return;
        }
        if chain.len() == LONGEST {
            self.note(chain, Why::PathTooLong);
            return;
        }
        if is_self_signed(&last) {
            let why = if chain.len() == 1 { Why::SelfSigned } else { Why::UnknownRoot(last.subject()) };
            self.note(chain, why);
            return;
        }
        let mut why = None;
        let mut went_on = false;
        for issuer in self.candidates(&last, chain) {
            if self.signatures == 0 || self.found.anchored.len() == MOST_CHAINS {
                break;
            }
            self.signatures -= 1;
            match last.verify_by(&issuer) {
                Ok(_) => {
                    went_on = true;
                    chain.push(issuer);
                    self.extend(chain);
                    chain.pop();
                }
                // Another key of the same name is nobody's fault.
                Err(Problem::Bad) if identified(&last, &issuer) == Some(false) => {}
                Err(problem) => why = why.or(Some(problem.into())),
            }
        }
        if !went_on {
            self.note(chain, why.unwrap_or_else(|| Why::NoIssuer(last.issuer())));
        }
    }

    /// Certificates with the issuer's name, not yet in the chain by name and key; the identified ones first.
    fn candidates(&self, of: &Cert, chain: &[Cert]) -> Vec<Cert> {
        let in_chain = |cert: &Cert| {
            chain.iter().any(|one| one.subject_name() == cert.subject_name() && one.key().same_as(cert.key()))
        };
        let mut fitting: Vec<Cert> = Vec::new();
        for cert in self.pool.iter().filter(|cert| cert.subject_name() == of.issuer_name()) {
            if !in_chain(cert) && !fitting.contains(cert) {
                fitting.push(Cert::clone(cert));
            }
        }
        fitting.sort_by_key(|cert| match identified(of, cert) {
            Some(true) => 0,
            None => 1,
            Some(false) => 2,
        });
        fitting
    }

    /// Keeps the chain that came furthest, and of two the one whose end is explained better.
    fn note(&mut self, chain: &[Cert], why: Why) {
        let better = self.found.broken.as_ref().is_none_or(|(kept, kept_why)| {
            let vague = matches!(kept_why, Why::NoIssuer(_) | Why::UnknownRoot(_));
            chain.len() > kept.len() || (chain.len() == kept.len() && vague)
        });
        if better {
            self.found.broken = Some((chain.to_vec(), why));
        }
    }
}

/// The key identifiers agree; none when one of them is missing.
fn identified(of: &Cert, issuer: &Cert) -> Option<bool> {
    let wanted = of.extensions().authority_key_id.as_ref()?;
    let has = issuer.extensions().subject_key_id.as_ref()?;
    Some(wanted == has)
}

impl From<Problem> for Why {
    fn from(problem: Problem) -> Why {
        match problem {
            Problem::Bad => Why::BadSignature,
            Problem::Weak(name) => Why::Weak(name),
            Problem::Unsupported(name) => Why::Unsupported(name),
        }
    }
}
