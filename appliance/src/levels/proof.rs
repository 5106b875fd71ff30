//! What a reader without a line needs to believe each signature and time stamp of a file: gathered from what is there, from
//! the unit's trust list, and over the line.

use paper::levels::{Found, ValidationData, signatures};
use pki::{Cms, Evidence, Judgement, Purpose, Standing, judge, tsp, wanted};

use super::{FAILED, Line, NO_REVOCATION, REVOKED, UNTRUSTED, Waits, Wish};

/// Chains of chains: an issuer is fetched, its own revocation is wanted, and so on.
const MOST_ROUNDS: usize = 6;
/// A statement of revocation made within a week before is believed; authorities publish their lists once a day.
const FRESH_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// One certificate that has to be proved: a signer's, or a time stamp server's.
struct Leaf {
    /// The field it belongs to.
    field: String,
    cert: pki::Cert,
    purpose: Purpose,
    /// When it was used, as far as is proved.
    at_ms: i64,
}

/// Everything for the DSS.
pub(super) fn gathered(pdf: &[u8], wish: &Wish<'_>, line: &Line) -> Result<Vec<ValidationData>, Waits> {
    let found = signatures(pdf).map_err(super::failed)?;
    let mut evidence = Evidence::default();
    let leaves = leaves(&found, &mut evidence, wish.now_ms);
    if leaves.is_empty() {
        return Err(FAILED);
    }
    let mut data = Vec::new();
    for leaf in leaves {
        let judgement = proved(&leaf, wish, line, &mut evidence)?;
        data.push(stored(leaf.field, &judgement.proof()));
    }
    Ok(data)
}

/// Asks until everything that can be had is there.
fn proved(leaf: &Leaf, wish: &Wish<'_>, line: &Line, evidence: &mut Evidence) -> Result<Judgement, Waits> {
    let mut last = None;
    for _ in 0..MOST_ROUNDS {
        let judged = judge(&leaf.cert, leaf.purpose, evidence, wish.trust, leaf.at_ms, wish.now_ms);
        let wants = wanted(&judged, leaf.at_ms.min(wish.now_ms) - FRESH_MS);
        if wants.is_empty() {
            return decided(judged);
        }
        let mut fetched = false;
        for want in &wants {
            match line.fetch(want, evidence) {
                Ok(()) => fetched = true,
                Err(waits) => last = Some(waits),
            }
        }
        if !fetched {
            break;
        }
    }
    let judged = judge(&leaf.cert, leaf.purpose, evidence, wish.trust, leaf.at_ms, wish.now_ms);
    if judged.revocation_known_as_of_ms().is_some() {
        return decided(judged);
    }
    Err(last.unwrap_or(NO_REVOCATION))
}

fn decided(judged: Judgement) -> Result<Judgement, Waits> {
    match judged.standing {
        Standing::Good => Ok(judged),
        Standing::Revoked { .. } => Err(REVOKED),
        Standing::Untrusted(_) | Standing::Expired { .. } | Standing::NotYetValid { .. } => Err(UNTRUSTED),
    }
}

/// Signers and time stamp servers of a file. What is used was used at the latest when the stamp over it was made.
fn leaves(found: &[Found], evidence: &mut Evidence, now_ms: i64) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    // From the last to the first: a document time stamp proves the time of what is before it.
    let mut proved_ms = now_ms;
    for signature in found.iter().rev() {
        if signature.is_time_stamp() {
            if let Ok(stamp) = tsp::Token::parse(signature.cms()) {
                evidence.add_cms(stamp.cms());
                leaves.extend(stamp_leaf(&signature.field, &stamp, proved_ms));
                proved_ms = proved_ms.min(stamp.gen_time_ms());
            }
            continue;
        }
        let Ok(cms) = Cms::parse(signature.cms()) else { continue };
        evidence.add_cms(&cms);
        let mut at_ms = proved_ms;
        for stamp in cms.time_stamps().into_iter().filter_map(|bytes| tsp::Token::parse(bytes).ok()) {
            evidence.add_cms(stamp.cms());
            leaves.extend(stamp_leaf(&signature.field, &stamp, proved_ms));
            at_ms = at_ms.min(stamp.gen_time_ms());
        }
        if let Some(cert) = cms.signer() {
            let (field, cert) = (signature.field.clone(), cert.clone());
            leaves.push(Leaf { field, cert, purpose: Purpose::DocumentSigning, at_ms });
        }
    }
    leaves
}

fn stamp_leaf(field: &str, stamp: &tsp::Token, at_ms: i64) -> Option<Leaf> {
    let cert = stamp.check().ok()?;
    Some(Leaf { field: field.to_owned(), cert, purpose: Purpose::TimeStamping, at_ms })
}

fn stored(field: String, proof: &Evidence) -> ValidationData {
    ValidationData {
        field: Some(field),
        certificates: proof.certs.iter().map(|cert| cert.der().to_vec()).collect(),
        crls: proof.crls.iter().map(|crl| crl.der().to_vec()).collect(),
        ocsps: proof.ocsps.iter().map(|ocsp| ocsp.der().to_vec()).collect(),
    }
}

/// When the certificate behind the last time stamp ends, Unix ms.
pub(super) fn lapses_ms(pdf: &[u8]) -> Option<i64> {
    let found = signatures(pdf).ok()?;
    let last = found.iter().rev().find(|signature| signature.is_time_stamp())?;
    let stamp = tsp::Token::parse(last.cms()).ok()?;
    Some(stamp.check().ok()?.not_after_ms())
}
