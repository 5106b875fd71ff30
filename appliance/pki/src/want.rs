//! What is missing so that a judgement stands without a line: the shopping list of level B-LT.

use crate::{Cert, Judgement, Revocation, ocsp};

/// One thing to fetch. Of several for one certificate (OCSP, then CRL) the first that can be had is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// An OCSP answer (POST, `application/ocsp-request`).
    Ocsp {
        /// Certificate it is about.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
        /// Body to post; without a nonce, so that answers signed beforehand fit (RFC 5019).
        request: Vec<u8>,
    },
    /// A CRL (GET).
    Crl {
        /// Certificate it is about.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
    },
    /// The certificate of an issuer (GET; DER, PEM or a `.p7c`: hand it to [`crate::Evidence::add_cert`]). Judge again
    /// when it has come.
    Issuer {
        /// Certificate whose issuer is missing.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
    },
}

/// What `judgement` lacks, from the leaf upwards: for each certificate that needs it and has no statement made at or
/// after `not_before_ms`, where to ask; and the issuer where the chain breaks off. Certificates that name no address
/// are left out: nothing can be done for them.
pub fn wanted(judgement: &Judgement, not_before_ms: i64) -> Vec<Want> {
    let mut wants = Vec::new();
    for (place, (cert, known)) in judgement.chain.iter().zip(&judgement.revocation).enumerate() {
        let settled = match known {
            Revocation::NotNeeded | Revocation::Revoked { .. } => true,
            Revocation::NotRevoked { fresh_at_ms, .. } => *fresh_at_ms >= not_before_ms,
            Revocation::Unknown => false,
        };
        match judgement.chain.get(place + 1) {
            Some(issuer) if !settled => wants.extend(statements(cert, issuer)),
            None if !judgement.anchored && !cert.is_self_issued() && !cert.issuer_urls().is_empty() => {
                wants.push(Want::Issuer { cert: cert.clone(), urls: cert.issuer_urls().to_vec() });
            }
            _ => {}
        }
    }
    wants
}

fn statements(cert: &Cert, issuer: &Cert) -> impl Iterator<Item = Want> {
    let ocsp = (!cert.ocsp_urls().is_empty()).then(|| Want::Ocsp {
        cert: cert.clone(),
        urls: cert.ocsp_urls().to_vec(),
        request: ocsp::request(cert, issuer, None),
    });
    let crl = (!cert.crl_urls().is_empty())
        .then(|| Want::Crl { cert: cert.clone(), urls: cert.crl_urls().to_vec() });
    ocsp.into_iter().chain(crl)
}
